//! A pod's life on its machine: volumes, images, start, readiness, crashes, stop.

use super::super::agenda::Due;
use super::super::apiserver::Desk;
use super::super::change::{Actor, Physical};
use super::super::images::{self, Image};
use super::super::latency::Latency;
use super::super::machine::{Process, Run, Stage};
use super::super::world::World;
use super::{Errand, backoff, mounts, process, process_mut, speak};
use crate::api::object::reference;
use crate::api::pod::{Container, ContainerState, RestartPolicy, Running, Terminated, Waiting};
use crate::api::{Kind, Name, Pod, Span, Uid};
use std::sync::Arc;

/// How often volumes that are not ready are looked for again.
const MOUNT_RETRY: Span = Span::millis(500);
/// What a process gets at least, even where it is forced away. Upstream: minimumGracePeriodInSeconds.
const LEAST_GRACE: Span = Span::secs(2);
/// After so long without its volumes a pod gets a FailedMount event (§6.8).
const MOUNT_COMPLAINT: Span = Span::secs(123);

/// Takes up a pod that was heard of for the first time.
pub fn take_up(world: &mut World, node: &Name, pod: &Arc<Pod>) {
    let uid = pod.metadata.uid;
    let again = i32::from(!pod.status.container_statuses.is_empty() && !pod.status.pod_ip.is_empty());
    let process = Process {
        uid,
        key: pod.metadata.key(),
        spec: pod.spec.clone(),
        ip: Name::default(),
        stage: Stage::Mounting,
        containers: pod.spec.containers.iter().map(|c| run_of(c, again * (1 + restarts(pod, &c.name)))).collect(),
        mounts: Vec::new(),
        since: world.now(),
        tampered: false,
    };
    if let Some(machine) = world.machine_mut(node) {
        machine.processes.insert(uid, Arc::new(process));
    }
    if again > 0 {
        tell(world, node, uid, None, false, "SandboxChanged", "Pod sandbox changed, it will be killed and re-created.");
    }
    speak(world, node, Errand::Report(uid), &pod.metadata.name);
    proceed(world, node, uid);
}

fn restarts(pod: &Pod, container: &str) -> i32 {
    pod.status.container_statuses.iter().find(|c| &*c.name == container).map_or(0, |c| c.restart_count)
}

fn run_of(container: &Container, restarts: i32) -> Run {
    Run {
        name: container.name.clone(),
        image: container.image.clone(),
        state: waiting("ContainerCreating", ""),
        last: ContainerState::default(),
        ready: false,
        restarts,
        streak: 0,
        backoff: 0,
    }
}

fn waiting(reason: &str, message: impl Into<Name>) -> ContainerState {
    ContainerState { waiting: Some(Waiting { reason: reason.into(), message: message.into() }), ..ContainerState::default() }
}

/// Keeps a running pod's spec in step with what was heard: a changed image restarts its container.
pub fn refresh(world: &mut World, node: &Name, pod: &Arc<Pod>) {
    let uid = pod.metadata.uid;
    let Some(old) = process(world, node, uid).filter(|p| !Arc::ptr_eq(&p.spec, &pod.spec)) else { return };
    if let Some(process) = process_mut(world, node, uid) {
        process.spec = pod.spec.clone();
    }
    for (place, container) in pod.spec.containers.iter().enumerate() {
        let Some(run) = old.containers.get(place).filter(|run| run.image != container.image) else { continue };
        let restarts = run.restarts;
        if let Some(run) = process_mut(world, node, uid).and_then(|p| p.containers.get_mut(place)) {
            run.image = container.image.clone();
        }
        container_ended(world, node, uid, place, restarts, 0);
    }
}

/// Takes the next step of a pod's life.
pub fn proceed(world: &mut World, node: &Name, uid: Uid) {
    let Some(process) = process(world, node, uid) else { return };
    match process.stage {
        Stage::Mounting => mount(world, node, &process),
        Stage::Starting | Stage::Running => start_containers(world, node, &process),
        Stage::Stopping(deadline) => end(world, node, &process, world.now() >= deadline),
        Stage::Ended => {}
    }
}

