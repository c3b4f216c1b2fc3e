//! Who stands in a slice.

use super::*;
use crate::api::Resource;
use crate::sim::network::rehearsal::{self, delete, key, kubia, pending, ready, report, settle, try_service};
use serde_json::json;

fn slice(world: &World, service: &str) -> Arc<EndpointSlice> {
    let key = key(service);
    let mut slices: Vec<_> = of_service(world.store(), &key).cloned().collect();
    assert_eq!(slices.len(), 1, "{service}");
    slices.remove(0)
}

/// Endpoints as `ip/hostname` with a letter for each condition that holds.
fn shown(world: &World, service: &str) -> Vec<String> {
    let mark = |flag: bool, letter: &str| if flag { letter.to_owned() } else { "-".to_owned() };
    let one = |e: &Endpoint| {
        let c = e.conditions;
        format!("{}/{} {}{}{}", e.addresses[0], e.hostname, mark(c.ready, "r"), mark(c.serving, "s"), mark(c.terminating, "t"))
    };
    slice(world, service).endpoints.iter().map(one).collect()
}

#[test]
fn endpoints_keep_their_place_as_in_the_recording() {
    let mut world = kubia("luksa/kubia-pet");
    assert_eq!(shown(&world, "kubia"), ["10.244.1.2/kubia-0 rs-", "10.244.2.2/kubia-1 rs-"]);
    assert_eq!(shown(&world, "kubia-public"), ["10.244.1.2/ rs-", "10.244.2.2/ rs-"]);
    delete(&mut world, "kubia-0", false);
    settle(&mut world);
    assert_eq!(shown(&world, "kubia"), ["10.244.1.2/kubia-0 -st", "10.244.2.2/kubia-1 rs-"]);
    delete(&mut world, "kubia-0", true);
    settle(&mut world);
    assert_eq!(shown(&world, "kubia"), ["10.244.2.2/kubia-1 rs-"]);
    ready(&mut world, "kubia-0", "node-1", "luksa/kubia-pet", "10.244.1.3");
    settle(&mut world);
    assert_eq!(shown(&world, "kubia"), ["10.244.2.2/kubia-1 rs-", "10.244.1.3/kubia-0 rs-"]);
}

#[test]
fn a_slice_is_there_from_the_beginning_and_stays_the_same_object() {
    let mut world = rehearsal::world();
    rehearsal::kubia_services(&mut world);
    settle(&mut world);
    let before = slice(&world, "kubia");
    assert!(before.endpoints.is_empty() && before.ports.is_empty());
    assert!(before.metadata.name.starts_with("kubia-") && &*before.metadata.generate_name == "kubia-");
    ready(&mut world, "kubia-0", "node-1", "luksa/kubia", "10.244.1.2");
    settle(&mut world);
    let after = slice(&world, "kubia");
    assert_eq!((after.metadata.uid, after.metadata.generation), (before.metadata.uid, 2));
    delete(&mut world, "kubia-0", true);
    settle(&mut world);
    let empty = slice(&world, "kubia");
    assert!(empty.metadata.uid == before.metadata.uid && empty.endpoints.is_empty() && empty.ports.is_empty());
}

#[test]
fn a_slice_prints_as_the_recorded_one() {
    let world = kubia("luksa/kubia-pet");
    let slice = slice(&world, "kubia-public");
    let value = EndpointSlice::wrap(slice.clone()).to_value();
    let uid = slice.endpoints[0].target_ref.as_ref().unwrap().uid;
    assert_eq!(
        value["endpoints"][0],
        json!({"addresses": ["10.244.1.2"], "conditions": {"ready": true, "serving": true, "terminating": false}, "nodeName": "node-1",
            "targetRef": {"kind": "Pod", "name": "kubia-0", "namespace": "default", "uid": uid.to_string()}})
    );
    assert_eq!(value["ports"], json!([{"name": "", "port": 8080, "protocol": "TCP"}]));
    assert_eq!(
        value["metadata"]["labels"],
        json!({"endpointslice.kubernetes.io/managed-by": "endpointslice-controller.k8s.io", "kubernetes.io/service-name": "kubia-public"})
    );
    let owner = &value["metadata"]["ownerReferences"][0];
    assert_eq!((&owner["kind"], &owner["name"], &owner["controller"]), (&json!("Service"), &json!("kubia-public"), &json!(true)));
    assert!(value["metadata"]["annotations"]["endpoints.kubernetes.io/last-change-trigger-time"].is_string());
    assert_eq!(super::tests::slice(&world, "kubia").metadata.labels.get("service.kubernetes.io/headless").map(|l| &**l), Some(""));
}

#[test]
fn who_stands_in_a_slice() {
    let mut world = rehearsal::world();
    rehearsal::kubia_services(&mut world);
    pending(&mut world, "kubia-0", "node-1", "luksa/kubia");
    settle(&mut world);
    assert!(shown(&world, "kubia").is_empty(), "no address yet");
    report(&mut world, "kubia-0", "10.244.1.2", false);
    settle(&mut world);
    assert_eq!(shown(&world, "kubia"), ["10.244.1.2/kubia-0 ---"]);
    let mut pod = (**world.get::<crate::api::Pod>(&key("kubia-0")).unwrap()).clone();
    pod.metadata.labels = [("app", "other")].into_iter().collect();
    Desk::new(&mut world, Actor::You).update(pod).unwrap();
    settle(&mut world);
    assert!(shown(&world, "kubia").is_empty(), "released");
}

