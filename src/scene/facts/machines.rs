//! The machines: what really runs on them, their disks, their silence, and what travels on their cables.

use super::journeys::Journeys;
use super::news::{Ended, ended};
use super::recall::Recall;
use super::timers::held_back;
use super::{DiskAt, Family, Host, Life, Running, Timer, Verdict, Written, family};
use crate::api::meta::Revision;
use crate::api::storage::AccessMode;
use crate::api::{Key, Kind, Name, Node, PersistentVolume, Pod, Time, Truth};
use crate::motion::Tempo;
use crate::scene::Target;
use crate::sim::World;
use crate::sim::controllers::volumes::disk_of;
use crate::sim::disk::{Disk, DiskKind};
use crate::sim::latency::Latency;
use crate::sim::machine::{Machine, Process, Stage};
use std::collections::BTreeMap;
use std::sync::Arc;

/// All machines in the order in which they were made.
pub fn hosts(world: &World, now: Time, tempo: &Tempo, journeys: &mut Journeys, recall: &mut Recall) -> Vec<Host> {
    let mut machines: Vec<&Arc<Machine>> = world.machines().collect();
    machines.sort_by_key(|m| (m.subnet, m.name.clone()));
    let (volumes, ended) = (Volumes::of(world), ended(world, now, tempo));
    let mut hosts: Vec<Host> = machines.into_iter().map(|m| host(world, m, &volumes, running_there(world, m, &ended, recall))).collect();
    hosts.iter_mut().for_each(|host| host.journeys = journeys.cables.remove(&host.name).unwrap_or_default());
    hosts
}

fn host(world: &World, machine: &Machine, volumes: &Volumes, running: Arc<Vec<Running>>) -> Host {
    let node = world.get::<Node>(&Key::cluster(machine.name.clone()));
    let (state, ready) = match node.map(|n| n.readiness()) {
        None => ("no node", false),
        Some(Some(Truth::True)) => ("Ready", true),
        Some(_) => ("NotReady", false),
    };
    Host {
        name: machine.name.clone(),
        state,
        ready,
        cordoned: node.is_some_and(|n| n.spec.unschedulable),
        powered: machine.powered,
        cut: machine.cut,
        last_word: machine.last_word,
        timer: silence_timer(world, machine, ready),
        running,
        disks: volumes.at(&machine.name).iter().filter_map(|disk| disk_at(world, disk, volumes, machine)).collect(),
        journeys: Vec::new(),
    }
}

/// The same as [`all_running`], from memory where that is known.
fn running_there(world: &World, machine: &Arc<Machine>, ended: &[Ended], recall: &mut Recall) -> Arc<Vec<Running>> {
    if ended.iter().any(|gone| gone.node == machine.name) {
        return Arc::new(all_running(world, machine, ended));
    }
    recall.running(machine).unwrap_or_else(|| {
        let all = Arc::new(all_running(world, machine, &[]));
        recall.keep(machine, &all);
        all
    })
}

/// What runs there, and what has just ended there, oldest first.
fn all_running(world: &World, machine: &Machine, ended: &[Ended]) -> Vec<Running> {
    let processes = machine.processes.values().map(|p| &**p).filter(|p| !is_over(world, p));
    let here = processes.map(|p| (p.since, running(world, machine, p)));
    let gone = ended.iter().filter(|gone| gone.node == machine.name).map(|gone| (gone.since, of_ended(world, gone)));
    let mut all: Vec<(Time, Running)> = here.chain(gone).collect();
    all.sort_by(|(a, x), (b, y)| (a, &x.key, x.uid).cmp(&(b, &y.key, y.uid)));
    all.into_iter().map(|(_, running)| running).collect()
}

/// The place that a process had: it is kept for a moment.
fn of_ended(world: &World, gone: &Ended) -> Running {
    let (family, set) = by_name(world, &gone.key);
    Running {
        uid: gone.uid,
        key: gone.key.clone(),
        family,
        set,
        ip: Name::default(),
        life: Life::Ended,
        verdict: Verdict::Mirrored,
        timer: None,
    }
}

/// True for what has ended and is gone from the record: nothing is left of it to see.
fn is_over(world: &World, process: &Process) -> bool {
    process.stage == Stage::Ended && !is_on_record(world, process)
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
        // Its kubelet still cleans up after it.
        Stage::Stopping(_) if !process.is_alive() => Life::Ended,
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
        timer: held_back(process),
    }
}

/// True where the record has its pod: that one, and not another of its name.
fn is_on_record(world: &World, process: &Process) -> bool {
    world.store().born(process.uid) != Revision::default()
}

