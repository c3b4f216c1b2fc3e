//! What was said about an object: identical events are counted up, similar ones are combined, and whoever says too much is
//! not heard. Upstream: client-go/tools/record/events_cache.go.

use crate::api::{Event, Span, Time};
use crate::sim::change::Actor;
use std::sync::Arc;

/// From so many different messages of one reason on, they are one event: defaultAggregateMaxEvents.
const SIMILAR: usize = 10;
/// After so long a silence messages begin to count anew: defaultAggregateIntervalInSeconds.
const SILENCE: Span = Span::mins(10);
/// How many events of one source about one object pass at once: defaultSpamBurst.
const BURST: i64 = 25;
/// One more passes after so long: defaultSpamQPS.
const REFILL: Span = Span::mins(5);
/// After so long without its like, an event of the newer kind begins no series: finishTime.
const SERIES: Span = Span::mins(6);

/// Everything that was said about one object. Upstream keeps the latest 4096 sayings of each source; here they go with the
/// object.
#[derive(Clone, Debug, Default)]
pub struct Said {
    sayings: Vec<Saying>,
    /// Until when each source has spent what it may say.
    spent: Vec<(Actor, Time)>,
    /// The latest event of the newer kind for each type and reason.
    series: Vec<Running>,
}

/// Something that was said.
#[derive(Clone, Debug)]
struct Saying {
    /// The event that says it, as it was last written or would have been, had it been heard.
    event: Arc<Event>,
    last: Time,
    /// False since a long silence.
    counts: bool,
    /// True where it stands for many.
    combined: bool,
}

/// How something is to be said.
#[derive(Clone, Copy)]
pub struct Telling {
    place: Option<usize>,
    /// True where the event stands for many.
    pub combined: bool,
}

/// An event of the newer kind that may become a series.
#[derive(Clone, Debug)]
struct Running {
    event: Arc<Event>,
    last: Time,
    grows: bool,
}

/// Whether something of the newer kind was said before.
pub enum Once {
    /// Never, or too long ago.
    First,
    /// Once, by this event.
    Again(Arc<Event>),
    /// More than once.
    More,
}

impl Said {
    /// How to say what a new event says.
    ///
    /// Simplified: of ten messages upstream forgets any one, and here the tenth.
    pub fn tell(&mut self, new: &Event, now: Time) -> Telling {
        let last = self.sayings.iter().filter(|s| s.is_of_topic(new)).map(|s| s.last).max();
        if last.is_some_and(|last| now > last + SILENCE) {
            self.sayings.iter_mut().filter(|s| s.is_of_topic(new)).for_each(|s| s.counts = false);
        }
        let combined = self.is_one_too_many(new);
        let same = |s: &Saying| s.combined == combined && s.is_of_topic(new) && (combined || s.says(new));
        Telling { place: self.sayings.iter().position(same), combined }
    }
    /// The event that has said so before.
    pub fn known(&self, telling: Telling) -> Option<&Arc<Event>> {
        Some(&self.sayings.get(telling.place?)?.event)
    }
    /// It was said by this event.
    pub fn told(&mut self, telling: Telling, event: Arc<Event>, now: Time) {
        let saying = Saying { event, last: now, counts: true, combined: telling.combined };
        match telling.place.and_then(|place| self.sayings.get_mut(place)) {
            Some(known) => *known = saying,
            None => push(&mut self.sayings, saying),
        }
    }

    fn is_one_too_many(&self, new: &Event) -> bool {
        // Most is said of few.
        if self.sayings.len() + 1 < SIMILAR {
            return false;
        }
        let similar = self.sayings.iter().filter(|s| s.counts && !s.combined && s.is_of_topic(new));
        let mut counting: Vec<&str> = similar.map(|s| &*s.event.message).collect();
        counting.sort_unstable();
        counting.dedup();
        counting.len() + 1 >= SIMILAR && !counting.contains(&&*new.message)
    }

    /// True where a source has something left to say about the object, which it then spends. Upstream:
    /// EventSourceObjectSpamFilter.
    pub fn may_speak(&mut self, by: &Actor, now: Time) -> bool {
        let place = self.spent.iter().position(|(source, _)| source == by).unwrap_or_else(|| {
            push(&mut self.spent, (by.clone(), now));
            self.spent.len() - 1
        });
        let until = self.spent[place].1.max(now);
        let passes = (until - now).0 <= (BURST - 1) * REFILL.0;
        if passes {
            self.spent[place].1 = until + REFILL;
        }
        passes
    }

    /// Whether the same was said of the same version of the object. Upstream: isomorphic events of eventBroadcasterImpl.
    pub fn once(&mut self, new: &Event, now: Time) -> Once {
        let version = new.involved_object.resource_version;
        match self.series.iter_mut().find(|s| s.is_like(new)) {
            Some(s) if s.event.involved_object.resource_version == version && now <= s.last + SERIES => {
                s.last = now;
                if std::mem::replace(&mut s.grows, true) { Once::More } else { Once::Again(s.event.clone()) }
            }
            _ => Once::First,
        }
    }
    /// It was said by this event, which may become a series.
    pub fn began(&mut self, event: Arc<Event>, now: Time) {
        let known = self.series.iter().position(|s| s.is_like(&event));
        let running = Running { event, last: now, grows: false };
        match known {
            Some(place) => self.series[place] = running,
            None => push(&mut self.series, running),
        }
    }
}

impl Saying {
    /// True where an event has its source and its reason.
    fn is_of_topic(&self, new: &Event) -> bool {
        let old = &self.event;
        old.kind == new.kind && old.reason == new.reason && old.source == new.source
    }
    fn says(&self, new: &Event) -> bool {
        self.event.message == new.message && self.event.involved_object.field_path == new.involved_object.field_path
    }
}

impl Running {
    fn is_like(&self, new: &Event) -> bool {
        self.event.kind == new.kind && self.event.reason == new.reason
    }
}

/// Most of these lists have one entry, and there are many of them.
fn push<T>(list: &mut Vec<T>, item: T) {
    list.reserve_exact(1);
    list.push(item);
}
