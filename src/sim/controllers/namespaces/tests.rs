//! Namespaces are furnished, emptied in order, and refuse what comes too late.

use super::*;
use crate::api::Refusal;
use crate::sim::act::{Act, Request};
use crate::sim::apiserver::is_ending;
use crate::sim::world::Options;

fn world() -> World {
    let mut world = World::new(Options::default());
    let spec = json!({"metadata": {"name": "demo"}, "spec": {"finalizers": ["kubernetes"]}, "status": {"phase": "Active"}});
    put(&mut world, Kind::Namespace, spec).unwrap();
    pass(&mut world, 1);
    world
}

fn put(world: &mut World, kind: Kind, object: Value) -> Result<Option<Object>, Refusal> {
    world.apply(Act::Request(Request::Create(Object::from_value(kind, object).unwrap())))
}

fn delete(world: &mut World, name: &str) -> Result<Option<Object>, Refusal> {
    world.apply(Act::Request(Request::Delete(Kind::Namespace, Key::cluster(name), DeleteOptions::default())))
}

fn pass(world: &mut World, seconds: i64) {
    let until = world.now() + Span::secs(seconds);
    world.advance(until);
}

fn pod(name: &str) -> Value {
    json!({"metadata": {"name": name, "namespace": "demo"}, "spec": {"containers": [{"name": "c", "image": "nginx"}]}})
}

fn conditions(world: &World) -> Vec<String> {
    let namespace = world.get::<Namespace>(&Key::cluster("demo")).unwrap();
    let status = namespace.rest.get("status").unwrap()["conditions"].clone();
    status.as_array().unwrap().iter().filter(|c| c["status"] == "True").map(|c| c["message"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn each_namespace_gets_its_service_account_and_certificate() {
    let world = world();
    for (kind, name) in [(Kind::ServiceAccount, "default"), (Kind::ConfigMap, "kube-root-ca.crt")] {
        for home in ["demo", "default", "kube-system"] {
            assert!(world.object(kind, &Key::new(home, name)).is_some(), "{home} {name}");
        }
    }
}

#[test]
fn a_namespace_stays_until_its_pods_and_then_the_rest_are_gone() {
    let mut world = world();
    put(&mut world, Kind::Pod, pod("a")).unwrap();
    pass(&mut world, 3);
    delete(&mut world, "demo").unwrap();
    pass(&mut world, 5);
    assert_eq!(conditions(&world), ["Some resources are remaining: pods. has 1 resource instances"], "of nothing else is told");
    assert!(world.get::<Pod>(&Key::new("demo", "a")).unwrap().metadata.is_terminating());
    assert!(world.object(Kind::ConfigMap, &Key::new("demo", "kube-root-ca.crt")).is_some(), "pods go first");
    pass(&mut world, 20);
    assert!(world.object(Kind::Namespace, &Key::cluster("demo")).is_none());
    assert!(world.object(Kind::ConfigMap, &Key::new("demo", "kube-root-ca.crt")).is_none());
}

#[test]
fn nothing_new_enters_a_namespace_that_goes() {
    let mut world = world();
    delete(&mut world, "demo").unwrap();
    let refusal = put(&mut world, Kind::Pod, pod("late")).unwrap_err();
    let words = "pods \"late\" is forbidden: unable to create new content in namespace demo because it is being terminated";
    assert_eq!(refusal.message, words);
    assert!(is_ending(&refusal));
}

/// Upstream: manageReplicas, for which such an error is none.
#[test]
fn a_set_that_makes_no_more_pods_in_a_namespace_that_goes_has_not_failed() {
    let mut world = world();
    let template = json!({"metadata": {"labels": {"a": "b"}}, "spec": {"containers": [{"name": "c", "image": "nginx"}]}});
    let spec = json!({"replicas": 1, "selector": {"matchLabels": {"a": "b"}}, "template": template});
    put(&mut world, Kind::ReplicaSet, json!({"metadata": {"name": "rs", "namespace": "demo"}, "spec": spec})).unwrap();
    pass(&mut world, 3);
    delete(&mut world, "demo").unwrap();
    world.advance(world.now() + Span::millis(5500));
    let set = world.get::<crate::api::ReplicaSet>(&Key::new("demo", "rs")).unwrap();
    assert_eq!((set.status.replicas, set.status.conditions.len()), (0, 0));
}

#[test]
fn an_empty_namespace_goes_after_five_seconds() {
    let mut world = world();
    delete(&mut world, "demo").unwrap();
    pass(&mut world, 4);
    assert!(world.object(Kind::Namespace, &Key::cluster("demo")).is_some());
    pass(&mut world, 1);
    assert!(world.object(Kind::Namespace, &Key::cluster("demo")).is_none());
}

#[test]
fn some_namespaces_cannot_be_deleted() {
    let refusal = delete(&mut world(), "kube-system").unwrap_err();
    assert_eq!(refusal.message, "namespaces \"kube-system\" is forbidden: this namespace may not be deleted");
}
