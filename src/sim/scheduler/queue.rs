//! The scheduler's queue: pods to be tried now, pods to be tried when nothing better is to be done, and pods that wait for
//! news. Upstream: pkg/scheduler/backend/queue.
//!
//! Back-off only orders: a pod that backs off is taken where no other is there to be tried (SchedulerPopFromBackoffQ), but
//! one whose binding went wrong sits its back-off out.

use super::super::change::ChangeId;
use super::hints::Plugins;
use crate::api::{Key, Span, Time};
use imbl::{OrdMap, OrdSet};
use std::cmp::Reverse;

/// First and longest back-off: podInitialBackoffSeconds, podMaxBackoffSeconds.
const BACKOFF: (Span, Span) = (Span::secs(1), Span::secs(10));
/// After so long without news a pod is tried again: podMaxInUnschedulablePodsDuration.
const PATIENCE: Span = Span::mins(5);
/// How often it is looked who has waited for so long.
const ROUND: Span = Span::secs(30);

/// Greater priority first, then who waits for longer since it was last tried. Upstream: PrioritySort.
type Rank = (Reverse<i64>, Time, u64);

/// Where a pod is in the queue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Spot {
    /// To be tried.
    Active,
    /// To be tried by this time at the latest.
    Backoff(Time),
    /// To be tried at this time, not before.
    Delayed(Time),
    /// Waits for news that concern these plugins, which refused it.
    Parked(Plugins),
    /// Taken from the queue; its fate is being decided.
    Taken,
}

#[derive(Clone, Debug)]
struct Entry {
    rank: Rank,
    attempts: u32,
    spot: Spot,
    /// What had the pod tried, or tried again.
    cause: Option<ChangeId>,
}

/// Every pod that is to be scheduled.
#[derive(Clone, Debug, Default)]
pub struct Queue {
    entries: OrdMap<Key, Entry>,
    active: OrdMap<Rank, Key>,
    /// Pods that back off, by the end of that.
    backoff: OrdMap<(Time, Rank), Key>,
    delayed: OrdMap<(Time, Rank), Key>,
    parked: OrdSet<Key>,
    /// How many of those each plugin refused.
    refused: [usize; Plugins::COUNT],
    next: u64,
    flush: Option<Time>,
}

