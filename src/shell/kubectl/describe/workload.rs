//! Sets, described.

use super::{labels, or_none, pairs, pod, time};
use crate::api::deployment::{Deployment, same_template};
use crate::api::pod::Phase;
use crate::api::storage::PersistentVolumeClaim;
use crate::api::table::Describe;
use crate::api::workload::{ReplicaSet, StatefulSet, StrategyType};
use crate::api::{DaemonSet, Kind, Name, Pod, PodDisruptionBudget, Uid, selector_text};
use crate::sim::World;
use std::sync::Arc;

pub fn stateful_set(world: &World, page: &mut Describe, set: &StatefulSet) {
    let (meta, spec) = (&set.metadata, &set.spec);
    page.field(0, "Name", &meta.name).field(0, "Namespace", &meta.namespace);
    page.field(0, "CreationTimestamp", &time(meta.creation_timestamp));
    page.field(0, "Selector", &selector_text::print(&spec.selector));
    labels(page, meta);
    page.field(0, "Replicas", &format!("{} desired | {} total", spec.replicas, set.status.replicas));
    let strategy = &spec.update_strategy;
    page.field(
        0,
        "Update Strategy",
        match strategy.kind {
            StrategyType::RollingUpdate => "RollingUpdate",
            StrategyType::OnDelete => "OnDelete",
        },
    );
    if let Some(rolling) = &strategy.rolling_update {
        page.field(1, "Partition", &rolling.partition.to_string());
    }
    pods_status(world, page, meta.uid);
    pod::template(page, &spec.template);
    claims(page, &spec.volume_claim_templates);
}

fn claims(page: &mut Describe, templates: &[PersistentVolumeClaim]) {
    if templates.is_empty() {
        page.field(0, "Volume Claims", "<none>");
        return;
    }
    page.line(0, "Volume Claims:");
    for claim in templates {
        page.field(1, "Name", &claim.metadata.name).field(1, "StorageClass", claim.class());
        pairs(page, 1, "Labels", &claim.metadata.labels, "=");
        pairs(page, 1, "Annotations", &claim.metadata.annotations, "=");
        page.field(1, "Capacity", &claim.request().to_string());
        let modes: Vec<String> = claim.spec.access_modes.iter().map(|m| format!("{m:?}")).collect();
        page.field(1, "Access Modes", &format!("[{}]", modes.join(" ")));
    }
}

pub fn replica_set(world: &World, page: &mut Describe, set: &ReplicaSet) {
    let (meta, spec) = (&set.metadata, &set.spec);
    page.field(0, "Name", &meta.name).field(0, "Namespace", &meta.namespace);
    page.field(0, "Selector", or_none(&selector_text::print(&spec.selector)));
    labels(page, meta);
    if let Some(owner) = meta.controller() {
        page.field(0, "Controlled By", &format!("{}/{}", owner.kind, owner.name));
    }
    page.field(0, "Replicas", &format!("{} current / {} desired", set.status.replicas, spec.replicas));
    pods_status(world, page, meta.uid);
    pod::template(page, &spec.template);
    conditions(page, set.status.conditions.iter().map(|c| (&c.kind, c.status.text(), &c.reason)));
}

pub fn daemon_set(world: &World, page: &mut Describe, set: &DaemonSet) {
    let (meta, spec, status) = (&set.metadata, &set.spec, &set.status);
    page.field(0, "Name", &meta.name).field(0, "Namespace", &meta.namespace);
    page.field(0, "Selector", &selector_text::print(&spec.selector));
    page.field(0, "Node-Selector", or_none(&spec.template.spec.node_selector.to_string()));
    labels(page, meta);
    for (words, n) in [
        ("Desired Number of Nodes Scheduled", status.desired_number_scheduled),
        ("Current Number of Nodes Scheduled", status.current_number_scheduled),
        ("Number of Nodes Scheduled with Up-to-date Pods", status.updated_number_scheduled),
        ("Number of Nodes Scheduled with Available Pods", status.number_available),
        ("Number of Nodes Misscheduled", status.number_misscheduled),
    ] {
        page.line(0, &format!("{words}: {n}"));
    }
    pods_status(world, page, meta.uid);
    pod::template(page, &spec.template);
}