fn mount(world: &mut World, node: &Name, process: &Process) {
    let now = world.now();
    match mounts::find(world, node, process) {
        Ok(found) => {
            let ip = world.machine_mut(node).map(|m| m.take_ip()).unwrap_or_default();
            if let Some(process) = process_mut(world, node, process.uid) {
                process.mounts = found.clone();
                process.ip = ip;
                process.stage = Stage::Starting;
            }
            mounts::hold(world, node, &found);
            later(world, node, Latency::Mount, Errand::Proceed(process.uid));
        }
        Err(missing) => {
            let (waited, step) = (now - process.since, MOUNT_RETRY);
            if waited >= MOUNT_COMPLAINT && waited.0 % MOUNT_COMPLAINT.0 < step.0 {
                let words = format!(
                    "Unable to attach or mount volumes: unmounted volumes=[{}], unattached volumes=[], failed to process volumes=[]: timed out waiting for the condition",
                    missing.join(" ")
                );
                tell(world, node, process.uid, None, true, "FailedMount", &words);
            }
            world.schedule(now + step, Due::Kubelet(node.clone(), Errand::Retry(process.uid)));
        }
    }
}

fn later(world: &mut World, node: &Name, latency: Latency, errand: Errand) {
    let at = world.now() + world.latency(latency);
    world.schedule(at, Due::Kubelet(node.clone(), errand));
}

/// What a container that does not run needs next.
enum Need {
    Pull,
    Start,
    Nothing,
}

/// Pulls an image or starts containers; one pull at a time, as --serialize-image-pulls has it.
fn start_containers(world: &mut World, node: &Name, process: &Process) {
    let images = world.machine(node).map(|m| m.images.clone()).unwrap_or_default();
    let need = |run: &Run, container: &Container| match &run.state {
        state if state.running.is_some() || state.terminated.is_some() => Need::Nothing,
        _ if !images.contains(&run.image) || images::is_broken(&run.image) => Need::Pull,
        _ if &*container.image_pull_policy == "Always" && run.streak == 0 => Need::Pull,
        _ => Need::Start,
    };
    let mut pulls = false;
    for (place, (run, container)) in process.containers.iter().zip(process.spec.containers.iter()).enumerate() {
        match need(run, container) {
            Need::Pull if !pulls => {
                pulls = true;
                pull(world, node, process, place);
            }
            Need::Start => start(world, node, process, place),
            Need::Pull | Need::Nothing => {}
        }
    }
}

/// A pull takes two steps, told apart by the streak: 0 before it is asked for, 1 while it travels.
fn pull(world: &mut World, node: &Name, process: &Process, place: usize) {
    let (uid, run) = (process.uid, &process.containers[place]);
    let image = run.image.clone();
    if run.streak == 0 {
        tell(world, node, uid, Some(&run.name), false, "Pulling", &format!("Pulling image \"{image}\""));
        set_run(world, node, uid, place, |run| run.streak = 1);
        return later(world, node, Latency::Pull, Errand::Proceed(uid));
    }
    if images::is_broken(&image) {
        return pull_failed(world, node, process, place);
    }
    let took = world.latency(Latency::Pull).0;
    let words = format!("Successfully pulled image \"{image}\" in {took}ms ({took}ms including waiting). Image size: 50000000 bytes.");
    tell(world, node, uid, Some(&run.name), false, "Pulled", &words);
    if let Some(machine) = world.machine_mut(node) {
        machine.images.insert(image);
    }
    let Some(process) = super::process(world, node, uid) else { return };
    start_containers(world, node, &process);
}

