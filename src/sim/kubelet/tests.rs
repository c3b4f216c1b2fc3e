//! A pod's life on its machine: pulls, crashes, stops, cut cables, power.

mod admission;
mod containers;
mod probes;

use super::*;
use crate::api::{Span, Time};
use crate::sim::act::Act;
use crate::sim::change::{Physical, What};
use crate::sim::tests::{Trial, key, over, pod_spec};
use serde_json::{Value, json};

/// From each of these moments to the next, in seconds.
fn pauses(times: &[i64]) -> Vec<i64> {
    times.windows(2).map(|pair| pair[1] - pair[0]).collect()
}

fn near(found: &[i64], expected: &[i64]) -> bool {
    found.len() >= expected.len() && found.iter().zip(expected).all(|(found, expected)| (0..=1).contains(&(found - expected)))
}

fn started(image: &str, spec: Value) -> Trial {
    let mut trial = Trial::new(2);
    trial.put_pod("p", image, over(json!({"nodeName": "node-1"}), spec));
    trial.pass(Span::secs(5));
    trial
}

fn sleeps() -> Value {
    json!({"containers": [{"name": "c", "image": "busybox", "command": ["sleep", "9999"]}]})
}

/// Living processes of the pod `p` on all machines.
fn alive(trial: &Trial) -> usize {
    let processes = trial.world.machines().flat_map(|m| m.processes.values().cloned().collect::<Vec<_>>());
    processes.filter(|p| &*p.key.name == "p" && p.is_alive()).count()
}

/// When, since a moment, processes stopped, in milliseconds, and with which code.
fn stops(trial: &Trial, since: Time) -> Vec<(i64, i32)> {
    let stop = |what: &What| match what {
        What::Physical(Physical::Stopped(_, _, _, code)) => Some(*code),
        _ => None,
    };
    let changes = trial.world.changes().since(0).filter(|c| c.at >= since);
    changes.filter_map(|c| Some(((c.at - since).0, stop(&c.what)?))).collect()
}

#[test]
fn a_failing_pull_is_tried_again_ever_more_rarely() {
    let mut trial = started("luksa/broken", json!({}));
    trial.pass(Span::mins(20));
    let pulls = pauses(&trial.times("p", "Pulling"));
    assert!(near(&pulls, &[10, 20, 40, 80, 160, 300, 300]), "{pulls:?}");
    let state = trial.get::<Pod>("p").status.container_statuses[0].state.waiting.clone().unwrap();
    assert_eq!(&*state.reason, "ImagePullBackOff");
}

#[test]
fn a_crashing_container_is_started_again_ever_more_rarely() {
    let mut trial = started("busybox", json!({"containers": [{"name": "c", "image": "busybox", "command": ["false"]}]}));
    trial.pass(Span::mins(20));
    // Told by the processes themselves: of so many events about one pod the record gets few.
    let ends: Vec<i64> = stops(&trial, Time(0)).iter().map(|(at, _)| at / 1000).collect();
    let starts = pauses(&ends);
    assert!(near(&starts, &[1, 10, 20, 40, 80, 160, 300]), "{starts:?}");
    let status = trial.get::<Pod>("p").status.container_statuses[0].clone();
    assert_eq!(&*status.state.waiting.unwrap().reason, "CrashLoopBackOff");
    assert_eq!(status.last_state.terminated.unwrap().exit_code, 1);
    assert_eq!(status.restart_count, starts.len() as i32);
    assert!(trial.times("p", "Started").len() < starts.len(), "held back after a burst of 25 events");
}

#[test]
fn crashes_are_forgiven_after_ten_good_minutes() {
    for (good, pause) in [(Span::mins(9), 40), (Span::mins(11), 0)] {
        let mut trial = started("nginx", json!({}));
        for wait in [Span::secs(2), Span::secs(12), good] {
            trial.act(Act::Exit(key("p"), 1));
            trial.pass(wait);
        }
        let crashed = trial.world.elapsed().as_secs();
        trial.act(Act::Exit(key("p"), 1));
        trial.pass(Span::secs(60));
        let last = trial.times("p", "Started").last().copied().unwrap();
        assert!((0..=1).contains(&(last - crashed - pause)), "{good:?}: {}", last - crashed);
    }
}

