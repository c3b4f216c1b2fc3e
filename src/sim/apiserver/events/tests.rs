//! Which events are written. Upstream: client-go/tools/record/events_cache_test.go.

use super::*;
use crate::api::object::reference;
use crate::api::{Kind, Span};
use crate::sim::change::Controller;
use crate::sim::tests::Trial;
use serde_json::json;

const SET: Actor = Actor::Controller(Controller::StatefulSet);

/// A world with a ConfigMap of which much can be said.
fn trial() -> Trial {
    let mut trial = Trial::new(0);
    trial.put(Kind::ConfigMap, json!({"metadata": {"name": "m"}}));
    trial
}

fn say(trial: &mut Trial, actor: &Actor, message: &str) {
    let about = reference(Kind::ConfigMap, trial.world.object(Kind::ConfigMap, &crate::sim::tests::key("m")).unwrap().meta());
    Desk::new(&mut trial.world, actor.clone()).event(about, false, "Told", message);
}

/// Count and message of each event, in the order of their writing.
fn told(trial: &Trial) -> Vec<(i32, String)> {
    let mut events: Vec<_> = trial.world.list::<Event>().filter(|e| &*e.reason == "Told").collect();
    events.sort_by_key(|e| e.metadata.name.clone());
    events.iter().map(|e| (e.repeated().map_or(1, |(count, _)| count), e.message.to_string())).collect()
}

#[test]
fn identical_events_are_one_that_counts() {
    let mut trial = trial();
    for _ in 0..3 {
        say(&mut trial, &SET, "a");
        trial.pass(Span::secs(7));
    }
    say(&mut trial, &Actor::Controller(Controller::PodGc), "a");
    assert_eq!(told(&trial), [(3, "a".to_owned()), (1, "a".to_owned())]);
    let event = trial.world.list::<Event>().find(|e| e.count == 3).unwrap().clone();
    assert_eq!(event.last_timestamp.unwrap() - event.first_timestamp.unwrap(), Span::secs(14));
}

/// Upstream: client-go/tools/events makeEvent, and makeEvent of client-go/tools/record.
#[test]
fn the_schedulers_events_have_the_newer_fields() {
    let mut trial = Trial::new(1);
    trial.pass(Span::millis(7));
    trial.put_pod("p", "nginx", json!({}));
    trial.pass(Span::secs(3));
    let of = |reason: &str| {
        let event = trial.world.list::<Event>().find(|event| &*event.reason == reason).unwrap().clone();
        crate::api::Object::Event(event).to_value()
    };
    let bound = of("Scheduled");
    assert_eq!((&bound["action"], &bound["reportingInstance"]), (&json!("Binding"), &json!("default-scheduler-control-plane")));
    assert_eq!(bound["eventTime"], json!("2026-01-01T09:00:01.010000Z"));
    assert_eq!([&bound["firstTimestamp"], &bound["lastTimestamp"], &bound["source"]], [&json!(null), &json!(null), &json!({})]);
    let pulled = of("Pulled");
    assert_eq!((&pulled["eventTime"], &pulled["reportingInstance"], pulled.get("action")), (&json!(null), &json!("node-1"), None));
}

/// Upstream: EventAggregate; the tenth message within ten minutes is the first that is combined.
#[test]
fn the_tenth_similar_event_is_combined() {
    let mut trial = trial();
    (0..12).for_each(|i| say(&mut trial, &SET, &format!("m{i:02}")));
    let events = told(&trial);
    assert_eq!(events[8..], [(1, "m08".to_owned()), (3, "(combined from similar events): m11".to_owned())]);
    say(&mut trial, &SET, "m03");
    assert_eq!(told(&trial)[3], (2, "m03".to_owned()), "one of the nine is still itself");
    trial.pass(Span::secs(601));
    say(&mut trial, &SET, "m12");
    assert_eq!(told(&trial).last().unwrap(), &(1, "m12".to_owned()), "after a silence they count anew");
}

/// Upstream: EventSourceObjectSpamFilter.
#[test]
fn who_says_too_much_about_an_object_is_not_heard() {
    let mut trial = trial();
    (0..40).for_each(|_| say(&mut trial, &SET, "a"));
    assert_eq!(told(&trial), [(25, "a".to_owned())]);
    say(&mut trial, &Actor::Controller(Controller::PodGc), "b");
    assert_eq!(told(&trial).len(), 2, "others are");
    trial.pass(Span::mins(5));
    say(&mut trial, &SET, "a");
    say(&mut trial, &SET, "a");
    assert_eq!(told(&trial)[0], (41, "a".to_owned()), "one every five minutes, and it knows of those before");
}

/// Upstream: recordToSink of client-go/tools/events: the version of the object belongs to what makes two events the same.
#[test]
fn the_schedulers_events_become_series() {
    let mut trial = trial();
    (0..4).for_each(|_| say(&mut trial, &Actor::Scheduler, "a"));
    assert_eq!(told(&trial), [(2, "a".to_owned())]);
    trial.edit(Kind::ConfigMap, "m", "/metadata/labels", json!({"a": "b"}));
    say(&mut trial, &Actor::Scheduler, "a");
    assert_eq!(told(&trial), [(2, "a".to_owned()), (1, "a".to_owned())]);
}

#[test]
fn events_are_forgotten_an_hour_after_their_last_word() {
    let mut trial = trial();
    say(&mut trial, &SET, "a");
    say(&mut trial, &SET, "b");
    trial.pass(Span::mins(40));
    say(&mut trial, &SET, "b");
    trial.pass(Span::mins(22));
    assert_eq!(told(&trial), [(2, "b".to_owned())]);
    trial.pass(Span::mins(40));
    assert_eq!(told(&trial), []);
    assert!(trial.world.memory.expiring.iter().all(|(at, ..)| *at > trial.world.now()));
}

#[test]
fn what_was_said_goes_with_the_object() {
    let mut trial = trial();
    say(&mut trial, &SET, "a");
    let uid = trial.world.object(Kind::ConfigMap, &crate::sim::tests::key("m")).unwrap().meta().uid;
    assert!(trial.world.memory.events.contains_key(&uid));
    trial.delete(Kind::ConfigMap, "m");
    assert!(!trial.world.memory.events.contains_key(&uid));
}

/// The taint manager gives no uids: its events about thirty pods are no talk about one.
#[test]
fn without_a_uid_objects_are_told_apart_by_name() {
    let mut trial = Trial::new(0);
    for n in 0..30 {
        let about = ObjectRef { name: format!("p{n}").into(), namespace: "default".into(), ..ObjectRef::default() };
        let actor = Actor::Controller(Controller::TaintEviction);
        Desk::new(&mut trial.world, actor).event(about, false, "TaintManagerEviction", format!("Marking for deletion Pod default/p{n}"));
    }
    let marks = trial.world.list::<Event>().filter(|e| e.message.starts_with("Marking"));
    assert_eq!(marks.count(), 30);
}
