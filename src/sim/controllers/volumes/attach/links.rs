//! One node's hold on one volume: VolumeAttachment object, disk, and the node's list of attached volumes, in step.

use super::super::super::super::act::DeleteOptions;
use super::super::super::super::agenda::Due;
use super::super::super::super::apiserver::Desk;
use super::super::super::super::change::{Actor, Physical};
use super::super::super::super::latency::Latency;
use super::super::super::super::transit::{Cargo, Place, Transit, Wait};
use super::super::super::super::world::World;
use super::super::super::nodes::OUT_OF_SERVICE;
use super::{Held, Link, ME, Stage, disks, own, sha256, waiting_on};
use crate::api::node::AttachedVolume;
use crate::api::object::reference;
use crate::api::storage::{AttachmentSource, AttachmentSpec, VolumeAttachment};
use crate::api::{Key, Kind, Meta, Name, Node, PersistentVolume, Span, Time};
use imbl::OrdMap;
use std::sync::Arc;

/// How long a node that is not ready keeps a volume that it says it has mounted: maxWaitForUnmountDuration.
const FORCE_AFTER: Span = Span::mins(6);

/// How often it is looked whether what is attached still is: reconcilerSyncLoopPeriod.
const VERIFY: Span = Span::mins(1);

/// How long an attachment is waited for: csiTimeout.
const ATTACH_TIMEOUT: Span = Span::mins(2);

/// The name of the attachment of a volume to a node; `None` where none is needed. Upstream: csi.getAttachmentName.
pub fn name(pv: &PersistentVolume, node: &str) -> Option<Name> {
    let (driver, handle) = pv.driver_and_handle()?;
    Some(format!("csi-{}", sha256::hex(&format!("{handle}{driver}{node}"))).into())
}

/// The volume that an attachment is about, by name; `None` where nobody knows a pod's own disk any more.
pub fn volume_of(world: &World, attachment: &VolumeAttachment) -> Option<Name> {
    let recorded = &attachment.spec.source.persistent_volume_name;
    if !recorded.is_empty() {
        return Some(recorded.clone());
    }
    let of_own = |volume: &&Name| {
        let pv = own::find(world, volume);
        pv.and_then(|pv| name(&pv, &attachment.spec.node_name)).is_some_and(|name| name == attachment.metadata.name)
    };
    world.memory.volumes.attached.own.keys().find(of_own).cloned()
}

/// Begins to attach a volume to a node.
pub fn attach(desk: &mut Desk, pv: &Arc<PersistentVolume>, node: &Name) {
    let (Some((attacher, _)), Some(name), Some(unique)) = (pv.driver_and_handle(), name(pv, node), disks::unique_name(pv)) else { return };
    let (disk, kind) = disks::disk_of(pv, node);
    disks::ensure_disk(desk.world(), &disk, kind);
    let ledger = &mut desk.world().memory.volumes.attached;
    let held = ledger.volumes.entry(pv.metadata.name.clone()).or_insert_with(|| Held { disk, unique, nodes: OrdMap::new() });
    held.nodes.insert(node.clone(), Link::default());
    ledger.reported.remove(&(pv.metadata.name.clone(), node.clone()));
    let idle = disks::is_idle(&attacher);
    let attachment = VolumeAttachment {
        metadata: Meta::named("", name.clone()),
        spec: AttachmentSpec { attacher, node_name: node.clone(), source: source(desk, pv) },
        ..VolumeAttachment::default()
    };
    // Refused where somebody has made one of that name by hand: it will do.
    desk.create(attachment).ok();
    let at = desk.now() + if idle { ATTACH_TIMEOUT } else { desk.latency(Latency::Attach) };
    if !idle {
        travel(desk.world(), node, format!("attach {}", pv.metadata.name), at);
    }
    desk.world().schedule(at, Due::Sync(ME, Kind::VolumeAttachment, Key::cluster(name)));
}

/// Shows that a driver is at work at a node.
fn travel(world: &mut World, node: &Name, words: String, arrives: Time) {
    let (from, to, departs) = (Place::Record, Place::Machine(node.clone()), world.now());
    world.send(Transit { cargo: Cargo::Order, from, to, departs, arrives, words: words.into(), arrives_safely: true });
}

/// How an attachment names its volume: by name, or a pod's own by its spec.
fn source(world: &World, pv: &PersistentVolume) -> AttachmentSource {
    match world.get::<PersistentVolume>(&pv.metadata.key()) {
        Some(_) => AttachmentSource { persistent_volume_name: pv.metadata.name.clone(), inline_volume_spec: None },
        None => AttachmentSource { inline_volume_spec: serde_json::to_value(&pv.spec).ok(), ..AttachmentSource::default() },
    }
}

