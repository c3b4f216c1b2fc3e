//! What could help a pod that waits: who refused it, and which news could change that. Upstream: queueing hints, the
//! plugins' EventsToRegister.

use crate::api::Node;
use std::ops::BitOr;

/// A set of things that could help.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Help(u8);

impl Help {
    /// Room on a node, or a port, or a claim of one pod.
    pub const ROOM: Help = Help(1);
    /// A taint or a cordon that goes.
    pub const TAINT: Help = Help(2);
    /// Other labels of a node.
    pub const LABEL: Help = Help(4);
    /// Claims, volumes and classes.
    pub const VOLUME: Help = Help(8);
    /// Pods that come, or have other labels.
    pub const NEIGHBOUR: Help = Help(16);
    /// A new node, which helps everybody.
    pub const NODE: Help = Help(32);
    /// Anything.
    pub const ANY: Help = Help(63);

    /// How many kinds there are.
    pub const KINDS: usize = 6;

    /// Numbers of the kinds in it, below [`Help::KINDS`].
    pub fn kinds(self) -> impl Iterator<Item = usize> {
        (0..Help::KINDS).filter(move |kind| self.0 & (1 << kind) != 0)
    }
    /// True where both have something in common.
    pub fn meets(self, other: Help) -> bool {
        self.0 & other.0 != 0
    }
}

impl BitOr for Help {
    type Output = Help;
    fn bitor(self, other: Help) -> Help {
        Help(self.0 | other.0)
    }
}

/// What a change of a node could help. A taint that comes helps nobody.
pub fn of_change(before: &Node, after: &Node) -> Help {
    let lost = before.spec.taints.iter().any(|t| !after.spec.taints.iter().any(|u| u.key == t.key && u.effect == t.effect));
    let opened = before.spec.unschedulable && !after.spec.unschedulable;
    [
        (lost || opened, Help::TAINT),
        (before.metadata.labels != after.metadata.labels, Help::LABEL),
        (before.status.allocatable != after.status.allocatable, Help::ROOM),
    ]
    .iter()
    .filter(|(changed, _)| *changed)
    .fold(Help::default(), |all, (_, help)| all | *help)
}
