//! Dynamic provisioning: the controller asks, and a storage driver's external provisioner, which is built in here, makes
//! the volume. Upstream: persistentvolume.provisionClaim,
//! kubernetes-csi/external-provisioner.

use super::super::super::apiserver::Desk;
use super::super::super::change::{Actor, Controller};
use super::super::super::latency::Latency;
use super::super::super::transit::Wait;
use super::super::super::world::World;
use super::matching::claim_ref;
use super::{PROVISIONED_BY, SELECTED_NODE, consumer, disks};
use crate::api::object::reference;
use crate::api::storage::{Csi, ReclaimPolicy, StorageClass, VolumeSpec};
use crate::api::{Key, Kind, Meta, Name, Node, PersistentVolume, PersistentVolumeClaim, Span, Time};
use serde_json::{Value, json};
use std::sync::Arc;

/// Kept on a driver's volume until its storage is deleted.
pub const FINALIZER: &str = "external-provisioner.volume.kubernetes.io/finalizer";
const ZONE: &str = "topology.kubernetes.io/zone";
const STORAGE_PROVISIONER: &str = "volume.kubernetes.io/storage-provisioner";
const BETA_STORAGE_PROVISIONER: &str = "volume.beta.kubernetes.io/storage-provisioner";

type Claim = Arc<PersistentVolumeClaim>;

/// Asks for a volume of the claim's class.
pub fn provision(desk: &mut Desk, claim: &Claim) {
    let about = || reference(Kind::PersistentVolumeClaim, &claim.metadata);
    if desk.memory.volumes.pauses.get(&claim.metadata.uid).is_some_and(|pause| desk.now() <= pause.since + pause.span) {
        return;
    }
    let Some(class) = desk.get::<StorageClass>(&Key::cluster(claim.class())).cloned() else {
        return fail(desk, claim, format!("storageclass.storage.k8s.io {:?} not found", claim.class()));
    };
    let Some(driver) = disks::driver_of(&class.provisioner) else { return refuse(desk, claim, &class.provisioner) };
    if !name_provisioner(desk, claim, &driver) {
        return;
    }
    desk.world().memory.volumes.pauses.remove(&claim.metadata.uid);
    let words = format!(
        "Waiting for a volume to be created either by the external provisioner '{driver}' or manually by the system administrator. \
         If volume creation is delayed, please verify that the provisioner is running and correctly registered."
    );
    desk.event(about(), false, "ExternalProvisioning", words);
    if disks::is_idle(&driver) {
        let wait = Wait {
            who: super::WHO,
            words: format!("nobody runs the driver {driver}").into(),
            on: Vec::new(),
            until: None,
            since: desk.now(),
        };
        return desk.world().hold(Kind::PersistentVolumeClaim, &claim.metadata.key(), wait);
    }
    call_driver(desk, claim, &driver);
}

/// Nobody outside is asked for an in-tree provisioner. Upstream: FindProvisionablePluginByName of the controller's plugins,
/// which are those of hostPath and NFS; the first of them makes volumes only where a flag of the controller lets it.
fn refuse(desk: &mut Desk, claim: &Claim, provisioner: &Name) {
    let words = match &**provisioner {
        "kubernetes.io/host-path" if !name_provisioner(desk, claim, provisioner) => return,
        "kubernetes.io/host-path" => format!("Failed to create provisioner: provisioning in volume plugin {provisioner:?} is disabled"),
        "kubernetes.io/nfs" => "no provisionable volume plugin matched".to_owned(),
        _ => format!("no volume plugin matched name: {provisioner}"),
    };
    fail(desk, claim, words);
}

/// The pause before provisioning is tried again, however often the claim is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pause {
    since: Time,
    span: Span,
}

const FIRST_PAUSE: Span = Span::millis(500);
const LONGEST_PAUSE: Span = Span::secs(122);

