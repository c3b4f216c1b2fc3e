//! `kubectl logs`: what containers print, told from what their commands say and from what happened to their processes.

use super::attachable;
use super::{Answer, Call};
use crate::api::pod::{Container, ContainerState, ContainerStatus};
use crate::api::{Key, Name, Pod, Span, Time, Uid, selector_text};
use crate::shell::flags::{Flag, switch, value};
use crate::shell::job::Task;
use crate::shell::voice::{Failure, Voice};
use crate::sim::World;
use crate::sim::change::{Physical, What};
use crate::sim::images::{self, App};
use std::sync::Arc;

/// Flags of its own.
pub const FLAGS: &[Flag] = &[
    value("container", 'c'),
    value("selector", 'l'),
    switch("follow", 'f'),
    switch("previous", 'p'),
    value("tail", '-'),
    value("since", '-'),
    switch("timestamps", '-'),
    switch("all-containers", '-'),
    switch("prefix", '-'),
    value("since-time", '-'),
    value("limit-bytes", '-'),
    value("max-log-requests", '-'),
    value("pod-running-timeout", '-'),
    switch("ignore-errors", '-'),
];

/// Lines of which a log by selector shows the last only. Upstream: defaultLogsTailLines.
const TAIL_OF_SELECTED: i64 = 10;

/// Prints containers' logs, and goes on with `--follow`.
pub fn run(call: &mut Call) -> Answer {
    let usage = "expected 'logs [-f] [-p] (POD | TYPE/NAME) [-c CONTAINER]'.\nPOD or TYPE/NAME is a required argument for the logs command";
    check(call, usage)?;
    let selector = call.args.get("selector").map(|text| selector_text::parse(text).map_err(Failure::error)).transpose()?;
    let pods: Vec<Arc<Pod>> = match (call.args.words.first().cloned(), selector) {
        (None, Some(selector)) => attachable::selected(call, &selector),
        (Some(_), Some(_)) => return Err(call.args.wrong_usage("only a selector (-l) or a POD name is allowed")),
        (None, None) => return Err(call.args.wrong_usage(usage)),
        (Some(word), None) => vec![attachable::pod(call, &word)?.ok_or_else(|| missing(call, &word))?],
    };
    let mut streams = Vec::new();
    for pod in &pods {
        for container in wanted(call, pod)? {
            streams.extend(print(call, pod, &container)?);
        }
    }
    Ok(call.args.on("follow").then(|| Task::Logs(Follow { streams, looked: call.world.now() })))
}

/// What is wrong with the flags. Upstream: LogsOptions.Validate.
fn check(call: &Call, usage: &str) -> Result<(), Failure> {
    let args = &call.args;
    if args.words.len() > 2 {
        return Err(args.wrong_usage(usage));
    }
    if let Some(text) = args.get("since").filter(|text| seconds(text).is_none()) {
        return Err(args.no_duration("since", text));
    }
    let named = args.get("container").or(args.words.get(1).map(String::as_str)).unwrap_or_default();
    let numbers = (args.number("tail")?, args.number("limit-bytes")?);
    let why = match (args.get("since"), args.get("since-time"), numbers) {
        (Some(_), Some(_), _) => "at most one of `sinceTime` or `sinceSeconds` may be specified".to_owned(),
        (_, Some(text), _) if Time::parse(text).is_none() => {
            format!("parsing time {text:?} as \"2006-01-02T15:04:05Z07:00\": cannot parse {text:?} as \"2006\"")
        }
        _ if args.on("all-containers") && !named.is_empty() => {
            format!("--all-containers=true should not be specified with container name {named}")
        }
        (.., (Some(..-1), _)) => "--tail must be greater than or equal to -1".to_owned(),
        (.., (_, Some(..=0))) => "--limit-bytes must be greater than 0".to_owned(),
        _ => return Ok(()),
    };
    Err(Failure::error(why))
}

fn missing(call: &Call, word: &str) -> Failure {
    let name = word.rsplit('/').next().unwrap_or(word);
    Failure::error(format!("error from server (NotFound): pods {name:?} not found in namespace {:?}", call.namespace()))
}

