//! The history of a run, kept up change by change, and the rules that a change may break.

use podyard::api::workload::{ControllerRevision, PodManagementPolicy, parent_and_ordinal};
use podyard::api::{Key, Name, Object, Pod, StatefulSet};
use podyard::sim::change::{Actor, Controller};
use podyard::sim::{Change, ChangeId, What, World};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

const SET: &str = "kubia";
const REVISION: &str = "controller-revision-hash";

/// The pods and the set as the record had them at each change, and what was done by force.
pub struct Ledger {
    next: ChangeId,
    pods: BTreeMap<Key, Arc<Pod>>,
    set: Option<Arc<StatefulSet>>,
    /// The set's newest revision, which its status names a little later.
    newest: (i64, Name),
    /// Pods that may run twice: forced away, or their node's record deleted.
    loose: BTreeSet<String>,
    any_loose: bool,
    /// Ordinals that are missing for a reason other than not having been reached yet.
    excused: BTreeSet<i32>,
}

impl Ledger {
    /// A ledger that begins with the present.
    pub fn new(world: &World) -> Ledger {
        Ledger {
            next: world.changes().next(),
            pods: world.list::<Pod>().map(|p| (p.metadata.key(), p.clone())).collect(),
            set: world.list::<StatefulSet>().find(|s| &*s.metadata.name == SET).cloned(),
            newest: world.list::<ControllerRevision>().map(|r| (r.revision, r.metadata.name.clone())).max().unwrap_or_default(),
            loose: BTreeSet::new(),
            any_loose: false,
            excused: BTreeSet::new(),
        }
    }

    /// Notes what is about to be done by force.
    pub fn typed(&mut self, line: &str) {
        if line.contains("--force") {
            self.loose.extend(line.split(' ').find(|w| w.starts_with("kubia-")).map(str::to_owned));
        }
        self.any_loose |= line.contains("delete node");
    }

    /// Reads on to the present; tells the first change that should not have been.
    pub fn read(&mut self, world: &World) -> Option<String> {
        let changes: Vec<Arc<Change>> = world.changes().since(self.next).cloned().collect();
        self.next = world.changes().next();
        for change in &changes {
            let What::Written { before, after } = &change.what else { continue };
            let broken = self.judge(&change.actor, before.as_ref(), after.as_ref());
            self.note(&change.actor, before.as_ref(), after.as_ref());
            if let Some(broken) = broken.or_else(|| self.gap()) {
                return Some(format!("{broken} (change {} at {} by {})", change.id, change.at.rfc3339(), change.actor.component()));
            }
        }
        None
    }

    /// A pod's name that several living processes carry, though nobody used force.
    pub fn doubled(&self, world: &World) -> Option<String> {
        let mut alive: BTreeMap<&Key, &str> = BTreeMap::new();
        for machine in world.machines() {
            for process in machine.processes.values().filter(|p| p.is_alive()) {
                let excused = self.any_loose || self.loose.contains(&*process.key.name);
                if let Some(other) = alive.insert(&process.key, &machine.name).filter(|_| !excused) {
                    return Some(format!("{} runs on {other} and on {}", process.key.name, machine.name));
                }
            }
        }
        None
    }

    fn judge(&self, actor: &Actor, before: Option<&Object>, after: Option<&Object>) -> Option<String> {
        let by_set = *actor == Actor::Controller(Controller::StatefulSet);
        match (before, after) {
            (None, Some(Object::Pod(pod))) => self.judge_birth(pod, by_set),
            (Some(Object::Pod(old)), after) if by_set && !old.metadata.is_terminating() => {
                let ends = after.is_none_or(|o| o.meta().is_terminating());
                if ends { self.judge_end(old) } else { None }
            }
            (Some(Object::PersistentVolumeClaim(claim)), None) => self.judge_claim(&claim.metadata.key()),
            _ => None,
        }
    }

    fn judge_birth(&self, pod: &Pod, by_set: bool) -> Option<String> {
        let name = &pod.metadata.name;
        if self.pods.contains_key(&pod.metadata.key()) {
            return Some(format!("a second {name} was stored"));
        }
        if !by_set || !self.is_ordered() {
            return None;
        }
        let (_, ordinal) = parent_and_ordinal(name)?;
        let unready = (0..ordinal).find(|i| !self.pod(*i).is_some_and(|p| p.is_running_and_ready() && !p.metadata.is_terminating()));
        unready.map(|i| format!("{name} was made while {SET}-{i} was missing or not ready"))
    }

