//! Spreading as a pod's own constraints want it. Upstream: pkg/scheduler/framework/plugins/podtopologyspread.

use super::super::world::World;
use super::affinity::selects;
use super::filter::{Verdict, is_tainted};
use super::hints::News;
use super::score::{FULL, ln_milli};
use super::seats::Seat;
use crate::api::{Name, Node, Pod, Selector};
use serde::Deserialize;
use serde_json::Value;
use std::collections::BTreeMap;

/// One of a pod's constraints.
#[derive(Clone, Debug)]
struct Constraint {
    key: Name,
    max_skew: i64,
    /// True where a node may not be taken rather than had better not.
    hard: bool,
    /// None where no pod counts.
    selector: Option<Selector>,
    min_domains: i64,
    heeds_affinity: bool,
    heeds_taints: bool,
}

const HOSTNAME: &str = "kubernetes.io/hostname";

/// A pod's own constraints.
#[derive(Clone, Debug, Default)]
pub struct Constraints(Vec<Constraint>);

impl Constraints {
    /// As the pod has them.
    pub fn of(pod: &Pod) -> Constraints {
        let list = pod.spec.rest.get("topologySpreadConstraints").and_then(Value::as_array);
        Constraints(list.into_iter().flatten().map(Constraint::read).collect())
    }
    /// True where it has none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
    fn kept(&self, hard: bool) -> Vec<Constraint> {
        self.0.iter().filter(|c| c.hard == hard).cloned().collect()
    }
}

impl Constraint {
    fn read(value: &Value) -> Constraint {
        let text = |field: &str| value[field].as_str().unwrap_or_default();
        let selector = value.get("labelSelector").and_then(|s| Selector::deserialize(s).ok());
        Constraint {
            key: text("topologyKey").into(),
            max_skew: value["maxSkew"].as_i64().unwrap_or(1),
            hard: text("whenUnsatisfiable") != "ScheduleAnyway",
            selector,
            min_domains: value["minDomains"].as_i64().unwrap_or(1),
            heeds_affinity: text("nodeAffinityPolicy") != "Ignore",
            heeds_taints: text("nodeTaintsPolicy") == "Honor",
        }
    }
    fn counts(&self, pod: &Pod) -> bool {
        self.selector.as_ref().is_some_and(|s| s.matches(&pod.metadata.labels))
    }
    /// How many of a node's pods count; where all would, none do. Upstream: countPodsMatchSelector.
    fn crowd(&self, seat: &Seat, pod: &Pod) -> i64 {
        if self.selector.as_ref().is_none_or(Selector::is_empty) {
            return 0;
        }
        let alike = seat.pods.iter().filter(|s| !s.leaving && s.pod.metadata.namespace == pod.metadata.namespace);
        alike.filter(|s| self.counts(&s.pod)).count() as i64
    }
    /// True where the pods of a node count at all.
    fn includes(&self, node: &Node, pod: &Pod) -> bool {
        (!self.heeds_affinity || selects(pod, node)) && !(self.heeds_taints && is_tainted(node, pod))
    }
}

/// True where news could let a pod be scheduled that its constraints kept out. Upstream: isSchedulableAfterPodChange,
/// isSchedulableAfterNodeChange.
pub fn helped(pod: &Pod, news: &News) -> bool {
    let hard = Constraints::of(pod).kept(true);
    let counts = |other: &Pod| other.metadata.namespace == pod.metadata.namespace && hard.iter().any(|c| c.counts(other));
    match news {
        News::Came(other) | News::Left(other) => counts(other),
        News::Changed(before, after) => counts(before) != counts(after),
        News::Node(None, node) | News::NodeGone(node) => has_all(node, &hard),
        News::Node(Some(before), after) => {
            let place = |node: &Node| hard.iter().map(|c| node.metadata.labels.get(&c.key).cloned()).collect::<Vec<Option<Name>>>();
            let moved = has_all(before, &hard) != has_all(after, &hard) || has_all(after, &hard) && place(before) != place(after);
            moved || has_all(after, &hard) && before.spec.taints != after.spec.taints
        }
        News::Storage(_) | News::Limits => false,
    }
}

fn has_all(node: &Node, constraints: &[Constraint]) -> bool {
    constraints.iter().all(|c| node.metadata.labels.get(&c.key).is_some())
}

