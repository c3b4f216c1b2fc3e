//! Pods that have their node but not yet their volumes: they hold their seat until their claims are bound, or until that
//! takes too long. Upstream: the framework's Reserve and the VolumeBinding plugin's PreBind.

use super::super::agenda::{Due, Ticket};
use super::super::world::World;
use super::hints::News;
use super::{bind, fail_and_retry, reconsider, volumes, wake};
use crate::api::{Key, Name, Object, PersistentVolumeClaim, Pod, Span};
use std::sync::Arc;

/// How long claims may take to be bound: bindTimeoutSeconds.
const BIND_TIMEOUT: Span = Span::secs(600);

/// A pod that waits on its node for its volumes.
#[derive(Clone, Debug)]
pub struct Assumed {
    /// The pod as it takes its seat.
    seated: Arc<Pod>,
    /// The end of patience.
    timer: Ticket,
}

/// Gives a pod its seat before it is bound.
pub fn assume(world: &mut World, pod: &Arc<Pod>, node: &Name) {
    let mut seated = (**pod).clone();
    Arc::make_mut(&mut seated.spec).node_name = node.clone();
    let seated = Arc::new(seated);
    world.scheduler.seats.sit(&seated);
    let timer = world.schedule(world.now() + BIND_TIMEOUT, Due::Schedule);
    world.scheduler.assumed.insert(pod.metadata.key(), Assumed { seated, timer });
}

/// Takes a pod's seat away again, and tells the node where it had one.
pub fn give_up(world: &mut World, key: &Key) -> Option<Name> {
    let assumed = world.scheduler.assumed.remove(key)?;
    world.agenda.cancel(assumed.timer);
    world.scheduler.seats.leave(&assumed.seated);
    Some(assumed.seated.spec.node_name.clone())
}

/// Takes a pod's seat away for good: others may have it.
fn lose(world: &mut World, key: &Key) {
    let seated = world.scheduler.assumed.get(key).map(|assumed| assumed.seated.clone());
    give_up(world, key);
    if let Some(pod) = seated {
        reconsider(world, &News::Left(&pod));
    }
}

/// A claim was written: pods that wait for it may go on.
pub fn claim_written(world: &mut World, claim: &PersistentVolumeClaim) {
    if world.scheduler.assumed.is_empty() {
        return;
    }
    let users: Vec<Key> = world.store().pods_using(&claim.metadata.key()).cloned().collect();
    users.iter().for_each(|key| go_on(world, key));
}

/// Binds a pod whose claims are all bound, tries one anew whose node was the wrong one.
fn go_on(world: &mut World, key: &Key) {
    let Some(assumed) = world.scheduler.assumed.get(key).cloned() else { return };
    let node = &assumed.seated.spec.node_name;
    match volumes::progress(world, &assumed.seated, node) {
        volumes::Progress::Waits => {}
        volumes::Progress::Done => {
            give_up(world, key);
            if let Some(pod) = world.get::<Pod>(key).cloned() {
                bind(world, &pod, node);
            }
        }
        volumes::Progress::Failed => {
            lose(world, key);
            world.scheduler.queue.again(key);
            wake(world);
        }
    }
}

/// A node is gone: pods that wait there look for another.
pub fn node_gone(world: &mut World, node: &Name) {
    let there = |(key, assumed): (&Key, &Assumed)| (assumed.seated.spec.node_name == *node).then(|| key.clone());
    let stranded: Vec<Key> = world.scheduler.assumed.iter().filter_map(there).collect();
    for key in stranded {
        give_up(world, &key);
        world.scheduler.queue.again(&key);
        wake(world);
    }
}

/// Pods whose claims took too long fail, and are tried again.
pub fn expire(world: &mut World) {
    let now = world.now();
    let over: Vec<Key> = world.scheduler.assumed.iter().filter(|(_, a)| a.timer.0 <= now).map(|(key, _)| key.clone()).collect();
    for key in over {
        lose(world, &key);
        if let Some(pod) = world.get::<Pod>(&key).cloned() {
            let words = "running PreBind plugin \"VolumeBinding\": binding volumes: context deadline exceeded";
            fail_and_retry(world, &pod, "SchedulerError", words, None);
        }
    }
}

/// Hears of a write that could end the wait of a pod.
pub fn notice(world: &mut World, before: Option<&Object>, after: Option<&Object>) {
    match (before, after) {
        (_, Some(Object::PersistentVolumeClaim(claim))) | (Some(Object::PersistentVolumeClaim(claim)), None) => {
            claim_written(world, claim);
        }
        (Some(Object::Pod(pod)), None) => lose(world, &pod.metadata.key()),
        (Some(Object::Node(node)), None) => node_gone(world, &node.metadata.name),
        _ => {}
    }
}
