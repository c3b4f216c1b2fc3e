//! The entries of config maps and secrets.

use super::names;
use crate::api::status::FieldError;
use serde_json::Value;

const KEY: &str = "a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. 'key.name',  or 'KEY_NAME',  or \
                   'key-name', regex used for validation is '[-._a-zA-Z0-9]+')";
const IMMUTABLE: &str = "field is immutable when `immutable` is set";

/// All that is wrong with a key. Upstream: IsConfigMapKey.
pub fn key(key: &str) -> Vec<String> {
    let rules = [
        (key.len() > 253, "must be no more than 253 bytes"),
        (key.is_empty() || !key.chars().all(|c| c.is_ascii_alphanumeric() || "-._".contains(c)), KEY),
        (key == ".", "must not be '.'"),
        (key == "..", "must not be '..'"),
        (key.len() > 2 && key.starts_with(".."), "must not start with '..'"),
    ];
    rules.into_iter().filter(|(broken, _)| *broken).map(|(_, why)| why.to_owned()).collect()
}

/// What is wrong with the keys of a config map or a secret.
pub fn entries(value: &Value) -> Vec<FieldError> {
    let mut errors = Vec::new();
    for (field, other) in [("data", "binaryData"), ("binaryData", "data")] {
        for (key, _) in value[field].as_object().into_iter().flatten() {
            let at = format!("{field}[{key}]");
            errors.extend(names::each(&at, key, self::key(key)));
            if !value[other][key].is_null() {
                errors.push(FieldError::invalid(at, key.as_str(), &format!("duplicate of key present in {other}")));
            }
        }
    }
    errors
}

/// What a map that is declared immutable may not change. Upstream: ValidateConfigMapUpdate.
pub fn update(old: &Value, new: &Value) -> Vec<FieldError> {
    if old["immutable"] != true {
        return Vec::new();
    }
    let loosened = (new["immutable"] != true).then_some("immutable");
    let changed = ["data", "binaryData"].into_iter().filter(|field| old[*field] != new[*field]);
    loosened.into_iter().chain(changed).map(|field| FieldError::forbidden(field, IMMUTABLE)).collect()
}
