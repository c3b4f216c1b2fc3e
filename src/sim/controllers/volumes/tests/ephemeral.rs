//! Claims that are made for one pod. Upstream: pkg/controller/volume/ephemeral/controller_test.go.

use crate::api::{Kind, PersistentVolumeClaim, Pod, Span};
use crate::sim::tests::Trial;
use serde_json::{Value, json};

fn claim_spec() -> Value {
    json!({"accessModes": ["ReadWriteOnce"], "storageClassName": "fast", "resources": {"requests": {"storage": "1Gi"}}})
}

fn scratch() -> Value {
    let template = json!({"metadata": {"labels": {"kind": "scratch"}}, "spec": claim_spec()});
    json!({"volumes": [{"name": "tmp", "ephemeral": {"volumeClaimTemplate": template}}]})
}

fn with_class() -> Trial {
    let mut trial = Trial::new(1);
    trial.put(Kind::StorageClass, json!({"metadata": {"name": "fast"}, "provisioner": "x", "volumeBindingMode": "WaitForFirstConsumer"}));
    trial
}

#[test]
fn a_claim_is_made_for_the_pod_and_goes_with_it() {
    let mut trial = with_class();
    trial.put_pod("p", "nginx", scratch());
    trial.pass(Span::secs(10));
    let (claim, pod) = (trial.get::<PersistentVolumeClaim>("p-tmp"), trial.get::<Pod>("p"));
    assert!(claim.metadata.is_controlled_by(pod.metadata.uid) && claim.metadata.labels.get("kind").is_some());
    assert_eq!(trial.ready(), ["p"]);
    let words = "0/1 nodes are available: waiting for ephemeral volume controller to create the persistentvolumeclaim \"p-tmp\". not found";
    assert_eq!(trial.said("p", "FailedScheduling"), [words]);
    trial.delete(Kind::PersistentVolumeClaim, "p-tmp");
    trial.pass(Span::secs(5));
    assert!(trial.has(Kind::PersistentVolumeClaim, "p-tmp"), "its pod uses it");
    trial.delete(Kind::Pod, "p");
    trial.pass(Span::secs(10));
    assert!(!trial.has(Kind::Pod, "p") && !trial.has(Kind::PersistentVolumeClaim, "p-tmp"));
}

#[test]
fn a_claim_of_that_name_that_is_not_the_pods_is_not_taken() {
    let mut trial = with_class();
    trial.put(Kind::PersistentVolumeClaim, json!({"metadata": {"name": "p-tmp"}, "spec": claim_spec()}));
    trial.put_pod("p", "nginx", scratch());
    trial.pass(Span::secs(1));
    let foreign = "PVC default/p-tmp was not created for pod default/p (pod is not owner)";
    assert_eq!(trial.said("p", "FailedBinding"), [format!("ephemeral volume tmp: {foreign}")]);
    assert_eq!(trial.said("p", "FailedScheduling"), [format!("0/1 nodes are available: {foreign}. not found")]);
    trial.delete(Kind::PersistentVolumeClaim, "p-tmp");
    trial.pass(Span::secs(10));
    assert_eq!(trial.ready(), ["p"], "once the name is free");
}
