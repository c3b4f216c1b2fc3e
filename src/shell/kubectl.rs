//! kubectl: its commands, its flags, its words. One command a file.

use super::Input;
use super::flags::{self, Args, Flag, perhaps, switch, value};
use super::job::Task;
use super::verbs::near;
use super::voice::{Failure, Voice};
use crate::sim::World;

mod apply;
pub mod attach;
mod attachable;
mod create;
mod delete;
mod describe;
mod discover;
pub mod drain;
mod edit;
mod events;
mod exec;
mod explain;
mod expose;
mod get;
pub mod gone;
mod label;
mod logs;
mod manifest;
mod node;
mod patch;
mod print;
pub mod rollout;
mod run;
mod scale;
mod set;
mod taint;
mod target;
pub mod until;
pub mod watch;

/// A command under way.
pub(super) struct Call<'w> {
    /// The cluster.
    pub world: &'w mut World,
    /// What it says.
    pub voice: &'w mut Voice,
    /// What was typed.
    pub args: Args,
    /// Here documents and files.
    pub input: Input<'w>,
    /// The command's name, for complaints.
    pub name: &'static str,
}

impl Call<'_> {
    /// The namespace of `-n`, or `default`.
    pub fn namespace(&self) -> &str {
        self.args.get("namespace").unwrap_or("default")
    }
    /// A command of several words takes its second word.
    pub fn shift(&mut self) -> Option<String> {
        if self.args.words.is_empty() { None } else { Some(self.args.words.remove(0)) }
    }
    /// `client`, `server` or nothing.
    pub fn dry_run(&self) -> Option<&str> {
        self.args.get("dry-run").filter(|how| *how != "none").map(|how| if how == "server" { "server" } else { "client" })
    }
    /// Says what was done to an object: `pod/x created`, or just its name where `-o name` is asked for.
    pub fn done(&mut self, object: &crate::api::Object, what: &str) {
        let name = format!("{}/{}", object.kind().singular(), object.meta().name);
        match (self.args.get("output"), self.dry_run()) {
            (Some("name"), _) => self.voice.say(name),
            (Some("yaml"), _) => self.voice.out.push_str(&crate::api::yaml::print(&object.to_value())),
            (Some("json"), _) => self.voice.say(print::json(&object.to_value())),
            (_, Some("server")) => self.voice.say(format!("{name} {what} (server dry run)")),
            (_, Some(_)) => self.voice.say(format!("{name} {what} (dry run)")),
            (_, None) => self.voice.say(format!("{name} {what}")),
        }
    }
    /// Does something to the cluster, or to a copy of it that is thrown away where this is a dry run.
    pub fn act<T>(&mut self, act: impl FnOnce(&mut World) -> T) -> T {
        if self.dry_run().is_some() { act(&mut self.world.clone()) } else { act(self.world) }
    }
}

/// What a command comes to: done, or something to wait for.
pub(super) type Answer = Result<Option<Task>, Failure>;

/// A row of the table of commands.
pub(super) struct Command {
    /// Its name.
    pub name: &'static str,
    /// What may follow.
    pub usage: &'static str,
    /// What it does, in kubectl's own words.
    pub words: &'static str,
    /// Its flags besides the global ones.
    pub flags: &'static [&'static [Flag]],
    run: fn(&mut Call) -> Answer,
}

const GLOBAL: &[Flag] =
    &[value("namespace", 'n'), value("context", '-'), value("kubeconfig", '-'), value("request-timeout", '-'), value("v", 'v')];
const PICK: &[Flag] = &[value("selector", 'l'), value("field-selector", '-'), switch("all-namespaces", 'A'), switch("all", '-')];
const FILES: &[Flag] = &[value("filename", 'f'), switch("recursive", 'R')];
const OUTPUT: &[Flag] = &[value("output", 'o')];
const DRY: &[Flag] = &[perhaps("dry-run", '-', "client"), value("field-manager", '-'), perhaps("validate", '-', "strict")];
const TIMEOUT: &[Flag] = &[value("timeout", '-')];

macro_rules! commands {
    ($($name:literal $usage:literal [$($flags:expr),*] $run:path, $words:literal;)*) => {
        /// kubectl's commands, in the order in which help lists them.
        pub(super) static COMMANDS: &[Command] = &[$(Command {
            name: $name, usage: $usage, words: $words, flags: &[GLOBAL, $($flags),*], run: $run,
        }),*];
    };
}

