//! Growing a claim: the driver grows the volume, the kubelet of a node that has it mounted grows the file system. Upstream:
//! pkg/controller/volume/expand, kubernetes-csi/external-resizer, the kubelet's NodeExpandVolume.

use super::super::super::apiserver::Desk;
use super::super::super::change::{Actor, Controller};
use super::super::super::latency::Latency;
use super::super::super::world::World;
use super::disks::is_idle;
use crate::api::meta::{Condition, Truth};
use crate::api::object::reference;
use crate::api::storage::{ClaimPhase, MIGRATED};
use crate::api::{Key, Kind, Name, PersistentVolume, PersistentVolumeClaim, Phase, Pod};
use std::sync::Arc;

const ME: Controller = Controller::VolumeExpand;
const RESIZING: &str = "Resizing";
const PENDING: &str = "FileSystemResizePending";
const FOR_A_POD: &str = "Waiting for user to (re-)start a pod to finish file system resize of volume on node.";

type Claim = Arc<PersistentVolumeClaim>;

/// True where a claim asks for more than it has.
fn is_short(claim: &PersistentVolumeClaim) -> bool {
    claim.status.phase == ClaimPhase::Bound && claim.status.capacity.get("storage").is_some_and(|has| claim.request() > *has)
}

fn has(claim: &PersistentVolumeClaim, condition: &str) -> bool {
    claim.status.conditions.iter().any(|c| &*c.kind == condition)
}

/// Hears of a claim that was written.
pub fn claim_written(world: &mut World, claim: &PersistentVolumeClaim) {
    if is_short(claim) {
        super::enqueue(world, ME, Kind::PersistentVolumeClaim, &claim.metadata.key());
    }
}

/// Hears of a pod that runs: a file system may wait for it.
pub fn pod_runs(world: &mut World, pod: &Pod) {
    for name in pod.claims() {
        let key = Key::new(pod.metadata.namespace.clone(), name);
        if world.get::<PersistentVolumeClaim>(&key).is_some_and(|claim| has(claim, PENDING)) {
            super::enqueue(world, ME, Kind::PersistentVolumeClaim, &key);
        }
    }
}

/// Takes a claim from the queue: asks its driver to grow the volume, or the kubelet to grow the file system.
pub fn sync_claim(desk: &mut Desk, key: &Key) {
    let Some(claim) = desk.get::<PersistentVolumeClaim>(key).filter(|claim| is_short(claim)).cloned() else { return };
    let Some(pv) = desk.get::<PersistentVolume>(&Key::cluster(claim.spec.volume_name.clone())).cloned() else { return };
    let grown = pv.size() >= claim.request();
    match (grown, has(&claim, PENDING), has(&claim, RESIZING)) {
        (true, true, _) => grow_file_system(desk, &claim, &pv),
        (false, _, false) => ask_driver(desk, &claim, &pv),
        _ => {}
    }
}

fn ask_driver(desk: &mut Desk, claim: &Claim, pv: &PersistentVolume) {
    let about = || reference(Kind::PersistentVolumeClaim, &claim.metadata);
    let told = has(claim, PENDING);
    if !told {
        desk.event(about(), false, "ExternalExpanding", external(pv));
    }
    let Some(driver) = driver(pv).filter(|driver| !is_idle(driver)) else { return };
    let mut desk = by(desk, &driver);
    desk.event(about(), false, RESIZING, format!("External resizer is resizing volume {}", pv.metadata.name));
    set_condition(&mut desk, claim, RESIZING, "");
    let needs = desk.latency(Latency::Provision);
    // Under a claim's name and the kind of a volume stands the driver's answer.
    desk.world().enqueue(ME, Kind::PersistentVolume, &claim.metadata.key(), needs);
}

fn driver(pv: &PersistentVolume) -> Option<Name> {
    pv.driver_and_handle().map(|(driver, _)| driver)
}

/// The desk of a driver's external resizer.
fn by<'d>(desk: &'d mut Desk, driver: &str) -> Desk<'d> {
    Desk::new(desk.world(), Actor::Sidecar(format!("external-resizer {driver}").into()))
}

/// What the controller, which has no plugin that could expand this, says of leaving it to others. Upstream: syncHandler.
fn external(pv: &PersistentVolume) -> String {
    let row = pv.in_tree_identity().and_then(|(field, _)| MIGRATED.iter().find(|row| row.field == field));
    match row.filter(|_| pv.spec.csi.is_none()) {
        Some(row) => format!("CSI migration enabled for {}; waiting for external resizer to expand the pvc", row.provisioner),
        None => "waiting for an external controller to expand this PVC".to_owned(),
    }
}

/// A claim is in one stage of growing at a time.
fn set_condition(desk: &mut Desk, claim: &PersistentVolumeClaim, kind: &str, message: &str) {
    let condition = Condition {
        kind: kind.into(),
        status: Truth::True,
        last_transition_time: Some(desk.now().to_second()),
        message: message.into(),
        ..Condition::default()
    };
    let mut told = claim.clone();
    told.status.conditions = vec![condition];
    // Refused only where the claim has just gone.
    desk.update_status(told).ok();
}

/// The driver has grown the volume; the file system on it has still to follow.
pub fn deliver(desk: &mut Desk, key: &Key) {
    let Some(claim) = desk.get::<PersistentVolumeClaim>(key).filter(|claim| is_short(claim)).cloned() else { return };
    let Some(pv) = desk.get::<PersistentVolume>(&Key::cluster(claim.spec.volume_name.clone())).cloned() else { return };
    let Some(driver) = driver(&pv) else { return };
    let desk = &mut by(desk, &driver);
    let mut grown = (*pv).clone();
    grown.spec.capacity.insert("storage".into(), claim.request());
    // Refused only where the volume has just gone.
    desk.update(grown).ok();
    set_condition(desk, &claim, PENDING, FOR_A_POD);
    let words = "Require file system resize of volume on node";
    desk.event(reference(Kind::PersistentVolumeClaim, &claim.metadata), false, "FileSystemResizeRequired", words);
}

/// Done by the kubelet of a node on which a pod has the volume mounted; where none has, the claim waits.
fn grow_file_system(desk: &mut Desk, claim: &Claim, pv: &PersistentVolume) {
    let runs = |pod: &&Arc<Pod>| pod.is_scheduled() && pod.status.phase == Phase::Running;
    let key = claim.metadata.key();
    let pods = desk.store().pods_using(&key).filter_map(|key| desk.get::<Pod>(key));
    let Some(pod) = pods.filter(runs).min_by_key(|pod| pod.metadata.name.clone()).cloned() else { return };
    let node = pod.spec.node_name.clone();
    let mut kubelet = Desk::new(desk.world(), Actor::Kubelet(node.clone()));
    let mut told = (**claim).clone();
    told.status.conditions.clear();
    told.status.capacity.insert("storage".into(), pv.size());
    // Refused only where the claim has just gone.
    kubelet.update_status(told).ok();
    let words = format!("MountVolume.NodeExpandVolume succeeded for volume \"{}\" {node}", pv.metadata.name);
    kubelet.event(reference(Kind::Pod, &pod.metadata), false, "FileSystemResizeSuccessful", &*words);
    kubelet.event(reference(Kind::PersistentVolumeClaim, &claim.metadata), false, "FileSystemResizeSuccessful", words);
}
