//! Which write concerns which of the volume controllers. A claim that found nothing is not told of new volumes and classes:
//! the resync finds them. Upstream: persistentvolume.NewController, whose volume handlers queue volumes only.

use super::super::super::change::Controller;
use super::super::super::world::World;
use super::{attach, enqueue, ephemeral, expand, needs_attach, recycler, unsettle};
use crate::api::{Key, Kind, Object, PersistentVolume, PersistentVolumeClaim, Phase, Pod, Span};

const BINDER: Controller = Controller::PersistentVolume;

/// Puts into the queues what a write concerns.
pub fn written(world: &mut World, before: Option<&Object>, after: Option<&Object>) {
    match (before, after) {
        (_, Some(Object::PersistentVolumeClaim(claim))) => claim_written(world, claim),
        (Some(Object::PersistentVolumeClaim(claim)), None) => claim_gone(world, claim),
        (before, Some(Object::PersistentVolume(pv))) => {
            claim_let_go(world, before, pv);
            volume_written(world, pv);
        }
        (Some(Object::PersistentVolume(pv)), None) => volume_gone(world, pv),
        (before, Some(Object::Pod(pod))) => pod_written(world, before, pod),
        (Some(Object::Pod(pod)), None) => pod_gone(world, pod),
        (Some(Object::Node(old)), Some(Object::Node(node))) if attach::same_to_attacher(old, node) => {}
        (_, Some(Object::Node(node))) => attach::node_changed(world, &node.metadata.name),
        (Some(Object::Node(node)), None) => attach::node_changed(world, &node.metadata.name),
        (Some(Object::VolumeAttachment(old)), None) => attach::attachment_gone(world, old),
        (None, Some(Object::Event(event))) => {
            let about = &event.involved_object;
            if &*about.kind == "Pod" && recycler::volume_of(&Key::new(about.namespace.clone(), about.name.clone())).is_some() {
                world.enqueue(BINDER, Kind::Event, &event.metadata.key(), Span(0));
            }
        }
        _ => {}
    }
}

fn claim_written(world: &mut World, claim: &PersistentVolumeClaim) {
    let key = claim.metadata.key();
    enqueue(world, BINDER, Kind::PersistentVolumeClaim, &key);
    expand::claim_written(world, claim);
    if claim.metadata.is_terminating() {
        enqueue(world, Controller::ClaimProtection, Kind::PersistentVolumeClaim, &key);
    }
}

fn claim_gone(world: &mut World, claim: &PersistentVolumeClaim) {
    world.memory.volumes.unsettled.remove(&(Kind::PersistentVolumeClaim, claim.metadata.key()));
    world.memory.volumes.pauses.remove(&claim.metadata.uid);
    ephemeral::claim_gone(world, &claim.metadata.key());
    if !claim.spec.volume_name.is_empty() {
        enqueue(world, BINDER, Kind::PersistentVolume, &Key::cluster(claim.spec.volume_name.clone()));
    }
}

/// A volume no longer names the claim that it named: the claim is looked at again with the next resync, and gets its volume
/// back or is lost. Upstream: syncBoundClaim.
fn claim_let_go(world: &mut World, before: Option<&Object>, pv: &PersistentVolume) {
    let Some(Object::PersistentVolume(old)) = before else { return };
    let Some(holder) = old.spec.claim_ref.as_ref().filter(|holder| !holder.uid.is_nil()) else { return };
    let claim = Key::new(holder.namespace.clone(), holder.name.clone());
    let is_kept = pv.spec.claim_ref.as_ref().is_some_and(|now| now.uid == holder.uid);
    if !is_kept && world.get::<PersistentVolumeClaim>(&claim).is_some_and(|c| c.metadata.uid == holder.uid) {
        unsettle(world, Kind::PersistentVolumeClaim, &claim);
    }
}

fn volume_written(world: &mut World, pv: &PersistentVolume) {
    let key = pv.metadata.key();
    enqueue(world, BINDER, Kind::PersistentVolume, &key);
    if pv.metadata.is_terminating() {
        enqueue(world, Controller::VolumeProtection, Kind::PersistentVolume, &key);
    }
    if needs_attach(world, pv) {
        enqueue(world, Controller::AttachDetach, Kind::PersistentVolume, &key);
    }
}

fn volume_gone(world: &mut World, pv: &PersistentVolume) {
    if let Some(holder) = &pv.spec.claim_ref {
        enqueue(world, BINDER, Kind::PersistentVolumeClaim, &Key::new(holder.namespace.clone(), holder.name.clone()));
    }
    if needs_attach(world, pv) {
        enqueue(world, Controller::AttachDetach, Kind::PersistentVolume, &pv.metadata.key());
    }
}

fn pod_written(world: &mut World, before: Option<&Object>, pod: &Pod) {
    let old = before.and_then(|o| if let Object::Pod(p) = o { Some(p) } else { None });
    if old.is_none() {
        ephemeral::pod_made(world, pod);
    }
    if old.is_none_or(|old| old.spec.node_name != pod.spec.node_name || attach::uses_volumes(old) != attach::uses_volumes(pod)) {
        attach::pod_changed(world, pod);
    }
    if pod.status.phase == Phase::Running && old.is_none_or(|old| old.status.phase != Phase::Running) {
        expand::pod_runs(world, pod);
    }
    if recycler::volume_of(&pod.metadata.key()).is_some() {
        enqueue(world, BINDER, Kind::Pod, &pod.metadata.key());
    }
}

fn pod_gone(world: &mut World, pod: &Pod) {
    attach::pod_changed(world, pod);
    for name in pod.claims() {
        let claim = Key::new(pod.metadata.namespace.clone(), name);
        if world.get::<PersistentVolumeClaim>(&claim).is_some_and(|c| c.metadata.is_terminating()) {
            enqueue(world, Controller::ClaimProtection, Kind::PersistentVolumeClaim, &claim);
        }
    }
    if recycler::volume_of(&pod.metadata.key()).is_some() {
        enqueue(world, BINDER, Kind::Pod, &pod.metadata.key());
    }
}
