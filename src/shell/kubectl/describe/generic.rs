//! Objects of kinds without a description of their own: their fields, indented.

use super::labels;
use crate::api::object::Object;
use crate::api::table::Describe;
use serde_json::Value;

pub fn describe(page: &mut Describe, object: &Object) {
    let meta = object.meta();
    page.field(0, "Name", &meta.name);
    if !meta.namespace.is_empty() {
        page.field(0, "Namespace", &meta.namespace);
    }
    labels(page, meta);
    page.field(0, "API Version", &object.kind().api_version()).field(0, "Kind", object.kind().name());
    let value = object.to_value();
    for (name, value) in value.as_object().into_iter().flatten() {
        if !matches!(name.as_str(), "apiVersion" | "kind" | "metadata") {
            field(page, 0, name, value);
        }
    }
}

fn field(page: &mut Describe, level: usize, name: &str, value: &Value) {
    let label = label(name);
    match value {
        Value::Object(map) => {
            page.line(level, &format!("{label}:"));
            map.iter().for_each(|(name, value)| field(page, level + 1, name, value));
        }
        Value::Array(items) if items.iter().any(Value::is_object) => {
            page.line(level, &format!("{label}:"));
            for item in items {
                item.as_object().into_iter().flatten().for_each(|(name, value)| field(page, level + 1, name, value));
            }
        }
        Value::Array(items) => {
            page.line(level, &format!("{label}:"));
            items.iter().for_each(|item| _ = page.line(level + 1, &plain(item)));
        }
        other => _ = page.field(level, &label, &plain(other)),
    }
}

fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// `matchLabels` as `Match Labels`.
fn label(name: &str) -> String {
    let mut words = String::new();
    for (i, c) in name.chars().enumerate() {
        match c {
            c if i == 0 => words.extend(c.to_uppercase()),
            c if c.is_uppercase() => {
                words.push(' ');
                words.push(c);
            }
            c => words.push(c),
        }
    }
    words
}
