//! The sets on record, the places a StatefulSet keeps, and what each set waits for.

use super::news::Departed;
use super::pods::{claim, gone, missing, row, unreachable};
use super::{Family, Host, Note, Row, Set, Verdict, family};
use crate::api::workload::parent_and_ordinal;
use crate::api::{Key, Kind, Meta, Name, PersistentVolumeClaim, Pod, ReplicaSet, Resource, StatefulSet, Uid};
use crate::scene::Target;
use crate::sim::World;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

type Owned<'w> = BTreeMap<Uid, Vec<&'w Arc<Pod>>>;

/// All sets, families in the order in which they stand, each by birth.
pub fn sets(world: &World, hosts: &[Host], departed: &[Departed]) -> Vec<Set> {
    let away = unreachable(hosts);
    let mut owned: Owned = BTreeMap::new();
    for pod in world.list::<Pod>() {
        owned.entry(pod.metadata.controller().map(|o| o.uid).unwrap_or_default()).or_default().push(pod);
    }
    owned.values_mut().for_each(|pods| pods.sort_by_cached_key(|p| birth(world, &p.metadata)));
    let mut sets = Vec::new();
    for rs in by_birth::<ReplicaSet>(world) {
        let pods = pods_of(&mut owned, rs.metadata.uid);
        let mut rows: Vec<Row> = pods.iter().map(|p| row(world, p, &rs.metadata.name, &away)).collect();
        linger(world, &mut rows, &pods, departed, rs.metadata.uid, &rs.metadata.name);
        if rs.spec.replicas > 0 || !rows.is_empty() {
            sets.push(set(world, Kind::ReplicaSet, &rs.metadata, (rs.spec.replicas, rs.status.ready_replicas), rows));
        }
    }
    let mut each = Vec::new();
    for sts in by_birth::<StatefulSet>(world) {
        let pods = pods_of(&mut owned, sts.metadata.uid);
        let rows = places(world, sts, &pods, &away, departed);
        each.push(set(world, Kind::StatefulSet, &sts.metadata, (sts.spec.replicas, sts.status.ready_replicas), rows));
    }
    let nobodys: Vec<&Arc<Pod>> = owned.into_values().flatten().collect();
    let mut rest: Vec<Row> = nobodys.iter().map(|p| row(world, p, "", &away)).collect();
    linger(world, &mut rest, &nobodys, departed, Uid::default(), "");
    if !rest.is_empty() {
        sets.push(loose(rest));
    }
    sets.append(&mut each);
    sets.iter_mut().filter(|s| s.family == Family::Each).for_each(|s| warn_of_namesakes(s, hosts));
    sets
}

fn pods_of<'w>(owned: &mut Owned<'w>, uid: Uid) -> Vec<&'w Arc<Pod>> {
    owned.remove(&uid).unwrap_or_default()
}

/// Keeps the places of pods that have just gone, so that the others move only when one has seen why.
fn linger(world: &World, rows: &mut Vec<Row>, pods: &[&Arc<Pod>], departed: &[Departed], owner: Uid, prefix: &str) {
    let mine = |d: &&Departed| d.pod.metadata.controller().map(|o| o.uid).unwrap_or_default() == owner;
    let mut mine: Vec<&Departed> = departed.iter().filter(mine).collect();
    mine.sort_by_key(|d| std::cmp::Reverse(d.born));
    for one in mine {
        let place = pods.partition_point(|pod| birth(world, &pod.metadata).0 < one.born);
        rows.insert(place.min(rows.len()), gone(&one.pod, prefix));
    }
}

fn by_birth<R: Resource>(world: &World) -> Vec<&Arc<R>> {
    let mut all: Vec<&Arc<R>> = world.list::<R>().collect();
    all.sort_by_cached_key(|o| birth(world, o.meta()));
    all
}

/// In which order objects came into the record.
fn birth(world: &World, meta: &Meta) -> (u64, Key) {
    (world.store().born(meta.uid).0, meta.key())
}

