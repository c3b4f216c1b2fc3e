//! Deployment rules in whole worlds: sizes, order, history, deadline.

use crate::api::deployment::{DESIRED, MOST, REVISION};
use crate::api::{Deployment, Kind, Object, Pod, ReplicaSet, Span};
use crate::sim::act::{DeleteOptions, Propagation};
use crate::sim::tests::{Trial, over, template};
use serde_json::{Value, json};
use std::sync::Arc;

/// A deployment `web`, applied.
fn apply(trial: &mut Trial, image: &str, spec: Value) {
    let base = json!({"replicas": 3, "selector": {"matchLabels": {"app": "web"}}, "template": template("web", image)});
    trial.put(Kind::Deployment, json!({"metadata": {"name": "web"}, "spec": over(base, spec)}));
}

/// A deployment `web` whose pods are ready.
fn running(spec: Value) -> Trial {
    let mut trial = Trial::new(3);
    apply(&mut trial, "luksa/kubia", spec);
    trial.pass(Span::secs(10));
    trial
}

fn set_image(trial: &mut Trial, image: &str) {
    trial.edit(Kind::Deployment, "web", "/spec/template/spec/containers/0/image", image.into());
}

fn scale(trial: &mut Trial, replicas: i32) {
    trial.edit(Kind::Deployment, "web", "/spec/replicas", replicas.into());
}

fn web(trial: &Trial) -> Arc<Deployment> {
    trial.get::<Deployment>("web")
}

/// What was said of scaling since the beginning, in order, with images for names.
fn scaled(trial: &Trial) -> Vec<String> {
    let images = trial.world.changes().since(0).filter_map(|change| match &change.what {
        crate::sim::What::Written { before: None, after: Some(Object::ReplicaSet(set)) } => Some(set.clone()),
        _ => None,
    });
    let names: Vec<(String, String)> =
        images.map(|set| (set.metadata.name.to_string(), set.spec.template.spec.containers[0].image.replace("luksa/", ""))).collect();
    let changes = trial.world.changes().since(0).filter_map(|change| match &change.what {
        crate::sim::What::Written { after: Some(Object::Event(e)), .. } if &*e.reason == "ScalingReplicaSet" => Some(e.message.to_string()),
        _ => None,
    });
    changes
        .map(|words| {
            names.iter().fold(words, |words, (name, image)| words.replace(name, image)).replace("Scaled ", "").replace("replica set ", "")
        })
        .collect()
}

/// Sizes of its ReplicaSets by image.
fn sizes(trial: &Trial) -> Vec<(String, i32)> {
    let mut all: Vec<(String, i32)> = trial
        .world
        .list::<ReplicaSet>()
        .map(|set| (set.spec.template.spec.containers[0].image.trim_start_matches("luksa/").to_owned(), set.spec.replicas))
        .collect();
    all.sort();
    all
}

fn says(trial: &Trial, kind: &str) -> (String, String) {
    let deployment = web(trial);
    let condition = deployment.status.condition(kind).unwrap();
    (condition.status.text().to_owned(), condition.reason.to_string())
}

fn pair(truth: &str, reason: &str) -> (String, String) {
    (truth.to_owned(), reason.to_owned())
}

#[test]
fn a_replica_set_is_made_for_the_template() {
    let trial = running(json!({}));
    let sets: Vec<&Arc<ReplicaSet>> = trial.world.list::<ReplicaSet>().collect();
    let [set] = sets[..] else { panic!("one set, not {}", sets.len()) };
    let hash = set.metadata.name.strip_prefix("web-").unwrap();
    assert_eq!(set.metadata.labels.to_string(), format!("app=web,pod-template-hash={hash}"));
    assert_eq!(set.spec.selector.match_labels, set.metadata.labels);
    assert_eq!(set.spec.template.metadata.labels, set.metadata.labels);
    let notes: Vec<&str> = [REVISION, DESIRED, MOST].iter().map(|key| &**set.metadata.annotations.get(key).unwrap()).collect();
    assert_eq!(notes, ["1", "3", "4"]);
    assert!(set.metadata.is_controlled_by(web(&trial).metadata.uid));
    assert_eq!(&**web(&trial).metadata.annotations.get(REVISION).unwrap(), "1");
    assert_eq!(scaled(&trial), ["up kubia from 0 to 3"]);
    assert_eq!(
        (says(&trial, "Available"), says(&trial, "Progressing")),
        (pair("True", "MinimumReplicasAvailable"), pair("True", "NewReplicaSetAvailable"))
    );
}

