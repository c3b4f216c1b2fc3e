//! What a scenario's run prints, as text or as one JSON object a line.

use super::trace::seconds;
use crate::scenario::Reply;
use crate::scenario::player::Beat;
use crate::scenario::question::{Asking, Wants};
use crate::scenario::rehearse::News;
use crate::scenario::script::Command;
use crate::shell::Output;
use crate::sim::World;
use serde_json::{Value, json};
use std::io::{self, Write};

/// Prints what happens in a script.
pub struct Narrator<'a> {
    out: &'a mut dyn Write,
    json: bool,
    early: bool,
    asked: Option<Asking>,
    after_blank: bool,
    failed: io::Result<()>,
}

impl<'a> Narrator<'a> {
    /// A narrator that prints here.
    pub fn new(out: &'a mut dyn Write, json: bool) -> Narrator<'a> {
        Narrator { out, json, early: false, asked: None, after_blank: true, failed: Ok(()) }
    }
    /// The same, that prints a line as it is typed, and what came of it later.
    pub fn early(self, early: bool) -> Narrator<'a> {
        Narrator { early, ..self }
    }
    /// Prints a line and what came of it.
    pub fn printed(&mut self, world: &World, command: &Command, output: &Output) {
        let text = format!("{}{}", output.out, output.err);
        if self.json {
            // The order of these keys is part of the format.
            let line = Value::from(command.line.as_str());
            self.object(world, &format!("\"line\": {line}, \"rc\": {}, \"out\": {}", output.rc, Value::from(text)));
        } else {
            let line = if self.early { String::new() } else { format!("$ {}\n", command.shown) };
            self.say(&format!("{line}{text}"));
        }
    }
    /// Prints a beat.
    pub fn beat(&mut self, world: &World, beat: &Beat) {
        if let Beat::Ask(asking) = beat {
            self.asked = Some(asking.clone());
        }
        if self.json {
            if let Some(Value::Object(fields)) = self.value(beat) {
                let cells: Vec<String> = fields.iter().map(|(key, value)| format!("\"{key}\": {value}")).collect();
                self.object(world, &cells.join(", "));
            }
        } else if let Some(text) = self.text(beat) {
            self.say(&text);
        }
    }
    /// The first error in printing, where there was one.
    pub fn finish(self) -> io::Result<()> {
        self.failed.and_then(|()| self.out.flush())
    }

    fn text(&self, beat: &Beat) -> Option<String> {
        match beat {
            Beat::Say(words, _) => Some(format!("\n{}\n\n", words.trim_end())),
            Beat::Ask(asking) => {
                let list: String = asking.choices.iter().enumerate().map(|(i, choice)| format!("   {}. {choice}\n", i + 1)).collect();
                Some(format!("\n?  {}\n{list}", asking.words))
            }
            Beat::Answered(verdict) => Some(match &verdict.right {
                Reply::Choice(right) => format!("=> {}. {}\n\n", right + 1, self.choice(*right)),
                other => format!("=> {other}\n\n"),
            }),
            Beat::Goal(goal) => Some(format!("\n!  {}\n", goal.words)),
            Beat::Reached(words) => Some(format!("reached: {words}\n\n")),
            Beat::Passed(words) => Some(format!("ok {words}\n")),
            Beat::Failed(line, why) => Some(format!("FAILED at line {line}: {why}\n")),
            Beat::Debrief(words) => Some(format!("\n{}\n", words.trim_end())),
            Beat::Typed(command) if self.early => Some(format!("$ {}\n", command.shown)),
            Beat::Typed(_) | Beat::Waiting(_) | Beat::End => None,
        }
    }
    fn value(&self, beat: &Beat) -> Option<Value> {
        match beat {
            Beat::Say(words, at) => Some(json!({ "say": words, "at": at })),
            Beat::Ask(asking) if asking.wants == Wants::Choice => Some(json!({ "ask": asking.words, "choices": asking.choices })),
            Beat::Ask(asking) => Some(json!({ "ask": asking.words, "wants": asking.wants.word(), "among": asking.choices })),
            Beat::Answered(verdict) => Some(match &verdict.right {
                Reply::Choice(right) => json!({ "answer": right + 1, "text": self.choice(*right) }),
                Reply::Number(number) => json!({ "answer": number }),
                Reply::Name(name) => json!({ "answer": name }),
                Reply::Order(names) => json!({ "answer": names }),
            }),
            Beat::Goal(goal) => Some(json!({ "goal": goal.words, "par": goal.par })),
            Beat::Reached(words) => Some(json!({ "reached": words })),
            Beat::Passed(words) => Some(json!({ "passed": words })),
            Beat::Failed(line, why) => Some(json!({ "failed": why, "at": line })),
            Beat::Debrief(words) => Some(json!({ "debrief": words })),
            Beat::Typed(_) | Beat::Waiting(_) | Beat::End => None,
        }
    }
    fn choice(&self, index: usize) -> &str {
        self.asked.as_ref().and_then(|asking| asking.choices.get(index)).map_or("", |choice| choice)
    }
    fn object(&mut self, world: &World, cells: &str) {
        let time = seconds(world.now(), world.options().epoch);
        self.say(&format!("{{\"t\": {time}, {cells}}}\n"));
    }
    /// Prints a text as it is; nothing where there is none.
    pub fn say(&mut self, text: &str) {
        if text.is_empty() {
            return;
        }
        let text = if self.after_blank { text.trim_start_matches('\n') } else { text };
        self.after_blank = text.ends_with("\n\n");
        if self.failed.is_ok() {
            self.failed = self.out.write_all(text.as_bytes());
        }
    }
}

/// Tells a narrator and a trace what happens.
pub fn tell(narrator: &mut Narrator, world: &World, news: &News) {
    match news {
        News::Beat(beat) => narrator.beat(world, beat),
        News::Printed(command, output) => narrator.printed(world, command, output),
    }
}
