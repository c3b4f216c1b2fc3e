//! The monitor: every five seconds it looks whether each node has given a sign of life, and marks those that have not.
//! Upstream: nodelifecycle.monitorNodeHealth.

use super::super::super::apiserver::Desk;
use super::super::super::latency::Latency;
use super::{node_key, pods_on, taints, zones};
use crate::api::meta::{condition, set_condition};
use crate::api::object::reference;
use crate::api::{Condition, Kind, Name, Node, ObjectRef, Pod, Span, Time, Truth, Uid};
use imbl::OrdMap;
use std::sync::Arc;

/// When nodes last gave a sign of life.
#[derive(Clone, Debug, Default)]
pub struct Health {
    signs: OrdMap<Name, Sign>,
    begun: bool,
}

/// What was last seen of a node.
#[derive(Clone, Debug, PartialEq)]
struct Sign {
    uid: Uid,
    lease: Option<Time>,
    heartbeat: Option<Time>,
    noticed: Time,
}

impl Health {
    /// Counts every node's silence from now on anew.
    pub fn forgive(&mut self, now: Time) {
        self.signs = self.signs.iter().map(|(name, sign)| (name.clone(), Sign { noticed: now, ..sign.clone() })).collect();
    }
}

/// Conditions that a silent kubelet no longer vouches for.
const REPORTED: [&str; 4] = ["Ready", "MemoryPressure", "DiskPressure", "PIDPressure"];

/// How long a node may take to report for the first time: --node-startup-grace-period.
const STARTUP_GRACE: Span = Span::secs(60);

/// Looks at every node once.
pub fn pass(desk: &mut Desk) {
    let nodes: Vec<Arc<Node>> = desk.list::<Node>().cloned().collect();
    register(desk, &nodes);
    nodes.iter().for_each(|node| monitor(desk, node));
    zones::assess(desk);
}

/// Notes nodes that are new, and says so of new names. Upstream: classifyNodes. Simplified: of those with which a world begins nothing is said, as if their
/// events were long gone.
fn register(desk: &mut Desk, nodes: &[Arc<Node>]) {
    let known = &desk.memory.nodes.health;
    let quiet = !known.begun;
    let fresh: Vec<&Arc<Node>> =
        nodes.iter().filter(|n| known.signs.get(&n.metadata.name).is_none_or(|s| s.uid != n.metadata.uid)).collect();
    for node in fresh {
        let sign = Sign { uid: node.metadata.uid, lease: None, heartbeat: heartbeat(node), noticed: first_sign(desk, node) };
        let replaced = desk.world().memory.nodes.health.signs.insert(node.metadata.name.clone(), sign);
        if !quiet && replaced.is_none() {
            node_event(desk, &node.metadata.name, node.metadata.uid, "RegisteredNode", "Registered Node", "in");
        }
    }
    desk.world().memory.nodes.health.begun = true;
    if desk.memory.nodes.health.signs.len() > nodes.len() {
        unregister(desk);
    }
}

fn first_sign(desk: &Desk, node: &Node) -> Time {
    if node.readiness().is_some() { desk.now() } else { node.metadata.created() }
}

fn unregister(desk: &mut Desk) {
    let gone = |(name, _): &(&Name, &Sign)| desk.get::<Node>(&node_key(name)).is_none();
    let gone: Vec<(Name, Uid)> = desk.memory.nodes.health.signs.iter().filter(gone).map(|(n, s)| (n.clone(), s.uid)).collect();
    for (name, uid) in gone {
        desk.world().memory.nodes.health.signs.remove(&name);
        node_event(desk, &name, uid, "RemovingNode", "Removing Node", "from");
    }
}

fn node_event(desk: &mut Desk, name: &Name, uid: Uid, reason: &str, words: &str, preposition: &str) {
    let about = ObjectRef { api_version: "v1".into(), kind: "Node".into(), name: name.clone(), uid, ..ObjectRef::default() };
    desk.event(about, false, reason, format!("Node {name} event: {words} {name} {preposition} Controller"));
}

