//! Where the storage of a volume is. Upstream: ValidatePersistentVolumeSpec, validateVolumeSource, and their validators of
//! single sources, most of which they share.

use super::names::{each, subdomain};
use super::{one_of, text};
use crate::api::status::FieldError;
use serde_json::{Value, json};

const TYPES: [&str; 8] = ["", "BlockDevice", "CharDevice", "Directory", "DirectoryOrCreate", "File", "FileOrCreate", "Socket"];

/// What is wrong with a source of that name, which a pod or a volume may have.
pub fn errors(source: &Value, name: &str, at: &str) -> Vec<FieldError> {
    match name {
        "hostPath" => host_path(source, at),
        "nfs" => nfs(source, at),
        "csi" => driver(source, at),
        "gcePersistentDisk" => required(source, at, "pdName").into_iter().collect(),
        "awsElasticBlockStore" | "cinder" => required(source, at, "volumeID").into_iter().collect(),
        _ => Vec::new(),
    }
}

/// What is wrong with the source of that name of a persistent volume.
pub fn persistent(spec: &Value, name: &str) -> Vec<FieldError> {
    let (source, at) = (&spec[name], format!("spec.{name}"));
    match name {
        "local" => local(source, &spec["nodeAffinity"], &at),
        "csi" => errors(source, name, &at).into_iter().chain(required(source, &at, "volumeHandle")).collect(),
        _ => errors(source, name, &at),
    }
}

/// An error where a text is missing.
pub fn required(source: &Value, at: &str, field: &str) -> Option<FieldError> {
    text(source, field).is_empty().then(|| FieldError::required(format!("{at}.{field}"), ""))
}

fn host_path(source: &Value, at: &str) -> Vec<FieldError> {
    if let Some(missing) = required(source, at, "path") {
        return vec![missing];
    }
    back_steps(text(source, "path"), &format!("{at}.path")).into_iter().chain(one_of(source, at, "type", &TYPES)).collect()
}

fn local(source: &Value, affinity: &Value, at: &str) -> Vec<FieldError> {
    let path = required(source, at, "path").or_else(|| back_steps(text(source, "path"), &format!("{at}.path")));
    let anywhere = affinity.is_null().then(|| FieldError::required("spec.nodeAffinity", "Local volume requires node affinity"));
    path.into_iter().chain(anywhere).collect()
}

/// An error where a path leads upwards again. Upstream: validatePathNoBacksteps.
pub fn back_steps(path: &str, at: &str) -> Option<FieldError> {
    path.split('/').any(|step| step == "..").then(|| FieldError::invalid(at, path, "must not contain '..'"))
}

fn nfs(source: &Value, at: &str) -> Vec<FieldError> {
    let path = text(source, "path");
    let relative = || (!path.starts_with('/')).then(|| FieldError::invalid(format!("{at}.path"), path, "must be an absolute path"));
    let path = required(source, at, "path").or_else(relative);
    required(source, at, "server").into_iter().chain(path).collect()
}

/// Upstream: ValidateCSIDriverName.
fn driver(source: &Value, at: &str) -> Vec<FieldError> {
    let (driver, place) = (text(source, "driver"), format!("{at}.driver"));
    let long =
        (driver.len() > 63).then(|| FieldError { path: place.clone(), detail: "Too long: may not be more than 63 bytes".to_owned() });
    let malformed = each(&place, driver, subdomain(&driver.to_lowercase()));
    required(source, at, "driver").into_iter().chain(long).chain(malformed).collect()
}

/// The nodes that reach a volume, as the server's own types name their fields.
pub fn go_affinity(affinity: &Value) -> Value {
    if affinity.is_null() {
        return Value::Null;
    }
    let expression = |e: &Value| json!({"Key": e["key"], "Operator": e["operator"], "Values": e["values"]});
    let list = |field: &Value| field.as_array().map_or(Value::Null, |list| list.iter().map(expression).collect());
    let term = |t: &Value| json!({"MatchExpressions": list(&t["matchExpressions"]), "MatchFields": list(&t["matchFields"])});
    let terms: Vec<Value> = affinity["required"]["nodeSelectorTerms"].as_array().into_iter().flatten().map(term).collect();
    json!({"Required": {"NodeSelectorTerms": terms}})
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_wrong_with_a_source() {
        let affinity = json!({"required": {"nodeSelectorTerms": [{"matchExpressions": [{"key": "a", "operator": "Exists"}]}]}});
        for (spec, wanted) in [
            (json!({"hostPath": {"path": "/data"}}), vec![]),
            (json!({"hostPath": {"path": "../data"}}), vec!["spec.hostPath.path: Invalid value: \"../data\": must not contain '..'"]),
            (json!({"hostPath": {"path": "/a..b"}}), vec![]),
            (json!({"local": {"path": "/ssd"}, "nodeAffinity": affinity}), vec![]),
            (json!({"local": {"path": "/ssd"}}), vec!["spec.nodeAffinity: Required value: Local volume requires node affinity"]),
            (json!({"local": {"path": ""}, "nodeAffinity": affinity}), vec!["spec.local.path: Required value"]),
            (
                json!({"nfs": {"path": "b"}}),
                vec!["spec.nfs.server: Required value", "spec.nfs.path: Invalid value: \"b\": must be an absolute path"],
            ),
            (json!({"csi": {"driver": "disk.csi.example.com"}}), vec!["spec.csi.volumeHandle: Required value"]),
            (json!({"gcePersistentDisk": {}}), vec!["spec.gcePersistentDisk.pdName: Required value"]),
        ] {
            let name = spec.as_object().unwrap().keys().find(|name| *name != "nodeAffinity").unwrap().clone();
            let found: Vec<String> = persistent(&spec, &name).iter().map(FieldError::text).collect();
            assert_eq!(found, wanted, "{spec}");
        }
        let nameless = persistent(&json!({"csi": {"volumeHandle": "h"}}), "csi");
        assert_eq!(nameless.len(), 2, "missing, and not a name");
    }
}
