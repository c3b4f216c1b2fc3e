//! Claims and volumes: binding, reclaiming, protection, attaching.

use super::super::apiserver::Desk;
use super::super::change::Controller;
use super::super::world::World;
use crate::api::{Key, Kind, Name, Object};

/// What the volume controllers remember.
#[derive(Clone, Debug, Default)]
pub struct Memory {}

/// The default class that admission gives a claim.
pub fn default_class(_world: &World) -> Option<Name> {
    None
}

/// Takes a key from a queue.
pub fn sync(_desk: &mut Desk, _controller: Controller, _kind: Kind, _key: &Key) {}

/// A periodic pass.
pub fn pass(_desk: &mut Desk, _controller: Controller) {}

/// Hears of a write.
pub fn notice(_world: &mut World, _before: Option<&Object>, _after: Option<&Object>) {}
