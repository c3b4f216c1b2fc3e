//! How important a pod is. Upstream: component-helpers corev1.PodPriority.

use crate::api::Pod;

/// A pod's priority, as its class gave it when it was stored; 0 where it has none.
pub fn priority(pod: &Pod) -> i64 {
    pod.spec.rest.get("priority").and_then(serde_json::Value::as_i64).unwrap_or(0)
}

/// True where a pod waits for room rather than have others removed.
pub fn never_preempts(pod: &Pod) -> bool {
    pod.spec.rest.get("preemptionPolicy").is_some_and(|policy| policy == "Never")
}
