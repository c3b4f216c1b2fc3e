//! Whom a ReplicaSet would delete next, and by which rule. Upstream: ActivePodsWithRanks in
//! pkg/controller/controller_utils.go.

use crate::api::{Key, Kind, Phase, Pod, ReplicaSet};
use crate::sim::World;
use crate::sim::controllers::replicaset::victims;
use std::sync::Arc;

/// The pod that one replica fewer would cost, and the rule that chooses it; `None` where there is nothing to choose.
pub fn next_victim(world: &World, key: &Key) -> Option<(Key, String)> {
    let set = world.get::<ReplicaSet>(key)?;
    let keys = world.store().dependants_of(set.metadata.uid, Kind::Pod);
    let active: Vec<Arc<Pod>> = keys.filter_map(|key| world.get::<Pod>(key)).filter(|p| p.is_active()).cloned().collect();
    if active.len() < 2 {
        return None;
    }
    let first = victims(world, set, &active, 1).into_iter().next()?;
    let others: Vec<&Arc<Pod>> = active.iter().filter(|p| p.metadata.uid != first.metadata.uid).collect();
    Some((first.metadata.key(), rule(&first, &others)))
}

/// The first rule by which it differs from all or some of the others.
fn rule(first: &Pod, others: &[&Arc<Pod>]) -> String {
    let cost =
        |p: &Pod| p.metadata.annotations.get("controller.kubernetes.io/pod-deletion-cost").and_then(|c| c.parse::<i64>().ok()).unwrap_or(0);
    let on = |node: &str| others.iter().filter(|p| &*p.spec.node_name == node).count();
    let restarts = |p: &Pod| p.status.container_statuses.iter().map(|c| c.restart_count).max().unwrap_or(0);
    let some = |test: &dyn Fn(&Pod) -> bool| others.iter().any(|p| test(p));
    match () {
        () if !first.is_scheduled() && some(&Pod::is_scheduled) => "it has no node yet".to_owned(),
        () if first.status.phase == Phase::Pending && some(&|p| p.status.phase != Phase::Pending) => "it does not run yet".to_owned(),
        () if !first.is_ready() && some(&Pod::is_ready) => "it is not ready".to_owned(),
        () if some(&|p| cost(p) > cost(first)) => format!("its deletion cost {} is the lowest", cost(first)),
        () if some(&|p| on(&p.spec.node_name) < on(&first.spec.node_name) + 1) => {
            format!("{} has most of the set's pods", first.spec.node_name)
        }
        () if some(&|p| p.ready_since() < first.ready_since()) => "it has been ready for the shortest time".to_owned(),
        () if some(&|p| restarts(p) < restarts(first)) => "it was restarted most often".to_owned(),
        () if some(&|p| p.metadata.created() < first.metadata.created()) => "it is the youngest".to_owned(),
        () => "all are alike, and one must be the first".to_owned(),
    }
}
