//! Pods for which room is being made on a node: the room is kept for them against all that are less important, and they try
//! that node first. Upstream: pkg/scheduler/backend/queue/nominator.go, RunFilterPluginsWithNominatedPods.

use super::super::world::World;
use super::filter;
use super::priority::priority;
use crate::api::{Name, Pod};
use std::sync::Arc;

/// Takes note of where room is made for a pod.
pub fn note(world: &mut World, pod: &Arc<Pod>) {
    let key = pod.metadata.key();
    if !pod.status.nominated_node_name.is_empty() {
        world.scheduler.nominated.insert(key, pod.clone());
    } else if !world.scheduler.nominated.is_empty() {
        world.scheduler.nominated.remove(&key);
    }
}

/// The node on which room was made for a pod, where it takes the pod now. Upstream: evaluateNominatedNode.
pub fn takes(world: &World, pod: &Pod) -> Option<Name> {
    let node = &pod.status.nominated_node_name;
    let place = world.scheduler.seats.place(node)?;
    filter::look(world, place, pod).is_none().then(|| node.clone())
}

/// The world as it would be with those on a node for whom room is being made there, as far as they are no less important
/// than the pod; `None` where there are none.
pub fn seated(world: &World, place: usize, pod: &Pod) -> Option<World> {
    let node = &world.scheduler.seats.at(place).node.metadata.name;
    let first = |other: &&Arc<Pod>| other.metadata.uid != pod.metadata.uid && priority(other) >= priority(pod);
    let mut expected =
        world.scheduler.nominated.values().filter(|other| other.status.nominated_node_name == *node).filter(first).peekable();
    expected.peek()?;
    let mut trial = world.clone();
    for other in expected {
        let mut seated = (**other).clone();
        Arc::make_mut(&mut seated.spec).node_name = node.clone();
        trial.scheduler.seats.sit(&Arc::new(seated));
    }
    Some(trial)
}
