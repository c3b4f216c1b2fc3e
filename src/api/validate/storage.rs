//! Claims and volumes.

use super::{diff, names, one_of, quantity, selector, source, text};
use crate::api::status::FieldError;
use serde_json::{Value, json};

const MODES: [&str; 4] = ["ReadOnlyMany", "ReadWriteMany", "ReadWriteOnce", "ReadWriteOncePod"];
/// Where storage may be, in the order in which the server looks.
const SOURCES: [&str; 22] = [
    "hostPath",
    "gcePersistentDisk",
    "awsElasticBlockStore",
    "glusterfs",
    "flocker",
    "nfs",
    "rbd",
    "quobyte",
    "cephfs",
    "iscsi",
    "cinder",
    "fc",
    "flexVolume",
    "azureFile",
    "vsphereVolume",
    "photonPersistentDisk",
    "portworxVolume",
    "azureDisk",
    "scaleIO",
    "local",
    "storageos",
    "csi",
];

fn modes(spec: &Value, path: &str, missing: &str) -> Vec<FieldError> {
    let at = format!("{path}.accessModes");
    let given = spec["accessModes"].as_array().map_or(&[][..], Vec::as_slice);
    if given.is_empty() {
        return vec![FieldError::required(at, missing)];
    }
    let words = given.iter().filter_map(Value::as_str);
    let unknown = words.filter(|mode| !MODES.contains(mode)).map(|mode| FieldError::unsupported(at.clone(), mode, &MODES));
    let alone = given.len() == 1 || !given.iter().any(|mode| mode == "ReadWriteOncePod");
    let mixed = (!alone).then(|| FieldError::forbidden(at.clone(), "may not use ReadWriteOncePod with other access modes"));
    unknown.chain(mixed).collect()
}

fn more_than_nothing(value: &Value, path: String) -> Option<FieldError> {
    let shown = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    quantity(value).filter(|q| q.milli() <= 0).map(|_| FieldError::invalid(path, shown, "must be greater than zero"))
}

/// What is wrong with a claim's spec.
pub fn claim(spec: &Value, path: &str) -> Vec<FieldError> {
    let selector = selector::selector(&spec["selector"], &format!("{path}.selector"));
    let mut errors = modes(spec, path, "at least 1 access mode is required");
    // Upstream looks at the selector between the two complaints about modes, of which one alone is possible.
    let at_front = usize::from(spec["accessModes"].as_array().is_none_or(Vec::is_empty));
    errors.splice(at_front..at_front, selector);
    let storage = &spec["resources"]["requests"]["storage"];
    let at = format!("{path}.resources[storage]");
    errors.extend(match storage {
        Value::Null => Some(FieldError::required(at, "")),
        _ => more_than_nothing(storage, at),
    });
    errors.extend(class_name(spec, path));
    errors.extend(one_of(spec, path, "volumeMode", &["Block", "Filesystem"]));
    errors
}

fn class_name(spec: &Value, path: &str) -> Vec<FieldError> {
    let class = text(spec, "storageClassName");
    let wrong = if class.is_empty() { Vec::new() } else { names::subdomain(class) };
    names::each(&format!("{path}.storageClassName"), class, wrong)
}

/// What is wrong with a volume's spec.
pub fn volume(spec: &Value) -> Vec<FieldError> {
    let mut errors = modes(spec, "spec", "");
    errors.extend(capacity(&spec["capacity"]));
    errors.extend(one_of(spec, "spec", "persistentVolumeReclaimPolicy", &["Delete", "Recycle", "Retain"]));
    let sources: Vec<&&str> = SOURCES.iter().filter(|s| !spec[**s].is_null()).collect();
    match sources.as_slice() {
        [] => errors.push(FieldError::required("spec", "must specify a volume type")),
        [one, more @ ..] => {
            errors.extend(source::persistent(spec, one));
            errors.extend(more.iter().map(|s| FieldError::forbidden(format!("spec.{s}"), "may not specify more than 1 volume type")))
        }
    }
    if text(&spec["hostPath"], "path") == "/" && spec["persistentVolumeReclaimPolicy"] == "Recycle" {
        let why = "may not be 'recycle' for a hostPath mount of '/'";
        errors.push(FieldError::forbidden("spec.persistentVolumeReclaimPolicy", why));
    }
    errors.extend(class_name(spec, "spec"));
    errors.extend(one_of(spec, "spec", "volumeMode", &["Block", "Filesystem"]));
    errors
}

