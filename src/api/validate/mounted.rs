//! Volumes of pods and templates. Upstream: ValidateVolumes.

use super::{items, names, quantity, source, text};
use crate::api::status::FieldError;
use serde_json::Value;
use std::collections::BTreeSet;

/// What is wrong with the volumes, and the names of those that are sound: others count as absent where they are mounted.
pub fn volumes<'v>(spec: &'v Value, path: &str) -> (Vec<FieldError>, BTreeSet<&'v str>) {
    let (mut errors, mut sound) = (Vec::new(), BTreeSet::new());
    for (at, volume) in items(spec, path, "volumes") {
        let name = text(volume, "name");
        let mut wrong = sources(volume, &at);
        wrong.extend(names::part(name, format!("{at}.name")));
        if sound.contains(name) {
            wrong.push(FieldError::duplicate(format!("{at}.name"), name));
        }
        if wrong.is_empty() {
            sound.insert(name);
        }
        errors.append(&mut wrong);
    }
    (errors, sound)
}

/// A volume has one source.
fn sources(volume: &Value, at: &str) -> Vec<FieldError> {
    let given = volume.as_object().into_iter().flatten().filter(|(field, value)| *field != "name" && !value.is_null());
    let given: Vec<(&String, &Value)> = given.collect();
    let Some((first, others)) = given.split_first() else { return vec![FieldError::required(at, "must specify a volume type")] };
    let mut errors = source(first.0, first.1, &format!("{at}.{}", first.0));
    errors
        .extend(others.iter().map(|(field, _)| FieldError::forbidden(format!("{at}.{field}"), "may not specify more than 1 volume type")));
    errors
}

fn source(field: &str, source: &Value, at: &str) -> Vec<FieldError> {
    let missing = |field: &str| source::required(source, at, field);
    match field {
        "emptyDir" => Vec::from_iter(
            quantity(&source["sizeLimit"])
                .filter(|size| size.milli() < 0)
                .map(|_| FieldError::forbidden(format!("{at}.sizeLimit"), "SizeLimit field must be a valid resource quantity")),
        ),
        "persistentVolumeClaim" => Vec::from_iter(missing("claimName")),
        "configMap" => missing("name").into_iter().chain(files(source, at)).collect(),
        "secret" => missing("secretName").into_iter().chain(files(source, at)).collect(),
        _ => source::errors(source, field, at),
    }
}

/// The keys that become files, and their modes. Upstream: validateConfigMapVolumeSource, validateKeyToPath.
fn files(source: &Value, at: &str) -> Vec<FieldError> {
    let mut errors: Vec<FieldError> = mode(source, "defaultMode", at).into_iter().collect();
    for (at, item) in items(source, at, "items") {
        let path = text(item, "path");
        if text(item, "key").is_empty() {
            errors.push(FieldError::required(format!("{at}.key"), ""));
        }
        match path {
            "" => errors.push(FieldError::required(format!("{at}.path"), "")),
            path => errors.extend(descending(path, &format!("{at}.path"))),
        }
        errors.extend(mode(item, "mode", &at));
    }
    errors
}

fn mode(holder: &Value, field: &str, at: &str) -> Option<FieldError> {
    let mode = holder[field].as_i64().filter(|mode| !(0..=0o777).contains(mode))?;
    Some(FieldError::invalid(format!("{at}.{field}"), mode, "must be a number between 0 and 0777 (octal), both inclusive"))
}

/// A path inside a volume leads down. Upstream: validateLocalDescendingPath.
pub fn descending(path: &str, at: &str) -> Vec<FieldError> {
    let absolute = path.starts_with('/').then(|| FieldError::invalid(at, path, "must be a relative path"));
    absolute.into_iter().chain(source::back_steps(path, at)).collect()
}
