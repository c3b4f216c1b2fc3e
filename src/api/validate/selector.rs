//! Label selectors. Upstream: apimachinery/pkg/apis/meta/v1/validation.

use super::{items, names, text};
use crate::api::Selector;
use crate::api::meta::Labels;
use crate::api::status::FieldError;
use serde::Deserialize;
use serde_json::Value;

/// What is wrong with a selector by itself. Upstream: ValidateLabelSelector.
pub fn selector(selector: &Value, path: &str) -> Vec<FieldError> {
    let mut errors = names::labels(&selector["matchLabels"], &format!("{path}.matchLabels"));
    for (at, requirement) in items(selector, path, "matchExpressions") {
        errors.extend(self::requirement(requirement, &at));
    }
    errors
}

fn requirement(requirement: &Value, at: &str) -> Vec<FieldError> {
    let values = requirement["values"].as_array().map_or(&[][..], Vec::as_slice);
    let (key, place) = (text(requirement, "key"), format!("{at}.values"));
    let wrong = match (text(requirement, "operator"), values.is_empty()) {
        ("In" | "NotIn", true) => Some(FieldError::required(place.clone(), "must be specified when `operator` is 'In' or 'NotIn'")),
        ("Exists" | "DoesNotExist", false) => {
            Some(FieldError::forbidden(place.clone(), "may not be specified when `operator` is 'Exists' or 'DoesNotExist'"))
        }
        ("In" | "NotIn" | "Exists" | "DoesNotExist", _) => None,
        (other, _) => Some(FieldError::invalid(format!("{at}.operator"), other, "not a valid selector operator")),
    };
    let mut errors: Vec<FieldError> = wrong.into_iter().collect();
    errors.extend(names::each(&format!("{at}.key"), key, names::qualified_name(key)));
    for (i, value) in values.iter().filter_map(Value::as_str).enumerate() {
        errors.extend(names::each(&format!("{place}[{i}]"), value, names::label_value(value)));
    }
    errors
}

/// What is wrong with a set's selector, and whether it takes the labels of its template; one that is absent takes none.
/// Where it cannot be read, which `unreadable` says, nobody looks at the template any more: then the second is false.
pub fn of_set(spec: &Value, kind: &str, unreadable: &str) -> (Vec<FieldError>, bool) {
    let (given, path) = (&spec["selector"], "spec.selector");
    let mut errors = selector(given, path);
    if !errors.is_empty() {
        let colon = if unreadable.is_empty() { "" } else { ": " };
        errors.push(FieldError { path: path.to_owned(), detail: format!("Invalid value: {}{colon}{unreadable}", shown(given)) });
        return (errors, false);
    }
    if given.is_null() {
        errors.push(FieldError::required(path, ""));
    } else if is_empty(given) {
        errors.push(FieldError::raw(path, "{}", &format!("empty selector is invalid for {kind}")));
        return (errors, true);
    }
    let labels = &spec["template"]["metadata"]["labels"];
    let selector = Selector::deserialize(given).unwrap_or_default();
    if selector.is_empty() || !selector.matches(&Labels::deserialize(labels).unwrap_or_default()) {
        errors.push(FieldError::invalid("spec.template.metadata.labels", labels.clone(), "`selector` does not match template `labels`"));
    }
    (errors, true)
}

/// A selector as refusals print it: labels first.
pub fn shown(selector: &Value) -> String {
    let parts = ["matchLabels", "matchExpressions"].into_iter().filter(|field| !selector[*field].is_null());
    let parts: Vec<String> = parts.map(|field| format!("{field:?}:{}", selector[field])).collect();
    format!("{{{}}}", parts.join(","))
}

fn is_empty(selector: &Value) -> bool {
    let is_bare = |value: &Value| match value {
        Value::Object(map) => map.is_empty(),
        Value::Array(list) => list.is_empty(),
        _ => true,
    };
    is_bare(&selector["matchLabels"]) && is_bare(&selector["matchExpressions"])
}
