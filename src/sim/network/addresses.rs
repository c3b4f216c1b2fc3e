//! Addresses and ports of services: who gets which, and what the API server fills in around them. Upstream:
//! pkg/registry/core/service/{ipallocator,portallocator,storage}.

use crate::api::service::{PortRef, ServiceType};
use crate::api::{FieldError, Key, Kind, Name, Reason, Refusal, Service};
use crate::sim::chance::Stream;
use crate::sim::world::World;
use core::net::Ipv4Addr;
use serde_json::json;
use std::collections::BTreeSet;
use std::sync::Arc;

/// Where the cluster's DNS answers; no service may ask for this address.
pub const DNS_SERVER: &str = "10.96.0.10";

const RANGE: &str = "10.96.0.0/12";
const FIRST: u32 = u32::from_be_bytes([10, 96, 0, 0]);
/// Addresses of the range without its own and its broadcast address.
const USABLE: u32 = (1 << 20) - 2;
/// The lower band, left to those who ask for a certain address: min(max(16, size/16), 256).
const STATIC_BAND: u32 = 256;
const NODE_PORTS: core::ops::RangeInclusive<i32> = 30_000..=32_767;

/// Gives a new service its address and ports, or refuses the ones it asks for.
pub fn admit(world: &mut World, service: &mut Service) -> Result<(), Refusal> {
    complete_ports(service);
    service.rest.fill("status", json!({"loadBalancer": {}}));
    complete_affinity(service);
    if service.spec.kind == ServiceType::ExternalName {
        return Ok(());
    }
    let address = choose(world, service)?;
    service.spec.cluster_ip = address.clone();
    service.spec.cluster_ips = vec![address];
    for (field, value) in
        [("internalTrafficPolicy", json!("Cluster")), ("ipFamilies", json!(["IPv4"])), ("ipFamilyPolicy", json!("SingleStack"))]
    {
        service.spec.rest.fill(field, value);
    }
    give_node_ports(world, service)
}

/// Takes over addresses and node ports that an update leaves blank, and refuses to change the address. Upstream:
/// patchAllocatedValues and ValidateServiceUpdate.
pub fn admit_update(world: &mut World, before: &Service, service: &mut Service) -> Result<(), Refusal> {
    let old = &before.spec;
    if old.kind != ServiceType::ExternalName && service.spec.kind != ServiceType::ExternalName {
        if service.spec.cluster_ip.is_empty() {
            service.spec.cluster_ip = old.cluster_ip.clone();
        }
        if service.spec.cluster_ip != old.cluster_ip {
            let value = vec![&*service.spec.cluster_ip];
            let error = FieldError::invalid("spec.clusterIPs[0]", value, "may not change once set");
            return Err(Refusal::invalid(Kind::Service, &before.metadata.name, vec![error]));
        }
    }
    for port in &mut service.spec.ports {
        let kept = old.ports.iter().find(|p| p.port == port.port && p.protocol == port.protocol).and_then(|p| p.node_port);
        port.node_port =
            if matches!(service.spec.kind, ServiceType::ClusterIP | ServiceType::ExternalName) { None } else { port.node_port.or(kept) };
    }
    admit(world, service)
}

fn complete_ports(service: &mut Service) {
    for port in &mut service.spec.ports {
        if port.protocol.is_empty() {
            port.protocol = "TCP".into();
        }
        port.target_port.get_or_insert(PortRef::Number(port.port));
    }
}

fn complete_affinity(service: &mut Service) {
    if service.spec.session_affinity.is_empty() {
        service.spec.session_affinity = "None".into();
    }
    if &*service.spec.session_affinity == "ClientIP" {
        service.spec.rest.fill("sessionAffinityConfig", json!({"clientIP": {"timeoutSeconds": 10_800}}));
    }
}

fn choose(world: &mut World, service: &Service) -> Result<Name, Refusal> {
    let spec = &service.spec;
    let wanted = if spec.cluster_ip.is_empty() { spec.cluster_ips.first() } else { Some(&spec.cluster_ip) };
    match wanted.filter(|ip| !ip.is_empty()) {
        Some(none) if &**none == "None" => Ok(none.clone()),
        Some(ip) => reserve(world, &service.metadata.key(), ip)
            .map_err(|error| Refusal::invalid(Kind::Service, &service.metadata.name, vec![error])),
        None => allocate(world, &service.metadata.key()),
    }
}

