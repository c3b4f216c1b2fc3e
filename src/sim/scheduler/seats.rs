//! The scheduler's picture of the nodes: what is taken on each, kept up with every write.

use super::glance::Glances;
use super::locality::Stocks;
use super::priority::priority;
use super::requests::{Amounts, clamp, counted, requests};
use super::social::Social;
use crate::api::{Key, Name, Node, Object, Pod, Uid};
use imbl::shared_ptr::DefaultSharedPtr;
use imbl::vector::Focus;
use imbl::{OrdMap, Vector};
use std::sync::Arc;

/// A pod on a node, with what is asked about it most.
#[derive(Clone, Debug)]
pub struct Sitter {
    /// The pod as it was when its spec, labels or deletion last changed.
    pub pod: Arc<Pod>,
    /// Its managing owner; nil where it has none.
    pub owner: Uid,
    /// True once it is on its way out.
    pub leaving: bool,
    /// What it asks of its neighbours.
    pub social: Option<Arc<Social>>,
}

impl Sitter {
    fn new(pod: &Arc<Pod>) -> Sitter {
        let owner = pod.metadata.controller().map(|o| o.uid).unwrap_or_default();
        Sitter { pod: pod.clone(), owner, leaving: pod.metadata.is_terminating(), social: Social::of(pod) }
    }
}

/// One node and what is taken on it.
#[derive(Clone, Debug)]
pub struct Seat {
    /// The node as the record has it.
    pub node: Arc<Node>,
    /// Its pods that have not ended.
    pub pods: Vec<Sitter>,
    /// How many of its pods that stay each managing owner has.
    pub crowd: Vec<(Uid, i64)>,
    /// The node's zone; empty where it has none.
    pub zone: Name,
}

/// The numbers of a node that every search reads, side by side in memory: thousands are looked at for one pod.
#[derive(Clone, Copy, Debug)]
pub struct Row {
    /// Cpu (thousandths) and memory (bytes) that its pods request.
    pub requested: Amounts,
    /// The same, where a pod without requests counts for something.
    pub counted: Amounts,
    /// What the node has.
    pub capacity: Capacity,
    /// How many of its pods have not ended.
    pub pods: i64,
    /// Which zone it is in: a number that its zone's name was given; none where it has no zone.
    pub zone: Option<u32>,
    /// True where it is neither cordoned nor tainted.
    pub plain: bool,
    /// True where a pod that stays has no managing owner.
    pub loose: bool,
    /// The first of [`Seat::crowd`].
    pub crowd: [(Uid, i64); 2],
    /// True where [`Seat::crowd`] has more than the row holds.
    pub crowded: bool,
}

impl Row {
    fn new(node: &Node) -> Row {
        Row {
            requested: (0, 0),
            counted: (0, 0),
            capacity: capacity(node),
            pods: 0,
            zone: None,
            plain: is_plain(node),
            loose: false,
            crowd: [(Uid::default(), 0); 2],
            crowded: false,
        }
    }
    /// True where a pod that asks for this much has room.
    pub fn has_room(&self, (cpu, memory): Amounts) -> bool {
        self.pods < self.capacity.pods
            && (cpu == 0 || cpu + self.requested.0 <= self.capacity.cpu)
            && (memory == 0 || memory + self.requested.1 <= self.capacity.memory)
    }
    /// Takes over what a seat's pods come to.
    fn recount(&mut self, seat: &Seat) {
        self.pods = seat.pods.len() as i64;
        self.loose = seat.pods.iter().any(|s| !s.leaving && s.owner.is_nil());
        self.crowded = seat.crowd.len() > self.crowd.len();
        let mut owners = seat.crowd.iter().copied();
        self.crowd = std::array::from_fn(|_| owners.next().unwrap_or_default());
    }
    fn add(&mut self, pod: &Pod, sign: i64) {
        let sum = |a: Amounts, b: Amounts| (a.0 + sign * b.0, a.1 + sign * b.1);
        self.requested = sum(self.requested, requests(&pod.spec));
        self.counted = sum(self.counted, counted(&pod.spec));
    }
}

