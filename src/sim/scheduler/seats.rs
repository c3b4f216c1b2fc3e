//! The scheduler's picture of the nodes: what is taken on each, kept up with every write.

use crate::api::{Name, Node, Object, Pod, Uid};
use imbl::{OrdMap, Vector};
use std::sync::Arc;

/// What a pod without requests counts for when nodes are compared: 100m of cpu, 200 MiB of memory. Upstream:
/// GetNonzeroRequests.
const NONZERO: Amounts = (100, 200 << 20);

/// Cpu in thousandths, memory in bytes.
pub type Amounts = (i64, i64);

/// A pod on a node, with what is asked about it most.
#[derive(Clone, Debug)]
pub struct Sitter {
    /// The pod as it was when its spec, labels or deletion last changed.
    pub pod: Arc<Pod>,
    /// Its managing owner; nil where it has none.
    pub owner: Uid,
    /// True once it is on its way out.
    pub leaving: bool,
}

impl Sitter {
    fn new(pod: &Arc<Pod>) -> Sitter {
        let owner = pod.metadata.controller().map(|o| o.uid).unwrap_or_default();
        Sitter { pod: pod.clone(), owner, leaving: pod.metadata.is_terminating() }
    }
}

fn clamp(amount: i128) -> i64 {
    i64::try_from(amount).unwrap_or(i64::MAX / 1000)
}

/// One node and what is taken on it.
#[derive(Clone, Debug)]
pub struct Seat {
    /// The node as the record has it.
    pub node: Arc<Node>,
    /// Its pods that have not ended.
    pub pods: Vec<Sitter>,
    /// Cpu (thousandths) and memory (bytes) that they request.
    pub requested: Amounts,
    /// The same, where a pod without requests counts for something.
    pub counted: Amounts,
    /// What the node has.
    pub capacity: Capacity,
    /// The node's zone; empty where it has none.
    pub zone: Name,
    /// True where it is neither cordoned nor tainted.
    pub plain: bool,
    /// How many of its pods that stay each managing owner has.
    pub crowd: Vec<(Uid, i64)>,
    /// True where a pod that stays has no managing owner.
    pub loose: bool,
}

impl Seat {
    /// Counts its pods by owner anew.
    fn recount(&mut self) {
        self.crowd.clear();
        self.loose = self.pods.iter().any(|s| !s.leaving && s.owner.is_nil());
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

fn capacity(node: &Node) -> Capacity {
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
    places: OrdMap<Name, usize>,
    /// Where the next search begins, so that all nodes get their turn.
    pub start: usize,
}

/// What a pod requests: cpu in thousandths, memory in bytes.
pub fn requests(pod: &Pod) -> Amounts {
    let sum = |name: &str, milli: bool| {
        let amounts = pod.spec.containers.iter().filter_map(|c| c.resources.requests.get(name));
        amounts.map(|q| clamp(if milli { q.milli() } else { q.value() })).sum()
    };
    (sum("cpu", true), sum("memory", false))
}

/// The same, where nothing counts for something. Per container, as upstream has it.
pub fn counted(pod: &Pod) -> Amounts {
    let one = |c: &crate::api::pod::Container| {
        let cpu = c.resources.requests.get("cpu").map_or(NONZERO.0, |q| clamp(q.milli()));
        let memory = c.resources.requests.get("memory").map_or(NONZERO.1, |q| clamp(q.value()));
        (cpu, memory)
    };
    pod.spec.containers.iter().map(one).fold((0, 0), |sum, x| (sum.0 + x.0, sum.1 + x.1))
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
    /// Takes over a node as it now is; true where that could matter to a pod that waits.
    pub fn set(&mut self, node: &Arc<Node>) -> bool {
        match self.places.get(&node.metadata.name) {
            Some(&place) => {
                let old = &self.list[place].node;
                let matters = old.spec != node.spec
                    || old.metadata.labels != node.metadata.labels
                    || !Arc::ptr_eq(&old.status.allocatable, &node.status.allocatable);
                let seat = Arc::make_mut(&mut self.list[place]);
                seat.node = node.clone();
                if matters {
                    (seat.capacity, seat.zone, seat.plain) = (capacity(node), zone(node), is_plain(node));
                }
                matters
            }
            None => {
                self.places.insert(node.metadata.name.clone(), self.list.len());
                let seat = Seat {
                    node: node.clone(),
                    pods: Vec::new(),
                    requested: (0, 0),
                    counted: (0, 0),
                    capacity: capacity(node),
                    zone: zone(node),
                    plain: is_plain(node),
                    crowd: Vec::new(),
                    loose: false,
                };
                self.list.push_back(Arc::new(seat));
                true
            }
        }
    }
    /// Forgets a node.
    pub fn remove(&mut self, node: &Name) {
        if let Some(place) = self.places.remove(node) {
            self.list.remove(place);
            self.places = self.list.iter().enumerate().map(|(i, seat)| (seat.node.metadata.name.clone(), i)).collect();
        }
    }
    fn seat(&mut self, node: &Name) -> Option<&mut Seat> {
        let place = *self.places.get(node)?;
        self.list.get_mut(place).map(Arc::make_mut)
    }
    /// A pod takes its seat.
    pub fn sit(&mut self, pod: &Arc<Pod>) {
        let (requested, counted) = (requests(pod), counted(pod));
        if let Some(seat) = self.seat(&pod.spec.node_name) {
            seat.pods.push(Sitter::new(pod));
            seat.recount();
            seat.requested = (seat.requested.0 + requested.0, seat.requested.1 + requested.1);
            seat.counted = (seat.counted.0 + counted.0, seat.counted.1 + counted.1);
        }
    }
    /// A pod leaves its seat, if it has one.
    pub fn leave(&mut self, pod: &Pod) {
        let (requested, counted) = (requests(pod), counted(pod));
        let Some(seat) = self.seat(&pod.spec.node_name) else { return };
        if let Some(i) = seat.pods.iter().position(|p| p.pod.metadata.uid == pod.metadata.uid) {
            seat.pods.remove(i);
            seat.recount();
            seat.requested = (seat.requested.0 - requested.0, seat.requested.1 - requested.1);
            seat.counted = (seat.counted.0 - counted.0, seat.counted.1 - counted.1);
        }
    }
    /// A seated pod has other labels, or is on its way out.
    pub fn renew(&mut self, before: Option<&Object>, pod: &Arc<Pod>) {
        let Some(Object::Pod(old)) = before else { return };
        let same = old.metadata.labels == pod.metadata.labels && old.metadata.deletion_timestamp == pod.metadata.deletion_timestamp;
        if same {
            return;
        }
        let Some(seat) = self.seat(&pod.spec.node_name) else { return };
        if let Some(place) = seat.pods.iter_mut().find(|p| p.pod.metadata.uid == pod.metadata.uid) {
            *place = Sitter::new(pod);
            seat.recount();
        }
    }
}
