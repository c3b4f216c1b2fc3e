//! What may differ between a recording and a run, each with its reason. Everything else must be the same.

use podyard::api::{Kind, Object};
use podyard::sim::World;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

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
        .filter(move |(i, row)| !(is_leftover(row) || is_early_node(*i, row, first_cut) || is_kubelets(row)))
        .map(|(_, row)| row)
}

/// The recorder told several stories to one control plane: a budget and an autoscaler of earlier ones are still reported
/// on.
fn is_leftover(row: &Value) -> bool {
    let leftover = |about: &str| ["PodDisruptionBudget/", "HorizontalPodAutoscaler/"].iter().any(|kind| about.starts_with(kind));
    row["about"].as_str().is_some_and(leftover)
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
        "EndpointSlice" => {
            let (theirs, ours) = (in_any_order_of_going(theirs), in_any_order_of_going(ours));
            may_have_been_merged(&theirs, &ours) || may_have_been_merged(&ours, &theirs)
        }
        "ReplicaSet" => same_counts(&counted(theirs), &counted(ours)),
        "StatefulSet" => theirs == ours || same_counts(&parsed(theirs), &parsed(ours)),
        "PersistentVolume" => until_released(theirs) == until_released(ours),
        "Pod" if name.starts_with("Pod/recycler-for-") => theirs.iter().take(2).eq(ours.iter().take(2)),
        _ => theirs == ours,
    }
}

/// Which of several dependants the collector deletes first is chance: while some endpoints go, only how they are counts.
fn in_any_order_of_going(rows: &[String]) -> Vec<String> {
    let masked = |row: &String| {
        let mut value: Value = serde_json::from_str(row).unwrap_or_default();
        let going = |endpoint: &Value| endpoint["conditions"]["terminating"] == true;
        let Some(endpoints) = value["endpoints"].as_array_mut().filter(|list| list.len() > 1 && list.iter().any(going)) else {
            return row.clone();
        };
        endpoints.iter_mut().for_each(|endpoint| *endpoint = endpoint["conditions"].clone());
        endpoints.sort_by_key(Value::to_string);
        value.to_string()
    };
    rows.iter().map(masked).collect()
}

/// Changes of a service's pods that come close together arrive in its slice as one or as several, as the timing is.
fn may_have_been_merged(many: &[String], few: &[String]) -> bool {
    let mut rest = many.iter();
    many.last() == few.last() && few.iter().all(|row| rest.any(|other| other == row))
}

/// A set that waits for its dependants makes its revision anew whenever it misses it, and the collector deletes it again:
/// how often is chance.
pub fn may_be_repeated(name: &str) -> bool {
    name.starts_with("ControllerRevision/")
}

/// True where two histories are the same up to the set's own deletion. After it the collector deletes its pods within
/// milliseconds of each other, which their set counts singly or together.
fn same_counts(theirs: &[Value], ours: &[Value]) -> bool {
    let alive = |rows: &[Value]| rows.iter().position(|row| row["deleting"] == true).unwrap_or(rows.len());
    let (end, our_end) = (alive(theirs), alive(ours));
    let mut rest = ours[our_end..].iter();
    theirs[..end] == ours[..our_end] && theirs.last() == ours.last() && theirs[end..].iter().all(|row| rest.any(|other| other == row))
}

