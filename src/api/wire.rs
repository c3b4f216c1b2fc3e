//! What the JSON of an object has that its compact form leaves out: lists that repeat a field, fields that are always
//! printed.

use super::object::Kind;
use serde_json::{Map, Value, json};

/// Fields that repeat another one as a list: kind, path to the holder, single field, list field, field in each item.
const REPEATED: [(Kind, &str, &str, &str, &str); 2] =
    [(Kind::Pod, "status", "podIP", "podIPs", "ip"), (Kind::Pod, "status", "hostIP", "hostIPs", "ip")];

/// Fields that are the same in every object of a kind and so are not kept: kind, holder, field, value as JSON text.
const CONSTANT: [(Kind, &str, &str, &str); 3] = [
    (Kind::Pod, "spec", "enableServiceLinks", "true"),
    (Kind::Pod, "spec", "preemptionPolicy", "\"PreemptLowerPriority\""),
    (Kind::Pod, "spec", "priority", "0"),
];

/// Adds to a printed object what its compact form leaves out.
pub fn complete(kind: Kind, map: &mut Map<String, Value>) {
    for (_, holder, single, list, item) in REPEATED.iter().filter(|row| row.0 == kind) {
        let Some(holder) = map.get_mut(*holder).and_then(Value::as_object_mut) else { continue };
        if let Some(value) = holder.get(*single).cloned() {
            holder.insert((*list).to_owned(), json!([{ *item: value }]));
        }
    }
    for (_, holder, field, value) in CONSTANT.iter().filter(|row| row.0 == kind) {
        if let Some(holder) = map.get_mut(*holder).and_then(Value::as_object_mut) {
            holder.entry(*field).or_insert_with(|| serde_json::from_str(value).unwrap_or_default());
        }
    }
    match kind {
        Kind::Event => {
            for field in ["eventTime", "firstTimestamp", "lastTimestamp"] {
                map.entry(field).or_insert(Value::Null);
            }
        }
        Kind::Pod => each(map, "/status/conditions", &[("lastProbeTime", Value::Null)]),
        Kind::PodDisruptionBudget => each(map, "/status/conditions", &[("message", "".into())]),
        Kind::StatefulSet => {
            each(map, "/spec/volumeClaimTemplates", &[("apiVersion", "v1".into()), ("kind", Kind::PersistentVolumeClaim.name().into())])
        }
        _ => {}
    }
}

/// Adds fields to each item of the list at a pointer.
fn each(map: &mut Map<String, Value>, pointer: &str, fields: &[(&str, Value)]) {
    let (holder, list) = pointer[1..].split_once('/').unwrap_or((pointer, ""));
    let items = map.get_mut(holder).and_then(|h| h.get_mut(list)).and_then(Value::as_array_mut).into_iter().flatten();
    for item in items.filter_map(Value::as_object_mut) {
        fields.iter().for_each(|(field, value)| _ = item.entry(*field).or_insert_with(|| value.clone()));
    }
}

/// Drops from a read object what [`complete`] adds, and what is not kept.
pub fn strip(kind: Kind, map: &mut Map<String, Value>) {
    for (_, holder, _, list, _) in REPEATED.iter().filter(|row| row.0 == kind) {
        if let Some(holder) = map.get_mut(*holder).and_then(Value::as_object_mut) {
            holder.remove(*list);
        }
    }
    for (_, holder, field, value) in CONSTANT.iter().filter(|row| row.0 == kind) {
        if let Some(holder) = map.get_mut(*holder).and_then(Value::as_object_mut)
            && serde_json::from_str::<Value>(value).is_ok_and(|same| holder.get(*field) == Some(&same))
        {
            holder.remove(*field);
        }
    }
    if let Some(meta) = map.get_mut("metadata").and_then(Value::as_object_mut) {
        meta.remove("managedFields");
        meta.remove("selfLink");
    }
    // A revision's data is kept raw: nulls in it are part of what it is compared by.
    let raw = (kind == Kind::ControllerRevision).then(|| map.remove("data")).flatten();
    drop_nulls(map);
    map.extend(raw.map(|data| ("data".to_owned(), data)));
}

/// A null is an absent field, everywhere in a manifest.
fn drop_nulls(map: &mut Map<String, Value>) {
    map.retain(|_, value| !value.is_null());
    map.values_mut().for_each(drop_nulls_below);
}

fn drop_nulls_below(value: &mut Value) {
    match value {
        Value::Object(map) => drop_nulls(map),
        Value::Array(items) => items.iter_mut().for_each(drop_nulls_below),
        _ => {}
    }
}
