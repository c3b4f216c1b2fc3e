//! Nodes, leases and namespaces.

use super::meta::{Condition, Meta, Name, Rest, Truth, condition, is_blank, is_unset};
use super::pod::Taint;
use super::quantity::Quantity;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;
use std::sync::Arc;

/// core/v1 Node.
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Node {
    /// Names and labels.
    pub metadata: Meta,
    /// Taints and cordon.
    pub spec: NodeSpec,
    /// What its kubelet last reported.
    pub status: NodeStatus,
}

/// What controllers and people decide about a node.
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct NodeSpec {
    /// Address range of its pods.
    #[serde(rename = "podCIDR", skip_serializing_if = "is_blank")]
    pub pod_cidr: Name,
    /// The same, as a list.
    #[serde(rename = "podCIDRs", skip_serializing_if = "Vec::is_empty")]
    pub pod_cidrs: Vec<Name>,
    /// Why pods should stay away.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub taints: Vec<Taint>,
    /// True where cordoned.
    #[serde(skip_serializing_if = "is_unset")]
    pub unschedulable: bool,
    /// Everything else.
    #[serde(flatten)]
    pub rest: Rest,
}

/// What a kubelet last reported of its node.
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct NodeStatus {
    /// What the machine has.
    pub capacity: Arc<BTreeMap<Name, Quantity>>,
    /// What pods may use of it.
    pub allocatable: Arc<BTreeMap<Name, Quantity>>,
    /// Ready and the pressures.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub conditions: Vec<Condition>,
    /// Where it can be reached.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub addresses: Vec<Address>,
    /// Versions and identities of the machine.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub node_info: Option<Arc<Value>>,
    /// Volumes that the attach controller has attached.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub volumes_attached: Vec<AttachedVolume>,
    /// Volumes that the kubelet has mounted.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub volumes_in_use: Vec<Name>,
    /// Images that are on the machine, the largest first.
    #[serde(skip_serializing_if = "list_is_empty")]
    pub images: Arc<Vec<ContainerImage>>,
    /// Everything else.
    #[serde(flatten)]
    pub rest: Rest,
}

fn list_is_empty(list: &Arc<Vec<ContainerImage>>) -> bool {
    list.is_empty()
}

/// An image on a node.
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct ContainerImage {
    /// What it is called: by digest, and by tag.
    pub names: Vec<Name>,
    /// What it weighs, in bytes.
    pub size_bytes: i64,
}

/// An address of a node.
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Address {
    /// The address.
    pub address: Name,
    /// `InternalIP` or `Hostname`.
    #[serde(rename = "type")]
    pub kind: Name,
}

/// A volume attached to a node, as the node's status lists it.
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct AttachedVolume {
    /// Unique name of the volume.
    pub name: Name,
    /// Where the machine sees it.
    pub device_path: Name,
}

impl Node {
    /// What the record says of its Ready condition; `None` where it has none.
    pub fn readiness(&self) -> Option<Truth> {
        condition(&self.status.conditions, "Ready").map(|c| c.status)
    }
    /// True where the record says Ready.
    pub fn is_ready(&self) -> bool {
        self.readiness() == Some(Truth::True)
    }
    /// The address of that kind, such as `InternalIP`.
    pub fn address(&self, kind: &str) -> Option<&Name> {
        self.status.addresses.iter().find(|a| &*a.kind == kind).map(|a| &a.address)
    }
    /// True where it carries a taint of that key.
    pub fn has_taint(&self, key: &str) -> bool {
        self.spec.taints.iter().any(|t| &*t.key == key)
    }
}

/// core/v1 Namespace.
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Namespace {
    /// Its name.
    pub metadata: Meta,
    /// Everything else.
    #[serde(flatten)]
    pub rest: Rest,
}

/// coordination.k8s.io/v1 Lease: a node's sign of life. The moment of the last renewal is kept beside the store (see
/// `sim`), because a write every ten seconds and node would drown the record.
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Lease {
    /// Its name is the node's.
    pub metadata: Meta,
    /// Holder and duration.
    pub spec: Value,
}
