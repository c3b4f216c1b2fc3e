//! kubectl: its commands, its flags, its words. One command a file.

use super::flags::{self, Args, Flag, perhaps, switch, value};
use super::job::Task;
use super::verbs::near;
use super::voice::{Failure, Voice};
use crate::api::{Given, Object, yaml};
use crate::sim::World;
use serde_json::{Map, Value};

mod apply;
pub mod attach;
mod attachable;
mod config;
mod create;
mod delete;
mod describe;
mod diff;
mod discover;
pub mod drain;
mod edit;
mod entries;
pub mod events;
mod exec;
mod explain;
mod expose;
mod generate;
mod get;
pub mod gone;
mod help;
mod label;
pub mod logs;
mod manifest;
mod node;
mod parts;
mod patch;
mod print;
mod raw;
pub mod rollout;
mod run;
mod scale;
mod set;
mod source;
mod taint;
mod target;
pub mod until;
pub mod watch;

pub use diff::difference;
pub use explain::{FieldDoc, field_doc};

/// A command under way.
pub(super) struct Call<'w> {
    /// The cluster.
    pub world: &'w mut World,
    /// What it says.
    pub voice: &'w mut Voice,
    /// What was typed.
    pub args: Args,
    /// Its here document and its files.
    pub given: &'w Given,
    /// The command's name, for complaints.
    pub name: &'static str,
}

impl Call<'_> {
    /// The namespace of `-n`, or that of the context.
    pub fn namespace(&self) -> &str {
        self.args.get("namespace").unwrap_or(self.world.context())
    }
    /// A command of several words takes its second word.
    pub fn shift(&mut self) -> Option<String> {
        if self.args.words.is_empty() { None } else { Some(self.args.words.remove(0)) }
    }
    /// `client`, `server` or nothing.
    pub fn dry_run(&self) -> Option<&str> {
        self.args
            .get("dry-run")
            .filter(|how| !matches!(*how, "none" | "false"))
            .map(|how| if how == "server" { "server" } else { "client" })
    }
    /// Says what was done to an object: `pod/x created`, or just its name where `-o name` is asked for.
    pub fn done(&mut self, object: &Object, what: &str) {
        self.done_to(&object.kind().singular(), object, &object.to_value(), what);
    }
    fn done_to(&mut self, kind: &str, object: &Object, answer: &Value, what: &str) {
        let name = format!("{kind}/{}", object.meta().name);
        match (self.args.get("output"), self.dry_run()) {
            (Some("name"), _) => self.voice.say(name),
            (Some("yaml" | "json"), _) => self.show(answer),
            (Some(format), _) if !format.is_empty() => match print::of_value(format, answer) {
                Ok(text) => self.voice.out.push_str(&text),
                Err(failure) => self.voice.fail(failure),
            },
            (_, Some("server")) => self.voice.say(format!("{name} {what} (server dry run)")),
            (_, Some(_)) => self.voice.say(format!("{name} {what} (dry run)")),
            (_, None) => self.voice.say(format!("{name} {what}")),
        }
    }
    /// The same of commands that do not tell a dry run from a real one.
    pub fn done_plainly(&mut self, object: &Object, what: &str) {
        self.answered(&object.kind().singular(), object, &object.to_value(), what);
    }
    /// The same where the answer is of another kind than the object that it is about.
    pub fn answered(&mut self, kind: &str, object: &Object, answer: &Value, what: &str) {
        match self.args.get("output") {
            None | Some("") => self.voice.say(format!("{kind}/{} {what}", object.meta().name)),
            Some(_) => self.done_to(kind, object, answer, what),
        }
    }
    /// Prints an object as `-o yaml` or `-o json` asks.
    pub fn show(&mut self, value: &Value) {
        match self.args.get("output") {
            Some("json") => self.voice.say(print::json(value)),
            _ => self.voice.out.push_str(&yaml::print(value)),
        }
    }
    /// Does something to the cluster, or to a copy of it that is thrown away where this is a dry run.
    pub fn act<T>(&mut self, act: impl FnOnce(&mut World) -> T) -> T {
        if self.dry_run().is_some() { act(&mut self.world.clone()) } else { act(self.world) }
    }
}

