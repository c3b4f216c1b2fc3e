//! The templates that a DaemonSet has had. Upstream: pkg/controller/daemon/update.go.

use super::super::super::apiserver::Desk;
use super::super::deployment::template_hash;
use super::super::statefulset::template_patch;
use crate::api::object::owner_ref;
use crate::api::workload::ControllerRevision;
use crate::api::{DaemonSet, Kind, Meta, Name, Pod, Reason, Refusal};
use serde_json::Value;
use std::sync::Arc;

/// Label that names the template that a pod was made from.
pub use crate::api::workload::REVISION_LABEL as HASH;

/// Where a set stands in its history.
pub struct Revisions {
    /// Names the present template.
    pub hash: Name,
    /// Of other templates.
    pub old: Vec<Arc<ControllerRevision>>,
}

/// True for a pod of the template of that name.
pub fn is_at(pod: &Pod, hash: &Name) -> bool {
    pod.metadata.labels.get(HASH) == Some(hash)
}

/// Finds or makes the revision of the present template, which has the greatest number. Upstream: constructHistory.
pub fn settle(desk: &mut Desk, set: &DaemonSet) -> Result<Revisions, Refusal> {
    let all: Vec<Arc<ControllerRevision>> = desk.store().owned(set.metadata.uid).cloned().collect();
    let data = template_patch(&set.spec.template);
    let (present, old): (Vec<_>, Vec<_>) = all.into_iter().partition(|revision| *revision.data == data);
    let next = old.iter().map(|revision| revision.revision).max().unwrap_or(0) + 1;
    let current = match present.into_iter().max_by_key(|revision| revision.revision) {
        Some(known) => raise(desk, known, next),
        None => snapshot(desk, set, data, next)?,
    };
    let hash = current.metadata.labels.get(HASH).cloned().unwrap_or_default();
    Ok(Revisions { hash, old })
}

/// A template that was had before becomes the newest again.
fn raise(desk: &mut Desk, known: Arc<ControllerRevision>, next: i64) -> Arc<ControllerRevision> {
    if known.revision < next {
        // Refused only where it has just gone, which brings the set back here.
        desk.update(ControllerRevision { revision: next, ..(*known).clone() }).ok();
    }
    known
}

fn snapshot(desk: &mut Desk, set: &DaemonSet, data: Value, revision: i64) -> Result<Arc<ControllerRevision>, Refusal> {
    let hash = template_hash(&set.spec.template, set.status.collision_count);
    let mut labels = set.spec.template.metadata.labels.clone();
    labels.insert(HASH, hash.as_str());
    let metadata = Meta {
        labels,
        annotations: set.metadata.annotations.clone(),
        owner_references: vec![owner_ref(Kind::DaemonSet, &set.metadata)],
        ..Meta::named(set.metadata.namespace.clone(), format!("{}-{hash}", set.metadata.name))
    };
    let fresh = ControllerRevision { metadata, data: Arc::new(data), revision };
    desk.create(fresh.clone()).map(|_| Arc::new(fresh)).map_err(|refusal| note_collision(desk, set, refusal))
}

/// The name is another template's: the next try hashes with a greater count.
fn note_collision(desk: &mut Desk, set: &DaemonSet, refusal: Refusal) -> Refusal {
    if refusal.reason == Reason::AlreadyExists {
        let mut told = set.clone();
        *told.status.collision_count.get_or_insert(0) += 1;
        // Refused only where the set has just gone or changed, which brings it back here.
        desk.update_status(told).ok();
    }
    refusal
}

/// Deletes revisions that no pod is at, beyond the limit, oldest first. Upstream: cleanupHistory.
pub fn clean_up(desk: &mut Desk, set: &DaemonSet, old: &[Arc<ControllerRevision>], pods: &[Arc<Pod>]) {
    let surplus = old.len().saturating_sub(usize::try_from(set.spec.revision_history_limit).unwrap_or(usize::MAX));
    let is_live = |revision: &ControllerRevision| {
        let hash = revision.metadata.labels.get(HASH);
        pods.iter().any(|pod| hash.is_some_and(|hash| is_at(pod, hash)))
    };
    let mut dead: Vec<&Arc<ControllerRevision>> = old.iter().filter(|revision| !is_live(revision)).collect();
    dead.sort_by_key(|revision| revision.revision);
    for revision in dead.into_iter().take(surplus) {
        // Refused only where it has gone already.
        desk.delete(Kind::ControllerRevision, &revision.metadata.key(), &Default::default()).ok();
    }
}
