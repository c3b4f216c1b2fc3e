//! What the JSON of an object has that its compact form leaves out: lists that repeat a field, fields that are always
//! printed.

use super::object::Kind;
use serde_json::{Map, Value, json};

/// Fields that repeat another one as a list: kind, path to the holder, single field, list field, field in each item.
const REPEATED: [(Kind, &str, &str, &str, &str); 2] =
    [(Kind::Pod, "status", "podIP", "podIPs", "ip"), (Kind::Pod, "status", "hostIP", "hostIPs", "ip")];

/// Adds to a printed object what its compact form leaves out.
pub fn complete(kind: Kind, map: &mut Map<String, Value>) {
    for (_, holder, single, list, item) in REPEATED.iter().filter(|row| row.0 == kind) {
        let Some(holder) = map.get_mut(*holder).and_then(Value::as_object_mut) else { continue };
        if let Some(value) = holder.get(*single).cloned() {
            holder.insert((*list).to_owned(), json!([{ *item: value }]));
        }
    }
    if kind == Kind::Event {
        map.entry("eventTime").or_insert(Value::Null);
    }
}

/// Drops from a read object what [`complete`] adds, and what is not kept.
pub fn strip(kind: Kind, map: &mut Map<String, Value>) {
    for (_, holder, _, list, _) in REPEATED.iter().filter(|row| row.0 == kind) {
        if let Some(holder) = map.get_mut(*holder).and_then(Value::as_object_mut) {
            holder.remove(*list);
        }
    }
    if let Some(meta) = map.get_mut("metadata").and_then(Value::as_object_mut) {
        meta.remove("managedFields");
        meta.remove("selfLink");
    }
    drop_nulls(map);
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
