//! `kubectl drain`: cordon a node, evict its pods as far as disruption budgets allow, wait until they are gone.

use super::node;
use super::{Answer, Call, delete};
use crate::api::object::Kind;
use crate::api::{Key, Pod, Reason, Span, Time, Uid, age};
use crate::shell::flags::{Flag, switch, value};
use crate::shell::job::Task;
use crate::shell::requests;
use crate::shell::voice::{Failure, Voice};
use crate::sim::{DeleteOptions, World};
use std::sync::Arc;

/// Flags of its own.
pub const FLAGS: &[Flag] = &[
    switch("ignore-daemonsets", '-'),
    switch("force", '-'),
    switch("delete-emptydir-data", '-'),
    switch("disable-eviction", '-'),
    value("grace-period", '-'),
    value("pod-selector", '-'),
    value("skip-wait-for-delete-timeout", '-'),
];

/// How long after a refusal it tries again.
const RETRY: Span = Span::secs(5);

/// A pod on its way out.
#[derive(Clone, Debug)]
struct Leaving {
    key: Key,
    uid: Uid,
    node: String,
    next_try: Option<Time>,
}

/// Nodes that are being emptied.
#[derive(Clone, Debug)]
pub struct Drain {
    nodes: Vec<String>,
    pods: Vec<Leaving>,
    grace: Option<i64>,
    budgets: bool,
    deadline: Option<Time>,
    now: Time,
}

/// Cordons and starts to evict.
pub fn run(call: &mut Call) -> Answer {
    let nodes = node::nodes(call)?;
    for node in &nodes {
        node::set_schedulable(call, node, false)?;
    }
    let mut pods = Vec::new();
    let mut names = Vec::new();
    for node in &nodes {
        let name = node.meta().name.to_string();
        match leaving(call, &name) {
            Ok(found) => pods.extend(found),
            Err(why) => {
                call.voice.warn(format!("error: unable to drain node {name:?} due to error: {why}, continuing command..."));
                call.voice.warn(format!("There are pending nodes to be drained:\n {name}"));
                call.voice.fail(Failure::error(why));
                continue;
            }
        }
        names.push(name);
    }
    if call.dry_run().is_some() {
        names.iter().for_each(|name| call.voice.say(format!("node/{name} drained (dry run)")));
        return Ok(None);
    }
    pods.iter().for_each(|pod| call.voice.say(format!("evicting pod {}", pod.key)));
    let deadline = match call.args.get("timeout") {
        None => None,
        Some(text) => {
            age::parse(text).map(|span| (span.0 > 0).then_some(call.world.now() + span)).ok_or_else(|| delete::invalid_timeout(text))?
        }
    };
    let grace = call.args.number("grace-period")?.filter(|n| *n >= 0);
    let budgets = !call.args.on("disable-eviction");
    Ok(Some(Task::Drain(Drain { nodes: names, pods, grace, budgets, deadline, now: call.world.now() })))
}

/// The pods that must leave a node, or why they may not be made to.
fn leaving(call: &Call, node: &str) -> Result<Vec<Leaving>, String> {
    let world = &*call.world;
    let selector = call.args.get("pod-selector").map(crate::api::selector_text::parse).transpose()?.unwrap_or_default();
    let pods: Vec<&Arc<Pod>> =
        world.store().pods_on(node).filter_map(|key| world.get::<Pod>(key)).filter(|p| selector.matches(&p.metadata.labels)).collect();
    let list = |fits: &dyn Fn(&Pod) -> bool| {
        let names: Vec<String> = pods.iter().filter(|p| fits(p)).map(|p| p.metadata.key().to_string()).collect();
        (!names.is_empty()).then(|| names.join(", "))
    };
    let alone = list(&|p| p.metadata.controller().is_none() && !p.status.phase.is_terminal());
    if let Some(names) = alone.filter(|_| !call.args.on("force")) {
        return Err(format!("cannot delete Pods that declare no controller (use --force to override): {names}"));
    }
    let local = list(&|p| p.spec.volumes.iter().any(|v| v.empty_dir.is_some()));
    if let Some(names) = local.filter(|_| !call.args.on("delete-emptydir-data")) {
        return Err(format!("cannot delete Pods with local storage (use --delete-emptydir-data to override): {names}"));
    }
    let leaving = |p: &&Arc<Pod>| Leaving { key: p.metadata.key(), uid: p.metadata.uid, node: node.to_owned(), next_try: Some(Time(0)) };
    Ok(pods.iter().map(leaving).collect())
}

impl Drain {
    /// Evicts what may go, and says what is gone; true once all nodes are empty.
    pub fn poll(&mut self, world: &mut World, voice: &mut Voice) -> bool {
        self.now = world.now();
        let mut pods = std::mem::take(&mut self.pods);
        pods.retain_mut(|pod| !self.visit(pod, world, voice));
        self.pods = pods;
        let pending = |node: &String| self.pods.iter().any(|p| p.node == *node);
        let (waiting, empty): (Vec<String>, Vec<String>) = self.nodes.drain(..).partition(pending);
        empty.iter().for_each(|node| voice.say(format!("node/{node} drained")));
        self.nodes = waiting;
        let late = self.deadline.is_some_and(|at| world.now() >= at);
        if late && !self.nodes.is_empty() {
            for node in &self.nodes {
                let why = "drain did not complete within the timeout";
                voice.fail(Failure::error(format!("unable to drain node {node:?} due to error: {why}")));
            }
        }
        late || self.nodes.is_empty()
    }

    /// True once the pod is gone.
    fn visit(&self, pod: &mut Leaving, world: &mut World, voice: &mut Voice) -> bool {
        let current = world.get::<Pod>(&pod.key).filter(|p| p.metadata.uid == pod.uid);
        if current.is_none() {
            voice.say(format!("pod/{} evicted", pod.key.name));
            return true;
        }
        if pod.next_try.is_none_or(|at| world.now() < at) {
            return false;
        }
        pod.next_try = None;
        let options = DeleteOptions { grace: self.grace, uid: Some(pod.uid), ..DeleteOptions::default() };
        let done = match self.budgets {
            true => requests::evict(world, &pod.key, options),
            false => requests::delete(world, Kind::Pod, &pod.key, options),
        };
        match done {
            Ok(_) => {}
            Err(refusal) if refusal.reason == Reason::TooManyRequests => {
                let name = format!("pods/{:?} -n {:?}", &*pod.key.name, &*pod.key.namespace);
                voice.warn(format!("error when evicting {name} (will retry after 5s): {}", refusal.message));
                pod.next_try = Some(world.now() + RETRY);
            }
            Err(refusal) => voice.fail(refusal),
        }
        false
    }

    /// When it tries again, or gives up.
    pub fn until(&self) -> Option<Time> {
        self.pods.iter().filter_map(|p| p.next_try).chain(self.deadline).min()
    }
}