impl Seat {
    /// Counts its pods by owner anew.
    fn recount(&mut self) {
        self.crowd.clear();
        for sitter in self.pods.iter().filter(|s| !s.leaving && !s.owner.is_nil()) {
            match self.crowd.iter_mut().find(|(owner, _)| *owner == sitter.owner) {
                Some((_, count)) => *count += 1,
                None => self.crowd.push((sitter.owner, 1)),
            }
        }
    }
}

fn is_plain(node: &Node) -> bool {
    !node.spec.unschedulable && node.spec.taints.is_empty()
}

/// What a node has to give.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Capacity {
    /// Cpu in thousandths.
    pub cpu: i64,
    /// Memory in bytes.
    pub memory: i64,
    /// Pods.
    pub pods: i64,
}

/// What a node has to give.
pub fn capacity(node: &Node) -> Capacity {
    let get = |name: &str| node.status.allocatable.get(name);
    let milli = |name: &str| get(name).map_or(0, |q| clamp(q.milli()));
    let whole = |name: &str| get(name).map_or(0, |q| clamp(q.value()));
    Capacity { cpu: milli("cpu"), memory: whole("memory"), pods: whole("pods") }
}

fn zone(node: &Node) -> Name {
    node.metadata.labels.get("topology.kubernetes.io/zone").cloned().unwrap_or_default()
}

/// All nodes, in the order in which they joined.
#[derive(Clone, Debug, Default)]
pub struct Seats {
    list: Vector<Arc<Seat>>,
    rows: Vector<Row>,
    places: OrdMap<Key, usize>,
    zones: Vector<Name>,
    start: usize,
    stocks: Stocks,
    /// How many pods with a seat ask something of their neighbours.
    pub social: usize,
    /// What was seen of the nodes by searches before.
    pub glances: Glances,
    /// How many pods with a seat there are of each priority.
    priorities: OrdMap<i64, usize>,
}

