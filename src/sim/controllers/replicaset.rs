//! ReplicaSets: any so many pods of a template will do. Upstream: pkg/controller/replicaset.

use super::super::apiserver::{Desk, is_ending};
use super::super::change::Controller;
use super::super::world::World;
use super::{blueprint, membership};
use crate::api::object::reference;
use crate::api::workload::ReplicaSetStatus;
use crate::api::{Condition, Key, Kind, Object, Phase, Pod, Refusal, ReplicaSet, Span, Time, Truth};
use std::cmp::{Ordering, Reverse};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Pods made or deleted in one sync at most.
const BURST: usize = 500;

/// After so long the creates of one sync are through, and the next sync makes more.
const BURST_TAKES: Span = Span::millis(500);

/// Hears of a write: of a set itself, of its pods, of a pod that nobody manages.
pub fn notice(world: &mut World, before: Option<&Object>, after: Option<&Object>) {
    for key in super::concerned(world, Kind::ReplicaSet, before, after) {
        if becomes_ready(before, after)
            && let Some(wait) = world.get::<ReplicaSet>(&key).map(|set| set.spec.min_ready_seconds).filter(|wait| *wait > 0)
        {
            world.enqueue(Controller::ReplicaSet, Kind::ReplicaSet, &key, Span::secs(i64::from(wait) + 1));
        }
        let delay = super::pace(world, Kind::ReplicaSet, &key);
        world.enqueue(Controller::ReplicaSet, Kind::ReplicaSet, &key, delay);
    }
}

/// True for a pod that somebody manages and that has just become ready: it may be available a second after minReadySeconds,
/// whatever the others are. Upstream: updatePod, whose queue keeps only the earliest of such looks.
fn becomes_ready(before: Option<&Object>, after: Option<&Object>) -> bool {
    let (Some(Object::Pod(before)), Some(Object::Pod(after))) = (before, after) else { return false };
    after.metadata.controller().is_some() && !before.is_ready() && after.is_ready()
}

/// Brings a set's pods to the number it wants.
pub fn sync(desk: &mut Desk, key: &Key) {
    let Some(set) = desk.get::<ReplicaSet>(key).cloned() else { return };
    let (count, failure) = match at_a_glance(desk, &set) {
        Some(count) => (count, fill(desk, &set, count.active)),
        None => look_through(desk, &set),
    };
    match failure {
        Some(_) => super::retry(desk, Controller::ReplicaSet, Kind::ReplicaSet, key),
        None => super::forget(desk, Controller::ReplicaSet, Kind::ReplicaSet, key),
    }
    let status = status(&set, &count, failure, desk.now());
    let unsettled = status.ready_replicas == set.spec.replicas && status.available_replicas != set.spec.replicas;
    if status != set.status {
        let after = ReplicaSet { status, ..(*set).clone() };
        // A refusal means that the set changed meanwhile: that change brings it back into the queue.
        let _ = desk.update_status(after);
    }
    if unsettled && let Some(at) = count.next_available {
        let delay = at - desk.now();
        desk.world().enqueue(Controller::ReplicaSet, Kind::ReplicaSet, key, delay);
    }
}

/// What a set's pods come to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Count {
    active: usize,
    labelled: usize,
    ready: usize,
    available: usize,
    ending: usize,
    /// When the next pod that is ready will have been so for long enough.
    next_available: Option<Time>,
}

/// What a set's pods come to, where none is to be adopted, released or deleted: then none needs to be looked at.
fn at_a_glance(world: &World, set: &ReplicaSet) -> Option<Count> {
    let (meta, spec) = (&set.metadata, &set.spec);
    let store = world.store();
    let mut orphans = store.orphan_pods().filter(|key| key.namespace == meta.namespace).filter_map(|key| world.get::<Pod>(key));
    let tallies = store.census(meta.uid);
    let asks_for_a_look = meta.is_terminating()
        || spec.min_ready_seconds > 0
        || tallies.iter().any(|tally| !spec.selector.matches(&tally.labels))
        || orphans.any(|pod| spec.selector.matches(&pod.metadata.labels));
    if asks_for_a_look {
        return None;
    }
    let mut count = Count::default();
    for tally in tallies {
        let labelled = tally.labels.contains_all(&spec.template.metadata.labels);
        count.active += tally.active;
        count.labelled += if labelled { tally.active } else { 0 };
        count.ready += tally.ready;
        count.ending += tally.ending;
    }
    count.available = count.ready;
    usize::try_from(spec.replicas).is_ok_and(|wanted| count.active <= wanted).then_some(count)
}

