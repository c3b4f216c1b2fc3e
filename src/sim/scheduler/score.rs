//! Which of the feasible nodes suits a pod best. Whole numbers only.

use super::super::world::World;
use super::affinity::{selects, terms_match};
use super::decision::PARTS;
use super::requests::{Amounts, counted, requests};
use super::seats::{Capacity, Row, Seats};
use super::topology::{self, Constraints};
use super::{locality, social};
use crate::api::pod::Effect;
use crate::api::{Labels, Name, Node, Pod, ReplicaSet, Selector, Service, StatefulSet, Uid};
use std::collections::BTreeMap;

/// The best score of a plugin.
pub const FULL: i64 = 100;

/// The places with the best sum of weighted scores.
pub fn best(world: &World, pod: &Pod, feasible: &[usize]) -> Vec<usize> {
    if feasible.len() == 1 {
        return feasible.to_vec();
    }
    let own = Constraints::of(pod);
    let mut totals = if own.is_empty() { spread(world, pod, feasible) } else { topology::scores(world, pod, &own, feasible) };
    totals.iter_mut().for_each(|total| *total *= 2);
    add_resources(world, pod, feasible, &mut totals);
    let seats = &world.scheduler.seats;
    let weighted = [
        (3, avoided(seats, pod, feasible)),
        (2, preferred(seats, pod, feasible)),
        (2, social::scores(world, pod, feasible)),
        (1, locality::scores(seats, pod, feasible)),
    ];
    for (weight, scores) in weighted.iter().filter_map(|(weight, scores)| Some((weight, scores.as_ref()?))) {
        totals.iter_mut().zip(scores).for_each(|(total, score)| *total += weight * score);
    }
    let top = totals.iter().max().copied().unwrap_or_default();
    feasible.iter().zip(totals).filter(|(_, total)| *total == top).map(|(place, _)| *place).collect()
}

/// What each place scores, part by part, weights included: the sums are those that [`best`] compares.
pub fn parts(world: &World, pod: &Pod, feasible: &[usize]) -> Vec<[i64; PARTS.len()]> {
    let own = Constraints::of(pod);
    let spread = if own.is_empty() { spread(world, pod, feasible) } else { topology::scores(world, pod, &own, feasible) };
    let mut room = vec![0; feasible.len()];
    add_resources(world, pod, feasible, &mut room);
    let seats = &world.scheduler.seats;
    let softer = [
        avoided(seats, pod, feasible),
        preferred(seats, pod, feasible),
        social::scores(world, pod, feasible),
        locality::scores(seats, pod, feasible),
    ];
    let [taints, affinity, company, images] = softer.map(|scores| scores.unwrap_or_else(|| vec![0; feasible.len()]));
    (0..feasible.len()).map(|i| [2 * spread[i], room[i], 3 * taints[i], 2 * affinity[i], 2 * company[i], images[i]]).collect()
}

fn add_resources(world: &World, pod: &Pod, feasible: &[usize], totals: &mut [i64]) {
    let (asked, plain) = (counted(&pod.spec), requests(&pod.spec));
    let mut rows = world.scheduler.seats.rows();
    for (place, total) in feasible.iter().zip(totals) {
        *total += rows.get(*place).map_or(0, |row| resources(row, asked, plain));
    }
}

/// The two scores of resources: what a pod counts for, and what it asks for.
pub fn resources(row: &Row, counted: Amounts, asked: Amounts) -> i64 {
    least_allocated(row, counted) + balanced(row, asked)
}

/// TaintToleration: fewer untolerated PreferNoSchedule taints are better. None where all are equal.
fn avoided(seats: &Seats, pod: &Pod, feasible: &[usize]) -> Option<Vec<i64>> {
    let count = |node: &Node| {
        let soft = node.spec.taints.iter().filter(|t| t.effect == Effect::PreferNoSchedule);
        soft.filter(|taint| !pod.spec.tolerations.iter().any(|t| t.tolerates(taint))).count() as i64
    };
    let mut rows = seats.rows();
    if feasible.iter().all(|&place| rows.get(place).is_some_and(|row| row.plain)) {
        return None;
    }
    let raw: Vec<i64> = feasible.iter().map(|&place| count(&seats.at(place).node)).collect();
    let max = raw.iter().max().copied().filter(|max| *max > 0)?;
    Some(raw.iter().map(|n| FULL - FULL * n / max).collect())
}

