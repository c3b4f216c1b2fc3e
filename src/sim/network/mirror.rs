//! The mirroring controller: slices for Endpoints that somebody wrote for a service without a selector, so that proxies and
//! the DNS, which read slices only, hear of them. Upstream: pkg/controller/endpointslicemirroring.
//!
//! Simplified: conditions say `serving` and `terminating` too, which upstream leaves open.

use super::legacy::SKIP_MIRROR;
use super::{endpoints, slices, subsets};
use crate::api::object::owner_ref;
use crate::api::service::{Endpoint, EndpointAddress, EndpointConditions, EndpointPort, EndpointSubset};
use crate::api::{EndpointSlice, Endpoints, Key, Kind, Meta, Object, Service};
use crate::sim::act::DeleteOptions;
use crate::sim::apiserver::Desk;
use crate::sim::change::Controller;
use crate::sim::latency::Latency;
use crate::sim::world::World;
use std::sync::Arc;

const CONTROLLER: &str = "endpointslicemirroring-controller.k8s.io";
const LEADER: &str = "control-plane.alpha.kubernetes.io/leader";
const LAST_APPLIED: &str = "kubectl.kubernetes.io/last-applied-configuration";

/// Hears of a write: of Endpoints that may be mirrored, and of the service of such ones.
pub fn notice(world: &mut World, before: Option<&Object>, after: Option<&Object>) {
    let key = match after.or(before) {
        Some(Object::Endpoints(endpoints)) if after.is_some() => endpoints.metadata.key(),
        Some(Object::Service(service)) => service.metadata.key(),
        _ => return,
    };
    if world.get::<Endpoints>(&key).is_some_and(|endpoints| may_be_mirrored(endpoints)) {
        let delay = world.latency(Latency::ControllerSync);
        world.enqueue(Controller::EndpointSliceMirroring, Kind::Service, &key, delay);
    }
}

/// Upstream: shouldMirror. What the endpoint controller wrote is of services that have slices of their own.
fn may_be_mirrored(endpoints: &Endpoints) -> bool {
    let meta = &endpoints.metadata;
    let skipped = meta.labels.get(SKIP_MIRROR).is_some_and(|flag| &**flag == "true");
    !skipped && meta.annotations.get(LEADER).is_none() && !subsets::is_managed(endpoints)
}

/// Takes a service from the queue and makes the mirror of its Endpoints. Those of Endpoints that are gone go with them.
pub fn sync(desk: &mut Desk, key: &Key) {
    let Some(source) = desk.get::<Endpoints>(key).cloned() else { return };
    let without_selector = desk.get::<Service>(key).is_some_and(|service| service.spec.selector.is_empty());
    let mirrored = without_selector && may_be_mirrored(&source);
    let mut idle: Vec<Arc<EndpointSlice>> = endpoints::of_service(desk.store(), key).filter(|slice| is_mirror(slice)).cloned().collect();
    let wanted: Vec<EndpointSlice> = source.subsets.iter().filter(|_| mirrored).map(|subset| mirror(&source, subset)).collect();
    for wanted in wanted {
        let same = idle.iter().position(|slice| slice.ports == wanted.ports);
        let _refused = match same.map(|place| idle.remove(place)) {
            Some(old) => {
                let metadata = Meta { labels: wanted.metadata.labels, annotations: wanted.metadata.annotations, ..old.metadata.clone() };
                desk.update(EndpointSlice { metadata, ..wanted })
            }
            None => desk.create(wanted),
        };
    }
    for slice in idle {
        let _gone_already = desk.delete(Kind::EndpointSlice, &slice.metadata.key(), &DeleteOptions::default());
    }
}

fn is_mirror(slice: &EndpointSlice) -> bool {
    slice.metadata.labels.get(slices::MANAGED_BY).is_some_and(|by| **by == *CONTROLLER)
}

fn mirror(source: &Endpoints, subset: &EndpointSubset) -> EndpointSlice {
    let meta = &source.metadata;
    let (mut labels, mut annotations) = (meta.labels.clone(), meta.annotations.clone());
    labels.insert(slices::SERVICE_NAME, meta.name.clone());
    labels.insert(slices::MANAGED_BY, CONTROLLER);
    annotations.remove(LAST_APPLIED);
    let ready = subset.addresses.iter().map(|address| endpoint(address, true));
    let others = subset.not_ready_addresses.iter().map(|address| endpoint(address, false));
    let ports = subset.ports.iter().map(|port| EndpointPort { name: port.name.clone(), port: port.port, protocol: port.protocol.clone() });
    EndpointSlice {
        metadata: Meta {
            namespace: meta.namespace.clone(),
            generate_name: format!("{}-", meta.name).into(),
            owner_references: vec![owner_ref(Kind::Endpoints, meta)],
            labels,
            annotations,
            ..Meta::default()
        },
        address_type: "IPv4".into(),
        endpoints: ready.chain(others).collect(),
        ports: ports.collect(),
    }
}

fn endpoint(address: &EndpointAddress, ready: bool) -> Endpoint {
    Endpoint {
        addresses: vec![address.ip.clone()],
        conditions: EndpointConditions { ready, serving: ready, terminating: false },
        hostname: address.hostname.clone(),
        node_name: address.node_name.clone(),
        target_ref: address.target_ref.clone(),
        ..Endpoint::default()
    }
}

#[cfg(test)]
mod tests;
