//! How a process reads and writes files: through its mounts to disks, or into its own container, which dies with the pod.

use crate::api::{Key, Name, Uid};
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
}

impl FileError {
    /// As the C library says it.
    pub fn words(self) -> &'static str {
        match self {
            FileError::NoProcess => "No such process",
            FileError::NoFile => "No such file or directory",
            FileError::Io => "Input/output error",
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
    let (disk, inside) = locate(world, node, uid, path)?;
    world.disk_mut(&disk).ok_or(FileError::Io)?.files.remove(&*inside);
    Ok(())
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
