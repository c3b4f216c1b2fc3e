//! What a kubelet tells of its own node: it registers when it has been started, posts conditions, and notices a cordon.
//! Upstream: pkg/kubelet/kubelet_node_status.go, pkg/kubelet/nodestatus/setters.go.
//!
//! Simplified: a node that registers is ready at once, and an unchanged status is not posted every five minutes.

use super::super::apiserver::Desk;
use super::super::change::Actor;
use super::super::start;
use super::super::world::World;
use super::node_object;
use crate::api::meta::{condition, set_condition};
use crate::api::node::NodeStatus;
use crate::api::object::reference;
use crate::api::{Condition, Kind, Name, Node};
use std::sync::Arc;

/// Conditions and the event that tells of their being well again.
const WELL: [(&str, &str); 4] = [
    ("MemoryPressure", "NodeHasSufficientMemory"),
    ("DiskPressure", "NodeHasNoDiskPressure"),
    ("PIDPressure", "NodeHasSufficientPID"),
    ("Ready", "NodeReady"),
];

/// What a kubelet does when it reaches the record for the first time since it was started. Only then is a Node that was
/// deleted made again. Upstream: registerWithAPIServer.
pub fn register(world: &mut World, node: &Name) {
    let Some(machine) = world.machine_mut(node).filter(|m| m.unannounced) else { return };
    machine.unannounced = false;
    let boots = machine.boots;
    let known = node_object(world, node);
    if known.is_none() {
        start::register(world, node);
    }
    tell(world, node, false, "Starting", "Starting kubelet.".to_owned());
    WELL.iter().take(3).for_each(|(_, reason)| tell_status(world, node, reason));
    tell(world, node, false, "NodeAllocatableEnforced", "Updated Node Allocatable limit across pods".to_owned());
    if known.is_some() {
        tell(world, node, true, "Rebooted", format!("Node {node} has been rebooted, boot id: {}", boot_id(boots)));
    }
    post_boot_id(world, node, &boot_id(boots));
    if node_object(world, node).is_some_and(|n| n.is_ready()) {
        tell_status(world, node, "NodeReady");
    }
}

/// What tells one boot of a machine from the next.
fn boot_id(boots: u32) -> String {
    format!("podyard-{boots}")
}

fn post_boot_id(world: &mut World, node: &Name, id: &str) {
    let Some(object) = node_object(world, node) else { return };
    let mut after = (*object).clone();
    if let Some(info) = &mut after.status.node_info {
        Arc::make_mut(info)["bootID"] = id.into();
    }
    write(world, node, after);
}

/// Posts the node's status where the record has the node otherwise than Ready, and tells of a cordon that came or went. Of a
/// Node that was made by other hands it tells all that it knows.
pub fn post(world: &mut World, node: &Name) {
    let Some(object) = node_object(world, node) else { return };
    start::ensure_lease(world, node);
    notice_cordon(world, node, &object);
    if object.is_ready() {
        return;
    }
    let fresh = start::healthy(world);
    let turned = |c: &Condition| condition(&object.status.conditions, &c.kind).is_none_or(|old| old.status != c.status);
    let turned: Vec<Name> = fresh.iter().filter(|c| turned(c)).map(|c| c.kind.clone()).collect();
    let mut after = (*object).clone();
    if after.status.addresses.is_empty() {
        after.status = NodeStatus { conditions: after.status.conditions, ..start::status(world, node) };
    }
    for condition in fresh {
        set_condition(&mut after.status.conditions, condition);
    }
    write(world, node, after);
    for (_, reason) in WELL.iter().filter(|(kind, _)| turned.iter().any(|t| **t == **kind)) {
        tell_status(world, node, reason);
    }
}

/// Upstream: recordNodeSchedulableEvent.
fn notice_cordon(world: &mut World, node: &Name, object: &Arc<Node>) {
    let cordoned = object.spec.unschedulable;
    if world.machine(node).is_some_and(|m| m.cordoned != cordoned) {
        if let Some(machine) = world.machine_mut(node) {
            machine.cordoned = cordoned;
        }
        tell_status(world, node, if cordoned { "NodeNotSchedulable" } else { "NodeSchedulable" });
    }
}

/// Stores what a kubelet reports of its node.
pub fn write(world: &mut World, node: &Name, after: Node) {
    // A refusal means that the Node object is gone: a kubelet does not make it again before it is restarted.
    let _ = Desk::new(world, Actor::Kubelet(node.clone())).update_status(after);
}

fn tell_status(world: &mut World, node: &Name, reason: &str) {
    tell(world, node, false, reason, format!("Node {node} status is now: {reason}"));
}

fn tell(world: &mut World, node: &Name, warning: bool, reason: &str, message: String) {
    let Some(about) = node_object(world, node).map(|object| reference(Kind::Node, &object.metadata)) else { return };
    Desk::new(world, Actor::Kubelet(node.clone())).event(about, warning, reason, message);
}
