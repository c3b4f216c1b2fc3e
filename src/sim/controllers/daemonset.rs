//! DaemonSets: one pod on every node that can have it. Upstream: pkg/controller/daemon.

mod history;
mod placing;

use super::super::apiserver::{Desk, is_ending};
use super::super::change::Controller;
use super::super::latency::Latency;
use super::super::world::World;
use super::membership;
use crate::api::daemon::DaemonSetStatus;
use crate::api::int_or_string::Round;
use crate::api::object::reference;
use crate::api::workload::StrategyType;
use crate::api::{DaemonSet, Key, Kind, Name, Node, Object, Phase, Pod, Refusal, Span};
use placing::{Fit, fit};
use std::collections::BTreeMap;
use std::sync::Arc;

const ME: Controller = Controller::DaemonSet;

/// Pods by the node that they are on or meant for, the oldest first.
type ByNode = BTreeMap<Name, Vec<Arc<Pod>>>;

/// Hears of a write: of a set itself, of its pods, of a pod that nobody manages, of a node.
pub fn notice(world: &mut World, before: Option<&Object>, after: Option<&Object>) {
    let keys = match after.or(before) {
        Some(Object::Node(_)) if !placing::is_alike(before, after) => world.list::<DaemonSet>().map(|set| set.metadata.key()).collect(),
        Some(Object::Node(_)) | None => Vec::new(),
        Some(_) => super::concerned(world, Kind::DaemonSet, before, after),
    };
    let delay = world.latency(Latency::ControllerSync);
    keys.iter().for_each(|key| world.enqueue(ME, Kind::DaemonSet, key, delay));
}

/// Makes what is missing, deletes what is too much, and counts.
pub fn sync(desk: &mut Desk, key: &Key) {
    let Some(set) = desk.get::<DaemonSet>(key).filter(|set| !set.metadata.is_terminating()).cloned() else { return };
    match settle(desk, &set) {
        Ok(()) => super::forget(desk, ME, Kind::DaemonSet, key),
        Err(_) => super::retry(desk, ME, Kind::DaemonSet, key),
    }
}

fn settle(desk: &mut Desk, set: &DaemonSet) -> Result<(), Refusal> {
    let revisions = history::settle(desk, set)?;
    let owned = desk.store().owned::<Pod>(set.metadata.uid).cloned().collect();
    let pods = membership::claim(desk, Kind::DaemonSet, &set.metadata, &set.spec.selector, owned, |_| true);
    let nodes: Vec<(Arc<Node>, Fit)> = desk.list::<Node>().map(|node| (node.clone(), fit(set, node))).collect();
    let placed = by_node(&pods);
    let plan = manage(desk, set, &nodes, &placed);
    let idle = plan.delete.is_empty() && plan.create.is_empty();
    let mut done = perform(desk, set, &plan, &revisions.hash);
    if idle && set.spec.update_strategy.kind == StrategyType::RollingUpdate {
        let plan = Plan { delete: outdated(desk, set, &nodes, &placed, &revisions.hash), create: Vec::new() };
        done = perform(desk, set, &plan, &revisions.hash);
    }
    history::clean_up(desk, set, &revisions.old, &pods);
    report(desk, set, &nodes, &placed, &revisions.hash);
    done
}

/// Pods that have ended and are on their way out are nobody's concern any more. Upstream: getNodesToDaemonPods.
fn by_node(pods: &[Arc<Pod>]) -> ByNode {
    let mut placed = ByNode::new();
    for pod in pods.iter().filter(|pod| !(pod.status.phase.is_terminal() && pod.metadata.is_terminating())) {
        placed.entry(placing::target(pod)).or_default().push(pod.clone());
    }
    let age = |pod: &Arc<Pod>| (!pod.is_scheduled(), pod.metadata.created(), pod.metadata.name.clone());
    placed.values_mut().for_each(|pods| pods.sort_by_key(age));
    placed
}

/// What is to be done.
#[derive(Default)]
struct Plan {
    delete: Vec<Arc<Pod>>,
    /// Nodes that need a pod.
    create: Vec<Name>,
}

/// Compares nodes and pods. Upstream: podsShouldBeOnNode. Simplified: a pod that failed is deleted at once, without a pause
/// that grows.
fn manage(desk: &mut Desk, set: &DaemonSet, nodes: &[(Arc<Node>, Fit)], placed: &ByNode) -> Plan {
    let mut plan = Plan::default();
    for (node, fit) in nodes {
        let name = &node.metadata.name;
        let here = placed.get(name).map_or(&[][..], Vec::as_slice);
        let staying = here.iter().filter(|pod| !pod.metadata.is_terminating());
        match (fit, here.is_empty()) {
            (Fit::Runs, true) => plan.create.push(name.clone()),
            (Fit::Runs | Fit::Stays, _) => {
                let (ended, active): (Vec<_>, Vec<_>) = staying.cloned().partition(|pod| pod.status.phase.is_terminal());
                ended.iter().for_each(|pod| tell_of_end(desk, set, pod, name));
                plan.delete.extend(ended.into_iter().chain(active.into_iter().skip(1)));
            }
            (Fit::Never, _) => plan.delete.extend(staying.cloned()),
        }
    }
    let is_there = |name: &Name| nodes.iter().any(|(node, _)| node.metadata.name == *name);
    let lost = placed.iter().filter(|(name, _)| !is_there(name)).flat_map(|(_, pods)| pods);
    plan.delete.extend(lost.filter(|pod| !pod.is_scheduled()).cloned());
    plan
}

