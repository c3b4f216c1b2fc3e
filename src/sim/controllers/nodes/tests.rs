//! Node rules in whole worlds: cables cut, nodes deleted, and the writes that follow in their order.

use super::super::super::change::{Actor, What};
use super::*;
use crate::api::meta::condition;
use crate::api::{Event, Phase, Span, Time, Truth};
use crate::sim::act::{Act, DeleteOptions, Request};
use crate::sim::world::Options;
use serde_json::json;

/// Three nodes, and a pod that runs on each.
fn world() -> World {
    let mut world = World::new(Options::default());
    for number in 1..=3 {
        pod(&mut world, number, json!([]));
    }
    pass(&mut world, Span::secs(12));
    world
}

fn pod(world: &mut World, number: u32, tolerations: serde_json::Value) {
    let containers = json!([{"name": "c", "image": "luksa/kubia"}]);
    let spec = json!({"containers": containers, "nodeName": format!("node-{number}"), "tolerations": tolerations});
    let manifest = json!({"metadata": {"name": format!("p{number}"), "namespace": "default"}, "spec": spec});
    world.apply(Act::Request(Request::Create(Object::from_value(Kind::Pod, manifest).unwrap()))).unwrap();
}

fn pass(world: &mut World, span: Span) {
    world.advance(world.now() + span);
}

fn key(name: &str) -> Key {
    Key::new("default", name)
}

fn node(world: &World, name: &str) -> Node {
    (**world.get::<Node>(&Key::cluster(name)).unwrap()).clone()
}

fn taints(world: &World, name: &str) -> Vec<String> {
    node(world, name).spec.taints.iter().map(|t| format!("{}:{:?}", t.key.trim_start_matches("node.kubernetes.io/"), t.effect)).collect()
}

fn cut(world: &mut World, names: &[&str]) {
    names.iter().for_each(|name| drop(world.apply(Act::Disconnect((*name).into())).unwrap()));
}

fn delete(world: &mut World, kind: Kind, key: &Key) {
    world.apply(Act::Request(Request::Delete(kind, key.clone(), DeleteOptions::default()))).unwrap();
}

/// Writes by the node controllers in that time, each with its seconds since then.
fn log(world: &mut World, span: Span) -> Vec<(i64, String)> {
    let (from, start) = (world.changes().next(), world.now());
    pass(world, span);
    let ours =
        |actor: &Actor| matches!(actor, Actor::Controller(Controller::NodeLifecycle | Controller::TaintEviction | Controller::PodGc));
    let changes = world.changes().since(from).filter(|change| ours(&change.actor));
    changes.filter_map(|change| Some(((change.at - start).as_secs(), words(&change.what)?))).collect()
}

fn words(what: &What) -> Option<String> {
    let What::Written { before, after } = what else { return None };
    let gone = if after.is_none() { " gone" } else { "" };
    match after.as_ref().or(before.as_ref())? {
        Object::Node(node) => {
            let taints: Vec<String> = node.spec.taints.iter().map(|t| format!(" {:?}", t.effect)).collect();
            Some(format!("{} {}{}", node.metadata.name, node.readiness()?.text(), taints.concat()))
        }
        Object::Pod(pod) => {
            let ending = if pod.metadata.is_terminating() { " terminating" } else { "" };
            let marked = if condition(&pod.status.conditions, "DisruptionTarget").is_some() { " disrupted" } else { "" };
            let ready = if pod.is_ready() { "ready" } else { "unready" };
            Some(format!("{} {} {ready}{marked}{ending}{gone}", pod.metadata.name, pod.status.phase.text()))
        }
        Object::Event(event) => Some(format!("{} {}", event.reason, event.message)),
        _ => None,
    }
}

fn texts(log: &[(i64, String)]) -> Vec<&str> {
    log.iter().map(|(_, words)| words.as_str()).collect()
}

