//! Claims, volumes and classes, described.

use super::{annotations, finalizers, labels, or_none, status};
use crate::api::columns::storage::{is_default, modes};
use crate::api::pod::Pod;
use crate::api::storage::{PersistentVolume, PersistentVolumeClaim, StorageClass};
use crate::api::table::Describe;
use crate::sim::World;
use serde_json::Value;

pub fn claim(world: &World, page: &mut Describe, pvc: &PersistentVolumeClaim) {
    let meta = &pvc.metadata;
    let bound = !pvc.spec.volume_name.is_empty();
    let size = pvc.status.capacity.get("storage").filter(|_| bound).map(ToString::to_string).unwrap_or_default();
    page.field(0, "Name", &meta.name).field(0, "Namespace", &meta.namespace).field(0, "StorageClass", pvc.class());
    page.field(0, "Status", &status(world, meta, pvc.status.phase.text()));
    page.field(0, "Volume", &pvc.spec.volume_name);
    labels(page, meta);
    finalizers(page, meta);
    page.field(0, "Capacity", &size);
    page.field(0, "Access Modes", &if bound { modes(&pvc.status.access_modes) } else { String::new() });
    page.field(0, "VolumeMode", &pvc.spec.volume_mode);
    let users: Vec<String> = world
        .list::<Pod>()
        .filter(|p| p.metadata.namespace == meta.namespace)
        .filter(|p| p.spec.claims().any(|name| *name == meta.name))
        .map(|p| p.metadata.name.to_string())
        .collect();
    page.list(0, "Used By", &users);
}

pub fn volume(world: &World, page: &mut Describe, pv: &PersistentVolume) {
    let (meta, spec) = (&pv.metadata, &pv.spec);
    let claim = spec.claim_ref.as_ref().map(|c| format!("{}/{}", c.namespace, c.name)).unwrap_or_default();
    page.field(0, "Name", &meta.name);
    labels(page, meta);
    finalizers(page, meta);
    page.field(0, "StorageClass", &spec.storage_class_name);
    page.field(0, "Status", &status(world, meta, pv.status.phase.text()));
    page.field(0, "Claim", &claim).field(0, "Reclaim Policy", spec.persistent_volume_reclaim_policy.text());
    page.field(0, "Access Modes", &modes(&spec.access_modes)).field(0, "VolumeMode", &spec.volume_mode);
    page.field(0, "Capacity", &spec.capacity.get("storage").map(ToString::to_string).unwrap_or_default());
    affinity(page, spec.node_affinity.as_ref());
    page.field(0, "Message", &pv.status.message).line(0, "Source:");
    for (label, value) in source(pv) {
        page.line(0, &format!("    {label}:\t{value}"));
    }
}

fn affinity(page: &mut Describe, affinity: Option<&Value>) {
    let terms = affinity.and_then(|a| a["required"]["nodeSelectorTerms"].as_array());
    let Some(terms) = terms else {
        page.field(0, "Node Affinity", "<none>");
        return;
    };
    page.line(0, "Node Affinity:").field(1, "Required Terms", "");
    for (i, term) in terms.iter().enumerate() {
        let requirement = |r: &Value| {
            let values: Vec<&str> = r["values"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
            format!(
                "{} {} [{}]",
                r["key"].as_str().unwrap_or_default(),
                r["operator"].as_str().unwrap_or_default().to_lowercase(),
                values.join(", ")
            )
        };
        let lines: Vec<String> = term["matchExpressions"].as_array().into_iter().flatten().map(requirement).collect();
        page.list(2, &format!("Term {i}"), &lines);
    }
}

type Lines = Vec<(&'static str, String)>;

/// Where the storage of a volume is.
fn source(pv: &PersistentVolume) -> Lines {
    let spec = &pv.spec;
    let number = |rest: &crate::api::Rest| rest.get("partition").map_or_else(|| "0".to_owned(), ToString::to_string);
    let flag = |rest: &crate::api::Rest| rest.get("readOnly").map_or_else(|| "false".to_owned(), ToString::to_string);
    if let Some(dir) = &spec.host_path {
        let kind = "HostPath (bare host directory volume)".to_owned();
        return vec![("Type", kind), ("Path", dir.path.to_string()), ("HostPathType", dir.kind.to_string())];
    }
    if let Some(disk) = &spec.gce_disk {
        let kind = "GCEPersistentDisk (a Persistent Disk resource in Google Compute Engine)".to_owned();
        let place = [("PDName", disk.pd_name.to_string()), ("FSType", disk.fs_type.to_string())];
        let rest = [("Partition", number(&disk.rest)), ("ReadOnly", flag(&disk.rest))];
        return [("Type", kind)].into_iter().chain(place).chain(rest).collect();
    }
    if let Some(nfs) = &spec.nfs {
        let kind = "NFS (an NFS mount that lasts the lifetime of a pod)".to_owned();
        let place = [("Server", nfs.server.to_string()), ("Path", nfs.path.to_string()), ("ReadOnly", nfs.read_only.to_string())];
        return [("Type", kind)].into_iter().chain(place).collect();
    }
    if let Some(csi) = &spec.csi {
        let kind = "CSI (a Container Storage Interface (CSI) volume source)".to_owned();
        let fs = csi.rest.get("fsType").and_then(Value::as_str).unwrap_or_default().to_owned();
        let place = [("Driver", csi.driver.to_string()), ("FSType", fs), ("VolumeHandle", csi.volume_handle.to_string())];
        let rest = [("ReadOnly", flag(&csi.rest)), ("VolumeAttributes", "<none>".to_owned())];
        return [("Type", kind)].into_iter().chain(place).chain(rest).collect();
    }
    if let Some(dir) = &spec.local {
        let kind = "LocalVolume (a persistent volume backed by local storage on a node)".to_owned();
        return vec![("Type", kind), ("Path", dir.path.to_string())];
    }
    vec![("Type", "<unknown>".to_owned())]
}

pub fn class(page: &mut Describe, class: &StorageClass) {
    page.field(0, "Name", &class.metadata.name).field(0, "IsDefaultClass", if is_default(class) { "Yes" } else { "No" });
    annotations(page, 0, &class.metadata.annotations);
    page.field(0, "Provisioner", &class.provisioner);
    let parameters = class.rest.get("parameters").and_then(Value::as_object);
    let parameters: Vec<String> =
        parameters.into_iter().flatten().map(|(k, v)| format!("{k}={}", v.as_str().unwrap_or_default())).collect();
    page.field(0, "Parameters", or_none(&parameters.join(",")));
    let grows = class.rest.get("allowVolumeExpansion").and_then(Value::as_bool);
    page.field(
        0,
        "AllowVolumeExpansion",
        match grows {
            None => "<unset>",
            Some(true) => "True",
            Some(false) => "False",
        },
    );
    page.field(0, "MountOptions", "<none>");
    page.field(0, "ReclaimPolicy", class.reclaim_policy.map_or("Delete", |p| p.text()));
    page.field(0, "VolumeBindingMode", &class.volume_binding_mode);
}
