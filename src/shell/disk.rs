//! `files`: what is on a disk, who wrote it and when.

use super::voice::{Failure, Voice};
use crate::api::{Key, Kind, Name, PersistentVolume, PersistentVolumeClaim, Pod, table};
use crate::sim::World;
use crate::sim::disk::Disk;

/// `files pv-a`, `files pvc/data-kubia-0`, `files kubia-0`, `files gce/pv-a`.
pub fn files(world: &World, voice: &mut Voice, words: &[String]) -> Result<(), Failure> {
    let [word] = words else { return Err(Failure { text: "usage: files PV | PVC | POD | DISK".to_owned(), rc: 2 }) };
    let ids = disks(world, word);
    if ids.is_empty() {
        let why = if is_known(world, word) { "has no disk yet" } else { "is no volume, claim, pod or disk here" };
        return Err(Failure::plain(format!("files: {word:?} {why}")));
    }
    for (i, disk) in ids.iter().filter_map(|id| world.disk(id)).enumerate() {
        if i > 0 {
            voice.say("");
        }
        list(world, voice, disk);
    }
    Ok(())
}

fn list(world: &World, voice: &mut Voice, disk: &Disk) {
    let attached: Vec<&str> = disk.attached.iter().map(|n| &**n).collect();
    let place = if attached.is_empty() { "no node".to_owned() } else { attached.join(", ") };
    voice.say(format!("disk {} (on {place})", disk.id));
    if disk.files.is_empty() {
        voice.say("no files");
        return;
    }
    let rows: Vec<Vec<String>> = disk
        .files
        .iter()
        .map(|(path, file)| {
            let age = table::age((world.now() - file.at).0);
            vec![path.to_string(), file.writer.name.to_string(), file.node.to_string(), age, format!("{:?}", &*file.content)]
        })
        .collect();
    voice.out.push_str(&table::write(&["FILE", "WRITER", "NODE", "AGE", "CONTENT"], &rows, true));
}

/// The kind that a word may name, and the name: `pvc/x` names a claim, `x` anything.
fn split(word: &str) -> (Option<Kind>, &str) {
    match word.split_once('/').map(|(kind, name)| (Kind::by_resource(kind), name)) {
        Some((Some(kind), name)) => (Some(kind), name),
        _ => (None, word),
    }
}

fn is_known(world: &World, word: &str) -> bool {
    let (kind, name) = split(word);
    let kinds = [Kind::PersistentVolume, Kind::PersistentVolumeClaim, Kind::Pod];
    kinds.into_iter().filter(|k| kind.is_none_or(|wanted| wanted == *k)).any(|k| world.objects(k).any(|o| &*o.meta().name == name))
}

/// The disks behind a volume, a claim or a pod, or a disk by its identity.
fn disks(world: &World, word: &str) -> Vec<Name> {
    let (kind, name) = split(word);
    let asked = |k: Kind| kind.is_none_or(|wanted| wanted == k);
    if let Some(disk) = world.disk(word) {
        return vec![disk.id.clone()];
    }
    let volume = world.get::<PersistentVolume>(&Key::cluster(name)).filter(|_| asked(Kind::PersistentVolume));
    if let Some(volume) = volume {
        return of_volume(world, volume);
    }
    let key = Key::new("default", name);
    let claim = world.get::<PersistentVolumeClaim>(&key).filter(|_| asked(Kind::PersistentVolumeClaim));
    if let Some(volume) = claim.and_then(|c| world.get::<PersistentVolume>(&Key::cluster(c.spec.volume_name.clone()))) {
        return of_volume(world, volume);
    }
    let pod = world.get::<Pod>(&key).filter(|_| asked(Kind::Pod));
    let mounts = world.machines().flat_map(|m| m.processes.values()).filter(|p| pod.is_some_and(|pod| pod.metadata.uid == p.uid));
    mounts.flat_map(|p| p.mounts.iter().map(|m| m.disk.clone())).collect()
}

/// A volume's disks, found through the processes and the identity that mounts give them.
fn of_volume(world: &World, volume: &PersistentVolume) -> Vec<Name> {
    let spec = &volume.spec;
    let fits = |id: &str| match (&spec.gce_disk, &spec.nfs, &spec.host_path, &spec.csi) {
        (Some(disk), ..) => id == format!("gce/{}", disk.pd_name),
        (_, Some(nfs), ..) => id == format!("nfs/{}{}", nfs.server, nfs.path),
        (_, _, Some(dir), _) => id.starts_with("dir/") && id.ends_with(&*dir.path),
        (.., Some(csi)) => id.ends_with(&*csi.volume_handle),
        _ => spec.local.as_ref().is_some_and(|dir| id.starts_with("dir/") && id.ends_with(&*dir.path)),
    };
    world.disks().filter(|d| fits(&d.id)).map(|d| d.id.clone()).collect()
}
