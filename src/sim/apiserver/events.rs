//! Events: names, counting up of identical ones. Upstream: client-go/tools/record.

use super::Desk;
use crate::api::service::{EventSource, EventType};
use crate::api::{Event, Key, Meta, Name, ObjectRef};
use crate::sim::change::Actor;
use std::sync::Arc;

/// What makes two events about an object the same but for their time, and the event that says it. Upstream: getEventKey.
#[derive(Clone, Debug)]
pub struct Saying {
    part: Name,
    reason: Name,
    message: Name,
    event: Key,
}

/// What was said about an object before. Upstream keeps the latest 4096 for each source; this keeps all.
pub type Said = Arc<Vec<Saying>>;

/// Stores an event about an object, or counts up an identical one. The scheduler's are of the newer kind and stand alone.
pub fn record(desk: &mut Desk, about: ObjectRef, warning: bool, reason: &str, message: Name) {
    let counts = *desk.actor() != Actor::Scheduler;
    let known = counts.then(|| before(desk, &about, reason, &message)).flatten();
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

/// The event that says the same about the same part of the same object.
fn before(desk: &Desk, about: &ObjectRef, reason: &str, message: &str) -> Option<Arc<Event>> {
    let said = desk.world.memory.events.get(&about.uid)?;
    let known = said.iter().find(|s| &*s.reason == reason && &*s.message == message && s.part == about.field_path)?;
    desk.get::<Event>(&known.event).cloned()
}

fn remember(desk: &mut Desk, event: &Event) {
    let about = &event.involved_object;
    let news = Saying {
        part: about.field_path.clone(),
        reason: event.reason.clone(),
        message: event.message.clone(),
        event: event.metadata.key(),
    };
    let said = Arc::make_mut(desk.world.memory.events.entry(about.uid).or_default());
    said.retain(|s| (&s.part, &s.reason, &s.message) != (&news.part, &news.reason, &news.message));
    said.push(news);
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
