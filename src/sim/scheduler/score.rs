//! Which of the feasible nodes suits a pod best (§5.1). Whole numbers only.

use super::super::world::World;
use super::seats::{Seat, counted, requests};
use crate::api::pod::Effect;
use crate::api::{Labels, Node, Pod, ReplicaSet, Selector, Service, StatefulSet};

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
fn least_allocated(seat: &Seat, asked: (i128, i128)) -> i64 {
    let (cpu, memory) = capacity(&seat.node);
    let left = |total: i128, taken: i128| if total == 0 || taken > total { 0 } else { (total - taken) * 100 / total };
    let sum = left(cpu, seat.counted.0 + asked.0) + left(memory, seat.counted.1 + asked.1);
    (sum / 2) as i64
}

fn capacity(node: &Node) -> (i128, i128) {
    let get = |name: &str| node.status.allocatable.get(name);
    (get("cpu").map_or(0, |q| q.milli()), get("memory").map_or(0, |q| q.value()))
}

/// NodeResourcesBalancedAllocation: how much evener cpu and memory are used with the pod; pods without requests are
/// not looked at.
fn balanced(seat: &Seat, asked: (i128, i128)) -> i64 {
    if asked == (0, 0) {
        return 0;
    }
    let (cpu, memory) = capacity(&seat.node);
    let share = |taken: i128, total: i128| if total == 0 { MILLION } else { (taken * MILLION / total).min(MILLION) };
    let evenness = |taken: (i128, i128)| (MILLION - (share(taken.0, cpu) - share(taken.1, memory)).abs() / 2) * 100 / MILLION;
    let with = evenness((seat.requested.0 + asked.0, seat.requested.1 + asked.1));
    (50 + (50 + with - evenness(seat.requested)) / 2) as i64
}

const MILLION: i128 = 1_000_000;

/// The two constraints that every pod without its own has: key and maxSkew.
const DEFAULT_SPREAD: [(&str, i64); 2] = [("kubernetes.io/hostname", 3), ("topology.kubernetes.io/zone", 5)];

/// PodTopologySpread with the default constraints: fewer pods of the same kind are better.
fn spread(world: &World, seats: &[&Seat], pod: &Pod) -> Vec<i64> {
    let Some(alike) = alike(world, pod) else { return vec![FULL; seats.len()] };
    let mut raw = vec![0i64; seats.len()];
    for (key, skew) in DEFAULT_SPREAD {
        add_constraint(&mut raw, seats, pod, &alike, key, skew);
    }
    let rounded: Vec<i64> = raw.iter().map(|milli| (milli + 500) / 1000).collect();
    let (max, min) = (rounded.iter().max().copied().unwrap_or_default(), rounded.iter().min().copied().unwrap_or_default());
    rounded.iter().map(|s| if max == 0 { FULL } else { FULL * (max + min - s) / max }).collect()
}

/// Adds a constraint's thousandths: count · ln(domains + 2) + skew − 1 for each node that carries the key.
fn add_constraint(raw: &mut [i64], seats: &[&Seat], pod: &Pod, alike: &Alike, key: &str, skew: i64) {
    let own = key == DEFAULT_SPREAD[0].0;
    let counts: Vec<i64> = seats.iter().map(|s| alike.count(s, pod)).collect();
    let mut domains: std::collections::BTreeMap<&str, i64> = Default::default();
    if !own {
        for (seat, count) in seats.iter().zip(&counts) {
            if let Some(value) = seat.node.metadata.labels.get(key) {
                *domains.entry(value).or_default() += count;
            }
        }
    }
    let weight = ln_milli(if own { seats.len() } else { domains.len() } + 2);
    for (i, seat) in seats.iter().enumerate() {
        let Some(value) = seat.node.metadata.labels.get(key) else { continue };
        let count = if own { counts[i] } else { domains.get(&**value).copied().unwrap_or_default() };
        raw[i] += count * weight + (skew - 1) * 1000;
    }
}

/// The pods that count as of the same kind: those that the pod's services and its set select. Upstream: DefaultSelector.
struct Alike {
    labels: Labels,
    set: Option<Selector>,
}

impl Alike {
    fn count(&self, seat: &Seat, pod: &Pod) -> i64 {
        let same = |p: &Pod| {
            p.metadata.namespace == pod.metadata.namespace
                && !p.metadata.is_terminating()
                && p.metadata.labels.contains_all(&self.labels)
                && self.set.as_ref().is_none_or(|s| s.matches(&p.metadata.labels))
        };
        seat.pods.iter().filter(|p| same(p)).count() as i64
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
    (!labels.is_empty() || set.is_some()).then_some(Alike { labels, set })
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
