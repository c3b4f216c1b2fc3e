//! `kubectl logs`: what the book's applications print, told from what happened to their processes.

use super::{Answer, Call};
use crate::api::pod::ContainerStatus;
use crate::api::{Key, Pod};
use crate::shell::flags::{Flag, switch, value};
use crate::shell::voice::Failure;
use crate::sim::World;
use crate::sim::change::{Physical, What};
use crate::sim::images::{App, image};

/// Flags of its own.
pub const FLAGS: &[Flag] = &[
    value("container", 'c'),
    switch("follow", 'f'),
    switch("previous", 'p'),
    value("tail", '-'),
    value("since", '-'),
    switch("timestamps", '-'),
    switch("all-containers", '-'),
    switch("prefix", '-'),
];

/// Prints a container's log.
pub fn run(call: &mut Call) -> Answer {
    let usage = "expected 'logs [-f] [-p] (POD | TYPE/NAME) [-c CONTAINER]'.\nPOD or TYPE/NAME is a required argument for the logs command";
    let word = call.args.words.first().ok_or_else(|| Failure::error(usage))?;
    let name = word.strip_prefix("pod/").or(word.strip_prefix("po/")).unwrap_or(word);
    let key = Key::new(call.namespace(), name);
    let missing = || {
        let text = format!("error from server (NotFound): pods {name:?} not found in namespace {:?}", call.namespace());
        Failure::error(text)
    };
    let pod = call.world.get::<Pod>(&key).cloned().ok_or_else(missing)?;
    let container = container(&pod, call.args.get("container").or(call.args.words.get(1).map(String::as_str)))?;
    if call.args.on("previous") {
        let text = format!("previous terminated container {container:?} in pod {name:?} not found");
        return Err(Failure::plain(format!("Error from server (BadRequest): {text}")));
    }
    reachable(call.world, &pod, &container)?;
    let mut lines = lines(call.world, &pod, &container);
    if let Some(tail) = call.args.number("tail")?.filter(|n| *n >= 0) {
        lines.drain(..lines.len().saturating_sub(tail as usize));
    }
    lines.iter().for_each(|line| call.voice.say(line));
    Ok(None)
}

/// The container asked for, or the only or first one.
fn container(pod: &Pod, asked: Option<&str>) -> Result<String, Failure> {
    let names: Vec<&str> = pod.spec.containers.iter().map(|c| &*c.name).collect();
    match asked {
        Some(name) if !names.contains(&name) => {
            let text = format!("container {name} is not valid for pod {}", pod.metadata.name);
            Err(Failure::plain(format!("Error from server (BadRequest): {text}")))
        }
        Some(name) => Ok(name.to_owned()),
        None => Ok((*names.first().unwrap_or(&"")).to_owned()),
    }
}

fn reachable(world: &World, pod: &Pod, container: &str) -> Result<(), Failure> {
    let refuse = |text: String| Err(Failure::plain(format!("Error from server (BadRequest): {text}")));
    let name = &pod.metadata.name;
    if !pod.is_scheduled() {
        return refuse(format!("pod {name} does not have a host assigned"));
    }
    let status = pod.status.container_statuses.iter().find(|s| *s.name == *container);
    let waiting = |s: &ContainerStatus| s.state.waiting.clone();
    if let Some(waiting) = status.map_or_else(|| Some(Default::default()), waiting) {
        let why = match &*waiting.reason {
            "" => "ContainerCreating",
            "ErrImagePull" | "ImagePullBackOff" => "trying and failing to pull image",
            other => other,
        };
        return refuse(format!("container {container:?} in pod {name:?} is waiting to start: {why}"));
    }
    let node = &pod.spec.node_name;
    if world.machine(node).is_none_or(|m| !m.is_linked()) {
        let path = format!("https://{}:10250/containerLogs/{}/{name}/{container}", pod.status.host_ip, pod.metadata.namespace);
        let why = format!("dial tcp {}:10250: connect: no route to host", pod.status.host_ip);
        return Err(Failure::plain(format!("Error from server: Get {path:?}: {why}")));
    }
    Ok(())
}

fn lines(world: &World, pod: &Pod, container: &str) -> Vec<String> {
    let Some(container) = pod.spec.containers.iter().find(|c| *c.name == *container) else { return Vec::new() };
    let app = image(&container.image).app;
    let key = pod.metadata.key();
    let mut lines = Vec::new();
    for change in world.changes().since(0).filter(|c| c.at >= pod.metadata.created()) {
        match &change.what {
            What::Physical(Physical::Started(_, _, uid)) if *uid == pod.metadata.uid && app == App::Kubia => {
                lines.push("Kubia server starting...".to_owned());
            }
            What::Physical(Physical::Answered(who, request, _)) if *who == key => lines.extend(answered(app, request)),
            _ => {}
        }
    }
    lines
}

/// What an application prints when it answers.
fn answered(app: App, request: &str) -> Option<String> {
    match app {
        App::Kubia => Some("Received request from ::ffff:10.244.0.1".to_owned()),
        App::Pet | App::PetPeers | App::DirectoryPicker => {
            request.starts_with("POST").then(|| "New data has been received and stored.".to_owned())
        }
        App::Web => Some(format!("10.244.0.1 - - \"{request} HTTP/1.1\" 200")),
        App::Silent => None,
    }
}
