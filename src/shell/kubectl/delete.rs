//! `kubectl delete`.

use super::gone::Gone;
use super::{Answer, Call, manifest, raw, target};
use crate::api::age;
use crate::api::object::Object;
use crate::shell::flags::{Flag, perhaps, switch, value};
use crate::shell::job::Task;
use crate::shell::requests;
use crate::shell::voice::Failure;
use crate::sim::{DeleteOptions, Propagation};

/// Flags of its own.
pub const FLAGS: &[Flag] = &[
    switch("force", '-'),
    switch("now", '-'),
    value("grace-period", '-'),
    perhaps("cascade", '-', "background"),
    perhaps("wait", '-', "true"),
    perhaps("ignore-not-found", '-', "true"),
    switch("interactive", 'i'),
];

/// What commands say that were told of no object.
pub const NOTHING_ASKED: &str = "You must provide one or more resources by argument or filename.\nExample resource specifications include:\n   \
                             '-f rsrc.yaml'\n   '--filename=rsrc.json'\n   '<resource> <name>'\n   '<resource>'";

const NO_CONFIRMATION: &str = "Warning: Immediate deletion does not wait for confirmation that the running resource has been terminated. \
                               The resource may continue to run on the cluster indefinitely.";

const UNSCOPED: &str = "Warning: deleting cluster-scoped resources, not scoped to the provided namespace";

/// Asks; the answer comes from standard input. Upstream: DeleteOptions.confirmation.
fn confirmed(call: &mut Call, objects: &[Object]) -> bool {
    call.voice.say(format!("You are about to delete the following {} resource(s):", objects.len()));
    objects.iter().for_each(|object| call.voice.say(format!("{}/{}", object.kind().singular(), object.meta().name)));
    let answer = call.given.stdin.as_deref().unwrap_or_default().trim();
    let agreed = answer.eq_ignore_ascii_case("y");
    call.voice.say(if agreed { "Do you want to continue? (y/N): " } else { "Do you want to continue? (y/N): deletion is cancelled" });
    agreed
}

/// Deletes, says so, and waits until what was deleted is gone.
pub fn run(call: &mut Call) -> Answer {
    if let Some(path) = call.args.get("raw").map(str::to_owned) {
        return raw::delete(call, &path);
    }
    let words = match call.args.get("filename") {
        Some(_) => manifest::names(call)?,
        None => call.args.words.clone(),
    };
    if words.is_empty() && call.voice.rc == 0 && call.args.get("filename").is_some() {
        call.voice.say("No resources found");
        return Ok(None);
    }
    if words.is_empty() && call.voice.rc == 0 && target::picks(call) {
        return Err(Failure::error("at least one resource must be specified to use a selector"));
    }
    if words.is_empty() && call.voice.rc == 0 {
        return Err(Failure::error(NOTHING_ASKED));
    }
    let grace = grace(call)?;
    let propagation = propagation(call)?;
    let force = call.args.on("force") && grace == Some(0);
    if force {
        call.voice.warn(NO_CONFIRMATION);
    }
    let objects = objects(call, &words)?;
    if call.args.get("namespace").is_some() && objects.iter().any(|object| !object.kind().info().namespaced) {
        call.voice.warn(UNSCOPED);
    }
    if call.args.on("interactive") && !confirmed(call, &objects) {
        return Ok(None);
    }
    let mut gone = Gone::new(deadline(call)?);
    for object in objects {
        let options = DeleteOptions { grace, propagation, ..DeleteOptions::default() };
        let (kind, key) = (object.kind(), object.key());
        match call.act(|world| requests::delete(world, kind, &key, options)) {
            Ok(_) => {
                say(call, &object, force);
                gone.add(&object);
            }
            Err(refusal) => call.voice.fail(refusal),
        }
    }
    let waits = call.args.get("wait") != Some("false") && call.dry_run().is_none();
    Ok(waits.then_some(Task::Gone(gone)))
}

fn objects(call: &mut Call, words: &[String]) -> Result<Vec<Object>, Failure> {
    if words.is_empty() {
        return Ok(Vec::new());
    }
    let wanted = target::wanted(call, words)?;
    if wanted.names.is_none() && !target::picks(call) {
        return Err(Failure::error("resource(s) were provided, but no name was specified"));
    }
    if wanted.names.is_some() && call.args.on("all") {
        return Err(Failure::error("name cannot be provided when a selector is specified"));
    }
    let selects = ["selector", "field-selector"].iter().any(|flag| call.args.get(flag).is_some_and(|text| !text.is_empty()));
    if selects && call.args.on("all") {
        return Err(Failure::error("setting 'all' parameter but found a non empty selector. "));
    }
    let found = wanted.find(call.world);
    if found.objects.is_empty() && found.missing.is_empty() {
        call.voice.say("No resources found");
    }
    if !call.args.on("ignore-not-found") {
        found.missing.into_iter().for_each(|refusal| call.voice.fail(refusal));
    }
    Ok(found.objects)
}

/// Seconds of grace to ask for: 0 only by force, 1 where 0 is asked for without.
fn grace(call: &Call) -> Result<Option<i64>, Failure> {
    let asked = call.args.number("grace-period")?.filter(|n| *n >= 0);
    let (force, now) = (call.args.on("force"), call.args.on("now"));
    match (asked, force, now) {
        (Some(_), _, true) => Err(Failure::error("--now and --grace-period cannot be specified together")),
        (Some(1..), true, _) | (None, true, true) => {
            Err(Failure::error("--force and --grace-period greater than 0 cannot be specified together"))
        }
        (None, _, true) | (Some(0), false, _) => Ok(Some(1)),
        (None, true, _) => Ok(Some(0)),
        (asked, ..) => Ok(asked),
    }
}

fn propagation(call: &Call) -> Result<Propagation, Failure> {
    match call.args.get("cascade").unwrap_or("background") {
        "background" | "true" => Ok(Propagation::Background),
        "foreground" => Ok(Propagation::Foreground),
        "orphan" | "false" => Ok(Propagation::Orphan),
        other => Err(Failure::error(format!("invalid cascade value ({other}). Must be \"background\", \"foreground\", or \"orphan\""))),
    }
}

fn deadline(call: &Call) -> Result<Option<crate::api::Time>, Failure> {
    let Some(text) = call.args.get("timeout") else { return Ok(None) };
    let span = age::parse(text).ok_or_else(|| call.args.no_duration("timeout", text))?;
    Ok((span.0 > 0).then_some(call.world.now() + span))
}

/// `pod "x" deleted from default namespace`.
pub fn say(call: &mut Call, object: &Object, force: bool) {
    let (kind, meta) = (object.kind(), object.meta());
    if call.args.get("output") == Some("name") {
        call.voice.say(format!("{}/{}", kind.singular(), meta.name));
        return;
    }
    let how = if force { "force deleted" } else { "deleted" };
    let place = if meta.namespace.is_empty() { String::new() } else { format!(" from {} namespace", meta.namespace) };
    let dry = match call.dry_run() {
        Some("server") => " (server dry run)",
        Some(_) => " (dry run)",
        None => "",
    };
    call.voice.say(format!("{} {:?} {how}{place}{dry}", kind.singular(), &*meta.name));
}
