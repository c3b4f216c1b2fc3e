//! What images on nodes are worth.

use super::super::decision::{self, PARTS, Weighed};
use super::*;
use crate::api::{Kind, Span};
use crate::sim::tests::Trial;
use serde_json::{Value, json};

const SIZE: i64 = 250 * MB;

fn pod(spec: Value) -> Pod {
    serde_json::from_value(json!({"metadata": {"name": "p"}, "spec": spec})).unwrap()
}

fn node(images: &[(&str, i64)]) -> Node {
    let images: Vec<Value> = images.iter().map(|(name, size)| json!({"names": [name], "sizeBytes": size})).collect();
    serde_json::from_value(json!({"metadata": {"name": "n"}, "status": {"images": images}})).unwrap()
}

/// Upstream: TestImageLocalityPriority in plugins/imagelocality/image_locality_test.go, its sizes and scores.
#[test]
fn what_is_there_counts_between_the_thresholds_and_by_how_far_it_has_spread() {
    let first = node(&[("gcr.io/40:latest", 40 * MB), ("gcr.io/300:latest", 300 * MB), ("gcr.io/4000:latest", 4000 * MB)]);
    let second = node(&[("gcr.io/250:latest", 250 * MB), ("gcr.io/10:latest", 10 * MB)]);
    let third = node(&[("gcr.io/600:latest", 600 * MB), ("gcr.io/40:latest", 40 * MB), ("gcr.io/900:latest", 900 * MB)]);
    let container = |image: &str| json!({"name": "c", "image": image});
    let plain = |images: &[&str]| json!({"containers": images.iter().map(|image| container(image)).collect::<Vec<Value>>()});
    for (nodes, spec, expected) in [
        (vec![&first, &second], plain(&["gcr.io/40", "gcr.io/250"]), vec![0, 5]),
        (vec![&first, &second], plain(&["gcr.io/40", "gcr.io/300"]), vec![7, 0]),
        (vec![&first, &second], plain(&["gcr.io/10", "gcr.io/4000"]), vec![100, 0]),
        (vec![&first, &second, &node(&[])], plain(&["gcr.io/10", "gcr.io/4000"]), vec![66, 0, 0]),
        (vec![&third, &node(&[]), &node(&[])], plain(&["gcr.io/300", "gcr.io/600", "gcr.io/900"]), vec![16, 0, 0]),
        (
            vec![&second, &node(&[])],
            json!({"containers": [container("gcr.io/10")], "initContainers": [container("gcr.io/250")]}),
            vec![5, 0],
        ),
        (vec![&second, &node(&[])], plain(&["250", "docker.io/gcr.io/250:latest"]), vec![0, 0]),
    ] {
        let mut stocks = Stocks::default();
        nodes.iter().for_each(|node| stocks.relist(None, Some(node)));
        let wanted = Wanted::by(&pod(spec.clone()));
        let scores: Vec<i64> = nodes.iter().map(|node| wanted.score(&stocks, wanted.held(&stocks, node), nodes.len())).collect();
        assert_eq!(scores, expected, "{spec}");
    }
}

/// Upstream: addNodeImageStates, removeNodeImageStates in backend/cache/cache.go.
#[test]
fn images_are_counted_as_nodes_come_relist_and_go() {
    let (one, other) = (node(&[("a:1", SIZE), ("a:1", SIZE)]), node(&[("a:1", 2 * SIZE), ("b:1", SIZE)]));
    let mut stocks = Stocks::default();
    stocks.relist(None, Some(&one));
    stocks.relist(None, Some(&other));
    assert_eq!(stocks.0.get("a:1"), Some(&Stock { size: SIZE, nodes: 2 }), "as large as the first node said");
    stocks.relist(Some(&one), None);
    stocks.relist(Some(&other), Some(&one));
    assert_eq!(stocks.0.iter().map(|(name, stock)| (&**name, stock.nodes)).collect::<Vec<_>>(), [("a:1", 1)]);
}

/// Upstream: volumes count among what is there, and not among the containers, of which the most that is possible depends.
#[test]
fn images_of_volumes_count_too() {
    let volumes = json!([{"name": "v", "image": {"reference": "gcr.io/250"}}]);
    let wanted = Wanted::by(&pod(json!({"containers": [{"name": "c", "image": "gcr.io/10"}], "volumes": volumes})));
    let there = node(&[("gcr.io/250:latest", 250 * MB)]);
    let mut stocks = Stocks::default();
    stocks.relist(None, Some(&there));
    assert_eq!(wanted.score(&stocks, wanted.held(&stocks, &there), 1), 100 * (250 - 23) / (1000 - 23));
}

/// What the kubelets tell is what the scheduler goes by, where pods name images as the runtime does.
#[test]
fn a_pod_goes_to_where_its_image_is() {
    for (image, counts) in [("docker.io/luksa/kubia", true), ("luksa/kubia", false)] {
        let mut trial = Trial::new(3);
        trial.put_pod("first", image, json!({"nodeName": "node-2"}));
        trial.pass(Span::secs(45));
        trial.delete(Kind::Pod, "first");
        trial.pass(Span::secs(5));
        trial.put_pod("next", image, json!({}));
        trial.pass(Span::secs(1));
        let decision = decision::of(&trial.world, trial.get::<Pod>("next").metadata.uid).unwrap().clone();
        let images = |name: &str| match &decision.nodes.iter().find(|(node, _)| **node == *name).unwrap().1 {
            Weighed::Scored(parts) => parts[PARTS.iter().position(|part| *part == "images").unwrap()],
            Weighed::Refused(why) => panic!("{why}"),
        };
        assert_eq!((images("node-1"), images("node-2")), (0, if counts { 5 } else { 0 }), "{image}");
        assert!(!counts || &*decision.node == "node-2");
    }
}
