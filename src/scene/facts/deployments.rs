//! The Deployments on record, and which ReplicaSet is whose.

use super::{Note, Set, Under};
use crate::api::deployment::{DeploymentCondition, REVISION, number};
use crate::api::{Deployment, Key, Kind, Name, ReplicaSet, Truth};
use crate::scene::Target;
use crate::sim::World;

/// A Deployment: it stands above its ReplicaSets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Above {
    /// What selecting it selects.
    pub target: Target,
    /// Its name.
    pub name: Name,
    /// How many pods are wanted.
    pub wanted: i32,
    /// How many are of the present template, as its status says.
    pub updated: i32,
    /// How many are ready, as its status says.
    pub ready: i32,
    /// What holds its roll-out back: one sentence.
    pub note: Note,
}

/// All Deployments, by birth.
pub fn deployments(world: &World) -> Vec<Above> {
    let mut all: Vec<_> = world.list::<Deployment>().collect();
    all.sort_by_cached_key(|d| (world.store().born(d.metadata.uid).0, d.metadata.key()));
    let above = |d: &Deployment| Above {
        target: Target::Set(Kind::Deployment, d.metadata.key()),
        name: d.metadata.name.clone(),
        wanted: d.spec.replicas,
        updated: d.status.updated_replicas,
        ready: d.status.ready_replicas,
        note: note(d),
    };
    all.into_iter().map(|d| above(d)).collect()
}

fn note(deployment: &Deployment) -> Note {
    let failed = |c: &&DeploymentCondition| c.status == Truth::False;
    let (updated, wanted) = (deployment.status.updated_replicas, deployment.spec.replicas);
    match deployment.status.condition("Progressing").filter(failed) {
        Some(_) => Note::Wrong("no progress before its deadline: it neither goes on nor back by itself".to_owned()),
        None if deployment.spec.paused => Note::Waits("paused: a new template is only noted".into(), None),
        None if updated < wanted || deployment.status.replicas > updated => {
            Note::Waits(format!("rolls out: {updated} of {wanted} are of the new template").into(), None)
        }
        None => Note::Silent,
    }
}

/// Notes which sets belong to which Deployment.
pub fn place(world: &World, deployments: &[Above], sets: &mut [Set]) {
    for set in sets.iter_mut() {
        set.under = under(world, deployments, set);
    }
    for index in 0..deployments.len() {
        let mine = |set: &&mut Set| set.under.as_ref().is_some_and(|under| under.deployment == index);
        let latest = sets.iter_mut().filter(mine).filter_map(|set| set.under.as_mut()).max_by_key(|under| under.revision);
        latest.into_iter().for_each(|under| under.latest = true);
    }
}

fn under(world: &World, deployments: &[Above], set: &Set) -> Option<Under> {
    let Target::Set(Kind::ReplicaSet, key) = &set.target else { return None };
    let meta = &world.get::<ReplicaSet>(key)?.metadata;
    let owner = meta.controller().filter(|owner| *owner.kind == *Kind::Deployment.name())?;
    let target = Target::Set(Kind::Deployment, Key::new(key.namespace.clone(), owner.name.clone()));
    let deployment = deployments.iter().position(|above| above.target == target)?;
    Some(Under { deployment, revision: number(meta, REVISION).unwrap_or(0), latest: false })
}
