//! Events: names, counting up of identical ones. Upstream: client-go/tools/record.

use super::Desk;
use crate::api::service::{EventSource, EventType};
use crate::api::{Event, Key, Meta, Name, ObjectRef, Uid};
use crate::sim::change::Actor;
use std::sync::Arc;

/// What was said about an object before: reason, message and the event that says it. Upstream keeps the latest 4096 for
/// each source; this keeps all.
pub type Said = Arc<Vec<(Name, Name, Key)>>;

/// Stores an event about an object, or counts up an identical one. The scheduler's are of the newer kind and stand alone.
pub fn record(desk: &mut Desk, about: ObjectRef, warning: bool, reason: &str, message: Name) {
    let counts = *desk.actor() != Actor::Scheduler;
    let known = counts.then(|| before(desk, about.uid, reason, &message)).flatten();
    let event = compose(desk, about, warning, reason, message);
    let written = match known {
        Some(old) => {
            let again = Event { count: old.count + 1, last_timestamp: event.last_timestamp, ..(*old).clone() };
            desk.update(again)
        }
        None => {
            if counts {
                remember(desk, &event);
            }
            desk.create(event)
        }
    };
    debug_assert!(written.is_ok(), "event names are unique, and an event's namespace is not checked: {written:?}");
}

/// The event that says the same about the same object.
fn before(desk: &Desk, about: Uid, reason: &str, message: &str) -> Option<Arc<Event>> {
    let said = desk.world.memory.events.get(&about)?;
    let (_, _, key) = said.iter().find(|(r, m, _)| &**r == reason && &**m == message)?;
    desk.get::<Event>(key).cloned()
}

fn remember(desk: &mut Desk, event: &Event) {
    let said = Arc::make_mut(desk.world.memory.events.entry(event.involved_object.uid).or_default());
    said.retain(|(reason, message, _)| (reason, message) != (&event.reason, &event.message));
    said.push((event.reason.clone(), event.message.clone(), event.metadata.key()));
}

fn compose(desk: &mut Desk, about: ObjectRef, warning: bool, reason: &str, message: Name) -> Event {
    let now = desk.now.to_second();
    let namespace: Name = if about.namespace.is_empty() { "default".into() } else { about.namespace.clone() };
    let name = unique_name(desk, &about.name);
    let component: Name = desk.actor().component().into();
    let newer = *desk.actor() == Actor::Scheduler;
    let source = EventSource { component: if newer { Name::default() } else { component.clone() }, host: desk.actor().host() };
    Event {
        metadata: Meta::named(namespace, name),
        involved_object: about,
        reason: reason.into(),
        message,
        source,
        first_timestamp: (!newer).then_some(now),
        last_timestamp: (!newer).then_some(now),
        count: i32::from(!newer),
        kind: if warning { EventType::Warning } else { EventType::Normal },
        reporting_component: component,
        ..Event::default()
    }
}

/// `<object>.<hex of nanoseconds>`. Virtual time stands still within an instant, so the cluster's revision, which grows
/// with every event, stands for its nanoseconds.
fn unique_name(desk: &Desk, object: &Name) -> Name {
    let nanos = (desk.now.0 as u64).wrapping_mul(1_000_000).wrapping_add(desk.store.revision().0 % 1_000_000);
    format!("{object}.{nanos:016x}").into()
}
