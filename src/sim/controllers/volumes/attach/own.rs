//! Disks that pods name themselves, without claim or volume: known by driver and storage, and by which pods want them.

use super::super::super::super::world::World;
use super::super::disks::needs_attach;
use crate::api::storage::inline;
use crate::api::{Key, Kind, Name, PersistentVolume, Pod};
use imbl::OrdSet;
use std::sync::Arc;

/// A disk that pods name themselves.
#[derive(Clone, Debug)]
pub struct Own {
    /// What it would be as a volume.
    pub volume: Arc<PersistentVolume>,
    /// Pods that name it.
    pub pods: OrdSet<Key>,
}

/// The disks that a pod names itself and that must be attached.
pub fn disks(pod: &Pod) -> impl Iterator<Item = PersistentVolume> {
    pod.spec.volumes.iter().filter_map(inline).filter(PersistentVolume::needs_attach)
}

/// Follows a pod that is new, bound or gone.
pub fn follow(world: &mut World, pod: &Pod) {
    let key = pod.metadata.key();
    let here = world.object(Kind::Pod, &key).is_some();
    for volume in disks(pod) {
        let own = &mut world.memory.volumes.attached.own;
        let name = volume.metadata.name.clone();
        let entry = own.entry(name.clone()).or_insert_with(|| Own { volume: Arc::new(volume), pods: OrdSet::new() });
        match here {
            true => drop(entry.pods.insert(key.clone())),
            false => drop(entry.pods.remove(&key)),
        }
    }
}

/// Forgets a disk that no node has, where no pod names it either.
pub fn forget(world: &mut World, name: &Name) {
    let own = &mut world.memory.volumes.attached.own;
    if own.get(name).is_some_and(|own| own.pods.is_empty()) {
        own.remove(name);
    }
}

/// A volume that must be attached, by name: of the record, or of a pod's own.
pub fn find(world: &World, name: &Name) -> Option<Arc<PersistentVolume>> {
    let recorded = world.get::<PersistentVolume>(&Key::cluster(name.clone()));
    let own = || world.memory.volumes.attached.own.get(name).map(|own| &own.volume);
    recorded.or_else(own).filter(|pv| needs_attach(world, pv)).cloned()
}

/// Pods that name a disk themselves.
pub fn users(world: &World, name: &Name) -> Vec<Arc<Pod>> {
    let own = world.memory.volumes.attached.own.get(name);
    own.into_iter().flat_map(|own| own.pods.iter()).filter_map(|key| world.get::<Pod>(key)).cloned().collect()
}
