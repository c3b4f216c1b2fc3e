//! Eviction: a pod leaves a node with a NoExecute taint at once, or when it has put up with it for long enough.
//! Upstream: pkg/controller/tainteviction.

use super::super::super::act::DeleteOptions;
use super::super::super::agenda::{Due, Ticket};
use super::super::super::apiserver::Desk;
use super::super::super::change::Controller;
use super::super::super::world::World;
use super::{no_execute, node_key, pods_on, taints, waits};
use crate::api::meta::set_condition;
use crate::api::object::reference;
use crate::api::pod::Taint;
use crate::api::{Condition, Key, Kind, Name, Node, Pod, Rest, Span, Time, Truth, Uid};
use std::sync::Arc;

/// A pod that is to leave.
#[derive(Clone, Debug, PartialEq)]
pub struct Eviction {
    uid: Uid,
    since: Time,
    at: Time,
    /// Its timer; `None` once it has ended and the pod has been told to leave.
    ticket: Option<Ticket>,
}

const ME: Controller = Controller::TaintEviction;

/// Looks at all pods of a node whose taints have changed.
pub fn sync_node(desk: &mut Desk, node: &Name) {
    let taints = taints_of(desk, node);
    pods_on(desk, node).iter().for_each(|pod| consider(desk, pod, &taints));
}

/// Looks at one pod: it is new here, or its timer has ended.
pub fn sync_pod(desk: &mut Desk, key: &Key) {
    let Some(pod) = desk.get::<Pod>(key).cloned() else { return };
    let due = desk.memory.nodes.evictions.get(key).is_some_and(|e| e.uid == pod.metadata.uid && e.ticket.is_some() && e.at <= desk.now());
    if due {
        evict(desk, &pod);
    } else {
        let taints = taints_of(desk, &pod.spec.node_name);
        consider(desk, &pod, &taints);
    }
}

fn taints_of(desk: &Desk, node: &Name) -> Vec<Taint> {
    desk.get::<Node>(&node_key(node)).map(|n| no_execute(n).cloned().collect()).unwrap_or_default()
}

/// How long a pod puts up with a node's NoExecute taints; `None` for ever. Upstream: getMinTolerationTime.
fn patience(pod: &Pod, taints: &[Taint]) -> Option<Span> {
    let tolerance = |taint: &Taint| match pod.spec.tolerations.iter().find(|t| t.tolerates(taint)) {
        None => Some(Span(0)),
        Some(toleration) => toleration.toleration_seconds.map(|s| Span::secs(s.max(0))),
    };
    taints.iter().filter_map(tolerance).min()
}

fn consider(desk: &mut Desk, pod: &Arc<Pod>, taints: &[Taint]) {
    let key = pod.metadata.key();
    let Some(patience) = patience(pod, taints) else { return cancel(desk, pod) };
    let now = desk.now();
    match desk.memory.nodes.evictions.get(&key).filter(|e| e.uid == pod.metadata.uid) {
        Some(running) if running.ticket.is_none() || patience > Span(0) && running.since + patience >= running.at => {}
        Some(running) => {
            let since = running.since;
            forget(desk.world(), &key);
            begin(desk, pod, taints, since, since + patience);
        }
        None => begin(desk, pod, taints, now, now + patience),
    }
}

fn begin(desk: &mut Desk, pod: &Arc<Pod>, taints: &[Taint], since: Time, at: Time) {
    let (key, uid) = (pod.metadata.key(), pod.metadata.uid);
    let later = at > desk.now();
    let ticket = later.then(|| desk.world().schedule(at, Due::Sync(ME, Kind::Pod, key.clone())));
    desk.world().memory.nodes.evictions.insert(key.clone(), Eviction { uid, since, at, ticket });
    if !later {
        return evict(desk, pod);
    }
    if !pod.metadata.is_terminating() {
        let node = &pod.spec.node_name;
        let words = format!("will be evicted when {node} has been {} for {} s", ailment(taints), (at - since).as_secs());
        waits::hold(desk.world(), &key, ME, words.into(), node, Some(at));
    }
}

fn ailment(taints: &[Taint]) -> &'static str {
    let has = |key: &str| taints.iter().any(|t| &*t.key == key);
    match (has(taints::UNREACHABLE), has(taints::NOT_READY)) {
        (true, _) => "unreachable",
        (_, true) => "not ready",
        _ => "tainted",
    }
}

fn evict(desk: &mut Desk, pod: &Arc<Pod>) {
    let key = pod.metadata.key();
    if let Some(eviction) = desk.world().memory.nodes.evictions.get_mut(&key) {
        eviction.ticket = None;
    }
    waits::release(desk.world(), &key, ME);
    desk.event(reference(Kind::Pod, &pod.metadata), false, "TaintManagerEviction", format!("Marking for deletion Pod {key}"));
    let mut marked = (**pod).clone();
    let words = "Taint manager: deleting due to NoExecute taint";
    set_condition(&mut marked.status.conditions, disruption("DeletionByTaintManager", words, desk.now()));
    // Either is refused only where the pod has just gone.
    desk.update_status(marked).ok();
    desk.delete(Kind::Pod, &key, &DeleteOptions { uid: Some(pod.metadata.uid), ..DeleteOptions::default() }).ok();
}

/// The condition that tells a pod's owner that the cluster removed it.
pub fn disruption(reason: &str, message: &str, now: Time) -> Condition {
    Condition {
        kind: "DisruptionTarget".into(),
        status: Truth::True,
        last_heartbeat_time: None,
        last_transition_time: Some(now.to_second()),
        reason: reason.into(),
        message: message.into(),
        rest: Rest::default(),
    }
}

fn cancel(desk: &mut Desk, pod: &Pod) {
    let key = pod.metadata.key();
    if forget(desk.world(), &key) {
        waits::release(desk.world(), &key, ME);
        desk.event(reference(Kind::Pod, &pod.metadata), false, "TaintManagerEviction", format!("Cancelling deletion of Pod {key}"));
    }
}

/// Drops a pod's timer; true where it was still running.
pub fn forget(world: &mut World, pod: &Key) -> bool {
    let ticket = world.memory.nodes.evictions.remove(pod).and_then(|e| e.ticket);
    ticket.is_some_and(|ticket| world.agenda.cancel(ticket))
}
