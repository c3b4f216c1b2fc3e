//! Events: names, counting up of identical ones, combining of similar ones. Upstream: client-go/tools/record.

use super::Desk;
use crate::api::service::{EventSource, EventType};
use crate::api::{Event, Key, Meta, Name, Object, ObjectRef, Refusal, Span, Time};
use crate::sim::change::Actor;
use std::sync::Arc;

/// From so many different messages of one reason on, they are one event. Upstream: defaultAggregateMaxEvents.
const SIMILAR: usize = 10;
/// After so long a silence similar messages are single events again. Upstream: defaultAggregateIntervalInSeconds.
const SILENCE: Span = Span::secs(600);
/// What a combined event's message begins with.
const COMBINED: &str = "(combined from similar events): ";
/// How long one event's worth of allowance takes to come back, and how many may be saved up. Upstream: defaultSpamQPS and
/// defaultSpamBurst.
const COST: Span = Span::secs(300);
const BURST: i64 = 25;

/// What one source has said about an object. Upstream keeps the latest 4096 of all objects; this keeps all.
#[derive(Clone, Debug, Default)]
pub struct Voice {
    source: EventSource,
    sayings: Vec<Saying>,
    topics: Vec<Topic>,
    /// When nothing of its allowance will be used up any more.
    rested: Time,
}

/// What each source has said about an object.
pub type Said = Arc<Vec<Voice>>;

/// What makes two events of a source about an object the same but for their time, and the event that says it. Upstream:
/// getEventKey.
#[derive(Clone, Debug)]
struct Saying {
    part: Name,
    warning: bool,
    reason: Name,
    /// Absent in a combined event.
    message: Option<Name>,
    event: Key,
    count: i32,
}

/// Which messages a reason has had lately. Upstream: aggregateRecord.
#[derive(Clone, Debug)]
struct Topic {
    warning: bool,
    reason: Name,
    messages: Vec<Name>,
    last: Time,
}

/// Stores an event about an object, or counts up an identical one; what is similar to many is combined, and who says too
/// much is not heard. The scheduler's are of the newer kind and stand alone. Upstream: EventCorrelator.
pub fn record(desk: &mut Desk, about: ObjectRef, warning: bool, reason: &str, message: Name) {
    let mut event = compose(desk, about, warning, reason, message);
    let written = if *desk.actor() == Actor::Scheduler {
        desk.create(event)
    } else {
        let now = desk.now;
        let said = Arc::make_mut(desk.world.memory.events.entry(event.involved_object.uid).or_default());
        let voice = voice(said, &event.source);
        let is_new = voice.observe(&mut event, now);
        if !voice.may_speak(now) {
            return;
        }
        if is_new || desk.get::<Event>(&event.metadata.key()).is_none() { desk.create(event) } else { recount(desk, event) }
    };
    let refused = |refusal: &crate::api::Refusal| super::namespaces::is_ending(refusal);
    debug_assert!(written.as_ref().err().is_none_or(refused), "only a namespace on its way out refuses an event: {written:?}");
}

fn voice<'a>(said: &'a mut Vec<Voice>, source: &EventSource) -> &'a mut Voice {
    let known = said.iter().position(|voice| voice.source == *source);
    let index = known.unwrap_or_else(|| {
        said.push(Voice { source: source.clone(), ..Voice::default() });
        said.len() - 1
    });
    &mut said[index]
}

fn recount(desk: &mut Desk, event: Event) -> Result<Object, Refusal> {
    let mut again = desk.get::<Event>(&event.metadata.key()).map_or_else(|| event.clone(), |old| (**old).clone());
    (again.count, again.last_timestamp, again.message) = (event.count, event.last_timestamp, event.message);
    desk.update(again)
}

impl Voice {
    /// Counts an event up, under the name that it had first; true where it was not said before.
    fn observe(&mut self, event: &mut Event, now: Time) -> bool {
        let is_combined = self.is_one_of_many(event, now);
        let message = (!is_combined).then(|| event.message.clone());
        if is_combined {
            event.message = format!("{COMBINED}{}", event.message).into();
        }
        let (part, warning) = (event.involved_object.field_path.clone(), event.kind == EventType::Warning);
        let same = |s: &&mut Saying| s.reason == event.reason && s.message == message && s.part == part && s.warning == warning;
        if let Some(known) = self.sayings.iter_mut().find(same) {
            known.count += 1;
            event.count = known.count;
            event.metadata.name = known.event.name.clone();
            return false;
        }
        self.sayings.push(Saying { part, warning, reason: event.reason.clone(), message, event: event.metadata.key(), count: 1 });
        true
    }

    /// Upstream: EventAggregate. Which of the messages is forgotten when there are too many is chance there: here it is
    /// the latest.
    fn is_one_of_many(&mut self, event: &Event, now: Time) -> bool {
        let warning = event.kind == EventType::Warning;
        let same = |topic: &Topic| topic.reason == event.reason && topic.warning == warning;
        let index = self.topics.iter().position(same).unwrap_or_else(|| {
            self.topics.push(Topic { warning, reason: event.reason.clone(), messages: Vec::new(), last: now });
            self.topics.len() - 1
        });
        let topic = &mut self.topics[index];
        if now - topic.last > SILENCE {
            topic.messages.clear();
        }
        topic.last = now;
        let is_known = topic.messages.contains(&event.message);
        let is_many = !is_known && topic.messages.len() + 1 >= SIMILAR;
        if !is_known && !is_many {
            topic.messages.push(event.message.clone());
        }
        is_many
    }

    /// Takes from the allowance, where there is any. Upstream: EventSourceObjectSpamFilter.
    fn may_speak(&mut self, now: Time) -> bool {
        let rested = self.rested.max(now) + COST;
        let may = rested - now <= Span(COST.0 * BURST);
        if may {
            self.rested = rested;
        }
        may
    }
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

#[cfg(test)]
mod tests;
