//! The API server's words for what the gate finds: paths as it writes them, Go's names for types and structs.

use serde_json::Value;

/// What kind of Go struct the value under a key is. The first row that fits the end of a path counts, so longer
/// endings stand before shorter ones; `*` in a name stands for the object's own kind.
const STRUCTS: &[(&str, &str)] = &[
    ("metadata", "ObjectMeta"),
    ("ownerReferences", "OwnerReference"),
    ("template.spec", "PodSpec"),
    ("volumeClaimTemplates.spec", "PersistentVolumeClaimSpec"),
    ("volumeClaimTemplates", "PersistentVolumeClaim"),
    ("volumeClaimTemplate.spec", "PersistentVolumeClaimSpec"),
    ("template", "PodTemplateSpec"),
    ("containers.ports", "ContainerPort"),
    ("initContainers.ports", "ContainerPort"),
    ("spec.ports", "ServicePort"),
    ("ports", "EndpointPort"),
    ("initContainers", "Container"),
    ("containers", "Container"),
    ("env.valueFrom", "EnvVarSource"),
    ("env", "EnvVar"),
    ("envFrom", "EnvFromSource"),
    ("volumeMounts", "VolumeMount"),
    ("volumes.persistentVolumeClaim", "PersistentVolumeClaimVolumeSource"),
    ("volumes.secret", "SecretVolumeSource"),
    ("volumes.configMap", "ConfigMapVolumeSource"),
    ("volumes.emptyDir", "EmptyDirVolumeSource"),
    ("volumes", "Volume"),
    ("hostPath", "HostPathVolumeSource"),
    ("nfs", "NFSVolumeSource"),
    ("csi", "CSIPersistentVolumeSource"),
    ("claimRef", "ObjectReference"),
    ("involvedObject", "ObjectReference"),
    ("livenessProbe", "Probe"),
    ("readinessProbe", "Probe"),
    ("startupProbe", "Probe"),
    ("httpGet", "HTTPGetAction"),
    ("tcpSocket", "TCPSocketAction"),
    ("exec", "ExecAction"),
    ("lifecycle", "Lifecycle"),
    ("containers.resources", "ResourceRequirements"),
    ("resources", "VolumeResourceRequirements"),
    ("containers.securityContext", "SecurityContext"),
    ("securityContext", "PodSecurityContext"),
    ("tolerations", "Toleration"),
    ("taints", "Taint"),
    ("affinity", "Affinity"),
    ("readinessGates", "PodReadinessGate"),
    ("matchExpressions", "LabelSelectorRequirement"),
    ("selector", "LabelSelector"),
    ("updateStrategy.rollingUpdate", "RollingUpdateStatefulSetStrategy"),
    ("updateStrategy", "StatefulSetUpdateStrategy"),
    ("strategy.rollingUpdate", "RollingUpdateDeployment"),
    ("strategy", "DeploymentStrategy"),
    ("persistentVolumeClaimRetentionPolicy", "StatefulSetPersistentVolumeClaimRetentionPolicy"),
    ("ordinals", "StatefulSetOrdinals"),
    ("conditions", "*Condition"),
    ("endpoints", "Endpoint"),
    ("spec", "*Spec"),
    ("status", "*Status"),
];

/// Maps from text to text, whose keys Go leaves out of the path.
const MAPS: &[&str] = &[
    "labels",
    "annotations",
    "matchLabels",
    "nodeSelector",
    "data",
    "stringData",
    "binaryData",
    "parameters",
    "volumeAttributes",
    "requests",
    "limits",
    "capacity",
    "allocatable",
];

/// What a reader in Rust expects, and Go's word for it.
const TYPES: &[(&str, &str)] =
    &[("i32", "int32"), ("i64", "int64"), ("a boolean", "bool"), ("a string", "string"), ("a byte string", "[]uint8")];

const QUANTITIES: &str = "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'";

/// Go's sentences about a value of the wrong type, the JSON decoder's and the converter's; `error` is serde's about the
/// same, `at` its path in serde's form.
pub(super) fn wrong_type(kind: &str, at: &str, error: &str, value: &Value) -> (String, String) {
    let Some(expected) = error.rsplit_once(", expected ").map(|(_, expected)| expected) else {
        let text = format!("{at}: {error}");
        return (text.clone(), text);
    };
    let found = found(at, value);
    let mut fields: Vec<&str> = at.split('.').map(|part| part.split('[').next().unwrap_or(part)).collect();
    if fields.len() > 1 && is_map(fields[fields.len() - 2]) {
        fields.pop();
    }
    let (parent, last) = fields.split_at(fields.len().saturating_sub(1));
    let last = last.first().copied().unwrap_or("");
    let expected = go_type(kind, &fields, last, expected, &found);
    let structure = structure(kind, &parent.join("."));
    let decoded = format!("json: cannot unmarshal {found} into Go struct field {structure}.{} of type {expected}", fields.join("."));
    (decoded, unconverted(&found, &expected))
}