#[test]
fn a_dead_nodes_timeline() {
    let mut world = world();
    cut(&mut world, &["node-2"]);
    let marked = log(&mut world, Span::secs(62));
    let expected = [
        "node-2 Unknown",
        "NodeNotReady Node node-2 status is now: NodeNotReady",
        "p2 Running unready",
        "NodeNotReady Node is not ready",
        "node-2 Unknown NoSchedule",
        "node-2 Unknown NoSchedule NoExecute",
    ];
    assert_eq!(texts(&marked), expected);
    assert!(marked.iter().all(|(at, _)| (43..=60).contains(at)), "{marked:?}");
    let ready = condition(&node(&world, "node-2").status.conditions, "Ready").cloned().unwrap();
    assert_eq!(
        (ready.status, &*ready.reason, &*ready.message),
        (Truth::Unknown, "NodeStatusUnknown", "Kubelet stopped posting node status.")
    );
    assert!(ready.last_heartbeat_time < ready.last_transition_time);
    let wait = world.wait(Kind::Pod, &key("p2")).unwrap().clone();
    assert_eq!(&*wait.words, "will be evicted when node-2 has been unreachable for 300 s");

    let evicted = log(&mut world, Span::secs(300));
    let expected = [
        "TaintManagerEviction Marking for deletion Pod default/p2",
        "p2 Running unready disrupted",
        "p2 Running unready disrupted terminating",
    ];
    assert_eq!(texts(&evicted), expected);
    assert_eq!(&*world.wait(Kind::Pod, &key("p2")).unwrap().words, "only its kubelet may say that it has stopped");
    assert_eq!(texts(&log(&mut world, Span::mins(20))), [""; 0], "for ever");
}

#[test]
fn a_node_that_returns_in_time_keeps_its_pods() {
    let mut world = world();
    cut(&mut world, &["node-2"]);
    pass(&mut world, Span::secs(100));
    assert_eq!(taints(&world, "node-2"), ["unreachable:NoSchedule", "unreachable:NoExecute"]);
    world.apply(Act::Reconnect("node-2".into())).unwrap();
    let back = log(&mut world, Span::secs(20));
    let cancelled = "TaintManagerEviction Cancelling deletion of Pod default/p2";
    assert_eq!(texts(&back), ["node-2 True NoExecute", "node-2 True", cancelled]);
    assert!(back[1].0 - back[0].0 <= 5, "within one pass");
    assert!(world.wait(Kind::Pod, &key("p2")).is_none());
    assert_eq!(texts(&log(&mut world, Span::mins(10))), [""; 0]);
}

/// Upstream: handleDisruption, where all zones are stateFullDisruption.
#[test]
fn nodes_that_fall_silent_together_are_never_tainted() {
    for seed in 1..4 {
        let mut world = World::new(Options { seed, ..Options::default() });
        pass(&mut world, Span::secs(12));
        cut(&mut world, &["node-1", "node-2", "node-3"]);
        let log = log(&mut world, Span::mins(10));
        assert!(!log.iter().any(|(_, words)| words.contains("NoExecute")), "{log:?}");
    }
}

#[test]
fn a_whole_cluster_that_falls_silent_is_not_evicted() {
    let mut world = world();
    cut(&mut world, &["node-1", "node-2"]);
    pass(&mut world, Span::secs(75));
    let no_execute = |world: &World| ["node-1", "node-2", "node-3"].map(|n| super::no_execute(&node(world, n)).count());
    assert_eq!(no_execute(&world), [1, 1, 0], "two of three are a normal zone: one after the other, ten seconds apart");
    cut(&mut world, &["node-3"]);
    pass(&mut world, Span::secs(70));
    assert_eq!(no_execute(&world), [0, 0, 0], "nobody is ready: the watcher doubts itself");
    pass(&mut world, Span::mins(10));
    assert!((1..=3).all(|n| !world.get::<Pod>(&key(&format!("p{n}"))).unwrap().metadata.is_terminating()));
    world.apply(Act::Reconnect("node-3".into())).unwrap();
    pass(&mut world, Span::secs(90));
    assert_eq!(no_execute(&world), [1, 1, 0]);
}

#[test]
fn nodes_of_a_zone_are_tainted_one_after_the_other() {
    let mut world = world();
    cut(&mut world, &["node-1", "node-2"]);
    let log = log(&mut world, Span::secs(80));
    let tainted: Vec<i64> = log.iter().filter(|(_, words)| words.ends_with("NoExecute")).map(|(at, _)| *at).collect();
    assert_eq!(tainted.len(), 2);
    assert!(tainted[1] - tainted[0] >= 9, "{tainted:?}");
}

