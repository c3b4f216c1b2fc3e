//! `kubectl describe`. Upstream: kubectl/pkg/describe/describe.go.

use super::apply::LAST_APPLIED;
use super::{Answer, Call, print, target};
use crate::api::object::{Kind, Object};
use crate::api::service::EventType;
use crate::api::table::Describe;
use crate::api::{Event, Labels, Meta, Time, age};
use crate::shell::voice::Failure;
use crate::sim::World;
use serde_json::Value;
use std::sync::Arc;

mod container;
mod generic;
mod network;
mod node;
mod plain;
mod pod;
mod storage;
mod volumes;
mod workload;

/// Describes each object.
pub fn run(call: &mut Call) -> Answer {
    let words = target::words(call)?;
    if words.is_empty() && call.args.get("filename").is_some() {
        call.voice.warn(format!("No resources found in {} namespace.", call.namespace()));
        return Ok(None);
    }
    if words.is_empty() {
        return Err(Failure::error(
            "You must specify the type of resource to describe. Use \"kubectl api-resources\" for a complete list of supported resources.",
        ));
    }
    let wanted = target::wanted(call, &words)?;
    let mut found = wanted.find(call.world);
    let guessed = by_prefix(call, &words, &mut found);
    if found.objects.is_empty() && found.missing.is_empty() {
        let everywhere = call.args.on("all-namespaces");
        let place = if everywhere { String::new() } else { format!(" in {} namespace.", call.namespace()) };
        call.voice.warn(format!("No resources found{place}"));
    }
    let events = call.args.get("show-events") != Some("false");
    let texts: Vec<String> = found.objects.iter().map(|object| describe(call.world, object, events)).collect();
    match guessed {
        true => texts.iter().for_each(|text| call.voice.say(text)),
        false => call.voice.out.push_str(&texts.join("\n\n")),
    }
    found.missing.into_iter().for_each(|refusal| call.voice.fail(refusal));
    Ok(None)
}

/// A name that is missing may be the beginning of names; true where it is. Upstream: DescribeMatchingResources.
fn by_prefix(call: &Call, words: &[String], found: &mut target::Found) -> bool {
    let [resource, prefix] = words else { return false };
    let kind = Kind::by_resource(resource).filter(|_| found.objects.is_empty());
    let Some(kind) = kind else { return false };
    let here = |o: &&Object| !kind.info().namespaced || *o.meta().namespace == *call.namespace();
    let like: Vec<Object> = call.world.objects(kind).filter(here).filter(|o| o.meta().name.starts_with(prefix.as_str())).cloned().collect();
    if like.is_empty() {
        return false;
    }
    found.missing.clear();
    found.objects = like;
    true
}

/// Kinds whose description has no list of events. Upstream: SecretDescriber, NamespaceDescriber.
const EVENTLESS: [Kind; 2] = [Kind::Secret, Kind::Namespace];

fn describe(world: &World, object: &Object, events: bool) -> String {
    let mut page = Describe::new();
    match object {
        _ if plain::describe(&mut page, object) => {}
        Object::Pod(o) => pod::describe(world, &mut page, o),
        Object::Node(o) => node::describe(world, &mut page, o),
        Object::PersistentVolumeClaim(o) => storage::claim(world, &mut page, o),
        Object::PersistentVolume(o) => storage::volume(world, &mut page, o),
        Object::StorageClass(o) => storage::class(&mut page, o),
        Object::StatefulSet(o) => workload::stateful_set(world, &mut page, o),
        Object::DaemonSet(o) => workload::daemon_set(world, &mut page, o),
        Object::Deployment(o) => workload::deployment(world, &mut page, o),
        Object::PodDisruptionBudget(o) => workload::budget(&mut page, o),
        Object::ReplicaSet(o) => workload::replica_set(world, &mut page, o),
        Object::Service(o) => network::service(world, &mut page, o),
        Object::Endpoints(o) => network::endpoints_object(&mut page, o),
        Object::EndpointSlice(o) => network::slice(&mut page, o),
        other => generic::describe(&mut page, other),
    }
    if events && !EVENTLESS.contains(&object.kind()) {
        self::events(world, &mut page, object);
    }
    page.print()
}

/// A set's template by itself, as `rollout history --revision` shows it: with tabs. Upstream: kubectl's printTemplate, which
/// writes into a plain buffer.
pub fn template_text(template: &Value) -> String {
    let mut page = Describe::new();
    let template = serde_json::from_value(template.clone()).unwrap_or_default();
    pod::template(&mut page, &template);
    page.raw()
}

