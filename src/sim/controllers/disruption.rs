//! Disruption budgets: how many pods are healthy, how many must be, how many may go. Upstream: pkg/controller/disruption.

mod target;

use super::super::apiserver::{Desk, covers, note_allowed};
use super::super::change::Controller;
use super::super::latency::Latency;
use super::super::world::World;
use crate::api::int_or_string::{IntOrString, Round};
use crate::api::meta::{Condition, Name, Truth, set_condition};
use crate::api::object::reference;
use crate::api::policy::PodDisruptionBudgetStatus;
use crate::api::{Deployment, Key, Kind, Object, Pod, PodDisruptionBudget, ReplicaSet, Span, StatefulSet, Time, Uid};
use std::collections::BTreeMap;
use std::sync::Arc;

/// How long an evicted pod may take to be deleted before it counts again.
const DELETION_TIMEOUT: Span = Span::mins(2);

/// Hears of a write: of a budget, and of what it counts in pods.
pub fn notice(world: &mut World, before: Option<&Object>, after: Option<&Object>) {
    target::notice(world, after);
    let keys: Vec<Key> = match after.or(before) {
        Some(Object::PodDisruptionBudget(budget)) => vec![budget.metadata.key()],
        Some(Object::Pod(_)) if world.store().count(Kind::PodDisruptionBudget) > 0 && counts_otherwise(before, after) => {
            let pods: Vec<&Arc<Pod>> = before.into_iter().chain(after).filter_map(crate::api::Resource::peel).collect();
            let concerned = world.list::<PodDisruptionBudget>().filter(|budget| pods.iter().any(|pod| covers(budget, pod)));
            concerned.map(|budget| budget.metadata.key()).collect()
        }
        _ => return,
    };
    // A pass looks at all pods: with many of them it is made less often.
    let pods = i64::try_from(world.store().count(Kind::Pod) / 10).unwrap_or_default();
    let delay = world.latency(Latency::ControllerSync) + Span(pods);
    keys.iter().for_each(|key| world.enqueue(Controller::Disruption, Kind::PodDisruptionBudget, key, delay));
}

/// True where a pod's change may change a count.
fn counts_otherwise(before: Option<&Object>, after: Option<&Object>) -> bool {
    let (Some(Object::Pod(before)), Some(Object::Pod(after))) = (before, after) else { return true };
    let face = |pod: &Pod| (pod.is_ready(), pod.metadata.is_terminating(), pod.metadata.controller().map(|owner| owner.uid));
    face(before) != face(after) || before.metadata.labels != after.metadata.labels
}

/// Takes a key from the queue.
pub fn sync(desk: &mut Desk, kind: Kind, key: &Key) {
    match kind {
        Kind::Pod => target::sync(desk, key),
        _ => sync_budget(desk, key),
    }
}

/// Counts a budget's pods.
fn sync_budget(desk: &mut Desk, key: &Key) {
    let Some(budget) = desk.get::<PodDisruptionBudget>(key).cloned() else { return };
    let pods: Vec<Arc<Pod>> = desk.list::<Pod>().filter(|pod| covers(&budget, pod)).cloned().collect();
    if pods.is_empty() {
        report(desk, &budget, false, "NoPods", "No matching pods found");
    }
    let status = match expectation(desk, &budget, &pods) {
        Ok((expected, desired)) => count(desk, &budget, &pods, expected, desired),
        Err(why) => {
            let words = format!("Failed to calculate the number of expected pods: {why}");
            report(desk, &budget, true, "CalculateExpectedPodCountFailed", words);
            failed(&budget, &why, desk.now())
        }
    };
    // A refusal means that the budget changed meanwhile: its change brings it back into the queue.
    let _ = desk.update_status(PodDisruptionBudget { status, ..(*budget).clone() });
}

fn report(desk: &mut Desk, budget: &PodDisruptionBudget, warning: bool, reason: &str, words: impl Into<Name>) {
    desk.event(reference(Kind::PodDisruptionBudget, &budget.metadata), warning, reason, words);
}

/// How many pods there should be, and how many of them healthy. Upstream: getExpectedPodCount.
fn expectation(world: &World, budget: &PodDisruptionBudget, pods: &[Arc<Pod>]) -> Result<(i32, i32), String> {
    match (&budget.spec.max_unavailable, &budget.spec.min_available) {
        (Some(most), _) => {
            let expected = scale_of_controllers(world, pods)?;
            Ok((expected, (expected - most.of(expected, Round::Up)).max(0)))
        }
        (None, Some(IntOrString::Int(least))) => Ok((i32::try_from(pods.len()).unwrap_or(i32::MAX), *least)),
        (None, Some(share)) => {
            let expected = scale_of_controllers(world, pods)?;
            Ok((expected, share.of(expected, Round::Up)))
        }
        (None, None) => Ok((0, 0)),
    }
}

