//! What is remarked on pods and templates. Upstream: warningsForPodSpecAndMeta.
//!
//! Simplified: nothing is said of annotations, overhead, files of a volume that overlap, doubled aliases and secrets for
//! pulling, nor of ports that overlap without being the same.

use super::super::{items, text};
use super::{claim, expressions, fraction, old_label, plugin};
use serde_json::Value;
use std::collections::BTreeMap;

/// What is remarked on a pod's spec, in upstream's order.
pub fn warnings(spec: &Value, at: &str) -> Vec<String> {
    let labels = spec["nodeSelector"].as_object().into_iter().flat_map(|all| all.keys());
    let mut said: Vec<String> = labels.filter_map(|key| Some(format!("{at}.nodeSelector[{key}]: {}", old_label(key)?))).collect();
    said.extend(affinity(&spec["affinity"]["nodeAffinity"], &format!("{at}.affinity.nodeAffinity")));
    for (at, each) in items(spec, at, "topologySpreadConstraints") {
        let key = text(each, "topologyKey");
        said.extend(old_label(key).map(|why| format!("{at}.topologyKey: {key} is {why}")));
        said.extend(matches_none(each, &at));
    }
    for (at, each) in items(spec, at, "volumes") {
        said.extend(plugin(each, &at));
        said.extend(claim(&each["ephemeral"]["volumeClaimTemplate"]["spec"], &format!("{at}.ephemeral.volumeClaimTemplate.spec")));
    }
    for field in ["initContainers", "containers"] {
        for (at, container) in items(spec, at, field) {
            said.extend(amounts(container, &at));
            said.extend(hidden(container, &at));
        }
    }
    said.extend(ports(spec, at));
    if spec["terminationGracePeriodSeconds"].as_i64().is_some_and(|seconds| seconds < 0) {
        let why = "must be >= 0; negative values are invalid and will be treated as 1";
        said.push(format!("{at}.terminationGracePeriodSeconds: {why}"));
    }
    for field in ["podAffinity", "podAntiAffinity"] {
        said.extend(neighbours(&spec["affinity"][field], &format!("{at}.affinity.{field}")));
    }
    said
}

const REQUIRED: &str = "requiredDuringSchedulingIgnoredDuringExecution";
const PREFERRED: &str = "preferredDuringSchedulingIgnoredDuringExecution";

fn affinity(nodes: &Value, at: &str) -> Vec<String> {
    let required = items(&nodes[REQUIRED], &format!("{at}.{REQUIRED}"), "nodeSelectorTerms");
    let mut said: Vec<String> = required.flat_map(|(at, term)| expressions(term, &at)).collect();
    let preferred = items(nodes, at, PREFERRED);
    said.extend(preferred.flat_map(|(at, each)| expressions(&each["preference"], &format!("{at}.preference"))));
    said
}

fn neighbours(pods: &Value, at: &str) -> Vec<String> {
    let required = items(pods, at, REQUIRED).filter_map(|(at, term)| matches_none(term, &at));
    let mut said: Vec<String> = required.collect();
    let preferred = items(pods, at, PREFERRED);
    said.extend(preferred.filter_map(|(at, each)| matches_none(&each["podAffinityTerm"], &format!("{at}.podAffinityTerm"))));
    said
}

fn matches_none(term: &Value, at: &str) -> Option<String> {
    term["labelSelector"].is_null().then(|| format!("{at}.labelSelector: a null labelSelector results in matching no pod"))
}

fn amounts(container: &Value, at: &str) -> Vec<String> {
    let places = ["memory", "ephemeral-storage"].into_iter().flat_map(|name| ["limits", "requests"].map(|field| (field, name)));
    let wrong =
        places.filter_map(|(field, name)| fraction(&container["resources"][field][name], &format!("{at}.resources.{field}[{name}]")));
    wrong.collect()
}

