//! ReplicaSet rules: who goes first, what counts as gone, whose pods are whose.

use super::*;
use crate::sim::act::Act;
use crate::sim::tests::{Trial, key, over, pod_spec};
use serde_json::{Value, json};

/// A pod that has been ready on a node for a long time, with some fields otherwise.
fn pod(uid: u8, pointer: &str, value: &Value) -> Arc<Pod> {
    let old = "2026-01-01T08:00:00Z";
    let mut whole = json!({
        "metadata": {"name": format!("p{uid}"), "namespace": "default", "uid": format!("00000000-0000-4000-8000-0000000000{uid:02}"),
            "creationTimestamp": old, "annotations": {}},
        "spec": {"nodeName": "node-1", "containers": [], "initContainers": [{"name": "s", "image": "", "restartPolicy": "Always"}]},
        "status": {"phase": "Running", "conditions": [{"type": "Ready", "status": "True", "lastTransitionTime": old}],
            "initContainerStatuses": [], "containerStatuses": [{"name": "c", "restartCount": 0, "ready": true, "image": "", "imageID": ""}]},
    });
    if let Some(slot) = whole.pointer_mut(pointer).filter(|_| !pointer.is_empty()) {
        *slot = value.clone();
    }
    let Ok(Object::Pod(pod)) = Object::from_value(Kind::Pod, whole) else { panic!("a pod") };
    pod
}

/// The first to go, as its place among those given.
fn first(pods: &[Arc<Pod>]) -> usize {
    let trial = Trial::new(1);
    let victims = victims(&trial.world, &ReplicaSet::default(), pods, 1);
    pods.iter().position(|p| p.metadata.uid == victims[0].metadata.uid).unwrap()
}

#[test]
fn each_criterion_decides_where_those_before_are_equal() {
    let just_now = json!([{"type": "Ready", "status": "True", "lastTransitionTime": "2026-01-01T08:59:50Z"}]);
    let unready = json!([{"type": "Ready", "status": "False", "lastTransitionTime": "2026-01-01T08:00:00Z"}]);
    let restarts = |n: i32| json!([{"name": "c", "restartCount": n, "ready": true, "image": "", "imageID": ""}]);
    let sidecar = |n: i32| json!([{"name": "s", "restartCount": n, "ready": true, "image": "", "imageID": ""}]);
    let cost = |n: &str| json!({"controller.kubernetes.io/pod-deletion-cost": n});
    // What goes first, and what is kept although it is worse by every later criterion.
    let rows: [(&str, &str, Value, &str, Value); 9] = [
        ("nowhere", "/spec/nodeName", json!(""), "/status/phase", json!("Pending")),
        ("pending", "/status/phase", json!("Pending"), "/status/conditions", unready.clone()),
        ("unknown", "/status/phase", json!("Unknown"), "/status/conditions", unready.clone()),
        ("unready", "/status/conditions", unready, "/metadata/annotations", cost("-5")),
        ("cheap", "/metadata/annotations", cost("-5"), "/status/conditions", just_now.clone()),
        ("ready for a shorter time", "/status/conditions", just_now, "/status/containerStatuses", restarts(9)),
        ("restarted more often", "/status/containerStatuses", restarts(2), "/status/initContainerStatuses", sidecar(9)),
        ("its sidecar too", "/status/initContainerStatuses", sidecar(2), "/metadata/creationTimestamp", json!("2026-01-01T08:59:50Z")),
        ("younger", "/metadata/creationTimestamp", json!("2026-01-01T08:59:50Z"), "", json!(null)),
    ];
    for (words, goes, value, kept, worse) in &rows {
        let pair = [pod(1, kept, worse), pod(2, goes, value)];
        assert_eq!(first(&pair), 1, "{words}");
    }
    assert_eq!(first(&[pod(2, "", &Value::Null), pod(1, "", &Value::Null)]), 1, "the smaller uid where all is equal");
}

