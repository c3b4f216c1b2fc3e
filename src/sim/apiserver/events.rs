//! Events: whether one is written at all, and whether as a new one. Upstream: client-go/tools/record, and for the
//! scheduler's newer kind client-go/tools/events.

use super::Desk;
use crate::api::service::{EventSource, EventType, Series};
use crate::api::{Event, Key, Meta, Name, ObjectRef, Uid};
use crate::sim::change::Actor;

mod correlator;
mod expiry;

pub use correlator::Said;
use correlator::{Once, Told};
pub use expiry::{Queue, expire, written};

/// Words before the message that stands for ten and more.
const COMBINED: &str = "(combined from similar events): ";

/// Stores an event about an object, counts up the one that says the same, or keeps silent where too much was said.
pub fn record(desk: &mut Desk, about: ObjectRef, warning: bool, reason: &str, message: Name) {
    let written = if *desk.actor() == Actor::Scheduler {
        note(desk, about, warning, reason, message)
    } else {
        correlate(desk, about, warning, reason, message)
    };
    let refused = |refusal: &crate::api::Refusal| super::namespaces::is_ending(refusal);
    debug_assert!(written.as_ref().err().is_none_or(refused), "only a namespace on its way out refuses an event: {written:?}");
}

type Written = Result<(), crate::api::Refusal>;

/// Whom an event is about: an object by its uid, or by its name where the event gives no uid.
pub type Subject = (Uid, Name);

fn subject(about: &ObjectRef) -> Subject {
    (about.uid, if about.uid.is_nil() { about.name.clone() } else { Name::default() })
}

/// Upstream: recordToSink of client-go/tools/record.
fn correlate(desk: &mut Desk, about: ObjectRef, warning: bool, reason: &str, message: Name) -> Written {
    let (now, name, actor) = (desk.now, unique_name(desk, &about.name), desk.actor().clone());
    let said = desk.world().memory.events.entry(subject(&about)).or_default();
    let topic = said.topic(&actor, warning, reason);
    let (Told { event, first, count }, combined) = topic.tell(&about.field_path, &message, name, now);
    let (event, first, count) = (event.clone(), *first, *count);
    if !said.may_speak(&actor, now) {
        return Ok(());
    }
    let message = if combined { format!("{COMBINED}{message}").into() } else { message };
    let new = compose(desk, event, about, warning, reason, message);
    let known = if count > 1 { desk.get::<Event>(&new.metadata.key()).cloned() } else { None };
    if let Some(old) = known {
        let again = Event { count, message: new.message, last_timestamp: new.last_timestamp, ..(*old).clone() };
        return desk.update(again).map(drop);
    }
    desk.make_event(Event { count, first_timestamp: Some(first.to_second()), ..new })
}

/// Upstream: recordToSink of client-go/tools/events. Simplified: how long a series has grown is written when it begins and
/// not again, where upstream writes it every half hour and six minutes after its end.
fn note(desk: &mut Desk, about: ObjectRef, warning: bool, reason: &str, message: Name) -> Written {
    let name = unique_name(desk, &about.name);
    let new = compose(desk, name, about, warning, reason, message);
    let about = &new.involved_object;
    let (now, subject, version) = (desk.now, subject(about), about.resource_version);
    let said = desk.world().memory.events.entry(subject).or_default();
    match said.once(warning, reason, version, &new.metadata.name, now) {
        Once::First => desk.make_event(new),
        Once::Again(name) => {
            let key = Key::new(new.metadata.namespace.clone(), name);
            let Some(old) = desk.get::<Event>(&key).cloned() else { return Ok(()) };
            desk.update(Event { series: Some(Series { count: 2, last_observed_time: now }), ..(*old).clone() }).map(drop)
        }
        Once::More => Ok(()),
    }
}

/// What the scheduler was doing, by the reason that it gives.
const ACTIONS: [(&str, &str); 3] = [("Scheduled", "Binding"), ("FailedScheduling", "Scheduling"), ("Preempted", "Preempting")];
/// The scheduler's name on its machine, which is none of the nodes here.
const CONTROL_PLANE: &str = "default-scheduler-control-plane";

fn compose(desk: &Desk, name: Name, about: ObjectRef, warning: bool, reason: &str, message: Name) -> Event {
    let now = desk.now.to_second();
    let namespace: Name = if about.namespace.is_empty() { "default".into() } else { about.namespace.clone() };
    let component: Name = desk.actor().component().into();
    let newer = *desk.actor() == Actor::Scheduler;
    let action = ACTIONS.iter().find(|(known, _)| newer && *known == reason).map_or("", |(_, action)| *action);
    let host = if newer { Name::new_static(CONTROL_PLANE) } else { desk.actor().host() };
    let source = EventSource { component: if newer { Name::default() } else { component.clone() }, host: desk.actor().host() };
    Event {
        metadata: Meta::named(namespace, name),
        involved_object: about,
        reason: reason.into(),
        message,
        event_time: newer.then_some(desk.now),
        action: Name::new_static(action),
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
    format!("{object}.{nanos:016x}").into()
}

#[cfg(test)]
mod tests;
