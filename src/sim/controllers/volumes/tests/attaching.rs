//! Disks that move between nodes, or must not.

use super::*;

/// A Compute Engine disk, its claim, and a pod with it on node-1, all settled.
fn attached() -> World {
    let mut world = world();
    volume(&mut world, "pv-a", json!({"gcePersistentDisk": {"pdName": "pv-a"}}));
    claim(&mut world, "shared", json!({}));
    pass(&mut world, 200);
    let log = after(&mut world, 4_000, |w| pod(w, "one", "shared", "node-1"));
    let words = "SuccessfulAttachVolume AttachVolume.Attach succeeded for volume \"pv-a\" ";
    assert_eq!(log, ["attachment node-1 attaching", "gce/pv-a attached node-1", "attachment node-1 attached", words]);
    let node = world.get::<Node>(&Key::cluster("node-1")).unwrap();
    assert_eq!(node.status.volumes_attached[0].name, node.status.volumes_in_use[0]);
    assert!(is_attached(&world, "pv-a", "node-1") && !is_attached(&world, "pv-a", "node-2"));
    assert!(world.get::<Pod>(&key("one")).unwrap().is_running_and_ready(), "mounted once it was attached");
    world
}

fn complaint(world: &World, pod: &str) -> Vec<String> {
    events(world, pod).into_iter().filter(|line| line.contains("Multi-Attach")).collect()
}

#[test]
fn a_disk_moves_when_its_pod_does() {
    let mut world = attached();
    let log = after(&mut world, 4_000, |w| delete(w, Kind::Pod, "one", None));
    assert_eq!(log, ["attachment node-1 attached gone", "gce/pv-a detached node-1"]);
    pod(&mut world, "two", "shared", "node-2");
    pass(&mut world, 4_000);
    assert!(world.get::<Pod>(&key("two")).unwrap().is_running_and_ready());
}

#[test]
fn a_second_node_cannot_have_the_disk() {
    let mut world = attached();
    pod(&mut world, "two", "shared", "node-2");
    pass(&mut world, 20_000);
    let used = "FailedAttachVolume Multi-Attach error for volume \"pv-a\" Volume is already used by pod(s) one";
    assert_eq!(complaint(&world, "two"), [used]);
    assert_eq!(&*world.wait(Kind::Pod, &key("two")).unwrap().words, "volume pv-a is still attached to node-1");
    delete(&mut world, Kind::Pod, "one", None);
    pass(&mut world, 6_000);
    assert!(world.get::<Pod>(&key("two")).unwrap().is_running_and_ready());
    assert!(world.wait(Kind::Pod, &key("two")).is_none());
}

#[test]
fn a_silent_node_keeps_its_disk_for_six_minutes() {
    let mut world = attached();
    world.apply(Act::Disconnect("node-1".into())).unwrap();
    pass(&mut world, 70_000);
    delete(&mut world, Kind::Pod, "one", Some(0));
    let begun = world.now();
    pass(&mut world, 10);
    pod(&mut world, "two", "shared", "node-2");
    pass(&mut world, 359_000);
    let exclusive = "Volume is already exclusively attached to one node and can't be attached to another";
    assert_eq!(complaint(&world, "two"), [format!("FailedAttachVolume Multi-Attach error for volume \"pv-a\" {exclusive}")]);
    let wait = world.wait(Kind::PersistentVolume, &Key::cluster("pv-a")).unwrap();
    assert!((wait.until.unwrap() - (begun + Span::mins(6))).0 < 50);
    assert!(world.disk("gce/pv-a").unwrap().attached.contains("node-1"));
    pass(&mut world, 6_000);
    assert!(!world.disk("gce/pv-a").unwrap().attached.contains("node-1"), "taken away by force");
    assert!(world.get::<Pod>(&key("two")).unwrap().is_running_and_ready());
    assert!(world.machine("node-1").unwrap().processes.values().any(|p| p.is_alive()), "and yet the old process runs");
}

/// A kubelet that starts anew lists what is mounted now. Upstream: nodestatus.VolumesInUse.
#[test]
fn a_machine_that_boots_lets_go_of_what_nobody_there_wants_any_more() {
    let mut world = attached();
    world.apply(Act::Crash("node-1".into())).unwrap();
    pass(&mut world, 70_000);
    delete(&mut world, Kind::Pod, "one", None);
    pass(&mut world, 40_000);
    assert!(is_attached(&world, "pv-a", "node-1"), "its last word counts");
    world.apply(Act::Boot("node-1".into())).unwrap();
    pass(&mut world, 3_000);
    assert!(world.get::<Pod>(&key("one")).is_none());
    assert!(!is_attached(&world, "pv-a", "node-1"));
}

