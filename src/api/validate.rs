//! What the API server refuses, in its words. Upstream: pkg/apis/*/validation.
//!
//! Looks at JSON that the gate has let through and defaults have completed: types are right, meanings may be wrong.

use super::Quantity;
use super::object::Kind;
use super::status::FieldError;
use serde_json::Value;

mod config;
mod container;
mod diff;
mod dump;
mod endpoints;
mod mounted;
mod names;
mod pod;
mod priority;
mod probe;
mod selector;
mod service;
mod source;
mod status;
mod storage;
mod warnings;
mod workload;

pub use names::{label_value, qualified_name};
pub use status::status;
pub use warnings::{OLD_ENDPOINTS, warnings};

/// What is wrong with a new object.
pub fn create(kind: Kind, value: &Value) -> Vec<FieldError> {
    let mut errors = names::metadata(kind, &value["metadata"]);
    errors.extend(match kind {
        Kind::StatefulSet => workload::new_stateful_set(&value["spec"]),
        _ => spec(kind, value),
    });
    errors
}

/// An object that is to replace another, without what only its former type had need of.
pub fn prepared(kind: Kind, old: &Value, mut new: Value) -> Value {
    if kind == Kind::Service {
        new["spec"] = service::without_what_went(&old["spec"], &new["spec"]);
    }
    new
}

/// What is wrong with an object that replaces another: its own errors, then changes that are not allowed.
pub fn update(kind: Kind, old: &Value, new: &Value) -> Vec<FieldError> {
    let mut errors = names::marks(&new["metadata"]);
    errors.extend(match kind {
        Kind::Pod => pod::update(&old["spec"], &new["spec"]),
        _ => spec(kind, new),
    });
    errors.extend(match kind {
        Kind::StatefulSet => workload::stateful_set_update(&old["spec"], &new["spec"]),
        Kind::ReplicaSet | Kind::Deployment | Kind::DaemonSet => workload::selector_update(&old["spec"], &new["spec"]),
        Kind::PersistentVolumeClaim => storage::claim_update(old, new),
        Kind::PersistentVolume => storage::volume_update(&old["spec"], &new["spec"]),
        Kind::StorageClass => storage::class_update(old, new),
        Kind::PriorityClass => priority::class_update(old, new),
        Kind::Service => service::update(&old["spec"], &new["spec"]),
        Kind::ConfigMap | Kind::Secret => config::update(old, new),
        _ => Vec::new(),
    });
    errors
}

fn spec(kind: Kind, value: &Value) -> Vec<FieldError> {
    let spec = &value["spec"];
    match kind {
        Kind::Pod => pod::spec(spec, "spec", &pod::PODS),
        Kind::StatefulSet => workload::stateful_set(spec),
        Kind::ReplicaSet => workload::replica_set(spec),
        Kind::Deployment => workload::deployment(spec),
        Kind::DaemonSet => workload::daemon_set(spec),
        Kind::PodDisruptionBudget => workload::budget(spec),
        Kind::PersistentVolumeClaim => storage::claim(spec, "spec"),
        Kind::PersistentVolume => storage::volume(spec),
        Kind::Service => service::spec(spec),
        Kind::Endpoints => endpoints::subsets(value),
        Kind::StorageClass => storage::class(value),
        Kind::PriorityClass => priority::class(value),
        Kind::ConfigMap | Kind::Secret => config::entries(value),
        _ => Vec::new(),
    }
}

/// The items of a list with their path: `spec.containers[0]`.
fn items<'v>(parent: &'v Value, path: &str, field: &str) -> impl Iterator<Item = (String, &'v Value)> + use<'v> {
    let at = format!("{path}.{field}");
    parent[field].as_array().into_iter().flatten().enumerate().map(move |(i, item)| (format!("{at}[{i}]"), item))
}

fn text<'v>(parent: &'v Value, field: &str) -> &'v str {
    parent[field].as_str().unwrap_or_default()
}

fn quantity(value: &Value) -> Option<Quantity> {
    Quantity::parse(&value.as_str().map_or_else(|| value.to_string(), str::to_owned))
}

/// An error where a number is there and below zero.
fn not_negative(parent: &Value, path: &str, field: &str) -> Option<FieldError> {
    let number = parent[field].as_i64().filter(|n| *n < 0)?;
    Some(FieldError::invalid(format!("{path}.{field}"), number, "must be greater than or equal to 0"))
}

/// An error where a word is there and is none of those supported, which stand in upstream's order.
fn one_of(parent: &Value, path: &str, field: &str, supported: &[&str]) -> Option<FieldError> {
    let word = parent[field].as_str().filter(|word| !supported.contains(word))?;
    Some(FieldError::unsupported(format!("{path}.{field}"), word, supported))
}

/// An error where a port is not from 1 to 65535.
fn port_number(port: i64, path: String) -> Option<FieldError> {
    (!(1..=65_535).contains(&port)).then(|| FieldError::invalid(path, port, "must be between 1 and 65535, inclusive"))
}

#[cfg(test)]
mod tests;
