//! What the Endpoints object of a service should say: a pure function of the service, its pods and what it says now.
//! Upstream: pkg/controller/endpoint/endpoints_controller.go, pkg/api/v1/endpoints/util.go.
//!
//! Simplified: subsets and ports stand in the order in which they are met, upstream's in the order of their hashes.

use super::slices;
use crate::api::service::{EndpointAddress, EndpointPort, EndpointSubset, SubsetPort};
use crate::api::{Endpoints, Kind, Labels, Meta, ObjectRef, Pod, Service, Uid};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Addresses that one object holds.
pub const MAX_ADDRESSES: usize = 1000;
const MANAGED_BY: &str = "endpoints.kubernetes.io/managed-by";
const CONTROLLER: &str = "endpoint-controller";
const OVER_CAPACITY: &str = "endpoints.kubernetes.io/over-capacity";

/// The object as it should be; `None` where it is so already.
pub fn plan(service: &Service, pods: &[Arc<Pod>], present: Option<&Endpoints>) -> Option<Endpoints> {
    let mut subsets = repack(gather(service, pods, present));
    let truncated = truncate(&mut subsets);
    let labels = labels(service);
    if present.is_some_and(|present| present.subsets == subsets && present.metadata.labels == labels) {
        return None;
    }
    let (namespace, name) = (service.metadata.namespace.clone(), service.metadata.name.clone());
    let mut metadata = present.map_or_else(|| Meta::named(namespace, name), |present| present.metadata.clone());
    metadata.labels = labels;
    slices::note_trigger(&mut metadata, service, pods, present.map(readiness).as_ref());
    metadata.annotations.remove(OVER_CAPACITY);
    if truncated {
        metadata.annotations.insert(OVER_CAPACITY, "truncated");
    }
    Some(Endpoints { metadata, subsets })
}

/// True where a pod may stand there: it has an address, has not ended, and is not going unless whoever is there counts.
/// Upstream: ShouldPodBeInEndpoints.
fn includes(pod: &Pod, terminating_too: bool) -> bool {
    slices::includes(pod) && (terminating_too || !pod.metadata.is_terminating())
}

/// An address and whether it is ready.
type Standing = (Arc<EndpointAddress>, bool);

/// For each port the addresses that have it; a headless service may have none.
type Offers = Vec<(Option<EndpointPort>, Vec<Standing>)>;

fn gather(service: &Service, pods: &[Arc<Pod>], present: Option<&Endpoints>) -> Offers {
    let tolerant = service.spec.publish_not_ready_addresses;
    let known = known(present);
    let mut offers: Offers = Vec::new();
    let mut offer = |port: Option<EndpointPort>, standing: Standing| match offers.iter_mut().find(|(other, _)| *other == port) {
        Some((_, standings)) => standings.push(standing),
        None => offers.push((port, vec![standing])),
    };
    for pod in pods.iter().filter(|pod| includes(pod, tolerant)) {
        let fresh = address(service, pod);
        let shared = known.get(&pod.metadata.uid).filter(|old| ****old == fresh).map(|old| (*old).clone());
        let standing = (shared.unwrap_or_else(|| Arc::new(fresh)), tolerant || pod.is_ready());
        if service.spec.ports.is_empty() && service.is_headless() {
            offer(None, standing.clone());
        }
        slices::ports(service, pod).into_iter().for_each(|port| offer(Some(port), standing.clone()));
    }
    offers
}

/// The addresses that stand there now, by their pod's identity.
fn known(present: Option<&Endpoints>) -> BTreeMap<Uid, &Arc<EndpointAddress>> {
    let subsets = present.into_iter().flat_map(|present| &present.subsets);
    let addresses = subsets.flat_map(|subset| subset.addresses.iter().chain(&subset.not_ready_addresses));
    addresses.filter_map(|address| Some((address.target_ref.as_ref()?.uid, address))).collect()
}

