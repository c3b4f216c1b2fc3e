//! What just differed between the two kinds of set: how each of them answered the last thing that befell it, be it a pod
//! that was lost or a change of its size.

use super::Family;
use crate::api::workload::parent_and_ordinal;
use crate::api::{Key, Kind, Object, PersistentVolumeClaim, Pod, StatefulSet, Uid};
use crate::sim::{Actor, Change, Controller, What, World};
use std::sync::Arc;

/// How far back it looks.
const LOOK_BACK: u64 = 3000;

/// What can befall a set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Befell {
    /// It lost a pod that it still wants.
    Loss,
    /// It was made greater.
    Growth,
    /// It was made smaller.
    Shrinking,
}

/// How a set answered what befell it last.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// Whose.
    pub family: Family,
    /// What befell it.
    pub befell: Befell,
    /// The pod by which it answered; none as long as it has none.
    pub pod: Option<Key>,
    /// What it did, in a few words, with the pod's name.
    pub words: String,
    /// Without it.
    pub fewer: String,
    /// In two or three.
    pub short: &'static str,
}

/// The answers of both kinds of set, a ReplicaSet's first; of one alone where they answered different things: that which
/// befell it last.
pub fn answers(world: &World) -> Vec<Answer> {
    let from = world.changes().next().saturating_sub(LOOK_BACK);
    let mut walks = [Walk::new(Kind::ReplicaSet), Walk::new(Kind::StatefulSet)];
    let mut latest = None;
    for change in world.changes().since(from).rev() {
        for (i, walk) in walks.iter_mut().enumerate().filter(|(_, walk)| walk.found.is_none()) {
            walk.see(world, change);
            latest = latest.or(walk.found.is_some().then_some(i));
        }
        if walks.iter().all(|walk| walk.found.is_some()) {
            break;
        }
    }
    let befell = |walk: &Walk| walk.found.as_ref().map(|found| found.0);
    let alike = befell(&walks[0]) == befell(&walks[1]);
    let shown = walks.iter().enumerate().filter(|(i, _)| alike || latest == Some(*i));
    shown.filter_map(|(_, walk)| walk.answer(world)).collect()
}

/// A walk back through the history of one kind of set.
struct Walk<'w> {
    kind: Kind,
    /// Pods that were made since, latest first.
    made: Vec<&'w Arc<Pod>>,
    /// Pods that their set let go since, latest first.
    going: Vec<&'w Arc<Pod>>,
    /// What befell which set; for a loss, the pod that was lost.
    found: Option<(Befell, Uid, Option<&'w Arc<Pod>>)>,
}