/// `a=1,b=2` as labels.
fn labels_of(text: &str) -> Map<String, Value> {
    text.split(',').filter_map(|pair| pair.split_once('=')).map(|(key, value)| (key.to_owned(), value.into())).collect()
}

pub(super) use help::help;

/// What a command comes to: done, or something to wait for.
pub(super) type Answer = Result<Option<Task>, Failure>;

/// A row of the table of commands.
pub(super) struct Command {
    /// Its name.
    pub name: &'static str,
    /// What may follow.
    pub usage: &'static str,
    /// What it does, in a sentence without its full stop.
    pub words: &'static str,
    /// Its flags besides the global ones.
    pub flags: &'static [&'static [Flag]],
    run: fn(&mut Call) -> Answer,
}

/// Flags of every command; what they say of other clusters and users is ignored, as there is one of each.
const GLOBAL: &[Flag] = &[
    value("namespace", 'n'),
    value("context", '-'),
    value("cluster", '-'),
    value("user", '-'),
    value("as", '-'),
    value("kubeconfig", '-'),
    value("request-timeout", '-'),
    switch("warnings-as-errors", '-'),
    value("v", 'v'),
];
const SELECT: &[Flag] = &[value("selector", 'l')];
const FIELDS: &[Flag] = &[value("field-selector", '-')];
const EVERYWHERE: &[Flag] = &[switch("all-namespaces", 'A')];
const ALL: &[Flag] = &[switch("all", '-')];
const FILES: &[Flag] = &[value("filename", 'f'), switch("recursive", 'R'), value("kustomize", 'k')];
const OUTPUT: &[Flag] = &[value("output", 'o'), perhaps("show-managed-fields", '-', "true"), value("template", '-')];
const DRY: &[Flag] = &[perhaps("dry-run", '-', "unchanged"), value("field-manager", '-'), perhaps("validate", '-', "strict")];
const TIMEOUT: &[Flag] = &[value("timeout", '-')];
const RAW: &[Flag] = &[value("raw", '-')];

macro_rules! commands {
    ($($name:literal $usage:literal [$($flags:expr),*] $run:path, $words:literal;)*) => {
        /// kubectl's commands, in the order in which help lists them.
        pub(super) static COMMANDS: &[Command] = &[$(Command {
            name: $name, usage: $usage, words: $words, flags: &[GLOBAL, $($flags),*], run: $run,
        }),*];
    };
}

