//! The table of verbs, from which lines are dispatched, help is printed and words are completed.

use super::job::{Job, Task};
use super::voice::{Failure, Voice};
use super::{Turn, curl, dig, disk, hands, kubectl, time, traffic};
use crate::api::Given;
use crate::sim::World;

/// A row of the table.
#[derive(Debug)]
pub struct Verb {
    /// What is typed first.
    pub name: &'static str,
    /// What may follow, as a usage line has it.
    pub args: &'static str,
    /// What it does, in one sentence.
    pub words: &'static str,
}

const fn verb(name: &'static str, args: &'static str, words: &'static str) -> Verb {
    Verb { name, args, words }
}

/// Every verb, in the order in which help lists them.
pub static VERBS: &[Verb] = &[
    verb("kubectl", "COMMAND [...]", "kubectl itself, with its flags and its output; k for short"),
    verb("curl", "[-s] [-i] [-X METHOD] [-d DATA] URL", "asks a pod, a service, or a pod through the API server's proxy"),
    verb(
        "traffic",
        "[URL] [--every 1s] [-d DATA] [--dns-cache ttl|forever] [--stop]",
        "sends a request again and again, and tells who answered how often",
    ),
    verb("dig", "[TYPE] NAME [+short] [-x ADDRESS]", "asks the cluster's DNS"),
    verb("disconnect", "NODE", "pulls a node's network cable: its processes go on, the API server hears nothing"),
    verb("reconnect", "NODE", "plugs the cable in again"),
    verb("crash", "NODE", "cuts a node's power: its processes die, its disks stay"),
    verb("boot", "NODE", "gives it power again"),
    verb("fail", "POD [--exit CODE] [-n NAMESPACE]", "makes a pod fail its readiness probe, or its process exit"),
    verb("heal", "POD [-n NAMESPACE]", "mends what was failed"),
    verb("files", "PV | PVC | POD | DISK", "lists what is on a disk, who wrote it and when"),
    verb("wait", "DURATION", "lets time pass: 500ms, 30s, 1m30s"),
    verb("settle", "", "lets time pass until only heartbeats and pending timers remain"),
    verb("help", "[VERB]", "what can be typed"),
];

/// Runs a line's words.
pub fn dispatch(world: &mut World, words: &[String], given: &Given) -> Turn {
    let mut voice = Voice::default();
    match act(world, &mut voice, words, given) {
        Ok(Some(task)) => Job::start(world, voice, task),
        Ok(None) => Turn::Done(voice.output()),
        Err(failure) => {
            voice.fail(failure);
            Turn::Done(voice.output())
        }
    }
}

fn act(world: &mut World, voice: &mut Voice, words: &[String], given: &Given) -> Result<Option<Task>, Failure> {
    let Some((verb, rest)) = words.split_first() else { return Ok(None) };
    match verb.as_str() {
        "kubectl" | "k" => kubectl::run(world, voice, rest, given),
        "curl" => curl::run(world, voice, rest).map(|()| None),
        "traffic" => traffic::run(world, voice, rest).map(|()| None),
        "dig" => dig::run(world, voice, rest).map(|()| None),
        "disconnect" | "reconnect" | "crash" | "boot" => hands::on_node(world, voice, verb, rest).map(|()| None),
        "fail" => hands::fail(world, voice, rest).map(|()| None),
        "heal" => hands::heal(world, voice, rest).map(|()| None),
        "files" => disk::files(world, voice, rest).map(|()| None),
        "wait" => time::wait(world, rest).map(Some),
        "settle" => time::settle(world, rest).map(Some),
        "help" => help(voice, rest).map(|()| None),
        other => Err(unknown(other)),
    }
}

fn unknown(word: &str) -> Failure {
    let own = VERBS.iter().map(|v| v.name);
    let mut hint = near(word, own).map(|name| format!(" (did you mean {name}?)"));
    if hint.is_none() && kubectl::COMMANDS.iter().any(|c| c.name == word) {
        hint = Some(format!(" (did you mean kubectl {word}?)"));
    }
    let hint = hint.unwrap_or_else(|| "; type help to see what can be typed".to_owned());
    Failure { text: format!("{word}: command not found{hint}"), rc: 127 }
}

/// The nearest name at most two letters away.
pub fn near<'n>(word: &str, names: impl Iterator<Item = &'n str>) -> Option<&'n str> {
    let ranked = names.map(|name| (distance(word, name), name)).filter(|(d, name)| *d <= 2.min(name.len() / 3).max(1));
    ranked.min_by_key(|(d, _)| *d).map(|(_, name)| name)
}

/// How many letters must be added, dropped or changed.
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.chars().enumerate() {
        let mut corner = i;
        row[0] = i + 1;
        for (j, y) in b.iter().enumerate() {
            let change = corner + usize::from(x != *y);
            corner = row[j + 1];
            row[j + 1] = change.min(row[j] + 1).min(corner + 1);
        }
    }
    row[b.len()]
}

fn help(voice: &mut Voice, words: &[String]) -> Result<(), Failure> {
    match words {
        [] => {
            VERBS.iter().for_each(|v| voice.say(format!("  {:<34} {}", format!("{} {}", v.name, v.args).trim_end(), v.words)));
            voice.say("\nhelp VERB says more; help kubectl lists its commands.");
            Ok(())
        }
        [word, rest @ ..] if word == "kubectl" || word == "k" => kubectl::help(voice, rest),
        [word, ..] => match VERBS.iter().find(|v| v.name == word) {
            Some(v) => {
                voice.say(format!("usage: {} {}\n  {}", v.name, v.args, v.words));
                Ok(())
            }
            None if kubectl::COMMANDS.iter().any(|c| c.name == word) => kubectl::help(voice, words),
            None => Err(unknown(word)),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::near;

    #[test]
    fn near_names() {
        assert_eq!(near("kubeclt", ["kubectl", "curl"].into_iter()), Some("kubectl"));
        assert_eq!(near("xyzzy", ["kubectl", "curl"].into_iter()), None);
    }
}
