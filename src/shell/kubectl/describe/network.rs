//! Services and endpoint slices, described.

use super::{labels, or_none};
use crate::api::service::{Endpoint, EndpointAddress, EndpointSlice, Endpoints, PortRef, Service, ServicePort};
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

/// Upstream: describeEndpoints.
pub fn endpoints_object(page: &mut Describe, endpoints: &Endpoints) {
    page.field(0, "Name", &endpoints.metadata.name).field(0, "Namespace", &endpoints.metadata.namespace);
    labels(page, &endpoints.metadata);
    page.line(0, "Subsets:");
    let ips = |list: &[Arc<EndpointAddress>]| list.iter().map(|address| &*address.ip).collect::<Vec<&str>>().join(",");
    for subset in &endpoints.subsets {
        page.field(1, "Addresses", or_none(&ips(&subset.addresses)));
        page.field(1, "NotReadyAddresses", or_none(&ips(&subset.not_ready_addresses)));
        if !subset.ports.is_empty() {
            page.line(1, "Ports:").line(2, "Name\tPort\tProtocol").line(2, "----\t----\t--------");
        }
        for port in &subset.ports {
            let name = if port.name.is_empty() { "<unset>" } else { &port.name };
            page.line(2, &format!("{name}\t{}\t{}", port.port, port.protocol));
        }
        page.line(0, "");
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

#[cfg(test)]
mod tests {
    use crate::shell::tests::said;

    const MADE: [&str; 2] = ["kubectl run p --image=luksa/kubia --port=8080 --expose", "wait 20s"];

    /// Upstream: describeEndpoints.
    #[test]
    fn endpoints_are_described() {
        let text = said(&[&MADE[..], &["kubectl describe ep p"]].concat());
        let wanted = "Name:         p\nNamespace:    default\nLabels:       endpoints.kubernetes.io/managed-by=endpoint-controller\n";
        assert!(text.starts_with(wanted), "{text}");
        let ports = "  NotReadyAddresses:  <none>\n  Ports:\n    Name     Port  Protocol\n    ----     ----  --------\n    <unset>  8080  TCP\n\nEvents:  <none>\n";
        assert!(text.contains(ports) && text.contains("Subsets:\n  Addresses:          10.244."), "{text}");
    }

    #[test]
    fn endpoints_are_objects_as_others_are() {
        let told = |line: &str| said(&[&MADE[..], &[line]].concat());
        assert!(told("kubectl get ep,svc p").contains("endpoints/p   10.244."));
        assert!(told("kubectl get endpoints -o jsonpath={.items[*].subsets[*].addresses[*].targetRef.name}").starts_with('p'));
        assert!(told("kubectl get ep -l endpoints.kubernetes.io/managed-by=endpoint-controller -o name").starts_with("endpoints/p\n"));
        let unready = said(&[&MADE[..], &["fail p", "wait 60s", "kubectl get ep p --no-headers"]].concat());
        let cells: Vec<&str> = unready.lines().next().unwrap_or_default().split_whitespace().collect();
        assert_eq!(cells, ["p", "80s"], "no address is ready");
    }
}
