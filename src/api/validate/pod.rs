//! Pods and pod templates. Upstream: ValidatePodSpec.

use super::{container, diff, dump, items, mounted, names, one_of, probe, text};
use crate::api::status::FieldError;
use serde_json::Value;
use std::collections::BTreeSet;

/// What differs between pods and the templates of sets.
pub struct Rules {
    /// True for templates of sets, whose pods are always started anew.
    restarts_always: bool,
    /// False for StatefulSets, whose claims become volumes of the pods.
    volumes_are_complete: bool,
}

/// Pods by themselves.
pub const PODS: Rules = Rules { restarts_always: false, volumes_are_complete: true };
/// Templates of ReplicaSets.
pub const TEMPLATES: Rules = Rules { restarts_always: true, volumes_are_complete: true };
/// Templates of StatefulSets.
pub const STATEFUL: Rules = Rules { restarts_always: true, volumes_are_complete: false };

const RESTART_POLICIES: [&str; 3] = ["Always", "OnFailure", "Never"];
const DNS_POLICIES: [&str; 4] = ["ClusterFirstWithHostNet", "ClusterFirst", "Default", "None"];
const EFFECTS: [&str; 3] = ["NoSchedule", "PreferNoSchedule", "NoExecute"];

/// What is wrong with a pod's spec.
pub fn spec(spec: &Value, path: &str, rules: &Rules) -> Vec<FieldError> {
    let (mut errors, volumes) = mounted::volumes(spec, path);
    let known = rules.volumes_are_complete.then_some(&volumes);
    errors.extend(containers(spec, path, known));
    errors.extend(one_of(spec, path, "restartPolicy", &RESTART_POLICIES));
    errors.extend(one_of(spec, path, "dnsPolicy", &DNS_POLICIES));
    errors.extend(names::labels(&spec["nodeSelector"], &format!("{path}.nodeSelector")));
    errors.extend(identity(spec, path));
    for (at, toleration) in items(spec, path, "tolerations") {
        errors.extend(self::toleration(toleration, &at));
    }
    let class = text(spec, "priorityClassName");
    if !class.is_empty() {
        errors.extend(names::each(&format!("{path}.priorityClassName"), class, names::subdomain(class)));
    }
    if rules.restarts_always {
        errors.extend(one_of(spec, path, "restartPolicy", &["Always"]));
    }
    errors
}

/// Containers, then those of the start, whose names must differ from all before them.
fn containers(spec: &Value, path: &str, volumes: Option<&BTreeSet<&str>>) -> Vec<FieldError> {
    let mut errors = Vec::new();
    if spec["containers"].as_array().is_none_or(Vec::is_empty) {
        errors.push(FieldError::required(format!("{path}.containers"), ""));
    }
    let mut seen = BTreeSet::new();
    for (field, starts) in [("containers", false), ("initContainers", true)] {
        for (at, container) in items(spec, path, field) {
            let name = text(container, "name");
            errors.extend(container::container(container, &at, volumes));
            if !(seen.insert(name) || starts && name.is_empty()) {
                errors.push(FieldError::duplicate(format!("{at}.name"), name));
            }
            errors.extend(probe::handlers(container, &at, starts));
        }
        if !starts {
            errors.extend(container::host_ports(spec, path));
        }
    }
    errors
}

/// Names that the pod has or refers to, and how long it may be active.
fn identity(spec: &Value, path: &str) -> Vec<FieldError> {
    let mut errors = Vec::new();
    let mut check = |field: &str, wrong: fn(&str) -> Vec<String>| {
        let name = text(spec, field);
        if !name.is_empty() {
            errors.extend(names::each(&format!("{path}.{field}"), name, wrong(name)));
        }
    };
    check("serviceAccountName", names::subdomain);
    check("nodeName", names::subdomain);
    let deadline = spec["activeDeadlineSeconds"].as_i64().filter(|n| !(1..=i64::from(i32::MAX)).contains(n));
    if let Some(seconds) = deadline {
        let why = "must be between 1 and 2147483647, inclusive";
        errors.push(FieldError::invalid(format!("{path}.activeDeadlineSeconds"), seconds, why));
    }
    for field in ["hostname", "subdomain"] {
        let name = text(spec, field);
        if !name.is_empty() {
            errors.extend(names::each(&format!("{path}.{field}"), name, names::label(name)));
        }
    }
    errors
}

