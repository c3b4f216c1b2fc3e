//! Attaching disks to nodes before pods may mount them, and detaching them when that is safe. Upstream:
//! pkg/controller/volume/attachdetach. A disk of a silent node is not taken away before six minutes are over, for a
//! process may still write to it.

use super::super::super::apiserver::Desk;
use super::super::super::change::Controller;
use super::super::super::world::World;
use super::{disks, enqueue};
use crate::api::pod::ContainerStatus;
use crate::api::storage::{AccessMode, VolumeAttachment};
use crate::api::{Key, Kind, Name, Node, PersistentVolume, PersistentVolumeClaim, Pod, Time};
use imbl::{OrdMap, OrdSet};
use std::collections::BTreeMap;
use std::sync::Arc;

mod conflict;
mod links;
mod own;
mod sha256;

pub use links::finish;

const ME: Controller = Controller::AttachDetach;

/// What is attached where, or on its way to or from there.
#[derive(Clone, Debug, Default)]
pub struct Ledger {
    volumes: OrdMap<Name, Held>,
    /// Disks that pods name themselves.
    own: OrdMap<Name, own::Own>,
    /// Volume and node of waits that were reported already.
    reported: OrdSet<(Name, Name)>,
}

/// A volume that at least one node has.
#[derive(Clone, Debug, PartialEq)]
struct Held {
    disk: Name,
    unique: Name,
    nodes: OrdMap<Name, Link>,
}

/// How far one node's hold on a volume is. While it begins or ends nothing else happens to the volume.
#[derive(Clone, Copy, Debug, PartialEq, Default)]
enum Stage {
    #[default]
    Attaching,
    Attached,
    Detaching,
}

/// One node's hold on a volume.
#[derive(Clone, Debug, PartialEq, Default)]
struct Link {
    stage: Stage,
    /// True where the node last said that it has the volume mounted.
    mounted: bool,
    /// Since when no pod there wants it.
    idle: Option<Time>,
    /// When it is looked at again.
    check: Option<Time>,
    /// When the controller notices that somebody else has deleted the attachment; none while it is there.
    lost: Option<Time>,
}

/// True where a volume that needs attaching is attached to a node, as far as the record knows.
pub fn is_attached(world: &World, volume: &str, node: &str) -> bool {
    link(world, volume, node).is_some_and(|link| link.stage == Stage::Attached && link.lost.is_none())
}

fn link<'w>(world: &'w World, volume: &str, node: &str) -> Option<&'w Link> {
    world.memory.volumes.attached.volumes.get(volume)?.nodes.get(node)
}

/// The name under which a node's `volumesInUse` and `volumesAttached` list the volume on an attachable disk; `None` for a
/// disk that no node has.
pub fn listed_name(world: &World, disk: &str) -> Option<Name> {
    world.memory.volumes.attached.volumes.values().find(|held| &*held.disk == disk).map(|held| held.unique.clone())
}

/// The first of the nodes that have a volume, or are about to get it or to lose it.
pub fn holder(world: &World, pv: &PersistentVolume) -> Option<Name> {
    world.memory.volumes.attached.volumes.get(&pv.metadata.name)?.nodes.keys().next().cloned()
}

/// True while a pod keeps its node's hold on volumes: until it has ended, or is going and none of its containers runs.
/// Upstream: util.IsPodTerminated.
pub fn uses_volumes(pod: &Pod) -> bool {
    let rests = |s: &ContainerStatus| s.state.terminated.is_some() || s.state.waiting.is_some();
    let stopped = || pod.status.container_statuses.iter().all(rests);
    !(pod.status.phase.is_terminal() || pod.metadata.is_terminating() && stopped())
}

/// True where two versions of a node differ in nothing that matters to attaching.
pub fn same_to_attacher(before: &Node, after: &Node) -> bool {
    before.status.volumes_in_use == after.status.volumes_in_use
        && before.is_ready() == after.is_ready()
        && before.spec.taints == after.spec.taints
}

/// An attachment has gone, and the node's hold on the volume with it.
pub fn attachment_gone(world: &mut World, gone: &VolumeAttachment) {
    if let Some(volume) = links::volume_of(world, gone) {
        links::lose(world, &volume, &gone.spec.node_name);
        let key = Key::cluster(volume);
        enqueue(world, ME, Kind::PersistentVolume, &key);
        // Its driver may have waited to delete the storage.
        if world.memory.volumes.unsettled.contains(&(Kind::PersistentVolume, key.clone())) {
            enqueue(world, Controller::PersistentVolume, Kind::PersistentVolume, &key);
        }
    }
}

