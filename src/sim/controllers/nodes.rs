//! Nodes that fall silent, and what becomes of their pods: marked, tainted, evicted, collected. Upstream:
//! pkg/controller/{nodelifecycle,tainteviction,podgc}. Nothing here looks at machines: a node is what its record says.

use super::super::apiserver::Desk;
use super::super::change::Controller;
use super::super::latency::Latency;
use super::super::world::World;
use crate::api::pod::{Effect, Taint};
use crate::api::{Key, Kind, Name, Node, Object, Pod};
use std::sync::Arc;

mod collector;
mod eviction;
mod lifecycle;
mod taints;
mod waits;
mod zones;

pub use collector::OUT_OF_SERVICE;

/// What the node controllers remember.
#[derive(Clone, Debug, Default)]
pub struct Memory {
    /// When each node last gave a sign of life, as far as the monitor has noticed.
    health: lifecycle::Health,
    /// How many nodes of each zone are ill, and how fast they may be tainted.
    zones: zones::Zones,
    /// Pods that leave when a timer ends, or have been told to, or are gone.
    evictions: imbl::OrdMap<Key, eviction::Eviction>,
    /// Nodes that pods are bound to and that do not exist, and pods that end without ever having had a node.
    lost: collector::Lost,
}

/// Takes a key from a queue. Under a node's *lease* stands the taint that moves its pods, which has to wait its turn.
pub fn sync(desk: &mut Desk, controller: Controller, kind: Kind, key: &Key) {
    match (controller, kind) {
        (Controller::NodeLifecycle, Kind::Node) => {
            taints::settle_no_schedule(desk, key);
            waits::refresh(desk.world(), &key.name);
        }
        (Controller::NodeLifecycle, Kind::Lease) => taints::put_no_execute(desk, &key.name),
        (Controller::TaintEviction, Kind::Node) => eviction::sync_node(desk, &key.name),
        (Controller::TaintEviction, Kind::Pod) => eviction::sync_pod(desk, key),
        (Controller::PodGc, Kind::Pod) => collector::finish(desk, key),
        _ => {}
    }
}

/// A periodic pass.
pub fn pass(desk: &mut Desk, controller: Controller) {
    match controller {
        Controller::NodeLifecycle => lifecycle::pass(desk),
        Controller::PodGc => collector::pass(desk),
        _ => return,
    }
    super::begin(desk.world(), controller);
}

/// Hears of a write.
pub fn notice(world: &mut World, before: Option<&Object>, after: Option<&Object>) {
    match (before, after) {
        (Some(Object::Node(before)), Some(Object::Node(after))) => node_changed(world, before, after),
        (None, Some(Object::Node(node))) => node_added(world, node),
        (Some(Object::Node(node)), None) => collector::node_gone(world, &node.metadata.name),
        (before, Some(Object::Pod(pod))) => pod_written(world, before, pod),
        (Some(Object::Pod(pod)), None) => eviction::pod_gone(world, &pod.metadata.key()),
        _ => {}
    }
}

fn node_added(world: &mut World, node: &Node) {
    let soon = world.latency(Latency::ControllerSync);
    world.enqueue(Controller::NodeLifecycle, Kind::Node, &node.metadata.key(), soon);
    world.enqueue(Controller::TaintEviction, Kind::Node, &node.metadata.key(), soon);
}

fn node_changed(world: &mut World, before: &Node, after: &Node) {
    let soon = world.latency(Latency::ControllerSync);
    let key = after.metadata.key();
    let states = |node: &Node| node.status.conditions.iter().map(|c| (c.kind.clone(), c.status)).collect::<Vec<_>>();
    let spec = (&before.spec.taints, before.spec.unschedulable) != (&after.spec.taints, after.spec.unschedulable);
    if spec || states(before) != states(after) {
        world.enqueue(Controller::NodeLifecycle, Kind::Node, &key, soon);
    }
    if spec && no_execute(before).ne(no_execute(after)) {
        world.enqueue(Controller::TaintEviction, Kind::Node, &key, soon);
    }
}

fn pod_written(world: &mut World, before: Option<&Object>, pod: &Arc<Pod>) {
    let old = before.and_then(|o| if let Object::Pod(p) = o { Some(p) } else { None });
    if pod.metadata.is_terminating() && old.is_none_or(|old| !old.metadata.is_terminating()) {
        waits::note(world, pod);
        collector::pod_ending(world, pod);
    }
    let moved = old.is_none_or(|old| !Arc::ptr_eq(&old.spec, &pod.spec) && has_moved(old, pod));
    if !pod.is_scheduled() || !moved {
        return;
    }
    match world.get::<Node>(&Key::cluster(pod.spec.node_name.clone())) {
        None => collector::node_gone(world, &pod.spec.node_name),
        Some(node) if no_execute(node).next().is_some() => {
            let soon = world.latency(Latency::ControllerSync);
            world.enqueue(Controller::TaintEviction, Kind::Pod, &pod.metadata.key(), soon);
        }
        Some(_) => {}
    }
}

fn has_moved(before: &Pod, after: &Pod) -> bool {
    before.spec.node_name != after.spec.node_name || before.spec.tolerations != after.spec.tolerations
}

fn no_execute(node: &Node) -> impl Iterator<Item = &Taint> {
    node.spec.taints.iter().filter(|t| t.effect == Effect::NoExecute)
}

/// Pods bound to a node, as a list that survives writes.
fn pods_on(world: &World, node: &str) -> Vec<Arc<Pod>> {
    world.store().pods_on(node).filter_map(|key| world.get::<Pod>(key).cloned()).collect()
}

fn node_key(name: &Name) -> Key {
    Key::cluster(name.clone())
}

#[cfg(test)]
mod tests;
