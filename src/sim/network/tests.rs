//! The whole story, with the real controllers and kubelets.

use super::*;
use crate::api::{Kind, Pod, Span};
use crate::sim::act::{Act, DeleteOptions, Request};
use crate::sim::invariants::Rule;
use crate::sim::network::rehearsal::{self, get, key, kubia_services, post};
use serde_json::json;

const PROXY: &str = "localhost:8001/api/v1/namespaces/default";

/// The notes' set of two, without claims: data lives in the containers.
fn story(image: &str) -> World {
    let mut world = rehearsal::world();
    kubia_services(&mut world);
    let container = json!({"name": "kubia", "image": image, "ports": [{"name": "http", "containerPort": 8080}]});
    let manifest = json!({"metadata": {"name": "kubia", "namespace": "default"}, "spec": {"serviceName": "kubia", "replicas": 2,
        "selector": {"matchLabels": {"app": "kubia"}},
        "template": {"metadata": {"labels": {"app": "kubia"}}, "spec": {"containers": [container]}}}});
    let set = Object::from_value(Kind::StatefulSet, manifest).unwrap();
    world.apply(Act::Request(Request::Create(set))).unwrap();
    pass(&mut world, 30);
    world
}

fn pass(world: &mut World, seconds: i64) {
    world.advance(world.now() + Span::secs(seconds));
}

fn node_of(world: &World, pod: &str) -> crate::api::Name {
    world.get::<Pod>(&key(pod)).unwrap().spec.node_name.clone()
}

#[test]
fn a_set_is_born_asked_and_found() {
    let mut world = story("luksa/kubia-pet-peers");
    assert_eq!(lookup(&world, "kubia.default.svc.cluster.local", RecordType::Srv).answers.len(), 2);
    let stored = post(&mut world, &format!("{PROXY}/pods/kubia-0/proxy/"), "The sun is shining");
    assert_eq!(stored.body, "Data stored on pod kubia-0\n");
    let expected = "Data stored in the cluster:\n- kubia-0.kubia.default.svc.cluster.local: The sun is shining\n\
        - kubia-1.kubia.default.svc.cluster.local: No data posted yet\n";
    let answer = get(&mut world, &format!("{PROXY}/services/kubia-public/proxy/"));
    assert!(answer.body.ends_with(expected), "{}", answer.body);
}

#[test]
fn a_forced_delete_makes_two_of_them() {
    let mut world = story("luksa/kubia-pet");
    let node = node_of(&world, "kubia-1");
    let old = world.get::<Pod>(&key("kubia-1")).unwrap().status.pod_ip.clone();
    world.apply(Act::Disconnect(node.clone())).unwrap();
    pass(&mut world, 60);
    let options = DeleteOptions { grace: Some(0), ..DeleteOptions::default() };
    world.apply(Act::Request(Request::Delete(Kind::Pod, key("kubia-1"), options))).unwrap();
    pass(&mut world, 30);
    let new = world.get::<Pod>(&key("kubia-1")).unwrap().status.pod_ip.clone();
    assert_ne!(old, new);
    let (ghost, successor) = (get(&mut world, &format!("{old}:8080")), get(&mut world, &format!("{new}:8080")));
    assert!(ghost.body.starts_with("You've hit kubia-1\n") && successor.body.starts_with("You've hit kubia-1\n"));
    assert_ne!(ghost.served_by, successor.served_by);
    assert!(world.rules().broken(Rule::OneProcessPerName).is_some());
    world.apply(Act::Reconnect(node)).unwrap();
    pass(&mut world, 60);
    assert_eq!(get(&mut world, &format!("{old}:8080")).error.map(|e| e.code), Some(28), "the ghost is gone");
}
#[test]
fn a_slice_is_written_as_often_as_in_the_recording() {
    let mut world = story("luksa/kubia-pet");
    world.apply(Act::Request(Request::Delete(Kind::Pod, key("kubia-0"), DeleteOptions::default()))).unwrap();
    pass(&mut world, 30);
    let rows: Vec<String> = world.changes().since(0).filter_map(|change| row(&change.what)).collect();
    assert_eq!(rows, ["", "kubia-0 rs", "kubia-0 rs, kubia-1 rs", "kubia-0 st, kubia-1 rs", "kubia-1 rs", "kubia-1 rs, kubia-0 rs"]);
}

/// Endpoints of the governing service's slice with a letter for each condition that holds.
fn row(what: &crate::sim::What) -> Option<String> {
    let crate::sim::What::Written { after: Some(Object::EndpointSlice(slice)), .. } = what else { return None };
    let endpoint = |e: &crate::api::service::Endpoint| {
        let letters = [(e.conditions.ready, 'r'), (e.conditions.serving, 's'), (e.conditions.terminating, 't')];
        let letters: String = letters.iter().filter(|(holds, _)| *holds).map(|(_, letter)| *letter).collect();
        format!("{} {letters}", e.hostname)
    };
    let governing = slice.metadata.labels.get(endpoints::SERVICE_NAME).is_some_and(|name| &**name == "kubia");
    governing.then(|| slice.endpoints.iter().map(endpoint).collect::<Vec<_>>().join(", "))
}
