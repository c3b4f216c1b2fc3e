//! Time as a verb: `wait 30s` and `settle`.

use super::job::Task;
use super::voice::Failure;
use crate::api::{Span, Time, age};
use crate::sim::World;

/// How long `settle` goes on at most.
const SETTLE_LIMIT: Span = Span::mins(10);

/// Waits for a moment.
#[derive(Clone, Debug)]
pub struct Pause(Time);

impl Pause {
    /// True once the moment has come.
    pub fn poll(&self, world: &World) -> bool {
        world.now() >= self.0
    }
    /// The moment.
    pub fn until(&self) -> Option<Time> {
        Some(self.0)
    }
}

/// Waits until nothing but signs of life, periodic passes and timers is due.
#[derive(Clone, Debug)]
pub struct Settle {
    limit: Time,
    next: Option<Time>,
}

impl Settle {
    /// True once it is quiet, or its time is up.
    pub fn poll(&mut self, world: &World) -> bool {
        self.next = world.next_busy();
        self.next.is_none() || world.now() >= self.limit
    }
    /// When the next thing happens.
    pub fn until(&self) -> Option<Time> {
        self.next
    }
}

/// `wait 1m30s`.
pub fn wait(world: &World, words: &[String]) -> Result<Task, Failure> {
    let [text] = words else { return Err(Failure { text: "usage: wait DURATION, such as 30s or 1m30s".to_owned(), rc: 2 }) };
    let span =
        age::parse(text).ok_or_else(|| Failure { text: format!("wait: invalid duration {text:?}: write 500ms, 30s or 1m30s"), rc: 2 })?;
    Ok(Task::Pause(Pause(world.now() + span)))
}

/// `settle`.
pub fn settle(world: &World, words: &[String]) -> Result<Task, Failure> {
    if !words.is_empty() {
        return Err(Failure { text: "usage: settle".to_owned(), rc: 2 });
    }
    Ok(Task::Settle(Settle { limit: world.now() + SETTLE_LIMIT, next: None }))
}
