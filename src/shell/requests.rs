//! The one door for every write, whoever asks: a command line, an editor, an HTTP client.
//!
//! A request passes the gate (does it read as the published type?), gets its defaults, is validated in the API server's
//! words, and only then goes through the world's own door, where admission has its say. What it comes to is the object
//! as it now stands, or a [`Refusal`], which is the Status that a client would get. [`serve`] takes any request; the
//! other functions are its parts, for those who know what they want.

use crate::api::object::{Kind, Object};
use crate::api::{FieldError, Key, Reason, Refusal, Selector, defaults, gate, patch, selector_text, validate};
use crate::sim::{Act, DeleteOptions, Request, World};
use serde_json::{Value, json};

/// An object that was written, and the warnings that came with the answer.
#[derive(Clone, Debug)]
pub struct Written {
    /// The object as it now stands.
    pub object: Object,
    /// Without `Warning: `.
    pub warnings: Vec<String>,
}

/// How a patch is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Patch {
    /// RFC 6902: a list of operations.
    Json,
    /// RFC 7396: maps are merged, lists replaced.
    Merge,
    /// Lists are merged by the keys of their items.
    Strategic,
}

/// What is asked of an object.
#[derive(Clone, Debug, PartialEq)]
pub enum Verb {
    /// POST of a manifest.
    Create(Value),
    /// PUT of a whole object.
    Replace(Value),
    /// PATCH.
    Patch(Patch, Value),
    /// DELETE.
    Delete(DeleteOptions),
}

/// The part of an object that a request is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// All but its status.
    Whole,
    /// Its status alone.
    Status,
    /// How many replicas it has, as an autoscaling/v1 Scale.
    Scale,
}

/// Answers a request as the API server would: the object as it now stands, or as it last stood where it was deleted at
/// once. The key's name is blank for a creation.
pub fn serve(world: &mut World, verb: Verb, kind: Kind, key: &Key, part: Part) -> Result<Written, Refusal> {
    if let Verb::Create(manifest) = verb {
        return create(world, kind, placed(kind, key, manifest)?);
    }
    let before = world.object(kind, key).cloned().ok_or_else(|| Refusal::not_found(kind, &key.name))?;
    let after = match verb {
        Verb::Delete(options) => {
            let left = delete(world, kind, key, options)?;
            return Ok(Written { object: left.unwrap_or(before), warnings: Vec::new() });
        }
        Verb::Patch(how, change) if part != Part::Scale => return patch(world, &before, how, &change, part == Part::Status),
        Verb::Patch(how, change) => patched(how, scale_of(&before), &change)?,
        Verb::Create(body) | Verb::Replace(body) => named(kind, key, body)?,
    };
    match part {
        Part::Whole => replace(world, &before, after),
        Part::Status => replace_status(world, &before, after),
        Part::Scale => {
            let replicas = after["spec"]["replicas"].as_i64().unwrap_or(0);
            scale(world, &before, replicas)
        }
    }
}

/// True for kinds with a scale subresource.
pub fn is_scalable(kind: Kind) -> bool {
    matches!(kind, Kind::ReplicaSet | Kind::StatefulSet | Kind::Deployment)
}

/// A set's autoscaling/v1 Scale.
pub fn scale_of(object: &Object) -> Value {
    let value = object.to_value();
    let meta = ["creationTimestamp", "name", "namespace", "resourceVersion", "uid"].map(|field| (field, value["metadata"][field].clone()));
    let selector: Selector = serde_json::from_value(value["spec"]["selector"].clone()).unwrap_or_default();
    json!({"apiVersion": "autoscaling/v1", "kind": "Scale", "metadata": serde_json::Map::from_iter(meta.map(|(field, value)| (field.to_owned(), value))),
        "spec": {"replicas": value["spec"]["replicas"]},
        "status": {"replicas": value["status"]["replicas"].as_i64().unwrap_or(0), "selector": selector_text::print(&selector)}})
}

