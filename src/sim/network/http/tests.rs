//! Requests and what comes of them.

use super::*;
use crate::api::{Pod, Service};
use crate::sim::Act;
use crate::sim::change::What;
use crate::sim::network::rehearsal::{self, cut, delete, get, key, kubia, pending, post, ready, report, settle, try_service};
use serde_json::json;

const PROXY: &str = "localhost:8001/api/v1/namespaces/default";

fn inside(world: &World, node: &str, pod: &str) -> Origin {
    let process = world.machine(node).unwrap().processes.values().find(|p| &*p.key.name == pod).unwrap();
    Origin::Process { node: node.into(), pod: key(pod), uid: process.uid, container: "kubia".into() }
}

fn crash(world: &mut World, node: &str) {
    world.machine_mut(node).unwrap().powered = false;
}

#[test]
fn the_book_session() {
    let mut world = kubia("luksa/kubia-pet");
    let pod = format!("{PROXY}/pods/kubia-0/proxy/");
    assert_eq!(get(&mut world, &pod).body, "You've hit kubia-0\nData stored on this pod: No data posted yet\n");
    let said = "Hey there! This greeting was submitted to kubia-0.";
    assert_eq!(post(&mut world, &pod, said).body, "Data stored on pod kubia-0\n");
    assert_eq!(get(&mut world, &pod).body, format!("You've hit kubia-0\nData stored on this pod: {said}\n"));
    assert_eq!(
        get(&mut world, &pod.replace("kubia-0", "kubia-1")).body,
        "You've hit kubia-1\nData stored on this pod: No data posted yet\n"
    );
    assert_eq!(world.disk("gce/kubia-0").unwrap().files["/kubia.txt"].content, said);
}

#[test]
fn a_service_is_answered_by_any_of_its_endpoints() {
    let mut world = kubia("luksa/kubia");
    let url = format!("{PROXY}/services/kubia-public/proxy/");
    let mut seen = std::collections::BTreeSet::new();
    for _ in 0..20 {
        let answer = get(&mut world, &url);
        assert_eq!(answer.status, 200);
        seen.insert(answer.served_by.unwrap().pod.name);
    }
    assert_eq!(seen.len(), 2);
    delete(&mut world, "kubia-0", false);
    settle(&mut world);
    assert!((0..20).all(|_| get(&mut world, &url).served_by.unwrap().pod == key("kubia-1")));
}

/// Endpoints are chosen for a connection, not for a request.
#[test]
fn an_open_connection_leads_to_the_same_pod() {
    let mut world = kubia("luksa/kubia");
    let first = get(&mut world, "http://kubia-public/");
    let open = first.open.clone();
    assert!(open.is_some());
    let again = |world: &mut World| http(world, &HttpRequest { open: open.clone(), ..HttpRequest::get("http://kubia-public/x") });
    assert!((0..20).all(|_| again(&mut world).served_by == first.served_by));
    assert_eq!(get(&mut world, &format!("{PROXY}/services/kubia-public/proxy/")).open, None, "the API server chooses each time");
}

/// Upstream: CategorizeEndpoints in pkg/proxy/topology.go; a node without an endpoint of its own drops what comes.
#[test]
fn a_local_policy_keeps_to_the_node() {
    let mut world = kubia("luksa/kubia");
    let ports = json!([{"port": 80, "targetPort": 8080, "nodePort": 30123}]);
    let spec = json!({"type": "NodePort", "selector": {"app": "kubia"}, "ports": ports,
        "internalTrafficPolicy": "Local", "externalTrafficPolicy": "Local"});
    try_service(&mut world, "near", spec).unwrap();
    settle(&mut world);
    assert!((0..20).all(|_| ask_from(&mut world, "kubia-0", "http://near/").served_by.unwrap().pod == key("kubia-0")));
    let node = |world: &World, name: &str| world.get::<crate::api::Node>(&crate::api::Key::cluster(name)).unwrap().clone();
    for (name, answers) in [("node-2", Some(key("kubia-1"))), ("node-3", None)] {
        let ip = node(&world, name).address("InternalIP").unwrap().clone();
        let answer = get(&mut world, &format!("http://{ip}:30123/"));
        assert_eq!(answer.served_by.map(|by| by.pod), answers, "{name}");
        assert_eq!(answer.error.map(|error| error.code), answers.is_none().then_some(28), "{name}");
    }
    let from = HttpRequest { from: Origin::Node("node-3".into()), ..HttpRequest::get("http://near/") };
    assert_eq!(http(&mut world, &from).error.map(|error| error.code), Some(28));
}

