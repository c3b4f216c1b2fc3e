//! The API server: admission, identity, generations, optimistic concurrency, finalizers, graceful and forced deletion.
//! It never looks at machines, and waits for nobody.

use super::act::{DeleteOptions, Propagation, Request};
use super::agenda::Due;
use super::change::{Actor, ChangeId, Controller, What};
use super::latency::Latency;
use super::world::World;
use crate::api::meta::{Condition, Name, Truth, set_condition};
use crate::api::pod::PodStatus;
use crate::api::{Event, Key, Kind, Object, ObjectRef, Pod, Refusal, Span, Time, Uid, validate};
use std::ops::Deref;
use std::sync::Arc;

mod admission;
mod events;
mod eviction;
mod namespaces;
mod priority;
mod strategy;

pub use admission::{DefaultTolerations, POD_PROTECTION, namespace_labels};
pub use events::{Queue as ExpiryQueue, Said, expire};
pub use eviction::{covers, note_allowed};
pub use namespaces::{has_content_to_go, is_ending, set as set_namespace_field};
pub use priority::system_classes;

/// A client of the API server: whose writes these are. Reads go straight to the world.
pub struct Desk<'w> {
    world: &'w mut World,
    actor: Actor,
}

impl Deref for Desk<'_> {
    type Target = World;
    fn deref(&self) -> &World {
        self.world
    }
}

