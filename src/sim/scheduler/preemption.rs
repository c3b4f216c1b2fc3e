//! Preemption: pods that are less important go where that lets a pod be scheduled. Upstream:
//! pkg/scheduler/framework/preemption, plugins/defaultpreemption.
//!
//! A world is cheap to copy, so what would be without some pods is found by removing them from a copy.

use super::super::act::DeleteOptions;
use super::super::apiserver::{Desk, covers};
use super::super::chance::Stream;
use super::super::change::Actor;
use super::super::world::World;
use super::filter::{self, Verdict};
use super::histogram;
use super::priority::{never_preempts, priority};
use crate::api::meta::{Condition, Truth, condition, set_condition};
use crate::api::object::reference;
use crate::api::{Kind, Name, Object, Pod, PodDisruptionBudget, Time};
use std::cmp::Reverse;
use std::sync::Arc;

/// What came of looking for pods that could go.
pub enum Outcome {
    /// Room is being made on this node.
    Nominated(Name),
    /// The pod may not ask for room.
    Ineligible(&'static str),
    /// Nowhere would it help.
    Useless(String),
}

const HELPLESS: &str = "Preemption is not helpful for scheduling";
const NOBODY: &str = "No preemption victims found for incoming pod";
const REASON: &str = "PreemptionByScheduler";

/// Pods that would have to leave a node.
struct Candidate {
    place: usize,
    victims: Vec<Arc<Pod>>,
    /// How many of them a disruption budget would keep.
    violations: usize,
}

/// Makes room for a pod that no node takes, where this is possible.
pub fn attempt(world: &mut World, pod: &Arc<Pod>, refused: &[(usize, Verdict)]) -> Outcome {
    if let Some(why) = ineligible(world, pod, refused) {
        return Outcome::Ineligible(why);
    }
    let (candidates, reasons) = candidates(world, pod, refused);
    if candidates.is_empty() {
        return Outcome::Useless(histogram(world.scheduler.seats.len(), reasons.iter()));
    }
    let best = best(candidates, world.now());
    let chosen = world.chance.pick(Stream::Scheduler, &best).unwrap_or(&best[0]);
    let node = world.scheduler.seats.at(chosen.place).node.metadata.name.clone();
    chosen.victims.iter().for_each(|victim| remove(world, pod, victim, &node));
    withdraw(world, pod, &node);
    Outcome::Nominated(node)
}

/// Upstream: PodEligibleToPreemptOthers.
fn ineligible(world: &World, pod: &Pod, refused: &[(usize, Verdict)]) -> Option<&'static str> {
    if never_preempts(pod) {
        return Some("not eligible due to preemptionPolicy=Never.");
    }
    let place = world.scheduler.seats.place(&pod.status.nominated_node_name)?;
    if refused.iter().any(|(other, verdict)| *other == place && verdict.hopeless) {
        return None;
    }
    let leaves = |victim: &Pod| victim.metadata.is_terminating() && is_preempted(victim) && priority(victim) < priority(pod);
    let waits = world.scheduler.seats.at(place).pods.iter().any(|sitter| leaves(&sitter.pod));
    waits.then_some("not eligible due to a terminating pod on the nominated node.")
}

fn is_preempted(pod: &Pod) -> bool {
    condition(&pod.status.conditions, "DisruptionTarget").is_some_and(|c| c.status == Truth::True && &*c.reason == REASON)
}

/// How many nodes are enough to choose from: minCandidateNodesPercentage, minCandidateNodesAbsolute.
fn enough(nodes: usize) -> usize {
    (nodes / 10).max(100)
}

/// Nodes on which room could be made, and why it cannot be on the others.
fn candidates(world: &World, pod: &Pod, refused: &[(usize, Verdict)]) -> (Vec<Candidate>, Vec<String>) {
    let somebody = world.scheduler.seats.least_priority().is_some_and(|least| least < priority(pod));
    let wanted = enough(refused.len());
    let (mut found, mut reasons) = (Vec::new(), Vec::new());
    for (place, verdict) in refused {
        match (verdict.hopeless, somebody) {
            (true, _) => reasons.push(HELPLESS.to_owned()),
            (false, false) => reasons.push(NOBODY.to_owned()),
            (false, true) if found.len() >= wanted && found.iter().any(|c: &Candidate| c.violations == 0) => break,
            (false, true) => match victims(world, pod, *place) {
                Ok(candidate) => found.push(candidate),
                Err(why) => reasons.extend(why),
            },
        }
    }
    (found, reasons)
}

/// The fewest pods of a node that have to go, the least important ones. Upstream: SelectVictimsOnNode.
fn victims(world: &World, pod: &Pod, place: usize) -> Result<Candidate, Vec<String>> {
    let weaker = world.scheduler.seats.at(place).pods.iter().filter(|sitter| priority(&sitter.pod) < priority(pod));
    let mut weaker: Vec<Arc<Pod>> = weaker.map(|s| world.get::<Pod>(&s.pod.metadata.key()).unwrap_or(&s.pod).clone()).collect();
    if weaker.is_empty() {
        return Err(vec![NOBODY.to_owned()]);
    }
    let mut trial = world.clone();
    weaker.iter().for_each(|victim| without(&mut trial, victim));
    if let Some(verdict) = filter::look(&trial, place, pod) {
        return Err(verdict.reasons);
    }
    weaker.sort_by_key(|victim| importance(victim, world.now()));
    let (kept_by_budget, free): (Vec<_>, Vec<_>) = by_budget(world, weaker).into_iter().partition(|(violates, _)| *violates);
    let (mut victims, mut violations) = (Vec::new(), 0);
    for (violates, victim) in kept_by_budget.into_iter().chain(free) {
        let reprieved = with(&trial, &victim);
        if filter::look(&reprieved, place, pod).is_none() {
            trial = reprieved;
        } else {
            violations += usize::from(violates);
            victims.push(victim);
        }
    }
    victims.sort_by_key(|victim| importance(victim, world.now()));
    Ok(Candidate { place, victims, violations })
}