commands! {
    "get" "TYPE[,TYPE] [NAME...] | TYPE/NAME..." [PICK, OUTPUT, FILES, get::FLAGS] get::run, "Display one or many resources";
    "describe" "TYPE [NAME...] | TYPE/NAME" [PICK, FILES, &[perhaps("show-events", '-', "true")]] describe::run, "Show details of a specific resource or group of resources";
    "apply" "-f FILE" [FILES, OUTPUT, DRY, apply::FLAGS] apply::run, "Apply a configuration to a resource by file name or stdin";
    "create" "-f FILE | namespace|deployment|configmap|service NAME" [FILES, OUTPUT, DRY, create::FLAGS] create::run, "Create a resource from a file or from stdin";
    "replace" "-f FILE" [FILES, OUTPUT, DRY, &[switch("force", '-')]] create::replace, "Replace a resource by file name or stdin";
    "delete" "TYPE NAME... | -f FILE" [PICK, FILES, OUTPUT, DRY, TIMEOUT, delete::FLAGS] delete::run, "Delete resources by file names, stdin, resources and names, or by resources and label selector";
    "scale" "TYPE NAME --replicas=COUNT" [PICK, FILES, OUTPUT, DRY, TIMEOUT, scale::FLAGS] scale::run, "Set a new size for a deployment, replica set or stateful set";
    "edit" "TYPE NAME" [OUTPUT, FILES, &[switch("windows-line-endings", '-')]] edit::run, "Edit a resource on the server";
    "patch" "TYPE NAME -p PATCH" [OUTPUT, DRY, FILES, patch::FLAGS] patch::run, "Update fields of a resource";
    "set" "image TYPE NAME CONTAINER=IMAGE..." [PICK, OUTPUT, DRY, FILES] set::run, "Set specific features on objects";
    "label" "TYPE NAME KEY=VALUE... KEY-..." [PICK, OUTPUT, DRY, FILES, label::FLAGS] label::labels, "Update the labels on a resource";
    "annotate" "TYPE NAME KEY=VALUE... KEY-..." [PICK, OUTPUT, DRY, FILES, label::FLAGS] label::annotations, "Update the annotations on a resource";
    "rollout" "status|history|undo|restart|pause|resume TYPE NAME" [PICK, OUTPUT, DRY, TIMEOUT, FILES, rollout::FLAGS] rollout::run, "Manage the rollout of a resource";
    "wait" "TYPE NAME --for=delete|create|condition=NAME|jsonpath=..." [PICK, OUTPUT, TIMEOUT, FILES, &[value("for", '-')]] until::run, "Experimental: Wait for a specific condition on one or many resources";
    "logs" "POD [-c CONTAINER]" [PICK, logs::FLAGS] logs::run, "Print the logs for a container in a pod";
    "exec" "POD [-c CONTAINER] -- COMMAND" [exec::FLAGS] exec::run, "Execute a command in a container";
    "run" "NAME --image=IMAGE [-- COMMAND]" [OUTPUT, DRY, TIMEOUT, run::FLAGS] run::run, "Run a particular image on the cluster";
    "expose" "TYPE NAME --port=PORT" [OUTPUT, DRY, FILES, expose::FLAGS] expose::run, "Take a replication controller, service, deployment or pod and expose it as a new Kubernetes service";
    "events" "[--for TYPE/NAME]" [&[switch("all-namespaces", 'A'), value("for", '-'), value("types", '-'), switch("watch", 'w'), switch("no-headers", '-')], OUTPUT] events::run, "List events";
    "cordon" "NODE" [PICK, DRY] node::cordon, "Mark node as unschedulable";
    "uncordon" "NODE" [PICK, DRY] node::uncordon, "Mark node as schedulable";
    "drain" "NODE" [PICK, DRY, TIMEOUT, drain::FLAGS] drain::run, "Drain node in preparation for maintenance";
    "taint" "node NAME KEY=VALUE:EFFECT... KEY-..." [PICK, OUTPUT, DRY, &[switch("overwrite", '-')]] taint::run, "Update the taints on one or more nodes";
    "explain" "TYPE[.FIELD...]" [&[switch("recursive", '-'), value("api-version", '-'), value("output", 'o')]] explain::run, "Get documentation for a resource";
    "api-resources" "" [OUTPUT, discover::FLAGS] discover::resources, "Print the supported API resources on the server";
    "version" "" [OUTPUT, &[switch("client", '-')]] discover::version, "Print the client and server version information";
    "cluster-info" "" [] discover::cluster, "Display cluster information";
    "auth" "can-i VERB TYPE" [&[switch("list", '-')]] discover::auth, "Inspect authorization";
    "autoscale" "TYPE NAME" [&[value("min", '-'), value("max", '-'), value("cpu", '-'), value("cpu-percent", '-')]] discover::autoscale, "Auto-scale a deployment, replica set or stateful set";
}

