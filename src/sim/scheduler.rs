//! The scheduler: which node a pod goes to. Upstream: pkg/scheduler (§5).
//!
//! Simplified: no preemption takes place (its message is given), images on nodes are not weighed, and nodes have no limit
//! of volumes.

pub mod decision;
mod filter;
mod hints;
mod score;
mod seats;
mod social;
mod topology;
mod volumes;
mod waiting;

use super::agenda::Due;
use super::apiserver::Desk;
use super::change::Actor;
use super::latency::Latency;
use super::world::World;
use crate::api::meta::{Condition, Truth, set_condition};
use crate::api::object::reference;
use crate::api::{Key, Kind, Name, Object, Pod, Uid};
use filter::Verdict;
pub(super) use filter::terms_match;
use hints::Help;
use imbl::{OrdMap, OrdSet, Vector};
use seats::Seats;
use std::collections::BTreeMap;
use std::sync::Arc;

/// The scheduler's queue and its picture of the nodes.
#[derive(Clone, Debug, Default)]
pub struct Scheduler {
    active: OrdMap<u64, Key>,
    known: OrdSet<Key>,
    /// Pods that could not be scheduled, and what could help each.
    parked: OrdMap<Key, Help>,
    next: u64,
    awake: bool,
    seats: Seats,
    assumed: OrdMap<Key, waiting::Assumed>,
    decisions: Vector<(Uid, Arc<decision::Decision>)>,
}

/// Hears of a write.
pub fn notice(world: &mut World, before: Option<&Object>, after: Option<&Object>) {
    waiting::notice(world, before, after);
    match (before, after) {
        (before, Some(Object::Pod(pod))) => notice_pod(world, before, pod),
        (Some(Object::Pod(pod)), None) => {
            world.scheduler.forget(&pod.metadata.key());
            if pod.is_scheduled() {
                world.scheduler.seats.leave(pod);
                reconsider(world, Help::ROOM);
            }
        }
        (before, Some(Object::Node(node))) => {
            world.scheduler.seats.set(node);
            let help = if let Some(Object::Node(old)) = before { hints::of_change(old, node) } else { Help::NODE };
            reconsider(world, help);
        }
        (Some(Object::Node(node)), None) => world.scheduler.seats.remove(&node.metadata.name),
        (before, Some(object)) if volumes::may_help(before, object) => reconsider(world, Help::VOLUME),
        _ => {}
    }
}

fn notice_pod(world: &mut World, before: Option<&Object>, pod: &Arc<Pod>) {
    let key = pod.metadata.key();
    if pod.is_scheduled() {
        world.scheduler.forget(&key);
        let was_scheduled = matches!(before, Some(Object::Pod(old)) if old.is_scheduled());
        if pod.status.phase.is_terminal() {
            world.scheduler.seats.leave(pod);
            reconsider(world, Help::ROOM);
        } else if !was_scheduled {
            world.scheduler.seats.sit(pod);
            reconsider(world, Help::NEIGHBOUR);
        } else if world.scheduler.seats.renew(before, pod) {
            reconsider(world, Help::NEIGHBOUR);
        }
        return;
    }
    if !pod.metadata.is_terminating() && !is_gated(pod) && !world.scheduler.known.contains(&key) {
        world.scheduler.enlist(&key);
        wake(world);
    }
}

/// True where somebody has yet to let the pod be scheduled. Upstream: plugins/schedulinggates.
pub(super) fn is_gated(pod: &Pod) -> bool {
    pod.spec.rest.get("schedulingGates").and_then(serde_json::Value::as_array).is_some_and(|gates| !gates.is_empty())
}

/// What could not be scheduled is tried again, where this could help. Simplified: by kinds of news, where upstream's
/// plugins look at each; and there is no back-off, as a queue without other work has none either.
fn reconsider(world: &mut World, help: Help) {
    let hopeful: Vec<Key> = world.scheduler.parked.iter().filter(|(_, wants)| wants.meets(help)).map(|(key, _)| key.clone()).collect();
    if hopeful.is_empty() {
        return;
    }
    for key in &hopeful {
        world.scheduler.parked.remove(key);
        world.scheduler.enlist(key);
    }
    wake(world);
}

fn wake(world: &mut World) {
    if !world.scheduler.awake && !world.scheduler.active.is_empty() {
        world.scheduler.awake = true;
        let at = world.now() + world.latency(Latency::Scheduling);
        world.schedule(at, Due::Schedule);
    }
}

