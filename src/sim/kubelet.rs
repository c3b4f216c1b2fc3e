//! One kubelet a node: it acts on what it last heard, and the record knows what it last told.

pub mod power;

use super::world::World;
use crate::api::{Name, Object, Uid};

/// Something that is due at a machine.
#[derive(Clone, Debug, PartialEq)]
pub enum Errand {
    /// The news of a pod arrives.
    Hear(Uid),
    /// The next step of a pod's life is due.
    Proceed(Uid),
    /// A report arrives at the record.
    Report(Uid),
    /// A readiness or liveness probe is due: pod and container.
    Probe(Uid, Name),
    /// What should not run is killed.
    Housekeeping,
}

/// Does what is due at a machine.
pub fn run(_world: &mut World, _node: &Name, _errand: Errand) {}

/// A node sends a sign of life.
pub fn heartbeat(_world: &mut World, _node: &Name) {}

/// Hears of a write.
pub fn notice(_world: &mut World, _before: Option<&Object>, _after: Option<&Object>) {}

/// A node's kubelet begins its rounds.
pub fn begin(_world: &mut World, _node: &Name) {}
