//! What the API server warns of in what it takes. Upstream: pkg/api/*/warnings.go, WarningsOnCreate in pkg/registry.

use super::{items, names, quantity, text};
use crate::api::object::Kind;
use serde_json::Value;
use std::collections::BTreeMap;

const RECYCLE: &str = "spec.persistentVolumeReclaimPolicy: The Recycle reclaim policy is deprecated. Instead, the recommended approach is to \
                       use dynamic provisioning.";
const DAEMON_SETS: &str = "podyard has no DaemonSet controller: the object is stored, and no pods come of it";
const HEADLESS: &str = "spec.SessionAffinity is ignored for headless services";
/// Labels of nodes that have newer names: the old one, since when, the new one. Upstream: GetNodeLabelDeprecatedMessage.
const OLD_LABELS: &[(&str, &str, &str)] = &[
    ("beta.kubernetes.io/arch", "v1.14", "kubernetes.io/arch"),
    ("beta.kubernetes.io/instance-type", "v1.17", "node.kubernetes.io/instance-type"),
    ("beta.kubernetes.io/os", "v1.14", "kubernetes.io/os"),
    ("failure-domain.beta.kubernetes.io/region", "v1.17", "topology.kubernetes.io/region"),
    ("failure-domain.beta.kubernetes.io/zone", "v1.17", "topology.kubernetes.io/zone"),
];

/// Warnings that come with a new object.
pub fn create(kind: Kind, value: &Value) -> Vec<String> {
    let name = value["metadata"]["name"].as_str().unwrap_or_default();
    let used = match kind {
        Kind::Pod => Some("the Pod's hostname"),
        Kind::Deployment | Kind::ReplicaSet => Some("Pod names and hostnames"),
        _ => None,
    };
    let wrong = names::label(name);
    let advice = used.filter(|_| !name.is_empty() && !wrong.is_empty()).map(|used| {
        let why = wrong.join(" ");
        format!("metadata.name: this is used in {used}, which can result in surprising behavior; a DNS label is recommended: [{why}]")
    });
    advice.into_iter().chain(update(kind, &Value::Null, value)).collect()
}

/// Warnings that come with a changed object; of a spec that stays as it was nothing is said again.
pub fn update(kind: Kind, old: &Value, new: &Value) -> Vec<String> {
    let spec = &new["spec"];
    match kind {
        Kind::PersistentVolume if spec["persistentVolumeReclaimPolicy"] == "Recycle" => vec![RECYCLE.to_owned()],
        Kind::DaemonSet => vec![DAEMON_SETS.to_owned()],
        _ if old["spec"] == *spec => Vec::new(),
        Kind::Pod => pod(spec, "spec"),
        Kind::Deployment | Kind::ReplicaSet | Kind::StatefulSet => pod(&spec["template"]["spec"], "spec.template.spec"),
        Kind::PersistentVolumeClaim => {
            fraction(&spec["resources"]["requests"]["storage"], "spec.resources.requests[storage]").into_iter().collect()
        }
        Kind::Service if text(spec, "clusterIP") == "None" && spec["sessionAffinity"] == "ClientIP" => vec![HEADLESS.to_owned()],
        _ => Vec::new(),
    }
}

/// Upstream: warningsForPodSpecAndMeta.
fn pod(spec: &Value, path: &str) -> Vec<String> {
    let mut found = Vec::new();
    for (key, _) in spec["nodeSelector"].as_object().into_iter().flatten() {
        let old = OLD_LABELS.iter().find(|(old, ..)| old == key);
        found.extend(old.map(|(_, since, new)| format!("{path}.nodeSelector[{key}]: deprecated since {since}; use {new:?} instead")));
    }
    for field in ["initContainers", "containers"] {
        for (at, container) in items(spec, path, field) {
            found.extend(amounts(container, &at));
            found.extend(hidden(container, &at));
        }
    }
    if spec["terminationGracePeriodSeconds"].as_i64().is_some_and(|seconds| seconds < 0) {
        let why = "must be >= 0; negative values are invalid and will be treated as 1";
        found.push(format!("{path}.terminationGracePeriodSeconds: {why}"));
    }
    found.extend(ports(spec, path));
    found
}

