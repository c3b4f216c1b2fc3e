//! Pod collection: what nobody else removes. Upstream: pkg/controller/podgc.

use super::super::super::act::DeleteOptions;
use super::super::super::apiserver::Desk;
use super::super::super::change::Controller;
use super::super::super::latency::Latency;
use super::super::super::world::World;
use super::{eviction, node_key, pods_on, waits};
use crate::api::meta::set_condition;
use crate::api::{Condition, Key, Kind, Name, Node, Phase, Pod, Span, Time};
use imbl::{OrdMap, OrdSet};
use std::sync::Arc;

/// What is to be collected.
#[derive(Clone, Debug, Default)]
pub struct Lost {
    /// Nodes that do not exist, and when a pass first found them missing.
    nodes: OrdMap<Name, Option<Time>>,
    /// Terminating pods that were never bound.
    strays: OrdSet<Key>,
}

/// How long a node must have been missing before its pods are orphans.
const QUARANTINE: Span = Span::secs(40);
/// A person's word that a node's machine is off and stays off.
pub const OUT_OF_SERVICE: &str = "node.kubernetes.io/out-of-service";
/// So many pods that have ended are kept: --terminated-pod-gc-threshold.
const ENDED_KEPT: usize = 12_500;
const ME: Controller = Controller::PodGc;

/// Notes that a node has gone or was never there.
pub fn node_gone(world: &mut World, node: &Name) {
    if world.store().pods_on(node).next().is_some() && !world.memory.nodes.lost.nodes.contains_key(node) {
        world.memory.nodes.lost.nodes.insert(node.clone(), None);
    }
}

/// Notes a pod that ends without a node.
pub fn pod_ending(world: &mut World, pod: &Pod) {
    if !pod.is_scheduled() {
        world.memory.nodes.lost.strays.insert(pod.metadata.key());
    }
}

/// Collects, in upstream's order.
pub fn pass(desk: &mut Desk) {
    collect_ended(desk, ENDED_KEPT);
    collect_out_of_service(desk);
    collect_orphans(desk);
    let strays = std::mem::take(&mut desk.world().memory.nodes.lost.strays);
    for key in strays {
        if let Some(pod) = desk.get::<Pod>(&key).filter(|p| p.metadata.is_terminating() && !p.is_scheduled()).cloned() {
            force(desk, &pod, None);
        }
    }
}

/// Deletes the oldest of the pods that have ended, where there are more than are kept. Upstream: gcTerminated.
pub fn collect_ended(desk: &mut Desk, kept: usize) {
    // Cheap to know in every cluster but the largest.
    if desk.store().count(Kind::Pod) <= kept {
        return;
    }
    let mut ended: Vec<Arc<Pod>> = desk.list::<Pod>().filter(|p| p.status.phase.is_terminal()).cloned().collect();
    ended.sort_by_key(|p| (p.metadata.created(), p.metadata.key()));
    let many = ended.len().saturating_sub(kept);
    ended.iter().take(many).for_each(|pod| force(desk, pod, None));
}

fn collect_out_of_service(desk: &mut Desk) {
    let out: Vec<Name> =
        desk.list::<Node>().filter(|n| !n.is_ready() && n.has_taint(OUT_OF_SERVICE)).map(|n| n.metadata.name.clone()).collect();
    for pod in out.iter().flat_map(|node| pods_on(desk, node)).collect::<Vec<_>>() {
        if pod.metadata.is_terminating() {
            force(desk, &pod, None);
        }
    }
}

fn collect_orphans(desk: &mut Desk) {
    for (node, found) in desk.memory.nodes.lost.nodes.clone() {
        let pods = pods_on(desk, &node);
        let back = desk.get::<Node>(&node_key(&node)).is_some();
        if back || pods.is_empty() {
            desk.world().memory.nodes.lost.nodes.remove(&node);
            pods.iter().for_each(|pod| waits::release(desk.world(), &pod.metadata.key(), ME));
            continue;
        }
        match found {
            None => quarantine(desk, &node, &pods),
            Some(since) if desk.now() < since + QUARANTINE => {}
            Some(_) => {
                let words = "PodGC: node no longer exists";
                for pod in &pods {
                    let reason = eviction::disruption(pod, "DeletionByPodGC", words, desk.now());
                    force(desk, pod, Some(reason));
                }
            }
        }
    }
}

fn quarantine(desk: &mut Desk, node: &Name, pods: &[Arc<Pod>]) {
    let now = desk.now();
    desk.world().memory.nodes.lost.nodes.insert(node.clone(), Some(now));
    for pod in pods {
        let words = format!("will be collected when {node} has been missing for {} s", QUARANTINE.as_secs());
        waits::hold(desk.world(), &pod.metadata.key(), ME, words.into(), node, Some(now + QUARANTINE));
    }
}

/// Marks a pod failed, and deletes it without waiting for anybody once that is answered; by then its managers have seen that
/// it failed. Upstream: markFailedAndDeletePodWithCondition.
fn force(desk: &mut Desk, pod: &Arc<Pod>, reason: Option<Condition>) {
    if pod.status.phase.is_terminal() {
        return delete(desk, pod);
    }
    let mut failed = (**pod).clone();
    failed.status.phase = Phase::Failed;
    if let Some(condition) = reason {
        set_condition(&mut failed.status.conditions, condition);
    }
    // Refused only where the pod has just gone, as the delete then is too.
    desk.update_status(failed).ok();
    let answered = desk.latency(Latency::ControllerSync) + desk.latency(Latency::Request);
    desk.world().enqueue(ME, Kind::Pod, &pod.metadata.key(), answered);
}

/// Deletes a pod that has been marked failed, where nobody was faster.
pub fn finish(desk: &mut Desk, key: &Key) {
    if let Some(pod) = desk.get::<Pod>(key).filter(|pod| pod.status.phase.is_terminal()).cloned() {
        delete(desk, &pod);
    }
}

fn delete(desk: &mut Desk, pod: &Pod) {
    let options = DeleteOptions { grace: Some(0), uid: Some(pod.metadata.uid), ..DeleteOptions::default() };
    desk.delete(Kind::Pod, &pod.metadata.key(), &options).ok();
}
