//! The columns that the API server prints for each kind. Upstream: pkg/printers/internalversion.

use super::age::since;
use super::object::{Kind, Object, Plain};
use super::time::Time;
use serde_json::Value;

mod network;
pub mod pod;
pub mod storage;
mod workload;

/// A column of a kind's table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Column {
    /// Upper-case heading.
    pub name: String,
    /// True where only `-o wide` shows it.
    pub wide: bool,
}

/// Headings by kind; `_` stands for a space, and `*` marks a column that only `-o wide` shows.
const HEADINGS: &[(Kind, &str)] = &[
    (Kind::Pod, "NAME READY STATUS RESTARTS AGE *IP *NODE *NOMINATED_NODE *READINESS_GATES"),
    (Kind::Node, "NAME STATUS ROLES AGE VERSION *INTERNAL-IP *EXTERNAL-IP *OS-IMAGE *KERNEL-VERSION *CONTAINER-RUNTIME"),
    (
        Kind::PersistentVolume,
        "NAME CAPACITY ACCESS_MODES RECLAIM_POLICY STATUS CLAIM STORAGECLASS VOLUMEATTRIBUTESCLASS REASON AGE *VOLUMEMODE",
    ),
    (Kind::PersistentVolumeClaim, "NAME STATUS VOLUME CAPACITY ACCESS_MODES STORAGECLASS VOLUMEATTRIBUTESCLASS AGE *VOLUMEMODE"),
    (Kind::StorageClass, "NAME PROVISIONER RECLAIMPOLICY VOLUMEBINDINGMODE ALLOWVOLUMEEXPANSION AGE"),
    (Kind::ReplicaSet, "NAME DESIRED CURRENT READY AGE *CONTAINERS *IMAGES *SELECTOR"),
    (Kind::StatefulSet, "NAME READY AGE *CONTAINERS *IMAGES"),
    (Kind::Deployment, "NAME READY UP-TO-DATE AVAILABLE AGE *CONTAINERS *IMAGES *SELECTOR"),
    (Kind::Service, "NAME TYPE CLUSTER-IP EXTERNAL-IP PORT(S) AGE *SELECTOR"),
    (Kind::Endpoints, "NAME ENDPOINTS AGE"),
    (Kind::EndpointSlice, "NAME ADDRESSTYPE PORTS ENDPOINTS AGE"),
    (Kind::Event, "LAST_SEEN TYPE REASON OBJECT *SUBOBJECT *SOURCE MESSAGE *FIRST_SEEN *COUNT *NAME"),
    (Kind::ControllerRevision, "NAME CONTROLLER REVISION AGE"),
    (Kind::VolumeAttachment, "NAME ATTACHER PV NODE ATTACHED AGE"),
    (Kind::Lease, "NAME HOLDER AGE"),
    (Kind::PodDisruptionBudget, "NAME MIN_AVAILABLE MAX_UNAVAILABLE ALLOWED_DISRUPTIONS AGE"),
    (Kind::Namespace, "NAME STATUS AGE"),
    (Kind::ConfigMap, "NAME DATA AGE"),
    (Kind::Secret, "NAME TYPE DATA AGE"),
    (Kind::ServiceAccount, "NAME AGE"),
    (Kind::DaemonSet, "NAME DESIRED CURRENT READY UP-TO-DATE AVAILABLE NODE_SELECTOR AGE *CONTAINERS *IMAGES *SELECTOR"),
    (Kind::CSIDriver, "NAME ATTACHREQUIRED PODINFOONMOUNT STORAGECAPACITY MODES AGE"),
    (Kind::VolumeAttributesClass, "NAME DRIVERNAME AGE"),
    (Kind::PriorityClass, "NAME VALUE GLOBAL-DEFAULT AGE PREEMPTIONPOLICY"),
    (Kind::CSINode, "NAME DRIVERS AGE"),
];

/// All columns of a kind, those for `-o wide` included.
pub fn columns(kind: Kind) -> Vec<Column> {
    let text = HEADINGS.iter().find(|(k, _)| *k == kind).map_or("NAME AGE", |(_, text)| text);
    let column = |word: &str| Column { name: word.trim_start_matches('*').replace('_', " "), wide: word.starts_with('*') };
    text.split(' ').map(column).collect()
}

