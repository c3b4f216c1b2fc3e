//! Why sets, claims, volumes and nodes are as they are.

use super::{Page, causes, told, waits};
use crate::api::storage::VolumePhase;
use crate::api::{Key, Kind, Name, Node, PersistentVolume, PersistentVolumeClaim};
use crate::scene::cause;
use crate::scene::clock::spoken;
use crate::scene::facts::{Above, Family, Look, Set, Stage};
use crate::scene::paint::family_role;
use crate::scene::role::Role;
use crate::scene::target::Target;
use crate::sim::World;
use crate::sim::controllers::volumes::disk_of;

/// The page of a set.
pub fn set(world: &World, stage: &Stage, target: Option<&Target>) -> Page {
    if let Some(above) = target.and_then(|target| stage.deployment(target)) {
        return deployment(world, above);
    }
    let Some(set) = stage.sets.iter().find(|s| Some(&s.target) == target) else { return Page::new("it is gone", Role::Faint) };
    let mut page = Page::new(&*set.name, family_role(set.family));
    page.say(promise(set), Role::Text);
    let Some((kind, key)) = set.target.object() else { return page };
    if !told(&mut page, world, &set.target) {
        waits(&mut page, world, kind, &key);
    }
    if let Some((pod, rule)) = cause::next_victim(world, &key).filter(|_| set.family == Family::Alike) {
        page.field("fewer", format!("{} would go first: {rule}", pod.name), Role::Text);
    }
    let missing = set.rows.iter().filter(|r| r.look == Look::Missing && !r.claims.is_empty()).count();
    if missing > 0 && set.family == Family::Each {
        page.field("kept", "claims without a pod wait with their data for the pod of their number", Role::Disk);
    }
    causes(&mut page, world, kind, &key, 4);
    page.gap();
    page.keys("", &[("+", "more"), ("-", "fewer"), ("x", "lose a pod"), ("d", "describe")]);
    page
}

/// The page of a Deployment.
fn deployment(world: &World, above: &Above) -> Page {
    let mut page = Page::new(&*above.name, Role::Alike);
    page.say("One ReplicaSet for each template: a roll-out moves the pods from the old one to the new.", Role::Text);
    let Some((kind, key)) = above.target.object() else { return page };
    if !told(&mut page, world, &above.target) {
        waits(&mut page, world, kind, &key);
    }
    causes(&mut page, world, kind, &key, 4);
    page.gap();
    page.keys("", &[("+", "more"), ("-", "fewer"), ("e", "edit the template"), ("d", "describe")]);
    page
}

fn promise(set: &Set) -> &'static str {
    match set.family {
        Family::Alike => "Any pods will do: a lost one is replaced at once under another name; all share the template's claim.",
        Family::Each => {
            "These very pods: a name, a place in the order and a disk each. A lost one returns only once the old is surely gone."
        }
        Family::Loose => "Nobody owns these pods: what is lost stays lost.",
    }
}

/// The page of a claim.
pub fn claim(world: &World, key: &Key) -> Page {
    let Some(claim) = world.get::<PersistentVolumeClaim>(key) else {
        let mut page = Page::new(format!("{} does not exist", key.name), Role::Faint);
        causes(&mut page, world, Kind::PersistentVolumeClaim, key, 4);
        return page;
    };
    let mut page = Page::new(format!("◇ {}", key.name), Role::Disk);
    let modes: Vec<&str> = claim.spec.access_modes.iter().map(|m| m.short()).collect();
    let volume = if claim.spec.volume_name.is_empty() { "no volume yet" } else { &claim.spec.volume_name };
    page.say(format!("{} · {} · {} · {volume}", claim.status.phase.text(), claim.request(), modes.join(",")), Role::Text.bold());
    if !told(&mut page, world, &Target::Claim(key.clone())) {
        waits(&mut page, world, Kind::PersistentVolumeClaim, key);
    }
    let users: Vec<&str> = world.store().pods_using(key).map(|k| &*k.name).collect();
    page.field(
        "used by",
        if users.is_empty() { "no pod: it keeps its volume and the data".to_owned() } else { users.join(", ") },
        Role::Text,
    );
    causes(&mut page, world, Kind::PersistentVolumeClaim, key, 5);
    page
}

