//! Pods that no node takes, and why a pod is on the node that it has.

use super::{Cause, claim, delete, flag, machine, short};
use crate::api::meta::condition;
use crate::api::{Key, Kind, Name, Node, PersistentVolume, PersistentVolumeClaim, Pod, Quantity, ReplicaSet};
use crate::sim::World;
use crate::sim::controllers::volumes::waits_for_consumer;
use crate::sim::scheduler::decision::{self, PARTS, Weighed};
use std::sync::Arc;

/// Why a pod has no node.
pub fn of(world: &World, key: &Key, pod: &Pod) -> Cause {
    let said = condition(&pod.status.conditions, "PodScheduled").map(|c| c.message.clone()).unwrap_or_default();
    if said.is_empty() {
        return Cause::new("the scheduler has not looked at it yet", "the scheduler");
    }
    if let Some(cause) = by_claim(world, pod) {
        return cause;
    }
    let reasons = said.split_once(": ").map_or(&*said, |(_, rest)| rest).split(". preemption").next().unwrap_or_default();
    let cause = Cause::new(format!("no node takes it: {}", reasons.trim_end_matches('.')), "the scheduler, as soon as something changes");
    let nodes: Vec<&Arc<Node>> = world.list::<Node>().collect();
    let cause = closed(cause, &nodes, reasons);
    let cause = tainted(world, cause, &nodes, reasons);
    let cause = unlabelled(cause, pod, &nodes, reasons);
    let cause = crowded(world, cause, key, pod, reasons);
    if cause.remedies.is_empty() { cause.free(delete(Kind::Pod, key), "gives it up") } else { cause }
}

/// The first claim that keeps it from any node, with that claim's own cause.
fn by_claim(world: &World, pod: &Pod) -> Option<Cause> {
    pod.claims().find_map(|name| {
        let key = Key::new(pod.metadata.namespace.clone(), name.clone());
        match world.get::<PersistentVolumeClaim>(&key) {
            None => Some(claim::missing(&key).because(format!("its claim {name} does not exist"))),
            Some(claim) if claim.metadata.is_terminating() => {
                Some(claim::of(world, &key)?.because(format!("its claim {name} is being deleted")))
            }
            Some(claim) if claim.spec.volume_name.is_empty() => {
                let cause = claim::of(world, &key)?;
                (!waits_for_consumer(world, claim)).then(|| cause.because(format!("its claim {name} has no volume")))
            }
            Some(_) => None,
        }
    })
}

fn closed(cause: Cause, nodes: &[&Arc<Node>], reasons: &str) -> Cause {
    let concerned = reasons.contains("were unschedulable");
    let shut = nodes.iter().filter(|n| concerned && n.spec.unschedulable).take(2);
    shut.fold(cause, |cause, node| cause.free(format!("kubectl uncordon {}", node.metadata.name), "opens the node"))
}

fn tainted(world: &World, cause: Cause, nodes: &[&Arc<Node>], reasons: &str) -> Cause {
    if !reasons.contains("untolerated taint") {
        return cause;
    }
    let away = |cause: Cause, node: &&Arc<Node>| {
        let name = &node.metadata.name;
        if let Some((line, words)) = machine::remedy(world, name) {
            return cause.free(line, words);
        }
        let taint = node.spec.taints.iter().find(|t| !t.key.starts_with("node.kubernetes.io/") || t.key.ends_with("out-of-service"));
        match taint {
            Some(taint) => cause.free(format!("kubectl taint nodes {name} {}:{:?}-", taint.key, taint.effect), "takes the taint away"),
            None => cause,
        }
    };
    nodes.iter().filter(|n| !n.spec.taints.is_empty()).take(2).fold(cause, away)
}

fn unlabelled(cause: Cause, pod: &Pod, nodes: &[&Arc<Node>], reasons: &str) -> Cause {
    if !reasons.contains("node affinity/selector") || pod.spec.node_selector.is_empty() {
        return cause;
    }
    let labels: Vec<String> = pod.spec.node_selector.iter().map(|(k, v)| format!("{k}={v}")).collect();
    let node = nodes.iter().find(|n| n.is_ready() && !n.spec.unschedulable);
    node.into_iter().fold(cause, |cause, node| {
        cause.free(
            format!("kubectl label node {} {} --overwrite", node.metadata.name, labels.join(" ")),
            "gives a node the labels that it asks for",
        )
    })
}

