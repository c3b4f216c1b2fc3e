//! The machines: what really runs on them, their disks, their silence, and what travels on their cables.

use super::{DiskAt, Family, Host, Journey, Life, Running, Timer, Verdict, family};
use crate::api::storage::AccessMode;
use crate::api::{Key, Kind, Name, Node, PersistentVolume, Pod, Span, Time, Truth};
use crate::scene::Target;
use crate::sim::World;
use crate::sim::controllers::volumes::disk_of;
use crate::sim::disk::{Disk, DiskKind};
use crate::sim::latency::Latency;
use crate::sim::machine::{Machine, Process, Stage};
use crate::sim::transit::{Cargo, Place, Transit};
use std::collections::BTreeMap;

/// All machines in the order in which they were made.
pub fn hosts(world: &World, now: Time, glow: Span) -> Vec<Host> {
    let journeys = journeys(world, now, glow);
    let mut machines: Vec<&Machine> = world.machines().map(|m| &**m).collect();
    machines.sort_by_key(|m| (m.subnet, m.name.clone()));
    machines.into_iter().map(|m| host(world, m, journeys.get(&m.name))).collect()
}

fn host(world: &World, machine: &Machine, journey: Option<&Journey>) -> Host {
    let node = world.get::<Node>(&Key::cluster(machine.name.clone()));
    let (state, ready) = match node.map(|n| n.readiness()) {
        None => ("no node", false),
        Some(Some(Truth::True)) => ("Ready", true),
        Some(_) => ("NotReady", false),
    };
    let mut processes: Vec<&Process> = machine.processes.values().map(|p| &**p).filter(|p| !is_over(world, p)).collect();
    processes.sort_by_key(|p| (p.since, p.key.clone(), p.uid));
    let volumes = volumes_at(world, &machine.name);
    Host {
        name: machine.name.clone(),
        state,
        ready,
        cordoned: node.is_some_and(|n| n.spec.unschedulable),
        powered: machine.powered,
        cut: machine.cut,
        last_word: machine.last_word,
        timer: silence_timer(world, machine, ready),
        running: processes.into_iter().map(|p| running(world, machine, p)).collect(),
        disks: world.disks().filter(|d| d.attached.contains(&machine.name)).filter_map(|d| disk_at(world, d, &volumes)).collect(),
        journey: journey.cloned(),
    }
}

/// True for what has ended and is gone from the record: nothing is left of it to see.
fn is_over(world: &World, process: &Process) -> bool {
    process.stage == Stage::Ended && world.get::<Pod>(&process.key).is_none_or(|p| p.metadata.uid != process.uid)
}

/// When a silent node is marked: its lease's last renewal and the grace that nodes have.
fn silence_timer(world: &World, machine: &Machine, ready: bool) -> Option<Timer> {
    let silent = !machine.is_linked() && ready;
    let renewed = world.lease_renewed(&machine.name).unwrap_or(machine.last_word);
    silent.then(|| Timer { until: renewed + world.options().latencies.of(Latency::NodeGrace), word: "NotReady" })
}

fn running(world: &World, machine: &Machine, process: &Process) -> Running {
    let (family, set) = owner(world, machine, process);
    let life = match process.stage {
        Stage::Mounting => Life::Mounting,
        Stage::Starting => Life::Starting,
        Stage::Ended => Life::Ended,
        Stage::Running | Stage::Stopping(_) if process.is_ready() => Life::Ready,
        Stage::Running | Stage::Stopping(_) => Life::Unready,
    };
    Running {
        uid: process.uid,
        key: process.key.clone(),
        family,
        set,
        ip: process.ip.clone(),
        life,
        verdict: verdict(world, machine, process),
    }
}

fn verdict(world: &World, machine: &Machine, process: &Process) -> Verdict {
    let on_record = world.get::<Pod>(&process.key).filter(|p| p.metadata.uid == process.uid);
    match (process.stage, on_record) {
        (Stage::Stopping(until), _) => Verdict::Stopping(until),
        (_, None) => Verdict::Erased,
        (_, Some(pod)) if pod.metadata.is_terminating() && !machine.is_linked() => Verdict::Deaf,
        (_, Some(_)) => Verdict::Mirrored,
    }
}

