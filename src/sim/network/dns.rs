//! The cluster's DNS: what it is asked and what it answers. Upstream: CoreDNS, plugin/kubernetes, as kubeadm deploys it.
//!
//! [`zone::lookup`] is a pure read with records in the record's own order; [`ask`] is a question that really travels: it
//! rotates address records as CoreDNS's `loadbalance` does, and can be seen on its way.

mod zone;

pub use zone::lookup;

use crate::sim::chance::Stream;
use crate::sim::latency::Latency;
use crate::sim::transit::{Cargo, Place, Transit};
use crate::sim::world::World;
use std::fmt;

/// Seconds that an answer may be kept, as kubeadm sets it.
pub const TTL: u32 = 30;
/// The domain of everything inside the cluster.
pub const ZONE: &str = "cluster.local";
/// Names with fewer dots are tried with the search list first.
pub const NDOTS: usize = 5;

/// What kind of record is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum RecordType {
    /// An IPv4 address.
    A,
    /// An IPv6 address; this cluster has none.
    Aaaa,
    /// Host and port of a service.
    Srv,
    /// Another name for it.
    Cname,
    /// The name of an address.
    Ptr,
    /// Text.
    Txt,
    /// Who is in charge of the zone.
    Soa,
    /// Who serves the zone.
    Ns,
    /// Who takes its mail; nobody here does.
    Mx,
}

/// Every type with the name that dig takes and prints.
pub static RECORD_TYPES: &[(RecordType, &str)] = &[
    (RecordType::A, "A"),
    (RecordType::Aaaa, "AAAA"),
    (RecordType::Srv, "SRV"),
    (RecordType::Cname, "CNAME"),
    (RecordType::Ptr, "PTR"),
    (RecordType::Txt, "TXT"),
    (RecordType::Soa, "SOA"),
    (RecordType::Ns, "NS"),
    (RecordType::Mx, "MX"),
];

impl RecordType {
    /// The type of that name, in any case.
    pub fn by_name(name: &str) -> Option<RecordType> {
        RECORD_TYPES.iter().find(|row| row.1.eq_ignore_ascii_case(name)).map(|row| row.0)
    }
    /// `A`, `SRV`, …
    pub fn name(self) -> &'static str {
        RECORD_TYPES[self as usize].1
    }
}

/// What a record says. Names end in a dot.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Data {
    /// An address.
    A(String),
    /// Priority, weight, port, target.
    Srv(u16, u16, i32, String),
    /// The other name.
    Cname(String),
    /// The address's name.
    Ptr(String),
    /// The text, without its quotes.
    Txt(String),
    /// The serial number; the rest is always the same.
    Soa(i64),
    /// The server's name.
    Ns(String),
}

impl Data {
    /// Which type of record says it.
    pub fn record_type(&self) -> RecordType {
        match self {
            Data::A(_) => RecordType::A,
            Data::Srv(..) => RecordType::Srv,
            Data::Cname(_) => RecordType::Cname,
            Data::Ptr(_) => RecordType::Ptr,
            Data::Txt(_) => RecordType::Txt,
            Data::Soa(_) => RecordType::Soa,
            Data::Ns(_) => RecordType::Ns,
        }
    }
}

impl fmt::Display for Data {
    /// As dig prints it: `0 50 80 kubia-0.kubia.default.svc.cluster.local.`.
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        match self {
            Data::A(text) | Data::Cname(text) | Data::Ptr(text) | Data::Ns(text) => f.write_str(text),
            Data::Srv(priority, weight, port, target) => write!(f, "{priority} {weight} {port} {target}"),
            Data::Txt(text) => write!(f, "\"{text}\""),
            Data::Soa(serial) => write!(f, "ns.dns.{ZONE}. hostmaster.{ZONE}. {serial} 7200 1800 86400 {TTL}"),
        }
    }
}

/// One record of an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// Whose it is, as it was asked, with a dot at its end.
    pub name: String,
    /// Seconds that it may be kept.
    pub ttl: u32,
    /// What it says.
    pub data: Data,
}

impl fmt::Display for Record {
    /// `name ttl IN TYPE data`, with single spaces.
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        write!(f, "{} {} IN {} {}", self.name, self.ttl, self.data.record_type().name(), self.data)
    }
}

