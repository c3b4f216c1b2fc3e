//! The monitor: every five seconds it looks whether each node has given a sign of life, and marks those that have not.
//! Upstream: nodelifecycle.monitorNodeHealth.

use super::super::super::apiserver::Desk;
use super::super::super::latency::Latency;
use super::super::super::world::World;
use super::{pods_on, taints, zones};
use crate::api::meta::{condition, set_condition};
use crate::api::object::reference;
use crate::api::{Condition, Kind, Name, Node, ObjectRef, Pod, Span, Time, Truth, Uid};
use imbl::Vector;
use std::collections::BTreeMap;
use std::sync::Arc;

/// When nodes last gave a sign of life: one entry a node, by name, so that a pass walks through nodes and signs side by side.
#[derive(Clone, Debug, Default)]
pub struct Health {
    signs: Vector<Sign>,
    begun: bool,
}

/// What was last seen of a node.
#[derive(Clone, Debug, PartialEq)]
struct Sign {
    node: Name,
    uid: Uid,
    lease: Option<Time>,
    heartbeat: Option<Time>,
    noticed: Time,
}

impl Health {
    /// Counts every node's silence from now on anew.
    pub fn forgive(&mut self, now: Time) {
        self.signs.iter_mut().for_each(|sign| sign.noticed = now);
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
    let noticed = notice_signs(desk, &nodes);
    nodes.iter().zip(noticed).for_each(|(node, noticed)| monitor(desk, node, noticed));
    zones::assess(desk);
}

/// Notes nodes that are new or gone, and says so of names. Upstream: classifyNodes. Simplified: of those with which a world
/// begins nothing is said, as if their events were long gone.
fn register(desk: &mut Desk, nodes: &[Arc<Node>]) {
    let quiet = !std::mem::replace(&mut desk.world().memory.nodes.health.begun, true);
    let known = &desk.memory.nodes.health;
    let same = known.signs.len() == nodes.len() && known.signs.iter().zip(nodes).all(|(sign, node)| sign.uid == node.metadata.uid);
    if same {
        return;
    }
    let mut gone: BTreeMap<Name, Sign> = known.signs.iter().map(|sign| (sign.node.clone(), sign.clone())).collect();
    let mut fresh = Vec::new();
    let signs = nodes.iter().map(|node| match gone.remove(&node.metadata.name) {
        Some(sign) if sign.uid == node.metadata.uid => sign,
        namesake => {
            if namesake.is_none() {
                fresh.push((node.metadata.name.clone(), node.metadata.uid));
            }
            first_sign(desk, node)
        }
    });
    let signs = signs.collect();
    desk.world().memory.nodes.health = Health { signs, begun: true };
    for (name, uid) in fresh.into_iter().filter(|_| !quiet) {
        node_event(desk, &name, uid, "RegisteredNode", "Registered Node", "in");
    }
    for (name, sign) in gone {
        node_event(desk, &name, sign.uid, "RemovingNode", "Removing Node", "from");
    }
}

fn first_sign(world: &World, node: &Node) -> Sign {
    let noticed = if node.readiness().is_some() { world.now() } else { node.metadata.created() };
    Sign { node: node.metadata.name.clone(), uid: node.metadata.uid, lease: None, heartbeat: heartbeat(node), noticed }
}

fn node_event(desk: &mut Desk, name: &Name, uid: Uid, reason: &str, words: &str, preposition: &str) {
    let about = ObjectRef { api_version: "v1".into(), kind: "Node".into(), name: name.clone(), uid, ..ObjectRef::default() };
    desk.event(about, false, reason, format!("Node {name} event: {words} {name} {preposition} Controller"));
}

fn heartbeat(node: &Node) -> Option<Time> {
    condition(&node.status.conditions, "Ready")?.last_heartbeat_time
}

fn monitor(desk: &mut Desk, node: &Arc<Node>, last_sign: Time) {
    let observed = node.readiness();
    let grace = if observed.is_some() { desk.latency(Latency::NodeGrace) } else { STARTUP_GRACE };
    let silent = desk.now() >= last_sign + grace;
    let node = if silent { mark_unknown(desk, node) } else { node.clone() };
    taints::follow_readiness(desk, &node);
    if observed == Some(Truth::True) && !node.is_ready() {
        let words = format!("Node {} status is now: NodeNotReady", node.metadata.name);
        desk.event(reference(Kind::Node, &node.metadata), false, "NodeNotReady", words);
        pods_on(desk, &node.metadata.name).iter().for_each(|pod| mark_pod(desk, pod));
    }
}

/// When the monitor last noticed a renewed lease or a new heartbeat in the status of each node: its own clock counts, not
/// the nodes'.
fn notice_signs(desk: &mut Desk, nodes: &[Arc<Node>]) -> Vec<Time> {
    let world = desk.world();
    let now = world.now();
    let machines = &world.machines;
    let signs = world.memory.nodes.health.signs.iter_mut();
    let looked = signs.zip(nodes).map(|(sign, node)| {
        let lease = machines.get(&sign.node).and_then(|machine| machine.renewed);
        let heartbeat = heartbeat(node);
        if lease > sign.lease || heartbeat != sign.heartbeat {
            (sign.lease, sign.heartbeat, sign.noticed) = (lease, heartbeat, now);
        }
        sign.noticed
    });
    looked.collect()
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
