//! What becomes of dependants: deleted afterwards, deleted first, or left behind.

use super::super::super::act::Propagation;
use super::*;
use crate::api::{Pod, ReplicaSet, Span};
use crate::sim::tests::{Trial, key, template};
use serde_json::json;

fn trial() -> Trial {
    let mut trial = Trial::new(2);
    trial.put_rs("nginx", json!({"replicas": 2}));
    trial.pass(Span::secs(5));
    assert_eq!(trial.ready().len(), 2);
    trial
}

fn delete(trial: &mut Trial, propagation: Propagation) {
    trial.delete_with(Kind::ReplicaSet, "rs", DeleteOptions { propagation, ..DeleteOptions::default() });
}

#[test]
fn in_the_background_the_owner_goes_first() {
    let mut trial = trial();
    delete(&mut trial, Propagation::Background);
    assert!(!trial.has(Kind::ReplicaSet, "rs") && trial.names(Kind::Pod).len() == 2);
    trial.pass(Span::secs(5));
    assert!(trial.names(Kind::Pod).is_empty());
}

#[test]
fn in_the_foreground_the_owner_waits_for_its_dependants() {
    let mut trial = trial();
    delete(&mut trial, Propagation::Foreground);
    assert_eq!(trial.get::<ReplicaSet>("rs").metadata.finalizers, ["foregroundDeletion"]);
    trial.pass(Span::millis(100));
    assert!(trial.has(Kind::ReplicaSet, "rs"));
    assert!(trial.world.list::<Pod>().all(|p| p.metadata.is_terminating()), "and the set makes no new ones");
    trial.pass(Span::secs(5));
    assert!(!trial.has(Kind::ReplicaSet, "rs") && trial.names(Kind::Pod).is_empty());
}

/// Upstream: attemptToDeleteItem, for a dependant that has dependants itself.
#[test]
fn in_the_foreground_the_whole_family_goes_from_the_bottom_up() {
    let mut trial = Trial::new(1);
    let spec = json!({"replicas": 2, "selector": {"matchLabels": {"app": "web"}}, "template": template("web", "luksa/kubia")});
    trial.put(Kind::Deployment, json!({"metadata": {"name": "web"}, "spec": spec}));
    trial.pass(Span::secs(5));
    let foreground = DeleteOptions { propagation: Propagation::Foreground, ..DeleteOptions::default() };
    trial.delete_with(Kind::Deployment, "web", foreground);
    trial.pass(Span::millis(200));
    let set = trial.world.list::<ReplicaSet>().next().unwrap();
    assert_eq!(set.metadata.finalizers, ["foregroundDeletion"]);
    assert!(trial.has(Kind::Deployment, "web") && trial.world.list::<Pod>().all(|p| p.metadata.is_terminating()));
    trial.pass(Span::secs(5));
    for kind in [Kind::Deployment, Kind::ReplicaSet, Kind::Pod] {
        assert!(trial.names(kind).is_empty(), "{kind:?}");
    }
}

#[test]
fn orphans_stay_and_forget_their_owner() {
    let mut trial = trial();
    let before = trial.names(Kind::Pod);
    delete(&mut trial, Propagation::Orphan);
    trial.pass(Span::secs(5));
    assert!(!trial.has(Kind::ReplicaSet, "rs"));
    assert_eq!(trial.names(Kind::Pod), before);
    assert!(trial.world.list::<Pod>().all(|p| p.metadata.owner_references.is_empty() && !p.metadata.is_terminating()));
}

#[test]
fn a_dependant_with_another_owner_loses_only_the_reference() {
    let mut trial = Trial::new(0);
    let owners: Vec<Object> = ["a", "b"].iter().map(|name| trial.put(Kind::ConfigMap, json!({"metadata": {"name": name}}))).collect();
    let refs: Vec<OwnerRef> = owners.iter().map(|o| OwnerRef { controller: false, ..o.owner_ref() }).collect();
    trial.put(Kind::ConfigMap, json!({"metadata": {"name": "child", "ownerReferences": refs}}));
    let left = |trial: &Trial| {
        let child = trial.world.object(Kind::ConfigMap, &key("child")).map(|o| o.meta().owner_references.clone());
        child.map(|refs| refs.iter().map(|r| r.name.to_string()).collect::<Vec<_>>())
    };
    trial.delete(Kind::ConfigMap, "a");
    trial.pass(Span::secs(1));
    assert_eq!(left(&trial), Some(vec!["b".to_owned()]));
    trial.delete(Kind::ConfigMap, "b");
    trial.pass(Span::secs(1));
    assert_eq!(left(&trial), None);
}

#[test]
fn who_names_an_owner_that_never_was_is_collected() {
    let mut trial = Trial::new(0);
    let ghost = json!([{"apiVersion": "v1", "kind": "ConfigMap", "name": "ghost", "uid": "00000000-0000-4000-8000-000000000001"}]);
    trial.put(Kind::ConfigMap, json!({"metadata": {"name": "child", "ownerReferences": ghost}}));
    trial.pass(Span::secs(1));
    assert!(!trial.has(Kind::ConfigMap, "child"));
}

/// Upstream: GraphBuilder.processGraphChanges, which looks at owners that an update adds; attemptToDeleteItem, which fails
/// where the owner's kind is served by nobody.
#[test]
fn an_owner_that_is_named_later_and_is_not_there_takes_the_object_along() {
    let owner = |kind: &str, version: &str| json!([{"apiVersion": version, "kind": kind, "name": "ghost", "uid": "00000000-0000-4000-8000-000000000001"}]);
    for (owner, stays) in [(owner("ConfigMap", "v1"), false), (owner("Job", "batch/v1"), false), (owner("Gadget", "example.com/v1"), true)]
    {
        let mut trial = Trial::new(0);
        trial.put(Kind::ConfigMap, json!({"metadata": {"name": "child"}}));
        trial.edit(Kind::ConfigMap, "child", "/metadata/ownerReferences", owner.clone());
        trial.pass(Span::secs(1));
        assert_eq!(trial.has(Kind::ConfigMap, "child"), stays, "{owner}");
    }
}
