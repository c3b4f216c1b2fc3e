//! Volume rules in whole worlds: what is given, and the writes that follow in their order.

mod attaching;
mod binding;
mod consuming;
mod ephemeral;
mod reclaiming;

use super::super::super::change::What;
use super::*;
use crate::api::storage::{DEFAULT_CLASS, PersistentVolume, PersistentVolumeClaim};
use crate::api::{Event, Meta, Node, Pod, Span, Time};
use crate::sim::act::{Act, DeleteOptions, Request};
use crate::sim::change::Physical;
use crate::sim::world::Options;
use serde_json::{Value, json};

fn world() -> World {
    let mut world = World::new(Options::default());
    pass(&mut world, 100);
    world
}

fn pass(world: &mut World, millis: i64) {
    world.advance(world.now() + Span(millis));
}

fn put(world: &mut World, kind: Kind, manifest: Value) {
    let object = Object::from_value(kind, manifest).unwrap();
    world.apply(Act::Request(Request::Create(object))).unwrap();
}

fn volume(world: &mut World, name: &str, spec: Value) {
    let mut full = json!({"capacity": {"storage": "1Mi"}, "accessModes": ["ReadWriteOnce"]});
    full.as_object_mut().unwrap().extend(spec.as_object().unwrap().clone());
    put(world, Kind::PersistentVolume, json!({"metadata": {"name": name}, "spec": full}));
}

fn claim(world: &mut World, name: &str, spec: Value) {
    let mut full = json!({"resources": {"requests": {"storage": "1Mi"}}, "accessModes": ["ReadWriteOnce"]});
    full.as_object_mut().unwrap().extend(spec.as_object().unwrap().clone());
    put(world, Kind::PersistentVolumeClaim, json!({"metadata": {"name": name, "namespace": "default"}, "spec": full}));
}

fn class(world: &mut World, name: &str, provisioner: &str, mode: &str, default: bool) {
    let marks = if default { json!({DEFAULT_CLASS: "true"}) } else { json!({}) };
    let manifest = json!({"metadata": {"name": name, "annotations": marks}, "provisioner": provisioner, "volumeBindingMode": mode});
    put(world, Kind::StorageClass, manifest);
}

fn pod(world: &mut World, name: &str, claim: &str, node: &str) {
    let volumes = json!([{"name": "data", "persistentVolumeClaim": {"claimName": claim}}]);
    let containers = json!([{"name": "c", "image": "luksa/kubia-pet", "volumeMounts": [{"name": "data", "mountPath": "/var/data"}]}]);
    let spec = json!({"containers": containers, "volumes": volumes, "nodeName": node});
    put(world, Kind::Pod, json!({"metadata": {"name": name, "namespace": "default"}, "spec": spec}));
}

fn key(name: &str) -> Key {
    Key::new("default", name)
}

fn delete(world: &mut World, kind: Kind, name: &str, grace: Option<i64>) {
    let key = if kind.info().namespaced { key(name) } else { Key::cluster(name) };
    let options = DeleteOptions { grace, ..DeleteOptions::default() };
    world.apply(Act::Request(Request::Delete(kind, key, options))).unwrap();
}

fn pv(world: &World, name: &str) -> PersistentVolume {
    (**world.get::<PersistentVolume>(&Key::cluster(name)).unwrap()).clone()
}

fn pvc(world: &World, name: &str) -> PersistentVolumeClaim {
    (**world.get::<PersistentVolumeClaim>(&key(name)).unwrap()).clone()
}

/// A write of a claim, a volume, an attachment or one of their events; or a disk that moved.
fn words(what: &What) -> Option<String> {
    let What::Written { before, after } = what else {
        return match what {
            What::Physical(Physical::Attached(disk, node)) => Some(format!("{disk} attached {node}")),
            What::Physical(Physical::Detached(disk, node)) => Some(format!("{disk} detached {node}")),
            What::Physical(Physical::Scrubbed(disk)) => Some(format!("{disk} scrubbed")),
            _ => None,
        };
    };
    let gone = if after.is_none() { " gone" } else { "" };
    match after.as_ref().or(before.as_ref())? {
        Object::PersistentVolume(pv) => {
            let claim = pv.spec.claim_ref.as_ref().map(|r| format!(" {}", r.name)).unwrap_or_default();
            Some(format!("{} {}{claim}{}{gone}", pv.metadata.name, pv.status.phase.text(), ending(&pv.metadata)))
        }
        Object::PersistentVolumeClaim(c) => {
            let volume = if c.spec.volume_name.is_empty() { String::new() } else { format!(" {}", c.spec.volume_name) };
            Some(format!("{} {}{volume}{}{gone}", c.metadata.name, c.status.phase.text(), ending(&c.metadata)))
        }
        Object::VolumeAttachment(a) => {
            let state = if a.status.attached { "attached" } else { "attaching" };
            Some(format!("attachment {} {state}{}{gone}", a.spec.node_name, ending(&a.metadata)))
        }
        Object::Pod(pod) if pod.metadata.name.starts_with("recycler") => {
            Some(format!("{} {}{gone}", pod.metadata.name, pod.status.phase.text()))
        }
        Object::Event(event) if event.reason.starts_with("Success") || &*event.involved_object.kind != "Pod" => {
            let warning = if event.kind == crate::api::service::EventType::Warning { "!" } else { "" };
            Some(format!("{warning}{} {}", event.reason, event.message))
        }
        _ => None,
    }
}

fn ending(meta: &Meta) -> &'static str {
    if meta.is_terminating() { " terminating" } else { "" }
}

/// What an act and the time after it wrote.
fn after(world: &mut World, millis: i64, act: impl FnOnce(&mut World)) -> Vec<String> {
    let from = world.changes().next();
    act(world);
    pass(world, millis);
    world.changes().since(from).filter_map(|change| words(&change.what)).collect()
}

/// Who told something of an object.
fn teller(world: &World, name: &str, reason: &str) -> Name {
    let told = world.list::<Event>().find(|e| &*e.involved_object.name == name && &*e.reason == reason);
    told.map(|e| e.source.component.clone()).unwrap_or_default()
}

fn events(world: &World, name: &str) -> Vec<String> {
    let about = world.list::<Event>().filter(|e| &*e.involved_object.name == name);
    about.map(|e| format!("{} {}", e.reason, e.message)).collect()
}
