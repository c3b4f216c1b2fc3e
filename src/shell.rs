//! The command language.

use crate::api::{Span, Time};
use crate::sim::World;

/// What a line printed, and how it ended.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Output {
    /// Standard output.
    pub out: String,
    /// Standard error, printed after it.
    pub err: String,
    /// Exit code.
    pub rc: i32,
}

/// A line is done, or waits for time to pass.
#[derive(Clone, Debug)]
pub enum Turn {
    /// Done.
    Done(Output),
    /// It waits.
    Waiting(Job),
}

/// A line that waits.
#[derive(Clone, Debug)]
pub struct Job {
    until: Time,
}

impl Job {
    /// Looks whether it is done.
    pub fn poll(&mut self, world: &mut World) -> Option<Output> {
        (world.now() >= self.until).then(Output::default)
    }
    /// When to look even if nothing happens.
    pub fn until(&self) -> Option<Time> {
        Some(self.until)
    }
    /// What it has printed already.
    pub fn so_far(&self) -> &str {
        ""
    }
}

/// Runs a line.
pub fn run(world: &mut World, line: &str, _stdin: Option<&str>) -> Turn {
    let words: Vec<&str> = line.split_whitespace().collect();
    match words.as_slice() {
        ["wait", secs] => {
            let secs = secs.trim_end_matches('s').parse().unwrap_or(1);
            Turn::Waiting(Job { until: world.now() + Span::secs(secs) })
        }
        [verb @ ("disconnect" | "reconnect"), node] => {
            let act = if *verb == "disconnect" { crate::sim::Act::Disconnect } else { crate::sim::Act::Reconnect };
            Turn::Done(match world.apply(act((*node).into())) {
                Ok(_) => Output::default(),
                Err(refusal) => Output { err: format!("Error: {}\n", refusal.message), rc: 1, ..Output::default() },
            })
        }
        _ => Turn::Done(Output { err: format!("podyard: unknown command: {line}\n"), rc: 1, ..Output::default() }),
    }
}

/// Lets time pass until a turn is done.
pub fn finish(world: &mut World, turn: Turn) -> Output {
    match turn {
        Turn::Done(output) => output,
        Turn::Waiting(mut job) => loop {
            if let Some(output) = job.poll(world) {
                return output;
            }
            world.advance(world.agenda().next_at().unwrap_or(Time::NEVER).min(job.until));
        },
    }
}

/// What the last word of a line could become.
pub fn complete(_world: &World, _line: &str) -> Vec<String> {
    Vec::new()
}
