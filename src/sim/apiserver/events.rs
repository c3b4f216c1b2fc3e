//! Events: whether one is written at all, and whether as a new one. Upstream: client-go/tools/record, and for the
//! scheduler's newer kind client-go/tools/events.

use super::Desk;
use crate::api::service::{EventSource, EventType, Series};
use crate::api::{Event, Meta, Name, Object, ObjectRef, Refusal, Resource, Uid, hex};
use crate::sim::chance::digest;
use crate::sim::change::Actor;
use std::sync::Arc;

mod correlator;
mod expiry;

use correlator::Once;
pub use correlator::Said;
pub use expiry::{Queue, expire, written};

/// Words before the message that stands for ten and more.
const COMBINED: &str = "(combined from similar events): ";

/// Stores an event about an object, counts up the one that says the same, or keeps silent where too much was said.
pub fn record(desk: &mut Desk, about: ObjectRef, warning: bool, reason: &str, message: Name) {
    let new = compose(desk, about, warning, reason, message);
    let written = if *desk.actor() == Actor::Scheduler { note(desk, new) } else { correlate(desk, new) };
    debug_assert!(
        written.as_ref().err().is_none_or(super::namespaces::is_ending),
        "only a namespace on its way out refuses an event: {written:?}"
    );
}

/// Whom an event is about: an object by its uid, or by a number made from its name where the event gives no uid.
fn subject(about: &ObjectRef) -> Uid {
    if about.uid.is_nil() { Uid::new(digest(&about.name)[0].into()) } else { about.uid }
}

fn said<'w>(desk: &'w mut Desk, subject: Uid) -> &'w mut Said {
    desk.world().memory.events.entry(subject).or_default()
}

/// Upstream: recordToSink of client-go/tools/record.
fn correlate(desk: &mut Desk, mut new: Event) -> Result<(), Refusal> {
    let (now, actor, subject) = (desk.now, desk.actor().clone(), subject(&new.involved_object));
    let said_before = said(desk, subject);
    let telling = said_before.tell(&new, now);
    if let Some(known) = said_before.known(telling) {
        (new.count, new.first_timestamp) = (known.count + 1, known.first_timestamp);
        new.metadata.name = known.metadata.name.clone();
    }
    let is_heard = said_before.may_speak(&actor, now);
    if telling.combined {
        new.message = format!("{COMBINED}{}", new.message).into();
    }
    let event = if is_heard { write(desk, new)? } else { Arc::new(new) };
    said(desk, subject).told(telling, event, now);
    Ok(())
}

fn write(desk: &mut Desk, new: Event) -> Result<Arc<Event>, Refusal> {
    let known = if new.count > 1 { desk.get::<Event>(&new.metadata.key()).cloned() } else { None };
    match known {
        Some(old) => {
            let again = Event { count: new.count, message: new.message, last_timestamp: new.last_timestamp, ..(*old).clone() };
            desk.update(again).map(|stored| event(&stored))
        }
        None => desk.make_event(new),
    }
}

/// An object that is known to be an event.
pub fn event(stored: &Object) -> Arc<Event> {
    Event::peel(stored).cloned().unwrap_or_default()
}

/// Upstream: recordToSink of client-go/tools/events. Simplified: how long a series has grown is written when it begins and
/// not again, where upstream writes it every half hour and six minutes after its end.
fn note(desk: &mut Desk, new: Event) -> Result<(), Refusal> {
    let (now, subject) = (desk.now, subject(&new.involved_object));
    match said(desk, subject).once(&new, now) {
        Once::First => {
            let event = desk.make_event(new)?;
            said(desk, subject).began(event, now);
            Ok(())
        }
        Once::Again(event) => {
            let Some(old) = desk.get::<Event>(&event.metadata.key()).cloned() else { return Ok(()) };
            let series = Some(Box::new(Series { count: 2, last_observed_time: now }));
            desk.update(Event { series, ..(*old).clone() }).map(drop)
        }
        Once::More => Ok(()),
    }
}

/// What the scheduler was doing, by the reason that it gives.
const ACTIONS: [(&str, &str); 3] = [("Scheduled", "Binding"), ("FailedScheduling", "Scheduling"), ("Preempted", "Preempting")];
/// The scheduler's name on its machine, which is none of the nodes here.
const CONTROL_PLANE: &str = "default-scheduler-control-plane";

fn compose(desk: &Desk, about: ObjectRef, warning: bool, reason: &str, message: Name) -> Event {
    let now = desk.now.to_second();
    let namespace: Name = if about.namespace.is_empty() { "default".into() } else { about.namespace.clone() };
    let component = desk.actor().component();
    let newer = *desk.actor() == Actor::Scheduler;
    let action = ACTIONS.iter().find(|(known, _)| newer && *known == reason).map_or("", |(_, action)| *action);
    let host = if newer { Name::from_static_str(CONTROL_PLANE) } else { desk.actor().host() };
    let source = EventSource { component: if newer { Name::default() } else { component.clone() }, host: desk.actor().host() };
    Event {
        metadata: Meta::named(namespace, unique_name(desk, &about.name)),
        involved_object: about,
        reason: reason.into(),
        message,
        event_time: newer.then_some(desk.now),
        action: Name::from_static_str(action),
        source,
        first_timestamp: (!newer).then_some(now),
        last_timestamp: (!newer).then_some(now),
        count: i32::from(!newer),
        kind: if warning { EventType::Warning } else { EventType::Normal },
        reporting_component: component,
        reporting_instance: host,
        ..Event::default()
    }
}

/// `<object>.<hex of nanoseconds>`. Virtual time stands still within an instant, so the cluster's revision, which grows
/// with every event, stands for its nanoseconds.
fn unique_name(desk: &Desk, object: &Name) -> Name {
    let nanos = (desk.now.0 as u64).wrapping_mul(1_000_000).wrapping_add(desk.store.revision().0 % 1_000_000);
    let mut name = String::with_capacity(object.len() + 17);
    name.push_str(object);
    name.push('.');
    hex::push(&mut name, nanos);
    name.into()
}

#[cfg(test)]
mod tests;
