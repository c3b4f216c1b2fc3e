//! What becomes of a volume whose claim is gone: kept, deleted, or scrubbed and offered again. Upstream:
//! persistentvolume.reclaimVolume, deleteVolumeOperation, recycleVolumeOperation.

use super::super::super::act::DeleteOptions;
use super::super::super::apiserver::Desk;
use super::super::super::transit::Wait;
use super::{attach, disks, phases, provision, recycler, unsettle};
use crate::api::object::reference;
use crate::api::storage::ReclaimPolicy;
use crate::api::{Kind, Name, PersistentVolume};
use std::sync::Arc;

/// Does what the volume's policy says. Called again and again for as long as the volume is Released or Failed.
pub fn reclaim(desk: &mut Desk, pv: &Arc<PersistentVolume>) {
    match pv.spec.persistent_volume_reclaim_policy {
        ReclaimPolicy::Retain => {
            hold(desk, pv, "keeps its data for the claim that is gone; a person must clear its claimRef");
        }
        ReclaimPolicy::Delete => delete(desk, pv),
        ReclaimPolicy::Recycle => recycler::recycle(desk, pv),
    }
}

fn hold(desk: &mut Desk, pv: &PersistentVolume, words: &str) {
    let wait = Wait { who: super::WHO, words: words.into(), on: Vec::new(), until: None, since: desk.now() };
    desk.world().hold(Kind::PersistentVolume, &pv.metadata.key(), wait);
}

/// Who deletes the storage behind a volume.
enum Deleter {
    /// The driver that made it.
    Driver(Name),
    /// The driver that made it, which is not at work.
    Idle(Name),
    /// The controller itself: there is nothing that it could reach.
    InTree,
    /// Nobody, and why.
    Nobody(String),
}

/// Upstream: findDeletablePlugin. The controller has two plugins: that of NFS deletes nothing, that of hostPath below /tmp
/// only.
fn deleter(pv: &PersistentVolume) -> Deleter {
    if let Some(by) = provision::maker(pv) {
        return if disks::is_idle(by) { Deleter::Idle(by.clone()) } else { Deleter::Driver(by.clone()) };
    }
    if let Some(host) = &pv.spec.host_path {
        let deletable = host.path.split_once("/tmp/").is_some_and(|(_, rest)| !rest.is_empty());
        let why = || format!("host_path deleter only supports /tmp/.+ but received provided {}", host.path);
        return if deletable { Deleter::InTree } else { Deleter::Nobody(why()) };
    }
    let why = if pv.spec.nfs.is_some() { "no deletable volume plugin matched" } else { "no volume plugin matched" };
    Deleter::Nobody(format!("error getting deleter volume plugin for volume {:?}: {why}", &*pv.metadata.name))
}

fn delete(desk: &mut Desk, pv: &Arc<PersistentVolume>) {
    match deleter(pv) {
        Deleter::Nobody(why) => phases::fail(desk, pv, "VolumeFailedDelete", &why),
        Deleter::Idle(by) => hold(desk, pv, &format!("nobody runs the driver {by}, which must delete it")),
        Deleter::Driver(by) => {
            let mut desk = provision::by(desk, &by);
            if let Some(node) = attach::holder(&desk, pv) {
                return wait_for_detaching(&mut desk, pv, &node);
            }
            let (disk, _) = disks::disk_of(pv, "");
            desk.world().disks.remove(&disk);
            remove(&mut desk, pv);
        }
        Deleter::InTree => remove(desk, pv),
    }
}

/// Upstream: external-provisioner's canDeleteVolume.
fn wait_for_detaching(desk: &mut Desk, pv: &PersistentVolume, node: &Name) {
    unsettle(desk.world(), Kind::PersistentVolume, &pv.metadata.key());
    hold(desk, pv, "is deleted once it is detached");
    let words = format!("persistentvolume {} is still attached to node {node}", pv.metadata.name);
    desk.event(reference(Kind::PersistentVolume, &pv.metadata), true, "VolumeFailedDelete", words);
}

/// The record goes first, and is held until the driver has let go of it too. Upstream: deleteVolumeOperation of
/// kubernetes-sigs/sig-storage-lib-external-provisioner.
fn remove(desk: &mut Desk, pv: &Arc<PersistentVolume>) {
    let key = pv.metadata.key();
    let options = DeleteOptions { uid: Some(pv.metadata.uid), ..DeleteOptions::default() };
    // Refused only where somebody else has deleted it first.
    desk.delete(Kind::PersistentVolume, &key, &options).ok();
    if let Some(mut left) = desk.get::<PersistentVolume>(&key).map(|pv| (**pv).clone()) {
        left.metadata.finalizers.retain(|f| &**f != provision::FINALIZER);
        desk.update(left).ok();
    }
}
