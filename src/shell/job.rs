//! A command that waits, polled as virtual time passes.

use super::kubectl::{attach::Attached, drain::Drain, events, gone::Gone, logs, rollout::Rollout, until::Until, watch::Watch};
use super::pipe::Filter;
use super::time::{Pause, Settle};
use super::voice::{Failure, Voice};
use super::{Output, Turn};
use crate::api::{Span, Time};
use crate::sim::World;

/// How long a command without a screen waits at most, in virtual time.
pub const PATIENCE: Span = Span::mins(60);

/// What a job waits for.
#[derive(Clone, Debug)]
pub enum Task {
    /// A length of time.
    Pause(Pause),
    /// Quiet.
    Settle(Settle),
    /// Objects to be gone.
    Gone(Gone),
    /// Objects to be in some state.
    Until(Until),
    /// A rollout to be through.
    Rollout(Rollout),
    /// Whatever comes.
    Watch(Watch),
    /// Whatever events come.
    Events(events::Follow),
    /// Whatever containers print.
    Logs(logs::Follow),
    /// The end of a pod's process.
    Attached(Attached),
    /// A node to be empty.
    Drain(Drain),
}

/// A command that waits. Copies go on independently.
#[derive(Clone, Debug)]
pub struct Job {
    voice: Voice,
    task: Box<Task>,
    filters: Vec<Filter>,
}

impl Job {
    pub(super) fn start(world: &mut World, voice: Voice, task: Task) -> Turn {
        let mut job = Job { voice, task: Box::new(task), filters: Vec::new() };
        match job.poll(world) {
            Some(output) => Turn::Done(output),
            None => Turn::Waiting(job),
        }
    }

    /// Looks whether it can go on; the answer holds everything printed, [`Job::so_far`] included.
    pub fn poll(&mut self, world: &mut World) -> Option<Output> {
        let voice = &mut self.voice;
        let done = match &mut *self.task {
            Task::Pause(task) => task.poll(world),
            Task::Settle(task) => task.poll(world),
            Task::Gone(task) => task.poll(world, voice),
            Task::Until(task) => task.poll(world, voice),
            Task::Rollout(task) => task.poll(world, voice),
            Task::Watch(task) => task.poll(world, voice),
            Task::Events(task) => task.poll(world, voice),
            Task::Logs(task) => task.poll(world, voice),
            Task::Attached(task) => task.poll(world, voice),
            Task::Drain(task) => task.poll(world, voice),
        };
        done.then(|| self.voice.output().piped(&self.filters))
    }

    /// The same with its output sent through filters once it is done.
    pub(super) fn piped(self, filters: Vec<Filter>) -> Job {
        Job { filters, ..self }
    }

    /// When to poll even where nothing happens; `None` where only changes matter.
    pub fn until(&self) -> Option<Time> {
        match &*self.task {
            Task::Pause(task) => task.until(),
            Task::Settle(task) => task.until(),
            Task::Gone(task) => task.until(),
            Task::Until(task) => task.until(),
            Task::Rollout(task) => task.until(),
            Task::Drain(task) => task.until(),
            Task::Logs(task) => task.until(),
            Task::Watch(_) | Task::Events(_) | Task::Attached(_) => None,
        }
    }

    /// What it has printed on standard output; nothing yet where that goes through a pipe.
    pub fn so_far(&self) -> &str {
        if self.filters.is_empty() { &self.voice.out } else { "" }
    }

    /// True for what never ends by itself and may be left at any time.
    fn watches(&self) -> bool {
        matches!(*self.task, Task::Watch(_) | Task::Events(_) | Task::Logs(_))
    }

    /// True where it would wait for ever and nothing more is going on: a watch of a cluster at rest.
    pub fn is_idle(&self, world: &World) -> bool {
        self.watches() && world.next_busy().is_none()
    }

    /// Ends it before it is done, as Ctrl-C would: what it has printed, with exit code 130 unless it was only watching.
    pub fn interrupt(mut self, why: &str) -> Output {
        if !self.watches() {
            self.voice.fail(Failure { text: format!("^C ({why})"), rc: 130 });
        }
        self.voice.output().piped(&self.filters)
    }
}