#[test]
fn a_roll_out_keeps_within_its_bounds() {
    let bounds = |surge: Value, unavailable: Value| json!({"strategy": {"type": "RollingUpdate", "rollingUpdate": {"maxSurge": surge, "maxUnavailable": unavailable}}});
    for (strategy, wanted) in [
        (
            bounds(json!("25%"), json!("25%")),
            "up :v2 from 0 to 1, down from 3 to 2, up :v2 from 1 to 2, down from 2 to 1, up :v2 from 2 to 3, down from 1 to 0",
        ),
        (
            bounds(json!(0), json!(1)),
            "down from 3 to 2, up :v2 from 0 to 1, down from 2 to 1, up :v2 from 1 to 2, down from 1 to 0, up :v2 from 2 to 3",
        ),
        (bounds(json!(3), json!(0)), "up :v2 from 0 to 3, down from 3 to 2, down from 2 to 1, down from 1 to 0"),
        (bounds(json!("100%"), json!("100%")), "up :v2 from 0 to 3, down from 3 to 0"),
    ] {
        let mut trial = running(strategy);
        set_image(&mut trial, "luksa/kubia:v2");
        trial.pass(Span::secs(30));
        let steps: Vec<String> = scaled(&trial)[1..].iter().map(|s| s.replace("kubia:v2", ":v2").replace(" kubia", "")).collect();
        assert_eq!(merged(&steps), merged(&wanted.split(", ").map(str::to_owned).collect::<Vec<_>>()));
        assert_eq!(sizes(&trial), [("kubia".to_owned(), 0), ("kubia:v2".to_owned(), 3)]);
    }
}

/// Steps of the old set that follow each other, as one: pods may become ready singly or together.
fn merged(steps: &[String]) -> Vec<String> {
    let mut merged: Vec<String> = Vec::new();
    for step in steps {
        match merged.last_mut().filter(|last| last.starts_with("down") && step.starts_with("down")) {
            Some(last) => *last = format!("{}{}", &last[..last.rfind(' ').unwrap()], &step[step.rfind(' ').unwrap()..]),
            None => merged.push(step.clone()),
        }
    }
    merged
}

#[test]
fn recreate_waits_until_the_old_pods_are_gone() {
    let mut trial = running(json!({"replicas": 2, "strategy": {"type": "Recreate"}}));
    let lives = trial.lives(Span::secs(20), |trial| set_image(trial, "luksa/kubia:v2"));
    let marks: String = lives.split(' ').map(|life| &life[..1]).collect();
    assert_eq!(marks, "~~--++", "{lives}");
    assert_eq!(scaled(&trial), ["up kubia from 0 to 2", "down kubia from 2 to 0", "up kubia:v2 from 0 to 2"]);
}

#[test]
fn a_broken_image_stops_a_roll_out_and_the_deadline_says_so() {
    let mut trial = running(json!({"progressDeadlineSeconds": 60}));
    set_image(&mut trial, "luksa/broken");
    trial.pass(Span::secs(30));
    assert_eq!(sizes(&trial), [("broken".to_owned(), 1), ("kubia".to_owned(), 3)]);
    assert_eq!(says(&trial, "Progressing"), pair("True", "ReplicaSetUpdated"));
    trial.pass(Span::secs(40));
    assert_eq!(says(&trial, "Progressing"), pair("False", "ProgressDeadlineExceeded"));
    assert_eq!(says(&trial, "Available"), pair("True", "MinimumReplicasAvailable"));
    set_image(&mut trial, "luksa/kubia");
    trial.pass(Span::secs(20));
    assert_eq!(sizes(&trial), [("broken".to_owned(), 0), ("kubia".to_owned(), 3)]);
    assert_eq!(says(&trial, "Progressing"), pair("True", "NewReplicaSetAvailable"));
}

