//! Volume rules in whole worlds: what is given, and the writes that follow in their order.

use super::super::super::change::What;
use super::*;
use crate::api::storage::{PersistentVolume, PersistentVolumeClaim};
use crate::api::{Event, Meta, Node, Pod, Span, Time};
use crate::sim::act::{Act, DeleteOptions, Request};
use crate::sim::change::Physical;
use crate::sim::world::Options;
use serde_json::{Value, json};

fn world() -> World {
    let mut world = World::new(Options::default());
    pass(&mut world, 100);
    world
}

fn pass(world: &mut World, millis: i64) {
    world.advance(world.now() + Span(millis));
}

fn put(world: &mut World, kind: Kind, manifest: Value) {
    let object = Object::from_value(kind, manifest).unwrap();
    world.apply(Act::Request(Request::Create(object))).unwrap();
}

fn volume(world: &mut World, name: &str, spec: Value) {
    let mut full = json!({"capacity": {"storage": "1Mi"}, "accessModes": ["ReadWriteOnce"]});
    full.as_object_mut().unwrap().extend(spec.as_object().unwrap().clone());
    put(world, Kind::PersistentVolume, json!({"metadata": {"name": name}, "spec": full}));
}

fn claim(world: &mut World, name: &str, spec: Value) {
    let mut full = json!({"resources": {"requests": {"storage": "1Mi"}}, "accessModes": ["ReadWriteOnce"]});
    full.as_object_mut().unwrap().extend(spec.as_object().unwrap().clone());
    put(world, Kind::PersistentVolumeClaim, json!({"metadata": {"name": name, "namespace": "default"}, "spec": full}));
}

fn class(world: &mut World, name: &str, provisioner: &str, mode: &str, default: bool) {
    let marks = if default { json!({DEFAULT_CLASS: "true"}) } else { json!({}) };
    let manifest = json!({"metadata": {"name": name, "annotations": marks}, "provisioner": provisioner, "volumeBindingMode": mode});
    put(world, Kind::StorageClass, manifest);
}

fn pod(world: &mut World, name: &str, claim: &str, node: &str) {
    let volumes = json!([{"name": "data", "persistentVolumeClaim": {"claimName": claim}}]);
    let containers = json!([{"name": "c", "image": "luksa/kubia-pet", "volumeMounts": [{"name": "data", "mountPath": "/var/data"}]}]);
    let spec = json!({"containers": containers, "volumes": volumes, "nodeName": node});
    put(world, Kind::Pod, json!({"metadata": {"name": name, "namespace": "default"}, "spec": spec}));
}

fn key(name: &str) -> Key {
    Key::new("default", name)
}

fn delete(world: &mut World, kind: Kind, name: &str, grace: Option<i64>) {
    let key = if kind.info().namespaced { key(name) } else { Key::cluster(name) };
    let options = DeleteOptions { grace, ..DeleteOptions::default() };
    world.apply(Act::Request(Request::Delete(kind, key, options))).unwrap();
}

fn pv(world: &World, name: &str) -> PersistentVolume {
    (**world.get::<PersistentVolume>(&Key::cluster(name)).unwrap()).clone()
}

fn pvc(world: &World, name: &str) -> PersistentVolumeClaim {
    (**world.get::<PersistentVolumeClaim>(&key(name)).unwrap()).clone()
}

