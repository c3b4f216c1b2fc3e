//! Sets, deployments and revisions in tables.

use super::or_none;
use crate::api::age::since;
use crate::api::deployment::Deployment;
use crate::api::int_or_string::IntOrString;
use crate::api::object::Kind;
use crate::api::pod::{Container, PodTemplate};
use crate::api::policy::PodDisruptionBudget;
use crate::api::selector_text;
use crate::api::workload::{ControllerRevision, ReplicaSet, StatefulSet};
use crate::api::{DaemonSet, Time};

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

pub(super) fn deployment(o: &Deployment, now: Time) -> Vec<String> {
    let [names, images] = contents(&o.spec.template);
    vec![
        o.metadata.name.to_string(),
        format!("{}/{}", o.status.ready_replicas, o.spec.replicas),
        o.status.updated_replicas.to_string(),
        o.status.available_replicas.to_string(),
        since(o.metadata.creation_timestamp, now),
        names,
        images,
        or_none(&selector_text::print(&o.spec.selector)),
    ]
}

pub(super) fn daemon_set(o: &DaemonSet, now: Time) -> Vec<String> {
    let [names, images] = contents(&o.spec.template);
    let status = &o.status;
    let counts = [
        status.desired_number_scheduled,
        status.current_number_scheduled,
        status.number_ready,
        status.updated_number_scheduled,
        status.number_available,
    ];
    let nodes = or_none(&o.spec.template.spec.node_selector.to_string());
    let end = [nodes, since(o.metadata.creation_timestamp, now), names, images, or_none(&selector_text::print(&o.spec.selector))];
    std::iter::once(o.metadata.name.to_string()).chain(counts.map(|n| n.to_string())).chain(end).collect()
}

pub(super) fn budget(o: &PodDisruptionBudget, now: Time) -> Vec<String> {
    let amount = |amount: &Option<IntOrString>| amount.as_ref().map_or_else(|| "N/A".to_owned(), ToString::to_string);
    vec![
        o.metadata.name.to_string(),
        amount(&o.spec.min_available),
        amount(&o.spec.max_unavailable),
        o.status.disruptions_allowed.to_string(),
        since(o.metadata.creation_timestamp, now),
    ]
}

pub(super) fn revision(cr: &ControllerRevision, now: Time) -> Vec<String> {
    let owner = cr.metadata.controller().map(|o| {
        let kind = Kind::by_name(&o.kind).map_or_else(|| o.kind.as_str().to_lowercase(), Kind::singular);
        format!("{kind}/{}", o.name)
    });
    vec![
        cr.metadata.name.to_string(),
        owner.unwrap_or_else(|| "<none>".to_owned()),
        cr.revision.to_string(),
        since(cr.metadata.creation_timestamp, now),
    ]
}
