//! What a kubelet does not take. Upstream: pkg/kubelet/lifecycle/predicate_test.go, and the e2e test "Should recreate
//! evicted statefulset".

use super::*;
use crate::api::Phase;
use crate::api::pod::PodSpec;
use crate::sim::tests::template;

fn asking(resource: &str, amount: &str) -> Value {
    json!({"containers": [{"name": "c", "image": "nginx", "resources": {"requests": {resource: amount}}}]})
}

fn on_host_port() -> Value {
    json!({"containers": [{"name": "c", "image": "nginx", "ports": [{"containerPort": 80, "hostPort": 80}]}]})
}

#[test]
fn what_the_node_cannot_take_fails_for_good() {
    for (first, second, reason, words) in [
        (
            asking("cpu", "3"),
            asking("cpu", "1500m"),
            "OutOfcpu",
            "Node didn't have enough resource: cpu, requested: 1500, used: 3000, capacity: 4000",
        ),
        (
            asking("memory", "6Gi"),
            asking("memory", "4Gi"),
            "OutOfmemory",
            "Node didn't have enough resource: memory, requested: 4294967296, used: 6442450944, capacity: 8589934592",
        ),
        (
            json!({}),
            json!({"nodeSelector": {"disk": "ssd"}}),
            "NodeAffinity",
            "Predicate NodeAffinity failed: node(s) didn't match Pod's node affinity/selector",
        ),
        (
            on_host_port(),
            on_host_port(),
            "NodePorts",
            "Predicate NodePorts failed: node(s) didn't have free ports for the requested pod ports",
        ),
    ] {
        let mut trial = started("nginx", first);
        trial.put_pod("late", "nginx", over(json!({"nodeName": "node-1"}), second));
        trial.pass(Span::millis(45));
        let status = &trial.get::<Pod>("late").status;
        assert_eq!((status.phase, &*status.reason), (Phase::Failed, reason));
        assert_eq!(*status.message, format!("Pod was rejected: {words}"));
        assert_eq!((status.conditions.len(), status.container_statuses.len()), (0, 0), "nothing else is known of it");
        assert_eq!(trial.said("late", reason), [words]);
        trial.pass(Span::mins(2));
        assert!(trial.has(Kind::Pod, "p"), "who is there already stays");
    }
}

/// The eviction of the pod is on its way at the same time.
#[test]
fn a_taint_that_would_evict_a_pod_keeps_it_out() {
    let mut trial = Trial::new(1);
    trial.edit(Kind::Node, "node-1", "/spec/taints", json!([{"key": "k", "effect": "NoExecute"}]));
    trial.put_pod("late", "nginx", json!({"nodeName": "node-1"}));
    trial.pass(Span::secs(5));
    let words = "Predicate TaintToleration failed: node(s) had taints that the pod didn't tolerate";
    assert_eq!((trial.said("late", "TaintToleration"), trial.has(Kind::Pod, "late")), (vec![words.to_owned()], false));
}

#[test]
fn more_pods_than_a_node_takes_are_turned_away() {
    let mut trial = Trial::new(1);
    trial.edit_status(Kind::Node, "node-1", "/status/allocatable/pods", json!("1"));
    for name in ["a", "b"] {
        trial.put_pod(name, "nginx", json!({"nodeName": "node-1"}));
        trial.pass(Span::secs(2));
    }
    let words = "Pod was rejected: Node didn't have enough resource: pods, requested: 1, used: 1, capacity: 1";
    let b = trial.get::<Pod>("b");
    assert_eq!((&*b.status.reason, &*b.status.message), ("OutOfpods", words));
    assert_eq!(trial.ready(), ["a"]);
    trial.delete(Kind::Pod, "b");
    assert!(!trial.has(Kind::Pod, "b"), "what has ended needs no grace");
}

#[test]
fn a_set_deletes_what_was_turned_away_and_makes_it_again() {
    let mut trial = started("nginx", on_host_port());
    let spec: PodSpec = serde_json::from_value(on_host_port()).unwrap();
    let mut pinned = template("s", "nginx");
    pinned["spec"] = over(serde_json::to_value(spec).unwrap(), json!({"nodeName": "node-1"}));
    let set = json!({"serviceName": "s", "selector": {"matchLabels": {"app": "s"}}, "template": pinned});
    trial.put(Kind::StatefulSet, json!({"metadata": {"name": "s"}, "spec": set}));
    trial.pass(Span::secs(1));
    assert!(trial.said("s", "SuccessfulDelete").len() + trial.said("s", "SuccessfulCreate").len() >= 2, "over and over");
    trial.delete(Kind::Pod, "p");
    trial.pass(Span::secs(10));
    assert_eq!(trial.ready(), ["s-0"], "once the port is free");
}

/// Upstream: generateAPIPodStatus says of every pod that reached a kubelet that it is scheduled.
#[test]
fn who_names_its_node_is_scheduled_once_a_kubelet_has_it() {
    let trial = started("nginx", json!({}));
    let pod = trial.get::<Pod>("p");
    let kinds: Vec<&str> = pod.status.conditions.iter().map(|c| &*c.kind).collect();
    assert_eq!(kinds, ["PodReadyToStartContainers", "Initialized", "Ready", "ContainersReady", "PodScheduled"]);
    assert!(pod.status.conditions.iter().all(|c| c.observed_generation == 1) && pod.status.observed_generation == 1);
}

/// Upstream: PodObservedGenerationTracking.
#[test]
fn a_report_names_the_generation_that_was_acted_on() {
    let mut trial = started("nginx", json!({}));
    let mut containers = trial.get::<Pod>("p").spec.containers[0].clone();
    containers.image = "httpd".into();
    trial.edit(Kind::Pod, "p", "/spec/containers", json!([containers]));
    trial.pass(Span::secs(5));
    let pod = trial.get::<Pod>("p");
    let ready = crate::api::meta::condition(&pod.status.conditions, "Ready").unwrap();
    assert_eq!((pod.metadata.generation, pod.status.observed_generation, ready.observed_generation), (2, 2, 2));
}
