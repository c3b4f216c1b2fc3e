//! Claims, volumes and classes, described.

use super::{finalizers, formatted, labels, status, text, volumes};
use crate::api::columns::storage::{given, modes};
use crate::api::pod::Pod;
use crate::api::storage::{PersistentVolume, PersistentVolumeClaim, StorageClass};
use crate::api::table::Describe;
use crate::api::{Labels, Time};
use crate::sim::World;
use serde::Deserialize;
use serde_json::Value;

pub fn claim(world: &World, page: &mut Describe, pvc: &PersistentVolumeClaim) {
    let meta = &pvc.metadata;
    let (size, modes) = given(pvc);
    page.field(0, "Name", &meta.name).field(0, "Namespace", &meta.namespace).field(0, "StorageClass", pvc.class());
    page.field(0, "Status", &status(world, meta, pvc.status.phase.text()));
    page.field(0, "Volume", &pvc.spec.volume_name);
    labels(page, meta);
    finalizers(page, meta);
    page.field(0, "Capacity", &size);
    page.field(0, "Access Modes", &modes);
    page.field(0, "VolumeMode", &pvc.spec.volume_mode);
    data_source(page, pvc);
    let users: Vec<String> = world
        .list::<Pod>()
        .filter(|p| p.metadata.namespace == meta.namespace)
        .filter(|p| p.claims().any(|name| name == meta.name))
        .map(|p| p.metadata.name.to_string())
        .collect();
    page.list(0, "Used By", &users);
    conditions(page, pvc);
}

fn conditions(page: &mut Describe, pvc: &PersistentVolumeClaim) {
    if pvc.status.conditions.is_empty() {
        return;
    }
    page.line(0, "Conditions:").line(1, "Type\tStatus\tLastProbeTime\tLastTransitionTime\tReason\tMessage");
    page.line(1, "----\t------\t-----------------\t------------------\t------\t-------");
    for c in &pvc.status.conditions {
        let (probed, turned) = (never(None), never(c.last_transition_time));
        page.line(1, &format!("{} \t{} \t{probed} \t{turned} \t{} \t{}", c.kind, c.status.text(), c.reason, c.message));
    }
}

/// A time, or Go's zero.
fn never(at: Option<Time>) -> String {
    at.map_or_else(|| "Mon, 01 Jan 0001 00:00:00 +0000".to_owned(), Time::rfc1123z)
}

/// What a claim's volume is filled from.
fn data_source(page: &mut Describe, pvc: &PersistentVolumeClaim) {
    let Some(source) = pvc.spec.rest.get("dataSource").filter(|s| s.is_object()) else { return };
    page.line(0, "DataSource:");
    for (label, field) in [("APIGroup", "apiGroup"), ("Kind", "kind"), ("Name", "name")] {
        if !source[field].is_null() {
            page.field(1, label, &text(&source[field], ""));
        }
    }
}

pub fn volume(world: &World, page: &mut Describe, pv: &PersistentVolume) {
    let (meta, spec) = (&pv.metadata, &pv.spec);
    let claim = spec.claim_ref.as_ref().map(|c| format!("{}/{}", c.namespace, c.name)).unwrap_or_default();
    page.field(0, "Name", &meta.name);
    labels(page, meta);
    finalizers(page, meta);
    page.field(0, "StorageClass", pv.class());
    page.field(0, "Status", &status(world, meta, pv.status.phase.text()));
    page.field(0, "Claim", &claim).field(0, "Reclaim Policy", spec.persistent_volume_reclaim_policy.text());
    page.field(0, "Access Modes", &modes(&spec.access_modes)).field(0, "VolumeMode", &spec.volume_mode);
    page.field(0, "Capacity", &spec.capacity.get("storage").map(ToString::to_string).unwrap_or_default());
    affinity(page, spec.node_affinity.as_ref());
    page.field(0, "Message", &pv.status.message).line(0, "Source:");
    volumes::source(page, &serde_json::to_value(spec).unwrap_or_default());
}

/// `kubernetes.io/hostname in [node-1]`.
fn requirement(r: &Value) -> String {
    let values: Vec<&str> = r["values"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    let list = if values.is_empty() { String::new() } else { format!(" [{}]", values.join(", ")) };
    format!("{} {}{list}", text(&r["key"], ""), text(&r["operator"], "").to_lowercase())
}

fn affinity(page: &mut Describe, affinity: Option<&Value>) {
    let terms = affinity.and_then(|a| a["required"]["nodeSelectorTerms"].as_array());
    let Some(terms) = terms else {
        page.field(0, "Node Affinity", "<none>");
        return;
    };
    page.field(0, "Node Affinity", "").field(1, "Required Terms", "");
    for (i, term) in terms.iter().enumerate() {
        let lines: Vec<String> = term["matchExpressions"].as_array().into_iter().flatten().map(requirement).collect();
        page.list(2, &format!("Term {i}"), &lines);
    }
}

pub fn class(page: &mut Describe, class: &StorageClass) {
    page.field(0, "Name", &class.metadata.name).field(0, "IsDefaultClass", if class.is_default() { "Yes" } else { "No" });
    let parameters = class.rest.get("parameters").and_then(|map| Labels::deserialize(map).ok()).unwrap_or_default();
    page.field(0, "Annotations", &formatted(&class.metadata.annotations)).field(0, "Provisioner", &class.provisioner);
    page.field(0, "Parameters", &formatted(&parameters));
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
    match class.rest.get("mountOptions").and_then(Value::as_array).map(Vec::as_slice) {
        None | Some([]) => _ = page.field(0, "MountOptions", "<none>"),
        Some(options) => {
            page.line(0, "MountOptions:");
            options.iter().for_each(|option| _ = page.line(1, &text(option, "")));
        }
    }
    page.field(0, "ReclaimPolicy", class.reclaim_policy.map_or("Delete", |p| p.text()));
    page.field(0, "VolumeBindingMode", &class.volume_binding_mode);
}
