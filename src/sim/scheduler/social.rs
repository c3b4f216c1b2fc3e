//! Pods that want to be near other pods, or away from them. Upstream: pkg/scheduler/framework/plugins/interpodaffinity.

use super::super::world::World;
use super::filter::Verdict;
use super::hints::News;
use super::seats::Seat;
use crate::api::{Key, Kind, Name, Node, Pod, Selector};
use serde::Deserialize;
use serde_json::Value;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Pods that are meant, and the label of nodes that makes them near.
#[derive(Clone, Debug, PartialEq)]
struct Term {
    key: Name,
    /// None where no pod is meant.
    selector: Option<Selector>,
    namespaces: Vec<Name>,
    /// Namespaces by their labels, besides those named.
    reach: Option<Selector>,
    /// Of a preference; negative where it is to stay away.
    weight: i64,
}

/// What a pod asks of its neighbours.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Social {
    near: Vec<Term>,
    away: Vec<Term>,
    prefers: Vec<Term>,
}

impl Term {
    fn read(value: &Value, pod: &Pod, weight: i64) -> Term {
        let named = value["namespaces"].as_array().into_iter().flatten().filter_map(Value::as_str);
        let mut namespaces: Vec<Name> = named.map(Name::from).collect();
        let reach = value.get("namespaceSelector").and_then(|s| Selector::deserialize(s).ok());
        if namespaces.is_empty() && reach.is_none() {
            namespaces.push(pod.metadata.namespace.clone());
        }
        let selector = value.get("labelSelector").and_then(|s| Selector::deserialize(s).ok());
        Term { key: value["topologyKey"].as_str().unwrap_or_default().into(), selector, namespaces, reach, weight }
    }

    fn means(&self, world: &World, pod: &Pod) -> bool {
        let namespace = &pod.metadata.namespace;
        let in_reach = || {
            let labels = world.object(Kind::Namespace, &Key::cluster(namespace.clone())).map(|n| &n.meta().labels);
            self.reach.as_ref().zip(labels).is_some_and(|(reach, labels)| reach.matches(labels))
        };
        self.selector.as_ref().is_some_and(|s| s.matches(&pod.metadata.labels)) && (self.namespaces.contains(namespace) || in_reach())
    }
}

impl Social {
    /// What a pod asks; `None` where it asks nothing.
    pub fn of(pod: &Pod) -> Option<Arc<Social>> {
        let affinity = pod.spec.affinity.as_deref()?;
        let list = |path: &str| affinity.pointer(path).and_then(Value::as_array).into_iter().flatten();
        let required = |side: &str| {
            let path = format!("/{side}/requiredDuringSchedulingIgnoredDuringExecution");
            list(&path).map(|term| Term::read(term, pod, 0)).collect::<Vec<Term>>()
        };
        let preferred = |side: &str, sign: i64| {
            let path = format!("/{side}/preferredDuringSchedulingIgnoredDuringExecution");
            let read = |wish: &Value| Term::read(&wish["podAffinityTerm"], pod, sign * wish["weight"].as_i64().unwrap_or(0));
            list(&path).map(read).collect::<Vec<Term>>()
        };
        let prefers = [preferred("podAffinity", 1), preferred("podAntiAffinity", -1)].concat();
        let social = Social { near: required("podAffinity"), away: required("podAntiAffinity"), prefers };
        (social != Social::default()).then(|| Arc::new(social))
    }
}

/// How many pods count for each label of nodes and its value.
type Pairs = BTreeMap<(Name, Name), i64>;

fn count(pairs: &mut Pairs, node: &Node, key: &Name, weight: i64) {
    if let Some(value) = node.metadata.labels.get(key) {
        *pairs.entry((key.clone(), value.clone())).or_default() += weight;
    }
}

fn counted(pairs: &Pairs, node: &Node, key: &Name) -> i64 {
    let pair = node.metadata.labels.get(key).map(|value| (key.clone(), value.clone()));
    pair.and_then(|pair| pairs.get(&pair)).copied().unwrap_or(0)
}

/// The pods that matter to a pod, counted once for all nodes.
pub struct Neighbours {
    social: Arc<Social>,
    near: Pairs,
    away: Pairs,
    /// What pods that are there already keep away from.
    guarded: Pairs,
    /// True where the pod is the first of those that it wants to be near.
    founder: bool,
}

impl Neighbours {
    /// Counts them; `None` where neither the pod nor anybody there has a wish.
    pub fn of(world: &World, pod: &Pod) -> Option<Neighbours> {
        let own = Social::of(pod);
        if own.is_none() && world.scheduler.seats.social == 0 {
            return None;
        }
        let social = own.unwrap_or_default();
        let mut found =
            Neighbours { social: social.clone(), near: Pairs::new(), away: Pairs::new(), guarded: Pairs::new(), founder: false };
        for seat in world.scheduler.seats.all() {
            found.look(world, seat, pod);
        }
        found.founder = found.near.is_empty() && social.near.iter().all(|term| term.means(world, pod));
        Some(found)
    }

