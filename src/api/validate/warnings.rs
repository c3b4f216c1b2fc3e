//! What the API server remarks on an object that it takes. Upstream: the GetWarningsFor… of pkg/api, WarningsOnCreate and
//! WarningsOnUpdate in pkg/registry.

use super::{items, names, quantity, text};
use crate::api::object::Kind;
use serde_json::Value;

mod pod;

const NODE_LABELS: [(&str, &str); 5] = [
    ("beta.kubernetes.io/arch", "deprecated since v1.14; use \"kubernetes.io/arch\" instead"),
    ("beta.kubernetes.io/instance-type", "deprecated since v1.17; use \"node.kubernetes.io/instance-type\" instead"),
    ("beta.kubernetes.io/os", "deprecated since v1.14; use \"kubernetes.io/os\" instead"),
    ("failure-domain.beta.kubernetes.io/region", "deprecated since v1.17; use \"topology.kubernetes.io/region\" instead"),
    ("failure-domain.beta.kubernetes.io/zone", "deprecated since v1.17; use \"topology.kubernetes.io/zone\" instead"),
];
const CLASS: (&str, &str) =
    ("volume.beta.kubernetes.io/storage-class", "deprecated since v1.8; use \"storageClassName\" attribute instead");
const MOUNT_OPTIONS: (&str, &str) =
    ("volume.beta.kubernetes.io/mount-options", "deprecated since v1.31; use \"mountOptions\" attribute instead");
/// Volumes' plugins that are gone or will go, in the order in which a pod's volume is looked through.
const PLUGINS: [(&str, &str); 9] = [
    ("photonPersistentDisk", "deprecated in v1.11, non-functional in v1.16+"),
    ("gitRepo", "deprecated in v1.11"),
    ("scaleIO", "deprecated in v1.16, non-functional in v1.22+"),
    ("flocker", "deprecated in v1.22, non-functional in v1.25+"),
    ("storageos", "deprecated in v1.22, non-functional in v1.25+"),
    ("quobyte", "deprecated in v1.22, non-functional in v1.25+"),
    ("glusterfs", "deprecated in v1.25, non-functional in v1.26+"),
    ("cephfs", "deprecated in v1.28, non-functional in v1.31+"),
    ("rbd", "deprecated in v1.28, non-functional in v1.31+"),
];
const RECYCLE: &str = "spec.persistentVolumeReclaimPolicy: The Recycle reclaim policy is deprecated. Instead, the recommended approach \
                       is to use dynamic provisioning.";
const HISTORY: &str = "spec.revisionHistoryLimit: a negative value retains all historical revisions; a value >= 0 is recommended";
/// What the server says of every request for Endpoints. Upstream: APILifecycleDeprecated.
pub const OLD_ENDPOINTS: &str = "v1 Endpoints is deprecated in v1.33+; use discovery.k8s.io/v1 EndpointSlice";

/// Warnings about an object that replaces the old one where there is one. A pod's changes are seldom made by people, so
/// nothing is said of them, and of a template only where its owner's spec changed.
pub fn warnings(kind: Kind, old: Option<&Value>, value: &Value) -> Vec<String> {
    let advice = if old.is_none() { advice(kind, text(&value["metadata"], "name")) } else { None };
    advice.into_iter().chain(remarks(kind, old, value)).collect()
}

/// What a new object's name is not good for.
fn advice(kind: Kind, name: &str) -> Option<String> {
    let used = match kind {
        Kind::Pod => "the Pod's hostname",
        Kind::Deployment | Kind::ReplicaSet => "Pod names and hostnames",
        _ => return None,
    };
    let wrong = if name.is_empty() { Vec::new() } else { names::label(name) };
    let why = wrong.join(" ");
    let advice = "which can result in surprising behavior; a DNS label is recommended";
    (!wrong.is_empty()).then(|| format!("metadata.name: this is used in {used}, {advice}: [{why}]"))
}