/// The driver has attached or detached: the disk moves, and the record follows.
pub fn finish(desk: &mut Desk, key: &Key) {
    let Some(attachment) = desk.get::<VolumeAttachment>(key).cloned() else { return };
    let Some(volume) = volume_of(desk, &attachment) else { return };
    match link(desk, &volume, &attachment.spec.node_name).map(|link| link.stage) {
        // Simplified: the controller puts no finalizer on an attachment, and that of a driver's sidecar
        // (external-attacher/DRIVER) is not modelled: it would only hold the object while the driver works.
        Some(Stage::Detaching) => drop(desk.delete(Kind::VolumeAttachment, key, &DeleteOptions::default()).ok()),
        Some(Stage::Attaching) if disks::is_idle(&attachment.spec.attacher) => give_up(desk, &attachment, &volume),
        Some(Stage::Attaching) => finish_attaching(desk, &attachment, &volume),
        Some(Stage::Attached) | None => {}
    }
    super::enqueue(desk.world(), ME, Kind::PersistentVolume, &Key::cluster(volume));
}

/// Nobody has attached the volume in time: the pods are told so, and it is waited for again as long as one wants it.
/// Simplified: without the pause between two tries, half a second at first. Upstream: csiAttacher.waitForVolumeAttachment.
fn give_up(desk: &mut Desk, attachment: &VolumeAttachment, volume: &Name) {
    let (key, attacher) = (attachment.metadata.key(), &attachment.spec.attacher);
    let pods = waiting_on(desk, volume, &attachment.spec.node_name);
    if pods.is_empty() {
        return drop(desk.delete(Kind::VolumeAttachment, &key, &DeleteOptions::default()).ok());
    }
    let handle = own::find(desk, volume).and_then(|pv| pv.driver_and_handle()).map(|(_, handle)| handle).unwrap_or_default();
    let why = format!("timed out waiting for external-attacher of {attacher} CSI driver to attach volume {handle}");
    for pod in pods {
        let words = format!("AttachVolume.Attach failed for volume \"{volume}\" : {why}");
        desk.event(reference(Kind::Pod, &pod.metadata), true, "FailedAttachVolume", words);
    }
    let again = desk.now() + ATTACH_TIMEOUT;
    desk.world().schedule(again, Due::Sync(ME, Kind::VolumeAttachment, key));
}

fn finish_attaching(desk: &mut Desk, attachment: &VolumeAttachment, volume: &Name) {
    let node = &attachment.spec.node_name;
    let Some(held) = desk.memory.volumes.attached.volumes.get(volume).cloned() else { return };
    if let Some(link) = link(desk, volume, node) {
        link.stage = Stage::Attached;
    }
    if let Some(disk) = desk.world().disk_mut(&held.disk) {
        disk.attached.insert(node.clone());
    }
    desk.world().happened(Actor::Controller(ME), Physical::Attached(held.disk.clone(), node.clone()));
    let mut told = attachment.clone();
    told.status.attached = true;
    desk.update_status(told).ok();
    for pod in waiting_on(desk, volume, node) {
        super::conflict::release(desk.world(), &pod.metadata.key());
        let words = format!("AttachVolume.Attach succeeded for volume \"{volume}\" ");
        desk.event(reference(Kind::Pod, &pod.metadata), false, "SuccessfulAttachVolume", words);
    }
    list_on_node(desk, node, &held.unique, true);
}

/// An attachment is gone. The controller that deleted it knows; deleted by somebody else, the driver takes the disk from the
/// node, and the controller notices when it looks next. Upstream: VerifyVolumesAreAttached.
pub fn lose(world: &mut World, volume: &Name, node: &Name) {
    let now = world.now();
    let links = world.memory.volumes.attached.volumes.get_mut(volume);
    let Some(link) = links.and_then(|held| held.nodes.get_mut(node)) else { return };
    if link.stage != Stage::Attached {
        return forget(world, volume, node);
    }
    let look = Time((now.0 / VERIFY.0 + 1) * VERIFY.0);
    link.lost = Some(look);
    take_disk(world, volume, node);
    world.schedule(look, Due::Sync(ME, Kind::PersistentVolume, Key::cluster(volume.clone())));
}

/// Where it is time to, the controller finds that a node has lost a volume.
pub fn notice_loss(desk: &mut Desk, volume: &Name, node: &Name) {
    let now = desk.now();
    if link(desk, volume, node).and_then(|link| link.lost).is_some_and(|look| look <= now)
        && let Some(unique) = desk.memory.volumes.attached.volumes.get(volume).map(|held| held.unique.clone())
    {
        list_on_node(desk, node, &unique, false);
        forget(desk.world(), volume, node);
    }
}

/// A node no longer has a volume: its disk goes, where it has not gone before.
pub fn forget(world: &mut World, volume: &Name, node: &Name) {
    take_disk(world, volume, node);
    let volumes = &mut world.memory.volumes.attached.volumes;
    let Some(held) = volumes.get_mut(volume) else { return };
    held.nodes.remove(node);
    if held.nodes.is_empty() {
        volumes.remove(volume);
        own::forget(world, volume);
    }
}

