//! `kubectl logs`: what containers print, told from what their commands say and from the requests that their applications have
//! answered.

use super::attachable;
use super::{Answer, Call};
use crate::api::pod::{Container, ContainerState, ContainerStatus};
use crate::api::{Key, Name, Pod, Span, Time, Uid, selector_text};
use crate::shell::flags::{Flag, switch, value};
use crate::shell::job::Task;
use crate::shell::voice::{Failure, Voice};
use crate::sim::World;
use crate::sim::images::{self, App};
use crate::sim::machine::Served;
use crate::sim::network::{Keeps, memory};
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
    let printed = Mark::after(&lines);
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

/// How far a log was printed: the moment of the last line, and how many of that moment there were.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
struct Mark(Time, usize);

impl Mark {
    fn after(lines: &[(Time, String)]) -> Mark {
        let Some((last, _)) = lines.last() else { return Mark::default() };
        Mark(*last, lines.iter().rev().take_while(|(at, _)| at == last).count())
    }
    /// The lines that are not printed yet.
    fn beyond(self, lines: &[(Time, String)]) -> impl Iterator<Item = &(Time, String)> {
        let of_the_moment = lines.iter().filter(move |(at, _)| *at == self.0).skip(self.1);
        of_the_moment.chain(lines.iter().filter(move |(at, _)| *at > self.0))
    }
}

/// One life of a container whose log is followed.
#[derive(Clone, Debug)]
struct Stream {
    pod: Key,
    uid: Uid,
    container: Name,
    from: Time,
    printed: Mark,
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
        self.printed.beyond(&lines).for_each(|line| self.say(voice, line));
        self.printed = self.printed.max(Mark::after(&lines));
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
    let mut lines: Vec<(Time, String)> = Keeps::of(container).err().map(|text| (from, forgetful(text))).into_iter().collect();
    if let Some(course) = images::course(container) {
        lines.extend(course.printed(until - from).into_iter().map(|(after, line)| (from + after, line)));
        return lines;
    }
    let app = images::image(&container.image).app;
    lines.extend(greeting(app).map(|line| (from, line.to_owned())));
    let machine = world.machine(&pod.spec.node_name);
    let served = machine.into_iter().flat_map(|machine| machine.served(pod.metadata.uid, &container.name));
    // A life is known to the second, what happened in it more exactly.
    let lived = served.filter(|served| served.at >= from && served.at <= until + Span::secs(1));
    lines.extend(lived.filter_map(|served| Some((served.at, answered(app, served)?))));
    lines
}

/// What a process says whose habit of keeping DNS answers is none that is known.
fn forgetful(text: &str) -> String {
    let habits: Vec<&str> = memory::HABITS.iter().map(|row| row.1).collect();
    format!("{}={text:?} is none of {}: no DNS answer is kept", memory::VARIABLE, habits.join(", "))
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
fn answered(app: App, served: &Served) -> Option<String> {
    let Served { at, client, request, status, size } = served;
    match app {
        App::Kubia => Some(format!("Received request from ::ffff:{client}")),
        App::Pet | App::PetPeers | App::DirectoryPicker => {
            request.starts_with("POST").then(|| "New data has been received and stored.".to_owned())
        }
        App::Web => Some(format!("{client} - - [{}] \"{request} HTTP/1.1\" {status} {size}", common_log_time(&at.rfc1123z()))),
        App::Silent => None,
    }
}

/// `01/Jan/2026:09:00:06 +0000`, from `Thu, 01 Jan 2026 09:00:06 +0000`: as the Common Log Format has it.
fn common_log_time(text: &str) -> String {
    match text.split_whitespace().collect::<Vec<_>>().as_slice() {
        [_, day, month, year, time, zone] => format!("{day}/{month}/{year}:{time} {zone}"),
        _ => text.to_owned(),
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

    #[test]
    fn a_mark_tells_what_is_new_though_old_lines_are_forgotten() {
        let line = |at: i64, text: &str| (Time(at), text.to_owned());
        let before = [line(1, "a"), line(5, "b"), line(5, "c")];
        let after = [line(5, "b"), line(5, "c"), line(5, "d"), line(9, "e")];
        let new: Vec<&str> = Mark::after(&before).beyond(&after).map(|(_, text)| text.as_str()).collect();
        assert_eq!(new, ["d", "e"]);
        assert_eq!(Mark::default().beyond(&after).count(), 4);
    }

    fn last(lines: &[&str]) -> String {
        let mut world = World::new(crate::sim::Options::default());
        let mut said = String::new();
        for line in lines {
            let turn = crate::shell::run(&mut world, line, None);
            said = crate::shell::finish(&mut world, turn).out;
        }
        said
    }

    #[test]
    fn every_request_has_its_line_and_names_who_asked() {
        let made = ["kubectl run p --image=luksa/kubia --port=8080 --expose", "kubectl run q --image=nginx", "wait 10s"];
        let said = last(&[&made[..], &["traffic http://p:8080 --every 100ms", "wait 950ms", "traffic --stop", "kubectl logs p"]].concat());
        assert_eq!(said, format!("Kubia server starting...\n{}", "Received request from ::ffff:10.244.0.1\n".repeat(10)));
        let asked = ["kubectl exec q -- curl -s http://p:8080", "kubectl exec q -- curl -s http://localhost", "kubectl logs p"];
        let ip = last(&[&made[..], &["kubectl get pod q -o jsonpath={.status.podIP}"]].concat());
        assert_eq!(last(&[&made[..], &asked].concat()), format!("Kubia server starting...\nReceived request from ::ffff:{ip}\n"));
        let said = last(&[&made[..], &asked, &["kubectl logs q"]].concat());
        let line = format!("{ip} - - [01/Jan/2026:09:00:10 +0000] \"GET / HTTP/1.1\" 200 ");
        assert!(said.lines().last().is_some_and(|last| last.starts_with(&line)), "{said}");
    }

    #[test]
    fn a_log_outlives_the_container_and_not_the_pod() {
        let made =
            ["kubectl run p --image=luksa/kubia --port=8080", "wait 10s", "curl localhost:8001/api/v1/namespaces/default/pods/p/proxy/"];
        let before = ["fail p --exit 1", "wait 20s", "kubectl logs p"];
        assert_eq!(last(&[&made[..], &before].concat()), "Kubia server starting...\n");
        let said = last(&[&made[..], &before, &["kubectl logs p --previous"]].concat());
        assert_eq!(said, "Kubia server starting...\nReceived request from ::ffff:10.244.0.1\n");
        let again = ["kubectl delete pod p", "kubectl run p --image=luksa/kubia", "wait 10s", "kubectl logs p"];
        assert_eq!(last(&[&made[..], &again].concat()), "Kubia server starting...\n");
    }

    #[test]
    fn an_unknown_habit_is_told_in_the_log() {
        let lines = ["kubectl run p --image=luksa/kubia --env=DNS_CACHE=long", "wait 10s", "kubectl logs p"];
        assert_eq!(last(&lines), "DNS_CACHE=\"long\" is none of off, ttl, forever: no DNS answer is kept\nKubia server starting...\n");
    }
}
