//! Kinds without behaviour that kubectl still describes in a way of their own.

use super::{labels, text};
use crate::api::object::{Kind, Object};
use crate::api::table::Describe;
use serde_json::Value;

/// Describes an object of one of these kinds; false for any other.
pub fn describe(page: &mut Describe, object: &Object) -> bool {
    if object.kind() == Kind::PriorityClass {
        priority_class(page, object);
        return true;
    }
    let body: fn(&mut Describe, &Value) = match object.kind() {
        Kind::ConfigMap => config_map,
        Kind::Secret => secret,
        Kind::ServiceAccount => account,
        Kind::Namespace => namespace,
        _ => return false,
    };
    let meta = object.meta();
    page.field(0, "Name", &meta.name);
    if object.kind().info().namespaced {
        page.field(0, "Namespace", &meta.namespace);
    }
    labels(page, meta);
    body(page, &object.to_value());
    true
}

fn entries<'v>(value: &'v Value, field: &str) -> impl Iterator<Item = (&'v String, &'v Value)> {
    value[field].as_object().into_iter().flatten()
}

fn config_map(page: &mut Describe, value: &Value) {
    page.line(0, "\nData\n====");
    for (key, value) in entries(value, "data") {
        page.line(0, &format!("{key}:\n----\n{}\n", text(value, "")));
    }
    page.line(0, "\nBinaryData\n====");
    for (key, value) in entries(value, "binaryData") {
        page.line(0, &format!("{key}: {} bytes", decoded(&text(value, ""))));
    }
    page.line(0, "");
}

fn secret(page: &mut Describe, value: &Value) {
    page.line(0, "").field(0, "Type", &text(&value["type"], "")).line(0, "\nData\n====");
    for (key, value) in entries(value, "data") {
        page.field(0, key, &format!("{} bytes", decoded(&text(value, ""))));
    }
}

/// How many bytes a base64 text stands for.
fn decoded(base64: &str) -> usize {
    base64.trim_end_matches('=').len() * 3 / 4
}

/// Accounts have no secrets here.
fn account(page: &mut Describe, _: &Value) {
    for label in ["Image pull secrets", "Mountable secrets", "Tokens"] {
        page.field(0, label, "<none>");
    }
}

/// Upstream: PriorityClassDescriber, which shows no labels.
fn priority_class(page: &mut Describe, object: &Object) {
    let value = object.to_value();
    page.field(0, "Name", &object.meta().name);
    for (label, field, unset) in [
        ("Value", "value", "0"),
        ("GlobalDefault", "globalDefault", "false"),
        ("PreemptionPolicy", "preemptionPolicy", ""),
        ("Description", "description", ""),
    ] {
        page.field(0, label, &text(&value[field], unset));
    }
    let annotations = object.meta().annotations.to_string();
    page.field(0, "Annotations", if annotations.is_empty() { "<none>" } else { &annotations });
}

fn namespace(page: &mut Describe, value: &Value) {
    page.field(0, "Status", &text(&value["status"]["phase"], ""));
    page.line(0, "\nNo resource quota.\n\nNo LimitRange resource.");
}