/// Upstream: podToEndpoint.
#[test]
fn an_endpoint_names_the_zone_of_its_node() {
    let mut world = rehearsal::world();
    let mut node = (**world.get::<Node>(&Key::cluster("node-1")).unwrap()).clone();
    node.metadata.labels.insert(ZONE, "a");
    Desk::new(&mut world, Actor::You).update(node).unwrap();
    rehearsal::kubia_services(&mut world);
    ready(&mut world, "kubia-0", "node-1", "luksa/kubia", "10.244.1.2");
    ready(&mut world, "kubia-1", "node-2", "luksa/kubia", "10.244.2.2");
    settle(&mut world);
    let zones: Vec<String> = slice(&world, "kubia").endpoints.iter().map(|e| e.zone.to_string()).collect();
    assert_eq!(zones, ["a", ""]);
}

#[test]
fn a_hundred_endpoints_fill_a_slice() {
    let mut world = rehearsal::world();
    rehearsal::kubia_services(&mut world);
    for i in 0..101 {
        pending(&mut world, &format!("kubia-{i}"), "node-1", "luksa/kubia");
        report(&mut world, &format!("kubia-{i}"), &format!("10.244.1.{i}"), true);
    }
    settle(&mut world);
    let key = key("kubia");
    let mut sizes: Vec<usize> = of_service(world.store(), &key).map(|slice| slice.endpoints.len()).collect();
    sizes.sort_unstable();
    assert_eq!(sizes, [1, 100]);
}

#[test]
fn a_named_port_is_looked_up_in_each_pod() {
    let mut world = rehearsal::world();
    let ports = json!([{"name": "web", "port": 80, "targetPort": "http"}, {"name": "none", "port": 82, "targetPort": "x"}, {"name": "raw", "port": 81}]);
    try_service(&mut world, "mixed", json!({"selector": {"app": "kubia"}, "ports": ports})).unwrap();
    ready(&mut world, "kubia-0", "node-1", "luksa/kubia", "10.244.1.2");
    settle(&mut world);
    let slice = slice(&world, "mixed");
    assert_eq!(slice.ports.iter().map(|p| (&*p.name, p.port)).collect::<Vec<_>>(), [("web", 8080), ("raw", 81)], "the pod has no port x");
}

#[test]
fn the_api_servers_own_slice() {
    let world = rehearsal::world();
    let slice = slice(&world, "kubernetes");
    assert_eq!((&*slice.metadata.name, &*slice.endpoints[0].addresses[0], slice.ports[0].port), ("kubernetes", "192.0.2.2", 6443));
    assert!(slice.metadata.owner_references.is_empty());
}

#[test]
fn a_deleted_slice_comes_back() {
    let mut world = kubia("luksa/kubia");
    let name = slice(&world, "kubia").metadata.key();
    Desk::new(&mut world, Actor::You).delete(Kind::EndpointSlice, &name, &Default::default()).unwrap();
    settle(&mut world);
    assert_eq!(shown(&world, "kubia").len(), 2);
}

/// Upstream: staging/src/k8s.io/endpointslice/reconciler_test.go, TestReconcilerPodMissingNode.
#[test]
fn a_pod_of_a_missing_node_is_left_out_and_complained_about() {
    let mut world = kubia("luksa/kubia-pet");
    Desk::new(&mut world, Actor::You).delete(Kind::Node, &Key::cluster("node-2"), &DeleteOptions::default()).unwrap();
    settle(&mut world);
    assert_eq!(shown(&world, "kubia").len(), 2, "nobody looks at the slice when a node goes");
    report(&mut world, "kubia-0", "10.244.1.2", false);
    settle(&mut world);
    assert_eq!(shown(&world, "kubia"), ["10.244.1.2/kubia-0 ---"]);
    let complaints = |world: &World| {
        let all = world.list::<crate::api::Event>().filter(|e| &*e.reason == "FailedToUpdateEndpointSlices");
        let about = all.filter(|e| &*e.involved_object.name == "kubia");
        about.map(|e| (e.count, e.message.to_string())).collect::<Vec<_>>()
    };
    let why =
        "Error updating Endpoint Slices for Service default/kubia: skipping Pod kubia-1 for Service default/kubia: Node node-2 Not Found";
    assert_eq!(complaints(&world), [(1, why.to_owned())]);
    world.advance(world.now() + Span::secs(8));
    assert_eq!(complaints(&world), [(4, why.to_owned())], "after one, two and four seconds");
}

/// What kubectl prints of a service that nobody answers for.
#[test]
fn an_empty_slice_prints_null() {
    let mut world = rehearsal::world();
    try_service(&mut world, "nobody", json!({"selector": {"app": "nobody"}, "ports": [{"port": 80}]})).unwrap();
    settle(&mut world);
    let value = Object::EndpointSlice(slice(&world, "nobody")).to_value();
    assert!(value["endpoints"].is_null() && value["ports"].is_null() && value.get("ports").is_some());
    let read: EndpointSlice = serde_json::from_value(value).unwrap();
    assert_eq!(read, *slice(&world, "nobody"));
}