impl Queue {
    /// True where the pod is in the queue or was taken from it and not forgotten since.
    pub fn contains(&self, key: &Key) -> bool {
        self.entries.contains_key(key)
    }
    /// True where somebody could be tried now.
    pub fn is_ready(&self) -> bool {
        !self.active.is_empty() || !self.backoff.is_empty()
    }
    /// A new pod; `cause` is what made it so.
    pub fn add(&mut self, key: &Key, priority: i64, now: Time, cause: Option<ChangeId>) {
        let rank = (Reverse(priority), now, self.next);
        self.next += 1;
        self.entries.insert(key.clone(), Entry { rank, attempts: 0, spot: Spot::Taken, cause });
        self.place(key, Spot::Active);
    }
    /// Forgets a pod.
    pub fn forget(&mut self, key: &Key) {
        if self.contains(key) {
            self.place(key, Spot::Taken);
            self.entries.remove(key);
        }
    }
    /// A pod that could not be scheduled waits for news.
    pub fn park(&mut self, key: &Key, by: Plugins, now: Time) {
        self.tried(key, now);
        self.place(key, Spot::Parked(by));
    }
    /// A pod that went wrong after it had a node is tried again after its back-off; the answer is when.
    pub fn delay(&mut self, key: &Key, now: Time) -> Time {
        self.tried(key, now);
        let until = self.entries.get(key).map_or(now, Entry::backed_off);
        self.place(key, Spot::Delayed(until));
        until
    }
    /// A pod is tried again as soon as it is its turn.
    pub fn again(&mut self, key: &Key) {
        self.place(key, Spot::Active);
    }
    /// A pod that waits for news changed itself, which may be the news; true where it waited.
    pub fn rouse(&mut self, key: &Key, now: Time, cause: Option<ChangeId>) -> bool {
        let parked = self.parked.contains(key);
        if parked {
            self.release(key, now, cause);
        }
        parked
    }
    /// Those who wait and were refused by one of these plugins, with all that refused them.
    pub fn waiting(&self, for_news_of: Plugins) -> impl Iterator<Item = (&Key, Plugins)> {
        let anybody = for_news_of.numbers().any(|plugin| self.refused[plugin] > 0);
        let parked = self.parked.iter().filter(move |_| anybody).filter_map(|key| match self.entries.get(key)?.spot {
            Spot::Parked(by) => Some((key, by)),
            Spot::Active | Spot::Backoff(_) | Spot::Delayed(_) | Spot::Taken => None,
        });
        parked.filter(move |(_, by)| by.meets(for_news_of))
    }
    /// Those who waited for news are tried again.
    pub fn rouse_all(&mut self, keys: &[Key], now: Time, cause: Option<ChangeId>) {
        keys.iter().for_each(|key| self.release(key, now, cause));
    }
    /// Takes the pod whose turn it is, with what brought it there; `None` for the mere passing of time.
    pub fn pop(&mut self) -> Option<(Key, Option<ChangeId>)> {
        let backing_off = || self.backoff.get_min().map(|(_, key)| key);
        let key = self.active.get_min().map(|(_, key)| key).or_else(backing_off)?.clone();
        self.place(&key, Spot::Taken);
        let cause = self.entries.get(&key)?.cause;
        Some((key, cause))
    }
    /// When somebody will have waited for long enough, where that is not known already.
    pub fn plan_flush(&mut self, now: Time) -> Option<Time> {
        if self.flush.is_some() || self.parked.is_empty() {
            return None;
        }
        let stamps = self.parked.iter().filter_map(|key| Some(self.entries.get(key)?.rank.1));
        let due = stamps.min().unwrap_or(now) + PATIENCE + Span(1);
        let rounds = (due.0 + ROUND.0 - 1) / ROUND.0;
        self.flush = Some(Time(rounds * ROUND.0).max(now + Span(1)));
        self.flush
    }
    /// Those who have sat out their back-off or waited for long enough are tried again. Upstream: flushBackoffQCompleted,
    /// flushUnschedulablePodsLeftover.
    pub fn flush(&mut self, now: Time) {
        self.end_delays(now);
        if self.flush.is_none_or(|at| at > now) {
            return;
        }
        self.flush = None;
        let late = |key: &&Key| self.entries.get(*key).is_some_and(|entry| now > entry.rank.1 + PATIENCE);
        let late: Vec<Key> = self.parked.iter().filter(late).cloned().collect();
        late.iter().for_each(|key| self.release(key, now, None));
    }

    /// From waiting to one of the queues. Upstream: requeuePodWithQueueingStrategy.
    fn release(&mut self, key: &Key, now: Time, cause: Option<ChangeId>) {
        self.entries.get_mut(key).into_iter().for_each(|entry| entry.cause = cause);
        let until = self.entries.get(key).map_or(now, Entry::backed_off);
        self.place(key, if until > now { Spot::Backoff(until) } else { Spot::Active });
    }
    fn end_delays(&mut self, now: Time) {
        for queue in [self.backoff.clone(), self.delayed.clone()] {
            let over = queue.iter().take_while(|((at, _), _)| *at <= now).map(|(_, key)| key.clone());
            over.collect::<Vec<Key>>().iter().for_each(|key| self.again(key));
        }
    }
    fn tried(&mut self, key: &Key, now: Time) {
        if let Some(entry) = self.entries.get(key).cloned() {
            self.place(key, Spot::Taken);
            let rank = (entry.rank.0, now, entry.rank.2);
            self.entries.insert(key.clone(), Entry { rank, attempts: entry.attempts + 1, spot: Spot::Taken, cause: None });
        }
    }
    /// Moves a pod; the only place where the queues change.
    fn place(&mut self, key: &Key, to: Spot) {
        let Some(entry) = self.entries.get_mut(key) else { return };
        let (from, rank) = (entry.spot, entry.rank);
        entry.spot = to;
        match from {
            Spot::Active => drop(self.active.remove(&rank)),
            Spot::Backoff(at) => drop(self.backoff.remove(&(at, rank))),
            Spot::Delayed(at) => drop(self.delayed.remove(&(at, rank))),
            Spot::Parked(by) => {
                self.parked.remove(key);
                by.numbers().for_each(|plugin| self.refused[plugin] -= 1);
            }
            Spot::Taken => {}
        }
        match to {
            Spot::Active => drop(self.active.insert(rank, key.clone())),
            Spot::Backoff(at) => drop(self.backoff.insert((at, rank), key.clone())),
            Spot::Delayed(at) => drop(self.delayed.insert((at, rank), key.clone())),
            Spot::Parked(by) => {
                self.parked.insert(key.clone());
                by.numbers().for_each(|plugin| self.refused[plugin] += 1);
            }
            Spot::Taken => {}
        }
    }
}

