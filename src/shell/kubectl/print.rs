//! How objects are printed: tables, YAML, JSON, names, JSONPath, custom columns.

use crate::api::object::{Kind, Object};
use crate::api::{Files, Time, age, columns, jsonpath, table, yaml};
use crate::shell::requests;
use crate::shell::voice::Failure;
use serde::Serialize;
use serde_json::ser::{PrettyFormatter, Serializer};
use serde_json::{Value, json};

/// JSON with four spaces a level, as kubectl prints it.
pub fn json(value: &Value) -> String {
    let mut bytes = Vec::new();
    let mut serializer = Serializer::with_formatter(&mut bytes, PrettyFormatter::with_indent(b"    "));
    match value.serialize(&mut serializer) {
        Ok(()) => String::from_utf8_lossy(&bytes).into_owned(),
        Err(_) => value.to_string(),
    }
}

/// What a table shows besides a kind's own columns.
#[derive(Clone, Debug, Default)]
pub struct Style {
    /// `-o wide`.
    pub wide: bool,
    /// `-A`.
    pub namespaces: bool,
    /// Names as `pod/x`.
    pub prefix: bool,
    /// `--show-labels`.
    pub labels: bool,
    /// `-L`.
    pub label_columns: Vec<String>,
    /// The EVENT column of `--output-watch-events`.
    pub events: bool,
}

impl Style {
    /// The headings of a kind.
    pub fn headers(&self, kind: Kind) -> Vec<String> {
        let own = columns::columns(kind).into_iter().filter(|c| self.wide || !c.wide).map(|c| c.name);
        let before = [(self.events, "EVENT"), (self.namespaces && kind.info().namespaced, "NAMESPACE")];
        let before = before.into_iter().filter(|(on, _)| *on).map(|(_, name)| name.to_owned());
        let labels = self.label_columns.iter().map(|key| key.rsplit('/').next().unwrap_or(key).to_uppercase());
        before.chain(own).chain(labels).chain(self.labels.then(|| "LABELS".to_owned())).collect()
    }

    /// The cells of an object under those headings; `event` is its cell in the EVENT column.
    pub fn row(&self, object: &Object, now: Time, event: &str) -> Vec<String> {
        let kind = object.kind();
        let named = columns::columns(kind);
        let cells = columns::cells(object, now).into_iter().zip(&named).filter(|(_, c)| self.wide || !c.wide);
        let own = cells.map(|(cell, column)| match self.prefix && column.name == "NAME" {
            true => format!("{}/{cell}", kind.singular()),
            false => cell,
        });
        let meta = object.meta();
        let before = [(self.events, event.to_owned()), (self.namespaces && kind.info().namespaced, meta.namespace.to_string())];
        let before = before.into_iter().filter(|(on, _)| *on).map(|(_, cell)| cell);
        let labels = self.label_columns.iter().map(|key| meta.labels.get(key).map(|v| v.to_string()).unwrap_or_default());
        let all = self.labels.then(|| if meta.labels.is_empty() { "<none>".to_owned() } else { meta.labels.to_string() });
        before.chain(own).chain(labels).chain(all).collect()
    }
}

/// A table of objects of one kind.
pub fn table(kind: Kind, objects: &[Object], style: &Style, headers: bool, now: Time) -> String {
    let names = style.headers(kind);
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let rows: Vec<Vec<String>> = objects.iter().map(|o| style.row(o, now, "")).collect();
    table::write(&names, &rows, headers)
}

/// The object itself where it was asked for by name, a List otherwise.
fn value(objects: &[Object], single: bool) -> Value {
    match objects {
        [one] if single => one.to_value(),
        many => {
            let items: Vec<Value> = many.iter().map(Object::to_value).collect();
            json!({"apiVersion": "v1", "items": items, "kind": "List", "metadata": {"resourceVersion": ""}})
        }
    }
}

/// A format whose template is in a file, with the template in its place.
pub fn from_file(format: &str, files: &Files) -> Result<String, Failure> {
    let Some((name, path)) = format.split_once("-file=") else { return Ok(format.to_owned()) };
    let text = files.text(path).map_err(|why| Failure::error(format!("error reading --template {path}, {why}")))?;
    if name != "custom-columns" {
        return Ok(format!("{name}={}", text.trim_end()));
    }
    let mut lines = text.lines().map(|line| line.split_whitespace().collect::<Vec<_>>());
    let (names, paths) = (lines.next().unwrap_or_default(), lines.next().unwrap_or_default());
    let wrong = || Failure::error(format!("number of headers({}) and number of fields({}) must match", names.len(), paths.len()));
    let pairs: Vec<String> = names.iter().zip(&paths).map(|(name, path)| format!("{name}:{path}")).collect();
    if names.len() == paths.len() { Ok(format!("custom-columns={}", pairs.join(","))) } else { Err(wrong()) }
}

