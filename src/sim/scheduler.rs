//! The scheduler: which node a pod goes to. Upstream: pkg/scheduler.
//!
//! Simplified: a preemption's deletes are asked for at once rather than beside the next attempts, and a plan to wait on a
//! node for volumes is not written to the pod's status.

mod affinity;
pub mod decision;
mod filter;
mod glance;
mod hints;
mod limits;
mod locality;
mod nominated;
mod ports;
mod preemption;
mod priority;
mod queue;
mod requests;
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
use crate::api::{Key, Kind, Name, Object, Pod, Time, Uid};
pub(super) use affinity::{selects, terms_match};
use filter::Verdict;
use hints::{News, Plugins};
use imbl::{OrdMap, Vector};
pub(super) use ports::{clash, of as host_ports};
use preemption::Outcome;
pub(super) use priority::priority;
use queue::Queue;
pub use requests::{allowed, asked};
pub(super) use requests::{clamp, others as others_requested, requests};
use seats::Seats;
use std::collections::BTreeMap;
use std::sync::Arc;

/// The scheduler's queue and its picture of the nodes.
#[derive(Clone, Debug, Default)]
pub struct Scheduler {
    queue: Queue,
    /// When it takes the next pod, where it is at work.
    turn: Option<Time>,
    seats: Seats,
    assumed: OrdMap<Key, waiting::Assumed>,
    decisions: Vector<(Uid, Arc<decision::Decision>)>,
    /// Pods for which room is being made, as the record has them.
    nominated: OrdMap<Key, Arc<Pod>>,
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
            }
            // Room was kept, too, for whom it was to be made.
            if pod.is_scheduled() || !pod.status.nominated_node_name.is_empty() {
                reconsider(world, &News::Left(pod));
            }
        }
        (before, Some(Object::Node(node))) => {
            world.scheduler.seats.set(node);
            let old = if let Some(Object::Node(old)) = before { Some(&**old) } else { None };
            reconsider(world, &News::Node(old, node));
        }
        (Some(Object::Node(node)), None) => {
            world.scheduler.seats.remove(&node.metadata.name);
            reconsider(world, &News::NodeGone(node));
        }
        (_, Some(Object::Plain(Kind::CSINode, _))) => reconsider(world, &News::Limits),
        (before, Some(object)) if volumes::may_help(before, object) => reconsider(world, &News::Storage(object)),
        _ => {}
    }
}

fn notice_pod(world: &mut World, before: Option<&Object>, pod: &Arc<Pod>) {
    let key = pod.metadata.key();
    if pod.is_scheduled() {
        let was_scheduled = matches!(before, Some(Object::Pod(old)) if old.is_scheduled());
        if !was_scheduled {
            world.scheduler.forget(&key);
        }
        if pod.status.phase.is_terminal() {
            world.scheduler.seats.leave(pod);
            reconsider(world, &News::Left(pod));
        } else if !was_scheduled {
            world.scheduler.seats.sit(pod);
            reconsider(world, &News::Came(pod));
        } else if let Some(Object::Pod(old)) = before
            && world.scheduler.seats.renew(before, pod)
        {
            reconsider(world, &News::Changed(old, pod));
        }
        return;
    }
    nominated::note(world, pod);
    if pod.metadata.is_terminating() || is_gated(pod) || !is_ours(pod) {
        return;
    }
    if !world.scheduler.queue.contains(&key) {
        let (now, cause) = (world.now(), world.cause);
        world.scheduler.queue.add(&key, priority(pod), now, cause);
        wake(world);
    } else if asks_otherwise(before, pod) {
        let (now, cause) = (world.now(), world.cause);
        world.scheduler.queue.rouse(&key, now, cause);
        wake(world);
    }
}

/// True where a pod was changed in a way that may let it be scheduled.
fn asks_otherwise(before: Option<&Object>, pod: &Pod) -> bool {
    let Some(Object::Pod(old)) = before else { return false };
    old.metadata.labels != pod.metadata.labels || !Arc::ptr_eq(&old.spec, &pod.spec) && old.spec != pod.spec
}

/// True where somebody has yet to let the pod be scheduled. Upstream: plugins/schedulinggates.
pub(super) fn is_gated(pod: &Pod) -> bool {
    pod.spec.rest.get("schedulingGates").and_then(serde_json::Value::as_array).is_some_and(|gates| !gates.is_empty())
}