/// Looks again at all volumes that a node has.
pub fn node_changed(world: &mut World, node: &Name) {
    let held = &world.memory.volumes.attached.volumes;
    let volumes: Vec<Name> = held.iter().filter(|(_, held)| held.nodes.contains_key(node)).map(|(pv, _)| pv.clone()).collect();
    volumes.into_iter().for_each(|pv| enqueue(world, ME, Kind::PersistentVolume, &Key::cluster(pv)));
}

/// Looks again at the attachable volumes of a pod that was bound, has ended or is gone.
pub fn pod_changed(world: &mut World, pod: &Pod) {
    own::follow(world, pod);
    if !pod.is_scheduled() {
        return;
    }
    let claim = |name: Name| world.get::<PersistentVolumeClaim>(&Key::new(pod.metadata.namespace.clone(), name));
    let volumes = pod.claims().filter_map(claim).map(|claim| Key::cluster(claim.spec.volume_name.clone()));
    let attachable = |key: &Key| world.get::<PersistentVolume>(key).is_some_and(|pv| disks::needs_attach(world, pv));
    let own = own::disks(pod).map(|pv| Key::cluster(pv.metadata.name.clone()));
    let volumes: Vec<Key> = volumes.filter(attachable).chain(own).collect();
    volumes.iter().for_each(|key| enqueue(world, ME, Kind::PersistentVolume, key));
}

/// Pods that want a volume, by node.
type Wanted = BTreeMap<Name, Vec<Arc<Pod>>>;

fn wanted(world: &World, pv: &PersistentVolume) -> Wanted {
    let mut wanted = Wanted::new();
    for pod in claimants(world, pv).into_iter().chain(own::users(world, &pv.metadata.name)) {
        if pod.is_scheduled() && uses_volumes(&pod) {
            wanted.entry(pod.spec.node_name.clone()).or_default().push(pod);
        }
    }
    wanted
}

/// Pods that refer to the claim that has a volume.
fn claimants(world: &World, pv: &PersistentVolume) -> Vec<Arc<Pod>> {
    let Some(holder) = &pv.spec.claim_ref else { return Vec::new() };
    let claim = Key::new(holder.namespace.clone(), holder.name.clone());
    if world.get::<PersistentVolumeClaim>(&claim).is_none_or(|c| c.spec.volume_name != pv.metadata.name) {
        return Vec::new();
    }
    world.store().pods_using(&claim).filter_map(|key| world.get::<Pod>(key)).cloned().collect()
}

/// Brings a volume to where it is wanted: detaching goes before attaching.
pub fn sync_volume(desk: &mut Desk, key: &Key) {
    let pv = own::find(desk, &key.name);
    let wanted = pv.as_ref().map(|pv| wanted(desk, pv)).unwrap_or_default();
    let ledger = &mut desk.world().memory.volumes.attached;
    ledger.reported = ledger.reported.iter().filter(|(pv, node)| *pv != key.name || wanted.contains_key(node)).cloned().collect();
    for node in nodes_of(desk, &key.name) {
        links::notice_loss(desk, &key.name, &node);
        match wanted.contains_key(&node) {
            true => links::keep(desk, &key.name, &node),
            false => links::let_go(desk, &key.name, &node),
        }
    }
    if let Some(pv) = pv {
        bring(desk, &pv, &wanted);
    }
}

fn nodes_of(world: &World, pv: &Name) -> Vec<Name> {
    world.memory.volumes.attached.volumes.get(pv).map(|held| held.nodes.keys().cloned().collect()).unwrap_or_default()
}

fn bring(desk: &mut Desk, pv: &Arc<PersistentVolume>, wanted: &Wanted) {
    let shared = pv.spec.access_modes.iter().any(|m| matches!(m, AccessMode::ReadWriteMany | AccessMode::ReadOnlyMany));
    for (node, pods) in wanted {
        let held = nodes_of(desk, &pv.metadata.name);
        if held.contains(node) {
            continue;
        }
        if held.is_empty() || shared {
            links::attach(desk, pv, node);
            pods.iter().for_each(|pod| conflict::await_disk(desk.world(), pod, pv));
        } else if held.iter().any(|node| link(desk, &pv.metadata.name, node).is_some_and(|link| link.stage == Stage::Attached)) {
            conflict::report(desk, pv, node, pods, &held, wanted);
        }
    }
}

/// Pods on a node that want a volume; nobody where the volume is gone.
fn waiting_on(world: &World, pv: &Name, node: &Name) -> Vec<Arc<Pod>> {
    own::find(world, pv).and_then(|pv| wanted(world, &pv).remove(node)).unwrap_or_default()
}
