//! One kubelet a node: it acts on what it last heard, and the record knows what it last told. Orders travel down, reports
//! travel up, and a cut cable or a missing machine stops both. Nothing else joins the record to the machines.
//!
//! Simplified: the last status report of a pod that was deleted and its final delete arrive together.

mod admission;
mod backoff;
mod checks;
mod containers;
mod hooks;
mod inventory;
pub mod life;
mod mounts;
mod node;
pub mod power;
mod probes;
mod pulls;
mod status;
mod stop;

pub use inventory::{Listed, images_of};
pub use probes::Probing;

use super::agenda::Due;
use super::apiserver::Desk;
use super::change::Actor;
use super::latency::Latency;
use super::machine::{Machine, Process, Run, Slot, Stage};
use super::transit::{Cargo, Place, Transit};
use super::world::World;
use crate::api::object::reference;
use crate::api::{Key, Kind, Name, Node, Object, Pod, Span, Uid};
use std::sync::Arc;

/// Something that is due at a machine.
#[derive(Clone, Debug, PartialEq)]
pub enum Errand {
    /// News of a pod arrives: what the record now holds, or nothing where it forgot the pod.
    Hear(Uid, Option<Arc<Pod>>),
    /// The whole list of its pods arrives, after a time without news.
    Relist,
    /// The next step of a pod's life is due.
    Proceed(Uid),
    /// Something that could not be done is tried again: volumes, images, crashed containers.
    Retry(Uid),
    /// A container's process ends by itself: pod, container, how often it had been restarted, exit code.
    Exit(Uid, Slot, i32, i32),
    /// A container is probed.
    Probe(Uid, Probing),
    /// A container's postStart hook has failed: pod, container, how often it had been restarted.
    HookFailed(Uid, Slot, i32),
    /// The active deadline of a pod is over.
    Deadline(Uid),
    /// A report arrives at the record.
    Report(Uid),
    /// The word that a pod was not taken arrives at the record.
    Reject(Uid, admission::Rejection),
    /// The word that a pod has ended arrives at the record.
    Farewell(Uid),
    /// An app goes on with what it began at its start.
    GoOn(Uid),
    /// What should not run is killed.
    Housekeeping,
}

impl Errand {
    /// True for what comes again and again while nothing moves.
    pub fn is_idle(&self) -> bool {
        match self {
            Errand::Retry(_) | Errand::Deadline(_) => true,
            Errand::Probe(_, probing) => probing.routine,
            Errand::Hear(..) | Errand::Relist | Errand::Proceed(_) | Errand::Exit(..) => false,
            Errand::HookFailed(..) | Errand::Report(_) | Errand::Reject(..) | Errand::Farewell(_) => false,
            Errand::GoOn(_) | Errand::Housekeeping => false,
        }
    }
}

/// True where an errand leads on: one that is not idle, or another look for volumes that have come meanwhile.
pub fn is_busy(world: &World, node: &Name, errand: &Errand) -> bool {
    match errand {
        Errand::Retry(uid) => mounts::have_come(world, node, *uid),
        _ => !errand.is_idle(),
    }
}

/// The machines of a cluster are started within a moment of each other, so nodes that are cut off together fall silent
/// together.
const STARTS_WITHIN: Span = Span::secs(1);

/// A node's kubelet begins its rounds.
pub fn begin(world: &mut World, node: &Name) {
    let offset = super::chance::spread(node, STARTS_WITHIN.0 as u64);
    let now = world.now();
    if let Some(machine) = world.machine_mut(node) {
        machine.renewed = Some(now);
    }
    world.schedule(now + Span(offset as i64), Due::Heartbeat(node.clone()));
}

/// A node sends a sign of life: it renews its lease, and posts its status where the record has it otherwise than Ready.
pub fn heartbeat(world: &mut World, node: &Name) {
    let Some(linked) = link(world, node) else { return };
    let next = world.now() + world.latency(Latency::Heartbeat);
    world.schedule(next, Due::Heartbeat(node.clone()));
    if linked {
        check_in(world, node);
    }
}

/// More machines than this are too many to draw a sign of life for each.
const DRAWN_HEARTBEATS: usize = 50;

fn check_in(world: &mut World, node: &Name) {
    let now = world.now();
    let last = world.lease_renewed(node).unwrap_or(now);
    if let Some(machine) = world.machine_mut(node) {
        (machine.renewed, machine.last_word) = (Some(now), now);
    }
    if world.machines.count() <= DRAWN_HEARTBEATS {
        travel(world, Cargo::Heartbeat, node, "heartbeat".into());
    }
    node::post(world, node);
    inventory::report(world, node, last);
}

