//! The endpoint controller, which keeps an Endpoints object for each service with a selector. Upstream:
//! pkg/controller/endpoint.
//!
//! Nothing here reads what it writes: proxies and the DNS read slices. It is there for those who still look at it.

use super::{endpoints, subsets};
use crate::api::service::{EndpointAddress, EndpointSubset, SubsetPort};
use crate::api::{Endpoints, Key, Kind, Labels, Meta, Service};
use crate::sim::act::DeleteOptions;
use crate::sim::apiserver::Desk;
use crate::sim::change::Actor;
use crate::sim::world::World;
use std::sync::Arc;

/// The label of Endpoints that are not to be mirrored into slices.
pub const SKIP_MIRROR: &str = "endpointslice.kubernetes.io/skip-mirror";

/// Takes a service from the queue and makes its Endpoints say what they should. A refusal means that the namespace is going,
/// and the service with it.
pub fn sync(desk: &mut Desk, key: &Key) {
    let Some(service) = desk.get::<Service>(key).cloned() else {
        let _gone_already = desk.delete(Kind::Endpoints, key, &DeleteOptions::default());
        return;
    };
    if !endpoints::is_managed(&service) {
        return;
    }
    let pods = endpoints::selected(desk, &service);
    let present = desk.get::<Endpoints>(key).cloned();
    if let Some(wanted) = subsets::plan(&service, &pods, present.as_deref()) {
        let _refused = if present.is_some() { desk.update(wanted) } else { desk.create(wanted) };
    }
}

/// Publishes where the API server answers, as the API server itself does at its start.
pub fn publish_apiserver(world: &mut World) {
    let labels: Labels = [(SKIP_MIRROR, "true")].into_iter().collect();
    let (ip, port) = endpoints::API_SERVER;
    let subset = EndpointSubset {
        addresses: vec![Arc::new(EndpointAddress { ip: ip.into(), ..EndpointAddress::default() })],
        ports: vec![SubsetPort { name: "https".into(), port, ..SubsetPort::default() }],
        ..EndpointSubset::default()
    };
    let published = Endpoints { metadata: Meta { labels, ..Meta::named("default", "kubernetes") }, subsets: vec![subset] };
    let stored = Desk::new(world, Actor::ApiServer).create(published);
    debug_assert!(stored.is_ok(), "published once, when nothing else exists: {stored:?}");
}

#[cfg(test)]
mod tests;
