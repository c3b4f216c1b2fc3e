//! Lifecycle hooks: what runs right after a container's start and before its stop. Upstream:
//! pkg/kubelet/lifecycle/handlers.go.

use super::super::images;
use super::super::machine::{Process, Slot};
use super::super::world::World;
use super::{Errand, stop, tell};
use crate::api::{Name, Span, Uid};
use serde_json::Value;

/// How long a container's preStop hook takes; zero where it has none or fails at once.
pub fn pre_stop(world: &mut World, node: &Name, process: &Process, slot: Slot) -> Span {
    match run(process, slot, "preStop") {
        None => Span(0),
        Some((takes, 0)) => takes,
        Some((takes, _)) => {
            tell(world, node, process.uid, Some(slot), true, "FailedPreStopHook", "PreStopHook failed");
            takes
        }
    }
}

/// A preStop hook has ended with its container. Upstream: executePreStopHook, whose command fails then.
pub fn cut_off(world: &mut World, node: &Name, uid: Uid, slot: Slot) {
    tell(world, node, uid, Some(slot), true, "FailedPreStopHook", "PreStopHook failed");
}

/// Runs a container's postStart hook; a container whose hook fails is killed. Simplified: the container counts as running
/// meanwhile, where upstream holds its status back until the hook has ended.
pub fn post_start(world: &mut World, node: &Name, process: &Process, slot: Slot) {
    let Some((takes, _)) = run(process, slot, "postStart").filter(|(_, code)| *code != 0) else { return };
    let restarts = super::process(world, node, process.uid).and_then(|p| Some(p.run(slot)?.restarts)).unwrap_or_default();
    let errand = Errand::HookFailed(process.uid, slot, restarts);
    world.schedule(world.now() + takes, super::Due::Kubelet(node.clone(), errand));
}

/// A postStart hook has failed.
pub fn failed(world: &mut World, node: &Name, uid: Uid, slot: Slot, restarts: i32) {
    let Some(process) = super::process(world, node, uid) else { return };
    if process.run(slot).is_none_or(|run| run.restarts != restarts || !run.is_running()) {
        return;
    }
    tell(world, node, uid, Some(slot), true, "FailedPostStartHook", "PostStartHook failed");
    stop::kill(world, node, uid, slot, "FailedPostStartHook", None);
}

/// Longer than any grace.
const FOREVER: Span = Span::mins(60 * 24 * 365);

/// How long a hook takes and with which code it ends; `None` where there is none.
fn run(process: &Process, slot: Slot, name: &str) -> Option<(Span, i32)> {
    let hook = process.wanted(slot)?.lifecycle.as_ref()?.get(name)?;
    if let Some(seconds) = hook["sleep"]["seconds"].as_i64() {
        return Some((Span::secs(seconds), 0));
    }
    let words: Vec<Name> = hook["exec"]["command"].as_array().into_iter().flatten().filter_map(Value::as_str).map(Name::from).collect();
    // A hook that never ends takes all there is.
    let course = images::command(&words).map(|course| course.ends.unwrap_or((FOREVER, 0)));
    Some(course.unwrap_or((images::BRIEF, 0)))
}
