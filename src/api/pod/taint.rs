//! Taints of nodes, and the tolerations with which pods put up with them.

use super::super::meta::{Name, is_blank};
use super::super::time::Time;
use serde::{Deserialize, Serialize};

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
