//! Startup, liveness and readiness probes, and readiness gates.

use super::started;
use crate::api::meta::condition;
use crate::api::{Pod, Span};
use crate::sim::act::Act;
use crate::sim::tests::{Trial, key, over};
use serde_json::{Value, json};

fn with(probes: Value) -> Value {
    json!({"containers": [over(json!({"name": "c", "image": "luksa/kubia:1"}), probes)]})
}

fn http(port: i32, more: Value) -> Value {
    over(json!({"httpGet": {"port": port}}), more)
}

fn is_ready(trial: &Trial) -> bool {
    trial.get::<Pod>("p").is_ready()
}

fn restarts(trial: &Trial) -> i32 {
    trial.get::<Pod>("p").status.container_statuses[0].restart_count
}

#[test]
fn readiness_begins_with_the_first_success_after_the_initial_delay() {
    let mut trial = started("x", with(json!({"readinessProbe": http(8080, json!({"initialDelaySeconds": 20, "successThreshold": 2}))})));
    trial.pass(Span::secs(20));
    assert!(!is_ready(&trial), "one success of two");
    trial.pass(Span::secs(10));
    assert!(is_ready(&trial));
    assert_eq!(trial.said("p", "Unhealthy").len(), 0);
}

#[test]
fn a_wrong_port_is_refused_and_a_wrong_page_not_found() {
    let mut trial = started("x", with(json!({"readinessProbe": http(9090, json!({}))})));
    trial.pass(Span::secs(30));
    let pod = trial.get::<Pod>("p");
    let (ip, unready) = (pod.status.pod_ip.clone(), condition(&pod.status.conditions, "Ready").cloned().unwrap());
    let words = format!("Readiness probe failed: Get \"http://{ip}:9090/\": dial tcp {ip}:9090: connect: connection refused");
    assert_eq!(trial.said("p", "Unhealthy"), [words]);
    assert_eq!((&*unready.reason, &*unready.message), ("ContainersNotReady", "containers with unready status: [c]"));
    assert_eq!(trial.times("p", "Unhealthy").len(), 4, "one a period, counted up");
    let probe = json!({"httpGet": {"port": 80, "path": "/nope"}});
    let trial = started("x", json!({"containers": [{"name": "c", "image": "nginx", "readinessProbe": probe}]}));
    assert_eq!(trial.said("p", "Unhealthy"), ["Readiness probe failed: HTTP probe failed with statuscode: 404"]);
    let trial = started("x", with(json!({"readinessProbe": {"tcpSocket": {"port": 8080}}})));
    assert!(is_ready(&trial));
}

#[test]
fn readiness_is_lost_after_three_failures_and_comes_back_with_one_success() {
    let mut trial = started("x", with(json!({"readinessProbe": http(8080, json!({}))})));
    trial.act(Act::FailReadiness(key("p")));
    trial.pass(Span::secs(19));
    assert!(is_ready(&trial), "failures at the next two periods");
    trial.pass(Span::secs(10));
    assert!(!is_ready(&trial));
    assert_eq!(trial.said("p", "Unhealthy"), ["Readiness probe failed: HTTP probe failed with statuscode: 500"]);
    assert_eq!(restarts(&trial), 0);
    trial.act(Act::Heal(key("p")));
    trial.pass(Span::secs(11));
    assert!(is_ready(&trial));
}

#[test]
fn without_a_probe_readiness_is_broken_and_mended_at_once() {
    let mut trial = started("nginx", json!({}));
    trial.act(Act::FailReadiness(key("p")));
    trial.pass(Span::secs(2));
    assert!(!is_ready(&trial));
    trial.act(Act::Heal(key("p")));
    trial.pass(Span::secs(2));
    assert!(is_ready(&trial));
}

/// The book's trick: a pod is ready as long as a file is there.
#[test]
fn a_probe_that_looks_at_a_file_asks_again_and_again() {
    let mut trial = started("x", with(json!({"readinessProbe": {"exec": {"command": ["ls", "/var/ready"]}}})));
    trial.pass(Span::secs(30));
    assert!(!is_ready(&trial));
    assert_eq!(trial.said("p", "Unhealthy"), ["Readiness probe failed: ls: cannot access '/var/ready': No such file or directory"]);
    let uid = trial.get::<Pod>("p").metadata.uid;
    crate::sim::network::write_file(&mut trial.world, &"node-1".into(), uid, "/var/ready", "").unwrap();
    trial.pass(Span::secs(11));
    assert!(is_ready(&trial));
    crate::sim::network::remove_file(&mut trial.world, &"node-1".into(), uid, "/var/ready").unwrap();
    trial.pass(Span::secs(31));
    assert!(!is_ready(&trial));
}

/// The documentation's example of a liveness probe.
#[test]
fn a_container_that_is_no_longer_alive_is_killed_and_started_again() {
    let script = "touch /tmp/healthy; sleep 30; rm -f /tmp/healthy; sleep 600";
    let probe = json!({"exec": {"command": ["cat", "/tmp/healthy"]}, "initialDelaySeconds": 5, "periodSeconds": 5});
    let container = json!({"name": "c", "image": "busybox:1", "args": ["/bin/sh", "-c", script], "livenessProbe": probe});
    let mut trial = started("x", json!({"containers": [container], "terminationGracePeriodSeconds": 4}));
    trial.pass(Span::secs(33));
    assert_eq!((restarts(&trial), trial.said("p", "Killing").len()), (0, 0));
    trial.pass(Span::secs(17));
    assert_eq!(trial.said("p", "Unhealthy"), ["Liveness probe failed: cat: /tmp/healthy: No such file or directory"]);
    assert_eq!(trial.said("p", "Killing"), ["Container c failed liveness probe, will be restarted"]);
    assert_eq!(trial.times("p", "Unhealthy").len(), 3);
    assert_eq!(restarts(&trial), 1);
    let last = trial.get::<Pod>("p").status.container_statuses[0].last_state.terminated.clone().unwrap();
    assert_eq!(last.exit_code, 137);
}

#[test]
fn other_probes_wait_for_the_startup_probe() {
    let startup = |port: i32| http(port, json!({"initialDelaySeconds": 12}));
    let mut trial = started("x", with(json!({"startupProbe": startup(8080), "readinessProbe": http(8080, json!({}))})));
    let status = trial.get::<Pod>("p").status.container_statuses[0].clone();
    assert_eq!((status.started, status.ready), (Some(false), false));
    trial.pass(Span::secs(10));
    let status = trial.get::<Pod>("p").status.container_statuses[0].clone();
    assert_eq!((status.started, status.ready), (Some(true), true));
    let mut trial = started("x", with(json!({"startupProbe": startup(9)})));
    trial.pass(Span::secs(35));
    assert_eq!(trial.said("p", "Killing"), ["Container c failed startup probe, will be restarted"]);
}

/// Upstream: GeneratePodReadyCondition.
#[test]
fn a_gate_keeps_a_pod_from_being_ready() {
    let trial = started("nginx", json!({"readinessGates": [{"conditionType": "example.com/x"}]}));
    let pod = trial.get::<Pod>("p");
    let (ready, containers) =
        (condition(&pod.status.conditions, "Ready").unwrap(), condition(&pod.status.conditions, "ContainersReady").unwrap());
    assert_eq!((&*ready.reason, containers.status.text()), ("ReadinessGatesNotReady", "True"));
    assert_eq!(&*ready.message, "corresponding condition of pod readiness gate \"example.com/x\" does not exist.");
}
