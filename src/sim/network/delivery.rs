//! How a request reaches a process, and its answer comes back: decided by machines, cables and what really runs, never by
//! the record.
//!
//! An address leads to the machine that holds it, whether or not the record still knows the pod. The cable is a machine's
//! link to everybody else: the API server, the DNS and other machines are beyond it. Who types at the keyboard stands
//! next to every machine that has power, so a request typed to a pod's address passes a cut cable.

use super::apps::{self, Reply};
use super::dns::{self, Data, Rcode, RecordType};
use super::failure::Failure;
use super::hosts;
use super::memory::{self, Keeps, Recall};
use super::message::{Message, Response};
use crate::api::{Key, Name, Pod, Time, Uid};
use crate::sim::change::{Actor, Physical};
use crate::sim::images::{self, App};
use crate::sim::latency::Latency;
use crate::sim::machine::{Process, Served, Stage};
use crate::sim::transit::{Cargo, Place, Transit};
use crate::sim::world::World;
use std::sync::Arc;

/// Port on which the book's apps listen and ask each other.
const PEER_PORT: i32 = 8080;

/// Where requests from outside the pods seem to come from.
const BRIDGE: &str = "10.244.0.1";

/// Where a request comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// The keyboard: next to every machine.
    Keyboard,
    /// The API server.
    ApiServer,
    /// A shell on a machine.
    Node(Name),
    /// The process of a container.
    Process {
        /// Its machine.
        node: Name,
        /// Its pod's name.
        pod: Key,
        /// Its pod's identity.
        uid: Uid,
        /// The container's name.
        container: Name,
    },
}

impl Origin {
    /// Where it stands in a picture.
    pub fn place(&self) -> Place {
        match self {
            Origin::Keyboard => Place::Client,
            Origin::ApiServer => Place::Record,
            Origin::Node(node) => Place::Machine(node.clone()),
            Origin::Process { node, pod, .. } => Place::Process(node.clone(), pod.clone()),
        }
    }
    /// Who asks.
    pub fn actor(&self) -> Actor {
        match self {
            Origin::Keyboard | Origin::Node(_) => Actor::You,
            Origin::ApiServer => Actor::ApiServer,
            Origin::Process { pod, .. } => Actor::Process(pod.clone()),
        }
    }
    /// What stands for its address where a service tells clients apart.
    pub fn source(&self) -> Name {
        match self {
            Origin::Keyboard | Origin::ApiServer => Name::default(),
            Origin::Node(node) => node.clone(),
            Origin::Process { uid, .. } => uid.to_string().into(),
        }
    }
    /// The machine it is on, where it is on one.
    pub fn machine(&self) -> Option<&Name> {
        match self {
            Origin::Keyboard | Origin::ApiServer => None,
            Origin::Node(node) | Origin::Process { node, .. } => Some(node),
        }
    }
    /// The address that whoever is asked sees; of all but processes that of the bridge on a node.
    fn address(&self, world: &World) -> Name {
        self.process(world).map_or(Name::from_static_str(BRIDGE), |process| process.ip.clone())
    }
    /// What runs for its pod, where it is a pod's and that runs.
    pub fn process<'w>(&self, world: &'w World) -> Option<&'w Arc<Process>> {
        let Origin::Process { node, uid, .. } = self else { return None };
        world.machine(node)?.processes.get(uid)
    }
    /// True where it can speak to the API server and the DNS.
    pub fn is_linked(&self, world: &World) -> bool {
        self.machine().is_none_or(|node| world.machine(node).is_some_and(|machine| machine.is_linked()))
    }
    /// True where what it sends arrives at the machine.
    fn reaches(&self, world: &World, node: &Name) -> bool {
        let Some(machine) = world.machine(node).filter(|machine| machine.powered) else { return false };
        *self == Origin::Keyboard || self.machine() == Some(node) || machine.is_linked() && self.is_linked(world)
    }
}

/// A process that answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Responder {
    /// The machine on which it runs.
    pub node: Name,
    /// Its pod's name.
    pub pod: Key,
    /// Its pod's identity, which tells it from a namesake.
    pub uid: Uid,
}

