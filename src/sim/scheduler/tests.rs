//! The scheduler: where pods go, and in which words it says that they can go nowhere.

use super::*;
use crate::api::Span;
use crate::sim::tests::{Trial, over};
use serde_json::{Value, json};
use std::collections::BTreeSet;

fn node_of(trial: &Trial, pod: &str) -> String {
    trial.get::<Pod>(pod).spec.node_name.to_string()
}

/// Why a pod that asks for this could not be scheduled.
fn complaint(trial: &mut Trial, spec: Value) -> String {
    trial.put_pod("p", "nginx", spec);
    trial.pass(Span::secs(1));
    let message = trial.said("p", "FailedScheduling").first().cloned().unwrap_or_default();
    let condition = trial.get::<Pod>("p").status.conditions.first().cloned().unwrap_or_default();
    assert_eq!((&*condition.message, &*condition.reason), (&*message, "Unschedulable"));
    message
}

fn asking(cpu: &str) -> Value {
    json!({"containers": [{"name": "c", "image": "nginx", "resources": {"requests": {"cpu": cpu}}}]})
}

#[test]
fn a_sets_pods_spread_over_the_nodes() {
    let mut trial = Trial::new(3);
    trial.put_rs("nginx", json!({"replicas": 3}));
    trial.pass(Span::secs(2));
    let nodes: BTreeSet<_> = trial.world.list::<Pod>().map(|p| p.spec.node_name.clone()).collect();
    assert_eq!(nodes.len(), 3);
}

#[test]
fn selectors_taints_and_cordons_leave_the_other_nodes() {
    let taint = json!([{"key": "k", "value": "v", "effect": "NoSchedule"}]);
    for (pointer, value, spec, expected) in [
        ("/metadata/labels", json!({"disk": "ssd"}), json!({"nodeSelector": {"disk": "ssd"}}), "node-1"),
        ("/spec/taints", taint.clone(), json!({}), "node-2"),
        ("/spec/unschedulable", json!(true), json!({}), "node-2"),
    ] {
        let mut trial = Trial::new(2);
        trial.edit(Kind::Node, "node-1", pointer, value);
        (0..3).for_each(|i| trial.put_pod(&format!("p{i}"), "nginx", spec.clone()));
        trial.pass(Span::secs(2));
        assert!((0..3).all(|i| node_of(&trial, &format!("p{i}")) == expected), "{pointer}");
    }
    let mut trial = Trial::new(1);
    trial.edit(Kind::Node, "node-1", "/spec/taints", taint);
    trial.put_pod("p", "nginx", json!({"tolerations": [{"key": "k", "operator": "Exists"}]}));
    trial.pass(Span::secs(2));
    assert_eq!(node_of(&trial, "p"), "node-1");
}

#[test]
fn refusals_are_counted_up_by_reason() {
    let nodes = "0/3 nodes are available: ";
    let useless = |n: usize| format!("preemption: {nodes}{n} Preemption is not helpful for scheduling.");
    let mut trial = Trial::new(3);
    assert_eq!(complaint(&mut trial, asking("5")), format!("{nodes}3 Insufficient cpu. {}", useless(3)));

    let mut trial = Trial::new(3);
    let words = format!("{nodes}3 node(s) didn't match Pod's node affinity/selector. {}", useless(3));
    assert_eq!(complaint(&mut trial, json!({"nodeSelector": {"disk": "ssd"}})), words);

    let mut trial = Trial::new(3);
    trial.edit(Kind::Node, "node-1", "/spec/unschedulable", json!(true));
    trial.edit(Kind::Node, "node-2", "/spec/taints", json!([{"key": "k", "effect": "NoSchedule"}]));
    trial.put_pod("first", "nginx", over(asking("3"), json!({"nodeName": "node-3"})));
    trial.pass(Span::secs(1));
    let reasons = "1 Insufficient cpu, 1 node(s) had untolerated taint(s), 1 node(s) were unschedulable";
    let preemption = "1 No preemption victims found for incoming pod, 2 Preemption is not helpful for scheduling";
    assert_eq!(complaint(&mut trial, asking("2")), format!("{nodes}{reasons}. preemption: {nodes}{preemption}."));
}

#[test]
fn a_full_node_takes_no_more() {
    let mut trial = Trial::new(1);
    trial.edit_status(Kind::Node, "node-1", "/status/allocatable/pods", json!("1"));
    trial.put_pod("first", "nginx", json!({}));
    trial.pass(Span::secs(1));
    let nodes = "0/1 nodes are available: ";
    let words = format!("{nodes}1 Too many pods. preemption: {nodes}1 No preemption victims found for incoming pod.");
    assert_eq!(complaint(&mut trial, json!({})), words);
    trial.delete(Kind::Pod, "first");
    trial.pass(Span::secs(20));
    assert_eq!(node_of(&trial, "p"), "node-1", "tried again when there is room");
}

#[test]
fn claims_that_are_not_there_or_not_bound() {
    let using = json!({"volumes": [{"name": "v", "persistentVolumeClaim": {"claimName": "data"}}]});
    let nodes = "0/3 nodes are available: ";
    let mut trial = Trial::new(3);
    let words = format!("{nodes}persistentvolumeclaim \"data\" not found. not found");
    assert_eq!(complaint(&mut trial, using.clone()), words);

    let mut trial = Trial::new(3);
    let claim = json!({"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Mi"}}});
    trial.put(Kind::PersistentVolumeClaim, json!({"metadata": {"name": "data"}, "spec": claim}));
    trial.pass(Span::secs(1));
    let words = format!("{nodes}pod has unbound immediate PersistentVolumeClaims. not found");
    assert_eq!(complaint(&mut trial, using), words, "as recorded of a real control plane");
}

#[test]
fn without_nodes_there_is_nowhere_to_go() {
    assert_eq!(complaint(&mut Trial::new(0), json!({})), "no nodes available to schedule pods");
}
