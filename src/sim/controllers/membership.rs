//! Whose pods are whose: adoption and release, common to sets. Upstream: pkg/controller/controller_ref_manager.go.

use super::super::apiserver::Desk;
use super::super::world::World;
use crate::api::object::owner_ref;
use crate::api::{Kind, Meta, Pod, Selector};
use std::sync::Arc;

/// Those of a set's pods that stay its own, and those that it adopts, by name. `owned` are the pods to look at, by name;
/// `fits` says which pods may be its besides matching the selector (a StatefulSet also looks at the name).
pub fn claim(
    desk: &mut Desk,
    kind: Kind,
    set: &Meta,
    selector: &Selector,
    owned: Vec<Arc<Pod>>,
    fits: impl Fn(&Pod) -> bool,
) -> Vec<Arc<Pod>> {
    let (mut mine, mut adopted) = (Vec::new(), false);
    let orphans = orphans(desk, set);
    for pod in owned.into_iter().chain(orphans) {
        let matches = selector.matches(&pod.metadata.labels) && fits(&pod);
        match pod.metadata.controller().map(|owner| owner.uid) {
            Some(uid) if uid == set.uid && matches => mine.push(pod),
            Some(uid) if uid == set.uid => release(desk, set, &pod),
            Some(_) => {}
            None if matches && !set.is_terminating() && !pod.metadata.is_terminating() => {
                mine.extend(adopt(desk, kind, set, &pod));
                adopted = true;
            }
            None => {}
        }
    }
    // The index is in order of names; only what was adopted comes after it.
    if adopted {
        mine.sort_by(|a, b| a.metadata.name.cmp(&b.metadata.name));
    }
    mine
}

fn orphans(world: &World, set: &Meta) -> Vec<Arc<Pod>> {
    let keys = world.store().orphan_pods().filter(|key| key.namespace == set.namespace);
    keys.filter_map(|key| world.get::<Pod>(key)).cloned().collect()
}

fn release(desk: &mut Desk, set: &Meta, pod: &Arc<Pod>) {
    if set.is_terminating() {
        return;
    }
    let mut freed = (**pod).clone();
    freed.metadata.owner_references.retain(|owner| owner.uid != set.uid);
    // A refusal means that the pod changed meanwhile: its change brings the set back into the queue.
    let _ = desk.update(freed);
}

fn adopt(desk: &mut Desk, kind: Kind, set: &Meta, pod: &Arc<Pod>) -> Option<Arc<Pod>> {
    let mut taken = (**pod).clone();
    taken.metadata.owner_references.push(owner_ref(kind, set));
    desk.update(taken).ok()?;
    desk.get::<Pod>(&pod.metadata.key()).cloned()
}
