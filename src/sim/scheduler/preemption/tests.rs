//! Who has to go for whom. Upstream: plugins/defaultpreemption/default_preemption_test.go, preemption_test.go.

use crate::api::meta::condition;
use crate::api::{Kind, Pod, Span};
use crate::sim::tests::{Trial, over};
use serde_json::{Value, json};

fn class(trial: &mut Trial, name: &str, value: i64, policy: &str) {
    trial.put(Kind::PriorityClass, json!({"metadata": {"name": name}, "value": value, "preemptionPolicy": policy}));
}

/// A cluster of so many nodes with three classes.
fn cluster(nodes: u32) -> Trial {
    let mut trial = Trial::new(nodes);
    class(&mut trial, "low", 10, "PreemptLowerPriority");
    class(&mut trial, "high", 1000, "PreemptLowerPriority");
    class(&mut trial, "patient", 1000, "Never");
    trial
}

fn asking(class: &str, cpu: &str, more: Value) -> Value {
    let containers = json!([{"name": "c", "image": "nginx", "resources": {"requests": {"cpu": cpu}}}]);
    let named = if class.is_empty() { json!({}) } else { json!({"priorityClassName": class}) };
    over(over(json!({"containers": containers}), named), more)
}

fn put(trial: &mut Trial, name: &str, class: &str, cpu: &str, more: Value) {
    trial.put_pod(name, "nginx", asking(class, cpu, more));
    trial.pass(Span::millis(1500));
}

/// A pod that takes its whole grace to stop.
fn slow() -> Value {
    let resources = json!({"requests": {"cpu": "1"}});
    json!({"containers": [{"name": "c", "image": "busybox", "command": ["sleep", "9999"], "resources": resources}]})
}

fn node_of(trial: &Trial, pod: &str) -> String {
    trial.get::<Pod>(pod).spec.node_name.to_string()
}

#[test]
fn a_more_important_pod_takes_the_place_of_a_lesser_one() {
    let mut trial = cluster(1);
    put(&mut trial, "lesser", "low", "3", json!({}));
    trial.put_pod("urgent", "nginx", asking("high", "3", json!({})));
    trial.pass(Span::millis(20));
    let urgent = trial.get::<Pod>("urgent");
    assert_eq!(&*urgent.status.nominated_node_name, "node-1");
    assert_eq!(trial.said("urgent", "FailedScheduling"), ["0/1 nodes are available: 1 Insufficient cpu."]);
    let lesser = trial.get::<Pod>("lesser");
    let target = condition(&lesser.status.conditions, "DisruptionTarget").unwrap();
    let words = "default-scheduler: preempting to accommodate a higher priority pod";
    assert_eq!((&*target.reason, &*target.message), ("PreemptionByScheduler", words));
    assert_eq!(trial.said("lesser", "Preempted"), [format!("Preempted by pod {} on node node-1", urgent.metadata.uid)]);
    trial.pass(Span::secs(2));
    assert!(!trial.has(Kind::Pod, "lesser"));
    let urgent = trial.get::<Pod>("urgent");
    assert_eq!((&*urgent.spec.node_name, &*urgent.status.nominated_node_name), ("node-1", ""));
}

/// Upstream: PodEligibleToPreemptOthers.
#[test]
fn who_may_not_preempt_says_why() {
    let mut trial = cluster(1);
    put(&mut trial, "slow", "low", "1", slow());
    put(&mut trial, "quick", "low", "2", json!({}));
    put(&mut trial, "patient", "patient", "4", json!({}));
    let nodes = "0/1 nodes are available: 1 Insufficient cpu. no new claims to deallocate, preemption: ";
    let never = format!("{nodes}not eligible due to preemptionPolicy=Never.");
    assert_eq!(trial.said("patient", "FailedScheduling"), [never]);
    put(&mut trial, "urgent", "high", "4", json!({}));
    let waits = format!("{nodes}not eligible due to a terminating pod on the nominated node.");
    assert_eq!(trial.said("urgent", "FailedScheduling").last(), Some(&waits), "one of two has gone");
    assert_eq!(&*trial.get::<Pod>("urgent").status.nominated_node_name, "node-1");
    trial.pass(Span::secs(32));
    assert_eq!(node_of(&trial, "urgent"), "node-1");
}

#[test]
fn only_as_many_go_as_must_and_the_least_important_first() {
    let mut trial = cluster(1);
    for (name, class) in [("older", ""), ("younger", ""), ("better", "low")] {
        put(&mut trial, name, class, "1", json!({}));
    }
    put(&mut trial, "urgent", "high", "2", json!({}));
    trial.pass(Span::secs(3));
    assert_eq!(node_of(&trial, "urgent"), "node-1");
    assert!(!trial.has(Kind::Pod, "younger") && trial.has(Kind::Pod, "older") && trial.has(Kind::Pod, "better"));
}