/// Whether there is an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rcode {
    /// There is, or the name exists without a record of that type.
    NoError,
    /// The name does not exist.
    NxDomain,
    /// A name outside the cluster; nobody there to ask.
    ServFail,
}

impl Rcode {
    /// `NOERROR`, `NXDOMAIN` or `SERVFAIL`, as dig prints it.
    pub fn text(self) -> &'static str {
        match self {
            Rcode::NoError => "NOERROR",
            Rcode::NxDomain => "NXDOMAIN",
            Rcode::ServFail => "SERVFAIL",
        }
    }
}

/// An answer, in the sections of the protocol.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DnsAnswer {
    /// Whether there is one.
    pub rcode: Rcode,
    /// The records asked for.
    pub answers: Vec<Record>,
    /// Addresses of the targets of SRV records.
    pub additional: Vec<Record>,
    /// The zone's SOA where there is no answer.
    pub authority: Vec<Record>,
}

impl DnsAnswer {
    /// The first address in it.
    pub fn address(&self) -> Option<&str> {
        self.answers.iter().find_map(|record| if let Data::A(ip) = &record.data { Some(ip.as_str()) } else { None })
    }
}

/// The suffixes that a pod of this namespace tries for a short name.
pub fn search_list(namespace: &str) -> [String; 3] {
    [format!("{namespace}.svc.{ZONE}"), format!("svc.{ZONE}"), ZONE.to_owned()]
}

/// The full names that a resolver in a pod of this namespace tries, in order.
pub fn candidates(name: &str, namespace: &str) -> Vec<String> {
    let absolute = format!("{}.", name.trim_end_matches('.'));
    if name.ends_with('.') {
        return vec![absolute];
    }
    let searched = search_list(namespace).map(|suffix| format!("{name}.{suffix}."));
    if name.matches('.').count() < NDOTS {
        searched.into_iter().chain([absolute]).collect()
    } else {
        [absolute].into_iter().chain(searched).collect()
    }
}

/// What a resolver in a pod of this namespace finds, and under which full name; the last refusal where it finds nothing.
/// Like [`lookup`] a pure read.
pub fn resolve_short(world: &World, name: &str, kind: RecordType, namespace: &str) -> (String, DnsAnswer) {
    let mut names = candidates(name, namespace);
    let found = names.iter().position(|full| !lookup(world, full, kind).answers.is_empty()).unwrap_or(names.len() - 1);
    let full = names.swap_remove(found);
    let answer = lookup(world, &full, kind);
    (full, answer)
}

/// Asks the cluster's DNS from somewhere: address records come rotated, and question and answer travel.
pub fn ask(world: &mut World, from: &Place, question: &str, kind: RecordType) -> DnsAnswer {
    let mut answer = lookup(world, question, kind);
    rotate(world, &mut answer.answers);
    travel(world, from, question, kind, &answer);
    answer
}

/// Turns the address records at the end of an answer by a random number of places.
fn rotate(world: &mut World, answers: &mut [Record]) {
    let first = answers.iter().position(|r| r.data.record_type() == RecordType::A).unwrap_or(answers.len());
    let addresses = &mut answers[first..];
    if addresses.len() > 1 {
        let places = world.chance.below(Stream::Dns, addresses.len());
        addresses.rotate_left(places);
    }
}

/// An answer in a word or two: the record, how many there are, or why there is none.
pub fn lookup_outcome(answer: &DnsAnswer) -> String {
    match answer.answers.as_slice() {
        [] => answer.rcode.text().to_owned(),
        [one] => one.data.to_string(),
        more => format!("{} records", more.len()),
    }
}

fn travel(world: &mut World, from: &Place, question: &str, kind: RecordType, answer: &DnsAnswer) {
    let (now, hop) = (world.now(), world.latency(Latency::Request));
    let legs = [(from.clone(), Place::Dns, format!("{} {question}", kind.name())), (Place::Dns, from.clone(), lookup_outcome(answer))];
    let mut departs = now;
    for (from, to, words) in legs {
        let arrives = departs + hop;
        world.send(Transit { cargo: Cargo::Lookup, from, to, departs, arrives, words: words.into(), arrives_safely: true });
        departs = arrives;
    }
}

#[cfg(test)]
mod tests;
