//! Disruption budgets, and the entries of config maps and secrets.

use super::workload::{requirements, share};
use crate::api::Selector;
use crate::api::status::FieldError;
use serde::Deserialize;
use serde_json::Value;

/// What is wrong with a budget's spec. Upstream: ValidatePodDisruptionBudgetSpec.
pub fn budget(spec: &Value) -> Vec<FieldError> {
    let both = !spec["minAvailable"].is_null() && !spec["maxUnavailable"].is_null();
    let detail = "minAvailable and maxUnavailable cannot be both set";
    let mut errors: Vec<FieldError> = both.then(|| FieldError::invalid("spec", spec.clone(), detail)).into_iter().collect();
    errors.extend(["minAvailable", "maxUnavailable"].iter().filter_map(|field| share(spec, "spec", field)));
    let policies = ["AlwaysAllow", "IfHealthyBudget"];
    errors.extend(super::one_of(spec, "spec", "unhealthyPodEvictionPolicy", &policies));
    errors.extend(requirements(&Selector::deserialize(&spec["selector"]).unwrap_or_default(), "spec.selector"));
    errors
}

const KEY: &str = "a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. 'key.name',  or 'KEY_NAME',  or \
                   'key-name', regex used for validation is '[-._a-zA-Z0-9]+')";

/// What is wrong with the keys of a config map or a secret.
pub fn entries(value: &Value) -> Vec<FieldError> {
    let valid = |key: &str| !key.is_empty() && key.chars().all(|c| c.is_ascii_alphanumeric() || "-._".contains(c));
    let fields = ["data", "binaryData"].into_iter();
    let keys = fields.flat_map(|field| value[field].as_object().into_iter().flatten().map(move |(key, _)| (field, key)));
    keys.filter(|(_, key)| !valid(key)).map(|(field, key)| FieldError::invalid(format!("{field}[{key}]"), key.as_str(), KEY)).collect()
}
