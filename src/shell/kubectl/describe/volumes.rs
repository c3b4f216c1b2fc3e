//! Where the files of a volume are: sources of pods' volumes and of persistent volumes, described.

use super::text;
use crate::api::table::Describe;
use serde_json::Value;

/// A line of a source: its label, its field, and what stands there where the field is absent.
type Line = (&'static str, &'static str, &'static str);

/// Field of a volume, what it is in a sentence, and what is said about it.
const SOURCES: &[(&str, &str, &[Line])] = &[
    ("hostPath", "HostPath (bare host directory volume)", &[("Path", "path", ""), ("HostPathType", "type", "")]),
    (
        "emptyDir",
        "EmptyDir (a temporary directory that shares a pod's lifetime)",
        &[("Medium", "medium", ""), ("SizeLimit", "sizeLimit", "<unset>")],
    ),
    ("ephemeral", "EphemeralVolume (an inline specification for a volume that gets created and deleted with the pod)", &[]),
    (
        "gcePersistentDisk",
        "GCEPersistentDisk (a Persistent Disk resource in Google Compute Engine)",
        &[("PDName", "pdName", ""), ("FSType", "fsType", ""), ("Partition", "partition", "0"), ("ReadOnly", "readOnly", "false")],
    ),
    (
        "awsElasticBlockStore",
        "AWSElasticBlockStore (a Persistent Disk resource in AWS)",
        &[("VolumeID", "volumeID", ""), ("FSType", "fsType", ""), ("Partition", "partition", "0"), ("ReadOnly", "readOnly", "false")],
    ),
    ("secret", "Secret (a volume populated by a Secret)", &[("SecretName", "secretName", ""), ("Optional", "optional", "false")]),
    ("configMap", "ConfigMap (a volume populated by a ConfigMap)", &[("Name", "name", ""), ("Optional", "optional", "false")]),
    (
        "nfs",
        "NFS (an NFS mount that lasts the lifetime of a pod)",
        &[("Server", "server", ""), ("Path", "path", ""), ("ReadOnly", "readOnly", "false")],
    ),
    (
        "persistentVolumeClaim",
        "PersistentVolumeClaim (a reference to a PersistentVolumeClaim in the same namespace)",
        &[("ClaimName", "claimName", ""), ("ReadOnly", "readOnly", "false")],
    ),
    ("local", "LocalVolume (a persistent volume backed by local storage on a node)", &[("Path", "path", "")]),
    ("csi", "CSI (a Container Storage Interface (CSI) volume source)", &[("Driver", "driver", ""), ("FSType", "fsType", "")]),
    ("projected", "Projected (a volume that contains injected data from multiple sources)", &[]),
    ("downwardAPI", "DownwardAPI (a volume populated by information about the pod)", &[]),
];

/// The lines of whatever source is there; `<unknown>` for one without a description here.
pub fn source(page: &mut Describe, volume: &Value) {
    let Some((field, sentence, lines)) = SOURCES.iter().find(|(field, ..)| !volume[*field].is_null()) else {
        page.line(1, "<unknown>");
        return;
    };
    let source = &volume[*field];
    page.field(2, "Type", sentence);
    for (label, field, absent) in *lines {
        page.field(2, label, &text(&source[*field], absent));
    }
    match *field {
        "csi" => driver(page, source),
        "projected" => projected(page, source),
        "downwardAPI" => downward(page, source),
        "ephemeral" => ephemeral(page, &source["volumeClaimTemplate"]),
        _ => {}
    }
}

/// What a storage driver is told; a pod's own volume has no handle.
fn driver(page: &mut Describe, source: &Value) {
    if !source["volumeHandle"].is_null() {
        page.field(2, "VolumeHandle", &text(&source["volumeHandle"], ""));
    }
    page.field(2, "ReadOnly", &text(&source["readOnly"], "false"));
    let pair = |(key, value): (&String, &Value)| format!("{key}={}", text(value, ""));
    let attributes: Vec<String> = source["volumeAttributes"].as_object().into_iter().flatten().map(pair).collect();
    page.list(2, "VolumeAttributes", &attributes);
}

/// The claim that is made for the pod, as far as its template says. Upstream: printPersistentVolumeClaim.
fn ephemeral(page: &mut Describe, template: &Value) {
    let pairs = |field: &str, sign: &str| {
        let map = template["metadata"][field].as_object();
        map.into_iter().flatten().map(|(key, value)| format!("{key}{sign}{}", text(value, ""))).collect::<Vec<String>>()
    };
    page.field(2, "StorageClass", &text(&template["spec"]["storageClassName"], ""));
    page.field(2, "Volume", &text(&template["spec"]["volumeName"], ""));
    page.list(2, "Labels", &pairs("labels", "=")).list(2, "Annotations", &pairs("annotations", ": "));
    page.field(2, "Capacity", "").field(2, "Access Modes", "");
    page.field(2, "VolumeMode", &text(&template["spec"]["volumeMode"], "Filesystem"));
}

fn projected(page: &mut Describe, source: &Value) {
    for part in source["sources"].as_array().into_iter().flatten() {
        let named = [("secret", "SecretName"), ("configMap", "ConfigMapName")];
        if let Some((field, label)) = named.into_iter().find(|(field, _)| !part[*field].is_null()) {
            page.field(2, label, &text(&part[field]["name"], "")).field(2, "Optional", &text(&part[field]["optional"], "false"));
        } else if !part["downwardAPI"].is_null() {
            page.field(2, "DownwardAPI", "true");
        } else if !part["serviceAccountToken"].is_null() {
            page.field(2, "TokenExpirationSeconds", &text(&part["serviceAccountToken"]["expirationSeconds"], "3600"));
        }
    }
}

fn downward(page: &mut Describe, source: &Value) {
    page.line(2, "Items:");
    for item in source["items"].as_array().into_iter().flatten() {
        let from = [&item["fieldRef"]["fieldPath"], &item["resourceFieldRef"]["resource"]].into_iter().find(|v| !v.is_null());
        if let Some(from) = from {
            page.line(3, &format!("{} -> {}", text(from, ""), text(&item["path"], "")));
        }
    }
}
