//! A shell inside a pod: the few commands that are typed there, on the files and the network that its process sees.

use super::voice::Voice;
use super::{curl, dig, environment, wget};
use crate::api::pod::PodSpec;
use crate::api::{Key, Name, Pod, Uid};
use crate::sim::World;
use crate::sim::network::{self, Origin};
use std::sync::Arc;

/// A process one is in.
#[derive(Clone, Debug)]
pub struct Inside {
    /// The machine.
    pub node: Name,
    /// The pod's name.
    pub key: Key,
    /// The pod's identity.
    pub uid: Uid,
    /// The container's name.
    pub container: Name,
    /// What it was started with.
    pub spec: Arc<PodSpec>,
    /// Its address.
    pub ip: Name,
}

impl Inside {
    /// The process of one of a pod's containers, where it runs.
    pub fn of(world: &World, pod: &Pod, container: &str) -> Option<Inside> {
        let process = world.machine(&pod.spec.node_name)?.processes.get(&pod.metadata.uid)?;
        let run = process.runs().find(|run| *run.name == *container && run.is_running())?;
        Some(Inside {
            node: pod.spec.node_name.clone(),
            key: process.key.clone(),
            uid: process.uid,
            container: run.name.clone(),
            spec: process.spec.clone(),
            ip: process.ip.clone(),
        })
    }
    /// Whence its requests come.
    pub fn origin(&self) -> Origin {
        Origin::Process { node: self.node.clone(), pod: self.key.clone(), uid: self.uid, container: self.container.clone() }
    }
    /// Its host name.
    pub fn hostname(&self) -> &str {
        if self.spec.hostname.is_empty() { &self.key.name } else { &self.spec.hostname }
    }
}

type Run = fn(&mut World, &Inside, &mut Voice, &[String]);

/// Commands that exist in every image.
const COMMANDS: &[(&str, Run)] = &[
    ("cat", cat),
    ("ls", ls),
    ("echo", |_, _, voice, words| voice.say(words.join(" "))),
    ("hostname", hostname),
    ("env", env),
    ("printenv", env),
    ("date", |world, _, voice, _| voice.say(date(&world.now().rfc1123z()))),
    ("rm", rm),
    ("touch", touch),
    ("true", |_, _, _, _| {}),
    ("exit", |_, _, _, _| {}),
    ("mkdir", |_, _, _, _| {}),
    ("test", test),
    ("[", test),
    ("ps", ps),
    ("whoami", |_, _, voice, _| voice.say("root")),
    ("id", |_, _, voice, _| voice.say("uid=0(root) gid=0(root) groups=0(root)")),
    ("false", |_, _, voice, _| voice.rc = 1),
    ("sleep", |_, _, _, _| {}),
    ("curl", |world, here, voice, words| told(voice, |voice| curl::ask(world, voice, words, here.origin()))),
    ("wget", |world, here, voice, words| told(voice, |voice| wget::ask(world, voice, words, here))),
    ("dig", |world, here, voice, words| told(voice, |voice| dig::ask(world, voice, words, &here.origin().place()))),
    ("nslookup", |world, here, voice, words| told(voice, |voice| dig::nslookup(world, voice, words, &here.key.namespace))),
    ("host", |world, here, voice, words| told(voice, |voice| dig::nslookup(world, voice, words, &here.key.namespace))),
];

fn told(voice: &mut Voice, run: impl FnOnce(&mut Voice) -> Result<(), super::voice::Failure>) {
    if let Err(failure) = run(voice) {
        voice.warn(failure.text);
        voice.rc = failure.rc;
    }
}

/// Runs a command; false where the image has no such program.
pub fn run(world: &mut World, here: &Inside, voice: &mut Voice, words: &[String]) -> bool {
    let Some((name, rest)) = words.split_first() else { return true };
    let name = name.rsplit('/').next().unwrap_or(name);
    if matches!(name, "sh" | "bash" | "ash") {
        script(world, here, voice, rest);
        return true;
    }
    let Some((_, run)) = COMMANDS.iter().find(|(known, _)| *known == name) else { return false };
    run(world, here, voice, rest);
    true
}

