//! `kubectl create` from words instead of a file, and what such commands print of an object that is not sent.

use super::{Answer, Call, entries, labels_of, target};
use crate::api::object::Kind;
use crate::api::{Refusal, base64};
use crate::shell::flags::{Flag, switch, value};
use crate::shell::requests;
use crate::shell::voice::Failure;
use serde_json::{Map, Value, json};

/// Flags of `kubectl create` that describe the object.
pub const FLAGS: &[Flag] = &[
    value("image", '-'),
    value("replicas", 'r'),
    value("port", '-'),
    value("tcp", '-'),
    value("clusterip", '-'),
    value("node-port", '-'),
    value("external-name", '-'),
    value("type", '-'),
    value("min-available", '-'),
    value("max-unavailable", '-'),
    value("selector", '-'),
    value("value", '-'),
    value("description", '-'),
    value("preemption-policy", '-'),
    switch("global-default", '-'),
];

/// A row: how it is called, the kind, what a refusal is introduced with, and how its fields come about.
type Generator = (&'static [&'static str], Kind, &'static str, fn(&Call, &str) -> Result<Value, Failure>);

/// What can be created from words; services and secrets have a second word.
const GENERATORS: &[Generator] = &[
    (&["namespace"], Kind::Namespace, "", |_, _| Ok(json!({}))),
    (&["serviceaccount"], Kind::ServiceAccount, "failed to create serviceaccount: ", |_, _| Ok(json!({}))),
    (&["deployment"], Kind::Deployment, "failed to create deployment: ", deployment),
    (&["configmap"], Kind::ConfigMap, "failed to create configmap: ", |call, name| {
        let data = entries::read(call, "ConfigMap", name)?;
        Ok(if data.is_empty() { json!({}) } else { json!({"data": data}) })
    }),
    (&["secret", "generic"], Kind::Secret, "failed to create secret ", secret),
    (&["poddisruptionbudget"], Kind::PodDisruptionBudget, "failed to create poddisruptionbudgets: ", budget),
    (&["priorityclass"], Kind::PriorityClass, "failed to create priorityclass: ", priority_class),
    (&["service", "clusterip"], Kind::Service, "failed to create ClusterIP service: ", cluster_ip),
    (&["service", "nodeport"], Kind::Service, "failed to create NodePort service: ", node_port),
    (&["service", "loadbalancer"], Kind::Service, "failed to create LoadBalancer service: ", |call, name| {
        service(call, name, "LoadBalancer")
    }),
    (&["service", "externalname"], Kind::Service, "failed to create ExternalName service: ", external_name),
];

const USAGE: &str = "must specify one of -f and -k";
/// What kubectl could create besides, and podyard would not act on.
const IDLE: [&str; 13] = [
    "quota",
    "resourcequota",
    "job",
    "cronjob",
    "cj",
    "ingress",
    "ing",
    "role",
    "rolebinding",
    "clusterrole",
    "clusterrolebinding",
    "token",
    "rb",
];

/// Flags without which a generator does nothing.
const REQUIRED: &[(&str, &str)] = &[("deployment", "image"), ("externalname", "external-name")];

/// Creates what the words say.
pub fn run(call: &mut Call) -> Answer {
    let (called, kind, failed, body) = pick(call)?;
    if let Some((_, flag)) = REQUIRED.iter().find(|(name, _)| called.last() == Some(name)) {
        required(call, flag)?;
    }
    let name = match call.args.words.as_slice() {
        [name] => name.clone(),
        words => return Err(call.args.wrong_usage(&format!("exactly one NAME is required, got {}", words.len()))),
    };
    let mut manifest = json!({"apiVersion": kind.api_version(), "kind": kind.name(), "metadata": {"name": name}});
    if kind.info().namespaced && call.args.get("namespace").is_some() || call.dry_run() != Some("client") {
        place(call, *kind, &mut manifest);
    }
    for (field, value) in body(call, &name)?.as_object().into_iter().flatten() {
        match field.as_str() {
            "labels" => manifest["metadata"]["labels"] = value.clone(),
            _ => manifest[field] = value.clone(),
        }
    }
    send(call, *kind, manifest, "created", failed)
}

fn place(call: &Call, kind: Kind, manifest: &mut Value) {
    if kind.info().namespaced {
        manifest["metadata"]["namespace"] = call.namespace().into();
    }
}

/// Creates an object made of words, or shows what would be sent; `failed` introduces a refusal.
pub fn send(call: &mut Call, kind: Kind, manifest: Value, what: &str, failed: &str) -> Answer {
    if call.dry_run() == Some("client") {
        match (call.args.get("output"), manifest["metadata"]["name"].as_str().unwrap_or_default()) {
            (Some("yaml" | "json"), _) => call.show(&unsent(kind, manifest)),
            (Some("name"), name) => call.voice.say(format!("{}/{name}", kind.singular())),
            (_, name) => call.voice.say(format!("{}/{name} {what} (dry run)", kind.singular())),
        }
        return Ok(None);
    }
    let mut manifest = manifest;
    place(call, kind, &mut manifest);
    let introduced = |refusal: Refusal| match failed {
        "" => Failure::from(refusal),
        _ => Failure::error(format!("{failed}{}", refusal.message)),
    };
    let written = call.act(|world| requests::create(world, kind, manifest)).map_err(introduced)?;
    call.done(&written.object, what);
    call.voice.warnings(written.warnings);
    Ok(None)
}

