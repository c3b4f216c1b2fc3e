//! Flows: what they count, what they tell, and how they end.

use super::*;
use crate::sim::Act;
use crate::sim::change::What;
use crate::sim::network::Keeps;
use crate::sim::network::rehearsal::{cut, delete, key, kubia, ready};
use crate::sim::transit::Cargo;

const POD: &str = "localhost:8001/api/v1/namespaces/default/pods/kubia-0/proxy/";
const SERVICE: &str = "http://kubia-public/";

fn flow(url: &str) -> Flow {
    Flow { request: HttpRequest::get(url), every: Span::secs(1) }
}

fn begun(image: &str, flow: Flow) -> World {
    let mut world = kubia(image);
    world.apply(Act::Traffic(Some(flow))).unwrap();
    world
}

fn pass(world: &mut World, span: Span) {
    world.advance(world.now() + span);
}

/// `kubia-0 5, timed out 2`.
fn tally(world: &World) -> String {
    let row = |count: &&Count| match &count.who {
        Who::Process(by) => format!("{} {}", by.pod.name, count.times),
        Who::Nobody(why) => format!("{why} {}", count.times),
    };
    world.traffic().unwrap().tally().iter().map(row).collect::<Vec<_>>().join(", ")
}

fn told(world: &World, from: u64) -> Vec<String> {
    let line = |change: &Arc<crate::sim::Change>| match &change.what {
        What::Physical(Physical::Answered(pod, line, status)) => Some(format!("{} {line} {status}", pod.name)),
        What::Physical(Physical::Unanswered(line, why)) => Some(format!("{line}: {why}")),
        What::Physical(Physical::Wrote(_, pod, ..)) => Some(format!("{} wrote", pod.name)),
        What::Physical(Physical::TrafficBegan(line, every)) => Some(format!("+ {line} {}", every.0)),
        What::Physical(Physical::TrafficEnded(line)) => Some(format!("- {line}")),
        What::Physical(Physical::Recalled(name, told, age)) => Some(format!("+kept {name} {told} {}", age.as_secs())),
        What::Physical(_) | What::Written { .. } | What::Rule { .. } => None,
    };
    world.changes().since(from).filter_map(line).collect()
}

fn power(world: &mut World, node: &str, powered: bool) {
    world.machine_mut(node).unwrap().powered = powered;
}

#[test]
fn a_request_a_second_is_counted_when_its_answer_is_back() {
    let mut world = begun("luksa/kubia", flow(POD));
    pass(&mut world, Span(0));
    assert_eq!(tally(&world), "", "it is on its way");
    pass(&mut world, Span::millis(999));
    assert_eq!(tally(&world), "kubia-0 1");
    pass(&mut world, Span::secs(9));
    assert_eq!((tally(&world).as_str(), world.traffic().unwrap().landed()), ("kubia-0 10", 10));
}

#[test]
fn a_service_is_counted_by_who_answers() {
    let mut world = begun("luksa/kubia", flow(SERVICE));
    pass(&mut world, Span::secs(20));
    let times: Vec<u64> = world.traffic().unwrap().tally().iter().map(|count| count.times).collect();
    assert!(times.len() == 2 && times.iter().sum::<u64>() == 20 && times.iter().all(|n| *n > 4), "{times:?}");
    assert_eq!(aim(&world, &flow(SERVICE)), Some((Kind::Service, key("kubia-public"))));
    assert_eq!(aim(&world, &flow(POD)), Some((Kind::Pod, key("kubia-0"))));
    assert_eq!(aim(&world, &flow("kubia-1.kubia.default.svc.cluster.local:8080")), Some((Kind::Pod, key("kubia-1"))));
    assert_eq!(aim(&world, &flow("10.244.2.2:8080")), Some((Kind::Pod, key("kubia-1"))));
    assert_eq!(aim(&world, &flow("http://kubia-nine/")), None, "the record has no such service");
}

#[test]
fn of_each_kind_of_outcome_one_is_told() {
    let mut world = kubia("luksa/kubia");
    let from = world.changes().next();
    world.apply(Act::Traffic(Some(flow(POD)))).unwrap();
    pass(&mut world, Span::secs(10));
    cut(&mut world, "node-1");
    pass(&mut world, Span::secs(10));
    world.machine_mut("node-1").unwrap().cut = None;
    pass(&mut world, Span::secs(10));
    assert_eq!(
        told(&world, from),
        ["+ GET / to kubia-0 1000", "kubia-0 GET / 200", "GET /: timed out", "kubia-0 GET / 200"],
        "the first answer, the first failure, the failure over"
    );
    assert_eq!(tally(&world), "kubia-0 20, timed out 10");
}

#[test]
fn a_failure_among_many_answers_is_told_once() {
    let mut world = begun("luksa/kubia", flow(SERVICE));
    pass(&mut world, Span::secs(20));
    let from = world.changes().next();
    power(&mut world, "node-2", false);
    pass(&mut world, Span::secs(10));
    let told = told(&world, from);
    assert_eq!(told.iter().filter(|line| line.contains("timed out")).count(), 1, "{told:?}");
    assert!(tally(&world).contains(", timed out "), "{}", tally(&world));
}

