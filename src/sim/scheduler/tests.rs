//! The scheduler: where pods go, and in which words it says that they can go nowhere.

mod filters;
mod scores;

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
    let useless = |n: usize| format!("no new claims to deallocate, preemption: {nodes}{n} Preemption is not helpful for scheduling.");
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
    assert_eq!(
        complaint(&mut trial, asking("2")),
        format!("{nodes}{reasons}. no new claims to deallocate, preemption: {nodes}{preemption}.")
    );
}

#[test]
fn a_full_node_takes_no_more() {
    let mut trial = Trial::new(1);
    trial.edit_status(Kind::Node, "node-1", "/status/allocatable/pods", json!("1"));
    trial.put_pod("first", "nginx", json!({}));
    trial.pass(Span::secs(1));
    let nodes = "0/1 nodes are available: ";
    let words =
        format!("{nodes}1 Too many pods. no new claims to deallocate, preemption: {nodes}1 No preemption victims found for incoming pod.");
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
    let mut trial = Trial::new(0);
    assert_eq!(complaint(&mut trial, json!({})), "no nodes available to schedule pods");
    trial.pass(Span::secs(1));
    let times = trial.times("p", "FailedScheduling");
    assert_eq!(times.iter().map(|at| at - times[0]).collect::<Vec<i64>>(), [0, 1], "no plugin refused it: it is tried again by and by");
}

const NODES: &str = "0/3 nodes are available: ";

/// A pod with the label `app` that asks for this.
fn put_labelled(trial: &mut Trial, name: &str, app: &str, spec: Value) {
    let spec = over(crate::sim::tests::pod_spec("nginx"), spec);
    trial.put(Kind::Pod, json!({"metadata": {"name": name, "labels": {"app": app}}, "spec": spec}));
    trial.pass(Span::secs(1));
}

fn said(trial: &Trial, pod: &str) -> String {
    trial.said(pod, "FailedScheduling").last().cloned().unwrap_or_default()
}

/// A required term: pods of that label, by host.
fn term(side: &str, app: &str) -> Value {
    let term = json!({"labelSelector": {"matchLabels": {"app": app}}, "topologyKey": "kubernetes.io/hostname"});
    json!({"affinity": {side: {"requiredDuringSchedulingIgnoredDuringExecution": [term]}}})
}

/// Upstream: TestRequiredAffinitySingleNode in plugins/interpodaffinity/filtering_test.go.
#[test]
fn pods_keep_away_from_each_other() {
    let mut trial = Trial::new(3);
    let away = term("podAntiAffinity", "web");
    (0..4).for_each(|i| put_labelled(&mut trial, &format!("w{i}"), "web", away.clone()));
    let nodes: BTreeSet<String> = (0..3).map(|i| node_of(&trial, &format!("w{i}"))).collect();
    assert_eq!((nodes.len(), node_of(&trial, "w3").as_str()), (3, ""));
    let useless = "no new claims to deallocate, preemption: 0/3 nodes are available: 3 No preemption victims found for incoming pod.";
    assert_eq!(said(&trial, "w3"), format!("{NODES}3 node(s) didn't match pod anti-affinity rules. {useless}"));
    put_labelled(&mut trial, "plain", "web", json!({}));
    assert_eq!(said(&trial, "plain"), format!("{NODES}3 node(s) didn't satisfy existing pods anti-affinity rules. {useless}"));
    put_labelled(&mut trial, "other", "db", json!({}));
    assert_ne!(node_of(&trial, "other"), "");
    trial.delete(Kind::Pod, "plain");
    trial.force("w0");
    trial.pass(Span::secs(5));
    assert_ne!(node_of(&trial, "w3"), "", "tried again when one of them has gone");
}

/// Upstream: the first pod of those that want to be together may go anywhere.
#[test]
fn pods_come_to_each_other() {
    let mut trial = Trial::new(3);
    put_labelled(&mut trial, "guest", "guest", term("podAffinity", "host"));
    let useless = "no new claims to deallocate, preemption: 0/3 nodes are available: 3 Preemption is not helpful for scheduling.";
    assert_eq!(said(&trial, "guest"), format!("{NODES}3 node(s) didn't match pod affinity rules. {useless}"));
    (0..3).for_each(|i| put_labelled(&mut trial, &format!("h{i}"), "host", term("podAffinity", "host")));
    let nodes: BTreeSet<String> = ["h0", "h1", "h2", "guest"].iter().map(|pod| node_of(&trial, pod)).collect();
    assert_eq!(nodes.len(), 1, "{nodes:?}");
    assert_ne!(nodes.first().map(String::as_str), Some(""));
}