/// A write of a claim, a volume, an attachment or one of their events; or a disk that moved.
fn words(what: &What) -> Option<String> {
    let What::Written { before, after } = what else {
        return match what {
            What::Physical(Physical::Attached(disk, node)) => Some(format!("{disk} attached {node}")),
            What::Physical(Physical::Detached(disk, node)) => Some(format!("{disk} detached {node}")),
            What::Physical(Physical::Scrubbed(disk)) => Some(format!("{disk} scrubbed")),
            _ => None,
        };
    };
    let gone = if after.is_none() { " gone" } else { "" };
    match after.as_ref().or(before.as_ref())? {
        Object::PersistentVolume(pv) => {
            let claim = pv.spec.claim_ref.as_ref().map(|r| format!(" {}", r.name)).unwrap_or_default();
            Some(format!("{} {}{claim}{}{gone}", pv.metadata.name, pv.status.phase.text(), ending(&pv.metadata)))
        }
        Object::PersistentVolumeClaim(c) => {
            let volume = if c.spec.volume_name.is_empty() { String::new() } else { format!(" {}", c.spec.volume_name) };
            Some(format!("{} {}{volume}{}{gone}", c.metadata.name, c.status.phase.text(), ending(&c.metadata)))
        }
        Object::VolumeAttachment(a) => {
            let state = if a.status.attached { "attached" } else { "attaching" };
            Some(format!("attachment {} {state}{}{gone}", a.spec.node_name, ending(&a.metadata)))
        }
        Object::Pod(pod) if pod.metadata.name.starts_with("recycler") => {
            Some(format!("{} {}{gone}", pod.metadata.name, pod.status.phase.text()))
        }
        Object::Event(event) if event.reason.starts_with("Success") || &*event.involved_object.kind != "Pod" => {
            let warning = if event.kind == crate::api::service::EventType::Warning { "!" } else { "" };
            Some(format!("{warning}{} {}", event.reason, event.message))
        }
        _ => None,
    }
}

fn ending(meta: &Meta) -> &'static str {
    if meta.is_terminating() { " terminating" } else { "" }
}

/// What an act and the time after it wrote.
fn after(world: &mut World, millis: i64, act: impl FnOnce(&mut World)) -> Vec<String> {
    let from = world.changes().next();
    act(world);
    pass(world, millis);
    world.changes().since(from).filter_map(|change| words(&change.what)).collect()
}

fn events(world: &World, name: &str) -> Vec<String> {
    let about = world.list::<Event>().filter(|e| &*e.involved_object.name == name);
    about.map(|e| format!("{} {}", e.reason, e.message)).collect()
}

#[test]
fn a_new_volume_becomes_available_and_binds_in_four_writes() {
    let mut world = world();
    let made = after(&mut world, 100, |w| volume(w, "pv-a", json!({"hostPath": {"path": "/data"}})));
    assert_eq!(made, ["pv-a Pending", "pv-a Available"]);
    let bound = after(&mut world, 200, |w| claim(w, "shared", json!({})));
    assert_eq!(bound, ["shared Pending", "pv-a Available shared", "pv-a Bound shared", "shared Pending pv-a", "shared Bound pv-a"]);
    let (volume, claim) = (pv(&world, "pv-a"), pvc(&world, "shared"));
    assert_eq!(volume.metadata.annotations.to_string(), "pv.kubernetes.io/bound-by-controller=yes");
    assert_eq!(claim.metadata.annotations.to_string(), "pv.kubernetes.io/bind-completed=yes,pv.kubernetes.io/bound-by-controller=yes");
    assert_eq!(claim.status.capacity, volume.spec.capacity);
    assert_eq!(volume.spec.claim_ref.unwrap().uid, claim.metadata.uid);
}

#[test]
fn which_volume_fits() {
    let rows: &[(&str, Value, &[(&str, Value)])] = &[
        ("b", json!({}), &[("a", json!({"capacity": {"storage": "5Mi"}})), ("b", json!({"capacity": {"storage": "2Mi"}}))]),
        ("a", json!({}), &[("b", json!({})), ("a", json!({}))]),
        ("", json!({}), &[("small", json!({"capacity": {"storage": "1Ki"}}))]),
        ("", json!({"accessModes": ["ReadWriteMany"]}), &[("rwo", json!({}))]),
        (
            "one",
            json!({}),
            &[("both", json!({"accessModes": ["ReadWriteOnce", "ReadWriteMany"]})), ("one", json!({"capacity": {"storage": "9Mi"}}))],
        ),
        ("", json!({"storageClassName": "x"}), &[("none", json!({}))]),
        ("x", json!({"storageClassName": "x"}), &[("a", json!({})), ("x", json!({"storageClassName": "x"}))]),
        (
            "kept",
            json!({}),
            &[("a", json!({})), ("kept", json!({"capacity": {"storage": "9Mi"}, "claimRef": {"namespace": "default", "name": "c"}}))],
        ),
        ("", json!({}), &[("theirs", json!({"claimRef": {"namespace": "default", "name": "other"}}))]),
        ("", json!({"volumeMode": "Block"}), &[("a", json!({}))]),
    ];
    for (expected, spec, volumes) in rows {
        let mut world = world();
        volumes.iter().for_each(|(name, spec)| volume(&mut world, name, spec.clone()));
        pass(&mut world, 100);
        claim(&mut world, "c", spec.clone());
        pass(&mut world, 200);
        assert_eq!(&*pvc(&world, "c").spec.volume_name, *expected, "{spec} among {volumes:?}");
    }
}

