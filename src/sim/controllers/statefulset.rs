//! StatefulSets: each pod its own name, its own claims, its turn. Upstream: pkg/controller/statefulset.

mod claims;
mod identity;
mod revisions;
mod roster;

use super::super::apiserver::Desk;
use super::super::change::Controller;
use super::super::transit::Wait;
use super::super::world::World;
use super::membership;
use crate::api::object::reference;
use crate::api::workload::{PodManagementPolicy, StatefulSetStatus, StrategyType, parent_and_ordinal};
use crate::api::{Key, Kind, Name, Object, Phase, Pod, Reason, Refusal, Span, StatefulSet, Time};
use imbl::OrdSet;
use revisions::Revisions;
pub use revisions::{Templates, data as template_patch};
pub use roster::Rosters;
use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

/// Hears of a write: of a set itself, of its pods, of a pod that nobody manages.
pub fn notice(world: &mut World, before: Option<&Object>, after: Option<&Object>) {
    roster::notice(world, before, after);
    for key in super::concerned(world, Kind::StatefulSet, before, after) {
        let delay = super::pace(world, Kind::StatefulSet, &key);
        world.enqueue(Controller::StatefulSet, Kind::StatefulSet, &key, delay);
    }
}

/// Takes the next step towards what a set asks for.
pub fn sync(desk: &mut Desk, key: &Key) {
    let Some(set) = desk.get::<StatefulSet>(key).cloned() else { return };
    revisions::adopt_orphans(desk, &set);
    let pods = restless(desk, &set);
    let revisions = revisions::settle(desk, &set);
    let is_new = roster::refresh(desk.world(), &set, &revisions.update.metadata.name);
    let pods = if is_new { restless(desk, &set) } else { pods };
    let mut round = Round::new(desk, &set, pods, &revisions);
    let outcome = if set.metadata.is_terminating() { Ok(()) } else { round.run(desk) };
    let status = round.status;
    let held = round.held;
    hold(desk, &set, held);
    let written = write_status(desk, &set, status, &revisions);
    revisions::truncate(desk, &set, &revisions);
    match outcome.and(written) {
        Ok(()) => {
            super::forget(desk, Controller::StatefulSet, Kind::StatefulSet, key);
            requeue_for_availability(desk, &set);
        }
        Err(_) => super::retry(desk, Controller::StatefulSet, Kind::StatefulSet, key),
    }
}

/// The pods that a round has to look at, after adoption and release, by name.
fn restless(desk: &mut Desk, set: &StatefulSet) -> Vec<Arc<Pod>> {
    let is_member = |pod: &Pod| parent_and_ordinal(&pod.metadata.name).is_some_and(|(parent, _)| parent == &*set.metadata.name);
    let owned = desk.memory.rosters.restless(set.metadata.uid).filter_map(|key| desk.get::<Pod>(key)).cloned().collect();
    membership::claim(desk, Kind::StatefulSet, &set.metadata, &set.spec.selector, owned, is_member)
}

fn requeue_for_availability(desk: &mut Desk, set: &StatefulSet) {
    let wait = Span::secs(set.spec.min_ready_seconds.into());
    if wait == Span(0) {
        return;
    }
    let now = desk.now();
    // Settled pods are available already.
    let pods = desk.memory.rosters.restless(set.metadata.uid).filter_map(|key| desk.get::<Pod>(key));
    let next = pods.filter_map(|pod| pod.ready_since()).map(|since| since + wait).filter(|at| *at > now).min();
    if let Some(at) = next {
        desk.world().enqueue(Controller::StatefulSet, Kind::StatefulSet, &set.metadata.key(), at - now);
    }
}

fn hold(desk: &mut Desk, set: &StatefulSet, held: Option<(Name, Key)>) {
    let key = set.metadata.key();
    let since = desk.now();
    match held {
        Some((words, pod)) => {
            let wait = Wait { who: Controller::StatefulSet.component(), words, on: vec![(Kind::Pod, pod)], until: None, since };
            desk.world().hold(Kind::StatefulSet, &key, wait);
        }
        None => desk.world().release(Kind::StatefulSet, &key),
    }
}