#[test]
fn who_ignores_the_signal_is_killed_when_its_grace_is_over() {
    for (image, spec, millis, code) in [
        ("busybox", sleeps(), 30_000, 137),
        ("busybox", over(sleeps(), json!({"terminationGracePeriodSeconds": 5})), 5_000, 137),
        ("nginx", json!({}), 300, 0),
    ] {
        let mut trial = started(image, spec);
        let asked = trial.world.now();
        trial.delete(Kind::Pod, "p");
        trial.pass(Span::secs(40));
        let [(after, with)] = stops(&trial, asked)[..] else { panic!("one stop") };
        assert!((0..=100).contains(&(after - millis)), "{image}: {after}");
        assert_eq!(with, code);
        assert!(!trial.has(Kind::Pod, "p"));
        assert_eq!(trial.last_writer(Kind::Pod, "p"), Some(Actor::Kubelet("node-1".into())), "only its kubelet may say so");
    }
}

#[test]
fn a_pod_is_taken_down_before_it_is_said_to_be_gone() {
    for image in ["luksa/broken", "nginx"] {
        let mut trial = started(image, json!({}));
        trial.delete(Kind::Pod, "p");
        trial.pass(Span::secs(1));
        assert!(trial.has(Kind::Pod, "p"), "{image}");
        trial.pass(Span::millis(250));
        assert!(!trial.has(Kind::Pod, "p"), "{image}");
    }
}

#[test]
fn pods_begun_together_follow_each_other_by_name() {
    for names in [["kubia-0", "kubia-1", "kubia-2"], ["web-29xtp", "web-rggqs", "web-t2s5l"], ["app", "p", "zoo"]] {
        let spans = names.map(tardiness);
        let steps: Vec<i64> = spans.windows(2).map(|pair| pair[1].0 - pair[0].0).collect();
        assert!(steps.iter().all(|step| *step > 5), "{names:?}: {steps:?}");
        assert!(spans.iter().all(|span| (0..=216).contains(&span.0)), "{spans:?}");
    }
}

#[test]
fn what_is_forced_away_runs_a_little_longer() {
    let mut trial = started("busybox", sleeps());
    let asked = trial.world.now();
    trial.force("p");
    assert!(!trial.has(Kind::Pod, "p") && alive(&trial) == 1);
    trial.pass(Span::secs(10));
    let [(after, _)] = stops(&trial, asked)[..] else { panic!("one stop") };
    assert!((2_000..=4_200).contains(&after), "{after}");
    assert_eq!(alive(&trial), 0);
}

#[test]
fn behind_a_cut_cable_processes_go_on_until_the_cable_is_back() {
    let mut trial = started("nginx", json!({}));
    trial.act(Act::Disconnect("node-1".into()));
    trial.delete(Kind::Pod, "p");
    trial.pass(Span::mins(30));
    assert_eq!(alive(&trial), 1);
    assert!(trial.get::<Pod>("p").metadata.is_terminating(), "for ever");
    trial.force("p");
    trial.put_pod("p", "nginx", json!({"nodeName": "node-2"}));
    trial.pass(Span::secs(5));
    assert_eq!(alive(&trial), 2, "that is what force means");
    let back = trial.world.now();
    trial.act(Act::Reconnect("node-1".into()));
    trial.pass(Span::secs(10));
    let [(after, 0)] = stops(&trial, back)[..] else { panic!("one stop") };
    assert!((0..=2_500).contains(&after), "{after}");
    assert_eq!((alive(&trial), node_of(&trial)), (1, "node-2".to_owned()));
}

fn node_of(trial: &Trial) -> String {
    trial.get::<Pod>("p").spec.node_name.to_string()
}