fn remarks(kind: Kind, old: Option<&Value>, value: &Value) -> Vec<String> {
    let spec = &value["spec"];
    match kind {
        Kind::PersistentVolume => volume(value),
        Kind::PersistentVolumeClaim => annotated(value, CLASS).into_iter().chain(claim(spec, "spec")).collect(),
        Kind::StorageClass => class(value),
        Kind::Service => service(value),
        Kind::Pod if old.is_none() => pod::warnings(spec, "spec"),
        Kind::Deployment | Kind::ReplicaSet | Kind::StatefulSet | Kind::DaemonSet if old.is_none_or(|old| old["spec"] != *spec) => {
            let history = kind == Kind::StatefulSet && spec["revisionHistoryLimit"].as_i64().is_some_and(|limit| limit < 0);
            pod::warnings(&spec["template"]["spec"], "spec.template.spec").into_iter().chain(history.then(|| HISTORY.to_owned())).collect()
        }
        Kind::Endpoints => vec![OLD_ENDPOINTS.to_owned()],
        _ => Vec::new(),
    }
}

fn annotated(value: &Value, (key, why): (&str, &str)) -> Option<String> {
    value["metadata"]["annotations"].get(key).map(|_| format!("metadata.annotations[{key}]: {why}"))
}

fn volume(value: &Value) -> Vec<String> {
    let spec = &value["spec"];
    let mut said: Vec<String> = [CLASS, MOUNT_OPTIONS].into_iter().filter_map(|a| annotated(value, a)).collect();
    said.extend((spec["persistentVolumeReclaimPolicy"] == "Recycle").then(|| RECYCLE.to_owned()));
    let required = &spec["nodeAffinity"]["required"];
    for (at, term) in items(required, "spec.nodeAffinity.required", "nodeSelectorTerms") {
        said.extend(expressions(term, &at));
    }
    said.extend(plugin(spec, "spec"));
    said
}

fn plugin<'v>(holder: &'v Value, at: &'v str) -> impl Iterator<Item = String> + 'v {
    let found = PLUGINS.into_iter().filter(|(name, _)| holder.get(*name).is_some());
    found.map(move |(name, why)| format!("{at}.{}: {why}", if name == "storageos" { "storageOS" } else { name }))
}

fn claim<'v>(spec: &'v Value, at: &'v str) -> impl Iterator<Item = String> + 'v {
    let fields = ["requests", "limits"].into_iter();
    fields.filter_map(move |field| fraction(&spec["resources"][field]["storage"], &format!("{at}.resources.{field}[storage]")))
}

/// Parts of a byte.
fn fraction(amount: &Value, at: &str) -> Option<String> {
    let amount = quantity(amount).filter(|amount| amount.milli() % 1000 != 0)?;
    Some(format!("{at}: fractional byte value \"{amount}\" is invalid, must be an integer"))
}

fn old_label(key: &str) -> Option<&'static str> {
    NODE_LABELS.iter().find(|(label, _)| *label == key).map(|(_, why)| *why)
}

fn class(class: &Value) -> Vec<String> {
    let topologies = class["allowedTopologies"].as_array().into_iter().flatten().enumerate();
    let keys = topologies.flat_map(|(i, term)| items(term, &format!("allowedTopologies[{i}]"), "matchLabelExpressions"));
    keys.filter_map(|(at, each)| Some(format!("{at}.key: {}", old_label(text(each, "key"))?))).collect()
}

fn expressions(term: &Value, at: &str) -> Vec<String> {
    let keys = items(term, at, "matchExpressions").map(|(at, each)| (format!("{at}.key"), text(each, "key")));
    keys.filter_map(|(at, key)| Some(format!("{at}: {key} is {}", old_label(key)?))).collect()
}