#[test]
fn an_old_template_gets_the_next_revision() {
    let mut trial = running(json!({}));
    set_image(&mut trial, "luksa/kubia:v2");
    trial.pass(Span::secs(20));
    set_image(&mut trial, "luksa/kubia");
    trial.pass(Span::secs(20));
    let mut notes: Vec<(i32, String)> = Vec::new();
    for set in trial.world.list::<ReplicaSet>() {
        let revision = crate::api::deployment::number(&set.metadata, REVISION).unwrap();
        notes.push((
            revision,
            set.metadata.annotations.get("deployment.kubernetes.io/revision-history").map(|h| h.to_string()).unwrap_or_default(),
        ));
    }
    notes.sort();
    assert_eq!(notes, [(2, String::new()), (3, "1".to_owned())]);
    assert_eq!(&**web(&trial).metadata.annotations.get(REVISION).unwrap(), "3");
}

#[test]
fn sets_beyond_the_history_limit_are_deleted() {
    let mut trial = running(json!({"revisionHistoryLimit": 1}));
    for version in ["2", "3", "4"] {
        set_image(&mut trial, &format!("luksa/kubia:v{version}"));
        trial.pass(Span::secs(30));
    }
    assert_eq!(sizes(&trial), [("kubia:v3".to_owned(), 0), ("kubia:v4".to_owned(), 3)]);
}

#[test]
fn what_is_added_during_a_roll_out_is_shared_in_proportion() {
    let mut trial =
        running(json!({"replicas": 10, "strategy": {"type": "RollingUpdate", "rollingUpdate": {"maxSurge": 3, "maxUnavailable": 2}}}));
    set_image(&mut trial, "luksa/broken");
    trial.pass(Span::secs(20));
    assert_eq!(sizes(&trial), [("broken".to_owned(), 5), ("kubia".to_owned(), 8)]);
    scale(&mut trial, 15);
    trial.pass(Span::secs(20));
    assert_eq!(sizes(&trial), [("broken".to_owned(), 7), ("kubia".to_owned(), 11)]);
}

#[test]
fn a_paused_deployment_scales_and_does_not_roll() {
    let mut trial = running(json!({}));
    trial.edit(Kind::Deployment, "web", "/spec/paused", true.into());
    set_image(&mut trial, "luksa/kubia:v2");
    scale(&mut trial, 5);
    trial.pass(Span::secs(20));
    assert_eq!(sizes(&trial), [("kubia".to_owned(), 5)]);
    assert_eq!(says(&trial, "Progressing"), pair("Unknown", "DeploymentPaused"));
    assert_eq!(web(&trial).status.updated_replicas, 0);
    trial.edit(Kind::Deployment, "web", "/spec/paused", false.into());
    trial.pass(Span::secs(30));
    assert_eq!(sizes(&trial), [("kubia".to_owned(), 0), ("kubia:v2".to_owned(), 5)]);
    assert_eq!(says(&trial, "Progressing"), pair("True", "NewReplicaSetAvailable"));
}

#[test]
fn a_roll_out_waits_until_pods_have_been_ready_for_long_enough() {
    let mut trial = running(json!({"minReadySeconds": 20, "replicas": 1}));
    assert_eq!(web(&trial).status.available_replicas, 0);
    trial.pass(Span::secs(20));
    assert_eq!(web(&trial).status.available_replicas, 1);
    set_image(&mut trial, "luksa/kubia:v2");
    trial.pass(Span::secs(15));
    assert_eq!(sizes(&trial), [("kubia".to_owned(), 1), ("kubia:v2".to_owned(), 1)]);
    trial.pass(Span::secs(15));
    assert_eq!(sizes(&trial), [("kubia".to_owned(), 0), ("kubia:v2".to_owned(), 1)]);
}

#[test]
fn its_end_is_its_sets_and_pods_end_unless_they_are_orphaned() {
    let mut trial = running(json!({}));
    trial.delete_with(Kind::Deployment, "web", DeleteOptions { propagation: Propagation::Orphan, ..DeleteOptions::default() });
    trial.pass(Span::secs(10));
    assert_eq!((trial.names(Kind::Deployment).len(), trial.names(Kind::ReplicaSet).len(), trial.ready().len()), (0, 1, 3));
    let names = trial.names(Kind::Pod);
    apply(&mut trial, "luksa/kubia", json!({}));
    trial.pass(Span::secs(10));
    assert_eq!((trial.names(Kind::ReplicaSet).len(), trial.names(Kind::Pod)), (1, names), "adopted as they are");
    trial.delete(Kind::Deployment, "web");
    trial.pass(Span::secs(40));
    assert!(trial.names(Kind::ReplicaSet).is_empty() && trial.world.list::<Pod>().next().is_none());
}