/// False where the pod names another scheduler, of which there is none. Upstream: responsibleForPod.
fn is_ours(pod: &Pod) -> bool {
    pod.spec.rest.get("schedulerName").is_none_or(|name| *name == *Actor::Scheduler.component())
}

/// What could not be scheduled is tried again, where one of the plugins that refused it says that this could help.
fn reconsider(world: &mut World, news: &News) {
    let concerned = news.concerns();
    let hopeful = |(key, by): &(&Key, Plugins)| world.get::<Pod>(key).is_some_and(|pod| news.helps(world, pod, *by & concerned));
    let keys: Vec<Key> = world.scheduler.queue.waiting(concerned).filter(hopeful).map(|(key, _)| key.clone()).collect();
    if !keys.is_empty() {
        let (now, cause) = (world.now(), world.cause);
        world.scheduler.queue.rouse_all(&keys, now, cause);
        wake(world);
    }
}

fn wake(world: &mut World) {
    if world.scheduler.turn.is_none() && world.scheduler.queue.is_ready() {
        let at = world.now() + world.latency(Latency::Scheduling);
        world.scheduler.turn = Some(at);
        world.schedule(at, Due::Schedule);
    }
}

impl Scheduler {
    fn forget(&mut self, key: &Key) {
        self.queue.forget(key);
        self.nominated.remove(key);
    }
}

/// Takes the next pod from the queue, where it is time to; looks who has waited for too long.
pub fn schedule(world: &mut World) {
    let now = world.now();
    waiting::expire(world);
    world.scheduler.queue.flush(now);
    plan_flush(world);
    if world.scheduler.turn.is_some_and(|at| at <= now) {
        world.scheduler.turn = None;
        take_next(world);
    }
    wake(world);
}

fn take_next(world: &mut World) {
    let Some((key, cause)) = world.scheduler.queue.pop() else { return };
    world.cause = cause.or(world.cause);
    match world.get::<Pod>(&key).filter(|p| !p.is_scheduled()).cloned() {
        Some(pod) if pod.metadata.is_terminating() => skip(world, &pod),
        Some(pod) => place(world, &pod),
        None => world.scheduler.forget(&key),
    }
}

/// A pod that is being deleted goes nowhere any more. Upstream: skipPodSchedule.
fn skip(world: &mut World, pod: &Pod) {
    let key = pod.metadata.key();
    world.scheduler.forget(&key);
    let words = format!("skip schedule deleting pod: {}/{}", key.namespace, key.name);
    Desk::new(world, Actor::Scheduler).event(reference(Kind::Pod, &pod.metadata), true, "FailedScheduling", words);
}

fn plan_flush(world: &mut World) {
    let now = world.now();
    if let Some(at) = world.scheduler.queue.plan_flush(now) {
        world.schedule(at, Due::Schedule);
    }
}

fn place(world: &mut World, pod: &Arc<Pod>) {
    let count = world.scheduler.seats.len();
    if count == 0 {
        return fail_and_retry(world, pod, "Unschedulable", "no nodes available to schedule pods", Some(Name::default()));
    }
    if affinity::named(pod).is_some_and(|names| names.is_empty()) {
        return fail(world, pod, &volumes::conflict().message(count), Plugins::AFFINITY, None);
    }
    let needs = match volumes::needs(world, pod) {
        Ok(needs) => needs,
        Err(why) => return fail(world, pod, &why.message(count), Plugins::VOLUMES, None),
    };
    if let Some(node) = nominated::takes(world, pod) {
        return settle(world, pod, &node, &needs);
    }
    if let Some(place) = glance::pick(world, pod, &needs) {
        return take(world, pod, place, &needs);
    }
    let (feasible, refused) = filter::feasible(world, pod, &needs);
    if feasible.is_empty() {
        return give_up(world, pod, &refused);
    }
    let best = score::best(world, pod, &feasible);
    if let Some(place) = world.chance.pick(super::chance::Stream::Scheduler, &best).copied() {
        take(world, pod, place, &needs);
    }
}

