//! The endpoint slice controller: says which pods answer for a service. Upstream: pkg/controller/endpointslice.

use super::slices;
pub use super::slices::SERVICE_NAME;
use crate::api::object::reference;
use crate::api::service::{Endpoint, EndpointConditions, EndpointPort, ServiceType};
use crate::api::{EndpointSlice, Key, Kind, Labels, Meta, Name, Node, Object, Pod, Service, Span};
use crate::sim::act::DeleteOptions;
use crate::sim::apiserver::Desk;
use crate::sim::change::{Actor, Controller};
use crate::sim::latency::Latency;
use crate::sim::store::Store;
use crate::sim::world::World;
use std::sync::Arc;

/// Where the API server answers: what the `kubernetes` service's slice says.
pub const API_SERVER: (&str, i32) = ("192.0.2.2", 6443);

const ZONE: &str = "topology.kubernetes.io/zone";

/// Takes a service from the queue and makes its slices say what they should.
pub fn sync(desk: &mut Desk, key: &Key) {
    let Some(service) = desk.get::<Service>(key).cloned() else { return };
    if !has_managed_slices(&service) || service.metadata.is_terminating() {
        return;
    }
    let mut pods: Vec<Arc<Pod>> = desk.list::<Pod>().filter(|pod| selects(&service, &pod.metadata)).cloned().collect();
    let skipped = skip_lost(desk, &service, &mut pods);
    let plan = slices::plan(&service, &pods, &zones(desk, &pods), &owned(desk, &service));
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
    if !skipped.is_empty() {
        complain(desk, &service, &skipped);
    } else if failed {
        let delay = desk.latency(Latency::ControllerResync);
        desk.world().enqueue(Controller::EndpointSlice, Kind::Service, key, delay);
    } else {
        desk.world().retries.remove(&(Controller::EndpointSlice, Kind::Service, key.clone()));
    }
}

/// The zones of the pods' nodes, as their labels have them now. Upstream: podToEndpoint.
fn zones(desk: &Desk, pods: &[Arc<Pod>]) -> slices::Zones {
    let zone = |node: &Name| Some((node.clone(), desk.get::<Node>(&Key::cluster(node.clone()))?.metadata.labels.get(ZONE)?.clone()));
    pods.iter().filter_map(|pod| zone(&pod.spec.node_name)).collect()
}

/// Takes out the pods whose node does not exist, unless the service publishes whoever there is; says of each why.
/// Upstream: DesiredEndpointSlicesFromServicePods.
fn skip_lost(desk: &Desk, service: &Service, pods: &mut Vec<Arc<Pod>>) -> Vec<String> {
    let mut errors = Vec::new();
    if service.spec.publish_not_ready_addresses {
        return errors;
    }
    let (namespace, name) = (&service.metadata.namespace, &service.metadata.name);
    pods.retain(|pod| {
        let node = &pod.spec.node_name;
        let lost = slices::includes(pod) && desk.get::<Node>(&Key::cluster(node.clone())).is_none();
        if lost {
            errors.push(format!("skipping Pod {} for Service {namespace}/{name}: Node {node} Not Found", pod.metadata.name));
        }
        !lost
    });
    errors
}

/// Upstream: defaultSyncBackOff and maxRetries of the controller.
const FIRST_RETRY: Span = Span::secs(1);
const MAX_RETRIES: u32 = 15;

fn complain(desk: &mut Desk, service: &Service, errors: &[String]) {
    let key = service.metadata.key();
    let why = if let [one] = errors { one.clone() } else { format!("[{}]", errors.join(", ")) };
    let message = format!("Error updating Endpoint Slices for Service {key}: {why}");
    desk.event(reference(Kind::Service, &service.metadata), true, "FailedToUpdateEndpointSlices", message);
    let times = desk.world().retries.entry((Controller::EndpointSlice, Kind::Service, key.clone())).or_insert(0);
    *times += 1;
    let times = *times;
    if times <= MAX_RETRIES {
        let delay = Span(FIRST_RETRY.0 << (times - 1).min(10));
        desk.world().enqueue(Controller::EndpointSlice, Kind::Service, &key, delay);
    }
}

fn has_managed_slices(service: &Service) -> bool {
    !service.spec.selector.is_empty() && service.spec.kind != ServiceType::ExternalName
}

fn selects(service: &Service, pod: &Meta) -> bool {
    pod.namespace == service.metadata.namespace && pod.labels.contains_all(&service.spec.selector)
}

fn owned(world: &World, service: &Service) -> Vec<Arc<EndpointSlice>> {
    let mine = world.store().dependants_of(service.metadata.uid, Kind::EndpointSlice);
    mine.filter_map(|key| world.get::<EndpointSlice>(key).cloned()).collect()
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

/// The slice controller is quicker than the sets' managers: what these do about a change is another row of the slice.
fn enqueue(world: &mut World, service: &Key) {
    let delay = Span((world.latency(Latency::ControllerSync).0 - 1).max(0));
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
pub fn of_service<'w>(known: &'w Store, service: &Key) -> impl Iterator<Item = &'w Arc<EndpointSlice>> + use<'w> {
    let service = service.clone();
    known.list::<EndpointSlice>().filter(move |slice| {
        let meta = &slice.metadata;
        meta.namespace == service.namespace && meta.labels.get(SERVICE_NAME) == Some(&service.name)
    })
}

#[cfg(test)]
mod tests;