/// The containers asked for: the named one, all, or the one that is meant where nothing is said.
fn wanted(call: &mut Call, pod: &Pod) -> Result<Vec<Container>, Failure> {
    if call.args.on("all-containers") {
        return Ok(attachable::containers(pod).cloned().collect());
    }
    let name = match call.args.get("container").or(call.args.words.get(1).map(String::as_str)) {
        Some(name) => name.to_owned(),
        None => attachable::default_container(call, pod),
    };
    let found = attachable::containers(pod).find(|c| *c.name == *name).cloned();
    found.map(|c| vec![c]).ok_or_else(|| Failure::error(format!("container {name} is not valid for pod {}", pod.metadata.name)))
}

fn print(call: &mut Call, pod: &Pod, container: &Container) -> Result<Option<Stream>, Failure> {
    if !pod.is_scheduled() {
        return Ok(None);
    }
    let (from, until) = life(pod, container, call.args.on("previous"))?;
    reachable(call.world, pod, container)?;
    let mut lines = lines(call.world, pod, container, from, until.unwrap_or(call.world.now()));
    let printed = lines.len();
    if let Some(text) = call.args.get("since") {
        let span = seconds(text).ok_or_else(|| call.args.no_duration("since", text))?;
        lines.retain(|(at, _)| *at >= call.world.now() - span);
    }
    if let Some(since) = call.args.get("since-time").and_then(Time::parse) {
        lines.retain(|(at, _)| *at >= since);
    }
    let tail = call.args.number("tail")?.or(call.args.get("selector").map(|_| TAIL_OF_SELECTED));
    if let Some(tail) = tail.filter(|n| *n >= 0) {
        lines.drain(..lines.len().saturating_sub(tail as usize));
    }
    let prefix = if call.args.on("prefix") { format!("[pod/{}/{}] ", pod.metadata.name, container.name) } else { String::new() };
    let stamped = call.args.on("timestamps");
    let stream =
        Stream { pod: pod.metadata.key(), uid: pod.metadata.uid, container: container.name.clone(), from, printed, prefix, stamped };
    lines.iter().for_each(|line| stream.say(call.voice, line));
    Ok(until.is_none().then_some(stream))
}

/// `90s`, `5m`, `1h30m`.
fn seconds(text: &str) -> Option<Span> {
    let parts = text.split_inclusive(|c: char| c.is_ascii_alphabetic());
    let length = |part: &str| {
        let (number, unit) = part.split_at(part.len() - 1);
        let factor = match unit {
            "s" => 1,
            "m" => 60,
            "h" => 3600,
            _ => return None,
        };
        number.parse::<i64>().ok().map(|n| n * factor)
    };
    let all: Option<Vec<i64>> = parts.map(length).collect();
    all.filter(|all| !all.is_empty()).map(|all| Span::secs(all.iter().sum()))
}

/// From when to when the life of a container lasted whose log is asked for. Upstream: validateContainerLogStatus.
fn life(pod: &Pod, container: &Container, previous: bool) -> Result<(Time, Option<Time>), Failure> {
    let refuse = |text: String| Err(Failure::plain(format!("Error from server (BadRequest): {text}")));
    let (name, here) = (&*container.name, &*pod.metadata.name);
    let mut statuses = pod.status.init_container_statuses.iter().chain(&pod.status.container_statuses);
    let status = statuses.find(|s| s.name == container.name).cloned().unwrap_or_default();
    let ContainerStatus { state, last_state, .. } = &status;
    let ended = |state: &ContainerState| state.terminated.as_ref().map(|t| (t.started_at.unwrap_or_default(), t.finished_at));
    if previous {
        let missing = || refuse(format!("previous terminated container {name:?} in pod {here:?} not found"));
        return ended(last_state).map_or_else(missing, Ok);
    }
    let running = state.running.as_ref().map(|r| (r.started_at.unwrap_or_default(), None));
    if let Some(life) = running.or(ended(state)).or(ended(last_state)) {
        return Ok(life);
    }
    let waiting = state.waiting.as_ref().map(|w| w.reason.to_string()).unwrap_or_default();
    let why = match waiting.as_str() {
        "" => "ContainerCreating",
        "ErrImagePull" => "image can't be pulled",
        "ImagePullBackOff" => "trying and failing to pull image",
        other => other,
    };
    refuse(format!("container {name:?} in pod {here:?} is waiting to start: {why}"))
}