fn pull_failed(world: &mut World, node: &Name, process: &Process, place: usize) {
    let (uid, run) = (process.uid, &process.containers[place]);
    let image = &run.image;
    let why = format!("failed to pull and unpack image \"docker.io/{image}:latest\": failed to resolve reference: not found");
    tell(world, node, uid, Some(&run.name), true, "Failed", &format!("Failed to pull image \"{image}\": {why}"));
    tell(world, node, uid, Some(&run.name), true, "Failed", "Error: ErrImagePull");
    tell(world, node, uid, Some(&run.name), false, "BackOff", &format!("Back-off pulling image \"{image}\""));
    tell(world, node, uid, Some(&run.name), true, "Failed", "Error: ImagePullBackOff");
    let pause = backoff::pause(run.backoff);
    let message = format!("Back-off pulling image \"{image}\": ErrImagePull: {why}");
    set_run(world, node, uid, place, |run| {
        run.state = waiting("ImagePullBackOff", message);
        run.backoff += 1;
        run.streak = 0;
    });
    speak(world, node, Errand::Report(uid), &process.key.name);
    world.schedule(world.now() + pause, Due::Kubelet(node.clone(), Errand::Retry(uid)));
}

/// A start takes two steps as well: 2 while the container is being created.
fn start(world: &mut World, node: &Name, process: &Process, place: usize) {
    let (uid, run) = (process.uid, &process.containers[place]);
    if run.streak < 2 {
        if run.streak == 0 {
            let words = format!("Container image \"{}\" already present on machine and can be accessed by the pod", run.image);
            tell(world, node, uid, Some(&run.name), false, "Pulled", &words);
        }
        tell(world, node, uid, Some(&run.name), false, "Created", "Container created");
        set_run(world, node, uid, place, |run| run.streak = 2);
        let span = world.latency(Latency::Start) + images::image(&run.image).startup;
        world.schedule(world.now() + span, Due::Kubelet(node.clone(), Errand::Proceed(uid)));
        return;
    }
    started(world, node, process, place);
}

fn started(world: &mut World, node: &Name, process: &Process, place: usize) {
    let (uid, now) = (process.uid, world.now());
    let (run, container) = (&process.containers[place], &process.spec.containers[place]);
    tell(world, node, uid, Some(&run.name), false, "Started", "Container started");
    let probed = container.readiness_probe.as_ref().map(|p| Span::secs(p.initial_delay_seconds.max(0)));
    // A restart counts when it happens, not when its container crashed.
    let restarts = run.restarts + i32::from(run.last.terminated.is_some());
    set_run(world, node, uid, place, |run| {
        run.restarts = restarts;
        run.state = ContainerState { running: Some(Running { started_at: Some(now.to_second()) }), ..ContainerState::default() };
        run.ready = probed.is_none();
    });
    if let Some(process) = process_mut(world, node, uid) {
        process.stage = Stage::Running;
    }
    world.happened(Actor::Kubelet(node.clone()), Physical::Started(node.clone(), process.key.clone(), uid));
    if let Some((span, code)) = images::plan(images::image(&run.image), container) {
        world.schedule(now + span, Due::Kubelet(node.clone(), Errand::Exit(uid, place, restarts, code)));
    }
    if let Some(delay) = probed {
        world.schedule(now + delay, Due::Kubelet(node.clone(), Errand::Probe(uid)));
    }
    super::super::network::on_start(world, node, uid);
    speak(world, node, Errand::Report(uid), &process.key.name);
}

fn set_run(world: &mut World, node: &Name, uid: Uid, place: usize, change: impl FnOnce(&mut Run)) {
    if let Some(run) = process_mut(world, node, uid).and_then(|p| p.containers.get_mut(place)) {
        change(run);
    }
}

