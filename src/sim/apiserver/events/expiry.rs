//! Events are kept for an hour after they were last written. Upstream: the lease that registry/core/event/storage gives
//! them, of the length --event-ttl.

use crate::api::{Event, Object, Span, Time};
use crate::sim::agenda::Due;
use crate::sim::apiserver::Desk;
use crate::sim::change::Actor;
use crate::sim::world::World;
use imbl::Vector;
use std::sync::Arc;

/// How long events are kept.
const KEPT: Span = Span::mins(60);
/// Those whose hour ends within one such span go together, so that the end of many is one thing that happens.
const TOGETHER: Span = Span::mins(1);

/// Events as they were written, in the order in which they will be forgotten, and when.
pub type Queue = Vector<(Time, Arc<Event>)>;

/// An event was written: its hour begins.
pub fn written(world: &mut World, event: &Arc<Event>) {
    let at = world.now + KEPT;
    if world.memory.expiring.is_empty() {
        world.schedule(at + TOGETHER, Due::Expire);
    }
    world.memory.expiring.push_back((at, event.clone()));
}

/// Forgets the events whose hour is over, and what was said about objects that are gone.
pub fn expire(world: &mut World) {
    let now = world.now;
    while let Some((_, event)) = world.memory.expiring.front().filter(|(at, _)| *at <= now).cloned() {
        world.memory.expiring.pop_front();
        let version = event.metadata.resource_version;
        if world.get::<Event>(&event.metadata.key()).is_some_and(|current| current.metadata.resource_version == version) {
            forget_sayings(world, &event);
            Desk::new(world, Actor::ApiServer).erase(Object::Event(event));
        }
    }
    if let Some(next) = world.memory.expiring.front().map(|(at, _)| *at) {
        world.schedule(next + TOGETHER, Due::Expire);
    }
}

fn forget_sayings(world: &mut World, event: &Event) {
    let about = super::subject(&event.involved_object);
    if world.store().born(about).0 == 0 {
        world.memory.events.remove(&about);
    }
}
