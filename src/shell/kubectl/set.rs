//! `kubectl set image`, `set env` and `set resources`: changes of containers.

use super::{Answer, Call, delete, target};
use crate::api::Quantity;
use crate::api::object::Object;
use crate::shell::flags::{Flag, switch, value};
use crate::shell::requests;
use crate::shell::voice::Failure;
use serde_json::{Map, Value, json};

/// Flags of its own.
pub const FLAGS: &[Flag] =
    &[value("containers", 'c'), value("env", 'e'), switch("list", '-'), value("limits", '-'), value("requests", '-'), switch("local", '-')];

const NO_QUANTITY: &str = "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'";

/// What is changed, by the second word.
struct Change {
    word: &'static str,
    /// What is said of an object that was changed.
    done: &'static str,
    apply: fn(&Call, &mut Value, &[String]) -> Result<(), Failure>,
}

const CHANGES: &[Change] = &[
    Change { word: "image", done: "image updated", apply: images },
    Change { word: "env", done: "env updated", apply: environment },
    Change { word: "resources", done: "resource requirements updated", apply: resources },
];

/// Changes containers of objects.
pub fn run(call: &mut Call) -> Answer {
    let word = call.shift().unwrap_or_default();
    let unknown = || match word.as_str() {
        "" | "selector" | "serviceaccount" | "sa" | "subject" => {
            Failure::error("podyard knows kubectl set image, set env and set resources: kubectl set image TYPE NAME CONTAINER=IMAGE")
        }
        other => call.args.wrong_usage(&format!("unknown command {other:?}")),
    };
    let change = CHANGES.iter().find(|c| c.word == word).ok_or_else(unknown)?;
    let words = call.args.words.clone();
    let (targets, settings) = words.split_at(target::settings_from(&words));
    let more: Vec<String> = settings.iter().cloned().chain(call.args.all("env").map(str::to_owned)).collect();
    if targets.is_empty() {
        return Err(Failure::error(match change.word {
            "env" => "one or more resources must be specified as <resource> <name> or <resource>/<name>",
            _ => delete::NOTHING_ASKED,
        }));
    }
    target::wanted(call, targets)?;
    if word == "image" && more.is_empty() {
        return Err(Failure::error("at least one image update is required"));
    }
    for object in target::objects(call, targets)? {
        if let Err(failure) = one(call, change, &object, &more) {
            call.voice.fail(failure);
        }
    }
    Ok(None)
}

fn one(call: &mut Call, change: &Change, object: &Object, settings: &[String]) -> Result<(), Failure> {
    let mut after = object.to_value();
    let in_template = after.pointer("/spec/template/spec/containers").is_some();
    let pointer = if in_template { "/spec/template/spec" } else { "/spec" };
    let spec = after.pointer_mut(pointer).filter(|spec| spec["containers"].is_array());
    let spec = spec.ok_or_else(|| {
        let (kind, name) = (object.kind(), &object.meta().name);
        let what = format!("the object is not a pod or does not have a pod template: *v1.{}", kind.name());
        Failure::error(format!("{}/{name} {what}", kind.info().plural))
    })?;
    if change.word == "env" && call.args.on("list") {
        list(call, object, spec);
        return Ok(());
    }
    if let Some(name) = call.args.get("containers")
        && containers(spec, &["containers", "initContainers"], name).next().is_none()
    {
        if change.word == "resources" {
            return Err(Failure::error(format!("unable to find container named {name}")));
        }
        let (kind, object) = (object.kind().name(), &object.meta().name);
        call.voice.warn(format!("Warning: {kind}/{object} does not have any containers matching {name:?}"));
        return Ok(());
    }
    (change.apply)(call, spec, settings)?;
    if after == object.to_value() {
        return Ok(());
    }
    let written = call.act(|world| requests::replace(world, object, after))?;
    call.done(&written.object, change.done);
    call.voice.warnings(written.warnings);
    Ok(())
}

fn images(_: &Call, spec: &mut Value, settings: &[String]) -> Result<(), Failure> {
    for text in settings {
        let wrong = || Failure::error(format!("all resources must be specified before image changes: {text}"));
        let (name, image) = text.split_once('=').ok_or_else(wrong)?;
        let mut found = false;
        for container in containers(spec, &["containers", "initContainers"], name) {
            container["image"] = image.into();
            found = true;
        }
        if !found {
            return Err(Failure::error(format!("unable to find container named {name:?}")));
        }
    }
    Ok(())
}

