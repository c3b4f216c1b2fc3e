//! Volumes of a pod: where the files that its containers mount come from.

use super::super::meta::{Name, Rest, is_unset};
use serde::{Deserialize, Serialize};
use serde_json::Value;

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

impl Volume {
    /// The claim behind it, where it is one: that which it names, or the one that is made for the pod and goes with it.
    /// Upstream: component-helpers storage/ephemeral.VolumeClaimName.
    pub fn claim(&self, pod: &str) -> Option<Name> {
        match &self.persistent_volume_claim {
            Some(source) => Some(source.claim_name.clone()),
            None => self.ephemeral().map(|_| format!("{pod}-{}", self.name).into()),
        }
    }
    /// The template of a claim that is made for the pod.
    pub fn ephemeral(&self) -> Option<&Value> {
        self.rest.get("ephemeral")?.get("volumeClaimTemplate")
    }
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