/// Upstream: ValidateTolerations.
fn toleration(toleration: &Value, at: &str) -> Vec<FieldError> {
    let mut errors = Vec::new();
    let (key, operator, value) = (text(toleration, "key"), text(toleration, "operator"), text(toleration, "value"));
    let effect = text(toleration, "effect");
    if !key.is_empty() {
        errors.extend(names::each(&format!("{at}.key"), key, names::qualified_name(key)));
    } else if operator != "Exists" {
        let why = "operator must be Exists when `key` is empty, which means \"match all values and all keys\"";
        errors.push(FieldError::invalid(format!("{at}.operator"), operator, why));
    }
    if !toleration["tolerationSeconds"].is_null() && effect != "NoExecute" {
        let why = "effect must be 'NoExecute' when `tolerationSeconds` is set";
        errors.push(FieldError::invalid(format!("{at}.effect"), effect, why));
    }
    match operator {
        "" | "Equal" => {
            let wrong = names::label_value(value);
            if !wrong.is_empty() {
                errors.push(FieldError::invalid(format!("{at}.operator"), value, &wrong.join(";")));
            }
        }
        "Exists" if !value.is_empty() => {
            let why = "value must be empty when `operator` is 'Exists'";
            errors.push(FieldError {
                path: format!("{at}.operator"),
                detail: format!("Invalid value: {}: {why}", go_toleration(toleration)),
            });
        }
        "Exists" => {}
        other => errors.push(FieldError::unsupported(format!("{at}.operator"), other, &["Equal", "Exists"])),
    }
    if !effect.is_empty() {
        errors.extend(one_of(toleration, at, "effect", &EFFECTS));
    }
    errors
}

/// A toleration as the server's own type prints it.
fn go_toleration(toleration: &Value) -> String {
    let fields = [("Key", "key"), ("Operator", "operator"), ("Value", "value"), ("Effect", "effect")];
    let texts: Vec<String> = fields.iter().map(|(go, field)| format!("{go:?}:{:?}", text(toleration, field))).collect();
    format!("{{{},\"TolerationSeconds\":{}}}", texts.join(","), toleration["tolerationSeconds"])
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
    if !errors.is_empty() {
        return errors;
    }
    errors.extend(images(new));
    if let Some(error) = deadline(old, new) {
        errors.push(error);
        return errors;
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

/// A container without an image cannot be.
fn images(spec: &Value) -> Vec<FieldError> {
    let lists = ["containers", "initContainers"].into_iter();
    let all = lists.flat_map(|field| items(spec, "spec", field));
    all.filter(|(_, c)| text(c, "image").is_empty()).map(|(at, _)| FieldError::required(format!("{at}.image"), "")).collect()
}

/// A pod's time can be set or shortened, not prolonged.
fn deadline(old: &Value, new: &Value) -> Option<FieldError> {
    let at = "spec.activeDeadlineSeconds";
    match (old["activeDeadlineSeconds"].as_i64(), new["activeDeadlineSeconds"].as_i64()) {
        (_, Some(n)) if !(0..=i64::from(i32::MAX)).contains(&n) => {
            Some(FieldError::invalid(at, n, "must be between 0 and 2147483647, inclusive"))
        }
        (Some(before), Some(n)) if before < n => Some(FieldError::invalid(at, n, "must be less than or equal to previous value")),
        (Some(_), None) => Some(FieldError::invalid(at, Value::Null, "must not update from a positive integer to nil value")),
        _ => None,
    }
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
