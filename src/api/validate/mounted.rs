//! Volumes of pods and templates. Upstream: ValidateVolumes.

use super::{items, names, one_of, quantity, text};
use crate::api::status::FieldError;
use serde_json::Value;
use std::collections::BTreeSet;

const HOST_PATH_TYPES: [&str; 8] = ["", "BlockDevice", "CharDevice", "Directory", "DirectoryOrCreate", "File", "FileOrCreate", "Socket"];

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
    let missing = |field: &str| text(source, field).is_empty().then(|| FieldError::required(format!("{at}.{field}"), ""));
    match field {
        "emptyDir" => Vec::from_iter(
            quantity(&source["sizeLimit"])
                .filter(|size| size.milli() < 0)
                .map(|_| FieldError::forbidden(format!("{at}.sizeLimit"), "SizeLimit field must be a valid resource quantity")),
        ),
        "hostPath" => host_path(source, at),
        "persistentVolumeClaim" => Vec::from_iter(missing("claimName")),
        "nfs" => {
            let path = text(source, "path");
            let relative = (!path.is_empty() && !path.starts_with('/'))
                .then(|| FieldError::invalid(format!("{at}.path"), path, "must be an absolute path"));
            missing("server").into_iter().chain(missing("path")).chain(relative).collect()
        }
        "configMap" => missing("name").into_iter().chain(files(source, at)).collect(),
        "secret" => missing("secretName").into_iter().chain(files(source, at)).collect(),
        "csi" => Vec::from_iter(missing("driver")),
        _ => Vec::new(),
    }
}

/// Upstream: validateHostPathVolumeSource.
pub fn host_path(source: &Value, at: &str) -> Vec<FieldError> {
    let (path, place) = (text(source, "path"), format!("{at}.path"));
    if path.is_empty() {
        return vec![FieldError::required(place, "")];
    }
    let back = path.split('/').any(|part| part == "..").then(|| FieldError::invalid(place, path, "must not contain '..'"));
    back.into_iter().chain(one_of(source, at, "type", &HOST_PATH_TYPES)).collect()
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
    let back = path.split('/').any(|part| part == "..").then(|| FieldError::invalid(at, path, "must not contain '..'"));
    absolute.into_iter().chain(back).collect()
}