/// A volume's size, and nothing else.
fn capacity(capacity: &Value) -> Vec<FieldError> {
    let amounts = || capacity.as_object().into_iter().flatten();
    let mut errors: Vec<FieldError> = (amounts().count() == 0).then(|| FieldError::required("spec.capacity", "")).into_iter().collect();
    if capacity["storage"].is_null() || amounts().count() > 1 {
        let detail = format!("Unsupported value: {capacity}: supported values: \"storage\"");
        errors.push(FieldError { path: "spec.capacity".to_owned(), detail });
    }
    errors.extend(amounts().filter_map(|(name, amount)| more_than_nothing(amount, format!("spec.capacity[{name}]"))));
    errors
}

/// A volume's source and mode may not change, nor the nodes that reach it once they are given.
pub fn volume_update(old: &Value, new: &Value) -> Vec<FieldError> {
    let mut errors = Vec::new();
    if SOURCES.iter().any(|source| old[*source] != new[*source]) {
        let diff = diff::unified(&go_source(old), &go_source(new));
        let why = format!("spec.persistentvolumesource is immutable after creation\n{diff}");
        errors.push(FieldError::forbidden("spec.persistentvolumesource", &why));
    }
    errors.extend(unchanged(old, new, "volumeMode"));
    if !old["nodeAffinity"].is_null() && old["nodeAffinity"] != new["nodeAffinity"] {
        let why = "field is immutable, except for updating from beta label to GA";
        errors.push(FieldError::invalid("nodeAffinity", source::go_affinity(&new["nodeAffinity"]), why));
    }
    errors
}

pub(super) fn unchanged(old: &Value, new: &Value, field: &str) -> Option<FieldError> {
    (old[field] != new[field]).then(|| FieldError::invalid(field, text(new, field), "field is immutable"))
}

/// What may not change in a class: everything but whether its volumes may grow and how they are mounted. Upstream:
/// ValidateStorageClassUpdate.
pub fn class_update(old: &Value, new: &Value) -> Vec<FieldError> {
    let changed = ["parameters", "provisioner", "reclaimPolicy"].into_iter().filter(|field| old[*field] != new[*field]);
    let forbidden = changed.map(|field| FieldError::forbidden(field, &format!("updates to {field} are forbidden.")));
    forbidden.chain(unchanged(old, new, "volumeBindingMode")).collect()
}

/// What is wrong with a class.
pub fn class(class: &Value) -> Vec<FieldError> {
    let missing = text(class, "provisioner").is_empty().then(|| FieldError::required("provisioner", ""));
    let word = |field: &str, supported: &[&str]| {
        let word = class[field].as_str().filter(|word| !supported.contains(word))?;
        Some(FieldError::unsupported(field, word, supported))
    };
    let policy = word("reclaimPolicy", &["Delete", "Retain"]);
    let mode = word("volumeBindingMode", &["Immediate", "WaitForFirstConsumer"]);
    missing.into_iter().chain(policy).chain(mode).collect()
}

const FIXED: &str = "spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims";

/// What a claim's update may not change. Its volume's name may be set once, and so may its class where it has none.
/// Upstream: ValidatePersistentVolumeClaimUpdate.
pub fn claim_update(old: &Value, new: &Value) -> Vec<FieldError> {
    let bound = old["status"]["phase"] == "Bound";
    let (before, after) = (&old["spec"], &new["spec"]);
    let mut errors = Vec::new();
    if but_for_the_free(before, after, bound) != *before {
        let diff = diff::unified(&go_spec(before), &go_spec(after));
        errors.push(FieldError::forbidden("spec", &format!("{FIXED}\n{diff}")));
    }
    let size = |holder: &Value, field: &str| quantity(&holder[field]["storage"]);
    let (was, wanted) = (size(&before["resources"], "requests"), size(&after["resources"], "requests"));
    if wanted < was && wanted <= size(&old["status"], "capacity") {
        errors.push(FieldError::forbidden("spec.resources.requests.storage", "field can not be less than status.capacity"));
    }
    errors
}