/// Says why nothing is provisioned; the pause before the next try doubles. Upstream: exponentialbackoff in
/// pkg/util/goroutinemap.
fn fail(desk: &mut Desk, claim: &Claim, words: String) {
    let since = desk.now();
    let pauses = &mut desk.world().memory.volumes.pauses;
    let span = pauses.get(&claim.metadata.uid).map_or(FIRST_PAUSE, |pause| Span(pause.span.0 * 2).min(LONGEST_PAUSE));
    pauses.insert(claim.metadata.uid, Pause { since, span });
    desk.event(reference(Kind::PersistentVolumeClaim, &claim.metadata), true, "ProvisioningFailed", words);
}

/// Writes on a claim who is to make its volume; false where that could not be written. Upstream: setClaimProvisioner.
fn name_provisioner(desk: &mut Desk, claim: &Claim, provisioner: &Name) -> bool {
    let mut asked = (**claim).clone();
    asked.metadata.annotations.insert(BETA_STORAGE_PROVISIONER, provisioner.clone());
    asked.metadata.annotations.insert(STORAGE_PROVISIONER, provisioner.clone());
    desk.update(asked).is_ok()
}

/// The desk of a driver's external provisioner. Simplified: upstream's name goes on with its host's and a UUID.
pub fn by<'d>(desk: &'d mut Desk, driver: &str) -> Desk<'d> {
    Desk::new(desk.world(), Actor::Sidecar(format!("{driver}_csi-provisioner").into()))
}

/// The driver that made a volume.
pub fn maker(pv: &PersistentVolume) -> Option<&Name> {
    pv.metadata.annotations.get(PROVISIONED_BY).filter(|by| !by.starts_with("kubernetes.io/"))
}

fn call_driver(desk: &mut Desk, claim: &Claim, driver: &Name) {
    let key = claim.metadata.key();
    if desk.memory.volumes.provisioning.contains(&claim.metadata.uid) {
        return;
    }
    if desk.get::<PersistentVolume>(&Key::cluster(name(claim))).is_some_and(|pv| pv.metadata.is_terminating()) {
        let words = "the volume that was made for it is being deleted, and is not bound any more: the claim must go too";
        let wait = Wait { who: super::WHO, words: words.into(), on: Vec::new(), until: None, since: desk.now() };
        return desk.world().hold(Kind::PersistentVolumeClaim, &key, wait);
    }
    let words = format!("External provisioner is provisioning volume for claim \"{key}\"");
    by(desk, driver).event(reference(Kind::PersistentVolumeClaim, &claim.metadata), false, "Provisioning", words);
    if claim.spec.selector.is_some() {
        return refuse_selector(desk, claim, driver);
    }
    desk.world().memory.volumes.provisioning.insert(claim.metadata.uid);
    let needs = desk.latency(Latency::Provision);
    let until = Some(desk.now() + needs);
    let wait = Wait { who: super::WHO, words: format!("{driver} makes a volume").into(), on: Vec::new(), until, since: desk.now() };
    desk.world().hold(Kind::PersistentVolumeClaim, &key, wait);
    // Under a claim's name and the kind of its class stands the driver's answer.
    desk.world().enqueue(Controller::PersistentVolume, Kind::StorageClass, &key, needs);
}

/// A new volume has no labels by which it could be picked. Upstream: csiProvisioner.prepareProvision.
fn refuse_selector(desk: &mut Desk, claim: &Claim, driver: &Name) {
    let words = format!("failed to provision volume with StorageClass {:?}: claim Selector is not supported", claim.class());
    by(desk, driver).event(reference(Kind::PersistentVolumeClaim, &claim.metadata), true, "ProvisioningFailed", &*words);
    let wait = Wait { who: super::WHO, words: words.into(), on: Vec::new(), until: None, since: desk.now() };
    desk.world().hold(Kind::PersistentVolumeClaim, &claim.metadata.key(), wait);
}