/// How many pods the managers of these pods want together; a pod that nobody manages is not counted. Upstream:
/// getExpectedScale.
fn scale_of_controllers(world: &World, pods: &[Arc<Pod>]) -> Result<i32, String> {
    let mut scales: BTreeMap<Uid, i32> = BTreeMap::new();
    for pod in pods.iter().filter(|pod| pod.metadata.controller().is_some()) {
        let (uid, scale) = manager(world, pod).ok_or_else(|| format!("found no controllers for pod {:?}", &*pod.metadata.name))?;
        scales.insert(uid, scale);
    }
    Ok(scales.values().sum())
}

/// Who decides how many there are of a pod, and how many it wants.
fn manager(world: &World, pod: &Pod) -> Option<(Uid, i32)> {
    let owner = pod.metadata.controller()?;
    let key = Key::new(pod.metadata.namespace.clone(), owner.name.clone());
    match Kind::by_name(&owner.kind)? {
        Kind::StatefulSet => {
            world.get::<StatefulSet>(&key).filter(|set| set.metadata.uid == owner.uid).map(|set| (owner.uid, set.spec.replicas))
        }
        Kind::ReplicaSet => {
            let set = world.get::<ReplicaSet>(&key).filter(|set| set.metadata.uid == owner.uid)?;
            let above = set.metadata.controller().filter(|owner| &*owner.kind == Kind::Deployment.name());
            let deployment = above.and_then(|owner| world.get::<Deployment>(&Key::new(key.namespace.clone(), owner.name.clone())));
            Some(deployment.map_or((owner.uid, set.spec.replicas), |d| (d.metadata.uid, d.spec.replicas)))
        }
        _ => None,
    }
}

fn count(desk: &mut Desk, budget: &PodDisruptionBudget, pods: &[Arc<Pod>], expected: i32, desired: i32) -> PodDisruptionBudgetStatus {
    let disrupted = still_disrupted(desk, budget, pods);
    let healthy = |pod: &&Arc<Pod>| !pod.metadata.is_terminating() && !disrupted.contains_key(&pod.metadata.name) && pod.is_ready();
    let current = i32::try_from(pods.iter().filter(healthy).count()).unwrap_or(i32::MAX);
    let mut status = PodDisruptionBudgetStatus {
        observed_generation: budget.metadata.generation,
        disruptions_allowed: if expected > 0 { (current - desired).max(0) } else { 0 },
        current_healthy: current,
        desired_healthy: desired,
        expected_pods: expected,
        disrupted_pods: disrupted,
        conditions: budget.status.conditions.clone(),
    };
    note_allowed(&mut status, desk.now());
    status
}

/// Evicted pods whose deletion has not been seen yet; forgotten after [`DELETION_TIMEOUT`]. Upstream: buildDisruptedPodMap.
fn still_disrupted(desk: &mut Desk, budget: &PodDisruptionBudget, pods: &[Arc<Pod>]) -> BTreeMap<Name, Time> {
    let now = desk.now();
    let mut kept = BTreeMap::new();
    for pod in pods.iter().filter(|pod| !pod.metadata.is_terminating()) {
        let Some(since) = budget.status.disrupted_pods.get(&pod.metadata.name) else { continue };
        let end = *since + DELETION_TIMEOUT;
        if end < now {
            let words = format!("Pod was expected by PDB {} to be deleted but it wasn't", budget.metadata.key());
            desk.event(reference(Kind::Pod, &pod.metadata), true, "NotDeleted", words);
            continue;
        }
        kept.insert(pod.metadata.name.clone(), *since);
        let delay = end + Span(1) - now;
        desk.world().enqueue(Controller::Disruption, Kind::PodDisruptionBudget, &budget.metadata.key(), delay);
    }
    kept
}

/// Nothing may go while nobody knows how many there should be. Upstream: failSafe.
fn failed(budget: &PodDisruptionBudget, why: &str, now: Time) -> PodDisruptionBudgetStatus {
    let mut status = PodDisruptionBudgetStatus { disruptions_allowed: 0, ..budget.status.clone() };
    let condition = Condition {
        kind: "DisruptionAllowed".into(),
        status: Truth::False,
        last_transition_time: Some(now.to_second()),
        reason: "SyncFailed".into(),
        message: why.into(),
        ..Condition::default()
    };
    set_condition(&mut status.conditions, condition);
    status
}

#[cfg(test)]
mod tests;
