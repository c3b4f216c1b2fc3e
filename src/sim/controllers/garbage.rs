//! Garbage collection by owner: background, foreground, orphan. Upstream: pkg/controller/garbagecollector.

use super::super::act::{DeleteOptions, Propagation};
use super::super::apiserver::Desk;
use super::super::change::Controller;
use super::super::latency::Latency;
use super::super::world::World;
use crate::api::{Key, Kind, Meta, Object, OwnerRef, Span, Uid};

const FOREGROUND: &str = "foregroundDeletion";
const ORPHAN: &str = "orphan";

/// From the delete of an owner's first pod to those of the others: a request, as long as a controller needs to see it.
const PAUSE: Span = Span::millis(6);

/// Hears of a write: the end of an owner concerns its dependants, the wish for one concerns the owner itself.
pub fn notice(world: &mut World, before: Option<&Object>, after: Option<&Object>) {
    let delay = world.latency(Latency::Garbage);
    match (before, after) {
        (Some(gone), None) => {
            let orphaned: Vec<(Kind, Key)> = world.store().dependants(gone.meta().uid).map(|(kind, key)| (kind, key.clone())).collect();
            for (kind, key) in orphaned {
                world.enqueue(Controller::GarbageCollector, kind, &key, delay);
            }
            notify_owners(world, gone);
        }
        (_, Some(object)) if awaits_collector(object.meta()) => {
            world.enqueue(Controller::GarbageCollector, object.kind(), &object.key(), delay);
        }
        (before, Some(object)) if owners(before) != object.meta().owner_references => {
            let (kind, key) = (object.kind(), object.key());
            if object.meta().owner_references.iter().any(|owner| is_absent(world, &key, owner)) {
                world.enqueue(Controller::GarbageCollector, kind, &key, delay);
            }
        }
        _ => {}
    }
}

fn owners(object: Option<&Object>) -> &[OwnerRef] {
    object.map_or(&[], |o| &o.meta().owner_references)
}

/// Owners in the middle of a foreground deletion wait for their dependants to go: for the last of their pods, which their
/// manager counts first.
///
/// What knows no grace is gone while the collector still works on its owner, which looks again at once: before a
/// StatefulSet has missed its revision and made it anew.
fn notify_owners(world: &mut World, gone: &Object) {
    let delay = if gone.kind() == Kind::Pod { world.latency(Latency::Garbage) } else { Span(1) };
    for owner in &gone.meta().owner_references {
        let Some(kind) = Kind::by_name(&owner.kind) else { continue };
        let key = owner_key(kind, &gone.key(), owner);
        let counts = |key: &Key| world.object(Kind::Pod, key).is_some_and(|o| blocks(o, owner.uid));
        let is_last = gone.kind() != Kind::Pod || !world.store().dependants_of(owner.uid, Kind::Pod).any(counts);
        if is_last && world.object(kind, &key).is_some_and(|o| awaits_collector(o.meta())) {
            world.enqueue(Controller::GarbageCollector, kind, &key, delay);
        }
    }
}

fn blocks(dependant: &Object, owner: Uid) -> bool {
    dependant.meta().owner_references.iter().any(|r| r.uid == owner && r.block_owner_deletion)
}

fn awaits_collector(meta: &Meta) -> bool {
    meta.is_terminating() && meta.finalizers.iter().any(|f| matches!(&**f, FOREGROUND | ORPHAN))
}

fn owner_key(kind: Kind, dependant: &Key, owner: &OwnerRef) -> Key {
    let namespace = if kind.info().namespaced { dependant.namespace.clone() } else { Default::default() };
    Key::new(namespace, owner.name.clone())
}

fn owner_object<'w>(world: &'w World, dependant: &Key, owner: &OwnerRef) -> Option<&'w Object> {
    let kind = Kind::by_name(&owner.kind)?;
    world.object(kind, &owner_key(kind, dependant, owner)).filter(|o| o.meta().uid == owner.uid)
}

/// True where an owner is looked for and not found; one of a kind that nobody serves cannot be looked for, and keeps what it
/// owns. Upstream: attemptToDeleteItem, which fails on it again and again.
fn is_absent(world: &World, dependant: &Key, owner: &OwnerRef) -> bool {
    let group = owner.api_version.split_once('/').map_or("", |(group, _)| group);
    // Kubernetes' own groups have such names; there are none of the kinds that are not here.
    let is_served = !group.contains('.') || group.ends_with(".k8s.io");
    is_served && owner_object(world, dependant, owner).is_none()
}