/// The driver has made the storage: its volume enters the record.
pub fn deliver(desk: &mut Desk, key: &Key) {
    let Some(claim) = desk.get::<PersistentVolumeClaim>(key).cloned() else { return };
    desk.world().memory.volumes.provisioning.remove(&claim.metadata.uid);
    let Some(class) = desk.get::<StorageClass>(&Key::cluster(claim.class())).cloned() else { return };
    let Some(driver) = disks::driver_of(&class.provisioner).filter(|_| claim.spec.volume_name.is_empty()) else { return };
    if consumer::waits_for_consumer(desk, &claim) && claim.metadata.annotations.get(SELECTED_NODE).is_none() {
        return;
    }
    let mut pv = volume(&claim, &class, driver.clone());
    pv.spec.node_affinity = affinity(desk, &claim, &class).filter(|_| disks::needs_attach(desk, &pv));
    let (disk, kind) = disks::disk_behind(desk, &pv, "");
    disks::ensure_disk(desk.world(), &disk, kind);
    let name = pv.metadata.name.clone();
    let mut desk = by(desk, &driver);
    if desk.create(pv).is_ok() {
        let words = format!("Successfully provisioned volume {name}");
        desk.event(reference(Kind::PersistentVolumeClaim, &claim.metadata), false, "ProvisioningSucceeded", words);
    }
}

/// The driver keeps its finalizer on a volume that it made for as long as it is to delete the storage, and takes it off
/// where the policy is changed. Upstream: handleProtectionFinalizer of sig-storage-lib-external-provisioner.
pub fn guard(desk: &mut Desk, pv: &PersistentVolume) {
    let Some(driver) = maker(pv).filter(|driver| !disks::is_idle(driver)) else { return };
    let guarded = pv.metadata.finalizers.iter().any(|f| &**f == FINALIZER);
    let deletes = pv.spec.persistent_volume_reclaim_policy == ReclaimPolicy::Delete;
    if guarded == (deletes && (guarded || !pv.metadata.is_terminating())) {
        return;
    }
    let mut told = pv.clone();
    match guarded {
        true => told.metadata.finalizers.retain(|f| &**f != FINALIZER),
        false => told.metadata.finalizers.push(FINALIZER.into()),
    }
    // Refused only where the volume has just gone or changed, which brings it back here.
    by(desk, driver).update(told).ok();
}

/// A disk can be reached from the zone for which it was made: that of the chosen node, or the first that its class allows.
/// Everywhere else drivers make disks that every node reaches.
fn affinity(world: &World, claim: &PersistentVolumeClaim, class: &StorageClass) -> Option<Value> {
    let chosen = claim.metadata.annotations.get(SELECTED_NODE).and_then(|name| world.get::<Node>(&Key::cluster(name.clone())));
    let of_node = chosen.and_then(|node| node.metadata.labels.get(ZONE)).map(|zone| json!([{"key": ZONE, "values": [&**zone]}]));
    let of_class = || class.rest.get("allowedTopologies").map(|terms| terms[0]["matchLabelExpressions"].clone());
    let expressions = of_node.or_else(of_class)?;
    let one = |e: &Value| json!({"key": e["key"], "operator": "In", "values": [e["values"][0]]});
    let expressions: Vec<Value> = expressions.as_array()?.iter().map(one).collect();
    Some(json!({"required": {"nodeSelectorTerms": [{"matchExpressions": expressions}]}}))
}

/// The name of the volume that a driver makes for a claim.
fn name(claim: &PersistentVolumeClaim) -> Name {
    format!("pvc-{}", claim.metadata.uid).into()
}

fn volume(claim: &PersistentVolumeClaim, class: &StorageClass, driver: Name) -> PersistentVolume {
    let name = name(claim);
    let policy = class.reclaim_policy.unwrap_or(ReclaimPolicy::Delete);
    let mut metadata = Meta::named("", name.clone());
    metadata.annotations.insert(PROVISIONED_BY, driver.clone());
    if policy == ReclaimPolicy::Delete {
        metadata.finalizers.push(FINALIZER.into());
    }
    let spec = VolumeSpec {
        capacity: [("storage".into(), claim.request())].into(),
        access_modes: claim.spec.access_modes.clone(),
        claim_ref: Some(claim_ref(claim, claim.metadata.uid)),
        persistent_volume_reclaim_policy: policy,
        storage_class_name: class.metadata.name.clone(),
        volume_mode: claim.spec.volume_mode.clone(),
        csi: Some(Csi { driver, volume_handle: name, ..Csi::default() }),
        ..VolumeSpec::default()
    };
    PersistentVolume { metadata, spec, ..PersistentVolume::default() }
}