/// Hears of a write: sends it down to the kubelet that it concerns. Status alone concerns none.
pub fn notice(world: &mut World, before: Option<&Object>, after: Option<&Object>) {
    let pod = |o: Option<&Object>| o.and_then(|o| if let Object::Pod(p) = o { Some(p.clone()) } else { None });
    let (before, after) = (pod(before), pod(after));
    let Some(any) = after.as_ref().or(before.as_ref()).filter(|p| p.is_scheduled()) else { return };
    if let (Some(a), Some(b)) = (&before, &after)
        && Arc::ptr_eq(&a.spec, &b.spec)
        && a.metadata.deletion_timestamp == b.metadata.deletion_timestamp
    {
        return;
    }
    let node = any.spec.node_name.clone();
    if !world.machine(&node).is_some_and(|m| m.is_linked()) {
        return;
    }
    let words = match &after {
        None => "forgotten",
        Some(p) if p.metadata.is_terminating() => "stop",
        Some(_) => "run",
    };
    travel_down(world, &node, format!("{words} {}", any.metadata.name).into());
    let arrival = world.now() + world.latency(Latency::Downlink);
    world.schedule(arrival, Due::Kubelet(node, Errand::Hear(any.metadata.uid, after)));
}

/// Whether a machine's cable is plugged in; `None` where it has no power.
fn link(world: &World, node: &Name) -> Option<bool> {
    world.machine(node).filter(|m| m.powered).map(|m| m.is_linked())
}

/// Does what is due at a machine; nothing happens on one without power.
pub fn run(world: &mut World, node: &Name, errand: Errand) {
    let Some(linked) = link(world, node) else { return };
    match errand {
        Errand::Hear(uid, news) if linked => hear(world, node, uid, news),
        Errand::Relist if linked => relist(world, node),
        Errand::Report(uid) if linked => status::deliver(world, node, uid),
        Errand::Reject(uid, rejection) if linked => admission::deliver(world, node, uid, rejection),
        Errand::Farewell(uid) if linked => farewell(world, node, uid),
        Errand::Hear(..) | Errand::Relist | Errand::Report(_) | Errand::Reject(..) | Errand::Farewell(_) => {}
        Errand::Proceed(uid) | Errand::Retry(uid) => life::proceed(world, node, uid),
        Errand::Exit(uid, slot, restarts, code) => containers::exited(world, node, uid, slot, restarts, code),
        Errand::Probe(uid, probing) => probes::answer(world, node, uid, probing),
        Errand::HookFailed(uid, slot, restarts) => hooks::failed(world, node, uid, slot, restarts),
        Errand::Deadline(uid) => life::deadline(world, node, uid),
        Errand::GoOn(uid) => super::network::go_on(world, node, uid),
        Errand::Housekeeping => housekeeping(world, node),
    }
}

fn hear(world: &mut World, node: &Name, uid: Uid, news: Option<Arc<Pod>>) {
    let now = world.now();
    let Some(machine) = world.machine_mut(node) else { return };
    machine.last_order = now;
    match news {
        Some(pod) => {
            machine.heard.insert(uid, pod);
            consider(world, node, uid);
        }
        None => {
            machine.heard.remove(&uid);
            if machine.processes.contains_key(&uid) {
                let at = now + world.latency(Latency::Housekeeping);
                world.schedule(at, Due::Kubelet(node.clone(), Errand::Housekeeping));
            }
        }
    }
}

/// Brings what runs for a pod in line with what was last heard of it.
fn consider(world: &mut World, node: &Name, uid: Uid) {
    let Some(machine) = world.machine(node) else { return };
    let Some(pod) = machine.heard.get(&uid).cloned() else { return };
    match (machine.processes.get(&uid).map(|p| p.stage), pod.metadata.is_terminating()) {
        (None, false) if pod.status.phase.is_terminal() || admission::turn_away(world, node, &pod) => {}
        (None, false) => life::take_up(world, node, &pod),
        (None | Some(Stage::Ended), true) => speak(world, node, Errand::Farewell(uid), &pod.metadata.name),
        (Some(_), true) => stop::stop(world, node, uid, pod.metadata.deletion_grace_period_seconds.unwrap_or(0)),
        (Some(_), false) => {
            life::refresh(world, node, &pod);
            acknowledge(world, node, &pod);
        }
    }
}