/// The more important pod first: greater priority, then the longer run. Upstream: MoreImportantPod.
fn importance(pod: &Pod, now: Time) -> (Reverse<i64>, Time) {
    (Reverse(priority(pod)), pod.status.start_time.unwrap_or(now))
}

fn without(trial: &mut World, victim: &Arc<Pod>) {
    trial.scheduler.seats.leave(victim);
    trial.store.take(Kind::Pod, &victim.metadata.key());
}

fn with(trial: &World, victim: &Arc<Pod>) -> World {
    let mut world = trial.clone();
    world.store.put(Object::Pod(victim.clone()));
    world.scheduler.seats.sit(victim);
    world
}

/// Whether the end of each pod would break a disruption budget, the ends of those before it counted in. Upstream:
/// filterPodsWithPDBViolation.
fn by_budget(world: &World, pods: Vec<Arc<Pod>>) -> Vec<(bool, Arc<Pod>)> {
    let mut budgets: Vec<(&Arc<PodDisruptionBudget>, i32)> =
        world.list::<PodDisruptionBudget>().map(|budget| (budget, budget.status.disruptions_allowed)).collect();
    let mut violates = |pod: &Arc<Pod>| {
        let concerned =
            |b: &&mut (&Arc<PodDisruptionBudget>, i32)| covers(b.0, pod) && !b.0.status.disrupted_pods.contains_key(&pod.metadata.name);
        let spent = budgets.iter_mut().filter(concerned).map(|budget| {
            budget.1 -= 1;
            budget.1 < 0
        });
        spent.fold(false, |any, over| any | over)
    };
    pods.into_iter().map(|pod| (violates(&pod), pod)).collect()
}

/// The candidates that cost least. Upstream: pickOneNodeForPreemption.
fn best(candidates: Vec<Candidate>, now: Time) -> Vec<Candidate> {
    let least = candidates.iter().map(|candidate| candidate.cost(now)).min();
    candidates.into_iter().filter(|candidate| Some(candidate.cost(now)) == least).collect()
}

/// Broken budgets, the most important victim, the priorities of all of them, their number, and how long the longest runs of
/// the most important ones.
type Cost = (usize, i64, i64, usize, Reverse<Time>);

/// What makes each priority a positive number, so that two victims cost more than one: MaxInt32 + 1.
const OFFSET: i64 = 1 << 31;

impl Candidate {
    fn cost(&self, now: Time) -> Cost {
        let highest = self.victims.first().map_or(i64::MIN, |victim| priority(victim));
        let sum = self.victims.iter().map(|victim| priority(victim) + OFFSET).sum();
        let first = self.victims.iter().filter(|v| priority(v) == highest).map(|v| v.status.start_time.unwrap_or(now)).min();
        (self.violations, highest, sum, self.victims.len(), Reverse(first.unwrap_or(now)))
    }
}

/// Deletes a victim, with the condition and the event that say why. Upstream: prepareCandidate.
fn remove(world: &mut World, pod: &Pod, victim: &Arc<Pod>, node: &Name) {
    if victim.metadata.is_terminating() {
        return;
    }
    let mut marked = (**victim).clone();
    let target = Condition {
        kind: "DisruptionTarget".into(),
        status: Truth::True,
        last_transition_time: Some(world.now().to_second()),
        observed_generation: victim.metadata.generation,
        reason: REASON.into(),
        message: format!("{}: preempting to accommodate a higher priority pod", Actor::Scheduler.component()).into(),
        ..Condition::default()
    };
    set_condition(&mut marked.status.conditions, target);
    let mut desk = Desk::new(world, Actor::Scheduler);
    let options = DeleteOptions { uid: Some(victim.metadata.uid), ..DeleteOptions::default() };
    // Either is refused only where the victim has just gone.
    desk.update_status(marked).ok();
    desk.delete(Kind::Pod, &victim.metadata.key(), &options).ok();
    let words = format!("Preempted by pod {} on node {node}", pod.metadata.uid);
    desk.event(reference(Kind::Pod, &victim.metadata), false, "Preempted", words);
}

/// Less important pods for which room was being made there look for it elsewhere. Upstream: ClearNominatedNodeName.
fn withdraw(world: &mut World, pod: &Pod, node: &Name) {
    let lesser = |other: &&Arc<Pod>| other.status.nominated_node_name == *node && priority(other) < priority(pod);
    let withdrawn: Vec<Arc<Pod>> = world.scheduler.nominated.values().filter(lesser).cloned().collect();
    for other in withdrawn {
        let mut after = (*other).clone();
        after.status.nominated_node_name = Name::default();
        // A refusal means that the pod is gone or was bound.
        let _ = Desk::new(world, Actor::Scheduler).update_status(after);
    }
}

#[cfg(test)]
mod tests;
