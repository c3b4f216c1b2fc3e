//! ReplicaSets, StatefulSets and their revisions.

use super::labels::Selector;
use super::meta::{Condition, Meta, Name, Rest, is_blank, is_unset};
use super::pod::PodTemplate;
use super::storage::PersistentVolumeClaim;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::sync::Arc;

/// Label that names the revision a pod was made from, of StatefulSets and DaemonSets.
pub const REVISION_LABEL: &str = "controller-revision-hash";

/// apps/v1 ReplicaSet.
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct ReplicaSet {
    /// Names and identity.
    pub metadata: Meta,
    /// What is asked for.
    pub spec: ReplicaSetSpec,
    /// What its controller last saw.
    pub status: ReplicaSetStatus,
}

/// What a ReplicaSet asks for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct ReplicaSetSpec {
    /// How many pods.
    pub replicas: i32,
    /// Seconds that a pod must be ready to count as available.
    #[serde(skip_serializing_if = "is_unset")]
    pub min_ready_seconds: i32,
    /// Which pods are its own.
    pub selector: Selector,
    /// What each is made from.
    pub template: Arc<PodTemplate>,
    /// Everything else.
    #[serde(flatten)]
    pub rest: Rest,
}

impl Default for ReplicaSetSpec {
    fn default() -> ReplicaSetSpec {
        ReplicaSetSpec { replicas: 1, min_ready_seconds: 0, selector: Selector::default(), template: Arc::default(), rest: Rest::default() }
    }
}

/// What a ReplicaSet's controller last saw.
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct ReplicaSetStatus {
    /// Active pods.
    pub replicas: i32,
    /// Active pods that carry all labels of the template.
    #[serde(skip_serializing_if = "is_unset")]
    pub fully_labeled_replicas: i32,
    /// Ready pods.
    #[serde(skip_serializing_if = "is_unset")]
    pub ready_replicas: i32,
    /// Pods that have been ready for `minReadySeconds`.
    #[serde(skip_serializing_if = "is_unset")]
    pub available_replicas: i32,
    /// Pods that are going.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub terminating_replicas: Option<i32>,
    /// The generation that this status answers.
    #[serde(skip_serializing_if = "is_unset")]
    pub observed_generation: i64,
    /// ReplicaFailure.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub conditions: Vec<Condition>,
}

/// apps/v1 StatefulSet.
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct StatefulSet {
    /// Names and identity.
    pub metadata: Meta,
    /// What is asked for.
    pub spec: StatefulSetSpec,
    /// What its controller last saw.
    pub status: StatefulSetStatus,
}

/// Whether pods are made and removed one after the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum PodManagementPolicy {
    /// One after the other, each waiting for those before it.
    #[default]
    OrderedReady,
    /// All at once.
    Parallel,
}

/// What happens to pods when the template changes.
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct UpdateStrategy {
    /// `RollingUpdate` or `OnDelete`.
    #[serde(rename = "type")]
    pub kind: StrategyType,
    /// Only with `RollingUpdate`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rolling_update: Option<RollingUpdate>,
}

/// Who replaces pods of an old revision.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum StrategyType {
    /// The controller, highest ordinal first.
    #[default]
    RollingUpdate,
    /// Whoever deletes them.
    OnDelete,
}

/// How far a rolling update goes. `maxUnavailable` is dropped on write: its feature gate is off in v1.36.
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct RollingUpdate {
    /// Pods below it keep the current revision.
    pub partition: i32,
}

/// Where ordinals begin.
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Ordinals {
    /// The first ordinal.
    pub start: i32,
}

/// What becomes of a claim whose pod is no longer wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum Retention {
    /// It stays.
    #[default]
    Retain,
    /// It is deleted.
    Delete,
}

/// When claims go with their pod or set.
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct RetentionPolicy {
    /// When the set is deleted.
    pub when_deleted: Retention,
    /// When the set is scaled down.
    pub when_scaled: Retention,
}

