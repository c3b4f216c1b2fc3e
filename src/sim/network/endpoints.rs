//! The endpoint slice controller: says which pods answer for a service. Upstream: pkg/controller/endpointslice.

use super::slices;
pub use super::slices::SERVICE_NAME;
use crate::api::service::{Endpoint, EndpointConditions, EndpointPort, ServiceType};
use crate::api::{EndpointSlice, Key, Kind, Labels, Meta, Object, Pod, Service};
use crate::sim::act::DeleteOptions;
use crate::sim::apiserver::Desk;
use crate::sim::change::{Actor, Controller};
use crate::sim::latency::Latency;
use crate::sim::world::World;
use std::sync::Arc;

/// Where the API server answers: what the `kubernetes` service's slice says.
pub const API_SERVER: (&str, i32) = ("192.0.2.2", 6443);

/// Takes a service from the queue and makes its slices say what they should.
pub fn sync(desk: &mut Desk, key: &Key) {
    let Some(service) = desk.get::<Service>(key).cloned() else { return };
    if !has_managed_slices(&service) || service.metadata.is_terminating() {
        return;
    }
    let pods: Vec<Arc<Pod>> = desk.list::<Pod>().filter(|pod| selects(&service, &pod.metadata)).cloned().collect();
    let plan = slices::plan(&service, &pods, &owned(desk, &service));
    let mut failed = false;
    for slice in plan.create {
        failed |= desk.create(slice).is_err();
    }
    for slice in plan.update {
        failed |= desk.update(slice).is_err();
    }
    for slice in plan.delete {
        let _gone_already = desk.delete(Kind::EndpointSlice, &slice.metadata.key(), &DeleteOptions::default());
    }
    if failed {
        let delay = desk.latency(Latency::ControllerResync);
        desk.world().enqueue(Controller::EndpointSlice, Kind::Service, key, delay);
    }
}

fn has_managed_slices(service: &Service) -> bool {
    !service.spec.selector.is_empty() && service.spec.kind != ServiceType::ExternalName
}

fn selects(service: &Service, pod: &Meta) -> bool {
    pod.namespace == service.metadata.namespace && pod.labels.contains_all(&service.spec.selector)
}

fn owned(world: &World, service: &Service) -> Vec<Arc<EndpointSlice>> {
    let mine = world.store().dependants(service.metadata.uid).filter(|(kind, _)| *kind == Kind::EndpointSlice);
    mine.filter_map(|(_, key)| world.get::<EndpointSlice>(key).cloned()).collect()
}

/// Hears of a write and puts the services it matters to into the queue.
pub fn notice(world: &mut World, before: Option<&Object>, after: Option<&Object>) {
    let Some(any) = after.or(before) else { return };
    match any {
        Object::Service(service) if after.is_some() => enqueue(world, &service.metadata.key()),
        Object::EndpointSlice(slice) if after.is_none() => {
            let owner = slice.metadata.controller().map(|owner| Key::new(slice.metadata.namespace.clone(), owner.name.clone()));
            owner.filter(|key| world.get::<Service>(key).is_some()).iter().for_each(|key| enqueue(world, key));
        }
        Object::Pod(_) => {
            let (before, after) = (before.and_then(as_pod), after.and_then(as_pod));
            if matters(before, after) {
                concerned(world, before, after).iter().for_each(|key| enqueue(world, key));
            }
        }
        _ => {}
    }
}

fn enqueue(world: &mut World, service: &Key) {
    let delay = world.latency(Latency::ControllerSync);
    world.enqueue(Controller::EndpointSlice, Kind::Service, service, delay);
}

fn as_pod(object: &Object) -> Option<&Pod> {
    if let Object::Pod(pod) = object { Some(pod) } else { None }
}

/// True where a slice might say something else afterwards. Upstream: podEndpointsChanged.
fn matters(before: Option<&Pod>, after: Option<&Pod>) -> bool {
    let (Some(old), Some(new)) = (before, after) else { return true };
    let shown = |pod: &Pod| (slices::includes(pod), pod.is_ready(), pod.metadata.is_terminating());
    shown(old) != shown(new)
        || old.status.pod_ip != new.status.pod_ip
        || old.metadata.labels != new.metadata.labels
        || !Arc::ptr_eq(&old.spec, &new.spec)
}

fn concerned(world: &World, before: Option<&Pod>, after: Option<&Pod>) -> Vec<Key> {
    let concerns =
        |service: &&Arc<Service>| has_managed_slices(service) && before.iter().chain(&after).any(|pod| selects(service, &pod.metadata));
    world.list::<Service>().filter(concerns).map(|service| service.metadata.key()).collect()
}

/// Publishes where the API server answers, as the API server itself does at its start.
pub fn publish_apiserver(world: &mut World) {
    let labels: Labels = [(SERVICE_NAME, "kubernetes")].into_iter().collect();
    let conditions = EndpointConditions { ready: true, serving: true, terminating: false };
    let slice = EndpointSlice {
        metadata: Meta { labels, ..Meta::named("default", "kubernetes") },
        address_type: "IPv4".into(),
        endpoints: vec![Endpoint { addresses: vec![API_SERVER.0.into()], conditions, ..Endpoint::default() }],
        ports: vec![EndpointPort { name: "https".into(), port: API_SERVER.1, protocol: "TCP".into() }],
    };
    let stored = Desk::new(world, Actor::ApiServer).create(slice);
    debug_assert!(stored.is_ok(), "published once, when nothing else exists: {stored:?}");
}

/// The slices of a service, the hand-made ones too, in etcd's order.
pub fn of_service<'w>(world: &'w World, service: &Key) -> impl Iterator<Item = &'w Arc<EndpointSlice>> + use<'w> {
    let service = service.clone();
    world.list::<EndpointSlice>().filter(move |slice| {
        let meta = &slice.metadata;
        meta.namespace == service.namespace && meta.labels.get(SERVICE_NAME) == Some(&service.name)
    })
}

#[cfg(test)]
mod tests;