/// Writes the status where it has changed. Refused where it counts fewer pods than none: one that is replaced for its
/// revision is taken off the current ones, whether it was one of them or not. The next sync counts anew.
fn write_status(desk: &mut Desk, set: &StatefulSet, mut status: StatefulSetStatus, revisions: &Revisions) -> Result<(), Refusal> {
    let rolls = set.spec.update_strategy.kind == StrategyType::RollingUpdate;
    let complete = status.updated_replicas == status.replicas && status.ready_replicas == status.replicas;
    if rolls && complete && status.updated_replicas == set.spec.replicas {
        status.current_revision = revisions.update.metadata.name.clone();
        status.current_replicas = status.updated_replicas;
    }
    // Conditions that somebody else wrote are no reason to write, and are not kept. Upstream: inconsistentStatus.
    let counted = StatefulSetStatus { rest: status.rest.clone(), ..set.status.clone() };
    match desk.get::<StatefulSet>(&set.metadata.key()).cloned() {
        Some(latest) if status != counted => desk.update_status(StatefulSet { status, ..(*latest).clone() }).map(drop),
        Some(_) | None => Ok(()),
    }
}

/// One pod slot of a round: an ordinal and the pod that has it.
#[derive(Clone)]
struct Slot {
    ordinal: i32,
    pod: Option<Arc<Pod>>,
    /// True where it has a pod that is available and stays.
    available: bool,
}

/// One pass over those of a set's pods that are not settled. Upstream: defaultStatefulSetControl.updateStatefulSet, which
/// looks at all and finds nothing to do about the others.
struct Round<'a> {
    set: &'a StatefulSet,
    revisions: &'a Revisions,
    /// By ordinal, without those of settled pods.
    replicas: Vec<Slot>,
    condemned: Vec<Slot>,
    first_unavailable: Option<i32>,
    status: StatefulSetStatus,
    held: Option<(Name, Key)>,
}

fn is_available(set: &StatefulSet, pod: &Pod, now: Time) -> bool {
    pod.is_running_and_ready() && super::is_available(pod, set.spec.min_ready_seconds, now)
}

/// In which batch the pod at a place is: the first alone, the next two, four, … together. Upstream: slowStartBatch.
fn batch_of(place: usize) -> usize {
    const DOUBLING: usize = 511;
    if place < DOUBLING { (place + 1).ilog2() as usize } else { DOUBLING.ilog2() as usize + 1 + (place - DOUBLING) / MAX_BATCH }
}

/// Pods that are made or deleted side by side at most. Upstream: MaxBatchSize.
const MAX_BATCH: usize = 500;

/// Whether the rest of an ordered round waits.
#[derive(PartialEq, Eq)]
enum Go {
    On,
    NoFurther,
}

