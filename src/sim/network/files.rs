//! How a process reads and writes files: through its mounts to disks, or into its own container, which dies with the pod.

use crate::api::pod::VolumeMount;
use crate::api::storage::AccessMode;
use crate::api::{Key, Name, PersistentVolumeClaim, Uid};
use crate::sim::change::{Actor, ChangeId, Physical};
use crate::sim::disk::{Disk, DiskKind, File};
use crate::sim::invariants;
use crate::sim::world::World;
use imbl::{OrdMap, OrdSet};
use std::collections::BTreeSet;
use std::sync::Arc;

/// Why a file could not be read or written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileError {
    /// Nothing runs there under that identity.
    NoProcess,
    /// No such file.
    NoFile,
    /// The disk is no longer attached to the machine.
    Io,
    /// It is mounted for reading only.
    ReadOnly,
}

impl FileError {
    /// As the C library says it.
    pub fn words(self) -> &'static str {
        match self {
            FileError::NoProcess => "No such process",
            FileError::NoFile => "No such file or directory",
            FileError::Io => "Input/output error",
            FileError::ReadOnly => "Read-only file system",
        }
    }
}

/// The content of a file as this process sees it.
pub fn read_file(world: &World, node: &str, uid: Uid, path: &str) -> Result<Name, FileError> {
    stat(world, node, uid, path).map(|file| file.content.clone())
}

/// A file as this process sees it, with its last writer.
pub fn stat<'w>(world: &'w World, node: &str, uid: Uid, path: &str) -> Result<&'w File, FileError> {
    let (disk, inside) = locate(world, node, uid, path)?;
    usable(world, node, &disk)?.and_then(|disk| disk.files.get(&*inside)).ok_or(FileError::NoFile)
}

/// Names in a directory as this process sees it, directories with a slash at their end, sorted.
pub fn list_files(world: &World, node: &str, uid: Uid, directory: &str) -> Result<Vec<String>, FileError> {
    let (disk, inside) = locate(world, node, uid, directory)?;
    let Some(disk) = usable(world, node, &disk)? else { return Ok(Vec::new()) };
    let prefix = format!("{}/", inside.trim_end_matches('/'));
    let below = disk.files.keys().filter_map(|path| path.strip_prefix(prefix.as_str()));
    let names: BTreeSet<String> = below.map(|rest| rest.split_inclusive('/').next().unwrap_or_default().to_owned()).collect();
    Ok(names.into_iter().collect())
}

/// Writes a whole file as this process; the disk notes who wrote it, where and when. Tells the change's number.
pub fn write_file(world: &mut World, node: &Name, uid: Uid, path: &str, content: &str) -> Result<ChangeId, FileError> {
    let (disk, inside) = locate(world, node, uid, path)?;
    refuse_where_read_only(world, node, uid, path)?;
    if usable(world, node, &disk)?.is_none() {
        world.disks.insert(disk.clone(), Arc::new(container_root(&disk, uid, node)));
    }
    let key = world.machine(node).and_then(|m| m.processes.get(&uid)).ok_or(FileError::NoProcess)?.key.clone();
    let file = File { content: content.into(), writer: key.clone(), writer_uid: uid, node: node.clone(), at: world.now() };
    let inside = Name::from(inside);
    let lost = world.disk_mut(&disk).ok_or(FileError::Io)?.files.insert(inside.clone(), file);
    if let Some(lost) = lost.filter(|lost| is_living_namesakes(world, lost, &key, uid)) {
        let who = format!("{} on {node} overwrote what {} on {} had stored", key.name, key.name, lost.node);
        invariants::write_lost(world, format!("{who} in {inside} of {disk}").into());
    }
    Ok(world.happened(Actor::Process(key.clone()), Physical::Wrote(node.clone(), key, disk, inside)))
}

/// True where a file was written by a living process of the same name; what a dead one left is its successor's.
fn is_living_namesakes(world: &World, file: &File, key: &Key, uid: Uid) -> bool {
    file.writer == *key && file.writer_uid != uid && world.rules().running(key).any(|(other, _)| *other == file.writer_uid)
}

/// Removes a file as this process.
pub fn remove_file(world: &mut World, node: &Name, uid: Uid, path: &str) -> Result<(), FileError> {
    stat(world, node, uid, path)?;
    refuse_where_read_only(world, node, uid, path)?;
    let (disk, inside) = locate(world, node, uid, path)?;
    world.disk_mut(&disk).ok_or(FileError::Io)?.files.remove(&*inside);
    Ok(())
}

