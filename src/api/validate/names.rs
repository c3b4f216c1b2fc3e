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
const PREFIXED: &str = "with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')";

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
    errors.extend(marks(meta));
    errors
}

/// What is wrong with labels and annotations.
pub fn marks(meta: &Value) -> Vec<FieldError> {
    let mut errors = labels(&meta["labels"], "metadata.labels");
    errors.extend(annotations(&meta["annotations"], "metadata.annotations"));
    errors
}

/// The most that all keys and values of annotations may come to.
const ANNOTATIONS: usize = 256 << 10;

/// What is wrong with annotations. Upstream: ValidateAnnotations.
pub fn annotations(annotations: &Value, path: &str) -> Vec<FieldError> {
    let entries = || annotations.as_object().into_iter().flatten();
    let mut errors: Vec<FieldError> = entries().flat_map(|(key, _)| each(path, key, qualified_name(&key.to_ascii_lowercase()))).collect();
    let size: usize = entries().map(|(key, value)| key.len() + value.as_str().map_or(0, str::len)).sum();
    if size > ANNOTATIONS {
        errors.push(FieldError { path: path.to_owned(), detail: format!("Too long: may not be more than {ANNOTATIONS} bytes") });
    }
    errors
}

fn name_of(kind: Kind, name: &str) -> Vec<FieldError> {
    let wrong = match kind {
        Kind::StatefulSet | Kind::Namespace => label(name),
        Kind::Service => old_label(name),
        _ => subdomain(name),
    };
    each("metadata.name", name, wrong)
}

/// Upstream: IsDNS1035Label.
fn old_label(name: &str) -> Vec<String> {
    let long = (name.len() > 63).then(|| too_long(63));
    let wrong = (!is_label(name) || name.starts_with(|c: char| c.is_ascii_digit())).then(|| OLD_LABEL.to_owned());
    long.into_iter().chain(wrong).collect()
}

/// What is wrong with the name of a container or volume.
pub fn part(name: &str, path: String) -> Vec<FieldError> {
    if name.is_empty() { vec![FieldError::required(path, "")] } else { each(&path, name, label(name)) }
}

/// All that is wrong with a label's value, for `kubectl label` too, which looks before it asks. Upstream: IsValidLabelValue.
pub fn label_value(value: &str) -> Vec<String> {
    let long = (value.len() > 63).then(|| too_long(63));
    let wrong = (!value.is_empty() && !is_word(value)).then(|| LABEL_VALUE.to_owned());
    long.into_iter().chain(wrong).collect()
}

/// All that is wrong with the key of a label, an annotation, a taint or a resource. Upstream: IsQualifiedName.
pub fn qualified_name(key: &str) -> Vec<String> {
    let parts: Vec<&str> = key.split('/').collect();
    let (name, mut wrong) = match parts.as_slice() {
        [name] => (*name, Vec::new()),
        ["", name] => (*name, vec!["prefix part must be non-empty".to_owned()]),
        [prefix, name] => (*name, subdomain(prefix).into_iter().map(|why| format!("prefix part {why}")).collect()),
        _ => return vec![format!("a qualified {} {PREFIXED}", KEY_NAME.replace("name part", "name"))],
    };
    if name.is_empty() {
        wrong.push("name part must be non-empty".to_owned());
    } else if name.len() > 63 {
        wrong.push(format!("name part {}", too_long(63)));
    }
    if !is_word(name) {
        wrong.push(KEY_NAME.to_owned());
    }
    wrong
}

/// All that is wrong with a name in dotted form. Upstream: IsDNS1123Subdomain.
pub fn subdomain(name: &str) -> Vec<String> {
    let long = (name.len() > 253).then(|| too_long(253));
    let wrong = (!name.split('.').all(is_label)).then(|| SUBDOMAIN.to_owned());
    long.into_iter().chain(wrong).collect()
}

/// All that is wrong with a name without dots. Upstream: IsDNS1123Label.
pub fn label(name: &str) -> Vec<String> {
    let long = (name.len() > 63).then(|| too_long(63));
    let wrong = (!is_label(name)).then(|| LABEL.to_owned());
    long.into_iter().chain(wrong).collect()
}

/// All that is wrong with the name of a port. Upstream: IsValidPortName.
pub fn port(name: &str) -> Vec<String> {
    let allowed = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    let rules = [
        (name.len() > 15, "must be no more than 15 bytes"),
        (name.is_empty() || !name.chars().all(allowed), "must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)"),
        (!name.contains(|c: char| c.is_ascii_lowercase()), "must contain at least one letter (a-z)"),
        (name.contains("--"), "must not contain consecutive hyphens"),
        (name.starts_with('-') || name.ends_with('-'), "must not begin or end with a hyphen"),
    ];
    rules.into_iter().filter(|(broken, _)| *broken).map(|(_, why)| why.to_owned()).collect()
}

fn too_long(most: usize) -> String {
    format!("must be no more than {most} bytes")
}

/// An error at a path for each thing that is wrong with a text.
pub fn each(path: &str, text: &str, wrong: Vec<String>) -> Vec<FieldError> {
    wrong.iter().map(|why| FieldError::invalid(path, text, why)).collect()
}

/// What is wrong with labels.
pub fn labels(labels: &Value, path: &str) -> Vec<FieldError> {
    let mut errors = Vec::new();
    for (key, value) in labels.as_object().into_iter().flatten() {
        errors.extend(each(path, key, qualified_name(key)));
        let value = value.as_str().unwrap_or_default();
        errors.extend(each(path, value, label_value(value)));
    }
    errors
}
