//! What ends: pods that have run out, sets that are deleted, revisions that outlive them.

use super::*;
use crate::api::Object;
use crate::api::workload::ControllerRevision;
use crate::sim::What;

/// Upstream: TestStatefulSetControl RecreatesFailedPod and RecreatesSucceededPod.
#[test]
fn a_pod_that_has_ended_is_deleted_and_made_anew() {
    for (spec, phase) in [(json!({}), "Failed"), (json!({}), "Succeeded"), (parallel(), "Failed")] {
        let mut trial = running(spec);
        let first = trial.get::<Pod>("kubia-1").metadata.uid;
        let before = trial.said("kubia", "SuccessfulDelete").len();
        trial.act(Act::Disconnect(trial.get::<Pod>("kubia-1").spec.node_name.clone()));
        let lives = trial.lives(Span::secs(3), |trial| trial.edit_status(Kind::Pod, "kubia-1", "/status/phase", phase.into()));
        assert!(lives.contains("-kubia-1 +kubia-1"), "{phase}: {lives}");
        assert_ne!(trial.get::<Pod>("kubia-1").metadata.uid, first);
        let said = trial.said("kubia", "SuccessfulDelete");
        assert_eq!((before, &*said[0]), (0, "Delete Pod kubia-1 in StatefulSet kubia successful"));
    }
}

/// Replicas and current replicas that the status of the set went through, from a change on.
fn counted(trial: &Trial, from: u64) -> Vec<(i32, i32)> {
    let status = |what: &What| match what {
        What::Written { after: Some(Object::StatefulSet(set)), .. } => Some((set.status.replicas, set.status.current_replicas)),
        _ => None,
    };
    let mut counts: Vec<(i32, i32)> = trial.world.changes().since(from).filter_map(|change| status(&change.what)).collect();
    counts.dedup();
    counts
}

#[test]
fn in_the_foreground_its_pods_are_counted_down_before_the_set_goes() {
    let mut trial = running(json!({}));
    let from = trial.world.changes().next();
    trial.delete_with(Kind::StatefulSet, "kubia", DeleteOptions { propagation: Propagation::Foreground, ..DeleteOptions::default() });
    trial.pass(Span::secs(20));
    assert!(!trial.has(Kind::StatefulSet, "kubia") && trial.names(Kind::ControllerRevision).is_empty());
    assert_eq!(counted(&trial, from), [(3, 3), (3, 2), (3, 0), (2, 0), (1, 0), (0, 0)]);
}

#[test]
fn in_the_background_all_pods_go_together_and_claims_stay() {
    let mut trial = running(json!({}));
    let lives = trial.lives(Span::secs(20), |trial| trial.delete(Kind::StatefulSet, "kubia"));
    assert!(lives.starts_with("~kubia-0 ~kubia-1 ~kubia-2 -"), "{lives}");
}

#[test]
fn a_set_that_is_made_again_finds_the_revision_it_had() {
    let mut trial = running(json!({}));
    let revisions = |trial: &Trial| trial.world.list::<ControllerRevision>().map(|r| r.metadata.uid).collect::<Vec<_>>();
    let before = revisions(&trial);
    trial.delete_with(Kind::StatefulSet, "kubia", DeleteOptions { propagation: Propagation::Orphan, ..DeleteOptions::default() });
    trial.pass(Span::secs(2));
    let lives = trial.lives(Span::secs(10), |trial| apply(trial, "luksa/kubia", json!({})));
    assert_eq!((lives, revisions(&trial)), (String::new(), before));
}

#[test]
fn a_revision_has_the_same_name_whenever_it_is_made() {
    let mut trial = running(json!({}));
    let first = trial.get::<StatefulSet>("kubia").status.update_revision.clone();
    trial.delete(Kind::StatefulSet, "kubia");
    trial.pass(Span::secs(20));
    apply(&mut trial, "luksa/kubia", json!({}));
    trial.pass(Span::secs(20));
    assert_eq!(trial.get::<StatefulSet>("kubia").status.update_revision, first);
}

