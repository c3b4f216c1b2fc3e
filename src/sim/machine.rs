//! The physical side: machines, what really runs on them, and what their kubelets know.

use crate::api::{Name, Pod, Time, Uid};
use imbl::{OrdMap, OrdSet};
use std::sync::Arc;

pub mod process;

pub use process::{Doom, Mount, Process, Run, Slot, Stage, Step};

/// A machine. Its name is its node's; it exists whether or not the record has a Node of that name.
#[derive(Clone, Debug, PartialEq)]
pub struct Machine {
    /// The node's name.
    pub name: Name,
    /// False after a crash.
    pub powered: bool,
    /// When the cable was cut; `None` while it is plugged in.
    pub cut: Option<Time>,
    /// When the API server last heard from it.
    pub last_word: Time,
    /// When it last heard from the API server.
    pub last_order: Time,
    /// Pods bound to it, as its kubelet last heard of them.
    pub heard: OrdMap<Uid, Arc<Pod>>,
    /// What really runs: one entry a pod sandbox.
    pub processes: OrdMap<Uid, Arc<Process>>,
    /// Images it has.
    pub images: OrdSet<Name>,
    /// Third part of its pods' addresses: 10.244.N.x.
    pub subnet: u32,
    /// Last part of the next pod's address.
    pub next_ip: u32,
    /// How often it was booted.
    pub boots: u32,
    /// True from a boot until its kubelet has reached the record.
    pub unannounced: bool,
    /// True where its kubelet last saw its node cordoned.
    pub cordoned: bool,
}

impl Machine {
    /// True where orders and reports travel.
    pub fn is_linked(&self) -> bool {
        self.powered && self.cut.is_none()
    }
}