fn reachable(world: &World, pod: &Pod, container: &Container) -> Result<(), Failure> {
    if world.machine(&pod.spec.node_name).is_some_and(|m| m.is_linked()) {
        return Ok(());
    }
    let (host, meta) = (&pod.status.host_ip, &pod.metadata);
    let path = format!("https://{host}:10250/containerLogs/{}/{}/{}", meta.namespace, meta.name, container.name);
    Err(Failure::plain(format!("Error from server: Get {path:?}: dial tcp {host}:10250: connect: no route to host")))
}

/// One life of a container whose log is followed.
#[derive(Clone, Debug)]
struct Stream {
    pod: Key,
    uid: Uid,
    container: Name,
    from: Time,
    printed: usize,
    prefix: String,
    stamped: bool,
}

impl Stream {
    fn say(&self, voice: &mut Voice, (at, line): &(Time, String)) {
        let stamp = if self.stamped { format!("{} ", at.rfc3339_micro()) } else { String::new() };
        voice.say(format!("{}{stamp}{line}", self.prefix));
    }
    /// Prints what is new; false once that life is over.
    fn go_on(&mut self, world: &World, voice: &mut Voice) -> bool {
        let Some(pod) = world.get::<Pod>(&self.pod).filter(|pod| pod.metadata.uid == self.uid) else { return false };
        let Some(container) = attachable::containers(pod).find(|c| c.name == self.container) else { return false };
        if reachable(world, pod, container).is_err() {
            return true;
        }
        let now = life(pod, container, false).ok().filter(|(from, _)| *from == self.from);
        let before = || life(pod, container, true).ok().filter(|(from, _)| *from == self.from);
        let Some((from, until)) = now.or_else(before) else { return false };
        let lines = lines(world, pod, container, from, until.unwrap_or(world.now()));
        lines.iter().skip(self.printed).for_each(|line| self.say(voice, line));
        self.printed = self.printed.max(lines.len());
        until.is_none()
    }
}

/// Logs that are followed until the last of the containers' lives is over.
#[derive(Clone, Debug)]
pub struct Follow {
    streams: Vec<Stream>,
    looked: Time,
}

impl Follow {
    /// Prints what has come since; true once nothing more can come.
    pub fn poll(&mut self, world: &World, voice: &mut Voice) -> bool {
        self.looked = world.now();
        self.streams.retain_mut(|stream| stream.go_on(world, voice));
        self.streams.is_empty()
    }
    /// When to look again: a process may print though nothing else happens.
    pub fn until(&self) -> Option<Time> {
        Some(self.looked + Span::secs(1))
    }
}

/// What a container printed in one of its lives, with the moments.
fn lines(world: &World, pod: &Pod, container: &Container, from: Time, until: Time) -> Vec<(Time, String)> {
    if let Some(course) = images::course(container) {
        let told = course.printed(until - from).into_iter();
        return told.map(|(after, line)| (from + after, line)).collect();
    }
    let (app, key) = (images::image(&container.image).app, pod.metadata.key());
    let mut lines: Vec<(Time, String)> = greeting(app).map(|line| (from, line.to_owned())).into_iter().collect();
    // A life is known to the second, what happened in it more exactly.
    for change in world.changes().since(0).filter(|c| c.at >= from && c.at <= until + Span::secs(1)) {
        if let What::Physical(Physical::Answered(who, request, code)) = &change.what
            && *who == key
        {
            lines.extend(answered(app, request, *code, change.at).map(|line| (change.at, line)));
        }
    }
    lines
}

/// What an application prints when it starts.
fn greeting(app: App) -> Option<&'static str> {
    match app {
        App::Kubia => Some("Kubia server starting..."),
        App::Web => Some("/docker-entrypoint.sh: Configuration complete; ready for start up"),
        App::Pet | App::PetPeers | App::DirectoryPicker | App::Silent => None,
    }
}

/// What an application prints when it answers.
fn answered(app: App, request: &str, code: u16, at: Time) -> Option<String> {
    match app {
        App::Kubia => Some("Received request from ::ffff:10.244.0.1".to_owned()),
        App::Pet | App::PetPeers | App::DirectoryPicker => {
            request.starts_with("POST").then(|| "New data has been received and stored.".to_owned())
        }
        App::Web => Some(format!("10.244.0.1 - - [{}] \"{request} HTTP/1.1\" {code}", at.rfc3339())),
        App::Silent => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_of_since() {
        assert_eq!(seconds("90s"), Some(Span::secs(90)));
        assert_eq!(seconds("1h30m"), Some(Span::secs(5400)));
        assert_eq!((seconds("soon"), seconds("")), (None, None));
    }
}
