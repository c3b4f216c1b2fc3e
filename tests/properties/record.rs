//! Rules for any object: identity, versions, deletion. Upstream: staging/src/k8s.io/apiserver/pkg/registry.

use super::book::{Book, Broken, broken};
use podyard::api::{Meta, Name, Object, Pod, Time};
use podyard::sim::{Actor, Change};

/// What is wrong with a write, whoever wrote whatever.
pub fn judge(book: &Book, change: &Change, before: Option<&Object>, after: Option<&Object>) -> Option<Broken> {
    let known = before.or(after).and_then(|o| book.object(o.kind(), &o.key()));
    if known != before {
        let name = before.or(after).map(|o| format!("{} {}", o.kind().name(), o.key()));
        return broken("a write follows the one before", name.unwrap_or_default());
    }
    match (before, after) {
        (None, Some(new)) => birth(book, new.meta()),
        (Some(old), Some(new)) => update(book, change.at, old, new),
        (Some(old), None) => end(&change.actor, old.meta()),
        (None, None) => broken("a write writes something", ""),
    }
}

fn birth(book: &Book, new: &Meta) -> Option<Broken> {
    if new.uid.is_nil() || book.born.contains(&new.uid) {
        return broken("each object has an identity of its own", &*new.name);
    }
    if new.resource_version.0 <= book.revision {
        return broken("each write raises the revision", format!("{} is made at {:?}", new.name, new.resource_version));
    }
    new.is_terminating().then(|| broken("nothing is born dying", &*new.name)).flatten()
}

fn update(book: &Book, now: Time, old: &Object, new: &Object) -> Option<Broken> {
    let (was, is) = (old.meta(), new.meta());
    let about = |words: &str| format!("{} {}: {words}", new.kind().name(), is.name);
    if was.uid != is.uid || was.name != is.name || was.creation_timestamp != is.creation_timestamp {
        return broken("an update keeps the identity", about("another one"));
    }
    if is.resource_version.0 <= book.revision {
        return broken("each write raises the revision", about(&format!("{:?} after {}", is.resource_version, book.revision)));
    }
    if !(was.generation..=was.generation + 1).contains(&is.generation) {
        return broken("generations count up by one", about(&format!("{} after {}", is.generation, was.generation)));
    }
    if was.deletion_timestamp.is_some_and(|at| is.deletion_timestamp.is_none_or(|later| later > at && later > now)) {
        return broken("what is being deleted stays so and no longer", about("its deadline moved"));
    }
    // The API server itself adds these where somebody deletes once more and wants it done another way.
    let by_delete = |f: &Name| matches!(&**f, "orphan" | "foregroundDeletion");
    let added = is.finalizers.iter().find(|f| was.is_terminating() && !was.finalizers.contains(f) && !by_delete(f));
    if let Some(added) = added {
        return broken("nobody may hold back what is being deleted", about(added));
    }
    match (old, new) {
        (Object::Pod(old), Object::Pod(new)) => pod(old, new),
        _ => None,
    }
}

/// The controller that takes the last finalizer away removes the object.
fn end(actor: &Actor, old: &Meta) -> Option<Broken> {
    let may = old.finalizers.len() <= usize::from(matches!(actor, Actor::Controller(_) | Actor::Sidecar(_)));
    if may { None } else { broken("a finalizer holds an object back", format!("{} had {:?}", old.name, old.finalizers)) }
}

/// Upstream: pkg/registry/core/pod/strategy.go, pkg/kubelet/status.
fn pod(old: &Pod, new: &Pod) -> Option<Broken> {
    let name = &*new.metadata.name;
    if old.is_scheduled() && old.spec.node_name != new.spec.node_name {
        return broken("a pod is bound once", format!("{name} moves to {}", new.spec.node_name));
    }
    if old.status.phase.is_terminal() && old.status.phase != new.status.phase {
        return broken("a pod that has ended stays so", format!("{name} is {} again", new.status.phase.text()));
    }
    let fewer = |c: &&podyard::api::pod::ContainerStatus| {
        new.status.container_statuses.iter().any(|n| n.name == c.name && n.restart_count < c.restart_count)
    };
    let fewer = old.status.container_statuses.iter().find(fewer);
    fewer.and_then(|c| broken("restarts count up", format!("{name}/{}", c.name)))
}
