//! The API server's memory: objects by kind and key, and the indexes that keep controllers from searching.

mod census;

use crate::api::meta::Revision;
use crate::api::object::Resource;
use crate::api::{Key, Kind, Object, Pod, Uid};
use imbl::{OrdMap, OrdSet};
use std::sync::Arc;

use census::Census;
pub use census::Tally;

/// Objects and indexes. Copies share everything.
#[derive(Clone, Debug)]
pub struct Store {
    kinds: Vec<OrdMap<Key, Object>>,
    /// Owner and dependant. Most owners have few: one set of pairs takes less room than a set for each owner.
    dependants: OrdSet<(Uid, Kind, Key)>,
    dependant_counts: OrdMap<Uid, usize>,
    /// Node and pod.
    pods_on: OrdSet<(Key, Key)>,
    /// Claim and pod.
    pods_using: OrdSet<(Key, Key)>,
    orphan_pods: OrdSet<Key>,
    births: OrdMap<Uid, Revision>,
    census: Census,
    revision: u64,
}

impl Default for Store {
    fn default() -> Store {
        Store {
            kinds: crate::api::object::KINDS.iter().map(|_| OrdMap::new()).collect(),
            dependants: OrdSet::new(),
            dependant_counts: OrdMap::new(),
            pods_on: OrdSet::new(),
            pods_using: OrdSet::new(),
            orphan_pods: OrdSet::new(),
            births: OrdMap::new(),
            census: Census::default(),
            revision: 0,
        }
    }
}

/// One object in so many is enough for walking to be cheaper than looking up.
const DENSE: usize = 6;

impl Store {
    /// An object.
    pub fn get(&self, kind: Kind, key: &Key) -> Option<&Object> {
        self.kinds[kind as usize].get(key)
    }
    /// All objects of a kind, by namespace and name.
    pub fn all(&self, kind: Kind) -> impl DoubleEndedIterator<Item = &Object> {
        self.kinds[kind as usize].values()
    }
    /// An object of a typed kind.
    pub fn typed<R: Resource>(&self, key: &Key) -> Option<&Arc<R>> {
        R::peel(self.get(R::KIND, key)?)
    }
    /// All objects of a typed kind, by namespace and name.
    pub fn list<R: Resource>(&self) -> impl DoubleEndedIterator<Item = &Arc<R>> {
        self.all(R::KIND).filter_map(|o| R::peel(o))
    }
    /// How many objects of a kind there are.
    pub fn count(&self, kind: Kind) -> usize {
        self.kinds[kind as usize].len()
    }
    /// Objects that name this uid as an owner, by kind, namespace and name.
    pub fn dependants(&self, owner: Uid) -> impl Iterator<Item = (Kind, &Key)> {
        let from = (owner, Kind::Pod, Key::default());
        self.dependants.range(from..).take_while(move |(uid, ..)| *uid == owner).map(|(_, kind, key)| (*kind, key))
    }
    /// Those of them that are of a kind, by namespace and name.
    pub fn dependants_of(&self, owner: Uid, kind: Kind) -> impl Iterator<Item = &Key> {
        let from = (owner, kind, Key::default());
        self.dependants.range(from..).take_while(move |(uid, of, _)| (*uid, *of) == (owner, kind)).map(|(.., key)| key)
    }
    /// Objects of a typed kind that name this uid as an owner, by namespace and name. Where they are much of their kind, all
    /// of the kind are walked through once instead of being looked up one by one.
    pub fn owned<R: Resource>(&self, owner: Uid) -> impl Iterator<Item = &Arc<R>> {
        let all = &self.kinds[R::KIND as usize];
        let dense = self.dependant_count(owner) * DENSE > all.len();
        let mut walk = all.iter();
        self.dependants_of(owner, R::KIND)
            .filter_map(move |key| match dense {
                true => walk.find(|(k, _)| *k == key).map(|(_, object)| object),
                false => all.get(key),
            })
            .filter_map(|object| R::peel(object))
    }
    /// How many objects name this uid as an owner.
    pub fn dependant_count(&self, owner: Uid) -> usize {
        self.dependant_counts.get(&owner).copied().unwrap_or_default()
    }
    /// Pods bound to a node.
    pub fn pods_on(&self, node: &str) -> impl Iterator<Item = &Key> {
        seconds(&self.pods_on, Key::cluster(node))
    }
    /// Pods that refer to a claim.
    pub fn pods_using(&self, claim: &Key) -> impl Iterator<Item = &Key> {
        seconds(&self.pods_using, claim.clone())
    }
    /// What the pods of a ReplicaSet come to, by labels.
    pub fn census(&self, owner: Uid) -> &[Tally] {
        self.census.of(owner)
    }
    /// Pods without a managing owner.
    pub fn orphan_pods(&self) -> impl Iterator<Item = &Key> {
        self.orphan_pods.iter()
    }
    /// The revision at which an object other than an event was made: the order of birth, which timestamps of whole seconds cannot tell.
    pub fn born(&self, uid: Uid) -> Revision {
        self.births.get(&uid).copied().unwrap_or_default()
    }
    /// The cluster's latest revision.
    pub fn revision(&self) -> Revision {
        Revision(self.revision)
    }
    /// Counts a write.
    pub(super) fn next_revision(&mut self) -> Revision {
        self.revision += 1;
        Revision(self.revision)
    }