#[test]
fn an_out_of_service_taint_frees_disk_and_pod_at_once() {
    let mut world = attached();
    world.apply(Act::Crash("node-1".into())).unwrap();
    pass(&mut world, 70_000);
    delete(&mut world, Kind::Pod, "one", None);
    pass(&mut world, 60_000);
    assert!(world.get::<Pod>(&key("one")).is_some(), "only its kubelet could say that it has stopped");
    let mut node = (**world.get::<Node>(&Key::cluster("node-1")).unwrap()).clone();
    let taint = json!({"key": crate::sim::controllers::nodes::OUT_OF_SERVICE, "value": "nodeshutdown", "effect": "NoExecute"});
    node.spec.taints.push(serde_json::from_value(taint).unwrap());
    world.apply(Act::Request(Request::Update(node.into()))).unwrap();
    pass(&mut world, 25_000);
    assert!(world.get::<Pod>(&key("one")).is_none());
    assert!(!is_attached(&world, "pv-a", "node-1"));
    assert_eq!(world.objects(Kind::VolumeAttachment).count(), 0);
}

/// Upstream: csiAttacher.waitForVolumeAttachment.
#[test]
fn nobody_attaches_for_a_driver_that_is_broken() {
    let mut world = world();
    volume(&mut world, "pv-a", json!({"csi": {"driver": "broken.csi.example.com", "volumeHandle": "h"}}));
    claim(&mut world, "shared", json!({}));
    pass(&mut world, 200);
    pod(&mut world, "one", "shared", "node-1");
    pass(&mut world, 119_000);
    assert_eq!(
        &*world.wait(Kind::Pod, &key("one")).unwrap().words,
        "nobody runs the driver broken.csi.example.com, which must attach volume pv-a"
    );
    let said = |world: &World| events(world, "one").into_iter().filter(|line| line.starts_with("FailedAttachVolume")).collect::<Vec<_>>();
    assert!(said(&world).is_empty());
    pass(&mut world, 2_000);
    let why = "timed out waiting for external-attacher of broken.csi.example.com CSI driver to attach volume h";
    assert_eq!(said(&world), [format!("FailedAttachVolume AttachVolume.Attach failed for volume \"pv-a\" : {why}")]);
    delete(&mut world, Kind::Pod, "one", Some(0));
    assert_eq!(world.objects(Kind::VolumeAttachment).count(), 1, "as long as it is waited for");
    pass(&mut world, 120_000);
    assert_eq!(world.objects(Kind::VolumeAttachment).count(), 0);
}

/// Upstream: csiPlugin.CanAttach, skipAttach.
#[test]
fn a_drivers_object_may_say_that_nothing_is_attached() {
    for (said, count) in [(json!({}), 1), (json!({"attachRequired": true}), 1), (json!({"attachRequired": false}), 0)] {
        let mut world = world();
        put(&mut world, Kind::CSIDriver, json!({"metadata": {"name": "d"}, "spec": said}));
        volume(&mut world, "pv-a", json!({"csi": {"driver": "d", "volumeHandle": "h"}}));
        claim(&mut world, "shared", json!({}));
        pass(&mut world, 200);
        pod(&mut world, "one", "shared", "node-1");
        pass(&mut world, 4_000);
        assert_eq!(world.objects(Kind::VolumeAttachment).count(), count, "{said}");
        assert!(world.get::<Pod>(&key("one")).unwrap().is_running_and_ready());
        assert!(world.disk("csi/h").unwrap().attached.contains("node-1"));
    }
}

/// Upstream: DetermineVolumeAction and IsPodTerminated.
#[test]
fn a_pod_that_is_deleted_before_it_ran_wants_its_volume_no_more() {
    let mut world = attached();
    pod(&mut world, "two", "shared", "node-2");
    pass(&mut world, 3_000);
    world.apply(Act::Disconnect("node-2".into())).unwrap();
    delete(&mut world, Kind::Pod, "two", None);
    delete(&mut world, Kind::Pod, "one", None);
    pass(&mut world, 20_000);
    assert!(world.get::<Pod>(&key("two")).is_some(), "its kubelet does not hear of it");
    assert_eq!(world.objects(Kind::VolumeAttachment).count(), 0, "and yet nothing is attached for it");
}

