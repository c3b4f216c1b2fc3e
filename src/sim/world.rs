//! The entire truth at an instant. If it is not in the world it does not exist; a clone costs a few pointers.

use super::act::Act;
use super::agenda::{Agenda, Due, Ticket};
use super::chance::Chance;
use super::change::{Actor, Change, ChangeId, Changes, Controller, Physical, What};
use super::controllers;
use super::disk::Disk;
use super::latency::{Latencies, Latency};
use super::machine::{Machine, Machines};
use super::network::{Network, Traffic};
use super::scheduler::Scheduler;
use super::store::Store;
use super::transit::{Transit, Wait};
use crate::api::{Key, Kind, Name, Object, Refusal, Resource, Span, Time};
use imbl::{OrdMap, Vector};
use std::sync::Arc;

/// With what a world begins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Options {
    /// Seed of all chance.
    pub seed: u64,
    /// How many nodes: node-1, node-2, …
    pub nodes: u32,
    /// Calendar time at which it begins.
    pub epoch: Time,
    /// How long things take.
    pub latencies: Latencies,
}

/// 2026-01-01T09:00:00Z: when a world begins where nothing else is said.
pub const DEFAULT_EPOCH: Time = Time(1_767_258_000_000);

/// The most nodes a world may have.
pub const MAX_NODES: u32 = 10_000;

impl Default for Options {
    fn default() -> Options {
        Options { seed: 1, nodes: 3, epoch: DEFAULT_EPOCH, latencies: Latencies::default() }
    }
}

/// The entire truth at an instant.
#[derive(Clone, Debug)]
pub struct World {
    pub(super) options: Arc<Options>,
    pub(super) now: Time,
    pub(super) store: Store,
    pub(super) agenda: Agenda,
    pub(super) chance: Chance,
    pub(super) changes: Changes,
    pub(super) cause: Option<ChangeId>,
    pub(super) queued: OrdMap<(Controller, Kind, Key), Time>,
    pub(super) retries: OrdMap<(Controller, Kind, Key), u32>,
    pub(super) machines: Machines,
    pub(super) disks: OrdMap<Name, Arc<Disk>>,
    pub(super) scheduler: Scheduler,
    pub(super) network: Network,
    pub(super) transits: Vector<Arc<Transit>>,
    pub(super) waits: OrdMap<(Kind, Key), Arc<Wait>>,
    pub(super) memory: controllers::Memory,
    pub(super) rules: super::invariants::Rules,
    pub(super) context: Name,
}

impl World {
    /// With what it began.
    pub fn options(&self) -> &Options {
        &self.options
    }
    /// The present.
    pub fn now(&self) -> Time {
        self.now
    }
    /// Virtual time since the beginning.
    pub fn elapsed(&self) -> Span {
        self.now - self.options.epoch
    }
    /// How long something takes here.
    pub fn latency(&self, latency: Latency) -> Span {
        self.options.latencies.of(latency)
    }

    /// An object of a typed kind.
    pub fn get<R: Resource>(&self, key: &Key) -> Option<&Arc<R>> {
        R::peel(self.store.get(R::KIND, key)?)
    }
    /// All objects of a typed kind, in etcd's order: namespace, then name, bytewise.
    pub fn list<R: Resource>(&self) -> impl DoubleEndedIterator<Item = &Arc<R>> {
        self.store.all(R::KIND).filter_map(|o| R::peel(o))
    }
    /// An object of any kind.
    pub fn object(&self, kind: Kind, key: &Key) -> Option<&Object> {
        self.store.get(kind, key)
    }
    /// All objects of a kind, in etcd's order.
    pub fn objects(&self, kind: Kind) -> impl DoubleEndedIterator<Item = &Object> {
        self.store.all(kind)
    }
    /// The store's indexes.
    pub fn store(&self) -> &Store {
        &self.store
    }

    /// A machine by its node's name.
    pub fn machine(&self, node: &str) -> Option<&Arc<Machine>> {
        self.machines.get(node)
    }
    /// All machines by name.
    pub fn machines(&self) -> impl Iterator<Item = &Arc<Machine>> {
        self.machines.iter()
    }
    /// A disk by identity.
    pub fn disk(&self, id: &str) -> Option<&Arc<Disk>> {
        self.disks.get(id)
    }
    /// All disks by identity.
    pub fn disks(&self) -> impl Iterator<Item = &Arc<Disk>> {
        self.disks.values()
    }
    /// Things on their way or just arrived, oldest first.
    pub fn transits(&self) -> impl Iterator<Item = &Arc<Transit>> {
        self.transits.iter()
    }
    /// What holds an object back, where something does.
    pub fn wait(&self, kind: Kind, key: &Key) -> Option<&Arc<Wait>> {
        self.waits.get(&(kind, key.clone()))
    }
    /// Everything that is held back, and what holds it.
    pub fn waits(&self) -> impl Iterator<Item = (Kind, &Key, &Wait)> {
        self.waits.iter().map(|((kind, key), wait)| (*kind, key, &**wait))
    }
    /// The namespace that lines mean where they name none. It is kept here, though it belongs to whoever types, so that it
    /// is rewound and replayed with everything else.
    pub fn context(&self) -> &Name {
        &self.context
    }
    /// The flow of requests that runs, where one does.
    pub fn traffic(&self) -> Option<&Traffic> {
        self.network.traffic()
    }
    /// When a node's lease was last renewed.
    pub fn lease_renewed(&self, node: &str) -> Option<Time> {
        self.machine(node)?.renewed
    }
    /// What has happened.
    pub fn changes(&self) -> &Changes {
        &self.changes
    }
    /// What is due.
    pub fn agenda(&self) -> &Agenda {
        &self.agenda
    }
    /// The invariants and how they stand.
    pub fn rules(&self) -> &super::invariants::Rules {
        &self.rules
    }

