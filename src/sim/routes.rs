//! Who hears of a write: the one place where a change of the record reaches those who act on it.

use super::world::World;
use super::{controllers, kubelet, network, scheduler};
use crate::api::Object;

/// Tells everybody of a write.
pub fn written(world: &mut World, before: Option<&Object>, after: Option<&Object>) {
    scheduler::notice(world, before, after);
    controllers::notice(world, before, after);
    network::notice(world, before, after);
    kubelet::notice(world, before, after);
}
