//! Which pods of a set need no look: a set of thousands is not looked through for one pod that has changed.
//!
//! A pod is *settled* once a round has found it available, at the newest revision and with nothing to mend. Whatever is
//! written of it or of its claims makes it *restless* again, and so does a change of what the set asks for. A round
//! therefore does with the restless pods alone what it would do with all.

use super::super::super::world::World;
use crate::api::workload::parent_and_ordinal;
use crate::api::{Key, Kind, Name, Object, Pod, StatefulSet, Uid};
use imbl::{OrdMap, OrdSet};

/// What was found out about the pods of each set.
#[derive(Clone, Debug, Default)]
pub struct Rosters(OrdMap<Uid, Roster>);

/// What was found out about the pods of one set.
#[derive(Clone, Debug)]
struct Roster {
    asked: Asked,
    settled: OrdSet<i32>,
    restless: OrdSet<Key>,
}

/// What a set asked for when its pods were looked at: its generation, and the name of its newest revision.
type Asked = (i64, Name);

impl Roster {
    fn stir(&mut self, pod: &Key) {
        if let Some((_, ordinal)) = parent_and_ordinal(&pod.name) {
            self.settled.remove(&ordinal);
        }
        self.restless.insert(pod.clone());
    }
    fn forget(&mut self, pod: &Key) {
        self.stir(pod);
        self.restless.remove(pod);
    }
}

impl Rosters {
    /// The ordinals of a set's settled pods.
    pub fn settled(&self, set: Uid) -> OrdSet<i32> {
        self.0.get(&set).map(|roster| roster.settled.clone()).unwrap_or_default()
    }
    /// A set's restless pods, by name.
    pub fn restless(&self, set: Uid) -> impl Iterator<Item = &Key> {
        self.0.get(&set).into_iter().flat_map(|roster| &roster.restless)
    }
    /// A round found nothing to do about this pod.
    pub fn settle(&mut self, set: Uid, pod: &Key, ordinal: i32) {
        if let Some(roster) = self.0.get_mut(&set) {
            roster.restless.remove(pod);
            roster.settled.insert(ordinal);
        }
    }
}

/// Where a set asks for something else than before, or is looked at for the first time, all its pods are restless: true
/// where that is so.
pub fn refresh(world: &mut World, set: &StatefulSet, newest: &Name) -> bool {
    let uid = set.metadata.uid;
    let asked = (set.metadata.generation, newest.clone());
    if world.memory.rosters.0.get(&uid).is_some_and(|roster| roster.asked == asked) {
        return false;
    }
    let restless = world.store().owned::<Pod>(uid).map(|pod| pod.metadata.key()).collect();
    world.memory.rosters.0.insert(uid, Roster { asked, settled: OrdSet::new(), restless });
    true
}

/// Hears of a write.
pub fn notice(world: &mut World, before: Option<&Object>, after: Option<&Object>) {
    match (before, after) {
        (Some(Object::StatefulSet(set)), None) => drop(world.memory.rosters.0.remove(&set.metadata.uid)),
        (Some(Object::Pod(_)), _) | (_, Some(Object::Pod(_))) => pod_written(world, before, after),
        (Some(Object::PersistentVolumeClaim(claim)), _) | (_, Some(Object::PersistentVolumeClaim(claim))) => {
            let pods: Vec<Key> = world.store().pods_using(&claim.metadata.key()).cloned().collect();
            for pod in pods {
                let Some(set) = world.get::<Pod>(&pod).and_then(|pod| manager(&pod.metadata)) else { continue };
                change(world, set, |roster| roster.stir(&pod));
            }
        }
        _ => {}
    }
}

fn pod_written(world: &mut World, before: Option<&Object>, after: Option<&Object>) {
    let of = |object: Option<&Object>| object.and_then(|object| manager(object.meta()));
    let Some(pod) = after.or(before).map(Object::key) else { return };
    let (old, new) = (of(before), of(after));
    if let Some(set) = old.filter(|_| old != new) {
        change(world, set, |roster| roster.forget(&pod));
    }
    if let Some(set) = new {
        change(world, set, |roster| roster.stir(&pod));
    }
}

fn change(world: &mut World, set: Uid, change: impl FnOnce(&mut Roster)) {
    if let Some(roster) = world.memory.rosters.0.get_mut(&set) {
        change(roster);
    }
}

fn manager(meta: &crate::api::Meta) -> Option<Uid> {
    meta.controller().filter(|owner| &*owner.kind == Kind::StatefulSet.name()).map(|owner| owner.uid)
}
