//! Manifests given with `-f`: from a here document or a file, one document after the other, Lists unpacked.

use super::{Call, source, target};
use crate::api::object::Kind;
use crate::api::{Key, gate, yaml};
use crate::diagnostic::Diagnostic;
use crate::shell::voice::Failure;
use serde_json::{Value, json};

/// One object of a manifest.
#[derive(Clone, Debug)]
pub struct Manifest {
    /// Its kind.
    pub kind: Kind,
    /// As it was written, with its namespace filled in.
    pub value: Value,
    /// `STDIN`, or the file's name.
    pub file: String,
    /// What the server says of its API version, where that is an old one, and of fields that it left out.
    pub notices: Vec<String>,
}

/// Versions that are no longer served but read here, with their own defaults: group and version, kinds, since when
/// deprecated, since when gone.
const OLD_VERSIONS: &[(&str, &[Kind], &str, &str)] = &[
    ("apps/v1beta1", &[Kind::StatefulSet, Kind::Deployment, Kind::ControllerRevision], "v1.9", "v1.16"),
    ("apps/v1beta2", &[Kind::StatefulSet, Kind::Deployment, Kind::ReplicaSet, Kind::ControllerRevision], "v1.9", "v1.16"),
    ("extensions/v1beta1", &[Kind::Deployment, Kind::ReplicaSet], "v1.8", "v1.16"),
    ("policy/v1beta1", &[Kind::PodDisruptionBudget], "v1.21", "v1.25"),
];

impl Manifest {
    /// Its name; empty where the server is to make one.
    pub fn name(&self) -> &str {
        self.value["metadata"]["name"].as_str().unwrap_or_default()
    }
    /// Where it is, or will be, stored.
    pub fn key(&self) -> Key {
        target::key(self.kind, self.name(), self.value["metadata"]["namespace"].as_str().unwrap_or_default())
    }
}

/// All manifests given with `-f`: those that can be used, and what is wrong with the others.
pub fn read(call: &Call) -> Result<(Vec<Manifest>, Vec<Failure>), Failure> {
    let (mut good, mut bad) = (Vec::new(), Vec::new());
    for source in source::all(call)? {
        match source.text {
            Ok(text) => documents(call, &source.name, &text, &mut good, &mut bad),
            Err(failure) => bad.push(failure),
        }
    }
    Ok((good, bad))
}

/// The documents of a text, up to one that cannot be read or says not what it is.
fn documents(call: &Call, file: &str, text: &str, good: &mut Vec<Manifest>, bad: &mut Vec<Failure>) {
    for document in yaml::documents(text) {
        let read = document.value.map_err(|problem| unreadable(file, &problem)).and_then(|value| {
            validate(&value, file)?;
            Ok(value)
        });
        match read {
            Ok(value) => object(call, file, value, good, bad),
            Err(failure) => return bad.push(failure),
        }
    }
}

/// kubectl's words and, for a file, what to do about it beneath: what comes from standard input is often read by a script.
fn unreadable(file: &str, problem: &Diagnostic) -> Failure {
    let hint = problem.hint.as_ref().filter(|_| file != "STDIN").map(|hint| format!("\n{hint}")).unwrap_or_default();
    Failure::error(format!("error parsing {file}: error converting YAML to JSON: {}{hint}", problem.message))
}

/// What kubectl looks at before it sends anything. Upstream: getObjectKind in kubectl/pkg/util/openapi.
fn validate(value: &Value, file: &str) -> Result<(), Failure> {
    let why = match (value.is_object(), value["apiVersion"].is_string(), value["kind"].is_string()) {
        (false, ..) => "invalid object to validate",
        (true, true, true) => return Ok(()),
        (true, false, false) => "[apiVersion not set, kind not set]",
        (true, false, true) => "apiVersion not set",
        (true, true, false) => "kind not set",
    };
    let hint = "if you choose to ignore these errors, turn validation off with --validate=false";
    Err(Failure::error(format!("error validating {file:?}: error validating data: {why}; {hint}")))
}

