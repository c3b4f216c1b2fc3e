//! Restart policies, init containers, sidecars, hooks, pulls: what becomes of containers.

use super::{sleeps, started};
use crate::api::pod::ContainerStatus;
use crate::api::{Kind, Object, Phase, Pod, Span};
use crate::sim::act::Act;
use crate::sim::change::What;
use crate::sim::tests::{Trial, key, over};
use serde_json::{Value, json};

fn shell(name: &str, script: &str) -> Value {
    json!({"name": name, "image": "busybox:1", "command": ["sh", "-c", script]})
}

fn word(trial: &Trial) -> String {
    let sum = crate::api::columns::pod::summary(&trial.get::<Pod>("p"));
    format!("{}/{} {} {}", sum.ready, sum.total, sum.status, sum.restarts)
}

fn container(trial: &Trial) -> ContainerStatus {
    trial.get::<Pod>("p").status.container_statuses[0].clone()
}

/// What the STATUS column says, every change of it once, while time passes.
fn words(trial: &mut Trial, seconds: i64) -> Vec<String> {
    let mut seen: Vec<String> = Vec::new();
    for _ in 0..seconds * 10 {
        trial.pass(Span::millis(100));
        if !trial.has(Kind::Pod, "p") {
            break;
        }
        let status = crate::api::columns::pod::status(&trial.get::<Pod>("p"));
        if seen.last() != Some(&status) {
            seen.push(status);
        }
    }
    seen
}

fn born(spec: Value) -> Trial {
    let mut trial = Trial::new(1);
    trial.put_pod("p", "nginx", spec);
    trial
}

/// Upstream: SyncPod runs init containers one after the other, then all others.
#[test]
fn init_containers_run_in_order_before_the_others() {
    let init = json!([shell("one", "sleep 3"), shell("two", "sleep 2")]);
    let mut trial = born(json!({"initContainers": init}));
    assert_eq!(words(&mut trial, 20), ["Init:0/2", "Init:1/2", "PodInitializing", "Running"]);
    let pod = trial.get::<Pod>("p");
    let ends: Vec<i32> = pod.status.init_container_statuses.iter().map(|s| s.state.terminated.as_ref().unwrap().exit_code).collect();
    assert_eq!((ends, pod.is_ready()), (vec![0, 0], true));
}

#[test]
fn a_failing_init_container_is_tried_again_or_ends_the_pod() {
    let init = json!([shell("one", "exit 1")]);
    let mut trial = born(json!({"initContainers": init}));
    assert_eq!(words(&mut trial, 8), ["Init:0/1", "Init:Error", "Init:CrashLoopBackOff"]);
    let initialized = crate::api::meta::condition(&trial.get::<Pod>("p").status.conditions, "Initialized").cloned().unwrap();
    assert_eq!((&*initialized.reason, &*initialized.message), ("ContainersNotInitialized", "containers with incomplete status: [one]"));
    assert_eq!(trial.get::<Pod>("p").status.phase, Phase::Pending);
    let mut trial = born(json!({"initContainers": init, "restartPolicy": "Never"}));
    assert_eq!(words(&mut trial, 8), ["Init:0/1", "Init:Error"]);
    assert_eq!(trial.get::<Pod>("p").status.phase, Phase::Failed);
}

#[test]
fn a_sidecar_runs_beside_the_others_and_ends_after_them() {
    let side = over(shell("side", "while true; do sleep 1; done"), json!({"restartPolicy": "Always"}));
    let main = json!([shell("c", "sleep 5")]);
    let mut trial =
        born(json!({"initContainers": [side], "containers": main, "restartPolicy": "Never", "terminationGracePeriodSeconds": 3}));
    trial.pass(Span::secs(4));
    assert_eq!(word(&trial), "2/2 Running 0");
    trial.pass(Span::secs(12));
    assert_eq!((word(&trial).as_str(), trial.get::<Pod>("p").status.phase), ("0/2 Completed 0", Phase::Succeeded));
    assert_eq!(trial.said("p", "Killing"), ["Stopping container side"]);
}