fn parsed(rows: &[String]) -> Vec<Value> {
    rows.iter().map(|row| serde_json::from_str(row).unwrap_or_default()).collect()
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

/// The recorder's hands say nothing when they cut a cable.
pub fn is_silent(step: &str) -> bool {
    step.starts_with("{\"cut\"")
}

/// What was printed, without what may differ. Random names sort differently, and so do events of one instant.
pub fn comparable(lines: &[String]) -> Vec<String> {
    let in_chance_order = lines.iter().any(|line| line.contains(RANDOM) || line.starts_with("LAST SEEN"));
    let mut lines = lines.to_vec();
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

/// Names that are chance, and what stands for them.
pub struct Masks {
    names: Vec<(String, String)>,
    /// Reason and message of each event of this story.
    reported: BTreeSet<String>,
}

impl Masks {
    /// Random suffixes become [`RANDOM`]; hashes of revisions their number in order of appearance.
    pub fn of(rows: &[Value]) -> Masks {
        let mut names: Vec<(String, String)> = Vec::new();
        let mut revisions = 0;
        volumes(rows, &mut names);
        for row in rows {
            let (kind, name) = (row["kind"].as_str().unwrap_or_default(), row["name"].as_str().unwrap_or_default());
            let owner = row["owner"][0].as_str().unwrap_or_default();
            let random = kind == "EndpointSlice" || kind == "Pod" && owner.starts_with("ReplicaSet/");
            let Some((base, suffix)) = name.rsplit_once('-') else { continue };
            if names.iter().any(|(known, _)| known == name || known == suffix) {
                continue;
            }
            if random {
                names.push((name.to_owned(), format!("{base}-{RANDOM}")));
            } else if kind == "ControllerRevision" {
                revisions += 1;
                names.push((suffix.to_owned(), format!("revision{revisions}")));
            }
        }
        let mut masks = Masks { names, reported: BTreeSet::new() };
        let events = rows.iter().filter(|row| row["kind"] == "Event");
        masks.reported = events.map(|row| masks.text(&format!("{}  {}", word(row, "reason"), word(row, "message")))).collect();
        masks
    }

    /// A text with names masked.
    pub fn text(&self, text: &str) -> String {
        let masked = self.names.iter().fold(text.to_owned(), |text, (name, mask)| text.replace(name, mask));
        (1..=3).fold(masked, |text, n| text.replace(&format!("node-{n}"), "node-?"))
    }

    /// A row of an object's history: without time and identity, addresses and names masked.
    pub fn row(&self, row: &Value) -> String {
        let mut row = row.clone();
        let fields = row.as_object_mut().expect("a row is an object");
        for absent in ["t", "kind", "name", "uid"] {
            fields.remove(absent);
        }
        if fields.contains_key("ip") {
            fields.insert("ip".to_owned(), json!("address"));
        }
        if let Some(endpoints) = fields.get_mut("endpoints").and_then(Value::as_array_mut) {
            endpoints.iter_mut().for_each(|endpoint| endpoint["ip"] = json!("address"));
            // A slice is filled from a Go map, whose order is chance.
            endpoints.sort_by_key(|endpoint| endpoint["target"].to_string());
        }
        self.text(&row.to_string())
    }

    /// An event: without time and name.
    pub fn event(&self, row: &Value) -> String {
        let [kind, reason, message, from] = ["type", "reason", "message", "from"].map(|key| word(row, key));
        self.text(&format!("{kind} {reason} {message:?} from {from} count {}", row["count"]))
    }

    /// A printed text: names, times, ages, addresses and identities masked, and widths that follow from them evened out.
    pub fn printed(&self, text: &str) -> String {
        let mut lines: Vec<String> = self.text(text).lines().map(printed_line).collect();
        if text.starts_with("LAST SEEN") {
            lines.retain(|line| self.is_of_this_story(line));
        }
        lines.join("\n")
    }
    /// False for a line about an event of an earlier story, which the recorder's control plane still lists.
    fn is_of_this_story(&self, line: &str) -> bool {
        let columns: Vec<&str> = line.splitn(5, "  ").collect();
        let [_, kind, reason, _, message] = columns[..] else { return true };
        kind == "TYPE" || self.reported.contains(&format!("{reason}  {message}"))
    }
}

fn word<'a>(row: &'a Value, key: &str) -> &'a str {
    row[key].as_str().unwrap_or_default()
}

/// Which of several equal volumes a claim gets is chance too: a volume is called by its first claim.
fn volumes(rows: &[Value], names: &mut Vec<(String, String)>) {
    for row in rows.iter().filter(|row| row["kind"] == "PersistentVolume") {
        let (name, claim) = (row["name"].as_str().unwrap_or_default(), row["claim"].as_str());
        if let Some(claim) = claim.filter(|_| names.iter().all(|(known, _)| known != name)) {
            names.push((name.to_owned(), format!("pv{RANDOM}{claim}")));
        }
    }
}

fn printed_line(line: &str) -> String {
    let indent = line.len() - line.trim_start().len();
    let columns = line.trim().split("  ").map(str::trim).filter(|column| !column.is_empty());
    let words = columns.map(|column| column.split(' ').map(masked_word).collect::<Vec<String>>().join(" "));
    let text = words.collect::<Vec<String>>().join("  ");
    let text = without_date(&text).replace("IPv4  16443  ", "IPv4  6443  "); // where the recorder's API server listened
    if text.starts_with("resourceVersion: ") {
        return format!("{}resourceVersion: <revision>", &line[..indent]); // counts all writes, other stories' too
    }
    format!("{}{}", &line[..indent], without_machine(&text))
}

