//! Volumes on a machine: which disk stands behind each, and who still holds it.

use super::super::agenda::Due;
use super::super::controllers::volumes;
use super::super::disk::DiskKind;
use super::super::machine::{Mount, Process, Stage};
use super::super::world::World;
use super::{Errand, checks, node_object, process, tell};
use crate::api::pod::Volume;
use crate::api::storage::{self, ClaimPhase};
use crate::api::{Key, Name, PersistentVolume, PersistentVolumeClaim, Span, Uid};
use std::sync::Arc;

/// Why a pod's volumes are not ready.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Trouble {
    /// These volumes are waited for.
    Missing(Vec<String>),
    /// These volumes say nothing yet of where their storage is, and why.
    Unprocessed(Vec<String>, Vec<String>),
    /// A volume cannot be set up: the whole complaint.
    SetUp(String),
}

/// How often volumes that are not ready are looked for again.
const RETRY: Span = Span::millis(500);
/// After so long without its volumes a pod gets a FailedMount event: podAttachAndMountTimeout. Simplified: since v1.27 a
/// kubelet only logs it, and a pod says nothing of why it waits.
const PATIENCE: Span = Span::secs(123);
/// How often a pod's worker looks while it waits for volumes: podAttachAndMountRetryInterval.
const POLL: Span = Span::millis(300);
/// After an error a pod is left alone for so long: backOffPeriod.
const BACK_OFF: Span = Span::secs(10);
/// First and longest pause before a volume that cannot be set up is tried again. Upstream: exponentialbackoff.
const PAUSES: (Span, Span) = (Span::millis(500), Span::secs(122));

/// The disk behind each volume of a pod, or why they are not ready.
pub fn find(world: &mut World, node: &Name, process: &Process) -> Result<Vec<Mount>, Trouble> {
    let unusable =
        process.spec.volumes.iter().filter_map(|volume| Some((volume.name.to_string(), checks::unusable(world, process, volume)?)));
    let (names, errors): (Vec<String>, Vec<String>) = unusable.unzip();
    if !names.is_empty() {
        return Err(Trouble::Unprocessed(names, errors));
    }
    let mut found = Vec::new();
    let mut missing = Vec::new();
    for volume in process.spec.volumes.iter() {
        if let Some(why) = checks::obstacle(world, node, process, volume) {
            return Err(Trouble::SetUp(why));
        }
        match disk_behind(world, node, process, volume) {
            Some((disk, kind)) => {
                volumes::ensure_disk(world, &disk, kind);
                let paths = paths(process, &volume.name);
                found.push(Mount { volume: volume.name.clone(), disk, paths });
            }
            None if needs_a_disk(volume) => missing.push(volume.name.to_string()),
            None => {}
        }
    }
    if missing.is_empty() { Ok(found) } else { Err(Trouble::Missing(missing)) }
}

/// Complains of volumes that are not ready, where it is time to, and tries again later.
pub fn complain(world: &mut World, node: &Name, process: &Process, trouble: Trouble) {
    let waited = world.now() - process.since;
    let pause = match trouble {
        Trouble::Missing(names) => {
            if waited >= PATIENCE && waited.0 % PATIENCE.0 < RETRY.0 {
                let words = format!(
                    "Unable to attach or mount volumes: unmounted volumes=[{}], unattached volumes=[], failed to process volumes=[]: \
                     timed out waiting for the condition",
                    names.join(" ")
                );
                tell(world, node, process.uid, None, true, "FailedMount", &words);
            }
            RETRY
        }
        Trouble::Unprocessed(..) if waited < POLL => POLL,
        Trouble::Unprocessed(names, errors) => {
            let names = names.join(" ");
            let words = format!(
                "Unable to attach or mount volumes: unmounted volumes=[{names}], unattached volumes=[], failed to process \
                 volumes=[{names}]: {}",
                errors.join("; ")
            );
            tell(world, node, process.uid, None, true, "FailedMount", &words);
            BACK_OFF
        }
        Trouble::SetUp(words) => {
            tell(world, node, process.uid, None, true, "FailedMount", &words);
            // Each pause is as long as all that has been waited so far: 0.5, 0.5, 1, 2, 4 … s.
            waited.max(PAUSES.0).min(PAUSES.1)
        }
    };
    world.schedule(world.now() + pause, Due::Kubelet(node.clone(), Errand::Retry(process.uid)));
}

/// True where a pod that waits for its volumes will find them all at its next look.
pub fn have_come(world: &World, node: &Name, uid: Uid) -> bool {
    let Some(process) = process(world, node, uid).filter(|p| p.stage == Stage::Mounting) else { return false };
    let is_there = |volume: &Volume| {
        let fits = checks::unusable(world, &process, volume).or_else(|| checks::obstacle(world, node, &process, volume)).is_none();
        fits && (!needs_a_disk(volume) || disk_behind(world, node, &process, volume).is_some())
    };
    process.spec.volumes.iter().all(is_there)
}

