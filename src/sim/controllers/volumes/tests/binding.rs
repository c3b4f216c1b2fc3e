//! Which volume a claim gets, in which writes, and why it may get none.

use super::*;
use crate::api::storage::{ClaimPhase, VolumePhase};

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
    type Row<'a> = (&'a str, Value, &'a [(&'a str, Value)]);
    let rows: &[Row] = &[
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

/// Upstream: exponentialbackoff in pkg/util/goroutinemap, from 500 ms to 122 s. A claim is looked at every 15 s.
#[test]
fn what_cannot_be_provisioned_is_tried_ever_more_rarely() {
    let mut world = world();
    claim(&mut world, "c", json!({"storageClassName": "late"}));
    pass(&mut world, 640_000);
    let failed = |what: &What| matches!(what, What::Written { after: Some(Object::Event(e)), .. } if &*e.reason == "ProvisioningFailed");
    let changes = world.changes().since(0).filter(|change| failed(&change.what));
    let times: Vec<i64> = changes.map(|change| (change.at - world.options().epoch).as_secs()).collect();
    assert_eq!(times, [0, 15, 30, 45, 60, 75, 105, 150, 225, 360, 495, 630]);
    class(&mut world, "late", "x", "Immediate", false);
    pass(&mut world, 100_000);
    assert_eq!(pvc(&world, "c").status.phase.text(), "Pending", "a class that comes does not cut the pause short");
    pass(&mut world, 30_000);
    assert_eq!(pvc(&world, "c").status.phase.text(), "Bound");
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
        (json!({"storageClassName": "nfs"}), "ProvisioningFailed no provisionable volume plugin matched"),
        (
            json!({"storageClassName": "dir"}),
            "ProvisioningFailed Failed to create provisioner: provisioning in volume plugin \"kubernetes.io/host-path\" is disabled",
        ),
        (json!({"storageClassName": "", "volumeName": "pv-a", "resources": {"requests": {"storage": "2Mi"}}}), mismatch),
        (json!({"storageClassName": "", "volumeName": "pv-b"}), "FailedBinding volume \"pv-b\" already bound to a different claim."),
    ] {
        let mut world = world();
        class(&mut world, "wait", "kubernetes.io/no-provisioner", "WaitForFirstConsumer", false);
        class(&mut world, "static", "kubernetes.io/no-provisioner", "Immediate", false);
        class(&mut world, "nfs", "kubernetes.io/nfs", "Immediate", false);
        class(&mut world, "dir", "kubernetes.io/host-path", "Immediate", false);
        volume(&mut world, "pv-a", json!({"accessModes": ["ReadOnlyMany"], "capacity": {"storage": "1Mi"}}));
        volume(&mut world, "pv-b", json!({"claimRef": {"namespace": "default", "name": "other"}}));
        pass(&mut world, 100);
        claim(&mut world, "c", spec.clone());
        pass(&mut world, 200);
        assert_eq!(events(&world, "c"), [words], "{spec}");
        assert_eq!(pvc(&world, "c").status.phase.text(), "Pending");
    }
}

