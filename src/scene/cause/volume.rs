//! Volumes that nobody may bind.

use super::{Cause, delete};
use crate::api::storage::{ReclaimPolicy, VolumePhase};
use crate::api::{Key, Kind, Name, PersistentVolume};
use crate::sim::World;

/// Why a volume is of no use to anybody, or does not go.
pub fn of(world: &World, name: &Name) -> Option<Cause> {
    let key = Key::cluster(name.clone());
    let volume = world.get::<PersistentVolume>(&key)?;
    let owner = volume.spec.claim_ref.as_ref().map(|claim| Key::new(claim.namespace.clone(), claim.name.clone()));
    if let Some(claim) = owner.filter(|_| volume.metadata.is_terminating() && volume.status.phase == VolumePhase::Bound) {
        let cause = Cause::new(format!("it is asked to go, and bound to {}", claim.name), "pv-protection-controller, once no claim has it");
        return Some(cause.free(delete(Kind::PersistentVolumeClaim, &claim), "gives up the claim"));
    }
    match volume.status.phase {
        VolumePhase::Released => Some(released(world, &key, volume)),
        VolumePhase::Failed => {
            let cause = Cause::new(format!("it could not be reclaimed: {}", volume.status.message), "you: nobody tries again");
            Some(cause.free(unclaim(name), "lets it be bound again").free(delete(Kind::PersistentVolume, &key), "gives it up"))
        }
        VolumePhase::Pending | VolumePhase::Available | VolumePhase::Bound => None,
    }
}

fn released(world: &World, key: &Key, volume: &PersistentVolume) -> Cause {
    let former = volume.spec.claim_ref.as_ref().map(|c| c.name.clone()).unwrap_or_default();
    if let Some(wait) = world.wait(Kind::PersistentVolume, key).filter(|wait| wait.until.is_some()) {
        return Cause::new(wait.words.to_string(), "persistentvolume-controller").until(wait.until, "that is done");
    }
    let policy = volume.spec.persistent_volume_reclaim_policy;
    if policy != ReclaimPolicy::Retain {
        return Cause::new(
            format!("its claim {former} is gone, and it is being reclaimed: {}", policy.text()),
            "persistentvolume-controller",
        );
    }
    let cause =
        Cause::new("it still names that claim: no other may have it, not even one of the same name", "you: Retain leaves it to a person");
    let cause = cause.because(format!("its claim {former} was deleted, and its policy Retain keeps the data"));
    cause
        .free(unclaim(&key.name), "lets it be bound again, data and all")
        .free(delete(Kind::PersistentVolume, key), "gives it up; the disk stays")
}

/// The line that makes a volume forget its claim.
pub fn unclaim(name: &str) -> String {
    format!("kubectl patch pv {name} --type=json -p '[{{\"op\":\"remove\",\"path\":\"/spec/claimRef\"}}]'")
}