#[test]
fn preferred_neighbours_decide_among_equal_nodes() {
    for (side, together) in [("podAffinity", true), ("podAntiAffinity", false)] {
        let mut trial = Trial::new(3);
        put_labelled(&mut trial, "a", "a", json!({}));
        let term = json!({"labelSelector": {"matchLabels": {"app": "a"}}, "topologyKey": "kubernetes.io/hostname"});
        let wish = json!([{"weight": 100, "podAffinityTerm": term}]);
        put_labelled(&mut trial, "b", "b", json!({"affinity": {side: {"preferredDuringSchedulingIgnoredDuringExecution": wish}}}));
        assert_eq!(node_of(&trial, "a") == node_of(&trial, "b"), together, "{side}");
    }
}

/// Upstream: plugins/podtopologyspread/filtering_test.go.
#[test]
fn own_constraints_spread_pods_over_domains() {
    let mut trial = Trial::new(3);
    for (node, zone) in [("node-1", "a"), ("node-2", "b")] {
        trial.edit(Kind::Node, node, "/metadata/labels/zone", json!(zone));
    }
    let constraint = |how: &str| {
        let selector = json!({"matchLabels": {"app": "web"}});
        json!({"topologySpreadConstraints": [{"maxSkew": 1, "topologyKey": "zone", "whenUnsatisfiable": how, "labelSelector": selector}]})
    };
    (0..4).for_each(|i| put_labelled(&mut trial, &format!("w{i}"), "web", constraint("DoNotSchedule")));
    let on = |trial: &Trial, node: &str| (0..4).filter(|i| node_of(trial, &format!("w{i}")) == node).count();
    assert_eq!((on(&trial, "node-1"), on(&trial, "node-2"), on(&trial, "node-3")), (2, 2, 0));
    trial.edit(Kind::Node, "node-2", "/spec/unschedulable", json!(true));
    put_labelled(&mut trial, "w4", "web", constraint("DoNotSchedule"));
    put_labelled(&mut trial, "w5", "web", constraint("DoNotSchedule"));
    let reasons = "1 node(s) didn't match pod topology spread constraints, 1 node(s) didn't match pod topology spread constraints (missing required label), 1 node(s) were unschedulable";
    let preemption = "1 No preemption victims found for incoming pod, 2 Preemption is not helpful for scheduling";
    assert_eq!(said(&trial, "w5"), format!("{NODES}{reasons}. no new claims to deallocate, preemption: {NODES}{preemption}."));
    put_labelled(&mut trial, "w6", "web", constraint("ScheduleAnyway"));
    assert_ne!(node_of(&trial, "w6"), "");
}

#[test]
fn other_resources_run_out_too() {
    let asking = |n: &str| json!({"containers": [{"name": "c", "image": "nginx", "resources": {"requests": {"hugepages-2Mi": n}}}]});
    let mut trial = Trial::new(1);
    trial.edit_status(Kind::Node, "node-1", "/status/allocatable/hugepages-2Mi", json!("2"));
    trial.put_pod("first", "nginx", asking("2"));
    trial.pass(Span::secs(1));
    assert_eq!(node_of(&trial, "first"), "node-1");
    let nodes = "0/1 nodes are available: ";
    let words = format!(
        "{nodes}1 Insufficient hugepages-2Mi. no new claims to deallocate, preemption: {nodes}1 No preemption victims found for incoming pod."
    );
    assert_eq!(complaint(&mut trial, asking("1")), words);
}

/// Upstream: plugins/schedulinggates, and applySchedulingGatedCondition.
#[test]
fn a_gated_pod_waits_without_complaint() {
    let mut trial = Trial::new(1);
    trial.put_pod("p", "nginx", json!({"schedulingGates": [{"name": "example.com/go"}]}));
    trial.pass(Span::secs(5));
    let conditions = trial.get::<Pod>("p").status.conditions.clone();
    assert_eq!((&*conditions[0].reason, conditions.len(), said(&trial, "p").as_str()), ("SchedulingGated", 1, ""));
    trial.edit(Kind::Pod, "p", "/spec/schedulingGates", json!([]));
    trial.pass(Span::secs(1));
    assert_eq!(node_of(&trial, "p"), "node-1");
}

/// Upstream: queueing hints. What cannot help does not make a pod complain again.
#[test]
fn only_news_that_could_help_wake_a_pod() {
    let mut trial = Trial::new(2);
    trial.put_pod("other", "nginx", json!({"nodeName": "node-1"}));
    assert!(complaint(&mut trial, json!({"nodeSelector": {"disk": "ssd"}})).contains("node affinity/selector"));
    let complaints = |trial: &Trial| trial.said("p", "FailedScheduling").len();
    trial.edit(Kind::Node, "node-1", "/spec/taints", json!([{"key": "k", "effect": "NoSchedule"}]));
    trial.edit(Kind::Node, "node-1", "/spec/taints", json!([]));
    trial.force("other");
    trial.pass(Span::secs(5));
    assert_eq!(complaints(&trial), 1, "taints and room are not what it waits for");
    trial.edit(Kind::Node, "node-1", "/metadata/labels/colour", json!("blue"));
    trial.pass(Span::secs(1));
    assert_eq!(complaints(&trial), 1, "nor is a node that it still does not select");
    trial.edit(Kind::Node, "node-2", "/metadata/labels/disk", json!("ssd"));
    trial.pass(Span::secs(1));
    assert_eq!(node_of(&trial, "p"), "node-2");
}