/// The page of a volume, with the files on its disk.
pub fn volume(world: &World, name: &Name) -> Page {
    let key = Key::cluster(name.clone());
    let Some(pv) = world.get::<PersistentVolume>(&key) else { return Page::new(format!("{name} does not exist"), Role::Faint) };
    let mut page = Page::new(format!("◈ {name}"), Role::Disk);
    let modes: Vec<&str> = pv.spec.access_modes.iter().map(|m| m.short()).collect();
    page.say(format!("{} · {} · {}", pv.status.phase.text(), pv.size(), modes.join(",")), Role::Text.bold());
    let policy = pv.spec.persistent_volume_reclaim_policy.text();
    page.field(
        "then",
        format!("{policy}, when its claim is deleted"),
        if pv.status.phase == VolumePhase::Released { Role::Waiting } else { Role::Text },
    );
    if !told(&mut page, world, &Target::Volume(name.clone())) {
        waits(&mut page, world, Kind::PersistentVolume, &key);
    }
    files(&mut page, world, pv);
    causes(&mut page, world, Kind::PersistentVolume, &key, 3);
    page
}

fn files(page: &mut Page, world: &World, pv: &PersistentVolume) {
    let mut ids: Vec<Name> = world.machines().map(|m| disk_of(pv, &m.name).0).collect();
    ids.dedup();
    let disks: Vec<_> = ids.iter().filter_map(|id| world.disk(id)).collect();
    for disk in &disks {
        let at: Vec<&str> = disk.attached.iter().map(|n| &**n).collect();
        page.field("disk", format!("{} at {}", disk.id, if at.is_empty() { "no machine".to_owned() } else { at.join(", ") }), Role::Disk);
        for (path, file) in &disk.files {
            page.field("file", format!("{path}: {:?}, by {} on {}", shorten(&file.content), file.writer.name, file.node), Role::Text);
        }
    }
    if disks.iter().all(|d| d.files.is_empty()) {
        page.field("files", "none yet", Role::Faint);
    }
}

fn shorten(text: &str) -> String {
    let line = text.lines().next().unwrap_or_default();
    if line.chars().count() > 32 { line.chars().take(31).chain(['…']).collect() } else { line.to_owned() }
}

/// The page of a node and its machine.
pub fn node(world: &World, stage: &Stage, name: &Name) -> Page {
    let Some(host) = stage.host(name) else { return Page::new(format!("{name} is gone"), Role::Faint) };
    let role = if host.is_linked() && host.ready { Role::Text } else { Role::Bad };
    let mut page = Page::new(format!("{name}: {}", host.state), role);
    let silent = spoken(stage.now - host.last_word);
    let words = match (host.powered, host.cut) {
        (false, _) | (true, Some(_)) => format!("The record has had no word for {silent}."),
        (true, None) => "Orders travel down to its kubelet, reports travel up.".to_owned(),
    };
    page.say(words, Role::Text);
    told(&mut page, world, &Target::Node(name.clone()));
    let key = Key::cluster(name.clone());
    waits(&mut page, world, Kind::Node, &key);
    let ghosts = host.running.iter().filter(|r| r.is_ghost()).count();
    let pods = world.store().pods_on(name).count();
    page.field(
        "pods",
        format!(
            "{pods} on record, {} processes{}",
            host.running.len(),
            if ghosts > 0 { format!(", {ghosts} of them ghosts") } else { String::new() }
        ),
        Role::Text,
    );
    if let Some(node) = world.get::<Node>(&key) {
        for taint in &node.spec.taints {
            page.field("taint", format!("{}:{:?}", taint.key, taint.effect), Role::Waiting);
        }
    }
    causes(&mut page, world, Kind::Node, &key, 4);
    page.gap();
    page.keys(
        "",
        &[
            ("c", if host.cut.is_some() { "plug it in" } else { "pull its cable" }),
            ("p", if host.powered { "take its power" } else { "boot it" }),
        ],
    );
    page
}
