//! A pod's row: state, timer and claims, as the record has them.
//!
//! A crowd is read anew for every frame, so a row costs as little as it can: what many of them share is looked up once.

use super::timers::held_back;
use super::{Claim, Look, Row, Timer};
use crate::api::pod::{ContainerState, Effect, Phase, Taint};
use crate::api::{Key, Kind, Name, Node, PersistentVolumeClaim, Pod, Span, Time, Uid};
use crate::sim::World;
use std::borrow::Cow;
use std::collections::BTreeMap;

/// The world, and what many rows have in common.
pub struct Ledger<'w> {
    /// The world.
    pub world: &'w World,
    nodes: Standings,
    holds: BTreeMap<&'w Key, Time>,
}

/// How nodes stand, by name.
pub type Standings = BTreeMap<Name, Standing>;

/// How a node stands.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Standing {
    /// True where the record calls it Ready.
    heard: bool,
    /// True where no word gets to its machine.
    away: bool,
    /// Its taints that expel pods.
    expelling: Vec<Taint>,
}

impl Standing {
    fn of(node: &Node) -> Standing {
        let expelling = node.spec.taints.iter().filter(|taint| taint.effect == Effect::NoExecute);
        Standing { heard: node.is_ready(), away: false, expelling: expelling.cloned().collect() }
    }
}

impl<'w> Ledger<'w> {
    /// Reads the nodes, which of their machines are out of reach, and the pods that are held back for a time.
    pub fn of(world: &'w World) -> Ledger<'w> {
        let mut nodes: Standings = world.list::<Node>().map(|node| (node.metadata.name.clone(), Standing::of(node))).collect();
        for machine in world.machines().filter(|machine| !machine.is_linked()) {
            nodes.entry(machine.name.clone()).or_default().away = true;
        }
        let pods = world.waits().filter(|(kind, ..)| *kind == Kind::Pod);
        let holds = pods.filter_map(|(_, key, wait)| Some((key, wait.until?))).collect();
        Ledger { world, nodes, holds }
    }
    /// How the nodes stand.
    pub fn nodes(&self) -> &Standings {
        &self.nodes
    }
    /// Until when the pod of a row is held back, where it is for a time.
    pub fn held_until(&self, row: &Row) -> Option<Time> {
        self.holds.get(&row.key).copied()
    }
    /// The row of a pod; one of a ReplicaSet does not repeat its set's name.
    pub fn row(&self, pod: &Pod) -> Row {
        let nowhere = Standing::default();
        let node = self.nodes.get(&pod.spec.node_name).unwrap_or(&nowhere);
        let look = look(pod, node);
        Row {
            key: pod.metadata.key(),
            uid: pod.metadata.uid,
            name: short(pod).to_owned(),
            look,
            state: state(pod),
            node: pod.spec.node_name.clone(),
            unreachable: node.away,
            timer: self.timer(pod, look, node),
            claims: pod.claims().map(|name| claim(self.world, &Key::new(pod.metadata.namespace.clone(), name))).collect(),
        }
    }
    fn timer(&self, pod: &Pod, look: Look, node: &Standing) -> Option<Timer> {
        match look {
            Look::Leaving => pod.metadata.deletion_timestamp.map(|until| Timer { until, word: "" }),
            Look::Doubtful => evicted_at(pod, node).map(|until| Timer { until, word: "evicted" }),
            Look::Failed => backed_off(self.world, pod),
            Look::Ready | Look::Unready | Look::Pending | Look::Done | Look::Missing | Look::Gone => {
                self.holds.get(&pod.metadata.key()).map(|until| Timer { until: *until, word: "" })
            }
        }
    }
}

/// The name of a ReplicaSet's pod without its set's, which its row need not repeat; any other's whole.
fn short(pod: &Pod) -> &str {
    let set = pod.metadata.controller().filter(|owner| &*owner.kind == Kind::ReplicaSet.name());
    let rest = set.and_then(|set| pod.metadata.name.strip_prefix(&*set.name)?.strip_prefix('-'));
    rest.unwrap_or(&pod.metadata.name)
}

/// The place of a pod that has just left the record.
pub fn gone(pod: &Pod) -> Row {
    let row = missing(pod.metadata.key(), short(pod).to_owned(), Vec::new());
    Row { look: Look::Gone, state: "gone".into(), node: pod.spec.node_name.clone(), ..row }
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

fn look(pod: &Pod, node: &Standing) -> Look {
    let failing = pod.status.container_statuses.iter().any(|c| is_failing(&c.state));
    match pod.status.phase {
        _ if pod.metadata.is_terminating() => Look::Leaving,
        Phase::Failed => Look::Failed,
        Phase::Succeeded => Look::Done,
        // The record has given up hearing of its node.
        _ if pod.is_scheduled() && !node.heard => Look::Doubtful,
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

/// kubectl's word for a pod's state. Upstream: printPod in pkg/printers/internalversion.
fn state(pod: &Pod) -> Cow<'static, str> {
    if pod.metadata.is_terminating() {
        return "Terminating".into();
    }
    let of_container = pod.status.container_statuses.iter().find_map(|c| match &c.state {
        ContainerState { waiting: Some(w), .. } if !w.reason.is_empty() => Some(&w.reason),
        ContainerState { terminated: Some(t), .. } if !t.reason.is_empty() => Some(&t.reason),
        _ => None,
    });
    let of_pod = Some(&pod.status.reason).filter(|r| !r.is_empty());
    of_container.or(of_pod).map_or(pod.status.phase.text().into(), |reason| reason.to_string().into())
}

/// When its kubelet tries again, as long as somebody can ask it.
fn backed_off(world: &World, pod: &Pod) -> Option<Timer> {
    let machine = world.machine(&pod.spec.node_name).filter(|machine| machine.is_linked())?;
    machine.processes.get(&pod.metadata.uid).and_then(|process| held_back(process))
}

/// When taint eviction will delete it: the first of its node's NoExecute taints whose patience ends.
fn evicted_at(pod: &Pod, node: &Standing) -> Option<Time> {
    let ends = node.expelling.iter().filter_map(|taint| {
        let patience = pod.spec.tolerations.iter().filter(|t| t.tolerates(taint)).filter_map(|t| t.toleration_seconds).min()?;
        Some(taint.time_added? + Span::secs(patience))
    });
    ends.min()
}