/// What came of a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Delivery {
    /// The process and what it said, or why nothing came back.
    pub outcome: Result<(Responder, Response), Failure>,
    /// When whoever asked knows.
    pub back: Time,
}

/// Sends a request to an address, departing at `at`, and brings the answer back. What is written is written now.
pub fn deliver(world: &mut World, from: &Origin, at: Time, address: (&str, i32), message: &Message) -> Delivery {
    let hop = world.latency(Latency::Request);
    let Some((node, process)) = holder(world, address.0) else {
        let lost = world.list::<Pod>().find(|pod| *pod.status.pod_ip == *address.0).map(|pod| pod.spec.node_name.clone());
        let to = lost.map(Place::Machine);
        return fail(world, from, at, to, message, Failure::Silence);
    };
    let to = Place::Process(node.clone(), process.key.clone());
    if !from.reaches(world, &node) {
        return fail(world, from, at, Some(to), message, Failure::Silence);
    }
    let Some((container, app)) = listener(&process, address.1) else {
        return fail(world, from, at, Some(to), message, Failure::Refused);
    };
    send(world, (Cargo::Request, from.place(), to.clone()), at, &message.line(), true);
    let (response, ready) = match apps::answer(world, &node, &process, app, message) {
        Reply::Now(response) => (response, at + hop),
        Reply::AfterPeers { head, service } => {
            let me = Origin::Process { node: node.clone(), pod: process.key.clone(), uid: process.uid, container: container.clone() };
            gather(world, &me, at + hop, head, &service)
        }
    };
    send(world, (Cargo::Answer, to, from.place()), ready, &response.status.to_string(), true);
    note_in_log(world, from, (&node, process.uid, container), message, &response);
    answered(world, &process, message, &response);
    let responder = Responder { node, pod: process.key.clone(), uid: process.uid };
    Delivery { outcome: Ok((responder, response)), back: ready + hop }
}

/// The machine and the process that hold a pod's address.
fn holder(world: &World, ip: &str) -> Option<(Name, Arc<Process>)> {
    let holds = |process: &&Arc<Process>| *process.ip == *ip && process.stage != Stage::Ended;
    world.machines().find_map(|machine| Some((machine.name.clone(), machine.processes.values().find(holds)?.clone())))
}

/// What listens on that port of a process, and in which container. One whose own command does something else does not run
/// its image's app.
fn listener(process: &Process, port: i32) -> Option<(Name, App)> {
    let running = process.containers.iter().zip(process.spec.containers.iter()).filter(|(run, _)| run.is_running());
    let mut serving = running.filter_map(|(run, container)| Some((run, images::serves(container)?)));
    serving.find(|(_, image)| image.port == port).map(|(run, image)| (run.name.clone(), image.app))
}

/// Notes a request where its application's log is kept.
fn note_in_log(world: &mut World, from: &Origin, to: (&Name, Uid, Name), message: &Message, response: &Response) {
    let (at, client) = (world.now(), from.address(world));
    let served = Served { at, client, request: message.line().into(), status: response.status, size: response.body.len() };
    if let Some(machine) = world.machine_mut(to.0) {
        machine.note_served(to.1, to.2, served);
    }
}

fn fail(world: &mut World, from: &Origin, at: Time, to: Option<Place>, message: &Message, failure: Failure) -> Delivery {
    let hop = world.latency(Latency::Request);
    let round_trip = hop + hop;
    if let Some(to) = to {
        let arrives = failure != Failure::Silence;
        send(world, (Cargo::Request, from.place(), to.clone()), at, &message.line(), arrives);
        if arrives {
            send(world, (Cargo::Answer, to, from.place()), at + hop, failure.words(), true);
        }
    }
    world.happened(from.actor(), Physical::Unanswered(message.line().into(), failure.words().into()));
    Delivery { outcome: Err(failure), back: at + failure.patience(round_trip, *from == Origin::ApiServer) }
}