fn object(call: &Call, file: &str, mut value: Value, good: &mut Vec<Manifest>, bad: &mut Vec<Failure>) {
    if value["kind"] == "List" && value["items"].is_array() {
        for item in value["items"].as_array().cloned().unwrap_or_default() {
            object(call, file, item, good, bad);
        }
        return;
    }
    let kind = recognise(&value, file);
    let placed = kind.and_then(|(kind, notice)| place(call, kind, &mut value).map(|()| (kind, notice)));
    match placed {
        Ok((kind, notice)) => {
            let left_out = leave_out(call, kind, &mut value);
            let notices = notice.into_iter().chain(left_out).collect();
            good.push(Manifest { kind, value, file: file.to_owned(), notices });
        }
        Err(failure) => bad.push(failure),
    }
}

/// What becomes of fields that do not exist: by `--validate=false` they are left out, by `warn` that is told. Upstream:
/// GetValidationDirective.
fn leave_out(call: &Call, kind: Kind, value: &mut Value) -> Vec<String> {
    let how = call.args.get("validate").unwrap_or("strict");
    if !matches!(how, "warn" | "ignore" | "false") {
        return Vec::new();
    }
    let version = value["apiVersion"].as_str().unwrap_or_default().to_owned();
    let Err(error) = gate::check(&version, kind.name(), value) else { return Vec::new() };
    error.unknown.iter().for_each(|path| remove(value, path));
    let told = error.unknown.iter().filter(|_| how == "warn");
    told.map(|path| format!("unknown field {path:?}")).collect()
}

/// Removes the field at a path such as `spec.containers[0].foo`.
pub fn remove(value: &mut Value, path: &str) {
    let pointer: String = path.replace('[', ".").replace(']', "").split('.').map(|part| format!("/{part}")).collect();
    let Some((parent, field)) = pointer.rsplit_once('/') else { return };
    if let Some(map) = value.pointer_mut(parent).and_then(Value::as_object_mut) {
        map.remove(field);
    }
}

fn recognise(value: &Value, file: &str) -> Result<(Kind, Option<String>), Failure> {
    validate(value, file)?;
    let (version, name) = (value["apiVersion"].as_str().unwrap_or_default(), value["kind"].as_str().unwrap_or_default());
    let kind = Kind::by_name(name);
    if let Some(kind) = kind.filter(|kind| kind.api_version() == version) {
        return Ok((kind, None));
    }
    let old = OLD_VERSIONS.iter().find(|(old, kinds, ..)| *old == version && kind.is_some_and(|k| kinds.contains(&k)));
    if let (Some(kind), Some((_, _, since, until))) = (kind, old) {
        let today = kind.api_version();
        let notice = format!(
            "{version} {name} is deprecated in {since}+, unavailable in {until}+; use {today} {name}. podyard reads it with the defaults it had"
        );
        return Ok((kind, Some(notice)));
    }
    let meta = |field: &str| value["metadata"][field].as_str().unwrap_or_default().to_owned();
    Err(Failure::error(format!(
        "resource mapping not found for name: {:?} namespace: {:?} from {file:?}: no matches for kind {name:?} in version {version:?}\nensure \
         CRDs are installed first",
        meta("name"),
        meta("namespace")
    )))
}

/// Fills in the namespace, or refuses one that is not the one asked for.
fn place(call: &Call, kind: Kind, value: &mut Value) -> Result<(), Failure> {
    if value["metadata"].is_null() {
        value["metadata"] = json!({});
    }
    if !kind.info().namespaced {
        return Ok(());
    }
    let given = value["metadata"]["namespace"].as_str().filter(|n| !n.is_empty());
    match (given, call.args.get("namespace")) {
        (Some(given), Some(asked)) if given != asked => Err(Failure::error(format!(
            "the namespace from the provided object {given:?} does not match the namespace {asked:?}. You must pass '--namespace={given}' to \
             perform this operation."
        ))),
        (Some(_), _) => Ok(()),
        (None, _) => {
            if let Some(meta) = value["metadata"].as_object_mut() {
                meta.insert("namespace".to_owned(), call.namespace().into());
            }
            Ok(())
        }
    }
}

/// The objects of manifests as `TYPE/NAME` words, for commands that only need their names.
pub fn names(call: &mut Call) -> Result<Vec<String>, Failure> {
    let (good, bad) = read(call)?;
    bad.into_iter().for_each(|failure| call.voice.fail(failure));
    Ok(good.iter().map(|m| format!("{}/{}", m.kind.resource(), m.name())).collect())
}