fn heartbeat(node: &Node) -> Option<Time> {
    condition(&node.status.conditions, "Ready")?.last_heartbeat_time
}

fn monitor(desk: &mut Desk, node: &Arc<Node>) {
    let observed = node.readiness();
    let grace = if observed.is_some() { desk.latency(Latency::NodeGrace) } else { STARTUP_GRACE };
    let silent = desk.now() >= last_sign(desk, node) + grace;
    let node = if silent { mark_unknown(desk, node) } else { node.clone() };
    taints::follow_readiness(desk, &node);
    if observed == Some(Truth::True) && !node.is_ready() {
        let words = format!("Node {} status is now: NodeNotReady", node.metadata.name);
        desk.event(reference(Kind::Node, &node.metadata), false, "NodeNotReady", words);
        pods_on(desk, &node.metadata.name).iter().for_each(|pod| mark_pod(desk, pod));
    }
}

/// When the monitor last noticed a renewed lease or a new heartbeat in the status: its own clock counts, not the node's.
fn last_sign(desk: &mut Desk, node: &Node) -> Time {
    let name = &node.metadata.name;
    let now = desk.now();
    let (lease, heartbeat) = (desk.lease_renewed(name), heartbeat(node));
    let Some(old) = desk.memory.nodes.health.signs.get(name) else { return now };
    if lease > old.lease || heartbeat != old.heartbeat {
        let sign = Sign { uid: old.uid, lease, heartbeat, noticed: now };
        desk.world().memory.nodes.health.signs.insert(name.clone(), sign);
        return now;
    }
    old.noticed
}

fn mark_unknown(desk: &mut Desk, node: &Arc<Node>) -> Arc<Node> {
    let known = |kind: &&str| condition(&node.status.conditions, kind).is_some_and(|c| c.status == Truth::Unknown);
    if REPORTED.iter().all(known) {
        return node.clone();
    }
    let now = desk.now();
    let mut marked = node.clone();
    let status = &mut Arc::make_mut(&mut marked).status;
    for kind in REPORTED {
        let old = condition(&status.conditions, kind).cloned();
        set_condition(&mut status.conditions, unknown(kind, old, node.metadata.created(), now));
    }
    // A refused write means that somebody was faster; the next pass looks again.
    if desk.update_status((*marked).clone()).is_ok() { marked } else { node.clone() }
}

fn unknown(kind: &str, old: Option<Condition>, created: Time, now: Time) -> Condition {
    let (reason, message) = match &old {
        Some(_) => ("NodeStatusUnknown", "Kubelet stopped posting node status."),
        None => ("NodeStatusNeverUpdated", "Kubelet never posted node status."),
    };
    match old {
        Some(old) if old.status == Truth::Unknown => old,
        old => Condition {
            kind: kind.into(),
            status: Truth::Unknown,
            last_heartbeat_time: old.map_or(Some(created), |c| c.last_heartbeat_time),
            last_transition_time: Some(now.to_second()),
            reason: reason.into(),
            message: message.into(),
            ..Condition::default()
        },
    }
}

/// Upstream: MarkPodsNotReady. Reason and message stay as its kubelet left them.
fn mark_pod(desk: &mut Desk, pod: &Arc<Pod>) {
    if !pod.is_ready() {
        return;
    }
    let now = desk.now().to_second();
    let mut marked = (**pod).clone();
    for ready in marked.status.conditions.iter_mut().filter(|c| &*c.kind == "Ready") {
        ready.status = Truth::False;
        ready.last_transition_time = Some(now);
        ready.observed_generation = pod.metadata.generation;
    }
    if desk.update_status(marked).is_ok() {
        desk.event(reference(Kind::Pod, &pod.metadata), true, "NodeNotReady", "Node is not ready");
    }
}
