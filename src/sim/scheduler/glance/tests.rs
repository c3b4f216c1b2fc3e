//! The quick way and the long way lead to the same places.

use super::super::{filter, score};
use super::*;
use crate::api::{Kind, Span};
use crate::sim::tests::Trial;
use serde_json::json;

const IMAGE: &str = "docker.io/luksa/kubia";

/// What the long way finds, and where the next search would begin.
fn long_way(world: &World, pod: &Pod) -> (Vec<usize>, usize) {
    let mut world = world.clone();
    let (feasible, _) = filter::feasible(&mut world, pod, &Needs::default());
    (score::best(&world, pod, &feasible), world.scheduler.seats.ahead(0))
}

/// All the best places, of which there are as many as is told.
fn all(_: &mut Chance, count: usize, places: &mut dyn Iterator<Item = usize>) -> Vec<usize> {
    let all: Vec<usize> = places.collect();
    assert_eq!(all.len(), count);
    all
}

/// Asks both ways for a pod of the service, and lets it go again.
fn agree(trial: &mut Trial, cpu: &str) {
    let container = json!({"name": "c", "image": IMAGE, "resources": {"requests": {"cpu": cpu}}});
    trial.put(Kind::Pod, json!({"metadata": {"name": "asks", "labels": {"app": "web"}}, "spec": {"containers": [container]}}));
    let pod = trial.get::<Pod>("asks");
    let long = long_way(&trial.world, &pod);
    let quick = look(&mut trial.world, &pod, &Needs::default(), all).expect("it asks only for room");
    assert_eq!((quick, trial.world.scheduler.seats.ahead(0)), long);
    trial.force("asks");
}

#[test]
fn both_ways_agree_while_the_cluster_changes() {
    let mut trial = Trial::new(130);
    for (place, zone) in ["a", "b", "a", "c"].iter().enumerate() {
        trial.edit(Kind::Node, &format!("node-{}", place + 1), "/metadata/labels/topology.kubernetes.io~1zone", json!(zone));
    }
    trial.put(Kind::Service, json!({"metadata": {"name": "web"}, "spec": {"selector": {"app": "web"}, "ports": [{"port": 80}]}}));
    trial.put_rs("nginx", json!({"replicas": 30}));
    // Beyond the nodes that are looked at, but in a zone of theirs.
    for node in ["node-128", "node-129"] {
        trial.edit(Kind::Node, node, "/metadata/labels/topology.kubernetes.io~1zone", json!("a"));
    }
    for round in 0..12 {
        trial.put(
            Kind::Pod,
            json!({
                "metadata": {"name": format!("loose-{round}"), "labels": {"app": "web"}},
                "spec": {"nodeName": format!("node-{}", [1, 2, 128, 4, 5, 129][round % 6]), "containers": [{"name": "c", "image": "nginx"}]},
            }),
        );
        let images = if round % 3 == 2 { json!([]) } else { json!([{"names": [format!("{IMAGE}:latest")], "sizeBytes": 900_000_000}]) };
        (0..4)
            .for_each(|i| trial.edit_status(Kind::Node, &format!("node-{}", (round * 13 + i) % 40 + 10), "/status/images", images.clone()));
        agree(&mut trial, ["100m", "1500m"][round % 2]);
        trial.pass(Span::millis(40));
        if round == 6 {
            trial.delete(Kind::Node, "node-3");
            trial.edit(Kind::Node, "node-7", "/spec/unschedulable", json!(true));
            trial.edit(Kind::Node, "node-7", "/spec/unschedulable", json!(false));
        }
    }
}

#[test]
fn nodes_with_taints_need_a_closer_look() {
    let mut trial = Trial::new(3);
    trial.edit(Kind::Node, "node-2", "/spec/unschedulable", json!(true));
    trial.put_pod("p", "nginx", json!({}));
    let pod = trial.get::<Pod>("p");
    assert_eq!(look(&mut trial.world, &pod, &Needs::default(), all), None);
}
