//! What every new pod is given, whoever makes it. Upstream: SetDefaults_Pod, and PrepareForCreate in
//! pkg/registry/core/pod/strategy.go.

use crate::api::Pod;
use crate::api::meta::Labels;
use crate::api::pod::PodSpec;
use serde_json::{Value, json};
use std::sync::Arc;

/// Completes a pod that is about to be stored.
pub fn prepare(pod: &mut Pod) {
    if pod.spec.rest.get("hostNetwork").is_some_and(|flag| *flag == true) {
        take_host_ports(Arc::make_mut(&mut pod.spec));
    }
    if pod.spec.affinity.as_deref().is_some_and(names_label_keys) {
        let spec = Arc::make_mut(&mut pod.spec);
        if let Some(affinity) = &mut spec.affinity {
            merge_into_affinity(Arc::make_mut(affinity), &pod.metadata.labels);
        }
    }
    if pod.spec.rest.get(CONSTRAINTS).is_some_and(names_label_keys) {
        merge_into_constraints(Arc::make_mut(&mut pod.spec), &pod.metadata.labels);
    }
}

const CONSTRAINTS: &str = "topologySpreadConstraints";

/// On the network of its node a pod's ports are ports of the node. Upstream: defaultHostNetworkPorts.
fn take_host_ports(spec: &mut PodSpec) {
    for list in [&mut spec.containers, &mut spec.init_containers] {
        for container in Arc::make_mut(list) {
            for port in container.ports.iter_mut().filter(|port| port.host_port.unwrap_or(0) == 0) {
                port.host_port = Some(port.container_port);
            }
        }
    }
}

const SAME: &str = "matchLabelKeys";
const OTHER: &str = "mismatchLabelKeys";

fn names_label_keys(value: &Value) -> bool {
    match value {
        Value::Object(map) => map.contains_key(SAME) || map.contains_key(OTHER) || map.values().any(names_label_keys),
        Value::Array(list) => list.iter().any(names_label_keys),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => false,
    }
}

/// Upstream: mutatePodAffinity.
fn merge_into_affinity(affinity: &mut Value, labels: &Labels) {
    for side in ["podAffinity", "podAntiAffinity"] {
        for (list, path) in [
            ("requiredDuringSchedulingIgnoredDuringExecution", ""),
            ("preferredDuringSchedulingIgnoredDuringExecution", "/podAffinityTerm"),
        ] {
            let terms = affinity.pointer_mut(&format!("/{side}/{list}")).and_then(Value::as_array_mut).into_iter().flatten();
            terms.filter_map(|term| term.pointer_mut(path)).for_each(|term| merge(term, labels));
        }
    }
}

/// Upstream: mutateTopologySpreadConstraints.
fn merge_into_constraints(spec: &mut PodSpec, labels: &Labels) {
    let mut constraints = spec.rest.get(CONSTRAINTS).cloned().unwrap_or_default();
    constraints.as_array_mut().into_iter().flatten().for_each(|constraint| merge(constraint, labels));
    spec.rest.remove(CONSTRAINTS);
    spec.rest.fill(CONSTRAINTS, constraints);
}

/// The selector of a term asks for the pod's own values of some labels, or for other ones.
fn merge(term: &mut Value, labels: &Labels) {
    let requirements = |field: &str, operator: &str| {
        let keys = term[field].as_array().into_iter().flatten().filter_map(Value::as_str);
        let known = keys.filter_map(|key| Some((key, labels.get(key)?)));
        known.map(|(key, value)| json!({"key": key, "operator": operator, "values": [&**value]})).collect::<Vec<Value>>()
    };
    let mut more = requirements(SAME, "In");
    more.extend(requirements(OTHER, "NotIn"));
    let Some(selector) = term.get_mut("labelSelector").and_then(Value::as_object_mut).filter(|_| !more.is_empty()) else { return };
    let expressions = selector.entry("matchExpressions").or_insert_with(|| json!([]));
    if let Some(list) = expressions.as_array_mut() {
        list.extend(more);
    }
}

#[cfg(test)]
mod tests {
    use crate::api::{Kind, Pod};
    use crate::sim::tests::Trial;
    use serde_json::{Value, json};

    fn stored(spec: Value) -> Value {
        let mut trial = Trial::new(1);
        trial.put_pod("p", "nginx", spec);
        serde_json::to_value(&*trial.get::<Pod>("p")).unwrap()
    }

    /// Upstream: TestApplyMatchLabelKeysAndMismatchLabelKeys, Test_mutateTopologySpreadConstraints.
    #[test]
    fn label_keys_become_requirements_of_the_selector() {
        let selector = json!({"matchLabels": {"a": "b"}});
        let term = json!({"topologyKey": "t", "labelSelector": selector, "matchLabelKeys": ["app", "none"], "mismatchLabelKeys": ["app"]});
        let constraint = json!({"topologyKey": "t", "maxSkew": 1, "whenUnsatisfiable": "ScheduleAnyway", "labelSelector": {}, "matchLabelKeys": ["app"]});
        let wish = json!([{"weight": 1, "podAffinityTerm": term}]);
        let affinity = json!({
            "podAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": [term]},
            "podAntiAffinity": {"preferredDuringSchedulingIgnoredDuringExecution": wish},
        });
        let pod = stored(json!({"affinity": affinity, "topologySpreadConstraints": [constraint]}));
        let own = |operator: &str| json!({"key": "app", "operator": operator, "values": ["x"]});
        let at = |path: &str| pod.pointer(&format!("/spec/{path}/labelSelector/matchExpressions")).cloned().unwrap_or_default();
        let required = "affinity/podAffinity/requiredDuringSchedulingIgnoredDuringExecution/0";
        let preferred = "affinity/podAntiAffinity/preferredDuringSchedulingIgnoredDuringExecution/0/podAffinityTerm";
        assert_eq!(at(required), json!([own("In"), own("NotIn")]));
        assert_eq!(at(preferred), json!([own("In"), own("NotIn")]));
        assert_eq!(at("topologySpreadConstraints/0"), json!([own("In")]));
    }

    /// Upstream: TestSetDefaultPodSpecHostNetwork; templates are left alone.
    #[test]
    fn on_the_network_of_its_node_a_pod_takes_the_nodes_ports() {
        let containers = json!([{"name": "c", "image": "nginx", "ports": [{"containerPort": 80}]}]);
        let pod = stored(json!({"hostNetwork": true, "containers": containers}));
        assert_eq!(pod.pointer("/spec/containers/0/ports/0/hostPort"), Some(&json!(80)));
        let mut trial = Trial::new(1);
        let template = json!({"metadata": {"labels": {"app": "rs"}}, "spec": {"hostNetwork": true, "containers": containers}});
        trial.put_rs("nginx", json!({"replicas": 1, "template": template}));
        trial.pass(crate::api::Span::secs(1));
        let set = trial.world.object(Kind::ReplicaSet, &crate::sim::tests::key("rs")).unwrap().to_value();
        let port = |value: &Value, at: &str| value.pointer(&format!("{at}/containers/0/ports/0/hostPort")).cloned();
        let pod = trial.world.list::<Pod>().next().unwrap();
        assert_eq!(port(&set, "/spec/template/spec"), None);
        assert_eq!(port(&serde_json::to_value(&**pod).unwrap(), "/spec"), Some(json!(80)));
    }
}
