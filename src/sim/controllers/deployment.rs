//! Deployments: a ReplicaSet a template, the new one growing as the old ones shrink. Upstream: pkg/controller/deployment.

mod progress;
mod rollout;
mod scaling;
mod sets;

use super::super::apiserver::Desk;
use super::super::change::Controller;
use super::super::latency::Latency;
use super::super::world::World;
use crate::api::deployment::{DESIRED, DeploymentCondition, DeploymentStrategyType, number};
use crate::api::object::reference;
use crate::api::{Deployment, Key, Kind, Meta, Object, Pod, Refusal, ReplicaSet, Truth};
pub use sets::hash as template_hash;
use std::sync::Arc;

/// Hears of a write: of a deployment, of its ReplicaSets, of one that nobody manages, of the end of a pod.
pub fn notice(world: &mut World, before: Option<&Object>, after: Option<&Object>) {
    let Some(any) = after.or(before) else { return };
    let keys = match any {
        Object::Deployment(deployment) => vec![deployment.metadata.key()],
        Object::ReplicaSet(set) => concerned(world, before, after, &set.metadata),
        Object::Pod(pod) if after.is_none() => recreating(world, pod).into_iter().collect(),
        _ => return,
    };
    let delay = world.latency(Latency::ControllerSync);
    keys.iter().for_each(|key| world.enqueue(Controller::Deployment, Kind::Deployment, key, delay));
}

/// The deployments that manage, or managed, a ReplicaSet; where nobody does, those that could adopt it.
fn concerned(world: &World, before: Option<&Object>, after: Option<&Object>, set: &Meta) -> Vec<Key> {
    let managers = before.into_iter().chain(after).filter_map(|o| o.meta().controller()).filter(|o| &*o.kind == Kind::Deployment.name());
    let mut keys: Vec<Key> = managers.map(|owner| Key::new(set.namespace.clone(), owner.name.clone())).collect();
    if set.controller().is_none() {
        let fits = |d: &&Arc<Deployment>| d.metadata.namespace == set.namespace && d.spec.selector.matches(&set.labels);
        keys.extend(world.list::<Deployment>().filter(fits).map(|d| d.metadata.key()));
    }
    keys.dedup();
    keys
}

/// The deployment that waits for a pod's end before it makes new ones.
fn recreating(world: &World, pod: &Pod) -> Option<Key> {
    let within = |name: &crate::api::Name| Key::new(pod.metadata.namespace.clone(), name.clone());
    let set = pod.metadata.controller().filter(|owner| &*owner.kind == Kind::ReplicaSet.name())?;
    let owner = world.get::<ReplicaSet>(&within(&set.name))?.metadata.controller()?;
    let deployment = world.get::<Deployment>(&within(&owner.name)).filter(|d| d.metadata.uid == owner.uid)?;
    (deployment.spec.strategy.kind == DeploymentStrategyType::Recreate).then(|| deployment.metadata.key())
}

/// Takes the next step of a deployment.
pub fn sync(desk: &mut Desk, key: &Key) {
    let Some(deployment) = desk.get::<Deployment>(key).cloned() else { return };
    let sets = sets::claim(desk, &deployment);
    let mut round = Round { desk, deployment: (*deployment).clone(), sets };
    // A refusal means that something changed meanwhile: that change brings the deployment back into the queue.
    let _ = round.run();
}

/// What a step may end with: a refusal ends the round.
type Done = Result<(), Refusal>;

/// One look at a deployment. Its own status writes are noted in `deployment`, which keeps the revision that was read: as
/// upstream, a second status write of one round is refused, and the next round makes it.
struct Round<'a, 'w> {
    desk: &'a mut Desk<'w>,
    deployment: Deployment,
    /// Its ReplicaSets as they were read, oldest first.
    sets: Vec<Arc<ReplicaSet>>,
}

impl Round<'_, '_> {
    fn run(&mut self) -> Done {
        if self.deployment.metadata.is_terminating() {
            let family = sets::family(self, false)?;
            return progress::write_counts(self, &family);
        }
        self.note_pause()?;
        if self.deployment.spec.paused || self.is_scaling()? {
            return self.resize();
        }
        match self.deployment.spec.strategy.kind {
            DeploymentStrategyType::Recreate => rollout::recreate(self),
            DeploymentStrategyType::RollingUpdate => rollout::roll(self),
        }
    }

    /// Keeps the progress deadline from running while paused. Upstream: checkPausedConditions.
    fn note_pause(&mut self) -> Done {
        if !self.deployment.has_progress_deadline() {
            return Ok(());
        }
        let reason = self.deployment.status.condition("Progressing").map(|c| c.reason.clone()).unwrap_or_default();
        let (reason, message) = match (&*reason, self.deployment.spec.paused) {
            ("ProgressDeadlineExceeded", _) | ("DeploymentPaused", true) => return Ok(()),
            (_, true) => ("DeploymentPaused", "Deployment is paused"),
            ("DeploymentPaused", false) => ("DeploymentResumed", "Deployment is resumed"),
            _ => return Ok(()),
        };
        self.say_progress(Truth::Unknown, reason, message.to_owned());
        self.write()
    }

    /// True where `replicas` is not what the ReplicaSets were sized for. Upstream: isScalingEvent.
    fn is_scaling(&mut self) -> Result<bool, Refusal> {
        let family = sets::family(self, false)?;
        let wanted = self.deployment.spec.replicas;
        Ok(family.active().any(|set| number(&set.metadata, DESIRED).is_some_and(|n| n != wanted)))
    }

    /// Follows `replicas` without rolling. Upstream: sync.
    fn resize(&mut self) -> Done {
        let family = sets::family(self, false)?;
        scaling::scale(self, &family)?;
        if self.deployment.spec.paused {
            sets::clean_up(self, &family.old);
        }
        progress::write_counts(self, &family)
    }

    /// Gives a ReplicaSet another size, and reports it.
    fn resize_set(&mut self, set: &ReplicaSet, size: i32) -> Result<Arc<ReplicaSet>, Refusal> {
        let mut after = set.clone();
        after.spec.replicas = size;
        sets::note_sizes(&mut after.metadata, &self.deployment);
        if after == *set {
            return Ok(Arc::new(after));
        }
        let key = after.metadata.key();
        self.desk.update(after.clone())?;
        if size != set.spec.replicas {
            let way = if size > set.spec.replicas { "up" } else { "down" };
            self.report(format!("Scaled {way} replica set {} from {} to {size}", set.metadata.name, set.spec.replicas));
        }
        Ok(self.desk.get::<ReplicaSet>(&key).cloned().unwrap_or_else(|| Arc::new(after)))
    }

    /// The same where the size differs; else the set stays as it is. Upstream: scaleReplicaSetAndRecordEvent.
    fn size(&mut self, set: &Arc<ReplicaSet>, size: i32) -> Result<Arc<ReplicaSet>, Refusal> {
        if set.spec.replicas == size { Ok(set.clone()) } else { self.resize_set(set, size) }
    }

    fn report(&mut self, words: String) {
        self.desk.event(reference(Kind::Deployment, &self.deployment.metadata), false, "ScalingReplicaSet", words);
    }

    fn say_progress(&mut self, status: Truth, reason: &str, message: String) {
        let condition = progress::condition("Progressing", status, reason, message, self.desk.now());
        self.deployment.status.set_condition(condition);
    }

    /// Writes status and annotations.
    fn write(&mut self) -> Done {
        self.desk.update_status(self.deployment.clone()).map(|_| ())
    }
}

#[cfg(test)]
mod tests;
