//! `kubectl rollout`: status, history, undo and restart of StatefulSets.

use super::apply::LAST_APPLIED;
use super::{Answer, Call, delete, describe, target};
use crate::api::object::{Kind, Object};
use crate::api::table::Describe;
use crate::api::workload::{ControllerRevision, StrategyType};
use crate::api::{Key, StatefulSet, Time, age, patch};
use crate::shell::flags::{Flag, perhaps, value};
use crate::shell::job::Task;
use crate::shell::requests;
use crate::shell::voice::{Failure, Voice};
use crate::sim::World;
use serde_json::json;
use std::sync::Arc;

/// Flags of its own.
pub const FLAGS: &[Flag] = &[perhaps("watch", 'w', "true"), value("revision", '-'), value("to-revision", '-')];

/// Restarted pods are told apart by this annotation.
const RESTARTED: &str = "kubectl.kubernetes.io/restartedAt";

/// One of the subcommands.
pub fn run(call: &mut Call) -> Answer {
    let usage = || Failure::error("usage: kubectl rollout status|history|undo|restart TYPE NAME");
    let verb = call.shift().ok_or_else(usage)?;
    let act: fn(&mut Call, &Arc<StatefulSet>) -> Answer = match verb.as_str() {
        "status" => status,
        "history" => history,
        "undo" => undo,
        "restart" => restart,
        "pause" => |_, set| Err(unsupported(set, "pausing")),
        "resume" => |_, set| Err(unsupported(set, "resuming")),
        other => return Err(Failure::error(format!("unknown command {other:?} for \"kubectl rollout\""))),
    };
    let words = call.args.words.clone();
    if words.is_empty() {
        return Err(Failure::error("required resource not specified"));
    }
    let mut task = None;
    for object in target::objects(call, &words)? {
        match &object {
            Object::StatefulSet(set) => task = act(call, set)?.or(task),
            other => call.voice.fail(unmanaged(other, &verb)),
        }
    }
    Ok(task)
}

fn unsupported(set: &StatefulSet, what: &str) -> Failure {
    Failure::error(format!("{} {:?} {what} is not supported", Kind::StatefulSet.resource(), &*set.metadata.name))
}

/// What a kind without rollouts gets told.
fn unmanaged(object: &Object, verb: &str) -> Failure {
    let kind = object.kind();
    if kind == Kind::Deployment {
        return Failure::error("podyard stores Deployments but does not run them; StatefulSets can be rolled out");
    }
    let (name, group) = (kind.name(), kind.info().group);
    match verb {
        "status" => Failure::error(format!("no status viewer has been implemented for {name}.{group}")),
        "history" => Failure::error(format!("no history viewer has been implemented for {{{group:?} {name:?}}}")),
        "undo" => Failure::error(format!("no rollbacker has been implemented for {{{group:?} {name:?}}}")),
        "restart" => Failure::error(format!("{} {:?} restarting is not supported", kind.resource(), &*object.meta().name)),
        _ => Failure::error(format!("{} {:?} {verb} is not supported", kind.resource(), &*object.meta().name)),
    }
}

fn status(call: &mut Call, set: &Arc<StatefulSet>) -> Answer {
    if set.spec.update_strategy.kind == StrategyType::OnDelete {
        return Err(Failure::error("rollout status is only available for RollingUpdate strategy type"));
    }
    let deadline = match call.args.get("timeout") {
        None => None,
        Some(text) => {
            age::parse(text).map(|span| (span.0 > 0).then_some(call.world.now() + span)).ok_or_else(|| delete::invalid_timeout(text))?
        }
    };
    let once = call.args.get("watch") == Some("false");
    Ok(Some(Task::Rollout(Rollout { key: set.metadata.key(), seen: 0, once, deadline })))
}

/// A rollout that is followed to its end.
#[derive(Clone, Debug)]
pub struct Rollout {
    key: Key,
    seen: u64,
    once: bool,
    deadline: Option<Time>,
}