/// Tells the record which spec the pod's status is of. Upstream: status.observedGeneration, podutil.CalculatePodStatusObservedGeneration.
fn acknowledge(world: &mut World, node: &Name, pod: &Pod) {
    if pod.metadata.generation > pod.status.observed_generation && pod.status.observed_generation > 0 {
        speak(world, node, Errand::Report(pod.metadata.uid), &pod.metadata.name);
    }
}

/// What a kubelet does when its watch starts anew: the record's list replaces what it had heard, and it tells everything
/// that it has to tell.
fn relist(world: &mut World, node: &Name) {
    let keys: Vec<Key> = world.store().pods_on(node).cloned().collect();
    let mut pods: Vec<Arc<Pod>> = keys.iter().filter_map(|key| world.get::<Pod>(key).cloned()).collect();
    pods.sort_by_key(|pod| pod.metadata.created());
    let now = world.now();
    if let Some(machine) = world.machine_mut(node) {
        machine.last_order = now;
        machine.heard = pods.iter().map(|p| (p.metadata.uid, p.clone())).collect();
    }
    node::register(world, node);
    check_in(world, node);
    for pod in &pods {
        consider(world, node, pod.metadata.uid);
        if world.machine(node).is_some_and(|m| m.processes.contains_key(&pod.metadata.uid)) && !pod.metadata.is_terminating() {
            speak(world, node, Errand::Report(pod.metadata.uid), &pod.metadata.name);
        }
    }
    // What was mounted before a crash, and for nobody now, may be detached.
    status::post_volumes_in_use(world, node);
    let at = now + world.latency(Latency::Housekeeping);
    world.schedule(at, Due::Kubelet(node.clone(), Errand::Housekeeping));
}

/// Kills what runs for pods that the record has forgotten. Upstream: HandlePodCleanups; no event is written.
fn housekeeping(world: &mut World, node: &Name) {
    let Some(machine) = world.machine(node).cloned() else { return };
    if !machine.is_linked() {
        return;
    }
    let forgotten: Vec<Uid> = machine.processes.keys().filter(|uid| !machine.heard.contains_key(*uid)).copied().collect();
    // Logs outlive a crash, but not the pods that were forgotten while there was no power.
    if let Some(left) = world.machine_mut(node).filter(|left| !left.logs.is_empty()) {
        left.drop_logs(|uid| machine.heard.contains_key(uid) || machine.processes.contains_key(uid));
    }
    for uid in forgotten {
        match machine.processes.get(&uid).map(|p| p.stage) {
            Some(Stage::Ended) => life::clean_up(world, node, uid),
            Some(Stage::Stopping(_)) | None => {}
            Some(_) => stop::stop(world, node, uid, 0),
        }
    }
}

/// The final delete of a pod that has ended here.
fn farewell(world: &mut World, node: &Name, uid: Uid) {
    let heard = world.machine(node).and_then(|m| m.heard.get(&uid)).map(|p| p.metadata.key());
    let now = world.now();
    if let Some(machine) = world.machine_mut(node) {
        machine.last_word = now;
    }
    let Some(key) = heard else { return };
    status::deliver(world, node, uid);
    let options = super::act::DeleteOptions { grace: Some(0), uid: Some(uid), ..Default::default() };
    // A refusal means that the record has forgotten the pod or knows a namesake: either way it is no longer our business.
    let _ = Desk::new(world, Actor::Kubelet(node.clone())).delete(Kind::Pod, &key, &options);
    life::clean_up(world, node, uid);
}

/// Lets a report set out, where the cable allows.
fn speak(world: &mut World, node: &Name, errand: Errand, pod: &Name) {
    if !world.machine(node).is_some_and(|m| m.is_linked()) {
        return;
    }
    let words = match errand {
        Errand::Farewell(_) => format!("{pod} is gone"),
        Errand::Reject(..) => format!("{pod} is not taken"),
        _ => format!("{pod} {}", report_word(world, node, &errand)),
    };
    travel(world, Cargo::Report, node, words.into());
    let arrival = world.now() + world.latency(Latency::Uplink);
    world.schedule(arrival, Due::Kubelet(node.clone(), errand));
}

