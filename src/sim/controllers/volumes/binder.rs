//! Claims: finding a volume and binding to it in four writes, and noticing when it is lost. Upstream:
//! persistentvolume.syncClaim, bind.

use super::super::super::apiserver::Desk;
use super::super::super::transit::Wait;
use super::consumer::waits_for_consumer;
use super::matching::{Seeker, best, claim_ref, is_reserved_for, mismatch};
use super::{BIND_COMPLETED, BOUND_BY_CONTROLLER, SELECTED_NODE, YES, phases, provision, unsettle};
use crate::api::object::reference;
use crate::api::storage::{ClaimPhase, VolumePhase};
use crate::api::{Key, Kind, PersistentVolume, PersistentVolumeClaim, Pod, Resource};
use std::sync::Arc;

type Claim = Arc<PersistentVolumeClaim>;
type Volume = Arc<PersistentVolume>;

/// Takes a claim from the queue.
pub fn sync_claim(desk: &mut Desk, key: &Key) {
    let Some(claim) = desk.get::<PersistentVolumeClaim>(key).cloned() else { return settled(desk, key) };
    match claim.metadata.annotations.get(BIND_COMPLETED) {
        Some(_) => sync_bound(desk, &claim),
        None if claim.spec.volume_name.is_empty() => sync_unbound(desk, &claim),
        None => sync_asking(desk, &claim),
    }
    let bound = desk.get::<PersistentVolumeClaim>(key).is_none_or(|c| c.status.phase == ClaimPhase::Bound);
    if bound { settled(desk, key) } else { unsettle(desk.world(), Kind::PersistentVolumeClaim, key) }
}

fn settled(desk: &mut Desk, key: &Key) {
    desk.world().memory.volumes.unsettled.remove(&(Kind::PersistentVolumeClaim, key.clone()));
    super::release(desk.world(), Kind::PersistentVolumeClaim, key);
}

fn sync_unbound(desk: &mut Desk, claim: &Claim) {
    let delayed = waits_for_consumer(desk, claim);
    if let Some(pv) = best(desk, claim, Seeker { only_reserved: delayed, ..Seeker::default() }) {
        return bind(desk, &pv, claim);
    }
    if give_default_class(desk, claim) {
        return;
    }
    let chosen = claim.metadata.annotations.get(SELECTED_NODE).is_some();
    if delayed && !chosen {
        say_whom_it_waits_for(desk, claim);
    } else if !claim.class().is_empty() {
        return provision::provision(desk, claim);
    } else {
        let words = "no persistent volumes available for this claim and no storage class is set";
        desk.event(about(claim), false, "FailedBinding", words);
        hold(desk, claim, "no volume fits: it is looked for again every 15 seconds");
    }
    set_phase(desk, claim, ClaimPhase::Pending, None);
}

/// A claim that was made when no class was the default gets the one that is now; the write brings it back here. True
/// where it got one. Upstream: assignDefaultStorageClass.
fn give_default_class(desk: &mut Desk, claim: &Claim) -> bool {
    let class = (!claim.has_class()).then(|| super::default_class(desk)).flatten();
    let Some(class) = class else { return false };
    let mut given = (**claim).clone();
    given.spec.storage_class_name = Some(class);
    desk.update(given).is_ok()
}

fn hold(desk: &mut Desk, claim: &Claim, words: &str) {
    let wait = Wait { who: super::WHO, words: words.into(), on: Vec::new(), until: None, since: desk.now() };
    desk.world().hold(Kind::PersistentVolumeClaim, &claim.metadata.key(), wait);
}

/// Upstream: emitEventForUnboundDelayBindingClaim.
fn say_whom_it_waits_for(desk: &mut Desk, claim: &Claim) {
    let key = claim.metadata.key();
    let pods = desk.store().pods_using(&key).filter_map(|k| desk.get::<Pod>(k));
    let waiting: Vec<&str> = pods.filter(|p| !p.is_scheduled() && p.is_active()).map(|p| &*p.metadata.name).collect();
    let (reason, words) = match waiting[..] {
        [] => ("WaitForFirstConsumer", "waiting for first consumer to be created before binding".to_owned()),
        [pod] => ("WaitForPodScheduled", format!("waiting for pod {pod} to be scheduled")),
        [..] => ("WaitForPodScheduled", format!("waiting for pods {} to be scheduled", waiting.join(","))),
    };
    desk.event(about(claim), false, reason, &*words);
    hold(desk, claim, &words);
}

