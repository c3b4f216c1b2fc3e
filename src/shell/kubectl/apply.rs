//! `kubectl apply`: the three-way patch from what was applied last, the file and what is there.

use super::manifest::{self, Manifest};
use super::{Answer, Call, delete, print, target};
use crate::api::object::Object;
use crate::api::{Reason, Refusal, gate, patch};
use crate::shell::flags::{Flag, perhaps, switch, value};
use crate::shell::requests::{self, Written};
use crate::shell::voice::Failure;
use crate::sim::{DeleteOptions, World};
use serde_json::{Value, json};

/// Flags of its own.
pub const FLAGS: &[Flag] = &[
    switch("server-side", '-'),
    switch("force-conflicts", '-'),
    perhaps("force", '-', "true"),
    perhaps("wait", '-', "true"),
    switch("overwrite", '-'),
    value("selector", 'l'),
    switch("prune", '-'),
    switch("all", '-'),
];

const NO_PRUNING: &str = "podyard does not prune: kubectl delete -l SELECTOR, or kubectl delete -f FILE, removes what is no longer wanted";

/// Where what was applied last is noted.
pub const LAST_APPLIED: &str = "kubectl.kubernetes.io/last-applied-configuration";

/// Applies each object; what is wrong with one does not stop the others.
pub fn run(call: &mut Call) -> Answer {
    if call.args.words.first().is_some_and(|word| word == "view-last-applied") {
        return last_applied(call);
    }
    check(call)?;
    let (good, bad) = manifest::read(call)?;
    if good.is_empty() && bad.is_empty() {
        return Err(Failure::error("no objects passed to apply"));
    }
    let mut warnings = Vec::new();
    for manifest in &good {
        if let Err(failure) = one(call, manifest, &mut warnings) {
            call.voice.fail(failure);
        }
    }
    call.voice.warnings(warnings);
    bad.into_iter().for_each(|failure| call.voice.fail(failure));
    Ok(None)
}

/// `kubectl apply view-last-applied`; of an object that nothing was noted of, nothing is said.
fn last_applied(call: &mut Call) -> Answer {
    let words = call.args.words[1..].to_vec();
    if words.is_empty() {
        return Err(Failure::error(delete::NOTHING_ASKED));
    }
    for object in target::all(call, &words)? {
        let noted = object.meta().annotations.get(LAST_APPLIED).and_then(|text| serde_json::from_str::<Value>(text).ok());
        noted.iter().for_each(|value| call.show(value));
    }
    Ok(None)
}

/// Flags that do not go together. Upstream: ApplyFlags.ToOptions, ApplyOptions.Validate.
fn check(call: &Call) -> Result<(), Failure> {
    let args = &call.args;
    let server_side = args.on("server-side");
    let why = match call.dry_run() {
        _ if !args.words.is_empty() => return Err(args.wrong_usage(&format!("Unexpected args: [{}]", args.words.join(" ")))),
        _ if args.get("filename").is_some() && args.get("kustomize").is_some() => "only one of -f or -k can be specified",
        _ if args.on("force-conflicts") && !server_side => "--force-conflicts only works with --server-side",
        Some("client") if server_side => "--dry-run=client doesn't work with --server-side (did you mean --dry-run=server instead?)",
        _ if args.on("force") && server_side => "--force cannot be used with --server-side",
        _ if args.on("prune") => NO_PRUNING,
        _ => return Ok(()),
    };
    Err(Failure::error(why))
}

fn one(call: &mut Call, manifest: &Manifest, warnings: &mut Vec<String>) -> Result<(), Failure> {
    if manifest.name().is_empty() {
        let (version, namespace) = (manifest.kind.api_version(), &*manifest.key().namespace);
        let group = if version.contains('/') { version } else { format!("/{version}") };
        let (plural, kind) = (manifest.kind.info().plural, manifest.kind.name());
        let what = format!("Resource: \"{group}, Resource={plural}\", GroupVersionKind: \"{group}, Kind={kind}\"");
        return Err(Failure::error(format!(
            "error when retrieving current configuration of:\n{what}\nName: \"\", Namespace: {namespace:?}\nfrom server for: {:?}: resource \
             name may not be empty",
            manifest.file
        )));
    }
    warnings.extend(manifest.notices.clone());
    let live = call.world.object(manifest.kind, &manifest.key()).cloned();
    if call.args.on("server-side") {
        return server_side(call, manifest, live.as_ref(), warnings);
    }
    let modified = with_annotation(&manifest.value);
    let (written, what) = match live {
        None => {
            let made = call.act(|world| requests::create(world, manifest.kind, modified));
            (made.map_err(|refusal| Failure::at_file(&refusal, "creating", &manifest.file))?, "created")
        }
        Some(live) => update(call, manifest, modified, &live, warnings)?,
    };
    warnings.extend(written.warnings);
    call.done(&written.object, what);
    Ok(())
}

/// What an object would be after it was applied, as a dry run answers it: for `kubectl diff`, on a copy of the cluster.
/// What was applied last is not noted down, and the resource version stays.
pub fn tried(world: &mut World, manifest: &Manifest) -> Result<Value, Failure> {
    let Some(live) = world.object(manifest.kind, &manifest.key()).cloned() else {
        return Ok(requests::create(world, manifest.kind, manifest.value.clone())?.object.to_value());
    };
    let before = live.to_value();
    let (change, _) = change(&before, unnoted(&manifest.value));
    let mut after = send(world, &live, &before, &change)?.object.to_value();
    after["metadata"]["resourceVersion"] = before["metadata"]["resourceVersion"].clone();
    Ok(after)
}

