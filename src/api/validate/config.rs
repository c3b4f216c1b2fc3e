//! The entries of config maps and secrets.

use crate::api::status::FieldError;
use serde_json::Value;

const KEY: &str = "a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. 'key.name',  or 'KEY_NAME',  or \
                   'key-name', regex used for validation is '[-._a-zA-Z0-9]+')";

/// What is wrong with the keys of a config map or a secret.
pub fn entries(value: &Value) -> Vec<FieldError> {
    let valid = |key: &str| !key.is_empty() && key.chars().all(|c| c.is_ascii_alphanumeric() || "-._".contains(c));
    let fields = ["data", "binaryData"].into_iter();
    let keys = fields.flat_map(|field| value[field].as_object().into_iter().flatten().map(move |(key, _)| (field, key)));
    keys.filter(|(_, key)| !valid(key)).map(|(field, key)| FieldError::invalid(format!("{field}[{key}]"), key.as_str(), KEY)).collect()
}
