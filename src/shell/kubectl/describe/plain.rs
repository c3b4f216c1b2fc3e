//! Kinds without behaviour that kubectl still describes in a way of their own.

use super::{labels, or_none, text};
use crate::api::object::{Kind, Object};
use crate::api::table::Describe;
use crate::api::{Selector, selector_text};
use serde::Deserialize;
use serde_json::Value;

/// Describes an object of one of these kinds; false for any other.
pub fn describe(page: &mut Describe, object: &Object) -> bool {
    let body: fn(&mut Describe, &Value) = match object.kind() {
        Kind::ConfigMap => config_map,
        Kind::Secret => secret,
        Kind::ServiceAccount => account,
        Kind::Namespace => namespace,
        Kind::PodDisruptionBudget => budget,
        _ => return false,
    };
    let meta = object.meta();
    page.field(0, "Name", &meta.name);
    if object.kind().info().namespaced {
        page.field(0, "Namespace", &meta.namespace);
    }
    if object.kind() != Kind::PodDisruptionBudget {
        labels(page, meta);
    }
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

fn namespace(page: &mut Describe, value: &Value) {
    page.field(0, "Status", &text(&value["status"]["phase"], ""));
    page.line(0, "\nNo resource quota.\n\nNo LimitRange resource.");
}

fn budget(page: &mut Describe, value: &Value) {
    let (spec, status) = (&value["spec"], &value["status"]);
    let limits = [("Min available", &spec["minAvailable"]), ("Max unavailable", &spec["maxUnavailable"])];
    if let Some((label, limit)) = limits.into_iter().find(|(_, limit)| !limit.is_null()) {
        page.field(0, label, &text(limit, ""));
    }
    let selector = Selector::deserialize(&spec["selector"]).ok().filter(|_| !spec["selector"].is_null());
    page.field(0, "Selector", &selector.map_or("<unset>".to_owned(), |s| or_none(&selector_text::print(&s)).to_owned()));
    page.line(0, "Status:");
    let counts = [
        ("Allowed disruptions", "disruptionsAllowed"),
        ("Current", "currentHealthy"),
        ("Desired", "desiredHealthy"),
        ("Total", "expectedPods"),
    ];
    for (label, field) in counts {
        page.field(2, label, &text(&status[field], "0"));
    }
}
