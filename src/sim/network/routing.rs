//! Where a connection to a service's address goes: kube-proxy's choice, made from the endpoint slices. Upstream:
//! pkg/proxy/iptables/proxier.go. Every machine is taken to know the present slices; a cut one would know old ones.

use super::endpoints;
use crate::api::service::{Endpoint, ServicePort};
use crate::api::{Key, Name, Node, Service};
use crate::sim::chance::{Stream, spread};
use crate::sim::world::World;

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

/// Decides where a connection to an address goes; `client` is who keeps its endpoint where the service wants that.
pub fn route(world: &mut World, ip: &str, port: i32, client: &Name) -> Route {
    let Some((service, found)) = service_at(world, ip, port) else { return Route::Direct };
    let Some(found) = found else { return Route::Dropped };
    let sticky = world.get::<Service>(&service).is_some_and(|s| &*s.spec.session_affinity == "ClientIP");
    let mut backends = backends(world, &service, &found.name, |e| e.conditions.ready);
    if backends.is_empty() {
        backends = self::backends(world, &service, &found.name, |e| e.conditions.serving && e.conditions.terminating);
    }
    let chosen = match sticky {
        true => backends.get(spread(client, backends.len() as u64) as usize),
        false => world.chance.pick(Stream::Endpoint, &backends),
    };
    chosen.map_or(Route::Rejected, |(ip, port)| Route::Endpoint(ip.clone(), *port))
}

/// The service at a cluster address, or at a node's address and a node port, and its port there.
fn service_at(world: &World, ip: &str, port: i32) -> Option<(Key, Option<ServicePort>)> {
    if let Some(service) = world.list::<Service>().find(|service| *service.spec.cluster_ip == *ip) {
        return Some((service.metadata.key(), service.spec.ports.iter().find(|p| p.port == port).cloned()));
    }
    world.list::<Node>().find(|node| node.address("InternalIP").is_some_and(|address| **address == *ip))?;
    let open = |service: &Service| service.spec.ports.iter().find(|p| p.node_port == Some(port)).cloned();
    world.list::<Service>().find_map(|service| Some((service.metadata.key(), Some(open(service)?))))
}

/// Address and port of the endpoints of a service's port that fit, in the slices' order.
pub fn backends(world: &World, service: &Key, port: &str, fits: impl Fn(&Endpoint) -> bool) -> Vec<(String, i32)> {
    let mut found = Vec::new();
    for slice in endpoints::of_service(world, service) {
        let Some(port) = slice.ports.iter().find(|p| &*p.name == port) else { continue };
        let addresses = slice.endpoints.iter().filter(|e| fits(e)).flat_map(|e| &e.addresses);
        found.extend(addresses.map(|ip| (ip.to_string(), port.port)));
    }
    found
}
