//! `kubectl cordon` and `uncordon`. Upstream: kubectl/pkg/cmd/drain.

use super::{Answer, Call, target};
use crate::api::object::Object;
use crate::shell::requests;
use crate::shell::voice::Failure;
use serde_json::json;

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
        set_schedulable(call, &node, schedulable);
    }
    Ok(None)
}

/// The nodes named, or selected by `-l`; one name that leads nowhere stops the command before it has done anything.
pub fn nodes(call: &mut Call) -> Result<Vec<Object>, Failure> {
    let bare = |word: &String| ["node/", "nodes/", "no/"].iter().find_map(|kind| word.strip_prefix(kind)).unwrap_or(word).to_owned();
    let names: Vec<String> = call.args.words.iter().map(bare).collect();
    if let Some((kind, _)) = names.iter().find_map(|word| word.split_once('/')) {
        let kind = target::kind(kind)?;
        let group = kind.api_version();
        let group = if group.contains('/') { group } else { format!("/{group}") };
        return Err(Failure::error(format!("expected resource of type node, got \"{group}, Resource={}\"", kind.info().plural)));
    }
    let selects = call.args.get("selector").is_some();
    match (names.is_empty(), selects) {
        (true, false) => return Err(wrong_usage(call.name, &format!("USAGE: {} NODE [flags]", call.name))),
        (false, true) => return Err(wrong_usage(call.name, "cannot specify both a node name and a --selector option")),
        _ => {}
    }
    let words: Vec<String> = std::iter::once("nodes".to_owned()).chain(names).collect();
    let found = target::wanted(call, &words)?.find(call.world);
    match found.missing.into_iter().next() {
        Some(refusal) => Err(refusal.into()),
        None => Ok(found.objects),
    }
}

/// A complaint about how a command was typed. Upstream: cmdutil.UsageErrorf.
pub fn wrong_usage(command: &str, complaint: &str) -> Failure {
    Failure::error(format!("{complaint}\nSee 'kubectl {command} -h' for help and examples"))
}

/// Cordons or uncordons a node and says so.
pub fn set_schedulable(call: &mut Call, node: &Object, schedulable: bool) {
    let word = if schedulable { "uncordon" } else { "cordon" };
    let mut after = node.to_value();
    let is_cordoned = after["spec"]["unschedulable"] == json!(true);
    if is_cordoned != schedulable {
        return call.done(node, &format!("already {word}ed"));
    }
    after["spec"]["unschedulable"] = json!(!schedulable);
    match call.act(|world| requests::replace(world, node, after)) {
        Ok(written) => call.done(&written.object, &format!("{word}ed")),
        Err(refusal) => call.voice.warn(format!("error: unable to {word} node {:?}: {}", &*node.meta().name, refusal.message)),
    }
}