fn report_word(world: &World, node: &Name, errand: &Errand) -> &'static str {
    let Errand::Report(uid) = errand else { return "status" };
    let process = world.machine(node).and_then(|m| m.processes.get(uid));
    match process {
        Some(p) if p.is_ready() => "is ready",
        Some(p) if p.is_alive() => "runs",
        Some(p) if p.stage == Stage::Ended => "has ended",
        _ => "is being made",
    }
}

fn travel(world: &mut World, cargo: Cargo, node: &Name, words: Name) {
    let arrives = world.now() + world.latency(Latency::Uplink);
    let (from, to, departs) = (Place::Machine(node.clone()), Place::Record, world.now());
    world.send(Transit { cargo, from, to, departs, arrives, words, arrives_safely: true });
}

fn travel_down(world: &mut World, node: &Name, words: Name) {
    let arrives = world.now() + world.latency(Latency::Downlink);
    let (from, to, departs) = (Place::Record, Place::Machine(node.clone()), world.now());
    world.send(Transit { cargo: Cargo::Order, from, to, departs, arrives, words, arrives_safely: true });
}

/// A process on a machine, to be changed.
fn process_mut<'w>(world: &'w mut World, node: &Name, uid: Uid) -> Option<&'w mut Process> {
    world.machine_mut(node)?.processes.get_mut(&uid).map(Arc::make_mut)
}

/// A process on a machine.
fn process(world: &World, node: &Name, uid: Uid) -> Option<Arc<Process>> {
    world.machine(node)?.processes.get(&uid).cloned()
}

/// What is to be known of a process, without keeping hold of it: whoever does makes the next change copy it.
fn look<T>(world: &World, node: &Name, uid: Uid, what: impl FnOnce(&Process) -> T) -> Option<T> {
    world.machine(node)?.processes.get(&uid).map(|process| what(process))
}

/// Changes what runs in a slot of a pod, where it is there.
fn set_run(world: &mut World, node: &Name, uid: Uid, slot: Slot, change: impl FnOnce(&mut Run)) {
    if let Some(run) = process_mut(world, node, uid).and_then(|p| p.run_mut(slot)) {
        change(run);
    }
}

/// How much longer than the table says a kubelet takes with a pod: pods that are begun or ended together are not ready or
/// gone together, but in the order of their names, in steps that a controller tells apart.
fn tardiness(pod: &str) -> Span {
    let last = pod.rsplit('-').next().unwrap_or_default();
    let letter = |first: u8| i64::from(if first.is_ascii_digit() { first - b'0' } else { 10 + first.saturating_sub(b'a') });
    let steps = last.parse::<u16>().map_or_else(|_| last.bytes().next().map_or(0, letter), |ordinal| i64::from(ordinal % 36));
    Span(steps.min(36) * 6)
}

/// Writes an event about a pod or one of its containers, where the record can be reached; kubelets give up on events that
/// they cannot deliver.
fn tell(world: &mut World, node: &Name, uid: Uid, slot: Option<Slot>, warning: bool, reason: &str, message: &str) {
    let Some(pod) = world.machine(node).filter(|m| m.is_linked()).and_then(|m| m.heard.get(&uid)).cloned() else { return };
    let mut about = reference(Kind::Pod, &pod.metadata);
    let place = slot.map(|slot| match slot {
        Slot::Init(place) => ("initContainers", pod.spec.init_containers.get(place)),
        Slot::Main(place) => ("containers", pod.spec.containers.get(place)),
    });
    if let Some((list, Some(container))) = place {
        about.field_path = format!("spec.{list}{{{}}}", container.name).into();
    }
    Desk::new(world, Actor::Kubelet(node.clone())).event(about, warning, reason, message);
}

/// The node of a machine as the record has it.
fn node_object(world: &World, node: &Name) -> Option<Arc<Node>> {
    world.get::<Node>(&Key::cluster(node.clone())).cloned()
}

/// How many addresses a machine has for pods: 2 to 254.
const ADDRESSES: u32 = 253;

impl Machine {
    /// Takes the next address for a pod: round and round, past those that are in use. Upstream: the host-local plugin.
    fn take_ip(&mut self) -> Name {
        let network = super::start::pod_network(self.subnet);
        let mut ip = Name::default();
        for _ in 0..ADDRESSES {
            ip = format!("{network}.{}", self.next_ip).into();
            self.next_ip = if self.next_ip > ADDRESSES { 2 } else { self.next_ip + 1 };
            if self.processes.values().all(|process| process.ip != ip) {
                break;
            }
        }
        ip
    }
}

#[cfg(test)]
mod tests;
