//! Volumes: their phase follows their claim. Upstream: persistentvolume.syncVolume.

use super::super::super::apiserver::Desk;
use super::super::super::change::Controller;
use super::{BOUND_BY_CONTROLLER, PROVISIONED_BY, provision, reclaim};
use crate::api::object::reference;
use crate::api::storage::{ReclaimPolicy, VolumePhase};
use crate::api::{Key, Kind, PersistentVolume, PersistentVolumeClaim, Resource, Span, Uid};
use std::sync::Arc;

type Volume = Arc<PersistentVolume>;

/// Takes a volume from the queue.
pub fn sync_volume(desk: &mut Desk, key: &Key) {
    desk.world().memory.volumes.unsettled.remove(&(Kind::PersistentVolume, key.clone()));
    let Some(pv) = desk.get::<PersistentVolume>(key).cloned() else { return };
    provision::guard(desk, &pv);
    let Some(pv) = desk.get::<PersistentVolume>(key).cloned() else { return };
    let Some(holder) = pv.spec.claim_ref.as_ref().filter(|holder| !holder.uid.is_nil()) else {
        set(desk, &pv, VolumePhase::Available, "");
        return;
    };
    let claim = Key::new(holder.namespace.clone(), holder.name.clone());
    match desk.get::<PersistentVolumeClaim>(&claim).filter(|c| c.metadata.uid == holder.uid).cloned() {
        None => release(desk, &pv),
        Some(claim) => follow(desk, &pv, &claim),
    }
}

fn follow(desk: &mut Desk, pv: &Volume, claim: &PersistentVolumeClaim) {
    if claim.spec.volume_name.is_empty() && claim.spec.volume_mode != pv.spec.volume_mode {
        say_modes_differ(desk, pv, claim);
    } else if claim.spec.volume_name.is_empty() {
        super::unsettle(desk.world(), Kind::PersistentVolume, &pv.metadata.key());
        desk.world().enqueue(Controller::PersistentVolume, Kind::PersistentVolumeClaim, &claim.metadata.key(), Span(0));
    } else if claim.spec.volume_name == pv.metadata.name {
        set(desk, pv, VolumePhase::Bound, "");
    } else if pv.metadata.annotations.get(PROVISIONED_BY).is_some() && pv.spec.persistent_volume_reclaim_policy == ReclaimPolicy::Delete {
        release(desk, pv);
    } else {
        unbind(desk, pv);
    }
}

/// A volume that a person gave to a claim of another mode is never bound to it.
fn say_modes_differ(desk: &mut Desk, pv: &PersistentVolume, claim: &PersistentVolumeClaim) {
    let (volume, name) = (&pv.metadata.name, &claim.metadata.name);
    let words = format!("Cannot bind PersistentVolume to requested PersistentVolumeClaim \"{name}\" due to incompatible volumeMode.");
    desk.event(reference(Kind::PersistentVolume, &pv.metadata), true, "VolumeMismatch", words);
    let words = format!("Cannot bind PersistentVolume \"{volume}\" to requested PersistentVolumeClaim due to incompatible volumeMode.");
    desk.event(reference(Kind::PersistentVolumeClaim, &claim.metadata), true, "VolumeMismatch", words);
}

fn release(desk: &mut Desk, pv: &Volume) {
    let over = matches!(pv.status.phase, VolumePhase::Released | VolumePhase::Failed);
    let pv = if over { pv.clone() } else { set(desk, pv, VolumePhase::Released, "") };
    reclaim::reclaim(desk, &pv);
}

/// Takes the claim out of a volume, or only its identity where a person reserved the volume; then offers it again.
pub fn unbind(desk: &mut Desk, pv: &Volume) {
    let mut free = (**pv).clone();
    if free.metadata.annotations.remove(BOUND_BY_CONTROLLER) {
        free.spec.claim_ref = None;
    } else if let Some(holder) = &mut free.spec.claim_ref {
        holder.uid = Uid::default();
    }
    if let Some(free) = desk.update(free).ok().as_ref().and_then(PersistentVolume::peel).cloned() {
        set(desk, &free, VolumePhase::Available, "");
    }
}

/// Writes a volume's phase where it differs, and answers the volume as it then stands.
pub fn set(desk: &mut Desk, pv: &Volume, phase: VolumePhase, message: &str) -> Volume {
    if pv.status.phase == phase {
        return pv.clone();
    }
    if matches!(phase, VolumePhase::Available | VolumePhase::Bound) {
        super::release(desk.world(), Kind::PersistentVolume, &pv.metadata.key());
    }
    let mut told = (**pv).clone();
    told.status.phase = phase;
    told.status.message = message.into();
    told.status.last_phase_transition_time = Some(desk.now().to_second());
    desk.update_status(told).ok().as_ref().and_then(PersistentVolume::peel).cloned().unwrap_or_else(|| pv.clone())
}

/// Marks a volume Failed and says why in its status and in an event; nothing where it has failed before.
pub fn fail(desk: &mut Desk, pv: &Volume, reason: &str, message: &str) {
    if pv.status.phase != VolumePhase::Failed {
        let pv = set(desk, pv, VolumePhase::Failed, message);
        desk.event(reference(Kind::PersistentVolume, &pv.metadata), true, reason, message);
    }
}
