//! From old templates to the new one: side by side within bounds, or one after the other. Upstream: deployment/rolling.go
//! and recreate.go.

use super::sets::{self, Family};
use super::{Done, Round, progress, scaling};
use crate::api::{Kind, Pod, Refusal, ReplicaSet};
use std::sync::Arc;

/// One step of a rolling update: the new set up, else old ones down, else it is over.
pub fn roll(round: &mut Round) -> Done {
    let family = sets::family(round, true)?;
    if !(grow(round, &family)? || shrink(round, &family)?) && progress::is_complete(&round.deployment, &round.deployment.status) {
        sets::clean_up(round, &family.old);
    }
    progress::write(round, &family)
}

/// True where the new set has got another size. Upstream: reconcileNewReplicaSet.
fn grow(round: &mut Round, family: &Family) -> Result<bool, Refusal> {
    let Some(new) = &family.new else { return Ok(false) };
    let (size, wanted) = (new.spec.replicas, round.deployment.spec.replicas);
    let target = if size > wanted { wanted } else { scaling::room_for_new(&round.deployment, size, family.wanted()) };
    round.size(new, target)?;
    Ok(size != target)
}

/// True where old sets have got smaller: by pods that are not available first, then by as many as can be spared.
/// Upstream: reconcileOldReplicaSets.
fn shrink(round: &mut Round, family: &Family) -> Result<bool, Refusal> {
    let mut old: Vec<Arc<ReplicaSet>> = family.old.iter().filter(|set| set.spec.replicas > 0).cloned().collect();
    if old.is_empty() {
        return Ok(false);
    }
    let floor = round.deployment.spec.replicas - round.deployment.max_unavailable();
    let unready_new = family.new.as_ref().map_or(0, |new| new.spec.replicas - new.status.available_replicas);
    let spare = family.wanted() - floor - unready_new;
    if spare <= 0 {
        return Ok(false);
    }
    let unhealthy = take(round, &mut old, spare, |set| set.spec.replicas - set.status.available_replicas)?;
    let Some(unhealthy) = unhealthy else { return Ok(false) };
    let available: i32 = family.all().map(|set| set.status.available_replicas).sum();
    let healthy = take(round, &mut old, available - floor, |set| set.spec.replicas)?;
    Ok(unhealthy + healthy.unwrap_or(0) > 0)
}

/// Takes up to `most` pods from sets, oldest first, from each as many as `offer` says; how many were taken. None where one
/// offers fewer than none: it still counts pods that it no longer wants, and what it counts is not to be built on. Upstream:
/// cleanupUnhealthyReplicas, which fails there, and scaleDownOldReplicaSetsForRollingUpdate.
fn take(round: &mut Round, sets: &mut [Arc<ReplicaSet>], most: i32, offer: fn(&ReplicaSet) -> i32) -> Result<Option<i32>, Refusal> {
    let mut taken = 0;
    for set in sets {
        let part = match most - taken {
            ..=0 => return Ok(Some(taken)),
            left => offer(set).min(left),
        };
        if part < 0 {
            return Ok(None);
        }
        *set = round.size(set, set.spec.replicas - part)?;
        taken += part;
    }
    Ok(Some(taken))
}

/// One step of a recreation: old sets down, until no old pod runs; then the new set up.
pub fn recreate(round: &mut Round) -> Done {
    let mut family = sets::family(round, false)?;
    let active: Vec<Arc<ReplicaSet>> = family.old.iter().filter(|set| set.spec.replicas > 0).cloned().collect();
    for set in &active {
        round.size(set, 0)?;
    }
    if !active.is_empty() || old_pods_run(round, &family) {
        return progress::write(round, &family);
    }
    if family.new.is_none() {
        family = sets::family(round, true)?;
    }
    if let Some(new) = &family.new {
        round.size(new, round.deployment.spec.replicas)?;
    }
    if progress::is_complete(&round.deployment, &round.deployment.status) {
        sets::clean_up(round, &family.old);
    }
    progress::write(round, &family)
}

/// True while an old set has a pod that has not ended, going or not. Upstream: oldPodsRunning.
fn old_pods_run(round: &Round, family: &Family) -> bool {
    family.old.iter().any(|set| {
        let pods = round.desk.store().dependants_of(set.metadata.uid, Kind::Pod).filter_map(|key| round.desk.get::<Pod>(key));
        set.status.replicas > 0 || pods.into_iter().any(|pod| !pod.status.phase.is_terminal())
    })
}