/// A variable that is set twice, the later time without adding to what it was.
fn hidden(container: &Value, at: &str) -> Vec<String> {
    let mut seen = Vec::new();
    let mut found = Vec::new();
    for (place, variable) in items(container, at, "env") {
        let name = text(variable, "name");
        let (value, itself) = (text(variable, "value"), format!("$({name})"));
        let adds = value != itself && value.contains(&itself);
        if seen.contains(&name) && !adds {
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
    use super::PREFERRED;
    use crate::api::object::Kind;
    use crate::api::validate::warnings;
    use serde_json::{Value, json};

    fn of(kind: Kind, value: Value) -> Vec<String> {
        warnings(kind, None, &value)
    }

    /// Upstream: pkg/registry/core/pod's and apps/deployment's WarningsOnUpdate.
    #[test]
    fn a_pods_remarks_come_on_creation_and_a_templates_with_each_change() {
        let spec = json!({
            "nodeSelector": {"beta.kubernetes.io/arch": "arm64"},
            "topologySpreadConstraints": [{"topologyKey": "zone"}],
            "volumes": [{"name": "src", "gitRepo": {}}],
            "containers": [{"resources": {"requests": {"memory": "1m"}}, "ports": [{"name": "a"}, {"name": "a", "hostPort": 1}]}],
            "terminationGracePeriodSeconds": -1,
            "affinity": {"podAntiAffinity": {PREFERRED: [{"podAffinityTerm": {}}]}},
        });
        let pod = json!({ "spec": spec });
        let said = [
            "spec.nodeSelector[beta.kubernetes.io/arch]: deprecated since v1.14; use \"kubernetes.io/arch\" instead",
            "spec.topologySpreadConstraints[0].labelSelector: a null labelSelector results in matching no pod",
            "spec.volumes[0].gitRepo: deprecated in v1.11",
            "spec.containers[0].resources.requests[memory]: fractional byte value \"1m\" is invalid, must be an integer",
            "spec.containers[0].ports[1]: duplicate port name \"a\" with spec.containers[0].ports[0], services and probes that select \
             ports by name will use spec.containers[0].ports[0]",
            "spec.terminationGracePeriodSeconds: must be >= 0; negative values are invalid and will be treated as 1",
            "spec.affinity.podAntiAffinity.preferredDuringSchedulingIgnoredDuringExecution[0].podAffinityTerm.labelSelector: a null \
             labelSelector results in matching no pod",
        ];
        assert_eq!(of(Kind::Pod, pod.clone()), said);
        assert!(warnings(Kind::Pod, Some(&pod), &pod).is_empty());
        let owner = |replicas: i64| json!({"spec": {"replicas": replicas, "template": pod}});
        let said = said.map(|each| each.replace("spec.", "spec.template.spec."));
        assert!(warnings(Kind::Deployment, Some(&owner(1)), &owner(1)).is_empty());
        assert_eq!(warnings(Kind::Deployment, Some(&owner(1)), &owner(2)), said);
    }

    /// Upstream: TestWarnings in pkg/api/pod, podStrategy.WarningsOnCreate.
    #[test]
    fn what_is_taken_with_a_warning() {
        let told = |spec: Value| of(Kind::Pod, json!({"metadata": {"name": "p"}, "spec": spec}));
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
                json!({"containers": [{"env": [{"name": "A"}, {"name": "A", "value": "$(A)b"}, {"name": "A", "value": "$(A)"}]}]}),
                "spec.containers[0].env[2]: hides previous definition of \"A\", which may be dropped when using apply",
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
        let dotted = of(Kind::Pod, json!({"metadata": {"name": "a.b"}, "spec": {}}));
        let head = "metadata.name: this is used in the Pod's hostname, which can result in surprising behavior; a DNS label is recommended: [a lowercase";
        assert!(dotted[0].starts_with(head), "{dotted:?}");
        let template = json!({"spec": {"template": {"spec": {"terminationGracePeriodSeconds": -1}}}});
        assert!(warnings(Kind::Deployment, Some(&template), &template).is_empty());
        let changed = warnings(Kind::Deployment, Some(&json!({})), &template);
        assert!(changed[0].starts_with("spec.template.spec.terminationGracePeriodSeconds: must be"), "{changed:?}");
    }
}
