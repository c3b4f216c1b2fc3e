//! Rules for claims, volumes and disks. Upstream: pkg/controller/volume/{persistentvolume,pvcprotection,pvprotection,attachdetach}.

use super::book::{Book, Broken, broken};
use podyard::api::storage::{AccessMode, ClaimPhase, VolumePhase};
use podyard::api::{Key, Name, Object, PersistentVolume, PersistentVolumeClaim, Pod};
use podyard::sim::disk::DiskKind;
use podyard::sim::{Actor, Change, World};

/// What is wrong with a write of a claim or volume.
pub fn judge(book: &Book, change: &Change, before: Option<&Object>, after: Option<&Object>) -> Option<Broken> {
    match (before, after) {
        (Some(Object::PersistentVolumeClaim(claim)), None) => claim_end(book, claim),
        (Some(Object::PersistentVolumeClaim(old)), Some(Object::PersistentVolumeClaim(new))) => claim(book, change, old, new),
        (Some(Object::PersistentVolume(volume)), None) => volume_end(volume),
        _ => None,
    }
}

fn claim_end(book: &Book, claim: &PersistentVolumeClaim) -> Option<Broken> {
    let uses = |pod: &&std::sync::Arc<Pod>| {
        pod.metadata.namespace == claim.metadata.namespace && pod.is_scheduled() && pod.claims().any(|c| c == claim.metadata.name)
    };
    let user = book.list::<Pod>().find(uses)?;
    broken("a claim in use is kept", format!("{} went while {} used it", claim.metadata.name, user.metadata.name))
}

fn claim(book: &Book, change: &Change, old: &PersistentVolumeClaim, new: &PersistentVolumeClaim) -> Option<Broken> {
    let (name, volume) = (&new.metadata.name, &new.spec.volume_name);
    if !old.spec.volume_name.is_empty() && old.spec.volume_name != *volume && change.actor != Actor::You {
        return broken("a claim keeps its volume", format!("{name} goes from {} to {volume}", old.spec.volume_name));
    }
    let bound = |c: &PersistentVolumeClaim| c.status.phase == ClaimPhase::Bound;
    if bound(old) || !bound(new) || book.cleared.contains(volume) {
        return None;
    }
    let other =
        book.list::<PersistentVolumeClaim>().find(|c| c.metadata.uid != new.metadata.uid && bound(c) && c.spec.volume_name == *volume);
    if let Some(other) = other {
        return broken("a volume is bound once", format!("{volume} to {} and {name}", other.metadata.name));
    }
    let found = book.get::<PersistentVolume>(&Key::cluster(volume.clone()));
    let named = found.and_then(|v| v.spec.claim_ref.as_ref()).is_some_and(|r| r.uid == new.metadata.uid);
    if named { None } else { broken("claim and volume name each other", format!("{name} is bound to {volume}")) }
}

fn volume_end(volume: &PersistentVolume) -> Option<Broken> {
    (volume.status.phase == VolumePhase::Bound).then(|| broken("a bound volume is kept", &*volume.metadata.name)).flatten()
}

/// A disk that was just attached is attached to one machine, unless all its volumes may be shared.
pub fn attached(world: &World, id: &Name) -> Option<Broken> {
    let disk = world.disk(id).filter(|disk| disk.kind == DiskKind::Attachable && disk.attached.len() > 1)?;
    let shared = |mode: &AccessMode| matches!(mode, AccessMode::ReadWriteMany | AccessMode::ReadOnlyMany);
    let is_ours = |v: &PersistentVolume| {
        let gce = v.spec.gce_disk.as_ref().is_some_and(|g| id.strip_prefix("gce/") == Some(&*g.pd_name));
        gce || v.spec.csi.as_ref().is_some_and(|c| id.strip_prefix("csi/") == Some(&*c.volume_handle))
    };
    let alone = world.list::<PersistentVolume>().any(|v| is_ours(v) && !v.spec.access_modes.iter().any(shared));
    if alone { broken("a disk is attached to one machine", format!("{id} to {:?}", disk.attached)) } else { None }
}