/// What must be sent to turn an object into what the file says; false where nothing was ever noted down.
fn change(before: &Value, mut modified: Value) -> (Value, bool) {
    let note = before["metadata"]["annotations"][LAST_APPLIED].as_str();
    let mut last: Value = note.and_then(|text| serde_json::from_str(text).ok()).unwrap_or_default();
    last["apiVersion"] = before["apiVersion"].clone();
    modified["apiVersion"] = before["apiVersion"].clone();
    (patch::three_way(&last, &modified, before), note.is_some())
}

/// The server merges what the file says; nothing is noted down. Nobody owns fields here: there are no conflicts, and
/// what a file no longer says stays.
fn server_side(call: &mut Call, manifest: &Manifest, live: Option<&Object>, warnings: &mut Vec<String>) -> Result<(), Failure> {
    let mut wanted = manifest.value.clone();
    let made = call.act(|world| match live {
        None => requests::create(world, manifest.kind, wanted),
        Some(live) => {
            wanted["apiVersion"] = live.kind().api_version().into();
            send(world, live, &live.to_value(), &wanted)
        }
    });
    let written = made.map_err(Failure::from)?;
    warnings.extend(written.warnings);
    call.done(&written.object, "serverside-applied");
    Ok(())
}

fn update(
    call: &mut Call,
    manifest: &Manifest,
    modified: Value,
    live: &Object,
    warnings: &mut Vec<String>,
) -> Result<(Written, &'static str), Failure> {
    let before = live.to_value();
    let name = format!("{}/{}", live.kind().info().plural, live.meta().name);
    let (change, noted) = change(&before, modified.clone());
    if !noted {
        warnings.push(format!(
            "resource {name} is missing the {LAST_APPLIED} annotation which is required by kubectl apply. kubectl apply should only be used \
             on resources created declaratively by either kubectl create --save-config or kubectl apply. The missing annotation will be \
             patched automatically."
        ));
    }
    if live.meta().is_terminating() {
        warnings.push(format!("Detected changes to resource {} which is currently being deleted.", live.meta().name));
    }
    if change.as_object().is_none_or(|map| map.is_empty()) {
        return Ok((Written { object: live.clone(), warnings: Vec::new() }, "unchanged"));
    }
    let sent = match call.act(|world| send(world, live, &before, &change)) {
        Err(refusal) if call.args.on("force") && matches!(refusal.reason, Reason::Invalid | Reason::Conflict) => {
            call.act(|world| anew(world, live, manifest, modified))
        }
        sent => sent,
    };
    let written = sent.map_err(|refusal| refused(&refusal, manifest, live, &change))?;
    Ok((written, "configured"))
}

/// `--force`: what cannot be changed is deleted and made again.
fn anew(world: &mut World, live: &Object, manifest: &Manifest, modified: Value) -> Result<Written, Refusal> {
    let options = DeleteOptions { grace: Some(0), ..DeleteOptions::default() };
    requests::delete(world, live.kind(), &live.key(), options)?;
    requests::create(world, manifest.kind, modified)
}

fn send(world: &mut World, live: &Object, before: &Value, change: &Value) -> Result<Written, Refusal> {
    let mut after = before.clone();
    patch::strategic(&mut after, change).map_err(Refusal::bad_request)?;
    let kind = live.kind();
    gate::check(&kind.api_version(), kind.name(), &after)
        .map_err(|e| requests::senseless(format!("patch: Invalid value: {:?}: {}", print::plain(&spent(change)), e.of_patch())))?;
    requests::replace_checked(world, live, after)
}

/// A patch as the server dumps it after having tried it: ordered lists have been used up.
pub fn spent(change: &Value) -> Value {
    let Value::Object(map) = change else { return change.clone() };
    let is_used = |key: &String| key.starts_with(ORDER) || map.contains_key(&format!("{ORDER}{key}"));
    Value::Object(map.iter().filter(|(key, _)| !is_used(key)).map(|(key, value)| (key.clone(), spent(value))).collect())
}

/// In front of a list's name: the order that its items are to have.
const ORDER: &str = "$setElementOrder/";

/// A refused patch is printed with all that led to it, but for what is simply invalid.
fn refused(refusal: &Refusal, manifest: &Manifest, live: &Object, change: &Value) -> Failure {
    if refusal.reason == Reason::Invalid {
        return Failure::from(refusal.clone());
    }
    let (kind, meta, file) = (live.kind(), live.meta(), &manifest.file);
    let version = kind.api_version();
    let version = if version.contains('/') { version } else { format!("/{version}") };
    let resource = format!("{version}, Resource={}", kind.info().plural);
    let group_kind = format!("{version}, Kind={}", kind.name());
    Failure::plain(format!(
        "Error from server ({}): error when applying patch:\n{change}\nto:\nResource: {resource:?}, GroupVersionKind: {group_kind:?}\nName: \
         {:?}, Namespace: {:?}\nfor: {file:?}: error when patching {file:?}: {}",
        refusal.reason.text(),
        &*meta.name,
        &*meta.namespace,
        refusal.message
    ))
}

/// The manifest with annotations, none of which is the note of what was applied.
fn unnoted(manifest: &Value) -> Value {
    let mut bare = manifest.clone();
    if !bare["metadata"]["annotations"].is_object() {
        bare["metadata"]["annotations"] = json!({});
    }
    if let Some(annotations) = bare["metadata"]["annotations"].as_object_mut() {
        annotations.remove(LAST_APPLIED);
    }
    bare
}

/// The manifest with itself noted down in an annotation.
pub fn with_annotation(manifest: &Value) -> Value {
    let mut noted = unnoted(manifest);
    let text = format!("{noted}\n");
    noted["metadata"]["annotations"][LAST_APPLIED] = text.into();
    noted
}
