//! What hands do to machines and processes: cables, power, sabotage.

use super::super::agenda::Due;
use super::super::change::{Actor, Physical};
use super::super::latency::Latency;
use super::super::machine::Slot;
use super::super::world::World;
use super::stop::KILLED;
use super::{Errand, containers, probes};
use crate::api::{Key, Name, Pod, Uid};
use imbl::OrdMap;

/// Pulls a node's cable; `None` where it is already out.
pub fn disconnect(world: &mut World, node: &Name) -> Option<Physical> {
    let now = world.now();
    let machine = world.machine_mut(node)?;
    if machine.cut.is_some() {
        return None;
    }
    machine.cut = Some(now);
    Some(Physical::CableCut(node.clone()))
}

/// Plugs it in; `None` where it is in.
pub fn reconnect(world: &mut World, node: &Name) -> Option<Physical> {
    world.machine_mut(node)?.cut.take()?;
    Some(Physical::CableJoined(node.clone()))
}

/// Takes a node's power away; `None` where it has none. Its processes die at once; its disks stay.
pub fn crash(world: &mut World, node: &Name) -> Option<Physical> {
    let machine = world.machine_mut(node)?;
    if !machine.powered {
        return None;
    }
    machine.powered = false;
    machine.heard = OrdMap::new();
    let dead = std::mem::take(&mut machine.processes);
    for process in dead.values().filter(|p| p.is_alive()) {
        world.happened(Actor::Kubelet(node.clone()), Physical::Stopped(node.clone(), process.key.clone(), process.uid, KILLED));
    }
    for process in dead.values() {
        release_shared(world, node, process);
    }
    Some(Physical::PowerLost(node.clone()))
}

/// A dead machine no longer uses shared disks; one attached to it stays attached until it is detached.
fn release_shared(world: &mut World, node: &Name, process: &super::super::machine::Process) {
    for mount in &process.mounts {
        if let Some(disk) = world.disk_mut(&mount.disk).filter(|d| d.kind != super::super::disk::DiskKind::Attachable) {
            disk.attached.remove(node);
        }
    }
}

/// Boots it; `None` where it runs.
pub fn boot(world: &mut World, node: &Name) -> Option<Physical> {
    let machine = world.machine_mut(node)?;
    if machine.powered {
        return None;
    }
    machine.powered = true;
    machine.boots += 1;
    machine.unannounced = true;
    machine.cordoned = false;
    Some(Physical::PowerBack(node.clone()))
}

/// What follows from a cable or power that came back: the kubelet lists its pods and goes on with its rounds.
pub fn follow(world: &mut World, node: &Name) {
    let Some(machine) = world.machine(node).cloned() else { return };
    if !machine.is_linked() {
        return;
    }
    let at = world.now() + world.latency(Latency::Downlink);
    world.schedule(at, Due::Kubelet(node.clone(), Errand::Relist));
    let beats = world.agenda().iter().any(|(_, entry)| matches!(&entry.due, Due::Heartbeat(name) if name == node));
    if !beats {
        let next = world.now() + world.latency(Latency::Heartbeat);
        world.schedule(next, Due::Heartbeat(node.clone()));
    }
}

/// The machine that runs the pod which the record knows by that name.
fn host(world: &World, pod: &Key) -> Option<(Name, Uid)> {
    let pod = world.get::<Pod>(pod)?;
    let machine = world.machine(&pod.spec.node_name)?;
    machine.processes.contains_key(&pod.metadata.uid).then(|| (machine.name.clone(), pod.metadata.uid))
}

/// Breaks or mends the readiness of a pod's processes.
pub fn tamper(world: &mut World, pod: &Key, broken: bool) {
    let Some((node, uid)) = host(world, pod) else { return };
    let Some(process) = super::process_mut(world, &node, uid).filter(|p| p.tampered != broken) else { return };
    process.tampered = broken;
    world.cause = Some(world.happened(Actor::You, Physical::Tampered(pod.clone(), broken)));
    probes::wake(world, &node, uid);
    world.cause = None;
}

/// Makes the process of a pod's first container exit, where it runs.
pub fn exit(world: &mut World, pod: &Key, code: i32) {
    let Some((node, uid)) = host(world, pod) else { return };
    let process = super::process(world, &node, uid);
    let Some(run) = process.as_deref().and_then(|p| p.containers.first()).filter(|run| run.is_running()) else { return };
    world.cause = Some(world.happened(Actor::You, Physical::Tampered(pod.clone(), true)));
    containers::exited(world, &node, uid, Slot::Main(0), run.restarts, code);
    world.cause = None;
}
