//! Traffic: the same request sent again and again, and a tally of who answered. One flow at a time.
//!
//! Its requests travel as any other does, but are counted instead of told: of each new kind of outcome one change is told,
//! and nothing of the same again and again; the applications' logs have them all. It never lets its client wait longer than
//! [`PATIENCE`], as `curl --max-time 2` would not.

use super::delivery::{Origin, Responder};
use super::http::{self, HttpRequest, http};
use super::memory::{Answers, Recall};
use crate::api::{Key, Kind, Name, Refusal, Span, Time};
use crate::sim::agenda::{Due, Ticket};
use crate::sim::change::{Actor, Physical};
use crate::sim::world::World;
use std::sync::Arc;

/// The shortest time from one request of a flow to its next.
pub const MIN_EVERY: Span = Span::millis(100);
/// How long its client waits for an answer.
pub const PATIENCE: Span = Span::secs(2);
/// How many kinds of outcome a tally holds; the one that was not seen for longest is forgotten first.
pub const MOST_KINDS: usize = 64;
/// A way to fail is told again where so many outcomes have come without it.
const FORGOTTEN_AFTER: u64 = 30;
/// After so many failures in a row the next answer is told: the failure is over.
const OUTAGE: u64 = 3;

/// What is sent, and how often.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Flow {
    /// The request.
    pub request: HttpRequest,
    /// From one to the next.
    pub every: Span,
}

/// Who answered, or why nobody did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Who {
    /// A process: a namesake on another machine is another one.
    Process(Responder),
    /// Nobody, in these words.
    Nobody(Name),
}

/// A row of the tally.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Count {
    /// Who answered, or why nobody did.
    pub who: Who,
    /// How often.
    pub times: u64,
    /// When last.
    pub last: Time,
    /// Which outcome of the flow that was: the first is 1.
    pub latest: u64,
}

/// What came of one request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Landing {
    who: Who,
    status: u16,
    recall: Option<Recall>,
}

/// What a flow does next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Leg {
    /// It sends a request.
    Send,
    /// Its client learns what came of one.
    Land(Arc<Landing>),
}

/// A flow that runs, and what has come of it.
#[derive(Clone, Debug)]
pub struct Traffic {
    flow: Flow,
    since: Time,
    number: u64,
    next: Ticket,
    tally: Vec<Count>,
    landed: u64,
    failing: u64,
}

impl Traffic {
    /// What is sent, and how often.
    pub fn flow(&self) -> &Flow {
        &self.flow
    }
    /// When it began.
    pub fn since(&self) -> Time {
        self.since
    }
    /// How many requests have come to an end.
    pub fn landed(&self) -> u64 {
        self.landed
    }
    /// Who answered how often: processes by name and identity, then the ways to fail in the order in which they first came.
    pub fn tally(&self) -> Vec<&Count> {
        let place = |count: &&Count| match &count.who {
            Who::Process(by) => {
                let (parent, ordinal) = crate::api::workload::parent_and_ordinal(&by.pod.name).unwrap_or((&by.pod.name, -1));
                (false, Some((by.pod.namespace.clone(), parent.to_owned(), ordinal, by.uid)))
            }
            Who::Nobody(_) => (true, None),
        };
        let mut rows: Vec<&Count> = self.tally.iter().collect();
        rows.sort_by_cached_key(place);
        rows
    }
    /// Counts an outcome; true where it is to be told.
    fn count(&mut self, who: &Who, now: Time) -> bool {
        self.landed += 1;
        let landed = self.landed;
        let known = self.tally.iter_mut().find(|count| count.who == *who);
        let before = known.as_ref().map(|count| count.latest);
        match known {
            Some(count) => (count.times, count.last, count.latest) = (count.times + 1, now, landed),
            None => self.note(Count { who: who.clone(), times: 1, last: now, latest: landed }),
        }
        let failed_before = self.failing;
        self.failing = if matches!(who, Who::Nobody(_)) { failed_before + 1 } else { 0 };
        match (who, before) {
            (_, None) => true,
            (Who::Process(_), Some(_)) => failed_before >= OUTAGE,
            (Who::Nobody(_), Some(before)) => landed - before > FORGOTTEN_AFTER,
        }
    }
    fn note(&mut self, count: Count) {
        if self.tally.len() >= MOST_KINDS
            && let Some((oldest, _)) = self.tally.iter().enumerate().min_by_key(|(_, count)| count.latest)
        {
            self.tally.remove(oldest);
        }
        self.tally.push(count);
    }
}