/// Upstream: ClaimReplicaSets answers a set as it was before its adoption, and an update of that is a conflict.
#[test]
fn a_set_that_is_adopted_is_sized_in_the_next_round() {
    let mut trial = running(json!({}));
    trial.delete_with(Kind::Deployment, "web", DeleteOptions { propagation: Propagation::Orphan, ..DeleteOptions::default() });
    trial.pass(Span::secs(10));
    let from = trial.world.changes().next();
    apply(&mut trial, "luksa/kubia", json!({"replicas": 4}));
    trial.pass(Span::secs(10));
    let counts = trial.world.changes().since(from).filter_map(|change| match &change.what {
        crate::sim::What::Written { after: Some(Object::Deployment(d)), .. } => Some((d.status.replicas, d.status.unavailable_replicas)),
        _ => None,
    });
    let mut counts: Vec<(i32, i32)> = counts.collect();
    counts.dedup();
    assert_eq!(counts, [(0, 0), (3, 0), (3, 1), (4, 1), (4, 0)]);
    assert_eq!(scaled(&trial).last().map(String::as_str), Some("up kubia from 3 to 4"));
}

#[test]
fn a_name_that_is_taken_is_avoided_by_a_greater_count() {
    let name = running(json!({})).names(Kind::ReplicaSet).remove(0);
    let mut trial = Trial::new(3);
    let other = json!({"replicas": 0, "selector": {"matchLabels": {"app": "other"}}, "template": template("other", "luksa/kubia")});
    trial.put(Kind::ReplicaSet, json!({"metadata": {"name": name}, "spec": other}));
    apply(&mut trial, "luksa/kubia", json!({}));
    trial.pass(Span::secs(10));
    assert_eq!(web(&trial).status.collision_count, Some(1));
    assert_eq!((trial.names(Kind::ReplicaSet).len(), trial.ready().len()), (2, 3));
}

/// Whatever is asked for while it rolls: never more pods than the surge allows, never fewer available than promised.
#[test]
fn at_any_time_a_roll_out_keeps_its_promise() {
    for (replicas, surge, unavailable) in [
        (3, json!(1), json!(0)),
        (6, json!(6), json!(0)),
        (5, json!("40%"), json!("20%")),
        (4, json!(0), json!(2)),
        (7, json!("25%"), json!("25%")),
    ] {
        let rolling = json!({"maxSurge": surge, "maxUnavailable": unavailable});
        let mut trial = running(json!({"replicas": replicas, "strategy": {"type": "RollingUpdate", "rollingUpdate": rolling}}));
        let (most, least) = (replicas + web(&trial).max_surge(), replicas - web(&trial).max_unavailable());
        for image in ["luksa/kubia:v2", "luksa/broken", "luksa/kubia:v3", "luksa/kubia"] {
            set_image(&mut trial, image);
            let end = trial.world.now() + Span::secs(15);
            while trial.world.now() < end {
                trial.pass(Span(20));
                let active = i32::try_from(trial.world.list::<Pod>().filter(|pod| pod.is_active()).count()).unwrap();
                let ready = i32::try_from(trial.ready().len()).unwrap();
                assert!(active <= most && ready >= least, "{image}: {active} of {most}, {ready} ready of {least}");
            }
        }
        assert_eq!(trial.ready().len(), usize::try_from(replicas).unwrap());
    }
}

/// A roll-out that has been through cannot time out: nothing is due over and over when its deadline has long passed.
#[test]
fn a_finished_roll_out_that_loses_its_pods_is_not_looked_at_without_end() {
    let mut trial = running(json!({"replicas": 1}));
    trial.pass(Span::secs(700));
    for node in ["node-1", "node-2", "node-3"] {
        trial.world.apply(crate::sim::Act::Disconnect(node.into())).unwrap();
    }
    scale(&mut trial, 2);
    let until = trial.world.now() + Span::secs(60);
    let steps = (0..10_000).take_while(|_| trial.world.agenda().next_at().is_some_and(|at| at <= until) && trial.world.step()).count();
    assert!(steps < 1_000, "{steps} events in a minute");
}
