//! Which nodes could take a pod, and why the others cannot.

use super::super::world::World;
use super::hints::Help;
use super::seats::{Amounts, Row, Seat, clamp, requests};
use super::social::Neighbours;
use super::topology::{Constraints, Spread};
use super::volumes::{self, Needs};
use super::{limits, nominated};
use crate::api::pod::{Effect, PodSpec, Taint};
use crate::api::{Labels, Name, Node, Pod};
use serde_json::Value;
use std::collections::BTreeMap;

/// Why a node cannot take a pod.
#[derive(Clone, Debug, Default)]
pub struct Verdict {
    /// Every reason that one filter gives.
    pub reasons: Vec<String>,
    /// True where removing other pods would not help.
    pub hopeless: bool,
    /// What would.
    pub help: Help,
}

impl Verdict {
    /// One reason that removing other pods would not change.
    pub fn hopeless(reason: &str) -> Verdict {
        Verdict { reasons: vec![reason.to_owned()], hopeless: true, help: Help::ANY }
    }
    /// One reason that removing other pods could change.
    pub fn crowded(reason: &str) -> Verdict {
        Verdict { reasons: vec![reason.to_owned()], hopeless: false, help: Help::ANY }
    }
}

fn by(help: Help) -> impl Fn(Verdict) -> Verdict {
    move |verdict| Verdict { help, ..verdict }
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
        match judge(world, place, pod, needs).or_else(|| others.refuse(&seats.at(place).node)) {
            None => found.push(place),
            Some(verdict) => refused.push((place, verdict)),
        }
    }
    world.scheduler.seats.turn(looked);
    (found, refused)
}

/// Why one node cannot take a pod, if it cannot; whether for reasons of its volumes that concern all nodes is not asked.
pub fn look(world: &World, place: usize, pod: &Pod) -> Option<Verdict> {
    let needs = volumes::needs(world, pod).unwrap_or_default();
    judge(world, place, pod, &needs).or_else(|| Others::of(world, pod).refuse(&world.scheduler.seats.at(place).node))
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
        let crowded = self.spread.as_ref().and_then(|spread| spread.refuses(node));
        let refused = crowded.or_else(|| self.neighbours.as_ref()?.refuses(node));
        refused.map(by(Help::ROOM | Help::LABEL | Help::NEIGHBOUR))
    }
}

/// True where no filter but room and taints can refuse the pod.
pub fn asks_only_for_room(pod: &Pod, needs: &Needs) -> bool {
    let anywhere = pod.spec.node_selector.is_empty() && pod.spec.affinity.is_none();
    anywhere && needs.is_empty() && host_ports(&pod.spec).next().is_none() && others_requested(&pod.spec).next().is_none()
}

/// Resources besides cpu and memory, and how much of each a pod requests.
pub fn others_requested(spec: &PodSpec) -> impl Iterator<Item = (&Name, i64)> {
    let requests = spec.containers.iter().flat_map(|c| c.resources.requests.iter());
    let known = |name: &Name| matches!(&**name, "cpu" | "memory");
    requests.filter(move |(name, _)| !known(name)).map(|(name, q)| (name, clamp(q.value())))
}

/// The first filter that refuses decides, as in the framework.
fn judge(world: &World, place: usize, pod: &Pod, needs: &Needs) -> Option<Verdict> {
    let expected = nominated::seated(world, place, pod);
    let world = expected.as_ref().unwrap_or(world);
    let (seats, asked) = (&world.scheduler.seats, requests(&pod.spec));
    let seat = seats.at(place);
    unschedulable(seat, pod)
        .or_else(|| tainted(seat, pod))
        .map(by(Help::TAINT))
        .or_else(|| elsewhere(seat, pod).map(by(Help::LABEL)))
        .or_else(|| ports(seat, pod).map(by(Help::ROOM)))
        .or_else(|| too_small(seats.rows().get(place)?, asked, seat, pod).map(by(Help::ROOM)))
        .or_else(|| volumes::in_use(world, &seat.node, needs))
        .or_else(|| limits::refuses(world, seat, pod, needs))
        .or_else(|| volumes::refuses(world, &seat.node, needs))
}

fn unschedulable(seat: &Seat, pod: &Pod) -> Option<Verdict> {
    if !seat.node.spec.unschedulable {
        return None;
    }
    let taint =
        Taint { key: "node.kubernetes.io/unschedulable".into(), value: Name::default(), effect: Effect::NoSchedule, time_added: None };
    let refuses = !pod.spec.tolerations.iter().any(|t| t.tolerates(&taint));
    refuses.then(|| Verdict::hopeless("node(s) were unschedulable"))
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
    (!selects(pod, &seat.node)).then(|| Verdict::hopeless("node(s) didn't match Pod's node affinity/selector"))
}

