//! The control loops, one a file. Each takes a key from its queue, reads the world, and acts at its desk.

use super::agenda::Due;
use super::apiserver::Desk;
use super::change::{Actor, Controller};
use super::latency::Latency;
use super::world::World;
use crate::api::{Key, Kind, Object};

pub mod garbage;
pub mod nodes;
pub mod replicaset;
pub mod statefulset;
pub mod volumes;

/// What controllers remember between syncs, as their caches would.
#[derive(Clone, Debug, Default)]
pub struct Memory {
    /// Events written, for counting up identical ones.
    pub(super) events: imbl::OrdMap<super::apiserver::EventIdentity, Key>,
    /// The tolerations that admission adds.
    pub(super) tolerations: super::apiserver::DefaultTolerations,
    /// What the node controllers remember.
    pub(super) nodes: nodes::Memory,
    /// What the volume controllers remember.
    pub(super) volumes: volumes::Memory,
}

/// Lets a controller take a key from its queue.
pub(super) fn sync(world: &mut World, controller: Controller, kind: Kind, key: &Key) {
    let mut desk = Desk::new(world, Actor::Controller(controller));
    match controller {
        Controller::ReplicaSet => replicaset::sync(&mut desk, key),
        Controller::StatefulSet => statefulset::sync(&mut desk, key),
        Controller::GarbageCollector => garbage::sync(&mut desk, kind, key),
        Controller::EndpointSlice => super::network::sync(&mut desk, key),
        Controller::PersistentVolume | Controller::ClaimProtection | Controller::VolumeProtection | Controller::AttachDetach => {
            volumes::sync(&mut desk, controller, kind, key);
        }
        Controller::NodeLifecycle | Controller::TaintEviction | Controller::PodGc => nodes::sync(&mut desk, controller, kind, key),
    }
}

/// Lets a controller make its periodic pass.
pub(super) fn pass(world: &mut World, controller: Controller) {
    let mut desk = Desk::new(world, Actor::Controller(controller));
    match controller {
        Controller::NodeLifecycle | Controller::TaintEviction | Controller::PodGc => nodes::pass(&mut desk, controller),
        Controller::PersistentVolume | Controller::AttachDetach => volumes::pass(&mut desk, controller),
        Controller::ReplicaSet
        | Controller::StatefulSet
        | Controller::EndpointSlice
        | Controller::ClaimProtection
        | Controller::VolumeProtection
        | Controller::GarbageCollector => {}
    }
}

/// Tells the controllers of a write: each puts into its queue what it has to look at.
pub(super) fn notice(world: &mut World, before: Option<&Object>, after: Option<&Object>) {
    replicaset::notice(world, before, after);
    statefulset::notice(world, before, after);
    garbage::notice(world, before, after);
    volumes::notice(world, before, after);
    nodes::notice(world, before, after);
}

/// Lets a controller begin its periodic passes.
pub(super) fn begin(world: &mut World, controller: Controller) {
    let period = match controller {
        Controller::NodeLifecycle => Latency::NodeMonitor,
        Controller::PodGc => Latency::PodGc,
        _ => Latency::VolumeResync,
    };
    world.schedule(world.now + world.latency(period), Due::Pass(controller));
}
