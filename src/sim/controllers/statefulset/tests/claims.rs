//! Claims: made before the pod, kept after it or not, refused while they are going.

use super::*;
use crate::api::{OwnerRef, PersistentVolumeClaim};

/// A set with a claim a pod, and volumes for three; its processes ignore the signal, so that going takes 30 s.
fn with_claims(retention: Value) -> Trial {
    let mut trial = Trial::new(3);
    for name in ["pv-a", "pv-b", "pv-c"] {
        let spec = json!({"capacity": {"storage": "1Mi"}, "accessModes": ["ReadWriteOnce"], "nfs": {"server": "s", "path": name}});
        trial.put(Kind::PersistentVolume, json!({"metadata": {"name": name}, "spec": spec}));
    }
    let claim =
        json!({"metadata": {"name": "data"}, "spec": {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Mi"}}}});
    let sleeps = json!({"metadata": {"labels": {"app": "kubia"}}, "spec": {"containers": [
        {"name": "c", "image": "busybox", "command": ["sleep", "9999"], "volumeMounts": [{"name": "data", "mountPath": "/data"}]}]}});
    let spec = json!({"volumeClaimTemplates": [claim], "template": sleeps, "persistentVolumeClaimRetentionPolicy": retention});
    apply(&mut trial, "busybox", spec);
    trial.pass(Span::secs(15));
    assert_eq!(trial.ready(), ["kubia-0", "kubia-1", "kubia-2"]);
    trial
}

fn owner(trial: &Trial, claim: &str) -> String {
    let claim = trial.get::<PersistentVolumeClaim>(claim);
    claim.metadata.controller().map_or_else(String::new, |o| format!("{} {}", o.kind, o.name))
}

#[test]
fn names_and_labels_follow_template_set_and_ordinal() {
    let trial = with_claims(json!({}));
    assert_eq!(trial.names(Kind::PersistentVolumeClaim), ["data-kubia-0", "data-kubia-1", "data-kubia-2"]);
    let claim = trial.get::<PersistentVolumeClaim>("data-kubia-1");
    assert_eq!(claim.metadata.labels.to_string(), "app=kubia");
    assert_eq!(trial.said("kubia", "SuccessfulCreate")[0], "Create Claim data-kubia-0 Pod kubia-0 in StatefulSet kubia success");
}

#[test]
fn who_owns_a_claim_and_what_is_left_of_it() {
    for (deleted, scaled, wanted, condemned, after_scale, after_delete) in [
        ("Retain", "Retain", "", "", 3, 3),
        ("Delete", "Retain", "StatefulSet kubia", "StatefulSet kubia", 3, 0),
        ("Retain", "Delete", "", "Pod kubia-2", 2, 2),
        ("Delete", "Delete", "StatefulSet kubia", "Pod kubia-2", 2, 0),
    ] {
        let mut trial = with_claims(json!({"whenDeleted": deleted, "whenScaled": scaled}));
        scale(&mut trial, 2);
        trial.pass(Span::secs(10));
        let owners = (owner(&trial, "data-kubia-0"), owner(&trial, "data-kubia-2"));
        assert_eq!((&*owners.0, &*owners.1), (wanted, condemned), "{deleted} {scaled}");
        trial.pass(Span::secs(40));
        assert_eq!(trial.names(Kind::PersistentVolumeClaim).len(), after_scale, "{deleted} {scaled}, scaled");
        trial.delete(Kind::StatefulSet, "kubia");
        trial.pass(Span::secs(60));
        assert_eq!(trial.names(Kind::PersistentVolumeClaim).len(), after_delete, "{deleted} {scaled}, deleted");
    }
}

/// Upstream: test/e2e/apps/statefulset.go, should not delete PVC when there is another controller, after adopting pod.
#[test]
fn a_policy_that_is_changed_later_changes_the_owners() {
    let mut trial = with_claims(json!({}));
    let steps = [
        (json!({"whenDeleted": "Delete", "whenScaled": "Retain"}), "StatefulSet kubia"),
        (json!({"whenDeleted": "Retain", "whenScaled": "Delete"}), ""),
        (json!({"whenDeleted": "Delete", "whenScaled": "Delete"}), "StatefulSet kubia"),
        (json!({"whenDeleted": "Retain", "whenScaled": "Retain"}), ""),
    ];
    for (policy, wanted) in steps {
        trial.edit(Kind::StatefulSet, "kubia", "/spec/persistentVolumeClaimRetentionPolicy", policy.clone());
        trial.pass(Span::secs(5));
        for claim in ["data-kubia-0", "data-kubia-1", "data-kubia-2"] {
            assert_eq!(owner(&trial, claim), wanted, "{policy}");
        }
    }
    let told = [0, 1, 2].map(|n| format!("Update Pod kubia-{n} in StatefulSet kubia successful"));
    assert_eq!(trial.said("kubia", "SuccessfulUpdate"), told, "each pod is sent again");
    assert_eq!(trial.get::<Pod>("kubia-0").metadata.generation, 1, "as it was");
}

/// A pod that waits for its image gets the owners too, and so do all pods of a parallel set. Upstream: processReplica.
#[test]
fn claims_of_pods_that_are_not_ready_follow_the_policy() {
    for policy in ["OrderedReady", "Parallel"] {
        let mut trial = Trial::new(1);
        let claim = json!({"metadata": {"name": "data"}, "spec": {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Mi"}}}});
        apply(&mut trial, "luksa/broken", json!({"replicas": 1, "podManagementPolicy": policy, "volumeClaimTemplates": [claim]}));
        trial.pass(Span::secs(5));
        let delete = json!({"whenDeleted": "Delete", "whenScaled": "Retain"});
        trial.edit(Kind::StatefulSet, "kubia", "/spec/persistentVolumeClaimRetentionPolicy", delete);
        trial.pass(Span::secs(5));
        assert_eq!(owner(&trial, "data-kubia-0"), "StatefulSet kubia", "{policy}");
        assert!(trial.said("kubia", "SuccessfulUpdate").is_empty(), "{policy}: the pod is not sent");
    }
}

#[test]
fn a_claim_is_made_without_an_owner_and_gets_it_after_its_pod() {
    let trial = with_claims(json!({"whenDeleted": "Delete", "whenScaled": "Retain"}));
    let mut story = Vec::new();
    for change in trial.world.changes().since(0) {
        let Some((kind, key)) = change.object() else { continue };
        let crate::sim::What::Written { after: Some(after), .. } = &change.what else { continue };
        if &*key.name == "data-kubia-0" || (kind == Kind::Pod && &*key.name == "kubia-0") {
            story.push((kind, after.meta().controller().is_some()));
        }
    }
    story.truncate(3);
    let claim = Kind::PersistentVolumeClaim;
    assert_eq!(story, [(claim, false), (Kind::Pod, true), (claim, true)]);
}

#[test]
fn a_claim_with_another_manager_is_left_to_it() {
    let mut trial = with_claims(json!({"whenDeleted": "Delete", "whenScaled": "Delete"}));
    let node = trial.world.objects(Kind::Node).next().unwrap().owner_ref();
    trial.edit(Kind::PersistentVolumeClaim, "data-kubia-2", "/metadata/ownerReferences", json!([node]));
    scale(&mut trial, 2);
    trial.pass(Span::secs(60));
    assert_eq!(owner(&trial, "data-kubia-2"), "Node node-1");
    scale(&mut trial, 3);
    trial.pass(Span::secs(20));
    let words = "PersistentVolumeClaim data-kubia-2 has a conflicting OwnerReference that acts as a manging controller, the retention policy is ignored for this claim";
    assert_eq!(trial.said("kubia", "ConflictingController"), [words]);
    assert_eq!(owner(&trial, "data-kubia-2"), "Node node-1");
}

#[test]
fn a_pod_gets_its_own_claim_back_when_it_is_scaled_up_again() {
    let mut trial = with_claims(json!({}));
    let volume = |trial: &Trial| trial.get::<PersistentVolumeClaim>("data-kubia-2").spec.volume_name.clone();
    let before = volume(&trial);
    scale(&mut trial, 2);
    trial.pass(Span::secs(40));
    scale(&mut trial, 3);
    trial.pass(Span::secs(10));
    assert_eq!((volume(&trial), trial.ready().len()), (before, 3));
}

/// Upstream: TestStatefulSetControl RecreatesPVCForPendingPod: a claim's end wakes nobody, the pod's next change does.
#[test]
fn a_claim_that_a_waiting_pod_has_lost_is_made_again() {
    let mut trial = Trial::new(1);
    let spec = json!({"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Mi"}}});
    apply(&mut trial, "luksa/kubia", json!({"replicas": 1, "volumeClaimTemplates": [{"metadata": {"name": "data"}, "spec": spec}]}));
    trial.pass(Span::secs(2));
    let first = trial.get::<PersistentVolumeClaim>("data-kubia-0").metadata.uid;
    trial.edit(Kind::PersistentVolumeClaim, "data-kubia-0", "/metadata/finalizers", json!([]));
    trial.delete(Kind::PersistentVolumeClaim, "data-kubia-0");
    trial.edit(Kind::Pod, "kubia-0", "/metadata/labels/note", "x".into());
    trial.pass(Span::secs(2));
    assert_ne!(trial.get::<PersistentVolumeClaim>("data-kubia-0").metadata.uid, first);
    assert_eq!(trial.times("kubia", "SuccessfulCreate").len(), 3, "claim, pod, claim");
}

#[test]
fn no_pod_is_made_on_a_claim_that_is_going() {
    let mut trial = with_claims(json!({}));
    let claim = |trial: &Trial| trial.get::<PersistentVolumeClaim>("data-kubia-2").metadata.uid;
    let first = claim(&trial);
    trial.edit(
        Kind::PersistentVolumeClaim,
        "data-kubia-2",
        "/metadata/finalizers",
        json!(["kubernetes.io/pvc-protection", "example.com/mine"]),
    );
    trial.delete(Kind::PersistentVolumeClaim, "data-kubia-2");
    trial.force("kubia-2");
    trial.pass(Span::secs(20));
    assert!(!trial.has(Kind::Pod, "kubia-2"));
    let words = "Create Pod kubia-2 in StatefulSet kubia failed error: pvc data-kubia-2 is being deleted";
    assert_eq!(trial.said("kubia", "FailedCreate"), [words]);
    trial.edit(Kind::PersistentVolumeClaim, "data-kubia-2", "/metadata/finalizers", json!([]));
    trial.pass(Span::secs(60));
    assert!(trial.has(Kind::Pod, "kubia-2") && claim(&trial) != first);
}

/// Upstream: createPersistentVolumeClaims, which names the claim before the API server's words.
#[test]
fn a_claim_that_is_refused_keeps_its_pod_back() {
    let mut trial = Trial::new(1);
    let claim = json!({"metadata": {"name": "data"}, "spec": {"accessModes": ["ReadWriteOnce"]}});
    apply(&mut trial, "luksa/kubia", json!({"volumeClaimTemplates": [claim]}));
    trial.pass(Span::millis(50));
    let told = trial.said("kubia", "FailedCreate");
    let why = "PersistentVolumeClaim \"data-kubia-0\" is invalid: spec.resources[storage]: Required value";
    assert_eq!(told[0], format!("Create Claim data-kubia-0 for Pod kubia-0 in StatefulSet kubia failed error: {why}"));
    assert_eq!(told[1], format!("Create Pod kubia-0 in StatefulSet kubia failed error: failed to create PVC data-kubia-0: {why}"));
    assert!(trial.names(Kind::Pod).is_empty());
}

/// Upstream: UpdateStatefulPod, whose update of a pod's volumes ValidatePodUpdate forbids.
#[test]
fn an_adopted_pod_gets_its_claims_and_cannot_mount_them() {
    let mut trial = running(json!({}));
    trial.delete_with(Kind::StatefulSet, "kubia", DeleteOptions { propagation: Propagation::Orphan, ..DeleteOptions::default() });
    trial.pass(Span::secs(2));
    let spec = json!({"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Mi"}}});
    apply(&mut trial, "luksa/kubia", json!({"volumeClaimTemplates": [{"metadata": {"name": "data"}, "spec": spec}]}));
    trial.pass(Span::secs(2));
    let begin = "Update Pod kubia-0 in StatefulSet kubia failed error: Pod \"kubia-0\" is invalid: spec: Forbidden: pod updates may not \
                 change fields other than `spec.containers[*].image`";
    let told = trial.said("kubia", "FailedUpdate");
    assert!(told.len() == 1 && told[0].starts_with(begin), "{told:?}");
    assert_eq!(trial.times("kubia", "FailedUpdate").len(), 9, "at once, and after 5, 10, 20, … ms");
    assert!(trial.said("kubia", "SuccessfulUpdate").is_empty());
    assert_eq!(trial.names(Kind::PersistentVolumeClaim), ["data-kubia-0"], "the others wait for the first");
    assert_eq!(trial.get::<Pod>("kubia-0").claims().count(), 0);
    assert_eq!(trial.get::<StatefulSet>("kubia").status.ready_replicas, 3);
}

#[test]
fn a_claim_that_somebody_else_controls_is_left_to_them() {
    let mut trial = with_claims(json!({"whenScaled": "Delete"}));
    let mut claim = (*trial.get::<PersistentVolumeClaim>("data-kubia-2")).clone();
    let boss = trial.put(Kind::ConfigMap, json!({"metadata": {"name": "boss"}})).meta().uid;
    let theirs = json!({"apiVersion": "v1", "kind": "ConfigMap", "name": "boss", "uid": boss, "controller": true});
    let theirs: OwnerRef = serde_json::from_value(theirs).unwrap();
    claim.metadata.owner_references = vec![theirs];
    trial.world.apply(crate::sim::act::Act::Request(crate::sim::act::Request::Update(claim.into()))).unwrap();
    trial.delete(Kind::Pod, "kubia-2");
    trial.pass(Span::secs(50));
    let words = "PersistentVolumeClaim data-kubia-2 has a conflicting OwnerReference that acts as a manging controller, the retention policy is ignored for this claim";
    assert_eq!(trial.said("kubia", "ConflictingController")[0], words);
    assert_eq!(owner(&trial, "data-kubia-2"), "ConfigMap boss");
}
