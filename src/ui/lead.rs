//! What a newcomer may do next: one thing at a time, each until it has been done once. The order is that of the first
//! minutes: both sets grow, each loses a pod, why they differ; then a cable is pulled, and what comes of it.

use super::actions::Action;
use crate::scene::Stage;
use crate::scene::facts::{Look, Verdict};

/// A thing to do.
struct Step {
    action: Action,
    /// What it does: to both sets, and to one.
    words: [&'static str; 2],
    /// Where it makes sense.
    fits: fn(&Stage) -> bool,
}

const STEPS: [Step; 8] = [
    Step { action: Action::ScaleUp, words: ["one more pod for both sets", "one more pod"], fits: |_| true },
    Step { action: Action::Delete, words: ["lose a pod of each", "lose a pod"], fits: |_| true },
    Step { action: Action::Why, words: ["why they differ", "why it is so"], fits: |_| true },
    Step { action: Action::Cable, words: ["pull a node's cable"; 2], fits: |stage| !has_cut(stage) },
    Step {
        action: Action::Next,
        words: ["skip to what comes of it"; 2],
        fits: |stage| has_cut(stage) && !has_stuck(stage) && !has_ghost(stage),
    },
    Step { action: Action::Force, words: ["erase it, whatever still runs"; 2], fits: has_stuck },
    Step { action: Action::Undo, words: ["take that back"; 2], fits: has_ghost },
    Step { action: Action::Scenarios, words: ["stories, told step by step"; 2], fits: |_| true },
];

fn has_cut(stage: &Stage) -> bool {
    stage.hosts.iter().any(|host| !host.is_linked())
}

/// True where a pod is to go and nobody can tell whether it has.
fn has_stuck(stage: &Stage) -> bool {
    stage.sets.iter().flat_map(|set| &set.rows).any(|row| row.look == Look::Leaving && row.unreachable)
}

/// True where something runs that the record has forgotten.
fn has_ghost(stage: &Stage) -> bool {
    stage.hosts.iter().flat_map(|host| host.running.iter()).any(|running| running.verdict == Verdict::Erased)
}

/// How far a newcomer is.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Lead {
    done: Vec<Action>,
    over: bool,
}

impl Lead {
    /// Notes that something was done.
    pub fn did(&mut self, action: Action) {
        let action = if action == Action::ScaleDown { Action::ScaleUp } else { action };
        // Time is skipped until there is something to see.
        if action != Action::Next && !self.done.contains(&action) {
            self.done.push(action);
        }
    }
    /// Nobody needs to be led any more.
    pub fn end(&mut self) {
        self.over = true;
    }
    /// What may be done next, and what that does, to both sets or to one.
    pub fn next(&self, stage: &Stage, both: bool) -> Option<(Action, &'static str)> {
        let mut open = STEPS.iter().filter(|step| !self.over && !self.done.contains(&step.action));
        open.find(|step| (step.fits)(stage)).map(|step| (step.action, step.words[usize::from(!both)]))
    }
}
