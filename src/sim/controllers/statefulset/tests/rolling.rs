//! Roll-outs: order, partition, OnDelete, getting stuck, going back.

use super::*;
use crate::api::workload::ControllerRevision;

fn set_image(trial: &mut Trial, image: &str) {
    trial.edit(Kind::StatefulSet, "kubia", "/spec/template/spec/containers/0/image", image.into());
}

/// The images of the three pods, short.
fn images(trial: &Trial) -> Vec<String> {
    let image = |name: &str| trial.get::<Pod>(name).spec.containers[0].image.trim_start_matches("luksa/kubia").to_owned();
    ["kubia-0", "kubia-1", "kubia-2"].iter().map(|name| image(name)).collect()
}

fn rolling(partition: i32) -> Value {
    json!({"updateStrategy": {"type": "RollingUpdate", "rollingUpdate": {"partition": partition}}})
}

#[test]
fn from_the_highest_down_to_the_partition() {
    let whole = "~kubia-2 -kubia-2 +kubia-2 ~kubia-1 -kubia-1 +kubia-1 ~kubia-0 -kubia-0 +kubia-0";
    for (strategy, expected) in [
        (rolling(0), whole),
        (rolling(2), "~kubia-2 -kubia-2 +kubia-2"),
        (rolling(3), ""),
        (over(rolling(0), parallel()), whole),
        (json!({"updateStrategy": {"type": "OnDelete"}}), ""),
    ] {
        let mut trial = running(strategy.clone());
        assert_eq!(trial.lives(Span::secs(30), |trial| set_image(trial, "luksa/kubia:v2")), expected, "{strategy}");
    }
}

#[test]
fn a_roll_out_is_over_when_current_is_update() {
    let mut trial = running(rolling(2));
    let first = trial.get::<StatefulSet>("kubia").status.current_revision.clone();
    set_image(&mut trial, "luksa/kubia:v2");
    trial.pass(Span::secs(20));
    let status = trial.get::<StatefulSet>("kubia").status.clone();
    assert_eq!((status.current_replicas, status.updated_replicas, &status.current_revision), (2, 1, &first));
    trial.edit(Kind::StatefulSet, "kubia", "/spec/updateStrategy/rollingUpdate/partition", 0.into());
    trial.pass(Span::secs(20));
    let status = trial.get::<StatefulSet>("kubia").status.clone();
    assert_eq!((status.current_replicas, status.updated_replicas), (3, 3));
    assert!(status.current_revision == status.update_revision && status.current_revision != first);
}

#[test]
fn what_is_deleted_comes_back_at_the_revision_of_its_side_of_the_partition() {
    for (strategy, expected) in [(rolling(2), ["", "", ":v2"]), (json!({"updateStrategy": {"type": "OnDelete"}}), [":v2", "", ""])] {
        let mut trial = running(strategy.clone());
        set_image(&mut trial, "luksa/kubia:v2");
        trial.pass(Span::secs(20));
        trial.delete(Kind::Pod, "kubia-0");
        trial.pass(Span::secs(20));
        assert_eq!(images(&trial), expected, "{strategy}");
    }
}

#[test]
fn a_stuck_roll_out_needs_a_hand_where_pods_are_ordered() {
    for (spec, heals) in [(rolling(0), false), (over(rolling(0), parallel()), true)] {
        let mut trial = running(spec);
        set_image(&mut trial, "luksa/kubia-broken");
        trial.pass(Span::secs(60));
        assert_eq!(images(&trial), ["", "", "-broken"]);
        set_image(&mut trial, "luksa/kubia");
        trial.pass(Span::mins(10));
        assert_eq!(images(&trial), ["", "", if heals { "" } else { "-broken" }]);
        if !heals {
            trial.delete(Kind::Pod, "kubia-2");
            trial.pass(Span::secs(10));
        }
        assert_eq!(trial.ready(), ["kubia-0", "kubia-1", "kubia-2"]);
    }
}

#[test]
fn going_back_reuses_the_revision() {
    let mut trial = running(rolling(0));
    let first = trial.get::<StatefulSet>("kubia").status.update_revision.clone();
    set_image(&mut trial, "luksa/kubia:v2");
    trial.pass(Span::secs(20));
    set_image(&mut trial, "luksa/kubia");
    trial.pass(Span::secs(20));
    assert_eq!(trial.get::<StatefulSet>("kubia").status.update_revision, first);
    let mut numbers: Vec<(i64, bool)> = trial.world.list::<ControllerRevision>().map(|r| (r.revision, r.metadata.name == first)).collect();
    numbers.sort_unstable();
    assert_eq!(numbers, [(2, false), (3, true)]);
    assert_eq!(images(&trial), ["", "", ""]);
}

#[test]
fn revisions_that_nobody_is_at_are_forgotten_beyond_the_limit() {
    let mut trial = running(over(rolling(0), json!({"revisionHistoryLimit": 1})));
    for version in 2..=4 {
        set_image(&mut trial, &format!("luksa/kubia:v{version}"));
        trial.pass(Span::secs(20));
    }
    let mut kept: Vec<i64> = trial.world.list::<ControllerRevision>().map(|r| r.revision).collect();
    kept.sort_unstable();
    assert_eq!(kept, [3, 4]);
}

#[test]
fn a_roll_out_waits_until_a_pod_has_been_ready_for_long_enough() {
    let mut trial = running(over(rolling(0), over(parallel(), json!({"minReadySeconds": 20}))));
    trial.pass(Span::secs(20));
    let lives = trial.lives(Span::secs(30), |trial| set_image(trial, "luksa/kubia:v2"));
    assert_eq!(lives, "~kubia-2 -kubia-2 +kubia-2 ~kubia-1 -kubia-1 +kubia-1");
}
