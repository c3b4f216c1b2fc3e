//! Containers: which come next, how they start, how they end, and when they are started again. Upstream:
//! computePodActions and SyncPod in pkg/kubelet/kuberuntime/kuberuntime_manager.go.

use super::super::agenda::Due;
use super::super::change::{Actor, Physical};
use super::super::images;
use super::super::latency::Latency;
use super::super::machine::{Process, Run, Slot, Stage, Step};
use super::super::world::World;
use super::{Errand, backoff, hooks, life, look, probes, process, process_mut, pulls, set_run, speak, stop, tell};
use crate::api::pod::{ContainerState, RestartPolicy, Terminated};
use crate::api::{Name, Span, Time, Uid};

/// How soon a kubelet notices that a process has ended: the pod lifecycle event generator's relist period.
const RELIST: Span = Span::secs(1);

/// True where nothing more is to be started: all regular containers have ended for good, or an init container has failed
/// for good.
pub fn has_run_its_course(process: &Process) -> bool {
    let gave_up = |run: &Run| process.spec.restart_policy == RestartPolicy::Never && run.ended().is_some_and(|e| e.exit_code != 0);
    let failed = (0..process.init.len()).any(|place| !process.is_sidecar(Slot::Init(place)) && gave_up(&process.init[place]));
    failed || process.containers.iter().all(|run| run.ended().is_some_and(|e| !policy_restarts(process, e.exit_code)))
}

fn policy_restarts(process: &Process, code: i32) -> bool {
    match process.spec.restart_policy {
        RestartPolicy::Never => false,
        RestartPolicy::Always => true,
        RestartPolicy::OnFailure => code != 0,
    }
}

/// Whether a container that has ended with a code is started again. A sidecar is, as long as it has company; another init
/// container only where it failed.
fn starts_again(process: &Process, slot: Slot, code: i32) -> bool {
    match slot {
        Slot::Main(_) => policy_restarts(process, code),
        Slot::Init(_) if process.is_sidecar(slot) => !has_run_its_course(process),
        Slot::Init(_) => code != 0 && policy_restarts(process, code),
    }
}

/// The containers that should run now and do not: the next init container, or all regular ones and sidecars.
fn missing(process: &Process) -> Vec<Slot> {
    let mut found = Vec::new();
    for place in 0..process.init.len() {
        let (slot, run) = (Slot::Init(place), &process.init[place]);
        let sidecar = process.is_sidecar(slot);
        let is_through = if sidecar { run.started } else { run.ended().is_some_and(|ended| ended.exit_code == 0) };
        if !run.is_running() && (sidecar || !is_through) {
            found.push(slot);
        }
        if !is_through {
            return found;
        }
    }
    let idle = |slot: &Slot| process.run(*slot).is_some_and(|run| !run.is_running());
    found.extend((0..process.containers.len()).map(Slot::Main).filter(idle));
    found
}

/// Brings up what should run and does not; what was held back waits for its moment.
pub fn bring_up(world: &mut World, node: &Name, uid: Uid) {
    for slot in look(world, node, uid, missing).unwrap_or_default() {
        // Each may have changed the others' turn.
        let Some(process) = process(world, node, uid).filter(|p| matches!(p.stage, Stage::Starting | Stage::Running)) else { return };
        let Some(run) = process.run(slot) else { continue };
        match run.step {
            Step::HeldBack(until) | Step::Pulling(until) | Step::Creating(until) if world.now() < until => {}
            Step::Pulling(_) => pulls::arrive(world, node, &process, slot),
            Step::Creating(_) => started(world, node, &process, slot),
            Step::HeldBack(_) | Step::Idle => match run.ended() {
                Some(ended) if starts_again(&process, slot, ended.exit_code) => start_again(world, node, &process, slot),
                Some(_) => {}
                None => pulls::prepare(world, node, &process, slot),
            },
        }
    }
}

/// Creates a container whose image is there; its process begins a little later.
pub fn create(world: &mut World, node: &Name, process: &Process, slot: Slot) {
    let Some(run) = process.run(slot) else { return };
    tell(world, node, process.uid, Some(slot), false, "Created", "Container created");
    let takes = world.latency(Latency::Start) + images::image(&run.image).startup;
    wait(world, node, process.uid, slot, takes, Step::Creating);
}

