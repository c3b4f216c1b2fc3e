//! Deployments: sets of sets, one a template.

use super::int_or_string::{IntOrString, Round};
use super::labels::Selector;
use super::meta::{Labels, Meta, Name, Rest, Truth, is_blank};
use super::pod::PodTemplate;
use super::time::Time;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// Label that tells the pods of one template from those of another.
pub const HASH: &str = "pod-template-hash";
/// Annotation of ReplicaSets and of the Deployment: position of a template in the history.
pub const REVISION: &str = "deployment.kubernetes.io/revision";
/// Annotation of a ReplicaSet: positions it had before it was rolled back to.
pub const HISTORY: &str = "deployment.kubernetes.io/revision-history";
/// Annotation of a ReplicaSet: `replicas` of the Deployment when the set was last sized.
pub const DESIRED: &str = "deployment.kubernetes.io/desired-replicas";
/// Annotation of a ReplicaSet: the same with the surge.
pub const MOST: &str = "deployment.kubernetes.io/max-replicas";
/// Annotations that are not copied between a Deployment and its ReplicaSets.
const OWN: [&str; 6] =
    ["kubectl.kubernetes.io/last-applied-configuration", REVISION, HISTORY, DESIRED, MOST, "deprecated.deployment.rollback.to"];

/// Annotations of a Deployment that its ReplicaSets carry too, and back.
pub fn shared(annotations: &Labels) -> impl Iterator<Item = (&Name, &Name)> {
    annotations.iter().filter(|(key, _)| !OWN.contains(&&***key))
}

/// A number in an annotation.
pub fn number(meta: &Meta, annotation: &str) -> Option<i32> {
    meta.annotations.get(annotation)?.parse().ok()
}

/// True where two templates differ in the hash label at most. Upstream: EqualIgnoreHash.
pub fn same_template(a: &PodTemplate, b: &PodTemplate) -> bool {
    a.spec == b.spec && without_hash(a).metadata == without_hash(b).metadata
}

/// The template as the Deployment has it.
pub fn without_hash(template: &PodTemplate) -> PodTemplate {
    let mut template = template.clone();
    template.metadata.labels.remove(HASH);
    template
}

/// apps/v1 Deployment.
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Deployment {
    /// Names and identity.
    pub metadata: Meta,
    /// What is asked for.
    pub spec: DeploymentSpec,
    /// What its controller last saw.
    pub status: DeploymentStatus,
}

/// What a Deployment asks for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct DeploymentSpec {
    /// How many pods.
    pub replicas: i32,
    /// Which pods, and which ReplicaSets, are its own.
    pub selector: Selector,
    /// What each pod is made from.
    pub template: Arc<PodTemplate>,
    /// How pods of an old template are replaced.
    pub strategy: DeploymentStrategy,
    /// Seconds that a pod must be ready to count as available.
    #[serde(skip_serializing_if = "is_zero")]
    pub min_ready_seconds: i32,
    /// How many old ReplicaSets are kept.
    pub revision_history_limit: i32,
    /// True while template changes are only noted.
    #[serde(skip_serializing_if = "is_false")]
    pub paused: bool,
    /// Seconds without progress after which a roll-out counts as failed; `i32::MAX` for never.
    pub progress_deadline_seconds: i32,
    /// Everything else.
    #[serde(flatten)]
    pub rest: Rest,
}

fn is_zero(n: &i32) -> bool {
    *n == 0
}

fn is_zero_long(n: &i64) -> bool {
    *n == 0
}

fn is_false(flag: &bool) -> bool {
    !*flag
}

impl Default for DeploymentSpec {
    fn default() -> DeploymentSpec {
        DeploymentSpec {
            replicas: 1,
            selector: Selector::default(),
            template: Arc::default(),
            strategy: DeploymentStrategy::default(),
            min_ready_seconds: 0,
            revision_history_limit: 10,
            paused: false,
            progress_deadline_seconds: 600,
            rest: Rest::default(),
        }
    }
}

/// How pods of an old template are replaced.
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct DeploymentStrategy {
    /// `RollingUpdate` or `Recreate`.
    #[serde(rename = "type")]
    pub kind: DeploymentStrategyType,
    /// Only with `RollingUpdate`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rolling_update: Option<RollingUpdateDeployment>,
}

/// Whether old and new pods may run side by side.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum DeploymentStrategyType {
    /// They do, within bounds.
    #[default]
    RollingUpdate,
    /// Old pods are gone before new ones are made.
    Recreate,
}

impl DeploymentStrategyType {
    /// `RollingUpdate` or `Recreate`.
    pub fn text(self) -> &'static str {
        match self {
            DeploymentStrategyType::RollingUpdate => "RollingUpdate",
            DeploymentStrategyType::Recreate => "Recreate",
        }
    }
}

/// The bounds of a rolling update.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct RollingUpdateDeployment {
    /// How many pods may be missing, or be unavailable.
    pub max_unavailable: IntOrString,
    /// How many pods there may be beyond `replicas`.
    pub max_surge: IntOrString,
}

impl Default for RollingUpdateDeployment {
    fn default() -> RollingUpdateDeployment {
        let quarter = || IntOrString::String("25%".into());
        RollingUpdateDeployment { max_unavailable: quarter(), max_surge: quarter() }
    }
}

