//! What has just changed, read from the history: each thing with the moment of its last telling change, and what has gone
//! and keeps its place for a moment so that the eye sees it go.

use crate::api::{Key, Kind, Name, Object, Pod, Time, Uid};
use crate::motion::Tempo;
use crate::scene::{Target, sentence};
use crate::sim::latency::Latency;
use crate::sim::{Change, Physical, What, World};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// How many changes are looked at.
const MOST: usize = 600;
/// How many things that have gone are shown going; in a greater crowd nobody follows one of them.
const GOING: usize = 12;

/// Things and the moments of their last changes.
pub type News = BTreeMap<Target, Time>;

/// A pod that has just left the record.
#[derive(Clone, Debug)]
pub struct Departed {
    /// As it was last.
    pub pod: Arc<Pod>,
    /// Its place in the order of birth.
    pub born: u64,
}

/// A process that has just ended and of which nothing is left.
#[derive(Clone, Debug)]
pub struct Ended {
    /// On which machine.
    pub node: Name,
    /// Whose it was.
    pub key: Key,
    /// And of which identity.
    pub uid: Uid,
    /// When it began.
    pub since: Time,
}

/// Changes that are dwelt on at the viewed moment, latest first.
fn fresh<'w>(world: &'w World, now: Time, tempo: &Tempo) -> impl Iterator<Item = &'w Arc<Change>> {
    let tempo = *tempo;
    world.changes().since(0).rev().take(MOST).take_while(move |change| tempo.lingers(change.at, now))
}

/// What has just changed.
pub fn news(world: &World, now: Time, tempo: &Tempo) -> News {
    let mut news = News::new();
    for change in fresh(world, now, tempo) {
        let Some(target) = target(change).filter(|target| !news.contains_key(target)) else { continue };
        if sentence(change, world).is_some() {
            news.insert(target, change.at);
        }
    }
    news
}

/// The thing in the picture that a change is about.
fn target(change: &Change) -> Option<Target> {
    match &change.what {
        What::Written { before, after } => of_object(after.as_ref().or(before.as_ref())?),
        What::Physical(what) => of_machine(what),
        What::Rule { .. } => None,
    }
}

fn of_object(object: &Object) -> Option<Target> {
    let key = object.key();
    match object.kind() {
        Kind::Pod => Some(Target::Pod(key)),
        Kind::PersistentVolumeClaim => Some(Target::Claim(key)),
        Kind::PersistentVolume => Some(Target::Volume(key.name)),
        Kind::Node => Some(Target::Node(key.name)),
        Kind::Service => Some(Target::Service(key)),
        kind @ (Kind::ReplicaSet | Kind::StatefulSet | Kind::Deployment) => Some(Target::Set(kind, key)),
        _ => None,
    }
}

fn of_machine(what: &Physical) -> Option<Target> {
    match what {
        Physical::CableCut(node) | Physical::CableJoined(node) | Physical::PowerLost(node) | Physical::PowerBack(node) => {
            Some(Target::Node(node.clone()))
        }
        Physical::Started(node, _, uid) | Physical::Stopped(node, _, uid, _) | Physical::Stopping(node, _, uid, _) => {
            Some(Target::Process(node.clone(), *uid))
        }
        Physical::Tampered(pod, _) | Physical::Answered(pod, ..) => Some(Target::Pod(pod.clone())),
        Physical::Attached(disk, _) | Physical::Detached(disk, _) | Physical::Wrote(_, _, disk, _) | Physical::Scrubbed(disk) => {
            Some(Target::Volume(disk.rsplit('/').next().unwrap_or(disk).into()))
        }
        Physical::Unanswered(..) | Physical::Recalled(..) | Physical::TrafficBegan(..) | Physical::TrafficEnded(_) => None,
    }
}

/// Pods that have just left the record.
pub fn departed(world: &World, now: Time, tempo: &Tempo) -> Vec<Departed> {
    let gone = fresh(world, now, tempo).filter_map(|change| match &change.what {
        What::Written { before: Some(Object::Pod(pod)), after: None } => Some(pod.clone()),
        _ => None,
    });
    let gone: Vec<Arc<Pod>> = gone.take(GOING + 1).collect();
    if gone.is_empty() || gone.len() > GOING {
        return Vec::new();
    }
    let born = births(world, gone.iter().map(|pod| pod.metadata.uid).collect());
    gone.into_iter().filter_map(|pod| Some(Departed { born: *born.get(&pod.metadata.uid)?, pod })).collect()
}

/// In which order pods that are gone came into the record, as far as that is not forgotten.
fn births(world: &World, mut wanted: BTreeSet<Uid>) -> BTreeMap<Uid, u64> {
    let mut found = BTreeMap::new();
    let mut changes = world.changes().since(0).rev();
    while !wanted.is_empty()
        && let Some(change) = changes.next()
    {
        if let What::Written { before: None, after: Some(Object::Pod(pod)) } = &change.what
            && wanted.remove(&pod.metadata.uid)
        {
            found.insert(pod.metadata.uid, pod.metadata.resource_version.0);
        }
    }
    found
}

/// Processes that have just ended, where their machines have already cleaned up after them.
pub fn ended(world: &World, now: Time, tempo: &Tempo) -> Vec<Ended> {
    let gone = fresh(world, now, tempo).filter_map(|change| match &change.what {
        What::Physical(Physical::Stopped(node, key, uid, _)) => {
            let left = world.machine(node).is_some_and(|machine| machine.powered && !machine.processes.contains_key(uid));
            left.then(|| (node.clone(), key.clone(), *uid))
        }
        _ => None,
    });
    let gone: Vec<(Name, Key, Uid)> = gone.take(GOING + 1).collect();
    if gone.is_empty() || gone.len() > GOING {
        return Vec::new();
    }
    let began = beginnings(world, gone.iter().map(|(.., uid)| *uid).collect());
    let since = |uid: &Uid| began.get(uid).copied().unwrap_or(now);
    gone.into_iter().map(|(node, key, uid)| Ended { since: since(&uid), node, key, uid }).collect()
}

/// When their kubelets took them up: as soon as they heard that the pods were bound.
fn beginnings(world: &World, mut wanted: BTreeSet<Uid>) -> BTreeMap<Uid, Time> {
    let mut found = BTreeMap::new();
    let mut changes = world.changes().since(0).rev();
    while !wanted.is_empty()
        && let Some(change) = changes.next()
    {
        let What::Written { before, after: Some(Object::Pod(pod)) } = &change.what else { continue };
        let binds = pod.is_scheduled() && !matches!(before, Some(Object::Pod(old)) if old.is_scheduled());
        if binds && wanted.remove(&pod.metadata.uid) {
            found.insert(pod.metadata.uid, change.at + world.latency(Latency::Downlink));
        }
    }
    found
}
