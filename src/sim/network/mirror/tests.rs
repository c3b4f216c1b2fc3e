//! Endpoints of somebody's own.

use super::*;
use crate::sim::change::Actor;
use crate::sim::network::rehearsal::{self, get, key, kubia, settle, try_service};
use serde_json::json;

fn write(world: &mut World, ip: &str, labels: serde_json::Value) {
    let manifest = json!({"metadata": {"name": "mine", "namespace": "default", "labels": labels},
        "subsets": [{"addresses": [{"ip": ip}], "ports": [{"port": 8080, "protocol": "TCP"}]}]});
    let object = Object::from_value(Kind::Endpoints, manifest).unwrap();
    let known = world.get::<Endpoints>(&key("mine")).is_some();
    let mut desk = Desk::new(world, Actor::You);
    if known { desk.update(object) } else { desk.create(object) }.unwrap();
    settle(world);
}

fn mirrored(world: &World) -> Vec<String> {
    let slices = endpoints::of_service(world.store(), &key("mine")).flat_map(|slice| &slice.endpoints);
    slices.flat_map(|endpoint| endpoint.addresses.iter().map(|ip| ip.to_string())).collect()
}

/// Upstream: TestSyncEndpoints.
#[test]
fn what_somebody_wrote_for_a_service_without_a_selector_becomes_a_slice() {
    let mut world = kubia("luksa/kubia");
    write(&mut world, "10.244.1.2", json!({}));
    assert_eq!(mirrored(&world), [""; 0], "there is no service");
    try_service(&mut world, "mine", json!({"ports": [{"port": 80, "targetPort": 8080}]})).unwrap();
    settle(&mut world);
    assert_eq!(mirrored(&world), ["10.244.1.2"]);
    assert_eq!(get(&mut world, "http://mine/").served_by.map(|by| by.pod), Some(key("kubia-0")));
    write(&mut world, "10.244.2.2", json!({}));
    assert_eq!(mirrored(&world), ["10.244.2.2"]);
    let slice = endpoints::of_service(world.store(), &key("mine")).next().unwrap();
    assert!(slice.metadata.name.starts_with("mine-") && is_mirror(slice));
    write(&mut world, "10.244.2.2", json!({SKIP_MIRROR: "true"}));
    assert_eq!(mirrored(&world), ["10.244.2.2"], "nobody looks at it any more");
    Desk::new(&mut world, Actor::You).delete(Kind::Endpoints, &key("mine"), &DeleteOptions::default()).unwrap();
    world.advance(world.now() + crate::api::Span::secs(1));
    assert_eq!(mirrored(&world), [""; 0], "it goes with its owner");
}

#[test]
fn what_a_controller_wrote_has_slices_already() {
    let mut world = rehearsal::world();
    try_service(&mut world, "mine", json!({"selector": {"app": "nobody"}, "ports": [{"port": 80}]})).unwrap();
    settle(&mut world);
    let slices: Vec<_> = endpoints::of_service(world.store(), &key("mine")).collect();
    assert!(slices.len() == 1 && !is_mirror(slices[0]));
}