fn service(value: &Value) -> Vec<String> {
    let spec = &value["spec"];
    let kind = text(spec, "type");
    let external = kind == "ExternalName";
    let headless = matches!(kind, "" | "ClusterIP") && spec["clusterIP"] == "None";
    let addresses = spec["externalIPs"].as_array().is_some_and(|all| !all.is_empty());
    let hints = value["metadata"]["annotations"].get("service.kubernetes.io/topology-aware-hints").is_some();
    let remarks = [
        (hints, HINTS),
        (headless && !text(spec, "loadBalancerIP").is_empty(), "spec.loadBalancerIP is ignored for headless services"),
        (headless && addresses, "spec.externalIPs is ignored for headless services"),
        (headless && !matches!(text(spec, "sessionAffinity"), "" | "None"), "spec.SessionAffinity is ignored for headless services"),
        (addresses && !headless && !external, "spec.externalIPs is deprecated and may no longer be implemented in some clusters"),
        (addresses && external, "spec.externalIPs is ignored when spec.type is \"ExternalName\""),
        (!external && !text(spec, "externalName").is_empty(), "spec.externalName is ignored when spec.type is not \"ExternalName\""),
        (text(spec, "trafficDistribution") == "PreferClose", CLOSE),
    ];
    remarks.into_iter().filter(|(holds, _)| *holds).map(|(_, remark)| remark.to_owned()).collect()
}

const HINTS: &str =
    "annotation service.kubernetes.io/topology-aware-hints is deprecated, please use service.kubernetes.io/topology-mode instead";
const CLOSE: &str = "spec.trafficDistribution: \"PreferClose\" is deprecated; use \"PreferSameZone\"";

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn of(kind: Kind, value: Value) -> Vec<String> {
        warnings(kind, None, &value)
    }

    /// Upstream: TestWarnings in pkg/api/persistentvolume and persistentvolumeclaim.
    #[test]
    fn what_is_old_about_storage() {
        let key = "volume.beta.kubernetes.io/storage-class";
        let old = format!("metadata.annotations[{key}]: deprecated since v1.8; use \"storageClassName\" attribute instead");
        let term = json!({"matchExpressions": [{"key": "failure-domain.beta.kubernetes.io/zone", "operator": "Exists"}]});
        let volume = json!({
            "metadata": {"annotations": {key: "gold"}},
            "spec": {
                "persistentVolumeReclaimPolicy": "Recycle",
                "nodeAffinity": {"required": {"nodeSelectorTerms": [term]}},
                "rbd": {},
            },
        });
        let zone = "spec.nodeAffinity.required.nodeSelectorTerms[0].matchExpressions[0].key: failure-domain.beta.kubernetes.io/zone is \
                    deprecated since v1.17; use \"topology.kubernetes.io/zone\" instead";
        let rbd = "spec.rbd: deprecated in v1.28, non-functional in v1.31+";
        assert_eq!(of(Kind::PersistentVolume, volume), [&old, RECYCLE, zone, rbd]);
        let claim = json!({
            "metadata": {"annotations": {key: "gold"}},
            "spec": {"resources": {"requests": {"storage": 1.5}, "limits": {"storage": "1Gi"}}},
        });
        let size = "spec.resources.requests[storage]: fractional byte value \"1500m\" is invalid, must be an integer";
        assert_eq!(of(Kind::PersistentVolumeClaim, claim), [&old, size]);
        let class = json!({"allowedTopologies": [{"matchLabelExpressions": [{"key": "beta.kubernetes.io/os"}]}]});
        let os = "allowedTopologies[0].matchLabelExpressions[0].key: deprecated since v1.14; use \"kubernetes.io/os\" instead";
        assert_eq!(of(Kind::StorageClass, class), [os]);
    }

    #[test]
    fn what_a_service_asks_in_vain() {
        let spec = json!({"clusterIP": "None", "sessionAffinity": "ClientIP", "externalIPs": ["1.2.3.4"], "externalName": "a.b"});
        let said = [
            "spec.externalIPs is ignored for headless services",
            "spec.SessionAffinity is ignored for headless services",
            "spec.externalName is ignored when spec.type is not \"ExternalName\"",
        ];
        assert_eq!(of(Kind::Service, json!({ "spec": spec })), said);
        let plain = json!({"spec": {"clusterIP": "10.96.0.5", "sessionAffinity": "None", "type": "ClusterIP"}});
        assert!(of(Kind::Service, plain).is_empty());
    }
}
