//! Startup, liveness and readiness probes. Upstream: pkg/kubelet/prober.
//!
//! A probe that passes and cannot but pass again sleeps until something is done to its pod: the outcome is known. One that
//! fails, and one that looks at files, asks in every period.

use super::super::agenda::Due;
use super::super::images::{self, App};
use super::super::machine::{Process, Slot, Stage};
use super::super::network::{self, FileError};
use super::super::world::World;
use super::{Errand, process, set_run, speak, stop, tell};
use crate::api::pod::{Container, Probe};
use crate::api::{Name, Span, Time, Uid};
use serde_json::Value;

/// The three kinds of probes, in the order in which a container keeps their streaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Check {
    /// Holds the others back until it has passed once.
    Startup,
    /// Has its container killed where it fails.
    Liveness,
    /// Decides whether its container gets traffic.
    Readiness,
}

/// A probe that is due.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Probing {
    /// Of which container.
    pub slot: Slot,
    /// Which of its probes.
    pub check: Check,
    /// How often the container had been restarted; an answer about an earlier life is of no interest.
    pub restarts: i32,
    /// True where no news is expected.
    pub routine: bool,
}

impl Check {
    fn word(self) -> &'static str {
        match self {
            Check::Startup => "Startup",
            Check::Liveness => "Liveness",
            Check::Readiness => "Readiness",
        }
    }
    fn of(self, container: &Container) -> Option<&Probe> {
        match self {
            Check::Startup => container.startup_probe.as_ref(),
            Check::Liveness => container.liveness_probe.as_ref(),
            Check::Readiness => container.readiness_probe.as_ref(),
        }
    }
}

/// What the readiness of a container without a readiness probe is asked for with, once somebody has broken it by hand.
fn stand_in() -> Probe {
    Probe { period_seconds: 1, failure_threshold: 1, ..Probe::default() }
}

/// A container has started: its probes begin.
pub fn begin(world: &mut World, node: &Name, uid: Uid, slot: Slot) {
    let Some(container) = process(world, node, uid).and_then(|p| p.wanted(slot).cloned()) else { return };
    if container.startup_probe.is_some() {
        return first(world, node, uid, slot, Check::Startup, &container);
    }
    go_on(world, node, uid, slot, &container);
}

/// A container counts as started: the other probes begin. One without a readiness probe is ready.
fn go_on(world: &mut World, node: &Name, uid: Uid, slot: Slot, container: &Container) {
    let ready = container.readiness_probe.is_none();
    set_run(world, node, uid, slot, |run| (run.started, run.ready) = (true, ready));
    for check in [Check::Liveness, Check::Readiness] {
        first(world, node, uid, slot, check, container);
    }
}

/// The first probe comes when the initial delay since the container's start is over.
fn first(world: &mut World, node: &Name, uid: Uid, slot: Slot, check: Check, container: &Container) {
    let Some(probe) = check.of(container) else { return };
    let Some(run) = process(world, node, uid).and_then(|p| p.run(slot).cloned()) else { return };
    let since = run.state.running.as_ref().and_then(|r| r.started_at).unwrap_or(world.now());
    let at = world.now().max(since + Span::secs(probe.initial_delay_seconds.max(0)));
    put(world, node, uid, at, Probing { slot, check, restarts: run.restarts, routine: false });
}

fn put(world: &mut World, node: &Name, uid: Uid, at: Time, probing: Probing) {
    world.schedule(at, Due::Kubelet(node.clone(), Errand::Probe(uid, probing)));
}

