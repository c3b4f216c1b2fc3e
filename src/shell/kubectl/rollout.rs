//! `kubectl rollout`: status, history, undo, restart, pause and resume of StatefulSets, DaemonSets
//! and Deployments.

use super::apply::LAST_APPLIED;
use super::{Answer, Call, describe, target};
use crate::api::object::{Kind, Object};
use crate::api::table::Describe;
use crate::api::{Key, Time, age};
use crate::shell::flags::{Flag, perhaps, value};
use crate::shell::job::Task;
use crate::shell::requests;
use crate::shell::voice::{Failure, Voice};
use crate::sim::World;
use history::Revision;
use serde_json::{Value, json};

mod history;
mod progress;

/// Flags of its own.
pub const FLAGS: &[Flag] = &[perhaps("watch", 'w', "true"), value("revision", '-'), value("to-revision", '-')];

/// Restarted pods are told apart by this annotation.
const RESTARTED: &str = "kubectl.kubernetes.io/restartedAt";

/// One of the subcommands.
pub fn run(call: &mut Call) -> Answer {
    let usage = || Failure::error("usage: kubectl rollout status|history|undo|restart|pause|resume TYPE NAME");
    let verb = call.shift().ok_or_else(usage)?;
    let act: fn(&mut Call, &Object) -> Answer = match verb.as_str() {
        "status" => status,
        "history" => history,
        "undo" => undo,
        "restart" => restart,
        "pause" => |call, object| pause(call, object, true),
        "resume" => |call, object| pause(call, object, false),
        other => return Err(call.args.wrong_usage(&format!("unknown command {other:?}"))),
    };
    if verb != "undo" && call.args.get("dry-run").is_some() {
        return Err(call.args.unknown("dry-run"));
    }
    let words = target::words(call)?;
    if words.is_empty() {
        return Err(Failure::error("required resource not specified"));
    }
    for flag in ["revision", "to-revision"] {
        if let Some(number) = call.args.number(flag)?.filter(|number| *number < 0) {
            return Err(Failure::error(format!("{} must be a positive integer: {number}", flag.trim_start_matches("to-"))));
        }
    }
    let mut task = None;
    for object in target::all(call, &words)? {
        match &object {
            Object::StatefulSet(_) | Object::DaemonSet(_) | Object::Deployment(_) => task = act(call, &object)?.or(task),
            other => call.voice.fail(unmanaged(other, &verb)),
        }
    }
    Ok(task)
}

/// `statefulsets.apps "kubia" …`, as a refusal of kubectl's own, which says `error: ` among several too.
fn cannot(object: &Object, why: &str) -> Failure {
    Failure::error(format!("error: {} {:?} {why}", object.kind().resource(), &*object.meta().name))
}

/// What a kind without rollouts gets told.
fn unmanaged(object: &Object, verb: &str) -> Failure {
    let kind = object.kind();
    let (name, group) = (kind.name(), kind.info().group);
    let qualified = if group.is_empty() { name.to_owned() } else { format!("{name}.{group}") };
    match verb {
        "status" => Failure::error(format!("no status viewer has been implemented for {qualified}")),
        "history" => Failure::error(format!("no history viewer has been implemented for {qualified:?}")),
        "undo" => {
            let why = format!("no visitor method exists for {{{group} {name}}}");
            Failure::error(format!("error retrieving rollbacker for {qualified:?}, {why}"))
        }
        "restart" => cannot(object, "restarting is not supported"),
        "pause" => cannot(object, "pausing is not supported"),
        _ => cannot(object, "resuming is not supported"),
    }
}

fn status(call: &mut Call, object: &Object) -> Answer {
    progress::check(object)?;
    let deadline = match call.args.get("timeout") {
        None => None,
        Some(text) => age::parse(text)
            .map(|span| (span.0 > 0).then_some(call.world.now() + span))
            .ok_or_else(|| call.args.no_duration("timeout", text))?,
    };
    let once = call.args.get("watch") == Some("false");
    let revision = call.args.number("revision")?.filter(|n| *n > 0);
    Ok(Some(Task::Rollout(Rollout { kind: object.kind(), key: object.key(), seen: 0, once, revision, deadline })))
}

/// A rollout that is followed to its end.
#[derive(Clone, Debug)]
pub struct Rollout {
    kind: Kind,
    key: Key,
    seen: u64,
    once: bool,
    revision: Option<i64>,
    deadline: Option<Time>,
}

impl Rollout {
    /// Says how far it is whenever the set changes; true once it is through, or cannot be.
    pub fn poll(&mut self, world: &World, voice: &mut Voice) -> bool {
        let Some(object) = world.object(self.kind, &self.key) else {
            voice.fail(Failure::error("object has been deleted"));
            return true;
        };
        let revision = object.meta().resource_version.0;
        if revision != self.seen {
            self.seen = revision;
            match progress::of(object, self.revision) {
                Ok((text, done)) => {
                    voice.say(text);
                    if done || self.once {
                        return true;
                    }
                }
                Err(failure) => {
                    voice.fail(failure);
                    return true;
                }
            }
        }
        let late = self.deadline.is_some_and(|at| world.now() >= at);
        if late {
            voice.fail(Failure::error("timed out waiting for the condition"));
        }
        late
    }
    /// When it gives up.
    pub fn until(&self) -> Option<Time> {
        self.deadline
    }
}

