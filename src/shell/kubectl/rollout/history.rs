//! The templates that a set has had. Upstream: polymorphichelpers/history.go and rollback.go.

use crate::api::object::{Kind, Object};
use crate::api::workload::ControllerRevision;
use crate::api::{Meta, ReplicaSet, Uid, deployment, patch};
use crate::sim::World;
use serde_json::{Value, json};
use std::sync::Arc;

/// A template that a set has had.
pub struct Revision {
    /// Its position in the history.
    pub number: i64,
    /// What was noted as the reason; `<none>` where nothing was.
    pub cause: String,
    source: Source,
}

/// Where a template is kept.
enum Source {
    Patch(Arc<ControllerRevision>),
    Set(Arc<ReplicaSet>),
}

/// A set's revisions, oldest first.
pub fn revisions(world: &World, object: &Object) -> Vec<Revision> {
    let owned = world.store().dependants(object.meta().uid);
    let of = |(kind, key): (Kind, &crate::api::Key)| match (object.kind(), kind) {
        (Kind::StatefulSet | Kind::DaemonSet, Kind::ControllerRevision) => world.get::<ControllerRevision>(key).cloned().map(from_patch),
        (Kind::Deployment, Kind::ReplicaSet) => world.get::<ReplicaSet>(key).cloned().and_then(|set| from_set(set, object.meta().uid)),
        _ => None,
    };
    let mut all: Vec<Revision> = owned.filter_map(of).collect();
    all.sort_by_key(|revision| revision.number);
    all
}

fn cause(meta: &Meta) -> String {
    meta.annotations.get("kubernetes.io/change-cause").map_or_else(|| "<none>".to_owned(), ToString::to_string)
}

fn from_patch(revision: Arc<ControllerRevision>) -> Revision {
    Revision { number: revision.revision, cause: cause(&revision.metadata), source: Source::Patch(revision) }
}

fn from_set(set: Arc<ReplicaSet>, owner: Uid) -> Option<Revision> {
    let number = deployment::number(&set.metadata, deployment::REVISION).filter(|_| set.metadata.is_controlled_by(owner))?;
    Some(Revision { number: number.into(), cause: cause(&set.metadata), source: Source::Set(set) })
}

impl Revision {
    /// The set with this template as it is kept: a ReplicaSet's still carries the hash.
    pub fn restored(&self, object: &Object) -> Value {
        let mut after = object.to_value();
        match &self.source {
            // A revision's data is a patch of our own making: it fits.
            Source::Patch(revision) => drop(patch::strategic(&mut after, &revision.data)),
            Source::Set(set) => after["spec"]["template"] = json!(set.spec.template),
        }
        after
    }
    /// True where it is the present template.
    pub fn is_present(&self, object: &Object) -> bool {
        match (&self.source, object) {
            (Source::Set(set), Object::Deployment(d)) => deployment::same_template(&set.spec.template, &d.spec.template),
            _ => Object::from_value(object.kind(), self.restored(object)).is_ok_and(|after| after == *object),
        }
    }
    /// The set as undo leaves it: a Deployment also gets back the annotations that its ReplicaSet kept.
    pub fn undone(&self, object: &Object) -> Value {
        let mut after = self.restored(object);
        if let Source::Set(set) = &self.source {
            after["spec"]["template"] = json!(deployment::without_hash(&set.spec.template));
            let theirs = deployment::shared(&set.metadata.annotations);
            let kept = object
                .meta()
                .annotations
                .iter()
                .filter(|(key, _)| deployment::shared(&object.meta().annotations).all(|(own, _)| own != *key));
            let annotations: crate::api::Labels = kept.chain(theirs).map(|(key, value)| (key.clone(), value.clone())).collect();
            after["metadata"]["annotations"] = json!(annotations);
        }
        after
    }
}
