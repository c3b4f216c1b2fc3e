//! Volumes, claims, classes and attachments in tables.

use super::{born, name, terminating};
use crate::api::storage::{AccessMode, PersistentVolume, PersistentVolumeClaim, StorageClass, VolumeAttachment};
use crate::api::{Object, Rest, Time};
use serde_json::Value;
use std::sync::Arc;

/// A CSI driver: what it wants of attaching, pods, capacity, and how its volumes live.
pub(super) fn driver(name: String, spec: Option<&Value>, age: String) -> Vec<String> {
    let says = |field: &str, otherwise: bool| spec.and_then(|spec| spec[field].as_bool()).unwrap_or(otherwise).to_string();
    let modes: Vec<&str> =
        spec.and_then(|spec| spec["volumeLifecycleModes"].as_array()).into_iter().flatten().filter_map(Value::as_str).collect();
    let modes = if modes.is_empty() { "Persistent".to_owned() } else { modes.join(",") };
    vec![name, says("attachRequired", true), says("podInfoOnMount", false), says("storageCapacity", false), modes, age]
}

/// `RWO,ROX`, in upstream's order whatever the order of the manifest.
pub fn modes(modes: &[AccessMode]) -> String {
    let mut sorted = modes.to_vec();
    sorted.sort();
    sorted.dedup();
    sorted.iter().map(|m| m.short()).collect::<Vec<_>>().join(",")
}

/// The class of attributes that a spec names.
fn attributes(rest: &Rest) -> String {
    rest.get("volumeAttributesClassName").and_then(Value::as_str).unwrap_or("<unset>").to_owned()
}

pub(super) fn volume(pv: &Arc<PersistentVolume>, now: Time) -> Vec<String> {
    let object = Object::PersistentVolume(pv.clone());
    let claim = pv.spec.claim_ref.as_ref().map(|c| format!("{}/{}", c.namespace, c.name));
    vec![
        name(&object),
        pv.spec.capacity.get("storage").map(ToString::to_string).unwrap_or_default(),
        modes(&pv.spec.access_modes),
        pv.spec.persistent_volume_reclaim_policy.text().to_owned(),
        terminating(&object, pv.status.phase.text().to_owned()),
        claim.unwrap_or_default(),
        pv.class().to_owned(),
        attributes(&pv.spec.rest),
        pv.status.reason.to_string(),
        born(&object, now),
        pv.spec.volume_mode.to_string(),
    ]
}

/// Size and access modes of what a claim has. One that names a volume and does not have it has a size of 0. Upstream:
/// printPersistentVolumeClaim.
pub fn given(pvc: &PersistentVolumeClaim) -> (String, String) {
    if pvc.spec.volume_name.is_empty() {
        return (String::new(), String::new());
    }
    let size = pvc.status.capacity.get("storage").map_or_else(|| "0".to_owned(), ToString::to_string);
    (size, modes(&pvc.status.access_modes))
}

pub(super) fn claim(pvc: &Arc<PersistentVolumeClaim>, now: Time) -> Vec<String> {
    let object = Object::PersistentVolumeClaim(pvc.clone());
    let (size, modes) = given(pvc);
    vec![
        name(&object),
        terminating(&object, pvc.status.phase.text().to_owned()),
        pvc.spec.volume_name.to_string(),
        size,
        modes,
        pvc.class().to_owned(),
        attributes(&pvc.spec.rest),
        born(&object, now),
        pvc.spec.volume_mode.to_string(),
    ]
}

pub(super) fn class(class: &Arc<StorageClass>, now: Time) -> Vec<String> {
    let object = Object::StorageClass(class.clone());
    let mark = if class.is_default() { " (default)" } else { "" };
    let grows = class.rest.get("allowVolumeExpansion").and_then(Value::as_bool).unwrap_or(false);
    let binding = if class.volume_binding_mode.is_empty() { "Immediate" } else { &class.volume_binding_mode };
    vec![
        format!("{}{mark}", class.metadata.name),
        class.provisioner.to_string(),
        class.reclaim_policy.map_or("Delete", |p| p.text()).to_owned(),
        binding.to_owned(),
        grows.to_string(),
        born(&object, now),
    ]
}

pub(super) fn attachment(va: &Arc<VolumeAttachment>, now: Time) -> Vec<String> {
    let object = Object::VolumeAttachment(va.clone());
    vec![
        name(&object),
        va.spec.attacher.to_string(),
        va.spec.source.persistent_volume_name.to_string(),
        va.spec.node_name.to_string(),
        va.status.attached.to_string(),
        born(&object, now),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_class_of_attributes_is_printed_where_one_is_named() {
        let volume: PersistentVolume = serde_json::from_value(json!({"spec": {"volumeAttributesClassName": "gold"}})).unwrap();
        assert_eq!((attributes(&volume.spec.rest), attributes(&Rest::default())), ("gold".to_owned(), "<unset>".to_owned()));
    }

    /// Upstream: printPersistentVolumeClaim takes the quantity of a claim that names a volume, Go's zero where it has none.
    #[test]
    fn what_a_claim_is_printed_to_have() {
        let claim =
            |volume: &str, status: Value| serde_json::from_value(json!({"spec": {"volumeName": volume}, "status": status})).unwrap();
        let bound = json!({"phase": "Bound", "capacity": {"storage": "1Gi"}, "accessModes": ["ReadWriteOnce"]});
        for (volume, status, wanted) in [
            ("", json!({"phase": "Pending"}), ("", "")),
            ("pv-a", json!({"phase": "Pending"}), ("0", "")),
            ("pv-a", json!({"phase": "Lost"}), ("0", "")),
            ("pv-a", bound, ("1Gi", "RWO")),
        ] {
            let (size, modes) = given(&claim(volume, status));
            assert_eq!((size.as_str(), modes.as_str()), wanted);
        }
    }
}
