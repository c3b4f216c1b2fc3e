//! What becomes of a volume whose claim is gone: kept, deleted, or scrubbed and offered again. Upstream:
//! persistentvolume.reclaimVolume, deleteVolumeOperation, recycleVolumeOperation.

use super::super::super::act::DeleteOptions;
use super::super::super::apiserver::Desk;
use super::super::super::transit::Wait;
use super::{PROVISIONED_BY, attach, disks, phases, provision, recycler, unsettle};
use crate::api::storage::ReclaimPolicy;
use crate::api::{Kind, PersistentVolume, Resource};
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
    Driver,
    /// The controller itself: there is nothing that it could reach.
    InTree,
    /// Nobody, and why.
    Nobody(String),
}

/// Upstream: findDeletablePlugin; the hostPath plugin deletes below /tmp only.
fn deleter(pv: &PersistentVolume) -> Deleter {
    if pv.metadata.annotations.get(PROVISIONED_BY).is_some_and(|by| !by.starts_with("kubernetes.io/")) {
        return Deleter::Driver;
    }
    if let Some(host) = &pv.spec.host_path {
        let deletable = host.path.strip_prefix("/tmp/").is_some_and(|rest| !rest.is_empty());
        let why = || format!("host_path deleter only supports /tmp/.+ but received provided {}", host.path);
        return if deletable { Deleter::InTree } else { Deleter::Nobody(why()) };
    }
    let in_tree = pv.spec.nfs.is_some() || pv.spec.csi.is_some() || pv.spec.local.is_some();
    let why = if in_tree { "no deletable volume plugin matched" } else { "no volume plugin matched" };
    Deleter::Nobody(format!("error getting deleter volume plugin for volume {:?}: {why}", &*pv.metadata.name))
}

fn delete(desk: &mut Desk, pv: &Arc<PersistentVolume>) {
    match deleter(pv) {
        Deleter::Nobody(why) => phases::fail(desk, pv, "VolumeFailedDelete", &why),
        Deleter::Driver if attach::is_attached_anywhere(desk, pv) => {
            unsettle(desk.world(), Kind::PersistentVolume, &pv.metadata.key());
            hold(desk, pv, "is deleted once it is detached");
        }
        Deleter::Driver => {
            let (disk, _) = disks::disk_of(pv, "");
            desk.world().disks.remove(&disk);
            remove(desk, pv);
        }
        Deleter::InTree => remove(desk, pv),
    }
}

fn remove(desk: &mut Desk, pv: &Arc<PersistentVolume>) {
    let mut bare = (**pv).clone();
    bare.metadata.finalizers.retain(|f| &**f != provision::FINALIZER);
    let uid = desk.update(bare).ok().as_ref().and_then(PersistentVolume::peel).map(|pv| pv.metadata.uid);
    // Refused only where somebody else has deleted it first.
    desk.delete(Kind::PersistentVolume, &pv.metadata.key(), &DeleteOptions { uid, ..DeleteOptions::default() }).ok();
}
