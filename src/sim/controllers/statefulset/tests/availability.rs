//! minReadySeconds: what waits until a pod has been ready for long enough, and what does not.

use super::*;

fn edit(trial: &mut Trial, pointer: &str, value: Value) {
    trial.edit(Kind::StatefulSet, "kubia", pointer, value);
}

fn set_image(trial: &mut Trial, image: &str) {
    edit(trial, "/spec/template/spec/containers/0/image", image.into());
}

fn with_min_ready(seconds: i32, strategy: Value) -> Value {
    over(json!({"minReadySeconds": seconds}), json!({"updateStrategy": strategy}))
}

/// Upstream: TestStatefulSetControlScaleDownRespectsMinReadySeconds.
#[test]
fn a_scale_down_waits_until_all_below_are_available() {
    for (spec, expected) in [(json!({}), ""), (parallel(), "~kubia-2 ~kubia-1 -kubia-1 -kubia-2")] {
        let mut trial = running(spec.clone());
        edit(&mut trial, "/spec/minReadySeconds", 60.into());
        trial.pass(Span::secs(1));
        assert_eq!(trial.get::<StatefulSet>("kubia").status.available_replicas, 0, "{spec}");
        assert_eq!(trial.lives(Span::secs(30), |trial| scale(trial, 1)), expected, "{spec}");
    }
    let mut trial = running(json!({}));
    edit(&mut trial, "/spec/minReadySeconds", 60.into());
    let lives = trial.lives(Span::secs(70), |trial| scale(trial, 1));
    assert_eq!(lives, "~kubia-2 -kubia-2 ~kubia-1 -kubia-1", "once the seconds are over");
}

/// Upstream: TestStatefulSetControlPartitionRollingUpdateWithMinReadySeconds.
#[test]
fn a_partition_that_is_lowered_waits_for_what_was_replaced_before() {
    let mut trial = running(with_min_ready(0, json!({"type": "RollingUpdate", "rollingUpdate": {"partition": 2}})));
    edit(&mut trial, "/spec/minReadySeconds", 20.into());
    trial.pass(Span::secs(20));
    let lives = trial.lives(Span::secs(10), |trial| set_image(trial, "luksa/kubia:v2"));
    assert_eq!(lives, "~kubia-2 -kubia-2 +kubia-2");
    let lives = trial.lives(Span::secs(5), |trial| edit(trial, "/spec/updateStrategy/rollingUpdate/partition", 1.into()));
    assert_eq!(lives, "", "kubia-2 is not available yet");
    assert_eq!(trial.lives(Span::secs(20), |_| ()), "~kubia-1 -kubia-1 +kubia-1");
    let status = trial.get::<StatefulSet>("kubia").status.clone();
    assert_eq!((status.ready_replicas, status.available_replicas, status.updated_replicas), (3, 2, 2));
}

/// Upstream: TestStatefulSetControlOnDeleteUpdate with minReadySeconds: what is deleted by hand is made anew whatever the others
/// are, where pods are not ordered.
#[test]
fn what_is_deleted_by_hand_does_not_wait_for_others_to_be_available() {
    let mut trial = running(over(parallel(), with_min_ready(0, json!({"type": "OnDelete"}))));
    edit(&mut trial, "/spec/minReadySeconds", 60.into());
    set_image(&mut trial, "luksa/kubia:v2");
    trial.pass(Span::secs(1));
    let lives = trial.lives(Span::secs(5), |trial| ["kubia-0", "kubia-2"].iter().for_each(|pod| trial.delete(Kind::Pod, pod)));
    assert_eq!(lives, "~kubia-0 ~kubia-2 -kubia-0 +kubia-0 -kubia-2 +kubia-2");
    let status = trial.get::<StatefulSet>("kubia").status.clone();
    assert_eq!((status.ready_replicas, status.available_replicas, status.current_replicas, status.updated_replicas), (3, 0, 1, 2));
}

/// Upstream: updateStatefulSet begins with an empty status, and inconsistentStatus does not look at conditions.
#[test]
fn conditions_that_somebody_wrote_are_gone_with_the_next_count() {
    let mut trial = running(json!({}));
    let condition = json!([{"type": "Seen", "status": "True"}]);
    trial.edit_status(Kind::StatefulSet, "kubia", "/status/conditions", condition);
    trial.pass(Span::secs(5));
    let conditions = |trial: &Trial| serde_json::to_value(&trial.get::<StatefulSet>("kubia").status).unwrap()["conditions"].clone();
    assert_eq!(conditions(&trial)[0]["type"], "Seen", "nothing else has changed");
    scale(&mut trial, 2);
    trial.pass(Span::secs(5));
    assert_eq!(conditions(&trial), Value::Null);
}
