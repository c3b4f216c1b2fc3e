//! Disruption budgets: how many pods must stay.

use super::int_or_string::IntOrString;
use super::labels::Selector;
use super::meta::{Condition, Meta, Name, Rest};
use super::time::Time;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// policy/v1 PodDisruptionBudget.
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct PodDisruptionBudget {
    /// Names and identity.
    pub metadata: Meta,
    /// What is asked for.
    pub spec: PodDisruptionBudgetSpec,
    /// What its controller last counted.
    pub status: PodDisruptionBudgetStatus,
}

/// What a budget asks for: one of `minAvailable` and `maxUnavailable`.
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct PodDisruptionBudgetSpec {
    /// How many pods must stay healthy.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub min_available: Option<IntOrString>,
    /// How many pods may be missing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_unavailable: Option<IntOrString>,
    /// Which pods are counted: all of the namespace where it is empty, none where it is absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub selector: Option<Selector>,
    /// Whether pods that are running and not ready may always go.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unhealthy_pod_eviction_policy: Option<UnhealthyPodEvictionPolicy>,
    /// Everything else.
    #[serde(flatten)]
    pub rest: Rest,
}

/// When a pod that is running and not ready may go.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum UnhealthyPodEvictionPolicy {
    /// Only while as many others are healthy as the budget needs.
    IfHealthyBudget,
    /// At any time.
    AlwaysAllow,
}

/// What a budget's controller last counted.
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct PodDisruptionBudgetStatus {
    /// The generation that this status answers.
    #[serde(skip_serializing_if = "is_zero_long")]
    pub observed_generation: i64,
    /// Pods that may go and have not gone yet: name, and when they were evicted.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub disrupted_pods: BTreeMap<Name, Time>,
    /// How many pods may be evicted now.
    pub disruptions_allowed: i32,
    /// Ready pods that are not on their way out.
    pub current_healthy: i32,
    /// How many pods must be healthy.
    pub desired_healthy: i32,
    /// How many pods there should be.
    pub expected_pods: i32,
    /// DisruptionAllowed.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub conditions: Vec<Condition>,
}

fn is_zero_long(n: &i64) -> bool {
    *n == 0
}
