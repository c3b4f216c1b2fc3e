//! ReplicaSets, StatefulSets and Deployments.

use super::{names, not_negative, one_of, pod, storage, text};
use crate::api::meta::Labels;
use crate::api::status::FieldError;
use crate::api::{Operator, Requirement, Selector};
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

/// What is wrong with a StatefulSet's spec, in upstream's order. The name of its service is looked at once, when it is new.
pub fn new_stateful_set(spec: &Value) -> Vec<FieldError> {
    let service = Some(text(spec, "serviceName")).filter(|name| !name.is_empty());
    checked_set(spec, service.and_then(|name| names::part(name, "spec.serviceName".to_owned())))
}

/// What is wrong with the spec of a StatefulSet that there is already.
pub fn stateful_set(spec: &Value) -> Vec<FieldError> {
    checked_set(spec, None)
}

fn checked_set(spec: &Value, service: Option<FieldError>) -> Vec<FieldError> {
    let mut errors = policies(spec);
    for field in ["whenDeleted", "whenScaled"] {
        let path = "spec.persistentVolumeClaimRetentionPolicy";
        errors.extend(one_of(&spec["persistentVolumeClaimRetentionPolicy"], path, field, &["Retain", "Delete"]));
    }
    for field in ["replicas", "minReadySeconds"] {
        errors.extend(not_negative(spec, "spec", field));
    }
    errors.extend(not_negative(&spec["ordinals"], "spec.ordinals", "start"));
    errors.extend(service);
    errors.extend(selector(spec, "statefulset"));
    errors.extend(template(spec, &pod::STATEFUL, "StatefulSet"));
    for (at, claim) in super::items(spec, "spec", "volumeClaimTemplates") {
        errors.extend(names::part(text(&claim["metadata"], "name"), format!("{at}.metadata.name")));
        errors.extend(storage::claim(&claim["spec"], &format!("{at}.spec")));
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
            errors.push(shown(&format!("{path}.rollingUpdate"), &rolling(&strategy["rollingUpdate"]), detail));
        }
        "OnDelete" => {}
        "" => errors.push(FieldError::required(path, "")),
        other => {
            let value = format!("{{\"Type\":{other:?},\"RollingUpdate\":{}}}", rolling(&strategy["rollingUpdate"]));
            errors.push(shown(path, &value, "must be 'RollingUpdate' or 'OnDelete'"));
        }
    }
    errors
}

/// A struct of the API server's own is shown by the names that its fields have there, in their order.
fn shown(path: &str, value: &str, detail: &str) -> FieldError {
    FieldError { path: path.to_owned(), detail: format!("Invalid value: {value}: {detail}") }
}

/// Upstream: RollingUpdateStatefulSetStrategy of pkg/apis/apps; its maxUnavailable has been dropped by then.
fn rolling(update: &Value) -> String {
    if update.is_null() { "null".to_owned() } else { format!("{{\"Partition\":{},\"MaxUnavailable\":null}}", update["partition"]) }
}

/// What is wrong with a ReplicaSet's spec, and of the same in a Deployment's.
pub fn replica_set(spec: &Value) -> Vec<FieldError> {
    let mut errors: Vec<FieldError> = not_negative(spec, "spec", "replicas").into_iter().collect();
    errors.extend(not_negative(spec, "spec", "minReadySeconds"));
    errors.extend(selector(spec, "deployment"));
    errors.extend(template(spec, &pod::TEMPLATES, "ReplicaSet"));
    errors
}

/// What is wrong with a Deployment's spec.
pub fn deployment(spec: &Value) -> Vec<FieldError> {
    let mut errors = replica_set(spec);
    errors.extend(deployment_strategy(&spec["strategy"]));
    errors.extend(not_negative(spec, "spec", "revisionHistoryLimit"));
    errors.extend(not_negative(spec, "spec", "progressDeadlineSeconds"));
    if let Some(deadline) = spec["progressDeadlineSeconds"].as_i64()
        && deadline <= spec["minReadySeconds"].as_i64().unwrap_or(0)
    {
        errors.push(FieldError::invalid("spec.progressDeadlineSeconds", deadline, "must be greater than minReadySeconds"));
    }
    errors
}

fn deployment_strategy(strategy: &Value) -> Vec<FieldError> {
    let (path, rolling) = ("spec.strategy", &strategy["rollingUpdate"]);
    match text(strategy, "type") {
        "Recreate" if !rolling.is_null() => {
            let detail = "may not be specified when strategy `type` is 'Recreate'";
            vec![FieldError::forbidden(format!("{path}.rollingUpdate"), detail)]
        }
        "RollingUpdate" | "" => bounds(rolling, &format!("{path}.rollingUpdate")),
        "Recreate" => Vec::new(),
        other => vec![FieldError::unsupported(path, other, &["Recreate", "RollingUpdate"])],
    }
}

