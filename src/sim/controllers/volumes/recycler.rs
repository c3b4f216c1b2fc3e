//! Recycling, deprecated and still there: a pod empties a hostPath or NFS volume, which is then offered again. A
//! hostPath is emptied on the node on which that pod happens to run, and on no other. Upstream:
//! volume/util/recyclerclient.

use super::super::super::act::DeleteOptions;
use super::super::super::apiserver::Desk;
use super::super::super::change::{Controller, Physical};
use super::super::super::latency::Latency;
use super::super::super::world::World;
use super::attach::uses_volumes;
use super::{disks, phases, unsettle};
use crate::api::object::reference;
use crate::api::pod::{Container, Phase, PodSpec, RestartPolicy, Volume, VolumeMount};
use crate::api::service::EventType;
use crate::api::storage::VolumePhase;
use crate::api::{Event, Key, Kind, Meta, Name, PersistentVolume, PersistentVolumeClaim, Pod, Resource, Uid};
use serde_json::{Value, json};
use std::sync::Arc;

/// Begins the names of recycler pods, which all live in the namespace `default`.
const PREFIX: &str = "recycler-for-";
const SCRUB: &str = "test -e /scrub && find /scrub -mindepth 1 -delete && test -z \"$(ls -A /scrub)\" || exit 1";

fn pod_key(pv: &str) -> Key {
    Key::new("default", format!("{PREFIX}{pv}"))
}

/// The volume that a pod of this name recycles; `None` for other pods.
pub fn volume_of(pod: &Key) -> Option<Key> {
    (&*pod.namespace == "default").then(|| pod.name.strip_prefix(PREFIX)).flatten().map(Key::cluster)
}

/// The volume as a pod mounts it, and how many seconds emptying may take: base and more for each Gi.
fn source(pv: &PersistentVolume) -> Option<(Volume, i64)> {
    let mut volume = Volume { name: "vol".into(), ..Volume::default() };
    let base = if let Some(host) = &pv.spec.host_path {
        volume.host_path = Some(host.clone());
        60
    } else {
        volume.rest.fill("nfs", serde_json::to_value(pv.spec.nfs.as_ref()?).unwrap_or(Value::Null));
        300
    };
    Some((volume, base))
}

/// Begins to recycle a released volume, unless that is under way, too early or impossible.
pub fn recycle(desk: &mut Desk, pv: &Arc<PersistentVolume>) {
    let name = &pv.metadata.name;
    if desk.memory.volumes.recycling.contains_key(name) {
        return;
    }
    let users = users(desk, pv);
    if !users.is_empty() {
        unsettle(desk.world(), Kind::PersistentVolume, &pv.metadata.key());
        let words = format!("Volume is used by pods: {}", users.join(","));
        return desk.event(reference(Kind::PersistentVolume, &pv.metadata), false, "VolumeFailedRecycle", words);
    }
    if source(pv).is_none() {
        return phases::fail(desk, pv, "VolumeFailedRecycle", "No recycler plugin found for the volume!");
    }
    unsettle(desk.world(), Kind::PersistentVolume, &pv.metadata.key());
    desk.world().memory.volumes.recycling.insert(name.clone(), None);
    let later = desk.latency(Latency::Recycler);
    desk.world().enqueue(Controller::PersistentVolume, Kind::Pod, &pod_key(name), later);
}

/// Pods that still refer to the claim that is gone. Where it has a namesake, they are that one's. Upstream: isVolumeUsed.
fn users(desk: &Desk, pv: &PersistentVolume) -> Vec<String> {
    let Some(claim) = pv.spec.claim_ref.as_ref().map(|r| Key::new(r.namespace.clone(), r.name.clone())) else { return Vec::new() };
    if desk.get::<PersistentVolumeClaim>(&claim).is_some() {
        return Vec::new();
    }
    let pods = desk.store().pods_using(&claim).filter_map(|key| desk.get::<Pod>(key));
    pods.filter(|pod| uses_volumes(pod)).map(|pod| pod.metadata.key().to_string()).collect()
}

/// Starts a recycler pod, or looks how far it is.
pub fn sync(desk: &mut Desk, key: &Key) {
    let Some(volume) = volume_of(key) else { return };
    let Some(started) = desk.memory.volumes.recycling.get(&volume.name).copied() else { return };
    let Some(pv) = desk.get::<PersistentVolume>(&volume).filter(|pv| is_due(desk, pv)).cloned() else {
        desk.world().memory.volumes.recycling.remove(&volume.name);
        return;
    };
    let pod = desk.get::<Pod>(key).cloned();
    match (started, pod) {
        (None, None) => start(desk, &pv, key),
        (None, Some(old)) => {
            remove(desk, &old);
            give_up(desk, &pv, "old recycler pod found, will retry later");
        }
        (Some(uid), Some(pod)) if pod.metadata.uid == uid => judge(desk, &pv, &pod),
        (Some(_), _) => give_up(desk, &pv, &after_the_start("recycler pod was deleted")),
    }
}

