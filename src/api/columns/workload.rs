//! Sets, deployments and revisions in tables.

use super::{count, or_none};
use crate::api::Time;
use crate::api::age::since;
use crate::api::object::{Kind, Plain};
use crate::api::pod::{Container, PodTemplate};
use crate::api::selector_text;
use crate::api::workload::{ControllerRevision, ReplicaSet, StatefulSet};
use serde::Deserialize;

/// The CONTAINERS and IMAGES columns.
fn contents(template: &PodTemplate) -> [String; 2] {
    let join = |part: fn(&Container) -> &str| template.spec.containers.iter().map(part).collect::<Vec<_>>().join(",");
    [join(|c| &c.name), join(|c| &c.image)]
}

pub(super) fn replica_set(rs: &ReplicaSet, now: Time) -> Vec<String> {
    let [names, images] = contents(&rs.spec.template);
    vec![
        rs.metadata.name.to_string(),
        rs.spec.replicas.to_string(),
        rs.status.replicas.to_string(),
        rs.status.ready_replicas.to_string(),
        since(rs.metadata.creation_timestamp, now),
        names,
        images,
        or_none(&selector_text::print(&rs.spec.selector)),
    ]
}

pub(super) fn stateful_set(sts: &StatefulSet, now: Time) -> Vec<String> {
    let [names, images] = contents(&sts.spec.template);
    let ready = format!("{}/{}", sts.status.ready_replicas, sts.spec.replicas);
    vec![sts.metadata.name.to_string(), ready, since(sts.metadata.creation_timestamp, now), names, images]
}

pub(super) fn deployment(o: &Plain, now: Time) -> Vec<String> {
    let spec = o.body.get("spec");
    let template = spec.and_then(|s| s.get("template")).and_then(|t| PodTemplate::deserialize(t).ok()).unwrap_or_default();
    let [names, images] = contents(&template);
    let wanted = spec.and_then(|s| s.get("replicas")).and_then(|r| r.as_i64()).unwrap_or(0);
    let selector = spec.and_then(|s| s.get("selector")).and_then(|s| crate::api::Selector::deserialize(s).ok()).unwrap_or_default();
    vec![
        o.metadata.name.to_string(),
        format!("{}/{wanted}", count(o, "readyReplicas")),
        count(o, "updatedReplicas"),
        count(o, "availableReplicas"),
        since(o.metadata.creation_timestamp, now),
        names,
        images,
        or_none(&selector_text::print(&selector)),
    ]
}

pub(super) fn revision(cr: &ControllerRevision, now: Time) -> Vec<String> {
    let owner = cr.metadata.controller().map(|o| {
        let kind = Kind::by_name(&o.kind).map_or_else(|| o.kind.to_lowercase(), Kind::singular);
        format!("{kind}/{}", o.name)
    });
    vec![
        cr.metadata.name.to_string(),
        owner.unwrap_or_else(|| "<none>".to_owned()),
        cr.revision.to_string(),
        since(cr.metadata.creation_timestamp, now),
    ]
}
