//! By which field the items of a list are told apart when two versions of it are merged.

use serde_json::Value;

/// Ends of paths (without indexes) and the merge key of the list there; longer ends first. From the
/// `patchMergeKey` tags of the published types. Lists not named here are replaced as a whole.
const KEYS: &[(&str, &str)] = &[
    ("metadata.ownerReferences", "uid"),
    ("status.conditions", "type"),
    ("status.addresses", "type"),
    ("status.podIPs", "ip"),
    ("status.hostIPs", "ip"),
    ("containers.ports", "containerPort"),
    ("initContainers.ports", "containerPort"),
    ("ephemeralContainers.ports", "containerPort"),
    ("spec.ports", "port"),
    ("containers", "name"),
    ("initContainers", "name"),
    ("ephemeralContainers", "name"),
    ("env", "name"),
    ("volumeMounts", "mountPath"),
    ("volumeDevices", "devicePath"),
    ("volumes", "name"),
    ("hostAliases", "ip"),
    ("imagePullSecrets", "name"),
    ("topologySpreadConstraints", "topologyKey"),
    ("resourceClaims", "name"),
    ("secrets", "name"),
];

/// Lists of plain values that are merged as sets.
const SETS: &[&str] = &["metadata.finalizers", "spec.podCIDRs"];

/// The path of a field below a path.
pub(super) fn join(path: &str, field: &str) -> String {
    if path.is_empty() { field.to_string() } else { format!("{path}.{field}") }
}

fn ends_with(path: &str, end: &str) -> bool {
    path == end || path.strip_suffix(end).is_some_and(|before| before.ends_with('.'))
}

/// The merge key of the list at a path, if its items are maps.
pub(super) fn merge_key(path: &str, first: Option<&Value>) -> Option<&'static str> {
    let is_map = first.is_none_or(Value::is_object);
    KEYS.iter().find(|(end, _)| is_map && ends_with(path, end)).map(|(_, key)| *key)
}

/// Whether the list at a path is a set of plain values.
pub(super) fn is_set(path: &str) -> bool {
    SETS.iter().any(|end| ends_with(path, end))
}
