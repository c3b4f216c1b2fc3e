//! Each filter by itself: affinity to nodes, ports, room, constraints, and whom the scheduler leaves alone.

use super::*;

/// Required node affinity of these terms.
fn nodes_by(terms: Value) -> Value {
    json!({"affinity": {"nodeAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": {"nodeSelectorTerms": terms}}}})
}

fn named(names: &[&str]) -> Value {
    json!({"matchFields": [{"key": "metadata.name", "operator": "In", "values": names}]})
}

fn useless(counts: &str) -> String {
    format!("no new claims to deallocate, preemption: {NODES}{counts}.")
}

/// Upstream: TestNodeAffinity in plugins/nodeaffinity (PreFilterResult), findNodesThatFitPod: so do pods of DaemonSets.
#[test]
fn who_names_its_node_asks_no_other() {
    let mut trial = Trial::new(3);
    trial.put_pod("there", "nginx", over(asking("3"), json!({"nodeName": "node-2"})));
    trial.pass(Span::secs(1));
    let spec = over(asking("2"), nodes_by(json!([named(&["node-2", "gone"])])));
    let reasons = "1 Insufficient cpu, 2 node(s) didn't satisfy plugin(s) [NodeAffinity]";
    let preemption = "1 No preemption victims found for incoming pod, 2 Preemption is not helpful for scheduling";
    assert_eq!(complaint(&mut trial, spec), format!("{NODES}{reasons}. {}", useless(preemption)));
    trial.force("there");
    trial.pass(Span::secs(3));
    assert_eq!(node_of(&trial, "p"), "node-2");
}

/// Upstream: errReasonConflict. As where a volume's PreFilter refuses, "not found" is what preemption says.
#[test]
fn names_that_exclude_each_other_mean_no_node() {
    let term = json!({"matchFields": [named(&["node-1"])["matchFields"][0], named(&["node-2"])["matchFields"][0]]});
    let words = format!("{NODES}pod affinity terms conflict. not found");
    assert_eq!(complaint(&mut Trial::new(3), nodes_by(json!([term]))), words);
}

/// Upstream: TestNodeAffinity, TestNodeSelectorMatch in component-helpers/scheduling/corev1/nodeaffinity.
#[test]
fn terms_of_node_affinity() {
    let label = |key: &str, operator: &str, values: &[&str]| json!({"key": key, "operator": operator, "values": values});
    let by_labels = |all: &[Value]| json!({"matchExpressions": all});
    for (terms, nodes) in [
        (json!([by_labels(&[label("n", "Gt", &["1"])])]), "node-2"),
        (json!([by_labels(&[label("n", "Lt", &["2"])])]), "node-1"),
        (json!([by_labels(&[label("n", "Gt", &["x"])])]), ""),
        (json!([by_labels(&[label("n", "NotIn", &["1"]), label("n", "Exists", &[])])]), "node-2"),
        (json!([by_labels(&[label("n", "DoesNotExist", &[])])]), "node-3"),
        (json!([by_labels(&[label("n", "In", &["1"])]), by_labels(&[label("m", "Exists", &[])])]), "node-1"),
        (
            json!([{"matchFields": [{"key": "metadata.name", "operator": "NotIn", "values": ["node-1"]}],
            "matchExpressions": [label("n", "Exists", &[])]}]),
            "node-2",
        ),
        (json!([{}]), ""),
        (json!([{}, named(&["node-3"])]), "node-3"),
    ] {
        let mut trial = Trial::new(3);
        trial.edit(Kind::Node, "node-1", "/metadata/labels/n", json!("1"));
        trial.edit(Kind::Node, "node-2", "/metadata/labels/n", json!("2"));
        trial.put_pod("p", "nginx", nodes_by(terms.clone()));
        trial.pass(Span::secs(1));
        assert_eq!(node_of(&trial, "p"), nodes, "{terms}");
    }
}