#[test]
fn how_long_pods_put_up_with_a_taint() {
    let unreachable = |seconds: Option<i64>| {
        let mut toleration = json!({"key": "node.kubernetes.io/unreachable", "operator": "Exists", "effect": "NoExecute"});
        if let Some(seconds) = seconds {
            toleration["tolerationSeconds"] = json!(seconds);
        }
        json!([toleration])
    };
    for (tolerations, expected) in
        [(unreachable(Some(5)), Some(5)), (unreachable(Some(0)), Some(0)), (unreachable(None), None), (json!([]), Some(300))]
    {
        let mut world = World::new(Options::default());
        pod(&mut world, 2, tolerations.clone());
        pass(&mut world, Span::secs(12));
        cut(&mut world, &["node-2"]);
        let log = log(&mut world, Span::mins(10));
        let at = |end: &str| log.iter().find(|(_, words)| words.ends_with(end)).map(|(at, _)| *at);
        assert_eq!(at("terminating").map(|t| t - at("NoExecute").unwrap()), expected, "{tolerations}");
    }
}

#[test]
fn a_cordon_is_a_taint() {
    let mut world = world();
    for (cordoned, expected) in [(true, vec!["unschedulable:NoSchedule".to_owned()]), (false, vec![])] {
        let mut object = node(&world, "node-1");
        object.spec.unschedulable = cordoned;
        world.apply(Act::Request(Request::Update(object.into()))).unwrap();
        pass(&mut world, Span(50));
        assert_eq!(taints(&world, "node-1"), expected);
    }
}

#[test]
fn a_taint_by_hand_evicts_at_once() {
    let mut world = world();
    let mut object = node(&world, "node-1");
    object.spec.taints.push(serde_json::from_value(json!({"key": "maintenance", "effect": "NoExecute"})).unwrap());
    world.apply(Act::Request(Request::Update(object.into()))).unwrap();
    pass(&mut world, Span(50));
    assert!(world.get::<Pod>(&key("p1")).unwrap().metadata.is_terminating());
    pass(&mut world, Span::secs(3));
    assert!(world.get::<Pod>(&key("p1")).is_none());
}

#[test]
fn pods_of_a_deleted_node_are_collected_after_a_quarantine() {
    let mut world = world();
    delete(&mut world, Kind::Node, &Key::cluster("node-2"));
    let log = log(&mut world, Span::secs(85));
    let expected = [
        "RemovingNode Node node-2 event: Removing Node node-2 from Controller",
        "p2 Failed ready disrupted",
        "p2 Failed ready disrupted terminating",
        "p2 Failed ready disrupted terminating gone",
    ];
    let mut seen = texts(&log);
    seen.retain(|words| expected.contains(words));
    assert_eq!(seen, expected, "{log:?}");
    let collected = log.iter().find(|(_, words)| words.starts_with("p2")).unwrap().0;
    assert!((40..=80).contains(&collected), "{collected}");
    assert!(world.memory.nodes.evictions.is_empty());
}

#[test]
fn the_orphan_is_told_when_it_will_be_collected() {
    let mut world = world();
    delete(&mut world, Kind::Node, &Key::cluster("node-2"));
    pass(&mut world, Span::secs(21));
    let wait = world.wait(Kind::Pod, &key("p2")).unwrap();
    assert_eq!(&*wait.words, "will be collected when node-2 has been missing for 40 s");
    assert!(wait.until.is_some_and(|at| at > world.now()));
    assert_eq!(world.get::<Pod>(&key("p2")).unwrap().status.phase, Phase::Running);
}

#[test]
fn a_node_that_joins_is_registered_and_one_that_never_reports_is_marked() {
    let mut world = world();
    let join = |world: &mut World| {
        let node = Object::from_value(Kind::Node, json!({"metadata": {"name": "node-9"}})).unwrap();
        world.apply(Act::Request(Request::Create(node))).unwrap();
    };
    join(&mut world);
    assert_eq!(taints(&world, "node-9"), ["not-ready:NoSchedule"], "by admission");
    pass(&mut world, Span::secs(70));
    let registered = |world: &World| {
        let events = world.list::<Event>().filter(|e| &*e.reason == "RegisteredNode");
        events.map(|e| (e.count, e.message.to_string())).collect::<Vec<(i32, String)>>()
    };
    let once = [(1, "Node node-9 event: Registered Node node-9 in Controller".to_owned())];
    assert_eq!(registered(&world), once);
    let ready = condition(&node(&world, "node-9").status.conditions, "Ready").cloned().unwrap();
    assert_eq!((&*ready.reason, &*ready.message), ("NodeStatusNeverUpdated", "Kubelet never posted node status."));
    delete(&mut world, Kind::Node, &Key::cluster("node-9"));
    join(&mut world);
    pass(&mut world, Span::secs(10));
    assert_eq!(registered(&world), once, "names are known, not objects");
}

