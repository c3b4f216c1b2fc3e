//! What runs for one pod on a machine: its sandbox, its containers, and how far each is.

use crate::api::pod::{Container, ContainerState, PodSpec, Terminated, Waiting};
use crate::api::{Key, Name, Time, Uid};
use crate::sim::network::Answers;
use std::sync::Arc;

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
    /// One entry an init container.
    pub init: Vec<Run>,
    /// One entry a container.
    pub containers: Vec<Run>,
    /// Where its volumes appear.
    pub mounts: Vec<Mount>,
    /// When the kubelet took it up.
    pub since: Time,
    /// Until when taking it down keeps the kubelet busy, once it was asked to end.
    pub busy_until: Time,
    /// True where somebody broke its readiness by hand.
    pub tampered: bool,
    /// Why the kubelet itself ended the pod, such as `DeadlineExceeded`, and in which words.
    pub verdict: Option<(Name, Name)>,
}

/// How far a pod is on its machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// Waits for volumes.
    Mounting,
    /// Runs init containers, fetches images or starts containers.
    Starting,
    /// Its containers run (or restart).
    Running,
    /// Asked to stop; killed at this moment at the latest.
    Stopping(Time),
    /// Its containers have ended for good.
    Ended,
}

/// One of a pod's containers: an init container or a regular one, by its place in the spec.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Slot {
    /// An init container.
    Init(usize),
    /// A regular container.
    Main(usize),
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
    /// True once it runs and its startup probe has passed.
    pub started: bool,
    /// How often it was started again.
    pub restarts: i32,
    /// What its kubelet is about to do with it.
    pub step: Step,
    /// How often in a row it has ended and was to be started again.
    pub crashes: u32,
    /// How often in a row its image could not be pulled.
    pub pulls: u32,
    /// Its end, where it was asked to stop.
    pub doom: Option<Doom>,
    /// Consecutive equal answers of its startup, liveness and readiness probes: successes positive, failures negative.
    pub streaks: [i64; 3],
    /// What its process remembers of the DNS.
    pub names: Answers,
}

/// What a kubelet is about to do with a container that does not run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Step {
    /// Nothing yet.
    #[default]
    Idle,
    /// Its image arrives at this moment, or turns out not to exist.
    Pulling(Time),
    /// Its process begins at this moment.
    Creating(Time),
    /// It is looked at again at this moment, not before.
    HeldBack(Time),
}

/// The end of a container that was asked to stop.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Doom {
    /// When its process will have ended.
    pub at: Time,
    /// With which exit code.
    pub code: i32,
    /// True where its preStop hook will still run then, and fail.
    pub cuts_hook: bool,
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

impl Run {
    /// A container that has not been started, with its waiting reason.
    pub fn new(container: &Container, reason: &str) -> Run {
        Run {
            name: container.name.clone(),
            image: container.image.clone(),
            state: ContainerState::waiting(reason, ""),
            last: ContainerState::default(),
            ready: false,
            started: false,
            restarts: 0,
            step: Step::Idle,
            crashes: 0,
            pulls: 0,
            doom: None,
            streaks: [0; 3],
            names: Answers::default(),
        }
    }
    /// True while its process runs.
    pub fn is_running(&self) -> bool {
        self.state.running.is_some()
    }
    /// How its process ended, where it has and was not started again.
    pub fn ended(&self) -> Option<&Terminated> {
        self.state.terminated.as_deref()
    }
    /// Why it waits, where it does.
    pub fn waiting(&self) -> Option<&Waiting> {
        self.state.waiting.as_deref()
    }
}

impl Process {
    /// True while at least one container runs.
    pub fn is_alive(&self) -> bool {
        self.runs().any(Run::is_running)
    }
    /// True where it answers requests: all containers run and are ready.
    pub fn is_ready(&self) -> bool {
        !self.containers.is_empty() && self.containers.iter().all(|c| c.ready)
    }
    /// All containers, init containers first.
    pub fn slots(&self) -> impl DoubleEndedIterator<Item = Slot> + use<> {
        (0..self.init.len()).map(Slot::Init).chain((0..self.containers.len()).map(Slot::Main))
    }
    /// What runs in each of them.
    pub fn runs(&self) -> impl Iterator<Item = &Run> {
        self.init.iter().chain(&self.containers)
    }
    /// What runs in a slot.
    pub fn run(&self, slot: Slot) -> Option<&Run> {
        match slot {
            Slot::Init(place) => self.init.get(place),
            Slot::Main(place) => self.containers.get(place),
        }
    }
    /// The same, to be changed.
    pub fn run_mut(&mut self, slot: Slot) -> Option<&mut Run> {
        match slot {
            Slot::Init(place) => self.init.get_mut(place),
            Slot::Main(place) => self.containers.get_mut(place),
        }
    }
    /// What was asked for in a slot.
    pub fn wanted(&self, slot: Slot) -> Option<&Container> {
        match slot {
            Slot::Init(place) => self.spec.init_containers.get(place),
            Slot::Main(place) => self.spec.containers.get(place),
        }
    }
    /// True for an init container that goes on beside the regular ones.
    pub fn is_sidecar(&self, slot: Slot) -> bool {
        matches!(slot, Slot::Init(_)) && self.wanted(slot).is_some_and(Container::is_sidecar)
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
