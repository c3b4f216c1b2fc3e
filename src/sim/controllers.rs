//! The control loops, one a file. Each takes a key from its queue, reads the world, and acts at its desk.

use super::agenda::Due;
use super::apiserver::Desk;
use super::change::{Actor, Controller};
use super::latency::Latency;
use super::world::World;
use crate::api::{Key, Kind, Object, Pod, Selector, Span, Time, Uid};
use std::sync::Arc;

mod blueprint;
pub mod daemonset;
pub mod deployment;
pub mod disruption;
pub mod garbage;
mod membership;
pub mod namespaces;
pub mod nodes;
pub mod replicaset;
pub mod statefulset;
pub mod volumes;

/// What controllers remember between syncs, as their caches would.
#[derive(Clone, Debug, Default)]
pub struct Memory {
    /// What events have said about each object.
    pub(super) events: imbl::OrdMap<Uid, super::apiserver::Said>,
    /// Events in the order in which they will be forgotten.
    pub(super) expiring: super::apiserver::ExpiryQueue,
    /// The tolerations that admission adds.
    pub(super) tolerations: super::apiserver::DefaultTolerations,
    /// What the node controllers remember.
    pub(super) nodes: nodes::Memory,
    /// What the volume controllers remember.
    pub(super) volumes: volumes::Memory,
    /// The images that a kubelet listed last.
    pub(super) images: super::kubelet::Listed,
    /// Which revision a StatefulSet's present template is.
    pub(super) templates: statefulset::Templates,
    /// Which pods of a StatefulSet need no look.
    pub(super) rosters: statefulset::Rosters,
}

/// Lets a controller take a key from its queue.
pub(super) fn sync(world: &mut World, controller: Controller, kind: Kind, key: &Key) {
    let mut desk = Desk::new(world, Actor::Controller(controller));
    match controller {
        Controller::ReplicaSet => replicaset::sync(&mut desk, key),
        Controller::StatefulSet => statefulset::sync(&mut desk, key),
        Controller::DaemonSet => daemonset::sync(&mut desk, key),
        Controller::Deployment => deployment::sync(&mut desk, key),
        Controller::Disruption => disruption::sync(&mut desk, kind, key),
        Controller::GarbageCollector => garbage::sync(&mut desk, kind, key),
        Controller::Namespace => namespaces::sync(&mut desk, key),
        Controller::EndpointSlice | Controller::Endpoint | Controller::EndpointSliceMirroring => {
            super::network::sync(&mut desk, controller, key)
        }
        Controller::PersistentVolume
        | Controller::ClaimProtection
        | Controller::VolumeProtection
        | Controller::AttachDetach
        | Controller::EphemeralVolume
        | Controller::VolumeExpand => {
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
        | Controller::DaemonSet
        | Controller::Deployment
        | Controller::Disruption
        | Controller::EndpointSlice
        | Controller::Endpoint
        | Controller::EndpointSliceMirroring
        | Controller::ClaimProtection
        | Controller::VolumeProtection
        | Controller::EphemeralVolume
        | Controller::VolumeExpand
        | Controller::GarbageCollector
        | Controller::Namespace => {}
    }
}

/// Tells the controllers of a write: each puts into its queue what it has to look at.
pub(super) fn notice(world: &mut World, before: Option<&Object>, after: Option<&Object>) {
    replicaset::notice(world, before, after);
    statefulset::notice(world, before, after);
    daemonset::notice(world, before, after);
    deployment::notice(world, before, after);
    disruption::notice(world, before, after);
    garbage::notice(world, before, after);
    volumes::notice(world, before, after);
    nodes::notice(world, before, after);
    namespaces::notice(world, before, after);
}

/// Tells the controllers of an event: one hands on what is said of its pods, one collects what has lost its owner.
pub(super) fn notice_event(world: &mut World, before: Option<&Object>, after: Option<&Object>) {
    garbage::notice(world, before, after);
    volumes::notice(world, before, after);
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

/// Puts a key whose sync has failed back into its queue: later and later, up to upstream's cap of 1000 s. Upstream:
/// DefaultTypedItemBasedRateLimiter.
fn retry(desk: &mut Desk, controller: Controller, kind: Kind, key: &Key) {
    let base = desk.latency(Latency::ControllerResync);
    let world = desk.world();
    let times = world.retries.entry((controller, kind, key.clone())).or_insert(0);
    let delay = Span((base.0 << (*times).min(20)).min(1_000_000));
    *times += 1;
    world.enqueue(controller, kind, key, delay);
}

/// A sync went well: the next failure is the first again.
fn forget(desk: &mut Desk, controller: Controller, kind: Kind, key: &Key) {
    desk.world().retries.remove(&(controller, kind, key.clone()));
}

/// Sets of a kind that a write concerns: the set itself, the manager of a pod, or, for a pod without one, every set that
/// could adopt it.
fn concerned(world: &World, kind: Kind, before: Option<&Object>, after: Option<&Object>) -> Vec<Key> {
    let Some(any) = after.or(before) else { return Vec::new() };
    if any.kind() == kind {
        return vec![any.key()];
    }
    let Object::Pod(pod) = any else { return Vec::new() };
    let managers = before.into_iter().chain(after).filter_map(|o| o.meta().controller()).filter(|owner| &*owner.kind == kind.name());
    let mut keys: Vec<Key> = managers.map(|owner| Key::new(pod.metadata.namespace.clone(), owner.name.clone())).collect();
    if pod.metadata.controller().is_none() {
        keys.extend(suitors(world, kind, pod));
    }
    keys.dedup();
    keys
}

/// From a change to the set that looks at it. A controller works through one key at a time, and a pass over a set's pods
/// takes it some 400 µs each, ten seconds at most: what changes meanwhile is seen in the next pass.
fn pace(world: &World, kind: Kind, key: &Key) -> Span {
    let pods = world.object(kind, key).map_or(0, |set| world.store().dependant_count(set.meta().uid));
    world.latency(Latency::ControllerSync) + pass_over(pods)
}

/// How long a pass over so many pods takes.
pub(super) fn pass_over(pods: usize) -> Span {
    Span(i64::try_from(pods / 10 * 4).unwrap_or_default()).min(LONGEST_PASS)
}

/// However many pods a set has, passes over them are not further apart than this.
const LONGEST_PASS: Span = Span::secs(10);

/// Sets of a kind whose selector matches a pod that nobody manages.
fn suitors(world: &World, kind: Kind, pod: &Arc<Pod>) -> Vec<Key> {
    let fits = |key: &Key, selector: &Selector| key.namespace == pod.metadata.namespace && selector.matches(&pod.metadata.labels);
    let keys = world.objects(kind).filter(|set| match set {
        Object::ReplicaSet(set) => fits(&set.metadata.key(), &set.spec.selector),
        Object::StatefulSet(set) => fits(&set.metadata.key(), &set.spec.selector),
        Object::DaemonSet(set) => fits(&set.metadata.key(), &set.spec.selector),
        _ => false,
    });
    keys.map(Object::key).collect()
}

/// True where a pod has been ready for so many seconds. Upstream: IsPodAvailable.
fn is_available(pod: &Pod, min_ready_seconds: i32, now: Time) -> bool {
    pod.ready_since().is_some_and(|since| min_ready_seconds == 0 || since + Span::secs(min_ready_seconds.into()) <= now)
}
