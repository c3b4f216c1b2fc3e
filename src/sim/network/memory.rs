//! What clients remember of the DNS.
//!
//! The resolver of the C library remembers nothing, and so does a container here by default. A container whose environment
//! sets [`VARIABLE`] keeps what it was told: this stands for nscd or dnsmasq beside a process (`ttl`), and for a runtime
//! that asks once and never again (`forever`). What it keeps lives in the container's process and ends with it. dig and
//! nslookup ask for themselves. Simplified: the variable counts only where its value stands in the container's own spec.

use super::delivery::Origin;
use super::dns::{self, DnsAnswer, RecordType};
use crate::api::pod::Container;
use crate::api::{Name, Span, Time};
use crate::sim::change::{ChangeId, Physical};
use crate::sim::machine::{Process, Run};
use crate::sim::world::World;
use imbl::OrdMap;
use std::collections::BTreeSet;
use std::sync::Arc;

/// The variable of a container's environment that says how long its process keeps answers.
pub const VARIABLE: &str = "DNS_CACHE";

/// How long a client that never asks again believes that a name does not exist. Upstream: networkaddress.cache.negative.ttl.
const NEGATIVE: Span = Span::secs(10);
/// How many answers a client keeps; the one that was kept for longest goes first.
const MOST_KEPT: usize = 256;

/// How long a client keeps what the DNS tells it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Keeps {
    /// Not at all: it asks each time.
    #[default]
    Nothing,
    /// As long as the answer says: its TTL, or the SOA's where there is no record.
    Ttl,
    /// For ever, but that a name does not exist for ten seconds only.
    ForEver,
}

/// Every habit with its name; the first is what nobody needs to ask for.
pub static HABITS: &[(Keeps, &str)] = &[(Keeps::Nothing, "off"), (Keeps::Ttl, "ttl"), (Keeps::ForEver, "forever")];

impl Keeps {
    /// The habit of that name.
    pub fn by_name(name: &str) -> Option<Keeps> {
        HABITS.iter().find(|row| row.1 == name).map(|row| row.0)
    }
    /// `off`, `ttl` or `forever`.
    pub fn name(self) -> &'static str {
        HABITS[self as usize].1
    }
    /// What a container's environment asks for; the text where it is none of [`HABITS`].
    pub fn of(container: &Container) -> Result<Keeps, &str> {
        let set = container.env.iter().rfind(|variable| variable["name"] == *VARIABLE).and_then(|variable| variable["value"].as_str());
        set.map_or(Ok(Keeps::Nothing), |text| Keeps::by_name(text).ok_or(text))
    }
    /// Until when an answer is kept that was given now, `None` for ever. A failure of the DNS itself is not kept.
    fn until(self, answer: &DnsAnswer, now: Time) -> Option<Time> {
        let told = [&answer.answers, &answer.authority].into_iter().flatten().map(|record| record.ttl).min();
        match (self, answer.answers.is_empty()) {
            (Keeps::ForEver, false) => None,
            (Keeps::ForEver, true) => Some(now + NEGATIVE),
            (Keeps::Nothing | Keeps::Ttl, _) => Some(now + Span::secs(told.unwrap_or(0).into())),
        }
    }
}

/// What one client remembers.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Answers(OrdMap<(Name, RecordType), Kept>);

/// An answer that is kept.
#[derive(Clone, Debug, PartialEq)]
struct Kept {
    answer: Arc<DnsAnswer>,
    since: Time,
    until: Option<Time>,
}

impl Answers {
    fn recall(&self, question: &(Name, RecordType), now: Time) -> Option<&Kept> {
        self.0.get(question).filter(|kept| kept.until.is_none_or(|until| now < until))
    }
    fn keep(&mut self, question: (Name, RecordType), kept: Kept) {
        let oldest = || self.0.iter().min_by_key(|(_, kept)| kept.since).map(|(question, _)| question.clone());
        if self.0.len() >= MOST_KEPT
            && let Some(oldest) = oldest()
        {
            self.0.remove(&oldest);
        }
        self.0.insert(question, kept);
    }
}

/// What a client goes by instead of asking.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recall {
    /// The name that it does not ask for.
    pub name: Name,
    /// What it was told: an address, how many records, or that there are none.
    pub told: Name,
    /// How long ago.
    pub age: Span,
}

impl Recall {
    /// Notes that somebody goes by it; what follows answers that.
    pub fn happens(&self, world: &mut World, from: &Origin) -> ChangeId {
        world.happened(from.actor(), Physical::Recalled(self.name.clone(), self.told.clone(), self.age))
    }
}

/// Somebody who asks, and how long they keep what they are told where no container's environment says so.
pub type Client<'c> = (&'c Origin, Keeps);

/// An answer, and what it is remembered from where it is.
pub type Resolved = (Arc<DnsAnswer>, Option<Recall>);