/// True where a pod's node selector and its required node affinity take a node.
pub fn selects(pod: &Pod, node: &Node) -> bool {
    let labels = &node.metadata.labels;
    let required = pod.spec.affinity.as_deref().and_then(|a| a.pointer("/nodeAffinity/requiredDuringSchedulingIgnoredDuringExecution"));
    labels.contains_all(&pod.spec.node_selector) && required.is_none_or(|r| terms_match(r, labels, &node.metadata.name))
}

/// True where one of a node selector's terms matches: of a pod's node affinity or of a volume's.
pub fn terms_match(selector: &Value, labels: &Labels, name: &str) -> bool {
    let terms = selector.get("nodeSelectorTerms").and_then(Value::as_array);
    let holds = |list: &str, term: &Value, value_of: &dyn Fn(&str) -> Option<Name>| {
        let requirements = term.get(list).and_then(Value::as_array);
        requirements.is_none_or(|all| all.iter().all(|r| requirement_holds(r, value_of)))
    };
    let by_label = |key: &str| labels.get(key).cloned();
    let by_field = |key: &str| (key == "metadata.name").then(|| name.into());
    terms.is_some_and(|terms| terms.iter().any(|t| holds("matchExpressions", t, &by_label) && holds("matchFields", t, &by_field)))
}

fn requirement_holds(requirement: &Value, value_of: &dyn Fn(&str) -> Option<Name>) -> bool {
    let text = |field: &str| requirement.get(field).and_then(Value::as_str).unwrap_or_default();
    let value = value_of(text("key"));
    let values: Vec<&str> = requirement.get("values").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str).collect();
    let number = |s: &str| s.parse::<i64>().ok();
    let compare = |test: fn(i64, i64) -> bool| {
        let pair = value.as_deref().and_then(number).zip(values.first().copied().and_then(number));
        pair.is_some_and(|(have, bound)| test(have, bound))
    };
    match text("operator") {
        "In" => value.as_deref().is_some_and(|v| values.contains(&v)),
        "NotIn" => value.as_deref().is_none_or(|v| !values.contains(&v)),
        "Exists" => value.is_some(),
        "DoesNotExist" => value.is_none(),
        "Gt" => compare(|have, bound| have > bound),
        "Lt" => compare(|have, bound| have < bound),
        _ => false,
    }
}

/// Ports of its node that a pod takes for itself, with their protocol.
pub fn host_ports(spec: &PodSpec) -> impl Iterator<Item = (i32, &Name)> {
    spec.containers.iter().flat_map(|c| &c.ports).filter_map(|p| Some((p.host_port.filter(|n| *n > 0)?, &p.protocol)))
}

fn ports(seat: &Seat, pod: &Pod) -> Option<Verdict> {
    let mut wanted = host_ports(&pod.spec);
    let clash = wanted.any(|wanted| seat.pods.iter().any(|other| host_ports(&other.pod.spec).any(|taken| taken == wanted)));
    clash.then(|| Verdict::crowded("node(s) didn't have free ports for the requested pod ports"))
}

fn too_small(row: &Row, (cpu, memory): Amounts, seat: &Seat, pod: &Pod) -> Option<Verdict> {
    let mut others: BTreeMap<&Name, i64> = BTreeMap::new();
    others_requested(&pod.spec).filter(|(_, amount)| *amount > 0).for_each(|(name, amount)| *others.entry(name).or_default() += amount);
    if others.is_empty() && row.has_room((cpu, memory)) {
        return None;
    }
    let mut rows = vec![
        ("Too many pods".to_owned(), 1, row.capacity.pods, row.pods),
        ("Insufficient cpu".to_owned(), cpu, row.capacity.cpu, row.requested.0),
        ("Insufficient memory".to_owned(), memory, row.capacity.memory, row.requested.1),
    ];
    for (name, wanted) in others {
        let total = seat.node.status.allocatable.get(name).map_or(0, |q| clamp(q.value()));
        let taken = seat.pods.iter().flat_map(|s| others_requested(&s.pod.spec)).filter(|(other, _)| *other == name).map(|(_, n)| n).sum();
        rows.push((format!("Insufficient {name}"), wanted, total, taken));
    }
    rows.retain(|(_, wanted, total, taken)| *wanted > 0 && wanted + taken > *total);
    let hopeless = rows.iter().any(|(_, wanted, total, _)| wanted > total);
    (!rows.is_empty()).then(|| Verdict { reasons: rows.into_iter().map(|row| row.0).collect(), hopeless, help: Help::ROOM })
}
