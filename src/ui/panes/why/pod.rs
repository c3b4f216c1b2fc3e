//! Why a pod is as it is, and what its process is to the record.

use super::{Page, causes, told, waits};
use crate::api::{Key, Kind, Pod, Uid};
use crate::scene::Target;
use crate::scene::cause;
use crate::scene::clock::{clock, left, spoken};
use crate::scene::facts::{Look, Row, Running, Stage, Verdict};
use crate::scene::paint::{look_glyph, running_glyph};
use crate::scene::role::Role;
use crate::sim::World;

/// Remembered DNS answers that are told of a pod.
const RECALLED: usize = 3;

/// The page of a pod on record.
pub fn pod(world: &World, stage: &Stage, key: &Key) -> Page {
    let (Some((set, row)), Some(pod)) = (stage.row(key), world.get::<Pod>(key)) else {
        let mut page = Page::new(format!("{} is not on record", key.name), Role::Faint);
        causes(&mut page, world, Kind::Pod, key, 6);
        return page;
    };
    let mut page = Page::new(question(row, &key.name), look_role(row.look));
    state(&mut page, world, stage, row, pod);
    if !told(&mut page, world, &Target::Pod(key.clone())) {
        waits(&mut page, world, Kind::Pod, key);
    }
    causes(&mut page, world, Kind::Pod, key, 5);
    page.gap();
    let ip = if pod.status.pod_ip.is_empty() { "no address yet" } else { &pod.status.pod_ip };
    page.field("owner", format!("{} · {ip}", set.name), Role::Text);
    for claim in &row.claims {
        page.field(
            "claim",
            format!("{} → {}", claim.key.name, if claim.volume.is_empty() { "no volume yet" } else { &claim.volume }),
            Role::Disk,
        );
    }
    for (i, words) in cause::recalls(world, pod, RECALLED).into_iter().enumerate() {
        page.field(if i == 0 { "recalls" } else { "" }, words, Role::Text);
    }
    if let Some(words) = cause::why_there(world, key) {
        page.field("node", format!("{}: {words}", row.node), Role::Text);
    }
    for (i, words) in cause::weighed(world, key).into_iter().enumerate() {
        page.field(if i == 0 { "scores" } else { "" }, words, if i == 0 { Role::Text } else { Role::Control });
    }
    page
}

fn look_role(look: Look) -> Role {
    match look {
        Look::Ready | Look::Done | Look::Missing | Look::Gone => Role::Text,
        other => look_glyph(other).1,
    }
}

fn question(row: &Row, name: &str) -> String {
    match row.look {
        Look::Ready => format!("{name} is ready"),
        Look::Unready => format!("why is {name} not ready?"),
        Look::Pending => format!("why does {name} not run?"),
        Look::Leaving => format!("why is {name} still there?"),
        Look::Doubtful => format!("is {name} alive?"),
        Look::Failed => format!("what is wrong with {name}?"),
        Look::Done => format!("{name} has done its work"),
        Look::Missing | Look::Gone => format!("there is no {name}"),
    }
}

fn state(page: &mut Page, world: &World, stage: &Stage, row: &Row, pod: &Pod) {
    let epoch = world.options().epoch;
    let place = if row.node.is_empty() { "no node yet".to_owned() } else { format!("on {}", row.node) };
    let words = match row.look {
        Look::Ready => pod.ready_since().map(|t| format!("ready since t+{}, {place}", clock(t - epoch))).unwrap_or_default(),
        Look::Leaving => leaving(stage, pod),
        Look::Doubtful => format!("{place}, of which nothing is heard: nobody can tell"),
        Look::Unready | Look::Pending | Look::Failed | Look::Done | Look::Missing | Look::Gone => format!("{}, {place}", row.state),
    };
    page.say(words, Role::Text.bold());
}

fn leaving(stage: &Stage, pod: &Pod) -> String {
    let Some(until) = pod.metadata.deletion_timestamp else { return String::new() };
    let left_over = until - stage.now;
    match left_over.0 > 0 {
        true => format!("asked to stop: {} of grace left", left(left_over)),
        false => format!("asked to stop; its grace was over {} ago", spoken(stage.now - until)),
    }
}

/// The page of a process on a machine.
pub fn process(world: &World, stage: &Stage, node: &str, uid: Uid) -> Page {
    let Some(running) = stage.running(node, uid) else { return Page::new("it has ended", Role::Faint) };
    let name = &running.key.name;
    let role = if running.is_ghost() { Role::Bad } else { Role::Text };
    let mut page = Page::new(title(running, name), role);
    let (_, _, word) = running_glyph(running);
    let ip = if running.ip.is_empty() { "no address yet" } else { &running.ip };
    let state = if word.is_empty() { "runs and answers" } else { word };
    page.say(format!("{state}, on {node}, {ip}"), Role::Text.bold());
    for text in explain(running) {
        page.say(*text, Role::Bad);
    }
    reached(&mut page, world, running);
    if running.is_ghost() {
        page.keys("ends it:", &[("c", "plug it in"), ("p", "take the power")]);
    }
    if let Some(process) = world.machine(node).and_then(|m| m.processes.get(&uid)) {
        for mount in &process.mounts {
            page.field("disk", format!("{} at {}", mount.disk, mount.paths.join(", ")), Role::Disk);
        }
    }
    page.gap();
    causes(&mut page, world, Kind::Pod, &running.key, 5);
    page
}

fn title(running: &Running, name: &str) -> String {
    match running.verdict {
        Verdict::Mirrored => format!("{name}, the process"),
        Verdict::Stopping(_) => format!("{name} is stopping"),
        Verdict::Deaf | Verdict::Erased => format!("☠ why does {name} still run?"),
    }
}

/// Which of two namesakes whoever goes by their name gets to: names are answered from the record.
fn reached(page: &mut Page, world: &World, running: &Running) {
    let namesake = world.get::<Pod>(&running.key).filter(|pod| pod.metadata.uid != running.uid && !pod.status.pod_ip.is_empty());
    if let Some(pod) = namesake {
        let words = format!("a lookup of its name and a request by it reach the other, {} on {}", pod.status.pod_ip, pod.spec.node_name);
        page.field("by name", words, Role::Text);
    }
}

fn explain(running: &Running) -> &'static [&'static str] {
    match running.verdict {
        Verdict::Mirrored | Verdict::Stopping(_) => &[],
        Verdict::Deaf => &["The record wants it gone. The order to stop cannot reach this machine."],
        Verdict::Erased => {
            &["The record has forgotten it; nobody asked this machine.", "It goes on writing to its disks until its kubelet hears of it."]
        }
    }
}
