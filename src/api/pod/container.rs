//! Containers of a pod: image, command, ports, resources, mounts, probes.

use super::super::meta::{Name, Rest, is_blank, is_unset};
use super::super::quantity::Quantity;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;

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
    /// Holds the other probes back until it has passed once.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub startup_probe: Option<Probe>,
    /// What runs after its start and before its stop.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lifecycle: Option<Value>,
    /// `Always` makes an init container a sidecar; empty elsewhere.
    #[serde(skip_serializing_if = "is_blank")]
    pub restart_policy: Name,
    /// Everything else.
    #[serde(flatten)]
    pub rest: Rest,
}

impl Container {
    /// True for an init container that goes on beside the regular ones. Upstream: IsRestartableInitContainer.
    pub fn is_sidecar(&self) -> bool {
        &*self.restart_policy == "Always"
    }
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

impl Container {
    /// What a `resourceFieldRef` of the container tells: a share of what it asks for or may use, rounded up; `None` for a
    /// resource that cannot be told. Upstream: ExtractContainerResourceValue.
    pub fn resource(&self, source: &Value) -> Option<String> {
        let (list, name) = source["resource"].as_str()?.split_once('.')?;
        let amounts = if list == "limits" { &self.resources.limits } else { &self.resources.requests };
        let amount = amounts.iter().find(|(known, _)| ***known == *name).map_or(0, |(_, amount)| amount.milli());
        let divisor = source["divisor"].as_str().and_then(Quantity::parse).map_or(0, |divisor| divisor.milli());
        let divisor = if divisor > 0 { divisor } else { 1000 };
        Some((amount.div_euclid(divisor) + i128::from(amount.rem_euclid(divisor) != 0)).to_string())
    }
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

/// A probe of a container, with core/v1's defaults filled in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Probe {
    /// Seconds before the first probe.
    #[serde(skip_serializing_if = "is_unset")]
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
