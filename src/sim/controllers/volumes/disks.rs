//! From a volume to the disk behind it: which disk a node sees under a volume, and who can reach it.

use super::super::super::disk::{Disk, DiskKind};
use super::super::super::images::is_broken;
use super::super::super::scheduler::terms_match;
use super::super::super::world::World;
use crate::api::storage::MIGRATED;
use crate::api::{Key, Kind, Name, Node, Object, PersistentVolume};
use imbl::{OrdMap, OrdSet};
use std::sync::Arc;

/// The disk that a node sees under a volume, and how it is reached. A hostPath volume is another directory on each node.
pub fn disk_of(pv: &PersistentVolume, node: &str) -> (Name, DiskKind) {
    let spec = &pv.spec;
    let directory = |path: &Name| (format!("dir/{node}{path}").into(), DiskKind::Directory(node.into()));
    match (&spec.gce_disk, &spec.csi, &spec.nfs, &spec.host_path, &spec.local) {
        (Some(gce), ..) => (format!("gce/{}", gce.pd_name).into(), DiskKind::Attachable),
        (_, Some(csi), ..) if pv.needs_attach() => (format!("csi/{}", csi.volume_handle).into(), DiskKind::Attachable),
        (_, Some(csi), ..) => (format!("csi/{}", csi.volume_handle).into(), DiskKind::Shared),
        (_, _, Some(nfs), ..) => (format!("nfs/{}{}", nfs.server, nfs.path).into(), DiskKind::Shared),
        (_, _, _, Some(host), _) => directory(&host.path),
        (.., Some(local)) => directory(&local.path),
        _ => match pv.in_tree_identity() {
            Some((field, id)) if pv.needs_attach() => (format!("{field}/{id}").into(), DiskKind::Attachable),
            // Sources without a model behave as a file server that every node reaches.
            _ => (format!("volume/{}", pv.metadata.name).into(), DiskKind::Shared),
        },
    }
}

/// The same, where a driver's CSIDriver object may say that nothing is attached.
pub fn disk_behind(world: &World, pv: &PersistentVolume, node: &str) -> (Name, DiskKind) {
    let (id, kind) = disk_of(pv, node);
    (id, if kind == DiskKind::Attachable && !needs_attach(world, pv) { DiskKind::Shared } else { kind })
}

/// True for storage that must be attached to a node before it can be mounted. A driver's CSIDriver object says so, and
/// without one it is known of the driver. Upstream: csiPlugin.CanAttach.
pub fn needs_attach(world: &World, pv: &PersistentVolume) -> bool {
    let driver = pv.driver_and_handle().map(|(driver, _)| Key::cluster(driver));
    match driver.and_then(|driver| world.object(Kind::CSIDriver, &driver)) {
        Some(Object::Plain(_, object)) => object.body.get("spec").and_then(|spec| spec["attachRequired"].as_bool()).unwrap_or(true),
        _ => pv.needs_attach(),
    }
}

/// True where the driver of this name is not at work, as an image of such a name cannot be pulled.
pub fn is_idle(driver: &str) -> bool {
    is_broken(driver)
}

/// Makes the disk where it does not exist yet: empty, attached nowhere.
pub fn ensure_disk(world: &mut World, id: &Name, kind: DiskKind) {
    if world.disk(id).is_none() {
        let disk = Disk { id: id.clone(), kind, files: OrdMap::new(), attached: OrdSet::new() };
        world.disks.insert(id.clone(), Arc::new(disk));
    }
}

/// True where a volume's node affinity lets it be used on a node. Upstream: volume.CheckNodeAffinity.
pub fn reaches(pv: &PersistentVolume, node: &Node) -> bool {
    let required = pv.spec.node_affinity.as_ref().and_then(|affinity| affinity.get("required"));
    required.is_none_or(|terms| terms_match(terms, &node.metadata.labels, &node.metadata.name))
}

/// The driver that acts for a provisioner; `None` for in-tree provisioners that nobody took over.
pub fn driver_of(provisioner: &Name) -> Option<Name> {
    match MIGRATED.iter().find(|row| row.provisioner == &**provisioner) {
        Some(row) => Some(row.driver.into()),
        None => (!provisioner.starts_with("kubernetes.io/")).then(|| provisioner.clone()),
    }
}

/// The name under which `volumesInUse` and `volumesAttached` of a node list an attachable volume.
pub fn unique_name(pv: &PersistentVolume) -> Option<Name> {
    pv.driver_and_handle().map(|(driver, handle)| format!("kubernetes.io/csi/{driver}^{handle}").into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn volume(spec: Value) -> PersistentVolume {
        serde_json::from_value(json!({"metadata": {"name": "pv-a"}, "spec": spec})).unwrap()
    }

    #[test]
    fn disks_by_source() {
        let attachable = || DiskKind::Attachable;
        for (spec, id, kind) in [
            (json!({"gcePersistentDisk": {"pdName": "d"}}), "gce/d", attachable()),
            (json!({"csi": {"driver": "x", "volumeHandle": "h"}}), "csi/h", attachable()),
            (json!({"nfs": {"server": "s", "path": "/p"}}), "nfs/s/p", DiskKind::Shared),
            (json!({"hostPath": {"path": "/data"}}), "dir/node-2/data", DiskKind::Directory("node-2".into())),
            (json!({"local": {"path": "/ssd"}}), "dir/node-2/ssd", DiskKind::Directory("node-2".into())),
            (json!({"fc": {}}), "volume/pv-a", DiskKind::Shared),
        ] {
            assert_eq!(disk_of(&volume(spec), "node-2"), (id.into(), kind));
        }
    }

    #[test]
    fn affinity_of_volumes() {
        let mut node = Node::default();
        node.metadata.labels.insert("kubernetes.io/hostname", "node-1");
        let term = |name| {
            json!({"required": {"nodeSelectorTerms": [{"matchExpressions": [
            {"key": "kubernetes.io/hostname", "operator": "In", "values": [name]}]}]}})
        };
        assert!(reaches(&volume(json!({})), &node));
        assert!(reaches(&volume(json!({"nodeAffinity": term("node-1")})), &node));
        assert!(!reaches(&volume(json!({"nodeAffinity": term("node-2")})), &node));
    }

    #[test]
    fn drivers() {
        assert_eq!(driver_of(&"kubernetes.io/gce-pd".into()), Some("pd.csi.storage.gke.io".into()));
        assert_eq!(driver_of(&"kubernetes.io/no-provisioner".into()), None);
        assert_eq!(driver_of(&"example.com/disks".into()), Some("example.com/disks".into()));
    }
}