/// Upstream: TestNodePorts, TestHostPortInfo_Check.
#[test]
fn ports_of_a_node_are_taken_by_address_and_protocol() {
    let port = |ip: &str, protocol: &str| json!([{"containerPort": 80, "hostPort": 80, "hostIP": ip, "protocol": protocol}]);
    let with = |ports: Value| json!({"containers": [{"name": "c", "image": "nginx", "ports": ports}]});
    let beside = |ports: Value| json!({"initContainers": [{"name": "s", "image": "nginx", "restartPolicy": "Always", "ports": ports}]});
    for (first, second, fits) in [
        (with(port("", "TCP")), with(port("", "TCP")), false),
        (with(port("", "TCP")), with(port("", "UDP")), true),
        (with(port("10.0.0.1", "TCP")), with(port("10.0.0.2", "TCP")), true),
        (with(port("10.0.0.1", "TCP")), with(port("10.0.0.1", "TCP")), false),
        (with(port("10.0.0.1", "TCP")), with(port("0.0.0.0", "TCP")), false),
        (with(port("", "TCP")), with(port("10.0.0.2", "TCP")), false),
        (beside(port("", "TCP")), with(port("", "TCP")), false),
        (
            json!({"hostNetwork": true, "containers": [{"name": "c", "image": "nginx", "ports": [{"containerPort": 80}]}]}),
            with(port("", "TCP")),
            false,
        ),
    ] {
        let mut trial = Trial::new(1);
        for (name, spec) in [("first", first.clone()), ("second", second.clone())] {
            trial.put_pod(name, "nginx", spec);
            trial.pass(Span::secs(1));
        }
        assert_eq!((node_of(&trial, "first").as_str(), node_of(&trial, "second") == "node-1"), ("node-1", fits), "{first} {second}");
    }
}

/// Upstream: fitsRequest.
#[test]
fn what_it_costs_to_run_a_pod_needs_room_too() {
    let nodes = "0/1 nodes are available: ";
    let nobody = format!("no new claims to deallocate, preemption: {nodes}1 No preemption victims found for incoming pod.");
    let mut trial = Trial::new(1);
    trial.put_pod("first", "nginx", asking("2"));
    trial.pass(Span::secs(1));
    let spec = over(asking("1500m"), json!({"overhead": {"cpu": "1"}}));
    assert_eq!(complaint(&mut trial, spec), format!("{nodes}1 Insufficient cpu. {nobody}"));
    let mut trial = Trial::new(1);
    trial.edit_status(Kind::Node, "node-1", "/status/allocatable/pods", json!("0"));
    assert_eq!(complaint(&mut trial, json!({})), format!("{nodes}1 Too many pods. {nobody}"), "not taken to be for good");
}

/// Upstream: responsibleForPod.
#[test]
fn pods_of_another_scheduler_are_left_alone() {
    let mut trial = Trial::new(1);
    trial.put_pod("p", "nginx", json!({"schedulerName": "mine"}));
    trial.pass(Span::mins(6));
    let pod = trial.get::<Pod>("p");
    assert_eq!((node_of(&trial, "p").as_str(), pod.status.conditions.len(), said(&trial, "p").as_str()), ("", 0, ""));
}

/// Upstream: skipPodSchedule.
#[test]
fn a_pod_that_is_being_deleted_is_skipped() {
    let mut trial = Trial::new(1);
    let spec = over(crate::sim::tests::pod_spec("nginx"), asking("5"));
    trial.put(Kind::Pod, json!({"metadata": {"name": "p", "finalizers": ["example.com/wait"]}, "spec": spec}));
    trial.pass(Span::secs(1));
    trial.delete(Kind::Pod, "p");
    trial.pass(Span::mins(12));
    assert_eq!(trial.said("p", "FailedScheduling").last().map(String::as_str), Some("skip schedule deleting pod: default/p"));
    assert_eq!(trial.times("p", "FailedScheduling").len(), 2, "once, when it had waited for long enough");
}

fn constraint(more: Value) -> Value {
    let base = json!({"maxSkew": 1, "topologyKey": "zone", "whenUnsatisfiable": "DoNotSchedule",
        "labelSelector": {"matchLabels": {"app": "web"}}});
    json!({"topologySpreadConstraints": [over(base, more)]})
}

