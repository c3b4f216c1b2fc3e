//! Claims and volumes.

use super::{diff, one_of, text};
use crate::api::Quantity;
use crate::api::status::FieldError;
use serde_json::{Value, json};

const MODES: [&str; 4] = ["ReadOnlyMany", "ReadWriteMany", "ReadWriteOnce", "ReadWriteOncePod"];
const SOURCES: [&str; 22] = [
    "awsElasticBlockStore",
    "azureDisk",
    "azureFile",
    "cephfs",
    "cinder",
    "csi",
    "fc",
    "flexVolume",
    "flocker",
    "gcePersistentDisk",
    "glusterfs",
    "hostPath",
    "iscsi",
    "local",
    "nfs",
    "photonPersistentDisk",
    "portworxVolume",
    "quobyte",
    "rbd",
    "scaleIO",
    "storageos",
    "vsphereVolume",
];

fn modes(spec: &Value, path: &str, missing: &str) -> Vec<FieldError> {
    let at = format!("{path}.accessModes");
    let given = spec["accessModes"].as_array().map_or(&[][..], Vec::as_slice);
    if given.is_empty() {
        return vec![FieldError::required(at, missing)];
    }
    let words = given.iter().filter_map(Value::as_str);
    words.filter(|mode| !MODES.contains(mode)).map(|mode| FieldError::unsupported(at.clone(), mode, &MODES)).collect()
}

fn quantity(value: &Value) -> Option<Quantity> {
    Quantity::parse(&value.as_str().map_or_else(|| value.to_string(), str::to_owned))
}

fn more_than_nothing(value: &Value, path: String) -> Option<FieldError> {
    let shown = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    quantity(value).filter(|q| q.milli() <= 0).map(|_| FieldError::invalid(path, shown, "must be greater than zero"))
}

/// What is wrong with a claim's spec.
pub fn claim(spec: &Value, path: &str) -> Vec<FieldError> {
    let mut errors = modes(spec, path, "at least 1 access mode is required");
    let storage = &spec["resources"]["requests"]["storage"];
    let at = format!("{path}.resources[storage]");
    errors.extend(match storage {
        Value::Null => Some(FieldError::required(at, "")),
        _ => more_than_nothing(storage, at),
    });
    errors.extend(one_of(spec, path, "volumeMode", &["Block", "Filesystem"]));
    errors
}

/// What is wrong with a volume's spec.
pub fn volume(spec: &Value) -> Vec<FieldError> {
    let mut errors = modes(spec, "spec", "");
    let storage = &spec["capacity"]["storage"];
    errors.extend(match (&spec["capacity"], storage) {
        (Value::Null, _) => Some(FieldError::required("spec.capacity", "")),
        (_, Value::Null) => Some(FieldError::unsupported("spec.capacity", &spec["capacity"].to_string(), &["storage"])),
        _ => more_than_nothing(storage, "spec.capacity[storage]".to_owned()),
    });
    let sources: Vec<&&str> = SOURCES.iter().filter(|s| !spec[**s].is_null()).collect();
    match sources.as_slice() {
        [] => errors.push(FieldError::required("spec", "must specify a volume type")),
        [_] => {}
        [_, more @ ..] => {
            errors.extend(more.iter().map(|s| FieldError::forbidden(format!("spec.{s}"), "may not specify more than 1 volume type")))
        }
    }
    if !spec["hostPath"].is_null() && text(&spec["hostPath"], "path").is_empty() {
        errors.push(FieldError::required("spec.hostPath.path", ""));
    }
    errors.extend(one_of(spec, "spec", "persistentVolumeReclaimPolicy", &["Delete", "Recycle", "Retain"]));
    errors.extend(one_of(spec, "spec", "volumeMode", &["Block", "Filesystem"]));
    errors
}

/// What is wrong with a class. Upstream: ValidateStorageClass.
pub fn class(value: &Value) -> Vec<FieldError> {
    let mut errors = Vec::new();
    if text(value, "provisioner").is_empty() {
        errors.push(FieldError::required("provisioner", ""));
    }
    errors.extend(unsupported(value, "reclaimPolicy", &["Delete", "Retain"]));
    errors.extend(unsupported(value, "volumeBindingMode", &["Immediate", "WaitForFirstConsumer"]));
    errors
}

fn unsupported(value: &Value, field: &str, words: &[&str]) -> Option<FieldError> {
    value[field].as_str().filter(|word| !words.contains(word)).map(|word| FieldError::unsupported(field, word, words))
}

/// What a class's update may not change. Upstream: ValidateStorageClassUpdate.
pub fn class_update(old: &Value, new: &Value) -> Vec<FieldError> {
    let mut errors = Vec::new();
    for field in ["parameters", "provisioner", "reclaimPolicy"] {
        if old[field] != new[field] {
            errors.push(FieldError::forbidden(field, &format!("updates to {field} are forbidden.")));
        }
    }
    if old["volumeBindingMode"] != new["volumeBindingMode"] {
        errors.push(FieldError::invalid("volumeBindingMode", new["volumeBindingMode"].clone(), "field is immutable"));
    }
    errors
}

/// A volume's source may not change.
pub fn volume_update(old: &Value, new: &Value) -> Vec<FieldError> {
    if SOURCES.iter().all(|source| old[*source] == new[*source]) {
        return Vec::new();
    }
    vec![FieldError::forbidden("spec.persistentvolumesource", "spec.persistentvolumesource is immutable after creation")]
}

const FIXED: &str = "spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims";

/// What a claim's update may not change; the volume's name may be set once.
pub fn claim_update(old: &Value, new: &Value) -> Vec<FieldError> {
    let bound = old["status"]["phase"] == "Bound";
    let (before, after) = (&old["spec"], &new["spec"]);
    let mut allowed = after.clone();
    if bound {
        allowed["resources"]["requests"] = before["resources"]["requests"].clone();
    }
    if before["volumeName"].is_null() {
        allowed["volumeName"] = Value::Null;
        allowed.as_object_mut().map(|map| map.remove("volumeName"));
    }
    if allowed != *before {
        let diff = diff::unified(&go_spec(before), &go_spec(after));
        return vec![FieldError::forbidden("spec", &format!("{FIXED}\n{diff}"))];
    }
    let size = |spec: &Value| quantity(&spec["resources"]["requests"]["storage"]);
    if bound && size(after) < size(before) {
        return vec![FieldError::forbidden("spec.resources.requests.storage", "field can not be less than status.capacity")];
    }
    Vec::new()
}

/// Fields of the server's own type in its order, under their Go names.
const GO_FIELDS: [(&str, &str); 9] = [
    ("AccessModes", "accessModes"),
    ("Selector", "selector"),
    ("Resources", "resources"),
    ("VolumeName", "volumeName"),
    ("StorageClassName", "storageClassName"),
    ("VolumeMode", "volumeMode"),
    ("DataSource", "dataSource"),
    ("DataSourceRef", "dataSourceRef"),
    ("VolumeAttributesClassName", "volumeAttributesClassName"),
];

/// A claim's spec as the server dumps it for a diff.
fn go_spec(spec: &Value) -> String {
    let field = |(go, name): &(&str, &str)| {
        let value = match *name {
            "resources" => json!({"Limits": spec["resources"]["limits"], "Requests": spec["resources"]["requests"]}),
            "volumeName" => json!(text(spec, "volumeName")),
            name => spec[name].clone(),
        };
        format!(" {go:?}: {}", diff::indented(&value, 1))
    };
    let fields: Vec<String> = GO_FIELDS.iter().map(field).collect();
    format!("{{\n{}\n}}", fields.join(",\n"))
}
