//! Which nodes could take a pod, and why the others cannot.

use super::super::world::World;
use super::hints::Plugins;
use super::requests::{self, Amounts, clamp, requests};
use super::seats::{Row, Seat};
use super::social::Neighbours;
use super::topology::{Constraints, Spread};
use super::volumes::{self, Needs};
use super::{affinity, limits, nominated, ports};
use crate::api::pod::{Effect, Taint};
use crate::api::{Name, Node, Pod};
use std::collections::BTreeSet;

/// Why a node cannot take a pod.
#[derive(Clone, Debug, Default)]
pub struct Verdict {
    /// Every reason that one filter gives.
    pub reasons: Vec<String>,
    /// True where removing other pods would not help.
    pub hopeless: bool,
    /// The plugin that says so.
    pub by: Plugins,
}

impl Verdict {
    /// One reason that removing other pods would not change.
    pub fn hopeless(reason: &str) -> Verdict {
        Verdict { reasons: vec![reason.to_owned()], hopeless: true, by: Plugins::ALL }
    }
    /// One reason that removing other pods could change.
    pub fn crowded(reason: &str) -> Verdict {
        Verdict { reasons: vec![reason.to_owned()], hopeless: false, by: Plugins::ALL }
    }
}

fn by(by: Plugins) -> impl Fn(Verdict) -> Verdict {
    move |verdict| Verdict { by, ..verdict }
}

/// How many feasible nodes are enough. Upstream: numFeasibleNodesToFind.
pub fn enough(nodes: usize) -> usize {
    if nodes < 100 {
        return nodes;
    }
    let percent = 50usize.saturating_sub(nodes / 125).max(5);
    (nodes * percent / 100).max(100)
}

/// Places of nodes that could take a pod, and the verdicts on those that were looked at and cannot.
pub fn feasible(world: &mut World, pod: &Pod, needs: &Needs) -> (Vec<usize>, Vec<(usize, Verdict)>) {
    if let Some(names) = affinity::named(pod) {
        return named(world, pod, needs, &names);
    }
    let seats = &world.scheduler.seats;
    let count = seats.len();
    let asked = requests(&pod.spec);
    let others = Others::of(world, pod);
    let easy = others.is_empty() && asks_only_for_room(pod, needs) && world.scheduler.nominated.is_empty();
    let wanted = enough(count);
    let mut rows = seats.rows();
    let mut found = Vec::with_capacity(wanted);
    let mut refused = Vec::new();
    let mut looked = 0;
    while looked < count && found.len() < wanted {
        let place = seats.ahead(looked);
        looked += 1;
        if easy && rows.get(place).is_some_and(|row| row.plain && row.has_room(asked)) {
            found.push(place);
            continue;
        }
        match judge(world, place, pod, needs, &others) {
            None => found.push(place),
            Some(verdict) => refused.push((place, verdict)),
        }
    }
    world.scheduler.seats.turn(looked);
    (found, refused)
}

/// The same, where the pod's affinity names its nodes: no other is looked at. Upstream: PreFilterResult.
fn named(world: &mut World, pod: &Pod, needs: &Needs, names: &BTreeSet<&str>) -> (Vec<usize>, Vec<(usize, Verdict)>) {
    let others = Others::of(world, pod);
    let (mut found, mut refused) = (Vec::new(), Vec::new());
    for place in 0..world.scheduler.seats.len() {
        let node = &world.scheduler.seats.at(place).node;
        let verdict = match names.contains(&*node.metadata.name) {
            true => judge(world, place, pod, needs, &others),
            false => Some(by(Plugins::AFFINITY)(Verdict::hopeless("node(s) didn't satisfy plugin(s) [NodeAffinity]"))),
        };
        match verdict {
            None => found.push(place),
            Some(verdict) => refused.push((place, verdict)),
        }
    }
    (found, refused)
}

/// Why one node cannot take a pod, if it cannot; whether for reasons of its volumes that concern all nodes is not asked.
pub fn look(world: &World, place: usize, pod: &Pod) -> Option<Verdict> {
    let needs = volumes::needs(world, pod).unwrap_or_default();
    judge(world, place, pod, &needs, &Others::of(world, pod))
}

/// What other pods have to say about where a pod goes: the last two filters.
struct Others {
    spread: Option<Spread>,
    neighbours: Option<Neighbours>,
}

impl Others {
    fn of(world: &World, pod: &Pod) -> Others {
        let constraints = Constraints::of(pod);
        let spread = (!constraints.is_empty()).then(|| Spread::of(world, pod, &constraints));
        Others { spread, neighbours: Neighbours::of(world, pod) }
    }
    fn is_empty(&self) -> bool {
        self.spread.is_none() && self.neighbours.is_none()
    }
    fn refuse(&self, node: &Node) -> Option<Verdict> {
        let crowded = self.spread.as_ref().and_then(|spread| spread.refuses(node)).map(by(Plugins::SPREAD));
        crowded.or_else(|| self.neighbours.as_ref()?.refuses(node).map(by(Plugins::NEIGHBOURS)))
    }
}

