//! What happened, in one plain sentence each: who, and what. Noise has no sentence: signs of life, repeated reports,
//! bookkeeping of the store.

mod physical;
mod written;

use super::role::Role;
use crate::sim::{Actor, Change, Controller, What, World};
use std::borrow::Cow;

/// A change in words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sentence {
    /// Who did it, as short as can be.
    pub who: Cow<'static, str>,
    /// What, without a full stop.
    pub words: String,
    /// Whose colour it has.
    pub role: Role,
}

impl Sentence {
    /// Who did it, in at most six letters where the name is not a person's choice.
    pub fn brief(&self) -> &str {
        let found = BRIEF.iter().find(|(name, _)| *name == self.who);
        found.map_or(&*self.who, |(_, brief)| *brief)
    }
}

/// Long names and what is left of them where there is little room.
const BRIEF: [(&str, &str); 16] = [
    ("✖ rule broken", "✖ rule"),
    ("● rule holds", "● rule"),
    ("api server", "api"),
    ("scheduler", "sched"),
    ("replicaset", "rs"),
    ("statefulset", "sts"),
    ("deployment", "deploy"),
    ("disruption", "budget"),
    ("endpoints", "slices"),
    ("volumes", "pv"),
    ("protection", "guard"),
    ("attach-detach", "attach"),
    ("node-lifecycle", "nodes"),
    ("taint-eviction", "taints"),
    ("garbage", "gc"),
    ("namespaces", "ns"),
];

/// The sentence of a change; `None` for noise.
pub fn sentence(change: &Change, world: &World) -> Option<Sentence> {
    let words = match &change.what {
        What::Written { before, after } => written::words(before.as_ref(), after.as_ref(), &change.actor, world)?,
        What::Physical(what) => physical::words(what)?,
        What::Rule { rule, detail, broken } => return Some(rule_sentence(rule, detail, *broken)),
    };
    let (who, role) = who(&change.actor);
    Some(Sentence { who, words, role })
}

fn rule_sentence(rule: &str, detail: &str, broken: bool) -> Sentence {
    match broken {
        true => Sentence { who: "✖ rule broken".into(), words: detail.to_owned(), role: Role::Bad },
        false => Sentence { who: "● rule holds".into(), words: format!("{rule}: holds again"), role: Role::Good },
    }
}

/// Who acts: a short name, and the colour of its sentences.
pub fn who(actor: &Actor) -> (Cow<'static, str>, Role) {
    match actor {
        Actor::You => ("you".into(), Role::You),
        Actor::ApiServer => ("api server".into(), Role::Control),
        Actor::Scheduler => ("scheduler".into(), Role::Scheduler),
        Actor::Kubelet(node) => (node.to_string().into(), Role::Kubelet),
        Actor::Process(pod) => (pod.name.to_string().into(), Role::Loose),
        Actor::Controller(controller) => by_controller(*controller),
        Actor::Sidecar(_) => ("driver".into(), Role::Disk),
    }
}

fn by_controller(controller: Controller) -> (Cow<'static, str>, Role) {
    let (name, role) = match controller {
        Controller::ReplicaSet => ("replicaset", Role::Alike),
        Controller::StatefulSet => ("statefulset", Role::Each),
        Controller::DaemonSet => ("daemonset", Role::Alike),
        Controller::Deployment => ("deployment", Role::Alike),
        Controller::Disruption => ("disruption", Role::Control),
        Controller::EndpointSlice | Controller::Endpoint | Controller::EndpointSliceMirroring => ("endpoints", Role::Control),
        Controller::PersistentVolume => ("volumes", Role::Disk),
        Controller::ClaimProtection | Controller::VolumeProtection => ("protection", Role::Disk),
        Controller::AttachDetach => ("attach-detach", Role::Disk),
        Controller::EphemeralVolume => ("ephemeral", Role::Disk),
        Controller::VolumeExpand => ("volume-expand", Role::Disk),
        Controller::NodeLifecycle => ("node-lifecycle", Role::Bad),
        Controller::TaintEviction => ("taint-eviction", Role::Waiting),
        Controller::PodGc => ("pod-gc", Role::Control),
        Controller::GarbageCollector => ("garbage", Role::Control),
        Controller::Namespace => ("namespaces", Role::Control),
    };
    (name.into(), role)
}