/// Upstream: fromUnstructured in apimachinery/pkg/runtime/converter.go.
fn unconverted(found: &str, expected: &str) -> String {
    let is = match found {
        "object" => "map",
        "array" => "slice",
        "number" => "int64",
        number if number.starts_with("number ") => "float64",
        other => other,
    };
    match expected {
        "string" if is == "int64" => "cannot convert int64 to string".to_owned(),
        "int32" | "int64" if is == "float64" => format!("cannot convert float64 to {expected}"),
        "string" | "bool" | "int32" | "int64" => format!("unrecognized type: {expected}"),
        list if list.starts_with("[]") => format!("cannot restore slice from {is}"),
        map if map.starts_with("map[") => format!("cannot restore map from {is}"),
        _ => format!("cannot restore struct from: {is}"),
    }
}

fn is_map(field: &str) -> bool {
    MAPS.contains(&field)
}

/// Go's word for the value that was found at a path such as `spec.containers[0].name`.
fn found(at: &str, root: &Value) -> String {
    let pointer: String = at.replace('[', ".").replace(']', "").split('.').map(|part| format!("/{part}")).collect();
    let value = root.pointer(&pointer);
    // serde tells of a map's entry by the map's own path.
    let inner = value.and_then(Value::as_object).filter(|_| is_map(at.rsplit('.').next().unwrap_or(at)));
    let wrong = inner.and_then(|map| map.values().find(|value| !value.is_string() && !value.is_null()));
    match wrong.or(value) {
        Some(Value::Bool(_)) => "bool".into(),
        Some(Value::Number(number)) if number.to_string().contains(['.', 'e']) => {
            format!("number {number}")
        }
        Some(Value::Number(_)) => "number".into(),
        Some(Value::Array(_)) => "array".into(),
        Some(Value::Object(_)) => "object".into(),
        Some(Value::String(_)) | Some(Value::Null) | None => "string".into(),
    }
}

fn go_type(kind: &str, fields: &[&str], last: &str, expected: &str, found: &str) -> String {
    if let Some((_, go)) = TYPES.iter().find(|(rust, _)| expected.starts_with(rust)) {
        return (*go).to_string();
    }
    if is_map(last) {
        return "map[string]string".into();
    }
    match structure(kind, &fields.join(".")) {
        name if expected == "a sequence" && name != kind => format!("[]v1.{name}"),
        _ if expected == "a sequence" || found == "array" => "[]string".into(),
        name => format!("v1.{name}"),
    }
}

/// Go's name for the struct at a path without indexes.
fn structure(kind: &str, at: &str) -> String {
    let fits = |end: &str| at == end || at.strip_suffix(end).is_some_and(|before| before.ends_with('.'));
    match STRUCTS.iter().find(|(end, _)| fits(end)) {
        Some((_, name)) => name.replace('*', kind),
        None => kind.to_string(),
    }
}

/// Turns numbers into quantities where quantities stand, and refuses texts that are none.
pub(super) fn quantities(value: &mut Value) -> Result<(), String> {
    match value {
        Value::Array(items) => items.iter_mut().try_for_each(quantities),
        Value::Object(fields) => fields.iter_mut().try_for_each(|(key, value)| match (key.as_str(), value) {
            ("requests" | "limits" | "capacity" | "allocatable", Value::Object(map)) => map.values_mut().try_for_each(quantity),
            ("sizeLimit" | "divisor", value) => quantity(value),
            ("data" | "stringData" | "labels" | "annotations", _) => Ok(()),
            (_, value) => quantities(value),
        }),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => Ok(()),
    }
}

fn quantity(value: &mut Value) -> Result<(), String> {
    match value {
        Value::Number(number) => *value = Value::String(number.to_string()),
        Value::String(text) if !is_quantity(text) => return Err(QUANTITIES.to_string()),
        _ => {}
    }
    Ok(())
}

fn is_quantity(text: &str) -> bool {
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    let after_number = unsigned.trim_start_matches(|c: char| c.is_ascii_digit() || c == '.');
    let exponent = after_number.trim_start_matches(|c: char| "eEinumkKMGTP".contains(c));
    let digits = exponent.strip_prefix(['+', '-']).unwrap_or(exponent);
    after_number.len() < unsigned.len() && digits.chars().all(|c| c.is_ascii_digit())
}