#[test]
fn why_a_claim_stays_pending() {
    let no_volume = "FailedBinding no persistent volumes available for this claim and no storage class is set";
    let mismatch = "VolumeMismatch Cannot bind to requested volume \"pv-a\": requested PV is too small";
    for (spec, words) in [
        (json!({"storageClassName": ""}), no_volume),
        (json!({"storageClassName": "wait"}), "WaitForFirstConsumer waiting for first consumer to be created before binding"),
        (json!({"storageClassName": "nothing"}), "ProvisioningFailed storageclass.storage.k8s.io \"nothing\" not found"),
        (json!({"storageClassName": "static"}), "ProvisioningFailed no volume plugin matched name: kubernetes.io/no-provisioner"),
        (json!({"storageClassName": "", "volumeName": "pv-a", "resources": {"requests": {"storage": "2Mi"}}}), mismatch),
        (json!({"storageClassName": "", "volumeName": "pv-b"}), "FailedBinding volume \"pv-b\" already bound to a different claim."),
    ] {
        let mut world = world();
        class(&mut world, "wait", "kubernetes.io/no-provisioner", "WaitForFirstConsumer", false);
        class(&mut world, "static", "kubernetes.io/no-provisioner", "Immediate", false);
        volume(&mut world, "pv-a", json!({"accessModes": ["ReadOnlyMany"], "capacity": {"storage": "1Mi"}}));
        volume(&mut world, "pv-b", json!({"claimRef": {"namespace": "default", "name": "other"}}));
        pass(&mut world, 100);
        claim(&mut world, "c", spec.clone());
        pass(&mut world, 200);
        assert_eq!(events(&world, "c"), [words], "{spec}");
        assert_eq!(pvc(&world, "c").status.phase.text(), "Pending");
    }
}

#[test]
fn a_claim_that_found_nothing_binds_when_a_volume_appears() {
    let mut world = world();
    claim(&mut world, "c", json!({}));
    pass(&mut world, 16_000);
    assert_eq!(world.list::<Event>().find(|e| &*e.reason == "FailedBinding").unwrap().count, 2, "once more at the resync");
    volume(&mut world, "pv-a", json!({}));
    pass(&mut world, 200);
    assert_eq!(&*pvc(&world, "c").spec.volume_name, "pv-a");
    assert!(world.memory.volumes.unsettled.is_empty());
}

#[test]
fn a_user_may_ask_for_a_volume_by_name() {
    let mut world = world();
    volume(&mut world, "pv-a", json!({}));
    volume(&mut world, "pv-b", json!({}));
    pass(&mut world, 100);
    claim(&mut world, "c", json!({"volumeName": "pv-b"}));
    pass(&mut world, 200);
    assert_eq!(pvc(&world, "c").status.phase.text(), "Bound");
    assert_eq!(pvc(&world, "c").metadata.annotations.to_string(), "pv.kubernetes.io/bind-completed=yes");
}

