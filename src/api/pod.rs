//! Pods: what is asked for, and what their kubelet last reported.

use super::meta::{Condition, Labels, Meta, Name, Rest, Truth, condition, is_blank, is_unset};
use super::quantity::Quantity;
use super::time::Time;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;
use std::sync::Arc;

/// core/v1 Pod.
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Pod {
    /// Names and identity.
    pub metadata: Meta,
    /// What is asked for; shared by copies that differ in status only.
    pub spec: Arc<PodSpec>,
    /// What its kubelet last reported.
    pub status: PodStatus,
}

/// metav1 pod template of a set.
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct PodTemplate {
    /// Labels and annotations for each pod.
    pub metadata: Meta,
    /// The spec of each pod.
    pub spec: Arc<PodSpec>,
}

/// When a stopped container is started again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum RestartPolicy {
    /// Always, with back-off.
    #[default]
    Always,
    /// Only after a failure.
    OnFailure,
    /// Never.
    Never,
}

/// What a pod asks for. Lists are shared between the pods of one template.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct PodSpec {
    /// The containers, at least one.
    pub containers: Arc<Vec<Container>>,
    /// Containers that run to their end before the others, in order.
    #[serde(skip_serializing_if = "list_is_empty")]
    pub init_containers: Arc<Vec<Container>>,
    /// Volumes that containers may mount.
    #[serde(skip_serializing_if = "list_is_empty")]
    pub volumes: Arc<Vec<Volume>>,
    /// The node it is bound to; empty until scheduled.
    #[serde(skip_serializing_if = "is_blank")]
    pub node_name: Name,
    /// Host name inside the pod; the pod's name where empty.
    #[serde(skip_serializing_if = "is_blank")]
    pub hostname: Name,
    /// The governing service under which the host name resolves.
    #[serde(skip_serializing_if = "is_blank")]
    pub subdomain: Name,
    /// When a stopped container is started again.
    pub restart_policy: RestartPolicy,
    /// Seconds between the polite stop and the kill.
    pub termination_grace_period_seconds: i64,
    /// Taints it puts up with.
    #[serde(skip_serializing_if = "list_is_empty")]
    pub tolerations: Arc<Vec<Toleration>>,
    /// Labels its node must carry.
    #[serde(skip_serializing_if = "Labels::is_empty")]
    pub node_selector: Labels,
    /// Node and pod affinity.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub affinity: Option<Arc<Value>>,
    /// Everything else.
    #[serde(flatten)]
    pub rest: Rest,
}

/// core/v1's default grace period in seconds.
pub const DEFAULT_GRACE_SECONDS: i64 = 30;

impl Default for PodSpec {
    fn default() -> PodSpec {
        PodSpec {
            containers: Arc::default(),
            init_containers: Arc::default(),
            volumes: Arc::default(),
            node_name: Name::default(),
            hostname: Name::default(),
            subdomain: Name::default(),
            restart_policy: RestartPolicy::Always,
            termination_grace_period_seconds: DEFAULT_GRACE_SECONDS,
            tolerations: Arc::default(),
            node_selector: Labels::default(),
            affinity: None,
            rest: Rest::default(),
        }
    }
}

fn list_is_empty<T>(list: &Arc<Vec<T>>) -> bool {
    list.is_empty()
}

impl PodSpec {
    /// Names of the claims that its volumes refer to.
    pub fn claims(&self) -> impl Iterator<Item = &Name> {
        self.volumes.iter().filter_map(|v| v.persistent_volume_claim.as_ref().map(|c| &c.claim_name))
    }
}

/// A container of a pod or template.
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Container {
    /// Unique within the pod.
    pub name: Name,
    /// The image, which decides what the process does.
    #[serde(skip_serializing_if = "is_blank")]
    pub image: Name,
    /// `Always`, `IfNotPresent` or `Never`.
    #[serde(skip_serializing_if = "is_blank")]
    pub image_pull_policy: Name,
    /// Replaces the image's entry point.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub command: Vec<Name>,
    /// Replaces the image's arguments.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub args: Vec<Name>,
    /// Ports it says it listens on.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub ports: Vec<ContainerPort>,
    /// Variables, as written.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub env: Vec<Value>,
    /// What it needs and what it may use.
    pub resources: Resources,
    /// Where volumes appear.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub volume_mounts: Vec<VolumeMount>,
    /// Decides whether it gets traffic.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub readiness_probe: Option<Probe>,
    /// Decides whether it is restarted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub liveness_probe: Option<Probe>,
    /// Everything else.
    #[serde(flatten)]
    pub rest: Rest,
}

/// A port that a container declares.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct ContainerPort {
    /// Name that a service's target port may use.
    #[serde(skip_serializing_if = "is_blank")]
    pub name: Name,
    /// Port number in the pod.
    pub container_port: i32,
    /// `TCP`, `UDP` or `SCTP`.
    pub protocol: Name,
    /// Port number taken on the node.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub host_port: Option<i32>,
    /// Everything else.
    #[serde(flatten)]
    pub rest: Rest,
}

impl Default for ContainerPort {
    fn default() -> ContainerPort {
        ContainerPort { name: Name::default(), container_port: 0, protocol: "TCP".into(), host_port: None, rest: Rest::default() }
    }
}

/// Requests and limits by resource name.
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Resources {
    /// Upper bounds.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub limits: BTreeMap<Name, Quantity>,
    /// What the scheduler reserves.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub requests: BTreeMap<Name, Quantity>,
}