fn asks(pod: &Pod, what: &str) -> i128 {
    pod.spec.containers.iter().filter_map(|c| c.resources.requests.get(what)).map(Quantity::milli).sum()
}

/// Somebody else's room: the pod that takes most of what is short, or its set.
fn crowded(world: &World, cause: Cause, key: &Key, pod: &Pod, reasons: &str) -> Cause {
    let Some(what) = ["cpu", "memory"].into_iter().find(|what| reasons.contains(&format!("Insufficient {what}"))) else { return cause };
    let others = world.list::<Pod>().filter(|p| p.is_scheduled() && p.is_active() && p.metadata.key() != *key && asks(p, what) > 0);
    let largest = others.max_by_key(|p| asks(p, what));
    let room =
        largest.and_then(|p| Some((p, world.get::<Node>(&Key::cluster(p.spec.node_name.clone()))?.status.allocatable.get(what)?.milli())));
    match room.filter(|(_, room)| asks(pod, what) <= *room) {
        Some((other, _)) => ask_less(world, make_room(world, cause, other), key, pod, what),
        None => {
            let cause = ask_less(world, cause.because(format!("it asks for more {what} than any node has")), key, pod, what);
            cause.free(delete(Kind::Pod, key), "gives it up: ask for less")
        }
    }
}

/// The template made to ask for what the emptiest node has left; a set other than a Deployment's leaves the pod that is
/// there as it is, so that it has to go.
fn ask_less(world: &World, cause: Cause, key: &Key, pod: &Pod, what: &str) -> Cause {
    let Some((kind, name)) = template(world, pod) else { return cause };
    let Some(amount) = world.list::<Node>().map(|node| left(world, node, what)).max().and_then(|milli| amount(what, milli)) else {
        return cause;
    };
    let line = format!("kubectl set resources {}/{name}{} --requests={what}={amount}", short(kind), flag(key));
    let cause = cause.free(line, "asks for what a node has left");
    if kind == Kind::Deployment {
        return cause;
    }
    cause.free(delete(Kind::Pod, key), "then: lets it be made anew from the new template")
}

/// Where the pod's template stands: its Deployment, its set, or nowhere.
fn template(world: &World, pod: &Pod) -> Option<(Kind, Name)> {
    let owner = pod.metadata.controller()?;
    let set = world.get::<ReplicaSet>(&Key::new(pod.metadata.namespace.clone(), owner.name.clone()));
    let above = set.filter(|_| *owner.kind == *Kind::ReplicaSet.name()).and_then(|set| set.metadata.controller());
    let last = above.unwrap_or(owner);
    Some((Kind::by_name(&last.kind)?, last.name.clone()))
}

/// Thousandths of a resource that nobody on a node has asked for.
fn left(world: &World, node: &Node, what: &str) -> i128 {
    let keys = world.store().pods_on(&node.metadata.name);
    let taken: i128 = keys.filter_map(|key| world.get::<Pod>(key)).filter(|p| p.is_active()).map(|p| asks(p, what)).sum();
    node.status.allocatable.get(what).map_or(0, Quantity::milli) - taken
}

/// An amount as one writes it: `1500m` of cpu, `512Mi` of memory; `None` for nothing.
fn amount(what: &str, milli: i128) -> Option<String> {
    let (value, unit) = if what == "cpu" { (milli, "m") } else { (milli / 1000 / (1 << 20), "Mi") };
    (value > 0).then(|| format!("{value}{unit}"))
}

fn make_room(world: &World, cause: Cause, other: &Pod) -> Cause {
    let key = other.metadata.key();
    let Some(owner) = other.metadata.controller() else {
        return cause.free(delete(Kind::Pod, &key), format!("makes room on {}", other.spec.node_name));
    };
    let kind = Kind::by_name(&owner.kind).unwrap_or(Kind::ReplicaSet);
    let pods = world.store().dependants_of(owner.uid, Kind::Pod).count();
    cause.free(format!("kubectl scale {} {}{} --replicas={}", short(kind), owner.name, flag(&key), pods.saturating_sub(1)), "makes room")
}