fn history(call: &mut Call, object: &Object) -> Answer {
    let name = format!("{}/{}", object.kind().singular(), object.meta().name);
    let all = history::revisions(call.world, object);
    if let Some(number) = call.args.number("revision")?.filter(|n| *n > 0) {
        let missing = || Failure::error("unable to find the specified revision");
        let revision = all.iter().find(|revision| revision.number == number).ok_or_else(missing)?;
        call.voice.say(format!("{name} with revision #{number}"));
        let text = describe::template_text(&revision.restored(object)["spec"]["template"]);
        call.voice.say(text);
        return Ok(None);
    }
    let mut table = Describe::new();
    table.line(0, "REVISION\tCHANGE-CAUSE");
    for revision in &all {
        table.line(0, &format!("{}\t{}", revision.number, revision.cause));
    }
    call.voice.say(format!("{name} "));
    call.voice.say(table.print());
    Ok(None)
}

fn undo(call: &mut Call, object: &Object) -> Answer {
    if object.meta().annotations.get(LAST_APPLIED).is_some() {
        call.voice.warn(format!(
            "Warning: resource {}/{} was previously managed with 'kubectl apply'. Rolling back will not update the {LAST_APPLIED} annotation, \
             which may cause unexpected behavior on future 'kubectl apply' operations. Consider using 'kubectl apply' with your previous \
             configuration file instead.",
            object.kind().info().plural,
            object.meta().name
        ));
    }
    let to = call.args.number("to-revision")?.filter(|n| *n != 0);
    let all = history::revisions(call.world, object);
    let revision = chosen(&all, to, object).map_err(Failure::error)?;
    if call.dry_run() == Some("client") {
        let text = describe::template_text(&revision.restored(object)["spec"]["template"]);
        let words = if object.kind() == Kind::Deployment { "" } else { "will roll back to " };
        call.done(object, &format!("{words}{text}"));
        return Ok(None);
    }
    refuse_paused(object)?;
    if revision.is_present(object) {
        // kubectl says which revision it was asked for: 0 where it was asked for none.
        call.done(object, &format!("skipped rollback (current template already matches revision {})", to.unwrap_or(0)));
        return Ok(None);
    }
    let after = revision.undone(object);
    let written = call.act(|world| requests::replace(world, object, after))?;
    call.done(&written.object, "rolled back");
    call.voice.warnings(written.warnings);
    Ok(None)
}

fn refuse_paused(object: &Object) -> Result<(), Failure> {
    if matches!(object, Object::Deployment(deployment) if deployment.spec.paused) {
        let why = "you cannot rollback a paused deployment; resume it first with 'kubectl rollout resume' and try again";
        return Err(Failure::error(why));
    }
    Ok(())
}

/// The revision asked for, or the one before the present.
fn chosen<'r>(all: &'r [Revision], to: Option<i64>, object: &Object) -> Result<&'r Revision, String> {
    match (to, object) {
        (Some(n), _) => all.iter().find(|r| r.number == n).ok_or_else(|| format!("unable to find specified revision {n} in history")),
        (None, Object::Deployment(d)) => {
            all.iter().rev().nth(1).ok_or_else(|| format!("no rollout history found for deployment {:?}", &*d.metadata.name))
        }
        (None, _) => all.iter().rev().nth(1).ok_or_else(|| "no last revision to roll back to".to_owned()),
    }
}

fn is_paused(value: &Value) -> bool {
    value["spec"]["paused"] == true
}

fn restart(call: &mut Call, object: &Object) -> Answer {
    let now = call.world.now().rfc3339();
    let mut after = object.to_value();
    if is_paused(&after) {
        return Err(cannot(object, "can't restart paused deployment (run rollout resume first)"));
    }
    let meta = &mut after["spec"]["template"]["metadata"];
    if !meta["annotations"].is_object() {
        meta["annotations"] = json!({});
    }
    if meta["annotations"][RESTARTED] == *now {
        let why = "if restart has already been triggered within the past second, please wait before attempting to trigger another";
        return Err(Failure::error(format!("failed to create patch for {}: {why}", object.meta().name)));
    }
    meta["annotations"][RESTARTED] = now.into();
    let written = call.act(|world| requests::replace(world, object, after))?;
    call.done(&written.object, "restarted");
    call.voice.warnings(written.warnings);
    Ok(None)
}

fn pause(call: &mut Call, object: &Object, on: bool) -> Answer {
    let mut after = object.to_value();
    match (object.kind(), is_paused(&after), on) {
        (Kind::Deployment, false, true) | (Kind::Deployment, true, false) => {}
        (Kind::Deployment, _, true) => return Err(cannot(object, "is already paused")),
        (Kind::Deployment, _, false) => return Err(cannot(object, "is not paused")),
        (_, _, true) => return Err(cannot(object, "pausing is not supported")),
        (_, _, false) => return Err(cannot(object, "resuming is not supported")),
    }
    after["spec"]["paused"] = on.into();
    let written = call.act(|world| requests::replace(world, object, after))?;
    call.done(&written.object, if on { "paused" } else { "resumed" });
    call.voice.warnings(written.warnings);
    Ok(None)
}

#[cfg(test)]
mod tests;