/// The object as a client prints it before any server saw it: fields that are always written stand there empty.
fn unsent(kind: Kind, mut manifest: Value) -> Value {
    let empty = |slot: &mut Value| {
        if slot.is_null() {
            *slot = json!({});
        }
    };
    let spec = match kind {
        Kind::Pod => manifest.pointer_mut("/spec"),
        _ => manifest.pointer_mut("/spec/template/spec"),
    };
    let containers = spec.and_then(|s| s.get_mut("containers")).and_then(Value::as_array_mut);
    containers.into_iter().flatten().for_each(|container| empty(&mut container["resources"]));
    match kind {
        Kind::Deployment => empty(&mut manifest["spec"]["strategy"]),
        Kind::Namespace => empty(&mut manifest["spec"]),
        Kind::Service => manifest["status"] = json!({"loadBalancer": {}}),
        _ => {}
    }
    match kind {
        Kind::Pod | Kind::Deployment | Kind::Namespace => empty(&mut manifest["status"]),
        Kind::PodDisruptionBudget => {
            manifest["status"] = json!({"currentHealthy": 0, "desiredHealthy": 0, "disruptionsAllowed": 0, "expectedPods": 0});
        }
        _ => {}
    }
    manifest
}

fn pick(call: &mut Call) -> Result<&'static Generator, Failure> {
    let word = call.shift().ok_or_else(|| Failure::error(USAGE))?;
    if IDLE.contains(&word.as_str()) {
        return Err(Failure::error(format!("podyard has no kubectl create {word}: nothing here would act on it")));
    }
    let unexpected = |_| {
        let all: Vec<&str> = std::iter::once(word.as_str()).chain(call.args.words.iter().map(String::as_str)).collect();
        call.args.wrong_usage(&format!("Unexpected args: [{}]", all.join(" ")))
    };
    let kind = target::kind(&word).map_err(unexpected)?;
    let mut fitting = GENERATORS.iter().filter(|(_, k, ..)| *k == kind).peekable();
    let from_file = || Failure::error(format!("podyard creates a {} from a manifest only: kubectl create -f FILE", kind.info().aliases[0]));
    let first = fitting.peek().copied().ok_or_else(from_file)?;
    if first.0.len() == 1 {
        return Ok(first);
    }
    let names: Vec<&str> = GENERATORS.iter().filter(|(_, k, ..)| *k == kind).map(|(words, ..)| words[1]).collect();
    let missing = || Failure::error(format!("kubectl create {} needs one of: {}", kind.info().aliases[0], names.join(", ")));
    let second = call.shift().ok_or_else(missing)?;
    let part = kind.info().aliases[0];
    let unknown = || Failure::error(format!("unknown command {second:?}\nSee 'kubectl create {part} -h' for help and examples"));
    match (kind, second.as_str()) {
        (Kind::Secret, "tls" | "docker-registry") => Err(missing()),
        _ => fitting.find(|(words, ..)| words[1] == second).ok_or_else(unknown),
    }
}

fn required(call: &Call, flag: &str) -> Result<String, Failure> {
    call.args.get(flag).map(str::to_owned).ok_or_else(|| Failure::error(format!("required flag(s) {flag:?} not set")))
}

fn deployment(call: &Call, name: &str) -> Result<Value, Failure> {
    let replicas = call.args.number("replicas")?.unwrap_or(1);
    let labels = json!({"app": name});
    let images = call.args.all("image").flat_map(|list| list.split(','));
    let mut containers: Vec<Value> = images.map(|image| json!({"name": container_name(image), "image": image})).collect();
    if let Some(port) = call.args.number("port")? {
        containers[0]["ports"] = json!([{"containerPort": port}]);
    }
    match &call.args.rest {
        Some(_) if containers.len() > 1 => return Err(Failure::error("cannot specify multiple --image options and command")),
        Some(command) => containers[0]["command"] = json!(command),
        None => {}
    }
    Ok(json!({"labels": labels, "spec": {"replicas": replicas, "selector": {"matchLabels": labels},
        "template": {"metadata": {"labels": labels}, "spec": {"containers": containers}}}}))
}

/// `luksa/kubia:v2` is run in a container named `kubia`.
fn container_name(image: &str) -> String {
    let name = image.rsplit('/').next().unwrap_or(image);
    name.split([':', '@']).next().unwrap_or(name).replace(['_', '.'], "-")
}

