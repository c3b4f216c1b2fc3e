//! What just differed between the two kinds of set: the pod that each made last in the place of one that was lost.

use super::Family;
use crate::api::{Kind, Object, Pod};
use crate::sim::{Change, What, World};
use std::sync::Arc;

/// How far back it looks.
const LOOK_BACK: u64 = 3000;

/// In whose place a set made its last pod, and what the new one has of the old.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Replaced {
    /// Whose.
    pub family: Family,
    /// In a few words.
    pub words: String,
    /// In fewer.
    pub fewer: String,
    /// In two.
    pub short: &'static str,
}

/// The last replacement of each kind of set: those of ReplicaSets first.
pub fn replaced(world: &World) -> Vec<Replaced> {
    [Kind::ReplicaSet, Kind::StatefulSet].into_iter().filter_map(|kind| last(world, kind)).collect()
}

fn last(world: &World, kind: Kind) -> Option<Replaced> {
    let from = world.changes().next().saturating_sub(LOOK_BACK);
    let mut changes = world.changes().since(from).rev();
    let new = changes.find_map(|change| match pods(change) {
        (None, Some(pod)) => owned(pod, kind).then(|| pod.clone()),
        _ => None,
    })?;
    let owner = new.metadata.controller()?.uid;
    let same_place = |pod: &Pod| kind == Kind::ReplicaSet || pod.metadata.name == new.metadata.name;
    let old = changes.find_map(|change| match pods(change) {
        (Some(pod), None) => goes(pod, owner).then(|| pod.clone()),
        (Some(before), Some(after)) if after.metadata.is_terminating() && !before.metadata.is_terminating() => {
            goes(after, owner).then(|| after.clone())
        }
        _ => None,
    });
    let old = old.filter(|old| same_place(old))?;
    Some(compare(world, kind, &old, &new))
}

fn pods(change: &Change) -> (Option<&Arc<Pod>>, Option<&Arc<Pod>>) {
    let pod = |object: &'_ Option<Object>| matches!(object, Some(Object::Pod(_)));
    match &change.what {
        What::Written { before, after } if pod(before) || pod(after) => (as_pod(before), as_pod(after)),
        What::Written { .. } | What::Physical(_) | What::Rule { .. } => (None, None),
    }
}

fn as_pod(object: &Option<Object>) -> Option<&Arc<Pod>> {
    match object {
        Some(Object::Pod(pod)) => Some(pod),
        _ => None,
    }
}

fn owned(pod: &Pod, kind: Kind) -> bool {
    pod.metadata.controller().is_some_and(|owner| *owner.kind == *kind.name())
}

fn goes(pod: &Pod, owner: crate::api::Uid) -> bool {
    pod.metadata.controller().is_some_and(|o| o.uid == owner)
}

fn compare(world: &World, kind: Kind, old: &Pod, new: &Pod) -> Replaced {
    let now = world.get::<Pod>(&new.metadata.key()).filter(|p| p.metadata.uid == new.metadata.uid);
    let address = match now.map(|p| &p.status.pod_ip).filter(|ip| !ip.is_empty()) {
        Some(ip) if *ip == old.status.pod_ip => "same IP",
        Some(_) => "new IP",
        None => "no IP yet",
    };
    let has_claim = new.claims().next().is_some();
    let (family, name, claim, short) = match kind {
        Kind::StatefulSet => (Family::Each, "same name", ", same claim", "same name"),
        _ => (Family::Alike, "new name", ", shared claim", "new name"),
    };
    let claim = if has_claim { claim } else { "" };
    let fewer = format!("{name}, {address}{claim}");
    Replaced { family, words: format!("{}: {fewer}", new.metadata.name), fewer, short }
}
