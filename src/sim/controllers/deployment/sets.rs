//! A deployment's ReplicaSets: whose they are, which is of the present template, and its making.

use super::super::super::apiserver::{Desk, is_ending};
use super::super::super::chance::safe_encode;
use super::{Round, scaling};
use crate::api::deployment::{DESIRED, HASH, HISTORY, MOST, REVISION, number, same_template, shared};
use crate::api::object::{owner_ref, reference};
use crate::api::pod::{PodTemplate, for_hash};
use crate::api::workload::ReplicaSetSpec;
use crate::api::{Deployment, Kind, Meta, Reason, Refusal, ReplicaSet, Selector, Truth};
use std::sync::Arc;

/// The ReplicaSet of the present template, and the others.
pub struct Family {
    /// Absent where none has been made yet.
    pub new: Option<Arc<ReplicaSet>>,
    /// Oldest first.
    pub old: Vec<Arc<ReplicaSet>>,
}

impl Family {
    /// Old ones, then the new one.
    pub fn all(&self) -> impl Iterator<Item = &Arc<ReplicaSet>> {
        self.old.iter().chain(&self.new)
    }
    /// Those that want pods.
    pub fn active(&self) -> impl Iterator<Item = &Arc<ReplicaSet>> {
        self.all().filter(|set| set.spec.replicas > 0)
    }
    /// How many pods they want together.
    pub fn wanted(&self) -> i32 {
        self.all().map(|set| set.spec.replicas).sum()
    }
}

/// Its ReplicaSets after adoption and release, oldest first.
pub fn claim(desk: &mut Desk, deployment: &Deployment) -> Vec<Arc<ReplicaSet>> {
    let meta = &deployment.metadata;
    let near = |set: &&Arc<ReplicaSet>| set.metadata.namespace == meta.namespace;
    let ours = |set: &&Arc<ReplicaSet>| set.metadata.controller().is_none_or(|owner| owner.uid == meta.uid);
    let candidates: Vec<Arc<ReplicaSet>> = desk.list::<ReplicaSet>().filter(near).filter(ours).cloned().collect();
    let mut sets: Vec<Arc<ReplicaSet>> = candidates.into_iter().filter_map(|set| keep(desk, deployment, set)).collect();
    sets.sort_by(|a, b| a.metadata.created().cmp(&b.metadata.created()).then_with(|| a.metadata.name.cmp(&b.metadata.name)));
    sets
}

fn keep(desk: &mut Desk, deployment: &Deployment, set: Arc<ReplicaSet>) -> Option<Arc<ReplicaSet>> {
    let meta = &deployment.metadata;
    let matches = deployment.spec.selector.matches(&set.metadata.labels);
    let mut after = (*set).clone();
    match (set.metadata.controller().is_some(), matches) {
        (true, true) => return Some(set),
        _ if meta.is_terminating() || set.metadata.is_terminating() => return None,
        (true, false) => after.metadata.owner_references.retain(|owner| owner.uid != meta.uid),
        (false, true) => after.metadata.owner_references.push(owner_ref(Kind::Deployment, meta)),
        (false, false) => return None,
    }
    // A refusal means that it changed meanwhile: its change brings the deployment back into the queue.
    desk.update(after).ok().filter(|_| matches)?;
    // As it was read: another write of it in the same round is refused. Upstream: ClaimReplicaSets.
    Some(set)
}

/// Tells the set of the present template from the others, keeps its revision the greatest, and makes it where it is
/// missing and `make` says so. Upstream: getAllReplicaSetsAndSyncRevision.
pub fn family(round: &mut Round, make: bool) -> Result<Family, Refusal> {
    let template = round.deployment.spec.template.clone();
    let mut old = round.sets.clone();
    let known = old.iter().position(|set| same_template(&set.spec.template, &template)).map(|i| old.remove(i));
    let revision = old.iter().filter_map(|set| number(&set.metadata, REVISION)).max().unwrap_or(0) + 1;
    let new = match known {
        Some(set) => Some(settle(round, &set, revision)?),
        None if make => Some(create(round, &old, revision)?),
        None => None,
    };
    Ok(Family { new, old })
}

