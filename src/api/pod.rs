//! Pods: what is asked for, and what their kubelet last reported.

mod container;
mod dump;
mod status;
mod taint;
mod volume;

pub use container::{Container, ContainerPort, Probe, Resources, VolumeMount};
pub use dump::for_hash;
pub use status::{ContainerState, ContainerStatus, Phase, PodStatus, Running, Terminated, Waiting};
pub use taint::{Effect, Taint, Toleration};
pub use volume::{ClaimSource, HostPath, Volume};

use super::meta::{Labels, Meta, Name, Rest, Truth, condition, is_blank};
use super::time::Time;
use serde::{Deserialize, Serialize};
use serde_json::Value;
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

impl Pod {
    /// Names of the claims that its volumes refer to, and of those that are made for it.
    pub fn claims(&self) -> impl Iterator<Item = Name> {
        self.spec.volumes.iter().filter_map(|volume| volume.claim(&self.metadata.name))
    }
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