/// The scale subresources of sets.
pub fn scales(format: &str, objects: &[Object], single: bool) -> Result<String, Failure> {
    let scales: Vec<Value> = objects.iter().map(requests::scale_of).collect();
    let value = match scales.as_slice() {
        [one] if single => one.clone(),
        _ => json!({"apiVersion": "v1", "items": scales, "kind": "List", "metadata": {"resourceVersion": ""}}),
    };
    match format.split_once('=').unwrap_or((format, "")) {
        ("json", _) => Ok(json(&value) + "\n"),
        ("jsonpath", template) => jsonpath::render(template, &value).map_err(Failure::error),
        _ => Ok(yaml::print(&value)),
    }
}

/// Upstream: printScale in pkg/printers/internalversion.
pub fn scale_table(objects: &[Object], headers: bool, now: Time) -> String {
    let row = |object: &Object| {
        let scale = requests::scale_of(object);
        let replicas = ["spec", "status"].map(|part| plain(&scale[part]["replicas"]));
        [[object.meta().name.to_string()].as_slice(), &replicas, &[age::since(object.meta().creation_timestamp, now)]].concat()
    };
    let rows: Vec<Vec<String>> = objects.iter().map(row).collect();
    table::write(&["NAME", "DESIRED", "AVAILABLE", "AGE"], &rows, headers)
}

/// Formats of every command, sorted as kubectl lists them.
pub const FORMATS: &[&str] = &[
    "go-template",
    "go-template-file",
    "json",
    "jsonpath",
    "jsonpath-as-json",
    "jsonpath-file",
    "kyaml",
    "name",
    "template",
    "templatefile",
    "yaml",
];
/// Formats of lists alone.
const OF_LISTS: [&str; 3] = ["custom-columns", "custom-columns-file", "wide"];

/// kubectl's complaint about a format that a command has not.
pub fn no_printer(format: &str, known: &[&str]) -> Failure {
    let list = known.join(",");
    Failure::error(format!("unable to match a printer suitable for the output format {format:?}, allowed formats are: {list}"))
}

/// Prints objects in any format but the tables.
pub fn formatted(format: &str, objects: &[Object], single: bool, headers: bool) -> Result<String, Failure> {
    let (name, template) = format.split_once('=').unwrap_or((format, ""));
    match name {
        "name" => Ok(objects.iter().map(|o| format!("{}/{}\n", o.kind().singular(), o.meta().name)).collect()),
        "custom-columns" => custom(template, objects, headers),
        _ => of_value(format, &value(objects, single)),
    }
}

/// Prints what was answered in any format that needs no more than its JSON.
pub fn of_value(format: &str, value: &Value) -> Result<String, Failure> {
    let (name, template) = format.split_once('=').unwrap_or((format, ""));
    match name {
        "yaml" => Ok(yaml::print(value)),
        "json" => Ok(json(value) + "\n"),
        "jsonpath" => jsonpath::render(template, value).map_err(Failure::error),
        "jsonpath-as-json" => {
            let found = jsonpath::find(template, value).map_err(Failure::error)?;
            Ok(json(&Value::Array(found.into_iter().cloned().collect())) + "\n")
        }
        "kyaml" => Err(Failure::error("podyard prints no KYAML: -o yaml and -o json show the same fields")),
        "go-template" | "template" | "go-template-file" | "templatefile" => {
            Err(Failure::error("podyard does not fill Go templates; -o jsonpath and -o custom-columns pick fields as well"))
        }
        _ => {
            let mut known: Vec<&str> = FORMATS.iter().copied().chain(OF_LISTS).collect();
            known.sort_unstable();
            Err(no_printer(name, &known))
        }
    }
}

fn custom(spec: &str, objects: &[Object], headers: bool) -> Result<String, Failure> {
    if spec.is_empty() {
        return Err(Failure::error("custom-columns format specified but no custom columns given"));
    }
    let mut names = Vec::new();
    let mut paths = Vec::new();
    for part in spec.split(',') {
        let wrong = || Failure::error(format!("unexpected custom-columns spec: {part}, expected <header>:<json-path-expr>"));
        let (name, path) = part.split_once(':').ok_or_else(wrong)?;
        names.push(name);
        paths.push(path);
    }
    let mut rows = Vec::new();
    for object in objects {
        let value = object.to_value();
        let cells: Result<Vec<String>, String> = paths.iter().map(|path| cell(path, &value)).collect();
        rows.push(cells.map_err(Failure::error)?);
    }
    Ok(table::write(&names, &rows, headers))
}

fn cell(path: &str, value: &Value) -> Result<String, String> {
    let found = jsonpath::find(path, value)?;
    let texts: Vec<String> = found.iter().map(|v| plain(v)).collect();
    Ok(if texts.is_empty() { "<none>".to_owned() } else { texts.join(",") })
}

/// As Go's `%v` prints it.
pub fn plain(value: &Value) -> String {
    match value {
        Value::Null => "<nil>".to_owned(),
        Value::String(text) => text.clone(),
        Value::Array(items) => format!("[{}]", items.iter().map(plain).collect::<Vec<_>>().join(" ")),
        Value::Object(map) => {
            let pairs: Vec<String> = map.iter().map(|(key, value)| format!("{key}:{}", plain(value))).collect();
            format!("map[{}]", pairs.join(" "))
        }
        other => other.to_string(),
    }
}