/// A manifest in the namespace of the request. Upstream: EnsureObjectNamespaceMatchesRequestNamespace.
fn placed(kind: Kind, key: &Key, mut manifest: Value) -> Result<Value, Refusal> {
    if kind.info().namespaced {
        match manifest["metadata"]["namespace"].as_str().unwrap_or_default() {
            "" => manifest["metadata"]["namespace"] = (*key.namespace).into(),
            given if *given == *key.namespace => {}
            _ => {
                let why = "the namespace of the provided object does not match the namespace sent on the request";
                return Err(Refusal::bad_request(why));
            }
        }
    }
    Ok(manifest)
}

/// An object under the name of the request.
fn named(kind: Kind, key: &Key, body: Value) -> Result<Value, Refusal> {
    let name = body["metadata"]["name"].as_str().unwrap_or_default();
    if *name != *key.name {
        let why = format!("the name of the object ({name}) does not match the name on the URL ({})", key.name);
        return Err(Refusal::bad_request(why));
    }
    placed(kind, key, body)
}

/// What an object would be after a patch.
pub fn after(before: &Object, how: Patch, change: &Value) -> Result<Value, Refusal> {
    named(before.kind(), &before.key(), patched(how, before.to_value(), change)?)
}

/// Changes an object, or its status, as a patch says.
pub fn patch(world: &mut World, before: &Object, how: Patch, change: &Value, status: bool) -> Result<Written, Refusal> {
    let after = after(before, how, change)?;
    if status { replace_status(world, before, after) } else { replace(world, before, after) }
}

/// What the server says of a patch that it cannot read or follow.
pub const NONSENSE: &str = "the server rejected our request due to an error in our request";

fn patched(how: Patch, mut value: Value, change: &Value) -> Result<Value, Refusal> {
    match how {
        Patch::Json => patch::json(&mut value, change).map_err(|_| senseless(NONSENSE))?,
        Patch::Merge => patch::merge(&mut value, change),
        Patch::Strategic => patch::strategic(&mut value, change).map_err(Refusal::bad_request)?,
    }
    Ok(value)
}

/// Creates an object from a manifest of that kind, in whatever version it is written.
pub fn create(world: &mut World, kind: Kind, mut manifest: Value) -> Result<Written, Refusal> {
    let version = manifest["apiVersion"].as_str().unwrap_or_default().to_owned();
    gate::check(&version, kind.name(), &manifest).map_err(|e| Refusal::bad_request(e.to_string()))?;
    defaults::fill(kind, &version, &mut manifest);
    refuse(kind, &manifest, validate::create(kind, &manifest))?;
    let object = read(kind, manifest.clone())?;
    let object = send(world, Request::Create(object))?;
    Ok(Written { object, warnings: validate::warnings(kind, None, &manifest) })
}

/// Replaces an object by a changed copy of its JSON; answers the object as it was where nothing changed.
pub fn replace(world: &mut World, before: &Object, after: Value) -> Result<Written, Refusal> {
    let kind = before.kind();
    let version = after["apiVersion"].as_str().map_or_else(|| kind.api_version(), str::to_owned);
    gate::check(&version, kind.name(), &after).map_err(|e| Refusal::bad_request(e.to_string()))?;
    replace_checked(world, before, after)
}

/// The same where the gate has been passed already.
pub fn replace_checked(world: &mut World, before: &Object, mut after: Value) -> Result<Written, Refusal> {
    let kind = before.kind();
    let version = after["apiVersion"].as_str().map_or_else(|| kind.api_version(), str::to_owned);
    let old = before.to_value();
    after = validate::prepared(kind, &old, after);
    defaults::fill(kind, &version, &mut after);
    let object = Object::from_value(kind, after.clone());
    let normal = object.as_ref().map_or(after, Object::to_value);
    refuse(kind, &normal, validate::update(kind, &old, &normal))?;
    let object = object.map_err(|e| undecodable(kind, &e))?;
    let object = send(world, Request::Update(object))?;
    Ok(Written { object, warnings: validate::warnings(kind, Some(&old), &normal) })
}