#[test]
fn what_the_proxy_says_when_nobody_answers() {
    let mut world = kubia("luksa/kubia");
    pending(&mut world, "kubia-2", "node-3", "luksa/kubia");
    try_service(&mut world, "empty", json!({"selector": {"app": "nobody"}, "ports": [{"port": 80}]})).unwrap();
    settle(&mut world);
    cut(&mut world, "node-2");
    let table = [
        ("pods/kubia-9/proxy/", 404, "pods \\\"kubia-9\\\" not found"),
        ("pods/kubia-2/proxy/", 400, "address not allowed"),
        ("pods/kubia-0/proxy/", 200, "You've hit kubia-0"),
        ("pods/kubia-0:80/proxy/", 503, "error trying to reach service: dial tcp 10.244.1.2:80: connect: connection refused"),
        ("pods/http:kubia-0:8080/proxy/", 200, ""),
        ("pods/https:kubia-0:8080/proxy/", 503, "error trying to reach service: tls: first record does not look like a TLS handshake"),
        ("pods/a:b:c:d/proxy/", 400, "invalid pod request \\\"a:b:c:d\\\""),
        ("pods/kubia-1:8080/proxy/", 503, "error trying to reach service: dial tcp 10.244.2.2:8080: i/o timeout"),
        ("services/empty/proxy/", 503, "no endpoints available for service \\\"empty\\\""),
        ("services/kubia/proxy/", 503, "no endpoints available for service \\\"kubia\\\""),
        ("services/kubia:http/proxy/", 503, "error trying to reach service: dial tcp"),
        ("services/kubia-public:81/proxy/", 503, "no service port 81 found for service \\\"kubia-public\\\""),
        ("services/nope/proxy/", 404, "services \\\"nope\\\" not found"),
        ("pods/kubia-0/proxy", 301, ""),
        ("configmaps/x", 404, "the server could not find the requested resource"),
    ];
    for (path, status, words) in table {
        let answer = get(&mut world, &format!("{PROXY}/{path}"));
        assert_eq!(answer.status, status, "{path}: {}", answer.body);
        assert!(answer.body.contains(words), "{path}: {}", answer.body);
    }
}

#[test]
fn a_status_is_printed_as_curl_shows_it() {
    let mut world = rehearsal::world();
    let body = get(&mut world, &format!("{PROXY}/pods/kubia-0/proxy/")).body;
    let expected = "{\n  \"kind\": \"Status\",\n  \"apiVersion\": \"v1\",\n  \"metadata\": {},\n  \"status\": \"Failure\",\n  \
        \"message\": \"pods \\\"kubia-0\\\" not found\",\n  \"reason\": \"NotFound\",\n  \"details\": {\n    \"name\": \"kubia-0\",\n    \
        \"kind\": \"pods\"\n  },\n  \"code\": 404\n}";
    assert_eq!(body, expected);
}