/// Answers a client's question about a name as it is typed: the first of the names that its resolver tries that has
/// records. Of those that it tries in vain nothing is seen on its way but the last. `None` where the DNS is out of reach.
pub fn resolve_short(world: &mut World, client: Client, (name, kind): (&str, RecordType), namespace: &str) -> Option<Resolved> {
    let mut in_vain: Option<Recall> = None;
    let names = dns::candidates(name, namespace);
    for (i, full) in names.iter().enumerate() {
        let is_last = i + 1 == names.len();
        let ask = |world: &mut World| match is_last || !dns::lookup(world, full, kind).answers.is_empty() {
            true => dns::ask(world, &client.0.place(), full, kind),
            false => dns::lookup(world, full, kind),
        };
        let (answer, recall) = resolve(world, client, (full, kind), ask)?;
        let recall = recall.map(|recall| Recall { name: name.into(), ..recall });
        if !answer.answers.is_empty() {
            return Some((answer, recall));
        }
        in_vain = in_vain.or(recall);
        if is_last {
            return Some((answer, in_vain));
        }
    }
    None
}

/// Answers a client's question about a full name: from its memory, or freshly by `ask`, which it then remembers as its habit
/// is. `None` where it does not remember and cannot reach the DNS.
pub fn resolve(
    world: &mut World,
    (from, keeps): Client,
    (name, kind): (&str, RecordType),
    ask: impl FnOnce(&mut World) -> DnsAnswer,
) -> Option<Resolved> {
    let keeps = habit(world, from).unwrap_or(keeps);
    let (now, question) = (world.now(), (Name::from(name.trim_end_matches('.').to_ascii_lowercase()), kind));
    if keeps != Keeps::Nothing
        && let Some(kept) = answers(world, from).and_then(|answers| answers.recall(&question, now)).cloned()
    {
        let recall = Recall { name: name.into(), told: dns::lookup_outcome(&kept.answer).into(), age: now - kept.since };
        return Some((kept.answer, Some(recall)));
    }
    if !from.is_linked(world) {
        return None;
    }
    let answer = Arc::new(ask(world));
    if keeps != Keeps::Nothing
        && let Some(answers) = answers_mut(world, from)
    {
        answers.keep(question, Kept { answer: answer.clone(), since: now, until: keeps.until(&answer, now) });
    }
    Some((answer, None))
}

/// How long a process's container keeps answers; `None` for who asks from elsewhere.
fn habit(world: &World, from: &Origin) -> Option<Keeps> {
    let Origin::Process { container, .. } = from else { return None };
    let process = from.process(world)?;
    let container = process.slots().filter_map(|slot| process.wanted(slot)).find(|wanted| wanted.name == *container)?;
    Some(Keeps::of(container).unwrap_or_default())
}

fn answers<'w>(world: &'w World, from: &Origin) -> Option<&'w Answers> {
    let Origin::Process { container, .. } = from else { return Some(&world.network.remembered) };
    from.process(world)?.runs().find(|run| run.name == *container).map(|run| &run.names)
}

fn answers_mut<'w>(world: &'w mut World, from: &Origin) -> Option<&'w mut Answers> {
    let Origin::Process { node, uid, container, .. } = from else { return Some(&mut world.network.remembered) };
    let process = Arc::make_mut(world.machine_mut(node)?.processes.get_mut(uid)?);
    process.init.iter_mut().chain(&mut process.containers).find(|run| run.name == *container).map(|run: &mut Run| &mut run.names)
}

/// What a client remembers, beside what it would be told now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Remembered {
    /// The full name, without the dot at its end.
    pub name: Name,
    /// What it was told.
    pub told: String,
    /// What it would be told now, where that differs.
    pub now: Option<String>,
    /// When it asked.
    pub since: Time,
    /// When it will ask again; `None` for never.
    pub until: Option<Time>,
}

/// What the containers of a process remember, those answers first that are no longer true.
pub fn remembered(world: &World, process: &Process) -> Vec<Remembered> {
    let kept = process.runs().flat_map(|run| run.names.0.iter()).filter(|(_, kept)| kept.until.is_none_or(|until| world.now() < until));
    let mut found: Vec<Remembered> = kept.map(|(question, kept)| beside_the_present(world, question, kept)).collect();
    found.sort_by_key(|one| one.now.is_none());
    found
}

fn beside_the_present(world: &World, (name, kind): &(Name, RecordType), kept: &Kept) -> Remembered {
    let now = dns::lookup(world, name, *kind);
    // Records come rotated.
    let said = |answer: &DnsAnswer| answer.answers.iter().map(|record| record.data.to_string()).collect::<BTreeSet<String>>();
    let differs = said(&now) != said(&kept.answer);
    let told = dns::lookup_outcome(&kept.answer);
    Remembered { name: name.clone(), told, now: differs.then(|| dns::lookup_outcome(&now)), since: kept.since, until: kept.until }
}

#[cfg(test)]
mod tests;
