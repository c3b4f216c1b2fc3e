//! Objects of kinds without a description of their own: their fields, indented. Upstream: genericDescriber.

use super::{labels, text};
use crate::api::object::Object;
use crate::api::table::Describe;
use serde_json::Value;

pub fn describe(page: &mut Describe, object: &Object) {
    let meta = object.meta();
    page.field(0, "Name", &meta.name).field(0, "Namespace", &meta.namespace);
    labels(page, meta);
    let mut value = object.to_value();
    if let Some(meta) = value["metadata"].as_object_mut() {
        meta.retain(|field, _| !matches!(field.as_str(), "name" | "namespace" | "labels" | "annotations"));
    }
    fields(page, 0, &value);
}

fn fields(page: &mut Describe, level: usize, value: &Value) {
    for (name, value) in value.as_object().into_iter().flatten() {
        let label = label(name);
        match value {
            Value::Object(_) => {
                page.line(level, &format!("{label}:"));
                fields(page, level + 1, value);
            }
            Value::Array(items) => {
                page.line(level, &format!("{label}:"));
                items.iter().for_each(|item| entry(page, level + 1, item));
            }
            other => _ = page.field(level, &label, &text(other, "<nil>")),
        }
    }
}

fn entry(page: &mut Describe, level: usize, item: &Value) {
    if item.is_object() { fields(page, level, item) } else { _ = page.line(level, &text(item, "<nil>")) }
}

/// Parts of names that stay in capitals.
const ACRONYMS: [&str; 5] = ["API", "URL", "UID", "OSB", "GUID"];

/// `matchLabels` as `Match Labels`, `apiVersion` as `API Version`; names with other signs than letters stay as they are.
fn label(name: &str) -> String {
    if name.chars().any(|c| !c.is_alphabetic() && c != '-') {
        return name.to_owned();
    }
    let words = parts(name).into_iter().map(|word| match ACRONYMS.iter().find(|a| a.eq_ignore_ascii_case(&word)) {
        Some(acronym) => (*acronym).to_owned(),
        None => word[..1].to_uppercase() + &word[1..],
    });
    words.collect::<Vec<_>>().join(" ")
}

/// The words of a name in camel case; a run of capitals is one word.
fn parts(name: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let mut was_upper = true;
    for c in name.chars() {
        match words.last_mut() {
            Some(word) if !c.is_uppercase() || was_upper => word.push(c),
            _ => words.push(c.to_string()),
        }
        was_upper = c.is_uppercase();
    }
    words
}

#[cfg(test)]
mod tests {
    use super::label;

    /// Upstream: smartLabelFor.
    #[test]
    fn labels_of_fields() {
        for (name, shown) in [
            ("matchLabels", "Match Labels"),
            ("apiVersion", "API Version"),
            ("uid", "UID"),
            ("storage.k8s.io/x", "storage.k8s.io/x"),
            ("kind", "Kind"),
        ] {
            assert_eq!(label(name), shown);
        }
    }
}