/// Looks at an object: as an owner that waits for its dependants, or as a dependant that has lost its owners.
pub fn sync(desk: &mut Desk, kind: Kind, key: &Key) {
    let Some(object) = desk.object(kind, key).cloned() else { return };
    if awaits_collector(object.meta()) {
        return finish_owner(desk, &object);
    }
    let owners = &object.meta().owner_references;
    if owners.is_empty() || object.meta().is_terminating() {
        return;
    }
    let waiting = |owner: &OwnerRef| owner_object(desk, key, owner).is_some_and(|o| waits_for_dependants(o.meta()));
    let solid = |owner: &OwnerRef| !is_absent(desk, key, owner) && !waiting(owner);
    match (owners.iter().any(solid), owners.iter().any(waiting)) {
        (true, _) => drop_absent(desk, &object),
        (false, is_awaited) => collect(desk, &object, is_awaited),
    }
}

fn waits_for_dependants(meta: &Meta) -> bool {
    meta.is_terminating() && meta.finalizers.iter().any(|f| &**f == FOREGROUND)
}

/// Deletes what has no owner to keep it: in the foreground where an owner waits for it and it has dependants itself.
/// Upstream: attemptToDeleteItem.
fn collect(desk: &mut Desk, object: &Object, is_awaited: bool) {
    let uid = object.meta().uid;
    let is_owner = desk.store().dependants(uid).next().is_some();
    let propagation = if is_awaited && is_owner { Propagation::Foreground } else { Propagation::Background };
    let options = DeleteOptions { uid: Some(uid), propagation, ..DeleteOptions::default() };
    // A refusal means that it has gone meanwhile.
    let _ = desk.delete(object.kind(), &object.key(), &options);
}

/// Drops references to owners that are gone from an object that still has one.
fn drop_absent(desk: &mut Desk, object: &Object) {
    let key = object.key();
    let gone: Vec<Uid> = object.meta().owner_references.iter().filter(|o| is_absent(desk, &key, o)).map(|o| o.uid).collect();
    strip(desk, object, &gone);
}

fn strip(desk: &mut Desk, object: &Object, owners: &[Uid]) {
    if owners.is_empty() {
        return;
    }
    let mut freed = object.clone();
    freed.meta_mut().owner_references.retain(|o| !owners.contains(&o.uid));
    // A refusal means that it changed meanwhile and will be looked at again.
    let _ = desk.update(freed);
}

/// An owner that is to go after its dependants, or without them.
fn finish_owner(desk: &mut Desk, owner: &Object) {
    let mut dependants: Vec<Object> =
        desk.store().dependants(owner.meta().uid).filter_map(|(kind, key)| desk.object(kind, key)).cloned().collect();
    // Revisions first, then pods by name, as the recordings have it more often than not.
    dependants.sort_by_key(|o| o.kind() == Kind::Pod);
    match owner.meta().finalizers.iter().any(|f| &**f == ORPHAN) {
        true => orphan(desk, owner, &dependants),
        false => finish_dependants(desk, owner, &dependants),
    }
}

/// Frees the dependants, then lets the owner go. A ReplicaSet has long counted nothing by then, and says so; a StatefulSet
/// is gone before it does, as recorded.
fn orphan(desk: &mut Desk, owner: &Object, dependants: &[Object]) {
    dependants.iter().for_each(|o| strip(desk, o, &[owner.meta().uid]));
    if dependants.is_empty() || owner.kind() == Kind::StatefulSet {
        return drop_finalizer(desk, owner, ORPHAN);
    }
    let delay = desk.latency(Latency::Garbage);
    desk.world().enqueue(Controller::GarbageCollector, owner.kind(), &owner.key(), delay);
}

/// Deletes what the owner waits for: one pod, and a moment later all others, so that their manager sees first that one go and
/// then the others together, as recorded.
fn finish_dependants(desk: &mut Desk, owner: &Object, dependants: &[Object]) {
    let uid = owner.meta().uid;
    if !dependants.iter().any(|o| blocks(o, uid)) {
        return drop_finalizer(desk, owner, FOREGROUND);
    }
    let (going, staying): (Vec<&Object>, Vec<&Object>) = dependants.iter().partition(|o| o.meta().is_terminating());
    let mut pause = if going.is_empty() { Span(0) } else { PAUSE };
    for dependant in staying {
        let others = dependant.meta().owner_references.iter().any(|r| r.uid != uid && !is_absent(desk, &dependant.key(), r));
        match others {
            true => strip(desk, dependant, &[uid]),
            false if dependant.kind() != Kind::Pod => collect(desk, dependant, true),
            false => {
                desk.world().enqueue(Controller::GarbageCollector, Kind::Pod, &dependant.key(), pause);
                pause = PAUSE;
            }
        }
    }
}

fn drop_finalizer(desk: &mut Desk, owner: &Object, finalizer: &str) {
    let Some(mut after) = desk.object(owner.kind(), &owner.key()).filter(|o| o.meta().uid == owner.meta().uid).cloned() else { return };
    after.meta_mut().finalizers.retain(|f| &**f != finalizer);
    // A refusal means that it changed meanwhile and will be looked at again.
    let _ = desk.update(after);
}

#[cfg(test)]
mod tests;
