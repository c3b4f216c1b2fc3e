//! What a kubelet tells the record: pod statuses, volumes in use.

use super::super::apiserver::Desk;
use super::super::change::Actor;
use super::super::machine::{Process, Run, Stage};
use super::super::world::World;
use super::{mounts, node_object, process};
use crate::api::meta::{Condition, Truth, condition, set_condition};
use crate::api::pod::{ContainerStatus, Phase, PodStatus, RestartPolicy};
use crate::api::{Name, Pod, Time, Uid};
use serde_json::json;

/// A pod's report reaches the record.
pub fn deliver(world: &mut World, node: &Name, uid: Uid) {
    let now = world.now();
    if let Some(machine) = world.machine_mut(node) {
        machine.last_word = now;
    }
    let Some(process) = process(world, node, uid) else { return };
    let Some(pod) = world.get::<Pod>(&process.key).filter(|p| p.metadata.uid == uid).cloned() else { return };
    let status = report(world, node, &process, &pod);
    if status != pod.status {
        let after = Pod { status, ..(*pod).clone() };
        // A refusal means that the record has forgotten the pod: there is nothing to tell any more.
        let _ = Desk::new(world, Actor::Kubelet(node.clone())).update_status(after);
    }
}

fn report(world: &World, node: &Name, process: &Process, pod: &Pod) -> PodStatus {
    let now = world.now().to_second();
    let mut status = pod.status.clone();
    status.phase = phase(process, pod.status.phase);
    status.start_time = status.start_time.or(Some(process.since.to_second()));
    status.host_ip = node_object(world, node).and_then(|n| n.address("InternalIP").cloned()).unwrap_or_default();
    if process.containers.iter().any(|c| c.state.waiting.is_none()) || process.stage == Stage::Running {
        status.pod_ip = process.ip.clone();
    }
    status.container_statuses = process.containers.iter().map(container_status).collect();
    status.rest.fill("observedGeneration", json!(pod.metadata.generation));
    set_conditions(&mut status, process, now);
    status
}

/// Upstream: getPhase (§3.2).
fn phase(process: &Process, before: Phase) -> Phase {
    if before.is_terminal() {
        return before;
    }
    let all = &process.containers;
    let starting = |c: &Run| c.state.waiting.is_some() && c.last.terminated.is_none();
    if all.iter().any(starting) {
        return Phase::Pending;
    }
    if all.iter().any(|c| c.state.terminated.is_none()) || process.spec.restart_policy == RestartPolicy::Always {
        return Phase::Running;
    }
    let failed = all.iter().any(|c| c.state.terminated.as_ref().is_some_and(|t| t.exit_code != 0));
    if failed { Phase::Failed } else { Phase::Succeeded }
}

fn container_status(run: &Run) -> ContainerStatus {
    let running = run.state.running.is_some();
    let known = running || run.state.terminated.is_some() || run.last.terminated.is_some();
    ContainerStatus {
        name: run.name.clone(),
        state: run.state.clone(),
        last_state: run.last.clone(),
        ready: run.ready,
        restart_count: run.restarts,
        image: run.image.clone(),
        image_id: if known { format!("docker.io/{}@sha256:podyard", run.image).into() } else { Name::default() },
        started: Some(running),
        ..ContainerStatus::default()
    }
}

fn set_conditions(status: &mut PodStatus, process: &Process, now: Time) {
    let unready: Vec<&str> = process.containers.iter().filter(|c| !c.ready).map(|c| &*c.name).collect();
    let (reason, message) = match status.phase {
        Phase::Succeeded => ("PodCompleted", String::new()),
        Phase::Failed => ("PodFailed", String::new()),
        _ if unready.is_empty() => ("", String::new()),
        _ => ("ContainersNotReady", format!("containers with unready status: [{}]", unready.join(" "))),
    };
    let ready = unready.is_empty() && !status.phase.is_terminal();
    let sandbox = !matches!(process.stage, Stage::Mounting | Stage::Ended);
    let scheduled = condition(&status.conditions, "PodScheduled").cloned();
    let rows = [
        ("PodReadyToStartContainers", sandbox.into(), "", String::new()),
        ("Initialized", Truth::True, if status.phase == Phase::Succeeded { "PodCompleted" } else { "" }, String::new()),
        ("Ready", ready.into(), reason, message.clone()),
        ("ContainersReady", ready.into(), reason, message),
    ];
    let old = std::mem::take(&mut status.conditions);
    status.conditions = old.iter().filter(|c| &*c.kind != "PodScheduled").cloned().collect();
    for (kind, truth, reason, message) in rows {
        let new = Condition {
            kind: kind.into(),
            status: truth,
            last_transition_time: Some(now),
            reason: reason.into(),
            message: message.into(),
            ..Condition::default()
        };
        set_condition(&mut status.conditions, new);
    }
    status.conditions.extend(scheduled);
}

/// Posts which volumes are in use, where that has changed.
pub fn post_volumes_in_use(world: &mut World, node: &Name) {
    if !world.machine(node).is_some_and(|m| m.is_linked()) {
        return;
    }
    let names = mounts::in_use(world, node);
    let Some(object) = node_object(world, node).filter(|n| n.status.volumes_in_use != names) else { return };
    let mut after = (*object).clone();
    after.status.volumes_in_use = names;
    super::node::write(world, node, after);
}
