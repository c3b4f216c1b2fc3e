//! What was said about an object: identical events are counted up, similar ones are combined, and whoever says too much is
//! not heard. Upstream: client-go/tools/record/events_cache.go.

use crate::api::meta::Revision;
use crate::api::{Name, Span, Time};
use crate::sim::change::Actor;

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
    topics: Vec<Topic>,
    /// Until when each source has spent what it may say.
    spent: Vec<(Actor, Time)>,
    /// The latest event of the newer kind for each type and reason.
    series: Vec<Running>,
}

/// What a source says about an object for one reason.
#[derive(Clone, Debug)]
pub struct Topic {
    by: Actor,
    warning: bool,
    reason: Name,
    last: Time,
    sayings: Vec<Saying>,
    combined: Option<Told>,
}

#[derive(Clone, Debug)]
struct Saying {
    part: Name,
    message: Name,
    /// False since a long silence.
    counts: bool,
    told: Told,
}

/// The event that says something: its name, when it was first said and how often.
#[derive(Clone, Debug)]
pub struct Told {
    /// The event's name.
    pub event: Name,
    /// When it was said first.
    pub first: Time,
    /// How often.
    pub count: i32,
}

/// An event of the newer kind that may become a series.
#[derive(Clone, Debug)]
struct Running {
    warning: bool,
    reason: Name,
    /// The version of the object: another one begins another event.
    version: Revision,
    event: Name,
    last: Time,
    grows: bool,
}

/// Whether something of the newer kind was said before.
pub enum Once {
    /// Never, or too long ago.
    First,
    /// Once, by the event of this name.
    Again(Name),
    /// More than once.
    More,
}

impl Said {
    /// What a source says for a reason.
    pub fn topic(&mut self, by: &Actor, warning: bool, reason: &str) -> &mut Topic {
        let known = self.topics.iter().position(|t| t.warning == warning && &*t.reason == reason && t.by == *by);
        let place = known.unwrap_or_else(|| {
            let (by, last) = (by.clone(), Time::default());
            self.topics.push(Topic { by, warning, reason: reason.into(), last, sayings: Vec::new(), combined: None });
            self.topics.len() - 1
        });
        &mut self.topics[place]
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
    pub fn once(&mut self, warning: bool, reason: &str, version: Revision, event: &Name, now: Time) -> Once {
        let known = self.series.iter_mut().find(|s| s.warning == warning && &*s.reason == reason);
        let fresh = || Running { warning, reason: reason.into(), version, event: event.clone(), last: now, grows: false };
        match known {
            Some(s) if s.version == version && now <= s.last + SERIES => {
                s.last = now;
                if std::mem::replace(&mut s.grows, true) { Once::More } else { Once::Again(s.event.clone()) }
            }
            Some(s) => {
                *s = fresh();
                Once::First
            }
            None => {
                push(&mut self.series, fresh());
                Once::First
            }
        }
    }
}

impl Topic {
    /// The event that tells this, counted up, and whether it stands for many; `name` is for a new one.
    ///
    /// Simplified: of ten messages upstream forgets any one, and here the tenth.
    pub fn tell(&mut self, part: &Name, message: &Name, name: Name, now: Time) -> (&Told, bool) {
        if now > self.last + SILENCE {
            self.sayings.iter_mut().for_each(|s| s.counts = false);
        }
        self.last = now;
        let new = || Told { event: name, first: now, count: 0 };
        let combines = self.is_one_too_many(message);
        let told = if combines { self.combined.get_or_insert_with(new) } else { self.saying(part, message, new) };
        told.count += 1;
        (told, combines)
    }

    fn is_one_too_many(&self, message: &Name) -> bool {
        // Most topics are short.
        if self.sayings.len() + 1 < SIMILAR {
            return false;
        }
        let mut counting: Vec<&Name> = self.sayings.iter().filter(|s| s.counts).map(|s| &s.message).collect();
        counting.sort();
        counting.dedup();
        counting.len() + 1 >= SIMILAR && !counting.contains(&message)
    }

    fn saying(&mut self, part: &Name, message: &Name, new: impl FnOnce() -> Told) -> &mut Told {
        let known = self.sayings.iter().position(|s| s.message == *message && s.part == *part);
        let place = known.unwrap_or_else(|| {
            push(&mut self.sayings, Saying { part: part.clone(), message: message.clone(), counts: true, told: new() });
            self.sayings.len() - 1
        });
        let saying = &mut self.sayings[place];
        saying.counts = true;
        &mut saying.told
    }
}

/// Most of these lists have one entry, and there are many of them.
fn push<T>(list: &mut Vec<T>, item: T) {
    list.reserve_exact(1);
    list.push(item);
}