fn verdict(world: &World, machine: &Machine, process: &Process) -> Verdict {
    let leaves = || world.get::<Pod>(&process.key).is_some_and(|pod| pod.metadata.is_terminating());
    match process.stage {
        Stage::Stopping(until) if process.is_alive() => Verdict::Stopping(until),
        _ if !is_on_record(world, process) => Verdict::Erased,
        _ if !machine.is_linked() && leaves() => Verdict::Deaf,
        Stage::Mounting | Stage::Starting | Stage::Running | Stage::Stopping(_) | Stage::Ended => Verdict::Mirrored,
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
    by_name(world, &process.key)
}

/// Whose a pod is, by its name.
fn by_name(world: &World, pod: &Key) -> (Family, Option<Target>) {
    let parent = pod.name.rsplit_once('-').map(|(parent, _)| Key::new(pod.namespace.clone(), parent));
    let kinds = [Kind::StatefulSet, Kind::ReplicaSet];
    let found =
        parent.and_then(|key| kinds.into_iter().find(|k| world.object(*k, &key).is_some()).map(|k| (family(k), Target::Set(k, key))));
    found.map_or((Family::Loose, None), |(family, target)| (family, Some(target)))
}

/// Disks by machine, and the volumes that they are.
struct Volumes<'w> {
    at: BTreeMap<&'w str, Vec<&'w Disk>>,
    /// By the identity of a disk that is the same at every machine: the volume's name, and whether one machine only may
    /// use it.
    anywhere: BTreeMap<Name, (Name, bool)>,
    /// Volumes that are another disk at each machine.
    local: Vec<(&'w PersistentVolume, bool)>,
}

impl<'w> Volumes<'w> {
    fn of(world: &'w World) -> Volumes<'w> {
        let mut volumes = Volumes { at: BTreeMap::new(), anywhere: BTreeMap::new(), local: Vec::new() };
        for disk in world.disks() {
            disk.attached.iter().for_each(|node| volumes.at.entry(node).or_default().push(disk));
        }
        for pv in world.list::<PersistentVolume>() {
            let single = !pv.spec.access_modes.iter().any(|m| matches!(m, AccessMode::ReadOnlyMany | AccessMode::ReadWriteMany));
            match disk_of(pv, "") {
                (_, DiskKind::Directory(_)) => volumes.local.push((pv, single)),
                (id, _) => drop(volumes.anywhere.insert(id, (pv.metadata.name.clone(), single))),
            }
        }
        volumes
    }
    fn at(&self, machine: &str) -> &[&'w Disk] {
        self.at.get(machine).map_or(&[], |disks| disks)
    }
    /// The volume that a disk is, and whether one machine only may use it.
    fn named(&self, disk: &Disk, machine: &str) -> Option<(Name, bool)> {
        let local = || self.local.iter().find(|(pv, _)| disk_of(pv, machine).0 == disk.id);
        self.anywhere.get(&disk.id).cloned().or_else(|| local().map(|(pv, single)| (pv.metadata.name.clone(), *single)))
    }
}

fn disk_at(world: &World, disk: &Disk, volumes: &Volumes, machine: &Machine) -> Option<DiskAt> {
    if matches!(disk.kind, DiskKind::Scratch(_)) {
        return None;
    }
    let own = || (disk.id.rsplit('/').next().unwrap_or(&disk.id).into(), disk.kind == DiskKind::Attachable);
    let (name, single) = volumes.named(disk, &machine.name).unwrap_or_else(own);
    let writes = |m: &Machine| m.processes.values().any(|p| p.is_alive() && p.mounts.iter().any(|mount| mount.disk == disk.id));
    let writers = if single { disk.attached.iter().filter(|n| world.machine(n).is_some_and(|m| writes(m))).count() } else { 1 };
    let timer = detached_at(world, &name, &machine.name);
    let latest = disk.files.iter().max_by_key(|(_, file)| file.at).map(|(path, file)| Written {
        path: path.clone(),
        content: file.content.clone(),
        on: file.node.clone(),
        at: file.at,
    });
    Some(DiskAt { name, files: disk.files.len(), latest, writers, timer })
}

/// When a volume is taken from a machine that does not say it has let go of it.
fn detached_at(world: &World, volume: &Name, machine: &Name) -> Option<Timer> {
    let wait = world.wait(Kind::PersistentVolume, &Key::cluster(volume.clone()))?;
    let mine = wait.on.iter().any(|(kind, key)| *kind == Kind::Node && key.name == *machine);
    wait.until.filter(|_| mine).map(|until| Timer { until, word: "detach" })
}