    fn look(&mut self, world: &World, seat: &Seat, pod: &Pod) {
        for sitter in &seat.pods {
            if !self.social.near.is_empty() && self.social.near.iter().all(|term| term.means(world, &sitter.pod)) {
                self.social.near.iter().for_each(|term| count(&mut self.near, &seat.node, &term.key, 1));
            }
            for term in self.social.away.iter().filter(|term| term.means(world, &sitter.pod)) {
                count(&mut self.away, &seat.node, &term.key, 1);
            }
            for term in sitter.social.iter().flat_map(|s| &s.away).filter(|term| term.means(world, pod)) {
                count(&mut self.guarded, &seat.node, &term.key, 1);
            }
        }
    }

    /// Why the pod may not go to a node on account of other pods.
    pub fn refuses(&self, node: &Node) -> Option<Verdict> {
        let has = |term: &Term| node.metadata.labels.get(&term.key).is_some();
        let near = self.social.near.iter().all(has)
            && (self.founder || self.social.near.iter().all(|term| counted(&self.near, node, &term.key) > 0));
        if !near {
            return Some(Verdict::hopeless("node(s) didn't match pod affinity rules"));
        }
        if self.social.away.iter().any(|term| counted(&self.away, node, &term.key) > 0) {
            return Some(Verdict::crowded("node(s) didn't match pod anti-affinity rules"));
        }
        let guarded = self.guarded.keys().any(|(key, value)| node.metadata.labels.get(key) == Some(value));
        guarded.then(|| Verdict::crowded("node(s) didn't satisfy existing pods anti-affinity rules"))
    }
}

/// True where news could let a pod be scheduled that its wishes or those of others kept out. Upstream:
/// isSchedulableAfterPodChange, isSchedulableAfterNodeChange.
pub fn helped(world: &World, pod: &Pod, news: &News) -> bool {
    let own = Social::of(pod).unwrap_or_default();
    let near = |other: &Pod| !own.near.is_empty() && own.near.iter().all(|term| term.means(world, other));
    let away = |other: &Pod| own.away.iter().any(|term| term.means(world, other));
    let guards = |other: &Pod| Social::of(other).is_some_and(|theirs| theirs.away.iter().any(|term| term.means(world, pod)));
    match news {
        News::Came(other) => near(other),
        News::Left(other) => away(other) || guards(other),
        News::Changed(before, after) => !near(before) && near(after) || away(before) && !away(after),
        News::Node(None, _) => true,
        News::Node(Some(before), after) => {
            let moved = |term: &Term| before.metadata.labels.get(&term.key) != after.metadata.labels.get(&term.key);
            own.near.iter().chain(&own.away).any(moved)
        }
        News::NodeGone(_) | News::Storage(_) | News::Limits => false,
    }
}

/// What a neighbour that must be near this pod adds: hardPodAffinityWeight.
const HARD_WEIGHT: i64 = 1;

/// InterPodAffinity's scores: 0 for the least wanted place, 100 for the most. None where all are equal.
pub fn scores(world: &World, pod: &Pod, feasible: &[usize]) -> Option<Vec<i64>> {
    let own = Social::of(pod);
    let seats = &world.scheduler.seats;
    if own.as_ref().is_none_or(|s| s.prefers.is_empty()) && seats.social == 0 {
        return None;
    }
    let mut pairs = Pairs::new();
    for seat in seats.all() {
        for sitter in &seat.pods {
            let wishes = own.iter().flat_map(|s| &s.prefers).filter(|term| term.means(world, &sitter.pod));
            wishes.for_each(|term| count(&mut pairs, &seat.node, &term.key, term.weight));
            let theirs = sitter.social.iter().flat_map(|s| {
                let required = s.near.iter().map(|term| (term, HARD_WEIGHT));
                required.chain(s.prefers.iter().map(|term| (term, term.weight)))
            });
            theirs.filter(|(term, _)| term.means(world, pod)).for_each(|(term, weight)| count(&mut pairs, &seat.node, &term.key, weight));
        }
    }
    let sum = |&place: &usize| {
        let labels = &seats.at(place).node.metadata.labels;
        pairs.iter().filter(|((key, value), _)| labels.get(key) == Some(value)).map(|(_, weight)| weight).sum::<i64>()
    };
    let raw: Vec<i64> = feasible.iter().map(sum).collect();
    let (max, min) = (raw.iter().max().copied()?, raw.iter().min().copied()?);
    (max > min).then(|| raw.iter().map(|s| 100 * (s - min) / (max - min)).collect())
}