/// Two zones: `a` with node-1 and node-2, `b` with node-3, which is tainted and carries no pods.
fn zoned() -> Trial {
    let mut trial = Trial::new(3);
    for (node, zone) in [("node-1", "a"), ("node-2", "a"), ("node-3", "b")] {
        trial.edit(Kind::Node, node, "/metadata/labels/zone", json!(zone));
    }
    trial.edit(Kind::Node, "node-3", "/spec/taints", json!([{"key": "k", "effect": "NoSchedule"}]));
    put_labelled(&mut trial, "first", "web", json!({}));
    trial
}

/// Upstream: TestPreFilterState and TestSingleConstraint of podtopologyspread, with minDomains and the inclusion policies.
#[test]
fn which_nodes_count_for_a_constraint() {
    for (more, fits) in [
        (json!({}), false),
        (json!({"nodeTaintsPolicy": "Honor"}), true),
        (json!({"nodeTaintsPolicy": "Honor", "minDomains": 2}), false),
        (json!({"maxSkew": 2}), true),
        (json!({"labelSelector": {}}), true),
        (json!({"labelSelector": null}), true),
        (json!({"whenUnsatisfiable": "ScheduleAnyway"}), true),
    ] {
        let mut trial = zoned();
        put_labelled(&mut trial, "next", "web", constraint(more.clone()));
        assert_eq!(!node_of(&trial, "next").is_empty(), fits, "{more}");
    }
    for (policy, fits) in [("Honor", true), ("Ignore", false)] {
        let mut trial = zoned();
        let only_a = over(constraint(json!({"nodeAffinityPolicy": policy})), json!({"nodeSelector": {"zone": "a"}}));
        put_labelled(&mut trial, "next", "web", only_a);
        assert_eq!(!node_of(&trial, "next").is_empty(), fits, "{policy}");
    }
}

/// Upstream: TestRequiredAffinityMultipleNodes, namespaces and namespaceSelector.
#[test]
fn neighbours_are_meant_by_namespace() {
    for (more, near) in [
        (json!({}), false),
        (json!({"namespaces": ["kube-public"]}), true),
        (json!({"namespaces": ["kube-system"]}), false),
        (json!({"namespaceSelector": {}}), true),
        (json!({"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "kube-public"}}}), true),
        (json!({"namespaces": ["kube-system"], "namespaceSelector": {"matchLabels": {"none": "such"}}}), false),
    ] {
        let mut trial = Trial::new(1);
        let other = json!({"metadata": {"name": "other", "namespace": "kube-public", "labels": {"app": "db"}}, "spec": {
            "containers": [{"name": "c", "image": "nginx"}], "nodeName": "node-1"}});
        let other = Object::from_value(Kind::Pod, other).unwrap();
        trial.world.apply(crate::sim::act::Act::Request(crate::sim::act::Request::Create(other))).unwrap();
        let term = json!({"labelSelector": {"matchLabels": {"app": "db"}}, "topologyKey": "kubernetes.io/hostname"});
        let affinity = json!({"podAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": [over(term, more.clone())]}});
        put_labelled(&mut trial, "p", "web", json!({"affinity": affinity}));
        assert_eq!(!node_of(&trial, "p").is_empty(), near, "{more}");
    }
}

/// Upstream: TestMatchLabelKeysInPodTopologySpread, TestPodAffinity with mismatchLabelKeys.
#[test]
fn label_keys_tell_neighbours_apart() {
    let mut trial = Trial::new(1);
    put_labelled(&mut trial, "first", "web", json!({}));
    let term = json!({"labelSelector": {}, "topologyKey": "kubernetes.io/hostname", "mismatchLabelKeys": ["app"]});
    let away = json!({"affinity": {"podAntiAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": [term]}}});
    put_labelled(&mut trial, "same", "web", away.clone());
    put_labelled(&mut trial, "other", "db", away);
    assert_eq!((node_of(&trial, "same").as_str(), node_of(&trial, "other").as_str()), ("node-1", ""));
}
