//! The same story for a real cluster: a shell script of kubectl commands and waits. What only hands can do there (cables,
//! power) it asks for; the files that lines name are written into a folder of its own.

mod files;
mod line;
mod notes;
mod versions;

use crate::api::Span;
use crate::scenario::player::INTERRUPT;
use crate::scenario::question::{Answer, Form, Question};
use crate::scenario::script::Command;
use crate::scenario::{Check, Scenario, Step, What};
use files::Folder;
use line::{heredoc, is_client, on_a_machine, quoted, typed};

/// The helpers at the head of every script.
const HEAD: &str = include_str!("../../../assets/story.sh");
/// Seconds that there are at least for what is waited for: a real cluster pulls images.
const SHORTEST: i64 = 60;

/// The script.
pub fn shell(scenario: &Scenario) -> String {
    let mut writer = Writer::default();
    if !scenario.manifests.trim().is_empty() {
        writer.text.push_str(&format!("kubectl apply -f - {}", heredoc(&scenario.manifests)));
    }
    for (i, step) in scenario.steps.iter().enumerate() {
        writer.step(step, interrupted(&scenario.steps[i..]));
    }
    writer.text.push_str(&format!("say {}\n", quoted(&scenario.debrief.text())));
    let body = format!("{}{}", writer.folder.opened(), writer.text);
    let head = HEAD.replace("{{title}}", &comment(&scenario.title)).replace("{{summary}}", &comment(&scenario.summary));
    format!("{}{body}", head.replace("{{notes}}", &notes::notes(&body)))
}

/// After how many seconds the first of these steps is interrupted by the next that types.
fn interrupted(steps: &[Step]) -> Option<i64> {
    let mut typing = steps.iter().filter_map(|step| match &step.what {
        What::Do(lines, moment) => Some((lines, (*moment)?)),
        What::Say(..) | What::Until(..) | What::Ask(_) | What::Goal(_) | What::Expect(_) => None,
    });
    let (began, (lines, ended)) = (typing.next()?.1, typing.next()?);
    (lines.first()?.line == INTERRUPT).then(|| seconds(Span(ended.0 - began.0)).max(1))
}

/// Whole seconds that are not less.
fn seconds(span: Span) -> i64 {
    (span.0 + 999) / 1000
}

/// A script that is being written.
#[derive(Default)]
struct Writer {
    text: String,
    folder: Folder,
}

impl Writer {
    fn step(&mut self, step: &Step, limit: Option<i64>) {
        if let Some(chapter) = &step.chapter {
            self.text.push_str(&format!("\n# {}\n", comment(chapter)));
        }
        match &step.what {
            What::Say(words, _) => self.text.push_str(&format!("say {}\n", quoted(words))),
            What::Do(lines, moment) => self.lines(lines, *moment, limit),
            What::Until(check, within) => self.awaited(check, *within),
            What::Ask(question) => self.text.push_str(&asked(question)),
            What::Goal(goal) => {
                self.text.push_str(&format!("hands {}\n", quoted(&format!("{} Do it in another terminal.", goal.words))));
                goal.checks.iter().for_each(|check| self.awaited(check, goal.within));
            }
            What::Expect(check) => self.looked(check, "expect", "see for yourself"),
        }
    }
    fn lines(&mut self, lines: &[Command], moment: Option<Span>, limit: Option<i64>) {
        for command in lines.iter().filter(|command| command.line != INTERRUPT) {
            let due = moment.map(|moment| format!("at {}\n", seconds(moment))).unwrap_or_default();
            let files = self.folder.with(&command.files);
            self.text.push_str(&format!("{files}{due}{}", typed(command, limit)));
        }
    }
    fn awaited(&mut self, check: &Check, within: Span) {
        self.looked(check, &format!("within {}", seconds(within).max(SHORTEST)), "wait until you see it for yourself");
    }
    /// A check, looked at with a word of the script's helper, or by whoever runs it where no client can.
    fn looked(&mut self, check: &Check, how: &str, by_hand: &str) {
        let Some(line) = &check.run else {
            let comment = comment(&check.words());
            return self.text.push_str(&format!("# by now {comment}\n"));
        };
        if !is_client(line) {
            return self.text.push_str(&format!("hands {}\n", quoted(&format!("{by_hand}: {}", check.words()))));
        }
        let files = self.folder.with(&check.files);
        self.text.push_str(&files);
        let line = quoted(&on_a_machine(line));
        let sought = sought(check);
        if sought.is_empty() {
            self.text.push_str(&format!("{how} exits {} {line}\n", check.exits.unwrap_or_default()));
        }
        for (word, text) in sought {
            self.text.push_str(&format!("{how} {word} {} {line}\n", quoted(text)));
        }
    }
}

/// What a check looks for, and the word of the script's helper for it.
fn sought(check: &Check) -> Vec<(&'static str, &str)> {
    let rows = [("prints", &check.prints), ("contains", &check.contains), ("lacks", &check.lacks), ("matches", &check.matches)];
    rows.into_iter().filter_map(|(word, text)| Some((word, text.as_ref()?.trim_end()))).collect()
}

fn asked(question: &Question) -> String {
    let list: String = match &question.form {
        Form::Choices(choices) => {
            choices.iter().enumerate().map(|(i, choice)| format!("\n  {}. {}", i + 1, choice.text.trim_end())).collect()
        }
        Form::Name(among) | Form::Order(among) if !among.is_empty() => format!("\n  {}", among.join(", ")),
        Form::Number(_) | Form::Name(_) | Form::Order(_) => String::new(),
    };
    let given = match &question.answer {
        Answer::Given(reply) => format!("say {}\n", quoted(&format!("It is {reply}."))),
        Answer::Ahead(_) => String::new(),
    };
    format!("ask {}\n{given}", quoted(&format!("{}{list}", question.words.trim_end())))
}

/// A text that fits behind a `#`.
fn comment(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
