//! Which volume fits a claim. Upstream: persistentVolumeOrderedIndex.findBestMatchForClaim, FindMatchingVolume.

use super::super::super::world::World;
use super::disks::reaches;
use crate::api::meta::Uid;
use crate::api::storage::{AccessMode, VolumePhase};
use crate::api::{Name, Node, ObjectRef, PersistentVolume, PersistentVolumeClaim};
use std::collections::BTreeSet;
use std::sync::Arc;

/// For whom a volume is sought.
#[derive(Clone, Copy, Default)]
pub struct Seeker<'a> {
    /// The node that must reach it; any where absent.
    pub node: Option<&'a Node>,
    /// Volumes that are promised to other claims already.
    pub taken: Option<&'a BTreeSet<Name>>,
    /// True where only a volume that names the claim will do, because the scheduler decides about the others.
    pub only_reserved: bool,
}

/// The best volume for a claim: fewest access modes first, then one that names the claim, then the smallest, then by name.
pub fn best(world: &World, claim: &PersistentVolumeClaim, seeker: Seeker) -> Option<Arc<PersistentVolume>> {
    let rank = |pv: &&Arc<PersistentVolume>| {
        let modes = sorted(&pv.spec.access_modes);
        (modes.len(), modes, !is_reserved_for(pv, claim), pv.size(), pv.metadata.name.clone())
    };
    world.list::<PersistentVolume>().filter(|pv| will_do(pv, claim, seeker)).min_by_key(rank).cloned()
}

fn sorted(modes: &[AccessMode]) -> Vec<AccessMode> {
    modes.iter().copied().collect::<BTreeSet<_>>().into_iter().collect()
}

/// True where a volume names this claim as its own, by name, and by identity if it gives one.
pub fn is_reserved_for(pv: &PersistentVolume, claim: &PersistentVolumeClaim) -> bool {
    pv.spec.claim_ref.as_ref().is_some_and(|r| names(r, claim) && (r.uid.is_nil() || r.uid == claim.metadata.uid))
}

fn names(reference: &ObjectRef, claim: &PersistentVolumeClaim) -> bool {
    reference.name == claim.metadata.name && reference.namespace == claim.metadata.namespace
}

fn will_do(pv: &PersistentVolume, claim: &PersistentVolumeClaim, seeker: Seeker) -> bool {
    let reserved = is_reserved_for(pv, claim);
    (reserved || pv.spec.claim_ref.is_none())
        && !seeker.taken.is_some_and(|taken| taken.contains(&pv.metadata.name))
        && pv.size() >= claim.request()
        && pv.spec.volume_mode == claim.spec.volume_mode
        && !pv.metadata.is_terminating()
        && claim.spec.access_modes.iter().all(|mode| pv.spec.access_modes.contains(mode))
        && seeker.node.is_none_or(|node| reaches(pv, node))
        && (reserved || !seeker.only_reserved && is_free_for(pv, claim))
}

fn is_free_for(pv: &PersistentVolume, claim: &PersistentVolumeClaim) -> bool {
    pv.status.phase == VolumePhase::Available
        && pv.class() == claim.class()
        && pv.spec.rest.get("volumeAttributesClassName") == claim.spec.rest.get("volumeAttributesClassName")
        && claim.spec.selector.as_ref().is_none_or(|selector| selector.matches(&pv.metadata.labels))
}

/// Why a volume that a claim asks for by name cannot be had; `None` where it can. Upstream: checkVolumeSatisfyClaim.
pub fn mismatch(pv: &PersistentVolume, claim: &PersistentVolumeClaim) -> Option<String> {
    let attributes = |rest: &crate::api::Rest| rest.get("volumeAttributesClassName").cloned();
    if pv.metadata.is_terminating() {
        return Some(format!("the volume is marked for deletion {:?}", &*pv.metadata.name));
    }
    let checks = [
        (pv.size() < claim.request(), "requested PV is too small"),
        (pv.class() != claim.class(), "storageClassName does not match"),
        (attributes(&pv.spec.rest) != attributes(&claim.spec.rest), "volumeAttributesClassName does not match"),
        (pv.spec.volume_mode != claim.spec.volume_mode, "incompatible volumeMode"),
        (claim.spec.access_modes.iter().any(|m| !pv.spec.access_modes.contains(m)), "incompatible accessMode"),
    ];
    checks.into_iter().find(|(wrong, _)| *wrong).map(|(_, words)| words.to_owned())
}

/// A reference from a volume to its claim, without an identity where `uid` is nil.
pub fn claim_ref(claim: &PersistentVolumeClaim, uid: Uid) -> ObjectRef {
    ObjectRef { uid, ..crate::api::object::reference(crate::api::Kind::PersistentVolumeClaim, &claim.metadata) }
}
