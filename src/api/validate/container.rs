//! Containers of pods and templates. Upstream: validateContainerCommon.

use super::{items, names, one_of, port_number, quantity, text};
use crate::api::status::FieldError;
use serde_json::Value;
use std::collections::BTreeSet;

const PULL_POLICIES: [&str; 3] = ["Always", "IfNotPresent", "Never"];
const MESSAGE_POLICIES: [&str; 2] = ["FallbackToLogsOnError", "File"];
const PROTOCOLS: [&str; 3] = ["SCTP", "TCP", "UDP"];
/// Resources without a domain that containers may ask for.
const RESOURCES: [&str; 3] = ["cpu", "memory", "ephemeral-storage"];
/// Resources without a domain that exist, though containers cannot ask for them.
const STANDARD: [&str; 5] = ["storage", "pods", "services", "secrets", "configmaps"];
/// What a variable may tell of its pod.
const FIELDS: [&str; 9] = [
    "metadata.name",
    "metadata.namespace",
    "metadata.uid",
    "spec.nodeName",
    "spec.serviceAccountName",
    "status.hostIP",
    "status.hostIPs",
    "status.podIP",
    "status.podIPs",
];

/// What is wrong with a container; `volumes` are those of its pod, where they are all known.
pub fn container(container: &Value, path: &str, volumes: Option<&BTreeSet<&str>>) -> Vec<FieldError> {
    let mut errors = names::part(text(container, "name"), format!("{path}.name"));
    let image = text(container, "image");
    if image.is_empty() {
        errors.push(FieldError::required(format!("{path}.image"), ""));
    } else if image.trim() != image {
        errors.push(FieldError::invalid(format!("{path}.image"), image, "must not have leading or trailing whitespace"));
    }
    errors.extend(one_of(container, path, "terminationMessagePolicy", &MESSAGE_POLICIES));
    errors.extend(ports(container, path));
    for (at, variable) in items(container, path, "env") {
        errors.extend(self::variable(variable, &at));
    }
    for (at, source) in items(container, path, "envFrom") {
        errors.extend(all_variables(source, &at, path));
    }
    errors.extend(mounts(container, path, volumes));
    errors.extend(one_of(container, path, "imagePullPolicy", &PULL_POLICIES));
    errors.extend(resources(&container["resources"], &format!("{path}.resources")));
    errors
}

/// Upstream: validateContainerPorts.
fn ports(container: &Value, path: &str) -> Vec<FieldError> {
    let mut errors = Vec::new();
    let mut seen = BTreeSet::new();
    for (at, port) in items(container, path, "ports") {
        let name = text(port, "name");
        let wrong = if name.is_empty() { Vec::new() } else { names::port(name) };
        if wrong.is_empty() && !name.is_empty() && !seen.insert(name) {
            errors.push(FieldError::duplicate(format!("{at}.name"), name));
        }
        errors.extend(names::each(&format!("{at}.name"), name, wrong));
        errors.extend(match port["containerPort"].as_i64().unwrap_or(0) {
            0 => Some(FieldError::required(format!("{at}.containerPort"), "")),
            number => port_number(number, format!("{at}.containerPort")),
        });
        let host = port["hostPort"].as_i64().filter(|number| *number != 0);
        errors.extend(host.and_then(|number| port_number(number, format!("{at}.hostPort"))));
        errors.extend(one_of(port, &at, "protocol", &PROTOCOLS));
    }
    errors
}

/// A port of the node can be had once. Upstream: checkHostPortConflicts.
pub fn host_ports(spec: &Value, path: &str) -> Vec<FieldError> {
    let mut seen = BTreeSet::new();
    let containers = items(spec, path, "containers");
    let ports = containers.flat_map(|(at, container)| items(container, &at, "ports").collect::<Vec<_>>());
    let taken = |(at, port): (String, &Value)| {
        let number = port["hostPort"].as_i64().filter(|number| *number != 0)?;
        let whole = format!("{}/{}/{number}", text(port, "protocol"), text(port, "hostIP"));
        (!seen.insert(whole.clone())).then(|| FieldError::duplicate(format!("{at}.hostPort"), &whole))
    };
    ports.filter_map(taken).collect()
}

/// Upstream: ValidateEnv.
fn variable(variable: &Value, at: &str) -> Vec<FieldError> {
    let name = text(variable, "name");
    let mut errors = Vec::new();
    if name.is_empty() {
        errors.push(FieldError::required(format!("{at}.name"), ""));
    } else if name.chars().any(|c| !matches!(c, ' '..='~') || c == '=') {
        let why = "a valid environment variable name must consist only of printable ASCII characters other than '='";
        errors.push(FieldError::invalid(format!("{at}.name"), name, why));
    }
    if !variable["valueFrom"].is_null() {
        errors.extend(origin(&variable["valueFrom"], !text(variable, "value").is_empty(), &format!("{at}.valueFrom")));
    }
    errors
}

