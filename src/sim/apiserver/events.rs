//! Events: names, counting up of identical ones. Upstream: client-go/tools/record.

use super::Desk;
use crate::api::service::{EventSource, EventType};
use crate::api::{Event, Key, Meta, Name, ObjectRef};
use crate::sim::change::Actor;

/// Stores an event about an object, or counts up an identical one. The scheduler's are of the newer kind and stand alone.
pub fn record(desk: &mut Desk, about: ObjectRef, warning: bool, reason: &str, message: Name) {
    let event = compose(desk, about, warning, reason, message);
    let counts = *desk.actor() != Actor::Scheduler;
    let known = counts.then(|| desk.world.memory.events.get(&identity(&event)).cloned()).flatten();
    let written = match known.and_then(|key| desk.get::<Event>(&key).cloned()) {
        Some(old) => {
            let again = Event { count: old.count + 1, last_timestamp: event.last_timestamp, ..(*old).clone() };
            desk.update(again)
        }
        None => {
            desk.world.memory.events.insert(identity(&event), event.metadata.key());
            desk.create(event)
        }
    };
    let refused = |refusal: &crate::api::Refusal| super::namespaces::is_ending(refusal);
    debug_assert!(written.as_ref().err().is_none_or(refused), "only a namespace on its way out refuses an event: {written:?}");
}

/// What makes two events the same but for their time: object, reason and message (and with them the source).
pub type Identity = (crate::api::Uid, Name, Name);

fn identity(event: &Event) -> Identity {
    (event.involved_object.uid, event.reason.clone(), event.message.clone())
}

fn compose(desk: &mut Desk, about: ObjectRef, warning: bool, reason: &str, message: Name) -> Event {
    let now = desk.now.to_second();
    let namespace: Name = if about.namespace.is_empty() { "default".into() } else { about.namespace.clone() };
    let name = unique_name(desk, &namespace, &about.name);
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

/// `<object>.<hex of nanoseconds>`; virtual time stands still within an instant, so the next free number is taken.
fn unique_name(desk: &Desk, namespace: &Name, object: &Name) -> Name {
    let mut nanos = (desk.now.0 as u64).wrapping_mul(1_000_000).wrapping_add(desk.store.revision().0 % 1_000_000);
    loop {
        let name: Name = format!("{object}.{nanos:016x}").into();
        if desk.get::<Event>(&Key::new(namespace.clone(), name.clone())).is_none() {
            return name;
        }
        nanos += 1;
    }
}
