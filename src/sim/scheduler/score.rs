//! Which of the feasible nodes suits a pod best (§5.1). Whole numbers only.

use super::super::world::World;
use super::seats::{Amounts, Capacity, Seat, counted, requests};
use crate::api::pod::Effect;
use crate::api::{Labels, Node, Pod, ReplicaSet, Selector, Service, StatefulSet, Uid};
use std::cell::RefCell;
use std::collections::BTreeMap;

const FULL: i64 = 100;

/// The places with the best sum of weighted scores.
pub fn best(world: &World, pod: &Pod, feasible: &[usize]) -> Vec<usize> {
    if feasible.len() == 1 {
        return feasible.to_vec();
    }
    let seats: Vec<&Seat> = feasible.iter().map(|&place| world.scheduler.seats.at(place)).collect();
    let taints = avoided(&seats, pod);
    let spread = spread(world, &seats, pod);
    let affinity = preferred(&seats, pod);
    let (asked, plain) = (counted(pod), requests(pod));
    let total = |i: usize| {
        let resources = least_allocated(seats[i], asked) + balanced(seats[i], plain);
        3 * taints[i] + 2 * spread[i] + 2 * affinity[i] + resources
    };
    let totals: Vec<i64> = (0..seats.len()).map(total).collect();
    let top = totals.iter().max().copied().unwrap_or_default();
    feasible.iter().zip(totals).filter(|(_, total)| *total == top).map(|(place, _)| *place).collect()
}

/// TaintToleration: fewer untolerated PreferNoSchedule taints are better.
fn avoided(seats: &[&Seat], pod: &Pod) -> Vec<i64> {
    let count = |node: &Node| {
        let soft = node.spec.taints.iter().filter(|t| t.effect == Effect::PreferNoSchedule);
        soft.filter(|taint| !pod.spec.tolerations.iter().any(|t| t.tolerates(taint))).count() as i64
    };
    let raw: Vec<i64> = seats.iter().map(|s| count(&s.node)).collect();
    let max = raw.iter().max().copied().unwrap_or_default();
    raw.iter().map(|n| if max == 0 { FULL } else { FULL - FULL * n / max }).collect()
}

/// NodeAffinity: the sum of the weights of preferences that hold, scaled to the best.
fn preferred(seats: &[&Seat], pod: &Pod) -> Vec<i64> {
    let path = "/nodeAffinity/preferredDuringSchedulingIgnoredDuringExecution";
    let Some(wishes) = pod.spec.affinity.as_deref().and_then(|a| a.pointer(path)).and_then(|w| w.as_array()) else {
        return vec![0; seats.len()];
    };
    let sum = |node: &Node| {
        let holds = |wish: &&serde_json::Value| {
            let term = serde_json::json!({"nodeSelectorTerms": [wish.get("preference").cloned().unwrap_or_default()]});
            super::filter::terms_match(&term, &node.metadata.labels, &node.metadata.name)
        };
        wishes.iter().filter(holds).filter_map(|w| w.get("weight")?.as_i64()).sum::<i64>()
    };
    let raw: Vec<i64> = seats.iter().map(|s| sum(&s.node)).collect();
    let max = raw.iter().max().copied().unwrap_or_default();
    raw.iter().map(|n| if max == 0 { 0 } else { FULL * n / max }).collect()
}

/// LeastAllocated: the mean of what is left of cpu and memory.
fn least_allocated(seat: &Seat, asked: Amounts) -> i64 {
    let Capacity { cpu, memory, .. } = seat.capacity;
    let left = |total: i64, taken: i64| if total == 0 || taken > total { 0 } else { (total - taken) * 100 / total };
    let sum = left(cpu, seat.counted.0 + asked.0) + left(memory, seat.counted.1 + asked.1);
    sum / 2
}

/// NodeResourcesBalancedAllocation: how much evener cpu and memory are used with the pod; pods without requests are
/// not looked at.
fn balanced(seat: &Seat, asked: Amounts) -> i64 {
    if asked == (0, 0) {
        return 0;
    }
    let Capacity { cpu, memory, .. } = seat.capacity;
    let share = |taken: i64, total: i64| if total == 0 { MILLION } else { (i128::from(taken) * MILLION / i128::from(total)).min(MILLION) };
    let evenness = |taken: Amounts| (MILLION - (share(taken.0, cpu) - share(taken.1, memory)).abs() / 2) * 100 / MILLION;
    let with = evenness((seat.requested.0 + asked.0, seat.requested.1 + asked.1));
    (50 + (50 + with - evenness(seat.requested)) / 2) as i64
}

const MILLION: i128 = 1_000_000;

/// maxSkew of the two constraints that every pod without its own has: by host name and by zone.
const DEFAULT_SKEW: (i64, i64) = (3, 5);