/// Why a bound pod is on its node.
pub fn why_there(world: &World, key: &Key) -> Option<String> {
    let pod = world.get::<Pod>(key).filter(|pod| pod.is_scheduled())?;
    let node = &pod.spec.node_name;
    let bound = condition(&pod.status.conditions, "PodScheduled").is_some();
    if !bound {
        return Some(format!("its manifest names {node}: the scheduler was not asked"));
    }
    if let Some(volume) = tied(world, pod) {
        return Some(format!("the scheduler had no choice: volume {volume} can be used on {node} only"));
    }
    if !pod.spec.node_selector.is_empty() {
        let labels: Vec<String> = pod.spec.node_selector.iter().map(|(k, v)| format!("{k}={v}")).collect();
        return Some(format!("the scheduler looked at nodes with {} only", labels.join(", ")));
    }
    let rule = match pod.metadata.controller().is_none() {
        true => "that of the nodes that can take it the one with most room wins",
        false => "to spread a set, and of the nodes with fewest of its pods the one with most room wins",
    };
    let images = if counts_images(world, pod) { "; images that a node has already count too" } else { "" };
    Some(format!("nothing ties it there: the rule is {rule}{images}"))
}

/// True where a node was worth more for the images that it had when the pod's node was chosen.
fn counts_images(world: &World, pod: &Pod) -> bool {
    let place = PARTS.iter().position(|part| *part == "images");
    let nodes = decision::of(world, pod.metadata.uid).into_iter().flat_map(|decision| &decision.nodes);
    let scored = nodes.filter_map(|(_, weighed)| match weighed {
        Weighed::Scored(parts) => place.and_then(|place| parts.get(place)),
        Weighed::Refused(_) => None,
    });
    scored.into_iter().any(|score| *score > 0)
}

/// What each node came to when the pod's node was chosen, the chosen one first; empty where that is not kept.
pub fn weighed(world: &World, key: &Key) -> Vec<String> {
    let decision = world.get::<Pod>(key).and_then(|pod| decision::of(world, pod.metadata.uid));
    let Some(decision) = decision else { return Vec::new() };
    let chosen = decision.total(&decision.node);
    let tie = decision.nodes.iter().filter(|(_, weighed)| weighed.total() == chosen).count() > 1;
    let mut nodes: Vec<_> = decision.nodes.iter().collect();
    nodes.sort_by_key(|(name, weighed)| (*name != decision.node, std::cmp::Reverse(weighed.total())));
    let scored = nodes.iter().filter(|(_, weighed)| weighed.total().is_some()).count();
    let words = |(name, weighed): &&(Name, Weighed)| match weighed {
        Weighed::Refused(why) => format!("{name} cannot: {why}"),
        Weighed::Scored(_) if scored == 1 => format!("{name} is the only one that can"),
        Weighed::Scored(parts) => {
            let lot = if *name == decision.node && tie { ", by lot" } else { "" };
            format!("{name} {}{lot}: {}", parts.iter().sum::<i64>(), summed(parts))
        }
    };
    nodes.iter().map(words).collect()
}

/// The parts of a score that are not nothing.
fn summed(parts: &[i64]) -> String {
    let told = PARTS.iter().zip(parts).filter(|(_, score)| **score != 0).map(|(part, score)| format!("{part} {score}"));
    told.collect::<Vec<_>>().join(" + ")
}

/// The volume that can be used on the pod's node alone.
fn tied(world: &World, pod: &Pod) -> Option<crate::api::Name> {
    pod.claims().find_map(|name| {
        let claim = world.get::<PersistentVolumeClaim>(&Key::new(pod.metadata.namespace.clone(), name))?;
        let volume = world.get::<PersistentVolume>(&Key::cluster(claim.spec.volume_name.clone()))?;
        volume.spec.node_affinity.is_some().then(|| volume.metadata.name.clone())
    })
}