fn take(world: &mut World, pod: &Arc<Pod>, place: usize, needs: &volumes::Needs) {
    let node = world.scheduler.seats.at(place).node.metadata.name.clone();
    decision::keep(world, pod, needs, &node);
    settle(world, pod, &node, needs);
}

fn settle(world: &mut World, pod: &Arc<Pod>, node: &Name, needs: &volumes::Needs) {
    if volumes::prepare(world, pod, node, needs) {
        bind(world, pod, node);
    } else {
        waiting::assume(world, pod, node);
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

/// What the plugin before preemption says of every pod that asks for no dynamic resources. Upstream:
/// plugins/dynamicresources, PostFilter.
const NO_RESOURCES: &str = "no new claims to deallocate";

/// No node takes the pod: others may have to go for it. What it says, upstream's FitError, is a histogram of reasons, then
/// what the PostFilter plugins said, where they made no room.
fn give_up(world: &mut World, pod: &Arc<Pod>, refused: &[(usize, Verdict)]) {
    let by = refused.iter().fold(Plugins::default(), |all, (_, verdict)| all | verdict.by);
    let reasons = histogram(world.scheduler.seats.len(), refused.iter().flat_map(|(_, v)| &v.reasons));
    match preemption::attempt(world, pod, refused) {
        Outcome::Nominated(node) => fail(world, pod, &reasons, by, Some(node)),
        Outcome::Ineligible(why) => fail(world, pod, &format!("{reasons} {NO_RESOURCES}, preemption: {why}"), by, None),
        Outcome::Useless(why) => fail(world, pod, &format!("{reasons} {NO_RESOURCES}, preemption: {why}"), by, Some(Name::default())),
    }
}

/// Writes that a pod could not be scheduled; `nominated` is the node on which room is made for it, empty where that is over.
fn fail(world: &mut World, pod: &Arc<Pod>, message: &str, by: Plugins, nominated: Option<Name>) {
    let now = world.now();
    world.scheduler.queue.park(&pod.metadata.key(), by, now);
    plan_flush(world);
    complain(world, pod, "Unschedulable", message, nominated);
}

/// The same where no plugin refused the pod: no news is waited for, it is tried again after its back-off.
fn fail_and_retry(world: &mut World, pod: &Arc<Pod>, reason: &'static str, message: &str, nominated: Option<Name>) {
    let now = world.now();
    complain(world, pod, reason, message, nominated);
    let until = world.scheduler.queue.delay(&pod.metadata.key(), now);
    world.schedule(until, Due::Schedule);
}

/// Tells of a failure, in an event and in the pod's status; the reason is whether nodes refused the pod or something went
/// wrong. Upstream: handleSchedulingFailure.
fn complain(world: &mut World, pod: &Arc<Pod>, reason: &'static str, message: &str, nominated: Option<Name>) {
    let now = world.now().to_second();
    let mut desk = Desk::new(world, Actor::Scheduler);
    desk.event(reference(Kind::Pod, &pod.metadata), true, "FailedScheduling", clip(message));
    let mut after = (**pod).clone();
    let condition = Condition {
        kind: "PodScheduled".into(),
        status: Truth::False,
        last_transition_time: Some(now),
        observed_generation: pod.metadata.generation,
        reason: reason.into(),
        message: message.into(),
        ..Condition::default()
    };
    let said = set_condition(&mut after.status.conditions, condition);
    let moved = nominated.is_some_and(|node| std::mem::replace(&mut after.status.nominated_node_name, node.clone()) != node);
    if said || moved {
        // A refusal means that the pod is gone.
        let _ = desk.update_status(after);
    }
}

/// Events take 1024 characters.
fn clip(message: &str) -> String {
    if message.len() <= 1024 { message.to_owned() } else { format!("{} ...", message.chars().take(1020).collect::<String>()) }
}

/// How often each reason was given, sorted as texts. Upstream: FitError.Error.
fn histogram<'r>(nodes: usize, reasons: impl Iterator<Item = &'r String>) -> String {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    reasons.for_each(|reason| *counts.entry(reason).or_default() += 1);
    let mut rows: Vec<String> = counts.iter().map(|(text, n)| format!("{n} {text}")).collect();
    rows.sort();
    format!("0/{nodes} nodes are available: {}.", rows.join(", "))
}

#[cfg(test)]
mod tests;