/// NodeAffinity: the sum of the weights of preferences that hold, scaled to the best. None where all are equal.
fn preferred(seats: &Seats, pod: &Pod, feasible: &[usize]) -> Option<Vec<i64>> {
    let path = "/nodeAffinity/preferredDuringSchedulingIgnoredDuringExecution";
    let wishes = pod.spec.affinity.as_deref()?.pointer(path)?.as_array()?;
    let sum = |node: &Node| {
        let holds = |wish: &&serde_json::Value| {
            let term = serde_json::json!({"nodeSelectorTerms": [wish.get("preference").cloned().unwrap_or_default()]});
            terms_match(&term, &node.metadata.labels, &node.metadata.name)
        };
        wishes.iter().filter(holds).filter_map(|w| w.get("weight")?.as_i64()).sum::<i64>()
    };
    let raw: Vec<i64> = feasible.iter().map(|&place| sum(&seats.at(place).node)).collect();
    let max = raw.iter().max().copied().filter(|max| *max > 0)?;
    Some(raw.iter().map(|n| FULL * n / max).collect())
}

/// LeastAllocated: the mean of what is left of cpu and memory, as far as the node has any.
fn least_allocated(row: &Row, asked: Amounts) -> i64 {
    let Capacity { cpu, memory, .. } = row.capacity;
    let left = |total: i64, taken: i64| if total == 0 || taken > total { 0 } else { (total - taken) * 100 / total };
    let sum = left(cpu, row.counted.0 + asked.0) + left(memory, row.counted.1 + asked.1);
    if cpu == 0 || memory == 0 { sum } else { sum / 2 }
}

/// NodeResourcesBalancedAllocation: how much evener cpu and memory are used with the pod; pods without requests are
/// not looked at.
fn balanced(row: &Row, asked: Amounts) -> i64 {
    if asked == (0, 0) {
        return 0;
    }
    let with = evenness((row.requested.0 + asked.0, row.requested.1 + asked.1), row.capacity);
    50 + (50 + with - evenness(row.requested, row.capacity)) / 2
}

/// 100 less half of what the used shares of cpu and memory differ by, rounded down. Upstream: balancedResourceScorer.
fn evenness(taken: Amounts, capacity: Capacity) -> i64 {
    let (cpu, memory) = (i128::from(capacity.cpu), i128::from(capacity.memory));
    if cpu == 0 || memory == 0 {
        return FULL;
    }
    let (used_cpu, used_memory) = (i128::from(taken.0).min(cpu), i128::from(taken.1).min(memory));
    let apart = (used_cpu * memory - used_memory * cpu).abs();
    ((2 * cpu * memory - apart) * 50 / (cpu * memory)) as i64
}

/// maxSkew of the two constraints that every pod without its own has: by host name and by zone.
const DEFAULT_SKEW: (i64, i64) = (3, 5);

/// PodTopologySpread with the default constraints: fewer pods of the same kind are better. Upstream: initPreScoreState with
/// systemDefaulted.
fn spread(world: &World, pod: &Pod, feasible: &[usize]) -> Vec<i64> {
    let Some(alike) = alike(world, pod) else { return vec![0; feasible.len()] };
    let seats = &world.scheduler.seats;
    let mut rows = seats.rows();
    let mut look = |&place: &usize| rows.get(place).map_or((0, None), |row| (alike.count(seats, place, row), row.zone));
    let looks: Vec<(i64, Option<u32>)> = feasible.iter().map(&mut look).collect();
    let zones = by_zone(world, pod, &alike, &looks);
    let weights = Weights::new(looks.len(), zones.len());
    let zone_of = |zone: &Option<u32>| zone.and_then(|_| zones.get(zone)).copied();
    normalized(looks.iter().map(|(count, zone)| weights.raw(*count, zone_of(zone))).collect())
}

/// A constraint adds count · ln(domains + 2) + skew − 1 for each node that has the key.
pub struct Weights {
    host: i64,
    zone: i64,
}