    /// Does what is asked, now. The answer is the object as it then stands, or the API server's refusal.
    pub fn apply(&mut self, act: Act) -> Result<Option<Object>, Refusal> {
        super::step::apply(self, act)
    }
    /// Lets everything happen that is due up to and including `until`, and makes that the present.
    pub fn advance(&mut self, until: Time) {
        while self.agenda.next_at().is_some_and(|at| at <= until) {
            self.step();
        }
        self.now = self.now.max(until);
    }
    /// Lets the next due event happen; false where nothing is due.
    pub fn step(&mut self) -> bool {
        super::step::step(self)
    }

    /// When something other than a sign of life, traffic, a periodic pass, a retry or a distant timer is due next.
    pub fn next_busy(&self) -> Option<Time> {
        let horizon = self.now + Span::secs(5);
        let is_busy = |at: Time, due: &Due| match due {
            Due::Heartbeat(_) | Due::Pass(_) | Due::Expire | Due::Traffic(..) => false,
            Due::Sync(..) | Due::Schedule => at <= horizon,
            Due::Remove(..) => true,
            Due::Kubelet(node, errand) => super::kubelet::is_busy(self, node, errand),
        };
        self.agenda.iter().find(|((at, _), entry)| is_busy(*at, &entry.due)).map(|((at, _), _)| *at)
    }

    /// Puts an event on the agenda, answering the change that is being answered now.
    pub(super) fn schedule(&mut self, at: Time, due: Due) -> Ticket {
        self.agenda.add(at.max(self.now), due, self.cause)
    }
    /// Puts a key into a controller's work queue; it is taken after `delay`. Nothing is added where it is taken before that
    /// anyway, but a distant timer of the same key holds nothing up. Upstream: AddAfter beside Add.
    pub(super) fn enqueue(&mut self, controller: Controller, kind: Kind, key: &Key, delay: Span) {
        let (item, at) = ((controller, kind, key.clone()), self.now.max(self.now + delay));
        if self.queued.get(&item).is_none_or(|due| at < *due) {
            self.queued.insert(item, at);
            self.schedule(at, Due::Sync(controller, kind, key.clone()));
        }
    }
    /// Notes something that happened on a machine. What comes of traffic is only counted: it stands for what brought it.
    pub(super) fn happened(&mut self, actor: Actor, what: Physical) -> ChangeId {
        if self.network.is_hushed() {
            return self.cause.unwrap_or_default();
        }
        let id = self.changes.push(self.now, actor, self.cause, What::Physical(what.clone()));
        super::invariants::observe(self, &what);
        id
    }
    /// Sends something on its way, for pictures; what it does on arrival is an event of its own.
    pub(super) fn send(&mut self, transit: Transit) {
        let horizon = self.now - Span(super::transit::AFTERGLOW_MS);
        while self.transits.front().is_some_and(|t| t.arrives < horizon) || self.transits.len() >= super::transit::TRANSITS_KEPT {
            self.transits.pop_front();
        }
        self.transits.push_back(Arc::new(transit));
    }
    /// Notes what holds an object back, keeping since when where it is the same wait.
    pub(super) fn hold(&mut self, kind: Kind, key: &Key, wait: Wait) {
        let since = self.wait(kind, key).filter(|old| old.words == wait.words).map_or(self.now, |old| old.since);
        self.waits.insert((kind, key.clone()), Arc::new(Wait { since, ..wait }));
    }
    /// Notes that nothing holds an object back any more.
    pub(super) fn release(&mut self, kind: Kind, key: &Key) {
        self.waits.remove(&(kind, key.clone()));
    }
    /// A machine, to be changed.
    pub(super) fn machine_mut(&mut self, node: &str) -> Option<&mut Machine> {
        self.machines.get_mut(node).map(Arc::make_mut)
    }
    /// A disk, to be changed.
    pub(super) fn disk_mut(&mut self, id: &str) -> Option<&mut Disk> {
        self.disks.get_mut(id).map(Arc::make_mut)
    }
    /// The last thing that happened, where anything has.
    pub fn latest_change(&self) -> Option<&Arc<Change>> {
        self.changes.get(self.changes.next().checked_sub(1)?)
    }
}
