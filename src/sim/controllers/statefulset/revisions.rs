//! The templates that a StatefulSet has had. Upstream: pkg/controller/history.

use super::super::super::apiserver::Desk;
use super::super::super::chance::safe_encode;
use super::super::super::world::World;
use super::identity;
use crate::api::object::owner_ref;
use crate::api::pod::PodTemplate;
use crate::api::workload::ControllerRevision;
use crate::api::{Kind, Meta, Name, Pod, StatefulSet, Uid};
use imbl::OrdMap;
use serde_json::{Value, json};
use std::sync::Arc;

/// Where a set stands in its history.
pub struct Revisions {
    /// The revision that pods are at.
    pub current: Arc<ControllerRevision>,
    /// The template of that revision.
    pub current_template: Arc<PodTemplate>,
    /// The revision that pods are to be at.
    pub update: Arc<ControllerRevision>,
    /// How often a name was taken by another template.
    pub collisions: i32,
}

/// Which revision a set's present template is, by the set's uid: templates are shared between copies of a set, so that the
/// same pointer means the same template, and nothing need be compared.
#[derive(Clone, Debug, Default)]
pub struct Templates(OrdMap<Uid, (Arc<PodTemplate>, Name)>);

/// All revisions of a set, oldest first.
pub fn history(world: &World, set: &StatefulSet) -> Vec<Arc<ControllerRevision>> {
    let mut all: Vec<Arc<ControllerRevision>> = world.store().owned(set.metadata.uid).cloned().collect();
    all.sort_by(|a, b| {
        let order = |r: &ControllerRevision| (r.revision, r.metadata.created());
        order(a).cmp(&order(b)).then_with(|| a.metadata.name.cmp(&b.metadata.name))
    });
    all
}

/// Finds or makes the revision of the present template, and finds the current one.
pub fn settle(desk: &mut Desk, set: &StatefulSet) -> Revisions {
    let history = history(desk, set);
    let mut collisions = set.status.collision_count.unwrap_or(0);
    let update = match known(desk, set, &history) {
        Some(newest) => newest,
        None => find_or_make(desk, set, &history, &mut collisions),
    };
    let current = history.iter().find(|r| r.metadata.name == set.status.current_revision).cloned().unwrap_or_else(|| update.clone());
    let current_template = if current.metadata.uid == update.metadata.uid { set.spec.template.clone() } else { template(&current) };
    Revisions { current, current_template, update, collisions }
}

/// The newest revision, where it is known to be of the present template.
fn known(desk: &Desk, set: &StatefulSet, history: &[Arc<ControllerRevision>]) -> Option<Arc<ControllerRevision>> {
    let (template, name) = desk.memory.templates.0.get(&set.metadata.uid)?;
    let newest = history.last().filter(|r| r.metadata.name == *name)?;
    Arc::ptr_eq(template, &set.spec.template).then(|| newest.clone())
}

fn find_or_make(desk: &mut Desk, set: &StatefulSet, history: &[Arc<ControllerRevision>], collisions: &mut i32) -> Arc<ControllerRevision> {
    let data = data(&set.spec.template);
    let next = history.last().map_or(0, |r| r.revision) + 1;
    let found = match history.iter().rposition(|r| *r.data == data) {
        Some(i) if i + 1 == history.len() => history[i].clone(),
        Some(i) => raise(desk, &history[i], next),
        None => make(desk, set, data, next, collisions),
    };
    let entry = (set.spec.template.clone(), found.metadata.name.clone());
    desk.world().memory.templates.0.insert(set.metadata.uid, entry);
    found
}

/// The raw patch that restores a template.
pub fn data(template: &PodTemplate) -> Value {
    let mut value = serde_json::to_value(template).unwrap_or_default();
    value["$patch"] = "replace".into();
    json!({"spec": {"template": value}})
}

/// The template that a revision keeps.
pub fn template(revision: &ControllerRevision) -> Arc<PodTemplate> {
    let mut value = revision.data.pointer("/spec/template").cloned().unwrap_or_default();
    value.as_object_mut().map(|map| map.remove("$patch"));
    Arc::new(serde_json::from_value(value).unwrap_or_default())
}

