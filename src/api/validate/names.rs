//! Names and labels. Upstream: apimachinery/pkg/util/validation.

use crate::api::object::Kind;
use crate::api::status::FieldError;
use serde_json::Value;

const LABEL: &str = "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an \
                     alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is \
                     '[a-z0-9]([-a-z0-9]*[a-z0-9])?')";
const SUBDOMAIN: &str = "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and \
                         end with an alphanumeric character (e.g. 'example.com', regex used for validation is \
                         '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";
const OLD_LABEL: &str = "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, \
                         and end with an alphanumeric character (e.g. 'my-name',  or 'abc-123', regex used for validation is \
                         '[a-z]([-a-z0-9]*[a-z0-9])?')";
const LABEL_VALUE: &str = "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start \
                           and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for \
                           validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')";
const KEY_NAME: &str = "name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric \
                        character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is \
                        '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')";

fn is_label(name: &str) -> bool {
    let inner = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    !name.is_empty() && name.chars().all(inner) && !name.starts_with('-') && !name.ends_with('-')
}

fn is_word(text: &str) -> bool {
    let inner = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    let edge = |c: Option<char>| c.is_some_and(|c| c.is_ascii_alphanumeric());
    text.chars().all(inner) && edge(text.chars().next()) && edge(text.chars().last())
}

/// What is wrong with metadata of a new object.
pub fn metadata(kind: Kind, meta: &Value) -> Vec<FieldError> {
    let name = meta["name"].as_str().unwrap_or_default();
    let generated = meta["generateName"].as_str().is_some_and(|prefix| !prefix.is_empty());
    let mut errors = match (name.is_empty(), generated) {
        (true, true) => Vec::new(),
        (true, false) => vec![FieldError::required("metadata.name", "name or generateName is required")],
        (false, _) => name_of(kind, name),
    };
    errors.extend(labels(&meta["labels"], "metadata.labels"));
    errors
}

fn name_of(kind: Kind, name: &str) -> Vec<FieldError> {
    let error = |detail: &str| FieldError::invalid("metadata.name", name, detail);
    let (valid, detail, longest) = match kind {
        Kind::StatefulSet | Kind::Namespace => (is_label(name), LABEL, 63),
        Kind::Service => (is_label(name) && !name.starts_with(|c: char| c.is_ascii_digit()), OLD_LABEL, 63),
        _ => (subdomain(name).is_none(), SUBDOMAIN, 253),
    };
    let mut errors = Vec::new();
    if name.len() > longest {
        errors.push(error(&format!("must be no more than {longest} bytes")));
    }
    if !valid {
        errors.push(error(detail));
    }
    errors
}

/// What is wrong with a name of labels between dots.
pub fn subdomain(name: &str) -> Option<&'static str> {
    (!name.split('.').all(is_label)).then_some(SUBDOMAIN)
}

/// What is wrong with the name of a container, volume or port.
pub fn part(name: &str, path: String) -> Option<FieldError> {
    if name.is_empty() {
        return Some(FieldError::required(path, ""));
    }
    (!is_label(name) || name.len() > 63).then(|| FieldError::invalid(path, name, LABEL))
}

/// What is wrong with a label's value, for `kubectl label`, which looks before it asks.
pub fn label_value(value: &str) -> Option<String> {
    if value.len() > 63 {
        return Some("must be no more than 63 bytes".to_owned());
    }
    (!value.is_empty() && !is_word(value)).then(|| LABEL_VALUE.to_owned())
}

/// What is wrong with the key of a label or taint.
pub fn qualified_name(key: &str) -> Option<String> {
    let name = key.rsplit('/').next().unwrap_or(key);
    (!is_word(name) || name.len() > 63).then(|| KEY_NAME.to_owned())
}

/// What is wrong with labels.
pub fn labels(labels: &Value, path: &str) -> Vec<FieldError> {
    let mut errors = Vec::new();
    for (key, value) in labels.as_object().into_iter().flatten() {
        errors.extend(qualified_name(key).map(|detail| FieldError::invalid(path, key.as_str(), &detail)));
        let value = value.as_str().unwrap_or_default();
        errors.extend(label_value(value).map(|detail| FieldError::invalid(path, value, &detail)));
    }
    errors
}
