//! Which nodes could take a pod, and why the others cannot (§5.2).

use super::super::world::World;
use super::seats::{Amounts, Row, Seat, requests};
use super::volumes::{self, Needs};
use crate::api::pod::{Effect, Taint};
use crate::api::{Labels, Name, Pod};
use serde_json::Value;

/// Why a node cannot take a pod.
#[derive(Clone, Debug, Default)]
pub struct Verdict {
    /// Every reason that one filter gives.
    pub reasons: Vec<String>,
    /// True where removing other pods would not help.
    pub hopeless: bool,
}

impl Verdict {
    /// One reason that removing other pods would not change.
    pub fn hopeless(reason: &str) -> Verdict {
        Verdict { reasons: vec![reason.to_owned()], hopeless: true }
    }
    /// One reason that removing other pods could change.
    pub fn crowded(reason: &str) -> Verdict {
        Verdict { reasons: vec![reason.to_owned()], hopeless: false }
    }
}

/// How many feasible nodes are enough. Upstream: numFeasibleNodesToFind.
fn enough(nodes: usize) -> usize {
    if nodes < 100 {
        return nodes;
    }
    let percent = 50usize.saturating_sub(nodes / 125).max(5);
    (nodes * percent / 100).max(100)
}

/// Places of nodes that could take a pod, and the verdicts on those that were looked at and cannot.
pub fn feasible(world: &mut World, pod: &Pod, needs: &Needs) -> (Vec<usize>, Vec<Verdict>) {
    let seats = &world.scheduler.seats;
    let (count, start) = (seats.len(), seats.start);
    let asked = requests(pod);
    let easy = asks_only_for_room(pod, needs);
    let wanted = enough(count);
    let mut rows = seats.rows();
    let mut found = Vec::with_capacity(wanted);
    let mut refused = Vec::new();
    let mut looked = 0;
    while looked < count && found.len() < wanted {
        let place = if start + looked < count { start + looked } else { start + looked - count };
        looked += 1;
        if easy && rows.get(place).is_some_and(|row| row.plain && row.has_room(asked)) {
            found.push(place);
            continue;
        }
        match judge(world, place, pod, asked, needs) {
            None => found.push(place),
            Some(verdict) => refused.push(verdict),
        }
    }
    let next = (start + looked) % count.max(1);
    world.scheduler.seats.start = if count >= 100 { next } else { 0 };
    (found, refused)
}

/// True where no filter but room and taints can refuse the pod.
fn asks_only_for_room(pod: &Pod, needs: &Needs) -> bool {
    let anywhere = pod.spec.node_selector.is_empty() && pod.spec.affinity.is_none();
    anywhere && needs.is_empty() && host_ports(pod).next().is_none()
}

/// The first filter that refuses decides, as in the framework.
fn judge(world: &World, place: usize, pod: &Pod, asked: Amounts, needs: &Needs) -> Option<Verdict> {
    let seats = &world.scheduler.seats;
    let seat = seats.at(place);
    unschedulable(seat, pod)
        .or_else(|| tainted(seat, pod))
        .or_else(|| elsewhere(seat, pod))
        .or_else(|| ports(seat, pod))
        .or_else(|| too_small(seats.rows().get(place)?, asked))
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
    let hard = seat.node.spec.taints.iter().filter(|t| t.effect != Effect::PreferNoSchedule);
    let mut untolerated = hard.filter(|taint| !pod.spec.tolerations.iter().any(|t| t.tolerates(taint)));
    untolerated.next().map(|_| Verdict::hopeless("node(s) had untolerated taint(s)"))
}

fn elsewhere(seat: &Seat, pod: &Pod) -> Option<Verdict> {
    if pod.spec.node_selector.is_empty() && pod.spec.affinity.is_none() {
        return None;
    }
    let labels = &seat.node.metadata.labels;
    let required = pod.spec.affinity.as_deref().and_then(|a| a.pointer("/nodeAffinity/requiredDuringSchedulingIgnoredDuringExecution"));
    let fits = labels.contains_all(&pod.spec.node_selector) && required.is_none_or(|r| terms_match(r, labels, &seat.node.metadata.name));
    (!fits).then(|| Verdict::hopeless("node(s) didn't match Pod's node affinity/selector"))
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

fn host_ports(pod: &Pod) -> impl Iterator<Item = (i32, &Name)> {
    pod.spec.containers.iter().flat_map(|c| &c.ports).filter_map(|p| Some((p.host_port.filter(|n| *n > 0)?, &p.protocol)))
}

fn ports(seat: &Seat, pod: &Pod) -> Option<Verdict> {
    let mut wanted = host_ports(pod);
    let clash = wanted.any(|wanted| seat.pods.iter().any(|other| host_ports(&other.pod).any(|taken| taken == wanted)));
    clash.then(|| Verdict::crowded("node(s) didn't have free ports for the requested pod ports"))
}

fn too_small(row: &Row, (cpu, memory): Amounts) -> Option<Verdict> {
    if row.has_room((cpu, memory)) {
        return None;
    }
    let rows = [
        ("Too many pods", 1, row.capacity.pods, row.pods),
        ("Insufficient cpu", cpu, row.capacity.cpu, row.requested.0),
        ("Insufficient memory", memory, row.capacity.memory, row.requested.1),
    ];
    let short: Vec<_> = rows.iter().filter(|(_, wanted, total, taken)| *wanted > 0 && wanted + taken > *total).collect();
    let hopeless = short.iter().any(|(_, wanted, total, _)| wanted > total);
    Some(Verdict { reasons: short.iter().map(|row| row.0.to_owned()).collect(), hopeless })
}