/// The new spec with the old value of each field that may change.
fn but_for_the_free(before: &Value, after: &Value, bound: bool) -> Value {
    let mut rest = after.clone();
    let mut put_back = |field: &str| match before[field].is_null() {
        true => drop(rest.as_object_mut().map(|map| map.remove(field))),
        false => rest[field] = before[field].clone(),
    };
    let once = ["volumeName", "storageClassName"].into_iter().filter(|field| before[*field].is_null());
    once.for_each(&mut put_back);
    if bound {
        put_back("volumeAttributesClassName");
        rest["resources"]["requests"]["storage"] = before["resources"]["requests"]["storage"].clone();
    }
    rest
}

/// The server's own names of the sources in its order, with the parts of those that are commonly changed.
type GoSource = (&'static str, &'static str, &'static [(&'static str, &'static str)]);
const GO_SOURCES: [GoSource; 22] = [
    (
        "GCEPersistentDisk",
        "gcePersistentDisk",
        &[("PDName", "pdName"), ("FSType", "fsType"), ("Partition", "partition"), ("ReadOnly", "readOnly")],
    ),
    (
        "AWSElasticBlockStore",
        "awsElasticBlockStore",
        &[("VolumeID", "volumeID"), ("FSType", "fsType"), ("Partition", "partition"), ("ReadOnly", "readOnly")],
    ),
    ("HostPath", "hostPath", &[("Path", "path"), ("Type", "type")]),
    ("Glusterfs", "glusterfs", &[]),
    ("NFS", "nfs", &[("Server", "server"), ("Path", "path"), ("ReadOnly", "readOnly")]),
    ("RBD", "rbd", &[]),
    ("Quobyte", "quobyte", &[]),
    ("ISCSI", "iscsi", &[]),
    ("FlexVolume", "flexVolume", &[]),
    ("Cinder", "cinder", &[]),
    ("CephFS", "cephfs", &[]),
    ("FC", "fc", &[]),
    ("Flocker", "flocker", &[]),
    ("AzureFile", "azureFile", &[]),
    ("VsphereVolume", "vsphereVolume", &[]),
    ("AzureDisk", "azureDisk", &[]),
    ("PhotonPersistentDisk", "photonPersistentDisk", &[]),
    ("PortworxVolume", "portworxVolume", &[]),
    ("ScaleIO", "scaleIO", &[]),
    ("Local", "local", &[("Path", "path")]),
    ("StorageOS", "storageos", &[]),
    ("CSI", "csi", &[]),
];

/// A volume's source as the server dumps it for a diff.
fn go_source(spec: &Value) -> String {
    let field = |(go, name, parts): &GoSource| match &spec[*name] {
        Value::Null => format!(" {go:?}: null"),
        source if parts.is_empty() => format!(" {go:?}: {}", diff::indented(source, 1)),
        source => {
            let lines: Vec<String> = parts.iter().map(|(go, name)| format!("  {go:?}: {}", go_part(source, name))).collect();
            format!(" {go:?}: {{\n{}\n }}", lines.join(",\n"))
        }
    };
    let fields: Vec<String> = GO_SOURCES.iter().map(field).collect();
    format!("{{\n{}\n}}", fields.join(",\n"))
}

fn go_part(source: &Value, name: &str) -> Value {
    match (&source[name], name) {
        (Value::Null, "readOnly") => json!(false),
        (Value::Null, "partition") => json!(0),
        (Value::Null, _) => json!(""),
        (value, _) => value.clone(),
    }
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