fn reserve(world: &World, service: &Key, ip: &Name) -> Result<Name, FieldError> {
    let Ok(parsed) = ip.parse::<Ipv4Addr>() else {
        let detail = "must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)";
        return Err(FieldError::invalid("spec.clusterIPs[0]", &**ip, detail));
    };
    let refuse = |why: String| Err(FieldError::invalid("spec.clusterIPs", vec![&**ip], &format!("failed to allocate IP {ip}: {why}")));
    let offset = u32::from(parsed).wrapping_sub(FIRST);
    if !(1..=USABLE).contains(&offset) {
        return refuse(format!("the provided IP ({ip}) is not in the valid range. The range of valid IPs is {RANGE}"));
    }
    if taken(world, service).contains(ip) {
        return refuse("provided IP is already allocated".to_owned());
    }
    Ok(ip.clone())
}

/// Addresses that others have.
fn taken(world: &World, me: &Key) -> BTreeSet<Name> {
    others(world, me).map(|s| s.spec.cluster_ip.clone()).chain([DNS_SERVER.into()]).collect()
}

fn others<'w>(world: &'w World, me: &'w Key) -> impl Iterator<Item = &'w Arc<Service>> {
    world.list::<Service>().filter(|s| s.metadata.name != me.name || s.metadata.namespace != me.namespace)
}

/// A free address of the upper band, or of the lower one where the upper is full.
fn allocate(world: &mut World, service: &Key) -> Result<Name, Refusal> {
    let taken = taken(world, service);
    let upper = USABLE - STATIC_BAND;
    let start = world.chance.below(Stream::ClusterIp, upper as usize) as u32;
    let offsets = (0..upper).map(|i| STATIC_BAND + 1 + (start + i) % upper).chain(1..=STATIC_BAND);
    let mut names = offsets.map(|offset| Name::from(Ipv4Addr::from(FIRST + offset).to_string()));
    names.find(|name| !taken.contains(name)).ok_or_else(|| {
        let message = "failed to allocate a serviceIP: range is full".to_owned();
        Refusal::plain(Reason::InternalError, message)
    })
}

fn give_node_ports(world: &mut World, service: &mut Service) -> Result<(), Refusal> {
    if !matches!(service.spec.kind, ServiceType::NodePort | ServiceType::LoadBalancer) {
        return Ok(());
    }
    service.spec.rest.fill("externalTrafficPolicy", json!("Cluster"));
    if service.spec.kind == ServiceType::LoadBalancer {
        service.spec.rest.fill("allocateLoadBalancerNodePorts", json!(true));
    }
    let me = service.metadata.key();
    let mut taken: BTreeSet<i32> = others(world, &me).flat_map(|s| s.spec.ports.iter().filter_map(|p| p.node_port)).collect();
    for (i, port) in service.spec.ports.iter_mut().enumerate() {
        let number = match port.node_port.filter(|n| *n != 0) {
            Some(wanted) => reserve_node_port(&taken, i, wanted),
            None => allocate_node_port(world, &taken, i),
        }
        .map_err(|error| Refusal::invalid(Kind::Service, &service.metadata.name, vec![error]))?;
        taken.insert(number);
        port.node_port = Some(number);
    }
    Ok(())
}

fn reserve_node_port(taken: &BTreeSet<i32>, index: usize, wanted: i32) -> Result<i32, FieldError> {
    let path = format!("spec.ports[{index}].nodePort");
    if !NODE_PORTS.contains(&wanted) {
        let detail = "provided port is not in the valid range. The range of valid ports is 30000-32767";
        return Err(FieldError::invalid(path, wanted, detail));
    }
    if taken.contains(&wanted) {
        return Err(FieldError::invalid(path, wanted, "provided port is already allocated"));
    }
    Ok(wanted)
}