/// Shows something on its way for one hop.
pub fn send(world: &mut World, (cargo, from, to): (Cargo, Place, Place), departs: Time, words: &str, arrives_safely: bool) {
    let arrives = departs + world.latency(Latency::Request);
    world.send(Transit { cargo, from, to, departs, arrives, words: words.into(), arrives_safely });
}

/// Notes an answer, because of what was written for it.
fn answered(world: &mut World, process: &Process, message: &Message, response: &Response) {
    let earlier = world.cause;
    world.cause = response.because.or(earlier);
    let what = Physical::Answered(process.key.clone(), message.line().into(), response.status);
    world.happened(Actor::Process(process.key.clone()), what);
    world.cause = earlier;
}

/// Asks all peers of a service for `/data`, as the book's app does; answers are appended as they come in.
fn gather(world: &mut World, me: &Origin, at: Time, head: String, service: &str) -> (Response, Time) {
    let earlier = world.cause;
    let peers = match peers(world, me, service) {
        Ok(peers) => peers,
        Err(code) => {
            let body = format!("{head}Could not look up DNS SRV records: Error: querySrv {code} {service}");
            return (Response::ok(body), at);
        }
    };
    let mut said: Vec<(Time, String)> = peers.into_iter().map(|peer| ask_peer(world, me, at, &peer)).collect();
    world.cause = earlier;
    said.sort_by_key(|(back, _)| *back);
    let ready = said.last().map_or(at, |(back, _)| *back);
    let lines: String = said.into_iter().map(|(_, line)| line).collect();
    (Response::ok(head + &lines), ready)
}

/// The targets of a service's SRV records without the dot at their end; c-ares's code where there are none.
fn peers(world: &mut World, me: &Origin, service: &str) -> Result<Vec<String>, &'static str> {
    let ask = |world: &mut World| dns::ask(world, &me.place(), service, RecordType::Srv);
    let (answer, recall) = memory::resolve(world, (me, Keeps::Nothing), (service, RecordType::Srv), ask).ok_or("ETIMEOUT")?;
    if let Some(recall) = recall {
        world.cause = Some(recall.happens(world, me));
    }
    let targets = answer.answers.iter().filter_map(|record| match &record.data {
        Data::Srv(_, _, _, target) => Some(target.trim_end_matches('.').to_owned()),
        _ => None,
    });
    let targets: Vec<String> = targets.collect();
    match answer.rcode {
        Rcode::NoError if !targets.is_empty() => Ok(targets),
        Rcode::NoError => Err("ENODATA"),
        Rcode::NxDomain => Err("ENOTFOUND"),
        Rcode::ServFail => Err("ESERVFAIL"),
    }
}

/// The address of a peer, and what it is remembered from where it is.
fn address_of(world: &mut World, me: &Origin, peer: &str) -> Option<(Name, Option<Recall>)> {
    if let Some(own) = me.process(world).and_then(|process| hosts::find(process, peer)) {
        return Some((own, None));
    }
    let ask = |world: &mut World| dns::lookup(world, peer, RecordType::A);
    let (answer, recall) = memory::resolve(world, (me, Keeps::Nothing), (peer, RecordType::A), ask)?;
    Some((answer.address()?.into(), recall))
}

fn ask_peer(world: &mut World, me: &Origin, at: Time, peer: &str) -> (Time, String) {
    let Some((ip, recall)) = address_of(world, me, peer) else {
        return (at, format!("- {peer}: Error: getaddrinfo ENOTFOUND {peer}\n"));
    };
    let earlier = world.cause;
    if let Some(recall) = recall {
        world.cause = Some(recall.happens(world, me));
    }
    let message = Message { method: "GET", path: "/data", body: "" };
    let delivery = deliver(world, me, at, (&ip, PEER_PORT), &message);
    world.cause = earlier;
    let words = match delivery.outcome {
        Ok((_, response)) => response.body,
        Err(failure) => format!("Error: {}", failure.node(&format!("{ip}:{PEER_PORT}"))),
    };
    (delivery.back, format!("- {peer}: {words}\n"))
}
