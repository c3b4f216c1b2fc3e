//! What is asked for in the middle of a roll-out. Upstream: updateStatefulSet, which looks at the whole set anew in every sync.

use super::*;

fn set_image(trial: &mut Trial, image: &str) {
    trial.edit(Kind::StatefulSet, "kubia", "/spec/template/spec/containers/0/image", image.into());
}

/// A set whose kubia-2 has been replaced and whose kubia-1 is going.
fn in_the_middle(spec: Value) -> Trial {
    let mut trial = running(over(spec, json!({"updateStrategy": {"type": "RollingUpdate", "rollingUpdate": {"partition": 0}}})));
    set_image(&mut trial, "luksa/kubia:v2");
    while !trial.get::<Pod>("kubia-1").metadata.is_terminating() {
        trial.pass(Span::millis(10));
    }
    trial
}

fn images(trial: &Trial) -> Vec<String> {
    trial.world.list::<Pod>().map(|pod| pod.spec.containers[0].image.trim_start_matches("luksa/kubia").to_owned()).collect()
}

#[test]
fn who_goes_back_waits_for_the_pod_that_is_going_where_pods_are_ordered() {
    for (spec, expected) in
        [(json!({}), "-kubia-1 +kubia-1 ~kubia-2 -kubia-2 +kubia-2"), (parallel(), "~kubia-2 -kubia-1 +kubia-1 -kubia-2 +kubia-2")]
    {
        let mut trial = in_the_middle(spec.clone());
        assert_eq!(trial.lives(Span::secs(20), |trial| set_image(trial, "luksa/kubia")), expected, "{spec}");
        assert_eq!(images(&trial), ["", "", ""], "{spec}");
        let status = trial.get::<StatefulSet>("kubia").status.clone();
        assert_eq!((status.current_replicas, status.updated_replicas, status.ready_replicas), (3, 3, 3), "{spec}");
    }
}

#[test]
fn new_ordinals_come_before_the_rest_of_the_roll_out() {
    for (spec, expected) in [
        (json!({}), "-kubia-1 +kubia-1 +kubia-3 ~kubia-0 -kubia-0 +kubia-0"),
        (parallel(), "+kubia-3 -kubia-1 +kubia-1 ~kubia-0 -kubia-0 +kubia-0"),
    ] {
        let mut trial = in_the_middle(spec.clone());
        assert_eq!(trial.lives(Span::secs(30), |trial| scale(trial, 4)), expected, "{spec}");
        assert_eq!(images(&trial), [":v2"; 4], "{spec}");
    }
}

#[test]
fn a_pod_that_is_deleted_midway_comes_back_at_the_new_revision() {
    let mut trial = in_the_middle(json!({}));
    let lives = trial.lives(Span::secs(20), |trial| trial.delete(Kind::Pod, "kubia-0"));
    assert_eq!(lives, "~kubia-0 -kubia-1 -kubia-0 +kubia-0 +kubia-1", "in order, and nothing else is replaced");
    assert_eq!(images(&trial), [":v2"; 3]);
}

/// Upstream: completeRollingUpdate, for which none of none is all.
#[test]
fn a_set_without_pods_is_through_with_its_roll_out() {
    let mut trial = in_the_middle(json!({}));
    scale(&mut trial, 0);
    trial.pass(Span::secs(20));
    let status = trial.get::<StatefulSet>("kubia").status.clone();
    assert_eq!((status.replicas, status.current_revision == status.update_revision), (0, true));
    let first = status.update_revision;
    set_image(&mut trial, "luksa/kubia:v3");
    trial.pass(Span::secs(2));
    let status = trial.get::<StatefulSet>("kubia").status.clone();
    assert!(status.current_revision == status.update_revision && status.update_revision != first);
}
