//! Following `replicas`: all to the only active ReplicaSet, or to each its share. Upstream: deployment/sync.go.

use super::sets::Family;
use super::{Done, Round};
use crate::api::deployment::{DESIRED, DeploymentStrategyType, MOST, number};
use crate::api::{Deployment, ReplicaSet};
use std::sync::Arc;

/// To what the new set, now of a size, may grow while all sets together want so many. Upstream: NewRSNewReplicas.
pub fn room_for_new(deployment: &Deployment, size: i32, together: i32) -> i32 {
    let wanted = deployment.spec.replicas;
    match deployment.spec.strategy.kind {
        DeploymentStrategyType::Recreate => wanted,
        DeploymentStrategyType::RollingUpdate => {
            let room = wanted + deployment.max_surge() - together;
            if room <= 0 { size } else { size + room.min(wanted - size) }
        }
    }
}

/// Gives the sets the sizes that follow from `replicas` alone.
pub fn scale(round: &mut Round, family: &Family) -> Done {
    let wanted = round.deployment.spec.replicas;
    if let Some(only) = active_or_latest(family) {
        return round.size(&only, wanted).map(|_| ());
    }
    if family.new.as_ref().is_some_and(|new| is_saturated(&round.deployment, new)) {
        for old in family.old.iter().filter(|set| set.spec.replicas > 0) {
            round.size(old, 0)?;
        }
        return Ok(());
    }
    if round.deployment.spec.strategy.kind == DeploymentStrategyType::RollingUpdate {
        return share(round, family);
    }
    Ok(())
}

/// The only set that wants pods, or the newest where none does. Upstream: FindActiveOrLatest.
fn active_or_latest(family: &Family) -> Option<Arc<ReplicaSet>> {
    let active: Vec<&Arc<ReplicaSet>> = family.active().collect();
    match active[..] {
        [] => family.new.as_ref().or_else(|| family.old.iter().max_by_key(|set| set.metadata.created())).cloned(),
        [only] => Some(only.clone()),
        _ => None,
    }
}

/// True where a set has all the pods that the deployment wants, available. Upstream: IsSaturated.
fn is_saturated(deployment: &Deployment, set: &ReplicaSet) -> bool {
    let wanted = deployment.spec.replicas;
    let sized_for = number(&set.metadata, DESIRED);
    set.spec.replicas == wanted && sized_for == Some(wanted) && set.status.available_replicas == wanted
}

/// To each its share of what is to be added or taken, the largest first, and the remainder to the largest.
fn share(round: &mut Round, family: &Family) -> Done {
    let deployment = round.deployment.clone();
    let mut sets: Vec<Arc<ReplicaSet>> = family.active().cloned().collect();
    let allowed = if deployment.spec.replicas > 0 { deployment.spec.replicas + deployment.max_surge() } else { 0 };
    let to_add = allowed - family.wanted();
    // Of equal sizes the newer grows first, and the older shrinks first.
    sets.sort_by(|a, b| {
        let by_age = a.metadata.created().cmp(&b.metadata.created());
        b.spec.replicas.cmp(&a.spec.replicas).then(if to_add > 0 { by_age.reverse() } else { by_age })
    });
    let mut added = 0;
    let mut sizes: Vec<i32> = Vec::new();
    for set in &sets {
        let part = proportion(&deployment, set, to_add, added);
        added += part;
        sizes.push(set.spec.replicas + part);
    }
    if let Some(largest) = sizes.first_mut() {
        *largest = (*largest + to_add - added).max(0);
    }
    for (set, size) in sets.iter().zip(sizes) {
        round.resize_set(set, size)?;
    }
    Ok(())
}

/// Upstream: GetReplicaSetProportion, with getReplicaSetFraction.
fn proportion(deployment: &Deployment, set: &ReplicaSet, to_add: i32, added: i32) -> i32 {
    if to_add == 0 || to_add == added {
        return 0;
    }
    let fraction = fraction(deployment, set);
    if to_add > 0 { fraction.min(to_add - added) } else { fraction.max(to_add - added) }
}

fn fraction(deployment: &Deployment, set: &ReplicaSet) -> i32 {
    let size = set.spec.replicas;
    if deployment.spec.replicas == 0 {
        return -size;
    }
    let most = i64::from(deployment.spec.replicas + deployment.max_surge());
    let before = i64::from(number(&set.metadata, MOST).filter(|n| *n > 0).unwrap_or(deployment.status.replicas));
    if before == 0 {
        return 0;
    }
    let rounded = (2 * i64::from(size) * most + before).div_euclid(2 * before);
    i32::try_from(rounded).unwrap_or(i32::MAX) - size
}
