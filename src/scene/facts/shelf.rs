//! What stands on the shelf of the record: services, and volumes and claims that no pod's row shows.

use super::Set;
use crate::api::service::EndpointSlice;
use crate::api::storage::{ClaimPhase, VolumePhase};
use crate::api::{Key, Name, PersistentVolume, PersistentVolumeClaim, Service};
use crate::scene::Target;
use crate::sim::World;
use std::collections::{BTreeMap, BTreeSet};

/// A service as the shelf shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Offer {
    /// Its key.
    pub key: Key,
    /// True where its name stands for its pods' own addresses.
    pub headless: bool,
    /// The pods that answer for it.
    pub ready: Vec<Key>,
}

/// A volume or a claim that belongs to no pod's row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Spare {
    /// Which.
    pub target: Target,
    /// Its name.
    pub name: Name,
    /// Its phase, as kubectl prints it.
    pub phase: &'static str,
    /// True where it can be had; false where somebody has to do something about it first.
    pub free: bool,
}

/// All services but the API server's own, oldest first.
pub fn offers(world: &World) -> Vec<Offer> {
    let mut ready: BTreeMap<Key, Vec<Key>> = BTreeMap::new();
    for slice in world.list::<EndpointSlice>() {
        let Some(service) = slice.metadata.labels.get("kubernetes.io/service-name") else { continue };
        let pods = slice.endpoints.iter().filter(|e| e.conditions.ready).filter_map(|e| e.target_ref.as_ref());
        let pods = pods.map(|pod| Key::new(pod.namespace.clone(), pod.name.clone()));
        ready.entry(Key::new(slice.metadata.namespace.clone(), service.clone())).or_default().extend(pods);
    }
    let mut services: Vec<_> = world.list::<Service>().filter(|s| &*s.metadata.name != "kubernetes").collect();
    services.sort_by_key(|s| world.store().born(s.metadata.uid).0);
    let offer = |service: &&std::sync::Arc<Service>| {
        let key = service.metadata.key();
        Offer { headless: service.is_headless(), ready: ready.remove(&key).unwrap_or_default(), key }
    };
    services.iter().map(offer).collect()
}

/// Volumes that are not bound and claims that nobody uses and that have none, in the order of their birth.
pub fn spares(world: &World, sets: &[Set]) -> Vec<Spare> {
    let shown: BTreeSet<&Key> = sets.iter().flat_map(|s| &s.rows).flat_map(|r| &r.claims).map(|c| &c.key).collect();
    let volumes: BTreeSet<&Name> = sets.iter().flat_map(|s| &s.rows).flat_map(|r| &r.claims).map(|c| &c.volume).collect();
    let volume = |pv: &PersistentVolume| {
        let phase = pv.status.phase;
        (phase != VolumePhase::Bound && !volumes.contains(&pv.metadata.name)).then(|| {
            let target = Target::Volume(pv.metadata.name.clone());
            (pv.metadata.uid, Spare { target, name: pv.metadata.name.clone(), phase: phase.text(), free: phase == VolumePhase::Available })
        })
    };
    let claim = |claim: &PersistentVolumeClaim| {
        let key = claim.metadata.key();
        (claim.status.phase != ClaimPhase::Bound && !shown.contains(&key)).then(|| {
            let name = claim.metadata.name.clone();
            (claim.metadata.uid, Spare { target: Target::Claim(key), name, phase: claim.status.phase.text(), free: false })
        })
    };
    let claims = world.list::<PersistentVolumeClaim>().filter_map(|c| claim(c));
    let mut spares: Vec<_> = world.list::<PersistentVolume>().filter_map(|pv| volume(pv)).chain(claims).collect();
    spares.sort_by_key(|(uid, _)| world.store().born(*uid).0);
    spares.into_iter().map(|(_, spare)| spare).collect()
}