#[test]
fn policies_and_codes_decide_whether_a_container_starts_again() {
    for (policy, script, phase, restarted) in [
        ("Always", "exit 0", Phase::Running, true),
        ("Always", "exit 1", Phase::Running, true),
        ("OnFailure", "exit 0", Phase::Succeeded, false),
        ("OnFailure", "exit 3", Phase::Running, true),
        ("Never", "exit 0", Phase::Succeeded, false),
        ("Never", "exit 3", Phase::Failed, false),
    ] {
        let mut trial = born(json!({"containers": [shell("c", script)], "restartPolicy": policy}));
        trial.pass(Span::secs(30));
        let pod = trial.get::<Pod>("p");
        assert_eq!((pod.status.phase, container(&trial).restart_count > 0), (phase, restarted), "{policy} {script}");
    }
}

/// Upstream: doBackOff's words; the first restart is immediate.
#[test]
fn a_crash_is_seen_before_the_pause_is() {
    let mut trial = born(json!({"containers": [shell("c", "sleep 1; exit 2")]}));
    assert_eq!(words(&mut trial, 6), ["ContainerCreating", "Running", "Error", "Running", "Error", "CrashLoopBackOff"]);
    let (status, uid) = (container(&trial), trial.get::<Pod>("p").metadata.uid);
    let words = format!("back-off 10s restarting failed container=c pod=p_default({uid})");
    assert_eq!(*status.state.waiting.unwrap().message, words);
    assert_eq!(trial.said("p", "BackOff"), [format!("Back-off restarting failed container c in pod p_default({uid})")]);
    let last = status.last_state.terminated.unwrap();
    assert_eq!((last.exit_code, &*last.reason), (2, "Error"));
}

#[test]
fn one_containers_pause_is_not_cut_short_by_another() {
    let both = json!([shell("a", "exit 1"), shell("b", "sleep 4; exit 1")]);
    let mut trial = born(json!({"containers": both}));
    trial.pass(Span::secs(9));
    assert_eq!(container(&trial).restart_count, 1);
}

/// Upstream: getPhase and TerminatePod: a deleted pod says how it ended before it goes.
#[test]
fn a_deleted_pod_says_how_it_ended_with_its_last_word() {
    for (image, spec, phase, code) in [
        ("nginx", json!({}), Phase::Succeeded, 0),
        ("busybox", over(sleeps(), json!({"terminationGracePeriodSeconds": 2})), Phase::Failed, 137),
    ] {
        let mut trial = started(image, spec);
        trial.delete(Kind::Pod, "p");
        trial.pass(Span::secs(10));
        let mut last = trial.world.changes().since(0).filter_map(|c| match &c.what {
            crate::sim::change::What::Written { before: Some(crate::api::Object::Pod(pod)), after: None } => Some(pod.clone()),
            _ => None,
        });
        let last = last.next_back().unwrap();
        assert_eq!(last.status.phase, phase);
        assert_eq!(last.status.container_statuses[0].state.terminated.as_ref().unwrap().exit_code, code);
        let ready = crate::api::meta::condition(&last.status.conditions, "Ready").unwrap();
        assert_eq!(&*ready.reason, if code == 0 { "PodCompleted" } else { "PodFailed" });
    }
}