impl Rollout {
    /// Says how far it is whenever the set changes; true once it is through.
    pub fn poll(&mut self, world: &World, voice: &mut Voice) -> bool {
        let Some(set) = world.get::<StatefulSet>(&self.key) else {
            voice.fail(Failure::error("object has been deleted"));
            return true;
        };
        let revision = set.metadata.resource_version.0;
        if revision != self.seen {
            self.seen = revision;
            let (text, done) = progress(set);
            voice.say(text);
            if done || self.once {
                return true;
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

/// How far a set's rollout is, and whether it is through. Upstream: StatefulSetStatusViewer.
fn progress(set: &StatefulSet) -> (String, bool) {
    let (spec, status) = (&set.spec, &set.status);
    if status.observed_generation == 0 || set.metadata.generation > status.observed_generation {
        return ("Waiting for statefulset spec update to be observed...".to_owned(), false);
    }
    if status.ready_replicas < spec.replicas {
        return (format!("Waiting for {} pods to be ready...", spec.replicas - status.ready_replicas), false);
    }
    let (done, revision) = (status.updated_replicas, &status.update_revision);
    if let Some(rolling) = &spec.update_strategy.rolling_update {
        let wanted = spec.replicas - rolling.partition;
        return match done < wanted {
            true => (format!("Waiting for partitioned roll out to finish: {done} out of {wanted} new pods have been updated..."), false),
            false => (format!("partitioned roll out complete: {done} new pods have been updated..."), true),
        };
    }
    if *revision != status.current_revision {
        return (format!("waiting for statefulset rolling update to complete {done} pods at revision {revision}..."), false);
    }
    (format!("statefulset rolling update complete {} pods at revision {}...", status.current_replicas, status.current_revision), true)
}

/// A set's revisions, oldest first.
fn revisions(world: &World, set: &StatefulSet) -> Vec<Arc<ControllerRevision>> {
    let owned = |cr: &&Arc<ControllerRevision>| cr.metadata.is_controlled_by(set.metadata.uid);
    let mut all: Vec<Arc<ControllerRevision>> = world.list::<ControllerRevision>().filter(owned).cloned().collect();
    all.sort_by_key(|cr| cr.revision);
    all
}

fn history(call: &mut Call, set: &Arc<StatefulSet>) -> Answer {
    let name = format!("{}/{}", Kind::StatefulSet.singular(), set.metadata.name);
    let all = revisions(call.world, set);
    if let Some(number) = call.args.number("revision")?.filter(|n| *n > 0) {
        let missing = || Failure::error("unable to find the specified revision");
        let revision = all.iter().find(|cr| cr.revision == number).ok_or_else(missing)?;
        let mut after = Object::StatefulSet(set.clone()).to_value();
        patch::strategic(&mut after, &revision.data).map_err(Failure::error)?;
        call.voice.say(format!("{name} with revision #{number}"));
        let text = describe::template_text(&after["spec"]["template"]);
        call.voice.say(text);
        return Ok(None);
    }
    let mut table = Describe::new();
    table.line(0, "REVISION\tCHANGE-CAUSE");
    for revision in &all {
        let cause = revision.metadata.annotations.get("kubernetes.io/change-cause").map_or("<none>", |c| c);
        table.line(0, &format!("{}\t{cause}", revision.revision));
    }
    call.voice.say(format!("{name} "));
    call.voice.say(table.print());
    Ok(None)
}

fn undo(call: &mut Call, set: &Arc<StatefulSet>) -> Answer {
    let object = Object::StatefulSet(set.clone());
    if set.metadata.annotations.get(LAST_APPLIED).is_some() {
        call.voice.warn(format!(
            "Warning: resource {}/{} was previously managed with 'kubectl apply'. Rolling back will not update the {LAST_APPLIED} annotation, \
             which may cause unexpected behavior on future 'kubectl apply' operations. Consider using 'kubectl apply' with your previous \
             configuration file instead.",
            Kind::StatefulSet.info().plural,
            set.metadata.name
        ));
    }
    let all = revisions(call.world, set);
    let to = call.args.number("to-revision")?.filter(|n| *n != 0);
    let revision = match to {
        Some(number) => {
            all.iter().find(|cr| cr.revision == number).ok_or_else(|| format!("unable to find specified revision {number} in history"))
        }
        None => all.len().checked_sub(2).map(|i| &all[i]).ok_or_else(|| "no last revision to roll back to".to_owned()),
    };
    let revision = revision.map_err(Failure::error)?;
    let before = object.to_value();
    let mut after = before.clone();
    patch::strategic(&mut after, &revision.data).map_err(Failure::error)?;
    let same = Object::from_value(Kind::StatefulSet, after.clone()).is_ok_and(|o| o == object);
    if same {
        call.done(&object, &format!("skipped rollback (current template already matches revision {})", revision.revision));
        return Ok(None);
    }
    let written = call.act(|world| requests::replace(world, &object, after))?;
    call.done(&written.object, "rolled back");
    Ok(None)
}

fn restart(call: &mut Call, set: &Arc<StatefulSet>) -> Answer {
    let object = Object::StatefulSet(set.clone());
    let now = call.world.now().rfc3339();
    let mut after = object.to_value();
    let meta = &mut after["spec"]["template"]["metadata"];
    if !meta["annotations"].is_object() {
        meta["annotations"] = json!({});
    }
    if meta["annotations"][RESTARTED] == *now {
        let why = "if restart has already been triggered within the past second, please wait before attempting to trigger another";
        return Err(Failure::error(format!("failed to create patch for {}: {why}", set.metadata.name)));
    }
    meta["annotations"][RESTARTED] = now.into();
    let written = call.act(|world| requests::replace(world, &object, after))?;
    call.done(&written.object, "restarted");
    Ok(None)
}
