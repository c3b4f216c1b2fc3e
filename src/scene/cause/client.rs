//! Clients that go by what the DNS told them before.

use super::Cause;
use crate::api::{Key, Pod};
use crate::scene::clock::spoken;
use crate::sim::World;
use crate::sim::machine::Process;
use crate::sim::network::memory::{Remembered, remembered};
use std::sync::Arc;

/// Why a pod does not find somebody who is there: what its process remembers is no longer so.
pub fn of(world: &World, key: &Key, pod: &Pod) -> Option<Cause> {
    let remembered = remembered(world, process(world, pod)?);
    let (stale, now) = remembered.iter().find_map(|one| Some((one, one.now.as_ref()?)))?;
    let went_by = format!("it goes by what DNS said {}", words(world, stale));
    let next = if stale.until.is_some() { "the resolver in its container" } else { "you: it never asks again" };
    let cause = Cause::new(format!("DNS says {now} now"), next).because(went_by).until(stale.until, "it asks again");
    Some(cause.free(format!("fail {}{} --exit 1", key.name, super::flag(key)), "a new process remembers nothing"))
}

/// What a pod's process remembers, in so many lines at most.
pub fn recalls(world: &World, pod: &Pod, most: usize) -> Vec<String> {
    let remembered = process(world, pod).map(|process| remembered(world, process)).unwrap_or_default();
    remembered.iter().take(most).map(|one| words(world, one)).collect()
}

fn words(world: &World, one: &Remembered) -> String {
    format!("{} ago: {} → {}", spoken(world.now() - one.since), one.name, one.told)
}

fn process<'w>(world: &'w World, pod: &Pod) -> Option<&'w Arc<Process>> {
    world.machine(&pod.spec.node_name)?.processes.get(&pod.metadata.uid)
}
