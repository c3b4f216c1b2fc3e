//! Requests to the API server, as it takes them: gate, defaults, validation, then the world's own door.

use crate::api::object::{Kind, Object};
use crate::api::{FieldError, Key, Quantity, Reason, Refusal, defaults, gate, validate};
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

/// Creates an object from a manifest of that kind, in whatever version it is written.
pub fn create(world: &mut World, kind: Kind, mut manifest: Value) -> Result<Written, Refusal> {
    let version = manifest["apiVersion"].as_str().unwrap_or_default().to_owned();
    gate::check(&version, kind.name(), &manifest).map_err(|e| Refusal::bad_request(e.to_string()))?;
    defaults::fill(kind, &version, &mut manifest);
    refuse(kind, &manifest, validate::create(kind, &manifest))?;
    let object = read(kind, manifest.clone())?;
    let object = send(world, Request::Create(object))?;
    Ok(Written { object, warnings: validate::warnings(kind, &manifest) })
}

/// Replaces an object by a changed copy of its JSON; answers the object as it was where nothing changed.
pub fn replace(world: &mut World, before: &Object, after: Value) -> Result<Written, Refusal> {
    let kind = before.kind();
    gate::check(&kind.api_version(), kind.name(), &after).map_err(|e| Refusal::bad_request(e.to_string()))?;
    replace_checked(world, before, after)
}

/// The same where the gate has been passed already.
pub fn replace_checked(world: &mut World, before: &Object, mut after: Value) -> Result<Written, Refusal> {
    let kind = before.kind();
    defaults::fill(kind, &kind.api_version(), &mut after);
    let object = Object::from_value(kind, after.clone());
    let normal = object.as_ref().map_or(after, Object::to_value);
    let old = before.to_value();
    grows_as_it_may(kind, &old, &normal)?;
    refuse(kind, &normal, validate::update(kind, &old, &normal))?;
    let object = object.map_err(|e| undecodable(kind, &e))?;
    let object = send(world, Request::Update(object))?;
    Ok(Written { object, warnings: validate::warnings(kind, &normal) })
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

/// Admission of a bound claim that asks for more: no volume here can grow. Upstream: PersistentVolumeClaimResize.
fn grows_as_it_may(kind: Kind, old: &Value, new: &Value) -> Result<(), Refusal> {
    let size = |v: &Value| v["spec"]["resources"]["requests"]["storage"].as_str().and_then(Quantity::parse);
    if kind != Kind::PersistentVolumeClaim || old["status"]["phase"] != "Bound" || size(new) <= size(old) {
        return Ok(());
    }
    let name = old["metadata"]["name"].as_str().unwrap_or_default();
    let why = "only dynamically provisioned pvc can be resized and the storageclass that provisions the pvc must support resize";
    Err(Refusal::forbidden(kind, name, why))
}

/// A refusal without an object behind it: how the server answers a patch that makes no sense.
pub fn senseless(message: impl Into<String>) -> Refusal {
    Refusal { reason: Reason::Invalid, message: message.into(), about: None, fields: Vec::new() }
}

/// Replaces the status of an object by that of a changed copy.
pub fn replace_status(world: &mut World, before: &Object, after: Value) -> Result<Written, Refusal> {
    let object = send(world, Request::UpdateStatus(read(before.kind(), after)?))?;
    Ok(Written { object, warnings: Vec::new() })
}