fn origin(from: &Value, has_value: bool, at: &str) -> Vec<FieldError> {
    let mut errors = Vec::new();
    if !from["fieldRef"].is_null() {
        errors.extend(field(&from["fieldRef"], &format!("{at}.fieldRef")));
    }
    if !from["resourceFieldRef"].is_null() && text(&from["resourceFieldRef"], "resource").is_empty() {
        errors.push(FieldError::required(format!("{at}.resourceFieldRef.resource"), ""));
    }
    for source in ["configMapKeyRef", "secretKeyRef"] {
        if !from[source].is_null() {
            errors.extend(key_of(&from[source], &format!("{at}.{source}")));
        }
    }
    let why = match from.as_object().map_or(0, |map| map.values().filter(|v| !v.is_null()).count()) {
        0 => "must specify one of: `fieldRef`, `resourceFieldRef`, `configMapKeyRef` or `secretKeyRef`",
        _ if has_value => "may not be specified when `value` is not empty",
        1 => return errors,
        _ => "may not have more than one field specified at a time",
    };
    errors.push(FieldError::invalid(at, "", why));
    errors
}

/// Upstream: validateObjectFieldSelector.
fn field(source: &Value, at: &str) -> Option<FieldError> {
    let (path, place) = (text(source, "fieldPath"), format!("{at}.fieldPath"));
    let of_a_map = path.starts_with("metadata.labels['") || path.starts_with("metadata.annotations['");
    match path {
        "" => Some(FieldError::required(place, "")),
        path if of_a_map || FIELDS.contains(&path) => None,
        "metadata.labels" | "metadata.annotations" => Some(FieldError::unsupported(place, path, &FIELDS)),
        path => Some(FieldError::invalid(place, path, &format!("error converting fieldPath: field label not supported: {path}"))),
    }
}

/// Upstream: validateConfigMapKeySelector.
fn key_of(source: &Value, at: &str) -> Vec<FieldError> {
    let (name, key) = (text(source, "name"), text(source, "key"));
    let mut errors = Vec::new();
    if name.is_empty() {
        errors.push(FieldError::required(format!("{at}.name"), ""));
    }
    match key {
        "" => errors.push(FieldError::required(format!("{at}.key"), "")),
        key => errors.extend(names::each(&format!("{at}.key"), key, super::config::key(key))),
    }
    errors
}

/// Upstream: ValidateEnvFrom.
fn all_variables(source: &Value, at: &str, container: &str) -> Vec<FieldError> {
    let given: Vec<&str> = ["configMapRef", "secretRef"].into_iter().filter(|field| !source[*field].is_null()).collect();
    let nameless = given.iter().filter(|field| text(&source[**field], "name").is_empty());
    let mut errors: Vec<FieldError> = nameless.map(|field| FieldError::required(format!("{at}.{field}.name"), "")).collect();
    let why = match given.len() {
        0 => "must specify one of: `configMapRef` or `secretRef`",
        1 => return errors,
        _ => "may not have more than one field specified at a time",
    };
    errors.push(FieldError::invalid(format!("{container}.envFrom"), "", why));
    errors
}

/// Upstream: ValidateVolumeMounts.
fn mounts(container: &Value, path: &str, volumes: Option<&BTreeSet<&str>>) -> Vec<FieldError> {
    let mut errors = Vec::new();
    let mut seen = BTreeSet::new();
    for (at, mount) in items(container, path, "volumeMounts") {
        let (name, place) = (text(mount, "name"), text(mount, "mountPath"));
        if name.is_empty() {
            errors.push(FieldError::required(format!("{at}.name"), ""));
        }
        if volumes.is_some_and(|known| !known.contains(name)) {
            errors.push(FieldError { path: format!("{at}.name"), detail: format!("Not found: {name:?}") });
        }
        if place.is_empty() {
            errors.push(FieldError::required(format!("{at}.mountPath"), ""));
        }
        if !seen.insert(place) {
            errors.push(FieldError::invalid(format!("{at}.mountPath"), place, "must be unique"));
        }
        // Upstream leaves the position out of this path.
        errors.extend(super::mounted::descending(text(mount, "subPath"), &format!("{path}.volumeMounts.subPath")));
    }
    errors
}

/// Upstream: ValidateContainerResourceRequirements.
fn resources(resources: &Value, path: &str) -> Vec<FieldError> {
    let amounts = |field: &str| resources[field].as_object().into_iter().flatten().map(|(name, amount)| (name.clone(), amount.clone()));
    let mut errors = Vec::new();
    for field in ["limits", "requests"] {
        for (name, amount) in amounts(field) {
            let at = format!("{path}.{field}[{name}]");
            errors.extend(resource_name(&name, &at));
            let Some(amount) = quantity(&amount) else { continue };
            if amount.milli() < 0 {
                errors.push(FieldError::invalid(at, amount.to_string(), "must be greater than or equal to 0"));
            }
            let limit = quantity(&resources["limits"][&name]).filter(|limit| field == "requests" && amount > *limit);
            if let Some(limit) = limit {
                let why = format!("must be less than or equal to {name} limit of {limit}");
                errors.push(FieldError::invalid(format!("{path}.requests"), amount.to_string(), &why));
            }
        }
    }
    errors
}

fn resource_name(name: &str, at: &str) -> Vec<FieldError> {
    let mut errors = names::each(at, name, names::qualified_name(name));
    if name.contains('/') || name.starts_with("hugepages-") || RESOURCES.contains(&name) {
        return errors;
    }
    if !STANDARD.contains(&name) {
        errors.push(FieldError::invalid(at, name, "must be a standard resource type or fully qualified"));
    }
    errors.push(FieldError::invalid(at, name, "must be a standard resource for containers"));
    errors
}