/// Containers of a name; all of them for `*`.
fn containers<'v>(spec: &'v mut Value, fields: &[&str], name: &str) -> impl Iterator<Item = &'v mut Value> {
    let lists = spec.as_object_mut().into_iter().flatten().filter(|(field, _)| fields.contains(&field.as_str()));
    let all = lists.filter_map(|(_, list)| list.as_array_mut()).flatten();
    all.filter(move |container| name == "*" || container["name"] == *name)
}

/// The containers that `-c` names; all without it.
fn chosen(call: &Call) -> String {
    call.args.get("containers").unwrap_or("*").to_owned()
}

/// `A=1` sets a variable, `A-` removes it.
fn environment(call: &Call, spec: &mut Value, settings: &[String]) -> Result<(), Failure> {
    for container in containers(spec, &["containers"], &chosen(call)) {
        let mut list = container["env"].as_array().cloned().unwrap_or_default();
        for text in settings {
            let (name, value) = match (text.split_once('='), text.strip_suffix('-')) {
                (Some((name, value)), _) => (name, Some(value)),
                (None, Some(name)) => (name, None),
                (None, None) => return Err(Failure::error(format!("environment variables must be of the form key=value or key-: {text}"))),
            };
            let set = value.map(|value| json!({"name": name, "value": value}));
            match (list.iter().position(|variable| variable["name"] == *name), set) {
                (Some(at), Some(set)) => list[at] = set,
                (Some(at), None) => _ = list.remove(at),
                (None, set) => list.extend(set),
            }
        }
        container["env"] = Value::Array(list);
        if container["env"] == json!([]) {
            container.as_object_mut().map(|map| map.remove("env"));
        }
    }
    Ok(())
}

/// `# StatefulSet kubia, container kubia`, then its variables: containers first, then those of the start.
fn list(call: &mut Call, object: &Object, spec: &mut Value) {
    let (kind, name) = (object.kind().name(), &object.meta().name);
    for container in containers(spec, &["containers", "initContainers"], &chosen(call)) {
        call.voice.say(format!("# {kind} {name}, container {}", container["name"].as_str().unwrap_or_default()));
        for variable in container["env"].as_array().into_iter().flatten() {
            let name = variable["name"].as_str().unwrap_or_default();
            match variable["value"].as_str() {
                Some(value) => call.voice.say(format!("{name}={value}")),
                None => call.voice.say(format!("# {name} from {}", origin(&variable["valueFrom"]))),
            }
        }
    }
}

/// Upstream: GetEnvVarRefString in kubectl/pkg/cmd/set/env.
fn origin(from: &Value) -> String {
    let word = |source: &str, field: &str| from[source][field].as_str().unwrap_or_default().to_owned();
    match from.as_object().and_then(|map| map.keys().next()).map(String::as_str) {
        Some("configMapKeyRef") => format!("configmap {}, key {}", word("configMapKeyRef", "name"), word("configMapKeyRef", "key")),
        Some("secretKeyRef") => format!("secret {}, key {}", word("secretKeyRef", "name"), word("secretKeyRef", "key")),
        Some("fieldRef") => format!("field path {}", word("fieldRef", "fieldPath")),
        Some("resourceFieldRef") => match word("resourceFieldRef", "containerName").as_str() {
            "" => format!("resource field {}", word("resourceFieldRef", "resource")),
            container => format!("resource field {container}, {}", word("resourceFieldRef", "resource")),
        },
        _ => "invalid valueFrom".to_owned(),
    }
}

/// `--limits=cpu=200m,memory=512Mi --requests=cpu=100m`.
fn resources(call: &Call, spec: &mut Value, _: &[String]) -> Result<(), Failure> {
    let mut given = Map::new();
    for field in ["limits", "requests"] {
        let Some(text) = call.args.get(field) else { continue };
        let wrong = || Failure::error(format!("Invalid argument syntax {text}, expected <resource>=<value>"));
        let pairs: Option<Map<String, Value>> =
            text.split(',').map(|pair| pair.split_once('=').map(|(name, amount)| (name.to_owned(), amount.into()))).collect();
        let pairs = pairs.ok_or_else(wrong)?;
        if pairs.values().any(|amount| amount.as_str().and_then(Quantity::parse).is_none()) {
            return Err(Failure::error(NO_QUANTITY));
        }
        given.insert(field.to_owned(), pairs.into());
    }
    if given.is_empty() {
        return Err(Failure::error("you must specify an update to requests or limits (in the form of --requests/--limits)"));
    }
    for container in containers(spec, &["containers"], &chosen(call)) {
        crate::api::patch::merge(&mut container["resources"], &Value::Object(given.clone()));
    }
    Ok(())
}