/// Whose process it is: as its kubelet has heard, or as its name says.
fn owner(world: &World, machine: &Machine, process: &Process) -> (Family, Option<Target>) {
    let heard = machine.heard.get(&process.uid).and_then(|p| p.metadata.controller().cloned());
    if let Some(owner) = heard {
        let kind = Kind::by_name(&owner.kind).unwrap_or(Kind::Pod);
        let target = Target::Set(kind, Key::new(process.key.namespace.clone(), owner.name.clone()));
        return (family(kind), (kind != Kind::Pod).then_some(target));
    }
    let parent = process.key.name.rsplit_once('-').map(|(parent, _)| Key::new(process.key.namespace.clone(), parent));
    let kinds = [Kind::StatefulSet, Kind::ReplicaSet];
    let found =
        parent.and_then(|key| kinds.into_iter().find(|k| world.object(*k, &key).is_some()).map(|k| (family(k), Target::Set(k, key))));
    found.map_or((Family::Loose, None), |(family, target)| (family, Some(target)))
}

/// Volumes by the identity of their disks at a machine: the name, and whether one machine only may use it.
fn volumes_at(world: &World, machine: &str) -> BTreeMap<Name, (Name, bool)> {
    let single =
        |pv: &PersistentVolume| !pv.spec.access_modes.iter().any(|m| matches!(m, AccessMode::ReadOnlyMany | AccessMode::ReadWriteMany));
    world.list::<PersistentVolume>().map(|pv| (disk_of(pv, machine).0, (pv.metadata.name.clone(), single(pv)))).collect()
}

fn disk_at(world: &World, disk: &Disk, volumes: &BTreeMap<Name, (Name, bool)>) -> Option<DiskAt> {
    let own = || (disk.id.rsplit('/').next().unwrap_or(&disk.id).into(), disk.kind == DiskKind::Attachable);
    let (name, single) = volumes.get(&disk.id).cloned().unwrap_or_else(own);
    let writes = |m: &Machine| m.processes.values().any(|p| p.is_alive() && p.mounts.iter().any(|mount| mount.disk == disk.id));
    if matches!(disk.kind, DiskKind::Scratch(_)) {
        return None;
    }
    let writers = if single { disk.attached.iter().filter(|n| world.machine(n).is_some_and(|m| writes(m))).count() } else { 1 };
    Some(DiskAt { name, files: disk.files.len(), writers })
}

/// The latest journey on each cable, signs of life only where there is no other.
fn journeys(world: &World, now: Time, glow: Span) -> BTreeMap<Name, Journey> {
    let mut latest: BTreeMap<Name, Journey> = BTreeMap::new();
    for transit in world.transits().filter(|t| t.departs <= now && t.arrives + glow >= now) {
        let Some((node, up)) = cable(transit) else { continue };
        let heartbeat = transit.cargo == Cargo::Heartbeat;
        if heartbeat && latest.get(node).is_some_and(|j| !j.heartbeat) {
            continue;
        }
        latest.insert(node.clone(), journey(transit, up, heartbeat, now, glow));
    }
    latest
}

fn journey(transit: &Transit, up: bool, heartbeat: bool, now: Time, glow: Span) -> Journey {
    let length = (transit.arrives - transit.departs).0.max(1);
    let progress = ((now - transit.departs).0 * 1000 / length).clamp(0, 1000) as u16;
    Journey { up, words: transit.words.clone(), heartbeat, progress, lost: !transit.arrives_safely, fades: transit.arrives + glow }
}

/// On whose cable it travels, and whether upwards.
fn cable(transit: &Transit) -> Option<(&Name, bool)> {
    match (&transit.from, &transit.to) {
        (_, Place::Machine(node) | Place::Process(node, _)) => Some((node, false)),
        (Place::Machine(node) | Place::Process(node, _), _) => Some((node, true)),
        (Place::Record | Place::Client | Place::Dns, Place::Record | Place::Client | Place::Dns) => None,
    }
}