/// Upstream: SetNewReplicaSetAnnotations.
fn annotate(meta: &mut Meta, deployment: &Deployment, revision: i32) {
    shared(&deployment.metadata.annotations).for_each(|(key, value)| meta.annotations.insert(key.clone(), value.clone()));
    let before = number(meta, REVISION);
    if before.is_some_and(|before| before >= revision) {
        return;
    }
    meta.annotations.insert(REVISION, revision.to_string());
    if let Some(before) = before {
        let past = meta.annotations.get(HISTORY).filter(|past| !past.is_empty()).map(|past| format!("{past},{before}"));
        meta.annotations.insert(HISTORY, past.unwrap_or_else(|| before.to_string()));
    }
}

/// Notes for what a set was sized.
pub fn note_sizes(meta: &mut Meta, deployment: &Deployment) {
    let wanted = deployment.spec.replicas;
    for (key, n) in [(DESIRED, wanted), (MOST, wanted + deployment.max_surge())] {
        if number(meta, key) != Some(n) {
            meta.annotations.insert(key, n.to_string());
        }
    }
}

/// Brings the set of the present template up to date, or else the deployment's own notes of it.
fn settle(round: &mut Round, set: &Arc<ReplicaSet>, revision: i32) -> Result<Arc<ReplicaSet>, Refusal> {
    let mut after = (**set).clone();
    annotate(&mut after.metadata, &round.deployment, revision);
    after.spec.min_ready_seconds = round.deployment.spec.min_ready_seconds;
    if after != **set {
        let key = after.metadata.key();
        round.desk.update(after)?;
        return Ok(round.desk.get::<ReplicaSet>(&key).cloned().unwrap_or_else(|| set.clone()));
    }
    let mut news = note_revision(round, number(&set.metadata, REVISION).unwrap_or(revision));
    if round.deployment.has_progress_deadline() && round.deployment.status.condition("Progressing").is_none() {
        round.say_progress(Truth::True, "FoundNewReplicaSet", format!("Found new replica set {:?}", &*set.metadata.name));
        news = true;
    }
    if news {
        round.write()?;
    }
    Ok(set.clone())
}

/// True where the deployment did not know that it is at this revision.
fn note_revision(round: &mut Round, revision: i32) -> bool {
    let annotations = &mut round.deployment.metadata.annotations;
    let news = annotations.get(REVISION).is_none_or(|known| **known != *revision.to_string());
    if news {
        annotations.insert(REVISION, revision.to_string());
    }
    news
}

fn create(round: &mut Round, old: &[Arc<ReplicaSet>], revision: i32) -> Result<Arc<ReplicaSet>, Refusal> {
    let fresh = blueprint(&round.deployment, old, revision);
    let (name, key, size) = (fresh.metadata.name.clone(), fresh.metadata.key(), fresh.spec.replicas);
    let made = match round.desk.create(fresh) {
        Ok(_) => true,
        Err(refusal) if refusal.reason == Reason::AlreadyExists => {
            is_ours(round, &key).then_some(false).ok_or_else(|| collide(round, refusal))?
        }
        Err(refusal) if is_ending(&refusal) => return Err(refusal),
        Err(refusal) => return Err(fail(round, &name, refusal)),
    };
    if made && size > 0 {
        round.report(format!("Scaled up replica set {name} from 0 to {size}"));
    }
    let mut news = note_revision(round, revision);
    if made && round.deployment.has_progress_deadline() {
        round.say_progress(Truth::True, "NewReplicaSetCreated", format!("Created new replica set {:?}", &*name));
        news = true;
    }
    if news {
        round.write()?;
    }
    round.desk.get::<ReplicaSet>(&key).cloned().ok_or_else(|| Refusal::not_found(Kind::ReplicaSet, &name))
}

