//! Services and endpoint slices, described.

use super::{labels, or_none};
use crate::api::service::{Endpoint, EndpointSlice, PortRef, Service, ServicePort};
use crate::api::table::Describe;
use crate::sim::World;
use serde_json::Value;
use std::sync::Arc;

pub fn service(world: &World, page: &mut Describe, svc: &Service) {
    let (meta, spec) = (&svc.metadata, &svc.spec);
    let rest = |field: &str| spec.rest.get(field).and_then(Value::as_str).unwrap_or_default().to_owned();
    page.field(0, "Name", &meta.name).field(0, "Namespace", &meta.namespace);
    labels(page, meta);
    page.field(0, "Selector", or_none(&spec.selector.to_string())).field(0, "Type", &format!("{:?}", spec.kind));
    if !rest("ipFamilyPolicy").is_empty() {
        page.field(0, "IP Family Policy", &rest("ipFamilyPolicy"));
    }
    let families: Vec<&str> =
        spec.rest.get("ipFamilies").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str).collect();
    page.field(0, "IP Families", or_none(&families.join(",")));
    page.field(0, "IP", &spec.cluster_ip);
    page.field(0, "IPs", or_none(&spec.cluster_ips.iter().map(|ip| &**ip).collect::<Vec<_>>().join(",")));
    if !spec.external_name.is_empty() {
        page.field(0, "External Name", &spec.external_name);
    }
    let slices: Vec<&Arc<EndpointSlice>> = slices(world, svc).collect();
    for p in &spec.ports {
        port(page, p, &slices);
    }
    page.field(0, "Session Affinity", &spec.session_affinity);
    for (label, field) in [("External Traffic Policy", "externalTrafficPolicy"), ("Internal Traffic Policy", "internalTrafficPolicy")] {
        if !rest(field).is_empty() {
            page.field(0, label, &rest(field));
        }
    }
}

fn slices<'w>(world: &'w World, svc: &'w Service) -> impl Iterator<Item = &'w Arc<EndpointSlice>> {
    let of = move |s: &&Arc<EndpointSlice>| {
        let named = s.metadata.labels.get("kubernetes.io/service-name");
        s.metadata.namespace == svc.metadata.namespace && named == Some(&svc.metadata.name)
    };
    world.list::<EndpointSlice>().filter(of)
}

fn port(page: &mut Describe, p: &ServicePort, slices: &[&Arc<EndpointSlice>]) {
    let name = if p.name.is_empty() { "<unset>" } else { &p.name };
    page.line(0, &format!("Port:\t{name}\t{}/{}", p.port, p.protocol));
    let target = match &p.target_port {
        Some(PortRef::Number(number)) => number.to_string(),
        Some(PortRef::Named(name)) => name.to_string(),
        None => p.port.to_string(),
    };
    page.field(0, "TargetPort", &format!("{target}/{}", p.protocol));
    if let Some(node) = p.node_port {
        page.line(0, &format!("NodePort:\t{name}\t{node}/{}", p.protocol));
    }
    page.field(0, "Endpoints", &endpoints(p, slices));
}

/// Ready addresses with their port, at most three of them.
fn endpoints(p: &ServicePort, slices: &[&Arc<EndpointSlice>]) -> String {
    let mut found = Vec::new();
    for slice in slices {
        for port in slice.ports.iter().filter(|ep| ep.name == p.name) {
            let ready = slice.endpoints.iter().filter(|e| e.conditions.ready);
            found.extend(ready.flat_map(|e| e.addresses.iter().map(|ip| format!("{ip}:{}", port.port))));
        }
    }
    match found.len() {
        _ if slices.is_empty() => "<none>".to_owned(),
        0..=3 => found.join(","),
        n => format!("{} + {} more...", found[..3].join(","), n - 3),
    }
}

pub fn slice(page: &mut Describe, slice: &EndpointSlice) {
    page.field(0, "Name", &slice.metadata.name).field(0, "Namespace", &slice.metadata.namespace);
    labels(page, &slice.metadata);
    page.field(0, "AddressType", &slice.address_type);
    if slice.ports.is_empty() {
        page.line(0, "Ports: <unset>");
    } else {
        page.line(0, "Ports:").line(1, "Name\tPort\tProtocol").line(1, "----\t----\t--------");
        for p in &slice.ports {
            let name = if p.name.is_empty() { "<unset>" } else { &p.name };
            page.line(1, &format!("{name}\t{}\t{}", p.port, p.protocol));
        }
    }
    if slice.endpoints.is_empty() {
        page.line(0, "Endpoints: <none>");
        return;
    }
    page.line(0, "Endpoints:");
    slice.endpoints.iter().for_each(|e| endpoint(page, e));
}

fn endpoint(page: &mut Describe, e: &Endpoint) {
    let addresses: Vec<&str> = e.addresses.iter().map(|a| &**a).collect();
    page.line(1, &format!("- Addresses:\t{}", addresses.join(", ")));
    page.line(2, "Conditions:").field(3, "Ready", &e.conditions.ready.to_string());
    page.field(2, "Hostname", if e.hostname.is_empty() { "<unset>" } else { &e.hostname });
    if let Some(target) = &e.target_ref {
        page.field(2, "TargetRef", &format!("{}/{}", target.kind, target.name));
    }
    page.field(2, "NodeName", if e.node_name.is_empty() { "<unset>" } else { &e.node_name });
    page.field(2, "Zone", if e.zone.is_empty() { "<unset>" } else { &e.zone });
}
