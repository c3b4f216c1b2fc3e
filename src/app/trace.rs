//! The trace: every change of an object as a row of JSON with the fields that matter, in the order in which it happened.

use crate::api::meta::condition;
use crate::api::pod::PodStatus;
use crate::api::{Condition, Kind, Meta, Object, Pod, Time, Uid};
use crate::scenario::script::Command;
use crate::shell::Output;
use crate::sim::{Actor, ChangeId, What, World};
use serde::Serialize;
use serde_json::json;
use std::collections::BTreeMap;
use std::io::{self, Write};

/// A row's fields in order: name and JSON text.
type Row = Vec<(&'static str, String)>;

/// Writes rows; remembers what it has seen and what it said last of each object.
pub struct Trace<W> {
    out: W,
    origin: Time,
    next: ChangeId,
    last: BTreeMap<(Kind, Uid), Row>,
    /// Pods of which their kubelet has spoken since they were deleted: what was known of them before that.
    leaving: BTreeMap<Uid, PodStatus>,
    failed: Option<io::Error>,
}

/// Kinds of which nothing is told: signs of life, namespaces with what each of them has, what nobody acts on, and budgets,
/// of which the recordings' watches heard nothing but their events.
const SILENT: [Kind; 8] = [
    Kind::Lease,
    Kind::Namespace,
    Kind::ServiceAccount,
    Kind::ConfigMap,
    Kind::Secret,
    Kind::PodDisruptionBudget,
    Kind::PriorityClass,
    Kind::CSINode,
];

impl<W: Write> Trace<W> {
    /// A trace that begins with the nodes of this world as they are.
    pub fn new(out: W, world: &World) -> Trace<W> {
        let mut trace = Trace {
            out,
            origin: world.options().epoch,
            next: world.changes().next(),
            last: BTreeMap::new(),
            leaving: BTreeMap::new(),
            failed: None,
        };
        for object in world.objects(Kind::Node) {
            trace.row(world.now(), None, Some(object));
        }
        trace
    }
    /// Writes what has happened since it last looked.
    pub fn watch(&mut self, world: &World) {
        for change in world.changes().since(self.next) {
            if let What::Written { before, after } = &change.what {
                self.note_leaving(&change.actor, before.as_ref(), after.as_ref());
                self.row(change.at, before.as_ref(), after.as_ref());
            }
        }
        self.next = world.changes().next();
    }
    /// Writes that a line was done.
    pub fn step(&mut self, now: Time, command: &Command, output: &Output) {
        let text = format!("{}{}", output.out, output.err);
        let fields = vec![
            ("kind", quoted("STEP")),
            ("step", said(command)),
            ("rc", output.rc.to_string()),
            ("out", quoted(text.strip_suffix('\n').unwrap_or(&text))),
        ];
        self.write(now, &fields);
    }
    /// Ends the trace; the first error in writing it, where there was one.
    pub fn finish(mut self) -> io::Result<()> {
        let flushed = self.out.flush();
        self.failed.take().map_or(flushed, Err)
    }

    /// Gives back what it has written to.
    pub fn into_inner(self) -> W {
        self.out
    }

    /// The recordings' kubelets say nothing of how the containers of a deleted pod end: neither do the rows.
    fn note_leaving(&mut self, actor: &Actor, before: Option<&Object>, after: Option<&Object>) {
        match (actor, before, after) {
            (Actor::Kubelet(_), Some(Object::Pod(before)), Some(Object::Pod(_))) if before.metadata.is_terminating() => {
                self.leaving.entry(before.metadata.uid).or_insert_with(|| before.status.clone());
            }
            _ => {}
        }
    }
    fn row(&mut self, at: Time, before: Option<&Object>, after: Option<&Object>) {
        let Some(object) = after.or(before).filter(|o| !SILENT.contains(&o.kind())) else { return };
        let fields = match (object, self.leaving.get(&object.meta().uid)) {
            (Object::Pod(pod), Some(status)) => fields(&Pod { status: status.clone(), ..(**pod).clone() }.into()),
            _ => fields(object),
        };
        let key = (object.kind(), object.meta().uid);
        let same = self.last.get(&key) == Some(&fields);
        let word = match (before, after) {
            (_, None) => "DELETED",
            (None, _) => "ADDED",
            (Some(_), Some(_)) if same => return,
            (Some(_), Some(_)) => "MODIFIED",
        };
        let is_event = object.kind() == Kind::Event;
        if !is_event || after.is_some() {
            let mut row: Row = vec![("kind", quoted(object.kind().name())), ("name", quoted(&object.meta().name))];
            if !is_event {
                row.push(("uid", quoted(&object.meta().uid.to_string()[..4])));
                row.push(("type", quoted(word)));
            }
            row.extend(fields.clone());
            self.write(at, &row);
        }
        match after {
            Some(_) => self.last.insert(key, fields),
            None => {
                self.leaving.remove(&key.1);
                self.last.remove(&key)
            }
        };
    }
    fn write(&mut self, at: Time, row: &Row) {
        let cells = row.iter().map(|(name, text)| format!(", \"{name}\": {text}")).collect::<String>();
        let written = writeln!(self.out, "{{\"t\": {}{cells}}}", seconds(at, self.origin));
        if let (Err(error), None) = (written, &self.failed) {
            self.failed = Some(error);
        }
    }
}

/// Virtual seconds since the origin, to the millisecond.
pub fn seconds(at: Time, origin: Time) -> String {
    let millis = (at - origin).0.max(0);
    let text = format!("{}.{:03}", millis / 1000, millis % 1000);
    let short = text.trim_end_matches('0');
    if short.ends_with('.') { format!("{short}0") } else { short.to_owned() }
}

/// A line in the words of the recordings: `apply` and `create` with the text, `kubectl` with its arguments, `wait` seconds.
fn said(command: &Command) -> String {
    let line = command.line.as_str();
    let step = match (line, &command.stdin) {
        ("kubectl apply -f -", Some(text)) => json!({ "apply": text }),
        ("kubectl create -f -", Some(text)) => json!({ "create": text }),
        (_, Some(text)) => json!({ "line": line, "stdin": text }),
        (_, None) => match (line.strip_prefix("kubectl "), wait(line)) {
            (Some(arguments), _) => json!({ "kubectl": arguments }),
            (None, Some(seconds)) => json!({ "wait": seconds }),
            (None, None) => json!({ "line": line }),
        },
    };
    step.to_string()
}

fn wait(line: &str) -> Option<u64> {
    line.strip_prefix("wait ")?.strip_suffix('s')?.parse().ok()
}

fn quoted(text: &str) -> String {
    json(&text)
}

fn json<T: Serialize + ?Sized>(value: &T) -> String {
    serde_json::to_string(value).unwrap_or_default()
}

/// The fields of an object that matter, absent where they say nothing.
fn fields(object: &Object) -> Row {
    let mut row = common(object.meta());
    match object {
        Object::Pod(pod) => self::pod(pod, &mut row),
        Object::Node(node) => {
            status(&mut row, "ready", &node.status.conditions, "Ready");
            let taints = node.spec.taints.iter().map(|t| format!("{}:{:?}", t.key, t.effect));
            list(&mut row, "taints", taints.collect());
            flag(&mut row, "unschedulable", node.spec.unschedulable);
        }
        Object::PersistentVolume(volume) => {
            row.push(("phase", quoted(volume.status.phase.text())));
            let claim = volume.spec.claim_ref.as_ref();
            text(&mut row, "claim", claim.map_or("", |claim| &claim.name));
            row.push(("policy", quoted(volume.spec.persistent_volume_reclaim_policy.text())));
        }
        Object::PersistentVolumeClaim(claim) => {
            row.push(("phase", quoted(claim.status.phase.text())));
            text(&mut row, "volume", &claim.spec.volume_name);
            labels(&mut row, &claim.metadata);
        }
        Object::VolumeAttachment(attachment) => {
            text(&mut row, "node", &attachment.spec.node_name);
            text(&mut row, "volume", &attachment.spec.source.persistent_volume_name);
            flag(&mut row, "attached", attachment.status.attached);
        }
        Object::StatefulSet(set) => {
            sized(&mut row, set.spec.replicas, json(&set.status), &set.metadata);
            row.push(("strategy", json(&set.spec.update_strategy)));
        }
        Object::Deployment(set) => {
            let status = crate::api::deployment::DeploymentStatus { conditions: Vec::new(), ..set.status.clone() };
            sized(&mut row, set.spec.replicas, json(&status), &set.metadata);
            row.push(("strategy", json(&set.spec.strategy)));
        }
        Object::DaemonSet(set) => {
            row.push(("status", json(&set.status)));
            row.push(("generation", set.metadata.generation.to_string()));
        }
        Object::ReplicaSet(set) => sized(&mut row, set.spec.replicas, json(&set.status), &set.metadata),
        Object::Service(service) => text(&mut row, "clusterIP", &service.spec.cluster_ip),
        Object::EndpointSlice(slice) => list(&mut row, "endpoints", slice.endpoints.iter().map(endpoint).collect()),
        Object::Endpoints(endpoints) => {
            let ready = endpoints.subsets.iter().flat_map(|subset| &subset.addresses);
            let others = endpoints.subsets.iter().flat_map(|subset| &subset.not_ready_addresses);
            list(&mut row, "addresses", ready.map(|address| &*address.ip).collect());
            list(&mut row, "notReadyAddresses", others.map(|address| &*address.ip).collect());
        }
        Object::Event(event) => return self::event(event),
        Object::ControllerRevision(_)
        | Object::StorageClass(_)
        | Object::Namespace(_)
        | Object::Lease(_)
        | Object::PodDisruptionBudget(_)
        | Object::Plain(..) => {}
    }
    row
}

fn common(meta: &Meta) -> Row {
    let mut row = Row::new();
    flag(&mut row, "deleting", meta.is_terminating());
    if let Some(grace) = meta.deletion_grace_period_seconds.filter(|grace| *grace > 0) {
        row.push(("grace", grace.to_string()));
    }
    list(&mut row, "finalizers", meta.finalizers.iter().map(|f| f.to_string()).collect());
    list(&mut row, "owner", meta.owner_references.iter().map(|o| format!("{}/{}", o.kind, o.name)).collect());
    row
}

fn pod(pod: &Pod, row: &mut Row) {
    text(row, "node", &pod.spec.node_name);
    row.push(("phase", quoted(pod.status.phase.text())));
    // The recordings' kubelets say nothing of a pod before its first run.
    let said = pod.is_ready() || pod.status.phase != crate::api::Phase::Pending;
    if said {
        status(row, "ready", &pod.status.conditions, "Ready");
    }
    status(row, "scheduled", &pod.status.conditions, "PodScheduled");
    text(row, "ip", &pod.status.pod_ip);
    labels(row, &pod.metadata);
    text(row, "hostname", &pod.spec.hostname);
    text(row, "subdomain", &pod.spec.subdomain);
    list(row, "claims", pod.claims().map(|claim| claim.to_string()).collect());
    text(row, "image", pod.spec.containers.first().map_or("", |c| &c.image));
}

fn event(event: &crate::api::Event) -> Row {
    let about = format!("{}/{}", event.involved_object.kind, event.involved_object.name);
    let mut row = vec![
        ("type", quoted(&format!("{:?}", event.kind))),
        ("about", quoted(&about)),
        ("reason", quoted(&event.reason)),
        ("message", quoted(&event.message)),
        ("from", quoted(event.from())),
    ];
    if event.count > 0 {
        row.push(("count", event.count.to_string()));
    }
    row
}

#[derive(Serialize, PartialEq)]
struct Answering {
    ip: String,
    hostname: Option<String>,
    conditions: crate::api::service::EndpointConditions,
    #[serde(skip_serializing_if = "String::is_empty")]
    target: String,
}

fn endpoint(endpoint: &crate::api::service::Endpoint) -> Answering {
    Answering {
        ip: endpoint.addresses.first().map(|a| a.to_string()).unwrap_or_default(),
        hostname: Some(endpoint.hostname.to_string()).filter(|name| !name.is_empty()),
        conditions: endpoint.conditions,
        target: endpoint.target_ref.as_ref().map(|t| t.name.to_string()).unwrap_or_default(),
    }
}

fn sized(row: &mut Row, replicas: i32, status: String, meta: &Meta) {
    row.push(("replicas", replicas.to_string()));
    if status != "{}" {
        row.push(("status", status));
    }
    row.push(("generation", meta.generation.to_string()));
}

fn flag(row: &mut Row, name: &'static str, set: bool) {
    if set {
        row.push((name, "true".to_owned()));
    }
}

fn text(row: &mut Row, name: &'static str, value: &str) {
    if !value.is_empty() {
        row.push((name, quoted(value)));
    }
}

fn list<T: Serialize>(row: &mut Row, name: &'static str, items: Vec<T>) {
    if !items.is_empty() {
        row.push((name, json(&items)));
    }
}

fn labels(row: &mut Row, meta: &Meta) {
    if !meta.labels.is_empty() {
        row.push(("labels", json(&meta.labels)));
    }
}

fn status(row: &mut Row, name: &'static str, conditions: &[Condition], kind: &str) {
    if let Some(condition) = condition(conditions, kind) {
        row.push((name, quoted(&format!("{:?}", condition.status))));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::Files;
    use crate::sim::Options;

    #[test]
    fn seconds_have_at_least_one_decimal() {
        for (millis, wanted) in [(0, "0.0"), (100, "0.1"), (1005, "1.005"), (60_000, "60.0")] {
            assert_eq!(seconds(Time(millis), Time(0)), wanted);
        }
    }

    #[test]
    fn a_trace_begins_with_the_nodes_and_tells_of_lines() {
        let world = World::new(Options { nodes: 1, ..Options::default() });
        let mut text = Vec::new();
        let mut trace = Trace::new(&mut text, &world);
        trace.watch(&world);
        let command = Command { line: "wait 3s".into(), shown: String::new(), stdin: None, files: Files::default(), number: 1 };
        trace.step(world.now() + crate::api::Span::secs(3), &command, &Output { out: "x\n".into(), ..Output::default() });
        trace.finish().unwrap();
        let text = String::from_utf8(text).unwrap();
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines.len(), 2, "{text}");
        assert!(lines[0].starts_with("{\"t\": 0.0, \"kind\": \"Node\", \"name\": \"node-1\", \"uid\": \""), "{text}");
        assert!(lines[0].ends_with("\"type\": \"ADDED\", \"ready\": \"True\"}"), "{text}");
        assert_eq!(lines[1], "{\"t\": 3.0, \"kind\": \"STEP\", \"step\": {\"wait\":3}, \"rc\": 0, \"out\": \"x\"}");
    }
    #[test]
    fn nothing_is_told_of_a_budget_but_its_events() {
        let mut world = World::new(Options { nodes: 1, ..Options::default() });
        let mut text = Vec::new();
        let mut trace = Trace::new(&mut text, &world);
        drop(crate::shell::run(&mut world, "kubectl create pdb b --selector=a=b --min-available=1", None));
        world.advance(world.now() + crate::api::Span::secs(1));
        trace.watch(&world);
        trace.finish().unwrap();
        let text = String::from_utf8(text).unwrap();
        assert!(text.contains("\"about\": \"PodDisruptionBudget/b\", \"reason\": \"NoPods\""), "{text}");
        assert!(!text.contains("\"kind\": \"PodDisruptionBudget\""), "{text}");
    }
}