impl<'a> Round<'a> {
    fn new(desk: &Desk, set: &'a StatefulSet, pods: Vec<Arc<Pod>>, revisions: &'a Revisions) -> Round<'a> {
        let now = desk.now();
        let settled = desk.memory.rosters.settled(set.metadata.uid);
        let status = count_up(set, revisions, &pods, settled.len(), now);
        let range = set.first_ordinal()..set.first_ordinal().saturating_add(set.spec.replicas);
        let (mut present, mut condemned) = (BTreeMap::new(), Vec::new());
        for pod in pods {
            let Some((_, ordinal)) = parent_and_ordinal(&pod.metadata.name) else { continue };
            let available = !pod.metadata.is_terminating() && is_available(set, &pod, now);
            let slot = Slot { ordinal, pod: Some(pod), available };
            match range.contains(&ordinal) {
                true => drop(present.insert(ordinal, slot)),
                false => condemned.push(slot),
            }
        }
        condemned.sort_by_key(|slot: &Slot| std::cmp::Reverse(slot.ordinal));
        let replicas = with_gaps(range, &settled, present);
        let unavailable = |slot: &&Slot| !slot.available;
        let lowest = replicas.iter().find(unavailable).or_else(|| condemned.iter().rev().find(unavailable));
        let first_unavailable = lowest.map(|slot| slot.ordinal);
        Round { set, revisions, replicas, condemned, first_unavailable, status, held: None }
    }

    fn is_monotonic(&self) -> bool {
        self.set.spec.pod_management_policy == PodManagementPolicy::OrderedReady
    }

    fn run(&mut self, desk: &mut Desk) -> Result<(), Refusal> {
        let place = |slot: &Slot| usize::try_from(slot.ordinal - self.set.first_ordinal()).unwrap_or_default();
        let places: Vec<usize> = self.replicas.iter().map(place).collect();
        if self.for_all(desk, &places, Round::process_replica)? == Go::NoFurther {
            return Ok(());
        }
        let condemned: Vec<Arc<Pod>> = self.condemned.iter().filter_map(|slot| slot.pod.clone()).collect();
        for pod in &condemned {
            claims::fix_condemned(desk, self.set, pod);
        }
        let places: Vec<usize> = (0..condemned.len()).collect();
        if self.for_all(desk, &places, |round, desk, index| round.process_condemned(desk, &condemned[index]))? == Go::NoFurther {
            return Ok(());
        }
        self.update(desk)
    }

    /// Pods that are ordered one after the other, up to the first at which it goes no further; else all of them in batches of
    /// 1, 2, 4, …: within a batch each is tried, and a refusal ends the round after it. `places` are those among all pods,
    /// settled ones included. Upstream: runForAll.
    fn for_all<F>(&mut self, desk: &mut Desk, places: &[usize], process: F) -> Result<Go, Refusal>
    where
        F: Fn(&mut Self, &mut Desk, usize) -> Result<Go, Refusal>,
    {
        let ordered = self.is_monotonic();
        let (mut batch, mut refused) = (0, None);
        for (index, place) in places.iter().enumerate() {
            if batch_of(*place) != batch && refused.is_some() {
                break;
            }
            batch = batch_of(*place);
            match process(self, desk, index) {
                Ok(Go::NoFurther) if ordered => return Ok(Go::NoFurther),
                Err(refusal) if ordered => return Err(refusal),
                Ok(_) => {}
                Err(refusal) => refused = Some(refusal),
            }
        }
        refused.map_or(Ok(Go::On), Err)
    }

    fn wait_for(&mut self, words: String, pod: &Pod) -> Go {
        if self.held.is_none() {
            self.held = Some((words.into(), pod.metadata.key()));
        }
        Go::NoFurther
    }

    /// What is to be done about one ordinal. A pod about which nothing is to be done settles.
    fn process_replica(&mut self, desk: &mut Desk, index: usize) -> Result<Go, Refusal> {
        let Slot { ordinal, pod, available } = self.replicas[index].clone();
        let Some(pod) = pod else { return self.fill(desk, ordinal) };
        let name = &pod.metadata.name;
        if pod.status.phase.is_terminal() {
            if !pod.metadata.is_terminating() {
                self.delete(desk, &pod)?;
            }
            return Ok(self.wait_for(format!("{name} has ended: a new one waits until it is gone"), &pod));
        }
        if pod.status.phase == Phase::Pending {
            claims::settle(desk, self.set, &pod)?;
        }
        let obstacle = if available { None } else { Some(self.obstacle(&pod)) };
        let go = obstacle.map_or(Go::On, |words| self.wait_for(words, &pod));
        if go == Go::On || !self.is_monotonic() {
            let is_well = self.mend(desk, &pod)?;
            let is_newest = identity::revision_of(&pod) == Some(&self.revisions.update.metadata.name);
            if available && is_well && is_newest {
                desk.world().memory.rosters.settle(self.set.metadata.uid, &pod.metadata.key(), ordinal);
            }
        }
        Ok(go)
    }

    /// Why an ordered set goes no further than this pod, which is not available.
    fn obstacle(&self, pod: &Pod) -> String {
        let name = &pod.metadata.name;
        if pod.metadata.is_terminating() {
            format!("a new {name} waits until this one is surely gone")
        } else if !pod.is_running_and_ready() {
            format!("waits for {name} to be ready")
        } else {
            format!("waits for {name} to have been ready for {} s", self.set.spec.min_ready_seconds)
        }
    }

    /// Makes the pod of an ordinal that has none.
    fn fill(&mut self, desk: &mut Desk, ordinal: i32) -> Result<Go, Refusal> {
        let pod = identity::new_pod(self.set, self.revisions, ordinal);
        if claims::is_stale(desk, self.set, &pod) {
            let name = &pod.metadata.name;
            return Ok(self.wait_for(format!("{name} waits until the claim of its predecessor is gone"), &pod));
        }
        self.create(desk, &pod)?;
        Ok(if self.is_monotonic() { Go::NoFurther } else { Go::On })
    }

    fn process_condemned(&mut self, desk: &mut Desk, pod: &Pod) -> Result<Go, Refusal> {
        let name = &pod.metadata.name;
        if pod.metadata.is_terminating() {
            return Ok(self.wait_for(format!("waits for {name} to be gone"), pod));
        }
        let ordinal = parent_and_ordinal(name).map(|(_, ordinal)| ordinal);
        if self.is_monotonic() && !is_available(self.set, pod, desk.now()) && self.first_unavailable != ordinal {
            let first = self.first_unavailable.unwrap_or_default();
            return Ok(self.wait_for(format!("{name} may not go before {}-{first} is available", self.set.metadata.name), pod));
        }
        self.delete(desk, pod)?;
        Ok(Go::NoFurther)
    }

    /// The rolling update: from the highest ordinal down to the partition, one at a time.
    fn update(&mut self, desk: &mut Desk) -> Result<(), Refusal> {
        let strategy = &self.set.spec.update_strategy;
        if strategy.kind == StrategyType::OnDelete {
            return Ok(());
        }
        let partition = strategy.rolling_update.as_ref().map_or(0, |r| r.partition.max(0));
        let from = self.set.first_ordinal().saturating_add(partition);
        for index in (0..self.replicas.len()).rev() {
            let slot = &self.replicas[index];
            if slot.ordinal < from {
                break;
            }
            let Some(pod) = slot.pod.clone() else { return Ok(()) };
            let outdated = identity::revision_of(&pod) != Some(&self.revisions.update.metadata.name);
            if outdated && !pod.metadata.is_terminating() {
                self.delete(desk, &pod)?;
                self.status.current_replicas -= 1;
                return Ok(());
            }
            if !slot.available {
                self.wait_for(format!("the roll-out waits for {} to be available", pod.metadata.name), &pod);
                return Ok(());
            }
        }
        Ok(())
    }

    fn create(&self, desk: &mut Desk, pod: &Pod) -> Result<(), Refusal> {
        claims::create_missing(desk, self.set, pod).inspect_err(|refusal| self.failed(desk, "Create", pod, refusal))?;
        // A name that is still taken, by a pod that is no longer ours, is tried again in silence.
        let silent = |refusal: &Refusal| refusal.reason == Reason::AlreadyExists;
        let done = desk.create(pod.clone()).map(|_| claims::fix_owners(desk, self.set, pod));
        if done.as_ref().is_err_and(silent) { done } else { self.told(desk, "Create", pod, done) }
    }

    fn delete(&self, desk: &mut Desk, pod: &Pod) -> Result<(), Refusal> {
        let done = desk.delete(Kind::Pod, &pod.metadata.key(), &Default::default()).map(|_| ());
        self.told(desk, "Delete", pod, done)
    }

    /// Restores identity labels, volumes and claims of a pod; where only the owners of its claims were wrong, the pod is
    /// sent as it is, and that is reported too. True where there was nothing to restore. Upstream: UpdateStatefulPod.
    fn mend(&self, desk: &mut Desk, pod: &Pod) -> Result<bool, Refusal> {
        if !identity::has_storage(self.set, pod) {
            claims::create_missing(desk, self.set, pod).inspect_err(|refusal| self.failed(desk, "Update", pod, refusal))?;
        }
        let are_owned = claims::fit(desk, self.set, pod);
        if are_owned && identity::fits(self.set, pod) {
            return Ok(true);
        }
        if !are_owned {
            claims::fix_owners(desk, self.set, pod);
        }
        let done = identity::mend(self.set, pod).and_then(|mended| desk.update(mended).map(drop));
        self.told(desk, "Update", pod, done).map(|()| false)
    }

    /// Reports how it went. Upstream: StatefulPodControl.recordPodEvent.
    fn told(&self, desk: &mut Desk, verb: &str, pod: &Pod, done: Result<(), Refusal>) -> Result<(), Refusal> {
        match &done {
            Ok(()) => {
                let words = format!("{verb} Pod {} in StatefulSet {} successful", pod.metadata.name, self.set.metadata.name);
                self.say(desk, false, &format!("Successful{verb}"), words);
            }
            Err(refusal) => self.failed(desk, verb, pod, refusal),
        }
        done
    }

    fn failed(&self, desk: &mut Desk, verb: &str, pod: &Pod, refusal: &Refusal) {
        let words = format!("{verb} Pod {} in StatefulSet {} failed error: {}", pod.metadata.name, self.set.metadata.name, refusal.message);
        self.say(desk, true, &format!("Failed{verb}"), words);
    }

    fn say(&self, desk: &mut Desk, warning: bool, reason: &str, words: String) {
        desk.event(reference(Kind::StatefulSet, &self.set.metadata), warning, reason, words);
    }
}

