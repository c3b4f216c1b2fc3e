//! The scheduler: which node a pod goes to.

use super::world::World;
use crate::api::Object;

/// The scheduler's queue and its picture of the nodes.
#[derive(Clone, Debug, Default)]
pub struct Scheduler {}

/// Takes the next pod from the queue.
pub fn schedule(_world: &mut World) {}

/// Hears of a write.
pub fn notice(_world: &mut World, _before: Option<&Object>, _after: Option<&Object>) {}
