//! Where the storage of a volume is. Upstream: validation.ValidatePersistentVolumeSpec and its validators of sources.

use super::names::subdomain;
use super::text;
use crate::api::status::FieldError;
use serde_json::{Value, json};

const TYPES: [&str; 8] = ["", "BlockDevice", "CharDevice", "Directory", "DirectoryOrCreate", "File", "FileOrCreate", "Socket"];

/// What is wrong with a volume's source of that name.
pub fn errors(spec: &Value, name: &str) -> Vec<FieldError> {
    let source = &spec[name];
    match name {
        "hostPath" => host_path(source),
        "local" => local(source, &spec["nodeAffinity"]),
        "nfs" => nfs(source),
        "csi" => csi(source),
        "gcePersistentDisk" => required(source, name, "pdName").into_iter().collect(),
        "awsElasticBlockStore" | "cinder" => required(source, name, "volumeID").into_iter().collect(),
        _ => Vec::new(),
    }
}

fn required(source: &Value, name: &str, field: &str) -> Option<FieldError> {
    text(source, field).is_empty().then(|| FieldError::required(format!("spec.{name}.{field}"), ""))
}

fn host_path(source: &Value) -> Vec<FieldError> {
    if let Some(missing) = required(source, "hostPath", "path") {
        return vec![missing];
    }
    let kind = text(source, "type");
    let unknown = (!TYPES.contains(&kind)).then(|| FieldError::unsupported("spec.hostPath.type", kind, &TYPES));
    back_steps(source, "hostPath").into_iter().chain(unknown).collect()
}

fn local(source: &Value, affinity: &Value) -> Vec<FieldError> {
    let path = required(source, "local", "path").or_else(|| back_steps(source, "local"));
    let anywhere = affinity.is_null().then(|| FieldError::required("spec.nodeAffinity", "Local volume requires node affinity"));
    path.into_iter().chain(anywhere).collect()
}

/// A path that leads upwards again.
fn back_steps(source: &Value, name: &str) -> Option<FieldError> {
    let path = text(source, "path");
    let upwards = path.split('/').any(|step| step == "..");
    upwards.then(|| FieldError::invalid(format!("spec.{name}.path"), path, "must not contain '..'"))
}

fn nfs(source: &Value) -> Vec<FieldError> {
    let path = text(source, "path");
    let relative = || (!path.starts_with('/')).then(|| FieldError::invalid("spec.nfs.path", path, "must be an absolute path"));
    let path = required(source, "nfs", "path").or_else(relative);
    required(source, "nfs", "server").into_iter().chain(path).collect()
}

fn csi(source: &Value) -> Vec<FieldError> {
    let driver = text(source, "driver");
    let long = (driver.len() > 63)
        .then(|| FieldError { path: "spec.csi.driver".into(), detail: "Too long: may not be more than 63 bytes".into() });
    let malformed = subdomain(&driver.to_lowercase()).map(|why| FieldError::invalid("spec.csi.driver", driver, why));
    let handle = required(source, "csi", "volumeHandle");
    required(source, "csi", "driver").into_iter().chain(long).chain(malformed).chain(handle).collect()
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
            let found: Vec<String> = errors(&spec, &name).iter().map(FieldError::text).collect();
            assert_eq!(found, wanted, "{spec}");
        }
        let nameless = errors(&json!({"csi": {"volumeHandle": "h"}}), "csi");
        assert_eq!(nameless.len(), 2, "missing, and not a name");
    }
}
