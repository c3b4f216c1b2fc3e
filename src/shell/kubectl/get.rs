//! `kubectl get`.

use super::print::{self, Style};
use super::target::{self, Found, Wanted};
use super::watch::Watch;
use super::{Answer, Call, raw};
use crate::api::jsonpath;
use crate::api::object::{Kind, Object};
use crate::shell::flags::{Flag, perhaps, switch, value};
use crate::shell::job::Task;
use crate::shell::requests;
use crate::shell::voice::Failure;
use serde_json::Value;
use std::cmp::Ordering;

/// Flags of its own.
pub const FLAGS: &[Flag] = &[
    switch("watch", 'w'),
    switch("watch-only", '-'),
    switch("output-watch-events", '-'),
    switch("show-labels", '-'),
    value("label-columns", 'L'),
    value("sort-by", '-'),
    switch("no-headers", '-'),
    perhaps("ignore-not-found", '-', "true"),
    switch("show-kind", '-'),
    value("chunk-size", '-'),
    perhaps("server-print", '-', "true"),
    value("subresource", '-'),
];

const NOTHING_ASKED: &str = "You must specify the type of resource to get. Use \"kubectl api-resources\" for a complete list of supported \
                             resources.\n\nerror: Required resource not specified.\nUse \"kubectl explain <resource>\" for a detailed \
                             description of that resource (e.g. kubectl explain pods).\nSee 'kubectl get -h' for help and examples";

/// Lists, prints or watches.
pub fn run(call: &mut Call) -> Answer {
    call.args.number("chunk-size")?;
    if let Some(path) = call.args.get("raw").map(str::to_owned) {
        let why = match (call.args.words.is_empty(), call.args.get("output")) {
            (false, _) => "arguments may not be passed when --raw is specified",
            (true, Some(_)) => "--raw and --output are mutually exclusive",
            (true, None) => return raw::get(call, &path),
        };
        return Err(Failure::error(why));
    }
    let words = target::words(call)?;
    if words.is_empty() && call.args.get("filename").is_some() {
        call.voice.warn(format!("No resources found in {} namespace.", call.namespace()));
        return Ok(None);
    }
    if words.is_empty() {
        return Err(Failure::plain(NOTHING_ASKED));
    }
    let wanted = target::wanted(call, &words)?;
    if wanted.names.is_none() && call.args.get("subresource").is_some_and(|name| !name.is_empty()) {
        return Err(Failure::error("subresource cannot be used when bulk resources are specified"));
    }
    let style = style(call, &wanted);
    if call.args.on("watch") || call.args.on("watch-only") {
        return Ok(Some(Task::Watch(Watch::new(call, wanted, style)?)));
    }
    let mut found = wanted.find(call.world);
    subresource(call, &found)?;
    if call.args.on("ignore-not-found") {
        found.missing.clear();
    }
    sort(call, &mut found.objects)?;
    let nothing = found.objects.is_empty() && found.missing.is_empty();
    if let Some(text) = output(call, &wanted, &found, &style)? {
        call.voice.out.push_str(&text);
    }
    if nothing && is_table(call.args.get("output")) && !call.args.on("ignore-not-found") {
        let everywhere = call.args.on("all-namespaces") || wanted.kinds.iter().any(|k| !k.info().namespaced);
        let place = if everywhere { String::new() } else { format!(" in {} namespace.", call.namespace()) };
        call.voice.warn(format!("No resources found{place}"));
    }
    found.missing.into_iter().for_each(|refusal| call.voice.fail(refusal));
    Ok(None)
}

/// Refuses a subresource that there is not.
fn subresource(call: &Call, found: &Found) -> Result<(), Failure> {
    let Some(name) = call.args.get("subresource").filter(|name| !name.is_empty()) else { return Ok(()) };
    if !matches!(name, "resize" | "scale" | "status") {
        return Err(Failure::error(format!("invalid subresource value: {name:?}. Must be one of [resize scale status]")));
    }
    let has = |object: &Object| match name {
        "scale" => requests::is_scalable(object.kind()),
        "resize" => object.kind() == Kind::Pod,
        _ => !object.to_value()["status"].is_null(),
    };
    if found.objects.iter().all(has) { Ok(()) } else { Err(raw::missing_path()) }
}

/// True where output is a table.
pub fn is_table(format: Option<&str>) -> bool {
    matches!(format, None | Some("" | "wide"))
}

fn style(call: &Call, wanted: &Wanted) -> Style {
    let labels = call.args.all("label-columns").flat_map(|list| list.split(',')).map(str::to_owned).collect();
    Style {
        wide: call.args.get("output") == Some("wide"),
        namespaces: call.args.on("all-namespaces"),
        prefix: wanted.kinds.len() > 1 || call.args.on("show-kind"),
        labels: call.args.on("show-labels"),
        label_columns: labels,
        events: call.args.on("output-watch-events"),
    }
}

fn output(call: &Call, wanted: &Wanted, found: &Found, style: &Style) -> Result<Option<String>, Failure> {
    let headers = !call.args.on("no-headers");
    let format = call.args.get("output");
    if let Some(format) = format.filter(|_| !is_table(format)) {
        let single = wanted.names.as_ref().is_some_and(|names| names.len() == 1);
        if found.objects.is_empty() && !found.missing.is_empty() {
            return Ok(None);
        }
        let format = print::from_file(format, &call.given.files)?;
        return match call.args.get("subresource") {
            Some("scale") => print::scales(&format, &found.objects, single).map(Some),
            _ => print::formatted(&format, &found.objects, single, headers).map(Some),
        };
    }
    if call.args.get("subresource") == Some("scale") {
        return Ok(Some(print::scale_table(&found.objects, headers, call.world.now())));
    }
    let mut tables: Vec<String> = Vec::new();
    let mut rest = found.objects.as_slice();
    while let Some(first) = rest.first() {
        let run = rest.iter().take_while(|o| o.kind() == first.kind()).count();
        let (group, after) = rest.split_at(run);
        tables.push(print::table(first.kind(), group, style, headers, call.world.now()));
        rest = after;
    }
    Ok(Some(tables.join("\n")))
}

/// Sorts by a field; objects without it come first.
fn sort(call: &Call, objects: &mut Vec<Object>) -> Result<(), Failure> {
    let Some(path) = call.args.get("sort-by") else { return Ok(()) };
    let mut keyed = Vec::new();
    for object in objects.drain(..) {
        let value = object.to_value();
        let found = jsonpath::find(path, &value).map_err(Failure::error)?;
        keyed.push((found.first().map(|v| (*v).clone()), object));
    }
    if !keyed.is_empty() && keyed.iter().all(|(key, _)| key.is_none()) {
        return Err(Failure::error(format!("couldn't find any field with path {:?} in the list of objects", braced(path))));
    }
    keyed.sort_by(|a, b| compare(a.0.as_ref(), b.0.as_ref()));
    objects.extend(keyed.into_iter().map(|(_, object)| object));
    Ok(())
}

fn braced(path: &str) -> String {
    if path.starts_with('{') { path.to_owned() } else { format!("{{.{}}}", path.trim_start_matches('.')) }
}

fn compare(a: Option<&Value>, b: Option<&Value>) -> Ordering {
    match (a, b) {
        (Some(Value::Number(a)), Some(Value::Number(b))) => a.as_i64().cmp(&b.as_i64()),
        (Some(a), Some(b)) => print::plain(a).cmp(&print::plain(b)),
        (a, b) => a.is_some().cmp(&b.is_some()),
    }
}
