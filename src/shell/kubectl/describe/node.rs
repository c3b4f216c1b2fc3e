//! Nodes, described.

use super::{labels, pod, time};
use crate::api::columns;
use crate::api::node::{Lease, Node};
use crate::api::pod::{Pod, Taint};
use crate::api::table::Describe;
use crate::api::{Key, Name, Object, Quantity, age};
use crate::sim::{World, scheduler};
use serde_json::Value;
use std::collections::BTreeMap;
use std::sync::Arc;

pub fn describe(world: &World, page: &mut Describe, node: &Arc<Node>) {
    let meta = &node.metadata;
    let roles = columns::cells(&Object::Node(node.clone()), world.now()).swap_remove(2);
    page.field(0, "Name", &meta.name).field(0, "Roles", &roles);
    labels(page, meta);
    page.field(0, "CreationTimestamp", &time(meta.creation_timestamp));
    page.list(0, "Taints", &taints(&node.spec.taints));
    page.field(0, "Unschedulable", &node.spec.unschedulable.to_string());
    lease(world, page, &meta.name);
    page.line(0, "Conditions:");
    page.line(1, "Type\tStatus\tLastHeartbeatTime\tLastTransitionTime\tReason\tMessage");
    page.line(1, "----\t------\t-----------------\t------------------\t------\t-------");
    for c in &node.status.conditions {
        let (beat, turned) = (time(c.last_heartbeat_time), time(c.last_transition_time));
        page.line(1, &format!("{} \t{} \t{beat} \t{turned} \t{} \t{}", c.kind, c.status.text(), c.reason, c.message));
    }
    let rows: Vec<Vec<String>> = node.status.addresses.iter().map(|a| vec![format!("{}:", a.kind), a.address.to_string()]).collect();
    page.rows(0, "Addresses", &rows);
    for (title, amounts) in [("Capacity", &node.status.capacity), ("Allocatable", &node.status.allocatable)] {
        page.line(0, &format!("{title}:"));
        amounts.iter().for_each(|(name, amount)| _ = page.field(1, name, &amount.to_string()));
    }
    system(page, node);
    pods(world, page, node);
}

fn taints(taints: &[Taint]) -> Vec<String> {
    let mut sorted: Vec<&Taint> = taints.iter().collect();
    sorted.sort_by_key(|t| (pod::effect(t.effect), t.key.clone()));
    let text = |t: &Taint| {
        let value = if t.value.is_empty() { String::new() } else { format!("={}", t.value) };
        format!("{}{value}:{}", t.key, pod::effect(t.effect))
    };
    sorted.into_iter().map(text).collect()
}

fn lease(world: &World, page: &mut Describe, node: &Name) {
    let Some(lease) = world.get::<Lease>(&Key::new("kube-node-lease", node.clone())) else {
        page.field(0, "Lease", &format!("Failed to get lease: leases.coordination.k8s.io {node:?} not found"));
        return;
    };
    page.line(0, "Lease:");
    page.field(1, "HolderIdentity", lease.spec["holderIdentity"].as_str().unwrap_or_default());
    page.field(1, "AcquireTime", "<unset>").field(1, "RenewTime", &time(world.lease_renewed(node)));
}

/// Label in the description, field of the node's info.
const SYSTEM: [(&str, &str); 9] = [
    ("Machine ID", "machineID"),
    ("System UUID", "systemUUID"),
    ("Boot ID", "bootID"),
    ("Kernel Version", "kernelVersion"),
    ("OS Image", "osImage"),
    ("Operating System", "operatingSystem"),
    ("Architecture", "architecture"),
    ("Container Runtime Version", "containerRuntimeVersion"),
    ("Kubelet Version", "kubeletVersion"),
];