/// Upstream: EnsureImageExists: a failed pull shows as ErrImagePull, the pause after it as ImagePullBackOff.
#[test]
fn pulls_fail_and_are_waited_for_in_turn() {
    let mut trial = born(json!({"containers": [{"name": "c", "image": "luksa/broken"}]}));
    let seen = words(&mut trial, 15);
    assert_eq!(seen, ["ContainerCreating", "ErrImagePull", "ImagePullBackOff", "ErrImagePull", "ImagePullBackOff"]);
    let failed = trial.said("p", "Failed");
    assert_eq!(&failed[1..], ["Error: ErrImagePull", "Error: ImagePullBackOff"]);
    assert!(
        failed[0].starts_with("Failed to pull image \"luksa/broken\": failed to pull and unpack image \"docker.io/luksa/broken:latest\"")
    );
    assert_eq!(trial.said("p", "BackOff"), ["Back-off pulling image \"luksa/broken\""]);
    assert_eq!(trial.get::<Pod>("p").status.phase, Phase::Pending);
}

#[test]
fn what_cannot_be_created_says_why() {
    let env = json!([{"name": "A", "valueFrom": {"configMapKeyRef": {"name": "m", "key": "a"}}}]);
    for (container, reason, message) in [
        (
            json!({"name": "c", "image": "nginx:1", "imagePullPolicy": "Never"}),
            "ErrImageNeverPull",
            "Container image \"nginx:1\" is not present with pull policy of Never",
        ),
        (
            json!({"name": "c", "image": "luksa/Kubia"}),
            "InvalidImageName",
            "Failed to apply default image tag \"luksa/Kubia\": couldn't parse image name \"luksa/Kubia\": invalid reference format: repository name (Kubia) must be lowercase",
        ),
        (json!({"name": "c", "image": "nginx:1", "env": env}), "CreateContainerConfigError", "configmap \"m\" not found"),
    ] {
        let mut trial = born(json!({"containers": [container]}));
        trial.pass(Span::secs(5));
        let waiting = self::container(&trial).state.waiting.unwrap();
        assert_eq!((&*waiting.reason, &*waiting.message), (reason, message));
    }
    let mut trial = born(json!({"containers": [{"name": "c", "image": "nginx:1", "env": env}]}));
    trial.pass(Span::secs(5));
    trial.put(Kind::ConfigMap, json!({"metadata": {"name": "m"}, "data": {"a": "1"}}));
    trial.pass(Span::secs(15));
    assert_eq!(word(&trial), "1/1 Running 0");
}

#[test]
fn a_program_that_does_not_exist_does_not_start() {
    let mut trial = born(json!({"containers": [{"name": "c", "image": "busybox:1", "command": ["nosuch"]}]}));
    let seen = words(&mut trial, 6);
    assert_eq!(seen, ["ContainerCreating", "RunContainerError", "CrashLoopBackOff"]);
    let last = container(&trial).last_state.terminated.unwrap();
    assert_eq!((last.exit_code, &*last.reason), (128, "StartError"));
    assert!(trial.said("p", "Failed")[0].contains("exec: \"nosuch\": executable file not found in $PATH"));
    assert_eq!(trial.said("p", "Started").len(), 0);
}

/// Upstream: killContainer: the hook counts inside the grace, and two seconds are left for the signal.
#[test]
fn a_hook_before_the_stop_counts_inside_the_grace() {
    let hook = |hook: Value, grace: i64| {
        let container = json!({"name": "c", "image": "nginx", "lifecycle": {"preStop": hook}});
        json!({"containers": [container], "terminationGracePeriodSeconds": grace})
    };
    for (spec, least, most) in [
        (hook(json!({"sleep": {"seconds": 5}}), 30), 5_000, 5_800),
        (hook(json!({"exec": {"command": ["sleep", "20"]}}), 10), 10_000, 10_800),
        (hook(json!({"exec": {"command": ["false"]}}), 30), 300, 900),
    ] {
        let mut trial = started("nginx", spec);
        let asked = trial.world.now();
        trial.delete(Kind::Pod, "p");
        trial.pass(Span::secs(40));
        let [(after, _)] = super::stops(&trial, asked)[..] else { panic!("one stop") };
        assert!((least..=most).contains(&after), "{after}");
    }
    let mut trial = started("nginx", hook(json!({"exec": {"command": ["false"]}}), 30));
    trial.delete(Kind::Pod, "p");
    trial.pass(Span::millis(200));
    assert_eq!(trial.said("p", "FailedPreStopHook"), ["PreStopHook failed"]);
    let mut trial = started("nginx", hook(json!({"exec": {"command": ["sleep", "60"]}}), 4));
    trial.delete(Kind::Pod, "p");
    trial.pass(Span::secs(3));
    assert!(trial.said("p", "FailedPreStopHook").is_empty());
    trial.pass(Span::secs(5));
    assert_eq!(trial.said("p", "FailedPreStopHook"), ["PreStopHook failed"], "it ends with its container");
}

