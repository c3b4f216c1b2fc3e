//! Counts identical events up, combines similar ones and holds back those of a source that talks too much about one object.
//! Upstream: EventCorrelator in client-go/tools/record/events_cache.go, which keeps the latest 4096 of each; this keeps all.

use crate::api::service::{EventSource, EventType};
use crate::api::{Event, Key, Name, Span, Time, Uid};
use imbl::OrdMap;
use std::sync::Arc;

/// From so many different messages of one reason on, they are combined: defaultAggregateMaxEvents.
const MOST_MESSAGES: usize = 10;
/// After such a silence messages of one reason are counted anew: defaultAggregateIntervalInSeconds.
const SILENCE: Span = Span::secs(600);
/// So many events about one object at once: defaultSpamBurst.
const BURST: i64 = 25;
/// One more in this time: the inverse of defaultSpamQPS.
const REFILL: Span = Span::secs(300);
/// What a combined event's message begins with.
const COMBINED: &str = "(combined from similar events): ";

/// What sources have said about each object.
#[derive(Clone, Debug, Default)]
pub struct Memory(OrdMap<(Uid, Key), Arc<Vec<Voice>>>);

/// What one source has said about an object.
#[derive(Clone, Debug)]
struct Voice {
    source: EventSource,
    sayings: Vec<Saying>,
    themes: Vec<Theme>,
    /// When its bucket of tokens will be full again.
    full_at: Time,
}

/// An event that was written, and what makes another the same: getEventKey.
#[derive(Clone, Debug)]
struct Saying {
    part: Name,
    kind: EventType,
    reason: Name,
    /// Empty for a combined event, which is the same whatever it says.
    message: Name,
    event: Key,
    count: i32,
    first: Option<Time>,
}

/// Different messages of one type and reason: EventAggregatorByReasonFunc.
#[derive(Clone, Debug)]
struct Theme {
    kind: EventType,
    reason: Name,
    messages: Vec<Name>,
    last: Time,
}

impl Memory {
    /// Takes note of an event that somebody is about to write: gives it the name, count and message under which it is
    /// written. False where it is held back.
    pub fn hear(&mut self, event: &mut Event, now: Time) -> bool {
        let about = &event.involved_object;
        let key = (about.uid, Key::new(about.namespace.clone(), about.name.clone()));
        let voices = Arc::make_mut(self.0.entry(key).or_default());
        let place = voices.iter().position(|voice| voice.source == event.source).unwrap_or_else(|| {
            voices.push(Voice { source: event.source.clone(), sayings: Vec::new(), themes: Vec::new(), full_at: now });
            voices.len() - 1
        });
        let voice = &mut voices[place];
        let combined = voice.is_combined(event, now);
        voice.count(event, combined);
        voice.may_speak(now)
    }
}

impl Voice {
    /// True where the event is one of many similar ones. Upstream: EventAggregate.
    fn is_combined(&mut self, event: &Event, now: Time) -> bool {
        let same = |theme: &&mut Theme| theme.kind == event.kind && theme.reason == event.reason;
        let Some(theme) = self.themes.iter_mut().find(same) else {
            let messages = vec![event.message.clone()];
            self.themes.push(Theme { kind: event.kind, reason: event.reason.clone(), messages, last: now });
            return false;
        };
        if now - theme.last > SILENCE {
            theme.messages.clear();
        }
        theme.last = now;
        if !theme.messages.contains(&event.message) {
            theme.messages.push(event.message.clone());
        }
        let many = theme.messages.len() >= MOST_MESSAGES;
        theme.messages.truncate(MOST_MESSAGES - 1);
        many
    }

    /// Gives the event the name and count of the one that it repeats. Upstream: eventObserve.
    fn count(&mut self, event: &mut Event, combined: bool) {
        let message = if combined { Name::default() } else { event.message.clone() };
        let part = if combined { Name::default() } else { event.involved_object.field_path.clone() };
        if combined {
            event.message = format!("{COMBINED}{}", event.message).into();
        }
        let same = |s: &&mut Saying| s.reason == event.reason && s.message == message && s.part == part && s.kind == event.kind;
        if let Some(saying) = self.sayings.iter_mut().find(same) {
            saying.count += 1;
            (event.count, event.first_timestamp) = (saying.count, saying.first);
            (event.metadata.namespace, event.metadata.name) = (saying.event.namespace.clone(), saying.event.name.clone());
            return;
        }
        let (kind, reason, event_key) = (event.kind, event.reason.clone(), event.metadata.key());
        self.sayings.push(Saying { part, kind, reason, message, event: event_key, count: 1, first: event.first_timestamp });
    }

    /// A bucket of tokens, told by when it will be full again. Upstream: EventSourceObjectSpamFilter.
    fn may_speak(&mut self, now: Time) -> bool {
        let full_at = self.full_at.max(now);
        let may = full_at - now <= Span(REFILL.0 * (BURST - 1));
        if may {
            self.full_at = full_at + REFILL;
        }
        may
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::{Meta, ObjectRef};

    /// What becomes of an event that is written at a second: its message, its count, and whether it is written at all.
    fn say(memory: &mut Memory, second: i64, reason: &str, message: &str) -> (String, i32, bool) {
        let mut event = Event {
            metadata: Meta::named("default", format!("kubia.{second}{reason}{message}")),
            involved_object: ObjectRef { name: "kubia".into(), namespace: "default".into(), ..ObjectRef::default() },
            reason: reason.into(),
            message: message.into(),
            count: 1,
            ..Event::default()
        };
        let written = memory.hear(&mut event, Time(second * 1000));
        (event.message.to_string(), event.count, written)
    }

    #[test]
    fn identical_events_are_counted_up() {
        let mut memory = Memory::default();
        assert_eq!(say(&mut memory, 0, "Unhealthy", "no").1, 1);
        assert_eq!(say(&mut memory, 10, "Unhealthy", "no").1, 2);
        assert_eq!(say(&mut memory, 20, "Killing", "no").1, 1);
    }

    /// Upstream: TestEventCorrelator, "aggregate".
    #[test]
    fn the_tenth_different_message_of_a_reason_is_combined() {
        let mut memory = Memory::default();
        for n in 0..9 {
            assert_eq!(say(&mut memory, 0, "SuccessfulCreate", &format!("pod {n}")).0, format!("pod {n}"));
        }
        let tenth = say(&mut memory, 1, "SuccessfulCreate", "pod 9");
        assert_eq!(tenth, ("(combined from similar events): pod 9".to_owned(), 1, true));
        let next = say(&mut memory, 2, "SuccessfulCreate", "pod 10");
        assert_eq!(next, ("(combined from similar events): pod 10".to_owned(), 2, true));
        assert_eq!(say(&mut memory, 2, "SuccessfulDelete", "pod 0").0, "pod 0", "another reason is another theme");
        assert_eq!(say(&mut memory, 700, "SuccessfulCreate", "pod 11").0, "pod 11", "after ten minutes of silence");
    }

    /// Upstream: TestEventCorrelator, "events about a single object with over the burst".
    #[test]
    fn a_source_says_twenty_five_things_about_an_object_and_then_one_in_five_minutes() {
        let mut memory = Memory::default();
        let written = (0..40).filter(|n| say(&mut memory, 0, &format!("r{n}"), "x").2).count();
        assert_eq!(written, 25);
        assert!(!say(&mut memory, 299, "late", "x").2);
        assert!(say(&mut memory, 300, "later", "x").2);
        assert!(!say(&mut memory, 301, "again", "x").2);
    }
}
