//! Timers that run on a process.

use super::Timer;
use crate::sim::machine::{Process, Step};

/// When its kubelet tries again what has failed: the first of its containers' back-offs.
pub fn held_back(process: &Process) -> Option<Timer> {
    let runs = process.init.iter().chain(&process.containers);
    let failing = runs.filter(|run| run.crashes + run.pulls > 0);
    let until = failing.filter_map(|run| if let Step::HeldBack(until) = run.step { Some(until) } else { None }).min()?;
    Some(Timer { until, word: "back-off" })
}
