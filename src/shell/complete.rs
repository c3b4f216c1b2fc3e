//! Completion: verbs, commands, flags, kinds, names, nodes.

use super::kubectl::COMMANDS;
use super::verbs::VERBS;
use crate::api::object::{KINDS, Kind};
use crate::sim::World;

/// What the last word of a line may become, sorted; a line that ends in a space completes a new word.
pub fn complete(world: &World, line: &str) -> Vec<String> {
    let mut words: Vec<&str> = line.split_whitespace().collect();
    let last = if line.is_empty() || line.ends_with(char::is_whitespace) { "" } else { words.pop().unwrap_or_default() };
    let mut candidates = match words.split_first() {
        None => VERBS.iter().map(|v| v.name.to_owned()).collect(),
        Some((&("kubectl" | "k"), rest)) => kubectl(world, rest, last),
        Some((verb, _)) => argument(world, verb),
    };
    candidates.retain(|candidate| candidate.starts_with(last));
    candidates.sort();
    candidates.dedup();
    candidates
}

/// Pairs that pods carry.
fn labels(world: &World) -> Vec<String> {
    world.objects(Kind::Pod).flat_map(|pod| pod.meta().labels.iter().map(|(key, value)| format!("{key}={value}"))).collect()
}

fn names(world: &World, kind: Kind) -> Vec<String> {
    world.objects(kind).map(|o| o.meta().name.to_string()).collect()
}

/// What verbs of our own take.
fn argument(world: &World, verb: &str) -> Vec<String> {
    match verb {
        "disconnect" | "reconnect" | "crash" | "boot" => world.machines().map(|m| m.name.to_string()).collect(),
        "fail" | "heal" => names(world, Kind::Pod),
        "files" => [Kind::PersistentVolume, Kind::PersistentVolumeClaim, Kind::Pod].into_iter().flat_map(|k| names(world, k)).collect(),
        "wait" => ["500ms", "5s", "30s", "1m", "5m"].map(str::to_owned).to_vec(),
        "help" => VERBS.iter().map(|v| v.name).chain(COMMANDS.iter().map(|c| c.name)).map(str::to_owned).collect(),
        "dig" => {
            names(world, Kind::Service).iter().map(|name| format!("{name}.default.svc.cluster.local")).chain(["SRV".to_owned()]).collect()
        }
        "curl" => urls(world),
        "traffic" => urls(world).into_iter().chain(["--every", "--dns-cache", "--stop"].map(str::to_owned)).collect(),
        _ => Vec::new(),
    }
}

fn urls(world: &World) -> Vec<String> {
    let pods = names(world, Kind::Pod).into_iter().map(|name| format!("localhost:8001/api/v1/namespaces/default/pods/{name}/proxy/"));
    let services = names(world, Kind::Service).into_iter().map(|name| format!("http://{name}/"));
    pods.chain(services).collect()
}

/// Subcommands of commands that have some.
const SUBCOMMANDS: &[(&str, &[&str])] = &[
    ("rollout", &["status", "history", "undo", "restart", "pause", "resume"]),
    ("set", &["image", "env", "resources"]),
    ("auth", &["can-i"]),
    ("config", &["view", "get-contexts", "current-context"]),
    ("create", &["deployment", "namespace", "configmap", "secret", "service", "poddisruptionbudget", "serviceaccount"]),
];

fn kubectl(world: &World, words: &[&str], last: &str) -> Vec<String> {
    let Some((name, rest)) = words.split_first() else {
        return COMMANDS.iter().map(|c| c.name.to_owned()).collect();
    };
    let Some(command) = COMMANDS.iter().find(|c| c.name == *name) else { return Vec::new() };
    if last.starts_with('-') {
        return command.flags.iter().flat_map(|group| group.iter()).map(|flag| format!("--{}", flag.long)).collect();
    }
    if let Some(values) = words.last().and_then(|flag| values_of(flag)) {
        return values.iter().map(|v| (*v).to_owned()).collect();
    }
    match words.last() {
        Some(&"-n" | &"--namespace") => return names(world, Kind::Namespace),
        Some(&"-l" | &"--selector") => return labels(world),
        _ => {}
    }
    let mut plain: Vec<&str> = rest.iter().filter(|w| !w.starts_with('-')).copied().collect();
    if let Some((_, subcommands)) = SUBCOMMANDS.iter().find(|(command, _)| command == name) {
        if plain.is_empty() {
            return subcommands.iter().map(|s| (*s).to_owned()).collect();
        }
        plain.remove(0);
    }
    match *name {
        "cordon" | "uncordon" | "drain" => names(world, Kind::Node),
        "logs" | "exec" => names(world, Kind::Pod),
        "run" | "create" | "config" | "auth" => Vec::new(),
        _ => resource(world, &plain, last),
    }
}

/// Values of flags that have few.
fn values_of(flag: &str) -> Option<&'static [&'static str]> {
    match flag {
        "-o" | "--output" => Some(&["wide", "yaml", "json", "name", "jsonpath=", "custom-columns="]),
        "--type" => Some(&["strategic", "merge", "json"]),
        "--cascade" => Some(&["background", "foreground", "orphan"]),
        "--dry-run" => Some(&["client", "server"]),
        "--for" => Some(&["condition=Ready", "delete", "create", "jsonpath="]),
        "--subresource" => Some(&["status", "scale"]),
        _ => None,
    }
}

/// A kind, a name of that kind, or `kind/name`.
fn resource(world: &World, words: &[&str], last: &str) -> Vec<String> {
    if let Some((resource, _)) = last.split_once('/') {
        let kind = Kind::by_resource(resource);
        return kind.map(|kind| names(world, kind).into_iter().map(|name| format!("{resource}/{name}")).collect()).unwrap_or_default();
    }
    match words.first().map(|word| Kind::by_resource(word)) {
        Some(Some(kind)) => names(world, kind),
        Some(None) => Vec::new(),
        None => KINDS.iter().flat_map(|k| k.aliases.iter().chain([&k.plural])).map(|s| (*s).to_owned()).chain(["all".to_owned()]).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sim::Options;

    #[test]
    fn words_in_their_places() {
        let world = World::new(Options::default());
        assert_eq!(complete(&world, "disc"), ["disconnect"]);
        assert_eq!(complete(&world, "crash "), ["node-1", "node-2", "node-3"]);
        assert_eq!(complete(&world, "kubectl roll"), ["rollout"]);
        assert_eq!(complete(&world, "kubectl rollout st"), ["status"]);
        assert_eq!(complete(&world, "k get statefuls"), ["statefulset", "statefulsets"]);
        assert_eq!(complete(&world, "k describe node/node-1"), ["node/node-1"]);
        assert_eq!(complete(&world, "k delete po --gra"), ["--grace-period"]);
        assert_eq!(complete(&world, "k get po -o y"), ["yaml"]);
        assert_eq!(complete(&world, "k get po -n kube-n"), ["kube-node-lease"]);
        assert_eq!(complete(&world, "k create dep"), ["deployment"]);
        assert!(complete(&world, "nonsense ").is_empty());
    }
}
