//! What is printed is what Kubernetes publishes: every object of every kind, as `kubectl get -o json` prints it, reads as
//! the published type of its kind and is written again without a difference.

#[path = "published/story.rs"]
mod story;

use k8s_openapi::api::apps::v1::{ControllerRevision, DaemonSet, Deployment, ReplicaSet, StatefulSet};
use k8s_openapi::api::coordination::v1::Lease;
use k8s_openapi::api::core::v1::{
    ConfigMap, Endpoints, Event, Namespace, Node, PersistentVolume, PersistentVolumeClaim, Pod, Secret, Service, ServiceAccount,
};
use k8s_openapi::api::discovery::v1::EndpointSlice;
use k8s_openapi::api::policy::v1::PodDisruptionBudget;
use k8s_openapi::api::scheduling::v1::PriorityClass;
use k8s_openapi::api::storage::v1::{CSIDriver, CSINode, StorageClass, VolumeAttachment, VolumeAttributesClass};
use podyard::api::Kind;
use podyard::api::object::KINDS;
use podyard::sim::World;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};
use std::collections::{BTreeMap, BTreeSet};

/// Reads an object as its published type, and writes it again.
fn again<T: DeserializeOwned + Serialize>(value: &Value) -> Result<Value, String> {
    let typed: T = serde_json::from_value(value.clone()).map_err(|error| error.to_string())?;
    serde_json::to_value(typed).map_err(|error| error.to_string())
}

fn published(kind: Kind) -> fn(&Value) -> Result<Value, String> {
    match kind {
        Kind::Pod => again::<Pod>,
        Kind::Service => again::<Service>,
        Kind::Deployment => again::<Deployment>,
        Kind::ReplicaSet => again::<ReplicaSet>,
        Kind::StatefulSet => again::<StatefulSet>,
        Kind::ControllerRevision => again::<ControllerRevision>,
        Kind::PersistentVolumeClaim => again::<PersistentVolumeClaim>,
        Kind::PersistentVolume => again::<PersistentVolume>,
        Kind::StorageClass => again::<StorageClass>,
        Kind::VolumeAttachment => again::<VolumeAttachment>,
        Kind::Endpoints => again::<Endpoints>,
        Kind::EndpointSlice => again::<EndpointSlice>,
        Kind::Node => again::<Node>,
        Kind::Namespace => again::<Namespace>,
        Kind::Lease => again::<Lease>,
        Kind::Event => again::<Event>,
        Kind::ConfigMap => again::<ConfigMap>,
        Kind::Secret => again::<Secret>,
        Kind::ServiceAccount => again::<ServiceAccount>,
        Kind::PodDisruptionBudget => again::<PodDisruptionBudget>,
        Kind::PriorityClass => again::<PriorityClass>,
        Kind::DaemonSet => again::<DaemonSet>,
        Kind::CSIDriver => again::<CSIDriver>,
        Kind::CSINode => again::<CSINode>,
        Kind::VolumeAttributesClass => again::<VolumeAttributesClass>,
    }
}

/// Where two values differ, as paths. A null is as good as an absent field.
fn differences(path: &str, ours: &Value, theirs: &Value, found: &mut Vec<String>) {
    match (ours, theirs) {
        (Value::Object(a), Value::Object(b)) => {
            let keys: BTreeSet<&String> = a.keys().chain(b.keys()).collect();
            for key in keys {
                let of = |map: &Map<String, Value>| map.get(key).cloned().unwrap_or_default();
                differences(&format!("{path}.{key}"), &of(a), &of(b), found);
            }
        }
        (Value::Array(a), Value::Array(b)) if a.len() == b.len() => {
            a.iter().zip(b).enumerate().for_each(|(i, (a, b))| differences(&format!("{path}[{i}]"), a, b, found));
        }
        _ if ours == theirs => {}
        _ => found.push(format!("{path}: {ours} and {theirs}")),
    }
}

/// What of a world is not printed as it should be; counts the objects of each kind that were looked at.
fn complaints(world: &mut World, counts: &mut BTreeMap<&str, usize>) -> Vec<String> {
    let mut found = Vec::new();
    for row in KINDS {
        let list: Value = serde_json::from_str(&story::typed(world, &format!("kubectl get {} -A -o json", row.plural))).unwrap();
        let items = list["items"].as_array().cloned().unwrap_or_default();
        *counts.entry(row.name).or_default() += items.len();
        for item in &items {
            let name = format!("{} {}", row.name, item["metadata"]["name"]);
            match published(row.kind)(item) {
                Ok(theirs) => differences(&name, item, &theirs, &mut found),
                Err(error) => found.push(format!("{name}: {error}")),
            }
        }
    }
    found
}

#[test]
fn what_is_printed_reads_as_the_published_types() {
    let mut world = World::new(podyard::sim::Options::default());
    let mut counts = BTreeMap::new();
    for line in story::LINES {
        let stdin = (*line == "kubectl apply -f -").then_some(story::MANIFEST);
        story::told(&mut world, line, stdin);
        let found = complaints(&mut world, &mut counts);
        assert!(found.is_empty(), "after {line:?}\n{}", found.join("\n"));
    }
    let unseen: Vec<&&str> = counts.iter().filter(|(_, count)| **count == 0).map(|(name, _)| name).collect();
    assert!(unseen.is_empty(), "no object of {unseen:?} was looked at");
}