/// A probe is due: its answer counts when it has come often enough in a row.
pub fn answer(world: &mut World, node: &Name, uid: Uid, probing: Probing) {
    let Some(process) = process(world, node, uid).filter(|p| p.stage != Stage::Ended) else { return };
    let Probing { slot, check, restarts, .. } = probing;
    let (Some(run), Some(container)) = (process.run(slot), process.wanted(slot)) else { return };
    let stopping = matches!(process.stage, Stage::Stopping(_)) && check != Check::Readiness;
    if run.restarts != restarts || !run.is_running() || stopping || run.doom.is_some() {
        return;
    }
    let given = check.of(container).cloned();
    let asked = given.clone().unwrap_or_else(stand_in);
    let outcome = ask(world, node, &process, slot, check, &asked);
    let before = run.streaks[check as usize];
    let streak = if outcome.is_ok() { before.max(0) + 1 } else { before.min(0) - 1 };
    set_run(world, node, uid, slot, |run| run.streaks[check as usize] = streak);
    if let Err(why) = &outcome {
        tell(world, node, uid, Some(slot), true, "Unhealthy", &format!("{} probe failed: {why}", check.word()));
    }
    let believed = streak >= asked.success_threshold.max(1) || -streak >= asked.failure_threshold.max(1);
    if believed {
        believe(world, node, &process, slot, check, outcome.is_ok());
    }
    let over = believed && (check == Check::Startup || check == Check::Liveness && outcome.is_err());
    let is_known = believed && outcome.is_ok() && asked.rest.get("exec").is_none();
    if !(over || is_known) {
        let at = world.now() + Span::secs(asked.period_seconds.max(1));
        let routine = believed || (streak < 0) == (check == Check::Readiness && !run.ready);
        put(world, node, uid, at, Probing { routine, ..probing });
    }
}

/// An answer has come often enough.
fn believe(world: &mut World, node: &Name, process: &Process, slot: Slot, check: Check, well: bool) {
    let (uid, Some(run), Some(container)) = (process.uid, process.run(slot), process.wanted(slot)) else { return };
    match (check, well) {
        (Check::Startup, true) => go_on(world, node, uid, slot, container),
        (Check::Liveness, true) => return,
        (Check::Readiness, _) if run.ready == well => return,
        (Check::Readiness, _) => set_run(world, node, uid, slot, |run| run.ready = well),
        (Check::Startup | Check::Liveness, false) => {
            let words = format!("Container {} failed {} probe, will be restarted", run.name, check.word().to_lowercase());
            let grace = check.of(container).and_then(|p| p.rest.get("terminationGracePeriodSeconds")).and_then(Value::as_i64);
            return stop::kill(world, node, uid, slot, &words, grace);
        }
    }
    speak(world, node, Errand::Report(uid), &process.key.name);
    if matches!(slot, Slot::Init(_)) {
        world.schedule(world.now(), Due::Kubelet(node.clone(), Errand::Proceed(uid)));
    }
}

/// Something was done to a pod's readiness by hand: its readiness probes ask again, at their next moment.
pub fn wake(world: &mut World, node: &Name, uid: Uid) {
    let Some(process) = process(world, node, uid) else { return };
    for slot in process.slots().filter(|slot| matches!(slot, Slot::Main(_))) {
        let (Some(run), Some(container)) = (process.run(slot), process.wanted(slot)) else { continue };
        let Some(since) = run.state.running.as_ref().and_then(|r| r.started_at).filter(|_| run.started) else { continue };
        let asks_anyway = run.streaks[Check::Readiness as usize] < 0;
        let probe = container.readiness_probe.clone().unwrap_or_else(stand_in);
        if asks_anyway || probe.rest.get("exec").is_some() {
            continue;
        }
        let (delay, period) = (Span::secs(probe.initial_delay_seconds.max(0)), Span::secs(probe.period_seconds.max(1)));
        let elapsed = (world.now() - since).0 - delay.0;
        let rounds = elapsed.div_euclid(period.0) + 1;
        let at = since + delay + Span(rounds * period.0);
        put(world, node, uid, at, Probing { slot, check: Check::Readiness, restarts: run.restarts, routine: false });
    }
}

/// Asks a container; the words of the failure where it does not answer as it should.
fn ask(world: &World, node: &Name, process: &Process, slot: Slot, check: Check, probe: &Probe) -> Result<(), String> {
    let broken = process.tampered && check == Check::Readiness;
    let target = |handler: &Value| format!("{}:{}", process.ip, port(process, slot, &handler["port"]));
    let listens = |handler: &Value| listener(process, port(process, slot, &handler["port"]));
    if let Some(get) = probe.rest.get("httpGet") {
        let path = get["path"].as_str().unwrap_or("/");
        return match listens(get) {
            None => Err(format!("Get \"http://{0}{path}\": dial tcp {0}: connect: connection refused", target(get))),
            Some(_) if broken => Err("HTTP probe failed with statuscode: 500".to_owned()),
            Some(app) if !serves(app, path) => Err("HTTP probe failed with statuscode: 404".to_owned()),
            Some(_) => Ok(()),
        };
    }
    if let Some(socket) = probe.rest.get("tcpSocket").or(probe.rest.get("grpc")) {
        let refused = broken || listens(socket).is_none();
        return if refused { Err(format!("dial tcp {}: connect: connection refused", target(socket))) } else { Ok(()) };
    }
    match probe.rest.get("exec") {
        Some(_) if broken => Err(String::new()),
        Some(exec) => execute(world, node, process, slot, &exec["command"]),
        None if broken => Err("HTTP probe failed with statuscode: 500".to_owned()),
        None => Ok(()),
    }
}