#[test]
fn the_fuller_node_loses_one() {
    let elsewhere = json!("node-2");
    let pods = [pod(1, "/spec/nodeName", &elsewhere), pod(2, "", &Value::Null), pod(3, "", &Value::Null)];
    assert_eq!(first(&pods), 1);
}

fn running(replicas: i32) -> Trial {
    let mut trial = Trial::new(3);
    trial.put_rs("nginx", json!({"replicas": replicas}));
    trial.pass(Span::secs(5));
    assert_eq!(trial.ready().len(), replicas as usize);
    trial
}

#[test]
fn a_pod_that_is_going_is_replaced_at_once() {
    let mut trial = running(2);
    let name = trial.ready()[0].clone();
    let lives = trial.lives(Span::millis(100), |trial| trial.delete(Kind::Pod, &name));
    assert!(lives.starts_with(&format!("~{name} +rs-")) && !lives.contains(" -"), "{lives}");
    let status = trial.get::<ReplicaSet>("rs").status.clone();
    assert_eq!((status.replicas, status.terminating_replicas), (2, Some(1)));
}

#[test]
fn a_pod_on_a_dead_node_is_replaced_when_it_is_evicted() {
    let mut trial = running(2);
    let pod = trial.world.list::<Pod>().next().unwrap().clone();
    trial.act(Act::Disconnect(pod.spec.node_name.clone()));
    trial.pass(Span::secs(340));
    assert_eq!(trial.names(Kind::Pod).len(), 2);
    trial.pass(Span::secs(40));
    assert_eq!((trial.names(Kind::Pod).len(), trial.ready().len()), (3, 2));
}

#[test]
fn an_orphan_that_matches_is_adopted_and_may_be_too_many() {
    let mut trial = running(2);
    let stray = json!({"metadata": {"name": "stray", "labels": {"app": "rs"}}, "spec": pod_spec("nginx")});
    let lives = trial.lives(Span::secs(5), |trial| drop(trial.put(Kind::Pod, stray)));
    assert_eq!(lives, "+stray ~stray -stray", "not yet ready, it goes first");
}

#[test]
fn a_pod_that_no_longer_matches_is_released_and_replaced() {
    let mut trial = running(2);
    let name = trial.ready()[0].clone();
    trial.edit(Kind::Pod, &name, "/metadata/labels/app", "other".into());
    trial.pass(Span::secs(5));
    assert!(trial.get::<Pod>(&name).metadata.controller().is_none());
    assert_eq!(trial.ready().len(), 3);
    assert_eq!(trial.get::<ReplicaSet>("rs").status.replicas, 2);
}

#[test]
fn pods_become_available_one_by_one_and_time_goes_on_meanwhile() {
    let mut trial = Trial::new(3);
    trial.put_rs("nginx", json!({"replicas": 1, "minReadySeconds": 10}));
    trial.pass(Span::secs(6));
    trial.edit(Kind::ReplicaSet, "rs", "/spec/replicas", 2.into());
    for (secs, available) in [(2, 0), (5, 1), (5, 2)] {
        trial.pass(Span::secs(secs));
        assert_eq!(trial.get::<ReplicaSet>("rs").status.available_replicas, available, "{secs}");
    }
}

/// Upstream: updatePod, which looks again a second after minReadySeconds, whether the other pods are ready or not.
#[test]
fn a_pod_becomes_available_beside_one_that_never_does() {
    let mut trial = Trial::new(1);
    let mut template = crate::sim::tests::template("rs", "nginx");
    template["spec"]["containers"][0]["ports"] = json!([{"containerPort": 80, "hostPort": 80}]);
    trial.put_rs("nginx", json!({"replicas": 2, "minReadySeconds": 10, "template": template}));
    for (secs, counts) in [(11, (1, 0)), (3, (1, 1))] {
        trial.pass(Span::secs(secs));
        let status = trial.get::<ReplicaSet>("rs").status.clone();
        assert_eq!((status.ready_replicas, status.available_replicas), counts, "{secs}");
    }
}

