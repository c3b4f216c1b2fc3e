//! DaemonSets: a pod on every node that can have it.

use super::int_or_string::IntOrString;
use super::labels::Selector;
use super::meta::{Condition, Meta, Name, Rest, is_unset};
use super::pod::PodTemplate;
use super::workload::StrategyType;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// How often the template has changed, as an annotation of the set. Upstream: DeprecatedTemplateGeneration.
pub const TEMPLATE_GENERATION: &str = "deprecated.daemonset.template.generation";

/// apps/v1 DaemonSet.
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct DaemonSet {
    /// Names and identity.
    pub metadata: Meta,
    /// What is asked for.
    pub spec: DaemonSetSpec,
    /// What its controller last counted.
    pub status: DaemonSetStatus,
}

/// What a DaemonSet asks for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct DaemonSetSpec {
    /// Which pods are its own.
    pub selector: Selector,
    /// What each is made from.
    pub template: Arc<PodTemplate>,
    /// Who replaces pods of an old template.
    pub update_strategy: DaemonSetUpdateStrategy,
    /// Seconds that a pod must be ready to count as available.
    #[serde(skip_serializing_if = "is_unset")]
    pub min_ready_seconds: i32,
    /// How many old templates are kept.
    pub revision_history_limit: i32,
    /// Everything else.
    #[serde(flatten)]
    pub rest: Rest,
}

impl Default for DaemonSetSpec {
    fn default() -> DaemonSetSpec {
        DaemonSetSpec {
            selector: Selector::default(),
            template: Arc::default(),
            update_strategy: DaemonSetUpdateStrategy::default(),
            min_ready_seconds: 0,
            revision_history_limit: 10,
            rest: Rest::default(),
        }
    }
}

/// What happens to pods when the template changes.
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct DaemonSetUpdateStrategy {
    /// `RollingUpdate` or `OnDelete`.
    #[serde(rename = "type")]
    pub kind: StrategyType,
    /// Only with `RollingUpdate`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rolling_update: Option<RollingUpdateDaemonSet>,
}

/// The bounds of a rolling update.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct RollingUpdateDaemonSet {
    /// How many nodes may have two pods meanwhile: stored, and not acted on.
    pub max_surge: IntOrString,
    /// How many nodes may be without an available pod meanwhile.
    pub max_unavailable: IntOrString,
}

impl Default for RollingUpdateDaemonSet {
    fn default() -> RollingUpdateDaemonSet {
        RollingUpdateDaemonSet { max_surge: IntOrString::Int(0), max_unavailable: IntOrString::Int(1) }
    }
}

/// What a DaemonSet's controller last counted.
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct DaemonSetStatus {
    /// Nodes that should have a pod and have one.
    pub current_number_scheduled: i32,
    /// Nodes that should have none and have one.
    pub number_misscheduled: i32,
    /// Nodes that should have a pod.
    pub desired_number_scheduled: i32,
    /// Of those, with a ready pod.
    pub number_ready: i32,
    /// The generation that this status answers.
    #[serde(skip_serializing_if = "is_unset")]
    pub observed_generation: i64,
    /// Of those, with a pod of the present template.
    #[serde(skip_serializing_if = "is_unset")]
    pub updated_number_scheduled: i32,
    /// Of those, with a pod that has been ready for `minReadySeconds`.
    #[serde(skip_serializing_if = "is_unset")]
    pub number_available: i32,
    /// Of those, without one.
    #[serde(skip_serializing_if = "is_unset")]
    pub number_unavailable: i32,
    /// How often a revision's name was taken by another template.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub collision_count: Option<i32>,
    /// Unused by its controller.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub conditions: Vec<Condition>,
}

impl DaemonSet {
    /// How often its template has changed, counted from 1.
    pub fn template_generation(&self) -> Name {
        self.metadata.annotations.get(TEMPLATE_GENERATION).cloned().unwrap_or_else(|| "1".into())
    }
}
