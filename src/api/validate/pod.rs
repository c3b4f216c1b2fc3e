//! Pods and pod templates.

use super::{diff, dump, items, names, one_of, port_number, text};
use crate::api::status::FieldError;
use serde_json::Value;
use std::collections::BTreeSet;

/// What differs between pods and the templates of sets.
pub struct Rules {
    restart_policies: &'static [&'static str],
    /// False for StatefulSets, whose claims become volumes of the pods.
    volumes_are_complete: bool,
}

/// Pods by themselves.
pub const PODS: Rules = Rules { restart_policies: &["Always", "Never", "OnFailure"], volumes_are_complete: true };
/// Templates of ReplicaSets.
pub const TEMPLATES: Rules = Rules { restart_policies: &["Always"], volumes_are_complete: true };
/// Templates of StatefulSets.
pub const STATEFUL: Rules = Rules { restart_policies: &["Always"], volumes_are_complete: false };

const POLICIES: [&str; 3] = ["Always", "IfNotPresent", "Never"];
const PROTOCOLS: [&str; 3] = ["SCTP", "TCP", "UDP"];

/// What is wrong with a pod's spec.
pub fn spec(spec: &Value, path: &str, rules: &Rules) -> Vec<FieldError> {
    let mut errors = Vec::new();
    let mut volumes = BTreeSet::new();
    for (at, volume) in items(spec, path, "volumes") {
        let name = text(volume, "name");
        errors.extend(names::part(name, format!("{at}.name")));
        if !volumes.insert(name) {
            errors.push(FieldError::duplicate(format!("{at}.name"), name));
        }
    }
    if spec["containers"].as_array().is_none_or(Vec::is_empty) {
        errors.push(FieldError::required(format!("{path}.containers"), ""));
    }
    let known = rules.volumes_are_complete.then_some(&volumes);
    let mut seen = BTreeSet::new();
    for field in ["containers", "initContainers"] {
        for (at, container) in items(spec, path, field) {
            errors.extend(self::container(container, &at, known));
            if !seen.insert(text(container, "name")) {
                errors.push(FieldError::duplicate(format!("{at}.name"), text(container, "name")));
            }
        }
    }
    errors.extend(one_of(spec, path, "restartPolicy", rules.restart_policies));
    errors
}

fn container(container: &Value, path: &str, volumes: Option<&BTreeSet<&str>>) -> Vec<FieldError> {
    let mut errors: Vec<FieldError> = names::part(text(container, "name"), format!("{path}.name")).into_iter().collect();
    if text(container, "image").is_empty() {
        errors.push(FieldError::required(format!("{path}.image"), ""));
    }
    for (at, port) in items(container, path, "ports") {
        let number = port["containerPort"].as_i64().unwrap_or(0);
        errors.extend(match number {
            0 => Some(FieldError::required(format!("{at}.containerPort"), "")),
            _ => port_number(number, format!("{at}.containerPort")),
        });
        errors.extend(one_of(port, &at, "protocol", &PROTOCOLS));
    }
    for (at, mount) in items(container, path, "volumeMounts") {
        let name = text(mount, "name");
        if volumes.is_some_and(|known| !known.contains(name)) {
            errors.push(FieldError { path: format!("{at}.name"), detail: format!("Not found: {name:?}") });
        }
        if text(mount, "mountPath").is_empty() {
            errors.push(FieldError::required(format!("{at}.mountPath"), ""));
        }
    }
    errors.extend(one_of(container, path, "imagePullPolicy", &POLICIES));
    errors
}

const FORBIDDEN: &str = "pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`,\
                         `spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),\
                         `spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)";

/// What a pod's update may not change. Upstream: ValidatePodUpdate.
pub fn update(old: &Value, new: &Value) -> Vec<FieldError> {
    let mut errors = Vec::new();
    let fewer = |field: &str| old[field].as_array().map_or(0, Vec::len) != new[field].as_array().map_or(0, Vec::len);
    for field in ["containers", "initContainers"] {
        if fewer(field) {
            errors.push(FieldError::forbidden(format!("spec.{field}"), "pod updates may not add or remove containers"));
        }
    }
    let kept = |t: &Value| new["tolerations"].as_array().is_some_and(|list| list.contains(t));
    if !old["tolerations"].as_array().into_iter().flatten().all(kept) {
        errors.push(FieldError::forbidden("spec.tolerations", "existing toleration can not be modified except its tolerationSeconds"));
    }
    let munged = munged(old, new);
    if errors.is_empty() && munged != *old {
        let diff = diff::unified(&dump::pod_spec(old), &dump::pod_spec(&munged));
        errors.push(FieldError::forbidden("spec", &format!("{FORBIDDEN}\n{diff}")));
    }
    errors
}

/// The new spec with the old value of whatever may change.
fn munged(old: &Value, new: &Value) -> Value {
    let mut spec = new.clone();
    let mut put_back = |field: &str| match old.get(field) {
        Some(value) => spec[field] = value.clone(),
        None => drop(spec.as_object_mut().map(|map| map.remove(field))),
    };
    ["tolerations", "activeDeadlineSeconds"].into_iter().for_each(&mut put_back);
    if old["terminationGracePeriodSeconds"].as_i64().is_some_and(|n| n < 0) && new["terminationGracePeriodSeconds"] == 1 {
        put_back("terminationGracePeriodSeconds");
    }
    for field in ["containers", "initContainers"] {
        let before = old[field].as_array().into_iter().flatten();
        let containers = spec.get_mut(field).and_then(Value::as_array_mut);
        for (container, before) in containers.into_iter().flatten().zip(before) {
            container["image"] = before["image"].clone();
        }
    }
    spec
}
