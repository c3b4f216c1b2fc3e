//! Field selectors: `--field-selector status.phase=Running`.

use super::object::{Kind, Object};
use super::pod::Pod;
use super::service::{Event, EventType};
use serde_json::Value;

/// One requirement: field, value, and whether they must be equal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Field {
    path: String,
    value: String,
    equal: bool,
}

/// Fields that a kind can be selected by, besides its name and namespace.
const SELECTABLE: &[(Kind, &[&str])] = &[
    (
        Kind::Pod,
        &[
            "spec.nodeName",
            "spec.restartPolicy",
            "spec.schedulerName",
            "spec.serviceAccountName",
            "spec.hostNetwork",
            "status.phase",
            "status.podIP",
            "status.podIPs",
            "status.nominatedNodeName",
        ],
    ),
    (Kind::Node, &["spec.unschedulable"]),
    (
        Kind::Event,
        &[
            "involvedObject.kind",
            "involvedObject.namespace",
            "involvedObject.name",
            "involvedObject.uid",
            "involvedObject.apiVersion",
            "involvedObject.resourceVersion",
            "involvedObject.fieldPath",
            "reason",
            "reportingComponent",
            "source",
            "type",
        ],
    ),
    (Kind::Namespace, &["status.phase"]),
    (Kind::ReplicaSet, &["status.replicas"]),
    (Kind::Secret, &["type"]),
];

/// Reads `a=1,b!=2`; the error is upstream's text. Upstream: apimachinery/pkg/fields.
pub fn parse(text: &str) -> Result<Vec<Field>, String> {
    text.split(',').filter(|part| !part.is_empty()).map(field).collect()
}

fn field(part: &str) -> Result<Field, String> {
    let wrong = || format!("invalid selector: '{part}'; can't understand '{part}'");
    let (path, value) = part.split_once('=').ok_or_else(wrong)?;
    let (path, equal) = path.strip_suffix('!').map_or((path, true), |path| (path, false));
    let value = value.strip_prefix('=').unwrap_or(value);
    Ok(Field { path: path.to_owned(), value: value.to_owned(), equal })
}

/// `field label not supported: x` for the first field that the kind cannot be selected by.
pub fn check(kind: Kind, fields: &[Field]) -> Result<(), String> {
    let known = SELECTABLE.iter().find(|(k, _)| *k == kind).map_or(&[][..], |(_, fields)| fields);
    let strange = fields.iter().find(|f| !f.path.starts_with("metadata.name") && !known.contains(&f.path.as_str()));
    strange.map_or(Ok(()), |f| Err(format!("field label not supported: {}", f.path)))
}

/// True where the object has all those values.
pub fn matches(object: &Object, fields: &[Field]) -> bool {
    fields.iter().all(|f| (value(object, &f.path) == f.value) == f.equal)
}

fn value(object: &Object, path: &str) -> String {
    let meta = object.meta();
    match (path, object) {
        ("metadata.name", _) => meta.name.to_string(),
        ("metadata.namespace", _) => meta.namespace.to_string(),
        (_, Object::Pod(pod)) => of_pod(pod, path),
        (_, Object::Event(event)) => of_event(event, path).unwrap_or_else(|| of_json(object, path)),
        (_, Object::Node(node)) if path == "spec.unschedulable" => node.spec.unschedulable.to_string(),
        _ => of_json(object, path),
    }
}

fn of_pod(pod: &Pod, path: &str) -> String {
    let rest = |field: &str, default: &str| pod.spec.rest.get(field).map_or_else(|| default.to_owned(), plain);
    match path {
        "spec.nodeName" => pod.spec.node_name.to_string(),
        "spec.restartPolicy" => format!("{:?}", pod.spec.restart_policy),
        "spec.schedulerName" => rest("schedulerName", "default-scheduler"),
        "spec.serviceAccountName" => rest("serviceAccountName", ""),
        "spec.hostNetwork" => rest("hostNetwork", "false"),
        "status.phase" => pod.status.phase.text().to_owned(),
        "status.podIP" | "status.podIPs" => pod.status.pod_ip.to_string(),
        _ => String::new(),
    }
}

fn of_event(event: &Event, path: &str) -> Option<String> {
    match path {
        "source" => Some(event.from().to_string()),
        "type" => Some(if event.kind == EventType::Warning { "Warning" } else { "Normal" }.to_owned()),
        _ => None,
    }
}

fn of_json(object: &Object, path: &str) -> String {
    let value = object.to_value();
    value.pointer(&format!("/{}", path.replace('.', "/"))).map(plain).unwrap_or_default()
}

fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn selected_by_field() {
        let pod = json!({"metadata": {"name": "x"}, "spec": {"nodeName": "node-1"}, "status": {"phase": "Running"}});
        let pod = Object::from_value(Kind::Pod, pod).unwrap();
        for (text, fits) in
            [("status.phase=Running", true), ("status.phase!=Running,metadata.name=x", false), ("spec.nodeName==node-1", true)]
        {
            assert_eq!(matches(&pod, &parse(text).unwrap()), fits, "{text}");
        }
        assert_eq!(check(Kind::Pod, &parse("x=y").unwrap()), Err("field label not supported: x".to_owned()));
    }
}