#[test]
fn a_bound_claim_can_lose_its_volume() {
    let mut world = world();
    volume(&mut world, "pv-a", json!({}));
    claim(&mut world, "c", json!({}));
    pass(&mut world, 200);
    delete(&mut world, Kind::PersistentVolume, "pv-a", None);
    pass(&mut world, 200);
    assert!(pv(&world, "pv-a").metadata.is_terminating(), "a bound volume is protected");
    let mut bare = pv(&world, "pv-a");
    bare.metadata.finalizers.clear();
    world.apply(Act::Request(Request::Update(bare.into()))).unwrap();
    pass(&mut world, 200);
    assert_eq!(pvc(&world, "c").status.phase.text(), "Lost");
    assert_eq!(events(&world, "c"), ["ClaimLost Bound claim has lost its PersistentVolume. Data on the volume is lost!"]);
}

/// Binds a claim to a volume of that policy and source, deletes the claim, and tells what was written.
fn released(policy: &str, source: Value) -> (World, Vec<String>) {
    let mut world = world();
    let mut spec = json!({"persistentVolumeReclaimPolicy": policy});
    spec.as_object_mut().unwrap().extend(source.as_object().unwrap().clone());
    volume(&mut world, "pv-a", spec);
    claim(&mut world, "shared", json!({}));
    pass(&mut world, 200);
    let log = after(&mut world, 2_000, |w| delete(w, Kind::PersistentVolumeClaim, "shared", None));
    (world, log)
}

#[test]
fn what_becomes_of_a_released_volume() {
    let gce = || json!({"gcePersistentDisk": {"pdName": "pv-a"}});
    let nfs = || json!({"nfs": {"server": "s", "path": "/p"}});
    let no_deleter = "error getting deleter volume plugin for volume \"pv-a\":";
    for (policy, source, phase, why) in [
        ("Retain", gce(), "Released", String::new()),
        ("Retain", json!({"hostPath": {"path": "/d"}}), "Released", String::new()),
        ("Recycle", gce(), "Failed", "!VolumeFailedRecycle No recycler plugin found for the volume!".to_owned()),
        ("Recycle", json!({"local": {"path": "/d"}}), "Failed", "!VolumeFailedRecycle No recycler plugin found for the volume!".to_owned()),
        ("Delete", gce(), "Failed", format!("!VolumeFailedDelete {no_deleter} no volume plugin matched")),
        ("Delete", nfs(), "Failed", format!("!VolumeFailedDelete {no_deleter} no deletable volume plugin matched")),
        (
            "Delete",
            json!({"hostPath": {"path": "/d"}}),
            "Failed",
            "!VolumeFailedDelete host_path deleter only supports /tmp/.+ but received provided /d".to_owned(),
        ),
    ] {
        let (world, log) = released(policy, source.clone());
        let mut expected = vec![
            "shared Bound pv-a terminating".to_owned(),
            "shared Bound pv-a terminating gone".to_owned(),
            "pv-a Released shared".to_owned(),
        ];
        if phase == "Failed" {
            expected.extend(["pv-a Failed shared".to_owned(), why]);
        }
        assert_eq!(log, expected, "{policy} {source}");
        assert_eq!(pv(&world, "pv-a").status.phase.text(), phase);
    }
    let (world, log) = released("Delete", json!({"hostPath": {"path": "/tmp/d"}}));
    assert!(world.get::<PersistentVolume>(&Key::cluster("pv-a")).is_none());
    assert_eq!(log.last().unwrap(), "pv-a Released shared terminating gone");
}

#[test]
fn a_retained_volume_is_free_again_once_a_person_clears_its_claim() {
    let (mut world, _) = released("Retain", json!({"hostPath": {"path": "/d"}}));
    claim(&mut world, "shared", json!({}));
    pass(&mut world, 20_000);
    assert_eq!(pvc(&world, "shared").status.phase.text(), "Pending", "a namesake is another claim");
    let mut free = pv(&world, "pv-a");
    free.spec.claim_ref = None;
    world.apply(Act::Request(Request::Update(free.into()))).unwrap();
    pass(&mut world, 200);
    assert_eq!(pvc(&world, "shared").status.phase.text(), "Bound");
}

