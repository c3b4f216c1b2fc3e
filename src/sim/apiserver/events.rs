//! Events: how they are written. Upstream: client-go/tools/record.

mod correlator;

use super::Desk;
use crate::api::service::{EventSource, EventType};
use crate::api::{Event, Meta, Name, ObjectRef};
use crate::sim::change::Actor;
pub use correlator::Memory;

/// Writes an event about an object, or counts up the one that says the same, unless its source has said too much of late.
/// The scheduler's are of the newer kind, which stand alone.
pub fn record(desk: &mut Desk, about: ObjectRef, warning: bool, reason: &str, message: Name) {
    let mut event = compose(desk, about, warning, reason, message);
    let now = desk.now;
    if *desk.actor() != Actor::Scheduler && !desk.world.memory.events.hear(&mut event, now) {
        return;
    }
    let known = if event.count > 1 { desk.get::<Event>(&event.metadata.key()).cloned() } else { None };
    let written = match known {
        Some(old) => {
            let Event { count, message, last_timestamp, .. } = event;
            desk.update(Event { count, message, last_timestamp, ..(*old).clone() })
        }
        None => desk.create(event),
    };
    let refused = |refusal: &crate::api::Refusal| super::namespaces::is_ending(refusal);
    debug_assert!(written.as_ref().err().is_none_or(refused), "only a namespace on its way out refuses an event: {written:?}");
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
