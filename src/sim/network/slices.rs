//! What the endpoint slices of a service should say: a pure function of the service, its pods and the slices it has.
//! Upstream: staging/src/k8s.io/endpointslice/{reconciler,utils}.go.

use crate::api::meta::condition;
use crate::api::object::owner_ref;
use crate::api::service::{Endpoint, EndpointConditions, EndpointPort, PortRef, ServicePort};
use crate::api::{EndpointSlice, Kind, Labels, Meta, Name, ObjectRef, Pod, Service, Uid};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Endpoints that fit into one slice.
pub const MAX_ENDPOINTS: usize = 100;
/// The label that names a slice's service.
pub const SERVICE_NAME: &str = "kubernetes.io/service-name";
/// The label that names who keeps a slice.
pub const MANAGED_BY: &str = "endpointslice.kubernetes.io/managed-by";
const CONTROLLER: &str = "endpointslice-controller.k8s.io";
/// The label of what belongs to a service without an address of its own.
pub const HEADLESS: &str = "service.kubernetes.io/headless";
const TRIGGER_TIME: &str = "endpoints.kubernetes.io/last-change-trigger-time";

/// What is to be done with slices.
#[derive(Debug, Default, PartialEq)]
pub struct Plan {
    /// To be created; their names are still to be made.
    pub create: Vec<EndpointSlice>,
    /// To be written in place of themselves.
    pub update: Vec<EndpointSlice>,
    /// No longer needed.
    pub delete: Vec<EndpointSlice>,
}

/// Endpoints that listen on the same ports, by their pod's identity.
type Group = (Vec<EndpointPort>, BTreeMap<Uid, Endpoint>);

/// True where a pod may stand in a slice: it has an address and has not ended. Going ones still do.
pub fn includes(pod: &Pod) -> bool {
    !pod.status.pod_ip.is_empty() && !pod.status.phase.is_terminal()
}

/// Where nodes are, by name: those whose label names a zone.
pub type Zones = BTreeMap<Name, Name>;

/// Compares what is with what should be. Endpoints keep their place, new ones follow in the order of `pods`, a slice
/// that nobody needs is used for what would be a new one, and a service without endpoints keeps one empty slice.
pub fn plan(service: &Service, pods: &[Arc<Pod>], zones: &Zones, existing: &[Arc<EndpointSlice>]) -> Plan {
    let mut groups = group(service, pods, zones);
    let (mut kept, mut idle) = (Vec::new(), Vec::new());
    for slice in existing {
        match groups.iter_mut().find(|(ports, _)| *ports == slice.ports) {
            Some((_, wanted)) => kept.push(retained(slice, wanted)),
            None => idle.push((**slice).clone()),
        }
    }
    let mut fresh = place_newcomers(service, groups, pods, &mut kept);
    let (kept, emptied): (Vec<_>, Vec<_>) = kept.into_iter().partition(|slice| !slice.endpoints.is_empty());
    idle.extend(emptied);
    if kept.is_empty() && fresh.is_empty() {
        fresh.push(blank(service, Vec::new()));
    }
    finish(service, pods, existing, kept, fresh, idle)
}

fn group(service: &Service, pods: &[Arc<Pod>], zones: &Zones) -> Vec<Group> {
    let mut groups: Vec<Group> = Vec::new();
    for pod in pods.iter().filter(|pod| includes(pod)) {
        let ports = ports(service, pod);
        let at = groups.iter().position(|(p, _)| *p == ports).unwrap_or_else(|| {
            groups.push((ports, BTreeMap::new()));
            groups.len() - 1
        });
        groups[at].1.insert(pod.metadata.uid, endpoint(service, pod, zones));
    }
    groups
}

/// The ports of a service as this pod offers them; a named port that it does not have is left out.
pub fn ports(service: &Service, pod: &Pod) -> Vec<EndpointPort> {
    let number = |port: &ServicePort| match &port.target_port {
        Some(PortRef::Number(number)) if *number != 0 => Some(*number),
        Some(PortRef::Named(name)) => {
            let mut offered = pod.spec.containers.iter().flat_map(|c| &c.ports);
            offered.find(|p| p.name == *name && p.protocol == port.protocol).map(|p| p.container_port)
        }
        Some(PortRef::Number(_)) | None => Some(port.port),
    };
    let offered = |port: &ServicePort| Some(EndpointPort { name: port.name.clone(), port: number(port)?, protocol: port.protocol.clone() });
    service.spec.ports.iter().filter_map(offered).collect()
}

/// The host name of a pod under a service: its own, where the service governs it. Upstream: ShouldSetHostname.
pub fn hostname(service: &Service, pod: &Pod) -> Name {
    let governs = pod.spec.subdomain == service.metadata.name && pod.metadata.namespace == service.metadata.namespace;
    if governs { pod.spec.hostname.clone() } else { Name::default() }
}

fn endpoint(service: &Service, pod: &Pod, zones: &Zones) -> Endpoint {
    let (meta, spec) = (&pod.metadata, &pod.spec);
    let serving = pod.is_ready();
    let terminating = meta.is_terminating();
    let ready = service.spec.publish_not_ready_addresses || serving && !terminating;
    Endpoint {
        addresses: vec![pod.status.pod_ip.clone()],
        conditions: EndpointConditions { ready, serving, terminating },
        hostname: hostname(service, pod),
        node_name: spec.node_name.clone(),
        target_ref: Some(ObjectRef {
            kind: Kind::Pod.name().into(),
            name: meta.name.clone(),
            namespace: meta.namespace.clone(),
            uid: meta.uid,
            ..ObjectRef::default()
        }),
        zone: zones.get(&spec.node_name).cloned().unwrap_or_default(),
    }
}

