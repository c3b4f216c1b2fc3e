//! What the apps do with files and peers.

use super::files::{list_files, read_file, write_file};
use super::*;
use crate::api::Uid;
use crate::sim::change::{Actor, Physical};
use crate::sim::invariants::Rule;
use crate::sim::network::rehearsal::{self, cut, get, key, kubia, post, ready, run};
use std::sync::Arc;

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
    assert_eq!(read_file(&world, "node-2", Uid::new(7), "/tmp/x"), Err(FileError::NoProcess));
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
        go_on(&mut world, &node, *uid);
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
fn pickers_that_start_together_take_the_same_directory() {
    let mut world = rehearsal::world();
    rehearsal::kubia_services(&mut world);
    let node: Name = "node-1".into();
    let start = |world: &mut World, i: i32| {
        let uid = ready(world, &format!("kubia-{i}"), "node-1", "podyard/directory-picker", &format!("10.244.1.{}", i + 2));
        let process = world.machine_mut("node-1").unwrap().processes.get_mut(&uid).unwrap();
        let mount = &mut Arc::make_mut(process).mounts[0];
        (mount.disk, mount.paths) = ("gce/kubia-0".into(), vec!["/data".into()]);
        on_start(world, &node, uid);
        uid
    };
    let together = [start(&mut world, 0), start(&mut world, 1)];
    together.iter().for_each(|uid| go_on(&mut world, &node, *uid));
    start(&mut world, 2);
    post(&mut world, "10.244.1.2:8080", "mine");
    let said = ["10.244.1.2:8080", "10.244.1.3:8080", "10.244.1.4:8080"].map(|address| get(&mut world, address).body);
    assert!(
        said[0].contains("/data/dir-0\nData stored there: mine") && said[1].contains("/data/dir-0\nData stored there: mine"),
        "{said:?}"
    );
    assert!(said[2].contains("/data/dir-1\nData stored there: No data posted yet"), "{said:?}");
}

#[test]
fn two_living_namesakes_overwrite_each_other() {
    let mut world = kubia("luksa/kubia-pet");
    let started = |world: &mut World, node: &str| {
        let uid = world.get::<crate::api::Pod>(&key("kubia-1")).unwrap().metadata.uid;
        let what = Physical::Started(node.into(), key("kubia-1"), uid);
        world.happened(Actor::Kubelet(node.into()), what);
    };
    started(&mut world, "node-2");
    world.disk_mut("gce/kubia-1").unwrap().kind = crate::sim::disk::DiskKind::Shared;
    post(&mut world, "10.244.2.2:8080", "first");
    rehearsal::delete(&mut world, "kubia-1", true);
    ready(&mut world, "kubia-1", "node-3", "luksa/kubia-pet", "10.244.3.2");
    started(&mut world, "node-3");
    assert_eq!(world.rules().broken(Rule::NoWriteLost), None);
    post(&mut world, "10.244.3.2:8080", "second");
    let expected = "kubia-1 on node-3 overwrote what kubia-1 on node-2 had stored in /kubia.txt of gce/kubia-1";
    assert_eq!(world.rules().broken(Rule::NoWriteLost).map(|words| &**words), Some(expected));
}