impl Entry {
    /// When its back-off is over: 1 s after its first attempt, twice as long after each further one, up to 10 s.
    fn backed_off(&self) -> Time {
        let doubled = Span(BACKOFF.0.0 << self.attempts.saturating_sub(1).min(10));
        self.rank.1 + doubled.min(BACKOFF.1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn queue(pods: &[(&str, i64)]) -> Queue {
        let mut queue = Queue::default();
        pods.iter().for_each(|(name, priority)| queue.add(&Key::new("default", *name), *priority, Time(0), None));
        queue
    }

    fn order(queue: &mut Queue, now: Time) -> String {
        queue.flush(now);
        std::iter::from_fn(|| queue.pop()).map(|(key, _)| key.name.to_string()).collect::<Vec<String>>().join(" ")
    }

    /// Upstream: TestPriorityQueue_Pop, TestPrioritySort.
    #[test]
    fn the_more_important_pod_comes_first_and_then_the_one_that_waits_for_longer() {
        assert_eq!(order(&mut queue(&[("a", 0), ("b", 7), ("c", 0), ("d", 7)]), Time(0)), "b d a c");
    }

    /// Upstream: TestPriorityQueue_MoveAllToActiveOrBackoffQueue, SchedulerPopFromBackoffQ.
    #[test]
    fn who_backs_off_lets_others_go_first_but_is_not_kept_waiting() {
        let mut queue = queue(&[("a", 0)]);
        let (a, start) = (queue.pop().unwrap().0, Time(0));
        queue.park(&a, Plugins::FIT, start);
        assert_eq!(queue.waiting(Plugins::TAINTS).count(), 0, "news of another kind");
        assert!(queue.waiting(Plugins::FIT | Plugins::TAINTS).eq([(&a, Plugins::FIT)]));
        queue.rouse_all(std::slice::from_ref(&a), start, None);
        queue.add(&Key::new("default", "b"), 0, start + Span::millis(500), None);
        assert_eq!(order(&mut queue, start + Span::millis(500)), "b a");
        queue.park(&a, Plugins::FIT, start);
        queue.rouse_all(std::slice::from_ref(&a), start, None);
        queue.add(&Key::new("default", "c"), 0, start + Span::secs(3), None);
        assert_eq!(order(&mut queue, start + Span::secs(3)), "a c", "its two seconds are over, and it is the older one");
    }

    /// Upstream: TestHighPriorityFlushUnschedulablePodsLeftover.
    #[test]
    fn who_has_waited_for_five_minutes_is_tried_again() {
        let mut queue = queue(&[("a", 0)]);
        let (a, _) = queue.pop().unwrap();
        queue.park(&a, Plugins::FIT, Time(0));
        assert_eq!(queue.plan_flush(Time(0)), Some(Time(330_000)), "the first half minute after five minutes");
        assert_eq!(queue.plan_flush(Time(0)), None);
        queue.flush(Time(300_000));
        assert!(!queue.is_ready());
        queue.flush(Time(330_000));
        assert_eq!(order(&mut queue, Time(330_000)), "a");
    }
}