/// Whether the pods that stand there now were ready when it was written.
fn readiness(present: &Endpoints) -> BTreeMap<Uid, bool> {
    let lists = present.subsets.iter().flat_map(|subset| [(true, &subset.addresses), (false, &subset.not_ready_addresses)]);
    let all = lists.flat_map(|(ready, list)| list.iter().map(move |address| (ready, address)));
    all.filter_map(|(ready, address)| Some((address.target_ref.as_ref()?.uid, ready))).collect()
}

fn address(service: &Service, pod: &Pod) -> EndpointAddress {
    let (meta, spec) = (&pod.metadata, &pod.spec);
    let target = ObjectRef {
        kind: Kind::Pod.name().into(),
        namespace: meta.namespace.clone(),
        name: meta.name.clone(),
        uid: meta.uid,
        ..ObjectRef::default()
    };
    EndpointAddress {
        hostname: slices::hostname(service, pod),
        ip: pod.status.pod_ip.clone(),
        node_name: spec.node_name.clone(),
        target_ref: Some(target),
    }
}

/// Ports of the same addresses become one subset; addresses are sorted bytewise. Upstream: RepackSubsets.
fn repack(offers: Offers) -> Vec<EndpointSubset> {
    let mut groups: Vec<(Vec<SubsetPort>, Vec<Standing>)> = Vec::new();
    for (port, mut standings) in offers {
        let uid = |address: &EndpointAddress| address.target_ref.as_ref().map(|target| target.uid);
        standings.sort_by(|(a, _), (b, _)| (&a.ip, uid(a)).cmp(&(&b.ip, uid(b))));
        let port = port.map(|port| SubsetPort { name: port.name, port: port.port, protocol: port.protocol, ..SubsetPort::default() });
        match groups.iter_mut().find(|(_, others)| *others == standings) {
            Some((ports, _)) => ports.extend(port),
            None => groups.push((port.into_iter().collect(), standings)),
        }
    }
    let of = |standings: &[Standing], wanted: bool| {
        standings.iter().filter(|(_, ready)| *ready == wanted).map(|(address, _)| address.clone()).collect()
    };
    let subset = |(ports, standings): (Vec<SubsetPort>, Vec<Standing>)| EndpointSubset {
        addresses: of(&standings, true),
        not_ready_addresses: of(&standings, false),
        ports,
    };
    groups.into_iter().map(subset).collect()
}

/// Leaves no more addresses than fit, each subset its share, ready ones first; true where some were left out.
/// Upstream: truncateEndpoints.
fn truncate(subsets: &mut [EndpointSubset]) -> bool {
    let ready: usize = subsets.iter().map(|subset| subset.addresses.len()).sum();
    let others: usize = subsets.iter().map(|subset| subset.not_ready_addresses.len()).sum();
    if ready + others <= MAX_ADDRESSES {
        return false;
    }
    let too_many_ready = ready > MAX_ADDRESSES;
    let (room, all) = if too_many_ready { (MAX_ADDRESSES, ready) } else { (MAX_ADDRESSES - ready, others) };
    let mut left = room;
    for subset in subsets {
        if too_many_ready {
            subset.not_ready_addresses.clear();
        }
        let list = if too_many_ready { &mut subset.addresses } else { &mut subset.not_ready_addresses };
        list.truncate((list.len() * room).div_ceil(all).min(left));
        left -= list.len();
    }
    true
}

fn labels(service: &Service) -> Labels {
    let mut labels = service.metadata.labels.clone();
    labels.remove(slices::HEADLESS);
    if service.is_headless() {
        labels.insert(slices::HEADLESS, "");
    }
    labels.insert(MANAGED_BY, CONTROLLER);
    labels
}

/// True for what the endpoint controller itself has written.
pub fn is_managed(endpoints: &Endpoints) -> bool {
    endpoints.metadata.labels.get(MANAGED_BY).is_some_and(|by| **by == *CONTROLLER)
}

#[cfg(test)]
mod tests;