/// Upstream: test/e2e/apps/statefulset.go, Increasing, Decreasing and Removing .start.ordinal.
#[test]
fn another_first_ordinal_makes_some_pods_and_removes_others() {
    let mut trial = running(json!({}));
    for (ordinals, wanted) in [
        (json!({"start": 2}), ["kubia-2", "kubia-3", "kubia-4"]),
        (json!({"start": 3}), ["kubia-3", "kubia-4", "kubia-5"]),
        (json!({"start": 1}), ["kubia-1", "kubia-2", "kubia-3"]),
        (Value::Null, ["kubia-0", "kubia-1", "kubia-2"]),
    ] {
        trial.edit(Kind::StatefulSet, "kubia", "/spec/ordinals", ordinals.clone());
        trial.pass(Span::secs(40));
        assert_eq!(trial.ready(), wanted, "{ordinals}");
    }
}

/// A pod at neither the current nor the update revision is taken off the current ones all the same: below none the API
/// server refuses the count, and the next sync makes it anew. Upstream: updateStatefulSet, ValidateStatefulSetStatus.
#[test]
fn a_set_that_finds_pods_of_another_template_never_counts_fewer_than_none() {
    let mut trial = running(json!({}));
    trial.delete_with(Kind::StatefulSet, "kubia", DeleteOptions { propagation: Propagation::Orphan, ..DeleteOptions::default() });
    trial.pass(Span::secs(5));
    let from = trial.world.changes().next();
    apply(&mut trial, "luksa/kubia:v2", json!({}));
    trial.pass(Span::secs(60));
    let counts = counted(&trial, from);
    assert_eq!(counts[..4], [(0, 0), (3, 0), (2, 0), (3, 1)], "{counts:?}");
    assert!(counts.iter().all(|(_, current)| *current >= 0), "{counts:?}");
    assert_eq!(counts.last(), Some(&(3, 3)));
}

/// Upstream: markFailedAndDeletePodWithCondition are two requests, between which the set deletes what has failed.
#[test]
fn a_pod_of_a_deleted_node_is_deleted_by_its_set_too() {
    let mut trial = running(json!({}));
    let node = trial.get::<Pod>("kubia-1").spec.node_name.clone();
    let from = trial.world.changes().next();
    let lives = trial.lives(Span::secs(85), |trial| trial.delete(Kind::Node, &node));
    assert!(lives.contains("~kubia-1 -kubia-1 +kubia-1"), "{lives}");
    assert_eq!(trial.said("kubia", "SuccessfulDelete"), ["Delete Pod kubia-1 in StatefulSet kubia successful"]);
    assert_eq!(counted(&trial, from), [(3, 3), (2, 2), (3, 3)], "failed, gone, made anew");
}

/// Upstream: Store.Delete answers after both of its writes, and the set that asked goes on then.
#[test]
fn a_set_does_not_see_its_own_failed_pod_going() {
    for spec in [json!({}), parallel()] {
        let mut trial = running(spec.clone());
        let from = trial.world.changes().next();
        let lives = trial.lives(Span::secs(5), |trial| trial.edit_status(Kind::Pod, "kubia-1", "/status/phase", "Failed".into()));
        assert_eq!(lives, "~kubia-1 -kubia-1 +kubia-1", "{spec}");
        assert_eq!(counted(&trial, from), [(3, 3), (2, 2), (3, 3)], "failed, gone, made anew");
    }
}

/// Upstream: Store.Delete writes twice, wherever the pod is.
#[test]
fn a_pod_without_a_node_is_seen_going() {
    let mut trial = Trial::new(1);
    trial.edit(Kind::Node, "node-1", "/spec/unschedulable", true.into());
    apply(&mut trial, "luksa/kubia", json!({"replicas": 1}));
    trial.pass(Span::secs(5));
    let from = trial.world.changes().next();
    assert_eq!(trial.lives(Span::secs(5), |trial| trial.delete(Kind::Pod, "kubia-0")), "~kubia-0 -kubia-0 +kubia-0");
    assert_eq!(counted(&trial, from), [(1, 0), (0, 0), (1, 1)]);
}
