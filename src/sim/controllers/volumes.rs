//! Claims and volumes: binding, provisioning, reclaiming, protecting, attaching. Upstream: pkg/controller/volume.

use super::super::apiserver::Desk;
use super::super::change::Controller;
use super::super::latency::Latency;
use super::super::world::World;
use crate::api::storage::StorageClass;
use crate::api::{Key, Kind, Name, Object, Uid};
use imbl::{OrdMap, OrdSet};

mod attach;
mod binder;
mod consumer;
mod disks;
mod ephemeral;
mod expand;
mod matching;
mod news;
mod phases;
mod protection;
mod provision;
mod reclaim;
mod recycler;

pub use attach::{is_attached, listed_name};
pub use consumer::{can_serve, is_promised, select_node, waits_for_consumer};
pub use disks::{disk_behind, disk_of, driver_of, ensure_disk, needs_attach, reaches};
pub use ephemeral::foreign;

/// On a volume or claim: the controller chose the other one.
const BOUND_BY_CONTROLLER: &str = "pv.kubernetes.io/bound-by-controller";
/// On a claim: all four writes of its binding were begun.
const BIND_COMPLETED: &str = "pv.kubernetes.io/bind-completed";
/// On a volume: who made it.
const PROVISIONED_BY: &str = "pv.kubernetes.io/provisioned-by";
/// On a claim: the node that the scheduler chose for its pod.
const SELECTED_NODE: &str = "volume.kubernetes.io/selected-node";
const YES: &str = "yes";
/// Whose waits are noted here.
const WHO: &str = "persistentvolume-controller";

/// What the volume controllers remember.
#[derive(Clone, Debug, Default)]
pub struct Memory {
    /// Claims without a volume and volumes that are to be reclaimed: what a resync looks at.
    unsettled: OrdSet<(Kind, Key)>,
    /// Volumes that are being recycled, and their recycler pods once they exist.
    recycling: OrdMap<Name, Option<Uid>>,
    /// Claims for which a driver makes a volume.
    provisioning: OrdSet<Uid>,
    /// Claims for which nothing could be provisioned, and how long that is not tried again.
    pauses: OrdMap<Uid, provision::Pause>,
    /// What is attached where.
    attached: attach::Ledger,
}

/// The default class that admission gives a claim: the newest of those marked, then the first by name.
pub fn default_class(world: &World) -> Option<Name> {
    let classes = world.list::<StorageClass>().filter(|class| class.is_default());
    classes.min_by_key(|c| (std::cmp::Reverse(c.metadata.created()), c.metadata.name.clone())).map(|c| c.metadata.name.clone())
}

/// Takes a key from a queue.
pub fn sync(desk: &mut Desk, controller: Controller, kind: Kind, key: &Key) {
    match (controller, kind) {
        (Controller::PersistentVolume, Kind::PersistentVolumeClaim) => binder::sync_claim(desk, key),
        (Controller::PersistentVolume, Kind::PersistentVolume) => phases::sync_volume(desk, key),
        (Controller::PersistentVolume, Kind::Pod) => recycler::sync(desk, key),
        (Controller::PersistentVolume, Kind::Event) => recycler::relay(desk, key),
        (Controller::PersistentVolume, Kind::StorageClass) => provision::deliver(desk, key),
        (Controller::ClaimProtection, _) => protection::sync_claim(desk, key),
        (Controller::VolumeProtection, _) => protection::sync_volume(desk, key),
        (Controller::EphemeralVolume, _) => ephemeral::sync(desk, key),
        (Controller::VolumeExpand, Kind::PersistentVolumeClaim) => expand::sync_claim(desk, key),
        (Controller::VolumeExpand, Kind::PersistentVolume) => expand::deliver(desk, key),
        (Controller::AttachDetach, Kind::PersistentVolume) => attach::sync_volume(desk, key),
        (Controller::AttachDetach, Kind::VolumeAttachment) => attach::finish(desk, key),
        _ => {}
    }
}

/// A periodic pass: what has not found its peace is looked at again, as upstream looks at everything.
pub fn pass(desk: &mut Desk, controller: Controller) {
    if controller != Controller::PersistentVolume {
        return;
    }
    for (kind, key) in desk.memory.volumes.unsettled.clone() {
        desk.world().enqueue(controller, kind, &key, crate::api::Span(0));
    }
    super::begin(desk.world(), controller);
}

/// Hears of a write.
pub fn notice(world: &mut World, before: Option<&Object>, after: Option<&Object>) {
    news::written(world, before, after);
}

fn unsettle(world: &mut World, kind: Kind, key: &Key) {
    world.memory.volumes.unsettled.insert((kind, key.clone()));
}

fn release(world: &mut World, kind: Kind, key: &Key) {
    if world.wait(kind, key).is_some_and(|wait| wait.who == WHO) {
        world.release(kind, key);
    }
}

fn enqueue(world: &mut World, controller: Controller, kind: Kind, key: &Key) {
    let slow = controller == Controller::PersistentVolume;
    let delay = world.latency(if slow { Latency::VolumeSync } else { Latency::ControllerSync });
    world.enqueue(controller, kind, key, delay);
}

#[cfg(test)]
mod tests;
