//! The physical side: machines, what really runs on them, and what their kubelets know.

use crate::api::pod::{ContainerState, PodSpec};
use crate::api::{Key, Name, Pod, Time, Uid};
use imbl::{OrdMap, OrdSet};
use std::sync::Arc;

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

/// What runs for one pod on a machine.
#[derive(Clone, Debug, PartialEq)]
pub struct Process {
    /// The pod's identity; a namesake on another machine has another.
    pub uid: Uid,
    /// The pod's name.
    pub key: Key,
    /// What was asked for when it was started.
    pub spec: Arc<PodSpec>,
    /// Its address; empty before the sandbox exists.
    pub ip: Name,
    /// How far it is.
    pub stage: Stage,
    /// One entry a container.
    pub containers: Vec<Run>,
    /// Where its volumes appear.
    pub mounts: Vec<Mount>,
    /// When the kubelet took it up.
    pub since: Time,
    /// True where somebody broke its readiness by hand.
    pub tampered: bool,
}

/// How far a pod is on its machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// Waits for volumes.
    Mounting,
    /// Fetches images or starts containers.
    Starting,
    /// Its containers run (or restart).
    Running,
    /// Asked to stop; killed at this moment at the latest.
    Stopping(Time),
    /// Its containers have ended for good.
    Ended,
}

/// What runs for one container.
#[derive(Clone, Debug, PartialEq)]
pub struct Run {
    /// The container's name.
    pub name: Name,
    /// The image that runs.
    pub image: Name,
    /// Waiting, running or terminated.
    pub state: ContainerState,
    /// The state before the last restart.
    pub last: ContainerState,
    /// True where its readiness probe passes, or it has none and runs.
    pub ready: bool,
    /// How often it was started again.
    pub restarts: i32,
    /// Consecutive probe failures (negative) or successes (positive).
    pub streak: i64,
    /// How often starting it was held back: image pulls or crashes in a row.
    pub backoff: u32,
}

/// A volume mounted in a pod.
#[derive(Clone, Debug, PartialEq)]
pub struct Mount {
    /// The volume's name in the pod.
    pub volume: Name,
    /// The disk behind it.
    pub disk: Name,
    /// Paths in containers at which it appears.
    pub paths: Vec<Name>,
}

impl Process {
    /// True while at least one container runs.
    pub fn is_alive(&self) -> bool {
        self.containers.iter().any(|c| c.state.running.is_some())
    }
    /// True where it answers requests: all containers run and are ready.
    pub fn is_ready(&self) -> bool {
        !self.containers.is_empty() && self.containers.iter().all(|c| c.ready)
    }
    /// The disk and the path on it for a path in the containers; `None` where no volume is mounted there.
    pub fn locate(&self, path: &str) -> Option<(&Name, String)> {
        let fits = |mount: &str| path.strip_prefix(mount).filter(|rest| rest.is_empty() || rest.starts_with('/') || mount.ends_with('/'));
        let best = |m: &&Mount| m.paths.iter().filter(|p| fits(p).is_some()).map(|p| p.len()).max();
        let mount = self.mounts.iter().filter(|m| best(m).is_some()).max_by_key(best)?;
        let inside = mount.paths.iter().filter_map(|p| fits(p)).min_by_key(|rest| rest.len())?;
        Some((&mount.disk, format!("/{}", inside.trim_start_matches('/'))))
    }
}
