//! A pod's life on its machine: taken up, volumes made ready, init containers in order, containers together, the end.

use super::super::agenda::Due;
use super::super::latency::Latency;
use super::super::machine::{Process, Run, Stage, Step};
use super::super::world::World;
use super::{Errand, containers, look, mounts, process, process_mut, set_run, speak, stop, tardiness, tell};
use crate::api::pod::{ContainerState, ContainerStatus, Terminated};
use crate::api::{Name, Pod, Span, Time, Uid};
use std::sync::Arc;

/// Takes up a pod that was heard of for the first time. One that has run on this machine before gets a new sandbox, and
/// its containers count as started again.
pub fn take_up(world: &mut World, node: &Name, pod: &Arc<Pod>) {
    let (uid, process) = (pod.metadata.uid, unborn(pod, world.now()));
    if let Some(machine) = world.machine_mut(node) {
        machine.processes.insert(uid, Arc::new(process));
    }
    if has_run_before(pod) {
        tell(world, node, uid, None, false, "SandboxChanged", "Pod sandbox changed, it will be killed and re-created.");
    }
    set_deadline(world, node, pod);
    speak(world, node, Errand::Report(uid), &pod.metadata.name);
    proceed(world, node, uid);
}

/// A pod of which nothing runs on the machine.
fn unborn(pod: &Pod, now: Time) -> Process {
    let reason = first_reason(pod);
    Process {
        uid: pod.metadata.uid,
        key: pod.metadata.key(),
        spec: pod.spec.clone(),
        ip: Name::default(),
        stage: Stage::Mounting,
        init: pod.spec.init_containers.iter().map(|c| Run::new(c, reason)).collect(),
        containers: pod.spec.containers.iter().map(|c| recalled(Run::new(c, reason), pod, now)).collect(),
        mounts: Vec::new(),
        since: now,
        busy_until: now,
        tampered: false,
        verdict: None,
    }
}

/// What is left of a pod that was deleted and did not live through a boot.
pub fn remains(pod: &Pod, now: Time) -> Process {
    let mut process = Process { stage: Stage::Ended, ip: pod.status.pod_ip.clone(), ..unborn(pod, now) };
    for run in process.containers.iter_mut().filter(|run| run.last.terminated.is_some()) {
        run.state = std::mem::take(&mut run.last);
    }
    process
}

/// Upstream: defaultWaitingState.
fn first_reason(pod: &Pod) -> &'static str {
    if pod.spec.init_containers.is_empty() { "ContainerCreating" } else { "PodInitializing" }
}

fn has_run_before(pod: &Pod) -> bool {
    !pod.status.container_statuses.is_empty() && !pod.status.pod_ip.is_empty()
}

/// A container as its runtime finds it after a boot: what ran has died, with the code that runtimes give to what they lost.
fn recalled(run: Run, pod: &Pod, now: Time) -> Run {
    let Some(status) = pod.status.container_statuses.iter().find(|s| s.name == run.name && has_run_before(pod)) else { return run };
    let ended = last_end(status).unwrap_or_else(|| Terminated {
        exit_code: LOST,
        reason: "Unknown".into(),
        started_at: status.state.running.as_ref().and_then(|r| r.started_at),
        finished_at: Some(now.to_second()),
        ..Terminated::default()
    });
    let last = ContainerState::terminated(ended);
    Run { restarts: status.restart_count, last, ..run }
}

fn last_end(status: &ContainerStatus) -> Option<Terminated> {
    let earlier = || status.last_state.terminated.clone().filter(|_| status.state.running.is_none());
    status.state.terminated.clone().or_else(earlier).map(|ended| *ended)
}

/// Exit code of a process that its runtime found dead after a boot.
const LOST: i32 = 255;