/// Upstream: pickOneNodeForPreemption, filterPodsWithPDBViolation.
#[test]
fn room_is_made_where_it_costs_least() {
    let mut trial = cluster(3);
    for (node, class) in [("node-1", "low"), ("node-2", ""), ("node-3", "low")] {
        put(&mut trial, &format!("on-{node}"), class, "3", json!({"nodeName": node}));
    }
    put(&mut trial, "first", "high", "3", json!({}));
    trial.pass(Span::secs(3));
    assert_eq!(node_of(&trial, "first"), "node-2", "the least important victim");

    let selector = json!({"matchLabels": {"guarded": "yes"}});
    trial.edit(Kind::Pod, "on-node-1", "/metadata/labels", json!({"guarded": "yes"}));
    trial.put(Kind::PodDisruptionBudget, json!({"metadata": {"name": "b"}, "spec": {"minAvailable": 1, "selector": selector}}));
    trial.pass(Span::secs(1));
    put(&mut trial, "second", "high", "3", json!({}));
    trial.pass(Span::secs(3));
    assert_eq!(node_of(&trial, "second"), "node-3", "no budget is broken there");
    put(&mut trial, "third", "high", "3", json!({}));
    trial.pass(Span::secs(3));
    assert_eq!(node_of(&trial, "third"), "node-1", "budgets are asked for, not obeyed");
}

/// Upstream: RunFilterPluginsWithNominatedPods.
#[test]
fn room_is_kept_for_whom_it_was_made() {
    let mut trial = cluster(1);
    put(&mut trial, "slow", "low", "1", slow());
    put(&mut trial, "urgent", "high", "4", json!({}));
    put(&mut trial, "sly", "", "1", json!({}));
    assert_eq!(node_of(&trial, "sly"), "");
    let nodes = "0/1 nodes are available: ";
    let words = format!(
        "{nodes}1 Insufficient cpu. no new claims to deallocate, preemption: {nodes}1 No preemption victims found for incoming pod."
    );
    assert_eq!(trial.said("sly", "FailedScheduling"), [words]);
    trial.delete(Kind::Pod, "urgent");
    trial.pass(Span::secs(32));
    assert_eq!(node_of(&trial, "sly"), "node-1", "nobody claims it any more");
}

/// Where even that does not help, the reasons that are left are told.
#[test]
fn what_is_left_to_refuse_the_pod_is_told() {
    let mut trial = cluster(1);
    put(&mut trial, "equal", "high", "2", json!({}));
    put(&mut trial, "lesser", "low", "1", json!({}));
    put(&mut trial, "urgent", "high", "3", json!({}));
    let nodes = "0/1 nodes are available: 1 Insufficient cpu.";
    assert_eq!(trial.said("urgent", "FailedScheduling"), [format!("{nodes} no new claims to deallocate, preemption: {nodes}")]);
    assert!(!trial.get::<Pod>("lesser").metadata.is_terminating());
}

/// Upstream: InterPodAntiAffinity is one of the filters that victims can satisfy.
#[test]
fn an_unwanted_neighbour_goes_too() {
    let mut trial = cluster(1);
    put(&mut trial, "lesser", "low", "1", json!({}));
    let term = json!({"labelSelector": {"matchLabels": {"app": "x"}}, "topologyKey": "kubernetes.io/hostname"});
    let away = json!({"affinity": {"podAntiAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": [term]}}});
    put(&mut trial, "urgent", "high", "1", away);
    trial.pass(Span::secs(3));
    assert_eq!((trial.has(Kind::Pod, "lesser"), node_of(&trial, "urgent").as_str()), (false, "node-1"));
}

/// Upstream: RunFilterPluginsWithNominatedPods, its first pass; nobody is let near on account of a pod that may not come.
#[test]
fn who_is_to_come_is_a_neighbour_already() {
    for (side, more) in [("podAntiAffinity", "didn't match pod anti-affinity rules"), ("podAffinity", "didn't match pod affinity rules")] {
        let mut trial = cluster(1);
        put(&mut trial, "slow", "low", "1", slow());
        put(&mut trial, "urgent", "high", "4", json!({}));
        assert_eq!(&*trial.get::<Pod>("urgent").status.nominated_node_name, "node-1");
        trial.edit(Kind::Pod, "urgent", "/metadata/labels", json!({"role": "guest"}));
        trial.pass(Span::secs(1));
        let term = json!({"labelSelector": {"matchLabels": {"role": "guest"}}, "topologyKey": "kubernetes.io/hostname"});
        let affinity = json!({"affinity": {side: {"requiredDuringSchedulingIgnoredDuringExecution": [term]}}});
        trial.put_pod("p", "nginx", affinity);
        trial.pass(Span::secs(1));
        assert_eq!(node_of(&trial, "p"), "");
        let said = trial.said("p", "FailedScheduling");
        assert!(said[0].contains(more), "{said:?}");
    }
}

/// Upstream: deletePodFromSchedulingQueue.
#[test]
fn who_gives_up_his_claim_lets_others_try_again() {
    let mut trial = cluster(1);
    put(&mut trial, "slow", "low", "1", slow());
    put(&mut trial, "urgent", "high", "4", json!({}));
    put(&mut trial, "modest", "", "1", json!({}));
    assert_eq!(node_of(&trial, "modest"), "");
    trial.delete(Kind::Pod, "urgent");
    trial.pass(Span::secs(2));
    assert_eq!((trial.has(Kind::Pod, "slow"), node_of(&trial, "modest").as_str()), (true, "node-1"));
}