/// Upstream: syncVolume, which queues no claim for a volume that nobody has.
#[test]
fn a_claim_that_found_nothing_finds_a_new_volume_at_the_resync() {
    let mut world = world();
    claim(&mut world, "c", json!({}));
    pass(&mut world, 16_000);
    assert_eq!(world.list::<Event>().find(|e| &*e.reason == "FailedBinding").unwrap().count, 2, "once more at the resync");
    volume(&mut world, "pv-a", json!({}));
    pass(&mut world, 10_000);
    assert_eq!(&*pvc(&world, "c").spec.volume_name, "", "nobody tells it");
    pass(&mut world, 5_000);
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
    assert_eq!(&*teller(&world, "data", "ExternalProvisioning"), "persistentvolume-controller");
    assert_eq!(&*teller(&world, "data", "ProvisioningSucceeded"), "pd.csi.storage.gke.io_csi-provisioner");
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
    pass(&mut world, 17_000);
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

/// Upstream: emitEventForUnboundDelayBindingClaim.
#[test]
fn a_claim_says_for_which_pods_it_waits() {
    let mut world = world();
    class(&mut world, "local", "kubernetes.io/no-provisioner", "WaitForFirstConsumer", false);
    claim(&mut world, "data", json!({"storageClassName": "local"}));
    pass(&mut world, 100);
    for (name, words) in [("one", "pod one"), ("two", "pods one,two")] {
        pod(&mut world, name, "data", "");
        pass(&mut world, 16_000);
        let said = format!("WaitForPodScheduled waiting for {words} to be scheduled");
        assert!(events(&world, "data").contains(&said), "{said}: {:?}", events(&world, "data"));
    }
}

/// Upstream: syncVolume, and CheckVolumeModeMismatches.
#[test]
fn a_volume_that_was_given_to_a_claim_of_another_mode_is_not_bound_to_it() {
    let mut world = world();
    claim(&mut world, "c", json!({"volumeMode": "Block"}));
    pass(&mut world, 100);
    let uid = pvc(&world, "c").metadata.uid;
    volume(&mut world, "pv-a", json!({"claimRef": {"namespace": "default", "name": "c", "uid": uid.to_string()}}));
    pass(&mut world, 100);
    let words = "VolumeMismatch Cannot bind PersistentVolume to requested PersistentVolumeClaim \"c\" due to incompatible volumeMode.";
    assert_eq!(events(&world, "pv-a"), [words]);
    let words = "VolumeMismatch Cannot bind PersistentVolume \"pv-a\" to requested PersistentVolumeClaim due to incompatible volumeMode.";
    assert!(events(&world, "c").contains(&words.to_owned()), "{:?}", events(&world, "c"));
}

/// Upstream: csiProvisioner.prepareProvision.
#[test]
fn a_driver_makes_no_volume_for_a_selector() {
    let mut world = world();
    class(&mut world, "fast", "disks.example.com", "Immediate", false);
    claim(&mut world, "c", json!({"storageClassName": "fast", "selector": {"matchLabels": {"disk": "ssd"}}}));
    pass(&mut world, 5_000);
    let words = "ProvisioningFailed failed to provision volume with StorageClass \"fast\": claim Selector is not supported";
    assert!(events(&world, "c").contains(&words.to_owned()), "{:?}", events(&world, "c"));
    assert!(world.list::<PersistentVolume>().next().is_none());
}

/// A claim of a class whose driver nobody runs is asked for again at every resync. Upstream: provisionClaimOperationExternal.
#[test]
fn nobody_provisions_for_a_driver_that_is_broken() {
    let mut world = world();
    class(&mut world, "idle", "broken.csi.example.com", "Immediate", false);
    claim(&mut world, "data", json!({"storageClassName": "idle"}));
    pass(&mut world, 70_000);
    assert_eq!(pvc(&world, "data").status.phase, ClaimPhase::Pending);
    let said: Vec<(String, i32)> = world.list::<Event>().map(|e| (e.reason.to_string(), e.count)).collect();
    assert_eq!(said.len(), 1, "{said:?}");
    assert!(said[0].0 == "ExternalProvisioning" && said[0].1 >= 5, "{said:?}");
    let wait = world.wait(Kind::PersistentVolumeClaim, &key("data")).unwrap();
    assert_eq!(&*wait.words, "nobody runs the driver broken.csi.example.com");
}

/// Upstream: VolumeBinding.EventsToRegister, updates of volumes.
#[test]
fn a_pod_that_found_no_volume_is_tried_again_when_one_may_be_taken() {
    let mut world = world();
    class(&mut world, "local", "kubernetes.io/no-provisioner", "WaitForFirstConsumer", false);
    claim(&mut world, "data", json!({"storageClassName": "local"}));
    pod(&mut world, "p", "data", "");
    pass(&mut world, 5_000);
    assert!(!world.get::<Pod>(&key("p")).unwrap().is_scheduled());
    volume(&mut world, "ssd", json!({"storageClassName": "local", "hostPath": {"path": "/ssd"}}));
    pass(&mut world, 100);
    assert!(world.get::<Pod>(&key("p")).unwrap().is_scheduled(), "not at the next flush, but now");
    assert_eq!(&*pvc(&world, "data").spec.volume_name, "ssd");
}

#[test]
fn the_scheduler_is_faster_than_the_binder_and_fails_once() {
    let mut world = world();
    volume(&mut world, "pv-a", json!({"hostPath": {"path": "/d"}}));
    pass(&mut world, 100);
    claim(&mut world, "data", json!({}));
    pod(&mut world, "p", "data", "");
    pass(&mut world, 3_000);
    let about = events(&world, "p");
    let unbound = "FailedScheduling 0/3 nodes are available: pod has unbound immediate PersistentVolumeClaims. not found";
    assert_eq!(about[0], unbound);
    assert!(about.iter().any(|line| line.starts_with("Scheduled Successfully assigned default/p to node-")), "{about:?}");
    assert!(world.get::<Pod>(&key("p")).unwrap().is_running_and_ready());
}

/// Upstream: syncBoundClaim, "claim is bound but volume has come unbound".
#[test]
fn a_claim_whose_volume_was_cleared_by_hand_gets_it_back() {
    let mut world = world();
    volume(&mut world, "pv-a", json!({}));
    claim(&mut world, "c", json!({}));
    pass(&mut world, 200);
    let mut cleared = pv(&world, "pv-a");
    cleared.spec.claim_ref = None;
    world.apply(Act::Request(Request::Update(cleared.into()))).unwrap();
    pass(&mut world, 15_000);
    let holder = pv(&world, "pv-a").spec.claim_ref.map(|r| r.uid);
    assert_eq!((holder, pvc(&world, "c").status.phase.text()), (Some(pvc(&world, "c").metadata.uid), "Bound"));
}

/// Upstream: FindMatchingVolume passes over what is being deleted, and provisionClaimOperationExternal makes no second one.
#[test]
fn a_volume_deleted_before_its_claim_has_it_goes_with_the_claim() {
    let mut world = world();
    class(&mut world, "fast", "disks.example.com", "Immediate", false);
    claim(&mut world, "c", json!({"storageClassName": "fast"}));
    while world.list::<PersistentVolume>().next().is_none() {
        assert!(world.step());
    }
    let made = world.list::<PersistentVolume>().next().unwrap().metadata.name.clone();
    delete(&mut world, Kind::PersistentVolume, &made, None);
    pass(&mut world, 60_000);
    let phases = (pvc(&world, "c").status.phase, pv(&world, &made).status.phase);
    assert_eq!(phases, (ClaimPhase::Pending, VolumePhase::Pending), "neither bound nor gone");
    assert!(world.wait(Kind::PersistentVolumeClaim, &key("c")).unwrap().words.contains("is being deleted"));
    delete(&mut world, Kind::PersistentVolumeClaim, "c", None);
    pass(&mut world, 20_000);
    assert!(world.list::<PersistentVolume>().next().is_none());
}
