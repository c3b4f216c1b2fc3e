//! What must hold of the record at any moment, and of its counts at rest.

use podyard::api::object::KINDS;
use podyard::api::storage::{ClaimPhase, PersistentVolume, PersistentVolumeClaim};
use podyard::api::{Key, Kind, Object, Pod, ReplicaSet, StatefulSet, gate};
use podyard::sim::World;
use std::collections::BTreeMap;

/// What of the record is not as it should be: bindings, and how objects are written down.
pub fn broken(world: &World) -> Option<String> {
    let objects = || KINDS.iter().flat_map(|row| world.objects(row.kind));
    bindings(world).or_else(|| objects().find_map(unreadable))
}

fn bindings(world: &World) -> Option<String> {
    let mut taken: BTreeMap<&str, &str> = BTreeMap::new();
    for claim in world.list::<PersistentVolumeClaim>().filter(|c| c.status.phase == ClaimPhase::Bound) {
        let (name, volume) = (&claim.metadata.name, &claim.spec.volume_name);
        if let Some(other) = taken.insert(volume, name) {
            return Some(format!("{volume} is bound to {other} and to {name}"));
        }
        let Some(found) = world.get::<PersistentVolume>(&Key::cluster(volume.clone())) else { continue };
        let back = found.spec.claim_ref.as_ref().is_some_and(|r| r.uid == claim.metadata.uid && r.name == *name);
        if !back {
            return Some(format!("{name} is bound to {volume}, which names {:?}", found.spec.claim_ref));
        }
    }
    None
}

/// Why an object does not survive being written down and read again.
fn unreadable(object: &Object) -> Option<String> {
    let (kind, value) = (object.kind(), object.to_value());
    let name = format!("{} {}", kind.name(), object.key());
    if let Err(error) = gate::check(&kind.api_version(), kind.name(), &value) {
        return Some(format!("{name}: {error}"));
    }
    match Object::from_value(kind, value.clone()) {
        Ok(again) if again == *object => None,
        Ok(again) => Some(format!("{name} reads back as\n{again:?}\ninstead of\n{object:?}")),
        Err(error) => Some(format!("{name}: {error}\n{value}")),
    }
}

/// A set whose status does not count its pods.
pub fn miscounted(world: &World) -> Option<String> {
    let owned = |set: podyard::api::Uid| -> Vec<&Pod> {
        let keys = world.store().dependants(set).filter(|(kind, _)| *kind == Kind::Pod);
        keys.filter_map(|(_, key)| world.get::<Pod>(key).map(|p| &**p)).collect()
    };
    let wrong = |name: &str, what: &str, counted: i32, found: usize| {
        (usize::try_from(counted) != Ok(found)).then(|| format!("{name} counts {counted} {what} and has {found}"))
    };
    let ordered = world.list::<StatefulSet>().find_map(|set| {
        let (pods, name) = (owned(set.metadata.uid), &*set.metadata.name);
        let ready = pods.iter().filter(|p| p.is_running_and_ready()).count();
        wrong(name, "pods", set.status.replicas, pods.len()).or_else(|| wrong(name, "ready pods", set.status.ready_replicas, ready))
    });
    let any = || {
        world.list::<ReplicaSet>().find_map(|set| {
            let (pods, name) = (owned(set.metadata.uid), &*set.metadata.name);
            let active = pods.iter().filter(|p| p.is_active()).count();
            wrong(name, "active pods", set.status.replicas, active)
        })
    };
    ordered.or_else(any)
}
