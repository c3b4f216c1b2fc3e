//! `kubectl drain`: cordons nodes, then empties one after the other: evicts its pods as far as disruption budgets allow,
//! and waits until they are gone. Upstream: kubectl/pkg/cmd/drain and kubectl/pkg/drain.

use super::node;
use super::{Answer, Call};
use crate::api::object::{Kind, Object};
use crate::api::{Key, Pod, Reason, Span, Time, Uid, age};
use crate::shell::flags::{Flag, switch, value};
use crate::shell::job::Task;
use crate::shell::requests;
use crate::shell::voice::{Failure, Voice};
use crate::sim::{DeleteOptions, World};
use filters::{Filters, Sorted};
use std::collections::VecDeque;

mod filters;

/// Flags of its own.
pub const FLAGS: &[Flag] = &[
    switch("ignore-daemonsets", '-'),
    switch("force", '-'),
    switch("delete-emptydir-data", '-'),
    switch("disable-eviction", '-'),
    value("grace-period", '-'),
    value("pod-selector", '-'),
    value("skip-wait-for-delete-timeout", '-'),
    value("chunk-size", '-'),
];

/// How long after a refusal it tries again.
const RETRY: Span = Span::secs(5);
/// From one look at whether a pod has gone to the next. Upstream: waitForDelete's interval.
const LOOK: Span = Span::secs(1);

/// A pod on its way out.
#[derive(Clone, Debug)]
struct Leaving {
    key: Key,
    uid: Uid,
    /// When it is to be evicted; `None` once it has been.
    evict_at: Option<Time>,
    /// When it is looked whether it has gone.
    look_at: Time,
}

/// The node that is being emptied.
#[derive(Clone, Debug)]
struct Stop {
    node: Object,
    pods: Vec<Leaving>,
    errors: Vec<String>,
    deadline: Option<Time>,
}

/// What came of a look at a pod.
enum Seen {
    Waiting,
    Done,
    Failed(String),
}

/// Nodes that are being emptied.
#[derive(Clone, Debug)]
pub struct Drain {
    ahead: VecDeque<Object>,
    present: Option<Stop>,
    /// Nodes that could not be emptied, and why.
    failed: Vec<(String, Vec<String>)>,
    filters: Filters,
    grace: Option<i64>,
    evicts: bool,
    timeout: Option<Span>,
    now: Time,
}

/// Cordons and starts to evict.
pub fn run(call: &mut Call) -> Answer {
    let nodes = node::nodes(call)?;
    let filters = Filters::of(call).map_err(Failure::error)?;
    let timeout =
        call.args.get("timeout").map(|text| age::parse(text).ok_or_else(|| call.args.no_duration("timeout", text))).transpose()?;
    let grace = call.args.number("grace-period")?.filter(|n| *n >= 0);
    for node in &nodes {
        node::set_schedulable(call, node, false);
    }
    let mut drain = Drain {
        ahead: nodes.into(),
        present: None,
        failed: Vec::new(),
        filters,
        grace,
        evicts: !call.args.on("disable-eviction"),
        timeout: timeout.filter(|span| span.0 > 0),
        now: call.world.now(),
    };
    if call.dry_run().is_none() {
        return Ok(Some(Task::Drain(drain)));
    }
    drain.rehearse(call);
    Ok(None)
}

fn word(strategy: Option<&str>) -> &'static str {
    if strategy == Some("server") { "server dry run" } else { "dry run" }
}

impl Drain {
    /// A dry run: says what would be done. Upstream asks the budgets too where the server takes part.
    fn rehearse(&mut self, call: &mut Call) {
        while let Some(node) = self.ahead.pop_front() {
            let Some(sorted) = self.sort(call.world, call.voice, &node) else { continue };
            let how = word(call.dry_run());
            sorted.leaving.iter().for_each(|pod| call.voice.say(format!("evicting pod {} ({how})", pod.metadata.key())));
            call.done(&node, "drained");
        }
        self.conclude(call.voice);
    }

    /// The pods of a node; `None` where some of them stop the drain.
    fn sort(&mut self, world: &World, voice: &mut Voice, node: &Object) -> Option<Sorted> {
        let sorted = self.filters.sort(world, &node.meta().name);
        if !sorted.errors.is_empty() {
            self.give_up(voice, node, sorted.errors);
            return None;
        }
        if !sorted.warning.is_empty() {
            voice.warn(format!("Warning: {}", sorted.warning));
        }
        Some(sorted)
    }

    fn give_up(&mut self, voice: &mut Voice, node: &Object, errors: Vec<String>) {
        let name = node.meta().name.to_string();
        voice.warn(format!("error: unable to drain node {name:?} due to error: {}, continuing command...", aggregate(&errors)));
        self.failed.push((name, errors));
    }

    /// Evicts what may go, and says what is gone; true once all nodes are empty or given up.
    pub fn poll(&mut self, world: &mut World, voice: &mut Voice) -> bool {
        self.now = world.now();
        loop {
            if let Some(mut stop) = self.present.take() {
                self.visit_all(&mut stop, world, voice);
                if !stop.pods.is_empty() {
                    self.present = Some(stop);
                    return false;
                }
                self.leave(stop, world, voice);
            }
            let Some(node) = self.ahead.pop_front() else { break };
            self.present = self.arrive(node, world, voice);
        }
        self.conclude(voice);
        true
    }

