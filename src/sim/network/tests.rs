//! Endpoint rules and requests in whole worlds.

use super::rehearsal::{self, delete, key, kubia, pending, ready, report, run, settle, try_service};
use super::*;
use crate::api::{EndpointSlice, Kind, Name, Resource, Uid};
use crate::sim::change::{Actor, Physical, What};
use crate::sim::transit::{Cargo, Place};
use serde_json::json;
use std::sync::Arc;

fn slice<'w>(world: &'w World, service: &str) -> &'w Arc<EndpointSlice> {
    let key = key(service);
    let mut slices: Vec<_> = endpoints::of_service(world, &key).collect();
    assert_eq!(slices.len(), 1, "{service}");
    slices.remove(0)
}

/// Endpoints as `ip/hostname` with a letter for each condition that holds.
fn shown(world: &World, service: &str) -> Vec<String> {
    let mark = |flag: bool, letter: &str| if flag { letter.to_owned() } else { "-".to_owned() };
    let one = |e: &crate::api::service::Endpoint| {
        let c = e.conditions;
        format!("{}/{} {}{}{}", e.addresses[0], e.hostname, mark(c.ready, "r"), mark(c.serving, "s"), mark(c.terminating, "t"))
    };
    slice(world, service).endpoints.iter().map(one).collect()
}

#[test]
fn endpoints_keep_their_place_as_in_the_recording() {
    let mut world = kubia("luksa/kubia-pet");
    assert_eq!(shown(&world, "kubia"), ["10.244.1.2/kubia-0 rs-", "10.244.2.2/kubia-1 rs-"]);
    assert_eq!(shown(&world, "kubia-public"), ["10.244.1.2/ rs-", "10.244.2.2/ rs-"]);
    delete(&mut world, "kubia-0", false);
    settle(&mut world);
    assert_eq!(shown(&world, "kubia"), ["10.244.1.2/kubia-0 -st", "10.244.2.2/kubia-1 rs-"]);
    delete(&mut world, "kubia-0", true);
    settle(&mut world);
    assert_eq!(shown(&world, "kubia"), ["10.244.2.2/kubia-1 rs-"]);
    ready(&mut world, "kubia-0", "node-1", "luksa/kubia-pet", "10.244.1.3");
    settle(&mut world);
    assert_eq!(shown(&world, "kubia"), ["10.244.2.2/kubia-1 rs-", "10.244.1.3/kubia-0 rs-"]);
}

#[test]
fn a_slice_is_there_from_the_beginning_and_stays_the_same_object() {
    let mut world = rehearsal::world();
    rehearsal::kubia_services(&mut world);
    settle(&mut world);
    let before = slice(&world, "kubia").clone();
    assert!(before.endpoints.is_empty() && before.ports.is_empty());
    assert!(before.metadata.name.starts_with("kubia-") && &*before.metadata.generate_name == "kubia-");
    ready(&mut world, "kubia-0", "node-1", "luksa/kubia", "10.244.1.2");
    settle(&mut world);
    let after = slice(&world, "kubia").clone();
    assert_eq!((after.metadata.uid, after.metadata.generation), (before.metadata.uid, 2));
    delete(&mut world, "kubia-0", true);
    settle(&mut world);
    let empty = slice(&world, "kubia");
    assert!(empty.metadata.uid == before.metadata.uid && empty.endpoints.is_empty() && empty.ports.is_empty());
}

