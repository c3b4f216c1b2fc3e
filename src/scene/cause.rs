//! Why a thing is not as somebody wants it: the cause in a sentence, who must move next, the timer that runs, and the
//! command lines that would free it. A pure reading of the world: nothing is remembered and nothing is tried.

mod claim;
mod client;
mod container;
mod machine;
mod pod;
mod seat;
mod service;
mod set;
mod victim;
mod volume;

pub use client::recalls;
pub use victim::next_victim;

use super::target::Target;
use crate::api::{Key, Kind, Time};
use crate::sim::World;

/// A command line that would free a thing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Remedy {
    /// The line, as one types it.
    pub line: String,
    /// What it reads: a manifest.
    pub stdin: Option<String>,
    /// What it does, or what it costs, in a few words.
    pub words: String,
}

/// Why something is as it is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Cause {
    /// In one sentence; further ones lead from it to the root.
    pub chain: Vec<String>,
    /// Who must move next.
    pub next: String,
    /// When something happens by itself, and what.
    pub until: Option<(Time, String)>,
    /// What would free it, the mildest first.
    pub remedies: Vec<Remedy>,
}

impl Cause {
    fn new(words: impl Into<String>, next: impl Into<String>) -> Cause {
        Cause { chain: vec![words.into()], next: next.into(), ..Cause::default() }
    }
    fn until(mut self, time: Option<Time>, what: impl Into<String>) -> Cause {
        self.until = time.map(|time| (time, what.into()));
        self
    }
    fn free(mut self, line: impl Into<String>, words: impl Into<String>) -> Cause {
        self.remedies.push(Remedy { line: line.into(), stdin: None, words: words.into() });
        self
    }
    fn apply(mut self, manifest: impl Into<String>, words: impl Into<String>) -> Cause {
        let line = "kubectl apply -f -".to_owned();
        self.remedies.push(Remedy { line, stdin: Some(manifest.into()), words: words.into() });
        self
    }
    /// A sentence before the chain: this is so because of that.
    fn because(mut self, words: impl Into<String>) -> Cause {
        self.chain.insert(0, words.into());
        self
    }
}

/// The cause of what ails a thing, or of what holds it back; `None` where it is well.
pub fn of(world: &World, target: &Target) -> Option<Cause> {
    match target {
        Target::Pod(key) => pod::of(world, key),
        Target::Set(kind, key) => set::of(world, *kind, key),
        Target::Claim(key) => claim::of(world, key),
        Target::Volume(name) => volume::of(world, name),
        Target::Service(key) => service::of(world, key),
        Target::Node(name) => machine::of(world, name),
        Target::Process(..) => None,
    }
}

/// Why a bound pod is on its node: what ties it there, or how the scheduler chose.
pub fn why_there(world: &World, key: &Key) -> Option<String> {
    seat::why_there(world, key)
}

/// What each node came to when the pod's node was chosen, the chosen one first; empty where that is not kept.
pub fn weighed(world: &World, key: &Key) -> Vec<String> {
    seat::weighed(world, key)
}

/// Why a pod's own DNS name does not resolve; `None` where it does or where the pod has none.
pub fn why_nameless(world: &World, key: &Key) -> Option<Cause> {
    service::why_nameless(world, key)
}

/// ` -n NAMESPACE` for any but the default one.
fn flag(key: &Key) -> String {
    if key.namespace.is_empty() || &*key.namespace == "default" { String::new() } else { format!(" -n {}", key.namespace) }
}

/// The shortest name that kubectl takes for a kind.
pub fn short(kind: Kind) -> &'static str {
    kind.info().aliases.last().copied().unwrap_or(kind.info().plural)
}

/// A line that deletes an object and does not wait for it to be gone.
fn delete(kind: Kind, key: &Key) -> String {
    format!("kubectl delete {} {}{} --wait=false", short(kind), key.name, flag(key))
}

/// The line that deletes a pod on record at once.
fn force(key: &Key) -> String {
    format!("kubectl delete po {}{} --force --grace-period=0", key.name, flag(key))
}