    /// Puts an object in place of its namesake, if there is one.
    pub(super) fn put(&mut self, object: Object) {
        let kind = object.kind();
        let key = object.key();
        let before = self.kinds[kind as usize].insert(key.clone(), object.clone());
        self.reindex(&key, before.as_ref(), Some(&object));
    }
    /// Takes an object out.
    pub(super) fn take(&mut self, kind: Kind, key: &Key) -> Option<Object> {
        let before = self.kinds[kind as usize].remove(key);
        self.reindex(key, before.as_ref(), None);
        before
    }

    fn reindex(&mut self, key: &Key, before: Option<&Object>, after: Option<&Object>) {
        let Some(any) = after.or(before) else { return };
        let (kind, uid) = (any.kind(), any.meta().uid);
        match (before, after) {
            _ if kind == Kind::Event => {}
            (None, Some(_)) => drop(self.births.insert(uid, any.meta().resource_version)),
            (Some(_), None) => drop(self.births.remove(&uid)),
            _ => {}
        }
        if owners(before).ne(owners(after)) {
            owners(before).for_each(|uid| self.leave(uid, kind, key));
            owners(after).for_each(|uid| self.join(uid, kind, key));
        }
        if kind == Kind::Pod {
            self.reindex_pod(key, before, after);
        }
    }

    fn join(&mut self, owner: Uid, kind: Kind, key: &Key) {
        if self.dependants.insert((owner, kind, key.clone())).is_none() {
            *self.dependant_counts.entry(owner).or_default() += 1;
        }
    }
    fn leave(&mut self, owner: Uid, kind: Kind, key: &Key) {
        if self.dependants.remove(&(owner, kind, key.clone())).is_none() {
            return;
        }
        match self.dependant_count(owner) {
            0 | 1 => drop(self.dependant_counts.remove(&owner)),
            count => drop(self.dependant_counts.insert(owner, count - 1)),
        }
    }

    fn reindex_pod(&mut self, key: &Key, before: Option<&Object>, after: Option<&Object>) {
        let pod = |o: Option<&Object>| o.and_then(|o| if let Object::Pod(p) = o { Some(p.clone()) } else { None });
        let (old, new) = (pod(before), pod(after));
        self.census.written(old.as_deref(), new.as_deref());
        let node = |p: &Option<Arc<Pod>>| p.as_ref().map(|p| p.spec.node_name.clone()).filter(|n| !n.is_empty());
        if node(&old) != node(&new) {
            node(&old).into_iter().for_each(|n| drop(self.pods_on.remove(&(Key::cluster(n), key.clone()))));
            node(&new).into_iter().for_each(|n| drop(self.pods_on.insert((Key::cluster(n), key.clone()))));
        }
        if old.is_none() || new.is_none() {
            for claim in old.iter().chain(&new).flat_map(|p| p.claims()) {
                let pair = (Key::new(key.namespace.clone(), claim), key.clone());
                match new {
                    Some(_) => self.pods_using.insert(pair),
                    None => self.pods_using.remove(&pair),
                };
            }
        }
        match new.as_ref().is_some_and(|p| p.metadata.controller().is_none()) {
            true => self.orphan_pods.insert(key.clone()),
            false => self.orphan_pods.remove(key),
        };
    }
}

fn owners(object: Option<&Object>) -> impl Iterator<Item = Uid> {
    object.into_iter().flat_map(|object| &object.meta().owner_references).map(|owner| owner.uid)
}

/// What stands beside `first` in a set of pairs.
fn seconds(pairs: &OrdSet<(Key, Key)>, first: Key) -> impl Iterator<Item = &Key> {
    let from = (first.clone(), Key::default());
    pairs.range(from..).take_while(move |(known, _)| *known == first).map(|(_, second)| second)
}