fn set(world: &World, kind: Kind, meta: &Meta, (wanted, ready): (i32, i32), rows: Vec<Row>) -> Set {
    let key = meta.key();
    let note = match world.wait(kind, &key) {
        Some(wait) => Note::Waits(wait.words.clone(), wait.until),
        None => Note::Silent,
    };
    Set { target: Target::Set(kind, key), family: family(kind), name: meta.name.clone(), wanted, ready, rows, note, under: None }
}

fn loose(rows: Vec<Row>) -> Set {
    let ready = rows.iter().filter(|r| r.look == super::Look::Ready).count() as i32;
    Set {
        target: Target::Set(Kind::Pod, Key::default()),
        family: Family::Loose,
        name: "pods of nobody".into(),
        wanted: rows.len() as i32,
        ready,
        rows,
        note: Note::Silent,
        under: None,
    }
}

/// A StatefulSet's places by ordinal: those it wants, those with a pod, and those whose claims were kept.
fn places(world: &World, sts: &StatefulSet, pods: &[&Arc<Pod>], away: &BTreeSet<&Name>, departed: &[Departed]) -> Vec<Row> {
    let namespace = &sts.metadata.namespace;
    let first = sts.first_ordinal();
    let by_ordinal: BTreeMap<i32, &Arc<Pod>> = pods.iter().filter_map(|p| Some((parent_and_ordinal(&p.metadata.name)?.1, *p))).collect();
    let wanted = first..first.saturating_add(sts.spec.replicas.min(5000));
    let mine = departed.iter().filter(|d| d.pod.metadata.controller().is_some_and(|o| o.uid == sts.metadata.uid));
    let going: BTreeMap<i32, &Arc<Pod>> = mine.filter_map(|d| Some((parent_and_ordinal(&d.pod.metadata.name)?.1, &d.pod))).collect();
    let mut ordinals: BTreeSet<i32> = wanted.clone().chain(by_ordinal.keys().chain(going.keys()).copied()).collect();
    ordinals.extend(kept(world, sts));
    let place = |ordinal: i32| {
        if let Some(pod) = by_ordinal.get(&ordinal) {
            return Row { name: pod.metadata.name.to_string(), ..row(world, pod, "", away) };
        }
        if let Some(pod) = going.get(&ordinal).filter(|_| !wanted.contains(&ordinal)) {
            return gone(pod, "");
        }
        let name = format!("{}-{ordinal}", sts.metadata.name);
        let key = |t: &PersistentVolumeClaim| Key::new(namespace.clone(), format!("{}-{name}", t.metadata.name));
        let claims = sts.spec.volume_claim_templates.iter().map(|t| claim(world, &key(t))).filter(|c| c.exists).collect();
        missing(Key::new(namespace.clone(), name.as_str()), name, claims)
    };
    ordinals.into_iter().map(place).collect()
}

/// Ordinals whose claims exist.
fn kept(world: &World, sts: &StatefulSet) -> Vec<i32> {
    let Some(template) = sts.spec.volume_claim_templates.first() else { return Vec::new() };
    let parent = format!("{}-{}", template.metadata.name, sts.metadata.name);
    let claims = world.list::<PersistentVolumeClaim>().filter(|c| c.metadata.namespace == sts.metadata.namespace);
    claims.filter_map(|c| parent_and_ordinal(&c.metadata.name).filter(|(p, _)| *p == parent).map(|(_, n)| n)).collect()
}

/// Says so where a process runs under a name that the record has given to another pod.
fn warn_of_namesakes(set: &mut Set, hosts: &[Host]) {
    let ghosts = hosts.iter().flat_map(|h| h.running.iter().map(move |r| (h, r)));
    let mut found = ghosts.filter(|(_, r)| r.verdict == Verdict::Erased && r.set.as_ref() == Some(&set.target));
    let twin = found.find(|(_, r)| set.rows.iter().any(|row| row.key == r.key && !row.uid.is_nil()));
    if let Some((host, ghost)) = twin {
        set.note = Note::Wrong(format!("a second {} still runs on {}: nobody asked it to stop", ghost.key.name, host.name));
    }
}