/// Takes over revisions that nobody manages and that match the set's selector.
pub fn adopt_orphans(desk: &mut Desk, set: &StatefulSet) {
    if set.metadata.is_terminating() {
        return;
    }
    let orphans: Vec<Arc<ControllerRevision>> = desk
        .list::<ControllerRevision>()
        .filter(|r| r.metadata.namespace == set.metadata.namespace && r.metadata.controller().is_none())
        .filter(|r| set.spec.selector.matches(&r.metadata.labels))
        .cloned()
        .collect();
    for orphan in orphans {
        let mut taken = (*orphan).clone();
        taken.metadata.owner_references.push(owner_ref(Kind::StatefulSet, &set.metadata));
        // A refusal means that it changed meanwhile: the next round looks again.
        let _ = desk.update(taken);
    }
}

/// A template that was had before becomes the newest again: its number is raised, no object is made.
fn raise(desk: &mut Desk, old: &Arc<ControllerRevision>, revision: i64) -> Arc<ControllerRevision> {
    let raised = ControllerRevision { revision, ..(**old).clone() };
    // A refusal means that it is gone: the old one still names the template.
    let _ = desk.update(raised);
    desk.get::<ControllerRevision>(&old.metadata.key()).cloned().unwrap_or_else(|| old.clone())
}

fn make(desk: &mut Desk, set: &StatefulSet, data: Value, revision: i64, collisions: &mut i32) -> Arc<ControllerRevision> {
    let data = Arc::new(data);
    loop {
        let hash = hash(&data, *collisions);
        let stem = &set.metadata.name[..set.metadata.name.len().min(223)];
        let mut labels = set.spec.template.metadata.labels.clone();
        labels.insert("controller.kubernetes.io/hash", hash.as_str());
        let metadata = Meta {
            labels,
            annotations: set.metadata.annotations.clone(),
            owner_references: vec![owner_ref(Kind::StatefulSet, &set.metadata)],
            ..Meta::named(set.metadata.namespace.clone(), format!("{stem}-{hash}"))
        };
        let fresh = ControllerRevision { metadata, data: data.clone(), revision };
        let key = fresh.metadata.key();
        match desk.create(fresh.clone()) {
            Ok(_) => return desk.get::<ControllerRevision>(&key).cloned().unwrap_or_else(|| Arc::new(fresh)),
            Err(_) => match desk.get::<ControllerRevision>(&key) {
                Some(taken) if taken.data == data => return taken.clone(),
                Some(_) => *collisions += 1,
                None => return Arc::new(fresh),
            },
        }
    }
}

/// FNV-1 over the data as Go writes it and the collision count, in letters that no word can be made of. Upstream:
/// HashControllerRevision.
fn hash(data: &Value, collisions: i32) -> String {
    let (text, count) = (as_go_writes(data), collisions.to_string());
    safe_encode(text.bytes().chain(count.bytes()).fold(0x811c_9dc5_u32, |h, b| h.wrapping_mul(0x0100_0193) ^ u32::from(b)))
}

/// JSON with keys in order, without spaces, and with what HTML has a use for written as its number.
fn as_go_writes(data: &Value) -> String {
    const ESCAPED: [(char, &str); 5] =
        [('<', "\\u003c"), ('>', "\\u003e"), ('&', "\\u0026"), ('\u{2028}', "\\u2028"), ('\u{2029}', "\\u2029")];
    ESCAPED.iter().fold(data.to_string(), |text, (letter, number)| text.replace(*letter, number))
}

/// Deletes revisions that no pod is at, beyond the limit, oldest first.
pub fn truncate(desk: &mut Desk, set: &StatefulSet, revisions: &Revisions) {
    let history = history(desk, set);
    let limit = usize::try_from(set.spec.revision_history_limit).unwrap_or(usize::MAX);
    if history.len() <= limit || set.metadata.is_terminating() {
        return;
    }
    let live: Vec<Name> = desk.store().owned::<Pod>(set.metadata.uid).filter_map(|pod| identity::revision_of(pod).cloned()).collect();
    let is_live = |r: &ControllerRevision| {
        let name = &r.metadata.name;
        *name == revisions.current.metadata.name || *name == revisions.update.metadata.name || live.contains(name)
    };
    let dead: Vec<_> = history.iter().filter(|r| !is_live(r)).collect();
    for revision in dead.iter().take(dead.len().saturating_sub(limit)) {
        // A refusal means that it is gone already.
        let _ = desk.delete(Kind::ControllerRevision, &revision.metadata.key(), &Default::default());
    }
}
