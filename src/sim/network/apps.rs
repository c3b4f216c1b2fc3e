//! What the images' processes do: how they answer over HTTP and what they do when they start and stop. The answers of
//! `kubia`, `kubia-pet` and `kubia-pet-peers` are those of the book's `app.js` files.

use super::files::{self, FileError};
use super::message::{Message, Response};
use crate::api::{Name, Span, Uid};
use crate::sim::agenda::Due;
use crate::sim::images::{App, image};
use crate::sim::kubelet::Errand;
use crate::sim::machine::Process;
use crate::sim::world::World;

/// Where the pets keep what is posted.
pub const PET_FILE: &str = "/var/data/kubia.txt";
const NO_DATA: &str = "No data posted yet";
/// Where the directory picker expects its shared volume.
const PICKER_ROOT: &str = "/data";
/// Where the picker remembers its directory: a file of its container's own.
const PICKED: &str = "/run/directory";
/// From a look at the directories to the owner file in the one that was free.
const TAKING: Span = Span::millis(200);
/// Directories that the picker looks at before it gives up.
const MAX_DIRECTORIES: usize = 100;

/// What a process does with a request.
#[derive(Debug)]
pub enum Reply {
    /// It answers at once.
    Now(Response),
    /// It asks all its peers for `/data` first, found by SRV under this name, and appends what they say to its head.
    AfterPeers {
        /// How its answer begins.
        head: String,
        /// The full name of its governing service.
        service: String,
    },
}

/// The host name of a pod's processes.
pub fn hostname(process: &Process) -> &Name {
    if process.spec.hostname.is_empty() { &process.key.name } else { &process.spec.hostname }
}

/// Lets a process of an app answer.
pub fn answer(world: &mut World, node: &Name, process: &Process, app: App, message: &Message) -> Reply {
    let hit = format!("You've hit {}\n", hostname(process));
    let me = Me { node, process };
    Reply::Now(match (app, message.is_post()) {
        (App::Silent, _) => Response::ok(String::new()),
        (App::Kubia, _) => Response::ok(hit),
        (App::Web, _) => Response::ok(format!("<html><body><h1>It works!</h1><p>{}</p></body></html>\n", hostname(process))),
        (App::Pet | App::PetPeers, true) => me.store(world, PET_FILE, message.body),
        (App::Pet, false) => me.tell(world, PET_FILE, |data| format!("{hit}Data stored on this pod: {data}\n")),
        (App::PetPeers, false) if message.path == "/data" => me.tell(world, PET_FILE, str::to_owned),
        (App::PetPeers, false) => {
            return Reply::AfterPeers { head: format!("{hit}Data stored in the cluster:\n"), service: governing_service(process) };
        }
        (App::DirectoryPicker, post) => match pick_directory(world, node, process.uid) {
            Ok(directory) if post => me.store(world, &format!("{directory}/kubia.txt"), message.body),
            Ok(directory) => {
                let path = format!("{directory}/kubia.txt");
                me.tell(world, &path, |data| format!("{hit}My directory: {directory}\nData stored there: {data}\n"))
            }
            Err(error) => Response::failed(error),
        },
    })
}

/// The book's app has `kubia.default.svc.cluster.local` written into it; this is the same for its manifests.
fn governing_service(process: &Process) -> String {
    let service = if process.spec.subdomain.is_empty() { "kubia" } else { &process.spec.subdomain };
    format!("{service}.{}.svc.{}", process.key.namespace, super::dns::ZONE)
}

/// A process at its work.
struct Me<'p> {
    node: &'p Name,
    process: &'p Process,
}