/// Sets the number of replicas through the scale subresource.
pub fn scale(world: &mut World, before: &Object, replicas: i64) -> Result<Written, Refusal> {
    let mut after = before.to_value();
    after["spec"]["replicas"] = json!(replicas);
    replace(world, before, after)
}

/// Deletes an object; `None` where it is gone at once.
pub fn delete(world: &mut World, kind: Kind, key: &Key, options: DeleteOptions) -> Result<Option<Object>, Refusal> {
    world.apply(Act::Request(Request::Delete(kind, key.clone(), options)))
}

/// Deletes a pod as far as its disruption budget allows; refused with 429 where it does not now.
pub fn evict(world: &mut World, pod: &Key, options: DeleteOptions) -> Result<Option<Object>, Refusal> {
    world.apply(Act::Request(Request::Evict(pod.clone(), options)))
}

fn send(world: &mut World, request: Request) -> Result<Object, Refusal> {
    world.apply(Act::Request(request))?.ok_or_else(|| Refusal::bad_request("the server answered without an object"))
}

fn read(kind: Kind, value: Value) -> Result<Object, Refusal> {
    Object::from_value(kind, value).map_err(|e| undecodable(kind, &e))
}

fn undecodable(kind: Kind, why: &str) -> Refusal {
    let name = kind.name();
    Refusal::bad_request(format!("{name} in version \"v1\" cannot be handled as a {name}: {why}"))
}

fn refuse(kind: Kind, value: &Value, errors: Vec<FieldError>) -> Result<(), Refusal> {
    let name = value["metadata"]["name"].as_str().unwrap_or_default();
    if errors.is_empty() { Ok(()) } else { Err(Refusal::invalid(kind, name, errors)) }
}

/// A refusal without an object behind it: how the server answers a patch that makes no sense.
pub fn senseless(message: impl Into<String>) -> Refusal {
    Refusal::plain(Reason::Invalid, message)
}

/// Replaces the status of an object by that of a changed copy.
pub fn replace_status(world: &mut World, before: &Object, after: Value) -> Result<Written, Refusal> {
    let object = send(world, Request::UpdateStatus(read(before.kind(), after)?))?;
    Ok(Written { object, warnings: Vec::new() })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sim::Options;

    fn config(data: &str) -> Value {
        json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "c"}, "data": {"a": data}})
    }

    /// Upstream: staging/src/k8s.io/apiserver/pkg/endpoints/handlers.
    #[test]
    fn requests_of_any_client() {
        let mut world = World::new(Options::default());
        let (kind, key, nowhere) = (Kind::ConfigMap, Key::new("default", "c"), Key::new("nowhere", "c"));
        let mut ask = |verb: Verb, key: &Key| serve(&mut world, verb, kind, key, Part::Whole);
        assert_eq!(ask(Verb::Create(config("1")), &nowhere).unwrap_err().message, "namespaces \"nowhere\" not found");
        ask(Verb::Create(config("1")), &key).unwrap();
        assert_eq!(ask(Verb::Create(config("1")), &key).unwrap_err().reason.code(), 409);
        let wrong = ask(Verb::Replace(json!({"metadata": {"name": "d"}})), &key).unwrap_err();
        assert_eq!(wrong.message, "the name of the object (d) does not match the name on the URL (c)");
        let patched = ask(Verb::Patch(Patch::Merge, json!({"data": {"b": "2"}})), &key).unwrap();
        assert_eq!(patched.object.to_value()["data"], json!({"a": "1", "b": "2"}));
        let mut stale = patched.object.to_value();
        ask(Verb::Patch(Patch::Json, json!([{"op": "remove", "path": "/data/b"}])), &key).unwrap();
        stale["data"]["c"] = "3".into();
        assert_eq!(ask(Verb::Replace(stale), &key).unwrap_err().reason, Reason::Conflict);
        ask(Verb::Delete(DeleteOptions::default()), &key).unwrap();
        assert_eq!(ask(Verb::Delete(DeleteOptions::default()), &key).unwrap_err().reason, Reason::NotFound);
    }
}
