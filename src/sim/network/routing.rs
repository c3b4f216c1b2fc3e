//! Where a connection to a service's address goes: kube-proxy's choice, made from the endpoint slices. Upstream:
//! pkg/proxy/iptables/proxier.go. A machine that is cut off keeps the rules that it last heard of.

use super::delivery::Origin;
use super::endpoints;
use crate::api::service::{Endpoint, ServicePort};
use crate::api::{Key, Name, Node, Service, Span, Time};
use crate::sim::chance::Stream;
use crate::sim::store::Store;
use crate::sim::world::World;
use imbl::OrdMap;

/// Where a connection goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Route {
    /// To the address itself: no service has it.
    Direct,
    /// To an endpoint of a service.
    Endpoint(String, i32),
    /// Nowhere: the service has no endpoint, and says so.
    Rejected,
    /// Nowhere: the service has no such port, and nothing comes back.
    Dropped,
}

/// Who keeps coming back to the same endpoint: services with session affinity, by client.
#[derive(Clone, Debug, Default)]
pub struct Affinity(OrdMap<(Name, Key), Bond>);

/// A client's endpoint, and until when it is kept after the last connection.
#[derive(Clone, Debug)]
struct Bond {
    ip: String,
    until: Time,
}

/// What machines that are cut off last heard of services and slices, by machine.
#[derive(Clone, Debug, Default)]
pub struct Hearsay(OrdMap<Name, Store>);

/// Lets a machine's rules follow its cable and its power: cut off it keeps them, and a boot without the API server leaves
/// it without any.
pub fn note_link(world: &mut World, node: &Name) {
    let Some(machine) = world.machine(node).cloned() else { return };
    let present = world.store.clone();
    let known = &mut world.network.hearsay.0;
    if machine.is_linked() {
        known.remove(node);
    } else if !machine.powered {
        known.insert(node.clone(), Store::default());
    } else {
        known.entry(node.clone()).or_insert(present);
    }
}

/// The record as whoever connects from there knows it.
fn known_from(world: &World, from: &Origin) -> Store {
    let hearsay = from.machine().and_then(|node| world.network.hearsay.0.get(node));
    hearsay.unwrap_or(&world.store).clone()
}

/// Decides where a connection to an address goes, by the rules of the machine it comes from.
pub fn route(world: &mut World, ip: &str, port: i32, from: &Origin) -> Route {
    let known = known_from(world, from);
    let Some(entry) = entry(&known, ip, port) else { return Route::Direct };
    let key = entry.service.clone();
    let Some(found) = entry.port.as_ref() else { return Route::Dropped };
    let place = bound_to(&known, &entry, from);
    let here = |e: &Endpoint| place.as_ref().is_none_or(|node| e.node_name == *node);
    let mut backends = backends(&known, &key, &found.name, |e| e.conditions.ready && here(e));
    if backends.is_empty() {
        backends = self::backends(&known, &key, &found.name, |e| e.conditions.serving && e.conditions.terminating && here(e));
    }
    if backends.is_empty() && !self::backends(&known, &key, &found.name, |e| e.conditions.ready).is_empty() {
        return Route::Dropped;
    }
    let chosen = match affinity(&known, &key) {
        Some(kept_for) => stay(world, &backends, (from.source(), key), kept_for),
        None => world.chance.pick(Stream::Endpoint, &backends).cloned(),
    };
    chosen.map_or(Route::Rejected, |(ip, port)| Route::Endpoint(ip, port))
}

/// How long a service wants a client to keep its endpoint; `None` where it does not care.
fn affinity(known: &Store, service: &Key) -> Option<Span> {
    let spec = &known.typed::<Service>(service)?.spec;
    let timeout = || spec.rest.get("sessionAffinityConfig")?.get("clientIP")?.get("timeoutSeconds")?.as_i64();
    (&*spec.session_affinity == "ClientIP").then(|| timeout().map_or(DEFAULT_AFFINITY, Span::secs))
}

/// core/v1's default of `sessionAffinityConfig.clientIP.timeoutSeconds`.
const DEFAULT_AFFINITY: Span = Span::secs(10_800);

/// The endpoint that a client had, or a new one where that is gone or was too long ago.
fn stay(world: &mut World, backends: &[(String, i32)], who: (Name, Key), kept_for: Span) -> Option<(String, i32)> {
    let now = world.now();
    let bonds = &world.network.affinity.0;
    let live: OrdMap<(Name, Key), Bond> =
        bonds.iter().filter(|(_, bond)| bond.until > now).map(|(who, bond)| (who.clone(), bond.clone())).collect();
    let bond = live.get(&who);
    let known = bond.and_then(|bond| backends.iter().find(|(ip, _)| *ip == bond.ip)).cloned();
    let chosen = known.or_else(|| world.chance.pick(Stream::Endpoint, backends).cloned())?;
    let bond = Bond { ip: chosen.0.clone(), until: now + kept_for };
    world.network.affinity.0 = live.update(who, bond);
    Some(chosen)
}

/// Where a connection enters a service.
struct Entry {
    service: Key,
    /// `None` where the service has no such port.
    port: Option<ServicePort>,
    /// The node whose port it is; `None` at the service's own address.
    node: Option<Name>,
}

/// The service at a cluster address, or at a node's address and a node port.
fn entry(known: &Store, ip: &str, port: i32) -> Option<Entry> {
    if let Some(service) = known.list::<Service>().find(|service| *service.spec.cluster_ip == *ip) {
        let port = service.spec.ports.iter().find(|p| p.port == port).cloned();
        return Some(Entry { service: service.metadata.key(), port, node: None });
    }
    let node = known.list::<Node>().find(|node| node.address("InternalIP").is_some_and(|address| **address == *ip))?;
    let open = |service: &Service| service.spec.ports.iter().find(|p| p.node_port == Some(port)).cloned();
    let node = Some(node.metadata.name.clone());
    known
        .list::<Service>()
        .find_map(|service| Some(Entry { service: service.metadata.key(), port: Some(open(service)?), node: node.clone() }))
}

/// The node to whose endpoints a connection is bound, where the service's policy is `Local`. The keyboard is on no node, so
/// nothing is local to it at the service's own address.
fn bound_to(known: &Store, entry: &Entry, from: &Origin) -> Option<Name> {
    let (field, node) = match &entry.node {
        Some(node) => ("externalTrafficPolicy", Some(node)),
        None => ("internalTrafficPolicy", from.machine()),
    };
    let spec = &known.typed::<Service>(&entry.service)?.spec;
    node.filter(|_| spec.rest.get(field).is_some_and(|policy| *policy == "Local")).cloned()
}

/// Address and port of the endpoints of a service's port that fit, in the slices' order.
pub fn backends(known: &Store, service: &Key, port: &str, fits: impl Fn(&Endpoint) -> bool) -> Vec<(String, i32)> {
    let mut found = Vec::new();
    for slice in endpoints::of_service(known, service) {
        let Some(port) = slice.ports.iter().find(|p| &*p.name == port) else { continue };
        let addresses = slice.endpoints.iter().filter(|e| fits(e)).flat_map(|e| &e.addresses);
        found.extend(addresses.map(|ip| (ip.to_string(), port.port)));
    }
    found
}
