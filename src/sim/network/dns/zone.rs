//! The zone `cluster.local`, read straight from services and endpoint slices. Upstream: CoreDNS plugin/kubernetes
//! (kubernetes.go, parse.go, reverse.go) and plugin/backend_lookup.go; github.com/kubernetes/dns docs/specification.md.

use super::{Data, DnsAnswer, Rcode, Record, RecordType, TTL, ZONE};
use crate::api::service::{Endpoint, ServiceType};
use crate::api::{EndpointSlice, Key, Kind, Name, Service};
use crate::sim::network::addresses::DNS_SERVER;
use crate::sim::network::endpoints;
use crate::sim::world::World;
use core::net::Ipv4Addr;

/// Seconds that the schema's version may be kept.
const VERSION_TTL: u32 = 28_800;

/// What stands behind a name.
enum Found {
    /// No such name.
    Nowhere,
    /// The name exists and has no records of its own.
    Bare,
    /// Another name.
    Alias(String),
    /// Hosts, one entry for each of their ports.
    Hosts(Vec<Host>),
    /// One record, whatever is asked: it answers its own type only.
    One(u32, Data),
}

/// One that answers, on one of its ports.
struct Host {
    /// Its own full name.
    target: String,
    /// Its address.
    ip: String,
    /// The port; `None` where it has none.
    port: Option<i32>,
}

/// Answers a question about a full name, in any case, with or without the dot at its end. Records stand in the order of
/// the endpoint slices; nothing is drawn and nothing changes.
pub fn lookup(world: &World, question: &str, kind: RecordType) -> DnsAnswer {
    let name = question.trim_end_matches('.').to_ascii_lowercase();
    let owner = format!("{}.", question.trim_end_matches('.'));
    if let Some(address) = name.strip_suffix(".in-addr.arpa") {
        return reverse(world, &owner, address, kind);
    }
    let Some(labels) = below_zone(&name) else {
        return DnsAnswer { rcode: Rcode::ServFail, answers: Vec::new(), additional: Vec::new(), authority: Vec::new() };
    };
    answer(world, owner, kind, find(world, &labels))
}

fn below_zone(name: &str) -> Option<Vec<&str>> {
    if name == ZONE {
        return Some(Vec::new());
    }
    Some(name.strip_suffix(ZONE)?.strip_suffix('.')?.split('.').collect())
}

fn find(world: &World, labels: &[&str]) -> Found {
    match labels {
        [] | ["svc"] | ["pod"] | ["dns"] => Found::Bare,
        ["dns-version"] => Found::One(VERSION_TTL, Data::Txt("1.1.0".to_owned())),
        ["ns", "dns"] => Found::One(TTL, Data::A(DNS_SERVER.to_owned())),
        [.., namespace, "svc" | "pod"] if !has_namespace(world, namespace) => Found::Nowhere,
        [_, "svc" | "pod"] => Found::Bare,
        [address, _, "pod"] => match dashed(address) {
            Some(ip) => Found::One(TTL, Data::A(ip)),
            None => Found::Nowhere,
        },
        [service, namespace, "svc"] => find_service(world, namespace, service, None, None),
        [endpoint, service, namespace, "svc"] => find_service(world, namespace, service, Some(endpoint), None),
        [port, protocol, service, namespace, "svc"] => {
            let strip = |label: &&str| label.strip_prefix('_').unwrap_or(label).to_owned();
            find_service(world, namespace, service, None, Some((strip(port), strip(protocol))))
        }
        _ => Found::Nowhere,
    }
}

fn has_namespace(world: &World, name: &str) -> bool {
    world.object(Kind::Namespace, &Key::cluster(name)).is_some()
}

/// `10-244-1-5` as an address.
fn dashed(label: &str) -> Option<String> {
    label.replace('-', ".").parse::<Ipv4Addr>().ok().map(|ip| ip.to_string())
}

type PortName = (String, String);

