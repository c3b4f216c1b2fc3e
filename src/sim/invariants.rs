//! Rules that should always hold, as instruments: a violation is a change, never a crash. Kept up with every start and
//! stop of a process, so that looking costs nothing.

use super::change::{Actor, Physical, What};
use super::machine::{Mount, Process};
use super::world::World;
use crate::api::storage::AccessMode;
use crate::api::{Key, Name, PersistentVolumeClaim, Uid};
use imbl::OrdMap;
use std::collections::BTreeSet;

/// A rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Rule {
    /// At most one process carries a pod's name.
    OneProcessPerName,
    /// A disk of a ReadWriteOnce volume is used by one machine.
    OneNodePerDisk,
    /// What was written and acknowledged is not overwritten by a namesake.
    NoWriteLost,
}

/// A row of the table of rules: the rule, its short name for a lamp, and the rule in a sentence.
pub static RULES: &[(Rule, &str, &str)] = &[
    (Rule::OneProcessPerName, "one process per name", "at most one process carries a pod's name"),
    (Rule::OneNodePerDisk, "one node per disk", "a ReadWriteOnce volume is in use on one machine only"),
    (Rule::NoWriteLost, "no write lost", "no acknowledged write is overwritten by another process of the same name"),
];

/// How the rules stand: what breaks each, in words; absent where it holds.
#[derive(Clone, Debug, Default)]
pub struct Rules {
    broken: OrdMap<Rule, Name>,
    /// Living processes by the pod's name, and those that hold a volume: mostly one of each, and so in lists.
    running: OrdMap<Key, Vec<(Uid, Name)>>,
    holding: OrdMap<Name, Vec<(Uid, Name)>>,
    volumes: OrdMap<Uid, Vec<Name>>,
    doubled: OrdMap<Key, Name>,
    torn: OrdMap<Name, Name>,
}

impl Rules {
    /// What breaks a rule; `None` where it holds.
    pub fn broken(&self, rule: Rule) -> Option<&Name> {
        self.broken.get(&rule)
    }
    /// Machines on which living processes carry a pod's name.
    pub fn running(&self, pod: &Key) -> impl Iterator<Item = &(Uid, Name)> {
        self.running.get(pod).into_iter().flatten()
    }
}

/// Follows what happens on machines.
pub(super) fn observe(world: &mut World, what: &Physical) {
    match what {
        Physical::Started(node, pod, uid) => started(world, node, pod, *uid),
        Physical::Stopped(node, pod, uid, _) => {
            let alive = world.machine(node).and_then(|m| m.processes.get(uid)).is_some_and(|p| p.is_alive());
            if !alive {
                stopped(world, pod, *uid);
            }
        }
        _ => {}
    }
}

fn started(world: &mut World, node: &Name, pod: &Key, uid: Uid) {
    join(world.rules.running.entry(pod.clone()).or_default(), uid, node);
    judge_name(world, pod);
    let process = world.machine(node).and_then(|m| m.processes.get(&uid)).cloned();
    let volumes: Vec<Name> = process.iter().flat_map(|p| exclusive_volumes(world, p)).collect();
    for volume in &volumes {
        join(world.rules.holding.entry(volume.clone()).or_default(), uid, node);
        judge_volume(world, volume);
    }
    if !volumes.is_empty() {
        world.rules.volumes.insert(uid, volumes);
    }
}

/// Notes that a process is on a node. Lists are in order of identity, and grow by what they hold: there are many of them.
fn join(list: &mut Vec<(Uid, Name)>, uid: Uid, node: &Name) {
    match list.binary_search_by_key(&uid, |(other, _)| *other) {
        Ok(place) => list[place].1 = node.clone(),
        Err(place) => {
            list.reserve_exact(1);
            list.insert(place, (uid, node.clone()));
        }
    }
}

fn stopped(world: &mut World, pod: &Key, uid: Uid) {
    if let Some(here) = world.rules.running.get_mut(pod) {
        here.retain(|(other, _)| *other != uid);
        if here.is_empty() {
            world.rules.running.remove(pod);
        }
        judge_name(world, pod);
    }
    for volume in world.rules.volumes.remove(&uid).into_iter().flatten() {
        if let Some(by) = world.rules.holding.get_mut(&volume) {
            by.retain(|(other, _)| *other != uid);
        }
        judge_volume(world, &volume);
    }
}

/// Volumes that a process mounts through claims which one node only may use.
fn exclusive_volumes(world: &World, process: &Process) -> Vec<Name> {
    let exclusive = |mode: &AccessMode| matches!(mode, AccessMode::ReadWriteOnce | AccessMode::ReadWriteOncePod);
    let volume_of = |mount: &Mount| {
        let source = process.spec.volumes.iter().find(|v| v.name == mount.volume)?.persistent_volume_claim.as_ref()?;
        let claim = world.get::<PersistentVolumeClaim>(&Key::new(process.key.namespace.clone(), source.claim_name.clone()))?;
        claim.spec.access_modes.iter().all(exclusive).then(|| claim.spec.volume_name.clone())
    };
    process.mounts.iter().filter_map(volume_of).collect()
}

fn judge_name(world: &mut World, pod: &Key) {
    let nodes: Vec<Name> = world.rules.running(pod).map(|(_, node)| node.clone()).collect();
    match nodes.len() > 1 {
        true => {
            let words = format!("{} processes are {}: on {}", nodes.len(), pod.name, nodes.join(" and on "));
            world.rules.doubled.insert(pod.clone(), words.into())
        }
        false => world.rules.doubled.remove(pod),
    };
    let detail = world.rules.doubled.values().next().cloned();
    set(world, Rule::OneProcessPerName, detail);
}

fn judge_volume(world: &mut World, volume: &Name) {
    let nodes: BTreeSet<Name> = world.rules.holding.get(volume).into_iter().flatten().map(|(_, node)| node.clone()).collect();
    let list: Vec<&str> = nodes.iter().map(|n| &**n).collect();
    match nodes.len() > 1 {
        true => world.rules.torn.insert(volume.clone(), format!("{volume} is in use on {}", list.join(" and on ")).into()),
        false => world.rules.torn.remove(volume),
    };
    let detail = world.rules.torn.values().next().cloned();
    set(world, Rule::OneNodePerDisk, detail);
}

/// Notes that an acknowledged write was overwritten by a namesake. It stays noted.
pub(super) fn write_lost(world: &mut World, detail: Name) {
    set(world, Rule::NoWriteLost, Some(detail));
}

fn set(world: &mut World, rule: Rule, detail: Option<Name>) {
    let before = world.rules.broken.get(&rule).cloned();
    if before == detail {
        return;
    }
    let words = detail.clone().or(before).unwrap_or_default();
    let broken = detail.is_some();
    match detail {
        Some(detail) => world.rules.broken.insert(rule, detail),
        None => world.rules.broken.remove(&rule),
    };
    let (now, cause) = (world.now(), world.cause);
    world.changes.push(now, Actor::ApiServer, cause, What::Rule { rule: RULES[rule as usize].1.into(), detail: words, broken });
}
