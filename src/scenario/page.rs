//! A page: what of a scenario is shown at once, for whoever draws it.

use super::document::Goal;
use super::question::{Asking, Reply, Verdict};
use super::script::Command;
use crate::shell::Output;

/// Milliseconds to read a letter.
const LETTER: u64 = 32;
/// The shortest and the longest time for a page, in milliseconds.
const READING: (u64, u64) = (1200, 7000);

/// What is shown between two presses of the key that goes on.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Page {
    /// Number of its step, counted from 1; 0 for the page before the first.
    pub step: usize,
    /// The chapter that its step belongs to.
    pub chapter: Option<String>,
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
    /// What is to be reached.
    pub goal: Option<Pursuit>,
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
    /// The question as it is put.
    pub asking: Asking,
    /// How many of its hints are shown.
    pub hinted: usize,
    /// What has been written of an answer.
    pub written: String,
    /// Hands shown for each choice.
    pub hands: Vec<u32>,
    /// True while the hands are not shown.
    pub hidden: bool,
    /// What was answered, once it was.
    pub verdict: Option<Verdict>,
}

impl Asked {
    /// A question that nobody has answered.
    pub fn new(asking: Asking) -> Asked {
        let hands = vec![0; asking.choices.len()];
        Asked { asking, hinted: 0, written: String::new(), hands, hidden: true, verdict: None }
    }
    /// The answer for which most hands were shown; the first of several.
    pub fn favourite(&self) -> Option<Reply> {
        let most = *self.hands.iter().max()?;
        let choice = self.hands.iter().position(|hands| *hands == most && most > 0)?;
        self.choice(choice)
    }
    /// The answer that a choice stands for, from 0.
    pub fn choice(&self, choice: usize) -> Option<Reply> {
        let text = self.asking.choices.get(choice)?;
        match self.asking.wants {
            super::question::Wants::Choice => Some(Reply::Choice(choice)),
            wants => wants.read(text),
        }
    }
}

/// A goal, and how far somebody is.
#[derive(Clone, Debug, PartialEq)]
pub struct Pursuit {
    /// What is to be reached.
    pub goal: Goal,
    /// How many of its hints are shown.
    pub hinted: usize,
    /// How many commands changed something so far.
    pub commands: usize,
    /// True once it is reached.
    pub reached: bool,
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
    /// How many milliseconds it takes to read it.
    pub fn reading(&self) -> u64 {
        let asked = self.question.as_ref().map(|asked| &asked.asking);
        let question = asked.map_or(0, |asking| asking.words.len() + asking.choices.iter().map(String::len).sum::<usize>());
        let lines: usize = self.lines.iter().chain(&self.coming).map(|line| line.shown.len()).sum();
        let letters = self.caption.len() + question + lines + self.teaches.iter().map(String::len).sum::<usize>();
        (letters as u64 * LETTER).clamp(READING.0, READING.1)
    }
    /// True where only time can end it.
    pub fn waits(&self) -> bool {
        !self.done && self.question.is_none() && self.goal.is_none()
    }
    /// True where only an answer can end it.
    pub fn asks(&self) -> bool {
        !self.done && self.question.is_some()
    }
    /// True where whoever plays has to reach something.
    pub fn challenges(&self) -> bool {
        !self.done && self.goal.is_some()
    }
    /// True where one key shows how it came: the answer was found by playing ahead.
    pub fn shows(&self) -> bool {
        self.question.as_ref().is_some_and(|asked| asked.verdict.is_some() && asked.asking.shows)
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
    /// Shows one hint more; false where there is none.
    pub fn hint(&mut self) -> bool {
        let shown = match (&mut self.question, &mut self.goal) {
            (Some(asked), _) if asked.verdict.is_none() => (&mut asked.hinted, asked.asking.hints.len()),
            (_, Some(pursuit)) if !pursuit.reached => (&mut pursuit.hinted, pursuit.goal.hints.len()),
            _ => return false,
        };
        let more = *shown.0 < shown.1;
        *shown.0 += usize::from(more);
        more
    }
    /// True where one more hint can be shown.
    pub fn has_hints(&self) -> bool {
        match (&self.question, &self.goal) {
            (Some(asked), _) => asked.verdict.is_none() && asked.hinted < asked.asking.hints.len(),
            (None, Some(pursuit)) => !pursuit.reached && pursuit.hinted < pursuit.goal.hints.len(),
            (None, None) => false,
        }
    }
    /// The hints that are shown.
    pub fn hints(&self) -> &[String] {
        match (&self.question, &self.goal) {
            (Some(asked), _) => &asked.asking.hints[..asked.hinted.min(asked.asking.hints.len())],
            (None, Some(pursuit)) => &pursuit.goal.hints[..pursuit.hinted.min(pursuit.goal.hints.len())],
            (None, None) => &[],
        }
    }
}