/// A port by its number or its name in the container.
fn port(process: &Process, slot: Slot, port: &Value) -> i64 {
    let named = |name: &str| process.wanted(slot)?.ports.iter().find(|p| *p.name == *name).map(|p| i64::from(p.container_port));
    port.as_i64().or_else(|| port.as_str().and_then(|text| text.parse().ok().or_else(|| named(text)))).unwrap_or(0)
}

/// What listens on a port of a pod. An image that podyard does not know listens wherever it is asked.
fn listener(process: &Process, port: i64) -> Option<App> {
    let running = process.slots().filter(|slot| process.run(*slot).is_some_and(|run| run.is_running()));
    running.filter_map(|slot| process.wanted(slot)).find_map(|container| {
        let image = images::image(&container.image);
        let unknown = image.name.is_empty() && images::course(container).is_none();
        let serves = images::serves(container).is_some_and(|image| i64::from(image.port) == port);
        (unknown || serves).then_some(image.app)
    })
}

/// Whether an app has something to say at a path: the book's answer everywhere, a web server at its pages.
fn serves(app: App, path: &str) -> bool {
    app != App::Web || ["/", "/index.html", "/healthz", "/readyz", "/livez"].contains(&path)
}

/// Runs a command in a container. Of programs `cat`, `ls` and `test` look at files; others do as scripts have it.
fn execute(world: &World, node: &Name, process: &Process, slot: Slot, command: &Value) -> Result<(), String> {
    let words: Vec<Name> = command.as_array().into_iter().flatten().filter_map(Value::as_str).map(Name::from).collect();
    let program = words.first().map(|w| w.rsplit('/').next().unwrap_or_default().to_owned()).unwrap_or_default();
    let script = words.get(2).filter(|_| ["sh", "bash", "ash"].contains(&program.as_str()));
    let (program, words) = match script.map(|text| text.split_whitespace().map(Name::from).collect::<Vec<Name>>()) {
        Some(inner) if inner.len() > 1 => (inner[0].to_string(), inner),
        _ => (program, words),
    };
    let path = words.iter().skip(1).find(|w| w.starts_with('/'));
    match (program.as_str(), path) {
        ("cat" | "ls" | "stat" | "test" | "[", Some(path)) if !is_there(world, node, process, slot, path) => Err(match program.as_str() {
            "cat" => format!("cat: {path}: No such file or directory"),
            "ls" => format!("ls: cannot access '{path}': No such file or directory"),
            "stat" => format!("stat: cannot stat '{path}': No such file or directory"),
            _ => String::new(),
        }),
        ("cat" | "ls" | "stat" | "test" | "[", Some(_)) => Ok(()),
        _ => match images::command(&words).and_then(|course| course.ends) {
            Some((_, code)) if code != 0 => Err(String::new()),
            _ => Ok(()),
        },
    }
}

/// Whether a container sees a file or directory: as its own command has left it, or as it is on its disks.
fn is_there(world: &World, node: &Name, process: &Process, slot: Slot, path: &str) -> bool {
    match network::read_file(world, node, process.uid, path) {
        Ok(_) => return true,
        Err(FileError::NoFile) => {}
        Err(_) => return false,
    }
    if network::list_files(world, node, process.uid, path).is_ok_and(|names| !names.is_empty()) {
        return true;
    }
    let course = process.wanted(slot).and_then(images::course);
    let since = process.run(slot).and_then(|run| run.state.running.as_ref()?.started_at);
    let made = course.zip(since).and_then(|(course, since)| course.has_file(path, world.now() - since));
    made.unwrap_or_else(|| process.mounts.iter().any(|m| m.paths.iter().any(|p| **p == *path)))
}
