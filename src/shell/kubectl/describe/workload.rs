//! Sets, described.

use super::{labels, or_none, pairs, pod, time};
use crate::api::pod::Phase;
use crate::api::storage::PersistentVolumeClaim;
use crate::api::table::Describe;
use crate::api::workload::{ReplicaSet, StatefulSet, StrategyType};
use crate::api::{Condition, Pod, Uid, selector_text};
use crate::sim::World;

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
    conditions(page, &set.status.conditions);
}

/// Conditions of a set, with their reasons.
pub fn conditions(page: &mut Describe, conditions: &[Condition]) {
    if conditions.is_empty() {
        return;
    }
    page.line(0, "Conditions:").line(1, "Type\tStatus\tReason").line(1, "----\t------\t------");
    conditions.iter().for_each(|c| _ = page.line(1, &format!("{} \t{}\t{}", c.kind, c.status.text(), c.reason)));
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