/// Keeps a running pod's spec in step with what was heard: a container whose image changed is stopped and started anew.
pub fn refresh(world: &mut World, node: &Name, pod: &Arc<Pod>) {
    let uid = pod.metadata.uid;
    let Some(old) = process(world, node, uid).filter(|p| !Arc::ptr_eq(&p.spec, &pod.spec)) else { return };
    if let Some(process) = process_mut(world, node, uid) {
        process.spec = pod.spec.clone();
    }
    set_deadline(world, node, pod);
    for slot in old.slots() {
        let (Some(run), Some(new)) = (old.run(slot), process(world, node, uid).and_then(|p| p.wanted(slot).cloned())) else { continue };
        if run.image == new.image {
            continue;
        }
        if run.is_running() {
            stop::kill(world, node, uid, slot, &format!("Container {} definition changed, will be restarted", run.name), None);
        } else if run.ended().is_none() {
            // A new image need not wait for what the old one is held back by.
            set_run(world, node, uid, slot, |run| (run.image, run.step, run.pulls) = (new.image.clone(), Step::Idle, 0));
            proceed(world, node, uid);
        }
    }
}

/// A pod that may run only for so long ends when that is over. Upstream: activeDeadlineHandler.
fn set_deadline(world: &mut World, node: &Name, pod: &Pod) {
    let Some(seconds) = pod.spec.rest.get("activeDeadlineSeconds").and_then(|s| s.as_i64()) else { return };
    let started = pod.status.start_time.unwrap_or(world.now());
    world.schedule(started + Span::secs(seconds), Due::Kubelet(node.clone(), Errand::Deadline(pod.metadata.uid)));
}

/// The active deadline of a pod is over, unless it was moved since.
pub fn deadline(world: &mut World, node: &Name, uid: Uid) {
    let Some(running) = process(world, node, uid) else { return };
    let allowed = running.spec.rest.get("activeDeadlineSeconds").and_then(|s| s.as_i64());
    let over = allowed.is_some_and(|seconds| world.now() >= running.since.to_second() + Span::secs(seconds));
    if !over || matches!(running.stage, Stage::Stopping(_) | Stage::Ended) {
        return;
    }
    let words = "Pod was active on the node longer than the specified deadline";
    tell(world, node, uid, None, false, "DeadlineExceeded", words);
    if let Some(process) = process_mut(world, node, uid) {
        process.verdict = Some(("DeadlineExceeded".into(), words.into()));
    }
    stop::stop(world, node, uid, running.spec.termination_grace_period_seconds);
}

/// Takes the next step of a pod's life, where one is due; asking too often does no harm.
pub fn proceed(world: &mut World, node: &Name, uid: Uid) {
    let Some(stage) = look(world, node, uid, |process| process.stage) else { return };
    match stage {
        Stage::Mounting => mount(world, node, uid),
        Stage::Starting | Stage::Running => {
            containers::end_doomed(world, node, uid);
            containers::bring_up(world, node, uid);
        }
        Stage::Stopping(_) => stop::advance(world, node, uid),
        Stage::Ended => {}
    }
}

fn mount(world: &mut World, node: &Name, uid: Uid) {
    let Some(process) = process(world, node, uid) else { return };
    let ready_at = world.now() + world.latency(Latency::Mount) + tardiness(&process.key.name);
    match mounts::find(world, node, &process) {
        Ok(found) => {
            drop(process);
            let ip = world.machine_mut(node).map(|m| m.take_ip()).unwrap_or_default();
            if let Some(process) = process_mut(world, node, uid) {
                process.mounts = found.clone();
                process.ip = ip;
                process.stage = Stage::Starting;
                let ready = Step::HeldBack(ready_at);
                process.init.iter_mut().chain(&mut process.containers).for_each(|run| run.step = ready);
            }
            mounts::hold(world, node, &found);
            world.schedule(ready_at, Due::Kubelet(node.clone(), Errand::Proceed(uid)));
        }
        Err(trouble) => mounts::complain(world, node, &process, trouble),
    }
}

/// Ends a pod whose containers have all ended and are not to be started again.
pub fn finish(world: &mut World, node: &Name, uid: Uid) {
    if let Some(process) = process_mut(world, node, uid) {
        process.stage = Stage::Ended;
        mounts::let_go(world, node, uid);
    }
}

/// Removes what is left of a pod that has ended.
pub fn clean_up(world: &mut World, node: &Name, uid: Uid) {
    mounts::let_go(world, node, uid);
    mounts::discard(world, uid);
    if let Some(machine) = world.machine_mut(node) {
        machine.processes.remove(&uid);
        machine.drop_logs(|pod| *pod != uid);
    }
}