/// Begins a flow in the place of another that may run, or ends the one that does.
pub fn direct(world: &mut World, flow: Option<Flow>) -> Result<(), Refusal> {
    if let Some(flow) = &flow {
        http::check(&flow.request.url).map_err(|error| Refusal::bad_request(error.text))?;
        if flow.every < MIN_EVERY {
            return Err(Refusal::bad_request(format!("every {}ms is too often: {}ms is the least", flow.every.0, MIN_EVERY.0)));
        }
    }
    let earlier = world.network.traffic.take();
    if let Some(earlier) = &earlier {
        let _due_always = world.agenda.cancel(earlier.next);
    }
    match (flow, earlier) {
        (Some(flow), _) => begin(world, flow),
        (None, Some(earlier)) => {
            world.happened(Actor::You, Physical::TrafficEnded(title(world, &earlier.flow)));
        }
        (None, None) => return Err(Refusal::bad_request("there is no traffic to stop")),
    }
    Ok(())
}

fn begin(world: &mut World, flow: Flow) {
    world.network.flows += 1;
    world.network.remembered = Answers::default();
    let number = world.network.flows;
    world.cause = Some(world.happened(Actor::You, Physical::TrafficBegan(title(world, &flow), flow.every)));
    let since = world.now();
    let next = world.schedule(since, Due::Traffic(number, Leg::Send));
    world.cause = None;
    world.network.traffic = Some(Arc::new(Traffic { flow, since, number, next, tally: Vec::new(), landed: 0, failing: 0 }));
}

/// `GET / to kubia-public`.
fn title(world: &World, flow: &Flow) -> Name {
    let to = http::aim(world, &flow.request.url).map_or_else(|| http::host(&flow.request.url), |(_, key)| key.name.to_string());
    format!("{} to {to}", http::line(&flow.request)).into()
}

/// Does what a flow does next; what is left of one that has ended does nothing.
pub fn go_on(world: &mut World, number: u64, leg: Leg) {
    let Some(traffic) = world.network.traffic.clone().filter(|traffic| traffic.number == number) else { return };
    match leg {
        Leg::Send => send(world, traffic),
        Leg::Land(landing) => land(world, traffic, &landing),
    }
}

fn send(world: &mut World, mut traffic: Arc<Traffic>) {
    let (now, number) = (world.now(), traffic.number);
    world.network.hushed = true;
    let answer = http(world, &traffic.flow.request);
    world.network.hushed = false;
    let who = match answer.served_by {
        _ if answer.took > PATIENCE => Who::Nobody("timed out".into()),
        Some(by) => Who::Process(by),
        None => Who::Nobody(answer.why),
    };
    let landing = Leg::Land(Arc::new(Landing { who, status: answer.status, recall: answer.recall }));
    world.schedule(now + answer.took.min(PATIENCE), Due::Traffic(number, landing));
    Arc::make_mut(&mut traffic).next = world.schedule(now + traffic.flow.every, Due::Traffic(number, Leg::Send));
    world.network.traffic = Some(traffic);
}

fn land(world: &mut World, mut traffic: Arc<Traffic>, landing: &Landing) {
    let told = Arc::make_mut(&mut traffic).count(&landing.who, world.now());
    let line: Name = http::line(&traffic.flow.request).into();
    world.network.traffic = Some(traffic);
    if told {
        if let Some(recall) = &landing.recall {
            world.cause = Some(recall.happens(world, &Origin::Keyboard));
        }
        match &landing.who {
            Who::Process(by) => {
                world.happened(Actor::Process(by.pod.clone()), Physical::Answered(by.pod.clone(), line, landing.status));
            }
            Who::Nobody(why) => {
                world.happened(Actor::You, Physical::Unanswered(line, why.clone()));
            }
        }
    }
}

/// The service or the pod that a flow is sent to, where the record has it under that name or address.
pub fn aim(world: &World, flow: &Flow) -> Option<(Kind, Key)> {
    let (kind, key) = http::aim(world, &flow.request.url)?;
    world.object(kind, &key).is_some().then_some((kind, key))
}

#[cfg(test)]
mod tests;