fn masked_word(word: &str) -> String {
    let bare = word.trim_matches(['(', ')', ',']);
    if bare.is_empty() {
        return word.to_owned();
    }
    let mask = if is_age(bare) {
        "<age>"
    } else if bare.split(',').all(is_address) {
        return word.replace(bare, &bare.split(',').map(|_| "<address>").collect::<Vec<&str>>().join(","));
    } else if is_uid(bare) {
        "<uid>"
    } else if is_timestamp(bare) {
        "<date>"
    } else {
        return word.to_owned();
    };
    word.replace(bare, mask)
}

/// `3s`, `2m6s`, `16m`, `<unknown>` is not one.
fn is_age(word: &str) -> bool {
    let parts: Vec<&str> = word.split_inclusive(['s', 'm', 'h', 'd', 'y']).collect();
    let fits = |part: &&str| part.len() > 1 && part[..part.len() - 1].bytes().all(|b| b.is_ascii_digit());
    (1..=2).contains(&parts.len()) && parts.iter().all(fits) && word.ends_with(['s', 'm', 'h', 'd', 'y'])
}

fn is_address(word: &str) -> bool {
    let parts: Vec<&str> = word.split('.').collect();
    parts.len() == 4 && parts.iter().all(|part| part.parse::<u8>().is_ok())
}

/// `"2026-11-22T13:51:49Z"`, as YAML prints it.
fn is_timestamp(word: &str) -> bool {
    let bare = word.trim_matches('"');
    bare.len() == 20 && bare.ends_with('Z') && bare.as_bytes()[10] == b'T'
}

fn is_uid(word: &str) -> bool {
    word.len() == 36 && word.bytes().all(|b| b == b'-' || b.is_ascii_hexdigit())
}

/// What a node's kubelet says of its machine.
fn without_machine(text: &str) -> String {
    const FACTS: [&str; 7] =
        ["Machine ID:", "System UUID:", "Boot ID:", "Kernel Version:", "OS Image:", "Container Runtime Version:", "Kube-Proxy Version:"];
    match FACTS.iter().find(|fact| text.starts_with(**fact)) {
        Some(fact) => format!("{fact}  <machine>"),
        None => text.to_owned(),
    }
}

/// `Sun, 22 Nov 2026 13:50:08 +0000` anywhere in a line.
fn without_date(text: &str) -> String {
    let mut text = text.to_owned();
    while let Some(zone) = text.find(" +0000") {
        let start = zone.saturating_sub("Sun, 22 Nov 2026 13:50:08".len());
        text.replace_range(start..zone + " +0000".len(), "<date>");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_masked_consistently() {
        let rows = [
            json!({"kind": "ControllerRevision", "name": "kubia-59fc7cd76b"}),
            json!({"kind": "Pod", "name": "rs-n6xjv", "owner": ["ReplicaSet/rs"]}),
            json!({"kind": "ControllerRevision", "name": "kubia-6c44fd78b8"}),
        ];
        let masks = Masks::of(&rows);
        assert_eq!(
            masks.text("kubia-6c44fd78b8 of rs-n6xjv on node-2, was kubia-59fc7cd76b"),
            "kubia-revision2 of rs-* on node-?, was kubia-revision1"
        );
    }

    #[test]
    fn printed_texts_lose_what_is_chance_and_nothing_else() {
        let masks = Masks { names: Vec::new(), reported: BTreeSet::new() };
        for (text, wanted) in [
            ("kubia-0   1/1     Running   0          3s    10.244.1.118   node-1", "kubia-0  1/1  Running  0  <age>  <address>  node-?"),
            ("Created:  Sun, 22 Nov 2026 13:50:08 +0000", "Created:  <date>"),
            ("  Warning  Failed  2m6s (x2 over 9m)  from  1Mi", "  Warning  Failed  <age> (x2 over <age>)  from  1Mi"),
            ("a   10.244.1.4,10.244.2.3   80", "a  <address>,<address>  80"),
        ] {
            assert_eq!(masks.printed(text), wanted);
        }
    }
}