fn take_disk(world: &mut World, volume: &Name, node: &Name) {
    let Some(id) = world.memory.volumes.attached.volumes.get(volume).map(|held| held.disk.clone()) else { return };
    if world.disk_mut(&id).is_some_and(|disk| disk.attached.remove(node).is_some()) {
        world.happened(Actor::Controller(ME), Physical::Detached(id, node.clone()));
    }
}

/// Keeps the node's list of attached volumes, from which its kubelet knows that it may mount.
fn list_on_node(desk: &mut Desk, node: &Name, unique: &Name, listed: bool) {
    let Some(node) = desk.get::<Node>(&Key::cluster(node.clone())) else { return };
    let mut told = (**node).clone();
    told.status.volumes_attached.retain(|v| v.name != *unique);
    if listed {
        told.status.volumes_attached.push(AttachedVolume { name: unique.clone(), device_path: Name::default() });
    }
    desk.update_status(told).ok();
}

fn link<'a>(desk: &'a mut Desk, volume: &Name, node: &Name) -> Option<&'a mut Link> {
    desk.world().memory.volumes.attached.volumes.get_mut(volume)?.nodes.get_mut(node)
}

/// A pod on the node wants the volume (still or again).
pub fn keep(desk: &mut Desk, volume: &Name, node: &Name) {
    look_whether_mounted(desk, volume, node);
    if let Some(link) = link(desk, volume, node) {
        (link.idle, link.check) = (None, None);
    }
    release(desk, volume);
}

/// A node that does not exist any more cannot say that it has unmounted: its last word counts.
fn look_whether_mounted(desk: &mut Desk, volume: &Name, node: &Name) -> bool {
    let unique = desk.memory.volumes.attached.volumes.get(volume).map(|held| held.unique.clone());
    let said = desk.get::<Node>(&Key::cluster(node.clone())).map(|n| n.status.volumes_in_use.iter().any(|v| Some(v) == unique.as_ref()));
    let Some(link) = link(desk, volume, node) else { return false };
    link.mounted = said.unwrap_or(link.mounted);
    link.mounted
}

/// No pod on the node wants the volume: it is detached as soon as that is safe, or by force.
pub fn let_go(desk: &mut Desk, volume: &Name, node: &Name) {
    let mounted = look_whether_mounted(desk, volume, node);
    let now = desk.now();
    let Some(link) = link(desk, volume, node) else { return };
    let since = *link.idle.get_or_insert(now);
    let record = desk.get::<Node>(&Key::cluster(node.clone()));
    let silent = record.is_none_or(|n| !n.is_ready());
    let given_up = record.is_some_and(|n| n.has_taint(OUT_OF_SERVICE));
    if !mounted || given_up || silent && now >= since + FORCE_AFTER {
        detach(desk, volume, node);
    } else if silent {
        look_again(desk, volume, node, since + FORCE_AFTER);
    }
}

fn look_again(desk: &mut Desk, volume: &Name, node: &Name, at: Time) {
    let key = Key::cluster(volume.clone());
    if let Some(link) = link(desk, volume, node)
        && link.check != Some(at)
    {
        link.check = Some(at);
        desk.world().schedule(at, Due::Sync(ME, Kind::PersistentVolume, key.clone()));
    }
    let words = format!("is detached from {node} by force unless {node} says that it has unmounted it");
    let on = vec![(Kind::Node, Key::cluster(node.clone()))];
    let wait = Wait { who: ME.component(), words: words.into(), on, until: Some(at), since: desk.now() };
    desk.world().hold(Kind::PersistentVolume, &key, wait);
}

fn release(desk: &mut Desk, volume: &Name) {
    let key = Key::cluster(volume.clone());
    if desk.wait(Kind::PersistentVolume, &key).is_some_and(|wait| wait.who == ME.component()) {
        desk.world().release(Kind::PersistentVolume, &key);
    }
}

/// Begins to detach. A volume that is on its way to or from the node is looked at again when it has arrived.
fn detach(desk: &mut Desk, volume: &Name, node: &Name) {
    let Some(unique) = desk.memory.volumes.attached.volumes.get(volume).map(|held| held.unique.clone()) else { return };
    match link(desk, volume, node) {
        Some(link) if link.stage == Stage::Attached => link.stage = Stage::Detaching,
        _ => return,
    }
    release(desk, volume);
    list_on_node(desk, node, &unique, false);
    let of_pair = |a: &&Arc<VolumeAttachment>| a.spec.node_name == *node && volume_of(desk, a).as_ref() == Some(volume);
    let found = desk.list::<VolumeAttachment>().find(of_pair).map(|a| a.metadata.key());
    let Some(attachment) = found else { return forget(desk.world(), volume, node) };
    let at = desk.now() + desk.latency(Latency::Detach);
    travel(desk.world(), node, format!("detach {volume}"), at);
    desk.world().schedule(at, Due::Sync(ME, Kind::VolumeAttachment, attachment));
}