#[test]
fn a_slice_prints_as_the_recorded_one() {
    let world = kubia("luksa/kubia-pet");
    let slice = slice(&world, "kubia-public");
    let value = EndpointSlice::wrap(slice.clone()).to_value();
    let uid = slice.endpoints[0].target_ref.as_ref().unwrap().uid;
    assert_eq!(
        value["endpoints"][0],
        json!({"addresses": ["10.244.1.2"], "conditions": {"ready": true, "serving": true, "terminating": false}, "nodeName": "node-1",
            "targetRef": {"kind": "Pod", "name": "kubia-0", "namespace": "default", "uid": uid.to_string()}})
    );
    assert_eq!(value["ports"], json!([{"name": "", "port": 8080, "protocol": "TCP"}]));
    assert_eq!(
        value["metadata"]["labels"],
        json!({"endpointslice.kubernetes.io/managed-by": "endpointslice-controller.k8s.io", "kubernetes.io/service-name": "kubia-public"})
    );
    let owner = &value["metadata"]["ownerReferences"][0];
    assert_eq!((&owner["kind"], &owner["name"], &owner["controller"]), (&json!("Service"), &json!("kubia-public"), &json!(true)));
    assert!(value["metadata"]["annotations"]["endpoints.kubernetes.io/last-change-trigger-time"].is_string());
    assert_eq!(super::tests::slice(&world, "kubia").metadata.labels.get("service.kubernetes.io/headless").map(|l| &**l), Some(""));
}

#[test]
fn who_stands_in_a_slice() {
    let mut world = rehearsal::world();
    rehearsal::kubia_services(&mut world);
    pending(&mut world, "kubia-0", "node-1", "luksa/kubia");
    settle(&mut world);
    assert!(shown(&world, "kubia").is_empty(), "no address yet");
    report(&mut world, "kubia-0", "10.244.1.2", false);
    settle(&mut world);
    assert_eq!(shown(&world, "kubia"), ["10.244.1.2/kubia-0 ---"]);
    let mut pod = (**world.get::<crate::api::Pod>(&key("kubia-0")).unwrap()).clone();
    pod.metadata.labels = [("app", "other")].into_iter().collect();
    Desk::new(&mut world, Actor::You).update(pod).unwrap();
    settle(&mut world);
    assert!(shown(&world, "kubia").is_empty(), "released");
}

#[test]
fn a_hundred_endpoints_fill_a_slice() {
    let mut world = rehearsal::world();
    rehearsal::kubia_services(&mut world);
    for i in 0..101 {
        pending(&mut world, &format!("kubia-{i}"), "node-1", "luksa/kubia");
        report(&mut world, &format!("kubia-{i}"), &format!("10.244.1.{i}"), true);
    }
    settle(&mut world);
    let key = key("kubia");
    let mut sizes: Vec<usize> = endpoints::of_service(&world, &key).map(|slice| slice.endpoints.len()).collect();
    sizes.sort_unstable();
    assert_eq!(sizes, [1, 100]);
}

#[test]
fn a_named_port_is_looked_up_in_each_pod() {
    let mut world = rehearsal::world();
    let ports = json!([{"name": "web", "port": 80, "targetPort": "http"}, {"name": "raw", "port": 81}]);
    try_service(&mut world, "mixed", json!({"selector": {"app": "kubia"}, "ports": ports})).unwrap();
    ready(&mut world, "kubia-0", "node-1", "luksa/kubia", "10.244.1.2");
    settle(&mut world);
    let slice = slice(&world, "mixed");
    assert_eq!(slice.ports.iter().map(|p| (&*p.name, p.port)).collect::<Vec<_>>(), [("raw", 81)], "the pod names no port");
}

#[test]
fn the_api_servers_own_slice() {
    let world = rehearsal::world();
    let slice = slice(&world, "kubernetes");
    assert_eq!((&*slice.metadata.name, &*slice.endpoints[0].addresses[0], slice.ports[0].port), ("kubernetes", "192.0.2.2", 6443));
    assert!(slice.metadata.owner_references.is_empty());
}

const PROXY: &str = "localhost:8001/api/v1/namespaces/default";

fn get(world: &mut World, url: &str) -> HttpAnswer {
    http(world, &HttpRequest::get(url))
}

fn post(world: &mut World, url: &str, body: &str) -> HttpAnswer {
    http(world, &HttpRequest::post(url, body))
}