impl Seats {
    /// How many nodes there are.
    pub fn len(&self) -> usize {
        self.list.len()
    }
    /// The node at a place; places are below [`Seats::len`].
    pub fn at(&self, place: usize) -> &Seat {
        &self.list[place]
    }
    /// Where a node is.
    pub fn place(&self, node: &str) -> Option<usize> {
        self.places.get(&Key::cluster(node)).copied()
    }
    /// The least priority of all pods that have a seat.
    pub fn least_priority(&self) -> Option<i64> {
        self.priorities.get_min().map(|(priority, _)| *priority)
    }
    /// All nodes, by place.
    pub fn all(&self) -> impl Iterator<Item = &Seat> {
        self.list.iter().map(|seat| &**seat)
    }
    /// The numbers of all nodes, by place.
    pub fn rows(&self) -> Focus<'_, Row, DefaultSharedPtr> {
        self.rows.focus()
    }
    /// The numbers of the node at a place.
    pub fn row(&self, place: usize) -> &Row {
        &self.rows[place]
    }
    /// How many zones were ever seen.
    pub fn zone_count(&self) -> usize {
        self.zones.len()
    }
    /// The images of all nodes.
    pub fn stocks(&self) -> &Stocks {
        &self.stocks
    }
    /// The place that a search looks at after so many.
    pub fn ahead(&self, looked: usize) -> usize {
        let place = self.start + looked;
        if place < self.list.len() { place } else { place - self.list.len() }
    }
    /// After so many looks the next search begins elsewhere, so that all nodes get their turn; few are always all looked at.
    pub fn turn(&mut self, looked: usize) {
        let next = self.ahead(looked);
        self.start = if self.list.len() >= 100 { next } else { 0 };
    }
    /// Takes over a node as it now is.
    pub fn set(&mut self, node: &Arc<Node>) {
        let Some(&place) = self.places.get(&node.metadata.key()) else {
            return self.add(node);
        };
        let seat = Arc::make_mut(&mut self.list[place]);
        let matters = seat.node.spec != node.spec
            || seat.node.metadata.labels != node.metadata.labels
            || !Arc::ptr_eq(&seat.node.status.allocatable, &node.status.allocatable);
        let before = std::mem::replace(&mut seat.node, node.clone());
        if !Arc::ptr_eq(&before.status.images, &node.status.images) {
            self.stocks.relist(Some(&before), Some(node));
            self.glances.forget(place);
        }
        if matters {
            self.glances.forget(place);
            seat.zone = zone(node);
            let row = &mut self.rows[place];
            (row.capacity, row.plain, row.zone) = (capacity(node), is_plain(node), number(&mut self.zones, &seat.zone));
        }
    }
    fn add(&mut self, node: &Arc<Node>) {
        self.glances.forget_all();
        self.places.insert(node.metadata.key(), self.list.len());
        let zone = zone(node);
        let row = Row { zone: number(&mut self.zones, &zone), ..Row::new(node) };
        self.rows.push_back(row);
        self.stocks.relist(None, Some(node));
        self.list.push_back(Arc::new(Seat { node: node.clone(), pods: Vec::new(), crowd: Vec::new(), zone }));
    }
    /// Forgets a node.
    pub fn remove(&mut self, node: &Name) {
        if let Some(place) = self.places.remove(&Key::cluster(node.clone())) {
            let gone = self.list.remove(place);
            self.social -= gone.pods.iter().filter(|sitter| sitter.social.is_some()).count();
            gone.pods.iter().for_each(|sitter| self.uncount(&sitter.pod));
            self.stocks.relist(Some(&gone.node), None);
            self.rows.remove(place);
            self.glances.forget_all();
            self.places = self.list.iter().enumerate().map(|(i, seat)| (seat.node.metadata.key(), i)).collect();
        }
    }
    /// Changes who sits on a node; `change` tells whether anything was changed.
    fn reseat(&mut self, node: &Name, change: impl FnOnce(&mut Vec<Sitter>, &mut Row) -> bool) {
        let Some(&place) = self.places.get(&Key::cluster(node.clone())) else { return };
        let seat = Arc::make_mut(&mut self.list[place]);
        let row = &mut self.rows[place];
        if change(&mut seat.pods, row) {
            seat.recount();
            row.recount(seat);
            self.glances.forget(place);
        }
    }
    /// A pod takes its seat.
    pub fn sit(&mut self, pod: &Arc<Pod>) {
        let (mut social, mut sits) = (false, false);
        self.reseat(&pod.spec.node_name, |pods, row| {
            let sitter = Sitter::new(pod);
            (social, sits) = (sitter.social.is_some(), true);
            pods.push(sitter);
            row.add(pod, 1);
            true
        });
        self.social += usize::from(social);
        if sits {
            *self.priorities.entry(priority(pod)).or_insert(0) += 1;
        }
    }
    fn uncount(&mut self, pod: &Pod) {
        let priority = priority(pod);
        let left = self.priorities.get_mut(&priority).map_or(1, |count| {
            *count -= 1;
            *count
        });
        if left == 0 {
            self.priorities.remove(&priority);
        }
    }
    /// A pod leaves its seat, if it has one.
    pub fn leave(&mut self, pod: &Pod) {
        let (mut social, mut sat) = (false, false);
        self.reseat(&pod.spec.node_name, |pods, row| {
            let Some(place) = pods.iter().position(|p| p.pod.metadata.uid == pod.metadata.uid) else { return false };
            (social, sat) = (pods.remove(place).social.is_some(), true);
            row.add(pod, -1);
            true
        });
        self.social -= usize::from(social);
        if sat {
            self.uncount(pod);
        }
    }
    /// A seated pod has other labels, or is on its way out; true where that is so.
    pub fn renew(&mut self, before: Option<&Object>, pod: &Arc<Pod>) -> bool {
        let Some(Object::Pod(old)) = before else { return false };
        let same = old.metadata.labels == pod.metadata.labels && old.metadata.deletion_timestamp == pod.metadata.deletion_timestamp;
        if same {
            return false;
        }
        self.reseat(&pod.spec.node_name, |pods, _| {
            let sitter = pods.iter_mut().find(|p| p.pod.metadata.uid == pod.metadata.uid);
            sitter.map(|sitter| *sitter = Sitter::new(pod)).is_some()
        });
        true
    }
}

/// The number that stands for a zone.
fn number(zones: &mut Vector<Name>, zone: &Name) -> Option<u32> {
    if zone.is_empty() {
        return None;
    }
    let place = zones.iter().position(|known| known == zone).unwrap_or_else(|| {
        zones.push_back(zone.clone());
        zones.len() - 1
    });
    u32::try_from(place).ok()
}