/// Other names of commands, and commands that make no sense here with the reason.
const ABSENT: &[(&str, &str)] = &[
    ("diff", "kubectl apply --dry-run=server -f FILE says what would be configured"),
    ("proxy", "there is always one at localhost:8001: curl localhost:8001/api/v1/namespaces/default/pods/kubia-0/proxy/"),
    ("port-forward", "ask the pod directly: curl http://POD-IP:8080/"),
    ("attach", "kubectl logs POD shows what it printed"),
    ("cp", "kubectl exec POD -- cat FILE shows a file"),
    ("config", "there is one cluster, and you are in it"),
    ("top", "nothing here uses cpu"),
    ("debug", "kubectl exec, or: run it in a pod of its own"),
    ("certificate", "there are no certificates to sign"),
];

/// Runs what follows `kubectl`.
pub(super) fn run(world: &mut World, voice: &mut Voice, words: &[String], input: Input) -> Answer {
    let (before, words) = words.split_at(globals(words));
    let Some((word, rest)) = words.split_first() else {
        help(voice, &[])?;
        return Ok(None);
    };
    if matches!(word.as_str(), "help" | "--help" | "-h") {
        help(voice, rest)?;
        return Ok(None);
    }
    let command = COMMANDS.iter().find(|c| c.name == word).ok_or_else(|| unknown(word))?;
    if rest.iter().take_while(|w| *w != "--").any(|w| w == "--help" || w == "-h") {
        help(voice, std::slice::from_ref(word))?;
        return Ok(None);
    }
    let line: Vec<String> = before.iter().chain(rest).cloned().collect();
    let args = flags::parse(&line, command.flags, &format!("kubectl {}", command.name))?;
    (command.run)(&mut Call { world, voice, args, input, name: command.name })
}

/// How many words in front of the command are global flags.
fn globals(words: &[String]) -> usize {
    let mut at = 0;
    while let Some(word) = words.get(at).filter(|w| w.starts_with('-') && !matches!(w.as_str(), "-h" | "--help")) {
        at += if word.contains('=') || word.len() > 2 && !word.starts_with("--") { 1 } else { 2 };
    }
    at.min(words.len())
}

fn unknown(word: &str) -> Failure {
    if let Some((_, why)) = ABSENT.iter().find(|(name, _)| *name == word) {
        return Failure::error(format!("podyard has no kubectl {word}: {why}"));
    }
    let mut text = format!("unknown command {word:?} for \"kubectl\"");
    if let Some(name) = near(word, COMMANDS.iter().map(|c| c.name)) {
        text.push_str(&format!("\n\nDid you mean this?\n\t{name}"));
    }
    Failure::error(text)
}

/// kubectl's help: all commands, or one.
pub(super) fn help(voice: &mut Voice, words: &[String]) -> Result<(), Failure> {
    let Some(word) = words.first() else {
        voice.say("kubectl controls the Kubernetes cluster manager. What podyard knows of it:\n");
        COMMANDS.iter().for_each(|c| voice.say(format!("  {:<14} {}", c.name, c.words)));
        voice.say("\nUsage:\n  kubectl [flags] [options]\n\nkubectl COMMAND --help tells more of one.");
        return Ok(());
    };
    let command = COMMANDS.iter().find(|c| c.name == word).ok_or_else(|| unknown(word))?;
    voice.say(format!("{}.\n\nUsage:\n  kubectl {} {}\n\nOptions:", command.words, command.name, command.usage));
    for flag in command.flags.iter().skip(1).flat_map(|group| group.iter()) {
        let short = if flag.short == '-' { "    ".to_owned() } else { format!("-{}, ", flag.short) };
        voice.say(format!("  {short}--{}", flag.long));
    }
    Ok(())
}
