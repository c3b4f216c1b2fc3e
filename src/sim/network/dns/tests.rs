//! DNS questions.

use super::*;
use crate::sim::network::rehearsal::{self, key};
use serde_json::json;

/// Code, answers, additional records and authority of an answer, one line each.
fn lines(answer: &DnsAnswer) -> Vec<String> {
    let sections = [("", &answer.answers), ("+ ", &answer.additional), ("- ", &answer.authority)];
    let records = sections.iter().flat_map(|(mark, records)| records.iter().map(move |record| format!("{mark}{record}")));
    [answer.rcode.text().to_owned()].into_iter().chain(records).collect()
}

fn world() -> World {
    let mut world = rehearsal::kubia("luksa/kubia-pet");
    rehearsal::try_service(&mut world, "outside", json!({"type": "ExternalName", "externalName": "example.com"})).unwrap();
    rehearsal::try_service(&mut world, "inside", json!({"type": "ExternalName", "externalName": "kubia.default.svc.cluster.local"}))
        .unwrap();
    rehearsal::try_service(&mut world, "portless", json!({"clusterIP": "None", "selector": {"app": "kubia"}})).unwrap();
    let ports = json!([{"name": "http", "port": 80}, {"name": "admin", "port": 81, "protocol": "TCP"}]);
    rehearsal::try_service(&mut world, "two", json!({"clusterIP": "10.96.0.99", "ports": ports})).unwrap();
    rehearsal::settle(&mut world);
    world
}

fn check(world: &World, kind: RecordType, question: &str, expected: &[&str]) {
    let got = lines(&lookup(world, question, kind));
    let soa =
        format!("- cluster.local. 30 IN SOA ns.dns.cluster.local. hostmaster.cluster.local. {} 7200 1800 86400 30", world.now().0 / 1000);
    let expected: Vec<&str> = expected.iter().map(|line| if *line == "SOA" { soa.as_str() } else { line }).collect();
    assert_eq!(got, expected, "{} {question}", kind.name());
}

const NODATA: [&str; 2] = ["NOERROR", "SOA"];
const NXDOMAIN: [&str; 2] = ["NXDOMAIN", "SOA"];

#[test]
fn the_example_of_the_book() {
    let expected = [
        "NOERROR",
        "kubia.default.svc.cluster.local. 30 IN SRV 0 50 80 kubia-0.kubia.default.svc.cluster.local.",
        "kubia.default.svc.cluster.local. 30 IN SRV 0 50 80 kubia-1.kubia.default.svc.cluster.local.",
        "+ kubia-0.kubia.default.svc.cluster.local. 30 IN A 10.244.1.2",
        "+ kubia-1.kubia.default.svc.cluster.local. 30 IN A 10.244.2.2",
    ];
    check(&world(), RecordType::Srv, "kubia.default.svc.cluster.local", &expected);
}

#[test]
fn addresses() {
    let world = world();
    let public = world.get::<crate::api::Service>(&key("kubia-public")).unwrap().spec.cluster_ip.clone();
    let public = format!("kubia-public.default.svc.cluster.local. 30 IN A {public}");
    let table: [(&str, &[&str]); 14] = [
        ("kubia-public.default.svc.cluster.local", &["NOERROR", &public]),
        (
            "Kubia.Default.svc.cluster.local.",
            &["NOERROR", "Kubia.Default.svc.cluster.local. 30 IN A 10.244.1.2", "Kubia.Default.svc.cluster.local. 30 IN A 10.244.2.2"],
        ),
        ("kubia-1.kubia.default.svc.cluster.local", &["NOERROR", "kubia-1.kubia.default.svc.cluster.local. 30 IN A 10.244.2.2"]),
        (
            "10-244-1-2.kubia-public.default.svc.cluster.local",
            &["NOERROR", "10-244-1-2.kubia-public.default.svc.cluster.local. 30 IN A 10.244.1.2"],
        ),
        ("10-244-9-9.default.pod.cluster.local", &["NOERROR", "10-244-9-9.default.pod.cluster.local. 30 IN A 10.244.9.9"]),
        ("kubia-2.kubia.default.svc.cluster.local", &NXDOMAIN),
        ("kubia-0.kubia-public.default.svc.cluster.local", &NXDOMAIN),
        ("nope.default.svc.cluster.local", &NXDOMAIN),
        ("kubia.nowhere.svc.cluster.local", &NXDOMAIN),
        ("a.b.c.kubia.default.svc.cluster.local", &NXDOMAIN),
        ("*.default.svc.cluster.local", &NXDOMAIN),
        ("default.svc.cluster.local", &NODATA),
        ("nowhere.svc.cluster.local", &NXDOMAIN),
        ("example.com", &["SERVFAIL"]),
    ];
    for (question, expected) in table {
        check(&world, RecordType::A, question, expected);
    }
}

