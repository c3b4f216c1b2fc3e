//! Claims without a volume, and claims that do not go.

use super::{Cause, delete};
use crate::api::storage::{ClaimPhase, StorageClass, VolumePhase};
use crate::api::{Key, Kind, PersistentVolume, PersistentVolumeClaim, Pod};
use crate::sim::World;
use crate::sim::controllers::volumes::waits_for_consumer;
use std::sync::Arc;

const WHO: &str = "persistentvolume-controller";

/// Why a claim has no volume, or does not go.
pub fn of(world: &World, key: &Key) -> Option<Cause> {
    let claim = world.get::<PersistentVolumeClaim>(key)?;
    if claim.metadata.is_terminating() {
        return Some(leaving(world, key));
    }
    match claim.status.phase {
        ClaimPhase::Bound => None,
        ClaimPhase::Lost => {
            let why = format!("its volume {} is gone from the record, and a claim binds once", claim.spec.volume_name);
            Some(Cause::new(why, "you: no controller mends this").free(delete(Kind::PersistentVolumeClaim, key), "gives it up"))
        }
        ClaimPhase::Pending => Some(pending(world, key, claim)),
    }
}

fn leaving(world: &World, key: &Key) -> Cause {
    let users = world.store().pods_using(key).filter_map(|key| world.get::<Pod>(key)).filter(|p| !p.status.phase.is_terminal());
    let users: Vec<&Arc<Pod>> = users.collect();
    let names: Vec<&str> = users.iter().map(|p| &*p.metadata.name).collect();
    let cause =
        Cause::new(format!("it is asked to go, and in use by {}", names.join(", ")), "pvc-protection-controller, once no pod uses it");
    let going = |cause: Cause, pod: &&Arc<Pod>| cause.free(delete(Kind::Pod, &pod.metadata.key()), "lets the pod go");
    users.iter().take(3).fold(cause, going)
}

fn pending(world: &World, key: &Key, claim: &PersistentVolumeClaim) -> Cause {
    let class = claim.class();
    let found = world.get::<StorageClass>(&Key::cluster(class));
    if let Some(wait) = world.wait(Kind::PersistentVolumeClaim, key).filter(|wait| wait.until.is_some()) {
        return Cause::new(wait.words.to_string(), "the provisioner").until(wait.until, "the volume is there");
    }
    if waits_for_consumer(world, claim) && world.store().pods_using(key).next().is_none() {
        let cause = Cause::new(format!("class {class} waits for the first pod that uses the claim"), "the scheduler, once there is a pod");
        return cause.apply(pod_for(key), "makes a pod that uses it");
    }
    if !claim.spec.volume_name.is_empty() {
        let cause = Cause::new(format!("it asks for volume {} by name, and does not get it", claim.spec.volume_name), WHO);
        return released(world, claim, cause).apply(volume_for(claim, Some(&claim.spec.volume_name)), "makes that volume");
    }
    let cause = Cause::new(mismatches(world, claim), format!("{WHO}, as soon as a volume appears"));
    let cause =
        if class.is_empty() || found.is_some() { cause } else { cause.because(format!("there is no storage class {class:?} to make one")) };
    released(world, claim, cause).apply(volume_for(claim, None), "makes a volume that fits")
}

/// Why each volume does not do, counted up.
fn mismatches(world: &World, claim: &PersistentVolumeClaim) -> String {
    let why = |pv: &PersistentVolume| match () {
        () if pv.status.phase == VolumePhase::Released => "released",
        () if pv.status.phase == VolumePhase::Failed => "failed",
        () if pv.status.phase == VolumePhase::Bound || pv.spec.claim_ref.is_some() => "taken",
        () if pv.class() != claim.class() => "of another class",
        () if !claim.spec.access_modes.iter().all(|m| pv.spec.access_modes.contains(m)) => "without its access mode",
        () if pv.size() < claim.request() => "too small",
        () => "not matched by its selector",
    };
    let reasons =
        ["taken", "released", "failed", "of another class", "without its access mode", "too small", "not matched by its selector"];
    let found: Vec<&str> = world.list::<PersistentVolume>().map(|pv| why(pv)).collect();
    let counts = reasons.iter().map(|reason| (found.iter().filter(|r| *r == reason).count(), reason)).filter(|(n, _)| *n > 0);
    let counts: Vec<String> = counts.map(|(n, reason)| format!("{n} {reason}")).collect();
    if counts.is_empty() { "no volume fits: there is none".to_owned() } else { format!("no volume fits: {}", counts.join(", ")) }
}

/// A released volume that would do: freed, it is found.
fn released(world: &World, claim: &PersistentVolumeClaim, cause: Cause) -> Cause {
    let fits = |pv: &&Arc<PersistentVolume>| {
        let modes = claim.spec.access_modes.iter().all(|m| pv.spec.access_modes.contains(m));
        pv.status.phase == VolumePhase::Released && modes && pv.size() >= claim.request() && pv.class() == claim.class()
    };
    match world.list::<PersistentVolume>().find(fits) {
        Some(pv) => cause.free(super::volume::unclaim(&pv.metadata.name), "lets a released volume be bound again, data and all"),
        None => cause,
    }
}

/// A claim that a pod speaks of and that is not there.
pub fn missing(key: &Key) -> Cause {
    let manifest = format!(
        "apiVersion: v1\nkind: PersistentVolumeClaim\nmetadata:\n  name: {}\n  namespace: {}\nspec:\n  accessModes: [ReadWriteOnce]\n  \
         storageClassName: \"\"\n  resources:\n    requests:\n      storage: 1Mi\n",
        key.name, key.namespace
    );
    Cause::new("nobody makes a claim that a pod only speaks of", "you").apply(manifest, format!("makes the claim {}", key.name))
}

fn volume_for(claim: &PersistentVolumeClaim, name: Option<&str>) -> String {
    let own = format!("pv-{}", claim.metadata.name);
    let name = name.unwrap_or(&own);
    let modes: Vec<String> = claim.spec.access_modes.iter().map(|mode| format!("{mode:?}")).collect();
    format!(
        "apiVersion: v1\nkind: PersistentVolume\nmetadata:\n  name: {name}\nspec:\n  capacity:\n    storage: {}\n  accessModes: [{}]\n  \
         storageClassName: \"{}\"\n  persistentVolumeReclaimPolicy: Retain\n  gcePersistentDisk:\n    pdName: {name}\n",
        claim.request(),
        modes.join(", "),
        claim.class()
    )
}

fn pod_for(key: &Key) -> String {
    format!(
        "apiVersion: v1\nkind: Pod\nmetadata:\n  name: uses-{name}\n  namespace: {}\nspec:\n  containers:\n  - name: main\n    image: nginx\n    \
         volumeMounts:\n    - name: data\n      mountPath: /data\n  volumes:\n  - name: data\n    persistentVolumeClaim:\n      claimName: {name}\n",
        key.namespace,
        name = key.name
    )
}