/// Type, status and reason of each condition of a set.
fn conditions<'s>(page: &mut Describe, conditions: impl ExactSizeIterator<Item = (&'s Name, &'s str, &'s Name)>) {
    if conditions.len() == 0 {
        return;
    }
    page.line(0, "Conditions:").line(1, "Type\tStatus\tReason").line(1, "----\t------\t------");
    conditions.for_each(|(kind, status, reason)| _ = page.line(1, &format!("{kind} \t{status}\t{reason}")));
}

pub fn deployment(world: &World, page: &mut Describe, deployment: &Deployment) {
    let (meta, spec, status) = (&deployment.metadata, &deployment.spec, &deployment.status);
    page.field(0, "Name", &meta.name).field(0, "Namespace", &meta.namespace);
    page.field(0, "CreationTimestamp", &time(meta.creation_timestamp));
    labels(page, meta);
    page.field(0, "Selector", &selector_text::print(&spec.selector));
    let counts = format!(
        "{} desired | {} updated | {} total | {} available | {} unavailable",
        spec.replicas, status.updated_replicas, status.replicas, status.available_replicas, status.unavailable_replicas
    );
    page.field(0, "Replicas", &counts).field(0, "StrategyType", spec.strategy.kind.text());
    page.field(0, "MinReadySeconds", &spec.min_ready_seconds.to_string());
    if let Some(rolling) = &spec.strategy.rolling_update {
        let bounds = format!("{} max unavailable, {} max surge", rolling.max_unavailable, rolling.max_surge);
        page.field(0, "RollingUpdateStrategy", &bounds);
    }
    pod::template(page, &spec.template);
    conditions(page, status.conditions.iter().map(|c| (&c.kind, c.status.text(), &c.reason)));
    sets(world, page, deployment);
}

/// The ReplicaSets of old templates, and that of the present one.
fn sets(world: &World, page: &mut Describe, deployment: &Deployment) {
    let owned = world.store().dependants_of(deployment.metadata.uid, Kind::ReplicaSet);
    let mut all: Vec<&Arc<ReplicaSet>> = owned.filter_map(|key| world.get::<ReplicaSet>(key)).collect();
    all.sort_by_key(|set| set.metadata.created());
    let present = all.iter().position(|set| same_template(&set.spec.template, &deployment.spec.template)).map(|i| all.remove(i));
    let text = |set: &Arc<ReplicaSet>| format!("{} ({}/{} replicas created)", set.metadata.name, set.status.replicas, set.spec.replicas);
    let old: Vec<String> = all.into_iter().map(text).collect();
    page.field(0, "OldReplicaSets", or_none(&old.join(", ")));
    page.field(0, "NewReplicaSet", or_none(&present.map(text).unwrap_or_default()));
}

pub fn budget(page: &mut Describe, budget: &PodDisruptionBudget) {
    let (meta, spec, status) = (&budget.metadata, &budget.spec, &budget.status);
    page.field(0, "Name", &meta.name).field(0, "Namespace", &meta.namespace);
    match (&spec.min_available, &spec.max_unavailable) {
        (Some(least), _) => _ = page.field(0, "Min available", &least.to_string()),
        (None, Some(most)) => _ = page.field(0, "Max unavailable", &most.to_string()),
        (None, None) => {}
    }
    page.field(0, "Selector", &spec.selector.as_ref().map_or_else(|| "<unset>".to_owned(), selector_text::print));
    page.line(0, "Status:");
    for (label, n) in [
        ("Allowed disruptions", status.disruptions_allowed),
        ("Current", status.current_healthy),
        ("Desired", status.desired_healthy),
        ("Total", status.expected_pods),
    ] {
        page.field(2, label, &n.to_string());
    }
}

fn pods_status(world: &World, page: &mut Describe, owner: Uid) {
    let count = |phase: Phase| world.list::<Pod>().filter(|p| p.metadata.is_controlled_by(owner) && p.status.phase == phase).count();
    let text = format!(
        "{} Running / {} Waiting / {} Succeeded / {} Failed",
        count(Phase::Running),
        count(Phase::Pending),
        count(Phase::Succeeded),
        count(Phase::Failed)
    );
    page.field(0, "Pods Status", &text);
}