#[test]
fn recycling_empties_the_directory_of_the_node_on_which_it_runs() {
    let (mut world, _) = released("Recycle", json!({"hostPath": {"path": "/d"}}));
    for node in ["node-1", "node-2", "node-3"] {
        let (id, kind) = disk_of(&pv(&world, "pv-a"), node);
        ensure_disk(&mut world, &id, kind);
        let file =
            crate::sim::disk::File { content: "hello".into(), writer: key("kubia-0"), writer_uid: Uid(1), node: node.into(), at: Time(0) };
        world.disk_mut(&id).unwrap().files.insert("/kubia.txt".into(), file);
    }
    let log = after(&mut world, 10_000, |_| {});
    let pod = "recycler-for-pv-a";
    let (first, rest) = log.split_first().unwrap();
    assert_eq!(*first, format!("{pod} Pending"));
    let scrubbed = rest.iter().find(|line| line.ends_with("scrubbed")).unwrap().clone();
    let end = [
        scrubbed.clone(),
        format!("{pod} Succeeded"),
        format!("{pod} Succeeded gone"),
        "VolumeRecycled Volume recycled".into(),
        "pv-a Released".into(),
        "pv-a Available".into(),
    ];
    assert_eq!(rest[rest.len() - 6..], end);
    assert!(rest.iter().any(|line| line.starts_with("RecyclerPod Recycler pod: Successfully assigned default/recycler-for-pv-a to node-")));
    let left: Vec<Name> = world.disks().filter(|d| d.files.is_empty()).map(|d| format!("{} scrubbed", d.id).into()).collect();
    assert_eq!(left, [Name::from(scrubbed)], "the other nodes keep what was written there");
}

#[test]
fn a_claim_is_kept_while_scheduled_pods_refer_to_it() {
    let mut world = world();
    volume(&mut world, "pv-a", json!({"hostPath": {"path": "/d"}}));
    claim(&mut world, "shared", json!({}));
    pass(&mut world, 200);
    pod(&mut world, "p", "shared", "node-1");
    pass(&mut world, 3_000);
    let kept = after(&mut world, 5_000, |w| delete(w, Kind::PersistentVolumeClaim, "shared", None));
    assert_eq!(kept, ["shared Bound pv-a terminating"]);
    assert_eq!(&*world.wait(Kind::PersistentVolumeClaim, &key("shared")).unwrap().words, "is kept while pods refer to it");
    let gone = after(&mut world, 100, |w| delete(w, Kind::Pod, "p", Some(0)));
    assert_eq!(gone, ["shared Bound pv-a terminating gone", "pv-a Released shared"]);
}

#[test]
fn a_class_makes_a_volume_and_takes_it_away_again() {
    let mut world = world();
    class(&mut world, "standard", "kubernetes.io/gce-pd", "Immediate", true);
    claim(&mut world, "data", json!({}));
    let uid = pvc(&world, "data").metadata.uid;
    assert_eq!(pvc(&world, "data").class(), "standard", "admission gives it the default class");
    let name = format!("pvc-{uid}");
    let log = after(&mut world, 2_000, |_| {});
    let words = "Waiting for a volume to be created either by the external provisioner 'pd.csi.storage.gke.io' or manually by the system administrator. If volume creation is delayed, please verify that the provisioner is running and correctly registered.";
    let expected = [
        "data Pending".to_owned(),
        format!("ExternalProvisioning {words}"),
        "Provisioning External provisioner is provisioning volume for claim \"default/data\"".to_owned(),
        format!("{name} Pending data"),
        format!("ProvisioningSucceeded Successfully provisioned volume {name}"),
    ];
    let log: Vec<&String> = log.iter().collect();
    let firsts: Vec<&String> =
        expected.iter().map(|line| log.iter().find(|l| **l == line).unwrap_or_else(|| panic!("{line}: {log:#?}"))).copied().collect();
    assert_eq!(firsts, expected.iter().collect::<Vec<_>>());
    assert_eq!(log.last().unwrap().as_str(), format!("data Bound {name}"));
    let made = pv(&world, &name);
    assert_eq!(made.metadata.annotations.to_string(), "pv.kubernetes.io/provisioned-by=pd.csi.storage.gke.io");
    assert!(world.disk(&format!("csi/{name}")).is_some());
    delete(&mut world, Kind::PersistentVolumeClaim, "data", None);
    pass(&mut world, 1_000);
    assert!(world.get::<PersistentVolume>(&Key::cluster(name.clone())).is_none());
    assert!(world.disk(&format!("csi/{name}")).is_none(), "the data is gone with it");
}