/// The parts that are kept add up to what the choice was made by: the chosen node has the greatest sum.
#[test]
fn the_kept_decision_is_the_one_that_was_made() {
    let mut trial = Trial::new(5);
    trial.edit(Kind::Node, "node-2", "/spec/unschedulable", json!(true));
    (0..12).for_each(|i| trial.put_pod(&format!("p{i}"), "nginx", asking(&format!("{}m", 50 + i * 20))));
    trial.pass(Span::secs(3));
    for i in 0..12 {
        let pod = trial.get::<Pod>(&format!("p{i}"));
        let decision = decision::of(&trial.world, pod.metadata.uid).unwrap();
        assert_eq!((decision.node.clone(), decision.nodes.len()), (pod.spec.node_name.clone(), 5));
        let best = decision.nodes.iter().filter_map(|(_, weighed)| weighed.total()).max();
        assert_eq!(decision.total(&decision.node), best);
        assert_eq!(decision.nodes[1].1, decision::Weighed::Refused("node(s) were unschedulable".to_owned()));
    }
}

/// Upstream: flushUnschedulablePodsLeftover.
#[test]
fn after_five_minutes_without_news_a_pod_is_tried_again() {
    let mut trial = Trial::new(1);
    complaint(&mut trial, asking("5"));
    trial.pass(Span::mins(11));
    let times = trial.times("p", "FailedScheduling");
    assert_eq!(times.len(), 3, "{times:?}");
    assert!(times.windows(2).all(|pair| (300..=331).contains(&(pair[1] - pair[0]))), "{times:?}");
}

/// Upstream: the queue's Update, and the plugins' hints on updates of the pod itself.
#[test]
fn a_pod_that_asks_otherwise_is_tried_again() {
    let mut trial = Trial::new(1);
    trial.edit(Kind::Node, "node-1", "/spec/taints", json!([{"key": "k", "effect": "NoSchedule"}]));
    complaint(&mut trial, json!({}));
    trial.edit(Kind::Pod, "p", "/spec/tolerations", json!([{"operator": "Exists"}]));
    trial.pass(Span::secs(1));
    assert_eq!(node_of(&trial, "p"), "node-1");
}

/// Upstream: TestCSILimits.
#[test]
fn a_node_takes_as_many_volumes_of_a_driver_as_it_can() {
    let mut trial = Trial::new(2);
    let driver = json!([{"name": "d", "nodeID": "n", "allocatable": {"count": 1}}]);
    trial.put(Kind::CSINode, json!({"metadata": {"name": "node-1"}, "spec": {"drivers": driver}}));
    trial.edit(Kind::Node, "node-2", "/spec/unschedulable", json!(true));
    for name in ["a", "b"] {
        let source = json!({"driver": "d", "volumeHandle": name});
        let spec = json!({"capacity": {"storage": "1Gi"}, "accessModes": ["ReadWriteOnce"], "csi": source});
        trial.put(Kind::PersistentVolume, json!({"metadata": {"name": name}, "spec": spec}));
        let claim = json!({"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Gi"}}, "volumeName": name});
        trial.put(Kind::PersistentVolumeClaim, json!({"metadata": {"name": name}, "spec": claim}));
    }
    trial.pass(Span::secs(20));
    let with = |claim: &str| json!({"volumes": [{"name": "v", "persistentVolumeClaim": {"claimName": claim}}]});
    for (pod, claim) in [("first", "a"), ("same", "a"), ("other", "b")] {
        trial.put_pod(pod, "nginx", with(claim));
        trial.pass(Span::secs(2));
    }
    assert_eq!(["first", "same", "other"].map(|pod| node_of(&trial, pod)), ["node-1", "node-1", ""]);
    let nodes = "0/2 nodes are available: ";
    let reasons = "1 node(s) exceed max volume count, 1 node(s) were unschedulable";
    let preemption = "1 No preemption victims found for incoming pod, 1 Preemption is not helpful for scheduling";
    assert_eq!(said(&trial, "other"), format!("{nodes}{reasons}. no new claims to deallocate, preemption: {nodes}{preemption}."));
    trial.delete(Kind::Pod, "first");
    trial.delete(Kind::Pod, "same");
    trial.pass(Span::secs(5));
    assert_eq!(node_of(&trial, "other"), "node-1");
}
