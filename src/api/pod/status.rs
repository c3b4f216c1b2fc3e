//! What a kubelet reports of a pod and its containers.

use super::super::meta::{Condition, Name, Rest, is_blank, is_unset};
use super::super::time::Time;
use serde::{Deserialize, Serialize};

/// Where a pod is in its life, as reported.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum Phase {
    /// Not all containers have started.
    #[default]
    Pending,
    /// At least one container runs or restarts.
    Running,
    /// All containers ended well.
    Succeeded,
    /// All containers ended, at least one badly.
    Failed,
    /// Not used since v1.36 at the latest.
    Unknown,
}

impl Phase {
    /// The phase's name.
    pub fn text(self) -> &'static str {
        match self {
            Phase::Pending => "Pending",
            Phase::Running => "Running",
            Phase::Succeeded => "Succeeded",
            Phase::Failed => "Failed",
            Phase::Unknown => "Unknown",
        }
    }
    /// True for phases that never change again.
    pub fn is_terminal(self) -> bool {
        matches!(self, Phase::Succeeded | Phase::Failed)
    }
}

/// What a kubelet last reported of a pod.
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct PodStatus {
    /// Where it is in its life.
    pub phase: Phase,
    /// PodScheduled, Initialized, Ready, …
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub conditions: Vec<Condition>,
    /// Address of the node.
    #[serde(rename = "hostIP", skip_serializing_if = "is_blank")]
    pub host_ip: Name,
    /// Address of the pod; empty before its sandbox exists.
    #[serde(rename = "podIP", skip_serializing_if = "is_blank")]
    pub pod_ip: Name,
    /// When the kubelet first saw it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub start_time: Option<Time>,
    /// One entry an init container, in the spec's order.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub init_container_statuses: Vec<ContainerStatus>,
    /// One entry a container, in the spec's order.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub container_statuses: Vec<ContainerStatus>,
    /// One word where something is wrong with the whole pod.
    #[serde(skip_serializing_if = "is_blank")]
    pub reason: Name,
    /// One sentence on it.
    #[serde(skip_serializing_if = "is_blank")]
    pub message: Name,
    /// The generation of the spec that its kubelet last acted on; 0 before it has.
    #[serde(skip_serializing_if = "is_unset")]
    pub observed_generation: i64,
    /// The node on which the scheduler makes room for it; empty where it does not.
    #[serde(skip_serializing_if = "is_blank")]
    pub nominated_node_name: Name,
    /// `BestEffort`, `Burstable` or `Guaranteed`.
    #[serde(skip_serializing_if = "is_blank")]
    pub qos_class: Name,
    /// Everything else.
    #[serde(flatten)]
    pub rest: Rest,
}

/// What a kubelet last reported of a container.
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct ContainerStatus {
    /// Which container.
    pub name: Name,
    /// Waiting, running or terminated.
    pub state: ContainerState,
    /// The state before the last restart.
    pub last_state: ContainerState,
    /// True where it may get traffic.
    pub ready: bool,
    /// How often it was started again.
    pub restart_count: i32,
    /// The image that runs.
    pub image: Name,
    /// Its digest.
    #[serde(rename = "imageID")]
    pub image_id: Name,
    /// The runtime's identity of it; empty before it exists.
    #[serde(rename = "containerID", skip_serializing_if = "is_blank")]
    pub container_id: Name,
    /// True once it has started (and its startup probe has passed).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub started: Option<bool>,
    /// Everything else.
    #[serde(flatten)]
    pub rest: Rest,
}

/// One of three, or none before the kubelet has spoken. Most containers run, and there are two states for each of them:
/// what is seldom there takes no room.
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct ContainerState {
    /// Not yet, or not again.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub waiting: Option<Box<Waiting>>,
    /// Running.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub running: Option<Running>,
    /// Ended.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub terminated: Option<Box<Terminated>>,
}

impl ContainerState {
    /// Not yet, or not again, for this reason.
    pub fn waiting(reason: &str, message: impl Into<Name>) -> ContainerState {
        ContainerState { waiting: Some(Box::new(Waiting { reason: reason.into(), message: message.into() })), ..ContainerState::default() }
    }
    /// Running since then.
    pub fn running(since: Time) -> ContainerState {
        ContainerState { running: Some(Running { started_at: Some(since.to_second()) }), ..ContainerState::default() }
    }
    /// Ended.
    pub fn terminated(ended: Terminated) -> ContainerState {
        ContainerState { terminated: Some(Box::new(ended)), ..ContainerState::default() }
    }
}

/// Why a container does not run yet.
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Waiting {
    /// Such as `ContainerCreating` or `CrashLoopBackOff`.
    #[serde(skip_serializing_if = "is_blank")]
    pub reason: Name,
    /// One sentence.
    #[serde(skip_serializing_if = "is_blank")]
    pub message: Name,
}

/// Since when a container runs.
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Running {
    /// When it started.
    pub started_at: Option<Time>,
}

/// How a container ended.
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Terminated {
    /// 0 for well, 137 for killed.
    pub exit_code: i32,
    /// `Completed` or `Error`.
    #[serde(skip_serializing_if = "is_blank")]
    pub reason: Name,
    /// One sentence, where the exit code does not say it all.
    #[serde(skip_serializing_if = "is_blank")]
    pub message: Name,
    /// When it started.
    pub started_at: Option<Time>,
    /// When it ended.
    pub finished_at: Option<Time>,
    /// Everything else.
    #[serde(flatten)]
    pub rest: Rest,
}