/// Upstream: newTerminationOrdering in pkg/kubelet/kuberuntime/kuberuntime_termination_order.go.
#[test]
fn sidecars_end_one_by_one_the_last_first() {
    let side = |name: &str| json!({"name": name, "image": "nginx", "restartPolicy": "Always"});
    let main = json!({"name": "c", "image": "nginx", "lifecycle": {"preStop": {"sleep": {"seconds": 3}}}});
    let mut trial = born(json!({"initContainers": [side("one"), side("two")], "containers": [main]}));
    trial.pass(Span::secs(10));
    let asked = trial.world.now();
    let from = trial.world.changes().next();
    trial.delete(Kind::Pod, "p");
    trial.pass(Span::secs(20));
    let mut ends: Vec<(String, i64)> = Vec::new();
    for change in trial.world.changes().since(from) {
        let What::Written { after: Some(Object::Pod(pod)), .. } = &change.what else { continue };
        let all = pod.status.init_container_statuses.iter().chain(pod.status.container_statuses.iter());
        for status in all.filter(|status| status.state.terminated.is_some()) {
            if ends.iter().all(|(name, _)| *name != *status.name) {
                ends.push((status.name.to_string(), (change.at - asked).0));
            }
        }
    }
    assert!(ends.iter().map(|(name, _)| name.as_str()).eq(["c", "two", "one"]), "{ends:?}");
    assert!(ends[0].1 >= 3_000 && ends[0].1 < ends[1].1 && ends[1].1 < ends[2].1, "{ends:?}");
}

#[test]
fn a_failed_hook_after_the_start_kills_its_container() {
    let container = json!({"name": "c", "image": "nginx", "lifecycle": {"postStart": {"exec": {"command": ["false"]}}}});
    let mut trial = started("nginx", json!({"containers": [container]}));
    trial.pass(Span::secs(20));
    assert_eq!(trial.said("p", "FailedPostStartHook"), ["PostStartHook failed"]);
    assert!(container_restarts(&trial) > 0);
}

fn container_restarts(trial: &Trial) -> i32 {
    container(trial).restart_count
}

#[test]
fn a_changed_image_restarts_its_container_alone() {
    let mut trial = started("nginx", json!({}));
    trial.edit(Kind::Pod, "p", "/spec/containers/0/image", "httpd".into());
    trial.pass(Span::secs(5));
    let pod = trial.get::<Pod>("p");
    assert_eq!((container_restarts(&trial), &*pod.status.container_statuses[0].image, pod.is_ready()), (1, "httpd", true));
    assert_eq!(trial.said("p", "Killing"), ["Container c definition changed, will be restarted"]);
}

#[test]
fn a_restart_keeps_volumes_and_nothing_else() {
    let volumes = json!([{"name": "v", "emptyDir": {}}]);
    let container = json!({"name": "c", "image": "nginx", "volumeMounts": [{"name": "v", "mountPath": "/kept"}]});
    let mut trial = started("nginx", json!({"containers": [container], "volumes": volumes}));
    let (node, uid) = ("node-1".into(), trial.get::<Pod>("p").metadata.uid);
    for path in ["/kept/x", "/lost"] {
        crate::sim::network::write_file(&mut trial.world, &node, uid, path, "x").unwrap();
    }
    trial.act(Act::Exit(key("p"), 1));
    trial.pass(Span::secs(5));
    let reads = |path: &str| crate::sim::network::read_file(&trial.world, &node, uid, path).is_ok();
    assert_eq!((reads("/kept/x"), reads("/lost")), (true, false));
}

