//! In-tree volume sources that storage drivers took over, and which volumes must be attached. Upstream:
//! csi-translation-lib/plugins.

use super::{AccessMode, PersistentVolume, VolumeSpec};
use crate::api::meta::{Meta, Name};
use crate::api::pod::Volume;
use serde_json::{Value, json};

/// An in-tree source and who serves it now.
#[derive(Debug)]
pub struct Migrated {
    /// The field of a volume's spec.
    pub field: &'static str,
    /// The in-tree provisioner.
    pub provisioner: &'static str,
    /// The driver that took over.
    pub driver: &'static str,
    /// The source's field that identifies the storage.
    id: &'static str,
    /// What the driver's handle has before the identity.
    prefix: &'static str,
    /// True where a node must be given the storage before a pod can mount it.
    attach: bool,
}

const fn row(field: &'static str, provisioner: &'static str, driver: &'static str, id: &'static str) -> Migrated {
    Migrated { field, provisioner, driver, id, prefix: "", attach: true }
}

/// Every source that was taken over, Compute Engine's first.
pub static MIGRATED: [Migrated; 6] = [
    Migrated {
        prefix: "projects/UNSPECIFIED/zones/UNSPECIFIED/disks/",
        ..row("gcePersistentDisk", "kubernetes.io/gce-pd", "pd.csi.storage.gke.io", "pdName")
    },
    row("awsElasticBlockStore", "kubernetes.io/aws-ebs", "ebs.csi.aws.com", "volumeID"),
    row("azureDisk", "kubernetes.io/azure-disk", "disk.csi.azure.com", "diskName"),
    row("cinder", "kubernetes.io/cinder", "cinder.csi.openstack.org", "volumeID"),
    row("vsphereVolume", "kubernetes.io/vsphere-volume", "csi.vsphere.vmware.com", "volumePath"),
    Migrated { attach: false, ..row("azureFile", "kubernetes.io/azure-file", "file.csi.azure.com", "shareName") },
];

/// Drivers that come with a CSIDriver object that says `attachRequired: false`.
const NOT_ATTACHED: [&str; 5] = ["nfs.csi.k8s.io", "smb.csi.k8s.io", "efs.csi.aws.com", "file.csi.azure.com", "blob.csi.azure.com"];

impl PersistentVolume {
    fn in_tree(&self) -> Option<(&'static Migrated, Name)> {
        if let Some(disk) = &self.spec.gce_disk {
            return Some((&MIGRATED[0], disk.pd_name.clone()));
        }
        MIGRATED.iter().find_map(|row| Some((row, identity(row, self.spec.rest.get(row.field)?))))
    }
    /// Driver and handle of a volume that a storage driver serves; `None` for others.
    pub fn driver_and_handle(&self) -> Option<(Name, Name)> {
        let csi = self.spec.csi.as_ref().map(|csi| (csi.driver.clone(), csi.volume_handle.clone()));
        csi.or_else(|| self.in_tree().map(|(row, id)| (row.driver.into(), format!("{}{id}", row.prefix).into())))
    }
    /// The in-tree field and identity of storage, such as `gcePersistentDisk` and the disk's name.
    pub fn in_tree_identity(&self) -> Option<(&'static str, Name)> {
        self.in_tree().map(|(row, id)| (row.field, id))
    }
    /// True for storage that a controller must attach to a node before it can be mounted, where no CSIDriver object says
    /// otherwise.
    pub fn needs_attach(&self) -> bool {
        match &self.spec.csi {
            Some(csi) => !NOT_ATTACHED.contains(&&*csi.driver),
            None => self.in_tree().is_some_and(|(row, _)| row.attach),
        }
    }
}

fn identity(row: &Migrated, source: &Value) -> Name {
    source[row.id].as_str().unwrap_or_default().into()
}

/// The volume that a pod's own in-tree source stands for, named by driver and storage; `None` for sources that nobody
/// took over. Upstream: TranslateInTreeInlineVolumeToCSI.
pub fn inline(volume: &Volume) -> Option<PersistentVolume> {
    let (row, source) = MIGRATED.iter().find_map(|row| Some((row, volume.rest.get(row.field)?)))?;
    let mode = if source["readOnly"] == json!(true) { AccessMode::ReadOnlyMany } else { AccessMode::ReadWriteOnce };
    let mut spec = VolumeSpec { access_modes: vec![mode], ..VolumeSpec::default() };
    match row.field {
        "gcePersistentDisk" => spec.gce_disk = serde_json::from_value(source.clone()).ok(),
        field => spec.rest.fill(field, source.clone()),
    }
    let metadata = Meta::named("", format!("{}-{}", row.driver, identity(row, source)));
    Some(PersistentVolume { metadata, spec, ..PersistentVolume::default() })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn volume(spec: Value) -> PersistentVolume {
        serde_json::from_value(json!({"metadata": {"name": "pv"}, "spec": spec})).unwrap()
    }

    #[test]
    fn which_volumes_are_attached() {
        for (spec, attached) in [
            (json!({"gcePersistentDisk": {"pdName": "d"}}), true),
            (json!({"awsElasticBlockStore": {"volumeID": "vol-1"}}), true),
            (json!({"csi": {"driver": "x", "volumeHandle": "h"}}), true),
            (json!({"csi": {"driver": "nfs.csi.k8s.io", "volumeHandle": "h"}}), false),
            (json!({"azureFile": {"shareName": "s"}}), false),
            (json!({"nfs": {"server": "s", "path": "/"}}), false),
            (json!({"hostPath": {"path": "/"}}), false),
            (json!({"local": {"path": "/"}}), false),
        ] {
            assert_eq!(volume(spec.clone()).needs_attach(), attached, "{spec}");
        }
    }

    #[test]
    fn a_pods_own_disk_is_a_volume_of_its_driver() {
        let own = |source: Value| serde_json::from_value::<Volume>(source).unwrap();
        let pv = inline(&own(json!({"name": "v", "gcePersistentDisk": {"pdName": "d"}}))).unwrap();
        assert_eq!(&*pv.metadata.name, "pd.csi.storage.gke.io-d");
        let handle = "projects/UNSPECIFIED/zones/UNSPECIFIED/disks/d".into();
        assert_eq!(pv.driver_and_handle(), Some(("pd.csi.storage.gke.io".into(), handle)));
        assert_eq!(inline(&own(json!({"name": "v", "nfs": {"server": "s", "path": "/"}}))), None);
    }
}
