//! What the API server fills in where a manifest is silent. Upstream: pkg/apis/*/v1/defaults.go.
//!
//! Works on the manifest's JSON; what our own types fill in by themselves (replicas, grace, retention) is left to them.

use super::base64;
use super::object::Kind;
use serde_json::{Map, Value, json};

mod pod;

pub use pod::pod_spec;

/// Fills in the defaults of that kind and version. The versions of the book's time bring defaults of their own
/// (apps/v1beta1: OnDelete, selector and labels from the template).
pub fn fill(kind: Kind, api_version: &str, value: &mut Value) {
    let Some(object) = value.as_object_mut() else { return };
    match kind {
        Kind::Pod => pod::pod_spec(child(object, "spec")),
        Kind::StatefulSet => stateful_set(object, api_version),
        Kind::ReplicaSet => replica_set(object, api_version),
        Kind::Deployment => deployment(object, api_version),
        Kind::DaemonSet => daemon_set(object),
        Kind::Service => service(object),
        Kind::StorageClass => set(object, &[("reclaimPolicy", json!("Delete")), ("volumeBindingMode", json!("Immediate"))]),
        Kind::Namespace => namespace(object),
        Kind::Secret => secret(object),
        Kind::ControllerRevision
        | Kind::PersistentVolumeClaim
        | Kind::PersistentVolume
        | Kind::VolumeAttachment
        | Kind::Endpoints
        | Kind::EndpointSlice
        | Kind::Node
        | Kind::Lease
        | Kind::Event
        | Kind::ConfigMap
        | Kind::ServiceAccount
        | Kind::CSIDriver
        | Kind::CSINode
        | Kind::VolumeAttributesClass
        | Kind::PodDisruptionBudget => {}
        Kind::PriorityClass => set(object, &[("preemptionPolicy", json!("PreemptLowerPriority"))]),
    }
}

/// The map at a field, made where it is absent; an unrelated value is replaced only where it is null.
fn child<'v>(object: &'v mut Map<String, Value>, field: &str) -> &'v mut Map<String, Value> {
    let slot = object.entry(field).or_insert_with(|| json!({}));
    if !slot.is_object() {
        *slot = json!({});
    }
    slot.as_object_mut().expect("it has just been made a map")
}

fn set(object: &mut Map<String, Value>, defaults: &[(&str, Value)]) {
    for (field, value) in defaults {
        let slot = object.entry(*field).or_insert(Value::Null);
        if slot.is_null() {
            *slot = value.clone();
        }
    }
}

fn is_unset(object: &Map<String, Value>, field: &str) -> bool {
    object.get(field).is_none_or(Value::is_null)
}

/// What is written as it is read is kept in base64. Upstream: Convert_v1_Secret_To_core_Secret.
fn secret(object: &mut Map<String, Value>) {
    set(object, &[("type", json!("Opaque"))]);
    let Some(Value::Object(plain)) = object.remove("stringData") else { return };
    let data = child(object, "data");
    for (key, value) in plain {
        data.insert(key, base64::encode(value.as_str().unwrap_or_default().as_bytes()).into());
    }
}

/// Before apps/v1beta2 a set's selector and labels were taken from its template.
fn labels_from_template(object: &mut Map<String, Value>) {
    let labels = object.get("spec").and_then(|s| s.pointer("/template/metadata/labels")).cloned();
    let Some(labels) = labels.filter(|l| l.as_object().is_some_and(|m| !m.is_empty())) else { return };
    set(child(object, "spec"), &[("selector", json!({"matchLabels": labels}))]);
    set(child(object, "metadata"), &[("labels", labels)]);
}

fn template(spec: &mut Map<String, Value>) {
    pod::pod_spec(child(child(spec, "template"), "spec"));
}

fn stateful_set(object: &mut Map<String, Value>, api_version: &str) {
    let old = api_version == "apps/v1beta1";
    if old {
        labels_from_template(object);
    }
    let spec = child(object, "spec");
    template(spec);
    let strategy = child(spec, "updateStrategy");
    if is_unset(strategy, "type") {
        let kind = if old { "OnDelete" } else { "RollingUpdate" };
        strategy.insert("type".to_owned(), kind.into());
        if !old {
            set(child(strategy, "rollingUpdate"), &[("partition", json!(0))]);
        }
    }
}

fn replica_set(object: &mut Map<String, Value>, api_version: &str) {
    if api_version == "extensions/v1beta1" {
        labels_from_template(object);
    }
    template(child(object, "spec"));
}