/// How pods are spread now over the domains of each constraint, counted once for all nodes.
pub struct Spread(Vec<(Constraint, BTreeMap<Name, i64>, i64)>);

impl Spread {
    /// Counts them for the constraints that must hold.
    pub fn of(world: &World, pod: &Pod, constraints: &Constraints) -> Spread {
        let hard = constraints.kept(true);
        let domains = |c: &Constraint| {
            let mut domains: BTreeMap<Name, i64> = BTreeMap::new();
            for seat in world.scheduler.seats.all().filter(|seat| has_all(&seat.node, &hard) && c.includes(&seat.node, pod)) {
                if let Some(value) = seat.node.metadata.labels.get(&c.key) {
                    *domains.entry(value.clone()).or_default() += c.crowd(seat, pod);
                }
            }
            domains
        };
        Spread(hard.iter().map(|c| (c.clone(), domains(c), i64::from(c.counts(pod)))).collect())
    }

    /// Why a node may not be taken.
    pub fn refuses(&self, node: &Node) -> Option<Verdict> {
        self.0.iter().find_map(|(c, domains, myself)| {
            let Some(value) = node.metadata.labels.get(&c.key) else {
                let reason = "node(s) didn't match pod topology spread constraints (missing required label)";
                return Some(Verdict::hopeless(reason));
            };
            let least = if (domains.len() as i64) < c.min_domains { 0 } else { domains.values().min().copied().unwrap_or(i64::MAX) };
            let here = domains.get(value).copied().unwrap_or(0);
            let crowded = here + myself > c.max_skew.saturating_add(least);
            crowded.then(|| Verdict::crowded("node(s) didn't match pod topology spread constraints"))
        })
    }
}

/// Scores by the constraints that had better hold: count · ln(domains + 2) + skew − 1 for each, fewer being better; nodes
/// without one of the labels get nothing.
pub fn scores(world: &World, pod: &Pod, constraints: &Constraints, feasible: &[usize]) -> Vec<i64> {
    let soft = constraints.kept(false);
    let seats = &world.scheduler.seats;
    let eligible: Vec<bool> = feasible.iter().map(|&place| !soft.is_empty() && has_all(&seats.at(place).node, &soft)).collect();
    let counted = eligible.iter().filter(|yes| **yes).count();
    let mut sums = vec![0i64; feasible.len()];
    for c in &soft {
        let value = |place: usize| seats.at(place).node.metadata.labels.get(&c.key);
        let by_host = &*c.key == HOSTNAME;
        let mut domains: BTreeMap<&Name, i64> = BTreeMap::new();
        feasible
            .iter()
            .zip(&eligible)
            .filter(|(_, yes)| **yes)
            .filter_map(|(&place, _)| value(place))
            .for_each(|v| _ = domains.insert(v, 0));
        for seat in seats.all().filter(|seat| !by_host && has_all(&seat.node, &soft) && c.includes(&seat.node, pod)) {
            if let Some(count) = seat.node.metadata.labels.get(&c.key).and_then(|v| domains.get_mut(v)) {
                *count += c.crowd(seat, pod);
            }
        }
        let weight = ln_milli(if by_host { counted } else { domains.len() } + 2);
        for (sum, &place) in sums.iter_mut().zip(feasible) {
            let crowd =
                if by_host { c.crowd(seats.at(place), pod) } else { value(place).and_then(|v| domains.get(v)).copied().unwrap_or(0) };
            *sum += crowd * weight + (c.max_skew - 1) * 1000;
        }
    }
    normalize(&sums, &eligible)
}

fn normalize(sums: &[i64], eligible: &[bool]) -> Vec<i64> {
    let rounded: Vec<i64> = sums.iter().map(|sum| (sum + 500) / 1000).collect();
    let kept = || rounded.iter().zip(eligible).filter(|(_, yes)| **yes).map(|(s, _)| *s);
    let (max, min) = (kept().max().unwrap_or_default(), kept().min().unwrap_or_default());
    let score = |(s, yes): (&i64, &bool)| match (yes, max) {
        (false, _) => 0,
        (true, 0) => FULL,
        (true, _) => FULL * (max + min - s) / max,
    };
    rounded.iter().zip(eligible).map(score).collect()
}