#[test]
fn a_deadline_ends_a_pod() {
    let mut trial = started("nginx", json!({"activeDeadlineSeconds": 20}));
    trial.pass(Span::secs(30));
    let status = trial.get::<Pod>("p").status.clone();
    assert_eq!((status.phase, &*status.reason), (Phase::Failed, "DeadlineExceeded"));
    assert_eq!(&*status.message, "Pod was active on the node longer than the specified deadline");
}

#[test]
fn after_a_boot_init_containers_run_again_and_the_lost_life_is_told() {
    let mut trial = born(json!({"initContainers": [shell("one", "sleep 1")]}));
    trial.pass(Span::secs(8));
    trial.act(Act::Crash("node-1".into()));
    trial.pass(Span::secs(10));
    trial.act(Act::Boot("node-1".into()));
    let seen = words(&mut trial, 12);
    assert_eq!(seen, ["Init:0/1", "PodInitializing", "Running"]);
    let last = container(&trial).last_state.terminated.unwrap();
    assert_eq!((last.exit_code, &*last.reason, container_restarts(&trial)), (255, "Unknown", 1));
    assert_eq!(trial.said("node-1", "Rebooted"), ["Node node-1 has been rebooted, boot id: podyard-2"]);
}

/// Upstream: registerWithAPIServer. A kubelet makes its Node again only when it is started.
#[test]
fn a_deleted_node_comes_back_with_a_boot() {
    let mut trial = Trial::new(2);
    trial.delete(Kind::Node, "node-1");
    trial.pass(Span::mins(2));
    assert!(!trial.has(Kind::Node, "node-1"));
    trial.act(Act::Crash("node-1".into()));
    trial.act(Act::Boot("node-1".into()));
    trial.pass(Span::secs(20));
    assert!(trial.get::<crate::api::Node>("node-1").is_ready());
}

#[test]
fn exit_by_hand_reaches_the_record() {
    let mut trial = started("nginx", json!({}));
    trial.act(Act::Exit(key("p"), 7));
    trial.pass(Span::millis(100));
    assert_eq!(word(&trial), "0/1 Error 0");
}

#[test]
fn a_volume_that_cannot_be_set_up_is_complained_of() {
    let volumes = json!([{"name": "v", "configMap": {"name": "m"}}, {"name": "w", "hostPath": {"path": "/x", "type": "Directory"}}]);
    let mut trial = born(json!({"volumes": volumes}));
    trial.pass(Span::secs(10));
    assert_eq!(trial.said("p", "FailedMount"), ["MountVolume.SetUp failed for volume \"v\" : configmap \"m\" not found"]);
    trial.put(Kind::ConfigMap, json!({"metadata": {"name": "m"}}));
    trial.pass(Span::secs(20));
    let last = trial.said("p", "FailedMount").last().cloned();
    assert_eq!(last.as_deref(), Some("MountVolume.SetUp failed for volume \"w\" : hostPath type check failed: /x is not a directory"));
    assert_eq!(word(&trial), "0/1 ContainerCreating 0");
}

/// Upstream: podutil.CalculatePodStatusObservedGeneration.
#[test]
fn the_status_tells_which_spec_it_is_of() {
    let mut trial = started("busybox", sleeps());
    trial.edit(Kind::Pod, "p", "/spec/activeDeadlineSeconds", json!(5000));
    trial.pass(Span::secs(1));
    let pod = trial.get::<Pod>("p");
    assert_eq!((pod.metadata.generation, pod.status.observed_generation), (2, 2));
    assert!(pod.status.conditions.iter().all(|condition| condition.observed_generation == 2), "{:?}", pod.status.conditions);
}
