//! Pods and pod templates, described.

use super::container::containers;
use super::{annotations, labels, pairs, text, time};
use crate::api::pod::{Effect, Pod, PodSpec, PodTemplate, Toleration, Volume};
use crate::api::table::Describe;
use crate::api::{Selector, age, selector_text};
use crate::sim::World;
use serde::Deserialize;
use serde_json::Value;

pub fn describe(world: &World, page: &mut Describe, pod: &Pod) {
    let meta = &pod.metadata;
    let rest = |field: &str| pod.spec.rest.get(field);
    page.field(0, "Name", &meta.name).field(0, "Namespace", &meta.namespace);
    page.field(0, "Priority", &rest("priority").map_or_else(|| "0".to_owned(), ToString::to_string));
    for (label, field) in [("Priority Class Name", "priorityClassName"), ("Service Account", "serviceAccountName")] {
        if let Some(name) = rest(field).and_then(Value::as_str) {
            page.field(0, label, name);
        }
    }
    let node = if pod.is_scheduled() { format!("{}/{}", pod.spec.node_name, pod.status.host_ip) } else { "<none>".to_owned() };
    page.field(0, "Node", &node);
    if pod.status.start_time.is_some() {
        page.field(0, "Start Time", &time(pod.status.start_time));
    }
    labels(page, meta);
    status(world, page, pod);
    page.field(0, "IP", &pod.status.pod_ip);
    if pod.status.pod_ip.is_empty() {
        page.field(0, "IPs", "<none>");
    } else {
        page.line(0, "IPs:").field(1, "IP", &pod.status.pod_ip);
    }
    if let Some(owner) = meta.controller() {
        page.field(0, "Controlled By", &format!("{}/{}", owner.kind, owner.name));
    }
    if !pod.status.nominated_node_name.is_empty() {
        page.field(0, "NominatedNodeName", &pod.status.nominated_node_name);
    }
    if !pod.spec.init_containers.is_empty() {
        containers(page, "Init Containers", &pod.spec.init_containers, &pod.status.init_container_statuses, Some(pod));
    }
    containers(page, "Containers", &pod.spec.containers, &pod.status.container_statuses, Some(pod));
    gates(page, pod);
    conditions(page, pod);
    volumes(page, 0, &pod.spec.volumes);
    page.field(0, "QoS Class", &pod.status.qos_class);
    placement(page, 0, &pod.spec);
    spread(page, 0, &pod.spec);
}

/// Conditions of others' making that must hold before the pod is ready.
fn gates(page: &mut Describe, pod: &Pod) {
    let Some(gates) = pod.spec.rest.get("readinessGates").and_then(Value::as_array).filter(|gates| !gates.is_empty()) else { return };
    page.line(0, "Readiness Gates:").line(1, "Type\tStatus");
    for gate in gates {
        let name = text(&gate["conditionType"], "");
        let status = pod.status.conditions.iter().find(|c| *c.kind == *name).map_or("<none>", |c| c.status.text());
        page.line(1, &format!("{name} \t{status} "));
    }
}

fn status(world: &World, page: &mut Describe, pod: &Pod) {
    match pod.metadata.deletion_timestamp.filter(|_| !pod.status.phase.is_terminal()) {
        Some(at) => {
            page.field(0, "Status", &format!("Terminating (lasts {})", age::age(world.now() - at)));
            let grace = pod.metadata.deletion_grace_period_seconds.unwrap_or_default();
            page.field(0, "Termination Grace Period", &format!("{grace}s"));
        }
        None => _ = page.field(0, "Status", pod.status.phase.text()),
    }
    for (label, text) in [("Reason", &pod.status.reason), ("Message", &pod.status.message)] {
        if !text.is_empty() {
            page.field(0, label, text);
        }
    }
}

fn conditions(page: &mut Describe, pod: &Pod) {
    if pod.status.conditions.is_empty() {
        return;
    }
    page.line(0, "Conditions:").line(1, "Type\tStatus");
    for c in &pod.status.conditions {
        page.line(1, &format!("{} \t{} ", c.kind, c.status.text()));
    }
}