/// True for a volume without whose disk a pod cannot start.
fn needs_a_disk(volume: &Volume) -> bool {
    volume.persistent_volume_claim.is_some() || volume.ephemeral().is_some() || storage::inline(volume).is_some()
}

fn paths(process: &Process, volume: &Name) -> Vec<Name> {
    let containers = process.spec.init_containers.iter().chain(process.spec.containers.iter());
    let mut paths: Vec<Name> = Vec::new();
    for mount in containers.flat_map(|c| &c.volume_mounts).filter(|m| m.name == *volume) {
        if !paths.contains(&mount.mount_path) {
            paths.push(mount.mount_path.clone());
        }
    }
    paths
}

fn disk_behind(world: &World, node: &Name, process: &Process, volume: &Volume) -> Option<(Name, DiskKind)> {
    if let Some(claim) = volume.claim(&process.key.name) {
        let key = Key::new(process.key.namespace.clone(), claim);
        let claim = world.get::<PersistentVolumeClaim>(&key).filter(|c| c.status.phase == ClaimPhase::Bound)?;
        let volume = world.get::<PersistentVolume>(&Key::cluster(claim.spec.volume_name.clone()))?;
        let ready = !volumes::needs_attach(world, volume) || volumes::is_attached(world, &volume.metadata.name, node);
        return ready.then(|| volumes::disk_behind(world, volume, node));
    }
    if let Some(own) = storage::inline(volume) {
        let ready = !volumes::needs_attach(world, &own) || volumes::is_attached(world, &own.metadata.name, node);
        return ready.then(|| volumes::disk_behind(world, &own, node));
    }
    if let Some(nfs) = volume.rest.get("nfs") {
        let word = |field: &str| nfs[field].as_str().unwrap_or_default();
        return Some((format!("nfs/{}{}", word("server"), word("path")).into(), DiskKind::Shared));
    }
    if let Some(dir) = &volume.host_path {
        return Some((format!("dir/{node}{}", dir.path).into(), DiskKind::Directory(node.clone())));
    }
    volume.empty_dir.as_ref()?;
    Some((format!("scratch/{}/{}", process.uid, volume.name).into(), DiskKind::Scratch(process.uid)))
}

/// Notes that a machine has these disks mounted. Disks that need attaching are attached already.
pub fn hold(world: &mut World, node: &Name, mounts: &[Mount]) {
    for mount in mounts {
        if let Some(disk) = world.disk_mut(&mount.disk).filter(|d| d.kind != DiskKind::Attachable) {
            disk.attached.insert(node.clone());
        }
    }
    super::status::post_volumes_in_use(world, node);
}

/// Lets go of the disks of a pod that has ended, unless another pod of the machine has them mounted.
pub fn let_go(world: &mut World, node: &Name, uid: Uid) {
    let Some(ended) = process(world, node, uid) else { return };
    let Some(machine) = world.machine(node).cloned() else { return };
    let holds = |p: &Arc<Process>, disk: &Name| p.uid != uid && p.stage != Stage::Ended && p.mounts.iter().any(|m| m.disk == *disk);
    for mount in ended.mounts.iter().filter(|m| !machine.processes.values().any(|p| holds(p, &m.disk))) {
        if let Some(disk) = world.disk_mut(&mount.disk).filter(|d| d.kind != DiskKind::Attachable) {
            disk.attached.remove(node);
        }
    }
    super::status::post_volumes_in_use(world, node);
}

/// Throws away what lived as long as the pod.
pub fn discard(world: &mut World, uid: Uid) {
    let prefix: Name = format!("scratch/{uid}/").into();
    let gone: Vec<Name> = world.disks.range(prefix.clone()..).map(|(id, _)| id.clone()).take_while(|id| id.starts_with(&*prefix)).collect();
    for id in gone {
        world.disks.remove(&id);
    }
}

/// Volumes that need attaching and that pods of a machine have mounted, as node.status.volumesInUse names them.
pub fn in_use(world: &World, node: &Name) -> Vec<Name> {
    let Some(machine) = world.machine(node) else { return Vec::new() };
    if node_object(world, node).is_none() {
        return Vec::new();
    }
    let live = machine.processes.values().filter(|p| p.stage != Stage::Ended);
    let disks = live.flat_map(|p| p.mounts.iter().map(|m| m.disk.clone()));
    let mut names: Vec<Name> = disks.filter_map(|id| volumes::listed_name(world, &id)).collect();
    names.sort();
    names.dedup();
    names
}