fn taint(world: &mut World, name: &str, key: &str) {
    let mut object = node(world, name);
    object.spec.taints.push(serde_json::from_value(json!({"key": key, "effect": "NoExecute"})).unwrap());
    world.apply(Act::Request(Request::Update(object.into()))).unwrap();
}

/// Upstream: handlePodUpdate cancels the timer of a pod that is not found, aloud.
#[test]
fn a_pod_that_goes_before_its_time_is_said_to_be_spared() {
    let mut world = world();
    cut(&mut world, &["node-2"]);
    pass(&mut world, Span::secs(100));
    let options = DeleteOptions { grace: Some(0), ..DeleteOptions::default() };
    world.apply(Act::Request(Request::Delete(Kind::Pod, key("p2"), options))).unwrap();
    assert_eq!(texts(&log(&mut world, Span::mins(10))), ["TaintManagerEviction Cancelling deletion of Pod default/p2"]);
}

/// Upstream: processPodOnNode. The event names the pod without its uid.
#[test]
fn a_further_taint_that_is_not_tolerated_tells_the_pod_again() {
    let mut world = world();
    cut(&mut world, &["node-2"]);
    pass(&mut world, Span::secs(362));
    taint(&mut world, "node-2", "maintenance");
    pass(&mut world, Span::secs(1));
    let marks: Vec<_> = world.list::<Event>().filter(|e| e.message.starts_with("Marking")).cloned().collect();
    assert_eq!(marks.iter().map(|e| (e.count, e.involved_object.uid.is_nil())).collect::<Vec<_>>(), [(2, true)]);
}

#[test]
fn a_shorter_toleration_does_not_end_a_timer_that_runs() {
    let toleration =
        |key: &str, seconds: i64| json!({"key": key, "operator": "Exists", "effect": "NoExecute", "tolerationSeconds": seconds});
    let mut world = World::new(Options::default());
    pod(&mut world, 1, json!([toleration("slow", 100), toleration("fast", 5)]));
    pass(&mut world, Span::secs(12));
    taint(&mut world, "node-1", "slow");
    pass(&mut world, Span::secs(10));
    taint(&mut world, "node-1", "fast");
    let ends = log(&mut world, Span::secs(100));
    assert_eq!(ends.iter().find(|(_, words)| words.starts_with("TaintManagerEviction")).map(|(at, _)| *at), Some(90));
}

/// Upstream: gcTerminating in pkg/controller/podgc.
#[test]
fn the_out_of_service_taint_frees_ending_pods_of_a_dead_node() {
    let mut world = world();
    cut(&mut world, &["node-2"]);
    pass(&mut world, Span::secs(100));
    taint(&mut world, "node-2", OUT_OF_SERVICE);
    let freed = log(&mut world, Span::secs(21));
    let expected = [
        "TaintManagerEviction Cancelling deletion of Pod default/p2",
        "TaintManagerEviction Marking for deletion Pod default/p2",
        "p2 Running unready disrupted",
        "p2 Running unready disrupted terminating",
        "p2 Failed unready disrupted terminating",
    ];
    assert_eq!(texts(&freed)[..5], expected);
    assert!(world.get::<Pod>(&key("p2")).is_none());
}

/// The reasons of all events about a node by its kubelet, oldest first.
fn told(world: &World, name: &str) -> Vec<String> {
    let mut events: Vec<_> =
        world.list::<Event>().filter(|e| *e.involved_object.name == *name && &*e.source.component == "kubelet").collect();
    events.sort_by_key(|e| e.metadata.resource_version);
    events.iter().map(|e| e.reason.to_string()).collect()
}