/// A set's template: labels, containers, volumes, placement.
pub fn template(page: &mut Describe, template: &PodTemplate) {
    page.line(0, "Pod Template:");
    pairs(page, 1, "Labels", &template.metadata.labels, "=");
    if !template.metadata.annotations.is_empty() {
        annotations(page, 1, &template.metadata.annotations);
    }
    let spec = &template.spec;
    let rest = |field: &str| spec.rest.get(field).map(|v| text(v, "")).filter(|t| !t.is_empty());
    if let Some(account) = rest("serviceAccountName") {
        page.field(1, "Service Account", &account);
    }
    if !spec.init_containers.is_empty() {
        containers(page, "Init Containers", &spec.init_containers, &[], None);
    }
    containers(page, "Containers", &spec.containers, &[], None);
    volumes(page, 1, &spec.volumes);
    spread(page, 1, spec);
    if let Some(class) = rest("priorityClassName") {
        page.field(1, "Priority Class Name", &class);
    }
    placement(page, 1, spec);
}

fn placement(page: &mut Describe, level: usize, spec: &PodSpec) {
    let selectors: Vec<String> = spec.node_selector.iter().map(|(k, v)| format!("{k}={v}")).collect();
    page.list(level, "Node-Selectors", &selectors);
    let mut tolerations: Vec<&Toleration> = spec.tolerations.iter().collect();
    tolerations.sort_by(|a, b| a.key.cmp(&b.key));
    let lines: Vec<String> = tolerations.into_iter().map(toleration).collect();
    page.list(level, "Tolerations", &lines);
}

fn toleration(t: &Toleration) -> String {
    let value = if t.value.is_empty() { String::new() } else { format!("={}", t.value) };
    let effect = t.effect.map(|e| format!(":{}", effect(e))).unwrap_or_default();
    let operator = if &*t.operator == "Exists" { " op=Exists" } else { "" };
    let limit = t.toleration_seconds.map(|s| format!(" for {s}s")).unwrap_or_default();
    format!("{}{value}{effect}{operator}{limit}", t.key).trim().to_owned()
}

/// The name of a taint's effect.
pub fn effect(effect: Effect) -> &'static str {
    match effect {
        Effect::NoExecute => "NoExecute",
        Effect::NoSchedule => "NoSchedule",
        Effect::PreferNoSchedule => "PreferNoSchedule",
    }
}

fn volumes(page: &mut Describe, level: usize, list: &[Volume]) {
    if list.is_empty() {
        page.field(level, "Volumes", "<none>");
        return;
    }
    page.line(level, "Volumes:");
    for v in list {
        page.line(0, &format!("{}{}:", if level == 0 { "  " } else { "   " }, v.name));
        super::volumes::source(page, &serde_json::to_value(v).unwrap_or_default());
    }
}

/// How pods are to be spread, one line a key of the nodes' labels.
fn spread(page: &mut Describe, level: usize, spec: &PodSpec) {
    let Some(list) = spec.rest.get("topologySpreadConstraints").and_then(Value::as_array).filter(|l| !l.is_empty()) else { return };
    let mut lines: Vec<(String, String)> = list.iter().map(constraint).collect();
    lines.sort_by(|a, b| a.0.cmp(&b.0));
    let lines: Vec<String> = lines.into_iter().map(|(_, line)| line).collect();
    page.list(level, "Topology Spread Constraints", &lines);
}

fn constraint(c: &Value) -> (String, String) {
    let key = text(&c["topologyKey"], "");
    let selector = Selector::deserialize(&c["labelSelector"]).ok();
    let selector = selector.map(|s| format!(" for selector {}", selector_text::print(&s))).unwrap_or_default();
    let line = format!("{key}:{} when max skew {} is exceeded{selector}", text(&c["whenUnsatisfiable"], ""), text(&c["maxSkew"], ""));
    (key, line)
}
