//! Eviction: a pod leaves a node with a NoExecute taint at once, or when it has put up with it for long enough.
//! Upstream: pkg/controller/tainteviction.

use super::super::super::act::DeleteOptions;
use super::super::super::agenda::{Due, Ticket};
use super::super::super::apiserver::Desk;
use super::super::super::change::Controller;
use super::super::super::latency::Latency;
use super::super::super::world::World;
use super::{no_execute, node_key, pods_on, taints, waits};
use crate::api::meta::set_condition;
use crate::api::pod::Taint;
use crate::api::{Condition, Key, Kind, Name, Node, ObjectRef, Pod, Span, Time, Truth, Uid};
use std::sync::Arc;

/// A pod that is to leave.
#[derive(Clone, Debug, PartialEq)]
pub struct Eviction {
    uid: Uid,
    at: Time,
    stage: Stage,
}

/// How far an eviction is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    /// Its timer runs.
    Waiting(Ticket),
    /// The pod has been told to leave.
    Told,
    /// The pod has gone before its time was up.
    Overtaken,
}

/// How a pod takes a node's NoExecute taints.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Patience {
    /// There is one that it does not tolerate.
    None,
    /// It tolerates all of them for so long.
    For(Span),
    /// It does not mind.
    Endless,
}

const ME: Controller = Controller::TaintEviction;

/// Looks at all pods of a node whose taints have changed.
pub fn sync_node(desk: &mut Desk, node: &Name) {
    let taints = taints_of(desk, node);
    pods_on(desk, node).iter().for_each(|pod| consider(desk, pod, &taints));
}

/// Looks at one pod: it is new here, or its timer has ended, or it has gone.
pub fn sync_pod(desk: &mut Desk, key: &Key) {
    note_overtaken(desk, key);
    let Some(pod) = desk.get::<Pod>(key).cloned() else { return };
    let ends = |e: &Eviction| e.uid == pod.metadata.uid && matches!(e.stage, Stage::Waiting(_)) && e.at <= desk.now();
    if desk.memory.nodes.evictions.get(key).is_some_and(ends) {
        evict(desk, &pod);
    } else if pod.is_scheduled() {
        let taints = taints_of(desk, &pod.spec.node_name);
        consider(desk, &pod, &taints);
    }
}

fn taints_of(desk: &Desk, node: &Name) -> Vec<Taint> {
    desk.get::<Node>(&node_key(node)).map(|n| no_execute(n).cloned().collect()).unwrap_or_default()
}

/// How long a pod puts up with a node's NoExecute taints. Upstream: GetMatchingTolerations, getMinTolerationTime.
fn patience(pod: &Pod, taints: &[Taint]) -> Patience {
    let mut least = None;
    for taint in taints {
        let Some(toleration) = pod.spec.tolerations.iter().find(|t| t.tolerates(taint)) else { return Patience::None };
        least = [least, toleration.toleration_seconds].into_iter().flatten().min();
    }
    least.map_or(Patience::Endless, |seconds| Patience::For(Span::secs(seconds.max(0))))
}

/// Upstream: processPodOnNode. A timer that runs is kept, even where a new taint would end it sooner; a taint that is not
/// tolerated at all tells the pod to leave once more.
fn consider(desk: &mut Desk, pod: &Arc<Pod>, taints: &[Taint]) {
    let key = pod.metadata.key();
    note_overtaken(desk, &key);
    match patience(pod, taints) {
        Patience::Endless => cancel(desk, &key),
        Patience::None => {
            cancel(desk, &key);
            evict(desk, pod);
        }
        Patience::For(_) if desk.memory.nodes.evictions.get(&key).is_some_and(|e| e.uid == pod.metadata.uid) => {}
        Patience::For(Span(0)) => evict(desk, pod),
        Patience::For(span) => begin(desk, pod, taints, span),
    }
}

fn begin(desk: &mut Desk, pod: &Arc<Pod>, taints: &[Taint], span: Span) {
    let (key, uid, at) = (pod.metadata.key(), pod.metadata.uid, desk.now() + span);
    let ticket = desk.world().schedule(at, Due::Sync(ME, Kind::Pod, key.clone()));
    desk.world().memory.nodes.evictions.insert(key.clone(), Eviction { uid, at, stage: Stage::Waiting(ticket) });
    if !pod.metadata.is_terminating() {
        let node = &pod.spec.node_name;
        let words = format!("will be evicted when {node} has been {} for {} s", ailment(taints), span.as_secs());
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
    let (key, uid, at) = (pod.metadata.key(), pod.metadata.uid, desk.now());
    desk.world().memory.nodes.evictions.insert(key.clone(), Eviction { uid, at, stage: Stage::Told });
    waits::release(desk.world(), &key, ME);
    report(desk, &key, "Marking for deletion");
    let mut marked = (**pod).clone();
    let words = "Taint manager: deleting due to NoExecute taint";
    set_condition(&mut marked.status.conditions, disruption(pod, "DeletionByTaintManager", words, desk.now()));
    // Either is refused only where the pod has just gone.
    desk.update_status(marked).ok();
    desk.delete(Kind::Pod, &key, &DeleteOptions { uid: Some(pod.metadata.uid), ..DeleteOptions::default() }).ok();
}

/// The condition that tells a pod's owner that the cluster removed it.
pub fn disruption(pod: &Pod, reason: &str, message: &str, now: Time) -> Condition {
    Condition {
        kind: "DisruptionTarget".into(),
        status: Truth::True,
        last_transition_time: Some(now.to_second()),
        observed_generation: pod.metadata.generation,
        reason: reason.into(),
        message: message.into(),
        ..Condition::default()
    }
}

/// Writes an event about a pod of that name. Upstream names the pod without its uid, so that a successor's events are
/// counted up with its own, and `describe` shows none of them.
fn report(desk: &mut Desk, pod: &Key, words: &str) {
    let (namespace, name) = (pod.namespace.clone(), pod.name.clone());
    let about = ObjectRef { api_version: "v1".into(), kind: "Pod".into(), namespace, name, ..ObjectRef::default() };
    desk.event(about, false, "TaintManagerEviction", format!("{words} Pod {pod}"));
}

/// Drops a pod's eviction, and says so where its timer was still running.
fn cancel(desk: &mut Desk, pod: &Key) {
    let Some(Eviction { stage: Stage::Waiting(ticket), .. }) = desk.world().memory.nodes.evictions.remove(pod) else { return };
    desk.world().agenda.cancel(ticket);
    waits::release(desk.world(), pod, ME);
    report(desk, pod, "Cancelling deletion of");
}

/// Says of a pod that has gone before its time that it is not waited for any more.
fn note_overtaken(desk: &mut Desk, pod: &Key) {
    if desk.memory.nodes.evictions.get(pod).is_some_and(|e| e.stage == Stage::Overtaken) {
        desk.world().memory.nodes.evictions.remove(pod);
        report(desk, pod, "Cancelling deletion of");
    }
}

/// Stops the timer of a pod that has gone.
pub fn pod_gone(world: &mut World, pod: &Key) {
    let stage = world.memory.nodes.evictions.get(pod).map(|e| e.stage);
    let Some(Stage::Waiting(ticket)) = stage else {
        world.memory.nodes.evictions.remove(pod);
        return;
    };
    world.agenda.cancel(ticket);
    if let Some(eviction) = world.memory.nodes.evictions.get_mut(pod) {
        eviction.stage = Stage::Overtaken;
    }
    let soon = world.latency(Latency::ControllerSync);
    world.enqueue(ME, Kind::Pod, pod, soon);
}