/// Upstream: pkg/kubelet/nodestatus/setters.go tells of each condition that turns, recordNodeSchedulableEvent of a cordon.
#[test]
fn a_kubelet_tells_of_its_node() {
    let mut world = world();
    cut(&mut world, &["node-2"]);
    pass(&mut world, Span::secs(60));
    world.apply(Act::Reconnect("node-2".into())).unwrap();
    pass(&mut world, Span::secs(1));
    assert_eq!(told(&world, "node-2"), ["NodeHasSufficientMemory", "NodeHasNoDiskPressure", "NodeHasSufficientPID", "NodeReady"]);
    for (cordoned, reason) in [(true, "NodeNotSchedulable"), (false, "NodeSchedulable")] {
        let mut object = node(&world, "node-1");
        object.spec.unschedulable = cordoned;
        world.apply(Act::Request(Request::Update(object.into()))).unwrap();
        pass(&mut world, Span::secs(10));
        assert_eq!(told(&world, "node-1").last().map(String::as_str), Some(reason));
    }
}

/// Upstream: a kubelet registers its node when it starts, and the lease goes with the node.
#[test]
fn a_deleted_node_comes_back_when_its_kubelet_is_started() {
    let mut world = world();
    let lease = Key::new("kube-node-lease", "node-2");
    delete(&mut world, Kind::Node, &Key::cluster("node-2"));
    pass(&mut world, Span::secs(90));
    assert!(world.get::<Node>(&Key::cluster("node-2")).is_none() && world.object(Kind::Lease, &lease).is_none());
    world.apply(Act::Crash("node-2".into())).unwrap();
    world.apply(Act::Boot("node-2".into())).unwrap();
    let back = log(&mut world, Span::secs(6));
    assert_eq!(texts(&back), ["RegisteredNode Node node-2 event: Registered Node node-2 in Controller"]);
    assert!(node(&world, "node-2").is_ready() && world.object(Kind::Lease, &lease).is_some());
    assert_eq!(told(&world, "node-2")[..2], ["Starting", "NodeHasSufficientMemory"]);
    assert!(!told(&world, "node-2").contains(&"Rebooted".to_owned()), "the record knew no earlier boot of a new node");
}

/// Upstream: tryUpdateNodeStatus, whose setters tell all that a kubelet knows, and ensureLease.
#[test]
fn a_node_that_is_made_anew_by_hand_is_filled_in_by_its_kubelet() {
    let mut world = world();
    let before = node(&world, "node-2").status;
    delete(&mut world, Kind::Node, &Key::cluster("node-2"));
    pass(&mut world, Span::secs(90));
    let manifest = json!({"metadata": {"name": "node-2"}});
    world.apply(Act::Request(Request::Create(Object::from_value(Kind::Node, manifest).unwrap()))).unwrap();
    pass(&mut world, Span::secs(12));
    let after = node(&world, "node-2");
    assert!(after.is_ready() && world.object(Kind::Lease, &Key::new("kube-node-lease", "node-2")).is_some());
    let told = |status: &crate::api::node::NodeStatus| (status.addresses.clone(), status.capacity.clone(), status.node_info.clone());
    assert_eq!(told(&after.status), told(&before));
}

#[test]
fn an_idle_cluster_writes_nothing() {
    let mut world = world();
    pass(&mut world, Span::secs(30));
    let before = world.store().revision();
    pass(&mut world, Span::mins(30));
    assert_eq!(world.store().revision(), before);
    assert!(world.now() > Time(0));
}

/// Upstream: gcTerminated, with a threshold that a test can reach.
#[test]
fn the_oldest_ended_pods_go_where_there_are_too_many() {
    let mut world = world();
    for name in ["p1", "p3"] {
        let mut ended = (**world.get::<Pod>(&key(name)).unwrap()).clone();
        ended.status.phase = Phase::Failed;
        world.apply(Act::Request(Request::UpdateStatus(ended.into()))).unwrap();
    }
    let mut desk = Desk::new(&mut world, Actor::Controller(Controller::PodGc));
    collector::collect_ended(&mut desk, 2);
    assert!(desk.get::<Pod>(&key("p1")).is_some(), "two are kept");
    collector::collect_ended(&mut desk, 1);
    let left: Vec<&str> = desk.list::<Pod>().map(|p| &*p.metadata.name).collect();
    assert_eq!(left, ["p2", "p3"], "p2 runs, and p3 is no older than p1 but later by name");
}
