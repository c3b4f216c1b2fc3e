//! Marks on the time line: what somebody did, what broke, where a scenario's steps are.

use crate::api::Time;
use crate::sim::{Change, Physical, What, World};

/// What a mark stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MarkKind {
    /// A line that changed something.
    Act,
    /// A cable, a power supply or a process was broken or mended by hand.
    Fault,
    /// A rule broke.
    Rule,
    /// A step of a scenario.
    Step,
}

/// A mark on the time line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mark {
    /// When.
    pub at: Time,
    /// What it stands for.
    pub kind: MarkKind,
    /// The line, the rule's name, or the step's title.
    pub label: String,
}

/// The marks that a line leaves: one for itself where it changed something since the change of that number.
pub fn of_line(world: &World, before: u64, at: Time, line: &str) -> Vec<Mark> {
    let mut changes = world.changes().since(before).peekable();
    if changes.peek().is_none() {
        return Vec::new();
    }
    let kind = if changes.any(|change| is_fault(change)) { MarkKind::Fault } else { MarkKind::Act };
    let mut marks = vec![Mark { at, kind, label: line.to_owned() }];
    marks.extend(of_time(world, before));
    marks
}

/// The marks that passing time leaves: a rule that breaks.
pub fn of_time(world: &World, before: u64) -> Vec<Mark> {
    let broken = |change: &Change| match &change.what {
        What::Rule { rule, broken: true, .. } => Some(Mark { at: change.at, kind: MarkKind::Rule, label: rule.to_string() }),
        What::Rule { .. } | What::Written { .. } | What::Physical(_) => None,
    };
    world.changes().since(before).filter_map(|change| broken(change)).collect()
}

fn is_fault(change: &Change) -> bool {
    let What::Physical(physical) = &change.what else { return false };
    matches!(
        physical,
        Physical::CableCut(_) | Physical::CableJoined(_) | Physical::PowerLost(_) | Physical::PowerBack(_) | Physical::Tampered(..)
    )
}
