//! What has just changed, read from the history: each thing with the moment of its last telling change, and what has gone
//! and keeps its place for a moment so that the eye sees it go.

use crate::api::{Key, Kind, Name, Object, Pod, Time, Uid};
use crate::motion::Tempo;
use crate::scene::{Target, sentence};
use crate::sim::latency::Latency;
use crate::sim::{Change, Physical, What, World};
use std::collections::BTreeMap;
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
        Physical::Unanswered(..) => None,
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
    gone.into_iter().filter_map(|pod| Some(Departed { born: born(world, pod.metadata.uid)?, pod })).collect()
}

/// In which order a pod that is gone came into the record; `None` where that is forgotten.
fn born(world: &World, uid: Uid) -> Option<u64> {
    world.changes().since(0).find_map(|change| match &change.what {
        What::Written { before: None, after: Some(Object::Pod(pod)) } if pod.metadata.uid == uid => Some(pod.metadata.resource_version.0),
        _ => None,
    })
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
    gone.into_iter().map(|(node, key, uid)| Ended { since: began(world, uid).unwrap_or(now), node, key, uid }).collect()
}

/// When its kubelet took it up: as soon as it heard that the pod was bound.
fn began(world: &World, uid: Uid) -> Option<Time> {
    let binds = |change: &&Arc<Change>| match &change.what {
        What::Written { after: Some(Object::Pod(pod)), .. } => pod.metadata.uid == uid && pod.is_scheduled(),
        _ => false,
    };
    world.changes().since(0).find(binds).map(|change| change.at + world.latency(Latency::Downlink))
}
