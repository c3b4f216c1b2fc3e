//! What makes a moment: a change that a picture would show, and among those the ones that matter.

use crate::api::meta::condition;
use crate::api::{Condition, Kind, Object, Time, Truth};
use crate::sim::{Change, Physical, What, World};
use std::sync::Arc;

/// A kept moment: the world just after something changed.
#[derive(Clone, Debug)]
pub struct Moment {
    /// When.
    pub at: Time,
    /// True where a picture would show the difference to the moment before.
    pub visible: bool,
    /// True where hands made it: it cannot be reached by letting time pass.
    pub by_hand: bool,
    /// The world; `None` where it was thinned out and is reached from an earlier moment.
    pub world: Option<Arc<World>>,
}

/// True where something that a picture shows has happened since the change of that number.
pub fn visible_since(world: &World, change: u64) -> bool {
    world.changes().since(change).any(|change| is_visible(change))
}

/// True where something that matters has happened since the change of that number.
pub fn matters_since(world: &World, change: u64) -> bool {
    world.changes().since(change).any(|change| matters(change))
}

/// True unless it is only a sign of life.
fn is_visible(change: &Change) -> bool {
    match &change.what {
        What::Written { before: Some(Object::Node(before)), after: Some(Object::Node(after)) } => {
            let signs = |c: &Condition| (c.kind.clone(), c.status, c.reason.clone());
            before.spec != after.spec
                || before.metadata.labels != after.metadata.labels
                || before.metadata.deletion_timestamp != after.metadata.deletion_timestamp
                || !before.status.conditions.iter().map(signs).eq(after.status.conditions.iter().map(signs))
        }
        What::Written { before, after } => before.as_ref().or(after.as_ref()).is_none_or(|o| o.kind() != Kind::Lease),
        What::Physical(_) | What::Rule { .. } => true,
    }
}

/// True for what one waits for: a pod, set, node, claim or volume that comes, goes or changes its state, a process that
/// starts or stops, a rule that breaks.
fn matters(change: &Change) -> bool {
    match &change.what {
        What::Written { before, after } => state(before.as_ref()) != state(after.as_ref()),
        What::Physical(physical) => matters_physically(physical),
        What::Rule { .. } => true,
    }
}

fn matters_physically(physical: &Physical) -> bool {
    match physical {
        Physical::Started(..) | Physical::Stopped(..) | Physical::Attached(..) | Physical::Detached(..) | Physical::Scrubbed(_) => true,
        Physical::CableCut(_) | Physical::CableJoined(_) | Physical::PowerLost(_) | Physical::PowerBack(_) => true,
        Physical::Stopping(..) | Physical::Tampered(..) | Physical::Wrote(..) | Physical::Answered(..) | Physical::Unanswered(..) => false,
        Physical::Recalled(..) | Physical::TrafficBegan(..) | Physical::TrafficEnded(_) => false,
    }
}

/// The state of an object in a few words; `None` for kinds whose state is not waited for.
fn state(object: Option<&Object>) -> Option<String> {
    let ready = |conditions: &[Condition]| condition(conditions, "Ready").map_or(Truth::Unknown, |c| c.status);
    match object? {
        Object::Pod(pod) => {
            let reason = pod.status.container_statuses.iter().filter_map(|c| c.state.waiting.as_ref()).map(|w| &*w.reason);
            let reasons: Vec<&str> = reason.collect();
            let going = pod.metadata.is_terminating();
            Some(format!("{:?} {going} {:?} {reasons:?}", pod.status.phase, ready(&pod.status.conditions)))
        }
        Object::ReplicaSet(set) => Some(format!("{} {}", set.spec.replicas, set.status.ready_replicas)),
        Object::StatefulSet(set) => {
            let rolls = set.status.current_revision == set.status.update_revision;
            Some(format!("{} {} {rolls}", set.spec.replicas, set.status.ready_replicas))
        }
        Object::Node(node) => Some(format!("{:?} {:?}", ready(&node.status.conditions), node.spec.taints)),
        Object::PersistentVolumeClaim(claim) => Some(format!("{:?} {}", claim.status.phase, claim.metadata.is_terminating())),
        Object::PersistentVolume(volume) => Some(format!("{:?}", volume.status.phase)),
        _ => None,
    }
}
