//! Deployments, described: their template, and the ReplicaSets of its present and past versions.

use super::workload::conditions;
use super::{labels, or_none, pod, text, time};
use crate::api::pod::PodTemplate;
use crate::api::table::Describe;
use crate::api::{Condition, Object, ReplicaSet, Selector, selector_text};
use crate::sim::World;
use serde::Deserialize;
use serde_json::Value;
use std::sync::Arc;

pub fn describe(world: &World, page: &mut Describe, object: &Object) {
    let (value, meta) = (object.to_value(), object.meta());
    let (spec, status) = (&value["spec"], &value["status"]);
    page.field(0, "Name", &meta.name).field(0, "Namespace", &meta.namespace);
    page.field(0, "CreationTimestamp", &time(meta.creation_timestamp));
    labels(page, meta);
    let selector = Selector::deserialize(&spec["selector"]).unwrap_or_default();
    page.field(0, "Selector", or_none(&selector_text::print(&selector)));
    page.field(0, "Replicas", &replicas(spec, status));
    page.field(0, "StrategyType", &text(&spec["strategy"]["type"], ""));
    page.field(0, "MinReadySeconds", &text(&spec["minReadySeconds"], "0"));
    let rolling = &spec["strategy"]["rollingUpdate"];
    if rolling.is_object() {
        let (less, more) = (text(&rolling["maxUnavailable"], "0"), text(&rolling["maxSurge"], "0"));
        page.field(0, "RollingUpdateStrategy", &format!("{less} max unavailable, {more} max surge"));
    }
    let template = PodTemplate::deserialize(&spec["template"]).unwrap_or_default();
    pod::template(page, &template);
    conditions(page, &Vec::<Condition>::deserialize(&status["conditions"]).unwrap_or_default());
    versions(world, page, object, &template);
}

/// `3 desired | 3 updated | 3 total | 3 available | 0 unavailable`.
fn replicas(spec: &Value, status: &Value) -> String {
    let counts = [("updatedReplicas", "updated"), ("replicas", "total"), ("availableReplicas", "available")];
    let mut parts = vec![format!("{} desired", text(&spec["replicas"], "1"))];
    parts.extend(
        counts.into_iter().chain([("unavailableReplicas", "unavailable")]).map(|(f, word)| format!("{} {word}", text(&status[f], "0"))),
    );
    parts.join(" | ")
}

/// The ReplicaSets of earlier templates, oldest first, and the one of today's.
/// Upstream: deploymentutil.GetAllReplicaSets.
fn versions(world: &World, page: &mut Describe, object: &Object, template: &PodTemplate) {
    let mut sets: Vec<&Arc<ReplicaSet>> = world.list::<ReplicaSet>().filter(|rs| rs.metadata.is_controlled_by(object.meta().uid)).collect();
    sets.sort_by_key(|rs| (rs.metadata.creation_timestamp, rs.metadata.name.clone()));
    let newest = sets.iter().position(|rs| is_of(rs, template));
    let new: Vec<String> = newest.map(|at| count(sets[at])).into_iter().collect();
    let old: Vec<String> = sets.iter().enumerate().filter(|(at, _)| Some(*at) != newest).map(|(_, rs)| count(rs)).collect();
    if !sets.is_empty() {
        page.field(0, "OldReplicaSets", or_none(&old.join(", "))).field(0, "NewReplicaSet", or_none(&new.join(", ")));
    }
}

fn count(rs: &ReplicaSet) -> String {
    format!("{} ({}/{} replicas created)", rs.metadata.name, rs.status.replicas, rs.spec.replicas)
}

/// True where a ReplicaSet was made from that template: they differ in the hash that was added as a label.
fn is_of(rs: &ReplicaSet, template: &PodTemplate) -> bool {
    let plain = |template: &PodTemplate| {
        let mut value = serde_json::to_value(template).unwrap_or_default();
        value.pointer_mut("/metadata/labels").and_then(Value::as_object_mut).map(|labels| labels.remove("pod-template-hash"));
        value
    };
    plain(&rs.spec.template) == plain(template)
}
