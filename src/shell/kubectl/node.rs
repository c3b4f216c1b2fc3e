//! `kubectl cordon`, `uncordon` and `taint`.

use super::{Answer, Call, target};
use crate::api::object::{Kind, Object};
use crate::shell::requests;
use crate::shell::voice::Failure;
use serde_json::{Value, json};

/// No new pods on a node.
pub fn cordon(call: &mut Call) -> Answer {
    schedulable(call, false)
}

/// New pods again.
pub fn uncordon(call: &mut Call) -> Answer {
    schedulable(call, true)
}

fn schedulable(call: &mut Call, schedulable: bool) -> Answer {
    for node in nodes(call)? {
        set_schedulable(call, &node, schedulable)?;
    }
    Ok(None)
}

/// The nodes named, or selected by `-l`.
pub fn nodes(call: &mut Call) -> Result<Vec<Object>, Failure> {
    let names: Vec<String> = call.args.words.iter().map(|w| w.strip_prefix("node/").unwrap_or(w).to_owned()).collect();
    if names.is_empty() && call.args.get("selector").is_none() {
        return Err(Failure::error(format!("USAGE: {} NODE [flags]", call.name)));
    }
    let words: Vec<String> = std::iter::once("nodes".to_owned()).chain(names).collect();
    target::objects(call, &words)
}

/// Cordons or uncordons a node and says so.
pub fn set_schedulable(call: &mut Call, node: &Object, schedulable: bool) -> Result<(), Failure> {
    let word = if schedulable { "uncordoned" } else { "cordoned" };
    let mut after = node.to_value();
    let is_cordoned = after["spec"]["unschedulable"] == json!(true);
    if is_cordoned != schedulable {
        call.done(node, &format!("already {word}"));
        return Ok(());
    }
    after["spec"]["unschedulable"] = json!(!schedulable);
    let written = call.act(|world| requests::replace(world, node, after))?;
    call.done(&written.object, word);
    Ok(())
}

/// One change of taints: key, value and effect to set, or key and perhaps effect to remove.
enum Change {
    Set(String, String, String),
    Remove(String, Option<String>),
}

const EFFECTS: [&str; 3] = ["NoSchedule", "PreferNoSchedule", "NoExecute"];

/// `kubectl taint node node-1 key=value:NoSchedule other-`.
pub fn taint(call: &mut Call) -> Answer {
    let words = call.args.words.clone();
    let is_change = |word: &String| word.contains([':', '=']) || word.ends_with('-');
    let (targets, changes) = words.split_at(words.iter().position(is_change).unwrap_or(words.len()));
    if changes.is_empty() {
        return Err(Failure::error("at least one taint update is required"));
    }
    let resource = targets.first().map(String::as_str).unwrap_or_default();
    if Kind::by_resource(resource.split('/').next().unwrap_or_default()) != Some(Kind::Node) {
        return Err(Failure::error(format!("invalid resource type {resource}, only node types are supported")));
    }
    let changes: Result<Vec<Change>, Failure> = changes.iter().map(|text| change(text)).collect();
    let changes = changes?;
    for node in target::objects(call, targets)? {
        if let Err(failure) = taint_one(call, &node, &changes) {
            call.voice.fail(failure);
        }
    }
    Ok(None)
}

fn change(text: &str) -> Result<Change, Failure> {
    let checked = |effect: &str| match EFFECTS.contains(&effect) {
        true => Ok(effect.to_owned()),
        false => Err(Failure::error(format!("invalid taint effect: {effect}, unsupported taint effect"))),
    };
    if let Some(rest) = text.strip_suffix('-') {
        let (key, effect) = rest.split_once(':').map_or((rest, None), |(key, effect)| (key, Some(effect)));
        return Ok(Change::Remove(key.split('=').next().unwrap_or(key).to_owned(), effect.map(checked).transpose()?));
    }
    let (pair, effect) = text.rsplit_once(':').ok_or_else(|| Failure::error(format!("invalid taint spec: {text}")))?;
    let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
    Ok(Change::Set(key.to_owned(), value.to_owned(), checked(effect)?))
}

fn taint_one(call: &mut Call, node: &Object, changes: &[Change]) -> Result<(), Failure> {
    let mut after = node.to_value();
    let mut taints: Vec<Value> = after["spec"]["taints"].as_array().cloned().unwrap_or_default();
    let mut sets = false;
    for change in changes {
        match change {
            Change::Set(key, value, effect) => {
                sets = true;
                let same = |t: &Value| t["key"] == **key && t["effect"] == **effect;
                if taints.iter().any(same) && !call.args.on("overwrite") {
                    let name = &node.meta().name;
                    return Err(Failure::error(format!("node {name} already has a taint(s) with same effect(s) and --overwrite is false")));
                }
                taints.retain(|t| !same(t));
                taints.push(json!({"key": key, "value": value, "effect": effect}));
            }
            Change::Remove(key, effect) => {
                let hit = |t: &Value| t["key"] == **key && effect.as_ref().is_none_or(|e| t["effect"] == **e);
                if !taints.iter().any(hit) {
                    let effect = effect.as_ref().map(|e| format!(":{e}")).unwrap_or_default();
                    return Err(Failure::error(format!("taint \"{key}{effect}\" not found")));
                }
                taints.retain(|t| !hit(t));
            }
        }
    }
    after["spec"]["taints"] = Value::Array(taints);
    let written = call.act(|world| requests::replace(world, node, after))?;
    call.done(&written.object, if sets { "tainted" } else { "untainted" });
    Ok(())
}