/// A mount, a pod's volume or a claim may be for reading only; of mounts one inside the other the inner one counts.
fn refuse_where_read_only(world: &World, node: &str, uid: Uid, path: &str) -> Result<(), FileError> {
    let process = world.machine(node).and_then(|machine| machine.processes.get(&uid)).ok_or(FileError::NoProcess)?;
    let path = plain(path);
    let inside = |mount: &&VolumeMount| {
        let rest = path.strip_prefix(mount.mount_path.trim_end_matches('/'));
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    };
    let mounts = process.spec.containers.iter().flat_map(|container| &container.volume_mounts);
    let Some(mount) = mounts.filter(inside).max_by_key(|mount| mount.mount_path.len()) else { return Ok(()) };
    let volume = process.spec.volumes.iter().find(|volume| volume.name == mount.name);
    let source = volume.and_then(|volume| volume.persistent_volume_claim.as_ref());
    let shared = |claim: &Name| {
        let claim = world.get::<PersistentVolumeClaim>(&Key::new(process.key.namespace.clone(), claim.clone()));
        claim.is_some_and(|claim| claim.spec.access_modes == [AccessMode::ReadOnlyMany])
    };
    let read_only = mount.read_only || source.is_some_and(|source| source.read_only || shared(&source.claim_name));
    if read_only { Err(FileError::ReadOnly) } else { Ok(()) }
}

/// The disk and the path on it that a path of a process means.
fn locate(world: &World, node: &str, uid: Uid, path: &str) -> Result<(Name, String), FileError> {
    let process = world.machine(node).and_then(|machine| machine.processes.get(&uid)).ok_or(FileError::NoProcess)?;
    let path = plain(path);
    let mounted = process.locate(&path).map(|(disk, inside)| (disk.clone(), inside));
    Ok(mounted.unwrap_or_else(|| (container_disk(uid), path)))
}

/// The path without empty, `.` and `..` parts, from the root.
fn plain(path: &str) -> String {
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/').filter(|part| !part.is_empty() && *part != ".") {
        if part == ".." {
            parts.pop();
        } else {
            parts.push(part);
        }
    }
    format!("/{}", parts.join("/"))
}

/// Throws away what a pod's container wrote outside its volumes: one that is started again begins with its image's files.
pub fn forget_container(world: &mut World, uid: Uid) {
    world.disks.remove(&container_disk(uid));
}

fn container_disk(uid: Uid) -> Name {
    format!("scratch/{uid}/root").into()
}

fn container_root(id: &Name, uid: Uid, node: &Name) -> Disk {
    Disk { id: id.clone(), kind: DiskKind::Scratch(uid), files: OrdMap::new(), attached: OrdSet::unit(node.clone()) }
}

/// The disk where it may be used from that machine; `None` where it is a container's own that nobody has written to yet.
fn usable<'w>(world: &'w World, node: &str, id: &Name) -> Result<Option<&'w Disk>, FileError> {
    let Some(disk) = world.disk(id) else {
        let own = id.starts_with("scratch/") && id.ends_with("/root");
        return if own { Ok(None) } else { Err(FileError::Io) };
    };
    let lost = disk.kind == DiskKind::Attachable && !disk.attached.contains(node);
    if lost { Err(FileError::Io) } else { Ok(Some(disk)) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sim::network::rehearsal::{key, kubia};
    use serde_json::json;

    /// Writes as kubia-0 with its claim mounted in this way at /var/data.
    fn write(mount: serde_json::Value, source: serde_json::Value, modes: &[AccessMode], path: &str) -> Result<(), FileError> {
        let mut world = kubia("luksa/kubia-pet");
        let mut claim = PersistentVolumeClaim { metadata: crate::api::Meta::named("default", "data"), ..Default::default() };
        claim.spec.access_modes = modes.to_vec();
        crate::sim::apiserver::Desk::new(&mut world, Actor::You).create(claim).unwrap();
        let pod = world.get::<crate::api::Pod>(&key("kubia-0")).unwrap().clone();
        let process = Arc::make_mut(world.machine_mut("node-1").unwrap().processes.get_mut(&pod.metadata.uid).unwrap());
        let spec = Arc::make_mut(&mut process.spec);
        let mount = serde_json::from_value(mount).unwrap();
        Arc::make_mut(&mut spec.containers)[0].volume_mounts = vec![mount];
        spec.volumes = serde_json::from_value(json!([{"name": "data", "persistentVolumeClaim": source}])).unwrap();
        write_file(&mut world, &"node-1".into(), pod.metadata.uid, path, "x").map(|_| ())
    }

    #[test]
    fn what_is_mounted_for_reading_refuses_writes() {
        let mount = |read_only| json!({"name": "data", "mountPath": "/var/data", "readOnly": read_only});
        let source = |read_only| json!({"claimName": "data", "readOnly": read_only});
        let (many, once) = ([AccessMode::ReadOnlyMany], [AccessMode::ReadWriteOnce]);
        let both = [AccessMode::ReadOnlyMany, AccessMode::ReadWriteOnce];
        for (mount, source, modes, path, expected) in [
            (mount(false), source(false), &once[..], "/var/data/f", Ok(())),
            (mount(true), source(false), &once[..], "/var/data/f", Err(FileError::ReadOnly)),
            (mount(true), source(false), &once[..], "/var/database", Ok(())),
            (mount(false), source(true), &once[..], "/var/data/f", Err(FileError::ReadOnly)),
            (mount(false), source(false), &many[..], "/var/data/f", Err(FileError::ReadOnly)),
            (mount(false), source(false), &both[..], "/var/data/f", Ok(())),
        ] {
            assert_eq!(write(mount.clone(), source.clone(), modes, path), expected, "{mount} {source} {modes:?} {path}");
        }
    }
}
