//! The API server by itself: identity, concurrency, grace, finalizers.

use super::*;
use crate::api::{Reason, ReplicaSet};
use crate::sim::act::Act;
use crate::sim::tests::{Trial, key, over, pod_spec};
use serde_json::{Value, json};

fn update(trial: &mut Trial, object: impl Into<Object>) -> Result<Object, Refusal> {
    trial.world.apply(Act::Request(Request::Update(object.into()))).map(Option::unwrap)
}

/// A pod that runs, of a process that ignores the signal.
fn stubborn() -> Trial {
    let mut trial = Trial::new(1);
    trial.put_pod("p", "busybox", json!({"containers": [{"name": "c", "image": "busybox", "command": ["sleep", "9999"]}]}));
    trial.pass(Span::secs(5));
    trial
}

fn grace(trial: &mut Trial, seconds: i64) -> (i64, i64) {
    let began = trial.world.now();
    trial.delete_with(Kind::Pod, "p", DeleteOptions { grace: Some(seconds), ..DeleteOptions::default() });
    let meta = trial.get::<Pod>("p").metadata.clone();
    let left = meta.deletion_timestamp.unwrap() - began.to_second();
    (meta.deletion_grace_period_seconds.unwrap(), left.as_secs())
}

#[test]
fn grace_is_shortened_and_never_lengthened() {
    let mut trial = stubborn();
    assert_eq!(grace(&mut trial, 30), (30, 30));
    assert_eq!(grace(&mut trial, 60), (30, 30));
    assert_eq!(grace(&mut trial, 10), (10, 10));
    assert_eq!(trial.get::<Pod>("p").metadata.generation, 2, "counted once");
    trial.pass(Span::secs(9));
    assert!(trial.has(Kind::Pod, "p"));
    trial.pass(Span::secs(3));
    assert!(!trial.has(Kind::Pod, "p"));
}

/// Upstream: rest.BeforeDelete, "Prevent shortening the grace period moving deletionTimestamp into the past".
#[test]
fn a_shorter_grace_counts_from_the_first_delete() {
    let mut trial = stubborn();
    let began = trial.world.now();
    let deadline = |trial: &Trial| trial.get::<Pod>("p").metadata.deletion_timestamp.unwrap() - began.to_second();
    assert_eq!((grace(&mut trial, 30).0, deadline(&trial)), (30, Span::secs(30)));
    trial.pass(Span::secs(4));
    assert_eq!((grace(&mut trial, 10).0, deadline(&trial)), (10, Span::secs(10)));
    trial.world.apply(Act::Disconnect("node-1".into())).unwrap();
    trial.pass(Span::secs(8));
    assert_eq!((grace(&mut trial, 5).0, deadline(&trial)), (1, Span::secs(12)), "that was over: the least that there is");
    assert_eq!((grace(&mut trial, 1).0, deadline(&trial)), (1, Span::secs(12)));
}

/// Upstream: rest.BeforeDelete. "graceful deletion is pending, do nothing".
#[test]
fn a_second_delete_that_asks_for_no_grace_of_its_own_changes_nothing() {
    let mut trial = stubborn();
    grace(&mut trial, 60);
    trial.delete(Kind::Pod, "p");
    assert_eq!(trial.get::<Pod>("p").metadata.deletion_grace_period_seconds, Some(60), "not the 30 s of its spec");
}

#[test]
fn without_grace_a_live_pod_is_marked_and_forgotten_by_the_next_write() {
    let mut trial = stubborn();
    assert_eq!(grace(&mut trial, 0), (0, 0));
    trial.pass(Span::millis(10));
    assert!(!trial.has(Kind::Pod, "p"));
}

#[test]
fn a_pod_that_is_nowhere_needs_no_grace() {
    let mut trial = Trial::new(0);
    trial.put_pod("p", "nginx", json!({}));
    trial.delete(Kind::Pod, "p");
    assert!(!trial.has(Kind::Pod, "p"));
}

#[test]
fn finalizers_hold_an_object_back_until_the_last_is_gone() {
    let mut trial = Trial::new(0);
    let finalizers = json!(["example.com/a", "example.com/b"]);
    trial.put(Kind::ConfigMap, json!({"metadata": {"name": "m", "finalizers": finalizers}}));
    trial.delete(Kind::ConfigMap, "m");
    assert!(trial.world.object(Kind::ConfigMap, &key("m")).unwrap().meta().is_terminating());
    trial.edit(Kind::ConfigMap, "m", "/metadata/finalizers", json!(["example.com/b"]));
    let mut more = trial.world.object(Kind::ConfigMap, &key("m")).unwrap().clone();
    more.meta_mut().finalizers.push("example.com/c".into());
    let refusal = update(&mut trial, more).unwrap_err();
    assert!(refusal.message.contains("no new finalizers can be added if the object is being deleted"), "{}", refusal.message);
    trial.edit(Kind::ConfigMap, "m", "/metadata/finalizers", json!([]));
    assert!(!trial.has(Kind::ConfigMap, "m"));
}

#[test]
fn a_namesake_is_not_deleted_in_place_of_another() {
    let mut trial = Trial::new(0);
    let first = trial.put(Kind::ConfigMap, json!({"metadata": {"name": "m"}})).meta().uid;
    trial.delete(Kind::ConfigMap, "m");
    trial.put(Kind::ConfigMap, json!({"metadata": {"name": "m"}}));
    let options = DeleteOptions { uid: Some(first), ..DeleteOptions::default() };
    let refusal = trial.world.apply(Act::Request(Request::Delete(Kind::ConfigMap, key("m"), options))).unwrap_err();
    assert_eq!(refusal.reason, Reason::Conflict);
    assert!(refusal.message.starts_with(&format!("the UID in the precondition ({first}) does not match the UID in record (")));
    assert!(trial.has(Kind::ConfigMap, "m"));
}