/// A slice with those of its endpoints that are still wanted, as they are now; they are taken off the wanted ones.
fn retained(slice: &EndpointSlice, wanted: &mut BTreeMap<Uid, Endpoint>) -> EndpointSlice {
    let now = |old: &Endpoint| wanted.remove(&old.target_ref.as_ref()?.uid);
    EndpointSlice { endpoints: slice.endpoints.iter().filter_map(now).collect(), ..slice.clone() }
}

/// Fills newcomers into slices with room, and puts the rest into new ones.
fn place_newcomers(service: &Service, groups: Vec<Group>, pods: &[Arc<Pod>], kept: &mut [EndpointSlice]) -> Vec<EndpointSlice> {
    let mut fresh = Vec::new();
    for (ports, mut wanted) in groups {
        let mut newcomers: Vec<Endpoint> = pods.iter().filter_map(|pod| wanted.remove(&pod.metadata.uid)).collect();
        for slice in kept.iter_mut().filter(|slice| slice.ports == ports) {
            let room = MAX_ENDPOINTS.saturating_sub(slice.endpoints.len()).min(newcomers.len());
            slice.endpoints.extend(newcomers.drain(..room));
        }
        let slice = |endpoints: &[Endpoint]| EndpointSlice { endpoints: endpoints.to_vec(), ..blank(service, ports.clone()) };
        fresh.extend(newcomers.chunks(MAX_ENDPOINTS).map(slice));
    }
    fresh
}

fn blank(service: &Service, ports: Vec<EndpointPort>) -> EndpointSlice {
    let meta = &service.metadata;
    EndpointSlice {
        metadata: Meta {
            namespace: meta.namespace.clone(),
            generate_name: format!("{}-", meta.name).into(),
            owner_references: vec![owner_ref(Kind::Service, meta)],
            ..Meta::default()
        },
        address_type: "IPv4".into(),
        endpoints: Vec::new(),
        ports,
    }
}

/// Turns new slices into updates of idle ones, and leaves out what is as it should be.
fn finish(
    service: &Service,
    pods: &[Arc<Pod>],
    existing: &[Arc<EndpointSlice>],
    kept: Vec<EndpointSlice>,
    fresh: Vec<EndpointSlice>,
    idle: Vec<EndpointSlice>,
) -> Plan {
    let (labels, known) = (labels(service), readiness(existing));
    let mut plan = Plan { update: kept, ..Plan::default() };
    let mut idle = idle.into_iter();
    for slice in fresh {
        match idle.next() {
            Some(old) => plan.update.push(EndpointSlice { metadata: old.metadata, ..slice }),
            None => plan.create.push(slice),
        }
    }
    plan.delete = idle.collect();
    for slice in plan.update.iter_mut().chain(&mut plan.create) {
        slice.metadata.labels = labels.clone();
    }
    plan.update.retain(|slice| existing.iter().all(|old| **old != *slice));
    for slice in plan.update.iter_mut().chain(&mut plan.create) {
        note_trigger(&mut slice.metadata, service, pods, known.as_ref());
    }
    plan
}

fn labels(service: &Service) -> Labels {
    let mut labels = service.metadata.labels.clone();
    labels.remove(HEADLESS);
    if service.is_headless() {
        labels.insert(HEADLESS, "");
    }
    labels.insert(SERVICE_NAME, service.metadata.name.clone());
    labels.insert(MANAGED_BY, CONTROLLER);
    labels
}

/// Sets or removes the annotation that says what a controller of endpoints was set to work by: the earliest of the pods'
/// readiness that has turned since, and of the service's beginning. Nothing of that where a pod has only gone. Upstream:
/// TriggerTimeTracker; simplified: what was known is what was written.
pub fn note_trigger(meta: &mut Meta, service: &Service, pods: &[Arc<Pod>], known: Option<&BTreeMap<Uid, bool>>) {
    let turned = |pod: &&Arc<Pod>| includes(pod) && known.and_then(|known| known.get(&pod.metadata.uid)) != Some(&pod.is_ready());
    let times = pods.iter().filter(turned).filter_map(|pod| condition(&pod.status.conditions, "Ready")?.last_transition_time);
    meta.annotations.remove(TRIGGER_TIME);
    if let Some(time) = times.chain(known.is_none().then(|| service.metadata.created())).min() {
        meta.annotations.insert(TRIGGER_TIME, time.rfc3339());
    }
}

/// Whether the pods that stand in slices were ready when these were written; `None` where there are no slices yet.
fn readiness(existing: &[Arc<EndpointSlice>]) -> Option<BTreeMap<Uid, bool>> {
    let endpoints = existing.iter().flat_map(|slice| &slice.endpoints);
    let known = endpoints.filter_map(|endpoint| Some((endpoint.target_ref.as_ref()?.uid, endpoint.conditions.serving)));
    (!existing.is_empty()).then(|| known.collect())
}