#[test]
fn a_cable_back_in_time_changes_nothing() {
    let mut trial = started("nginx", json!({}));
    let before = trial.get::<Pod>("p").metadata.uid;
    trial.act(Act::Disconnect("node-1".into()));
    trial.pass(Span::secs(120));
    assert!(!trial.get::<Pod>("p").is_ready());
    trial.act(Act::Reconnect("node-1".into()));
    trial.pass(Span::secs(10));
    let pod = trial.get::<Pod>("p");
    assert!(pod.is_running_and_ready() && pod.metadata.uid == before);
    assert_eq!(pod.status.container_statuses[0].restart_count, 0);
}

#[test]
fn after_a_boot_the_same_pods_run_again() {
    let mut trial = started("nginx", json!({}));
    let before = trial.get::<Pod>("p");
    trial.act(Act::Crash("node-1".into()));
    assert_eq!(alive(&trial), 0);
    trial.pass(Span::secs(30));
    trial.act(Act::Boot("node-1".into()));
    trial.pass(Span::secs(20));
    let after = trial.get::<Pod>("p");
    assert!(after.is_running_and_ready() && after.metadata.uid == before.metadata.uid);
    assert_eq!(after.status.container_statuses[0].restart_count, 1);
    assert_ne!(after.status.pod_ip, before.status.pod_ip);
    assert_eq!(trial.said("p", "SandboxChanged").len(), 1);
}

#[test]
fn one_that_ends_for_good_is_not_started_again() {
    for (policy, command, phase) in [
        ("Never", "true", crate::api::Phase::Succeeded),
        ("Never", "false", crate::api::Phase::Failed),
        ("OnFailure", "true", crate::api::Phase::Succeeded),
    ] {
        let mut containers = pod_spec("busybox");
        containers["containers"][0]["command"] = json!([command]);
        let mut trial = started("busybox", over(containers, json!({"restartPolicy": policy})));
        trial.pass(Span::secs(60));
        let pod = trial.get::<Pod>("p");
        assert_eq!((pod.status.phase, pod.status.container_statuses[0].restart_count), (phase, 0), "{policy} {command}");
    }
}

/// Upstream: TerminatePod in status_manager.go. What did not live through the boot is known to the runtime as lost.
#[test]
fn a_deleted_pod_whose_machine_was_booted_ends_with_its_last_word() {
    let mut trial = started("nginx", json!({}));
    trial.act(Act::Crash("node-1".into()));
    trial.delete(Kind::Pod, "p");
    trial.pass(Span::secs(20));
    assert!(trial.has(Kind::Pod, "p"));
    let from = trial.world.changes().next();
    trial.act(Act::Boot("node-1".into()));
    trial.pass(Span::secs(5));
    let last = trial.world.changes().since(from).find_map(|change| match &change.what {
        What::Written { before: Some(Object::Pod(_)), after: Some(Object::Pod(pod)) } => Some(pod.clone()),
        _ => None,
    });
    let last = last.expect("a report before the end");
    let ended = last.status.container_statuses[0].state.terminated.clone().unwrap();
    assert_eq!((last.status.phase, ended.exit_code, &*ended.reason), (crate::api::Phase::Failed, 255, "Unknown"));
    assert!(!last.status.pod_ip.is_empty() && !trial.has(Kind::Pod, "p"));
    let node = trial.get::<Node>("node-1");
    assert_eq!(node.status.node_info.as_ref().unwrap()["bootID"], "podyard-2");
    assert_eq!(trial.said("node-1", "Rebooted"), ["Node node-1 has been rebooted, boot id: podyard-2"]);
}

#[test]
fn an_address_in_use_is_not_given_twice() {
    let mut trial = started("busybox", sleeps());
    let taken = trial.get::<Pod>("p").status.pod_ip.clone();
    let machine = trial.world.machine_mut("node-1").unwrap();
    machine.next_ip = 254;
    assert!(machine.take_ip().ends_with(".254"));
    machine.next_ip = taken.rsplit('.').next().unwrap().parse().unwrap();
    assert_ne!(machine.take_ip(), taken);
}
