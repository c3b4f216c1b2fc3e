//! What the scheduler asks about claims that wait for their first consumer, and how it tells its choice. Upstream:
//! volumebinding's binder: FindPodVolumes, AssumePodVolumes, BindPodVolumes.

use super::super::super::apiserver::Desk;
use super::super::super::change::Actor;
use super::super::super::world::World;
use super::matching::{Seeker, best, claim_ref};
use super::{BOUND_BY_CONTROLLER, SELECTED_NODE, YES, disks};
use crate::api::storage::StorageClass;
use crate::api::{Key, Name, Node, PersistentVolume, PersistentVolumeClaim};
use serde_json::Value;
use std::collections::BTreeSet;
use std::sync::Arc;

type Claim = Arc<PersistentVolumeClaim>;

/// What an unbound claim would get on a node.
enum Choice {
    /// This volume.
    Volume(Arc<PersistentVolume>),
    /// A new one, made by its class's provisioner.
    Provision,
}

/// True where a claim's class leaves the choice of its volume to the scheduler.
pub fn waits_for_consumer(world: &World, claim: &PersistentVolumeClaim) -> bool {
    let class = world.get::<StorageClass>(&Key::cluster(claim.class()));
    class.is_some_and(|class| &*class.volume_binding_mode == "WaitForFirstConsumer")
}

/// True where claims that wait for their consumer could all be bound on a node, each to another volume. Smallest first.
pub fn can_serve(world: &World, claims: &[Claim], node: &Node) -> bool {
    choose(world, claims, node).is_some()
}

fn choose(world: &World, claims: &[Claim], node: &Node) -> Option<Vec<Choice>> {
    let mut taken = BTreeSet::new();
    claims.iter().map(|claim| choose_one(world, claim, node, &mut taken)).collect()
}

fn choose_one(world: &World, claim: &PersistentVolumeClaim, node: &Node, taken: &mut BTreeSet<Name>) -> Option<Choice> {
    if let Some(chosen) = claim.metadata.annotations.get(SELECTED_NODE) {
        return (*chosen == node.metadata.name).then_some(Choice::Provision);
    }
    if let Some(pv) = best(world, claim, Seeker { node: Some(node), taken: Some(taken), only_reserved: false }) {
        taken.insert(pv.metadata.name.clone());
        return Some(Choice::Volume(pv));
    }
    is_provisionable(world, claim, node).then_some(Choice::Provision)
}

fn is_provisionable(world: &World, claim: &PersistentVolumeClaim, node: &Node) -> bool {
    let class = world.get::<StorageClass>(&Key::cluster(claim.class()));
    class.is_some_and(|class| disks::driver_of(&class.provisioner).is_some() && is_in_topology(class, node))
}

/// True where a class lets volumes be made for a node: one of its terms fits the node's labels. Upstream:
/// MatchTopologySelectorTerms.
fn is_in_topology(class: &StorageClass, node: &Node) -> bool {
    let label = |key: &Value| node.metadata.labels.get(key.as_str().unwrap_or_default());
    let listed = |e: &Value| e["values"].as_array().into_iter().flatten().any(|v| label(&e["key"]).is_some_and(|l| v == &**l));
    let fits = |term: &Value| term["matchLabelExpressions"].as_array().into_iter().flatten().all(listed);
    let terms = class.rest.get("allowedTopologies").and_then(Value::as_array).filter(|terms| !terms.is_empty());
    terms.is_none_or(|terms| terms.iter().any(fits))
}

/// True where an unbound claim has been told its node or has a volume reserved for it: a pod may wait for it.
pub fn is_promised(world: &World, claim: &PersistentVolumeClaim) -> bool {
    let reserved = || best(world, claim, Seeker { only_reserved: true, ..Seeker::default() }).is_some();
    claim.metadata.annotations.get(SELECTED_NODE).is_some() || reserved()
}

/// Has claims that waited for their consumer bound for a node: a volume is reserved for its claim, or the claim is told
/// its node, and the volume controller does the rest.
pub fn select_node(world: &mut World, claims: &[Claim], node: &Name) {
    let Some(object) = world.get::<Node>(&Key::cluster(node.clone())).cloned() else { return };
    let Some(choices) = choose(world, claims, &object) else { return };
    let mut desk = Desk::new(world, Actor::Scheduler);
    for (claim, choice) in claims.iter().zip(choices) {
        match choice {
            Choice::Volume(pv) => reserve(&mut desk, &pv, claim),
            Choice::Provision => {
                let mut told = (**claim).clone();
                told.metadata.annotations.insert(SELECTED_NODE, node.clone());
                // Refused only where the claim has just gone; the pod is tried again.
                desk.update(told).ok();
            }
        }
    }
}

fn reserve(desk: &mut Desk, pv: &PersistentVolume, claim: &PersistentVolumeClaim) {
    let mut taken = pv.clone();
    if taken.spec.claim_ref.is_none() {
        taken.metadata.annotations.insert(BOUND_BY_CONTROLLER, YES);
    }
    taken.spec.claim_ref = Some(claim_ref(claim, claim.metadata.uid));
    // Refused only where the volume has just gone; the pod is tried again.
    desk.update(taken).ok();
}
