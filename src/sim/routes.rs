//! Who hears of a write: the one place where a change of the record reaches those who act on it.

use super::world::World;
use super::{controllers, kubelet, network, scheduler};
use crate::api::Object;

/// Tells everybody of a write. Of events, which are most of what is written, few want to hear.
pub fn written(world: &mut World, before: Option<&Object>, after: Option<&Object>) {
    if let Some(Object::Event(_)) = after.or(before) {
        return controllers::notice_event(world, before, after);
    }
    scheduler::notice(world, before, after);
    controllers::notice(world, before, after);
    network::notice(world, before, after);
    kubelet::notice(world, before, after);
}
