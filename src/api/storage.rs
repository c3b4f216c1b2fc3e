//! Claims, volumes, classes and attachments.

use super::labels::Selector;
use super::meta::{Condition, Meta, Name, ObjectRef, Rest, is_blank, is_unset};
use super::pod::{HostPath, Resources};
use super::quantity::Quantity;
use super::time::Time;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;

mod class;
mod migrated;

pub use class::DEFAULT_CLASS;
pub use migrated::{MIGRATED, inline};

/// Who may mount a volume at the same time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum AccessMode {
    /// One node, any number of its pods.
    ReadWriteOnce,
    /// Many nodes.
    ReadOnlyMany,
    /// Many nodes.
    ReadWriteMany,
    /// One pod.
    ReadWriteOncePod,
}

impl AccessMode {
    /// `RWO`, `ROX`, `RWX` or `RWOP`.
    pub fn short(self) -> &'static str {
        match self {
            AccessMode::ReadWriteOnce => "RWO",
            AccessMode::ReadOnlyMany => "ROX",
            AccessMode::ReadWriteMany => "RWX",
            AccessMode::ReadWriteOncePod => "RWOP",
        }
    }
}

/// core/v1 PersistentVolumeClaim; also the template of one in a StatefulSet.
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct PersistentVolumeClaim {
    /// Names and identity.
    pub metadata: Meta,
    /// What is asked for.
    pub spec: ClaimSpec,
    /// What it got.
    pub status: ClaimStatus,
}

/// What a claim asks for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct ClaimSpec {
    /// Modes the volume must offer.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub access_modes: Vec<AccessMode>,
    /// How much storage.
    pub resources: Resources,
    /// Labels the volume must carry.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub selector: Option<Selector>,
    /// The volume it is bound to; empty until then.
    #[serde(skip_serializing_if = "is_blank")]
    pub volume_name: Name,
    /// The class; absent means the default one, empty means none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub storage_class_name: Option<Name>,
    /// `Filesystem` or `Block`.
    pub volume_mode: Name,
    /// Everything else.
    #[serde(flatten)]
    pub rest: Rest,
}

impl Default for ClaimSpec {
    fn default() -> ClaimSpec {
        ClaimSpec {
            access_modes: Vec::new(),
            resources: Resources::default(),
            selector: None,
            volume_name: Name::default(),
            storage_class_name: None,
            volume_mode: "Filesystem".into(),
            rest: Rest::default(),
        }
    }
}

/// Where a claim stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum ClaimPhase {
    /// No volume yet.
    #[default]
    Pending,
    /// It has one.
    Bound,
    /// The volume is gone.
    Lost,
}

impl ClaimPhase {
    /// The phase's name.
    pub fn text(self) -> &'static str {
        match self {
            ClaimPhase::Pending => "Pending",
            ClaimPhase::Bound => "Bound",
            ClaimPhase::Lost => "Lost",
        }
    }
}

/// What a claim got.
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct ClaimStatus {
    /// Modes of the volume.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub access_modes: Vec<AccessMode>,
    /// Size of the volume.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub capacity: BTreeMap<Name, Quantity>,
    /// Resizing.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub conditions: Vec<Condition>,
    /// Where it stands.
    pub phase: ClaimPhase,
    /// Everything else.
    #[serde(flatten)]
    pub rest: Rest,
}

impl PersistentVolumeClaim {
    /// Storage asked for; zero where nothing is said.
    pub fn request(&self) -> Quantity {
        self.spec.resources.requests.get("storage").cloned().unwrap_or_default()
    }
}

/// What becomes of a volume whose claim is deleted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum ReclaimPolicy {
    /// It stays, with its data, and nobody can claim it.
    #[default]
    Retain,
    /// Volume and storage are deleted.
    Delete,
    /// It is scrubbed and offered again; hostPath and NFS only.
    Recycle,
}

impl ReclaimPolicy {
    /// The policy's name.
    pub fn text(self) -> &'static str {
        match self {
            ReclaimPolicy::Retain => "Retain",
            ReclaimPolicy::Delete => "Delete",
            ReclaimPolicy::Recycle => "Recycle",
        }
    }
}

/// core/v1 PersistentVolume.
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct PersistentVolume {
    /// Names and identity.
    pub metadata: Meta,
    /// What it offers and who has it.
    pub spec: VolumeSpec,
    /// Where it stands.
    pub status: VolumeStatus,
}

