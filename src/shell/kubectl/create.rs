//! `kubectl create` and `kubectl replace`.

use super::apply::with_annotation;
use super::manifest;
use super::{Answer, Call, target};
use crate::api::object::Kind;
use crate::shell::flags::{Flag, switch, value};
use crate::shell::requests;
use crate::shell::voice::Failure;
use serde_json::{Map, Value, json};

/// Flags of its own.
pub const FLAGS: &[Flag] = &[
    switch("save-config", '-'),
    value("image", '-'),
    value("replicas", 'r'),
    value("port", '-'),
    value("tcp", '-'),
    value("clusterip", '-'),
    value("from-literal", '-'),
    value("min-available", '-'),
    value("max-unavailable", '-'),
    value("selector", '-'),
];

/// Creates what a file says, or what the words say.
pub fn run(call: &mut Call) -> Answer {
    if call.args.get("filename").is_none() {
        return from_words(call);
    }
    let (good, bad) = manifest::read(call)?;
    let mut warnings = Vec::new();
    for m in &good {
        let value = if call.args.on("save-config") { with_annotation(&m.value) } else { m.value.clone() };
        match call.act(|world| requests::create(world, m.kind, value)) {
            Ok(written) => {
                warnings.extend(m.notice.clone().into_iter().chain(written.warnings));
                call.done(&written.object, "created");
            }
            Err(refusal) => call.voice.fail(Failure::at_file(&refusal, "creating", &m.file)),
        }
    }
    call.voice.warnings(warnings);
    bad.into_iter().for_each(|failure| call.voice.fail(failure));
    Ok(None)
}

/// `kubectl replace -f`.
pub fn replace(call: &mut Call) -> Answer {
    let (good, bad) = manifest::read(call)?;
    for m in &good {
        let before = call.world.object(m.kind, &m.key()).cloned();
        let result = match &before {
            Some(before) => call.act(|world| requests::replace(world, before, m.value.clone())),
            None => Err(crate::api::Refusal::not_found(m.kind, m.name())),
        };
        match result {
            Ok(written) => call.done(&written.object, "replaced"),
            Err(refusal) => call.voice.fail(Failure::at_file(&refusal, "replacing", &m.file)),
        }
    }
    bad.into_iter().for_each(|failure| call.voice.fail(failure));
    Ok(None)
}

const USAGE: &str = "must specify one of -f and -k, or one of: namespace, deployment, configmap, service clusterip, poddisruptionbudget, \
                     serviceaccount";

fn from_words(call: &mut Call) -> Answer {
    let resource = call.shift().ok_or_else(|| Failure::error(USAGE))?;
    let kind = target::kind(&resource)?;
    let headless = kind == Kind::Service
        && call.shift().ok_or_else(|| Failure::error(USAGE))? == "clusterip"
        && call.args.get("clusterip") == Some("None");
    let name = call.shift().ok_or_else(|| Failure::error("exactly one NAME is required, got 0"))?;
    let body = body(call, kind, &name, headless)?;
    let mut manifest = json!({"apiVersion": kind.api_version(), "kind": kind.name(), "metadata": {"name": name}});
    if kind.info().namespaced {
        manifest["metadata"]["namespace"] = call.namespace().into();
    }
    if let (Some(map), Value::Object(body)) = (manifest.as_object_mut(), body) {
        map.extend(body);
    }
    let written = call.act(|world| requests::create(world, kind, manifest)).map_err(|refusal| {
        let failed = format!("failed to create {}: ", kind.info().aliases[0]);
        let failure = Failure::from(refusal);
        let prefix = matches!(kind, Kind::ConfigMap | Kind::Secret | Kind::ServiceAccount | Kind::PodDisruptionBudget);
        if prefix && failure.text.starts_with("Error") {
            Failure::error(failed + failure.text.split_once("): ").map_or("", |x| x.1))
        } else {
            failure
        }
    })?;
    call.done(&written.object, "created");
    call.voice.warnings(written.warnings);
    Ok(None)
}

fn body(call: &Call, kind: Kind, name: &str, headless: bool) -> Result<Value, Failure> {
    match kind {
        Kind::Namespace | Kind::ServiceAccount => Ok(json!({})),
        Kind::Deployment => deployment(call, name),
        Kind::ConfigMap => Ok(json!({"data": literals(call)?})),
        Kind::Service => service(call, name, headless),
        Kind::PodDisruptionBudget => budget(call),
        _ => Err(Failure::error(format!("podyard creates a {} from a manifest only: kubectl create -f FILE", kind.info().aliases[0]))),
    }
}

fn deployment(call: &Call, name: &str) -> Result<Value, Failure> {
    let image = call.args.get("image").ok_or_else(|| Failure::error("required flag(s) \"image\" not set"))?;
    let replicas = call.args.number("replicas")?.unwrap_or(1);
    let labels = json!({"app": name});
    let container = image.rsplit('/').next().unwrap_or(image).split([':', '@']).next().unwrap_or(image);
    let mut containers = json!([{"name": container, "image": image}]);
    if let Some(port) = call.args.number("port")? {
        containers[0]["ports"] = json!([{"containerPort": port}]);
    }
    let metadata = json!({"name": name, "namespace": call.namespace(), "labels": labels});
    Ok(json!({"metadata": metadata, "spec": {"replicas": replicas, "selector": {"matchLabels": labels},
        "template": {"metadata": {"labels": labels}, "spec": {"containers": containers}}}}))
}

fn literals(call: &Call) -> Result<Map<String, Value>, Failure> {
    let mut data = Map::new();
    for text in call.args.all("from-literal") {
        let wrong = || Failure::error(format!("invalid literal source {text}, expected key=value"));
        let (key, value) = text.split_once('=').ok_or_else(wrong)?;
        data.insert(key.to_owned(), value.into());
    }
    Ok(data)
}

fn service(call: &Call, name: &str, headless: bool) -> Result<Value, Failure> {
    let mut ports = Vec::new();
    for text in call.args.all("tcp") {
        let (port, target) = text.split_once(':').unwrap_or((text, text));
        let number =
            |text: &str| text.parse::<i64>().map_err(|_| Failure::error(format!("invalid port {text:?}: use --tcp=PORT[:TARGET]")));
        ports.push(json!({"name": text.replace(':', "-"), "port": number(port)?, "targetPort": number(target)?, "protocol": "TCP"}));
    }
    let mut spec = json!({"selector": {"app": name}, "ports": ports, "type": "ClusterIP"});
    if headless {
        spec["clusterIP"] = "None".into();
    }
    Ok(json!({"metadata": {"name": name, "namespace": call.namespace(), "labels": {"app": name}}, "spec": spec}))
}

fn budget(call: &Call) -> Result<Value, Failure> {
    let mut spec = Map::new();
    let number = |text: &str| text.parse::<i64>().map_or_else(|_| json!(text), |n| json!(n));
    for (flag, field) in [("min-available", "minAvailable"), ("max-unavailable", "maxUnavailable")] {
        spec.extend(call.args.get(flag).map(|text| (field.to_owned(), number(text))));
    }
    let selector = call.args.get("selector").ok_or_else(|| Failure::error("a selector must be specified"))?;
    let labels: Map<String, Value> = selector.split(',').filter_map(|p| p.split_once('=')).map(|(k, v)| (k.to_owned(), v.into())).collect();
    spec.insert("selector".to_owned(), json!({"matchLabels": labels}));
    Ok(json!({"spec": spec}))
}