/// Notes what is to happen to a container after a while, and sees to it that it happens.
pub fn wait(world: &mut World, node: &Name, uid: Uid, slot: Slot, span: Span, step: fn(Time) -> Step) {
    let at = world.now() + span;
    set_run(world, node, uid, slot, |run| run.step = step(at));
    let errand = if matches!(step(at), Step::HeldBack(_)) { Errand::Retry(uid) } else { Errand::Proceed(uid) };
    world.schedule(at, Due::Kubelet(node.clone(), errand));
}

fn started(world: &mut World, node: &Name, process: &Process, slot: Slot) {
    let (uid, now) = (process.uid, world.now());
    let (Some(run), Some(container)) = (process.run(slot), process.wanted(slot)) else { return };
    if let Err(why) = images::program(container) {
        return not_started(world, node, process, slot, &why);
    }
    tell(world, node, uid, Some(slot), false, "Started", "Container started");
    // A restart counts when it happens, not when its container crashed.
    let restarts = run.restarts + i32::from(run.last.terminated.is_some());
    set_run(world, node, uid, slot, |run| {
        run.restarts = restarts;
        run.step = Step::Idle;
        run.state = ContainerState::running(now);
        (run.ready, run.started, run.streaks) = (false, false, [0; 3]);
    });
    if let Some(process) = process_mut(world, node, uid) {
        process.tampered = false;
        if matches!(slot, Slot::Main(_)) {
            process.stage = Stage::Running;
        }
    }
    world.happened(Actor::Kubelet(node.clone()), Physical::Started(node.clone(), process.key.clone(), uid));
    if let Some((span, code)) = images::plan(images::image(&run.image), container) {
        world.schedule(now + span, Due::Kubelet(node.clone(), Errand::Exit(uid, slot, restarts, code)));
    }
    // Simplified: a pod's containers share what they write outside its volumes, so it goes only where there is one alone.
    if restarts > 0 && process.slots().count() == 1 {
        super::super::network::forget_container(world, uid);
    }
    hooks::post_start(world, node, process, slot);
    probes::begin(world, node, uid, slot);
    super::super::network::on_start(world, node, uid);
    speak(world, node, Errand::Report(uid), &process.key.name);
    if matches!(slot, Slot::Init(_)) {
        world.schedule(now, Due::Kubelet(node.clone(), Errand::Proceed(uid)));
    }
}

/// A container whose program does not exist ends before it runs.
fn not_started(world: &mut World, node: &Name, process: &Process, slot: Slot, why: &str) {
    let (uid, now) = (process.uid, world.now().to_second());
    let Some(run) = process.run(slot) else { return };
    tell(world, node, uid, Some(slot), true, "Failed", &format!("Error: {why}"));
    let ended = Terminated {
        exit_code: UNSTARTABLE,
        reason: "StartError".into(),
        message: why.into(),
        started_at: Some(Time::default()),
        finished_at: Some(now),
        ..Terminated::default()
    };
    let restarts = run.restarts + i32::from(run.last.terminated.is_some());
    set_run(world, node, uid, slot, |run| (run.state, run.restarts) = (ContainerState::terminated(ended), restarts));
    over(world, node, uid, slot);
}

/// Exit code of a container whose process could not be started.
const UNSTARTABLE: i32 = 128;

/// A container's process has ended by itself.
pub fn exited(world: &mut World, node: &Name, uid: Uid, slot: Slot, restarts: i32, code: i32) {
    let Some(process) = process(world, node, uid).filter(|p| p.stage != Stage::Ended) else { return };
    if process.run(slot).is_none_or(|run| run.restarts != restarts || !run.is_running()) {
        return;
    }
    end(world, node, &process, slot, code);
    match process.stage {
        Stage::Stopping(_) => {
            speak(world, node, Errand::Report(uid), &process.key.name);
            stop::advance(world, node, uid);
        }
        _ => over(world, node, uid, slot),
    }
}

/// Ends the containers whose time has come, after a failed liveness probe or a changed image.
pub fn end_doomed(world: &mut World, node: &Name, uid: Uid) {
    let Some(process) = process(world, node, uid) else { return };
    for slot in process.slots() {
        let Some(doom) = process.run(slot).filter(|run| run.is_running()).and_then(|run| run.doom) else { continue };
        if doom.at <= world.now() {
            end(world, node, &process, slot, doom.code);
            over(world, node, uid, slot);
        }
    }
}

