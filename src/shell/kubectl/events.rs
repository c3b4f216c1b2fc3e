//! `kubectl events`: like `get events`, but in the order of time.

use super::{Answer, Call, get, print, target};
use crate::api::service::EventType;
use crate::api::{Event, Object, age, table};
use crate::shell::voice::Failure;
use std::sync::Arc;

/// Lists events, oldest first.
pub fn run(call: &mut Call) -> Answer {
    let about = about(call)?;
    let types: Option<Vec<String>> = call.args.get("types").map(|t| t.split(',').map(str::to_lowercase).collect());
    if let Some(other) = types.iter().flatten().find(|word| !matches!(word.as_str(), "normal" | "warning")) {
        return Err(Failure::error(format!("valid --types are Normal or Warning, not {other:?}")));
    }
    if call.args.on("watch") {
        return Err(Failure::error("podyard watches events as kubectl get events -w does"));
    }
    let everywhere = call.args.on("all-namespaces");
    let wanted = |e: &Arc<Event>| {
        let word = if e.kind == EventType::Warning { "warning" } else { "normal" };
        let object = &e.involved_object;
        (everywhere || *e.metadata.namespace == *call.namespace())
            && types.as_ref().is_none_or(|types| types.iter().any(|t| t == word))
            && about.as_ref().is_none_or(|(kind, name)| *object.kind == **kind && *object.name == **name)
    };
    let mut events: Vec<Arc<Event>> = call.world.list::<Event>().filter(|e| wanted(e)).cloned().collect();
    events.sort_by_key(|e| e.last_seen());
    if events.is_empty() {
        let place = if everywhere { String::new() } else { format!(" in {} namespace", call.namespace()) };
        call.voice.warn(format!("No events found{place}."));
        return Ok(None);
    }
    match call.args.get("output").filter(|format| !get::is_table(Some(format))) {
        Some(format) => {
            let objects: Vec<Object> = events.into_iter().map(Object::Event).collect();
            let text = print::formatted(format, &objects, false, true)?;
            call.voice.out.push_str(&text);
        }
        None => table(call, &events, everywhere),
    }
    Ok(None)
}

/// Kind and name after `--for`.
fn about(call: &Call) -> Result<Option<(&'static str, String)>, Failure> {
    let Some(text) = call.args.get("for") else { return Ok(None) };
    let (kind, name) = text.split_once('/').ok_or_else(|| Failure::error("--for must be in resource/name form"))?;
    Ok(Some((target::kind(kind)?.name(), name.to_owned())))
}

fn table(call: &mut Call, events: &[Arc<Event>], everywhere: bool) {
    let now = call.world.now();
    let row = |e: &Arc<Event>| {
        let seen = age::age(now - e.last_seen());
        let first = e.repeated().map(|(count, first)| format!(" (x{count} over {})", age::age(now - first)));
        let about = &e.involved_object;
        let kind = if e.kind == EventType::Warning { "Warning" } else { "Normal" };
        let object = format!("{}/{}", about.kind, about.name);
        let cells = [seen + &first.unwrap_or_default(), kind.to_owned(), e.reason.to_string(), object, e.message.to_string()];
        everywhere.then(|| e.metadata.namespace.to_string()).into_iter().chain(cells).collect::<Vec<_>>()
    };
    let rows: Vec<Vec<String>> = events.iter().map(row).collect();
    let names = ["NAMESPACE", "LAST SEEN", "TYPE", "REASON", "OBJECT", "MESSAGE"];
    let text = table::write(&names[usize::from(!everywhere)..], &rows, !call.args.on("no-headers"));
    call.voice.out.push_str(&text);
}