/// One slot for each ordinal but those of settled pods; where as many pods are there as are wanted, none is missing.
fn with_gaps(range: Range<i32>, settled: &OrdSet<i32>, present: BTreeMap<i32, Slot>) -> Vec<Slot> {
    if settled.len() + present.len() >= range.len() {
        return present.into_values().collect();
    }
    let (mut settled, mut present) = (settled.iter().peekable(), present.into_iter().peekable());
    let mut slots = Vec::new();
    for ordinal in range {
        if settled.next_if_eq(&&ordinal).is_none() {
            let slot = present.next_if(|(known, _)| *known == ordinal).map(|(_, slot)| slot);
            slots.push(slot.unwrap_or(Slot { ordinal, pod: None, available: false }));
        }
    }
    slots
}

/// Counts existing pods into a status; of the settled ones it is known what they count for. Upstream: updateStatus.
fn count_up(set: &StatefulSet, revisions: &Revisions, pods: &[Arc<Pod>], settled: usize, now: Time) -> StatefulSetStatus {
    let (current, update) = (&revisions.current.metadata.name, &revisions.update.metadata.name);
    let number = |count: usize| i32::try_from(count).unwrap_or(i32::MAX);
    let mut status = StatefulSetStatus {
        observed_generation: set.metadata.generation,
        replicas: number(settled + pods.len()),
        ready_replicas: number(settled),
        available_replicas: number(settled),
        current_replicas: if current == update { number(settled) } else { 0 },
        updated_replicas: number(settled),
        current_revision: current.clone(),
        update_revision: update.clone(),
        collision_count: Some(revisions.collisions),
        ..StatefulSetStatus::default()
    };
    for pod in pods {
        let ready = pod.is_running_and_ready();
        status.ready_replicas += i32::from(ready);
        status.available_replicas += i32::from(ready && super::is_available(pod, set.spec.min_ready_seconds, now));
        let revision = identity::revision_of(pod).filter(|_| !pod.metadata.is_terminating());
        status.current_replicas += i32::from(revision == Some(current));
        status.updated_replicas += i32::from(revision == Some(update));
    }
    status
}

#[cfg(test)]
mod tests;