#[test]
fn other_types() {
    let world = world();
    let table: [(RecordType, &str, &[&str]); 16] = [
        (RecordType::Mx, "kubia.default.svc.cluster.local", &NODATA),
        (RecordType::Aaaa, "kubia.default.svc.cluster.local", &NODATA),
        (RecordType::Txt, "kubia.default.svc.cluster.local", &NODATA),
        (RecordType::Txt, "dns-version.cluster.local", &["NOERROR", "dns-version.cluster.local. 28800 IN TXT \"1.1.0\""]),
        (RecordType::A, "dns-version.cluster.local", &NODATA),
        (RecordType::Ns, "cluster.local", &["NOERROR", "cluster.local. 30 IN NS ns.dns.cluster.local."]),
        (RecordType::A, "ns.dns.cluster.local", &["NOERROR", "ns.dns.cluster.local. 30 IN A 10.96.0.10"]),
        (RecordType::A, "outside.default.svc.cluster.local", &["NOERROR", "outside.default.svc.cluster.local. 30 IN CNAME example.com."]),
        (
            RecordType::A,
            "inside.default.svc.cluster.local",
            &[
                "NOERROR",
                "inside.default.svc.cluster.local. 30 IN CNAME kubia.default.svc.cluster.local.",
                "kubia.default.svc.cluster.local. 30 IN A 10.244.1.2",
                "kubia.default.svc.cluster.local. 30 IN A 10.244.2.2",
            ],
        ),
        (
            RecordType::Cname,
            "outside.default.svc.cluster.local",
            &["NOERROR", "outside.default.svc.cluster.local. 30 IN CNAME example.com."],
        ),
        (RecordType::Cname, "kubia.default.svc.cluster.local", &NODATA),
        (
            RecordType::Ptr,
            "2.1.244.10.in-addr.arpa",
            &["NOERROR", "2.1.244.10.in-addr.arpa. 30 IN PTR kubia-0.kubia.default.svc.cluster.local."],
        ),
        (RecordType::Ptr, "99.0.96.10.in-addr.arpa", &["NOERROR", "99.0.96.10.in-addr.arpa. 30 IN PTR two.default.svc.cluster.local."]),
        (RecordType::Ptr, "9.9.244.10.in-addr.arpa", &["NXDOMAIN"]),
        (RecordType::Srv, "portless.default.svc.cluster.local", &NODATA),
        (RecordType::Srv, "nope.default.svc.cluster.local", &NXDOMAIN),
    ];
    for (kind, question, expected) in table {
        check(&world, kind, question, expected);
    }
}

#[test]
fn services_by_port() {
    let world = world();
    let two = "two.default.svc.cluster.local.";
    let (http, admin) = (format!("_http._tcp.{two} 30 IN SRV 0 100 80 {two}"), format!("{two} 30 IN SRV 0 50 81 {two}"));
    let (first, extra) = (format!("{two} 30 IN SRV 0 50 80 {two}"), format!("+ {two} 30 IN A 10.96.0.99"));
    check(&world, RecordType::Srv, "_http._tcp.two.default.svc.cluster.local", &["NOERROR", &http, &extra]);
    check(&world, RecordType::Srv, two, &["NOERROR", &first, &admin, &extra]);
    check(&world, RecordType::Srv, "_http._udp.two.default.svc.cluster.local", &NXDOMAIN);
    let weights = lookup(&world, "_HTTP._tcp.kubia.default.svc.cluster.local", RecordType::Srv);
    assert_eq!(weights.answers.len(), 2);
}

#[test]
fn who_is_not_ready_has_no_name_unless_the_service_wants_it() {
    let mut world = world();
    let ports = json!([{"port": 80}]);
    let spec = json!({"clusterIP": "None", "selector": {"app": "kubia"}, "publishNotReadyAddresses": true, "ports": ports});
    rehearsal::try_service(&mut world, "early", spec).unwrap();
    rehearsal::report(&mut world, "kubia-1", "10.244.2.2", false);
    rehearsal::settle(&mut world);
    check(&world, RecordType::A, "kubia-1.kubia.default.svc.cluster.local", &NXDOMAIN);
    assert_eq!(lookup(&world, "kubia.default.svc.cluster.local", RecordType::A).answers.len(), 1);
    assert_eq!(lookup(&world, "early.default.svc.cluster.local", RecordType::A).answers.len(), 2);
    rehearsal::report(&mut world, "kubia-0", "10.244.1.2", false);
    rehearsal::settle(&mut world);
    check(&world, RecordType::A, "kubia.default.svc.cluster.local", &NXDOMAIN);
}

#[test]
fn short_names_are_searched() {
    let world = world();
    let table = [
        ("kubia-0.kubia", "default", "kubia-0.kubia.default.svc.cluster.local.", 1),
        ("kubia.default", "kube-system", "kubia.default.svc.cluster.local.", 2),
        ("kubia.default.svc", "kube-system", "kubia.default.svc.cluster.local.", 2),
        ("kubia", "kube-system", "kubia.", 0),
        ("kubia.", "default", "kubia.", 0),
        ("kubia-0.kubia.default.svc.cluster.local", "kube-system", "kubia-0.kubia.default.svc.cluster.local.", 1),
    ];
    for (name, namespace, full, count) in table {
        let (found, answer) = resolve_short(&world, name, RecordType::A, namespace);
        assert_eq!((found.as_str(), answer.answers.len()), (full, count), "{name} in {namespace}");
    }
    assert_eq!(candidates("a.b.c.d.e.f", "default")[0], "a.b.c.d.e.f.");
}

#[test]
fn a_question_that_travels_turns_the_addresses_and_can_be_seen() {
    let mut world = world();
    let mut firsts = std::collections::BTreeSet::new();
    for _ in 0..20 {
        let answer = ask(&mut world, &Place::Client, "kubia.default.svc.cluster.local", RecordType::A);
        assert_eq!(answer.answers.len(), 2);
        firsts.insert(answer.address().unwrap_or_default().to_owned());
    }
    assert_eq!(firsts.len(), 2);
    assert!(world.transits().any(|t| t.cargo == Cargo::Lookup && t.to == Place::Dns && &*t.words == "A kubia.default.svc.cluster.local"));
}
