//! Services, endpoint slices, nodes and events in tables.

use super::{or_none, text};
use crate::api::Time;
use crate::api::age::{age, since};
use crate::api::meta::Truth;
use crate::api::node::Node;
use crate::api::service::{EndpointSlice, EndpointSubset, Endpoints, Event, EventType, Service, ServicePort, ServiceType};

pub(super) fn service(svc: &Service, now: Time) -> Vec<String> {
    let external = match svc.spec.kind {
        ServiceType::ExternalName => svc.spec.external_name.to_string(),
        ServiceType::LoadBalancer => "<pending>".to_owned(),
        ServiceType::ClusterIP | ServiceType::NodePort => "<none>".to_owned(),
    };
    let ports: Vec<String> = svc.spec.ports.iter().map(port).collect();
    vec![
        svc.metadata.name.to_string(),
        format!("{:?}", svc.spec.kind),
        or_none(&svc.spec.cluster_ip),
        external,
        or_none(&ports.join(",")),
        since(svc.metadata.creation_timestamp, now),
        or_none(&svc.spec.selector.to_string()),
    ]
}

fn port(p: &ServicePort) -> String {
    match p.node_port {
        Some(node) => format!("{}:{node}/{}", p.port, p.protocol),
        None => format!("{}/{}", p.port, p.protocol),
    }
}

/// Upstream: formatEndpoints, which prints nothing at all where there are only addresses that are not ready.
pub(super) fn endpoints(endpoints: &Endpoints, now: Time) -> Vec<String> {
    let all: Vec<String> = endpoints.subsets.iter().flat_map(asked_at).collect();
    let shown = match all.len() {
        0 if endpoints.subsets.is_empty() => "<none>".to_owned(),
        0..=3 => all.join(","),
        n => format!("{} + {} more...", all[..3].join(","), n - 3),
    };
    vec![endpoints.metadata.name.to_string(), shown, since(endpoints.metadata.creation_timestamp, now)]
}

/// Where the ready ones of a subset are asked, port by port.
fn asked_at(subset: &EndpointSubset) -> Vec<String> {
    let ips = subset.addresses.iter().map(|address| &*address.ip);
    if subset.ports.is_empty() {
        return ips.map(str::to_owned).collect();
    }
    subset.ports.iter().flat_map(|port| ips.clone().map(move |ip| format!("{ip}:{}", port.port))).collect()
}

pub(super) fn slice(slice: &EndpointSlice, now: Time) -> Vec<String> {
    let ports: Vec<String> = slice.ports.iter().map(|p| p.port.to_string()).collect();
    let addresses: Vec<String> = slice.endpoints.iter().flat_map(|e| e.addresses.iter().map(|a| a.to_string())).collect();
    vec![
        slice.metadata.name.to_string(),
        slice.address_type.to_string(),
        first_three(&ports),
        first_three(&addresses),
        since(slice.metadata.creation_timestamp, now),
    ]
}

fn first_three(items: &[String]) -> String {
    match items.len() {
        0 => "<unset>".to_owned(),
        1..=3 => items.join(","),
        n => format!("{} + {} more...", items[..3].join(","), n - 3),
    }
}

/// `Ready`, `NotReady` or `Unknown`, with `,SchedulingDisabled` where cordoned.
fn status(node: &Node) -> String {
    let word = match node.readiness() {
        Some(Truth::True) => "Ready",
        Some(Truth::False | Truth::Unknown) => "NotReady",
        None => "Unknown",
    };
    if node.spec.unschedulable { format!("{word},SchedulingDisabled") } else { word.to_owned() }
}

/// Suffixes of `node-role.kubernetes.io/…` labels, sorted; `<none>` without.
pub fn roles(node: &Node) -> String {
    let labels = || node.metadata.labels.iter();
    let mut roles: Vec<&str> = labels().filter_map(|(key, _)| key.strip_prefix("node-role.kubernetes.io/")).collect();
    roles.extend(labels().filter(|(key, _)| &***key == "kubernetes.io/role").map(|(_, role)| &**role));
    roles.sort_unstable();
    or_none(&roles.join(","))
}

pub(super) fn node(node: &Node, now: Time) -> Vec<String> {
    let info = |field: &str| {
        let value = node.status.node_info.as_ref().map(|info| text(info.get(field)));
        value.filter(|v| !v.is_empty()).unwrap_or_else(|| "<unknown>".to_owned())
    };
    let address = |kind: &str| node.address(kind).map_or_else(|| "<none>".to_owned(), |a| a.to_string());
    vec![
        node.metadata.name.to_string(),
        status(node),
        roles(node),
        since(node.metadata.creation_timestamp, now),
        info("kubeletVersion"),
        address("InternalIP"),
        address("ExternalIP"),
        info("osImage"),
        format!("{} ({})", info("kernelVersion"), info("architecture")),
        info("containerRuntimeVersion"),
    ]
}

pub(super) fn event(event: &Event, now: Time) -> Vec<String> {
    let about = &event.involved_object;
    let host = &event.source.host;
    let source = if host.is_empty() { event.from().to_string() } else { format!("{}, {host}", event.from()) };
    vec![
        age(now - event.last_seen()),
        if event.kind == EventType::Warning { "Warning" } else { "Normal" }.to_owned(),
        event.reason.to_string(),
        format!("{}/{}", about.kind.to_lowercase(), about.name),
        about.field_path.to_string(),
        source,
        event.message.trim().to_owned(),
        age(now - event.first_seen()),
        event.repeated().map_or(1, |(count, _)| count).to_string(),
        event.metadata.name.to_string(),
    ]
}
