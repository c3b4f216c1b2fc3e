//! Priority classes. Upstream: pkg/apis/scheduling/validation.

use super::storage::unchanged;
use crate::api::status::FieldError;
use serde_json::Value;

/// Classes whose names begin so are the system's own.
const SYSTEM_PREFIX: &str = "system-";
/// The system's classes and their values.
const SYSTEM: [(&str, i64); 2] = [("system-node-critical", 2_000_001_000), ("system-cluster-critical", 2_000_000_000)];
/// HighestUserDefinablePriority.
const HIGHEST: i64 = 1_000_000_000;
const POLICIES: [&str; 2] = ["PreemptLowerPriority", "Never"];

/// What is wrong with a class. Upstream: ValidatePriorityClass.
pub fn class(class: &Value) -> Vec<FieldError> {
    let name = class["metadata"]["name"].as_str().unwrap_or_default();
    let value = class["value"].as_i64().unwrap_or(0);
    let range = if name.starts_with(SYSTEM_PREFIX) { reserved(name, value, class) } else { too_high(value) };
    let policy = class["preemptionPolicy"].as_str().filter(|policy| !POLICIES.contains(policy));
    range.into_iter().chain(policy.map(|policy| FieldError::unsupported("preemptionPolicy", policy, &POLICIES))).collect()
}

fn too_high(value: i64) -> Option<FieldError> {
    let words = format!("maximum allowed value of a user defined priority is {HIGHEST}");
    (value > HIGHEST).then(|| FieldError::forbidden("value", &words))
}

/// Upstream: IsKnownSystemPriorityClass.
fn reserved(name: &str, value: i64, class: &Value) -> Option<FieldError> {
    let error = match SYSTEM.iter().find(|(known, _)| *known == name) {
        None => format!("{name} is not a known system priority class"),
        Some((_, known)) if *known != value => format!("value of {name} PriorityClass must be {known}"),
        Some(_) if class["globalDefault"] == true => format!("globalDefault of {name} PriorityClass must be false"),
        Some(_) => return None,
    };
    let words = format!("priority class names with '{SYSTEM_PREFIX}' prefix are reserved for system use only. error: {error}");
    Some(FieldError::forbidden("metadata.name", &words))
}

/// What a class's update may not change. Upstream: ValidatePriorityClassUpdate.
pub fn class_update(old: &Value, new: &Value) -> Vec<FieldError> {
    let value = |class: &Value| class["value"].as_i64().unwrap_or(0);
    let moved = (value(old) != value(new)).then(|| FieldError::forbidden("value", "may not be changed in an update."));
    moved.into_iter().chain(unchanged(old, new, "preemptionPolicy")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn texts(errors: Vec<FieldError>) -> Vec<String> {
        errors.iter().map(FieldError::text).collect()
    }

    /// Upstream: TestValidatePriorityClass.
    #[test]
    fn high_values_and_system_names_are_the_systems_own() {
        let told = |name: &str, value: i64| texts(class(&json!({"metadata": {"name": name}, "value": value})));
        assert!(told("tier1", HIGHEST).is_empty());
        assert!(told("system-node-critical", 2_000_001_000).is_empty());
        assert_eq!(told("tier1", HIGHEST + 1), ["value: Forbidden: maximum allowed value of a user defined priority is 1000000000"]);
        let reserved = "metadata.name: Forbidden: priority class names with 'system-' prefix are reserved for system use only. error: ";
        assert_eq!(told("system-foo", 7), [format!("{reserved}system-foo is not a known system priority class")]);
        assert_eq!(told("system-node-critical", 7), [format!("{reserved}value of system-node-critical PriorityClass must be 2000001000")]);
        let often = class(&json!({"metadata": {"name": "x"}, "preemptionPolicy": "Often"}));
        assert_eq!(texts(often), ["preemptionPolicy: Unsupported value: \"Often\": supported values: \"PreemptLowerPriority\", \"Never\""]);
    }

    /// Upstream: TestValidatePriorityClassUpdate.
    #[test]
    fn neither_value_nor_policy_may_change() {
        let (old, new) =
            (json!({"value": 1, "preemptionPolicy": "Never"}), json!({"value": 2, "preemptionPolicy": "PreemptLowerPriority"}));
        assert_eq!(
            texts(class_update(&old, &new)),
            [
                "value: Forbidden: may not be changed in an update.",
                "preemptionPolicy: Invalid value: \"PreemptLowerPriority\": field is immutable"
            ]
        );
        assert!(class_update(&old, &json!({"value": 1, "preemptionPolicy": "Never", "description": "x"})).is_empty());
    }
}
