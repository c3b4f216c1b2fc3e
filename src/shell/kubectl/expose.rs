//! `kubectl expose`.

use super::{Answer, Call, delete, generate, labels_of, target};
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
    value("external-ip", '-'),
    value("load-balancer-ip", '-'),
];

/// Makes a service for the pods of something.
pub fn run(call: &mut Call) -> Answer {
    let words = target::words(call)?;
    if words.is_empty() {
        return Err(Failure::error(delete::NOTHING_ASKED));
    }
    let found = target::by_name(call, &words)?;
    found.missing.into_iter().for_each(|refusal| call.voice.fail(refusal));
    for object in found.objects {
        let manifest = service(call, &object)?;
        generate::send(call, Kind::Service, manifest, "exposed", "")?;
    }
    Ok(None)
}

/// Upstream: ExposeServiceOptions.createService.
fn service(call: &Call, object: &Object) -> Result<Value, Failure> {
    let value = object.to_value();
    let name = call.args.get("name").unwrap_or(&object.meta().name);
    let mut spec = json!({"selector": selector(call, object, &value)?, "ports": ports(call, &value)?});
    for (flag, field) in [("type", "type"), ("cluster-ip", "clusterIP"), ("load-balancer-ip", "loadBalancerIP")] {
        if let Some(text) = call.args.get(flag).filter(|text| !text.is_empty()) {
            spec[field] = text.into();
        }
    }
    if let Some(address) = call.args.get("external-ip") {
        spec["externalIPs"] = json!([address]);
    }
    match call.args.get("session-affinity") {
        None | Some("") => {}
        Some(word @ ("None" | "ClientIP")) => spec["sessionAffinity"] = word.into(),
        Some(other) => return Err(Failure::error(format!("unknown session affinity: {other}"))),
    }
    let mut meta = json!({"name": name});
    if call.args.get("namespace").is_some() {
        meta["namespace"] = call.namespace().into();
    }
    if let Some(labels) = call.args.get("labels").map(|text| labels_of(text).into()).or(value["metadata"].get("labels").cloned()) {
        meta["labels"] = labels;
    }
    Ok(json!({"apiVersion": "v1", "kind": "Service", "metadata": meta, "spec": spec}))
}

/// The ports of `--port`, or those of the object; of several each gets a name.
fn ports(call: &Call, value: &Value) -> Result<Vec<Value>, Failure> {
    let own = own_ports(value);
    let numbers: Vec<i64> = match call.args.get("port") {
        Some(text) => text.split(',').map(number).collect::<Result<_, _>>()?,
        None => own.iter().map(|(port, _)| *port).collect(),
    };
    if numbers.is_empty() {
        return Err(Failure::error("couldn't find port via --port flag or introspection"));
    }
    let target = call.args.get("target-port").filter(|text| !text.is_empty());
    let target = target.map(|text| text.parse::<i64>().map_or_else(|_| json!(text), |n| json!(n)));
    let protocol = |port: i64| own.iter().find(|(own, _)| *own == port).map_or("TCP", |(_, protocol)| protocol);
    let many = numbers.len() > 1;
    let shown = |(i, port): (usize, &i64)| {
        let protocol = call.args.get("protocol").unwrap_or_else(|| protocol(*port));
        let mut shown = json!({"port": port, "targetPort": target.clone().unwrap_or(json!(port)), "protocol": protocol});
        if many {
            shown["name"] = format!("port-{}", i + 1).into();
        }
        shown
    };
    Ok(numbers.iter().enumerate().map(shown).collect())
}

fn number(text: &str) -> Result<i64, Failure> {
    text.parse().map_err(|_| Failure::error(format!("strconv.Atoi: parsing {text:?}: invalid syntax")))
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

/// The ports of a service or of containers, with their protocols.
fn own_ports(value: &Value) -> Vec<(i64, &str)> {
    let (of_service, of_pod) = (value.pointer("/spec/ports"), value.pointer("/spec/containers"));
    let containers = of_pod.or_else(|| value.pointer("/spec/template/spec/containers")).and_then(Value::as_array);
    let lists = of_service.into_iter().chain(containers.into_iter().flatten().map(|container| &container["ports"]));
    let all = lists.filter_map(Value::as_array).flatten();
    let read = |port: &'_ Value| port["port"].as_i64().or(port["containerPort"].as_i64());
    all.filter_map(|port| Some((read(port)?, port["protocol"].as_str().unwrap_or("TCP")))).collect()
}