/// Parts of a byte.
fn amounts(container: &Value, at: &str) -> Vec<String> {
    let places = ["memory", "ephemeral-storage"].into_iter().flat_map(|name| ["limits", "requests"].map(|field| (field, name)));
    let wrong =
        places.filter_map(|(field, name)| fraction(&container["resources"][field][name], &format!("{at}.resources.{field}[{name}]")));
    wrong.collect()
}

fn fraction(amount: &Value, at: &str) -> Option<String> {
    let amount = quantity(amount).filter(|amount| amount.milli() % 1000 != 0)?;
    Some(format!("{at}: fractional byte value \"{amount}\" is invalid, must be an integer"))
}

/// A variable that is set twice, the later time without speaking of itself.
fn hidden(container: &Value, at: &str) -> Vec<String> {
    let mut seen = Vec::new();
    let mut found = Vec::new();
    for (place, variable) in items(container, at, "env") {
        let name = text(variable, "name");
        let again = seen.contains(&name) && !text(variable, "value").contains(&format!("$({name})"));
        if again {
            found.push(format!("{place}: hides previous definition of {name:?}, which may be dropped when using apply"));
        }
        seen.push(name);
    }
    found
}

/// A port, or the name of one, that is there twice in the pod.
fn ports(spec: &Value, path: &str) -> Vec<String> {
    let mut found = Vec::new();
    let (mut taken, mut named) = (BTreeMap::new(), BTreeMap::new());
    for (at, container) in items(spec, path, "containers") {
        for (place, port) in items(container, &at, "ports") {
            let whole = ["containerPort", "protocol", "hostIP", "hostPort"].map(|field| port[field].to_string()).join("/");
            match taken.get(&whole) {
                Some(other) => found.push(format!("{place}: duplicate port definition with {other}")),
                None => _ = taken.insert(whole, place.clone()),
            }
            let name = text(port, "name");
            match named.get(name) {
                Some(other) => found.push(format!(
                    "{place}: duplicate port name {name:?} with {other}, services and probes that select ports by name will use {other}"
                )),
                None if !name.is_empty() => _ = named.insert(name.to_owned(), place),
                None => {}
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    /// Upstream: TestWarnings in pkg/api/pod, podStrategy.WarningsOnCreate.
    #[test]
    fn what_is_taken_with_a_warning() {
        let told = |spec: Value| create(Kind::Pod, &json!({"metadata": {"name": "p"}, "spec": spec}));
        for (spec, wanted) in [
            (
                json!({"nodeSelector": {"beta.kubernetes.io/os": "linux"}}),
                "spec.nodeSelector[beta.kubernetes.io/os]: deprecated since v1.14; use \"kubernetes.io/os\" instead",
            ),
            (
                json!({"containers": [{"resources": {"limits": {"memory": "100m"}}}]}),
                "spec.containers[0].resources.limits[memory]: fractional byte value \"100m\" is invalid, must be an integer",
            ),
            (
                json!({"containers": [{"env": [{"name": "A", "value": "1"}, {"name": "A", "value": "2"}]}]}),
                "spec.containers[0].env[1]: hides previous definition of \"A\", which may be dropped when using apply",
            ),
            (
                json!({"containers": [{"ports": [{"containerPort": 80}]}, {"ports": [{"containerPort": 80}]}]}),
                "spec.containers[1].ports[0]: duplicate port definition with spec.containers[0].ports[0]",
            ),
            (
                json!({"terminationGracePeriodSeconds": -1}),
                "spec.terminationGracePeriodSeconds: must be >= 0; negative values are invalid and will be treated as 1",
            ),
        ] {
            assert_eq!(told(spec), [wanted]);
        }
        let dotted = create(Kind::Pod, &json!({"metadata": {"name": "a.b"}, "spec": {}}));
        let head = "metadata.name: this is used in the Pod's hostname, which can result in surprising behavior; a DNS label is recommended: [a lowercase";
        assert!(dotted[0].starts_with(head), "{dotted:?}");
        let template = json!({"spec": {"template": {"spec": {"terminationGracePeriodSeconds": -1}}}});
        assert_eq!(update(Kind::Deployment, &template, &template), Vec::<String>::new());
        assert!(
            update(Kind::Deployment, &json!({}), &template)[0].starts_with("spec.template.spec.terminationGracePeriodSeconds: must be")
        );
    }
}
