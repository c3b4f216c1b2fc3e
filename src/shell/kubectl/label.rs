//! `kubectl label` and `kubectl annotate`.

use super::{Answer, Call, manifest, target};
use crate::api::object::Object;
use crate::api::validate;
use crate::shell::flags::{Flag, switch, value};
use crate::shell::requests::{self, Written};
use crate::shell::voice::Failure;
use serde_json::{Value, json};

/// Flags of its own.
pub const FLAGS: &[Flag] = &[switch("overwrite", '-'), switch("list", '-'), switch("local", '-'), value("resource-version", '-')];

/// What differs between the two.
struct Noun {
    field: &'static str,
    one: &'static str,
    checks_values: bool,
}

const LABELS: Noun = Noun { field: "labels", one: "label", checks_values: true };
const ANNOTATIONS: Noun = Noun { field: "annotations", one: "annotation", checks_values: false };

/// `kubectl label`.
pub fn labels(call: &mut Call) -> Answer {
    run(call, &LABELS)
}

/// `kubectl annotate`.
pub fn annotations(call: &mut Call) -> Answer {
    run(call, &ANNOTATIONS)
}

fn run(call: &mut Call, noun: &Noun) -> Answer {
    let words = call.args.words.clone();
    let (targets, settings) = words.split_at(target::settings_from(&words));
    if targets.is_empty() && call.args.get("filename").is_none() {
        return Err(Failure::error("one or more resources must be specified as <resource> <name> or <resource>/<name>"));
    }
    if settings.is_empty() && !call.args.on("list") {
        return Err(Failure::error(format!("at least one {} update is required", noun.one)));
    }
    let settings: Result<Vec<Setting>, Failure> = settings.iter().map(|text| setting(text, noun)).collect();
    let settings = settings?;
    apart(&settings, noun)?;
    let targets = match call.args.get("filename") {
        Some(_) => manifest::names(call)?,
        None => targets.to_vec(),
    };
    let objects = target::objects(call, &targets)?;
    if call.args.on("list") {
        list(call, &objects, noun);
        return Ok(None);
    }
    if call.args.get("resource-version").is_some() && objects.len() > 1 {
        return Err(Failure::error("--resource-version may only be used with a single resource"));
    }
    for object in objects {
        if let Err(failure) = one(call, &object, &settings, noun) {
            call.voice.fail(failure);
        }
    }
    Ok(None)
}

/// A key is set or dropped, not both.
fn apart(settings: &[Setting], noun: &Noun) -> Result<(), Failure> {
    let is_set = |key: &String| settings.iter().any(|(other, value)| other == key && value.is_some());
    let both: Vec<&str> = settings.iter().filter(|(key, value)| value.is_none() && is_set(key)).map(|(key, _)| key.as_str()).collect();
    match (both.is_empty(), noun.checks_values) {
        (true, _) => Ok(()),
        (false, true) => Err(Failure::error("can not both modify and remove a label in the same command")),
        (false, false) => {
            let keys = both.join(", ");
            Err(Failure::error(format!("can not both modify and remove the following annotation(s) in the same command: {keys}")))
        }
    }
}

/// What is set, under the name of each object where there are several.
fn list(call: &mut Call, objects: &[Object], noun: &Noun) {
    let several = objects.len() > 1;
    for object in objects {
        let (kind, meta) = (object.kind(), object.meta());
        if several {
            call.voice.say(format!("Listing {} for {}.{}/{}:", noun.field, kind.name(), kind.info().group, meta.name));
        }
        let set = if noun.checks_values { &meta.labels } else { &meta.annotations };
        set.iter().for_each(|(key, value)| call.voice.say(format!("{}{key}={value}", if several { " " } else { "" })));
    }
}

/// A key and its value; `None` to drop it.
type Setting = (String, Option<String>);

fn setting(text: &str, noun: &Noun) -> Result<Setting, Failure> {
    let Some((key, value)) = text.split_once('=') else {
        let key = text.strip_suffix('-').ok_or_else(|| Failure::error(format!("unknown {} spec: {text}", noun.one)))?;
        return Ok((key.to_owned(), None));
    };
    if !noun.checks_values {
        return Ok((key.to_owned(), Some(value.to_owned())));
    }
    if value.contains('=') {
        return Err(Failure::error(format!("invalid label spec: {text}")));
    }
    match validate::label_value(value).as_slice() {
        [] => Ok((key.to_owned(), Some(value.to_owned()))),
        wrong => Err(Failure::error(format!("invalid label value: {text:?}: {}", wrong.join(";")))),
    }
}

fn one(call: &mut Call, object: &Object, settings: &[Setting], noun: &Noun) -> Result<(), Failure> {
    let before = object.to_value();
    let mut after = before.clone();
    if !after["metadata"][noun.field].is_object() {
        after["metadata"][noun.field] = json!({});
    }
    for (key, value) in settings {
        set(call, &mut after["metadata"][noun.field], key, value.as_deref())?;
    }
    if let Some(asked) = call.args.get("resource-version").filter(|asked| before["metadata"]["resourceVersion"] != **asked) {
        after["metadata"]["resourceVersion"] = asked.into();
    }
    let changed = after["metadata"][noun.field] != before["metadata"].get(noun.field).cloned().unwrap_or_else(|| json!({}));
    let unchanged = || Written { object: object.clone(), warnings: Vec::new() };
    let written = if changed { call.act(|world| requests::replace(world, object, after))? } else { unchanged() };
    let removes_only = settings.iter().all(|(_, value)| value.is_none());
    let what = match (noun.checks_values, changed, removes_only) {
        (false, ..) => "annotated",
        (true, false, _) => "not labeled",
        (true, true, true) => "unlabeled",
        (true, true, false) => "labeled",
    };
    call.done(&written.object, what);
    call.voice.warnings(written.warnings);
    Ok(())
}

fn set(call: &mut Call, map: &mut Value, key: &str, value: Option<&str>) -> Result<(), Failure> {
    let old = map[key].as_str().map(str::to_owned);
    match (value, old) {
        (Some(new), Some(old)) if new != old && !call.args.on("overwrite") => {
            let taken = format!("'{key}' already has a value ({old})");
            Err(Failure::error(match call.name {
                "label" => format!("{taken}, and --overwrite is false"),
                _ => format!("--overwrite is false but found the following declared annotation(s): {taken}"),
            }))
        }
        (Some(new), _) => {
            map[key] = new.into();
            Ok(())
        }
        (None, old) => {
            if old.is_none() && call.name == "label" && call.dry_run() != Some("client") {
                call.voice.say(format!("label {key:?} not found."));
            }
            if let Some(map) = map.as_object_mut() {
                map.remove(key);
            }
            Ok(())
        }
    }
}
