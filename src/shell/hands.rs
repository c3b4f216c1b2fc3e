//! Hands on machines and applications: cables, power, failures.

use super::flags::{self, Flag, value};
use super::voice::{Failure, Voice};
use crate::api::{Key, Kind, Name};
use crate::sim::{Act, World};

/// Verb, what it does, what it says.
type Row = (&'static str, fn(Name) -> Act, &'static str, &'static str);

const NODE_VERBS: [Row; 4] = [
    ("disconnect", Act::Disconnect, "disconnected: its processes go on, the API server hears nothing from it", "already disconnected"),
    ("reconnect", Act::Reconnect, "reconnected", "already connected"),
    ("crash", Act::Crash, "crashed: its processes are dead, its disks stay", "already down"),
    ("boot", Act::Boot, "booted", "already up"),
];

/// `disconnect node-2` and the like; several nodes may be given.
pub fn on_node(world: &mut World, voice: &mut Voice, verb: &str, words: &[String]) -> Result<(), Failure> {
    let Some((_, act, done, already)) = NODE_VERBS.iter().find(|row| row.0 == verb) else { return Ok(()) };
    if words.is_empty() {
        return Err(Failure { text: format!("usage: {verb} NODE"), rc: 2 });
    }
    for word in words {
        let name = word.strip_prefix("node/").unwrap_or(word);
        let before = world.machine(name).cloned();
        if let Err(refusal) = world.apply(act(name.into())) {
            let known: Vec<&str> = world.machines().map(|m| &*m.name).take(12).collect();
            let known = known.join(", ");
            drop(refusal);
            voice.fail(Failure::plain(format!("{verb}: there is no machine {name:?}; there are {known}")));
            continue;
        }
        let after = world.machine(name);
        let switched = |m: &crate::sim::machine::Machine| (m.powered, m.cut.is_some());
        let changed = before.as_deref().map(switched) != after.map(|m| switched(m));
        voice.say(format!("node/{name} {}", if changed { done } else { already }));
    }
    Ok(())
}

const POD_FLAGS: &[&[Flag]] = &[&[value("namespace", 'n'), value("exit", '-')]];

fn pods(world: &World, verb: &str, words: &[String]) -> Result<(Vec<Key>, Option<i64>), Failure> {
    let args = flags::parse(words, POD_FLAGS, verb)?;
    if args.words.is_empty() {
        return Err(Failure { text: format!("usage: {verb} POD"), rc: 2 });
    }
    let namespace = args.get("namespace").unwrap_or(world.context());
    let bare = |word: &String| word.rsplit('/').next().unwrap_or(word).to_owned();
    let keys = args.words.iter().map(|word| Key::new(namespace, bare(word))).collect();
    Ok((keys, args.number("exit")?))
}

/// `fail kubia-1`, `fail kubia-1 --exit 1`.
pub fn fail(world: &mut World, voice: &mut Voice, words: &[String]) -> Result<(), Failure> {
    let (keys, exit) = pods(world, "fail", words)?;
    for key in keys {
        let (act, said) = match exit {
            Some(code) => (Act::Exit(key.clone(), code as i32), format!("its process exits with code {code}")),
            None => (Act::FailReadiness(key.clone()), "fails its readiness probe from now on".to_owned()),
        };
        on_pod(world, voice, &key, act, &said);
    }
    Ok(())
}

/// `heal kubia-1`.
pub fn heal(world: &mut World, voice: &mut Voice, words: &[String]) -> Result<(), Failure> {
    for key in pods(world, "heal", words)?.0 {
        on_pod(world, voice, &key, Act::Heal(key.clone()), "healed");
    }
    Ok(())
}

fn on_pod(world: &mut World, voice: &mut Voice, key: &Key, act: Act, said: &str) {
    match world.apply(act) {
        Ok(_) => voice.say(format!("{}/{}: {said}", Kind::Pod.singular(), key.name)),
        Err(refusal) => voice.fail(refusal),
    }
}
