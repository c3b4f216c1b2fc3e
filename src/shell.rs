//! The command language: one line in, text out. kubectl's own verbs where it has one, curl and dig, and hands on
//! machines, applications and time.
//!
//! A line that has to wait (`kubectl delete`, `wait 30s`) becomes a [`Job`], which is polled as virtual time passes.
//! Wrong input gets the text and the exit code that the real tool would give, and changes nothing.

use crate::api::{Given, Time};
use crate::sim::World;
use pipe::Filter;

mod complete;
mod curl;
mod dig;
mod disk;
pub mod draft;
mod environment;
mod files;
mod flags;
mod hands;
mod inside;
mod job;
mod kubectl;
mod line;
mod pipe;
pub mod requests;
mod time;
mod traffic;
mod verbs;
mod voice;
mod wget;

pub use complete::complete;
pub use files::{Folder, MANIFESTS, Named, named};
pub use job::{Job, PATIENCE};
pub use kubectl::{FieldDoc, difference, field_doc};
pub use line::stages;
pub use verbs::{VERBS, Verb, near};

/// What a command printed and how it ended.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Output {
    /// Standard output.
    pub out: String,
    /// Standard error, to be shown after it.
    pub err: String,
    /// Exit code: 0 for success.
    pub rc: i32,
}

/// What became of a line.
#[derive(Clone, Debug)]
pub enum Turn {
    /// It is done.
    Done(Output),
    /// It waits for something; let time pass and poll it.
    Waiting(Job),
}

/// Runs a line now, with the standard input and the files that are given with it: those that [`named`] tells of.
pub fn run(world: &mut World, line: &str, given: impl Into<Given>) -> Turn {
    let complaint = |text: String, rc| Turn::Done(Output { err: text + "\n", rc, ..Output::default() });
    let stages = match line::stages(line) {
        Ok(stages) => stages,
        Err(text) => return complaint(text, 2),
    };
    let Some((words, behind)) = stages.split_first().filter(|(words, _)| !words.is_empty()) else {
        return Turn::Done(Output::default());
    };
    let filters: Result<Vec<Filter>, String> = behind.iter().map(|words| pipe::read(words)).collect();
    match filters {
        Ok(filters) => verbs::dispatch(world, words, &given.into()).piped(filters),
        Err(text) => complaint(text, 127),
    }
}

impl Turn {
    /// The same with its standard output sent through filters.
    fn piped(self, filters: Vec<Filter>) -> Turn {
        match self {
            Turn::Done(output) => Turn::Done(output.piped(&filters)),
            Turn::Waiting(job) => Turn::Waiting(job.piped(filters)),
        }
    }
}

impl Output {
    /// Sends standard output through filters, the last of which decides how the line ended.
    fn piped(mut self, filters: &[Filter]) -> Output {
        for filter in filters {
            let (out, found) = filter.pass(&self.out);
            self.out = out;
            self.rc = i32::from(!found);
        }
        self
    }
}

/// Lets virtual time pass until the command is done, at most [`PATIENCE`] or as long as it says that it waits.
pub fn finish(world: &mut World, turn: Turn) -> Output {
    finish_watched(world, turn, &mut |_| ())
}

/// The same; `watch` sees the world after each event.
pub fn finish_watched(world: &mut World, turn: Turn, watch: &mut dyn FnMut(&World)) -> Output {
    let mut job = match turn {
        Turn::Done(output) => return output,
        Turn::Waiting(job) => job,
    };
    let limit = job.until().unwrap_or_default().max(world.now() + PATIENCE);
    loop {
        let answer = job.poll(world);
        watch(world);
        if let Some(output) = answer {
            return output;
        }
        let next = [world.agenda().next_at(), job.until()].into_iter().flatten().min().unwrap_or(Time::NEVER);
        if next > limit || job.is_idle(world) {
            return job.interrupt("it still waited after an hour of virtual time");
        }
        if world.agenda().next_at() == Some(next) {
            world.step();
        } else {
            world.advance(next);
        }
    }
}

#[cfg(test)]
mod tests;