/// What a Deployment's controller last saw.
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct DeploymentStatus {
    /// The generation that this status answers.
    #[serde(skip_serializing_if = "is_zero_long")]
    pub observed_generation: i64,
    /// Active pods of all its ReplicaSets.
    #[serde(skip_serializing_if = "is_zero")]
    pub replicas: i32,
    /// Active pods of the present template.
    #[serde(skip_serializing_if = "is_zero")]
    pub updated_replicas: i32,
    /// Ready pods.
    #[serde(skip_serializing_if = "is_zero")]
    pub ready_replicas: i32,
    /// Pods that have been ready for `minReadySeconds`.
    #[serde(skip_serializing_if = "is_zero")]
    pub available_replicas: i32,
    /// Pods that are wanted, by old and new ReplicaSets together, and not available.
    #[serde(skip_serializing_if = "is_zero")]
    pub unavailable_replicas: i32,
    /// Pods that are going.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub terminating_replicas: Option<i32>,
    /// Available, Progressing, ReplicaFailure.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub conditions: Vec<DeploymentCondition>,
    /// How often a ReplicaSet's name was taken by another template.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub collision_count: Option<i32>,
}

/// A condition that also knows when it was last confirmed.
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct DeploymentCondition {
    /// `Available`, `Progressing` or `ReplicaFailure`.
    #[serde(rename = "type")]
    pub kind: Name,
    /// Whether it holds.
    pub status: Truth,
    /// When it was last confirmed: the progress deadline counts from here.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_update_time: Option<Time>,
    /// When the status last changed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_transition_time: Option<Time>,
    /// One word for machines.
    #[serde(skip_serializing_if = "is_blank")]
    pub reason: Name,
    /// One sentence for people.
    #[serde(skip_serializing_if = "is_blank")]
    pub message: Name,
}

impl DeploymentStatus {
    /// The condition of that type.
    pub fn condition(&self, kind: &str) -> Option<&DeploymentCondition> {
        self.conditions.iter().find(|c| &*c.kind == kind)
    }
    /// Drops the condition of that type.
    pub fn drop_condition(&mut self, kind: &str) {
        self.conditions.retain(|c| &*c.kind != kind);
    }
    /// Puts a condition last; one that says the same for the same reason stays as it is. Upstream: SetDeploymentCondition.
    pub fn set_condition(&mut self, mut new: DeploymentCondition) {
        if let Some(old) = self.condition(&new.kind).filter(|old| old.status == new.status) {
            if old.reason == new.reason {
                return;
            }
            new.last_transition_time = old.last_transition_time;
        }
        self.drop_condition(&new.kind);
        self.conditions.push(new);
    }
}

impl Deployment {
    /// How many pods there may be beyond `replicas`, and how many may be unavailable. Where both come to nothing, one may
    /// be unavailable. Upstream: ResolveFenceposts.
    fn bounds(&self) -> (i32, i32) {
        let Some(rolling) = self.rolling().filter(|_| self.spec.replicas > 0) else { return (0, 0) };
        let surge = rolling.max_surge.of(self.spec.replicas, Round::Up);
        let unavailable = rolling.max_unavailable.of(self.spec.replicas, Round::Down);
        if surge == 0 && unavailable == 0 { (0, 1) } else { (surge, unavailable.min(self.spec.replicas)) }
    }
    fn rolling(&self) -> Option<&RollingUpdateDeployment> {
        let rolls = self.spec.strategy.kind == DeploymentStrategyType::RollingUpdate;
        self.spec.strategy.rolling_update.as_ref().filter(|_| rolls)
    }
    /// How many pods there may be beyond `replicas` while it rolls; none under `Recreate`.
    pub fn max_surge(&self) -> i32 {
        self.rolling().map_or(0, |rolling| rolling.max_surge.of(self.spec.replicas, Round::Up))
    }
    /// How many pods may be unavailable while it rolls; none under `Recreate`.
    pub fn max_unavailable(&self) -> i32 {
        self.bounds().1
    }
    /// True where a roll-out without progress counts as failed one day.
    pub fn has_progress_deadline(&self) -> bool {
        self.spec.progress_deadline_seconds != i32::MAX
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(replicas: i32, surge: &str, unavailable: &str) -> (i32, i32) {
        let amount = |text: &str| text.parse().map_or_else(|_| IntOrString::String(text.into()), IntOrString::Int);
        let rolling = RollingUpdateDeployment { max_surge: amount(surge), max_unavailable: amount(unavailable) };
        let mut deployment = Deployment::default();
        deployment.spec.replicas = replicas;
        deployment.spec.strategy.rolling_update = Some(rolling);
        (deployment.max_surge(), deployment.max_unavailable())
    }

    #[test]
    fn surge_is_rounded_up_and_unavailable_down() {
        for (replicas, surge, unavailable, wanted) in [
            (3, "25%", "25%", (1, 0)),
            (4, "25%", "25%", (1, 1)),
            (10, "25%", "25%", (3, 2)),
            (2, "0%", "25%", (0, 1)),
            (3, "1", "5", (1, 3)),
            (0, "25%", "25%", (0, 0)),
        ] {
            assert_eq!(of(replicas, surge, unavailable), wanted, "{replicas} {surge} {unavailable}");
        }
    }

    #[test]
    fn a_condition_keeps_its_transition_until_its_status_turns() {
        let condition = |status: Truth, reason: &str, at: i64| DeploymentCondition {
            kind: "Progressing".into(),
            status,
            reason: reason.into(),
            last_update_time: Some(Time(at)),
            last_transition_time: Some(Time(at)),
            ..DeploymentCondition::default()
        };
        let mut status = DeploymentStatus::default();
        for (new, updated, turned) in [
            (condition(Truth::True, "NewReplicaSetCreated", 1), 1, 1),
            (condition(Truth::True, "NewReplicaSetCreated", 2), 1, 1),
            (condition(Truth::True, "ReplicaSetUpdated", 3), 3, 1),
            (condition(Truth::False, "ProgressDeadlineExceeded", 4), 4, 4),
        ] {
            status.set_condition(new);
            let is = status.condition("Progressing").unwrap();
            assert_eq!((is.last_update_time, is.last_transition_time), (Some(Time(updated)), Some(Time(turned))));
        }
    }
}
