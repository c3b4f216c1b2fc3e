//! Sentences about writes to the record: what appeared, what went, what changed in a way that matters.

use crate::api::service::EventType;
use crate::api::storage::{ClaimPhase, VolumePhase};
use crate::api::{Deployment, Event, Node, Object, PersistentVolume, PersistentVolumeClaim, Pod, ReplicaSet, StatefulSet, Truth};
use crate::scene::clock::spoken;
use crate::sim::{Actor, Controller, World};

/// The words of a write; `None` where it says nothing new to a person.
pub fn words(before: Option<&Object>, after: Option<&Object>, actor: &Actor, world: &World) -> Option<String> {
    match (before, after) {
        (None, Some(new)) => appeared(new),
        (Some(old), None) => went(old, actor, world),
        (Some(old), Some(new)) => changed(old, new, actor),
        (None, None) => None,
    }
}

fn appeared(object: &Object) -> Option<String> {
    let name = &object.meta().name;
    Some(match object {
        Object::Pod(_) => format!("made {name}"),
        Object::Deployment(d) => format!("made Deployment {name}: {} wanted", d.spec.replicas),
        Object::ReplicaSet(rs) => format!("made ReplicaSet {name}: {} wanted", rs.spec.replicas),
        Object::StatefulSet(sts) => format!("made StatefulSet {name}: {} wanted", sts.spec.replicas),
        Object::PersistentVolumeClaim(_) => format!("made claim {name}"),
        Object::PersistentVolume(_) => format!("made volume {name}"),
        Object::Service(_) if &*object.meta().name != "kubernetes" => format!("made service {name}"),
        Object::VolumeAttachment(va) => format!("wants a volume attached to {}", va.spec.node_name),
        Object::Event(event) => warning(event)?,
        _ => return None,
    })
}

/// Warnings are worth a line the first time; what is normal is said by the write itself.
fn warning(event: &Event) -> Option<String> {
    let name = &event.involved_object.name;
    match &*event.reason {
        _ if event.kind != EventType::Warning => None,
        // The node controller has just said so of the pod itself.
        "NodeNotReady" => None,
        "FailedScheduling" => Some(format!("{name} waits: {}", unscheduled(&event.message))),
        _ => Some(format!("{name}: {}", event.message)),
    }
}

/// Why, without the count of nodes that stands before it.
fn unscheduled(message: &str) -> &str {
    let reason = message.split_once(": ").map_or(message, |(_, rest)| rest);
    match reason.split_once(". ").map_or(reason, |(first, _)| first) {
        "pod has unbound immediate PersistentVolumeClaims" => "its claim has no volume",
        other => other.trim_end_matches('.'),
    }
}

fn went(object: &Object, actor: &Actor, world: &World) -> Option<String> {
    let name = &object.meta().name;
    Some(match object {
        Object::Pod(pod) if left_behind(pod, world) => format!("erased {name}; nobody asked {}", pod.spec.node_name),
        Object::Pod(_) if matches!(actor, Actor::Kubelet(_)) => format!("{name} is surely gone"),
        Object::Pod(_) => format!("{name} is gone from the record"),
        Object::Deployment(_) => format!("deleted Deployment {name}"),
        Object::ReplicaSet(_) => format!("deleted ReplicaSet {name}"),
        Object::StatefulSet(_) => format!("deleted StatefulSet {name}"),
        Object::PersistentVolumeClaim(_) => format!("claim {name} is gone"),
        Object::PersistentVolume(_) => format!("volume {name} is gone"),
        Object::Service(_) => format!("deleted service {name}"),
        Object::Node(_) => format!("{name} is gone from the record"),
        _ => return None,
    })
}

/// True where the pod's process still runs as the record forgets it.
fn left_behind(pod: &Pod, world: &World) -> bool {
    world.machine(&pod.spec.node_name).is_some_and(|m| m.processes.get(&pod.metadata.uid).is_some_and(|p| p.is_alive()))
}

fn changed(before: &Object, after: &Object, actor: &Actor) -> Option<String> {
    match (before, after) {
        (Object::Pod(old), Object::Pod(new)) => pod(old, new, actor),
        (Object::Deployment(old), Object::Deployment(new)) => deployment(old, new),
        (Object::ReplicaSet(old), Object::ReplicaSet(new)) => replica_set(old, new),
        (Object::StatefulSet(old), Object::StatefulSet(new)) => stateful_set(old, new),
        (Object::PersistentVolumeClaim(old), Object::PersistentVolumeClaim(new)) => claim(old, new),
        (Object::PersistentVolume(old), Object::PersistentVolume(new)) => volume(old, new),
        (Object::Node(old), Object::Node(new)) => node(old, new),
        _ => None,
    }
}

