//! The physical side: machines, what really runs on them, and what their kubelets know.

use crate::api::{Key, Name, Pod, Time, Uid};
use imbl::{OrdMap, OrdSet, Vector};
use std::sync::Arc;

pub mod process;

pub use process::{Doom, Mount, Process, Run, Slot, Stage, Step};

/// A machine. Its name is its node's; it exists whether or not the record has a Node of that name.
#[derive(Clone, Debug, PartialEq)]
pub struct Machine {
    /// The node's name.
    pub name: Name,
    /// False after a crash.
    pub powered: bool,
    /// When the cable was cut; `None` while it is plugged in.
    pub cut: Option<Time>,
    /// When its kubelet last renewed the node's lease. The record's Lease object does not tell: it would be written all the time.
    pub renewed: Option<Time>,
    /// When the API server last heard from it.
    pub last_word: Time,
    /// When it last heard from the API server.
    pub last_order: Time,
    /// Pods bound to it, as its kubelet last heard of them.
    pub heard: OrdMap<Uid, Arc<Pod>>,
    /// What really runs: one entry a pod sandbox.
    pub processes: OrdMap<Uid, Arc<Process>>,
    /// What applications' logs tell of the requests that they have answered, by pod and container. A crash leaves them.
    pub logs: OrdMap<(Uid, Name), Vector<Served>>,
    /// Images it has, as those who pulled them called them.
    pub images: OrdSet<Name>,
    /// True where one of them came since its kubelet last listed them.
    pub unlisted: bool,
    /// Third part of its pods' addresses: 10.244.N.x.
    pub subnet: u32,
    /// Last part of the next pod's address.
    pub next_ip: u32,
    /// How often it was booted.
    pub boots: u32,
    /// True from a boot until its kubelet has reached the record.
    pub unannounced: bool,
    /// True where its kubelet last saw its node cordoned.
    pub cordoned: bool,
}

/// A request that an application has answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Served {
    /// When.
    pub at: Time,
    /// The address of whoever asked.
    pub client: Name,
    /// `GET /`.
    pub request: Name,
    /// HTTP status code.
    pub status: u16,
    /// How long the answer's body is, in bytes.
    pub size: usize,
}

/// How many requests the log of a container holds; a real one is rotated at 10 MiB.
const SERVED_KEPT: usize = 1000;

/// How many machines lie together: a change copies the pointers to one block, and the pointers to all blocks.
const BLOCK: usize = 64;

/// All machines. Copies share everything.
#[derive(Clone, Debug, Default)]
pub struct Machines {
    /// In the order in which they were added. Two steps lead to each, as nothing is looked up as often.
    blocks: Arc<Vec<Arc<Vec<Arc<Machine>>>>>,
    places: OrdMap<Key, usize>,
}

impl Machines {
    /// How many there are.
    pub fn count(&self) -> usize {
        self.places.len()
    }
    /// All by name.
    pub fn iter(&self) -> impl Iterator<Item = &Arc<Machine>> {
        self.places.values().filter_map(|place| self.at(*place))
    }
    /// The machine of a node.
    pub fn get(&self, node: &str) -> Option<&Arc<Machine>> {
        self.numbered(node).map(|(_, machine)| machine).or_else(|| self.at(*self.places.get(&Key::cluster(node))?))
    }
    /// The same, to be changed.
    pub fn get_mut(&mut self, node: &str) -> Option<&mut Arc<Machine>> {
        let numbered = self.numbered(node).map(|(place, _)| place);
        let place = numbered.or_else(|| self.places.get(&Key::cluster(node)).copied())?;
        let block = Arc::make_mut(&mut self.blocks).get_mut(place / BLOCK)?;
        Arc::make_mut(block).get_mut(place % BLOCK)
    }
    /// A machine more.
    pub fn add(&mut self, machine: Machine) {
        let place = self.places.len();
        self.places.insert(Key::cluster(machine.name.clone()), place);
        let blocks = Arc::make_mut(&mut self.blocks);
        if place.is_multiple_of(BLOCK) {
            blocks.push(Arc::new(Vec::with_capacity(BLOCK)));
        }
        Arc::make_mut(&mut blocks[place / BLOCK]).push(Arc::new(machine));
    }
    fn at(&self, place: usize) -> Option<&Arc<Machine>> {
        self.blocks.get(place / BLOCK)?.get(place % BLOCK)
    }
    /// Whoever is named by a number is mostly the one of that number: machines are what is looked up most, and this finds
    /// them without comparing names.
    fn numbered(&self, node: &str) -> Option<(usize, &Arc<Machine>)> {
        let place = number_at_end(node)?.checked_sub(1)?;
        let machine = self.at(place).filter(|machine| machine.name == node)?;
        Some((place, machine))
    }
}

/// The number after the last hyphen, where it is of no more digits than there can be machines.
fn number_at_end(name: &str) -> Option<usize> {
    let (mut number, mut unit) = (0, 1);
    for byte in name.bytes().rev().take(8) {
        match byte {
            b'-' => return Some(number),
            b'0'..=b'9' => number += usize::from(byte - b'0') * unit,
            _ => return None,
        }
        unit *= 10;
    }
    None
}

impl Machine {
    /// True where orders and reports travel.
    pub fn is_linked(&self) -> bool {
        self.powered && self.cut.is_none()
    }
    /// True where it has an image, whichever of its names is asked for.
    pub fn has_image(&self, name: &str) -> bool {
        let whole = |name: &str| super::images::reference(name).1;
        self.images.contains(name) || self.images.iter().any(|known| whole(known) == whole(name))
    }
    /// Adds a request to the log of a container.
    pub fn note_served(&mut self, uid: Uid, container: Name, served: Served) {
        let log = self.logs.entry((uid, container)).or_default();
        if log.len() >= SERVED_KEPT {
            log.pop_front();
        }
        log.push_back(served);
    }
    /// Keeps the logs of these pods only.
    pub fn drop_logs(&mut self, keeps: impl Fn(&Uid) -> bool) {
        let gone: Vec<(Uid, Name)> = self.logs.keys().filter(|(uid, _)| !keeps(uid)).cloned().collect();
        gone.iter().for_each(|log| drop(self.logs.remove(log)));
    }
    /// The requests that a container has answered, oldest first.
    pub fn served(&self, uid: Uid, container: &Name) -> impl Iterator<Item = &Served> {
        self.logs.get(&(uid, container.clone())).into_iter().flatten()
    }
}
