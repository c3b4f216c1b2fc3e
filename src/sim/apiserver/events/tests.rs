//! What becomes of an event: counted up, combined, or not heard. Upstream: client-go/tools/record/events_cache_test.go.

use super::*;
use crate::api::Span;
use crate::api::object::reference;
use crate::api::{Kind, ReplicaSet};
use crate::sim::change::Controller;
use crate::sim::tests::Trial;
use serde_json::json;

/// A set without pods, and its messages since: count and text in the order in which they were first said.
fn said(words: &[(i64, &str)]) -> Vec<(i32, String)> {
    let mut trial = Trial::new(0);
    trial.put_rs("nginx", json!({"replicas": 0}));
    let about = reference(Kind::ReplicaSet, &trial.get::<ReplicaSet>("rs").metadata);
    for (pause, message) in words {
        trial.pass(Span::secs(*pause));
        Desk::new(&mut trial.world, Actor::Controller(Controller::ReplicaSet)).event(about.clone(), false, "Made", *message);
    }
    trial.world.list::<Event>().filter(|e| &*e.reason == "Made").map(|e| (e.count, e.message.to_string())).collect()
}

#[test]
fn an_identical_event_is_counted_up() {
    assert_eq!(said(&[(0, "a"), (1, "b"), (1, "a")]), [(2, "a".to_owned()), (1, "b".to_owned())]);
}

#[test]
fn the_tenth_message_of_a_reason_is_combined_with_those_that_follow() {
    let letters: Vec<String> = ('a'..='l').map(String::from).collect();
    let words: Vec<(i64, &str)> = letters.iter().map(|l| (1, l.as_str())).chain([(1, "b")]).collect();
    let found = said(&words);
    assert_eq!(found.len(), 10);
    assert_eq!(found[1], (2, "b".to_owned()), "what was said singly goes on being counted singly");
    assert_eq!(found[9], (3, "(combined from similar events): l".to_owned()));
}

#[test]
fn after_ten_quiet_minutes_messages_are_single_again() {
    let letters: Vec<String> = ('a'..='k').map(String::from).collect();
    let words: Vec<(i64, &str)> = letters.iter().map(|l| (1, l.as_str())).chain([(601, "z")]).collect();
    assert_eq!(said(&words).last(), Some(&(1, "z".to_owned())));
}

#[test]
fn a_source_is_heard_twenty_five_times_and_then_once_in_five_minutes() {
    let words = [vec![(0, "a"); 30], vec![(299, "b"), (2, "a"), (1, "a")]].concat();
    assert_eq!(said(&words), [(31, "a".to_owned())], "unheard ones are counted all the same");
}
