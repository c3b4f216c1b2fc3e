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
    /// True where it has an image, whichever of its names is asked for.
    pub fn has_image(&self, name: &str) -> bool {
        let whole = |name: &str| super::images::reference(name).1;
        self.images.contains(name) || self.images.iter().any(|known| whole(known) == whole(name))
    }
}