/// Where a volume appears in a container.
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct VolumeMount {
    /// Path in the container.
    pub mount_path: Name,
    /// Which of the pod's volumes.
    pub name: Name,
    /// True where writes are refused.
    #[serde(skip_serializing_if = "is_unset")]
    pub read_only: bool,
    /// Everything else.
    #[serde(flatten)]
    pub rest: Rest,
}

/// A volume of a pod; sources without behaviour are kept in `rest`.
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Volume {
    /// Name that mounts refer to.
    pub name: Name,
    /// A claim in the pod's namespace.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub persistent_volume_claim: Option<ClaimSource>,
    /// A directory of the node.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub host_path: Option<HostPath>,
    /// A directory that lives as long as the pod.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub empty_dir: Option<Value>,
    /// Other sources.
    #[serde(flatten)]
    pub rest: Rest,
}

/// A volume that is a claim.
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct ClaimSource {
    /// The claim's name.
    pub claim_name: Name,
    /// True where the pod only reads.
    #[serde(skip_serializing_if = "is_unset")]
    pub read_only: bool,
}

/// A directory of a node, of a pod's volume or of a persistent volume.
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct HostPath {
    /// Path on the node.
    pub path: Name,
    /// Kind of check before mounting; empty for none.
    #[serde(rename = "type")]
    pub kind: Name,
}

/// A probe of a container, with core/v1's defaults filled in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Probe {
    /// Seconds before the first probe.
    pub initial_delay_seconds: i64,
    /// Seconds an answer may take.
    pub timeout_seconds: i64,
    /// Seconds between probes.
    pub period_seconds: i64,
    /// Consecutive successes that count as one.
    pub success_threshold: i64,
    /// Consecutive failures that count as one.
    pub failure_threshold: i64,
    /// The handler (httpGet, exec, tcpSocket, grpc) and everything else.
    #[serde(flatten)]
    pub rest: Rest,
}

impl Default for Probe {
    fn default() -> Probe {
        Probe {
            initial_delay_seconds: 0,
            timeout_seconds: 1,
            period_seconds: 10,
            success_threshold: 1,
            failure_threshold: 3,
            rest: Rest::default(),
        }
    }
}

/// What a taint does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Effect {
    /// Pods leave.
    NoExecute,
    /// No new pods.
    NoSchedule,
    /// Rather no new pods.
    PreferNoSchedule,
}

/// A taint of a node.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Taint {
    /// What is wrong, such as `node.kubernetes.io/unreachable`.
    pub key: Name,
    /// Often empty.
    #[serde(default, skip_serializing_if = "is_blank")]
    pub value: Name,
    /// What it does.
    pub effect: Effect,
    /// When a NoExecute taint was put on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub time_added: Option<Time>,
}

/// A toleration of a pod.
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Toleration {
    /// Which taint; empty with `Exists` for all.
    #[serde(skip_serializing_if = "is_blank")]
    pub key: Name,
    /// `Equal` where empty, or `Exists`.
    #[serde(skip_serializing_if = "is_blank")]
    pub operator: Name,
    /// What the taint's value must equal.
    #[serde(skip_serializing_if = "is_blank")]
    pub value: Name,
    /// Which effect; all where absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub effect: Option<Effect>,
    /// Seconds that a NoExecute taint is put up with; for ever where absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub toleration_seconds: Option<i64>,
}

impl Toleration {
    /// True where the pod puts up with the taint (at least for a while). Upstream: core/v1 Toleration.ToleratesTaint.
    pub fn tolerates(&self, taint: &Taint) -> bool {
        let exists = &*self.operator == "Exists";
        self.effect.is_none_or(|e| e == taint.effect)
            && (self.key.is_empty() && exists || self.key == taint.key)
            && (exists || self.value == taint.value)
    }
}

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
    /// One entry a container, in the spec's order.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub container_statuses: Vec<ContainerStatus>,
    /// One word where something is wrong with the whole pod.
    #[serde(skip_serializing_if = "is_blank")]
    pub reason: Name,
    /// One sentence on it.
    #[serde(skip_serializing_if = "is_blank")]
    pub message: Name,
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

/// One of three, or none before the kubelet has spoken.
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct ContainerState {
    /// Not yet, or not again.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub waiting: Option<Waiting>,
    /// Running.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub running: Option<Running>,
    /// Ended.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub terminated: Option<Terminated>,
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
    /// When it started.
    pub started_at: Option<Time>,
    /// When it ended.
    pub finished_at: Option<Time>,
    /// Everything else.
    #[serde(flatten)]
    pub rest: Rest,
}

impl Pod {
    /// True once the scheduler has bound it.
    pub fn is_scheduled(&self) -> bool {
        !self.spec.node_name.is_empty()
    }
    /// True where the record says that it gets traffic.
    pub fn is_ready(&self) -> bool {
        condition(&self.status.conditions, "Ready").is_some_and(|c| c.status == Truth::True)
    }
    /// Since when the record has said that it gets traffic.
    pub fn ready_since(&self) -> Option<Time> {
        let ready = condition(&self.status.conditions, "Ready")?;
        (ready.status == Truth::True).then(|| ready.last_transition_time.unwrap_or_default())
    }
    /// True where it runs and is ready.
    pub fn is_running_and_ready(&self) -> bool {
        self.status.phase == Phase::Running && self.is_ready()
    }
    /// True where it counts towards a ReplicaSet: neither ended nor going. Upstream: IsPodActive.
    pub fn is_active(&self) -> bool {
        !self.status.phase.is_terminal() && !self.metadata.is_terminating()
    }
}
