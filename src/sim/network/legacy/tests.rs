//! The endpoint controller at work.

use super::*;
use crate::sim::network::rehearsal::{self, delete, key, kubia, ready, settle, try_service};
use serde_json::json;

fn addresses(world: &World, name: &str) -> Option<Vec<String>> {
    let endpoints = world.get::<Endpoints>(&key(name))?;
    Some(endpoints.subsets.iter().flat_map(|subset| subset.addresses.iter().map(|address| address.ip.to_string())).collect())
}

fn remove(world: &mut World, kind: Kind, name: &str) {
    Desk::new(world, Actor::You).delete(kind, &key(name), &DeleteOptions::default()).unwrap();
    settle(world);
}

#[test]
fn a_service_has_its_endpoints_object_as_long_as_it_lives() {
    let mut world = kubia("luksa/kubia");
    assert_eq!(addresses(&world, "kubia").unwrap(), ["10.244.1.2", "10.244.2.2"]);
    assert_eq!(addresses(&world, "kubia-public").unwrap(), ["10.244.1.2", "10.244.2.2"]);
    delete(&mut world, "kubia-1", false);
    settle(&mut world);
    assert_eq!(addresses(&world, "kubia").unwrap(), ["10.244.1.2"], "who goes is out");
    remove(&mut world, Kind::Endpoints, "kubia");
    assert_eq!(addresses(&world, "kubia").unwrap(), ["10.244.1.2"], "made anew");
    remove(&mut world, Kind::Service, "kubia");
    assert_eq!((addresses(&world, "kubia"), addresses(&world, "kubia-public").map(|all| all.len())), (None, Some(1)));
}

#[test]
fn services_without_a_selector_have_none() {
    let mut world = rehearsal::world();
    try_service(&mut world, "bare", json!({"ports": [{"port": 80}]})).unwrap();
    try_service(&mut world, "outside", json!({"type": "ExternalName", "externalName": "example.com", "selector": {"a": "b"}})).unwrap();
    try_service(&mut world, "empty", json!({"selector": {"app": "nobody"}, "ports": [{"port": 80}]})).unwrap();
    settle(&mut world);
    assert_eq!((addresses(&world, "bare"), addresses(&world, "outside")), (None, None));
    assert_eq!(addresses(&world, "empty").unwrap(), [""; 0]);
    assert_eq!(addresses(&world, "kubernetes").unwrap(), [endpoints::API_SERVER.0]);
}

/// Slices and Endpoints agree on who may be asked.
#[test]
fn a_newcomer_stands_in_both() {
    let mut world = kubia("luksa/kubia");
    ready(&mut world, "kubia-2", "node-3", "luksa/kubia", "10.244.3.2");
    settle(&mut world);
    let slices = endpoints::of_service(world.store(), &key("kubia")).flat_map(|slice| &slice.endpoints);
    let in_slices: Vec<String> = slices.flat_map(|endpoint| endpoint.addresses.iter().map(|ip| ip.to_string())).collect();
    assert_eq!(addresses(&world, "kubia").unwrap(), in_slices);
}
