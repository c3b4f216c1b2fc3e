//! A pod's row: state, timer and claims, as the record has them.

use super::{Claim, Host, Look, Row, Timer};
use crate::api::pod::{ContainerState, Effect, Phase};
use crate::api::{Key, Kind, Name, Node, PersistentVolumeClaim, Pod, Span, Time, Truth, Uid};
use crate::sim::World;

/// The row of a pod; `prefix` is its set's name, which the row need not repeat.
pub fn row(world: &World, pod: &Pod, prefix: &str, hosts: &[Host]) -> Row {
    let name = pod.metadata.name.strip_prefix(prefix).and_then(|rest| rest.strip_prefix('-'));
    let look = look(world, pod);
    Row {
        key: pod.metadata.key(),
        uid: pod.metadata.uid,
        name: name.unwrap_or(&pod.metadata.name).to_owned(),
        look,
        state: state(pod),
        node: pod.spec.node_name.clone(),
        unreachable: hosts.iter().any(|h| h.name == pod.spec.node_name && !h.is_linked()),
        timer: timer(world, pod, look),
        claims: pod.claims().map(|name| claim(world, &Key::new(pod.metadata.namespace.clone(), name))).collect(),
    }
}

/// The kept place of a pod that does not exist.
pub fn missing(key: Key, name: String, claims: Vec<Claim>) -> Row {
    Row {
        key,
        uid: Uid::default(),
        name,
        look: Look::Missing,
        state: "no pod".into(),
        node: Name::default(),
        unreachable: false,
        timer: None,
        claims,
    }
}

/// A claim by key, whether or not it exists.
pub fn claim(world: &World, key: &Key) -> Claim {
    let found = world.get::<PersistentVolumeClaim>(key);
    Claim {
        key: key.clone(),
        exists: found.is_some(),
        leaving: found.is_some_and(|c| c.metadata.is_terminating()),
        volume: found.map(|c| c.spec.volume_name.clone()).unwrap_or_default(),
    }
}

fn look(world: &World, pod: &Pod) -> Look {
    let failing = pod.status.container_statuses.iter().any(|c| is_failing(&c.state));
    match pod.status.phase {
        _ if pod.metadata.is_terminating() => Look::Leaving,
        Phase::Failed => Look::Failed,
        Phase::Succeeded => Look::Done,
        _ if is_doubtful(world, pod) => Look::Doubtful,
        _ if failing => Look::Failed,
        Phase::Pending | Phase::Unknown => Look::Pending,
        Phase::Running if pod.is_ready() => Look::Ready,
        Phase::Running => Look::Unready,
    }
}

fn is_failing(state: &ContainerState) -> bool {
    let waits = state.waiting.as_ref().is_some_and(|w| w.reason.contains("BackOff") || w.reason.contains("Err"));
    waits || state.terminated.as_ref().is_some_and(|t| t.exit_code != 0)
}

/// True where the record has given up hearing of the pod's node.
fn is_doubtful(world: &World, pod: &Pod) -> bool {
    let node = world.get::<Node>(&Key::cluster(pod.spec.node_name.clone()));
    pod.is_scheduled() && node.is_none_or(|n| n.readiness() != Some(Truth::True))
}

/// kubectl's word for a pod's state. Upstream: printPod in pkg/printers/internalversion.
fn state(pod: &Pod) -> Name {
    if pod.metadata.is_terminating() {
        return "Terminating".into();
    }
    let of_container = pod.status.container_statuses.iter().find_map(|c| match &c.state {
        ContainerState { waiting: Some(w), .. } if !w.reason.is_empty() => Some(w.reason.clone()),
        ContainerState { terminated: Some(t), .. } if !t.reason.is_empty() => Some(t.reason.clone()),
        _ => None,
    });
    let of_pod = Some(pod.status.reason.clone()).filter(|r| !r.is_empty());
    of_container.or(of_pod).unwrap_or_else(|| pod.status.phase.text().into())
}

fn timer(world: &World, pod: &Pod, look: Look) -> Option<Timer> {
    match look {
        Look::Leaving => pod.metadata.deletion_timestamp.map(|until| Timer { until, word: "" }),
        Look::Doubtful => evicted_at(world, pod).map(|until| Timer { until, word: "evicted" }),
        _ => world.wait(Kind::Pod, &pod.metadata.key()).and_then(|w| w.until).map(|until| Timer { until, word: "" }),
    }
}

/// When taint eviction will delete it: the first of its node's NoExecute taints whose patience ends.
fn evicted_at(world: &World, pod: &Pod) -> Option<Time> {
    let node = world.get::<Node>(&Key::cluster(pod.spec.node_name.clone()))?;
    let expelling = node.spec.taints.iter().filter(|t| t.effect == Effect::NoExecute);
    let ends = expelling.filter_map(|taint| {
        let patience = pod.spec.tolerations.iter().filter(|t| t.tolerates(taint)).filter_map(|t| t.toleration_seconds).min()?;
        Some(taint.time_added? + Span::secs(patience))
    });
    ends.min()
}