fn allocate_node_port(world: &mut World, taken: &BTreeSet<i32>, index: usize) -> Result<i32, FieldError> {
    let count = NODE_PORTS.end() - NODE_PORTS.start() + 1;
    let start = world.chance.below(Stream::ClusterIp, count as usize) as i32;
    let mut numbers = (0..count).map(|i| NODE_PORTS.start() + (start + i) % count);
    numbers.find(|n| !taken.contains(n)).ok_or_else(|| {
        let path = format!("spec.ports[{index}].nodePort");
        FieldError::invalid(path, 0, "failed to allocate a nodePort: range is full")
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sim::apiserver::Desk;
    use crate::sim::change::Actor;
    use crate::sim::network::rehearsal;

    fn create(world: &mut World, name: &str, spec: serde_json::Value) -> Result<Service, String> {
        rehearsal::try_service(world, name, spec).map_err(|refusal| refusal.message)
    }

    #[test]
    fn addresses_are_given_or_refused() {
        let range = "the provided IP (10.2.0.1) is not in the valid range. The range of valid IPs is 10.96.0.0/12";
        let cases = [
            ("None", Ok("None")),
            ("10.96.0.20", Ok("10.96.0.20")),
            (
                "10.96.0.10",
                Err("spec.clusterIPs: Invalid value: [\"10.96.0.10\"]: failed to allocate IP 10.96.0.10: provided IP is already allocated"
                    .to_owned()),
            ),
            ("10.2.0.1", Err(format!("spec.clusterIPs: Invalid value: [\"10.2.0.1\"]: failed to allocate IP 10.2.0.1: {range}"))),
        ];
        for (ip, expected) in cases {
            let mut world = rehearsal::world();
            let got = create(&mut world, "web", json!({"clusterIP": ip, "ports": [{"port": 80}]}));
            let expected = expected.map(Name::from).map_err(|detail| format!("Service \"web\" is invalid: {detail}"));
            assert_eq!(got.map(|s| s.spec.cluster_ip), expected, "{ip}");
        }
    }

    #[test]
    fn a_free_address_is_drawn_above_the_static_band() {
        let mut world = rehearsal::world();
        let mut seen = BTreeSet::new();
        for i in 0..50 {
            let service = create(&mut world, &format!("s{i}"), json!({"ports": [{"port": 80}]})).unwrap();
            let offset = u32::from(service.spec.cluster_ip.parse::<Ipv4Addr>().unwrap()) - FIRST;
            assert!(offset > STATIC_BAND && offset <= USABLE);
            assert!(seen.insert(service.spec.cluster_ip));
        }
    }

    #[test]
    fn a_new_service_prints_as_the_real_one() {
        let mut world = rehearsal::world();
        let spec = json!({"clusterIP": "None", "selector": {"app": "kubia"}, "ports": [{"name": "http", "port": 80}]});
        let service = create(&mut world, "kubia", spec).unwrap();
        let value = crate::api::Object::from(service).to_value();
        assert_eq!(
            value["spec"],
            json!({"clusterIP": "None", "clusterIPs": ["None"], "internalTrafficPolicy": "Cluster", "ipFamilies": ["IPv4"],
                "ipFamilyPolicy": "SingleStack", "ports": [{"name": "http", "port": 80, "protocol": "TCP", "targetPort": 80}],
                "selector": {"app": "kubia"}, "sessionAffinity": "None", "type": "ClusterIP"})
        );
        assert_eq!(value["status"], json!({"loadBalancer": {}}));
    }

    #[test]
    fn node_ports_are_given_once() {
        let mut world = rehearsal::world();
        let spec = json!({"type": "NodePort", "ports": [{"port": 80, "nodePort": 30080}, {"name": "b", "port": 81}]});
        let first = create(&mut world, "a", spec.clone()).unwrap();
        assert!(NODE_PORTS.contains(&first.spec.ports[1].node_port.unwrap()));
        let expected = "Service \"b\" is invalid: spec.ports[0].nodePort: Invalid value: 30080: provided port is already allocated";
        assert_eq!(create(&mut world, "b", spec), Err(expected.to_owned()));
    }

    #[test]
    fn an_update_keeps_the_address() {
        let mut world = rehearsal::world();
        let first = create(&mut world, "a", json!({"ports": [{"port": 80}]})).unwrap();
        let mut update = |ip: &str| {
            let mut service = first.clone();
            service.spec.cluster_ip = ip.into();
            service.spec.cluster_ips.clear();
            service.spec.publish_not_ready_addresses = true;
            Desk::new(&mut world, Actor::You).update(service).map(|o| o.to_value()["spec"]["clusterIP"].clone())
        };
        let expected = "Service \"a\" is invalid: spec.clusterIPs[0]: Invalid value: [\"10.96.0.9\"]: may not change once set";
        assert_eq!(update("10.96.0.9").map_err(|r| r.message), Err(expected.to_owned()));
        assert_eq!(update("").map_err(|r| r.message), Ok(json!(&*first.spec.cluster_ip)));
    }
}