#[test]
fn what_is_posted_is_written_and_not_told_each_time() {
    let mut world = kubia("luksa/kubia-pet");
    let from = world.changes().next();
    let request = HttpRequest::post(POD, "hello");
    world.apply(Act::Traffic(Some(Flow { request, every: Span::millis(100) }))).unwrap();
    pass(&mut world, Span::secs(3));
    let file = &world.disk("gce/kubia-0").unwrap().files["/kubia.txt"];
    assert!(&*file.content == "hello" && world.now() - file.at <= Span::millis(100), "{file:?}");
    assert_eq!(told(&world, from), ["+ POST / to kubia-0 100", "kubia-0 POST / 200"]);
}

#[test]
fn it_ends_by_a_stop_and_by_another() {
    let mut world = begun("luksa/kubia", flow(POD));
    pass(&mut world, Span::millis(5500));
    world.apply(Act::Traffic(Some(flow(SERVICE)))).unwrap();
    pass(&mut world, Span::millis(2500));
    assert_eq!(world.traffic().unwrap().landed(), 3, "the other begins to count anew");
    world.apply(Act::Traffic(None)).unwrap();
    let (from, stopped) = (world.changes().next(), world.now());
    pass(&mut world, Span::secs(2));
    assert!(world.traffic().is_none() && told(&world, from).is_empty());
    assert!(!world.transits().any(|t| t.cargo == Cargo::Request && t.departs > stopped));
    assert!(!world.agenda().iter().any(|(_, entry)| matches!(entry.due, Due::Traffic(..))));
    assert_eq!(world.apply(Act::Traffic(None)).unwrap_err().message, "there is no traffic to stop");
}

#[test]
fn what_is_wrong_begins_nothing_and_ends_nothing() {
    let mut world = begun("luksa/kubia", flow(POD));
    let refused = |world: &mut World, flow| world.apply(Act::Traffic(Some(flow))).unwrap_err().message;
    assert_eq!(refused(&mut world, flow("ftp://kubia/")), "Protocol \"ftp\" not supported");
    let often = Flow { every: Span::millis(99), ..flow(POD) };
    assert_eq!(refused(&mut world, often), "every 99ms is too often: 100ms is the least");
    pass(&mut world, Span::millis(1500));
    assert_eq!(tally(&world), "kubia-0 2");
}

#[test]
fn a_client_that_never_asks_again_stays_with_the_old_address() {
    let mut world = kubia("luksa/kubia");
    let request = HttpRequest { keeps: Keeps::Ttl, ..HttpRequest::get("http://kubia-1.kubia:8080/") };
    world.apply(Act::Traffic(Some(Flow { request, every: Span::secs(1) }))).unwrap();
    pass(&mut world, Span::millis(9500));
    delete(&mut world, "kubia-1", true);
    world.machine_mut("node-2").unwrap().processes = Default::default();
    ready(&mut world, "kubia-1", "node-3", "luksa/kubia", "10.244.3.2");
    let from = world.changes().next();
    pass(&mut world, Span::secs(30));
    assert_eq!(tally(&world), "kubia-1 10, kubia-1 10, timed out 20");
    let told = told(&world, from);
    assert_eq!(told, ["+kept kubia-1.kubia 10.244.2.2 10", "GET /: timed out", "kubia-1 GET / 200"]);
    let request = world.traffic().unwrap().flow().request.clone();
    world.apply(Act::Traffic(Some(Flow { request, every: Span::secs(1) }))).unwrap();
    pass(&mut world, Span::millis(500));
    assert_eq!(tally(&world), "kubia-1 1", "another flow is another client");
}

#[test]
fn it_holds_nothing_up() {
    let mut world = kubia("luksa/kubia");
    pass(&mut world, Span::secs(1));
    let quiet = world.next_busy();
    world.apply(Act::Traffic(Some(flow(SERVICE)))).unwrap();
    assert_eq!(world.next_busy(), quiet);
}

#[test]
fn a_big_advance_counts_what_small_ones_do() {
    let (mut big, mut small) = (begun("luksa/kubia", flow(SERVICE)), begun("luksa/kubia", flow(SERVICE)));
    pass(&mut big, Span::secs(7));
    (0..700).for_each(|_| pass(&mut small, Span::millis(10)));
    assert_eq!(tally(&big), tally(&small));
    assert!(big.changes().since(0).eq(small.changes().since(0)));
}

#[test]
fn a_long_tally_forgets_what_came_longest_ago() {
    let world = begun("luksa/kubia", flow(POD));
    let mut traffic = world.traffic().unwrap().clone();
    let why = |n: usize| Who::Nobody(n.to_string().into());
    (0..MOST_KINDS).for_each(|n| assert!(traffic.count(&why(n), world.now())));
    traffic.count(&why(0), world.now());
    traffic.count(&why(MOST_KINDS), world.now());
    assert_eq!((traffic.tally.len(), traffic.landed()), (MOST_KINDS, MOST_KINDS as u64 + 2));
    let has = |traffic: &Traffic, n| traffic.tally().iter().any(|count| count.who == why(n));
    assert!(has(&traffic, 0) && !has(&traffic, 1) && has(&traffic, MOST_KINDS));
}
