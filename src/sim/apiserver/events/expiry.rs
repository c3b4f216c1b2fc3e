//! Events are kept for an hour after they were last written. Upstream: the lease that registry/core/event/storage gives
//! them, of the length --event-ttl.

use crate::api::meta::Revision;
use crate::api::{Key, Kind, Object, Span, Time};
use crate::sim::agenda::Due;
use crate::sim::apiserver::Desk;
use crate::sim::change::Actor;
use crate::sim::world::World;
use imbl::Vector;

/// How long events are kept.
const KEPT: Span = Span::mins(60);
/// Those whose hour ends within one such span go together, so that the end of many is one thing that happens.
const TOGETHER: Span = Span::mins(1);

/// Events in the order in which they will be forgotten: when, which, and the version that it is about.
pub type Queue = Vector<(Time, Key, Revision)>;

/// An event was written: its hour begins.
pub fn written(world: &mut World, event: &Object) {
    let at = world.now + KEPT;
    if world.memory.expiring.is_empty() {
        world.schedule(at + TOGETHER, Due::Expire);
    }
    world.memory.expiring.push_back((at, event.key(), event.meta().resource_version));
}

/// Forgets the events whose hour is over, and what was said about objects that are gone.
pub fn expire(world: &mut World) {
    let now = world.now;
    while let Some((_, key, version)) = world.memory.expiring.front().filter(|(at, ..)| *at <= now).cloned() {
        world.memory.expiring.pop_front();
        let current = world.object(Kind::Event, &key).filter(|event| event.meta().resource_version == version).cloned();
        if let Some(event) = current {
            forget_sayings(world, &event);
            Desk::new(world, Actor::ApiServer).erase(event);
        }
    }
    if let Some(next) = world.memory.expiring.front().map(|(at, ..)| *at) {
        world.schedule(next + TOGETHER, Due::Expire);
    }
}

fn forget_sayings(world: &mut World, event: &Object) {
    let Object::Event(event) = event else { return };
    let about = super::subject(&event.involved_object);
    if world.store().born(about.0).0 == 0 {
        world.memory.events.remove(&about);
    }
}