fn system(page: &mut Describe, node: &Node) {
    page.line(0, "System Info:");
    let info = node.status.node_info.as_ref();
    for (label, field) in SYSTEM {
        page.field(1, label, info.and_then(|i| i.get(field)).and_then(Value::as_str).unwrap_or_default());
    }
    if !node.spec.pod_cidr.is_empty() {
        let all: Vec<&str> = node.spec.pod_cidrs.iter().map(|c| &**c).collect();
        page.field(0, "PodCIDR", &node.spec.pod_cidr).field(0, "PodCIDRs", &all.join(","));
    }
}

/// Resources of which each node is told how great a share is given away.
const SHARED: [&str; 3] = ["cpu", "memory", "ephemeral-storage"];

/// Upstream: describeNodeResource.
fn pods(world: &World, page: &mut Describe, node: &Node) {
    let all: Vec<&Arc<Pod>> = world.store().pods_on(&node.metadata.name).filter_map(|key| world.get::<Pod>(key)).collect();
    let here: Vec<&Arc<Pod>> = all.into_iter().filter(|p| !p.status.phase.is_terminal()).collect();
    page.field(0, "Non-terminated Pods", &format!("({} in total)", here.len()));
    page.line(1, "Namespace\tName\t\tCPU Requests\tCPU Limits\tMemory Requests\tMemory Limits\tAge");
    page.line(1, "---------\t----\t\t------------\t----------\t---------------\t-------------\t---");
    let most = &node.status.allocatable;
    let sums = |pods: &[&Arc<Pod>], name: &str| {
        [scheduler::asked, scheduler::allowed].map(|of| pods.iter().map(|pod| i128::from(of(&pod.spec, name))).sum::<i128>())
    };
    let cells = |pods: &[&Arc<Pod>], name: &str| sums(pods, name).map(|sum| share(name, sum, most));
    for p in &here {
        let ([cpu, cpu_limit], [memory, memory_limit]) = (cells(&[p], "cpu"), cells(&[p], "memory"));
        let age = age::since(p.metadata.creation_timestamp, world.now());
        let meta = &p.metadata;
        page.line(1, &format!("{}\t{}\t\t{cpu}\t{cpu_limit}\t{memory}\t{memory_limit}\t{age}", meta.namespace, meta.name));
    }
    page.line(0, "Allocated resources:").line(1, "(Total limits may be over 100 percent, i.e., overcommitted.)");
    page.line(1, "Resource\tRequests\tLimits").line(1, "--------\t--------\t------");
    let pages = most.keys().map(|name| &**name).filter(|name| name.starts_with("hugepages-"));
    for name in SHARED.into_iter().chain(pages) {
        let [requests, limits] = cells(&here, name);
        page.line(1, &format!("{name}\t{requests}\t{limits}"));
    }
    let is_other = |name: &&str| !SHARED.contains(name) && *name != "pods" && !name.starts_with("hugepages-");
    for name in most.keys().map(|name| &**name).filter(is_other) {
        let [requests, limits] = sums(&here, name).map(|sum| sum / 1000);
        page.line(1, &format!("{name}\t{requests}\t{limits}"));
    }
}

/// `100m (2%)`.
fn share(name: &str, milli: i128, most: &BTreeMap<Name, Quantity>) -> String {
    let all = most.get(name).map_or(0, Quantity::milli);
    let percent = if all == 0 { 0 } else { milli * 100 / all };
    format!("{} ({percent}%)", amount(name, milli))
}

/// A sum in the shortest exact form: thousandths for cpu, powers of 1024 for memory.
fn amount(name: &str, milli: i128) -> String {
    if name == "cpu" {
        return if milli % 1000 == 0 { (milli / 1000).to_string() } else { format!("{milli}m") };
    }
    let value = milli / 1000;
    let units = [("Gi", 1i128 << 30), ("Mi", 1 << 20), ("Ki", 1 << 10)];
    let unit = units.iter().find(|(_, size)| value != 0 && value % size == 0);
    unit.map_or_else(|| value.to_string(), |(name, size)| format!("{}{name}", value / size))
}