fn deployment(object: &mut Map<String, Value>, api_version: &str) {
    if matches!(api_version, "extensions/v1beta1" | "apps/v1beta1") {
        labels_from_template(object);
    }
    let spec = child(object, "spec");
    template(spec);
    let (history, deadline, bound) = deployment_defaults(api_version);
    set(spec, &[("replicas", json!(1)), ("revisionHistoryLimit", json!(history)), ("progressDeadlineSeconds", json!(deadline))]);
    let strategy = child(spec, "strategy");
    set(strategy, &[("type", json!("RollingUpdate"))]);
    if strategy.get("type") == Some(&json!("RollingUpdate")) {
        set(child(strategy, "rollingUpdate"), &[("maxSurge", bound.clone()), ("maxUnavailable", bound)]);
    }
}

fn daemon_set(object: &mut Map<String, Value>) {
    let spec = child(object, "spec");
    template(spec);
    let strategy = child(spec, "updateStrategy");
    set(strategy, &[("type", json!("RollingUpdate"))]);
    if strategy.get("type") == Some(&json!("RollingUpdate")) {
        set(child(strategy, "rollingUpdate"), &[("maxSurge", json!(0)), ("maxUnavailable", json!(1))]);
    }
}

/// History limit, progress deadline, and both bounds of a rolling update, by version.
fn deployment_defaults(api_version: &str) -> (i32, i32, Value) {
    match api_version {
        "extensions/v1beta1" => (i32::MAX, i32::MAX, json!(1)),
        "apps/v1beta1" => (2, 600, json!("25%")),
        _ => (10, 600, json!("25%")),
    }
}

fn service(object: &mut Map<String, Value>) {
    let spec = child(object, "spec");
    set(spec, &[("type", json!("ClusterIP")), ("sessionAffinity", json!("None"))]);
    let kind = spec.get("type").and_then(Value::as_str).unwrap_or_default().to_owned();
    for port in spec.get_mut("ports").and_then(Value::as_array_mut).into_iter().flatten() {
        let Some(port) = port.as_object_mut() else { continue };
        let target = port.get("port").cloned().unwrap_or_default();
        set(port, &[("protocol", json!("TCP")), ("targetPort", target)]);
    }
    if kind != "ExternalName" {
        set(
            spec,
            &[("internalTrafficPolicy", json!("Cluster")), ("ipFamilies", json!(["IPv4"])), ("ipFamilyPolicy", json!("SingleStack"))],
        );
        if let Some(ip) = spec.get("clusterIP").filter(|ip| ip.as_str().is_some_and(|s| !s.is_empty())).cloned() {
            set(spec, &[("clusterIPs", json!([ip]))]);
        }
    }
    if matches!(kind.as_str(), "NodePort" | "LoadBalancer") {
        set(spec, &[("externalTrafficPolicy", json!("Cluster"))]);
    }
    if spec.get("sessionAffinity") == Some(&json!("ClientIP")) {
        set(spec, &[("sessionAffinityConfig", json!({"clientIP": {"timeoutSeconds": 10_800}}))]);
    }
    set(object, &[("status", json!({"loadBalancer": {}}))]);
}

fn namespace(object: &mut Map<String, Value>) {
    let meta = child(object, "metadata");
    let name = meta.get("name").cloned().unwrap_or_default();
    set(child(meta, "labels"), &[("kubernetes.io/metadata.name", name)]);
    set(child(object, "spec"), &[("finalizers", json!(["kubernetes"]))]);
    set(object, &[("status", json!({"phase": "Active"}))]);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn filled(kind: Kind, version: &str, mut value: Value) -> Value {
        fill(kind, version, &mut value);
        value
    }

    #[test]
    fn update_strategy_by_version() {
        let set = json!({"spec": {"template": {"metadata": {"labels": {"app": "kubia"}}}}});
        let now = filled(Kind::StatefulSet, "apps/v1", set.clone());
        assert_eq!(now["spec"]["updateStrategy"], json!({"type": "RollingUpdate", "rollingUpdate": {"partition": 0}}));
        assert_eq!(now["spec"]["selector"], Value::Null);
        let then = filled(Kind::StatefulSet, "apps/v1beta1", set);
        assert_eq!(then["spec"]["updateStrategy"], json!({"type": "OnDelete"}));
        assert_eq!(then["spec"]["selector"], json!({"matchLabels": {"app": "kubia"}}));
        assert_eq!(then["metadata"]["labels"], json!({"app": "kubia"}));
    }

    #[test]
    fn explicit_rolling_update_gets_no_partition() {
        let set = json!({"spec": {"updateStrategy": {"type": "RollingUpdate"}}});
        assert_eq!(filled(Kind::StatefulSet, "apps/v1", set)["spec"]["updateStrategy"], json!({"type": "RollingUpdate"}));
    }

    #[test]
    fn target_port_is_the_port() {
        let svc = filled(Kind::Service, "v1", json!({"spec": {"clusterIP": "None", "ports": [{"port": 80}]}}));
        assert_eq!(svc["spec"]["ports"][0], json!({"port": 80, "protocol": "TCP", "targetPort": 80}));
        assert_eq!(svc["spec"]["clusterIPs"], json!(["None"]));
    }
}