    fn arrive(&mut self, node: Object, world: &mut World, voice: &mut Voice) -> Option<Stop> {
        let sorted = self.sort(world, voice, &node)?;
        let at = self.evicts.then_some(self.now);
        let leaving =
            |pod: &std::sync::Arc<Pod>| Leaving { key: pod.metadata.key(), uid: pod.metadata.uid, evict_at: at, look_at: self.now };
        let pods: Vec<Leaving> = sorted.leaving.iter().map(leaving).collect();
        if !self.evicts {
            for pod in &pods {
                let options = DeleteOptions { grace: self.grace, uid: Some(pod.uid), ..DeleteOptions::default() };
                // Refused only where it has just gone.
                requests::delete(world, Kind::Pod, &pod.key, options).ok();
            }
        }
        Some(Stop { node, pods, errors: Vec::new(), deadline: self.timeout.map(|span| self.now + span) })
    }

    fn leave(&mut self, stop: Stop, world: &World, voice: &mut Voice) {
        if stop.errors.is_empty() {
            return voice.say(format!("node/{} drained", stop.node.meta().name));
        }
        let name = &stop.node.meta().name;
        let pending = self.filters.sort(world, name).leaving;
        if !pending.is_empty() {
            voice.warn(format!("There are pending pods in node {name:?} when an error occurred: {}", aggregate(&stop.errors)));
            pending.iter().for_each(|pod| voice.warn(format!("pod/{}", pod.metadata.name)));
        }
        self.give_up(voice, &stop.node, stop.errors);
    }

    fn conclude(&self, voice: &mut Voice) {
        if self.failed.is_empty() {
            return;
        }
        voice.warn("There are pending nodes to be drained:");
        self.failed.iter().for_each(|(name, _)| voice.warn(format!(" {name}")));
        let text = match &self.failed[..] {
            [(_, errors)] => errors.join("\n"),
            several => several.iter().map(|(_, errors)| aggregate(errors)).collect::<Vec<_>>().join("\n"),
        };
        voice.fail(Failure::plain(text));
    }

    fn visit_all(&self, stop: &mut Stop, world: &mut World, voice: &mut Voice) {
        let late = stop.deadline.is_some_and(|at| self.now >= at);
        let errors = &mut stop.errors;
        stop.pods.retain_mut(|pod| match self.visit(pod, late, world, voice) {
            Seen::Waiting => true,
            Seen::Done => false,
            Seen::Failed(why) => {
                // Pods that are just deleted are waited for together: what ends the wait is told once.
                if !errors.contains(&why) {
                    errors.push(why);
                }
                false
            }
        });
    }

    fn visit(&self, pod: &mut Leaving, late: bool, world: &mut World, voice: &mut Voice) -> Seen {
        if let Some(at) = pod.evict_at {
            if self.now < at {
                return Seen::Waiting;
            }
            if let Some(seen) = self.try_evict(pod, late, world, voice) {
                return seen;
            }
        }
        if self.now < pod.look_at && !late {
            return Seen::Waiting;
        }
        pod.look_at = self.now + LOOK;
        let Some(current) = world.get::<Pod>(&pod.key).filter(|p| p.metadata.uid == pod.uid) else {
            voice.say(format!("pod/{} {}", pod.key.name, if self.evicts { "evicted" } else { "deleted" }));
            return Seen::Done;
        };
        if self.filters.given_up_at(current).is_some_and(|at| self.now >= at) {
            voice.say(self.filters.words_of_giving_up(&pod.key));
            return Seen::Done;
        }
        if late { Seen::Failed(self.out_of_time(&pod.key)) } else { Seen::Waiting }
    }

    fn out_of_time(&self, pod: &Key) -> String {
        match self.evicts {
            true => {
                format!("error when waiting for pod {:?} in namespace {:?} to terminate: {}", pod.name, pod.namespace, self.timed_out())
            }
            false => "timed out waiting for the condition".to_owned(),
        }
    }

    fn timed_out(&self) -> String {
        format!("global timeout reached: {}", age::go_duration(self.timeout.unwrap_or(Span(0))))
    }

    /// Evicts a pod; `None` where that went well.
    fn try_evict(&self, pod: &mut Leaving, late: bool, world: &mut World, voice: &mut Voice) -> Option<Seen> {
        voice.say(format!("evicting pod {}", pod.key));
        let words = format!("error when evicting pods/{:?} -n {:?}", pod.key.name, pod.key.namespace);
        if late {
            return Some(Seen::Failed(format!("{words}: {}", self.timed_out())));
        }
        let options = DeleteOptions { grace: self.grace, ..DeleteOptions::default() };
        match requests::evict(world, &pod.key, options) {
            Ok(_) => {
                (pod.evict_at, pod.look_at) = (None, self.now);
                None
            }
            Err(refusal) if refusal.reason == Reason::NotFound => Some(Seen::Done),
            Err(refusal) if refusal.reason == Reason::TooManyRequests => {
                voice.warn(format!("{words} (will retry after 5s): {}", refusal.message));
                pod.evict_at = Some(self.now + RETRY);
                Some(Seen::Waiting)
            }
            Err(refusal) => Some(Seen::Failed(format!("{words}: {}", refusal.message))),
        }
    }

    /// When it tries again, or gives up.
    pub fn until(&self) -> Option<Time> {
        let stop = self.present.as_ref()?;
        let pods = stop.pods.iter().map(|pod| pod.evict_at.unwrap_or(pod.look_at));
        pods.chain(stop.deadline).filter(|at| *at > self.now).min()
    }
}

/// Several errors as one. Upstream: utilerrors.NewAggregate.
fn aggregate(errors: &[String]) -> String {
    if let [one] = errors { one.clone() } else { format!("[{}]", errors.join(", ")) }
}

#[cfg(test)]
mod tests;
