//! Taints that the node controller keeps: NoSchedule at once from conditions and cordon, NoExecute when the zone's turn
//! comes. Upstream: doNoScheduleTaintingPass, processTaintBaseEviction, doNoExecuteTaintingPass.

use super::super::super::apiserver::Desk;
use super::super::super::change::Controller;
use super::zones::{Turn, zone_of};
use super::{no_execute, node_key};
use crate::api::meta::condition;
use crate::api::pod::{Effect, Taint};
use crate::api::{Key, Kind, Name, Node, Span, Time, Truth};
use std::sync::Arc;

/// Put on a node whose kubelet says that it is not ready.
pub const NOT_READY: &str = "node.kubernetes.io/not-ready";
/// Put on a node whose kubelet is silent.
pub const UNREACHABLE: &str = "node.kubernetes.io/unreachable";
const UNSCHEDULABLE: &str = "node.kubernetes.io/unschedulable";

/// Condition, its state, and the taint that says so.
const BY_CONDITION: [(&str, Truth, &str); 6] = [
    ("Ready", Truth::False, NOT_READY),
    ("Ready", Truth::Unknown, UNREACHABLE),
    ("MemoryPressure", Truth::True, "node.kubernetes.io/memory-pressure"),
    ("DiskPressure", Truth::True, "node.kubernetes.io/disk-pressure"),
    ("PIDPressure", Truth::True, "node.kubernetes.io/pid-pressure"),
    ("NetworkUnavailable", Truth::True, "node.kubernetes.io/network-unavailable"),
];

/// How often nodes that wait to be tainted are looked at: scheduler.NodeEvictionPeriod.
const POLL: Span = Span::millis(100);

fn wanted(node: &Node) -> Vec<&'static str> {
    let state = |kind| condition(&node.status.conditions, kind).map(|c| c.status);
    let told = BY_CONDITION.iter().filter(|(kind, truth, _)| state(kind) == Some(*truth)).map(|row| row.2);
    told.chain(node.spec.unschedulable.then_some(UNSCHEDULABLE)).collect()
}

fn is_kept_here(key: &str) -> bool {
    key == UNSCHEDULABLE || BY_CONDITION.iter().any(|row| row.2 == key)
}

fn taint(key: &str, effect: Effect, now: Time) -> Taint {
    Taint { key: key.into(), value: Name::default(), effect, time_added: Some(now.to_second()) }
}

/// Brings a node's NoSchedule taints in line with its conditions and its cordon, in one write.
pub fn settle_no_schedule(desk: &mut Desk, key: &Key) {
    let Some(node) = desk.get::<Node>(key).cloned() else { return };
    let wanted = wanted(&node);
    let mut taints = node.spec.taints.clone();
    taints.retain(|t| t.effect != Effect::NoSchedule || !is_kept_here(&t.key) || wanted.contains(&&*t.key));
    for key in wanted {
        if !taints.iter().any(|t| &*t.key == key && t.effect == Effect::NoSchedule) {
            taints.push(taint(key, Effect::NoSchedule, desk.now()));
        }
    }
    write(desk, &node, taints);
}

fn write(desk: &mut Desk, node: &Arc<Node>, taints: Vec<Taint>) {
    if taints == node.spec.taints {
        return;
    }
    let mut node = (**node).clone();
    node.spec.taints = taints;
    // Refused only where somebody was faster; their write brings us back here.
    desk.update(node).ok();
}

/// The NoExecute taint that a node should have: its key, and the key of the one that it replaces.
fn moving(node: &Node) -> Option<(&'static str, &'static str)> {
    match node.readiness()? {
        Truth::True => None,
        Truth::False => Some((NOT_READY, UNREACHABLE)),
        Truth::Unknown => Some((UNREACHABLE, NOT_READY)),
    }
}

/// Lets a node's NoExecute taint follow its readiness: off at once, swapped at once, on when its turn comes.
pub fn follow_readiness(desk: &mut Desk, node: &Arc<Node>) {
    let Some((right, wrong)) = moving(node) else { return take_no_execute(desk, node) };
    let has = |key: &str| no_execute(node).any(|t| &*t.key == key);
    if has(wrong) {
        swap(desk, node, right, wrong);
    } else if !has(right) {
        let waiting = Key::new("kube-node-lease", node.metadata.name.clone());
        desk.world().enqueue(Controller::NodeLifecycle, Kind::Lease, &waiting, POLL);
    }
}

/// Takes both NoExecute taints off a node.
pub fn take_no_execute(desk: &mut Desk, node: &Arc<Node>) {
    if no_execute(node).next().is_none() {
        return;
    }
    let Some(node) = desk.get::<Node>(&node.metadata.key()).cloned() else { return };
    let ours = |t: &Taint| t.effect == Effect::NoExecute && (&*t.key == NOT_READY || &*t.key == UNREACHABLE);
    if node.spec.taints.iter().any(ours) {
        let taints = node.spec.taints.iter().filter(|t| !ours(t)).cloned().collect();
        write(desk, &node, taints);
    }
}

fn swap(desk: &mut Desk, node: &Arc<Node>, right: &str, wrong: &str) {
    let Some(node) = desk.get::<Node>(&node.metadata.key()).cloned() else { return };
    let mut taints = node.spec.taints.clone();
    taints.retain(|t| t.effect != Effect::NoExecute || (&*t.key != wrong && &*t.key != right));
    taints.push(taint(right, Effect::NoExecute, desk.now()));
    write(desk, &node, taints);
}

/// Puts the NoExecute taint on a node that has waited for it, unless it has recovered or its zone must wait.
pub fn put_no_execute(desk: &mut Desk, name: &Name) {
    let Some(node) = desk.get::<Node>(&node_key(name)).cloned() else { return };
    let Some((right, wrong)) = moving(&node) else { return };
    if no_execute(&node).any(|t| &*t.key == right) {
        return;
    }
    let now = desk.now();
    let waiting = Key::new("kube-node-lease", name.clone());
    match desk.world().memory.nodes.zones.turn(&zone_of(&node), now) {
        Turn::Now => swap(desk, &node, right, wrong),
        Turn::At(when) => desk.world().enqueue(Controller::NodeLifecycle, Kind::Lease, &waiting, when - now),
        // The monitor asks again at its next pass.
        Turn::Never => {}
    }
}