/// True where the namesake is the very set that was to be made.
fn is_ours(round: &Round, key: &crate::api::Key) -> bool {
    round.desk.get::<ReplicaSet>(key).is_some_and(|set| {
        set.metadata.is_controlled_by(round.deployment.metadata.uid) && same_template(&set.spec.template, &round.deployment.spec.template)
    })
}

/// The name is another template's: the next round hashes with a greater count.
fn collide(round: &mut Round, refusal: Refusal) -> Refusal {
    *round.deployment.status.collision_count.get_or_insert(0) += 1;
    round.write().err().unwrap_or(refusal)
}

fn fail(round: &mut Round, name: &str, refusal: Refusal) -> Refusal {
    let words = format!("Failed to create new replica set {name:?}: {}", refusal.message);
    round.desk.event(reference(Kind::Deployment, &round.deployment.metadata), true, "ReplicaSetCreateError", words.clone());
    if round.deployment.has_progress_deadline() {
        round.say_progress(Truth::False, "ReplicaSetCreateError", words);
        return round.write().err().unwrap_or(refusal);
    }
    refusal
}

fn blueprint(deployment: &Deployment, old: &[Arc<ReplicaSet>], revision: i32) -> ReplicaSet {
    let hash = hash(&deployment.spec.template, deployment.status.collision_count);
    let mut template = (*deployment.spec.template).clone();
    template.metadata.labels.insert(HASH, hash.as_str());
    let mut selector: Selector = deployment.spec.selector.clone();
    selector.match_labels.insert(HASH, hash.as_str());
    let mut metadata = Meta {
        labels: template.metadata.labels.clone(),
        owner_references: vec![owner_ref(Kind::Deployment, &deployment.metadata)],
        ..Meta::named(deployment.metadata.namespace.clone(), format!("{}-{hash}", deployment.metadata.name))
    };
    annotate(&mut metadata, deployment, revision);
    note_sizes(&mut metadata, deployment);
    let spec = ReplicaSetSpec {
        replicas: scaling::room_for_new(deployment, 0, old.iter().map(|set| set.spec.replicas).sum()),
        min_ready_seconds: deployment.spec.min_ready_seconds,
        selector,
        template: Arc::new(template),
        ..ReplicaSetSpec::default()
    };
    ReplicaSet { metadata, spec, status: Default::default() }
}

/// FNV-1a over Go's dump of the template and the collision count. Upstream: controller.ComputeHash.
/// Simplified: of a template that is not dumped our JSON is hashed: its hash differs from a real control plane's, and is as
/// stable.
pub fn hash(template: &PodTemplate, collisions: Option<i32>) -> String {
    let text = for_hash(template).or_else(|| serde_json::to_string(template).ok()).unwrap_or_default();
    let count = collisions.map(|n| i64::from(n).to_le_bytes());
    let bytes = text.bytes().chain(count.into_iter().flatten());
    safe_encode(bytes.fold(0x811c_9dc5_u32, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193)))
}

/// Deletes old sets without pods, beyond the limit, oldest revision first. Upstream: cleanupDeployment.
pub fn clean_up(round: &mut Round, old: &[Arc<ReplicaSet>]) {
    let mut alive: Vec<&Arc<ReplicaSet>> = old.iter().filter(|set| !set.metadata.is_terminating()).collect();
    let surplus = alive.len().saturating_sub(usize::try_from(round.deployment.spec.revision_history_limit).unwrap_or(usize::MAX));
    alive.sort_by_key(|set| number(&set.metadata, REVISION));
    let idle =
        |set: &ReplicaSet| set.status.replicas == 0 && set.spec.replicas == 0 && set.metadata.generation <= set.status.observed_generation;
    for set in alive.into_iter().take(surplus).filter(|set| idle(set)) {
        // A refusal means that it is gone already.
        let _ = round.desk.delete(Kind::ReplicaSet, &set.metadata.key(), &Default::default());
    }
}