impl Me<'_> {
    fn store(&self, world: &mut World, path: &str, data: &str) -> Response {
        match files::write_file(world, self.node, self.process.uid, path, data) {
            Ok(change) => {
                let body = format!("Data stored on pod {}\n", hostname(self.process));
                Response { because: Some(change), ..Response::ok(body) }
            }
            Err(error) => Response::failed(error),
        }
    }
    fn tell(&self, world: &World, path: &str, words: impl Fn(&str) -> String) -> Response {
        match files::read_file(world, self.node, self.process.uid, path) {
            Ok(data) => Response::ok(words(&data)),
            Err(FileError::NoFile) => Response::ok(words(NO_DATA)),
            Err(error) => Response::failed(error),
        }
    }
}

/// What a pod's processes do when they start; the kubelet calls it when a container has started. The directory picker looks
/// for a free directory and takes it a moment later, as real instances do that cannot do both at once: two that start
/// together take the same, which is the notes' "isn't easy to do correctly".
pub fn on_start(world: &mut World, node: &Name, uid: Uid) {
    if runs(world, node, uid, App::DirectoryPicker)
        && let Ok(directory) = find_directory(world, node, uid)
    {
        let _shown_when_it_is_asked = files::write_file(world, node, uid, PICKED, &directory);
        let soon = world.now() + TAKING;
        world.schedule(soon, Due::Kubelet(node.clone(), Errand::GoOn(uid)));
    }
}

/// The second half of a start: the directory picker takes what it found free.
pub fn go_on(world: &mut World, node: &Name, uid: Uid) {
    if let Ok(directory) = files::read_file(world, node, uid, PICKED) {
        let _shown_when_it_is_asked = take_directory(world, node, uid, &directory);
    }
}

/// What they do when they are asked to stop and have the time for it; never called for killed or crashed ones.
pub fn on_stop(world: &mut World, node: &Name, uid: Uid) {
    if runs(world, node, uid, App::DirectoryPicker)
        && let Ok(Some(directory)) = own_directory(world, node, uid)
    {
        let _gone_already = files::remove_file(world, node, uid, &owner_file(&directory));
    }
}

fn runs(world: &World, node: &Name, uid: Uid, app: App) -> bool {
    let process = world.machine(node).and_then(|machine| machine.processes.get(&uid));
    process.is_some_and(|process| process.containers.iter().any(|c| image(&c.image).app == app))
}

fn owner_file(directory: &str) -> String {
    format!("{directory}/owner")
}

fn directories() -> impl Iterator<Item = String> {
    (0..MAX_DIRECTORIES).map(|n| format!("{PICKER_ROOT}/dir-{n}"))
}

fn own_directory(world: &World, node: &Name, uid: Uid) -> Result<Option<String>, FileError> {
    for directory in directories() {
        match files::stat(world, node, uid, &owner_file(&directory)) {
            Ok(file) if file.writer_uid == uid => return Ok(Some(directory)),
            Ok(_) | Err(FileError::NoFile) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(None)
}

/// The directory with which an instance works: the one that it chose at its start, whoever else did.
fn pick_directory(world: &mut World, node: &Name, uid: Uid) -> Result<String, FileError> {
    if let Ok(chosen) = files::read_file(world, node, uid, PICKED) {
        return Ok(chosen.to_string());
    }
    let directory = find_directory(world, node, uid)?;
    take_directory(world, node, uid, &directory)?;
    Ok(directory)
}

/// An instance's own directory, or the first without an owner file. One that was killed leaves its owner file behind, and
/// its directory is never used again.
fn find_directory(world: &World, node: &Name, uid: Uid) -> Result<String, FileError> {
    if let Some(directory) = own_directory(world, node, uid)? {
        return Ok(directory);
    }
    let is_free = |directory: &String| files::stat(world, node, uid, &owner_file(directory)).is_err();
    directories().find(is_free).ok_or(FileError::NoFile)
}

fn take_directory(world: &mut World, node: &Name, uid: Uid, directory: &str) -> Result<(), FileError> {
    let owner = world.machine(node).and_then(|m| m.processes.get(&uid)).map(|p| hostname(p).clone()).unwrap_or_default();
    files::write_file(world, node, uid, &owner_file(directory), &owner).map(|_| ())
}

#[cfg(test)]
mod tests;
