//! DaemonSets in whole worlds: where they run, what they put up with, and how a new template reaches them.

use crate::api::workload::ControllerRevision;
use crate::api::{DaemonSet, Kind, Node, Pod, Span};
use crate::sim::act::Act;
use crate::sim::tests::{Trial, over, template};
use serde_json::{Value, json};

/// A DaemonSet `ds` of pods labelled `ds`, and some seconds for its pods to become ready.
fn put(trial: &mut Trial, spec: Value) {
    let base = json!({"selector": {"matchLabels": {"app": "ds"}}, "template": template("ds", "nginx")});
    trial.put(Kind::DaemonSet, json!({"metadata": {"name": "ds"}, "spec": over(base, spec)}));
    trial.pass(Span::secs(5));
}

/// The nodes that have a pod of it, in order.
fn places(trial: &Trial) -> Vec<String> {
    let pods = trial.world.list::<Pod>().filter(|pod| pod.metadata.generate_name.starts_with("ds-") && !pod.metadata.is_terminating());
    let mut nodes: Vec<String> = pods.map(|pod| pod.spec.node_name.to_string()).collect();
    nodes.sort();
    nodes
}

/// Desired, current, ready, up to date, available, misscheduled.
fn counts(trial: &Trial) -> [i32; 6] {
    let status = &trial.get::<DaemonSet>("ds").status;
    let (ready, fresh) = (status.number_ready, status.updated_number_scheduled);
    let scheduled = (status.desired_number_scheduled, status.current_number_scheduled);
    [scheduled.0, scheduled.1, ready, fresh, status.number_available, status.number_misscheduled]
}

fn taint(trial: &mut Trial, node: &str, effect: &str) {
    trial.edit(Kind::Node, node, "/spec/taints", json!([{"key": "own", "effect": effect}]));
    trial.pass(Span::secs(5));
}

fn image(trial: &mut Trial, image: &str) {
    let path = "/spec/template/spec/containers";
    trial.edit(Kind::DaemonSet, "ds", path, json!([{"name": "c", "image": image}]));
}

/// Upstream: TestSimpleDaemonSetLaunchesPods, TestDaemonSetPodCreateExpectationsError's neighbours in daemon_controller_test.go.
#[test]
fn a_pod_on_every_node_that_can_have_it() {
    let mut trial = Trial::new(3);
    put(&mut trial, json!({}));
    assert_eq!((places(&trial), counts(&trial)), (vec!["node-1".into(), "node-2".into(), "node-3".into()], [3, 3, 3, 3, 3, 0]));
    assert_eq!(trial.said("ds", "SuccessfulCreate").len(), 3);
    let pod = trial.world.list::<Pod>().next().unwrap();
    assert_eq!(pod.metadata.labels.get("pod-template-generation").map(|n| &**n), Some("1"));
    let revisions: Vec<_> = trial.world.list::<ControllerRevision>().map(|r| r.metadata.name.to_string()).collect();
    assert_eq!(revisions, [format!("ds-{}", pod.metadata.labels.get("controller-revision-hash").unwrap())]);
    let name = pod.metadata.name.clone();
    trial.force(&name);
    trial.pass(Span::secs(5));
    assert_eq!(places(&trial).len(), 3, "what is deleted is made anew");
}

/// Upstream: AddOrUpdateDaemonPodTolerations, ReplaceDaemonSetPodNodeNameNodeAffinity.
#[test]
fn a_daemon_stays_where_others_are_driven_away() {
    let mut trial = Trial::new(2);
    put(&mut trial, json!({}));
    trial.edit(Kind::Node, "node-1", "/spec/unschedulable", json!(true));
    trial.act(Act::Disconnect("node-2".into()));
    trial.pass(Span::mins(10));
    assert_eq!(places(&trial), ["node-1", "node-2"], "cordoned and silent nodes keep theirs");
    assert_eq!(counts(&trial), [1, 1, 1, 1, 1, 1], "a silent node refuses new ones, so that its daemon is one too many");
    let name = trial.world.list::<Pod>().find(|pod| *pod.spec.node_name == *"node-1").unwrap().metadata.name.to_string();
    trial.force(&name);
    trial.pass(Span::secs(5));
    assert_eq!(places(&trial), ["node-1", "node-2"], "and a cordoned node gets it again");
}

