//! Claims that live as long as a pod: one for each of its ephemeral volumes, named after both. Upstream:
//! pkg/controller/volume/ephemeral, component-helpers storage/ephemeral.

use super::super::super::apiserver::Desk;
use super::super::super::change::Controller;
use super::super::super::world::World;
use crate::api::meta::Meta;
use crate::api::object::{owner_ref, reference};
use crate::api::pod::Volume;
use crate::api::{Key, Kind, Object, PersistentVolumeClaim, Pod};
use serde_json::{Value, json};

const ME: Controller = Controller::EphemeralVolume;

/// Hears of a new pod.
pub fn pod_made(world: &mut World, pod: &Pod) {
    if has_any(pod) {
        super::enqueue(world, ME, Kind::Pod, &pod.metadata.key());
    }
}

/// Hears of a claim that is gone: pods may miss theirs.
pub fn claim_gone(world: &mut World, claim: &Key) {
    let users: Vec<Key> = world.store().pods_using(claim).cloned().collect();
    for key in users.iter().filter(|key| world.get::<Pod>(key).is_some_and(|pod| has_any(pod))).collect::<Vec<&Key>>() {
        super::enqueue(world, ME, Kind::Pod, key);
    }
}

fn has_any(pod: &Pod) -> bool {
    pod.spec.volumes.iter().any(|volume| volume.ephemeral().is_some())
}

/// Makes the claims that a pod misses; complains of the first that cannot be made, and tries again later.
pub fn sync(desk: &mut Desk, key: &Key) {
    let Some(pod) = desk.get::<Pod>(key).filter(|pod| !pod.metadata.is_terminating()).cloned() else { return };
    let failed = pod.spec.volumes.iter().find_map(|volume| Some((volume, provide(desk, &pod, volume).err()?)));
    match failed {
        None => super::super::forget(desk, ME, Kind::Pod, key),
        Some((volume, why)) => {
            let words = format!("ephemeral volume {}: {why}", volume.name);
            desk.event(reference(Kind::Pod, &pod.metadata), true, "FailedBinding", words);
            super::super::retry(desk, ME, Kind::Pod, key);
        }
    }
}

fn provide(desk: &mut Desk, pod: &Pod, volume: &Volume) -> Result<(), String> {
    let Some((name, template)) = volume.claim(&pod.metadata.name).zip(volume.ephemeral()) else { return Ok(()) };
    let key = Key::new(pod.metadata.namespace.clone(), name);
    if let Some(claim) = desk.get::<PersistentVolumeClaim>(&key) {
        return foreign(claim, pod).map_or(Ok(()), Err);
    }
    let made = claim(pod, &key, template).ok_or("its template is no claim".to_owned());
    let refused = |refusal: crate::api::Refusal| format!("create PVC {}: {}", key.name, refusal.message);
    made.and_then(|claim| desk.create(claim).map(drop).map_err(refused))
}

fn claim(pod: &Pod, key: &Key, template: &Value) -> Option<Object> {
    let mut manifest = json!({"metadata": template.get("metadata").cloned().unwrap_or(json!({})), "spec": template["spec"]});
    crate::api::defaults::fill(Kind::PersistentVolumeClaim, "v1", &mut manifest);
    let mut object = Object::from_value(Kind::PersistentVolumeClaim, manifest).ok()?;
    let Meta { labels, annotations, .. } = object.meta().clone();
    let owner_references = vec![owner_ref(Kind::Pod, &pod.metadata)];
    *object.meta_mut() = Meta { labels, annotations, owner_references, ..Meta::named(key.namespace.clone(), key.name.clone()) };
    Some(object)
}

/// Why a claim of the right name is not the pod's, if it is not. Upstream: VolumeIsForPod.
pub fn foreign(claim: &PersistentVolumeClaim, pod: &Pod) -> Option<String> {
    let (claim, pod) = (&claim.metadata, &pod.metadata);
    let words = || format!("PVC {} was not created for pod {} (pod is not owner)", claim.key(), pod.key());
    (claim.namespace != pod.namespace || !claim.is_controlled_by(pod.uid)).then(words)
}