/// A container's process has ended by itself; it is started again or not, as the pod's restart policy says.
pub fn container_ended(world: &mut World, node: &Name, uid: Uid, place: usize, restarts: i32, code: i32) {
    let Some(process) = process(world, node, uid).filter(|p| p.stage == Stage::Running) else { return };
    let Some(run) = process.containers.get(place).filter(|run| run.restarts == restarts && run.state.running.is_some()) else { return };
    let ended = terminated(run, world.now(), code);
    let again = match process.spec.restart_policy {
        RestartPolicy::Always => true,
        RestartPolicy::OnFailure => code != 0,
        RestartPolicy::Never => false,
    };
    if again {
        restart(world, node, &process, place, ended);
    } else {
        set_run(world, node, uid, place, |run| {
            run.state = ended;
            run.ready = false;
        });
        finish(world, node, uid);
    }
    world.happened(Actor::Kubelet(node.clone()), Physical::Stopped(node.clone(), process.key.clone(), uid, code));
    speak(world, node, Errand::Report(uid), &process.key.name);
}

fn finish(world: &mut World, node: &Name, uid: Uid) {
    let Some(process) = process_mut(world, node, uid) else { return };
    if process.containers.iter().all(|c| c.state.terminated.is_some()) {
        process.stage = Stage::Ended;
        mounts::let_go(world, node, uid);
    }
}

/// The first restart is immediate; then 10, 20, 40 … 300 s, until it has run well for long enough.
fn restart(world: &mut World, node: &Name, process: &Process, place: usize, ended: ContainerState) {
    let (uid, run) = (process.uid, &process.containers[place]);
    let crashes = if backoff::is_forgiven(run, world.now()) { 0 } else { run.backoff };
    let pause = crashes.checked_sub(1).map_or(Span(0), backoff::pause);
    if pause > Span(0) {
        let pod = format!("{}_{}({uid})", process.key.name, process.key.namespace);
        tell(
            world,
            node,
            uid,
            Some(&run.name),
            true,
            "BackOff",
            &format!("Back-off restarting failed container {} in pod {pod}", run.name),
        );
    }
    let message = format!("back-off {} restarting failed container={} pod={}", backoff::go_duration(pause), run.name, process.key.name);
    set_run(world, node, uid, place, |run| {
        run.last = ended;
        run.state = waiting("CrashLoopBackOff", message);
        run.ready = false;
        run.backoff = crashes + 1;
        run.streak = 0;
    });
    let errand = if pause > Span(0) { Errand::Retry(uid) } else { Errand::Proceed(uid) };
    world.schedule(world.now() + pause, Due::Kubelet(node.clone(), errand));
}

fn terminated(run: &Run, now: crate::api::Time, code: i32) -> ContainerState {
    let reason = if code == 0 { "Completed" } else { "Error" };
    let started_at = run.state.running.as_ref().and_then(|r| r.started_at);
    let ended =
        Terminated { exit_code: code, reason: reason.into(), started_at, finished_at: Some(now.to_second()), ..Terminated::default() };
    ContainerState { terminated: Some(ended), ..ContainerState::default() }
}

/// A readiness probe's answer. Between two changes of an answer nothing is asked: the outcome is known.
pub fn probe(world: &mut World, node: &Name, uid: Uid) {
    let Some(process) = process(world, node, uid).filter(|p| p.stage == Stage::Running) else { return };
    let ready = !process.tampered;
    let turned: Vec<usize> =
        process.containers.iter().enumerate().filter(|(_, c)| c.state.running.is_some() && c.ready != ready).map(|(i, _)| i).collect();
    for &place in &turned {
        set_run(world, node, uid, place, |run| run.ready = ready);
        if !ready {
            let name = process.containers[place].name.clone();
            tell(world, node, uid, Some(&name), true, "Unhealthy", "Readiness probe failed: HTTP probe failed with statuscode: 500");
        }
    }
    if !turned.is_empty() {
        speak(world, node, Errand::Report(uid), &process.key.name);
    }
}

/// When a probe that now begins to answer otherwise will have been believed.
pub fn probe_delay(process: &Process) -> Span {
    let probe = process.spec.containers.iter().find_map(|c| c.readiness_probe.as_ref());
    let rounds = |p: &crate::api::pod::Probe| if process.tampered { p.failure_threshold } else { p.success_threshold };
    // A pod without a readiness probe is treated as if it had one that asks every second and is believed at once.
    probe.map_or(Span::secs(1), |p| Span::secs(p.period_seconds.max(1) * rounds(p).max(1)))
}