impl Scheduler {
    fn enlist(&mut self, key: &Key) {
        self.known.insert(key.clone());
        self.active.insert(self.next, key.clone());
        self.next += 1;
    }
    fn forget(&mut self, key: &Key) {
        if self.known.remove(key).is_some() {
            self.parked.remove(key);
        }
    }
    fn pop(&mut self) -> Option<Key> {
        loop {
            let (place, key) = self.active.get_min().map(|(place, key)| (*place, key.clone()))?;
            self.active.remove(&place);
            if self.known.contains(&key) && !self.parked.contains_key(&key) {
                return Some(key);
            }
        }
    }
}

/// Takes the next pod from the queue.
pub fn schedule(world: &mut World) {
    world.scheduler.awake = false;
    waiting::expire(world);
    if let Some(key) = world.scheduler.pop() {
        if let Some(pod) = world.get::<Pod>(&key).filter(|p| !p.is_scheduled() && !p.metadata.is_terminating()).cloned() {
            place(world, &pod);
        } else {
            world.scheduler.forget(&key);
        }
    }
    wake(world);
}

fn place(world: &mut World, pod: &Arc<Pod>) {
    if world.scheduler.seats.len() == 0 {
        return fail(world, pod, "no nodes available to schedule pods", Help::NODE);
    }
    let needs = match volumes::needs(world, pod) {
        Ok(needs) => needs,
        Err(why) => return fail(world, pod, &why.message(world.scheduler.seats.len()), Help::VOLUME),
    };
    let (feasible, refused) = filter::feasible(world, pod, &needs);
    if feasible.is_empty() {
        let message = refusal(world.scheduler.seats.len(), &refused);
        let help = refused.iter().fold(Help::default(), |all, verdict| all | verdict.help);
        return fail(world, pod, &message, help);
    }
    let best = score::best(world, pod, &feasible);
    let chosen = world.chance.pick(super::chance::Stream::Scheduler, &best).copied().unwrap_or(feasible[0]);
    let node = world.scheduler.seats.at(chosen).node.metadata.name.clone();
    decision::keep(world, pod, (&feasible, &refused), &node);
    if volumes::prepare(world, pod, &node, &needs) {
        bind(world, pod, &node);
    } else {
        waiting::assume(world, pod, &node);
    }
}

fn bind(world: &mut World, pod: &Arc<Pod>, node: &Name) {
    let key = pod.metadata.key();
    let words = format!("Successfully assigned {}/{} to {node}", key.namespace, key.name);
    let mut desk = Desk::new(world, Actor::Scheduler);
    if desk.bind(&key, node).is_ok() {
        desk.event(reference(Kind::Pod, &pod.metadata), false, "Scheduled", words);
    }
}

fn fail(world: &mut World, pod: &Arc<Pod>, message: &str, help: Help) {
    world.scheduler.parked.insert(pod.metadata.key(), help | Help::NODE);
    let now = world.now().to_second();
    let mut desk = Desk::new(world, Actor::Scheduler);
    desk.event(reference(Kind::Pod, &pod.metadata), true, "FailedScheduling", clip(message));
    let mut after = (**pod).clone();
    let condition = Condition {
        kind: "PodScheduled".into(),
        status: Truth::False,
        last_transition_time: Some(now),
        reason: "Unschedulable".into(),
        message: message.into(),
        ..Condition::default()
    };
    if set_condition(&mut after.status.conditions, condition) {
        // A refusal means that the pod is gone.
        let _ = desk.update_status(after);
    }
}

/// Events take 1024 characters.
fn clip(message: &str) -> String {
    if message.len() <= 1024 { message.to_owned() } else { format!("{} ...", message.chars().take(1020).collect::<String>()) }
}

/// The message of §5.3: a histogram of reasons, then what preemption would have made of it.
fn refusal(nodes: usize, refused: &[Verdict]) -> String {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    refused.iter().flat_map(|v| &v.reasons).for_each(|reason| *counts.entry(reason).or_default() += 1);
    let hopeless = refused.iter().filter(|v| v.hopeless).count();
    let rows = [
        (hopeless, "Preemption is not helpful for scheduling"),
        (refused.len() - hopeless, "No preemption victims found for incoming pod"),
    ];
    let preemption = rows.iter().filter(|(n, _)| *n > 0).map(|(n, text)| format!("{n} {text}"));
    format!("{}. preemption: {}.", histogram(nodes, counts.iter().map(|(text, n)| format!("{n} {text}"))), histogram(nodes, preemption))
}

fn histogram(nodes: usize, rows: impl Iterator<Item = String>) -> String {
    let mut rows: Vec<String> = rows.collect();
    rows.sort();
    format!("0/{nodes} nodes are available: {}", rows.join(", "))
}

#[cfg(test)]
mod tests;
