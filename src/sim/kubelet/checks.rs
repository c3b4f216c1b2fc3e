//! What keeps a machine from setting up a volume whose storage is there: names that stand for nothing, paths of another
//! type, a volume of another place. Upstream: the volume plugins' SetUp, hostutil's type checks.

use super::super::controllers::volumes;
use super::super::machine::Process;
use super::super::world::World;
use super::node_object;
use crate::api::pod::{HostPath, Volume};
use crate::api::storage::ClaimPhase;
use crate::api::{Key, Kind, Name, PersistentVolume, PersistentVolumeClaim};
use serde_json::Value;

/// What every machine has: the directories of a Linux host, and some files of a node.
const DIRECTORIES: [&str; 16] =
    ["/", "/bin", "/boot", "/dev", "/etc", "/home", "/lib", "/mnt", "/opt", "/proc", "/root", "/run", "/sys", "/tmp", "/usr", "/var"];
const BELOW_VAR: [&str; 6] = ["/var/lib", "/var/lib/kubelet", "/var/log", "/var/log/pods", "/var/run", "/var/tmp"];
const SOCKETS: [&str; 2] = ["/run/containerd/containerd.sock", "/var/run/containerd/containerd.sock"];
const FILES: [&str; 4] = ["/etc/hosts", "/etc/localtime", "/etc/resolv.conf", "/etc/machine-id"];

/// Why a volume cannot be set up on a node; `None` where it can.
pub fn obstacle(world: &World, node: &Name, process: &Process, volume: &Volume) -> Option<String> {
    let failed = |why: String| format!("MountVolume.SetUp failed for volume \"{}\" : {why}", volume.name);
    nameless(world, process, volume).or_else(|| wrong_type(world, node, volume.host_path.as_ref()?)).map(failed).or_else(|| {
        let pv = elsewhere(world, node, process, volume)?;
        Some(format!("MountVolume.NodeAffinity check failed for volume \"{pv}\" : no matching NodeSelectorTerms"))
    })
}

/// What a kubelet has against the claim of a volume; `None` where it can go on to the claim's storage. A claim that is being
/// deleted already when the pod arrives is not mounted any more. Upstream: desiredStateOfWorldPopulator.getPVCExtractPV.
pub fn unusable(world: &World, process: &Process, volume: &Volume) -> Option<String> {
    let key = Key::new(process.key.namespace.clone(), volume.claim(&process.key.name)?);
    let why = match world.get::<PersistentVolumeClaim>(&key) {
        None => format!("failed to fetch PVC from API server: persistentvolumeclaims {:?} not found", &*key.name),
        Some(claim) if claim.metadata.deletion_timestamp.is_some_and(|at| at <= process.since) => "PVC is being deleted".to_owned(),
        Some(claim) if claim.status.phase != ClaimPhase::Bound => "PVC is not bound".to_owned(),
        Some(_) => return None,
    };
    Some(format!("error processing PVC {key}: {why}"))
}

/// The first ConfigMap or Secret that a volume needs and that does not exist.
fn nameless(world: &World, process: &Process, volume: &Volume) -> Option<String> {
    let parts = volume.rest.get("projected").and_then(|p| p["sources"].as_array());
    let named = [("configMap", "name"), ("secret", "secretName")].into_iter().filter_map(|(kind, field)| {
        let source = volume.rest.get(kind)?;
        Some((kind, source, field))
    });
    let projected = parts.into_iter().flatten().flat_map(|part| ["configMap", "secret"].map(|kind| (kind, &part[kind], "name")));
    named.chain(projected).find_map(|(kind, source, field)| absent(world, process, kind, source, field))
}

fn absent(world: &World, process: &Process, kind: &str, source: &Value, field: &str) -> Option<String> {
    let name = source[field].as_str().filter(|_| source["optional"] != true)?;
    let wanted = if kind == "secret" { Kind::Secret } else { Kind::ConfigMap };
    let exists = world.object(wanted, &Key::new(process.key.namespace.clone(), name)).is_some();
    (!exists).then(|| format!("{} \"{name}\" not found", kind.to_lowercase()))
}

/// A path is what its volume says it is, made by the machine where the type ends in `OrCreate`, or used before.
fn wrong_type(world: &World, node: &Name, path: &HostPath) -> Option<String> {
    let at = &*path.path;
    let made = world.disk(&format!("dir/{node}{at}")).is_some();
    let (fits, what) = match &*path.kind {
        "Directory" => (made || DIRECTORIES.contains(&at) || BELOW_VAR.contains(&at), "directory"),
        "File" => (FILES.contains(&at), "file"),
        "Socket" => (SOCKETS.contains(&at), "socket file"),
        "CharDevice" => (at == "/dev/null", "character device"),
        "BlockDevice" => (false, "block device"),
        _ => return None,
    };
    (!fits).then(|| format!("hostPath type check failed: {at} is not a {what}"))
}

/// The volume of a claim that this node does not reach, by name: its pod was put here past the scheduler.
fn elsewhere(world: &World, node: &Name, process: &Process, volume: &Volume) -> Option<Name> {
    let claim = Key::new(process.key.namespace.clone(), volume.persistent_volume_claim.as_ref()?.claim_name.clone());
    let pv = Key::cluster(world.get::<PersistentVolumeClaim>(&claim)?.spec.volume_name.clone());
    let pv = world.get::<PersistentVolume>(&pv)?;
    let object = node_object(world, node)?;
    (!volumes::reaches(pv, &object)).then(|| pv.metadata.name.clone())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_of_paths() {
        let world = World::new(crate::sim::world::Options::default());
        let check = |path: &str, kind: &str| wrong_type(&world, &"node-1".into(), &HostPath { path: path.into(), kind: kind.into() });
        assert_eq!(check("/data", ""), None);
        assert_eq!(check("/data", "DirectoryOrCreate"), None);
        assert_eq!(check("/var/log", "Directory"), None);
        assert_eq!(check("/data", "Directory").as_deref(), Some("hostPath type check failed: /data is not a directory"));
        assert_eq!(check("/data/x.sock", "Socket").as_deref(), Some("hostPath type check failed: /data/x.sock is not a socket file"));
    }
}
