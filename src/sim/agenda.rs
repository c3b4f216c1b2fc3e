//! What is due: events in a total order of time and sequence.

use super::change::{ChangeId, Controller};
use super::kubelet::Errand;
use super::network::traffic::Leg;
use crate::api::{Key, Kind, Name, Time, Uid};
use imbl::OrdMap;
use std::sync::Arc;

/// Something that is to happen.
#[derive(Clone, Debug, PartialEq)]
pub enum Due {
    /// A controller takes a key from its work queue.
    Sync(Controller, Kind, Key),
    /// A controller makes its periodic pass.
    Pass(Controller),
    /// The scheduler takes the next pod from its queue.
    Schedule,
    /// The API server removes the pod of this identity, which was deleted without grace.
    Remove(Key, Uid),
    /// The API server forgets old events.
    Expire,
    /// A node sends a sign of life.
    Heartbeat(Name),
    /// Something at a machine.
    Kubelet(Name, Errand),
    /// The flow of this number sends its next request, or learns what came of one.
    Traffic(u64, Leg),
}

/// A due event and the change that it answers.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// What is to happen.
    pub due: Due,
    /// Because of what.
    pub cause: Option<ChangeId>,
}

/// A place on the agenda, with which the event can be called off.
pub type Ticket = (Time, u64);

/// All that is due.
#[derive(Clone, Debug, Default)]
pub struct Agenda {
    /// Entries are moved about with every event that is added: behind pointers that is little.
    entries: OrdMap<Ticket, Arc<Entry>>,
    next: u64,
}

impl Agenda {
    /// Puts an event on the agenda.
    pub fn add(&mut self, at: Time, due: Due, cause: Option<ChangeId>) -> Ticket {
        let ticket = (at, self.next);
        self.next += 1;
        self.entries.insert(ticket, Arc::new(Entry { due, cause }));
        ticket
    }
    /// Calls an event off; true where it was still due.
    pub fn cancel(&mut self, ticket: Ticket) -> bool {
        self.entries.remove(&ticket).is_some()
    }
    /// When the next event is due.
    pub fn next_at(&self) -> Option<Time> {
        self.entries.get_min().map(|(ticket, _)| ticket.0)
    }
    /// Takes the next event.
    pub fn pop(&mut self) -> Option<(Ticket, Entry)> {
        let ticket = *self.entries.get_min().map(|(ticket, _)| ticket)?;
        self.entries.remove(&ticket).map(|entry| (ticket, Arc::unwrap_or_clone(entry)))
    }
    /// All events in order.
    pub fn iter(&self) -> impl Iterator<Item = (&Ticket, &Entry)> {
        self.entries.iter().map(|(ticket, entry)| (ticket, &**entry))
    }
}