fn inside(world: &World, node: &str, pod: &str) -> Origin {
    let process = world.machine(node).unwrap().processes.values().find(|p| &*p.key.name == pod).unwrap();
    Origin::Process(node.into(), key(pod), process.uid)
}

fn crash(world: &mut World, node: &str) {
    world.machine_mut(node).unwrap().powered = false;
}

fn cut(world: &mut World, node: &str) {
    let now = world.now();
    world.machine_mut(node).unwrap().cut = Some(now);
}

#[test]
fn the_book_session() {
    let mut world = kubia("luksa/kubia-pet");
    let pod = format!("{PROXY}/pods/kubia-0/proxy/");
    // The pods declare no port here, so one has to be named: the proxy would take 80.
    let pod = pod.replace("kubia-0/", "kubia-0:8080/");
    assert_eq!(get(&mut world, &pod).body, "You've hit kubia-0\nData stored on this pod: No data posted yet\n");
    let said = "Hey there! This greeting was submitted to kubia-0.";
    assert_eq!(post(&mut world, &pod, said).body, "Data stored on pod kubia-0\n");
    assert_eq!(get(&mut world, &pod).body, format!("You've hit kubia-0\nData stored on this pod: {said}\n"));
    assert_eq!(
        get(&mut world, &pod.replace("kubia-0", "kubia-1")).body,
        "You've hit kubia-1\nData stored on this pod: No data posted yet\n"
    );
    assert_eq!(world.disk("gce/kubia-0").unwrap().files["/kubia.txt"].content, said.into());
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
        ("pods/kubia-0/proxy/", 503, "error trying to reach service: dial tcp 10.244.1.2:80: connect: connection refused"),
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
    let table: [(From, Harm, &str, Result<&str, (i32, &str)>); 14] = [
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
    let node = world.get::<crate::api::Node>(&Key::cluster("node-3")).unwrap().address("InternalIP").unwrap().clone();
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
fn a_disk_that_was_taken_away_can_not_be_written() {
    let mut world = kubia("luksa/kubia-pet");
    world.disk_mut("gce/kubia-0").unwrap().attached = imbl::OrdSet::unit("node-3".into());
    let answer = post(&mut world, "10.244.1.2:8080", "lost?");
    assert_eq!((answer.status, answer.body.as_str()), (500, "Input/output error\n"));
    assert!(world.disk("gce/kubia-0").unwrap().files.is_empty());
}

#[test]
fn without_a_volume_the_file_is_the_containers_own() {
    let mut world = kubia("luksa/kubia-pet");
    let uid = world.get::<crate::api::Pod>(&key("kubia-0")).unwrap().metadata.uid;
    write_file(&mut world, &"node-1".into(), uid, "/tmp/./x", "one").unwrap();
    assert_eq!(read_file(&world, "node-1", uid, "/tmp/x").as_deref(), Ok("one"));
    assert_eq!(list_files(&world, "node-1", uid, "/"), Ok(vec!["tmp/".to_owned()]));
    let root = world.disk(&format!("scratch/{uid}/root")).unwrap();
    assert_eq!(root.kind, crate::sim::disk::DiskKind::Scratch(uid));
    assert_eq!(read_file(&world, "node-1", uid, "/tmp/y"), Err(FileError::NoFile));
    assert_eq!(read_file(&world, "node-2", Uid(7), "/tmp/x"), Err(FileError::NoProcess));
}

#[test]
fn peers_are_asked_one_by_one() {
    let mut world = kubia("luksa/kubia-pet-peers");
    post(&mut world, "10.244.1.2:8080", "The sun is shining");
    let expected = "You've hit kubia-1\nData stored in the cluster:\n- kubia-0.kubia.default.svc.cluster.local: The sun is shining\n\
        - kubia-1.kubia.default.svc.cluster.local: No data posted yet\n";
    assert_eq!(get(&mut world, "10.244.2.2:8080").body, expected);
    assert_eq!(get(&mut world, "10.244.2.2:8080/data").body, "No data posted yet");
    cut(&mut world, "node-1");
    let answer = get(&mut world, "10.244.2.2:8080");
    let expected = "You've hit kubia-1\nData stored in the cluster:\n- kubia-1.kubia.default.svc.cluster.local: No data posted yet\n\
        - kubia-0.kubia.default.svc.cluster.local: Error: connect ETIMEDOUT 10.244.1.2:8080\n";
    assert_eq!(answer.body, expected);
    assert_eq!(answer.took.as_secs(), 127);
    let answer = get(&mut world, "10.244.1.2:8080");
    assert!(answer.body.ends_with("Could not look up DNS SRV records: Error: querySrv ETIMEOUT kubia.default.svc.cluster.local"));
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
    let times: Vec<i64> = world.transits().rev_four(world.now());
    assert_eq!(times, [0, 5, 10, 15]);
}

trait Departures {
    fn rev_four(self, now: crate::api::Time) -> Vec<i64>;
}

impl<'w, I: Iterator<Item = &'w Arc<crate::sim::transit::Transit>>> Departures for I {
    fn rev_four(self, now: crate::api::Time) -> Vec<i64> {
        let all: Vec<i64> = self.map(|t| (t.departs - now).0).collect();
        all[all.len() - 4..].to_vec()
    }
}

#[test]
fn each_picker_takes_a_directory_of_its_own() {
    let mut world = rehearsal::world();
    rehearsal::kubia_services(&mut world);
    let image = "podyard/directory-picker";
    let uids: Vec<Uid> =
        (0..3).map(|i| ready(&mut world, &format!("kubia-{i}"), "node-1", image, &format!("10.244.1.{}", i + 2))).collect();
    let shared: Name = "gce/kubia-0".into();
    let node: Name = "node-1".into();
    for uid in &uids {
        let process = world.machine_mut("node-1").unwrap().processes.get_mut(uid).unwrap();
        let mount = &mut Arc::make_mut(process).mounts[0];
        (mount.disk, mount.paths) = (shared.clone(), vec!["/data".into()]);
        on_start(&mut world, &node, *uid);
    }
    let owners = |world: &World| {
        let files = &world.disk("gce/kubia-0").unwrap().files;
        files.iter().map(|(path, file)| format!("{path} {}", file.content)).collect::<Vec<_>>()
    };
    assert_eq!(owners(&world), ["/dir-0/owner kubia-0", "/dir-1/owner kubia-1", "/dir-2/owner kubia-2"]);
    on_stop(&mut world, &node, uids[1]);
    world.machine_mut("node-1").unwrap().processes.remove(&uids[0]);
    ready(&mut world, "kubia-3", "node-1", image, "10.244.1.9");
    run(&mut world, "kubia-3", "10.244.1.9");
    let uid = world.get::<crate::api::Pod>(&key("kubia-3")).unwrap().metadata.uid;
    let process = world.machine_mut("node-1").unwrap().processes.get_mut(&uid).unwrap();
    let mount = &mut Arc::make_mut(process).mounts[0];
    (mount.disk, mount.paths) = (shared, vec!["/data".into()]);
    let body = get(&mut world, "10.244.1.9:8080").body;
    assert_eq!(body, "You've hit kubia-3\nMy directory: /data/dir-1\nData stored there: No data posted yet\n");
    assert_eq!(owners(&world)[0], "/dir-0/owner kubia-0", "a killed instance keeps its directory for ever");
}

#[test]
fn a_deleted_slice_comes_back() {
    let mut world = kubia("luksa/kubia");
    let name = slice(&world, "kubia").metadata.key();
    Desk::new(&mut world, Actor::You).delete(Kind::EndpointSlice, &name, &Default::default()).unwrap();
    settle(&mut world);
    assert_eq!(shown(&world, "kubia").len(), 2);
}
