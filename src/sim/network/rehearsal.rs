//! Worlds for tests, with pods and processes put there by hand.

use crate::api::pod::{Container, ContainerPort, ContainerState, PodSpec};
use crate::api::{Condition, Key, Kind, Meta, Name, Object, Phase, Pod, Refusal, Service, Span, Time, Truth, Uid};
use crate::sim::act::DeleteOptions;
use crate::sim::apiserver::Desk;
use crate::sim::change::Actor;
use crate::sim::disk::{Disk, DiskKind};
use crate::sim::machine::{Mount, Process, Run, Stage};
use crate::sim::network::{HttpAnswer, HttpRequest, http};
use crate::sim::world::{Options, World};
use imbl::{OrdMap, OrdSet};
use serde_json::{Value, json};
use std::sync::Arc;

/// Three nodes and nothing else.
pub fn world() -> World {
    World::new(Options::default())
}

/// Creates a service in `default`.
pub fn try_service(world: &mut World, name: &str, spec: Value) -> Result<Service, Refusal> {
    let manifest = json!({"metadata": {"name": name, "namespace": "default"}, "spec": spec});
    let object = Object::from_value(Kind::Service, manifest).unwrap();
    Desk::new(world, Actor::You).create(object)?;
    let stored = world.get::<Service>(&key(name)).unwrap();
    Ok((**stored).clone())
}

/// The notes' governing service and the public one beside it.
pub fn kubia_services(world: &mut World) {
    let ports = json!([{"name": "http", "port": 80}]);
    try_service(world, "kubia", json!({"clusterIP": "None", "selector": {"app": "kubia"}, "ports": ports})).unwrap();
    let ports = json!([{"port": 80, "targetPort": 8080}]);
    try_service(world, "kubia-public", json!({"selector": {"app": "kubia"}, "ports": ports})).unwrap();
}

/// A key in `default`.
pub fn key(name: &str) -> Key {
    Key::new("default", name)
}

/// Lets controllers do what they have to.
pub fn settle(world: &mut World) {
    world.advance(world.now() + Span(50));
}

/// Creates a pod of the set `kubia` on a node, without address and readiness.
pub fn pending(world: &mut World, name: &str, node: &str, image: &str) -> Uid {
    let labels = [("app", "kubia")].into_iter().collect();
    let port = ContainerPort { name: "http".into(), container_port: 8080, ..ContainerPort::default() };
    let container = Container { name: "kubia".into(), image: image.into(), ports: vec![port], ..Container::default() };
    let spec = PodSpec {
        containers: Arc::new(vec![container]),
        node_name: node.into(),
        hostname: name.into(),
        subdomain: "kubia".into(),
        ..PodSpec::default()
    };
    let pod = Pod { metadata: Meta { labels, ..Meta::named("default", name) }, spec: Arc::new(spec), status: Default::default() };
    Desk::new(world, Actor::You).create(pod).unwrap().meta().uid
}

/// Reports a pod as running under an address, ready or not.
pub fn report(world: &mut World, name: &str, ip: &str, ready: bool) {
    let mut pod = (**world.get::<Pod>(&key(name)).unwrap()).clone();
    pod.status.phase = Phase::Running;
    pod.status.pod_ip = ip.into();
    pod.status.conditions = vec![Condition {
        kind: "Ready".into(),
        status: Truth::from(ready),
        last_transition_time: Some(world.now().to_second()),
        ..Condition::default()
    }];
    Desk::new(world, Actor::Kubelet(pod.spec.node_name.clone())).update_status(pod).unwrap();
}

/// Lets a process run for a pod, with a disk of its own attached to its machine and mounted at /var/data.
pub fn run(world: &mut World, name: &str, ip: &str) {
    let pod = world.get::<Pod>(&key(name)).unwrap().clone();
    let (node, uid) = (pod.spec.node_name.clone(), pod.metadata.uid);
    let disk = Name::from(format!("gce/{name}"));
    let attached = OrdSet::unit(node.clone());
    let new = Disk { id: disk.clone(), kind: DiskKind::Attachable, files: OrdMap::new(), attached };
    let _kept_from_before = world.disks.entry(disk.clone()).or_insert_with(|| Arc::new(new));
    let state = ContainerState::running(world.now());
    let run = |c: &Container| Run { state: state.clone(), ready: true, started: true, ..Run::new(c, "") };
    let containers = pod.spec.containers.iter().map(run);
    let process = Process {
        uid,
        key: key(name),
        spec: pod.spec.clone(),
        ip: ip.into(),
        stage: Stage::Running,
        containers: containers.collect(),
        mounts: vec![Mount { volume: "data".into(), disk, paths: vec!["/var/data".into()] }],
        since: Time(0),
        busy_until: Time(0),
        tampered: false,
        verdict: None,
        init: Vec::new(),
    };
    world.machine_mut(&node).unwrap().processes.insert(uid, Arc::new(process));
}

/// A ready pod with its process.
pub fn ready(world: &mut World, name: &str, node: &str, image: &str, ip: &str) -> Uid {
    let uid = pending(world, name, node, image);
    report(world, name, ip, true);
    run(world, name, ip);
    uid
}

/// The notes' set: kubia-0 on node-1, kubia-1 on node-2, both services, everything in the record.
pub fn kubia(image: &str) -> World {
    let mut world = world();
    kubia_services(&mut world);
    settle(&mut world);
    for (i, ip) in ["10.244.1.2", "10.244.2.2"].iter().enumerate() {
        ready(&mut world, &format!("kubia-{i}"), &format!("node-{}", i + 1), image, ip);
        settle(&mut world);
    }
    world
}

/// Deletes a pod, with grace or by force.
pub fn delete(world: &mut World, name: &str, force: bool) {
    let options = DeleteOptions { grace: force.then_some(0), ..DeleteOptions::default() };
    Desk::new(world, Actor::You).delete(Kind::Pod, &key(name), &options).unwrap();
    if force {
        world.advance(world.now() + Span(10));
    }
}

/// Cuts a node's cable, and nothing else happens.
pub fn cut(world: &mut World, node: &str) {
    let now = world.now();
    world.machine_mut(node).unwrap().cut = Some(now);
}

/// A GET from the keyboard.
pub fn get(world: &mut World, url: &str) -> HttpAnswer {
    http(world, &HttpRequest::get(url))
}

/// A POST from the keyboard.
pub fn post(world: &mut World, url: &str, body: &str) -> HttpAnswer {
    http(world, &HttpRequest::post(url, body))
}
