//! `kubectl explain` for the fields that matter here; the texts are the API's own.

use super::{Answer, Call, target};
use crate::api::gate;
use crate::api::object::Kind;
use crate::shell::voice::Failure;
use serde_json::{Value, json};

/// Kind and path (`StatefulSet.spec.replicas`), type, then the text up to the next line that begins with `##`.
const TEXTS: &str = include_str!("explain.txt");

/// Explains a kind or a field.
pub fn run(call: &mut Call) -> Answer {
    let usage =
        "You must specify the type of resource to explain. Use \"kubectl api-resources\" for a complete list of supported resources.";
    let path = call.args.words.first().ok_or_else(|| Failure::error(usage))?.clone();
    let mut parts = path.split('.').filter(|part| !part.is_empty());
    let kind = target::kind(parts.next().unwrap_or_default())?;
    let fields: Vec<&str> = parts.collect();
    header(call, kind);
    if !exists(kind, &fields) {
        let name = fields.last().copied().unwrap_or_default();
        return Err(Failure::error(format!("field {name:?} does not exist")));
    }
    let wanted = std::iter::once(kind.name()).chain(fields.iter().copied()).collect::<Vec<_>>().join(".");
    match entry(&wanted) {
        Some((shape, text)) => say(call, fields.last().copied(), shape, text),
        None => {
            let known: Vec<&str> = TEXTS.lines().filter_map(|l| l.strip_prefix("## ")).filter_map(|l| l.split(' ').next()).collect();
            call.voice.say(format!("DESCRIPTION:\n    The field exists. podyard explains only: {}", known.join(", ")));
        }
    }
    Ok(None)
}

fn header(call: &mut Call, kind: Kind) {
    if !kind.info().group.is_empty() {
        call.voice.say(format!("GROUP:      {}", kind.info().group));
    }
    call.voice.say(format!("KIND:       {}\nVERSION:    v1\n", kind.name()));
}

/// The type and the text of an entry.
fn entry(path: &str) -> Option<(&'static str, &'static str)> {
    let start = TEXTS.split("## ").find(|block| block.split_whitespace().next() == Some(path))?;
    let (head, text) = start.split_once('\n')?;
    Some((head.split_once(' ').map_or("", |(_, shape)| shape), text.trim_end()))
}

fn say(call: &mut Call, field: Option<&str>, shape: &str, text: &str) {
    let (shape, values) = shape.split_once(' ').unwrap_or((shape, ""));
    if let Some(field) = field {
        call.voice.say(format!("FIELD: {field} {shape}"));
        if !values.is_empty() {
            call.voice.say("ENUM:");
            values.split('|').for_each(|value| call.voice.say(format!("    {value}")));
        }
        call.voice.say("");
    }
    call.voice.say("DESCRIPTION:");
    text.lines().for_each(|line| call.voice.say(format!("    {line}")));
    call.voice.say("");
}

/// True where the published type of the kind has such a field: found out by asking the gate about an object with it.
fn exists(kind: Kind, fields: &[&str]) -> bool {
    let unknown = |lists: u32| {
        let mut value = Value::Null;
        for (i, field) in fields.iter().enumerate().rev() {
            value = json!({ *field: value });
            if i > 0 && lists >> (i - 1) & 1 == 1 {
                value = json!([value]);
            }
        }
        let mut object = if fields.is_empty() { json!({}) } else { value };
        object["apiVersion"] = kind.api_version().into();
        object["kind"] = kind.name().into();
        gate::check(&kind.api_version(), kind.name(), &object).err().is_some_and(|e| !e.unknown.is_empty() || e.wrong.is_some())
    };
    let shapes = 1u32 << fields.len().saturating_sub(1).min(8);
    (0..shapes).any(|lists| !unknown(lists))
}
