//! ReplicaSets, StatefulSets and Deployments.

use super::{names, not_negative, one_of, pod, selector, storage, text};
use crate::api::status::FieldError;
use serde_json::Value;

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
    let service = text(spec, "serviceName");
    let wrong = if service.is_empty() { Vec::new() } else { names::label(service) };
    checked_set(spec, names::each("spec.serviceName", service, wrong))
}

/// What is wrong with the spec of a StatefulSet that there is already.
pub fn stateful_set(spec: &Value) -> Vec<FieldError> {
    checked_set(spec, Vec::new())
}

fn checked_set(spec: &Value, service: Vec<FieldError>) -> Vec<FieldError> {
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
    let (wrong, readable) = selector::of_set(spec, "statefulset", "");
    errors.extend(wrong);
    if readable {
        errors.extend(template(spec, &pod::STATEFUL, "StatefulSet"));
    }
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
            errors.push(FieldError::raw(format!("{path}.rollingUpdate"), &go_rolling(&strategy["rollingUpdate"]), detail));
        }
        "OnDelete" => {}
        "" => errors.push(FieldError::required(path, "")),
        other => {
            let shown = format!("{{\"Type\":{other:?},\"RollingUpdate\":{}}}", go_rolling(&strategy["rollingUpdate"]));
            errors.push(FieldError::raw(path, &shown, "must be 'RollingUpdate' or 'OnDelete'"));
        }
    }
    errors
}

/// The bounds of a rolling update as the server's own type prints them; maxUnavailable has been dropped by then.
fn go_rolling(rolling: &Value) -> String {
    match rolling {
        Value::Null => "null".to_owned(),
        _ => format!("{{\"Partition\":{},\"MaxUnavailable\":null}}", rolling["partition"].as_i64().unwrap_or(0)),
    }
}

/// What is wrong with a ReplicaSet's spec.
pub fn replica_set(spec: &Value) -> Vec<FieldError> {
    let mut errors: Vec<FieldError> = not_negative(spec, "spec", "replicas").into_iter().collect();
    errors.extend(not_negative(spec, "spec", "minReadySeconds"));
    errors.extend(pods_of(spec));
    errors
}

/// Selector and template, as ReplicaSets and Deployments have them.
fn pods_of(spec: &Value) -> Vec<FieldError> {
    let (mut errors, readable) = selector::of_set(spec, "deployment", "invalid label selector");
    if readable {
        errors.extend(template(spec, &pod::TEMPLATES, "ReplicaSet"));
    }
    errors
}

/// What is wrong with a DaemonSet's spec.
pub fn daemon_set(spec: &Value) -> Vec<FieldError> {
    let (mut errors, readable) = selector::of_set(spec, "daemonset", "");
    if readable {
        errors.extend(template(spec, &pod::TEMPLATES, "DaemonSet"));
    }
    for field in ["minReadySeconds", "revisionHistoryLimit"] {
        errors.extend(not_negative(spec, "spec", field));
    }
    errors
}

/// What is wrong with a Deployment's spec.
pub fn deployment(spec: &Value) -> Vec<FieldError> {
    let mut errors: Vec<FieldError> = not_negative(spec, "spec", "replicas").into_iter().collect();
    errors.extend(pods_of(spec));
    errors.extend(deployment_strategy(&spec["strategy"]));
    for field in ["minReadySeconds", "revisionHistoryLimit", "progressDeadlineSeconds"] {
        errors.extend(not_negative(spec, "spec", field));
    }
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
        other => {
            let shown = format!("{{\"Type\":{other:?},\"RollingUpdate\":null}}");
            let detail = format!("Unsupported value: {shown}: supported values: \"Recreate\", \"RollingUpdate\"");
            vec![FieldError { path: path.to_owned(), detail }]
        }
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
        errors.push(FieldError::raw("spec", &go_budget(spec), "minAvailable and maxUnavailable cannot be both set"));
    }
    for field in ["minAvailable", "maxUnavailable"] {
        errors.extend(amount(spec, "spec", field).or_else(|| more_than_all(spec, "spec", field)));
    }
    errors.extend(selector::selector(&spec["selector"], "spec.selector"));
    errors.extend(one_of(spec, "spec", "unhealthyPodEvictionPolicy", &["AlwaysAllow", "IfHealthyBudget"]));
    errors
}

/// A budget's spec as the server's own type prints it.
fn go_budget(spec: &Value) -> String {
    let selector = if spec["selector"].is_null() { "null".to_owned() } else { selector::shown(&spec["selector"]) };
    format!(
        "{{\"MinAvailable\":{},\"Selector\":{},\"MaxUnavailable\":{},\"UnhealthyPodEvictionPolicy\":{}}}",
        spec["minAvailable"], selector, spec["maxUnavailable"], spec["unhealthyPodEvictionPolicy"]
    )
}

fn template(spec: &Value, rules: &pod::Rules, kind: &str) -> Vec<FieldError> {
    let mut errors = names::labels(&spec["template"]["metadata"]["labels"], "spec.template.labels");
    errors.extend(names::annotations(&spec["template"]["metadata"]["annotations"], "spec.template.annotations"));
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
    vec![FieldError::raw("spec.selector", &selector::shown(&new["selector"]), "field is immutable")]
}
