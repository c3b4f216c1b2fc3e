//! Whether a kubelet takes a pod that it was given: room, labels, ports and taints are looked at once more, as the node may
//! be another than the scheduler saw, and whoever names the node himself asks no scheduler at all. What is not taken fails
//! for good. Upstream: pkg/kubelet/lifecycle/predicate.go, Kubelet.rejectPod.
//!
//! Simplified: nothing is stopped to make room for critical pods.

use super::super::apiserver::Desk;
use super::super::change::Actor;
use super::super::machine::{Machine, Stage};
use super::super::scheduler::{clamp, clash, host_ports, others_requested, requests, selects};
use super::super::world::World;
use super::{Errand, node_object, speak, tell};
use crate::api::pod::{Effect, PodSpec, PodStatus};
use crate::api::{Name, Node, Phase, Pod, Uid};
use std::sync::Arc;

/// Why a pod is not taken: one word, one sentence.
pub type Rejection = (Name, Name);

/// Turns a pod away that the node cannot take; true where it did.
pub fn turn_away(world: &mut World, node: &Name, pod: &Arc<Pod>) -> bool {
    let Some((reason, message)) = objection(world, node, pod) else { return false };
    let uid = pod.metadata.uid;
    tell(world, node, uid, None, true, &reason, &message);
    speak(world, node, Errand::Reject(uid, (reason, message)), &pod.metadata.name);
    true
}

/// The word that a pod was not taken reaches the record. What its kubelet had said of it before is said no more.
pub fn deliver(world: &mut World, node: &Name, uid: Uid, (reason, message): Rejection) {
    let key = world.machine(node).and_then(|m| m.heard.get(&uid)).map(|p| p.metadata.key());
    let Some(pod) = key.and_then(|key| world.get::<Pod>(&key)).filter(|p| p.metadata.uid == uid).cloned() else { return };
    if pod.status.phase.is_terminal() {
        return;
    }
    let old = &pod.status;
    let others = old.conditions.iter().filter(|c| !OWN.contains(&&*c.kind)).cloned();
    let status = PodStatus {
        phase: Phase::Failed,
        reason,
        message: format!("Pod was rejected: {message}").into(),
        conditions: others.collect(),
        start_time: old.start_time.or(Some(world.now().to_second())),
        qos_class: old.qos_class.clone(),
        observed_generation: pod.metadata.generation,
        ..PodStatus::default()
    };
    // A refusal means that the record has forgotten the pod.
    let _ = Desk::new(world, Actor::Kubelet(node.clone())).update_status(Pod { status, ..(*pod).clone() });
}

/// Conditions that are a kubelet's to set: PodConditionsByKubelet.
const OWN: [&str; 5] = ["PodScheduled", "PodReadyToStartContainers", "Initialized", "Ready", "ContainersReady"];

/// The first of all reasons not to take a pod. Upstream: generalFilter.
fn objection(world: &World, node: &Name, pod: &Pod) -> Option<Rejection> {
    let object = node_object(world, node)?;
    let machine = world.machine(node)?;
    lacking(&object, machine, pod).or_else(|| {
        let failed = |(name, words): (&str, &str)| (name.into(), format!("Predicate {name} failed: {words}").into());
        misplaced(&object, machine, pod).map(failed)
    })
}

/// The specs of the pods that are there already.
fn others<'m>(machine: &'m Machine, pod: &Pod) -> impl Iterator<Item = &'m PodSpec> {
    let uid = pod.metadata.uid;
    machine.processes.values().filter(move |p| p.uid != uid && p.stage != Stage::Ended).map(|p| &*p.spec)
}

/// Upstream: InsufficientResourceError.
fn lacking(node: &Node, machine: &Machine, pod: &Pod) -> Option<Rejection> {
    let sum = |of: &dyn Fn(&PodSpec) -> i64| others(machine, pod).map(of).sum::<i64>();
    let (cpu, memory) = requests(&pod.spec);
    // The others are looked through only where that can decide.
    let few = i64::try_from(machine.processes.len()).unwrap_or(i64::MAX);
    let short = |name: &str, wanted: i64, used: &dyn Fn() -> i64| {
        let amount = node.status.allocatable.get(name);
        let total = amount.map_or(0, |q| clamp(if name == "cpu" { q.milli() } else { q.value() }));
        if wanted == 0 || name == "pods" && wanted + few <= total {
            return None;
        }
        let used = used();
        let words = format!("Node didn't have enough resource: {name}, requested: {wanted}, used: {used}, capacity: {total}");
        (wanted + used > total).then(|| (format!("OutOf{name}").into(), words.into()))
    };
    // What only some nodes have is left to the scheduler. Upstream: removeMissingExtendedResources.
    let kept = |name: &str| !name.contains('/') || node.status.allocatable.get(name).is_some();
    let special = others_requested(&pod.spec);
    short("pods", 1, &|| sum(&|_| 1))
        .or_else(|| short("cpu", cpu, &|| sum(&|spec| requests(spec).0)))
        .or_else(|| short("memory", memory, &|| sum(&|spec| requests(spec).1)))
        .or_else(|| {
            special.iter().filter(|(name, _)| kept(name)).find_map(|(name, wanted)| {
                let of_that = |spec: &PodSpec| others_requested(spec).get(name).copied().unwrap_or(0);
                short(name, *wanted, &|| sum(&of_that))
            })
        })
}

/// The predicate that fails, and what it says. Upstream: PredicateFailureError.
fn misplaced(node: &Node, machine: &Machine, pod: &Pod) -> Option<(&'static str, &'static str)> {
    if !selects(pod, node) {
        return Some(("NodeAffinity", "node(s) didn't match Pod's node affinity/selector"));
    }
    let wanted = host_ports(&pod.spec);
    if !wanted.is_empty() && others(machine, pod).any(|spec| clash(&wanted, &host_ports(spec))) {
        return Some(("NodePorts", "node(s) didn't have free ports for the requested pod ports"));
    }
    let mut hard = node.spec.taints.iter().filter(|taint| taint.effect == Effect::NoExecute);
    let tainted = hard.any(|taint| !pod.spec.tolerations.iter().any(|t| t.tolerates(taint)));
    tainted.then_some(("TaintToleration", "node(s) had taints that the pod didn't tolerate"))
}