/// PodTopologySpread with the default constraints: fewer pods of the same kind are better. A constraint adds
/// count · ln(domains + 2) + skew − 1 for each node that has the key.
fn spread(world: &World, seats: &[&Seat], pod: &Pod) -> Vec<i64> {
    let Some(alike) = alike(world, pod) else { return vec![FULL; seats.len()] };
    let counts: Vec<i64> = seats.iter().map(|s| alike.count(s, pod)).collect();
    let zones = by_zone(seats, &counts);
    let (host_weight, zone_weight) = (ln_milli(seats.len() + 2), ln_milli(zones.len() + 2));
    let raw = |(seat, count): (&&Seat, &i64)| {
        let in_zone = zones.get(&*seat.zone).map_or(0, |n| n * zone_weight + (DEFAULT_SKEW.1 - 1) * 1000);
        (count * host_weight + (DEFAULT_SKEW.0 - 1) * 1000 + in_zone + 500) / 1000
    };
    let rounded: Vec<i64> = seats.iter().zip(&counts).map(raw).collect();
    let (max, min) = (rounded.iter().max().copied().unwrap_or_default(), rounded.iter().min().copied().unwrap_or_default());
    rounded.iter().map(|s| if max == 0 { FULL } else { FULL * (max + min - s) / max }).collect()
}

fn by_zone<'s>(seats: &[&'s Seat], counts: &[i64]) -> BTreeMap<&'s str, i64> {
    let mut zones = BTreeMap::new();
    for (seat, count) in seats.iter().zip(counts).filter(|(seat, _)| !seat.zone.is_empty()) {
        *zones.entry(&*seat.zone).or_default() += count;
    }
    zones
}

/// The pods that count as of the same kind: those that the pod's services and its set select. Upstream: DefaultSelector.
struct Alike {
    labels: Labels,
    set: Option<Selector>,
    owners: RefCell<Vec<(Uid, bool)>>,
}

impl Alike {
    fn count(&self, seat: &Seat, pod: &Pod) -> i64 {
        let owned: i64 = seat.crowd.iter().filter(|(owner, _)| self.includes_owner(*owner, seat, pod)).map(|(_, n)| n).sum();
        if !seat.loose {
            return owned;
        }
        let loose = seat.pods.iter().filter(|s| s.owner.is_nil() && !s.leaving && self.includes(&s.pod, pod)).count();
        owned + loose as i64
    }

    /// Simplified: the pods of one owner are taken to be alike, as long as nobody labels one of them apart.
    fn includes_owner(&self, owner: Uid, seat: &Seat, pod: &Pod) -> bool {
        let known = self.owners.borrow().iter().find(|(uid, _)| *uid == owner).map(|(_, alike)| *alike);
        known.unwrap_or_else(|| {
            let alike = seat.pods.iter().find(|s| s.owner == owner).is_some_and(|s| self.includes(&s.pod, pod));
            self.owners.borrow_mut().push((owner, alike));
            alike
        })
    }

    fn includes(&self, other: &Pod, pod: &Pod) -> bool {
        let labels = &other.metadata.labels;
        other.metadata.namespace == pod.metadata.namespace
            && labels.contains_all(&self.labels)
            && self.set.as_ref().is_none_or(|s| s.matches(labels))
    }
}

fn alike(world: &World, pod: &Pod) -> Option<Alike> {
    let mut labels = Labels::default();
    let selects = |s: &Service| {
        s.metadata.namespace == pod.metadata.namespace && !s.spec.selector.is_empty() && pod.metadata.labels.contains_all(&s.spec.selector)
    };
    for service in world.list::<Service>().filter(|s| selects(s)) {
        service.spec.selector.iter().for_each(|(k, v)| labels.insert(k.clone(), v.clone()));
    }
    let owner = pod.metadata.controller();
    let key = owner.map(|o| crate::api::Key::new(pod.metadata.namespace.clone(), o.name.clone()));
    let set = key.and_then(|key| match &*owner?.kind {
        "ReplicaSet" => world.get::<ReplicaSet>(&key).map(|s| s.spec.selector.clone()),
        "StatefulSet" => world.get::<StatefulSet>(&key).map(|s| s.spec.selector.clone()),
        _ => None,
    });
    (!labels.is_empty() || set.is_some()).then_some(Alike { labels, set, owners: RefCell::default() })
}

/// 1000 · ln(n), rounded down, without floating point: log₂ by repeated squaring in 32-bit fixed point.
fn ln_milli(n: usize) -> i64 {
    let n = n.max(1) as u64;
    let whole = u64::from(63 - n.leading_zeros());
    let mut x: u128 = (u128::from(n) << 32) >> whole;
    let mut fraction: u64 = 0;
    for bit in (0..24).rev() {
        x = (x * x) >> 32;
        if x >= 2u128 << 32 {
            x >>= 1;
            fraction |= 1 << bit;
        }
    }
    let log2 = (whole << 24) | fraction;
    ((u128::from(log2) * 693_147_181 / 1_000_000) >> 24) as i64
}

#[cfg(test)]
mod tests {
    use super::ln_milli;

    #[test]
    fn logarithms() {
        for (n, expected) in [(1, 0), (2, 693), (5, 1609), (102, 4624), (5002, 8517)] {
            assert!((ln_milli(n) - expected).abs() <= 1, "ln {n} = {}", ln_milli(n));
        }
    }
}