fn find_service(world: &World, namespace: &str, name: &str, endpoint: Option<&str>, port: Option<PortName>) -> Found {
    let key = Key::new(namespace, name);
    let Some(service) = world.get::<Service>(&key) else { return Found::Nowhere };
    if service.spec.kind == ServiceType::ExternalName {
        return Found::Alias(format!("{}.", service.spec.external_name.trim_end_matches('.')));
    }
    let fits =
        |named: &str, protocol: &str| port.as_ref().is_none_or(|(n, p)| n.eq_ignore_ascii_case(named) && p.eq_ignore_ascii_case(protocol));
    let hosts: Vec<Host> = if service.is_headless() || endpoint.is_some() {
        endpoints::of_service(world.store(), &key).flat_map(|slice| hosts_of_slice(slice, &key, endpoint, fits)).collect()
    } else {
        let target = service_name(&key);
        let host = |port: i32| Host { target: target.clone(), ip: service.spec.cluster_ip.to_string(), port: Some(port) };
        service.spec.ports.iter().filter(|p| fits(&p.name, &p.protocol)).map(|p| host(p.port)).collect()
    };
    if hosts.is_empty() { Found::Nowhere } else { Found::Hosts(hosts) }
}

fn service_name(key: &Key) -> String {
    format!("{}.{}.svc.{ZONE}.", key.name, key.namespace)
}

fn hosts_of_slice(slice: &EndpointSlice, service: &Key, wanted: Option<&str>, fits: impl Fn(&str, &str) -> bool) -> Vec<Host> {
    let ports: Vec<Option<i32>> = match slice.ports.is_empty() {
        true if fits("", "") => vec![None],
        true => Vec::new(),
        false => slice.ports.iter().filter(|p| fits(&p.name, &p.protocol)).map(|p| Some(p.port)).collect(),
    };
    let ready = slice.endpoints.iter().filter(|e| e.conditions.ready);
    let pairs = ready.flat_map(|endpoint| endpoint.addresses.iter().map(move |ip| (label(endpoint, ip), ip)));
    let asked = pairs.filter(|(label, _)| wanted.is_none_or(|wanted| label.eq_ignore_ascii_case(wanted)));
    let host = |(label, ip): (String, &Name), port| Host { target: format!("{label}.{}", service_name(service)), ip: ip.to_string(), port };
    asked.flat_map(|pair| ports.iter().map(move |port| (pair.clone(), *port))).map(|(pair, port)| host(pair, port)).collect()
}

/// The first label of an endpoint's name: its host name, or its address with dashes.
fn label(endpoint: &Endpoint, ip: &str) -> String {
    if endpoint.hostname.is_empty() { ip.replace('.', "-") } else { endpoint.hostname.to_string() }
}

fn answer(world: &World, owner: String, kind: RecordType, found: Found) -> DnsAnswer {
    let record = |ttl, data| Record { name: owner.clone(), ttl, data };
    match found {
        Found::Nowhere => nothing(world, Rcode::NxDomain),
        Found::Bare if owner.trim_end_matches('.').eq_ignore_ascii_case(ZONE) => apex(world, kind),
        Found::Bare => nothing(world, Rcode::NoError),
        Found::One(ttl, data) if data.record_type() == kind => some(vec![record(ttl, data)]),
        Found::One(..) => nothing(world, Rcode::NoError),
        Found::Alias(target) => alias(world, owner, kind, target),
        Found::Hosts(hosts) => match kind {
            RecordType::A => some(addresses(hosts.iter().map(|host| (owner.as_str(), host)))),
            RecordType::Srv => services(world, &owner, &hosts),
            _ => nothing(world, Rcode::NoError),
        },
    }
}

fn some(answers: Vec<Record>) -> DnsAnswer {
    DnsAnswer { rcode: Rcode::NoError, answers, additional: Vec::new(), authority: Vec::new() }
}

fn nothing(world: &World, rcode: Rcode) -> DnsAnswer {
    DnsAnswer { rcode, answers: Vec::new(), additional: Vec::new(), authority: vec![soa(world)] }
}

/// The serial number is the time of asking; CoreDNS has that of the zone's last change.
fn soa(world: &World) -> Record {
    Record { name: format!("{ZONE}."), ttl: TTL, data: Data::Soa(world.now().0 / 1000) }
}