/// Asks a pod's processes to stop; they are killed when the grace is over. A shorter grace may follow.
pub fn stop(world: &mut World, node: &Name, uid: Uid, grace: i64) {
    let Some(process) = process(world, node, uid).filter(|p| p.stage != Stage::Ended) else { return };
    let now = world.now();
    let grace = Span::secs(grace).max(LEAST_GRACE);
    let first = !matches!(process.stage, Stage::Stopping(_));
    if first {
        for run in process.containers.iter().filter(|c| c.state.running.is_some()) {
            tell(world, node, uid, Some(&run.name), false, "Killing", &format!("Stopping container {}", run.name));
        }
        world.happened(Actor::Kubelet(node.clone()), Physical::Stopping(node.clone(), process.key.clone(), uid, grace));
    }
    if let Some(process) = process_mut(world, node, uid) {
        process.stage = Stage::Stopping(now + grace);
    }
    let needed = if process.is_alive() { time_to_stop(world, &process).unwrap_or(grace) } else { Span(0) };
    world.schedule(now + needed.min(grace), Due::Kubelet(node.clone(), Errand::Proceed(uid)));
}

/// The slowest container's; `None` where one ignores the signal.
fn time_to_stop(world: &World, process: &Process) -> Option<Span> {
    let spans = process.containers.iter().filter(|c| c.state.running.is_some()).map(|c| match images::image(&c.image) {
        Image { name: "", .. } => Some(world.latency(Latency::Stop)),
        image => image.stop,
    });
    spans.collect::<Option<Vec<Span>>>().map(|all| all.into_iter().max().unwrap_or_default())
}

fn end(world: &mut World, node: &Name, process: &Process, killed: bool) {
    let uid = process.uid;
    let polite = time_to_stop(world, process).is_some();
    let code = if killed && !polite { KILLED } else { 0 };
    let now = world.now();
    if polite {
        super::super::network::on_stop(world, node, uid);
    }
    if let Some(process) = process_mut(world, node, uid) {
        for run in process.containers.iter_mut().filter(|c| c.state.running.is_some()) {
            run.state = terminated(run, now, code);
            run.ready = false;
        }
        process.stage = Stage::Ended;
    }
    if process.is_alive() {
        world.happened(Actor::Kubelet(node.clone()), Physical::Stopped(node.clone(), process.key.clone(), uid, code));
    }
    mounts::let_go(world, node, uid);
    if world.machine(node).is_some_and(|m| m.heard.contains_key(&uid)) {
        speak(world, node, Errand::Farewell(uid), &process.key.name);
    } else {
        clean_up(world, node, uid);
    }
}

/// Exit code of a process that was killed.
const KILLED: i32 = 137;

/// Removes what is left of a pod that has ended.
pub fn clean_up(world: &mut World, node: &Name, uid: Uid) {
    mounts::let_go(world, node, uid);
    mounts::discard(world, uid);
    if let Some(machine) = world.machine_mut(node) {
        machine.processes.remove(&uid);
    }
}

/// Writes an event about a pod, where the record can be reached; kubelets give up on events that it cannot deliver.
pub fn tell(world: &mut World, node: &Name, uid: Uid, container: Option<&str>, warning: bool, reason: &str, message: &str) {
    let Some(pod) = world.machine(node).filter(|m| m.is_linked()).and_then(|m| m.heard.get(&uid)).cloned() else { return };
    let mut about = reference(Kind::Pod, &pod.metadata);
    if let Some(container) = container {
        about.field_path = format!("spec.containers{{{container}}}").into();
    }
    Desk::new(world, Actor::Kubelet(node.clone())).event(about, warning, reason, message);
}
