//! What may differ between a recording and a run, each with its reason. Everything else must be the same.

use crate::masks::Masks;
use podyard::api::{Kind, Object};
use podyard::sim::World;
use serde_json::Value;
use std::collections::BTreeMap;

/// Stands for a random suffix.
pub const RANDOM: &str = "*";

/// Which of several equal nodes is picked is chance. A story that names a node is played with the first of so many seeds
/// under which that node carries what it carried in the recording.
pub const SEEDS: u64 = 60;

/// True unless the step names a node that carries other pods than in the recording.
pub fn node_choice_fits(before: &[Value], step: &Value, world: &World) -> bool {
    let text = step.to_string();
    let named = (1..=3).map(|n| format!("node-{n}")).filter(|node| text.contains(node.as_str()));
    named.into_iter().all(|node| carried(before, &node) == carries(world, &node))
}

/// Pods on a node according to the rows so far; of random names only how many.
fn carried(rows: &[Value], node: &str) -> Vec<String> {
    let masks = Masks::of(rows);
    let mut pods: BTreeMap<&str, (String, bool)> = BTreeMap::new();
    for row in rows.iter().filter(|row| row["kind"] == "Pod") {
        let there = row["node"] == node && row["type"] != "DELETED";
        pods.insert(row["uid"].as_str().unwrap_or_default(), (masks.text(row["name"].as_str().unwrap_or_default()), there));
    }
    let mut names: Vec<String> = pods.into_values().filter(|(_, there)| *there).map(|(name, _)| name).collect();
    names.sort();
    names
}

fn carries(world: &World, node: &str) -> Vec<String> {
    let pods = world.objects(Kind::Pod).filter_map(|object| match object {
        Object::Pod(pod) if &*pod.spec.node_name == node => Some(pod),
        _ => None,
    });
    let generated = |pod: &podyard::api::Pod| !pod.metadata.generate_name.is_empty() && pod.spec.hostname.is_empty();
    let mut names: Vec<String> = pods
        .map(|pod| if generated(pod) { format!("{}{RANDOM}", pod.metadata.generate_name) } else { pod.metadata.name.to_string() })
        .collect();
    names.sort();
    names
}

/// The rows that are compared.
pub fn kept(rows: &[Value]) -> impl Iterator<Item = &Value> {
    let first_cut = rows.iter().position(|row| row["step"]["cut"].is_array()).unwrap_or(rows.len());
    rows.iter()
        .enumerate()
        .filter(move |(i, row)| !(is_leftover(row) || is_early_node(*i, row, first_cut) || is_kubelets(row) || is_unwatched(row)))
        .map(|(_, row)| row)
}

/// The recorder told several stories to one control plane: a budget and an autoscaler of earlier ones are still reported
/// on.
fn is_leftover(row: &Value) -> bool {
    let leftover = |about: &str| ["PodDisruptionBudget/", "HorizontalPodAutoscaler/"].iter().any(|kind| about.starts_with(kind));
    row["about"].as_str().is_some_and(leftover)
}

/// The recorder watched slices, not the Endpoints beside them.
fn is_unwatched(row: &Value) -> bool {
    row["kind"] == "Endpoints"
}

/// And a node cut off in an earlier story still comes back; the list of nodes arrives at any time.
fn is_early_node(index: usize, row: &Value, first_cut: usize) -> bool {
    row["kind"] == "Node" && (index < first_cut || row["type"] == "ADDED")
}

/// The recordings' kubelets were stand-ins, which write no events.
fn is_kubelets(row: &Value) -> bool {
    row["kind"] == "Event" && row["from"] == "kubelet"
}

/// True where two histories of an object are the same.
pub fn same_history(name: &str, theirs: &[String], ours: &[String]) -> bool {
    match name.split('/').next().unwrap_or_default() {
        "EndpointSlice" => theirs.last() == ours.last() && settled(theirs) == settled(ours),
        "ReplicaSet" => counted(theirs) == counted(ours),
        "PersistentVolume" => until_released(theirs) == until_released(ours),
        "Pod" if name.starts_with("Pod/recycler-for-") => theirs.iter().take(2).eq(ours.iter().take(2)),
        _ => theirs == ours,
    }
}

/// What a slice says while none of its endpoints goes. Which of several goes first is chance, and whether a slice tells of
/// each or of some together; that one begins to go and is gone is told by the pods.
fn settled(rows: &[String]) -> Vec<&String> {
    rows.iter().filter(|row| !row.contains("\"terminating\":true")).collect()
}

/// A set that waits for its dependants makes its revision anew whenever it misses it, and the collector deletes it again:
/// how often is chance.
pub fn may_be_repeated(name: &str) -> bool {
    name.starts_with("ControllerRevision/")
}

/// Pods of a ReplicaSet become ready or go within milliseconds of each other, and are counted singly or together.
fn counted(rows: &[String]) -> Vec<Value> {
    let mut kept: Vec<(Value, Value)> = Vec::new();
    for row in rows {
        let row: Value = serde_json::from_str(row).unwrap_or_default();
        let mut frame = row.clone();
        for count in ["readyReplicas", "availableReplicas", "terminatingReplicas"] {
            frame["status"].as_object_mut().map(|status| status.remove(count));
        }
        if kept.last().is_some_and(|(last, _)| *last == frame) {
            kept.pop();
        }
        kept.push((frame, row));
    }
    kept.into_iter().map(|(_, row)| row).collect()
}

