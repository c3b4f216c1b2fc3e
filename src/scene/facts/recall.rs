//! What was read of a crowd for an earlier picture, kept so that what is still the same is not read again. It holds on to
//! the very objects that it speaks of and trusts what it knows only while the world has those objects and no others: a
//! picture is the same with it and without.

use super::pods::{Ledger, Standings};
use super::{Look, Row, Running};
use crate::api::meta::Revision;
use crate::api::{Name, Pod, Uid};
use crate::sim::machine::Machine;
use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};
use std::iter::Peekable;
use std::sync::Arc;
use std::vec::IntoIter;

/// What is known of pods and machines.
#[derive(Clone, Debug, Default)]
pub struct Recall {
    /// Every pod of the record, in the record's order.
    pods: Vec<Known>,
    nodes: Standings,
    machines: BTreeMap<Name, (Arc<Machine>, Arc<Vec<Running>>)>,
}

/// A pod of the record and its row.
#[derive(Clone, Debug)]
pub struct Known {
    /// The pod.
    pub pod: Arc<Pod>,
    /// Its managing owner; nil where it has none.
    pub owner: Uid,
    /// When it came into the record.
    pub born: Revision,
    /// Its row.
    pub row: Arc<Row>,
    /// What else its row tells of.
    asks: Asks,
}

/// What a row tells of besides its pod and its pod's node.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Asks {
    /// Nothing.
    Nobody,
    /// The timer of what holds the pod back.
    ItsHold,
    /// Claims, or what its machine says.
    Others,
}

impl Asks {
    fn of(row: &Row) -> Asks {
        match row.look {
            _ if !row.claims.is_empty() => Asks::Others,
            Look::Failed => Asks::Others,
            Look::Leaving | Look::Doubtful => Asks::Nobody,
            Look::Ready | Look::Unready | Look::Pending | Look::Done | Look::Missing | Look::Gone => Asks::ItsHold,
        }
    }
}

/// Machines on which a pod of the record has come or gone.
#[derive(Debug, Default)]
struct Stirred(BTreeSet<Name>);

impl Stirred {
    fn by(&mut self, pod: &Pod) {
        if !pod.spec.node_name.is_empty() && !self.0.contains(&pod.spec.node_name) {
            self.0.insert(pod.spec.node_name.clone());
        }
    }
}

impl Recall {
    /// Looks at the record and forgets what is no longer so.
    pub fn refresh(&mut self, ledger: &Ledger) {
        if self.nodes != *ledger.nodes() {
            self.nodes = ledger.nodes().clone();
            self.pods.iter_mut().for_each(|known| *known = Known::of(&known.pod, known.born, ledger));
        }
        let mut stirred = Stirred::default();
        let mut before = std::mem::take(&mut self.pods).into_iter().peekable();
        for pod in ledger.world.list::<Pod>() {
            let known = match same(&mut before, pod, &mut stirred) {
                Some(known) if Arc::ptr_eq(&known.pod, pod) => known.again(ledger),
                Some(known) => Known::of(pod, known.born, ledger),
                None => {
                    stirred.by(pod);
                    Known::of(pod, ledger.world.store().born(pod.metadata.uid), ledger)
                }
            };
            self.pods.push(known);
        }
        before.for_each(|gone| stirred.by(&gone.pod));
        stirred.0.iter().for_each(|node| drop(self.machines.remove(node)));
    }
    /// Every pod of the record, in the record's order.
    pub fn pods(&self) -> &[Known] {
        &self.pods
    }
    /// What runs on a machine, where that is known.
    pub fn running(&self, machine: &Arc<Machine>) -> Option<Arc<Vec<Running>>> {
        let known = self.machines.get(&machine.name).filter(|(known, _)| Arc::ptr_eq(known, machine));
        known.map(|(_, running)| running.clone())
    }
    /// Keeps what runs on a machine. That holds while the machine stays as it is, no pod bound to it comes or goes, and
    /// whose its processes are follows from what it has heard; of a machine out of reach nothing is kept, for on record
    /// its pods may change without it.
    pub fn keep(&mut self, machine: &Arc<Machine>, running: &Arc<Vec<Running>>) {
        if machine.is_linked() && machine.processes.keys().all(|uid| machine.heard.contains_key(uid)) {
            self.machines.insert(machine.name.clone(), (machine.clone(), running.clone()));
        }
    }
}

/// What is known of a pod, from a list in the record's order whose head has been compared with the pods before it.
fn same(before: &mut Peekable<IntoIter<Known>>, pod: &Arc<Pod>, stirred: &mut Stirred) -> Option<Known> {
    loop {
        let head = &before.peek()?.pod;
        if Arc::ptr_eq(head, pod) {
            return before.next();
        }
        match head.metadata.key().cmp(&pod.metadata.key()) {
            Ordering::Equal if head.metadata.uid == pod.metadata.uid => return before.next(),
            Ordering::Less | Ordering::Equal => before.next().iter().for_each(|gone| stirred.by(&gone.pod)),
            Ordering::Greater => return None,
        }
    }
}

impl Known {
    fn of(pod: &Arc<Pod>, born: Revision, ledger: &Ledger) -> Known {
        let row = ledger.row(pod);
        let owner = pod.metadata.controller().map(|owner| owner.uid).unwrap_or_default();
        Known { pod: pod.clone(), owner, born, asks: Asks::of(&row), row: Arc::new(row) }
    }
    /// The same pod a moment later.
    fn again(self, ledger: &Ledger) -> Known {
        let holds = match self.asks {
            Asks::Nobody => true,
            Asks::ItsHold => self.row.timer.as_ref().map(|timer| timer.until) == ledger.held_until(&self.row),
            Asks::Others => false,
        };
        if holds { self } else { Known::of(&self.pod, self.born, ledger) }
    }
}
