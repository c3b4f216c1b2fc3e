//! A page: what of a scenario is shown at once, for whoever draws it.

use super::script::Command;
use crate::shell::Output;

/// What is shown between two presses of the key that goes on.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Page {
    /// Number of its step, counted from 1; 0 for the page before the first.
    pub step: usize,
    /// What is said; blank lines part its paragraphs.
    pub caption: String,
    /// What one will know at the end; only on the page before the first step.
    pub teaches: Vec<String>,
    /// What that points at, such as `pod/kubia-0`.
    pub at: Option<String>,
    /// The lines that it types, in their order.
    pub lines: Vec<Typed>,
    /// What it waits for.
    pub wait: Option<Wait>,
    /// What it asks.
    pub question: Option<Asked>,
    /// What was made sure of.
    pub checks: Vec<Checked>,
    /// The lines that the next page will type.
    pub coming: Vec<Typed>,
    /// True once all that belongs to it has happened.
    pub done: bool,
    /// True for the page after the last step.
    pub last: bool,
}

/// A line of a page.
#[derive(Clone, Debug, PartialEq)]
pub struct Typed {
    /// The line as one types it.
    pub shown: String,
    /// The text of its heredoc; blank where it has none.
    pub heredoc: String,
    /// What came of it.
    pub state: Typing,
}

impl Typed {
    /// A line that is yet to be typed.
    pub fn coming(command: &Command) -> Typed {
        Typed { shown: command.shown.clone(), heredoc: command.stdin.clone().unwrap_or_default(), state: Typing::Coming }
    }
}

/// How far a line is.
#[derive(Clone, Debug, PartialEq)]
pub enum Typing {
    /// Yet to be typed.
    Coming,
    /// Typed, and not done.
    Running,
    /// Done.
    Done(Output),
}

/// Something that a page waits for.
#[derive(Clone, Debug, PartialEq)]
pub struct Wait {
    /// The line whose answer it looks at, or the rule.
    pub words: String,
    /// True once it has come.
    pub over: bool,
}

/// A question.
#[derive(Clone, Debug, PartialEq)]
pub struct Asked {
    /// What is asked.
    pub words: String,
    /// What one can answer.
    pub choices: Vec<String>,
    /// The answer that was given and the right one, from 0.
    pub answer: Option<(usize, usize)>,
}

/// Something that was made sure of.
#[derive(Clone, Debug, PartialEq)]
pub struct Checked {
    /// What was looked at.
    pub words: String,
    /// What was expected and found, where that differs.
    pub failure: Option<String>,
}

impl Page {
    /// True where only time can end it.
    pub fn waits(&self) -> bool {
        !self.done && self.question.is_none()
    }
    /// True where only an answer can end it.
    pub fn asks(&self) -> bool {
        !self.done && self.question.is_some()
    }
    /// Notes that a line was typed.
    pub fn typed(&mut self, shown: &str) {
        if let Some(line) = self.lines.iter_mut().find(|line| line.state == Typing::Coming) {
            line.shown = shown.to_owned();
            line.state = Typing::Running;
        }
    }
    /// Notes what came of the line that was typed last, where something has.
    pub fn hear(&mut self, outcome: Option<Output>) {
        let running = self.lines.iter_mut().find(|line| line.state == Typing::Running);
        if let (Some(line), Some(output)) = (running, outcome) {
            line.state = Typing::Done(output);
        }
    }
    /// Notes that something is as it must be, or why it is not.
    pub fn checked(&mut self, words: String, failure: Option<String>) {
        self.checks.push(Checked { words, failure });
    }
}