fn apex(world: &World, kind: RecordType) -> DnsAnswer {
    match kind {
        RecordType::Soa => some(vec![soa(world)]),
        RecordType::Ns => some(vec![Record { name: format!("{ZONE}."), ttl: TTL, data: Data::Ns(format!("ns.dns.{ZONE}.")) }]),
        _ => nothing(world, Rcode::NoError),
    }
}

/// One address record for each owner and address.
fn addresses<'h>(hosts: impl Iterator<Item = (&'h str, &'h Host)>) -> Vec<Record> {
    let mut records: Vec<Record> = Vec::new();
    for (owner, host) in hosts {
        let record = Record { name: owner.to_owned(), ttl: TTL, data: Data::A(host.ip.clone()) };
        if !records.contains(&record) {
            records.push(record);
        }
    }
    records
}

/// Upstream: plugin.SRV. Priority 0; the weights of all records share 100, rounded down, but are at least 1.
fn services(world: &World, owner: &str, hosts: &[Host]) -> DnsAnswer {
    let offered: Vec<(&Host, i32)> = hosts.iter().filter_map(|host| Some((host, host.port?))).collect();
    let weight = (100 / hosts.len().max(1)).max(1) as u16;
    let mut answers: Vec<Record> = Vec::new();
    for (host, port) in &offered {
        let data = Data::Srv(0, weight, *port, host.target.clone());
        let record = Record { name: owner.to_owned(), ttl: TTL, data };
        if !answers.contains(&record) {
            answers.push(record);
        }
    }
    if answers.is_empty() {
        return nothing(world, Rcode::NoError);
    }
    let additional = addresses(offered.iter().map(|(host, _)| (host.target.as_str(), *host)));
    DnsAnswer { additional, ..some(answers) }
}

/// An alias, followed where it leads to a name of the cluster that is no alias itself.
fn alias(world: &World, owner: String, kind: RecordType, target: String) -> DnsAnswer {
    if !matches!(kind, RecordType::A | RecordType::Aaaa | RecordType::Cname) {
        return nothing(world, Rcode::NoError);
    }
    let labels = below_zone(target.trim_end_matches('.')).filter(|_| kind == RecordType::A);
    let behind = match labels.map(|labels| find(world, &labels)) {
        Some(Found::Hosts(hosts)) => addresses(hosts.iter().map(|host| (target.as_str(), host))),
        _ => Vec::new(),
    };
    let cname = Record { name: owner, ttl: TTL, data: Data::Cname(target.clone()) };
    some([cname].into_iter().chain(behind).collect())
}

/// The names of an address: that of the service that has it, or of endpoints with a host name.
fn reverse(world: &World, owner: &str, address: &str, kind: RecordType) -> DnsAnswer {
    let ip: Vec<&str> = address.rsplit('.').collect();
    let ip = ip.join(".");
    let service = world.list::<Service>().find(|service| *service.spec.cluster_ip == *ip);
    let names: Vec<String> = match service {
        Some(service) => vec![service_name(&service.metadata.key())],
        None => world.list::<EndpointSlice>().flat_map(|slice| endpoint_names(slice, &ip)).collect(),
    };
    let record = |name| Record { name: owner.to_owned(), ttl: TTL, data: Data::Ptr(name) };
    let rcode = if names.is_empty() { Rcode::NxDomain } else { Rcode::NoError };
    let answers = if kind == RecordType::Ptr { names.into_iter().map(record).collect() } else { Vec::new() };
    DnsAnswer { rcode, ..some(answers) }
}

fn endpoint_names(slice: &EndpointSlice, ip: &str) -> Vec<String> {
    let Some(service) = slice.metadata.labels.get(endpoints::SERVICE_NAME) else { return Vec::new() };
    let service = service_name(&Key::new(slice.metadata.namespace.clone(), service.clone()));
    let here = |e: &&Endpoint| e.conditions.ready && !e.hostname.is_empty() && e.addresses.iter().any(|a| **a == *ip);
    slice.endpoints.iter().filter(here).map(|e| format!("{}.{service}", e.hostname)).collect()
}
