//! What holds pods of silent nodes back, in words for people.

use super::super::super::change::Controller;
use super::super::super::transit::Wait;
use super::super::super::world::World;
use super::{node_key, pods_on};
use crate::api::{Key, Kind, Name, Node, Pod, Time};

const LIFECYCLE: Controller = Controller::NodeLifecycle;

/// Notes that a terminating pod waits for a kubelet that cannot be heard, where that is so.
pub fn note(world: &mut World, pod: &Pod) {
    let node = node_key(&pod.spec.node_name);
    if pod.metadata.is_terminating() && world.get::<Node>(&node).is_some_and(|n| n.readiness().is_some() && !n.is_ready()) {
        hold(world, &pod.metadata.key(), LIFECYCLE, "only its kubelet may say that it has stopped".into(), &node.name, None);
    }
}

/// Notes it for all pods of a node, or notes that it is over.
pub fn refresh(world: &mut World, node: &Name) {
    let ready = world.get::<Node>(&node_key(node)).is_some_and(|n| n.is_ready());
    for pod in pods_on(world, node) {
        if ready {
            release(world, &pod.metadata.key(), LIFECYCLE);
        } else {
            note(world, &pod);
        }
    }
}

/// Notes what a pod waits for on account of its node.
pub fn hold(world: &mut World, pod: &Key, who: Controller, words: Name, node: &Name, until: Option<Time>) {
    let wait = Wait { who: who.component(), words, on: vec![(Kind::Node, node_key(node))], until, since: world.now() };
    world.hold(Kind::Pod, pod, wait);
}

/// Notes that a pod waits no more, unless it waits for somebody else.
pub fn release(world: &mut World, pod: &Key, who: Controller) {
    if world.wait(Kind::Pod, pod).is_some_and(|wait| wait.who == who.component()) {
        world.release(Kind::Pod, pod);
    }
}