/// Upstream: manageReplicas waits for its deletes, and a pod that no node has is gone when its delete is answered.
#[test]
fn a_pod_that_no_node_has_is_never_counted_as_going() {
    let mut trial = Trial::new(1);
    trial.edit(Kind::Node, "node-1", "/spec/unschedulable", true.into());
    trial.put_rs("nginx", json!({"replicas": 2}));
    trial.pass(Span::secs(2));
    trial.edit(Kind::ReplicaSet, "rs", "/spec/replicas", 0.into());
    trial.pass(Span::secs(2));
    let counts = trial.world.changes().since(0).filter_map(|change| match &change.what {
        crate::sim::What::Written { after: Some(crate::api::Object::ReplicaSet(set)), .. } => Some(set.status.clone()),
        _ => None,
    });
    let counts: Vec<(i32, Option<i32>)> = counts.map(|status| (status.replicas, status.terminating_replicas)).collect();
    assert!(counts.iter().all(|(_, going)| going.unwrap_or(0) == 0), "{counts:?}");
    assert_eq!(counts.last(), Some(&(0, Some(0))));
}

#[test]
fn an_end_by_itself_is_made_good() {
    let mut trial = running(2);
    let name = trial.ready()[0].clone();
    trial.act(Act::Exit(key(&name), 1));
    trial.pass(Span::secs(5));
    assert_eq!(trial.names(Kind::Pod).len(), 2, "its container is started again");
    assert_eq!(trial.get::<Pod>(&name).status.container_statuses[0].restart_count, 1);
}

/// After every event of a story with deletions, a failure and a relabelled pod.
#[test]
fn a_glance_tells_what_a_look_at_each_pod_tells() {
    let mut trial = Trial::new(3);
    trial.put_rs("luksa/kubia", json!({"replicas": 4}));
    let mut glances = 0;
    for round in 0..600 {
        let set = trial.get::<ReplicaSet>("rs");
        if let Some(glance) = at_a_glance(&trial.world, &set) {
            let mut copy = trial.world.clone();
            let (look, _) = look_through(&mut Desk::new(&mut copy, crate::sim::Actor::Controller(Controller::ReplicaSet)), &set);
            assert_eq!(Count { next_available: None, ..look }, glance, "round {round}");
            glances += 1;
        }
        let first = trial.names(Kind::Pod).first().cloned().unwrap_or_default();
        match round {
            100 => trial.delete(Kind::Pod, &first),
            200 => trial.act(crate::sim::Act::Disconnect("node-2".into())),
            300 => trial.edit(Kind::Pod, &first, "/metadata/labels/app", json!("another")),
            400 => trial.force(&first),
            500 => trial.edit(Kind::ReplicaSet, "rs", "/spec/replicas", json!(2)),
            _ => drop(trial.world.step()),
        }
    }
    assert!(glances > 300, "{glances}");
}

/// Upstream: syncReplicaSet, whose error puts the set back into the queue; admission knows no generated name yet.
#[test]
fn what_is_refused_is_tried_again_later_and_later() {
    let mut trial = Trial::new(3);
    let template = json!({"metadata": {"labels": {"app": "rs"}}, "spec": over(pod_spec("nginx"), json!({"priorityClassName": "high"}))});
    trial.put_rs("nginx", json!({"replicas": 3, "template": template}));
    trial.pass(Span::secs(4));
    let words = "Error creating: pods \"rs-\" is forbidden: no PriorityClass with name high was found";
    assert_eq!(trial.said("rs", "FailedCreate"), [words]);
    let status = trial.get::<ReplicaSet>("rs").status.clone();
    assert_eq!(&*status.conditions[0].message, words.strip_prefix("Error creating: ").unwrap());
    trial.put(Kind::PriorityClass, json!({"metadata": {"name": "high"}, "value": 1000}));
    trial.pass(Span::secs(10));
    assert_eq!(trial.ready().len(), 3);
    assert!(trial.get::<ReplicaSet>("rs").status.conditions.is_empty());
}
