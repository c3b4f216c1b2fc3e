//! Strategic merge: like a merge patch, but lists are merged item by item where their type says by what.
//!
//! Follows staging/src/k8s.io/apimachinery/pkg/util/strategicpatch.

use serde_json::{Map, Value};

use super::keys;

const DIRECTIVE: &str = "$patch";
const RETAIN: &str = "$retainKeys";
const ORDER: &str = "$setElementOrder/";
const DELETE: &str = "$deleteFromPrimitiveList/";

/// Applies a strategic merge patch; on an error the document is unchanged.
///
/// Knows `$patch: delete|replace|merge`, `$retainKeys`, `$deleteFromPrimitiveList/…`, and `$setElementOrder/…`, which
/// orders the items it names before the others.
pub fn strategic(doc: &mut Value, patch: &Value) -> Result<(), String> {
    let mut merged = doc.clone();
    merge(&mut merged, patch, "")?;
    *doc = merged;
    Ok(())
}

fn merge(doc: &mut Value, patch: &Value, path: &str) -> Result<(), String> {
    let Value::Object(fields) = patch else {
        *doc = patch.clone();
        return Ok(());
    };
    match directive(fields)? {
        Directive::Replace => *doc = without_directives(patch),
        Directive::Delete => *doc = Value::Object(Map::new()),
        Directive::Merge => {
            if !doc.is_object() {
                *doc = Value::Object(Map::new());
            }
            // Just made a map where it was none.
            if let Value::Object(target) = doc {
                merge_fields(target, fields, path)?;
            }
        }
    }
    Ok(())
}

enum Directive {
    Merge,
    Replace,
    Delete,
}

fn directive(fields: &Map<String, Value>) -> Result<Directive, String> {
    match fields.get(DIRECTIVE).map(|word| word.as_str().unwrap_or_default()) {
        None | Some("merge") => Ok(Directive::Merge),
        Some("replace") => Ok(Directive::Replace),
        Some("delete") => Ok(Directive::Delete),
        Some(other) => Err(format!("unknown patch type found: {other}")),
    }
}

fn merge_fields(target: &mut Map<String, Value>, fields: &Map<String, Value>, path: &str) -> Result<(), String> {
    retain(target, fields);
    for (key, value) in fields.iter().filter(|(key, _)| !key.starts_with('$')) {
        let here = keys::join(path, key);
        match (value, target.get_mut(key)) {
            (Value::Null, _) => {
                target.remove(key);
            }
            (Value::Object(_), Some(found)) => merge(found, value, &here)?,
            (Value::Array(items), found) => {
                let mut list = found.and_then(|found| found.as_array().cloned()).unwrap_or_default();
                merge_list(&mut list, items, &here)?;
                target.insert(key.clone(), Value::Array(list));
            }
            _ => {
                target.insert(key.clone(), without_directives(value));
            }
        }
    }
    for (key, value) in fields {
        list_directive(target, key, value, path);
    }
    Ok(())
}

/// `$retainKeys` drops every field it does not name: what makes one strategy replace another.
fn retain(target: &mut Map<String, Value>, fields: &Map<String, Value>) {
    if let Some(Value::Array(names)) = fields.get(RETAIN) {
        target.retain(|key, _| names.iter().any(|name| name == key));
    }
}

fn merge_list(list: &mut Vec<Value>, items: &[Value], path: &str) -> Result<(), String> {
    let replaces = |item: &Value| item.get(DIRECTIVE).is_some_and(|word| word == "replace");
    match keys::merge_key(path, items.first()) {
        Some(_) if items.iter().any(replaces) => {
            let kept = items.iter().filter(|item| item.as_object().is_none_or(|map| map.len() > 1 || !replaces(item)));
            *list = kept.map(without_directives).collect();
            Ok(())
        }
        Some(key) => items.iter().try_for_each(|item| merge_item(list, item, key, path)),
        None if keys::is_set(path) => {
            let new: Vec<Value> = items.iter().filter(|item| !list.contains(item)).cloned().collect();
            list.extend(new);
            Ok(())
        }
        None => {
            *list = items.iter().map(without_directives).collect();
            Ok(())
        }
    }
}

fn merge_item(list: &mut Vec<Value>, item: &Value, key: &str, path: &str) -> Result<(), String> {
    let id = item.get(key).ok_or_else(|| format!("map: {item} does not contain declared merge key: {key}"))?;
    let at = list.iter().position(|other| other.get(key) == Some(id));
    let deletes = item.get(DIRECTIVE).is_some_and(|word| word == "delete");
    match at {
        Some(at) if deletes => {
            list.remove(at);
        }
        None if deletes => {}
        Some(at) => merge(&mut list[at], item, path)?,
        None => list.push(without_directives(item)),
    }
    Ok(())
}

fn list_directive(target: &mut Map<String, Value>, key: &str, value: &Value, path: &str) {
    let Value::Array(named) = value else { return };
    if let Some(Value::Array(list)) = key.strip_prefix(DELETE).and_then(|field| target.get_mut(field)) {
        list.retain(|item| !named.contains(item));
    }
    let Some(field) = key.strip_prefix(ORDER) else {
        return;
    };
    let merge_key = keys::merge_key(&keys::join(path, field), named.first());
    if let Some(Value::Array(list)) = target.get_mut(field) {
        let same = |a: &Value, b: &Value| merge_key.map_or(a == b, |key| a.get(key) == b.get(key));
        list.sort_by_key(|item| named.iter().position(|name| same(name, item)).unwrap_or(named.len()));
    }
}

/// A new value must not carry into the document what was meant for the patch; nor `null`s, which remove.
fn without_directives(value: &Value) -> Value {
    match value {
        Value::Object(fields) => {
            let kept = fields.iter().filter(|(key, value)| !key.starts_with('$') && !value.is_null());
            Value::Object(kept.map(|(key, value)| (key.clone(), without_directives(value))).collect())
        }
        Value::Array(items) => Value::Array(items.iter().map(without_directives).collect()),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => value.clone(),
    }
}
