//! How containers are stopped: hook, signal, grace, kill. Upstream: killContainer in
//! pkg/kubelet/kuberuntime/kuberuntime_container.go.

use super::super::agenda::Due;
use super::super::change::{Actor, Physical};
use super::super::images;
use super::super::latency::Latency;
use super::super::machine::{Doom, Process, Run, Slot, Stage};
use super::super::world::World;
use super::{Errand, containers, hooks, life, mounts, process, process_mut, set_run, speak, tardiness, tell};
use crate::api::{Name, Span, Time, Uid};

/// What a process gets at least after its hook, even where it is forced away. Upstream: minimumGracePeriodInSeconds.
const LEAST_GRACE: Span = Span::secs(2);
/// Exit code of a process that was killed.
pub const KILLED: i32 = 137;

/// Asks a pod's processes to stop; they are killed when the grace is over. A shorter grace may follow.
pub fn stop(world: &mut World, node: &Name, uid: Uid, grace: i64) {
    let Some(process) = process(world, node, uid).filter(|p| p.stage != Stage::Ended) else { return };
    let now = world.now();
    let grace = Span::secs(grace).max(LEAST_GRACE);
    let first = !matches!(process.stage, Stage::Stopping(_));
    if first {
        world.happened(Actor::Kubelet(node.clone()), Physical::Stopping(node.clone(), process.key.clone(), uid, grace));
    }
    let busy_until = now + world.latency(Latency::Teardown) + tardiness(&process.key.name);
    if let Some(process) = process_mut(world, node, uid) {
        process.stage = Stage::Stopping(now + grace);
        process.busy_until = if first { busy_until } else { process.busy_until };
    }
    // Sidecars follow when all regular containers have ended, the last one first. Upstream: newTerminationOrdering.
    let running = |slot: &Slot| process.run(*slot).is_some_and(Run::is_running);
    let (sidecars, others): (Vec<Slot>, Vec<Slot>) = process.slots().filter(running).partition(|slot| process.is_sidecar(*slot));
    let ends: Vec<Time> = others.into_iter().map(|slot| ask(world, node, &process, slot, (now, now, grace), first)).collect();
    let last = ends.into_iter().max().unwrap_or(now);
    sidecars.into_iter().rev().fold(last, |turn, slot| ask(world, node, &process, slot, (now, turn, grace), first));
    if first {
        world.schedule(busy_until, Due::Kubelet(node.clone(), Errand::Proceed(uid)));
    }
}

/// Asks one container of a stopping pod to stop once it is its turn, and tells when it will have ended.
fn ask(world: &mut World, node: &Name, process: &Process, slot: Slot, (now, turn, grace): (Time, Time, Span), first: bool) -> Time {
    let Some(run) = process.run(slot) else { return now };
    if first {
        tell(world, node, process.uid, Some(slot), false, "Killing", &format!("Stopping container {}", run.name));
    }
    let deadline = now + grace;
    let doom = match run.doom {
        Some(doom) if doom.at <= deadline => doom,
        Some(doom) => Doom { at: deadline, code: KILLED, ..doom },
        None => doom(world, node, process, slot, (now, turn, grace)),
    };
    set_doom(world, node, process.uid, slot, doom);
    doom.at
}

fn set_doom(world: &mut World, node: &Name, uid: Uid, slot: Slot, doom: Doom) {
    set_run(world, node, uid, slot, |run| run.doom = Some(doom));
    world.schedule(doom.at, Due::Kubelet(node.clone(), Errand::Proceed(uid)));
}

/// When a container that is asked to stop will have ended, and how: its hook runs at once, its signal waits for its turn.
fn doom(world: &mut World, node: &Name, process: &Process, slot: Slot, (now, turn, grace): (Time, Time, Span)) -> Doom {
    let Some(container) = process.wanted(slot) else { return Doom { at: turn, code: 0, cuts_hook: false } };
    let hook = hooks::pre_stop(world, node, process, slot);
    let signal = (now + hook.min(grace)).max(turn.min(now + grace));
    let left = Span((now + grace - signal).0.max(LEAST_GRACE.0));
    let needed = images::stopping(container, world.latency(Latency::Stop)).filter(|needed| *needed <= left);
    let at = signal + needed.unwrap_or(left);
    Doom { at, code: if needed.is_some() { 0 } else { KILLED }, cuts_hook: now + hook > at }
}

/// Stops one container of a pod that goes on; it may be started again.
pub fn kill(world: &mut World, node: &Name, uid: Uid, slot: Slot, words: &str, grace: Option<i64>) {
    let Some(process) = process(world, node, uid) else { return };
    if process.run(slot).is_none_or(|run| !run.is_running() || run.doom.is_some()) {
        return;
    }
    tell(world, node, uid, Some(slot), false, "Killing", words);
    let grace = Span::secs(grace.unwrap_or(process.spec.termination_grace_period_seconds)).max(LEAST_GRACE);
    let now = world.now();
    let doom = doom(world, node, &process, slot, (now, now, grace));
    set_doom(world, node, uid, slot, doom);
}

/// Ends the containers of a stopping pod whose time has come, and the pod with the last.
pub fn advance(world: &mut World, node: &Name, uid: Uid) {
    let Some(before) = process(world, node, uid) else { return };
    let due = |slot: &Slot| before.run(*slot).is_some_and(|run| run.is_running() && run.doom.is_some_and(|doom| doom.at <= world.now()));
    let due: Vec<Slot> = before.slots().filter(due).collect();
    if due.is_empty() && (before.is_alive() || world.now() < before.busy_until) {
        return;
    }
    for slot in due {
        let Some(doom) = before.run(slot).and_then(|run| run.doom) else { continue };
        if doom.code != KILLED {
            super::super::network::on_stop(world, node, uid);
        }
        containers::end(world, node, &before, slot, doom.code);
        if doom.cuts_hook {
            hooks::cut_off(world, node, uid, slot);
        }
    }
    match process(world, node, uid).is_some_and(|p| p.is_alive()) {
        true => speak(world, node, Errand::Report(uid), &before.key.name),
        false if world.now() < before.busy_until => {}
        false => ended(world, node, &before),
    }
}

fn ended(world: &mut World, node: &Name, process: &Process) {
    let uid = process.uid;
    if let Some(process) = process_mut(world, node, uid) {
        process.stage = Stage::Ended;
    }
    mounts::let_go(world, node, uid);
    let heard = world.machine(node).and_then(|m| m.heard.get(&uid)).cloned();
    match heard {
        Some(pod) if pod.metadata.is_terminating() => speak(world, node, Errand::Farewell(uid), &process.key.name),
        Some(_) => speak(world, node, Errand::Report(uid), &process.key.name),
        None => life::clean_up(world, node, uid),
    }
}