/// True where no filter but room and taints can refuse the pod.
pub fn asks_only_for_room(pod: &Pod, needs: &Needs) -> bool {
    let anywhere = pod.spec.node_selector.is_empty() && pod.spec.affinity.is_none();
    anywhere && needs.is_empty() && !ports::any(&pod.spec) && requests::others(&pod.spec).is_empty()
}

/// Whether a node refuses a pod: as it would be with those for whom room is being made on it, and as it is. Upstream:
/// RunFilterPluginsWithNominatedPods.
fn judge(world: &World, place: usize, pod: &Pod, needs: &Needs, others: &Others) -> Option<Verdict> {
    let expected = nominated::seated(world, place, pod);
    let crowded = expected.as_ref().and_then(|expected| filter(expected, place, pod, needs, &Others::of(expected, pod)));
    crowded.or_else(|| filter(world, place, pod, needs, others))
}

/// The first filter that refuses decides, as in the framework.
fn filter(world: &World, place: usize, pod: &Pod, needs: &Needs, others: &Others) -> Option<Verdict> {
    let (seats, asked) = (&world.scheduler.seats, requests(&pod.spec));
    let seat = seats.at(place);
    unschedulable(seat, pod)
        .map(by(Plugins::UNSCHEDULABLE))
        .or_else(|| tainted(seat, pod).map(by(Plugins::TAINTS)))
        .or_else(|| elsewhere(seat, pod).map(by(Plugins::AFFINITY)))
        .or_else(|| port_taken(seat, pod).map(by(Plugins::PORTS)))
        .or_else(|| too_small(seats.rows().get(place)?, asked, seat, pod).map(by(Plugins::FIT)))
        .or_else(|| volumes::in_use(world, &seat.node, needs))
        .or_else(|| limits::refuses(world, seat, pod, needs))
        .or_else(|| volumes::refuses(world, &seat.node, needs))
        .or_else(|| others.refuse(&seat.node))
}

fn unschedulable(seat: &Seat, pod: &Pod) -> Option<Verdict> {
    is_closed(&seat.node, pod).then(|| Verdict::hopeless("node(s) were unschedulable"))
}

/// True where a node is cordoned and the pod does not put up with that.
pub fn is_closed(node: &Node, pod: &Pod) -> bool {
    if !node.spec.unschedulable {
        return false;
    }
    let taint =
        Taint { key: "node.kubernetes.io/unschedulable".into(), value: Name::default(), effect: Effect::NoSchedule, time_added: None };
    !pod.spec.tolerations.iter().any(|t| t.tolerates(&taint))
}

fn tainted(seat: &Seat, pod: &Pod) -> Option<Verdict> {
    is_tainted(&seat.node, pod).then(|| Verdict::hopeless("node(s) had untolerated taint(s)"))
}

/// True where a node has a taint that keeps the pod out.
pub fn is_tainted(node: &Node, pod: &Pod) -> bool {
    let mut hard = node.spec.taints.iter().filter(|t| t.effect != Effect::PreferNoSchedule);
    hard.any(|taint| !pod.spec.tolerations.iter().any(|t| t.tolerates(taint)))
}

fn elsewhere(seat: &Seat, pod: &Pod) -> Option<Verdict> {
    if pod.spec.node_selector.is_empty() && pod.spec.affinity.is_none() {
        return None;
    }
    (!affinity::selects(pod, &seat.node)).then(|| Verdict::hopeless("node(s) didn't match Pod's node affinity/selector"))
}

fn port_taken(seat: &Seat, pod: &Pod) -> Option<Verdict> {
    let wanted = ports::of(&pod.spec);
    let clash = !wanted.is_empty() && seat.pods.iter().any(|other| ports::clash(&wanted, &ports::of(&other.pod.spec)));
    clash.then(|| Verdict::crowded("node(s) didn't have free ports for the requested pod ports"))
}

/// The one want of room that is never taken to be for good: where other pods go, there are fewer.
const TOO_MANY: &str = "Too many pods";

fn too_small(row: &Row, (cpu, memory): Amounts, seat: &Seat, pod: &Pod) -> Option<Verdict> {
    let others = requests::others(&pod.spec);
    if others.is_empty() && row.has_room((cpu, memory)) {
        return None;
    }
    let mut rows = vec![
        (TOO_MANY.to_owned(), 1, row.capacity.pods, row.pods),
        ("Insufficient cpu".to_owned(), cpu, row.capacity.cpu, row.requested.0),
        ("Insufficient memory".to_owned(), memory, row.capacity.memory, row.requested.1),
    ];
    for (name, wanted) in others {
        let total = seat.node.status.allocatable.get(name).map_or(0, |q| clamp(q.value()));
        let taken = seat.pods.iter().filter_map(|s| requests::others(&s.pod.spec).get(name).copied()).sum();
        rows.push((format!("Insufficient {name}"), wanted, total, taken));
    }
    rows.retain(|(_, wanted, total, taken)| *wanted > 0 && wanted + taken > *total);
    let hopeless = rows.iter().any(|(reason, wanted, total, _)| wanted > total && reason != TOO_MANY);
    (!rows.is_empty()).then(|| Verdict { reasons: rows.into_iter().map(|row| row.0).collect(), hopeless, by: Plugins::FIT })
}