/// `Labels:` and `Annotations:`; what kubectl notes for itself is not shown.
fn labels(page: &mut Describe, meta: &Meta) {
    pairs(page, 0, "Labels", &meta.labels, "=");
    annotations(page, 0, &meta.annotations);
}

/// The longest annotation that is shown on one line, and the longest part of one that is shown at all.
const LONGEST: usize = 140;

/// Annotations but for kubectl's own; a long one, or one of several lines, stands below its key and is cut.
/// Upstream: printAnnotationsMultiline.
fn annotations(page: &mut Describe, level: usize, annotations: &Labels) {
    let mut lines = Vec::new();
    for (key, value) in annotations.iter().filter(|(key, _)| &***key != LAST_APPLIED) {
        let value = value.strip_suffix('\n').unwrap_or(value);
        if key.len() + value.len() + 2 > LONGEST || value.contains('\n') {
            lines.push(format!("{key}:"));
            lines.extend(value.split('\n').map(|line| format!("  {}", shortened(line, LONGEST - 2))));
        } else {
            lines.push(format!("{key}: {value}"));
        }
    }
    page.list(level, "Annotations", &lines);
}

fn shortened(text: &str, most: usize) -> String {
    match text.char_indices().map(|(at, _)| at).find(|at| *at >= most) {
        Some(at) => format!("{}...", &text[..at]),
        None => text.to_owned(),
    }
}

/// `a=1,b=2`, or `<none>`. Upstream: labels.FormatLabels.
fn formatted(labels: &Labels) -> String {
    or_none(&labels.to_string()).to_owned()
}

/// A value as Go's `%v` prints it, or what stands for an absent one.
fn text(value: &Value, absent: &str) -> String {
    if value.is_null() { absent.to_owned() } else { print::plain(value) }
}

fn pairs(page: &mut Describe, level: usize, label: &str, labels: &Labels, between: &str) {
    let lines: Vec<String> = labels.iter().map(|(key, value)| format!("{key}{between}{value}")).collect();
    page.list(level, label, &lines);
}

/// `Finalizers:  [a b]`.
fn finalizers(page: &mut Describe, meta: &Meta) {
    page.field(0, "Finalizers", &format!("[{}]", meta.finalizers.iter().map(|f| &**f).collect::<Vec<_>>().join(" ")));
}

/// A phase, or how long it has been terminating.
fn status(world: &World, meta: &Meta, phase: &str) -> String {
    match meta.deletion_timestamp {
        Some(at) => format!("Terminating (lasts {})", age::age(world.now() - at)),
        None => phase.to_owned(),
    }
}

fn or_none(text: &str) -> &str {
    if text.is_empty() { "<none>" } else { text }
}

fn time(at: Option<Time>) -> String {
    at.map_or_else(|| "<unset>".to_owned(), Time::rfc1123z)
}

/// All events about one object, oldest first; those of the scheduler, which have no last time, before all others. Upstream:
/// kubectl's SortableEvents.
fn events_of(world: &World, object: &Object) -> Vec<Arc<Event>> {
    let (kind, meta) = (object.kind(), object.meta());
    let about = |e: &&Arc<Event>| {
        let it = &e.involved_object;
        let same = it.uid == meta.uid || kind == Kind::Node;
        *it.kind == *kind.name() && it.name == meta.name && it.namespace == meta.namespace && same
    };
    let mut events: Vec<Arc<Event>> = world.list::<Event>().filter(about).cloned().collect();
    events.sort_by_key(|e| (e.last_timestamp, e.first_seen()));
    events
}

fn events(world: &World, page: &mut Describe, object: &Object) {
    let events = events_of(world, object);
    if events.is_empty() {
        page.field(0, "Events", "<none>");
        return;
    }
    page.line(0, "Events:");
    page.line(1, "Type\tReason\tAge\tFrom\tMessage");
    page.line(1, "----\t------\t----\t----\t-------");
    for event in events {
        let now = world.now();
        let mut seen = age::age(now - event.last_seen());
        if let Some((count, first)) = event.repeated() {
            seen = format!("{seen} (x{count} over {})", age::age(now - first));
        }
        let kind = if event.kind == EventType::Warning { "Warning" } else { "Normal" };
        let field = &event.involved_object.field_path;
        let prefix = if field.is_empty() { String::new() } else { format!("{field}: ") };
        page.line(1, &format!("{kind}\t{}\t{seen}\t{}\t{prefix}{}", event.reason, event.from(), event.message));
    }
}
