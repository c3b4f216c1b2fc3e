//! What the scheduler asks about a pod's claims, and how it tells its choice. Upstream: volumebinding's binder:
//! FindPodVolumes, AssumePodVolumes, BindPodVolumes.

use super::super::super::apiserver::Desk;
use super::super::super::world::World;
use super::binder::waits_for_consumer;
use super::matching::{Seeker, best, claim_ref};
use super::{BIND_COMPLETED, BOUND_BY_CONTROLLER, SELECTED_NODE, YES, disks};
use crate::api::storage::StorageClass;
use crate::api::{Key, Name, Node, PersistentVolume, PersistentVolumeClaim, Pod};
use std::collections::BTreeSet;
use std::sync::Arc;

/// What an unbound claim would get on a node.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Choice {
    /// This volume.
    Volume(Name),
    /// A new one, made by its class's provisioner.
    Provision,
}

const NO_VOLUME: &str = "node(s) didn't find available persistent volumes to bind";
const WRONG_NODE: &str = "node(s) didn't match PersistentVolume's node affinity";
const NO_SUCH_VOLUME: &str = "node(s) unavailable due to one or more pvc(s) bound to non-existent pv(s)";

/// True where a claim has its volume and both know it.
pub fn is_bound(claim: &PersistentVolumeClaim) -> bool {
    !claim.spec.volume_name.is_empty() && claim.metadata.annotations.get(BIND_COMPLETED).is_some()
}

/// True where the pod cannot be scheduled yet because the volume controller has to bind a claim first.
pub fn has_unbound_immediate(world: &World, pod: &Pod) -> bool {
    claims(world, pod).iter().any(|claim| !is_bound(claim) && !waits_for_consumer(world, claim))
}

/// What each unbound claim of a pod would get on a node, smallest claim first; or the scheduler's words for why the pod
/// cannot go there. Claims that do not exist are not looked at.
pub fn find_for_pod(world: &World, pod: &Pod, node: &Node) -> Result<Vec<(Key, Choice)>, &'static str> {
    let mut unbound = Vec::new();
    for claim in claims(world, pod) {
        if !is_bound(&claim) {
            unbound.push(claim);
            continue;
        }
        let pv = world.get::<PersistentVolume>(&Key::cluster(claim.spec.volume_name.clone())).ok_or(NO_SUCH_VOLUME)?;
        if !disks::reaches(pv, node) {
            return Err(WRONG_NODE);
        }
    }
    unbound.sort_by_key(|claim| claim.request());
    choose(world, &unbound, node)
}

fn claims(world: &World, pod: &Pod) -> Vec<Arc<PersistentVolumeClaim>> {
    let key = |name: &Name| Key::new(pod.metadata.namespace.clone(), name.clone());
    pod.spec.claims().filter_map(|name| world.get::<PersistentVolumeClaim>(&key(name)).cloned()).collect()
}

fn choose(world: &World, claims: &[Arc<PersistentVolumeClaim>], node: &Node) -> Result<Vec<(Key, Choice)>, &'static str> {
    let mut taken = BTreeSet::new();
    let mut chosen = Vec::new();
    for claim in claims {
        let elsewhere = claim.metadata.annotations.get(SELECTED_NODE).is_some_and(|n| *n != node.metadata.name);
        let seeker = Seeker { node: Some(node), taken: Some(&taken), only_reserved: false };
        let choice = match best(world, claim, seeker).filter(|_| !elsewhere) {
            Some(pv) => {
                taken.insert(pv.metadata.name.clone());
                Choice::Volume(pv.metadata.name.clone())
            }
            None if !elsewhere && is_provisionable(world, claim) || is_chosen_for(claim, node) => Choice::Provision,
            None => return Err(NO_VOLUME),
        };
        chosen.push((claim.metadata.key(), choice));
    }
    Ok(chosen)
}

fn is_chosen_for(claim: &PersistentVolumeClaim, node: &Node) -> bool {
    claim.metadata.annotations.get(SELECTED_NODE) == Some(&node.metadata.name)
}

fn is_provisionable(world: &World, claim: &PersistentVolumeClaim) -> bool {
    let class = world.get::<StorageClass>(&Key::cluster(claim.class()));
    class.is_some_and(|class| disks::driver_of(&class.provisioner).is_some())
}

/// Tells the volume controller what was chosen: a volume is reserved for its claim, or the claim names its node. The pod
/// may be bound once all its claims are ([`is_bound`]).
pub fn assume(desk: &mut Desk, node: &Name, choices: &[(Key, Choice)]) {
    for (key, choice) in choices {
        let Some(claim) = desk.get::<PersistentVolumeClaim>(key).cloned() else { continue };
        match choice {
            Choice::Volume(name) => reserve(desk, name, &claim),
            Choice::Provision => {
                let mut told = (*claim).clone();
                told.metadata.annotations.insert(SELECTED_NODE, node.clone());
                // Refused only where the claim has just gone; the pod is tried again.
                desk.update(told).ok();
            }
        }
    }
}

fn reserve(desk: &mut Desk, name: &Name, claim: &PersistentVolumeClaim) {
    let Some(pv) = desk.get::<PersistentVolume>(&Key::cluster(name.clone())) else { return };
    let mut taken = (**pv).clone();
    if taken.spec.claim_ref.is_none() {
        taken.metadata.annotations.insert(BOUND_BY_CONTROLLER, YES);
    }
    taken.spec.claim_ref = Some(claim_ref(claim, claim.metadata.uid));
    // Refused only where the volume has just gone; the pod is tried again.
    desk.update(taken).ok();
}