fn secret(call: &Call, name: &str) -> Result<Value, Failure> {
    let encode = |(key, value): (String, Value)| (key, Value::from(base64::encode(value.as_str().unwrap_or_default().as_bytes())));
    let data: Map<String, Value> = entries::read(call, "Secret", name)?.into_iter().map(encode).collect();
    let mut body = if data.is_empty() { json!({}) } else { json!({"data": data}) };
    if let Some(kind) = call.args.get("type") {
        body["type"] = kind.into();
    }
    Ok(body)
}

fn cluster_ip(call: &Call, name: &str) -> Result<Value, Failure> {
    let address = call.args.get("clusterip");
    let mut body = if address == Some("None") && call.args.get("tcp").is_none() {
        json!({"labels": {"app": name}, "spec": {"selector": {"app": name}, "type": "ClusterIP"}})
    } else {
        service(call, name, "ClusterIP")?
    };
    if let Some(address) = address {
        body["spec"]["clusterIP"] = address.into();
    }
    Ok(body)
}

fn node_port(call: &Call, name: &str) -> Result<Value, Failure> {
    let mut body = service(call, name, "NodePort")?;
    if let Some(port) = call.args.number("node-port")? {
        body["spec"]["ports"][0]["nodePort"] = port.into();
    }
    Ok(body)
}

fn external_name(call: &Call, name: &str) -> Result<Value, Failure> {
    let target = call.args.get("external-name").unwrap_or_default().to_owned();
    let mut body = match call.args.get("tcp") {
        Some(_) => service(call, name, "ExternalName")?,
        None => json!({"labels": {"app": name}, "spec": {"selector": {"app": name}, "type": "ExternalName"}}),
    };
    body["spec"]["externalName"] = target.into();
    Ok(body)
}

fn service(call: &Call, name: &str, kind: &str) -> Result<Value, Failure> {
    let texts: Vec<&str> = call.args.all("tcp").flat_map(|list| list.split(',')).collect();
    if texts.is_empty() {
        return Err(Failure::error("at least one tcp port specifier must be provided"));
    }
    let ports: Result<Vec<Value>, Failure> = texts.into_iter().map(port).collect();
    Ok(json!({"labels": {"app": name}, "spec": {"selector": {"app": name}, "ports": ports?, "type": kind}}))
}

/// `80`, or `80:8080`. Upstream: parsePorts in kubectl/pkg/cmd/create/create_service.go.
fn port(text: &str) -> Result<Value, Failure> {
    let (port, target) = text.split_once(':').unwrap_or((text, text));
    let wrong = |text: &str| Failure::error(format!("strconv.ParseUint: parsing {text:?}: invalid syntax"));
    let number = port.parse::<u16>().map_err(|_| wrong(port))?;
    let target = target.parse::<i64>().map_or_else(|_| json!(target), |n| json!(n));
    if target.as_i64().is_some_and(|n| !(1..=65_535).contains(&n)) {
        return Err(Failure::error("must be between 1 and 65535, inclusive"));
    }
    Ok(json!({"name": text.replace(':', "-"), "port": number, "targetPort": target, "protocol": "TCP"}))
}

/// Upstream: CreatePriorityClassOptions.
fn priority_class(call: &Call, _: &str) -> Result<Value, Failure> {
    let value = call.args.number("value")?.unwrap_or(0);
    let mut class = json!({"value": value, "preemptionPolicy": call.args.get("preemption-policy").unwrap_or("PreemptLowerPriority")});
    if call.args.on("global-default") {
        class["globalDefault"] = true.into();
    }
    if let Some(words) = call.args.get("description").filter(|words| !words.is_empty()) {
        class["description"] = words.into();
    }
    Ok(class)
}

fn budget(call: &Call, _: &str) -> Result<Value, Failure> {
    let selector = call.args.get("selector").ok_or_else(|| Failure::error("a selector must be specified"))?;
    let limits = [("min-available", "minAvailable"), ("max-unavailable", "maxUnavailable")];
    let number = |text: &str| text.parse::<i64>().map_or_else(|_| json!(text), |n| json!(n));
    for (flag, _) in limits {
        let digits = call.args.get(flag).map(|text| text.strip_suffix('%').unwrap_or(text));
        if digits.is_some_and(|digits| digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit())) {
            return Err(Failure::error(format!("invalid format specified for {flag}")));
        }
    }
    let given: Map<String, Value> =
        limits.into_iter().filter_map(|(flag, field)| Some((field.to_owned(), number(call.args.get(flag)?)))).collect();
    match given.len() {
        0 => return Err(Failure::error("one of min-available or max-unavailable must be specified")),
        1 => {}
        _ => return Err(Failure::error("min-available and max-unavailable cannot be both specified")),
    }
    let mut spec = Value::Object(given);
    spec["selector"] = json!({"matchLabels": labels_of(selector)});
    Ok(json!({"spec": spec}))
}

#[cfg(test)]
mod tests {
    use super::container_name;

    #[test]
    fn containers_are_named_after_their_image() {
        assert_eq!((container_name("luksa/kubia:v2"), container_name("r.io/a_b@sha256:1")), ("kubia".to_owned(), "a-b".to_owned()));
    }
}
