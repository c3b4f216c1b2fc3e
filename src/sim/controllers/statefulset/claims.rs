//! The claims of a StatefulSet's pods: made before the pod, kept after it, or not.

use super::super::super::apiserver::Desk;
use super::super::super::world::World;
use crate::api::object::{owner_ref, reference};
use crate::api::storage::PersistentVolumeClaim;
use crate::api::workload::{Retention, parent_and_ordinal};
use crate::api::{Key, Kind, Meta, Name, OwnerRef, Pod, Reason, Refusal, StatefulSet, validate};

/// `<template>-<set>-<ordinal>`.
pub fn name(set: &StatefulSet, template: &str, ordinal: i32) -> Name {
    format!("{template}-{}-{ordinal}", set.metadata.name).into()
}

/// Name of each claim that a pod's templates ask for, with its template.
fn wanted<'a>(set: &'a StatefulSet, pod: &Pod) -> impl Iterator<Item = (Key, &'a PersistentVolumeClaim)> + use<'a> {
    let ordinal = parent_and_ordinal(&pod.metadata.name).map_or(-1, |(_, n)| n);
    let namespace = set.metadata.namespace.clone();
    set.spec.volume_claim_templates.iter().map(move |t| (Key::new(namespace.clone(), name(set, &t.metadata.name, ordinal)), t))
}

/// Makes the claims that a pod needs and that do not exist; a claim that is going is refused. All are tried.
pub fn create_missing(desk: &mut Desk, set: &StatefulSet, pod: &Pod) -> Result<(), Refusal> {
    let mut refused = Vec::new();
    for (key, template) in wanted(set, pod) {
        let done = match desk.get::<PersistentVolumeClaim>(&key) {
            Some(claim) if claim.metadata.is_terminating() => Err(format!("pvc {} is being deleted", key.name)),
            Some(_) => Ok(()),
            None => {
                create(desk, set, pod, &key, template).map_err(|refusal| format!("failed to create PVC {}: {}", key.name, refusal.message))
            }
        };
        refused.extend(done.err());
    }
    let message = match &refused[..] {
        [] => return Ok(()),
        [one] => one.clone(),
        several => format!("[{}]", several.join(", ")),
    };
    Err(Refusal::plain(Reason::Conflict, message))
}

/// The same for a pod that waits, perhaps for its claims; those that exist get their owners. Upstream:
/// createMissingPersistentVolumeClaims.
pub fn settle(desk: &mut Desk, set: &StatefulSet, pod: &Pod) -> Result<(), Refusal> {
    create_missing(desk, set, pod)?;
    fix_owners(desk, set, pod);
    Ok(())
}

fn create(desk: &mut Desk, set: &StatefulSet, pod: &Pod, key: &Key, template: &PersistentVolumeClaim) -> Result<(), Refusal> {
    let mut labels = template.metadata.labels.clone();
    for (label, value) in set.spec.selector.match_labels.iter() {
        labels.insert(label.clone(), value.clone());
    }
    let claim = PersistentVolumeClaim {
        metadata: Meta {
            labels,
            annotations: template.metadata.annotations.clone(),
            ..Meta::named(key.namespace.clone(), key.name.clone())
        },
        spec: template.spec.clone(),
        status: Default::default(),
    };
    let about = reference(Kind::StatefulSet, &set.metadata);
    let (set_name, pod_name) = (&set.metadata.name, &pod.metadata.name);
    match check(&claim).and_then(|()| desk.create(claim)) {
        Ok(_) => {
            let words = format!("Create Claim {} Pod {pod_name} in StatefulSet {set_name} success", key.name);
            desk.event(about, false, "SuccessfulCreate", words);
            Ok(())
        }
        Err(refusal) => {
            let words = format!("Create Claim {} for Pod {pod_name} in StatefulSet {set_name} failed error: {}", key.name, refusal.message);
            desk.event(about, true, "FailedCreate", words);
            Err(refusal)
        }
    }
}

/// A claim template is not looked at when its set is written: the API server refuses what is wrong with it here.
fn check(claim: &PersistentVolumeClaim) -> Result<(), Refusal> {
    let errors = validate::create(Kind::PersistentVolumeClaim, &serde_json::to_value(claim).unwrap_or_default());
    if errors.is_empty() { Ok(()) } else { Err(Refusal::invalid(Kind::PersistentVolumeClaim, &claim.metadata.name, errors)) }
}

/// Who is to take a pod's claims with it when it goes, by the set's retention policy.
fn owner(set: &StatefulSet, pod: &Pod, condemned: bool) -> Option<OwnerRef> {
    let policy = &set.spec.persistent_volume_claim_retention_policy;
    match (policy.when_deleted, policy.when_scaled, condemned) {
        (_, Retention::Delete, true) => Some(owner_ref(Kind::Pod, &pod.metadata)),
        (Retention::Delete, _, _) => Some(owner_ref(Kind::StatefulSet, &set.metadata)),
        (Retention::Retain, _, _) => None,
    }
    .map(|r| OwnerRef { block_owner_deletion: true, ..r })
}

/// True where a claim still belongs to a namesake of the pod that is gone.
pub fn is_stale(world: &World, set: &StatefulSet, pod: &Pod) -> bool {
    if set.spec.persistent_volume_claim_retention_policy.when_scaled != Retention::Delete {
        return false;
    }
    wanted(set, pod).any(|(key, _)| {
        let claim = world.get::<PersistentVolumeClaim>(&key);
        claim.is_some_and(|c| c.metadata.owner_references.iter().any(|o| &*o.kind == "Pod" && o.name == pod.metadata.name))
    })
}

/// True where every claim carries the owner that the retention policy wants.
pub fn fit(world: &World, set: &StatefulSet, pod: &Pod) -> bool {
    are_owned(world, set, pod, false)
}

/// Upstream: ClaimsMatchRetentionPolicy.
fn are_owned(world: &World, set: &StatefulSet, pod: &Pod, condemned: bool) -> bool {
    let target = owner(set, pod, condemned);
    wanted(set, pod)
        .all(|(key, _)| world.get::<PersistentVolumeClaim>(&key).is_none_or(|c| owners_fit(set, &c.metadata, target.as_ref(), pod)))
}

fn is_ours(set: &StatefulSet, pod: &Pod, owner: &OwnerRef) -> bool {
    owner.uid == set.metadata.uid || (!pod.metadata.uid.is_nil() && owner.uid == pod.metadata.uid)
}

fn owners_fit(set: &StatefulSet, claim: &Meta, wanted: Option<&OwnerRef>, pod: &Pod) -> bool {
    let ours: Vec<&OwnerRef> = claim.owner_references.iter().filter(|o| is_ours(set, pod, o)).collect();
    match wanted.filter(|_| !has_foreign_owner(set, claim, pod)) {
        Some(wanted) => ours.len() == 1 && ours[0].uid == wanted.uid && ours[0].controller,
        None => ours.is_empty(),
    }
}

/// True where somebody else manages the claim, or it belongs to a namesake of the set or the pod. Where everything is
/// retained anyway that is no concern of the set. Upstream: hasUnexpectedController.
fn has_foreign_owner(set: &StatefulSet, claim: &Meta, pod: &Pod) -> bool {
    let policy = &set.spec.persistent_volume_claim_retention_policy;
    let is_namesake = |o: &OwnerRef| match &*o.kind {
        "StatefulSet" => o.name == set.metadata.name,
        "Pod" => o.name == pod.metadata.name,
        _ => false,
    };
    let foreign = |o: &OwnerRef| !is_ours(set, pod, o) && (o.controller || is_namesake(o));
    (policy.when_deleted, policy.when_scaled) != (Retention::Retain, Retention::Retain) && claim.owner_references.iter().any(foreign)
}

/// Gives the claims of a wanted pod the owner that the retention policy wants.
pub fn fix_owners(desk: &mut Desk, set: &StatefulSet, pod: &Pod) {
    fix(desk, set, pod, false);
}

/// Gives the claims of a surplus pod the owner that the retention policy wants.
pub fn fix_condemned(desk: &mut Desk, set: &StatefulSet, pod: &Pod) {
    if !are_owned(desk, set, pod, true) {
        fix(desk, set, pod, true);
    }
}

/// Upstream: UpdatePodClaimForRetentionPolicy.
fn fix(desk: &mut Desk, set: &StatefulSet, pod: &Pod, condemned: bool) {
    let target = owner(set, pod, condemned);
    for (key, _) in wanted(set, pod) {
        let Some(claim) = desk.get::<PersistentVolumeClaim>(&key).cloned() else { continue };
        let fits = owners_fit(set, &claim.metadata, target.as_ref(), pod);
        let foreign = has_foreign_owner(set, &claim.metadata, pod);
        if foreign {
            warn_of_conflict(desk, set, &key.name);
        }
        if !fits {
            set_owner(desk, set, pod, &claim, target.clone().filter(|_| !foreign));
        }
    }
}

fn warn_of_conflict(desk: &mut Desk, set: &StatefulSet, claim: &str) {
    let words = format!(
        "PersistentVolumeClaim {claim} has a conflicting OwnerReference that acts as a manging controller, the retention policy is ignored for this claim"
    );
    desk.event(reference(Kind::StatefulSet, &set.metadata), true, "ConflictingController", words);
}

fn set_owner(desk: &mut Desk, set: &StatefulSet, pod: &Pod, claim: &PersistentVolumeClaim, owner: Option<OwnerRef>) {
    let mut after = claim.clone();
    let owners = &mut after.metadata.owner_references;
    owners.retain(|o| !is_ours(set, pod, o));
    owners.extend(owner);
    // A refusal means that the claim is gone or changed: the next round looks again.
    let _ = desk.update(after);
}