/// The stand-ins never ran a recycler pod to its end: the recorded volume stays Released, a real one becomes Available.
/// That the pod is made and placed is compared, and that recycling does not fail: that would be an event.
fn until_released(rows: &[String]) -> &[String] {
    let released = rows.iter().position(|row| row.contains("\"phase\":\"Released\""));
    let fails = rows.iter().any(|row| row.contains("\"phase\":\"Failed\""));
    if fails { rows } else { &rows[..released.map_or(rows.len(), |i| i + 1)] }
}

/// True where the same was reported, in any order: reporters do not wait for each other.
pub fn same_events(_name: &str, theirs: &[String], ours: &[String]) -> bool {
    reported(theirs) == reported(ours)
}

/// The scheduler tries a pod as often as something happens that might help it, and the volume controller relays a
/// recycler pod's events, some of them twice, and those of its kubelet: counted once, and not at all.
fn reported(events: &[String]) -> Vec<&String> {
    let relayed = |event: &str| event.contains(" RecyclerPod ") && !event.contains("Successfully assigned");
    let mut events: Vec<&String> = events.iter().filter(|event| !relayed(event)).collect();
    events.dedup_by(|a, b| a == b && [" FailedScheduling ", " RecyclerPod "].iter().any(|reason| a.contains(reason)));
    events
}

/// Steps whose text differs, by how they begin, and why.
const OWN_WORDS: [(&str, &str); 7] = [
    ("{\"cut\"", "the recorder's hands say nothing when they cut a cable"),
    ("{\"kubectl\":\"get nodes -o wide", "machines and their runtime have other names"),
    ("{\"kubectl\":\"get pod kubia-0 -o yaml", "hostIPs is a list, and the first field of a container is its identity"),
    ("{\"kubectl\":\"describe node", "no event tells of the nodes that a world begins with"),
    ("{\"kubectl\":\"autoscale", "refused: nothing here uses cpu"),
    ("{\"kubectl\":\"api-resources --namespaced=false --api-group=storage", "nor objects for CSI drivers"),
    ("{\"apply\":\"apiVersion: apps/v1beta1", "read with the defaults that it had"),
];

/// True for steps whose text is not compared.
pub fn has_own_words(step: &str) -> bool {
    OWN_WORDS.iter().any(|(begins, _)| step.starts_with(begins))
}

/// What was printed, without what may differ. Random names sort differently, and so do events of one instant.
pub fn comparable(lines: &[String]) -> Vec<String> {
    let in_chance_order = lines.iter().any(|line| line.contains(RANDOM) || line.starts_with("LAST SEEN"));
    let mut lines: Vec<String> = lines.iter().filter(|line| !is_of_a_real_kubelet(line)).cloned().collect();
    if in_chance_order {
        lines.retain(|line| !is_left_out(line));
        lines.sort();
        lines.dedup_by(|a, b| a == b && ["  FailedScheduling  ", "  RecyclerPod  "].iter().any(|reason| a.contains(reason)));
    }
    if lines.len() == 2 && lines[0].starts_with("NAME  READY") {
        lines[0] = "No resources found in default namespace.".to_owned();
    }
    lines
}

/// Lines of `describe` and of YAML that only a kubelet with containers fills: their identities, and its events.
fn is_of_a_real_kubelet(line: &str) -> bool {
    const FIELDS: [&str; 6] = ["Container ID:", "Image ID:", "containerID:", "imageID:", "hostIPs:", "observedGeneration:"];
    let text = line.trim_start();
    let event = ["Normal  ", "Warning  "].iter().any(|kind| text.starts_with(kind));
    FIELDS.iter().any(|field| text.trim_start_matches("- ").starts_with(field)) || event && text.contains("  kubelet  ")
}

/// Reasons of events that only kubelets write, which the stand-ins did not.
const KUBELETS: [&str; 12] = [
    "Pulling",
    "Pulled",
    "Created",
    "Started",
    "Killing",
    "SuccessfulAttachVolume",
    "NodeHasSufficientMemory",
    "NodeHasNoDiskPressure",
    "NodeHasSufficientPID",
    "NodeReady",
    "NodeSchedulable",
    "NodeNotSchedulable",
];

/// Lines of a table that tell of what is not compared: kubelets' events, and how recycling ends.
fn is_left_out(line: &str) -> bool {
    let columns: Vec<&str> = line.split("  ").collect();
    let reason = columns.get(2).copied().unwrap_or_default();
    let is_event = columns.get(1).is_some_and(|word| ["Normal", "Warning"].contains(word));
    let relayed = reason == "RecyclerPod" && !line.contains("Successfully assigned");
    let recycled = columns.iter().any(|word| ["Released", "Available"].contains(word));
    is_event && (KUBELETS.contains(&reason) || relayed) || !is_event && (line.contains("recycler-for-") || recycled)
}