/// Notes the end of a process.
pub fn end(world: &mut World, node: &Name, process: &Process, slot: Slot, code: i32) {
    let now = world.now();
    set_run(world, node, process.uid, slot, |run| {
        run.state = ended(run, now, code);
        run.ready = matches!(slot, Slot::Init(_)) && code == 0;
        (run.step, run.doom, run.names) = (Step::Idle, None, Default::default());
        run.started &= matches!(slot, Slot::Init(_));
    });
    world.happened(Actor::Kubelet(node.clone()), Physical::Stopped(node.clone(), process.key.clone(), process.uid, code));
}

fn ended(run: &Run, now: Time, code: i32) -> ContainerState {
    let reason = if code == 0 { "Completed" } else { "Error" };
    let started_at = run.state.running.as_ref().and_then(|r| r.started_at);
    ContainerState::terminated(Terminated {
        exit_code: code,
        reason: reason.into(),
        started_at,
        finished_at: Some(now.to_second()),
        ..Terminated::default()
    })
}

/// After a container's end: what follows it is brought up, it is started again, or the pod winds up.
fn over(world: &mut World, node: &Name, uid: Uid, slot: Slot) {
    let Some(process) = process(world, node, uid) else { return };
    if has_run_its_course(&process) {
        wind_up(world, node, &process);
    }
    speak(world, node, Errand::Report(uid), &process.key.name);
    let Some(run) = process.run(slot) else { return };
    let again = run.ended().is_some_and(|ended| starts_again(&process, slot, ended.exit_code));
    let errand = if again && run.crashes > 0 { Errand::Retry(uid) } else { Errand::Proceed(uid) };
    let at = world.now() + RELIST;
    set_run(world, node, uid, slot, |run| run.step = Step::HeldBack(at));
    world.schedule(at, Due::Kubelet(node.clone(), errand));
}

/// Stops the sidecars of a pod that has run its course; the pod has ended when they have.
fn wind_up(world: &mut World, node: &Name, process: &Process) {
    let running = |slot: &Slot| process.run(*slot).is_some_and(Run::is_running);
    for slot in process.slots().filter(running) {
        if process.run(slot).is_some_and(|run| run.doom.is_none()) {
            let name = process.run(slot).map(|run| run.name.clone()).unwrap_or_default();
            stop::kill(world, node, process.uid, slot, &format!("Stopping container {name}"), None);
        }
    }
    if !process.is_alive() {
        life::finish(world, node, process.uid);
    }
}

/// The first restart is immediate; then 10, 20, 40 … 300 s after the end, until it has run well for long enough. Upstream:
/// doBackOff.
fn start_again(world: &mut World, node: &Name, process: &Process, slot: Slot) {
    let (uid, now) = (process.uid, world.now());
    let Some(run) = process.run(slot) else { return };
    let Some(ended) = run.ended() else { return };
    let crashes = if backoff::is_forgiven(ended) { 0 } else { run.crashes };
    let pause = crashes.checked_sub(1).map_or(Span(0), backoff::pause);
    let due = ended.finished_at.unwrap_or(now) + pause;
    let pod = format!("{}_{}({uid})", process.key.name, process.key.namespace);
    let message = format!("back-off {} restarting failed container={} pod={pod}", backoff::go_duration(pause), run.name);
    let held = due > now;
    let image = process.wanted(slot).map_or(run.image.clone(), |wanted| wanted.image.clone());
    set_run(world, node, uid, slot, |run| {
        run.last = std::mem::take(&mut run.state);
        run.state = if held { ContainerState::waiting("CrashLoopBackOff", message) } else { run.last.clone() };
        run.image = image;
        run.crashes = crashes + 1;
        run.step = Step::Idle;
    });
    let Some(process) = super::process(world, node, uid) else { return };
    if !held {
        return pulls::prepare(world, node, &process, slot);
    }
    let words = process.run(slot).map(|run| format!("Back-off restarting failed container {} in pod {pod}", run.name));
    tell(world, node, uid, Some(slot), true, "BackOff", &words.unwrap_or_default());
    speak(world, node, Errand::Report(uid), &process.key.name);
    wait(world, node, uid, slot, due - now, Step::HeldBack);
}
