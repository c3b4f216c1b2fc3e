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
    /// Images it has.
    pub images: OrdSet<Name>,
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

/// All machines. Copies share everything.
#[derive(Clone, Debug, Default)]
pub struct Machines {
    list: Vector<Arc<Machine>>,
    places: OrdMap<Key, usize>,
}

impl Machines {
    /// How many there are.
    pub fn count(&self) -> usize {
        self.list.len()
    }
    /// All by name.
    pub fn iter(&self) -> impl Iterator<Item = &Arc<Machine>> {
        self.places.values().filter_map(|place| self.list.get(*place))
    }
    /// The machine of a node.
    pub fn get(&self, node: &str) -> Option<&Arc<Machine>> {
        self.numbered(node).map(|(_, machine)| machine).or_else(|| self.list.get(*self.places.get(&Key::cluster(node))?))
    }
    /// The same, to be changed.
    pub fn get_mut(&mut self, node: &str) -> Option<&mut Arc<Machine>> {
        let numbered = self.numbered(node).map(|(place, _)| place);
        let place = numbered.or_else(|| self.places.get(&Key::cluster(node)).copied())?;
        self.list.get_mut(place)
    }
    /// A machine more.
    pub fn add(&mut self, machine: Machine) {
        self.places.insert(Key::cluster(machine.name.clone()), self.list.len());
        self.list.push_back(Arc::new(machine));
    }
    /// Whoever is named by a number is mostly the one of that number: machines are what is looked up most, and this finds
    /// them without comparing names.
    fn numbered(&self, node: &str) -> Option<(usize, &Arc<Machine>)> {
        let (_, digits) = node.rsplit_once('-')?;
        let place = digits.parse::<usize>().ok()?.checked_sub(1)?;
        let machine = self.list.get(place).filter(|machine| machine.name == node)?;
        Some((place, machine))
    }
}

impl Machine {
    /// True where orders and reports travel.
    pub fn is_linked(&self) -> bool {
        self.powered && self.cut.is_none()
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
