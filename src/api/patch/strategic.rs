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
/// Knows `$patch: delete|replace|merge`, `$retainKeys`, `$deleteFromPrimitiveList/…`, and `$setElementOrder/…`. Without
/// the last a merged list takes the order of the patch, so that new items come first.
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
        Some(other) => Err(format!("unknown patch type: {other} in map: {}", go(&Value::Object(fields.clone())))),
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
                let before = list.clone();
                merge_list(&mut list, items, &here)?;
                let merge_key = keys::merge_key(&here, items.first());
                if merge_key.is_some() || keys::is_set(&here) {
                    let order = fields.get(&format!("{ORDER}{key}"));
                    let wanted = order.and_then(Value::as_array).unwrap_or(items);
                    list = ordered(list, wanted, &before, merge_key);
                }
                target.insert(key.clone(), Value::Array(list));
            }
            _ => {
                target.insert(key.clone(), without_directives(value));
            }
        }
    }
    for (key, value) in fields {
        list_directive(target, (key, value), fields, path);
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
    let id = item.get(key).ok_or_else(|| format!("map: {} does not contain declared merge key: {key}", go(item)))?;
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

/// A value as Go prints it with `%v`.
fn go(value: &Value) -> String {
    match value {
        Value::Object(fields) => {
            let fields: Vec<String> = fields.iter().map(|(key, value)| format!("{key}:{}", go(value))).collect();
            format!("map[{}]", fields.join(" "))
        }
        Value::Array(items) => format!("[{}]", items.iter().map(go).collect::<Vec<_>>().join(" ")),
        Value::String(text) => text.clone(),
        Value::Null => "<nil>".to_string(),
        Value::Bool(_) | Value::Number(_) => value.to_string(),
    }
}

fn list_directive(target: &mut Map<String, Value>, (key, value): (&str, &Value), patched: &Map<String, Value>, path: &str) {
    let Value::Array(named) = value else { return };
    if let Some(Value::Array(list)) = key.strip_prefix(DELETE).and_then(|field| target.get_mut(field)) {
        list.retain(|item| !named.contains(item));
    }
    let is_merged = |field: &&str| patched.contains_key(*field);
    let Some(field) = key.strip_prefix(ORDER).filter(|field| !is_merged(field)) else {
        return;
    };
    let merge_key = keys::merge_key(&keys::join(path, field), named.first());
    if let Some(Value::Array(list)) = target.get_mut(field) {
        let before = list.clone();
        *list = ordered(before.clone(), named, &before, merge_key);
    }
}

/// The items that `wanted` names in its order, and between them, where their order `before` tells, the others.
fn ordered(list: Vec<Value>, wanted: &[Value], before: &[Value], key: Option<&str>) -> Vec<Value> {
    let same = |a: &Value, b: &Value| key.map_or(a == b, |key| a.get(key) == b.get(key));
    let place = |order: &[Value], item: &Value| order.iter().position(|other| same(other, item));
    let (mut named, others): (Vec<Value>, Vec<Value>) = list.into_iter().partition(|item| place(wanted, item).is_some());
    named.sort_by_key(|item| place(wanted, item));
    let mut out = Vec::new();
    let mut others = others.into_iter().peekable();
    for item in named {
        let at = place(before, &item);
        let stands_before = |other: &Value| place(before, other).zip(at).is_some_and(|(other, at)| other < at);
        while let Some(other) = others.next_if(stands_before) {
            out.push(other);
        }
        out.push(item);
    }
    out.extend(others);
    out
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