#[test]
fn attachments_are_named_by_what_they_join() {
    let mut world = world();
    volume(&mut world, "pv-a", json!({"csi": {"driver": "d", "volumeHandle": "h"}}));
    claim(&mut world, "shared", json!({"accessModes": ["ReadWriteOnce"]}));
    pass(&mut world, 200);
    pod(&mut world, "one", "shared", "node-1");
    pass(&mut world, 100);
    let name = world.objects(Kind::VolumeAttachment).next().unwrap().meta().name.clone();
    // printf hdnode-1 | sha256sum
    assert_eq!(&*name, "csi-340f466bc44236f151cf9ec99a074304032f747e4fb807897b4f4eee3caf9edf");
}

/// Upstream: VerifyVolumesAreAttached, every minute.
#[test]
fn an_attachment_deleted_by_hand_is_missed_within_a_minute() {
    let mut world = attached();
    let name = world.objects(Kind::VolumeAttachment).next().unwrap().meta().name.clone();
    let log = after(&mut world, 5_000, |w| delete(w, Kind::VolumeAttachment, &name, None));
    assert_eq!(log, ["attachment node-1 attached gone", "gce/pv-a detached node-1"]);
    let log = after(&mut world, 60_000, |_| {});
    let again = ["attachment node-1 attaching", "gce/pv-a attached node-1", "attachment node-1 attached"];
    assert_eq!(log[..3], again, "made again where it is wanted");
}

#[test]
fn whoever_deletes_the_attachment_to_a_silent_node_need_not_wait_for_six_minutes() {
    let mut world = attached();
    world.apply(Act::Disconnect("node-1".into())).unwrap();
    pass(&mut world, 70_000);
    delete(&mut world, Kind::Pod, "one", Some(0));
    pod(&mut world, "two", "shared", "node-2");
    pass(&mut world, 1_000);
    let name = world.objects(Kind::VolumeAttachment).next().unwrap().meta().name.clone();
    delete(&mut world, Kind::VolumeAttachment, &name, None);
    pass(&mut world, 1_000);
    assert!(!is_attached(&world, "pv-a", "node-1") && !is_attached(&world, "pv-a", "node-2"));
    pass(&mut world, 65_000);
    assert!(world.get::<Pod>(&key("two")).unwrap().is_running_and_ready());
    let node = world.get::<Node>(&Key::cluster("node-1")).unwrap();
    assert!(node.status.volumes_attached.is_empty(), "and the node's list forgets it");
}

#[test]
fn a_disk_that_pods_name_themselves_is_attached_too() {
    let mut world = world();
    let bare = |name: &str, node: &str| {
        let volumes = json!([{"name": "data", "gcePersistentDisk": {"pdName": "d"}}]);
        let spec = json!({"containers": [{"name": "c", "image": "nginx"}], "volumes": volumes, "nodeName": node});
        json!({"metadata": {"name": name, "namespace": "default"}, "spec": spec})
    };
    put(&mut world, Kind::Pod, bare("one", "node-1"));
    pass(&mut world, 4_000);
    let words = "SuccessfulAttachVolume AttachVolume.Attach succeeded for volume \"pd.csi.storage.gke.io-d\" ";
    assert!(events(&world, "one").contains(&words.to_owned()), "{:?}", events(&world, "one"));
    assert!(world.get::<Pod>(&key("one")).unwrap().is_running_and_ready());
    put(&mut world, Kind::Pod, bare("two", "node-2"));
    pass(&mut world, 4_000);
    let used = "FailedAttachVolume Multi-Attach error for volume \"pd.csi.storage.gke.io-d\" Volume is already used by pod(s) one";
    assert_eq!(complaint(&world, "two"), [used]);
    delete(&mut world, Kind::Pod, "one", None);
    pass(&mut world, 40_000);
    assert!(world.get::<Pod>(&key("two")).unwrap().is_running_and_ready());
    delete(&mut world, Kind::Pod, "two", None);
    pass(&mut world, 40_000);
    assert_eq!(world.objects(Kind::VolumeAttachment).count(), 0);
}
