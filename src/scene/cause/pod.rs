//! Pods that do not run, are not ready, or do not go.

use super::{Cause, client, container, flag, force, machine, seat, service};
use crate::api::pod::{Effect, Phase};
use crate::api::{Key, Kind, Node, Pod, Span, Time};
use crate::sim::World;

/// Why a pod is not ready, or not gone.
pub fn of(world: &World, key: &Key) -> Option<Cause> {
    let pod = world.get::<Pod>(key)?;
    if pod.metadata.is_terminating() {
        return Some(leaving(world, key, pod));
    }
    if pod.status.phase.is_terminal() {
        return (pod.status.phase == Phase::Failed).then(|| failed(key, pod));
    }
    if !pod.is_scheduled() {
        return Some(seat::of(world, key, pod));
    }
    if let Some(cause) = silent(world, key, pod) {
        return Some(cause);
    }
    let nameless = || if pod.is_ready() { service::why_nameless(world, key) } else { None };
    container::of(world, key, pod).or_else(nameless).or_else(|| client::of(world, key, pod))
}

fn leaving(world: &World, key: &Key, pod: &Pod) -> Cause {
    let node = &pod.spec.node_name;
    let until = pod.metadata.deletion_timestamp.filter(|t| *t > world.now());
    if let Some((line, words)) = machine::remedy(world, node) {
        let cause = Cause::new("only its kubelet may say that it has stopped", format!("the kubelet on {node}"));
        let cause = cause.because(format!("asked to stop: {node} cannot hear it"));
        return cause.until(until, "its grace ends, to no effect").free(line, words).free(force(key), risk(world, pod));
    }
    if let Some(finalizer) = pod.metadata.finalizers.first() {
        let patch = format!("kubectl patch po {}{} --type=merge -p '{{\"metadata\":{{\"finalizers\":null}}}}'", key.name, flag(key));
        return Cause::new(format!("the finalizer {finalizer} holds it on record"), "whoever set that finalizer")
            .free(patch, "drops the finalizer");
    }
    if world.machine(node).is_none() {
        let cause = Cause::new(format!("its node {node} is gone: nobody can stop it"), "pod-garbage-collector");
        return cause.free(force(key), "forgets it now");
    }
    let cause = Cause::new("its processes were asked to stop and have their grace", format!("the kubelet on {node}"));
    cause.until(until, "they are killed").free(force(key), "forgets it now, whatever still runs")
}

fn risk(world: &World, pod: &Pod) -> String {
    let alive = world.machine(&pod.spec.node_name).is_some_and(|m| m.powered);
    if alive { "forgets it, and it runs on: two may run".to_owned() } else { "forgets it; nothing runs there".to_owned() }
}

fn failed(key: &Key, pod: &Pod) -> Cause {
    let why = if pod.status.message.is_empty() { &pod.status.reason } else { &pod.status.message };
    let why = if why.is_empty() { "its containers ended badly and are not started again".to_owned() } else { why.to_string() };
    Cause::new(why, "you, or the owner that replaces it").free(super::delete(Kind::Pod, key), "takes it off the record")
}

/// A pod on a node of which nothing is heard: nobody can tell, and the eviction has its own patience.
fn silent(world: &World, key: &Key, pod: &Pod) -> Option<Cause> {
    let name = &pod.spec.node_name;
    let node = world.get::<Node>(&Key::cluster(name.clone()))?;
    let back = machine::remedy(world, name);
    if node.is_ready() && back.is_none() {
        return None;
    }
    let (line, words) = back.unwrap_or_else(|| (format!("kubectl describe no {name}"), "what the record has of it"));
    let cause = match evicted_at(pod, node) {
        _ if node.is_ready() => {
            let timer = machine::of(world, name).and_then(|c| c.until);
            Cause { until: timer, ..Cause::new(format!("{name} is silent, and the record does not know it yet"), "node-lifecycle") }
        }
        Some(at) => {
            let cause =
                Cause::new(format!("{name} is silent: nobody can tell whether it runs, so it is left alone for a while"), "taint-eviction");
            cause.until(Some(at), "deleted by taint-eviction")
        }
        None => Cause::new(format!("{name} is silent, and it tolerates that for ever: it is never evicted"), "you"),
    };
    let shut = format!("kubectl taint nodes {name} node.kubernetes.io/out-of-service=nodeshutdown:NoExecute");
    let cause = cause.free(line, words).free(super::delete(Kind::Pod, key), "asks it to go; waits for its kubelet");
    Some(if world.machine(name).is_some_and(|m| !m.powered) { cause.free(shut, "says that the machine is surely off") } else { cause })
}

/// When taint eviction will delete it: the first of its node's NoExecute taints whose patience ends.
/// Upstream: pkg/controller/tainteviction, getMinTolerationTime.
pub fn evicted_at(pod: &Pod, node: &Node) -> Option<Time> {
    let expelling = node.spec.taints.iter().filter(|t| t.effect == Effect::NoExecute);
    let ends = expelling.filter_map(|taint| {
        let patience = pod.spec.tolerations.iter().filter(|t| t.tolerates(taint)).filter_map(|t| t.toleration_seconds).min()?;
        Some(taint.time_added? + Span::secs(patience))
    });
    ends.min()
}
