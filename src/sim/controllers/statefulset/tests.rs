//! StatefulSet rules in whole worlds: what is asked for, and what becomes of the pods, in their order.

mod availability;
mod claims;
mod endings;
mod midway;
mod rolling;
mod rosters;

use crate::api::{Kind, Pod, Span, StatefulSet};
use crate::sim::act::{Act, DeleteOptions, Propagation};
use crate::sim::tests::{Trial, key, over, template};
use serde_json::{Value, json};

/// A set `kubia`, applied.
fn apply(trial: &mut Trial, image: &str, spec: Value) {
    let base =
        json!({"serviceName": "kubia", "replicas": 3, "selector": {"matchLabels": {"app": "kubia"}}, "template": template("kubia", image)});
    trial.put(Kind::StatefulSet, json!({"metadata": {"name": "kubia"}, "spec": over(base, spec)}));
}

/// A set `kubia` whose three pods are ready.
fn running(spec: Value) -> Trial {
    let mut trial = Trial::new(3);
    apply(&mut trial, "luksa/kubia", spec);
    trial.pass(Span::secs(10));
    assert_eq!(trial.ready(), ["kubia-0", "kubia-1", "kubia-2"]);
    trial
}

fn scale(trial: &mut Trial, replicas: i32) {
    trial.edit(Kind::StatefulSet, "kubia", "/spec/replicas", replicas.into());
}

fn fail(trial: &mut Trial, pods: &[&str]) {
    pods.iter().for_each(|pod| trial.act(Act::FailReadiness(key(pod))));
    trial.pass(Span::secs(2));
}

fn parallel() -> Value {
    json!({"podManagementPolicy": "Parallel"})
}

#[test]
fn each_pod_waits_for_the_one_before() {
    for (spec, image, expected) in [
        (json!({}), "luksa/kubia", "+kubia-0 +kubia-1 +kubia-2"),
        (json!({"ordinals": {"start": 5}}), "luksa/kubia", "+kubia-5 +kubia-6 +kubia-7"),
        (json!({}), "luksa/broken", "+kubia-0"),
        (parallel(), "luksa/broken", "+kubia-0 +kubia-1 +kubia-2"),
        (json!({"minReadySeconds": 30}), "luksa/kubia", "+kubia-0 +kubia-1"),
    ] {
        let lives = Trial::new(3).lives(Span::secs(50), |trial| apply(trial, image, spec.clone()));
        assert_eq!(lives, expected, "{image} {spec}");
    }
}

#[test]
fn the_highest_goes_first_and_the_next_when_it_is_gone() {
    let mut trial = running(json!({}));
    let lives = trial.lives(Span::secs(20), |trial| scale(trial, 0));
    assert_eq!(lives, "~kubia-2 -kubia-2 ~kubia-1 -kubia-1 ~kubia-0 -kubia-0");
    let mut trial = running(parallel());
    let lives = trial.lives(Span::secs(20), |trial| scale(trial, 0));
    assert!(lives.starts_with("~kubia-2 ~kubia-1 ~kubia-0 -"), "{lives}");
}

#[test]
fn an_unready_pod_holds_a_scale_down_up() {
    for (spec, failed, to, left) in [
        (json!({}), &["kubia-0"][..], 2, &["kubia-0", "kubia-1", "kubia-2"][..]),
        (json!({}), &["kubia-2"], 2, &["kubia-0", "kubia-1"]),
        (json!({}), &["kubia-1", "kubia-2"], 1, &["kubia-0", "kubia-1", "kubia-2"]),
        (parallel(), &["kubia-0"], 2, &["kubia-0", "kubia-1"]),
        (parallel(), &["kubia-1", "kubia-2"], 1, &["kubia-0"]),
    ] {
        let mut trial = running(spec.clone());
        fail(&mut trial, failed);
        scale(&mut trial, to);
        trial.pass(Span::mins(2));
        assert_eq!(trial.names(Kind::Pod), left, "{failed:?} fail, {to} wanted, {spec}");
    }
}

#[test]
fn it_says_for_what_it_waits_and_goes_on_when_that_is_mended() {
    let mut trial = running(json!({}));
    fail(&mut trial, &["kubia-0"]);
    scale(&mut trial, 2);
    trial.pass(Span::secs(10));
    assert_eq!(&*trial.world.wait(Kind::StatefulSet, &key("kubia")).unwrap().words, "waits for kubia-0 to be ready");
    assert_eq!(trial.lives(Span::secs(10), |trial| trial.act(Act::Heal(key("kubia-0")))), "~kubia-2 -kubia-2");
    assert!(trial.world.wait(Kind::StatefulSet, &key("kubia")).is_none());
}

#[test]
fn a_pod_comes_back_only_when_it_is_surely_gone() {
    let mut trial = running(json!({}));
    let lives = trial.lives(Span::secs(10), |trial| trial.delete(Kind::Pod, "kubia-1"));
    assert_eq!(lives, "~kubia-1 -kubia-1 +kubia-1");
    trial.act(Act::Disconnect(trial.get::<Pod>("kubia-1").spec.node_name.clone()));
    assert_eq!(trial.lives(Span::mins(20), |_| ()), "~kubia-1", "evicted, and never replaced");
}

#[test]
fn a_distant_timer_does_not_hold_up_what_is_due_now() {
    let mut trial = Trial::new(3);
    apply(&mut trial, "luksa/kubia", over(parallel(), json!({"minReadySeconds": 600})));
    trial.pass(Span::secs(10));
    assert_eq!(trial.get::<StatefulSet>("kubia").status.available_replicas, 0);
    let lives = trial.lives(Span::secs(5), |trial| trial.force("kubia-1"));
    assert_eq!(lives, "-kubia-1 +kubia-1".replace("-kubia-1", "~kubia-1 -kubia-1"));
    trial.pass(Span::mins(11));
    assert_eq!(trial.get::<StatefulSet>("kubia").status.available_replicas, 3);
}