#[test]
fn who_reaches_whom() {
    let keyboard = |_: &World| Origin::Keyboard;
    let node = |_: &World| Origin::Node("node-1".into());
    let pod = |world: &World| inside(world, "node-1", "kubia-0");
    type From = fn(&World) -> Origin;
    type Harm = fn(&mut World);
    let (nothing, cut_2, crash_2, cut_1): (Harm, Harm, Harm, Harm) =
        (|_| (), |w| cut(w, "node-2"), |w| crash(w, "node-2"), |w| cut(w, "node-1"));
    let refused = "Failed to connect to 10.244.2.2 port 80 after 10 ms: Could not connect to server";
    let silent = "Failed to connect to 10.244.2.2 port 8080 after 127000 ms: Could not connect to server";
    type Row = (From, Harm, &'static str, Result<&'static str, (i32, &'static str)>);
    let table: [Row; 14] = [
        (keyboard, nothing, "http://10.244.2.2:8080/", Ok("kubia-1")),
        (keyboard, nothing, "10.244.2.2", Err((7, refused))),
        (keyboard, cut_2, "10.244.2.2:8080", Ok("kubia-1")),
        (keyboard, crash_2, "10.244.2.2:8080", Err((28, silent))),
        (node, nothing, "10.244.2.2:8080", Ok("kubia-1")),
        (node, cut_2, "10.244.2.2:8080", Err((28, silent))),
        (pod, cut_1, "10.244.2.2:8080", Err((28, silent))),
        (pod, cut_1, "http://10.244.1.2:8080/", Ok("kubia-0")),
        (pod, nothing, "http://localhost:8080/", Ok("kubia-0")),
        (pod, nothing, "http://kubia-1.kubia:8080/", Ok("kubia-1")),
        (pod, cut_1, "http://kubia-1.kubia:8080/", Err((6, "Could not resolve host: kubia-1.kubia"))),
        (pod, nothing, "http://nope/", Err((6, "Could not resolve host: nope"))),
        (keyboard, nothing, "ftp://kubia/", Err((1, "Protocol \"ftp\" not supported"))),
        (keyboard, nothing, "http://kubia:x/", Err((3, "URL rejected: Port number was not a decimal number between 0 and 65535"))),
    ];
    for (from, harm, url, expected) in table {
        let mut world = kubia("luksa/kubia");
        harm(&mut world);
        let request = HttpRequest { from: from(&world), ..HttpRequest::get(url) };
        let answer = http(&mut world, &request);
        let got = match &answer.error {
            Some(error) => Err((error.code, error.text.as_str())),
            None => Ok(answer.served_by.as_ref().map_or("", |by| &by.pod.name)),
        };
        assert_eq!(got, expected, "{url} from {:?}", request.from);
    }
}

#[test]
fn a_clusters_address_and_a_node_port_lead_to_an_endpoint() {
    let mut world = kubia("luksa/kubia");
    let spec = json!({"type": "NodePort", "selector": {"app": "kubia"}, "ports": [{"port": 80, "targetPort": 8080, "nodePort": 30123}]});
    let ip = try_service(&mut world, "open", spec).unwrap().spec.cluster_ip;
    try_service(&mut world, "empty", json!({"selector": {"app": "x"}, "ports": [{"port": 80}]})).unwrap();
    settle(&mut world);
    let node = world.get::<crate::api::Node>(&crate::api::Key::cluster("node-3")).unwrap().address("InternalIP").unwrap().clone();
    for url in [format!("http://{ip}/"), "http://open/".to_owned(), format!("http://{node}:30123/")] {
        assert_eq!(get(&mut world, &url).status, 200, "{url}");
    }
    assert_eq!(get(&mut world, "http://empty/").error.map(|e| e.code), Some(7));
    assert_eq!(get(&mut world, &format!("http://{ip}:81/")).error.map(|e| e.code), Some(28));
}

#[test]
fn after_a_forced_delete_both_answer_under_their_own_address() {
    let mut world = kubia("luksa/kubia-pet");
    cut(&mut world, "node-2");
    delete(&mut world, "kubia-1", true);
    ready(&mut world, "kubia-1", "node-3", "luksa/kubia-pet", "10.244.3.2");
    settle(&mut world);
    let old = get(&mut world, "10.244.2.2:8080").served_by.unwrap();
    let new = get(&mut world, "10.244.3.2:8080").served_by.unwrap();
    assert_eq!((old.pod.clone(), &*old.node, &*new.node), (new.pod.clone(), "node-2", "node-3"));
    assert_ne!(old.uid, new.uid);
    assert_eq!(get(&mut world, &format!("{PROXY}/pods/kubia-1:8080/proxy/")).served_by, Some(new));
}

#[test]
fn what_happened_is_noted_and_seen() {
    let mut world = kubia("luksa/kubia-pet");
    let first = world.changes().next();
    post(&mut world, &format!("{PROXY}/pods/kubia-0:8080/proxy/"), "x");
    let changes: Vec<_> = world.changes().since(first).cloned().collect();
    let wrote = Physical::Wrote("node-1".into(), key("kubia-0"), "gce/kubia-0".into(), "/kubia.txt".into());
    assert_eq!(changes[0].what, What::Physical(wrote));
    assert_eq!(changes[1].what, What::Physical(Physical::Answered(key("kubia-0"), "POST /".into(), 200)));
    assert_eq!(changes[1].cause, Some(changes[0].id), "answered because it is stored");
    let process = Place::Process("node-1".into(), key("kubia-0"));
    let legs = [
        (Cargo::Request, Place::Client, Place::Record),
        (Cargo::Request, Place::Record, process.clone()),
        (Cargo::Answer, process, Place::Record),
        (Cargo::Answer, Place::Record, Place::Client),
    ];
    let seen: Vec<_> = world.transits().map(|t| (t.cargo, t.from.clone(), t.to.clone())).collect();
    assert!(seen.ends_with(&legs));
    let times: Vec<i64> = world.transits().map(|t| (t.departs - world.now()).0).collect();
    assert!(times.ends_with(&[0, 5, 10, 15]));
}

#[test]
fn a_client_keeps_its_endpoint_where_the_service_wants_it() {
    let mut world = kubia("luksa/kubia");
    let spec = json!({"selector": {"app": "kubia"}, "sessionAffinity": "ClientIP", "ports": [{"port": 80, "targetPort": 8080}]});
    try_service(&mut world, "sticky", spec).unwrap();
    settle(&mut world);
    let first = get(&mut world, "sticky").served_by.unwrap();
    assert!((0..20).all(|_| get(&mut world, "sticky").served_by.as_ref() == Some(&first)));
    delete(&mut world, &first.pod.name, true);
    settle(&mut world);
    assert_ne!(get(&mut world, "sticky").served_by.unwrap().pod, first.pod);
}

/// A process of a pod asks for a URL.
fn ask_from(world: &mut World, pod: &str, url: &str) -> HttpAnswer {
    let pod = world.get::<Pod>(&key(pod)).unwrap().clone();
    let from = inside(world, &pod.spec.node_name, &pod.metadata.name);
    http(world, &HttpRequest { from, ..HttpRequest::get(url) })
}

/// Upstream: pkg/proxy/iptables syncs from its informers' caches, and these are all that a cut-off node has.
#[test]
fn a_machine_that_is_cut_off_keeps_its_last_rules() {
    let mut world = kubia("luksa/kubia");
    let ip = world.get::<Service>(&key("kubia-public")).unwrap().spec.cluster_ip.to_string();
    world.apply(Act::Disconnect("node-1".into())).unwrap();
    delete(&mut world, "kubia-1", true);
    report(&mut world, "kubia-0", "10.244.1.2", false);
    settle(&mut world);
    let words = |answer: HttpAnswer| answer.error.map_or_else(|| answer.body.clone(), |error| error.text);
    let mut said: Vec<String> = (0..20).map(|_| words(ask_from(&mut world, "kubia-0", &ip))).collect();
    said.sort();
    said.dedup();
    assert_eq!(said.len(), 2, "its own endpoint answers, the other one is out of reach: {said:?}");
    assert!(said.iter().any(|text| text.starts_with("You've hit kubia-0")), "{said:?}");
    assert!(words(get(&mut world, &ip)).contains("Failed to connect"), "everybody else knows that nobody is ready");
    world.apply(Act::Reconnect("node-1".into())).unwrap();
    assert!(words(ask_from(&mut world, "kubia-0", &ip)).contains("Failed to connect"), "and so does the node once it hears again");
}
