//! `kubectl expose`.

use super::{Answer, Call, generate, labels_of, target};
use crate::api::object::{Kind, Object};
use crate::shell::flags::{Flag, value};
use crate::shell::voice::Failure;
use serde_json::{Value, json};

/// Flags of its own.
pub const FLAGS: &[Flag] = &[
    value("port", '-'),
    value("target-port", '-'),
    value("name", '-'),
    value("type", '-'),
    value("cluster-ip", '-'),
    value("selector", '-'),
    value("protocol", '-'),
    value("labels", 'l'),
    value("session-affinity", '-'),
];

/// Makes a service for the pods of something.
pub fn run(call: &mut Call) -> Answer {
    let words = call.args.words.clone();
    if words.is_empty() {
        return Err(Failure::error("you must provide one or more resources by argument or filename"));
    }
    let found = target::by_name(call, &words)?;
    found.missing.into_iter().for_each(|refusal| call.voice.fail(refusal));
    for object in found.objects {
        let manifest = manifest(call, &object)?;
        generate::send(call, Kind::Service, manifest, "exposed", "")?;
    }
    Ok(None)
}

fn manifest(call: &Call, object: &Object) -> Result<Value, Failure> {
    let value = object.to_value();
    let name = call.args.get("name").unwrap_or(&object.meta().name);
    let selector = selector(call, object, &value)?;
    let port = match call.args.number("port")? {
        Some(port) => port,
        None => own_port(&value).ok_or_else(|| Failure::error("couldn't find port via --port flag or introspection"))?,
    };
    let target = call.args.get("target-port").map_or(json!(port), |text| text.parse::<i64>().map_or_else(|_| json!(text), |n| json!(n)));
    let protocol = call.args.get("protocol").unwrap_or("TCP");
    let mut spec = json!({"selector": selector, "ports": [{"port": port, "targetPort": target, "protocol": protocol}]});
    for (flag, field) in [("type", "type"), ("cluster-ip", "clusterIP"), ("session-affinity", "sessionAffinity")] {
        if let Some(text) = call.args.get(flag) {
            spec[field] = text.into();
        }
    }
    let mut meta = json!({"name": name, "namespace": &*object.meta().namespace});
    if let Some(labels) = call.args.get("labels").map(|text| labels_of(text).into()).or(value["metadata"].get("labels").cloned()) {
        meta["labels"] = labels;
    }
    Ok(json!({"apiVersion": "v1", "kind": "Service", "metadata": meta, "spec": spec}))
}

fn selector(call: &Call, object: &Object, value: &Value) -> Result<Value, Failure> {
    if let Some(text) = call.args.get("selector") {
        return Ok(labels_of(text).into());
    }
    let found = match object.kind() {
        Kind::Pod => &value["metadata"]["labels"],
        Kind::Service => &value["spec"]["selector"],
        Kind::ReplicaSet | Kind::Deployment => &value["spec"]["selector"]["matchLabels"],
        kind => {
            let group = kind.info().group;
            let dot = if group.is_empty() { "" } else { "." };
            return Err(Failure::error(format!("cannot expose a {}{dot}{group}", kind.name())));
        }
    };
    match found {
        Value::Object(map) if !map.is_empty() => Ok(found.clone()),
        _ => Err(Failure::error(
            "couldn't retrieve selectors via --selector flag or introspection: the pod has no labels and cannot be exposed",
        )),
    }
}

fn own_port(value: &Value) -> Option<i64> {
    let in_spec = value.pointer("/spec/containers/0/ports/0/containerPort").or_else(|| value.pointer("/spec/ports/0/port"));
    in_spec.or_else(|| value.pointer("/spec/template/spec/containers/0/ports/0/containerPort"))?.as_i64()
}
