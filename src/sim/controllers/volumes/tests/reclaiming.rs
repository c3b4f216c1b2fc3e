//! What becomes of volumes and claims that are let go.

use super::*;
use crate::api::storage::{ReclaimPolicy, VolumePhase};

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
        ("Delete", json!({"local": {"path": "/d"}}), "Failed", format!("!VolumeFailedDelete {no_deleter} no volume plugin matched")),
        (
            "Delete",
            json!({"csi": {"driver": "d", "volumeHandle": "h"}}),
            "Failed",
            format!("!VolumeFailedDelete {no_deleter} no volume plugin matched"),
        ),
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

/// Upstream: handleProtectionFinalizer of sig-storage-lib-external-provisioner.
#[test]
fn a_driver_lets_go_of_a_volume_that_is_to_be_kept() {
    let mut world = world();
    class(&mut world, "fast", "disks.example.com", "Immediate", false);
    claim(&mut world, "c", json!({"storageClassName": "fast"}));
    pass(&mut world, 3_000);
    let name = pvc(&world, "c").spec.volume_name.clone();
    let set = |world: &mut World, policy: ReclaimPolicy| {
        let mut changed = pv(world, &name);
        changed.spec.persistent_volume_reclaim_policy = policy;
        world.apply(Act::Request(Request::Update(changed.into()))).unwrap();
        pass(world, 100);
        pv(world, &name).metadata.finalizers.len()
    };
    assert_eq!(set(&mut world, ReclaimPolicy::Retain), 1);
    assert_eq!(set(&mut world, ReclaimPolicy::Delete), 2);
    assert_eq!(set(&mut world, ReclaimPolicy::Retain), 1);
    delete(&mut world, Kind::PersistentVolumeClaim, "c", None);
    pass(&mut world, 100);
    assert_eq!(pv(&world, &name).status.phase, VolumePhase::Released);
    delete(&mut world, Kind::PersistentVolume, &name, None);
    pass(&mut world, 100);
    assert!(world.list::<PersistentVolume>().next().is_none(), "nobody holds it back");
    assert!(world.disk(&format!("csi/{name}")).is_some(), "and yet the storage is kept");
}

/// Upstream: external-provisioner's canDeleteVolume.
#[test]
fn storage_is_deleted_once_it_is_detached() {
    let mut world = world();
    class(&mut world, "fast", "disks.example.com", "Immediate", false);
    claim(&mut world, "c", json!({"storageClassName": "fast"}));
    pod(&mut world, "p", "c", "node-1");
    pass(&mut world, 6_000);
    let name = pvc(&world, "c").spec.volume_name.clone();
    delete(&mut world, Kind::PersistentVolumeClaim, "c", None);
    delete(&mut world, Kind::Pod, "p", Some(0));
    pass(&mut world, 500);
    let said = format!("VolumeFailedDelete persistentvolume {name} is still attached to node node-1");
    assert_eq!((events(&world, &name), pv(&world, &name).status.phase), (vec![said], VolumePhase::Released));
    pass(&mut world, 3_000);
    assert!(world.list::<PersistentVolume>().next().is_none(), "not at the next resync, but when it is detached");
}

#[test]
fn a_broken_driver_deletes_nothing() {
    let mut world = world();
    let marks = json!({PROVISIONED_BY: "broken.csi.example.com"});
    let spec = json!({"capacity": {"storage": "1Mi"}, "accessModes": ["ReadWriteOnce"], "persistentVolumeReclaimPolicy": "Delete",
        "csi": {"driver": "broken.csi.example.com", "volumeHandle": "h"}});
    put(&mut world, Kind::PersistentVolume, json!({"metadata": {"name": "pv-a", "annotations": marks}, "spec": spec}));
    claim(&mut world, "c", json!({}));
    pass(&mut world, 200);
    delete(&mut world, Kind::PersistentVolumeClaim, "c", None);
    pass(&mut world, 60_000);
    assert_eq!(pv(&world, "pv-a").status.phase, VolumePhase::Released);
    let wait = world.wait(Kind::PersistentVolume, &Key::cluster("pv-a")).unwrap();
    assert_eq!(&*wait.words, "nobody runs the driver broken.csi.example.com, which must delete it");
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
    pass(&mut world, 15_000);
    assert_eq!(pvc(&world, "shared").status.phase.text(), "Bound", "at the next resync");
}

/// Upstream: recycleVolumeOperation asks for the pods before it looks for a plugin.
#[test]
fn a_volume_is_not_recycled_while_pods_speak_of_the_claim_that_is_gone() {
    for (source, recycled) in
        [(json!({"hostPath": {"path": "/d"}}), VolumePhase::Available), (json!({"local": {"path": "/d"}}), VolumePhase::Failed)]
    {
        let mut world = world();
        let mut spec = json!({"persistentVolumeReclaimPolicy": "Recycle"});
        spec.as_object_mut().unwrap().extend(source.as_object().unwrap().clone());
        volume(&mut world, "pv-a", spec);
        claim(&mut world, "shared", json!({}));
        pass(&mut world, 200);
        let volumes = json!([{"name": "data", "persistentVolumeClaim": {"claimName": "shared"}}]);
        let gated = json!({"containers": [{"name": "c", "image": "nginx"}], "volumes": volumes, "schedulingGates": [{"name": "x"}]});
        put(&mut world, Kind::Pod, json!({"metadata": {"name": "p", "namespace": "default"}, "spec": gated}));
        let mut log = after(&mut world, 2_000, |w| delete(w, Kind::PersistentVolumeClaim, "shared", None));
        log.dedup();
        let expected = [
            "shared Bound pv-a terminating",
            "shared Bound pv-a terminating gone",
            "pv-a Released shared",
            "VolumeFailedRecycle Volume is used by pods: default/p",
        ];
        assert_eq!(log, expected);
        delete(&mut world, Kind::Pod, "p", None);
        pass(&mut world, 30_000);
        assert_eq!(pv(&world, "pv-a").status.phase, recycled, "{source}");
    }
}

/// Upstream: internalRecycleVolumeByWatchingPodUntilCompletion.
#[test]
fn recycling_fails_with_its_pod() {
    let (mut world, _) = released("Recycle", json!({"hostPath": {"path": "/d"}}));
    let pod = "recycler-for-pv-a";
    while world.get::<Pod>(&key(pod)).is_none() {
        assert!(world.step());
    }
    let log = after(&mut world, 500, |w| delete(w, Kind::Pod, pod, Some(0)));
    let words = "Recycle failed: failed to recycle volume: recycler pod was deleted";
    assert_eq!(pv(&world, "pv-a").status.message, words);
    assert!(log.contains(&format!("!VolumeFailedRecycle {words}")), "{log:?}");
}

#[test]
fn recycling_empties_the_directory_of_the_node_on_which_it_runs() {
    let (mut world, _) = released("Recycle", json!({"hostPath": {"path": "/d"}}));
    for node in ["node-1", "node-2", "node-3"] {
        let (id, kind) = disk_of(&pv(&world, "pv-a"), node);
        ensure_disk(&mut world, &id, kind);
        let file = crate::sim::disk::File {
            content: "hello".into(),
            writer: key("kubia-0"),
            writer_uid: Uid::new(1),
            node: node.into(),
            at: Time(0),
        };
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
