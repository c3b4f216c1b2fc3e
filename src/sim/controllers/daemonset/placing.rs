//! Which nodes a DaemonSet's pod can be on, and the pod that is meant for one. Upstream: NodeShouldRunDaemonPod,
//! pkg/controller/daemon/util.

use super::super::super::scheduler::selects;
use super::super::blueprint;
use super::history;
use crate::api::pod::{Effect, PodSpec, Toleration};
use crate::api::{DaemonSet, Kind, Name, Node, Object, Pod};
use serde_json::{Value, json};
use std::sync::Arc;

/// Label that names how often the template had changed when the pod was made.
const GENERATION: &str = "pod-template-generation";
const REQUIRED: &str = "requiredDuringSchedulingIgnoredDuringExecution";

/// Whether a node is one for a set's pod.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fit {
    /// It should have one.
    Runs,
    /// It gets none, and keeps the one that it has.
    Stays,
    /// It should have none.
    Never,
}

/// Whether a node is one for a set's pod.
pub fn fit(set: &DaemonSet, node: &Node) -> Fit {
    let spec = &set.spec.template.spec;
    let pod = Pod { spec: spec.clone(), ..Pod::default() };
    if !(spec.node_name.is_empty() || spec.node_name == node.metadata.name) || !selects(&pod, node) {
        return Fit::Never;
    }
    let tolerations = tolerations(spec);
    let refuses = |effect: Effect| {
        let mut taints = node.spec.taints.iter().filter(|taint| taint.effect == effect);
        taints.any(|taint| !tolerations.iter().any(|t| t.tolerates(taint)))
    };
    match (refuses(Effect::NoExecute), refuses(Effect::NoSchedule)) {
        (true, _) => Fit::Never,
        (false, true) => Fit::Stays,
        (false, false) => Fit::Runs,
    }
}

/// True where two versions of a node differ in nothing that a set asks of it.
pub fn is_alike(before: Option<&Object>, after: Option<&Object>) -> bool {
    match (before, after) {
        (Some(Object::Node(old)), Some(Object::Node(new))) => {
            old.spec.taints == new.spec.taints && old.metadata.labels == new.metadata.labels
        }
        _ => false,
    }
}

/// The node that a pod is on or meant for. Upstream: GetTargetNodeName.
pub fn target(pod: &Pod) -> Name {
    if pod.is_scheduled() {
        return pod.spec.node_name.clone();
    }
    let terms = pod.spec.affinity.as_deref().map(|affinity| &affinity["nodeAffinity"][REQUIRED]["nodeSelectorTerms"][0]);
    terms.and_then(|term| term["matchFields"][0]["values"][0].as_str()).unwrap_or_default().into()
}

/// The pod for a node: only that node will do, and hardly anything drives it away.
pub fn pod(set: &DaemonSet, node: &Name, hash: &Name) -> Pod {
    let mut pod = blueprint::pod(Kind::DaemonSet, &set.metadata, &set.spec.template);
    pod.metadata.labels.insert(GENERATION, set.template_generation());
    pod.metadata.labels.insert(history::HASH, hash.clone());
    let spec = Arc::make_mut(&mut pod.spec);
    spec.tolerations = Arc::new(tolerations(&set.spec.template.spec));
    let mut affinity = spec.affinity.as_deref().cloned().unwrap_or_else(|| json!({}));
    let field = json!({"key": "metadata.name", "operator": "In", "values": [&**node]});
    affinity["nodeAffinity"][REQUIRED] = json!({"nodeSelectorTerms": [{"matchFields": [field]}]});
    spec.affinity = Some(Arc::new(affinity));
    pod
}

/// What the template tolerates, and what every daemon does. Upstream: AddOrUpdateDaemonPodTolerations.
fn tolerations(spec: &PodSpec) -> Vec<Toleration> {
    let on_host = spec.rest.get("hostNetwork").is_some_and(|flag| *flag == Value::Bool(true));
    let common = [
        ("not-ready", Effect::NoExecute, true),
        ("unreachable", Effect::NoExecute, true),
        ("disk-pressure", Effect::NoSchedule, true),
        ("memory-pressure", Effect::NoSchedule, true),
        ("pid-pressure", Effect::NoSchedule, true),
        ("unschedulable", Effect::NoSchedule, true),
        ("network-unavailable", Effect::NoSchedule, on_host),
    ];
    let of = |(name, effect, _): (&str, Effect, bool)| Toleration {
        key: format!("node.kubernetes.io/{name}").into(),
        operator: "Exists".into(),
        effect: Some(effect),
        ..Toleration::default()
    };
    let mut all: Vec<Toleration> = spec.tolerations.to_vec();
    for toleration in common.into_iter().filter(|row| row.2).map(of) {
        let same = |t: &Toleration| {
            (&t.key, &t.operator, &t.effect, &t.value) == (&toleration.key, &toleration.operator, &toleration.effect, &toleration.value)
        };
        match all.iter().position(same) {
            Some(i) => all[i] = toleration,
            None => all.push(toleration),
        }
    }
    all
}
