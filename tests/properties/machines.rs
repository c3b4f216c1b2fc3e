//! Rules for what really runs and what is really stored.

use super::book::{Book, Broken, broken};
use podyard::api::{Key, Name, PersistentVolume};
use podyard::sim::World;
use podyard::sim::disk::Disk;
use podyard::sim::invariants::Rule;
use std::collections::BTreeMap;

/// Looks at all machines: no name twice unless by force, the lamp says so, nothing runs without power.
pub fn look(book: &Book, world: &World) -> Option<Broken> {
    let mut alive: BTreeMap<&Key, &Name> = BTreeMap::new();
    let mut doubled = None;
    for machine in world.machines() {
        for process in machine.processes.values().filter(|p| p.is_alive()) {
            if !machine.powered {
                return broken("nothing runs without power", format!("{} on {}", process.key, machine.name));
            }
            doubled = alive.insert(&process.key, &machine.name).map(|other| (&process.key, other, &machine.name)).or(doubled);
        }
    }
    let lamp = world.rules().broken(Rule::OneProcessPerName).is_some();
    match doubled {
        Some((key, one, two)) if !book.any_forced && !book.forced.contains(&key.name) => {
            broken("one process a name, unless by force", format!("{key} runs on {one} and on {two}"))
        }
        _ if lamp != doubled.is_some() => broken("the lamp tells of doubled names", format!("{doubled:?}")),
        _ => None,
    }
}

/// Files that were acknowledged.
#[derive(Default)]
pub struct Files(BTreeMap<Name, BTreeMap<Name, Name>>);

impl Files {
    /// Notes what a process wrote.
    pub fn wrote(&mut self, world: &World, disk: &Name, path: &Name) -> Option<Broken> {
        let Some(file) = world.disk(disk).and_then(|d| d.files.get(path)) else {
            return broken("what is written is there", format!("{path} of {disk}"));
        };
        self.0.entry(disk.clone()).or_default().insert(path.clone(), file.content.clone());
        None
    }
    /// A recycler emptied a disk.
    pub fn scrubbed(&mut self, disk: &Name) -> Option<Broken> {
        self.0.remove(disk);
        None
    }
    /// All that was acknowledged is there, unless its disk had to go.
    pub fn look(&mut self, world: &World) -> Option<Broken> {
        self.0.retain(|id, _| world.disk(id).is_some() || !may_go(world, id));
        for (id, files) in &self.0 {
            let disk: Option<&std::sync::Arc<Disk>> = world.disk(id);
            let lost = |(path, content): &(&Name, &Name)| disk.and_then(|d| d.files.get(*path)).is_none_or(|f| f.content != **content);
            if let Some((path, content)) = files.iter().find(lost) {
                return broken("what is written stays", format!("{content:?} in {path} of {id}"));
            }
        }
        None
    }
}

/// True where a disk's end is what the rules want: a pod's own, or one whose volume is gone and was to be deleted.
fn may_go(world: &World, id: &Name) -> bool {
    let is_kept = |v: &PersistentVolume| {
        let csi = v.spec.csi.as_ref().is_some_and(|c| id.strip_prefix("csi/") == Some(&*c.volume_handle));
        csi || v.spec.gce_disk.as_ref().is_some_and(|g| id.strip_prefix("gce/") == Some(&*g.pd_name))
    };
    id.starts_with("scratch/") || !world.list::<PersistentVolume>().any(|v| is_kept(v))
}