/// A claim that asks for a volume by name.
fn sync_asking(desk: &mut Desk, claim: &Claim) {
    let name = &claim.spec.volume_name;
    let Some(pv) = desk.get::<PersistentVolume>(&Key::cluster(name.clone())).cloned() else {
        hold(desk, claim, "the volume it asks for does not exist");
        return set_phase(desk, claim, ClaimPhase::Pending, None);
    };
    if is_reserved_for(&pv, claim) {
        return bind(desk, &pv, claim);
    }
    let refusal = match (&pv.spec.claim_ref, mismatch(&pv, claim)) {
        (None, None) => return bind(desk, &pv, claim),
        (None, Some(why)) => ("VolumeMismatch", format!("Cannot bind to requested volume {name:?}: {why}")),
        (Some(_), _) => ("FailedBinding", format!("volume {name:?} already bound to a different claim.")),
    };
    desk.event(about(claim), true, refusal.0, &*refusal.1);
    hold(desk, claim, &refusal.1);
    set_phase(desk, claim, ClaimPhase::Pending, None);
}

fn sync_bound(desk: &mut Desk, claim: &Claim) {
    let name = &claim.spec.volume_name;
    if name.is_empty() {
        return lose(desk, claim, "ClaimLost", "Bound claim has lost reference to PersistentVolume. Data on the volume is lost!");
    }
    let Some(pv) = desk.get::<PersistentVolume>(&Key::cluster(name.clone())).cloned() else {
        return lose(desk, claim, "ClaimLost", "Bound claim has lost its PersistentVolume. Data on the volume is lost!");
    };
    match &pv.spec.claim_ref {
        None => bind(desk, &pv, claim),
        Some(holder) if holder.uid == claim.metadata.uid => bind(desk, &pv, claim),
        Some(_) => lose(desk, claim, "ClaimMisbound", "Two claims are bound to the same volume, this one is bound incorrectly"),
    }
}

fn lose(desk: &mut Desk, claim: &Claim, reason: &str, words: &str) {
    if claim.status.phase != ClaimPhase::Lost {
        set_phase(desk, claim, ClaimPhase::Lost, None);
        desk.event(about(claim), true, reason, words);
    }
}

/// Four writes, each of which leaves a state from which the rest can be found out. What is done already is not written.
fn bind(desk: &mut Desk, pv: &Volume, claim: &Claim) {
    let Some(pv) = take_volume(desk, pv, claim) else { return };
    let pv = phases::set(desk, &pv, VolumePhase::Bound, "");
    let Some(claim) = give_volume(desk, claim, &pv) else { return };
    set_phase(desk, &claim, ClaimPhase::Bound, Some(&pv));
}

fn take_volume(desk: &mut Desk, pv: &Volume, claim: &Claim) -> Option<Volume> {
    let mut taken = (**pv).clone();
    if pv.spec.claim_ref.is_none() {
        taken.metadata.annotations.insert(BOUND_BY_CONTROLLER, YES);
    }
    if pv.spec.claim_ref.as_ref().is_none_or(|r| r.uid != claim.metadata.uid) {
        taken.spec.claim_ref = Some(claim_ref(claim, claim.metadata.uid));
    }
    desk.update(taken).ok().as_ref().and_then(PersistentVolume::peel).cloned()
}

fn give_volume(desk: &mut Desk, claim: &Claim, pv: &PersistentVolume) -> Option<Claim> {
    let mut given = (**claim).clone();
    if claim.spec.volume_name != pv.metadata.name {
        given.spec.volume_name = pv.metadata.name.clone();
        given.metadata.annotations.insert(BOUND_BY_CONTROLLER, YES);
    }
    given.metadata.annotations.insert(BIND_COMPLETED, YES);
    desk.update(given).ok().as_ref().and_then(PersistentVolumeClaim::peel).cloned()
}

fn set_phase(desk: &mut Desk, claim: &Claim, phase: ClaimPhase, pv: Option<&PersistentVolume>) {
    let mut told = (**claim).clone();
    told.status.phase = phase;
    told.status.access_modes = pv.map(|pv| pv.spec.access_modes.clone()).unwrap_or_default();
    // A bound claim's capacity is its kubelet's to change: the file system grows after the volume.
    if claim.status.phase != phase {
        told.status.capacity = pv.map(|pv| pv.spec.capacity.clone()).unwrap_or_default();
    }
    // Refused only where the claim has just gone or changed, which brings it back here.
    desk.update_status(told).ok();
}

fn about(claim: &PersistentVolumeClaim) -> crate::api::ObjectRef {
    reference(Kind::PersistentVolumeClaim, &claim.metadata)
}