/// Upstream: TestNodeShouldRunDaemonPod.
#[test]
fn taints_and_selectors_decide_about_nodes() {
    for (effect, expected, status) in [
        ("NoSchedule", vec!["node-1", "node-2"], [1, 1, 1, 1, 1, 1]),
        ("NoExecute", vec!["node-2"], [1, 1, 1, 1, 1, 0]),
        ("PreferNoSchedule", vec!["node-1", "node-2"], [2, 2, 2, 2, 2, 0]),
    ] {
        let mut trial = Trial::new(2);
        put(&mut trial, json!({}));
        taint(&mut trial, "node-1", effect);
        assert_eq!(places(&trial), expected, "{effect}");
        assert_eq!(counts(&trial), status, "{effect}");
    }
    let mut trial = Trial::new(2);
    let mut picky = template("ds", "nginx");
    picky["spec"]["nodeSelector"] = json!({"disk": "ssd"});
    put(&mut trial, json!({ "template": picky }));
    assert!(places(&trial).is_empty());
    trial.edit(Kind::Node, "node-2", "/metadata/labels/disk", json!("ssd"));
    trial.pass(Span::secs(5));
    assert_eq!(places(&trial), ["node-2"]);
    trial.edit(Kind::Node, "node-2", "/metadata/labels/disk", json!("rust"));
    trial.pass(Span::secs(5));
    assert!(places(&trial).is_empty() && trial.said("ds", "SuccessfulDelete").len() == 1);
}

/// Upstream: rollingUpdate with maxUnavailable 1, whose next pod goes when the one before is available.
#[test]
fn a_new_template_reaches_one_node_after_the_other() {
    let mut trial = Trial::new(3);
    put(&mut trial, json!({}));
    let lives = trial.lives(Span::secs(60), |trial| image(trial, "httpd"));
    let kinds: String = lives.split(' ').filter_map(|life| life.chars().next()).collect();
    assert_eq!(kinds, "~-+~-+~-+", "{lives}");
    assert_eq!((counts(&trial), trial.get::<DaemonSet>("ds").template_generation().to_string()), ([3, 3, 3, 3, 3, 0], "2".to_owned()));
    let numbers = |trial: &Trial| {
        let mut numbers: Vec<i64> = trial.world.list::<ControllerRevision>().map(|r| r.revision).collect();
        numbers.sort_unstable();
        numbers
    };
    assert_eq!(numbers(&trial), [1, 2]);
    for (name, expected) in [("other", [1, 2, 3]), ("httpd", [1, 3, 4])] {
        image(&mut trial, name);
        trial.pass(Span::mins(1));
        assert_eq!(numbers(&trial), expected, "going back makes no new revision");
    }
}

/// Upstream: rollingUpdate. What is not available anyway may always go.
#[test]
fn a_broken_template_stops_at_the_first_node() {
    let mut trial = Trial::new(3);
    put(&mut trial, json!({}));
    image(&mut trial, "broken");
    trial.pass(Span::mins(2));
    assert_eq!(counts(&trial), [3, 3, 2, 1, 2, 0]);
    image(&mut trial, "httpd");
    trial.pass(Span::mins(2));
    assert_eq!(counts(&trial), [3, 3, 3, 3, 3, 0]);
}

#[test]
fn on_delete_and_failed_pods() {
    let mut trial = Trial::new(2);
    put(&mut trial, json!({"updateStrategy": {"type": "OnDelete"}}));
    image(&mut trial, "httpd");
    trial.pass(Span::secs(30));
    assert_eq!(counts(&trial), [2, 2, 2, 0, 2, 0]);
    let name = trial.world.list::<Pod>().next().unwrap().metadata.name.to_string();
    trial.edit_status(Kind::Pod, &name, "/status/phase", json!("Failed"));
    trial.pass(Span::secs(5));
    let told = trial.said("ds", "FailedDaemonPod");
    assert!(told.len() == 1 && told[0].ends_with(", will try to kill it"), "{told:?}");
    assert_eq!(counts(&trial), [2, 2, 2, 1, 2, 0]);
}

/// Upstream: the collector deletes what has lost its owner; nodes that come get a pod.
#[test]
fn daemons_go_with_their_set_and_come_with_nodes() {
    let mut trial = Trial::new(1);
    put(&mut trial, json!({}));
    let join = crate::api::Object::from_value(Kind::Node, json!({"metadata": {"name": "node-9"}})).unwrap();
    trial.act(Act::Request(crate::sim::act::Request::Create(join)));
    trial.pass(Span::secs(1));
    assert_eq!(counts(&trial)[0], 2, "a node that has said nothing yet counts");
    assert!(trial.world.list::<Node>().count() == 2);
    trial.delete(Kind::DaemonSet, "ds");
    trial.pass(Span::secs(10));
    assert!(places(&trial).is_empty() && trial.names(Kind::ControllerRevision).is_empty());
}