impl<'w> Walk<'w> {
    fn new(kind: Kind) -> Walk<'w> {
        Walk { kind, made: Vec::new(), going: Vec::new(), found: None }
    }
    fn is_each(&self) -> bool {
        self.kind == Kind::StatefulSet
    }
    fn see(&mut self, world: &World, change: &'w Change) {
        let What::Written { before, after } = &change.what else { return };
        match (before, after) {
            (None, Some(Object::Pod(pod))) if self.owns(pod) => self.made.push(pod),
            (Some(Object::Pod(pod)), after) if self.owns(pod) && goes(pod, after.as_ref()) => match self.lets_go(world, change, pod) {
                true => self.going.push(pod),
                false => self.found = pod.metadata.controller().map(|owner| (Befell::Loss, owner.uid, Some(pod))),
            },
            (Some(before), Some(after)) if after.kind() == self.kind => {
                let befell = match size(after).cmp(&size(before)) {
                    std::cmp::Ordering::Greater => Befell::Growth,
                    std::cmp::Ordering::Less => Befell::Shrinking,
                    std::cmp::Ordering::Equal => return,
                };
                self.found = Some((befell, after.meta().uid, None));
            }
            _ => {}
        }
    }
    fn owns(&self, pod: &Pod) -> bool {
        pod.metadata.controller().is_some_and(|owner| *owner.kind == *self.kind.name())
    }
    /// True where the set itself deletes a pod that it does not want any more.
    fn lets_go(&self, world: &World, change: &Change, pod: &Pod) -> bool {
        let by = |controller| change.actor == Actor::Controller(controller);
        by(Controller::ReplicaSet) || by(Controller::StatefulSet) && !is_wanted(world, pod)
    }
    fn answer(&self, world: &World) -> Option<Answer> {
        let (befell, owner, lost) = self.found?;
        world.objects(self.kind).find(|set| set.meta().uid == owner)?;
        let mine = |pod: &&&Arc<Pod>| pod.metadata.is_controlled_by(owner);
        match (befell, lost) {
            (Befell::Loss, Some(old)) => {
                let takes_its_place = |pod: &&&Arc<Pod>| self.kind == Kind::ReplicaSet || pod.metadata.name == old.metadata.name;
                let new = self.made.iter().rev().filter(mine).find(takes_its_place);
                Some(new.map_or_else(|| self.not_replaced(world, old), |new| self.replaced(world, old, new)))
            }
            (Befell::Growth, _) => Some(self.grown(self.made.iter().rev().find(mine).copied())),
            (Befell::Shrinking, _) => self.going.iter().rev().find(mine).map(|pod| self.shrunk(world, pod)),
            (Befell::Loss, None) => None,
        }
    }
    fn said(&self, befell: Befell, pod: Option<&Pod>, fewer: String, short: &'static str) -> Answer {
        let family = if self.is_each() { Family::Each } else { Family::Alike };
        let words = pod.map_or_else(|| fewer.clone(), |pod| format!("{}: {fewer}", pod.metadata.name));
        Answer { family, befell, pod: pod.map(|pod| pod.metadata.key()), words, fewer, short }
    }
    fn replaced(&self, world: &World, old: &Pod, new: &Pod) -> Answer {
        let now = world.get::<Pod>(&new.metadata.key()).filter(|pod| pod.metadata.uid == new.metadata.uid);
        let address = match now.map(|pod| &pod.status.pod_ip).filter(|ip| !ip.is_empty()) {
            Some(ip) if *ip == old.status.pod_ip => "same IP",
            Some(_) => "new IP",
            None => "no IP yet",
        };
        let (name, claim) = if self.is_each() { ("same name", ", same claim") } else { ("new name", ", shared claim") };
        let claim = if new.claims().next().is_some() { claim } else { "" };
        self.said(Befell::Loss, Some(new), format!("{name}, {address}{claim}"), name)
    }
    fn not_replaced(&self, world: &World, old: &Pod) -> Answer {
        let there = world.get::<Pod>(&old.metadata.key()).is_some_and(|pod| pod.metadata.uid == old.metadata.uid);
        let words = if there && self.is_each() { "not replaced: it may still run" } else { "not replaced yet" };
        self.said(Befell::Loss, Some(old), words.to_owned(), "not replaced")
    }
    fn grown(&self, new: Option<&Arc<Pod>>) -> Answer {
        let (fewer, claim) = match (self.is_each(), new.is_some()) {
            (true, true) => ("next number", ", own claim"),
            (true, false) => ("waits for its turn", ""),
            (false, true) => ("any name", ", shared claim"),
            (false, false) => ("not made yet", ""),
        };
        let claim = if new.is_some_and(|pod| pod.claims().next().is_some()) { claim } else { "" };
        self.said(Befell::Growth, new.map(|pod| &**pod), format!("{fewer}{claim}"), fewer)
    }
    fn shrunk(&self, world: &World, old: &Pod) -> Answer {
        let key = |claim| Key::new(old.metadata.namespace.clone(), claim);
        let kept = old.claims().any(|claim| world.get::<PersistentVolumeClaim>(&key(claim)).is_some_and(|c| !c.metadata.is_terminating()));
        let (fewer, claim) = match (self.is_each(), kept) {
            (true, true) => ("the last goes", ", its claim stays"),
            (true, false) => ("the last goes", ""),
            (false, _) => ("any one goes", ""),
        };
        self.said(Befell::Shrinking, Some(old), format!("{fewer}{claim}"), fewer)
    }
}

/// True where a pod that was not asked to go is, or is no more.
fn goes(before: &Pod, after: Option<&Object>) -> bool {
    !before.metadata.is_terminating() && after.is_none_or(|after| after.meta().is_terminating())
}

/// True where a StatefulSet wants a pod of that number.
fn is_wanted(world: &World, pod: &Pod) -> bool {
    let (Some(owner), Some((_, ordinal))) = (pod.metadata.controller(), parent_and_ordinal(&pod.metadata.name)) else { return false };
    let set = world.get::<StatefulSet>(&Key::new(pod.metadata.namespace.clone(), owner.name.clone()));
    set.is_some_and(|set| (set.first_ordinal()..set.first_ordinal().saturating_add(set.spec.replicas)).contains(&ordinal))
}

/// How many pods a set wants.
fn size(set: &Object) -> i32 {
    match set {
        Object::ReplicaSet(set) => set.spec.replicas,
        Object::StatefulSet(set) => set.spec.replicas,
        _ => 0,
    }
}
