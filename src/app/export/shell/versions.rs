//! Manifests of versions that a real cluster no longer serves, as it serves them today.

use crate::api::yaml;
use serde_json::{Map, Value, json};

/// Versions that left with 1.16, and differ from `apps/v1` in defaults alone.
const GONE: [&str; 2] = ["apps/v1beta1", "apps/v1beta2"];

/// A text whose documents say `apps/v1`, with the defaults that their own version had; any other text as it is.
pub fn of_today(text: &str) -> String {
    let documents = yaml::documents(text);
    let values: Option<Vec<&Value>> = documents.iter().map(|document| document.value.as_ref().ok()).collect();
    let Some(values) = values.filter(|values| values.iter().any(|value| is_old(value))) else { return text.to_owned() };
    let printed = values.into_iter().map(|value| {
        let mut value = value.clone();
        renew(&mut value);
        yaml::print(&value)
    });
    printed.collect::<Vec<_>>().join("---\n")
}

fn is_old(value: &Value) -> bool {
    let is_gone = value["apiVersion"].as_str().is_some_and(|version| GONE.contains(&version));
    is_gone || value["items"].as_array().is_some_and(|items| items.iter().any(is_old))
}

fn renew(value: &mut Value) {
    value.get_mut("items").and_then(Value::as_array_mut).into_iter().flatten().for_each(renew);
    let version = value["apiVersion"].as_str().unwrap_or_default().to_owned();
    if !GONE.contains(&version.as_str()) {
        return;
    }
    value["apiVersion"] = json!("apps/v1");
    let is_set = value["kind"] == "StatefulSet";
    if let Some(spec) = value.get_mut("spec").and_then(Value::as_object_mut).filter(|_| version == GONE[0]) {
        fill(spec, is_set);
    }
}

/// What `apps/v1beta1` took for granted and `apps/v1` does not. Upstream: pkg/apis/apps/v1beta1/defaults.go.
fn fill(spec: &mut Map<String, Value>, is_set: bool) {
    let labels = spec.get("template").map(|template| template["metadata"]["labels"].clone()).unwrap_or_default();
    spec.entry("selector").or_insert_with(|| json!({ "matchLabels": labels }));
    match is_set {
        true => spec.entry("updateStrategy").or_insert_with(|| json!({ "type": "OnDelete" })),
        false => spec.entry("revisionHistoryLimit").or_insert_with(|| json!(2)),
    };
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_v1beta1_took_for_granted_is_written_down() {
        let old = "kind: List\nitems:\n- apiVersion: apps/v1beta1\n  kind: StatefulSet\n  spec:\n    template:\n      metadata:\n        labels: {app: kubia}\n";
        let new = of_today(old);
        for part in ["apiVersion: apps/v1\n", "matchLabels:\n        app: kubia\n", "updateStrategy:\n      type: OnDelete\n"] {
            assert!(new.contains(part), "{part}:\n{new}");
        }
        let today = "# as it was written\napiVersion: apps/v1\nkind: StatefulSet\n";
        assert_eq!(of_today(today), today);
    }
}
