//! `kubectl get`.

use super::print::{self, Style};
use super::target::{self, Found, Wanted};
use super::watch::Watch;
use super::{Answer, Call, manifest};
use crate::api::jsonpath;
use crate::api::object::Object;
use crate::shell::flags::{Flag, perhaps, switch, value};
use crate::shell::job::Task;
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
    switch("show-managed-fields", '-'),
];

const NOTHING_ASKED: &str = "You must specify the type of resource to get. Use \"kubectl api-resources\" for a complete list of supported \
                             resources.\n\nerror: Required resource not specified.\nUse \"kubectl explain <resource>\" for a detailed \
                             description of that resource (e.g. kubectl explain pods).\nSee 'kubectl get -h' for help and examples";

/// Lists, prints or watches.
pub fn run(call: &mut Call) -> Answer {
    let words = match call.args.get("filename") {
        Some(_) => manifest::names(call)?,
        None => call.args.words.clone(),
    };
    if words.is_empty() {
        return Err(Failure::plain(NOTHING_ASKED));
    }
    let wanted = target::wanted(call, &words)?;
    let style = style(call, &wanted);
    if call.args.on("watch") || call.args.on("watch-only") {
        return Ok(Some(Task::Watch(Watch::new(call, wanted, style)?)));
    }
    let mut found = wanted.find(call.world);
    if call.args.on("ignore-not-found") {
        found.missing.clear();
    }
    sort(call, &mut found.objects)?;
    let nothing = found.objects.is_empty() && found.missing.is_empty();
    if let Some(text) = output(call, &wanted, &found, &style)? {
        call.voice.out.push_str(&text);
    }
    if nothing && is_table(call.args.get("output")) && !call.args.on("ignore-not-found") {
        let everywhere = call.args.on("all-namespaces") || wanted.kinds.iter().all(|k| !k.info().namespaced);
        let place = if everywhere { String::new() } else { format!(" in {} namespace.", call.namespace()) };
        call.voice.warn(format!("No resources found{place}"));
    }
    found.missing.into_iter().for_each(|refusal| call.voice.fail(refusal));
    Ok(None)
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
        return print::formatted(format, &found.objects, single, headers).map(Some);
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
