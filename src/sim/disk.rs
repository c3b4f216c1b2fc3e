//! Disks: files that outlive the processes that wrote them, or do not.

use crate::api::{Key, Name, Time, Uid};
use imbl::{OrdMap, OrdSet};

/// How a disk is reached, which decides what survives.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DiskKind {
    /// Must be attached to a machine, one machine at a time unless its volume says otherwise.
    Attachable,
    /// Served over the network; any number of machines at a time.
    Shared,
    /// A directory of one machine.
    Directory(Name),
    /// Lives as long as a pod.
    Scratch(Uid),
}

/// A disk and the files on it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Disk {
    /// Its identity, such as `gce/pv-a`, `nfs/server/path`, `dir/node-1/data` or `scratch/<uid>/name`.
    pub id: Name,
    /// How it is reached.
    pub kind: DiskKind,
    /// Files by path, which begins with a slash.
    pub files: OrdMap<Name, File>,
    /// Machines to which it is attached; for kinds that need no attaching, machines that have it mounted.
    pub attached: OrdSet<Name>,
}

/// A file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct File {
    /// Its whole content.
    pub content: Name,
    /// Pod that wrote it last.
    pub writer: Key,
    /// That pod's identity.
    pub writer_uid: Uid,
    /// Machine on which it was written.
    pub node: Name,
    /// When.
    pub at: Time,
}
