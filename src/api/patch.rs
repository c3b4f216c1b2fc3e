//! The four patches: merge (RFC 7396), JSON (RFC 6902), strategic merge, and the three-way patch of `kubectl apply`.

mod keys;
mod strategic;

use serde_json::{Map, Value};

pub use strategic::strategic;

/// Applies a merge patch: maps are merged, `null` removes, everything else replaces.
pub fn merge(doc: &mut Value, patch: &Value) {
    json_patch::merge(doc, patch);
}

/// Applies a JSON patch; on an error the document is unchanged and the text says which operation failed.
pub fn json(doc: &mut Value, patch: &Value) -> Result<(), String> {
    let patch: json_patch::Patch = serde_json::from_value(patch.clone()).map_err(|error| error.to_string())?;
    // On a copy: the crate's own undoing panics where a later operation has moved what an earlier one changed.
    let mut after = doc.clone();
    json_patch::patch_unsafe(&mut after, &patch).map_err(|error| error.to_string())?;
    *doc = after;
    Ok(())
}

/// The strategic merge patch that `kubectl apply` sends: what `modified` (the file) changes of `live`, and the removal
/// of what `last_applied` had and the file no longer has. An empty map means that nothing needs to be sent.
pub fn three_way(last_applied: &Value, modified: &Value, live: &Value) -> Value {
    let mut patch = changes(live, modified, "");
    removals(last_applied, modified, live, "", &mut patch);
    Value::Object(patch)
}

fn fields(value: &Value) -> Map<String, Value> {
    value.as_object().cloned().unwrap_or_default()
}

/// What turns `live` into `modified`, additions and changes only.
fn changes(live: &Value, modified: &Value, path: &str) -> Map<String, Value> {
    let mut patch = Map::new();
    for (key, wanted) in fields(modified) {
        let here = keys::join(path, &key);
        match live.get(&key) {
            _ if wanted.is_null() => {}
            None => {
                patch.insert(key, wanted);
            }
            Some(found) => {
                if let Some(change) = change(found, &wanted, &here) {
                    patch.extend(order(&key, &wanted, &here));
                    patch.insert(key, change);
                }
            }
        }
    }
    patch
}

/// `$setElementOrder/…` for a merged list, so that new items stand where the file has them.
fn order(field: &str, wanted: &Value, path: &str) -> Option<(String, Value)> {
    let items = wanted.as_array()?;
    let key = keys::merge_key(path, items.first())?;
    let names = items.iter().filter_map(|item| item.get(key)).map(|id| serde_json::json!({ key: id }));
    Some((format!("$setElementOrder/{field}"), names.collect()))
}

fn change(found: &Value, wanted: &Value, path: &str) -> Option<Value> {
    match (found, wanted) {
        (Value::Object(_), Value::Object(_)) => {
            let inner = changes(found, wanted, path);
            (!inner.is_empty()).then_some(Value::Object(inner))
        }
        (Value::Array(found), Value::Array(wanted)) => match keys::merge_key(path, wanted.first()) {
            Some(key) => item_changes(found, wanted, key, path),
            None => (found != wanted).then(|| Value::Array(wanted.clone())),
        },
        _ => (found != wanted).then(|| wanted.clone()),
    }
}

/// Changes of list items found again by their merge key; each names its item.
fn item_changes(found: &[Value], wanted: &[Value], key: &str, path: &str) -> Option<Value> {
    let mut patch = Vec::new();
    for item in wanted {
        let Some(id) = item.get(key) else { continue };
        match found.iter().find(|other| other.get(key) == Some(id)) {
            None => patch.push(item.clone()),
            Some(other) => {
                let mut inner = changes(other, item, path);
                if !inner.is_empty() {
                    inner.insert(key.to_string(), id.clone());
                    patch.push(Value::Object(inner));
                }
            }
        }
    }
    (!patch.is_empty()).then_some(Value::Array(patch))
}

/// Adds to `patch` the removal of what was applied last, is still there, and is no longer wanted.
fn removals(last: &Value, modified: &Value, live: &Value, path: &str, patch: &mut Map<String, Value>) {
    for (key, old) in fields(last) {
        let Some(found) = live.get(&key).filter(|found| !found.is_null()) else {
            continue;
        };
        let here = keys::join(path, &key);
        match modified.get(&key).filter(|wanted| !wanted.is_null()) {
            None => {
                patch.insert(key, Value::Null);
            }
            Some(wanted) => remove_within(&key, (&old, wanted, found), &here, patch),
        }
    }
}

fn remove_within(name: &str, (old, wanted, found): (&Value, &Value, &Value), path: &str, patch: &mut Map<String, Value>) {
    match (old, wanted, found) {
        (Value::Object(_), Value::Object(_), Value::Object(_)) => {
            let mut inner = patch.get(name).map(fields).unwrap_or_default();
            removals(old, wanted, found, path, &mut inner);
            if !inner.is_empty() {
                patch.insert(name.to_string(), Value::Object(inner));
            }
        }
        (Value::Array(old), Value::Array(wanted), Value::Array(found)) => {
            let Some(key) = keys::merge_key(path, old.first()) else {
                return;
            };
            let mut items = patch.get(name).and_then(Value::as_array).cloned().unwrap_or_default();
            remove_items(old, wanted, found, key, path, &mut items);
            if !items.is_empty() {
                patch.extend(order(name, &Value::Array(wanted.clone()), path));
                patch.insert(name.to_string(), Value::Array(items));
            }
        }
        _ => {}
    }
}

fn remove_items(old: &[Value], wanted: &[Value], found: &[Value], key: &str, path: &str, items: &mut Vec<Value>) {
    fn by_id<'a>(list: &'a [Value], key: &str, id: &Value) -> Option<&'a Value> {
        list.iter().find(|item| item.get(key) == Some(id))
    }
    for old in old {
        let Some(id) = old.get(key) else { continue };
        let Some(found) = by_id(found, key, id) else {
            continue;
        };
        let Some(wanted) = by_id(wanted, key, id) else {
            items.push(Value::Object([("$patch".into(), "delete".into()), (key.to_string(), id.clone())].into_iter().collect()));
            continue;
        };
        let at = items.iter().position(|item| item.get(key) == Some(id));
        let mut inner = at.map(|at| fields(&items[at])).unwrap_or_default();
        removals(old, wanted, found, path, &mut inner);
        if inner.is_empty() {
            continue;
        }
        inner.insert(key.to_string(), id.clone());
        match at {
            Some(at) => items[at] = Value::Object(inner),
            None => items.push(Value::Object(inner)),
        }
    }
}

#[cfg(test)]
mod tests;