fn pod(old: &Pod, new: &Pod, actor: &Actor) -> Option<String> {
    let name = &new.metadata.name;
    if new.metadata.is_terminating() && !old.metadata.is_terminating() {
        let grace = new.metadata.deletion_grace_period_seconds.unwrap_or(0);
        let verb = if *actor == Actor::Controller(Controller::TaintEviction) { "evicts" } else { "deletes" };
        return Some(format!("{verb} {name}: {grace} s of grace"));
    }
    if new.is_scheduled() && !old.is_scheduled() {
        return Some(format!("{name} → {}", new.spec.node_name));
    }
    if new.is_ready() != old.is_ready() {
        return Some(if new.is_ready() { format!("{name} is ready") } else { format!("{name} no longer counts as ready") });
    }
    if new.status.phase != old.status.phase {
        return Some(format!("{name} is {}", new.status.phase.text()));
    }
    let waiting = |p: &Pod| p.status.container_statuses.iter().find_map(|c| c.state.waiting.as_ref().map(|w| w.reason.clone()));
    let reason = waiting(new).filter(|reason| waiting(old).as_ref() != Some(reason) && reason.contains("Back"))?;
    Some(format!("{name}: {reason}"))
}

fn scaled(name: &str, old: i32, new: i32) -> Option<String> {
    (old != new).then(|| format!("{name}: {old} wanted → {new} wanted"))
}

fn deployment(old: &Deployment, new: &Deployment) -> Option<String> {
    let name = &new.metadata.name;
    let template = || (old.spec.template != new.spec.template).then(|| format!("{name} has a new template"));
    let pause = if new.spec.paused { "is paused" } else { "goes on" };
    let paused = || (old.spec.paused != new.spec.paused).then(|| format!("{name} {pause}"));
    scaled(name, old.spec.replicas, new.spec.replicas).or_else(template).or_else(paused)
}

fn replica_set(old: &ReplicaSet, new: &ReplicaSet) -> Option<String> {
    let name = &new.metadata.name;
    let template = || (old.spec.template != new.spec.template).then(|| format!("{name} has a new template"));
    scaled(name, old.spec.replicas, new.spec.replicas).or_else(template)
}

fn stateful_set(old: &StatefulSet, new: &StatefulSet) -> Option<String> {
    let name = &new.metadata.name;
    let template = || (old.spec.template != new.spec.template).then(|| format!("{name} has a new template"));
    scaled(name, old.spec.replicas, new.spec.replicas).or_else(template)
}

fn claim(old: &PersistentVolumeClaim, new: &PersistentVolumeClaim) -> Option<String> {
    let name = &new.metadata.name;
    if new.metadata.is_terminating() && !old.metadata.is_terminating() {
        return Some(format!("deletes claim {name}"));
    }
    (old.status.phase != new.status.phase).then(|| match new.status.phase {
        ClaimPhase::Bound => format!("claim {name} has {}", new.spec.volume_name),
        ClaimPhase::Lost => format!("claim {name} has lost its volume"),
        ClaimPhase::Pending => format!("claim {name} waits for a volume"),
    })
}

fn volume(old: &PersistentVolume, new: &PersistentVolume) -> Option<String> {
    let name = &new.metadata.name;
    let newly = new.status.phase != old.status.phase;
    let matters = newly && !matches!(new.status.phase, VolumePhase::Bound | VolumePhase::Pending);
    matters.then(|| format!("volume {name} is {}", new.status.phase.text()))
}

fn node(old: &Node, new: &Node) -> Option<String> {
    let name = &new.metadata.name;
    let (was, is) = (old.readiness(), new.readiness());
    if was != is {
        return Some(match is {
            Some(Truth::True) => format!("{name} is Ready"),
            Some(Truth::False) => format!("{name} says it is not ready"),
            Some(Truth::Unknown) | None => format!("{name}: no word for {}, marked NotReady", silence(old, new)),
        });
    }
    if new.spec.unschedulable != old.spec.unschedulable {
        return Some(format!("{} {name}", if new.spec.unschedulable { "cordoned" } else { "uncordoned" }));
    }
    let added = new.spec.taints.iter().find(|t| !old.spec.taints.contains(t))?;
    let expels = added.effect == crate::api::pod::Effect::NoExecute;
    expels.then(|| format!("taints {name}: {}", added.key.rsplit('/').next().unwrap_or(&added.key)))
}

fn silence(old: &Node, new: &Node) -> String {
    let ready = |n: &Node| crate::api::meta::condition(&n.status.conditions, "Ready").cloned();
    let marked = ready(new).and_then(|c| c.last_transition_time);
    let heard = ready(old).and_then(|c| c.last_heartbeat_time);
    match (marked, heard) {
        (Some(marked), Some(heard)) if marked > heard && (marked - heard).as_secs() < 90 => spoken(marked - heard),
        _ => "a while".to_owned(),
    }
}