/// An object's cells, one a column.
pub fn cells(object: &Object, now: Time) -> Vec<String> {
    match object {
        Object::Pod(o) => pod::cells(o, now),
        Object::Node(o) => network::node(o, now),
        Object::PersistentVolume(o) => storage::volume(o, now),
        Object::PersistentVolumeClaim(o) => storage::claim(o, now),
        Object::StorageClass(o) => storage::class(o, now),
        Object::VolumeAttachment(o) => storage::attachment(o, now),
        Object::ReplicaSet(o) => workload::replica_set(o, now),
        Object::Deployment(o) => workload::deployment(o, now),
        Object::PodDisruptionBudget(o) => workload::budget(o, now),
        Object::DaemonSet(o) => workload::daemon_set(o, now),
        Object::StatefulSet(o) => workload::stateful_set(o, now),
        Object::ControllerRevision(o) => workload::revision(o, now),
        Object::Service(o) => network::service(o, now),
        Object::Endpoints(o) => network::endpoints(o, now),
        Object::EndpointSlice(o) => network::slice(o, now),
        Object::Event(o) => network::event(o, now),
        Object::Namespace(o) => vec![name(object), terminating(object, phase(o.rest.get("status"))), born(object, now)],
        Object::Lease(o) => vec![name(object), text(o.spec.get("holderIdentity")), born(object, now)],
        Object::Plain(kind, o) => plain(*kind, o, object, now),
    }
}

fn plain(kind: Kind, o: &Plain, object: &Object, now: Time) -> Vec<String> {
    let (name, age) = (name(object), born(object, now));
    let entries = |field: &str| o.body.get(field).and_then(Value::as_object).map_or(0, |m| m.len()).to_string();
    match kind {
        Kind::ConfigMap => vec![name, entries("data"), age],
        Kind::Secret => vec![name, text(o.body.get("type")), entries("data"), age],
        Kind::VolumeAttributesClass => vec![name, text(o.body.get("driverName")), age],
        Kind::CSIDriver => storage::driver(name, o.body.get("spec"), age),
        Kind::PriorityClass => {
            let default = o.body.get("globalDefault").is_some_and(|flag| *flag == true);
            vec![name, text(o.body.get("value")), default.to_string(), age, text(o.body.get("preemptionPolicy"))]
        }
        Kind::CSINode => {
            let drivers = o.body.get("spec").and_then(|spec| spec.get("drivers")?.as_array()).map_or(0, Vec::len);
            vec![name, drivers.to_string(), age]
        }
        _ => vec![name, age],
    }
}

fn name(object: &Object) -> String {
    object.meta().name.to_string()
}

fn born(object: &Object, now: Time) -> String {
    since(object.meta().creation_timestamp, now)
}

/// A phase, or `Terminating` for an object that is going.
fn terminating(object: &Object, phase: String) -> String {
    if object.meta().is_terminating() { "Terminating".to_owned() } else { phase }
}

fn phase(status: Option<&Value>) -> String {
    text(status.and_then(|s| s.get("phase")))
}

/// A value as a cell: strings without quotes, nothing for nothing.
fn text(value: Option<&Value>) -> String {
    match value {
        None | Some(Value::Null) => String::new(),
        Some(Value::String(s)) => s.clone(),
        Some(other) => other.to_string(),
    }
}

/// The text, or `<none>` where it is blank.
fn or_none(text: &str) -> String {
    if text.is_empty() { "<none>".to_owned() } else { text.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::object::KINDS;
    use serde_json::json;

    #[test]
    fn every_kind_has_as_many_cells_as_columns() {
        for row in KINDS {
            let object = Object::from_value(row.kind, json!({"metadata": {"name": "x"}}));
            let object = object.unwrap_or_else(|e| panic!("{}: {e}", row.name));
            assert_eq!(cells(&object, Time(0)).len(), columns(row.kind).len(), "{}", row.name);
        }
    }
}