commands! {
    "get" "TYPE[,TYPE] [NAME...] | TYPE/NAME..." [SELECT, FIELDS, EVERYWHERE, OUTPUT, FILES, RAW, get::FLAGS] get::run, "Lists objects, prints them, or watches them change";
    "describe" "TYPE [NAME...] | TYPE/NAME" [SELECT, EVERYWHERE, FILES, &[perhaps("show-events", '-', "true"), value("chunk-size", '-')]] describe::run, "Tells all about objects, with what happened to them";
    "apply" "-f FILE" [FILES, OUTPUT, DRY, apply::FLAGS] apply::run, "Makes objects be as files say: creates them, or changes what differs";
    "create" "-f FILE | deployment|namespace|configmap|secret generic|service TYPE|pdb|serviceaccount NAME" [FILES, OUTPUT, DRY, RAW, create::FLAGS, generate::FLAGS, entries::FLAGS] create::run, "Creates objects from files, or from what is typed";
    "replace" "-f FILE" [FILES, OUTPUT, DRY, TIMEOUT, RAW, &[perhaps("force", '-', "true"), value("grace-period", '-'), perhaps("cascade", '-', "background"), switch("save-config", '-'), value("subresource", '-')]] create::replace, "Puts whole objects in the place of those of the same name";
    "delete" "TYPE NAME... | -f FILE" [SELECT, FIELDS, EVERYWHERE, ALL, FILES, OUTPUT, DRY, TIMEOUT, RAW, delete::FLAGS] delete::run, "Deletes objects, and waits until they are gone";
    "scale" "TYPE NAME --replicas=COUNT" [SELECT, ALL, FILES, OUTPUT, DRY, TIMEOUT, scale::FLAGS] scale::run, "Sets how many pods a set is to have";
    "edit" "TYPE NAME" [OUTPUT, FILES, &[switch("windows-line-endings", '-')]] edit::run, "Changes an object as a text";
    "patch" "TYPE NAME -p PATCH" [OUTPUT, DRY, FILES, patch::FLAGS] patch::run, "Changes fields of objects";
    "set" "image|env|resources TYPE NAME CONTAINER=IMAGE..." [SELECT, ALL, OUTPUT, DRY, FILES, set::FLAGS] set::run, "Changes images, variables or resources of containers";
    "label" "TYPE NAME KEY=VALUE... KEY-..." [SELECT, FIELDS, EVERYWHERE, ALL, OUTPUT, DRY, FILES, label::FLAGS] label::labels, "Sets and removes labels";
    "annotate" "TYPE NAME KEY=VALUE... KEY-..." [SELECT, FIELDS, EVERYWHERE, ALL, OUTPUT, DRY, FILES, label::FLAGS] label::annotations, "Sets and removes annotations";
    "diff" "-f FILE" [FILES, SELECT, &[perhaps("server-side", '-', "true"), value("field-manager", '-'), value("concurrency", '-')]] diff::run, "Shows what applying files would change";
    "rollout" "status|history|undo|restart|pause|resume TYPE NAME" [SELECT, ALL, OUTPUT, DRY, TIMEOUT, FILES, rollout::FLAGS] rollout::run, "Follows, repeats, undoes and lists changes of a set's template";
    "wait" "TYPE NAME --for=delete|create|condition=NAME|jsonpath=..." [SELECT, FIELDS, EVERYWHERE, ALL, OUTPUT, TIMEOUT, FILES, &[value("for", '-')]] until::run, "Waits until objects are in some state";
    "logs" "POD [-c CONTAINER]" [SELECT, logs::FLAGS] logs::run, "Prints what a container printed";
    "exec" "POD [-c CONTAINER] -- COMMAND" [exec::FLAGS] exec::run, "Runs a command inside a container";
    "run" "NAME --image=IMAGE [-- COMMAND]" [OUTPUT, DRY, TIMEOUT, run::FLAGS] run::run, "Starts one pod by itself";
    "expose" "TYPE NAME --port=PORT" [OUTPUT, DRY, FILES, expose::FLAGS] expose::run, "Makes a service for the pods of something";
    "events" "[--for TYPE/NAME]" [&[switch("all-namespaces", 'A'), value("for", '-'), value("types", '-'), switch("watch", 'w'), switch("no-headers", '-')], OUTPUT] events::run, "Lists what happened, oldest first";
    "cordon" "NODE" [SELECT, DRY] node::cordon, "Keeps new pods off a node";
    "uncordon" "NODE" [SELECT, DRY] node::uncordon, "Lets new pods onto a node again";
    "drain" "NODE" [SELECT, DRY, TIMEOUT, drain::FLAGS] drain::run, "Empties a node: cordons it and evicts its pods";
    "taint" "node NAME KEY=VALUE:EFFECT... KEY-..." [SELECT, ALL, OUTPUT, DRY, &[switch("overwrite", '-')]] taint::run, "Sets and removes what keeps pods off a node";
    "explain" "TYPE[.FIELD...]" [&[switch("recursive", '-'), value("api-version", '-'), value("output", 'o')]] explain::run, "Says what fields a kind has and what they are for";
    "api-resources" "" [OUTPUT, discover::FLAGS] discover::resources, "Lists the kinds there are";
    "api-versions" "" [] discover::versions, "Lists the versions of the API there are";
    "config" "view|get-contexts|current-context|set-context --current --namespace=NAME" [OUTPUT, &[switch("current", '-'), switch("minify", '-'), switch("no-headers", '-'), switch("raw", '-'), switch("flatten", '-')]] config::run, "Shows which cluster commands go to";
    "version" "" [OUTPUT, &[switch("client", '-')]] discover::version, "Prints versions";
    "cluster-info" "" [] discover::cluster, "Says where the API server is";
    "auth" "can-i VERB TYPE" [EVERYWHERE, &[switch("list", '-'), switch("quiet", 'q'), value("subresource", '-')]] discover::auth, "Says whether something is allowed";
    "autoscale" "TYPE NAME" [&[value("min", '-'), value("max", '-'), value("cpu", '-'), value("cpu-percent", '-')]] discover::autoscale, "Is refused: nothing here uses cpu";
}

