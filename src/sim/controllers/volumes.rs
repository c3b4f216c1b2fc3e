//! Claims and volumes: binding, reclaiming, protection, attaching.

use super::super::apiserver::Desk;
use super::super::change::Controller;
use super::super::disk::DiskKind;
use super::super::world::World;
use crate::api::{Key, Kind, Name, Node, Object, PersistentVolume, PersistentVolumeClaim};

/// What the volume controllers remember.
#[derive(Clone, Debug, Default)]
pub struct Memory {}

/// The default class that admission gives a claim.
pub fn default_class(_world: &World) -> Option<Name> {
    None
}

/// Takes a key from a queue.
pub fn sync(_desk: &mut Desk, _controller: Controller, _kind: Kind, _key: &Key) {}

/// A periodic pass.
pub fn pass(_desk: &mut Desk, _controller: Controller) {}

/// Hears of a write.
pub fn notice(_world: &mut World, _before: Option<&Object>, _after: Option<&Object>) {}

/// True where a volume is attached to a node.
pub fn is_attached(_world: &World, _volume: &str, _node: &str) -> bool {
    false
}

/// The disk behind a volume on a node.
pub fn disk_of(_volume: &PersistentVolume, _node: &str) -> (Name, DiskKind) {
    (Name::default(), DiskKind::Shared)
}

/// Makes a disk where there is none of that identity.
pub fn ensure_disk(_world: &mut World, _id: &Name, _kind: DiskKind) {}

/// True where a claim is bound only once a pod that uses it has been given a node.
pub fn waits_for_consumer(_world: &World, _claim: &PersistentVolumeClaim) -> bool {
    false
}

/// True where a claim that waits for its consumer could be bound on a node.
pub fn can_serve(_world: &World, _claim: &PersistentVolumeClaim, _node: &Node) -> bool {
    false
}

/// Has a claim that waited for its consumer bound for a node.
pub fn select_node(_world: &mut World, _claim: &PersistentVolumeClaim, _node: &Name) {}
