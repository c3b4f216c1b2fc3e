//! ReplicaSets, StatefulSets and Deployments.

use super::{names, not_negative, one_of, pod, storage, text};
use crate::api::Selector;
use crate::api::meta::Labels;
use crate::api::status::FieldError;
use serde::Deserialize;
use serde_json::{Value, json};

const FIXED: &str = "updates to statefulset spec for fields other than 'replicas', 'ordinals', 'template', 'updateStrategy', \
                     'revisionHistoryLimit', 'persistentVolumeClaimRetentionPolicy' and 'minReadySeconds' are forbidden";
const MUTABLE: [&str; 7] = [
    "replicas",
    "ordinals",
    "template",
    "updateStrategy",
    "revisionHistoryLimit",
    "persistentVolumeClaimRetentionPolicy",
    "minReadySeconds",
];

/// What is wrong with a StatefulSet's spec.
pub fn stateful_set(spec: &Value) -> Vec<FieldError> {
    let mut errors = policies(spec);
    errors.extend(not_negative(spec, "spec", "replicas"));
    errors.extend(not_negative(spec, "spec", "minReadySeconds"));
    errors.extend(not_negative(&spec["ordinals"], "spec.ordinals", "start"));
    for field in ["whenDeleted", "whenScaled"] {
        let path = "spec.persistentVolumeClaimRetentionPolicy";
        errors.extend(one_of(&spec["persistentVolumeClaimRetentionPolicy"], path, field, &["Delete", "Retain"]));
    }
    errors.extend(selector(spec, "statefulset"));
    errors.extend(template(spec, &pod::STATEFUL));
    for (at, claim) in super::items(spec, "spec", "volumeClaimTemplates") {
        errors.extend(storage::claim(&claim["spec"], &format!("{at}.spec")));
    }
    if !spec["template"]["spec"]["activeDeadlineSeconds"].is_null() {
        let detail = "activeDeadlineSeconds in StatefulSet is not Supported";
        errors.push(FieldError::forbidden("spec.template.spec.activeDeadlineSeconds", detail));
    }
    errors
}

fn policies(spec: &Value) -> Vec<FieldError> {
    let mut errors = Vec::new();
    let policy = text(spec, "podManagementPolicy");
    if !matches!(policy, "" | "OrderedReady" | "Parallel") {
        errors.push(FieldError::invalid("spec.podManagementPolicy", policy, "must be 'OrderedReady' or 'Parallel'"));
    }
    let strategy = &spec["updateStrategy"];
    let path = "spec.updateStrategy";
    match text(strategy, "type") {
        "RollingUpdate" => errors.extend(not_negative(&strategy["rollingUpdate"], &format!("{path}.rollingUpdate"), "partition")),
        "OnDelete" if !strategy["rollingUpdate"].is_null() => {
            let detail = "only allowed for updateStrategy 'RollingUpdate'";
            errors.push(FieldError::invalid(format!("{path}.rollingUpdate"), strategy["rollingUpdate"].clone(), detail));
        }
        "OnDelete" => {}
        "" => errors.push(FieldError::required(path, "")),
        _ => errors.push(FieldError::invalid(path, strategy.clone(), "must be 'RollingUpdate' or 'OnDelete'")),
    }
    errors
}

/// What is wrong with a ReplicaSet's or Deployment's spec.
pub fn replica_set(spec: &Value) -> Vec<FieldError> {
    let mut errors: Vec<FieldError> = not_negative(spec, "spec", "replicas").into_iter().collect();
    errors.extend(not_negative(spec, "spec", "minReadySeconds"));
    errors.extend(selector(spec, "deployment"));
    errors.extend(template(spec, &pod::TEMPLATES));
    errors
}

fn selector(spec: &Value, kind: &str) -> Vec<FieldError> {
    if spec["selector"].is_null() {
        return vec![FieldError::required("spec.selector", "")];
    }
    let selector = Selector::deserialize(&spec["selector"]).unwrap_or_default();
    if selector.is_empty() {
        return vec![FieldError::invalid("spec.selector", json!({}), &format!("empty selector is invalid for {kind}"))];
    }
    let labels = &spec["template"]["metadata"]["labels"];
    if selector.matches(&Labels::deserialize(labels).unwrap_or_default()) {
        return Vec::new();
    }
    let shown = if labels.is_null() { json!({}) } else { labels.clone() };
    vec![FieldError::invalid("spec.template.metadata.labels", shown, "`selector` does not match template `labels`")]
}

fn template(spec: &Value, rules: &pod::Rules) -> Vec<FieldError> {
    let mut errors = names::labels(&spec["template"]["metadata"]["labels"], "spec.template.labels");
    errors.extend(pod::spec(&spec["template"]["spec"], "spec.template.spec", rules));
    errors
}

/// What a StatefulSet's update may not change.
pub fn stateful_set_update(old: &Value, new: &Value) -> Vec<FieldError> {
    let fixed = |spec: &Value| {
        let mut spec = spec.clone();
        MUTABLE.iter().for_each(|field| spec[*field] = Value::Null);
        spec
    };
    if fixed(old) == fixed(new) { Vec::new() } else { vec![FieldError::forbidden("spec", FIXED)] }
}

/// A ReplicaSet's selector may not change.
pub fn selector_update(old: &Value, new: &Value) -> Vec<FieldError> {
    if old["selector"] == new["selector"] {
        return Vec::new();
    }
    vec![FieldError::invalid("spec.selector", new["selector"].clone(), "field is immutable")]
}