impl Weights {
    /// For so many nodes in so many zones, to be without one being one too.
    pub fn new(hosts: usize, zones: usize) -> Weights {
        Weights { host: ln_milli(hosts + 2), zone: ln_milli(zones + 2) }
    }
    /// The score of a node with so many pods of the kind, and so many in its zone, where it has one.
    pub fn raw(&self, count: i64, in_zone: Option<i64>) -> i64 {
        let in_zone = in_zone.map_or(0, |n| n * self.zone + (DEFAULT_SKEW.1 - 1) * 1000);
        (count * self.host + (DEFAULT_SKEW.0 - 1) * 1000 + in_zone + 500) / 1000
    }
}

/// Turns scores of which less is better into scores up to [`FULL`] of which more is.
pub fn normalized(mut scores: Vec<i64>) -> Vec<i64> {
    let (max, min) = (scores.iter().max().copied().unwrap_or_default(), scores.iter().min().copied().unwrap_or_default());
    // Neighbours are mostly equal, and dividing takes longest.
    let (mut last, mut turned) = (i64::MIN, FULL);
    for score in &mut scores {
        if *score != last {
            last = *score;
            turned = if max == 0 { FULL } else { FULL * (max + min - last) / max };
        }
        *score = turned;
    }
    scores
}

/// How many pods of the kind are in each zone that the pod can go to: on all its nodes that the pod's selector and affinity
/// take, though other reasons may keep it out.
fn by_zone(world: &World, pod: &Pod, alike: &Alike, looks: &[(i64, Option<u32>)]) -> BTreeMap<Option<u32>, i64> {
    let mut zones: BTreeMap<Option<u32>, i64> = looks.iter().map(|(_, zone)| (*zone, 0)).collect();
    if zones.keys().all(Option::is_none) {
        return zones;
    }
    let seats = &world.scheduler.seats;
    for (place, row) in seats.rows().into_iter().enumerate().filter(|(_, row)| row.zone.is_some()) {
        if let Some(sum) = zones.get_mut(&row.zone).filter(|_| selects(pod, &seats.at(place).node)) {
            *sum += alike.count(seats, place, row);
        }
    }
    zones
}

/// The pods that count as of the same kind: those that the pod's services and its set select. Upstream: DefaultSelector.
#[derive(Debug, PartialEq)]
pub struct Alike {
    namespace: Name,
    labels: Labels,
    set: Option<Selector>,
}

impl Alike {
    /// How many pods of the kind are on a node.
    pub fn count(&self, seats: &Seats, place: usize, row: &Row) -> i64 {
        if row.pods == 0 {
            return 0;
        }
        let crowd = if row.crowded { &seats.at(place).crowd[..] } else { &row.crowd[..] };
        let owned: i64 = crowd.iter().filter(|(owner, n)| *n > 0 && self.includes_owner(*owner, seats, place)).map(|(_, n)| n).sum();
        if !row.loose {
            return owned;
        }
        let loose = seats.at(place).pods.iter().filter(|s| s.owner.is_nil() && !s.leaving && self.includes(&s.pod)).count();
        owned + loose as i64
    }

    /// Simplified: a node's pods of one owner are taken to be alike, as long as nobody labels one of them apart.
    fn includes_owner(&self, owner: Uid, seats: &Seats, place: usize) -> bool {
        seats.at(place).pods.iter().find(|s| s.owner == owner).is_some_and(|s| self.includes(&s.pod))
    }

    fn includes(&self, other: &Pod) -> bool {
        let labels = &other.metadata.labels;
        other.metadata.namespace == self.namespace
            && labels.contains_all(&self.labels)
            && self.set.as_ref().is_none_or(|s| s.matches(labels))
    }
}

/// Which pods count as of a pod's kind; `None` where nothing selects it.
pub fn alike(world: &World, pod: &Pod) -> Option<Alike> {
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
    (!labels.is_empty() || set.is_some()).then_some(Alike { namespace: pod.metadata.namespace.clone(), labels, set })
}

/// 1000 · ln(n), rounded down, without floating point: log₂ by repeated squaring in 32-bit fixed point.
pub fn ln_milli(n: usize) -> i64 {
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