#[test]
fn who_read_an_older_version_may_not_write() {
    let mut trial = Trial::new(0);
    let old = trial.put(Kind::ConfigMap, json!({"metadata": {"name": "m"}}));
    let labelled = |app: &str, revision: u64| {
        let mut object = old.clone();
        object.meta_mut().labels.insert("app", app);
        object.meta_mut().resource_version = crate::api::meta::Revision(revision);
        object
    };
    let revision = old.meta().resource_version.0;
    assert!(update(&mut trial, labelled("a", revision)).is_ok());
    let refusal = update(&mut trial, labelled("b", revision)).unwrap_err();
    let words = "Operation cannot be fulfilled on configmaps \"m\": the object has been modified; please apply your changes to the latest version and try again";
    assert_eq!((refusal.reason, &*refusal.message), (Reason::Conflict, words));
    assert!(update(&mut trial, labelled("c", 0)).is_ok(), "no version, no condition");
}

#[test]
fn what_does_not_change_is_not_written() {
    let mut trial = Trial::new(0);
    let old = trial.put(Kind::ConfigMap, json!({"metadata": {"name": "m"}}));
    let before = trial.world.changes().next();
    assert_eq!(update(&mut trial, old.clone()), Ok(old));
    assert_eq!(trial.world.changes().next(), before);
}

#[test]
fn generations_count_what_is_asked_for_not_what_is_reported() {
    let mut trial = Trial::new(0);
    trial.put_rs("nginx", json!({"replicas": 1}));
    trial.pass(Span::secs(1));
    assert_eq!((trial.get::<ReplicaSet>("rs").metadata.generation, trial.get::<ReplicaSet>("rs").status.replicas), (1, 1));
    trial.edit(Kind::ReplicaSet, "rs", "/spec/replicas", 2.into());
    trial.edit(Kind::ReplicaSet, "rs", "/metadata/labels", json!({"a": "b"}));
    trial.edit_status(Kind::ReplicaSet, "rs", "/status/replicas", 9.into());
    assert_eq!((trial.get::<ReplicaSet>("rs").metadata.generation, trial.get::<ReplicaSet>("rs").spec.replicas), (2, 2));
}

#[test]
fn generated_names_are_distinct_and_taken_ones_refused() {
    let mut trial = Trial::new(0);
    let made: Vec<String> =
        (0..50).map(|_| trial.put(Kind::ConfigMap, json!({"metadata": {"generateName": "m-"}})).meta().name.to_string()).collect();
    assert_eq!(made.iter().collect::<std::collections::BTreeSet<_>>().len(), 50);
    let suffix = made[0].strip_prefix("m-").unwrap();
    assert!(suffix.len() == 5 && suffix.bytes().all(|b| b"bcdfghjklmnpqrstvwxz2456789".contains(&b)), "{suffix}");
    let again = trial.try_put(Kind::ConfigMap, json!({"metadata": {"name": made[0]}})).unwrap_err();
    assert_eq!((again.reason, again.message), (Reason::AlreadyExists, format!("configmaps \"{}\" already exists", made[0])));
}

#[test]
fn a_pod_is_bound_once() {
    let mut trial = Trial::new(2);
    trial.put(Kind::Pod, json!({"metadata": {"name": "p"}, "spec": pod_spec("nginx")}));
    trial.pass(Span::secs(2));
    let refusal = Desk::new(&mut trial.world, Actor::Scheduler).bind(&key("p"), &"node-2".into()).unwrap_err();
    assert!(refusal.message.contains("pod p is already assigned to node"), "{}", refusal.message);
}

/// Upstream: plugin/pkg/admission/priority/admission_test.go.
#[test]
fn pods_get_the_priority_of_their_class() {
    let mut trial = Trial::new(0);
    let class = |name: &str, value: i64, default: bool| json!({"metadata": {"name": name}, "value": value, "globalDefault": default});
    let spec = |more: Value| json!({"metadata": {"name": "p"}, "spec": over(pod_spec("x"), more)});
    for (more, words) in [
        (json!({"priorityClassName": "none"}), "no PriorityClass with name none was found"),
        (
            json!({"priorityClassName": "system-node-critical", "priority": 7}),
            "the integer value of priority (7) must not be provided in pod spec; priority admission controller computed 2000001000 from \
             the given PriorityClass name",
        ),
    ] {
        let refusal = trial.try_put(Kind::Pod, spec(more)).unwrap_err();
        assert_eq!(refusal.message, format!("pods \"p\" is forbidden: {words}"));
    }
    trial.put(Kind::PriorityClass, class("usual", 5, true));
    let refusal = trial.try_put(Kind::PriorityClass, class("other", 6, true)).unwrap_err();
    let words = "PriorityClass usual is already marked as default. Only one default can exist";
    assert_eq!(refusal.message, format!("priorityclasses.scheduling.k8s.io \"other\" is forbidden: {words}"));
    let pod = trial.put(Kind::Pod, spec(json!({}))).to_value();
    assert_eq!((&pod["spec"]["priority"], &pod["spec"]["priorityClassName"]), (&json!(5), &json!("usual")));
}