/// Upstream: ValidateRollingUpdateDeployment.
fn bounds(rolling: &Value, path: &str) -> Vec<FieldError> {
    let mut errors: Vec<FieldError> = ["maxUnavailable", "maxSurge"].iter().flat_map(|field| amount(rolling, path, field)).collect();
    let is_nothing = |field: &str| rolling[field].as_i64().or(percent(&rolling[field])) == Some(0);
    if is_nothing("maxUnavailable") && is_nothing("maxSurge") {
        let at = format!("{path}.maxUnavailable");
        errors.push(FieldError::invalid(at, rolling["maxUnavailable"].clone(), "may not be 0 when `maxSurge` is 0"));
    } else {
        errors.extend(more_than_all(rolling, path, "maxUnavailable"));
    }
    errors
}

fn percent(value: &Value) -> Option<i64> {
    value.as_str()?.strip_suffix('%')?.parse().ok()
}

/// Upstream: IsNotMoreThan100Percent.
fn more_than_all(parent: &Value, path: &str, field: &str) -> Option<FieldError> {
    percent(&parent[field]).filter(|percent| *percent > 100)?;
    Some(FieldError::invalid(format!("{path}.{field}"), parent[field].clone(), "must not be greater than 100%"))
}

/// A number from 0 on, or a percentage. Upstream: ValidatePositiveIntOrPercent.
fn amount(parent: &Value, path: &str, field: &str) -> Option<FieldError> {
    let wrong = parent[field].as_str().filter(|text| {
        let digits = text.strip_suffix('%').unwrap_or_default();
        digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit())
    });
    let detail = "a valid percent string must be a numeric string followed by an ending '%' (e.g. '1%',  or '93%', regex used for \
                  validation is '[0-9]+%')";
    match wrong {
        Some(text) => Some(FieldError::invalid(format!("{path}.{field}"), text, detail)),
        None => not_negative(parent, path, field),
    }
}

/// What is wrong with a PodDisruptionBudget's spec.
pub fn budget(spec: &Value) -> Vec<FieldError> {
    let mut errors = Vec::new();
    if !spec["minAvailable"].is_null() && !spec["maxUnavailable"].is_null() {
        let fields = ["minAvailable", "selector", "maxUnavailable", "unhealthyPodEvictionPolicy"].map(|field| &spec[field]);
        let [least, selector, most, policy] = fields;
        let value = format!(
            "{{\"MinAvailable\":{least},\"Selector\":{selector},\"MaxUnavailable\":{most},\"UnhealthyPodEvictionPolicy\":{policy}}}"
        );
        errors.push(shown("spec", &value, "minAvailable and maxUnavailable cannot be both set"));
    }
    for field in ["minAvailable", "maxUnavailable"] {
        errors.extend(amount(spec, "spec", field).or_else(|| more_than_all(spec, "spec", field)));
    }
    errors.extend(one_of(spec, "spec", "unhealthyPodEvictionPolicy", &["AlwaysAllow", "IfHealthyBudget"]));
    errors.extend(requirements(&Selector::deserialize(&spec["selector"]).unwrap_or_default(), "spec.selector"));
    errors
}

/// A set's selector, and whether it matches its template; one that is absent matches nothing.
fn selector(spec: &Value, kind: &str) -> Vec<FieldError> {
    let mut errors = Vec::new();
    let selector = Selector::deserialize(&spec["selector"]).unwrap_or_default();
    if spec["selector"].is_null() {
        errors.push(FieldError::required("spec.selector", ""));
    } else if selector.is_empty() {
        return vec![FieldError::invalid("spec.selector", json!({}), &format!("empty selector is invalid for {kind}"))];
    }
    errors.extend(requirements(&selector, "spec.selector"));
    let labels = &spec["template"]["metadata"]["labels"];
    if selector.is_empty() || !selector.matches(&Labels::deserialize(labels).unwrap_or_default()) {
        let shown = if labels.is_null() { json!({}) } else { labels.clone() };
        errors.push(FieldError::invalid("spec.template.metadata.labels", shown, "`selector` does not match template `labels`"));
    }
    errors
}

/// Requirements need values, or must not have any. Upstream: ValidateLabelSelectorRequirement.
fn requirements(selector: &Selector, path: &str) -> Vec<FieldError> {
    let wrong = |(i, r): (usize, &Requirement)| {
        let at = format!("{path}.matchExpressions[{i}].values");
        match r.operator {
            Operator::In | Operator::NotIn if r.values.is_empty() => {
                Some(FieldError::required(at, "must be specified when `operator` is 'In' or 'NotIn'"))
            }
            Operator::Exists | Operator::DoesNotExist if !r.values.is_empty() => {
                Some(FieldError::forbidden(at, "may not be specified when `operator` is 'Exists' or 'DoesNotExist'"))
            }
            _ => None,
        }
    };
    selector.match_expressions.iter().enumerate().filter_map(wrong).collect()
}

fn template(spec: &Value, rules: &pod::Rules, kind: &str) -> Vec<FieldError> {
    let mut errors = names::labels(&spec["template"]["metadata"]["labels"], "spec.template.labels");
    errors.extend(pod::spec(&spec["template"]["spec"], "spec.template.spec", rules));
    if !spec["template"]["spec"]["activeDeadlineSeconds"].is_null() {
        let detail = format!("activeDeadlineSeconds in {kind} is not Supported");
        errors.push(FieldError::forbidden("spec.template.spec.activeDeadlineSeconds", &detail));
    }
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