/// What a volume offers and who has it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct VolumeSpec {
    /// Its size under `storage`.
    pub capacity: BTreeMap<Name, Quantity>,
    /// Modes it offers.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub access_modes: Vec<AccessMode>,
    /// The claim that has it, or is to have it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub claim_ref: Option<ObjectRef>,
    /// What happens when the claim is deleted.
    pub persistent_volume_reclaim_policy: ReclaimPolicy,
    /// Its class; empty for none.
    #[serde(skip_serializing_if = "is_blank")]
    pub storage_class_name: Name,
    /// `Filesystem` or `Block`.
    pub volume_mode: Name,
    /// A directory of whichever node mounts it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub host_path: Option<HostPath>,
    /// A Compute Engine disk.
    #[serde(rename = "gcePersistentDisk", skip_serializing_if = "Option::is_none")]
    pub gce_disk: Option<GceDisk>,
    /// A network file system.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub nfs: Option<Nfs>,
    /// A volume of a storage driver.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub csi: Option<Csi>,
    /// A directory of one node.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub local: Option<LocalDir>,
    /// Nodes that can reach it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub node_affinity: Option<Value>,
    /// Everything else.
    #[serde(flatten)]
    pub rest: Rest,
}

impl Default for VolumeSpec {
    fn default() -> VolumeSpec {
        VolumeSpec {
            capacity: BTreeMap::new(),
            access_modes: Vec::new(),
            claim_ref: None,
            persistent_volume_reclaim_policy: ReclaimPolicy::Retain,
            storage_class_name: Name::default(),
            volume_mode: "Filesystem".into(),
            host_path: None,
            gce_disk: None,
            nfs: None,
            csi: None,
            local: None,
            node_affinity: None,
            rest: Rest::default(),
        }
    }
}

/// A Compute Engine disk.
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct GceDisk {
    /// The disk's name.
    pub pd_name: Name,
    /// Its file system.
    #[serde(skip_serializing_if = "is_blank")]
    pub fs_type: Name,
    /// Everything else.
    #[serde(flatten)]
    pub rest: Rest,
}

/// A network file system.
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Nfs {
    /// Host that serves it.
    pub server: Name,
    /// Exported path.
    pub path: Name,
    /// True where mounted for reading.
    #[serde(skip_serializing_if = "is_unset")]
    pub read_only: bool,
}

/// A volume of a storage driver.
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Csi {
    /// The driver.
    pub driver: Name,
    /// The driver's name of the volume.
    pub volume_handle: Name,
    /// Everything else.
    #[serde(flatten)]
    pub rest: Rest,
}

/// A directory of one node.
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct LocalDir {
    /// Path on that node.
    pub path: Name,
    /// Everything else.
    #[serde(flatten)]
    pub rest: Rest,
}

/// Where a volume stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum VolumePhase {
    /// Its controller has not looked yet.
    #[default]
    Pending,
    /// Free to be claimed.
    Available,
    /// Claimed.
    Bound,
    /// Its claim is gone.
    Released,
    /// It could not be reclaimed.
    Failed,
}

impl VolumePhase {
    /// The phase's name.
    pub fn text(self) -> &'static str {
        match self {
            VolumePhase::Pending => "Pending",
            VolumePhase::Available => "Available",
            VolumePhase::Bound => "Bound",
            VolumePhase::Released => "Released",
            VolumePhase::Failed => "Failed",
        }
    }
}

/// A volume's phase and why.
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct VolumeStatus {
    /// When the phase last changed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_phase_transition_time: Option<Time>,
    /// One sentence where something went wrong.
    #[serde(skip_serializing_if = "is_blank")]
    pub message: Name,
    /// Where it stands.
    pub phase: VolumePhase,
    /// One word where something went wrong.
    #[serde(skip_serializing_if = "is_blank")]
    pub reason: Name,
}

impl PersistentVolume {
    /// Its size; zero where nothing is said.
    pub fn size(&self) -> Quantity {
        self.spec.capacity.get("storage").cloned().unwrap_or_default()
    }
}

/// storage.k8s.io/v1 StorageClass.
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct StorageClass {
    /// Its name.
    pub metadata: Meta,
    /// Who makes volumes.
    pub provisioner: Name,
    /// What becomes of them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reclaim_policy: Option<ReclaimPolicy>,
    /// `Immediate` or `WaitForFirstConsumer`.
    #[serde(skip_serializing_if = "is_blank")]
    pub volume_binding_mode: Name,
    /// Everything else.
    #[serde(flatten)]
    pub rest: Rest,
}

/// storage.k8s.io/v1 VolumeAttachment: the wish to have a volume attached to a node, and whether it is.
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct VolumeAttachment {
    /// Its name.
    pub metadata: Meta,
    /// What is to be attached where.
    pub spec: AttachmentSpec,
    /// Whether it is.
    pub status: AttachmentStatus,
}

/// What is to be attached where.
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct AttachmentSpec {
    /// The driver that attaches.
    pub attacher: Name,
    /// The node.
    pub node_name: Name,
    /// The volume.
    pub source: AttachmentSource,
}

/// The volume of an attachment.
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct AttachmentSource {
    /// Its name; empty for a volume of a pod's own.
    #[serde(skip_serializing_if = "is_blank")]
    pub persistent_volume_name: Name,
    /// The spec of a volume of a pod's own.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub inline_volume_spec: Option<Value>,
}

/// Whether a volume is attached.
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct AttachmentStatus {
    /// True once it is.
    pub attached: bool,
}