impl<'w> Desk<'w> {
    /// The desk of an actor.
    pub fn new(world: &'w mut World, actor: Actor) -> Desk<'w> {
        Desk { world, actor }
    }
    /// Who sits here.
    pub fn actor(&self) -> &Actor {
        &self.actor
    }
    /// The world, for what is no request to the API server.
    pub(super) fn world(&mut self) -> &mut World {
        self.world
    }

    /// Does what a request asks.
    pub fn request(&mut self, request: Request) -> Result<Option<Object>, Refusal> {
        match request {
            Request::Create(object) => self.create(object).map(Some),
            Request::Update(object) => self.update(object).map(Some),
            Request::UpdateStatus(object) => self.update_status(object).map(Some),
            Request::Delete(kind, key, options) => self.delete(kind, &key, &options),
            Request::Evict(key, options) => self.evict(&key, &options),
        }
    }

    /// Stores a new object after admission; a blank name with `generateName` gets a suffix, tried up to 8 times. Admission
    /// does not know that name yet.
    pub fn create(&mut self, object: impl Into<Object>) -> Result<Object, Refusal> {
        let mut object = object.into();
        if !object.meta().name.is_empty() && self.object(object.kind(), &object.key()).is_some() {
            return Err(Refusal::already_exists(object.kind(), &object.meta().name));
        }
        admission::admit(self.world, &mut object)?;
        if object.meta().name.is_empty() {
            self.name(&mut object)?;
        }
        Ok(self.make(object))
    }

    /// Stores a new event, whose name nobody else can have.
    fn make_event(&mut self, event: Event) -> Result<Arc<Event>, Refusal> {
        let mut object = event.into();
        admission::admit(self.world, &mut object)?;
        Ok(events::event(&self.make(object)))
    }

    fn make(&mut self, mut object: Object) -> Object {
        let now = self.now.to_second();
        let uid = self.world.chance.uid();
        let kind = object.kind();
        let meta = object.meta_mut();
        meta.uid = uid;
        meta.creation_timestamp = Some(now);
        meta.deletion_timestamp = None;
        meta.deletion_grace_period_seconds = None;
        meta.generation = i64::from(kind.info().generation);
        self.commit(None, object)
    }

    /// Stores spec and metadata of an object that exists; the status is left alone. An unchanged object is not written.
    pub fn update(&mut self, object: impl Into<Object>) -> Result<Object, Refusal> {
        let mut object = object.into();
        let before = self.current(&object)?;
        admission::keep_identity(&before, &mut object)?;
        admission::admit_update(self.world, &before, &mut object)?;
        admission::copy_status(&before, &mut object);
        if admission::spec_changed(&before, &object) && before.kind().info().generation {
            object.meta_mut().generation = before.meta().generation + 1;
        }
        self.store_or_finish(before, object)
    }

    /// Stores the status of an object that exists; everything else is left alone. An unchanged object is not written, and
    /// counts that cannot be are refused.
    pub fn update_status(&mut self, object: impl Into<Object>) -> Result<Object, Refusal> {
        let object = object.into();
        let before = self.current(&object)?;
        let errors = validate::status(&before, &object);
        if !errors.is_empty() {
            return Err(Refusal::invalid(object.kind(), &object.meta().name, errors));
        }
        let mut after = before.clone();
        admission::copy_status(&object, &mut after);
        if object.kind() == Kind::Deployment {
            // Its controller notes the revision with the status.
            after.meta_mut().annotations = object.meta().annotations.clone();
        }
        self.store_or_finish(before, after)
    }

    /// Stores the status of a pod as it stands in the record; what [`Desk::update_status`] does, for those who report most.
    pub fn post_pod_status(&mut self, pod: &Arc<Pod>, status: PodStatus) {
        let after = Pod { metadata: pod.metadata.clone(), spec: pod.spec.clone(), status };
        // A refusal means that the record has forgotten the pod: there is nothing to tell any more.
        let _ = self.store_or_finish(Object::Pod(pod.clone()), after.into());
    }

    /// Binds a pod to a node: one write of spec and condition. Upstream: the binding subresource.
    pub fn bind(&mut self, key: &Key, node: &Name) -> Result<Object, Refusal> {
        let before = self.get::<Pod>(key).cloned().ok_or_else(|| Refusal::not_found(Kind::Pod, &key.name))?;
        if before.is_scheduled() {
            let why = format!("pod {} is already assigned to node {:?}", key.name, before.spec.node_name);
            return Err(Refusal::conflict(Kind::Pod, &key.name, &why));
        }
        if before.metadata.is_terminating() {
            let why = format!("pod {} is being deleted, cannot be assigned to a host", key.name);
            return Err(Refusal::conflict(Kind::Pod, &key.name, &why));
        }
        let mut after = (*before).clone();
        Arc::make_mut(&mut after.spec).node_name = node.clone();
        let scheduled = Condition {
            kind: "PodScheduled".into(),
            status: Truth::True,
            last_transition_time: Some(self.now.to_second()),
            observed_generation: before.metadata.generation,
            ..Condition::default()
        };
        set_condition(&mut after.status.conditions, scheduled);
        after.status.nominated_node_name = Name::default();
        Ok(self.commit(Some(Object::Pod(before)), after.into()))
    }

    /// Deletes an object, gracefully where its kind knows grace, after its finalizers where it has any. Answers the
    /// object where it stays for now.
    pub fn delete(&mut self, kind: Kind, key: &Key, options: &DeleteOptions) -> Result<Option<Object>, Refusal> {
        let before = self.object(kind, key).cloned().ok_or_else(|| Refusal::not_found(kind, &key.name))?;
        if let Some(uid) = options.uid.filter(|uid| *uid != before.meta().uid) {
            let why = format!(
                "the UID in the precondition ({uid}) does not match the UID in record ({}). The object might have been deleted and then recreated",
                before.meta().uid
            );
            return Err(Refusal { message: why.clone(), ..Refusal::conflict(kind, &key.name, &why) });
        }
        namespaces::admit_delete(&before)?;
        let held = namespaces::has_content_to_go(&before);
        let mut after = before.clone();
        propagate(options.propagation, &mut after);
        let grace = grace(&before, options);
        let now = self.now;
        let was_terminating = before.meta().is_terminating();
        let had_grace = before.meta().deletion_grace_period_seconds.is_some_and(|left| left > 0);
        let shortens = match before.meta().deletion_grace_period_seconds {
            Some(left) if was_terminating => options.grace.is_some_and(|_| grace.unwrap_or(0) < left),
            _ => true,
        };
        if shortens && (held || grace.is_some() || !after.meta().finalizers.is_empty()) {
            namespaces::end(&mut after);
            mark(&mut after, now, grace.unwrap_or(0));
        }
        let stays = held || grace.is_some_and(|g| g > 0) || !after.meta().finalizers.is_empty();
        let marked = if after == before { before } else { self.commit(Some(before), after) };
        if stays || (was_terminating && !shortens && marked.meta().deletion_grace_period_seconds != Some(0)) {
            return Ok(Some(marked));
        }
        if !had_grace && is_seen(&marked) && !self.waits_for_the_end_of(&marked) {
            self.remove_soon(&marked);
        } else {
            self.erase(marked);
        }
        Ok(None)
    }

    /// A pod that gets no grace is marked by one write and removed by the next, a few milliseconds later: its managers see it
    /// terminating. Upstream: Store.Delete, whose second write follows updateForGracefulDeletionAndFinalizers.
    /// Simplified: one that they have seen terminating, or that has none and does not run, is removed in the same instant.
    fn remove_soon(&mut self, marked: &Object) {
        let at = self.now + self.latency(Latency::ControllerSync) + self.latency(Latency::Request);
        self.world.schedule(at, Due::Remove(marked.key(), marked.meta().uid));
    }

    /// True for a set that deletes one of its own pods: its sync goes on when the request is answered, after both writes.
    fn waits_for_the_end_of(&self, pod: &Object) -> bool {
        let Actor::Controller(who) = &self.actor else { return false };
        let manager = pod.meta().controller().map(|owner| &*owner.kind);
        matches!((who, manager), (Controller::StatefulSet, Some("StatefulSet")) | (Controller::ReplicaSet, Some("ReplicaSet")))
    }

    /// The second write of a delete without grace.
    pub(super) fn remove(&mut self, key: &Key, uid: Uid) {
        let due = |pod: &&Object| pod.meta().uid == uid && pod.meta().finalizers.is_empty();
        if let Some(pod) = self.object(Kind::Pod, key).filter(due).cloned() {
            self.erase(pod);
        }
    }

    /// Writes an event about an object, counting up an identical one.
    pub fn event(&mut self, about: ObjectRef, warning: bool, reason: &str, message: impl Into<Name>) {
        events::record(self, about, warning, reason, message.into());
    }

    fn name(&mut self, object: &mut Object) -> Result<(), Refusal> {
        let kind = object.kind();
        let base = object.meta().generate_name.clone();
        let base = &base[..base.len().min(58)];
        for _ in 0..8 {
            object.meta_mut().name = format!("{base}{}", self.world.chance.suffix()).into();
            if self.object(kind, &object.key()).is_none() {
                return Ok(());
            }
        }
        let refusal = Refusal::already_exists(kind, &object.meta().name);
        let message = format!("{}, the server was not able to generate a unique name for the object", refusal.message);
        Err(Refusal { message, ..refusal })
    }

    fn current(&self, object: &Object) -> Result<Object, Refusal> {
        let (kind, meta) = (object.kind(), object.meta());
        let before = self.object(kind, &meta.key()).cloned().ok_or_else(|| Refusal::not_found(kind, &meta.name))?;
        if !meta.uid.is_nil() && meta.uid != before.meta().uid {
            let why = format!("Precondition failed: UID in precondition: {}, UID in object meta: {}", meta.uid, before.meta().uid);
            return Err(Refusal::conflict(kind, &meta.name, &why));
        }
        if meta.resource_version.0 != 0 && meta.resource_version != before.meta().resource_version {
            let why = "the object has been modified; please apply your changes to the latest version and try again";
            return Err(Refusal::conflict(kind, &meta.name, why));
        }
        Ok(before)
    }

    fn store_or_finish(&mut self, before: Object, mut after: Object) -> Result<Object, Refusal> {
        after.meta_mut().resource_version = before.meta().resource_version;
        if after == before {
            return Ok(before);
        }
        let meta = after.meta();
        let due = meta.is_terminating() && meta.finalizers.is_empty() && meta.deletion_grace_period_seconds.unwrap_or(0) == 0;
        if due && !namespaces::has_content_to_go(&after) {
            self.erase(before.clone());
            return Ok(after);
        }
        Ok(self.commit(Some(before), after))
    }

    fn commit(&mut self, before: Option<Object>, mut after: Object) -> Object {
        after.meta_mut().resource_version = self.world.store.next_revision();
        self.world.store.put(after.clone());
        if let Object::Event(event) = &after {
            events::written(self.world, event);
        }
        self.note(before, Some(after.clone()));
        after
    }

    fn erase(&mut self, last: Object) {
        self.world.store.next_revision();
        self.world.store.take(last.kind(), &last.key());
        self.world.waits.remove(&(last.kind(), last.key()));
        self.world.memory.events.remove(&last.meta().uid);
        self.note(Some(last), None);
    }

    fn note(&mut self, before: Option<Object>, after: Option<Object>) -> ChangeId {
        let cause = self.world.cause;
        let what = What::Written { before: before.clone(), after: after.clone() };
        let id = self.world.changes.push(self.world.now, self.actor.clone(), cause, what);
        self.world.cause = Some(id);
        super::routes::written(self.world, before.as_ref(), after.as_ref());
        self.world.cause = cause;
        id
    }
}

/// Seconds of grace that a delete gives; `None` for kinds that know no grace. Upstream: podStrategy.CheckGracefulDelete.
fn grace(object: &Object, options: &DeleteOptions) -> Option<i64> {
    let Object::Pod(pod) = object else { return None };
    let asked = options.grace.unwrap_or(pod.spec.termination_grace_period_seconds);
    let asked = if asked < 0 { 1 } else { asked };
    Some(if !pod.is_scheduled() || pod.status.phase.is_terminal() { 0 } else { asked })
}

/// True for a pod that somebody manages, or that runs.
fn is_seen(object: &Object) -> bool {
    let runs = |pod: &Pod| pod.is_scheduled() && !pod.status.phase.is_terminal();
    matches!(object, Object::Pod(pod) if pod.metadata.controller().is_some() || runs(pod))
}

fn mark(object: &mut Object, now: Time, grace: i64) {
    let counts = object.kind().info().generation;
    let meta = object.meta_mut();
    let (until, grace) = match meta.deletion_timestamp.zip(meta.deletion_grace_period_seconds) {
        Some((until, left)) => shortened(until, left - grace, grace, now),
        None => {
            meta.generation += i64::from(counts);
            (now + Span::secs(grace), grace)
        }
    };
    meta.deletion_timestamp = Some(until.to_second());
    meta.deletion_grace_period_seconds = Some(grace);
}

/// A deadline that comes so many seconds earlier, and the grace that is said: it counts from the first delete. Where it has
/// passed, the least grace is left of any. Upstream: rest.BeforeDelete.
fn shortened(until: Time, by: i64, grace: i64, now: Time) -> (Time, i64) {
    let earlier = until + Span::secs(-by);
    if earlier < now { (now, grace.min(1)) } else { (earlier, grace) }
}

fn propagate(propagation: Propagation, object: &mut Object) {
    let finalizer = match propagation {
        Propagation::Background => return,
        Propagation::Foreground => "foregroundDeletion",
        Propagation::Orphan => "orphan",
    };
    let finalizers = &mut object.meta_mut().finalizers;
    if !finalizers.iter().any(|f| &**f == finalizer) {
        finalizers.push(finalizer.into());
    }
}

/// The event that an event write stores, for tests and describe: all about one object.
pub fn events_about<'w>(world: &'w World, kind: Kind, key: &'w Key) -> impl Iterator<Item = &'w Arc<Event>> {
    world.list::<Event>().filter(move |e| {
        let about = &e.involved_object;
        &*about.kind == kind.name() && about.name == key.name && about.namespace == key.namespace
    })
}

#[cfg(test)]
mod tests;
