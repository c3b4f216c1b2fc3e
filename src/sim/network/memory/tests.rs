//! What clients remember, and for how long.

use super::*;
use crate::sim::change::What;
use crate::sim::network::rehearsal::{cut, delete, key, kubia, ready, settle};
use crate::sim::network::{HttpAnswer, HttpRequest, http};
use serde_json::json;

/// The notes' set with this habit, and what its pods know when kubia-0 has asked for kubia-1 once.
fn world(habit: &str, image: &str) -> World {
    let mut world = kubia(image);
    let processes: Vec<_> = world.machines().flat_map(|m| m.processes.keys().map(|uid| (m.name.clone(), *uid))).collect();
    for (node, uid) in processes {
        let process = Arc::make_mut(world.machine_mut(&node).unwrap().processes.get_mut(&uid).unwrap());
        let containers = Arc::make_mut(&mut Arc::make_mut(&mut process.spec).containers);
        containers[0].env = vec![json!({"name": VARIABLE, "value": habit})];
    }
    world
}

fn kubia_0(world: &World) -> Origin {
    let process = world.machine("node-1").unwrap().processes.values().find(|p| p.key == key("kubia-0")).unwrap();
    Origin::Process { node: "node-1".into(), pod: process.key.clone(), uid: process.uid, container: "kubia".into() }
}

fn ask(world: &mut World, url: &str) -> HttpAnswer {
    let from = kubia_0(world);
    http(world, &HttpRequest { from, ..HttpRequest::get(url) })
}

/// The address that was tried; blank where none was known.
fn tried(answer: &HttpAnswer) -> String {
    answer.tried.as_ref().map(|(ip, _)| ip.to_string()).unwrap_or_default()
}

fn pass(world: &mut World, span: Span) {
    world.advance(world.now() + span);
}

/// kubia-1 on another machine, under another address.
fn move_kubia_1(world: &mut World) {
    delete(world, "kubia-1", true);
    let old = world.machine("node-2").unwrap().processes.keys().next().copied().unwrap();
    world.machine_mut("node-2").unwrap().processes.remove(&old);
    ready(world, "kubia-1", "node-3", "luksa/kubia", "10.244.3.2");
    settle(world);
}

const PEER: &str = "http://kubia-1.kubia:8080/";

/// Where a client comes out that has asked once: just before the TTL is over, after it, and two hours later.
#[test]
fn a_client_goes_to_the_old_address_for_as_long_as_it_keeps_answers() {
    let table = [
        ("off", ["10.244.3.2", "10.244.3.2", "10.244.3.2"]),
        ("ttl", ["10.244.2.2", "10.244.3.2", "10.244.3.2"]),
        ("forever", ["10.244.2.2", "10.244.2.2", "10.244.2.2"]),
        ("long", ["10.244.3.2", "10.244.3.2", "10.244.3.2"]),
    ];
    for (habit, expected) in table {
        let mut world = world(habit, "luksa/kubia");
        let asked = world.now();
        assert_eq!(tried(&ask(&mut world, PEER)), "10.244.2.2", "{habit}");
        move_kubia_1(&mut world);
        let went = [Span::millis(29_999), Span::secs(30), Span::secs(7200)].map(|after| {
            world.advance(asked + after);
            let answer = ask(&mut world, PEER);
            assert_eq!(answer.error.is_some(), tried(&answer) == "10.244.2.2", "{habit}: nobody is at home there");
            tried(&answer)
        });
        assert_eq!(went, expected, "{habit}");
    }
}

#[test]
fn that_a_name_does_not_exist_is_kept_too() {
    for (habit, asks_anew_after) in [("off", 0), ("ttl", 30), ("forever", 10)] {
        let mut world = world(habit, "luksa/kubia");
        let asked = world.now();
        assert!(ask(&mut world, "http://kubia-2.kubia:8080/").tried.is_none());
        ready(&mut world, "kubia-2", "node-3", "luksa/kubia", "10.244.3.2");
        settle(&mut world);
        let knows = |world: &mut World| ask(world, "http://kubia-2.kubia:8080/").tried.is_some();
        let mut seconds = (0..40).filter(|second| {
            world.advance(asked + Span::secs(*second) + Span::millis(100));
            knows(&mut world)
        });
        assert_eq!(seconds.next(), Some(asks_anew_after), "{habit}");
    }
}

#[test]
fn it_is_told_what_a_client_goes_by_and_what_follows_answers_that() {
    let mut world = world("ttl", "luksa/kubia");
    ask(&mut world, PEER);
    pass(&mut world, Span::secs(7));
    let from = world.changes().next();
    let answer = ask(&mut world, "http://KUBIA-1.kubia:8080/");
    assert_eq!(answer.recall.map(|recall| (recall.told, recall.age)), Some(("10.244.2.2".into(), Span::secs(7))));
    let changes: Vec<_> = world.changes().since(from).cloned().collect();
    let recalled = Physical::Recalled("kubia-1.kubia".into(), "10.244.2.2".into(), Span::secs(7));
    assert_eq!((&changes[0].what, &changes[0].actor), (&What::Physical(recalled), &kubia_0(&world).actor()));
    assert_eq!(changes[1].what, What::Physical(Physical::Answered(key("kubia-1"), "GET /".into(), 200)));
    assert_eq!((changes[1].cause, world.cause), (Some(changes[0].id), None));
}

#[test]
fn what_is_remembered_needs_no_dns() {
    let mut world = world("ttl", "luksa/kubia");
    ready(&mut world, "kubia-2", "node-1", "luksa/kubia", "10.244.1.3");
    settle(&mut world);
    let near = "http://kubia-2.kubia:8080/";
    assert!(ask(&mut world, near).served_by.is_some());
    cut(&mut world, "node-1");
    assert!(ask(&mut world, near).served_by.is_some(), "its neighbour on the same machine");
    assert_eq!(ask(&mut world, PEER).error.map(|error| error.code), Some(6), "was never asked for");
    pass(&mut world, Span::secs(31));
    assert_eq!(ask(&mut world, near).error.map(|error| error.code), Some(6), "is forgotten by now");
}

/// The third is on the list when it is ready, and with who remembers the list a little later.
#[test]
fn peers_are_those_of_the_list_that_is_remembered() {
    for (habit, after, listed) in [("off", 1, true), ("ttl", 1, false), ("ttl", 30, true), ("forever", 7200, false)] {
        let mut world = world(habit, "luksa/kubia-pet-peers");
        let list = |world: &mut World| http(world, &HttpRequest::get("10.244.1.2:8080")).body;
        assert!(!list(&mut world).contains("kubia-2"));
        ready(&mut world, "kubia-2", "node-3", "luksa/kubia-pet-peers", "10.244.3.2");
        settle(&mut world);
        pass(&mut world, Span::secs(after));
        assert_eq!(list(&mut world).contains("- kubia-2.kubia.default.svc.cluster.local: No data"), listed, "{habit} after {after} s");
    }
}

#[test]
fn a_client_remembers_so_much_and_no_more() {
    let mut world = world("forever", "luksa/kubia");
    ask(&mut world, PEER);
    for i in 0..MOST_KEPT {
        pass(&mut world, Span(1));
        ask(&mut world, &format!("http://nobody-{i}/"));
    }
    let kept = answers(&world, &kubia_0(&world)).unwrap();
    assert_eq!(kept.0.len(), MOST_KEPT);
    assert!(!kept.0.keys().any(|(name, _)| &**name == "kubia-1.kubia"), "what was kept for longest goes first");
}
