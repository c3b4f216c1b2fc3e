//! Rules that should always hold, as instruments: a violation is a change, never a crash.

use imbl::OrdMap;

/// A rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Rule {
    /// At most one process carries a StatefulSet pod's name.
    OneProcessPerName,
    /// A disk of a ReadWriteOnce volume is used by one machine.
    OneNodePerDisk,
    /// What was written and acknowledged can be read.
    NoWriteLost,
}

/// A row of the table of rules: the rule, its short name for a lamp, and the rule in a sentence.
pub static RULES: &[(Rule, &str, &str)] = &[
    (Rule::OneProcessPerName, "one process per name", "at most one process carries the name of a StatefulSet's pod"),
    (Rule::OneNodePerDisk, "RWO", "a ReadWriteOnce volume is in use on one machine only"),
    (Rule::NoWriteLost, "no write lost", "what was written and acknowledged is still there"),
];

/// How the rules stand: what breaks each, in words; absent where it holds.
#[derive(Clone, Debug, Default)]
pub struct Rules {
    broken: OrdMap<Rule, crate::api::Name>,
}

impl Rules {
    /// What breaks a rule; `None` where it holds.
    pub fn broken(&self, rule: Rule) -> Option<&crate::api::Name> {
        self.broken.get(&rule)
    }
}

/// Looks whether the rules hold after a step, and notes what changed.
pub fn check(_world: &mut super::world::World) {}
