//! Protection: a claim stays while scheduled pods refer to it, a volume while it is bound. Upstream: pvcprotection,
//! pvprotection.

use super::super::super::apiserver::{Desk, POD_PROTECTION};
use super::super::super::change::Controller;
use super::super::super::transit::Wait;
use crate::api::storage::VolumePhase;
use crate::api::{Key, Kind, Name, Object, PersistentVolume, PersistentVolumeClaim, Pod};

const VOLUME_PROTECTION: &str = "kubernetes.io/pv-protection";

/// Lets a terminating claim go where no scheduled pod refers to it. Pods that have ended count too.
pub fn sync_claim(desk: &mut Desk, key: &Key) {
    let Some(claim) = desk.get::<PersistentVolumeClaim>(key).filter(|c| c.metadata.is_terminating()).cloned() else { return };
    let pods = desk.store().pods_using(key).filter_map(|k| desk.get::<Pod>(k));
    let users: Vec<Name> = pods.filter(|p| p.is_scheduled()).map(|p| p.metadata.name.clone()).collect();
    if users.is_empty() {
        return let_go(desk, (*claim).clone(), POD_PROTECTION);
    }
    let on = users.iter().map(|name| (Kind::Pod, Key::new(key.namespace.clone(), name.clone()))).collect();
    hold(desk, Controller::ClaimProtection, Kind::PersistentVolumeClaim, key, "is kept while pods refer to it", on);
}

/// Lets a terminating volume go where no claim has it.
pub fn sync_volume(desk: &mut Desk, key: &Key) {
    let Some(pv) = desk.get::<PersistentVolume>(key).filter(|pv| pv.metadata.is_terminating()).cloned() else { return };
    if pv.status.phase != VolumePhase::Bound {
        return let_go(desk, (*pv).clone(), VOLUME_PROTECTION);
    }
    let claim = pv.spec.claim_ref.as_ref().map(|r| (Kind::PersistentVolumeClaim, Key::new(r.namespace.clone(), r.name.clone())));
    let on = claim.into_iter().collect();
    hold(desk, Controller::VolumeProtection, Kind::PersistentVolume, key, "is kept while a claim has it", on);
}

fn let_go(desk: &mut Desk, object: impl Into<Object>, finalizer: &str) {
    let mut object = object.into();
    object.meta_mut().finalizers.retain(|f| &**f != finalizer);
    // Refused only where the object has just changed, which brings it back here.
    desk.update(object).ok();
}

fn hold(desk: &mut Desk, who: Controller, kind: Kind, key: &Key, words: &str, on: Vec<(Kind, Key)>) {
    let wait = Wait { who: who.component(), words: words.into(), on, until: None, since: desk.now() };
    desk.world().hold(kind, key, wait);
}
