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
    dependants: OrdMap<Uid, OrdSet<(Kind, Key)>>,
    /// By the node's key.
    pods_on: OrdMap<Key, OrdSet<Key>>,
    pods_using: OrdMap<Key, OrdSet<Key>>,
    orphan_pods: OrdSet<Key>,
    births: OrdMap<Uid, Revision>,
    census: Census,
    revision: u64,
}

impl Default for Store {
    fn default() -> Store {
        Store {
            kinds: crate::api::object::KINDS.iter().map(|_| OrdMap::new()).collect(),
            dependants: OrdMap::new(),
            pods_on: OrdMap::new(),
            pods_using: OrdMap::new(),
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
    /// Objects that name this uid as an owner.
    pub fn dependants(&self, owner: Uid) -> impl Iterator<Item = &(Kind, Key)> {
        self.dependants.get(&owner).into_iter().flatten()
    }
    /// Objects of a typed kind that name this uid as an owner, by namespace and name. Where they are much of their kind, all
    /// of the kind are walked through once instead of being looked up one by one.
    pub fn owned<R: Resource>(&self, owner: Uid) -> impl Iterator<Item = &Arc<R>> {
        let all = &self.kinds[R::KIND as usize];
        let mine = self.dependants.get(&owner).into_iter();
        let keys = mine.flat_map(|set| set.range((R::KIND, Key::default())..)).map_while(|(kind, key)| (*kind == R::KIND).then_some(key));
        let dense = self.dependant_count(owner) * DENSE > all.len();
        let mut walk = all.iter();
        keys.filter_map(move |key| match dense {
            true => walk.find(|(k, _)| *k == key).map(|(_, object)| object),
            false => all.get(key),
        })
        .filter_map(|object| R::peel(object))
    }
    /// How many objects name this uid as an owner.
    pub fn dependant_count(&self, owner: Uid) -> usize {
        self.dependants.get(&owner).map_or(0, |set| set.len())
    }
    /// Pods bound to a node.
    pub fn pods_on(&self, node: &str) -> impl Iterator<Item = &Key> {
        self.pods_on.get(&Key::cluster(node)).into_iter().flatten()
    }
    /// Pods that refer to a claim.
    pub fn pods_using(&self, claim: &Key) -> impl Iterator<Item = &Key> {
        self.pods_using.get(claim).into_iter().flatten()
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
            owners(before).for_each(|uid| remove_from(&mut self.dependants, &uid, &(kind, key.clone())));
            owners(after).for_each(|uid| insert_into(&mut self.dependants, &uid, (kind, key.clone())));
        }
        if kind == Kind::Pod {
            self.reindex_pod(key, before, after);
        }
    }

    fn reindex_pod(&mut self, key: &Key, before: Option<&Object>, after: Option<&Object>) {
        let pod = |o: Option<&Object>| o.and_then(|o| if let Object::Pod(p) = o { Some(p.clone()) } else { None });
        let (old, new) = (pod(before), pod(after));
        self.census.written(old.as_deref(), new.as_deref());
        let node = |p: &Option<Arc<Pod>>| p.as_ref().map(|p| p.spec.node_name.clone()).filter(|n| !n.is_empty());
        if node(&old) != node(&new) {
            node(&old).into_iter().for_each(|n| remove_from(&mut self.pods_on, &Key::cluster(n), key));
            node(&new).into_iter().for_each(|n| insert_into(&mut self.pods_on, &Key::cluster(n), key.clone()));
        }
        if old.is_none() || new.is_none() {
            for claim in old.iter().chain(&new).flat_map(|p| p.claims()) {
                let claim = Key::new(key.namespace.clone(), claim);
                match new {
                    Some(_) => insert_into(&mut self.pods_using, &claim, key.clone()),
                    None => remove_from(&mut self.pods_using, &claim, key),
                }
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

fn insert_into<K: Ord + Clone, V: Ord + Clone>(index: &mut OrdMap<K, OrdSet<V>>, key: &K, value: V) {
    index.entry(key.clone()).or_default().insert(value);
}

fn remove_from<K: Ord + Clone, V: Ord + Clone>(index: &mut OrdMap<K, OrdSet<V>>, key: &K, value: &V) {
    if let Some(set) = index.get_mut(key) {
        set.remove(value);
        if set.is_empty() {
            index.remove(key);
        }
    }
}
