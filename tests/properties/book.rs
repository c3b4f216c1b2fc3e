//! A history read change by change: what the record said before each, and the rules that a change may break.

use super::{machines, record, sets, storage};
use podyard::api::object::KINDS;
use podyard::api::{Key, Kind, Name, Object, Pod, Resource, Time, Uid};
use podyard::sim::{Actor, Change, ChangeId, Physical, What, World};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::Arc;

/// A rule that was broken, and how.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Broken {
    /// The rule, in a few words.
    pub rule: &'static str,
    /// What broke it.
    pub words: String,
}

impl fmt::Display for Broken {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        write!(f, "{}: {}", self.rule, self.words)
    }
}

/// A broken rule.
pub fn broken(rule: &'static str, words: impl Into<String>) -> Option<Broken> {
    Some(Broken { rule, words: words.into() })
}

/// The record as the changes so far tell it, and what was done by force.
pub struct Book {
    next: ChangeId,
    last: Time,
    /// The highest resource version that was written.
    pub revision: u64,
    objects: BTreeMap<(Kind, Key), Object>,
    /// Identities that were given to an object.
    pub born: BTreeSet<Uid>,
    /// Files that were acknowledged, by disk and path.
    pub files: machines::Files,
    /// Pods that may run twice: forced away by name.
    pub forced: BTreeSet<Name>,
    /// Volumes from which somebody took the claim away by hand: until the next resync two claims may hold one.
    pub cleared: BTreeSet<Name>,
    /// True where any pod may run twice: a node's record was deleted, a node was declared out of service, or pods have no
    /// grace, which upstream's documentation of StatefulSets calls unsafe.
    pub any_forced: bool,
}

impl Book {
    /// A book that begins with the present.
    pub fn new(world: &World) -> Book {
        let objects: BTreeMap<(Kind, Key), Object> =
            KINDS.iter().flat_map(|row| world.objects(row.kind)).map(|o| ((o.kind(), o.key()), o.clone())).collect();
        Book {
            next: world.changes().next(),
            last: world.now(),
            revision: world.store().revision().0,
            born: objects.values().map(|o| o.meta().uid).collect(),
            objects,
            files: machines::Files::default(),
            forced: BTreeSet::new(),
            cleared: BTreeSet::new(),
            any_forced: false,
        }
    }

    /// Notes what is about to be done by force.
    pub fn typed(&mut self, line: &str, stdin: Option<&str>) {
        if line.contains("--force --grace-period=0") {
            self.forced.extend(line.split(' ').nth(3).map(Name::from));
        }
        if line.contains("claimRef") {
            self.cleared.extend(line.split(' ').nth(3).map(Name::from));
        }
        self.any_forced |= line.contains("delete node") || line.contains("out-of-service");
        self.any_forced |= stdin.is_some_and(|text| text.contains("terminationGracePeriodSeconds: 0"));
    }

    /// Reads on to the present; tells the first rule that was broken.
    pub fn read(&mut self, world: &World) -> Option<Broken> {
        if self.next == world.changes().next() {
            return None;
        }
        let changes: Vec<Arc<Change>> = world.changes().since(self.next).cloned().collect();
        for change in &changes {
            if let Some(found) = self.judge(change, world) {
                let words = format!("{} (change {} at {} by {})", found.words, change.id, change.at.rfc3339(), change.actor.component());
                return Some(Broken { words, ..found });
            }
        }
        changes.iter().any(|c| matches!(c.what, What::Physical(_))).then(|| machines::look(self, world)).flatten()
    }

    fn judge(&mut self, change: &Change, world: &World) -> Option<Broken> {
        if change.id != self.next || change.at < self.last || change.cause.is_some_and(|cause| cause >= change.id) {
            return broken("changes follow each other", format!("{} comes after {} at {}", change.id, self.next, self.last.rfc3339()));
        }
        (self.next, self.last) = (change.id + 1, change.at);
        match &change.what {
            What::Written { before, after } => self.judge_write(change, before.as_ref(), after.as_ref()),
            What::Physical(what) => self.judge_physical(what, world),
            What::Rule { .. } => None,
        }
    }

    fn judge_write(&mut self, change: &Change, before: Option<&Object>, after: Option<&Object>) -> Option<Broken> {
        let found = record::judge(self, change, before, after)
            .or_else(|| sets::judge(self, change, before, after))
            .or_else(|| storage::judge(self, change, before, after));
        if let Some(object) = after {
            self.revision = self.revision.max(object.meta().resource_version.0);
            self.born.insert(object.meta().uid);
            self.objects.insert((object.kind(), object.key()), object.clone());
        } else if let Some(object) = before {
            self.objects.remove(&(object.kind(), object.key()));
        }
        found
    }

    fn judge_physical(&mut self, what: &Physical, world: &World) -> Option<Broken> {
        match what {
            Physical::Attached(disk, _) => storage::attached(world, disk),
            Physical::Wrote(_, _, disk, path) => self.files.wrote(world, disk, path),
            Physical::Scrubbed(disk) => self.files.scrubbed(disk),
            _ => None,
        }
    }

    /// An object as the changes so far tell it.
    pub fn object(&self, kind: Kind, key: &Key) -> Option<&Object> {
        self.objects.get(&(kind, key.clone()))
    }
    /// An object of a typed kind.
    pub fn get<R: Resource>(&self, key: &Key) -> Option<&Arc<R>> {
        R::peel(self.object(R::KIND, key)?)
    }
    /// All objects of a typed kind.
    pub fn list<R: Resource>(&self) -> impl Iterator<Item = &Arc<R>> {
        let of_kind = move |((kind, _), _): &(&(Kind, Key), &Object)| *kind == R::KIND;
        self.objects.range((R::KIND, Key::default())..).take_while(of_kind).filter_map(|(_, o)| R::peel(o))
    }
    /// Pods that an object manages.
    pub fn pods_of(&self, owner: Uid) -> impl Iterator<Item = &Arc<Pod>> {
        self.list::<Pod>().filter(move |pod| pod.metadata.is_controlled_by(owner))
    }
    /// True where the store holds what the changes tell.
    pub fn agrees(&self, world: &World) -> Option<Broken> {
        let stored: usize = KINDS.iter().map(|row| world.store().count(row.kind)).sum();
        let differs = self.objects.iter().find(|((kind, key), object)| world.object(*kind, key) != Some(object));
        let count = (stored != self.objects.len()).then(|| format!("{stored} objects are stored and {} told of", self.objects.len()));
        let words = differs.map(|((kind, key), _)| format!("{} {key} is not as the changes tell", kind.name())).or(count)?;
        broken("the store is the sum of its changes", words)
    }
}

/// True where whoever acts is this controller.
pub fn by(change: &Change, controller: podyard::sim::Controller) -> bool {
    change.actor == Actor::Controller(controller)
}