/// What a StatefulSet asks for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct StatefulSetSpec {
    /// How many pods.
    pub replicas: i32,
    /// The governing service; its existence is never checked.
    #[serde(skip_serializing_if = "is_blank")]
    pub service_name: Name,
    /// One after the other, or all at once.
    pub pod_management_policy: PodManagementPolicy,
    /// What happens when the template changes.
    pub update_strategy: UpdateStrategy,
    /// Which pods are its own.
    pub selector: Selector,
    /// What each is made from.
    pub template: Arc<PodTemplate>,
    /// What each pod's claims are made from.
    #[serde(skip_serializing_if = "no_claims")]
    pub volume_claim_templates: Arc<Vec<PersistentVolumeClaim>>,
    /// How many old revisions are kept.
    pub revision_history_limit: i32,
    /// Seconds that a pod must be ready to count as available.
    #[serde(skip_serializing_if = "is_unset")]
    pub min_ready_seconds: i32,
    /// Where ordinals begin.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ordinals: Option<Ordinals>,
    /// When claims go with their pod or set.
    pub persistent_volume_claim_retention_policy: RetentionPolicy,
    /// Everything else.
    #[serde(flatten)]
    pub rest: Rest,
}

fn no_claims(list: &Arc<Vec<PersistentVolumeClaim>>) -> bool {
    list.is_empty()
}

impl Default for StatefulSetSpec {
    fn default() -> StatefulSetSpec {
        StatefulSetSpec {
            replicas: 1,
            service_name: Name::default(),
            pod_management_policy: PodManagementPolicy::default(),
            update_strategy: UpdateStrategy::default(),
            selector: Selector::default(),
            template: Arc::default(),
            volume_claim_templates: Arc::default(),
            revision_history_limit: 10,
            min_ready_seconds: 0,
            ordinals: None,
            persistent_volume_claim_retention_policy: RetentionPolicy::default(),
            rest: Rest::default(),
        }
    }
}

/// What a StatefulSet's controller last saw.
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct StatefulSetStatus {
    /// The generation that this status answers.
    #[serde(skip_serializing_if = "is_unset")]
    pub observed_generation: i64,
    /// Pods that exist, going and surplus ones included.
    pub replicas: i32,
    /// Running and ready pods.
    #[serde(skip_serializing_if = "is_unset")]
    pub ready_replicas: i32,
    /// Pods at the current revision that are not going.
    #[serde(skip_serializing_if = "is_unset")]
    pub current_replicas: i32,
    /// Pods at the update revision that are not going.
    #[serde(skip_serializing_if = "is_unset")]
    pub updated_replicas: i32,
    /// The revision that pods are at.
    #[serde(skip_serializing_if = "is_blank")]
    pub current_revision: Name,
    /// The revision that pods are to be at.
    #[serde(skip_serializing_if = "is_blank")]
    pub update_revision: Name,
    /// How often a revision's name was taken by another.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub collision_count: Option<i32>,
    /// Pods that have been ready for `minReadySeconds`.
    pub available_replicas: i32,
    /// Everything else.
    #[serde(flatten)]
    pub rest: Rest,
}

impl StatefulSet {
    /// The first ordinal.
    pub fn first_ordinal(&self) -> i32 {
        self.spec.ordinals.as_ref().map_or(0, |o| o.start)
    }
}

/// Parent and ordinal in a pod's name; `None` where the name has no ordinal. Upstream: getParentNameAndOrdinal.
pub fn parent_and_ordinal(name: &str) -> Option<(&str, i32)> {
    let (parent, digits) = name.rsplit_once('-')?;
    (digits.bytes().all(|b| b.is_ascii_digit()) && !digits.is_empty()).then_some(())?;
    Some((parent, digits.parse().ok()?))
}

/// apps/v1 ControllerRevision: a template that a StatefulSet had.
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct ControllerRevision {
    /// Names and owner.
    pub metadata: Meta,
    /// The patch that restores the template.
    pub data: Arc<Value>,
    /// Position in the history; 1 is the oldest.
    pub revision: i64,
}