/// `sh -c 'a; b && c > file'`.
fn script(world: &mut World, here: &Inside, voice: &mut Voice, words: &[String]) {
    let [flag, text, ..] = words else {
        voice.warn("podyard has no interactive shell: give the command after --, or with sh -c");
        voice.rc = 1;
        return;
    };
    if !flag.ends_with('c') {
        voice.warn(format!("sh: {flag}: not understood; use sh -c 'COMMAND'"));
        voice.rc = 2;
        return;
    }
    for (needs_success, part) in parts(text) {
        if needs_success && voice.rc != 0 {
            continue;
        }
        let before = std::mem::take(&mut voice.rc);
        one(world, here, voice, &part);
        let mut words = part.split_whitespace();
        if words.next() == Some("exit") {
            voice.rc = words.next().and_then(|code| code.parse().ok()).unwrap_or(before);
            return;
        }
    }
}

/// Commands of a script, each with whether it waits for the success of the one before.
fn parts(text: &str) -> Vec<(bool, String)> {
    let mut parts = vec![(false, String::new())];
    let mut quote = None;
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match (quote, c) {
            (Some(open), c) if c == open => quote = None,
            (None, '\'' | '"') => quote = Some(c),
            (None, ';' | '\n') => {
                parts.push((false, String::new()));
                continue;
            }
            (None, '&') if chars.peek() == Some(&'&') => {
                chars.next();
                parts.push((true, String::new()));
                continue;
            }
            _ => {}
        }
        if let Some((_, part)) = parts.last_mut() {
            part.push(c);
        }
    }
    parts.retain(|(_, part)| !part.trim().is_empty());
    parts
}

fn one(world: &mut World, here: &Inside, voice: &mut Voice, text: &str) {
    let expanded = text.replace("$(hostname)", here.hostname()).replace("$HOSTNAME", here.hostname());
    let Ok(mut words) = shell_words::split(&expanded.replace(">>", " >> ").replace(" >", " > ")) else {
        voice.warn("sh: syntax error: unterminated quoted string");
        voice.rc = 2;
        return;
    };
    let Some(at) = words.iter().position(|w| w == ">" || w == ">>") else {
        execute(world, here, voice, &words);
        return;
    };
    let tail = words.split_off(at);
    let Some(path) = tail.get(1) else {
        voice.warn("sh: syntax error: unexpected newline");
        voice.rc = 2;
        return;
    };
    let mut inner = Voice::default();
    execute(world, here, &mut inner, &words);
    voice.err.push_str(&inner.output().err);
    voice.rc = inner.rc;
    let before =
        if tail[0] == ">>" { network::read_file(world, &here.node, here.uid, path).map(|t| t.to_string()) } else { Ok(String::new()) };
    let content = before.unwrap_or_default() + &inner.out;
    if let Err(error) = network::write_file(world, &here.node, here.uid, path, &content) {
        voice.warn(format!("sh: can't create {path}: {}", error.words()));
        voice.rc = 1;
    }
}

fn execute(world: &mut World, here: &Inside, voice: &mut Voice, words: &[String]) {
    if !run(world, here, voice, words) {
        voice.warn(format!("sh: {}: not found", words[0]));
        voice.rc = 127;
    }
}

fn cat(world: &mut World, here: &Inside, voice: &mut Voice, words: &[String]) {
    for path in words {
        if let Some(text) = system_file(world, here, path) {
            voice.out.push_str(&text);
            continue;
        }
        match network::read_file(world, &here.node, here.uid, path) {
            Ok(content) => voice.out.push_str(&content),
            Err(error) => {
                voice.warn(format!("cat: {path}: {}", error.words()));
                voice.rc = 1;
            }
        }
    }
}

/// Files that the kubelet writes into every pod.
fn system_file(world: &World, here: &Inside, path: &str) -> Option<String> {
    let namespace = &here.key.namespace;
    match path {
        "/etc/hostname" => Some(format!("{}\n", here.hostname())),
        "/etc/resolv.conf" => {
            let search = network::dns::search_list(namespace).join(" ");
            Some(format!("search {search}\nnameserver 10.96.0.10\noptions ndots:5\n"))
        }
        "/etc/hosts" => here.origin().process(world).map(|process| network::hosts::file(process)),
        _ => None,
    }
}

fn ls(world: &mut World, here: &Inside, voice: &mut Voice, words: &[String]) {
    let paths: Vec<&String> = words.iter().filter(|w| !w.starts_with('-')).collect();
    let path = paths.first().map_or("/", |p| p.as_str());
    match network::list_files(world, &here.node, here.uid, path) {
        Ok(names) if names.is_empty() && !is_directory(here, path) => {
            let is_file = network::read_file(world, &here.node, here.uid, path).is_ok() || system_file(world, here, path).is_some();
            if is_file {
                voice.say(path);
            } else {
                voice.warn(format!("ls: cannot access '{path}': No such file or directory"));
                voice.rc = 2;
            }
        }
        Ok(names) => names.iter().for_each(|name| voice.say(name.trim_end_matches('/'))),
        Err(error) => {
            voice.warn(format!("ls: cannot access '{path}': {}", error.words()));
            voice.rc = 2;
        }
    }
}

