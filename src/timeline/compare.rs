//! Two histories beside each other: when they part, and what came of each.

use super::Track;
use crate::api::{Key, Name, Object, Span, Time, Uid};
use crate::sim::invariants::{RULES, Rule};
use crate::sim::{Change, Physical, What, World};
use std::collections::{BTreeMap, BTreeSet};

/// What came of a history from some moment on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// How long it took until every set had what it wants again; `None` where that has not come yet.
    pub recovered: Option<Span>,
    /// The most processes that ran under one pod's name at once, and that name.
    pub most: (usize, Name),
    /// Writes that were acknowledged and lost, each in words.
    pub lost: Vec<Name>,
    /// Rules that broke, by name, each once.
    pub broken: BTreeSet<Name>,
    /// How far it goes.
    pub until: Time,
}

/// When two histories part: at the first line that only one of them has, else where the shorter one ends.
pub fn parting(a: &Track, b: &Track) -> Time {
    let same = a.lines().iter().zip(b.lines()).take_while(|(a, b)| a == b).count();
    let next = [a, b].into_iter().filter_map(|track| track.lines().get(same).map(|line| line.at)).min();
    next.unwrap_or_else(|| a.live().now().min(b.live().now()))
}

/// What came of a history from a moment on, as far back as its changes are kept.
pub fn outcome(world: &World, from: Time) -> Outcome {
    let mut ledger = Ledger { recovered: from, ..Ledger::default() };
    let (before, after): (Vec<_>, Vec<_>) = world.changes().since(0).partition(|change| change.at < from);
    before.iter().for_each(|change| ledger.read(change));
    let running = ledger.running.iter().map(|(key, uids)| (uids.len(), key.name.clone()));
    ledger.most = running.max_by_key(|(count, _)| *count).unwrap_or_default();
    (ledger.lost, ledger.broken) = (Vec::new(), BTreeSet::new());
    after.iter().for_each(|change| ledger.read(change));
    Outcome {
        recovered: ledger.short.is_empty().then(|| ledger.recovered - from),
        most: ledger.most,
        lost: ledger.lost,
        broken: ledger.broken,
        until: world.now(),
    }
}

/// What has been read so far.
#[derive(Default)]
struct Ledger {
    /// Sets that do not have what they want.
    short: BTreeSet<Uid>,
    /// When the last of them got it.
    recovered: Time,
    running: BTreeMap<Key, BTreeSet<Uid>>,
    most: (usize, Name),
    lost: Vec<Name>,
    broken: BTreeSet<Name>,
}

impl Ledger {
    fn read(&mut self, change: &Change) {
        match &change.what {
            What::Written { before, after } => self.written(before.as_ref(), after.as_ref(), change.at),
            What::Physical(Physical::Started(_, pod, uid)) => {
                let running = self.running.entry(pod.clone()).or_default();
                running.insert(*uid);
                if running.len() > self.most.0 {
                    self.most = (running.len(), pod.name.clone());
                }
            }
            What::Physical(Physical::Stopped(_, pod, uid, _)) => {
                if let Some(running) = self.running.get_mut(pod) {
                    running.remove(uid);
                }
            }
            What::Rule { rule, detail, broken: true } => {
                self.broken.insert(rule.clone());
                if **rule == *RULES[Rule::NoWriteLost as usize].1 {
                    self.lost.push(detail.clone());
                }
            }
            What::Physical(_) | What::Rule { .. } => {}
        }
    }
    /// Notes whether a set has what it wants, and when all have.
    fn written(&mut self, before: Option<&Object>, after: Option<&Object>, at: Time) {
        let (met, uid) = match after.or(before) {
            Some(Object::ReplicaSet(set)) => (set.status.ready_replicas >= set.spec.replicas, set.metadata.uid),
            Some(Object::StatefulSet(set)) => (set.status.ready_replicas >= set.spec.replicas, set.metadata.uid),
            _ => return,
        };
        if !met && after.is_some() {
            self.short.insert(uid);
        } else if self.short.remove(&uid) && self.short.is_empty() {
            self.recovered = at;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sim::{Act, Options};

    #[test]
    fn two_histories_part_at_the_first_line_that_differs() {
        let mut first = Track::new(World::new(Options::default()));
        first.act("disconnect node-1", None, |world| world.apply(Act::Disconnect("node-1".into()))).unwrap();
        first.pass(Time::NEVER.min(first.live().now() + Span::secs(5)));
        let mut second = first.clone();
        let at = second.live().now();
        second.act("reconnect node-1", None, |world| world.apply(Act::Reconnect("node-1".into()))).unwrap();
        assert_eq!((parting(&first, &second), parting(&second, &first)), (at, at));
        assert_eq!(parting(&first, &first), first.live().now());
    }

    #[test]
    fn a_history_in_which_nothing_was_short_recovered_at_once() {
        let world = World::new(Options::default());
        let outcome = outcome(&world, world.now());
        assert_eq!((outcome.recovered, outcome.most.0, outcome.lost.len()), (Some(Span(0)), 0, 0));
    }
}
