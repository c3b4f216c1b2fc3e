//! Node lifecycle, taint eviction, pod collection.

use super::super::apiserver::Desk;
use super::super::change::Controller;
use super::super::world::World;
use crate::api::{Key, Kind, Object};

/// What the node controllers remember.
#[derive(Clone, Debug, Default)]
pub struct Memory {}

/// Takes a key from a queue.
pub fn sync(_desk: &mut Desk, _controller: Controller, _kind: Kind, _key: &Key) {}

/// A periodic pass.
pub fn pass(_desk: &mut Desk, _controller: Controller) {}

/// Hears of a write.
pub fn notice(_world: &mut World, _before: Option<&Object>, _after: Option<&Object>) {}