#[test]
fn a_default_class_reaches_claims_that_are_older() {
    let mut world = world();
    claim(&mut world, "data", json!({}));
    pass(&mut world, 1_000);
    class(&mut world, "late", "example.com/disks", "Immediate", true);
    pass(&mut world, 3_000);
    assert_eq!(pvc(&world, "data").class(), "late");
    assert_eq!(pvc(&world, "data").status.phase.text(), "Bound");
}

#[test]
fn the_newest_default_class_counts() {
    let mut world = world();
    class(&mut world, "b", "x", "Immediate", true);
    class(&mut world, "a", "x", "Immediate", true);
    assert_eq!(default_class(&world), Some("a".into()));
    pass(&mut world, 2_000);
    class(&mut world, "c", "x", "Immediate", true);
    class(&mut world, "d", "x", "Immediate", false);
    assert_eq!(default_class(&world), Some("c".into()));
}

#[test]
fn the_scheduler_decides_about_claims_that_wait_for_a_consumer() {
    for provisioner in ["kubernetes.io/no-provisioner", "example.com/disks"] {
        let mut world = world();
        class(&mut world, "local", provisioner, "WaitForFirstConsumer", false);
        if provisioner.starts_with("kubernetes.io") {
            let affinity = json!({"required": {"nodeSelectorTerms": [{"matchExpressions": [
                {"key": "kubernetes.io/hostname", "operator": "In", "values": ["node-2"]}]}]}});
            volume(&mut world, "ssd", json!({"storageClassName": "local", "local": {"path": "/ssd"}, "nodeAffinity": affinity}));
        }
        claim(&mut world, "data", json!({"storageClassName": "local"}));
        pass(&mut world, 20_000);
        assert_eq!(pvc(&world, "data").status.phase.text(), "Pending");
        pod(&mut world, "p", "data", "");
        pass(&mut world, 15_000);
        assert_eq!(pvc(&world, "data").status.phase.text(), "Bound", "{provisioner}");
        let node = world.get::<Pod>(&key("p")).unwrap().spec.node_name.clone();
        assert!(!node.is_empty() && (!provisioner.starts_with("kubernetes.io") || &*node == "node-2"));
    }
}

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
    assert_eq!(log, ["attachment node-1 attached terminating", "gce/pv-a detached node-1", "attachment node-1 attached terminating gone"]);
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

#[test]
fn an_out_of_service_taint_frees_disk_and_pod_at_once() {
    let mut world = attached();
    world.apply(Act::Crash("node-1".into())).unwrap();
    pass(&mut world, 70_000);
    delete(&mut world, Kind::Pod, "one", None);
    pass(&mut world, 60_000);
    assert!(world.get::<Pod>(&key("one")).is_some(), "only its kubelet could say that it has stopped");
    let mut node = (**world.get::<Node>(&Key::cluster("node-1")).unwrap()).clone();
    let taint = json!({"key": super::super::nodes::OUT_OF_SERVICE, "value": "nodeshutdown", "effect": "NoExecute"});
    node.spec.taints.push(serde_json::from_value(taint).unwrap());
    world.apply(Act::Request(Request::Update(node.into()))).unwrap();
    pass(&mut world, 25_000);
    assert!(world.get::<Pod>(&key("one")).is_none());
    assert!(!is_attached(&world, "pv-a", "node-1"));
    assert_eq!(world.objects(Kind::VolumeAttachment).count(), 0);
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
    assert!(name.len() == 68 && name.starts_with("csi-") && name[4..].bytes().all(|b| b.is_ascii_hexdigit()), "{name}");
}