    /// The set's controller ends a pod: one that has ended by itself, the highest of those too many, or, where all
    /// above it are well, one of another revision.
    fn judge_end(&self, pod: &Pod) -> Option<String> {
        let set = self.set.as_ref()?;
        let (_, ordinal) = parent_and_ordinal(&pod.metadata.name)?;
        let above = || self.ordinals().filter(|i| *i > ordinal);
        if pod.status.phase.is_terminal() {
            return None;
        }
        if ordinal >= set.spec.replicas {
            let higher = above().next().filter(|_| self.is_ordered());
            return higher.map(|i| format!("{} was scaled away before {SET}-{i}", pod.metadata.name));
        }
        if pod.metadata.labels.get(REVISION) == Some(&self.newest.1) {
            return Some(format!("{} was deleted, though it is wanted and up to date", pod.metadata.name));
        }
        let ill = above().find(|i| !self.pod(*i).is_some_and(|p| p.is_running_and_ready()));
        ill.map(|i| format!("the roll-out went on to {} while {SET}-{i} was not ready", pod.metadata.name))
    }

    fn judge_claim(&self, claim: &Key) -> Option<String> {
        let uses = |p: &&Arc<Pod>| {
            p.metadata.namespace == claim.namespace
                && p.is_scheduled()
                && !p.status.phase.is_terminal()
                && p.spec.claims().any(|c| *c == claim.name)
        };
        self.pods.values().find(uses).map(|p| format!("claim {} went while {} used it", claim.name, p.metadata.name))
    }

    fn note(&mut self, actor: &Actor, before: Option<&Object>, after: Option<&Object>) {
        match (before, after) {
            (_, Some(Object::Pod(pod))) => {
                self.excuse(actor, pod);
                if before.is_none() {
                    parent_and_ordinal(&pod.metadata.name).map(|(_, ordinal)| self.excused.remove(&ordinal));
                }
                self.pods.insert(pod.metadata.key(), pod.clone());
            }
            (Some(Object::Pod(pod)), None) => {
                self.excuse(actor, pod);
                self.pods.remove(&pod.metadata.key());
            }
            (_, Some(Object::ControllerRevision(r))) => {
                self.newest = std::mem::take(&mut self.newest).max((r.revision, r.metadata.name.clone()));
            }
            (_, Some(Object::StatefulSet(set))) if &*set.metadata.name == SET => self.set = Some(set.clone()),
            _ => {}
        }
    }

    /// Whoever ends a pod that is wanted leaves a gap that is no fault: somebody else, or the set's controller where it
    /// may (see [`Ledger::judge_end`]).
    fn excuse(&mut self, actor: &Actor, pod: &Pod) {
        let gone = pod.metadata.is_terminating() || !matches!(actor, Actor::Controller(Controller::StatefulSet));
        if let Some((SET, ordinal)) = parent_and_ordinal(&pod.metadata.name).filter(|_| gone) {
            self.excused.insert(ordinal);
        }
    }

    /// An ordinal that is missing below one that exists, though nobody took it away.
    fn gap(&self) -> Option<String> {
        let highest = self.ordinals().max().filter(|_| self.is_ordered())?;
        let missing = (0..highest).find(|i| self.pod(*i).is_none() && !self.excused.contains(i))?;
        Some(format!("{SET}-{highest} exists without {SET}-{missing}"))
    }

    fn is_ordered(&self) -> bool {
        self.set.as_ref().is_some_and(|s| s.spec.pod_management_policy == PodManagementPolicy::OrderedReady)
    }

    fn pod(&self, ordinal: i32) -> Option<&Arc<Pod>> {
        self.pods.get(&Key::new("default", format!("{SET}-{ordinal}")))
    }

    fn ordinals(&self) -> impl Iterator<Item = i32> {
        let ours = |p: &Arc<Pod>| parent_and_ordinal(&p.metadata.name).filter(|(parent, _)| *parent == SET).map(|(_, ordinal)| ordinal);
        self.pods.values().filter_map(ours)
    }
}
