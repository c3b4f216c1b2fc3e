//! To come.

use super::super::apiserver::Desk;
use super::super::world::World;
use crate::api::{Key, Object};

/// Takes a key from the queue.
pub fn sync(_desk: &mut Desk, _key: &Key) {}

/// Hears of a write.
pub fn notice(_world: &mut World, _before: Option<&Object>, _after: Option<&Object>) {}