/// Other names of commands, and commands that make no sense here with the reason.
const ABSENT: &[(&str, &str)] = &[
    ("proxy", "there is always one at localhost:8001: curl localhost:8001/api/v1/namespaces/default/pods/kubia-0/proxy/"),
    ("port-forward", "ask the pod directly: curl http://POD-IP:8080/"),
    ("attach", "kubectl logs POD shows what it printed"),
    ("cp", "kubectl exec POD -- cat FILE shows a file"),
    ("top", "nothing here uses cpu"),
    ("debug", "kubectl exec, or: run it in a pod of its own"),
    ("certificate", "there are no certificates to sign"),
    ("kustomize", "it reads no kustomizations; give the manifests with -f"),
    ("alpha", "nothing that is tried out there concerns what is simulated here"),
    ("plugin", "there are no plugins"),
    ("completion", "the Tab key completes lines at the screen's prompt"),
    ("options", "kubectl COMMAND --help lists a command's flags"),
];

/// Runs what follows `kubectl`.
pub(super) fn run(world: &mut World, voice: &mut Voice, words: &[String], given: &Given) -> Answer {
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
    let args = args(command, before, rest)?;
    check(&args, command, voice)?;
    (command.run)(&mut Call { world, voice, args, given, name: command.name })
}

fn args(command: &Command, before: &[String], rest: &[String]) -> Result<Args, Failure> {
    let line: Vec<String> = before.iter().chain(rest).cloned().collect();
    flags::parse(&line, command.flags, &format!("kubectl {}{}", command.name, parts::of(command.name, rest)))
}

/// What kubectl looks at in the flags of many commands before it does anything.
fn check(args: &Args, command: &Command, voice: &mut Voice) -> Result<(), Failure> {
    if let Some(how) = args.get("dry-run") {
        dry_run(how, voice)?;
    }
    let validate = args.get("validate").unwrap_or("strict");
    if !matches!(validate, "" | "strict" | "true" | "warn" | "ignore" | "false") {
        let words = format!("invalid - validate option {validate:?}; must be one of: strict (or true), warn, ignore (or false)");
        return Err(Failure::error(words));
    }
    let format = args.get("output").unwrap_or_default();
    let known = format.is_empty() || print::FORMATS.contains(&format.split('=').next().unwrap_or_default());
    match command.name {
        "delete" if !matches!(format, "" | "name") => {
            Err(Failure::error(format!("unexpected -o output mode: {format}. We only support '-o name'")))
        }
        "get" | "describe" | "explain" | "api-resources" | "config" | "version" => Ok(()),
        _ if known => Ok(()),
        _ => Err(print::no_printer(format, print::FORMATS)),
    }
}

/// Upstream: GetDryRunStrategy.
fn dry_run(how: &str, voice: &mut Voice) -> Result<(), Failure> {
    let deprecated = match how {
        "none" | "server" | "client" | "false" => return Ok(()),
        "unchanged" => "--dry-run is deprecated and can be replaced with --dry-run=client.",
        "true" => "--dry-run=true is deprecated (boolean value) and can be replaced with --dry-run=client.",
        _ => return Err(Failure::error(format!("Invalid dry-run value ({how}). Must be \"none\", \"server\", or \"client\"."))),
    };
    voice.warn(deprecated);
    Ok(())
}

/// What follows `kubectl` as its command would read it; `None` where it would not.
pub(super) fn read(words: &[String]) -> Option<Args> {
    let (before, words) = words.split_at(globals(words));
    let (word, rest) = words.split_first()?;
    let command = COMMANDS.iter().find(|c| c.name == word)?;
    args(command, before, rest).ok()
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