/// Looks at every pod that is or could be the set's.
fn look_through(desk: &mut Desk, set: &ReplicaSet) -> (Count, Option<(&'static str, Refusal)>) {
    let owned = desk.store().owned::<Pod>(set.metadata.uid).cloned().collect();
    let pods = membership::claim(desk, Kind::ReplicaSet, &set.metadata, &set.spec.selector, owned, |_| true);
    let active: Vec<Arc<Pod>> = pods.iter().filter(|p| p.is_active()).cloned().collect();
    let failure = if set.metadata.is_terminating() { None } else { manage(desk, set, &active) };
    let now = desk.now();
    let labelled = |pod: &Pod| pod.metadata.labels.contains_all(&set.spec.template.metadata.labels);
    let of = |test: &dyn Fn(&Pod) -> bool| active.iter().filter(|pod| test(pod)).count();
    let count = Count {
        active: active.len(),
        labelled: of(&labelled),
        ready: of(&Pod::is_ready),
        available: of(&|pod| super::is_available(pod, set.spec.min_ready_seconds, now)),
        ending: pods.iter().filter(|p| p.metadata.is_terminating() && !p.status.phase.is_terminal()).count(),
        next_available: next_available(set, &active, now),
    };
    (count, failure)
}

/// When the next pod that is ready will have been so for long enough. Upstream: FindMinNextPodAvailabilityCheck.
fn next_available(set: &ReplicaSet, active: &[Arc<Pod>], now: Time) -> Option<Time> {
    let wait = Span::secs(set.spec.min_ready_seconds.into());
    active.iter().filter_map(|p| p.ready_since()).map(|since| since + wait).filter(|at| *at > now).min()
}

/// Makes what is missing.
fn fill(desk: &mut Desk, set: &ReplicaSet, active: usize) -> Option<(&'static str, Refusal)> {
    let missing = usize::try_from(set.spec.replicas).unwrap_or_default().saturating_sub(active);
    if missing > BURST {
        desk.world().enqueue(Controller::ReplicaSet, Kind::ReplicaSet, &set.metadata.key(), BURST_TAKES);
    }
    create(desk, set, missing.min(BURST)).map(|refusal| ("FailedCreate", refusal))
}

/// Makes or deletes; the first refusal of a batch stops the rest.
fn manage(desk: &mut Desk, set: &ReplicaSet, active: &[Arc<Pod>]) -> Option<(&'static str, Refusal)> {
    let wanted = usize::try_from(set.spec.replicas).unwrap_or_default();
    if active.len() < wanted {
        return fill(desk, set, active.len());
    }
    let surplus = (active.len() - wanted).min(BURST);
    let victims = victims(desk, set, active, surplus);
    for pod in victims {
        if let Err(refusal) = desk.delete(Kind::Pod, &pod.metadata.key(), &Default::default()) {
            desk.event(reference(Kind::ReplicaSet, &set.metadata), true, "FailedDelete", format!("Error deleting: {}", refusal.message));
            return Some(("FailedDelete", refusal));
        }
        desk.event(reference(Kind::ReplicaSet, &set.metadata), false, "SuccessfulDelete", format!("Deleted pod: {}", pod.metadata.name));
    }
    None
}

/// Slow start: batches of 1, 2, 4, …; within a batch all are tried. What a namespace on its way out refuses is no failure.
fn create(desk: &mut Desk, set: &ReplicaSet, mut missing: usize) -> Option<Refusal> {
    let mut batch = 1;
    while missing > 0 {
        let mut refused = None;
        for _ in 0..batch.min(missing) {
            refused = create_one(desk, set).err().or(refused);
        }
        if let Some(refusal) = refused {
            return Some(refusal).filter(|refusal| !is_ending(refusal));
        }
        missing -= batch.min(missing);
        batch *= 2;
    }
    None
}

fn create_one(desk: &mut Desk, set: &ReplicaSet) -> Result<(), Refusal> {
    let about = reference(Kind::ReplicaSet, &set.metadata);
    match desk.create(blueprint::pod(Kind::ReplicaSet, &set.metadata, &set.spec.template)) {
        Ok(pod) => desk.event(about, false, "SuccessfulCreate", format!("Created pod: {}", pod.meta().name)),
        Err(refusal) if is_ending(&refusal) => return Err(refusal),
        Err(refusal) => {
            desk.event(about, true, "FailedCreate", format!("Error creating: {}", refusal.message));
            return Err(refusal);
        }
    }
    Ok(())
}

/// Whom a scale-down deletes, by the ranking of getPodsToDelete: earlier criteria decide.
pub fn victims(world: &World, set: &ReplicaSet, active: &[Arc<Pod>], surplus: usize) -> Vec<Arc<Pod>> {
    if surplus == 0 || surplus == active.len() {
        return active[..surplus].to_vec();
    }
    let crowd = crowding(world, set, active);
    let now = world.now();
    let mut ranked: Vec<Arc<Pod>> = active.to_vec();
    ranked.sort_by(|a, b| rank(a, &crowd).cmp(&rank(b, &crowd)).then_with(|| tie_break(a, b, now)));
    ranked.truncate(surplus);
    ranked
}

/// Active pods on each node of this set and of sets with the same managing owner.
fn crowding(world: &World, set: &ReplicaSet, active: &[Arc<Pod>]) -> BTreeMap<String, usize> {
    let mut crowd = BTreeMap::new();
    let mut count = |pod: &Pod| *crowd.entry(pod.spec.node_name.to_string()).or_insert(0) += 1;
    active.iter().for_each(|pod| count(pod));
    let Some(owner) = set.metadata.controller() else { return crowd };
    let siblings = world.store().dependants_of(owner.uid, Kind::ReplicaSet).filter(|key| key.name != set.metadata.name);
    for sibling in siblings.filter_map(|key| world.get::<ReplicaSet>(key)) {
        let keys = world.store().dependants_of(sibling.metadata.uid, Kind::Pod);
        keys.filter_map(|key| world.get::<Pod>(key)).filter(|p| p.is_active()).for_each(|pod| count(pod));
    }
    crowd
}

/// Assigned, phase, ready, deletion cost, crowding: smaller is deleted first.
type Rank = (bool, u8, bool, i64, Reverse<usize>);

fn rank(pod: &Pod, crowd: &BTreeMap<String, usize>) -> Rank {
    let phase = match pod.status.phase {
        Phase::Pending => 0,
        Phase::Unknown => 1,
        Phase::Running | Phase::Succeeded | Phase::Failed => 2,
    };
    let cost = pod.metadata.annotations.get("controller.kubernetes.io/pod-deletion-cost").and_then(|c| c.parse().ok()).unwrap_or(0);
    let crowd = crowd.get(&*pod.spec.node_name).copied().unwrap_or(0);
    (pod.is_scheduled(), phase, pod.is_ready(), cost, Reverse(crowd))
}

/// Ready for a shorter time, more restarts, those of sidecars after the others, younger: deleted first; what is still equal is told apart by uid. Upstream
/// looks at the uid already where two ages differ within one bucket, which is no total order.
fn tie_break(a: &Pod, b: &Pod, now: Time) -> Ordering {
    let ready = |p: &Pod| p.ready_since().map_or(0, |since| age_bucket(now, since));
    let key = |p: &Pod| (ready(p), Reverse(restarts(p)), age_bucket(now, p.metadata.created()), p.metadata.uid);
    key(a).cmp(&key(b))
}

/// The most restarts of a regular container and of a sidecar. Upstream: maxContainerRestarts.
fn restarts(pod: &Pod) -> (i32, i32) {
    let most = |counts: &mut dyn Iterator<Item = i32>| counts.max().unwrap_or(0);
    let is_sidecar = |name: &str| pod.spec.init_containers.iter().any(|c| &*c.name == name && c.is_sidecar());
    let sidecars = pod.status.init_container_statuses.iter().filter(|c| is_sidecar(&c.name));
    let regular = pod.status.container_statuses.iter();
    (most(&mut regular.map(|c| c.restart_count)), most(&mut sidecars.map(|c| c.restart_count)))
}

/// Ages compare on a log₂ scale of nanoseconds.
fn age_bucket(now: Time, since: Time) -> u32 {
    let age = u64::try_from((now - since).0.max(0)).unwrap_or_default() * 1_000_000;
    64 - age.leading_zeros()
}

fn status(set: &ReplicaSet, count: &Count, failure: Option<(&'static str, Refusal)>, now: Time) -> ReplicaSetStatus {
    let number = |count: usize| i32::try_from(count).unwrap_or(i32::MAX);
    ReplicaSetStatus {
        replicas: number(count.active),
        fully_labeled_replicas: number(count.labelled),
        ready_replicas: number(count.ready),
        available_replicas: number(count.available),
        terminating_replicas: Some(number(count.ending)),
        observed_generation: set.metadata.generation,
        conditions: conditions(set, failure, now),
    }
}

fn conditions(set: &ReplicaSet, failure: Option<(&'static str, Refusal)>, now: Time) -> Vec<Condition> {
    let mut kept: Vec<Condition> = set.status.conditions.clone();
    let Some((reason, refusal)) = failure else {
        kept.retain(|c| &*c.kind != "ReplicaFailure");
        return kept;
    };
    if kept.iter().all(|c| &*c.kind != "ReplicaFailure") {
        kept.push(Condition {
            kind: "ReplicaFailure".into(),
            status: Truth::True,
            last_transition_time: Some(now.to_second()),
            reason: reason.into(),
            message: refusal.message.into(),
            ..Condition::default()
        });
    }
    kept
}

#[cfg(test)]
mod tests;