/// Directories that every image has.
const DIRECTORIES: [&str; 15] =
    ["", "/bin", "/dev", "/etc", "/home", "/lib", "/mnt", "/opt", "/proc", "/root", "/run", "/srv", "/tmp", "/usr", "/var"];

/// True for what every image has, and for all that a volume may hold: nobody notes down empty directories.
fn is_directory(here: &Inside, path: &str) -> bool {
    let path = path.trim_end_matches('/');
    let mut mounts = here.spec.containers.iter().flat_map(|c| c.volume_mounts.iter()).map(|m| m.mount_path.trim_end_matches('/'));
    DIRECTORIES.contains(&path) || mounts.any(|mount| path.starts_with(mount) || mount.starts_with(path))
}

/// `test -f PATH`: files and directories that are not empty exist; every other question is answered with yes.
fn test(world: &mut World, here: &Inside, voice: &mut Voice, words: &[String]) {
    let Some(path) = words.iter().find(|w| w.starts_with('/')) else { return };
    let is_file = network::read_file(world, &here.node, here.uid, path).is_ok();
    let is_directory = network::list_files(world, &here.node, here.uid, path).is_ok_and(|names| !names.is_empty());
    voice.rc = i32::from(!(is_file || is_directory || system_file(world, here, path).is_some()));
}

/// The processes of the pod's containers, each the first of its own.
fn ps(_: &mut World, here: &Inside, voice: &mut Voice, _: &[String]) {
    voice.say("PID   USER     TIME  COMMAND");
    let first = here.spec.containers.first();
    let words: Vec<&str> = first.iter().flat_map(|c| c.command.iter().chain(&c.args)).map(|w| &**w).collect();
    let command = if words.is_empty() { first.map_or("", |c| &c.image).to_owned() } else { words.join(" ") };
    voice.say(format!("    1 root      0:00 {command}"));
    voice.say("    7 root      0:00 ps");
}

/// `Thu Jan  1 09:00:06 UTC 2026`, from `Thu, 01 Jan 2026 09:00:06 +0000`.
fn date(text: &str) -> String {
    match text.split_whitespace().collect::<Vec<_>>().as_slice() {
        [weekday, day, month, year, time, ..] => {
            format!("{} {month} {:>2} {time} UTC {year}", weekday.trim_end_matches(','), day.trim_start_matches('0'))
        }
        _ => text.to_owned(),
    }
}

fn hostname(_: &mut World, here: &Inside, voice: &mut Voice, words: &[String]) {
    match words.first().map(String::as_str) {
        Some("-i" | "-I") => voice.say(&*here.ip),
        Some("-f") if !here.spec.subdomain.is_empty() => {
            voice.say(format!("{}.{}.{}.svc.cluster.local", here.hostname(), here.spec.subdomain, here.key.namespace));
        }
        _ => voice.say(here.hostname()),
    }
}

fn env(world: &mut World, here: &Inside, voice: &mut Voice, words: &[String]) {
    let variables = environment::variables(world, here);
    match words.first() {
        Some(name) => variables.iter().filter(|(n, _)| n == name).for_each(|(_, value)| voice.say(value)),
        None => variables.iter().for_each(|(name, value)| voice.say(format!("{name}={value}"))),
    }
}

fn rm(world: &mut World, here: &Inside, voice: &mut Voice, words: &[String]) {
    for path in words.iter().filter(|w| !w.starts_with('-')) {
        if let Err(error) = network::remove_file(world, &here.node, here.uid, path) {
            voice.warn(format!("rm: cannot remove '{path}': {}", error.words()));
            voice.rc = 1;
        }
    }
}

fn touch(world: &mut World, here: &Inside, voice: &mut Voice, words: &[String]) {
    for path in words {
        let content = network::read_file(world, &here.node, here.uid, path).unwrap_or_default();
        if let Err(error) = network::write_file(world, &here.node, here.uid, path, &content) {
            voice.warn(format!("touch: cannot touch '{path}': {}", error.words()));
            voice.rc = 1;
        }
    }
}
