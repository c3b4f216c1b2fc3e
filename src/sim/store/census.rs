//! What the pods of each ReplicaSet come to, kept up with every write: a set of thousands need not be looked through for
//! one pod that has changed.

use crate::api::meta::Labels;
use crate::api::{Kind, Pod, Uid};
use imbl::OrdMap;

/// Pods of one owner with the same labels.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tally {
    /// Their labels.
    pub labels: Labels,
    /// All of them.
    pub all: usize,
    /// Those that have neither ended nor are on their way out.
    pub active: usize,
    /// Those of the active ones that are ready.
    pub ready: usize,
    /// Those on their way out that have not ended.
    pub ending: usize,
}

/// The tallies of each owner. Only a ReplicaSet's pods are counted: others' have each their own labels.
#[derive(Clone, Debug, Default)]
pub struct Census {
    owners: OrdMap<Uid, Vec<Tally>>,
}

/// Owner and standing of a pod that counts.
type Standing<'p> = (Uid, &'p Labels, [bool; 3]);

fn standing(pod: &Pod) -> Option<Standing<'_>> {
    let owner = pod.metadata.controller().filter(|owner| &*owner.kind == Kind::ReplicaSet.name())?;
    let active = pod.is_active();
    let ending = pod.metadata.is_terminating() && !pod.status.phase.is_terminal();
    Some((owner.uid, &pod.metadata.labels, [active, active && pod.is_ready(), ending]))
}

impl Census {
    /// The tallies of an owner's pods.
    pub fn of(&self, owner: Uid) -> &[Tally] {
        self.owners.get(&owner).map_or(&[], Vec::as_slice)
    }
    /// A pod was written.
    pub fn written(&mut self, before: Option<&Pod>, after: Option<&Pod>) {
        let (old, new) = (before.and_then(standing), after.and_then(standing));
        if old == new {
            return;
        }
        if let Some(old) = old {
            self.take(old);
        }
        if let Some(new) = new {
            self.add(new);
        }
    }

    fn add(&mut self, (owner, labels, is): Standing) {
        let tallies = self.owners.entry(owner).or_default();
        let place = tallies.iter().position(|tally| tally.labels == *labels).unwrap_or_else(|| {
            tallies.push(Tally { labels: labels.clone(), all: 0, active: 0, ready: 0, ending: 0 });
            tallies.len() - 1
        });
        let tally = &mut tallies[place];
        tally.all += 1;
        tally.each().into_iter().zip(is).for_each(|(count, is)| *count += usize::from(is));
    }
    fn take(&mut self, (owner, labels, was): Standing) {
        let Some(tallies) = self.owners.get_mut(&owner) else { return };
        if let Some(tally) = tallies.iter_mut().find(|tally| tally.labels == *labels) {
            tally.all -= 1;
            tally.each().into_iter().zip(was).for_each(|(count, was)| *count -= usize::from(was));
        }
        tallies.retain(|tally| tally.all > 0);
        if tallies.is_empty() {
            self.owners.remove(&owner);
        }
    }
}

impl Tally {
    fn each(&mut self) -> [&mut usize; 3] {
        [&mut self.active, &mut self.ready, &mut self.ending]
    }
}
