//! The sets on record, the places a StatefulSet keeps, and what each set waits for.

use super::news::Departed;
use super::pods::{claim, gone, missing};
use super::recall::Known;
use super::{Family, Host, Note, Row, Set, Verdict, family};
use crate::api::workload::parent_and_ordinal;
use crate::api::{Key, Kind, Meta, PersistentVolumeClaim, Pod, ReplicaSet, Resource, StatefulSet, Uid};
use crate::scene::Target;
use crate::sim::World;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

type Owned<'k> = BTreeMap<Uid, Vec<&'k Known>>;

/// All sets, families in the order in which they stand, each by birth.
pub fn sets(world: &World, hosts: &[Host], pods: &[Known], departed: &[Departed]) -> Vec<Set> {
    let mut owned: Owned = BTreeMap::new();
    for known in pods {
        owned.entry(known.owner).or_default().push(known);
    }
    owned.values_mut().for_each(|pods| pods.sort_by_key(|known| known.born));
    let mut sets = Vec::new();
    for rs in oldest_first::<ReplicaSet>(world) {
        let pods = owned.remove(&rs.metadata.uid).unwrap_or_default();
        let mut rows: Vec<Arc<Row>> = pods.iter().map(|known| known.row.clone()).collect();
        linger(&mut rows, &pods, departed, rs.metadata.uid);
        if rs.spec.replicas > 0 || !rows.is_empty() {
            sets.push(set(world, Kind::ReplicaSet, &rs.metadata, (rs.spec.replicas, rs.status.ready_replicas), rows));
        }
    }
    let mut each = Vec::new();
    for sts in oldest_first::<StatefulSet>(world) {
        let pods = owned.remove(&sts.metadata.uid).unwrap_or_default();
        let rows = places(world, sts, &pods, departed);
        each.push(set(world, Kind::StatefulSet, &sts.metadata, (sts.spec.replicas, sts.status.ready_replicas), rows));
    }
    let nobodys: Vec<&Known> = owned.into_values().flatten().collect();
    let mut rest: Vec<Arc<Row>> = nobodys.iter().map(|known| whole(&known.row)).collect();
    linger(&mut rest, &nobodys, departed, Uid::default());
    if !rest.is_empty() {
        sets.push(loose(rest));
    }
    sets.append(&mut each);
    sets.iter_mut().filter(|s| s.family == Family::Each).for_each(|s| warn_of_namesakes(s, hosts));
    sets
}

/// The same with its whole name: a pod whose set is gone.
fn whole(row: &Arc<Row>) -> Arc<Row> {
    if row.name == *row.key.name { row.clone() } else { Arc::new(Row { name: row.key.name.to_string(), ..(**row).clone() }) }
}

/// Keeps the places of pods that have just gone, so that the others move only when one has seen why.
fn linger(rows: &mut Vec<Arc<Row>>, pods: &[&Known], departed: &[Departed], owner: Uid) {
    let mine = |d: &&Departed| d.pod.metadata.controller().map(|o| o.uid).unwrap_or_default() == owner;
    let mut mine: Vec<&Departed> = departed.iter().filter(mine).collect();
    mine.sort_by_key(|d| std::cmp::Reverse(d.born));
    for one in mine {
        let place = pods.partition_point(|known| known.born.0 < one.born);
        rows.insert(place.min(rows.len()), Arc::new(gone(&one.pod)));
    }
}

/// Objects of a kind in the order in which they came into the record.
fn oldest_first<R: Resource>(world: &World) -> Vec<&Arc<R>> {
    let mut all: Vec<&Arc<R>> = world.list::<R>().collect();
    all.sort_by_cached_key(|object| world.store().born(object.meta().uid));
    all
}

fn set(world: &World, kind: Kind, meta: &Meta, (wanted, ready): (i32, i32), rows: Vec<Arc<Row>>) -> Set {
    let key = meta.key();
    let note = match world.wait(kind, &key) {
        Some(wait) => Note::Waits(wait.words.clone(), wait.until),
        None => Note::Silent,
    };
    Set { target: Target::Set(kind, key), family: family(kind), name: meta.name.clone(), wanted, ready, rows, note, under: None }
}

fn loose(rows: Vec<Arc<Row>>) -> Set {
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
fn places(world: &World, sts: &StatefulSet, pods: &[&Known], departed: &[Departed]) -> Vec<Arc<Row>> {
    let namespace = &sts.metadata.namespace;
    let first = sts.first_ordinal();
    let numbered = pods.iter().filter_map(|known| Some((parent_and_ordinal(&known.row.key.name)?.1, &known.row)));
    let by_ordinal: BTreeMap<i32, &Arc<Row>> = numbered.collect();
    let wanted = first..first.saturating_add(sts.spec.replicas.min(5000));
    let mine = departed.iter().filter(|d| d.pod.metadata.controller().is_some_and(|o| o.uid == sts.metadata.uid));
    let going: BTreeMap<i32, &Arc<Pod>> = mine.filter_map(|d| Some((parent_and_ordinal(&d.pod.metadata.name)?.1, &d.pod))).collect();
    let mut ordinals: BTreeSet<i32> = wanted.clone().chain(by_ordinal.keys().chain(going.keys()).copied()).collect();
    ordinals.extend(kept(world, sts));
    let place = |ordinal: i32| {
        if let Some(row) = by_ordinal.get(&ordinal) {
            return (*row).clone();
        }
        if let Some(pod) = going.get(&ordinal).filter(|_| !wanted.contains(&ordinal)) {
            return Arc::new(gone(pod));
        }
        let name = format!("{}-{ordinal}", sts.metadata.name);
        let key = |t: &PersistentVolumeClaim| Key::new(namespace.clone(), format!("{}-{name}", t.metadata.name));
        let claims = sts.spec.volume_claim_templates.iter().map(|t| claim(world, &key(t))).filter(|c| c.exists).collect();
        Arc::new(missing(Key::new(namespace.clone(), name.as_str()), name, claims))
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