fn is_due(desk: &Desk, pv: &PersistentVolume) -> bool {
    let gone = |holder: &crate::api::ObjectRef| {
        let claim = desk.get::<PersistentVolumeClaim>(&Key::new(holder.namespace.clone(), holder.name.clone()));
        claim.is_none_or(|claim| claim.metadata.uid != holder.uid)
    };
    matches!(pv.status.phase, VolumePhase::Released | VolumePhase::Failed) && pv.spec.claim_ref.as_ref().is_some_and(gone)
}

fn start(desk: &mut Desk, pv: &Arc<PersistentVolume>, key: &Key) {
    let Some((volume, base)) = source(pv) else { return };
    let gibibytes = i64::try_from(pv.size().value() >> 30).unwrap_or(i64::MAX / 60);
    let pod =
        Pod { metadata: Meta::named("default", key.name.clone()), spec: Arc::new(spec(volume, base + 30 * gibibytes)), ..Pod::default() };
    match desk.create(pod).map(|stored| stored.meta().uid) {
        Ok(uid) => {
            desk.world().memory.volumes.recycling.insert(pv.metadata.name.clone(), Some(uid));
        }
        Err(refusal) => give_up(desk, pv, &format!("unexpected error creating recycler pod:  {}", refusal.message)),
    }
}

fn spec(volume: Volume, deadline: i64) -> PodSpec {
    let scrubber = Container {
        name: "pv-recycler".into(),
        image: "registry.k8s.io/build-image/debian-base:bookworm-v1.0.6".into(),
        image_pull_policy: "IfNotPresent".into(),
        command: vec!["/bin/sh".into()],
        args: vec!["-c".into(), SCRUB.into()],
        volume_mounts: vec![VolumeMount { mount_path: "/scrub".into(), name: "vol".into(), ..VolumeMount::default() }],
        ..Container::default()
    };
    let mut spec = PodSpec {
        containers: Arc::new(vec![scrubber]),
        volumes: Arc::new(vec![volume]),
        restart_policy: RestartPolicy::Never,
        ..PodSpec::default()
    };
    spec.rest.fill("activeDeadlineSeconds", json!(deadline));
    spec
}

fn judge(desk: &mut Desk, pv: &Arc<PersistentVolume>, pod: &Arc<Pod>) {
    match pod.status.phase {
        Phase::Succeeded => finish(desk, pv, pod),
        Phase::Failed => {
            let why = &pod.status.message;
            let why = if why.is_empty() { "pod failed, pod.Status.Message unknown" } else { why };
            remove(desk, pod);
            give_up(desk, pv, &after_the_start(why));
        }
        Phase::Pending | Phase::Running | Phase::Unknown => {}
    }
}

fn finish(desk: &mut Desk, pv: &Arc<PersistentVolume>, pod: &Arc<Pod>) {
    desk.world().memory.volumes.recycling.remove(&pv.metadata.name);
    scrub(desk.world(), pod, &disks::disk_of(pv, &pod.spec.node_name).0);
    remove(desk, pod);
    desk.event(reference(Kind::PersistentVolume, &pv.metadata), false, "VolumeRecycled", "Volume recycled");
    phases::unbind(desk, pv);
}

/// The pod's process has run to its end, so by now the directory is empty.
fn scrub(world: &mut World, pod: &Pod, disk: &Name) {
    if let Some(disk) = world.disk_mut(disk) {
        disk.files.clear();
    }
    world.happened(super::super::super::change::Actor::Process(pod.metadata.key()), Physical::Scrubbed(disk.clone()));
}

/// How a failure is told of a pod that had been started. Upstream: internalRecycleVolumeByWatchingPodUntilCompletion.
fn after_the_start(why: &str) -> String {
    format!("failed to recycle volume: {why}")
}

fn give_up(desk: &mut Desk, pv: &Arc<PersistentVolume>, why: &str) {
    desk.world().memory.volumes.recycling.remove(&pv.metadata.name);
    phases::fail(desk, pv, "VolumeFailedRecycle", &format!("Recycle failed: {why}"));
}

fn remove(desk: &mut Desk, pod: &Pod) {
    let options = DeleteOptions { uid: Some(pod.metadata.uid), ..DeleteOptions::default() };
    // Refused only where somebody else has deleted it first.
    desk.delete(Kind::Pod, &pod.metadata.key(), &options).ok();
}

/// Repeats an event about a recycler pod as one about its volume.
pub fn relay(desk: &mut Desk, key: &Key) {
    let Some(event) = desk.get::<Event>(key).cloned() else { return };
    let about = &event.involved_object;
    let Some(volume) = volume_of(&Key::new(about.namespace.clone(), about.name.clone())) else { return };
    if let Some(pv) = desk.get::<PersistentVolume>(&volume).filter(|pv| is_running(desk, pv, about.uid)).cloned() {
        let words = format!("Recycler pod: {}", event.message);
        desk.event(reference(PersistentVolume::KIND, &pv.metadata), event.kind == EventType::Warning, "RecyclerPod", words);
    }
}

fn is_running(desk: &Desk, pv: &PersistentVolume, pod: Uid) -> bool {
    desk.memory.volumes.recycling.get(&pv.metadata.name) == Some(&Some(pod))
}