fn tell_of_end(desk: &mut Desk, set: &DaemonSet, pod: &Pod, node: &Name) {
    let about = reference(Kind::DaemonSet, &set.metadata);
    let pod_name = pod.metadata.key();
    match pod.status.phase {
        Phase::Failed => {
            desk.event(about, true, "FailedDaemonPod", format!("Found failed daemon pod {pod_name} on node {node}, will try to kill it"));
        }
        Phase::Succeeded => {
            let words = format!("Found succeeded daemon pod {pod_name} on node {node}, will try to delete it");
            desk.event(about, false, "SucceededDaemonPod", words);
        }
        Phase::Pending | Phase::Running | Phase::Unknown => {}
    }
}

/// Makes and deletes; what a namespace on its way out refuses is no failure. Upstream: syncNodes.
fn perform(desk: &mut Desk, set: &DaemonSet, plan: &Plan, hash: &Name) -> Result<(), Refusal> {
    let about = || reference(Kind::DaemonSet, &set.metadata);
    let mut done = Ok(());
    for node in &plan.create {
        match desk.create(placing::pod(set, node, hash)) {
            Ok(pod) => desk.event(about(), false, "SuccessfulCreate", format!("Created pod: {}", pod.meta().name)),
            Err(refusal) if is_ending(&refusal) => {}
            Err(refusal) => {
                desk.event(about(), true, "FailedCreate", format!("Error creating: {}", refusal.message));
                done = Err(refusal);
            }
        }
    }
    for pod in &plan.delete {
        // Refused only where it has just gone.
        if desk.delete(Kind::Pod, &pod.metadata.key(), &Default::default()).is_ok() {
            desk.event(about(), false, "SuccessfulDelete", format!("Deleted pod: {}", pod.metadata.name));
        }
    }
    done
}

/// Pods of an old template that may go now: those that are not available, and as many others as nodes may be without.
/// Upstream: rollingUpdate, without surge.
fn outdated(desk: &Desk, set: &DaemonSet, nodes: &[(Arc<Node>, Fit)], placed: &ByNode, hash: &Name) -> Vec<Arc<Pod>> {
    let wanted = i32::try_from(nodes.iter().filter(|(_, fit)| *fit == Fit::Runs).count()).unwrap_or(i32::MAX);
    let rolling = set.spec.update_strategy.rolling_update.clone().unwrap_or_default();
    let most = usize::try_from(rolling.max_unavailable.of(wanted, Round::Up)).unwrap_or_default().max(1);
    let available = |pod: &Pod| super::is_available(pod, set.spec.min_ready_seconds, desk.now());
    let (mut missing, mut ill, mut well) = (0, Vec::new(), Vec::new());
    for pods in placed.values() {
        let mut staying = pods.iter().filter(|pod| !pod.metadata.is_terminating());
        match (staying.next(), staying.next()) {
            (Some(pod), None) if history::is_at(pod, hash) => missing += usize::from(!available(pod)),
            (Some(pod), None) if available(pod) => well.push(pod.clone()),
            (Some(pod), None) => ill.push(pod.clone()),
            (None, _) | (Some(_), Some(_)) => missing += 1,
        }
    }
    well.truncate(most.saturating_sub(missing));
    ill.into_iter().chain(well).collect()
}

/// Writes the counts where they differ. Upstream: updateDaemonSetStatus.
fn report(desk: &mut Desk, set: &DaemonSet, nodes: &[(Arc<Node>, Fit)], placed: &ByNode, hash: &Name) {
    let mut status = DaemonSetStatus {
        observed_generation: set.metadata.generation,
        collision_count: set.status.collision_count,
        conditions: set.status.conditions.clone(),
        ..DaemonSetStatus::default()
    };
    for (node, fit) in nodes {
        let pod = placed.get(&node.metadata.name).and_then(|pods| pods.first());
        match (fit, pod) {
            (Fit::Runs, pod) => {
                status.desired_number_scheduled += 1;
                pod.into_iter().for_each(|pod| count(&mut status, set, pod, hash, desk));
            }
            (Fit::Stays | Fit::Never, pod) => status.number_misscheduled += i32::from(pod.is_some()),
        }
    }
    status.number_unavailable = status.desired_number_scheduled - status.number_available;
    if set.spec.min_ready_seconds > 0 && status.number_ready != status.number_available {
        let later = Span::secs(set.spec.min_ready_seconds.into());
        desk.world().enqueue(ME, Kind::DaemonSet, &set.metadata.key(), later);
    }
    if status != set.status {
        // Refused only where the set has just gone or changed, which brings it back here.
        desk.update_status(DaemonSet { status, ..set.clone() }).ok();
    }
}

fn count(status: &mut DaemonSetStatus, set: &DaemonSet, pod: &Pod, hash: &Name, desk: &Desk) {
    status.current_number_scheduled += 1;
    status.number_ready += i32::from(pod.is_ready());
    status.number_available += i32::from(super::is_available(pod, set.spec.min_ready_seconds, desk.now()));
    status.updated_number_scheduled += i32::from(history::is_at(pod, hash));
}

#[cfg(test)]
mod tests;