#[test]
fn pods_that_were_left_behind_are_adopted_as_they_are() {
    let mut trial = running(json!({}));
    let born = |trial: &Trial| ["kubia-0", "kubia-1", "kubia-2"].map(|name| trial.get::<Pod>(name).metadata.uid);
    let before = born(&trial);
    trial.delete_with(Kind::StatefulSet, "kubia", DeleteOptions { propagation: Propagation::Orphan, ..DeleteOptions::default() });
    trial.pass(Span::secs(5));
    assert!(trial.names(Kind::StatefulSet).is_empty() && trial.get::<Pod>("kubia-0").metadata.controller().is_none());
    apply(&mut trial, "luksa/kubia", json!({}));
    trial.pass(Span::secs(10));
    assert_eq!(born(&trial), before);
    let set = trial.get::<StatefulSet>("kubia");
    assert!(trial.get::<Pod>("kubia-2").metadata.is_controlled_by(set.metadata.uid));
    assert_eq!((set.status.replicas, set.status.updated_replicas), (3, 3));
}

#[test]
fn a_pod_that_no_longer_matches_is_released_and_keeps_its_name_taken() {
    let mut trial = running(json!({}));
    trial.edit(Kind::Pod, "kubia-1", "/metadata/labels/app", "other".into());
    assert_eq!(trial.lives(Span::secs(30), |_| ()), "", "the name is taken");
    assert!(trial.get::<Pod>("kubia-1").metadata.controller().is_none());
    assert!(trial.said("kubia", "FailedCreate").is_empty(), "tried again in silence");
    let lives = trial.lives(Span::secs(120), |trial| trial.delete(Kind::Pod, "kubia-1"));
    assert_eq!(lives, "~kubia-1 -kubia-1 +kubia-1");
    assert!(trial.get::<Pod>("kubia-1").metadata.controller().is_some());
}

#[test]
fn an_orphan_whose_name_is_another_sets_is_left_alone() {
    let mut trial = running(json!({}));
    let labels = json!({"metadata": {"name": "stray-0", "labels": {"app": "kubia"}}, "spec": crate::sim::tests::pod_spec("luksa/kubia")});
    trial.put(Kind::Pod, labels);
    trial.pass(Span::secs(5));
    assert!(trial.get::<Pod>("stray-0").metadata.controller().is_none());
    assert_eq!(trial.get::<StatefulSet>("kubia").status.replicas, 3);
}

/// Upstream: ClaimPods, whose filter by name holds for pods that are owned as well.
#[test]
fn a_pod_of_its_own_whose_name_is_another_sets_is_released() {
    let mut trial = running(json!({}));
    let owner = json!([trial.get::<Pod>("kubia-0").metadata.owner_references[0]]);
    let metadata = json!({"name": "stray-7", "labels": {"app": "kubia"}, "ownerReferences": owner});
    trial.put(Kind::Pod, json!({"metadata": metadata, "spec": crate::sim::tests::pod_spec("luksa/kubia")}));
    trial.pass(Span::secs(5));
    assert!(trial.get::<Pod>("stray-7").metadata.controller().is_none());
    assert_eq!(trial.get::<StatefulSet>("kubia").status.replicas, 3);
}

/// Upstream: identityMatches looks at the label of the name alone, updateIdentity restores both.
#[test]
fn an_identity_is_restored_when_the_label_of_the_name_is_missing() {
    let mut trial = running(json!({}));
    let own = ["apps.kubernetes.io/pod-index", "statefulset.kubernetes.io/pod-name"];
    let labels = |trial: &Trial| own.map(|label| trial.get::<Pod>("kubia-2").metadata.labels.get(label).map(|value| value.to_string()));
    let drop = |trial: &mut Trial, label: &str| {
        trial.edit(Kind::Pod, "kubia-2", "/metadata/labels", {
            let mut left = trial.get::<Pod>("kubia-2").metadata.labels.clone();
            left.remove(label);
            json!(left)
        });
        trial.pass(Span::secs(1));
    };
    drop(&mut trial, own[0]);
    assert_eq!(labels(&trial), [None, Some("kubia-2".to_owned())]);
    assert!(trial.said("kubia", "SuccessfulUpdate").is_empty());
    drop(&mut trial, own[1]);
    assert_eq!(labels(&trial), [Some("2".to_owned()), Some("kubia-2".to_owned())]);
    assert_eq!(trial.said("kubia", "SuccessfulUpdate"), ["Update Pod kubia-2 in StatefulSet kubia successful"]);
}

/// Upstream: slowStartBatch: 1, 2, 4; within a batch all are tried.
#[test]
fn a_refusal_ends_a_burst_with_its_batch() {
    let mut trial = Trial::new(3);
    trial.put_pod("kubia-1", "luksa/kubia", json!({}));
    let lives = trial.lives(Span::secs(5), |trial| apply(trial, "luksa/kubia", over(parallel(), json!({"replicas": 6}))));
    assert_eq!(lives, "+kubia-0 +kubia-2");
    let lives = trial.lives(Span::secs(20), |trial| trial.force("kubia-1"));
    assert_eq!(lives, "~kubia-1 -kubia-1 +kubia-1 +kubia-3 +kubia-4 +kubia-5");
}
