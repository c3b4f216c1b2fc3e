//! Why a pod went to its node: what the filters said of each node at that moment, and what those that were left scored.
//! Kept for the latest pods of small clusters, so that it can be asked for when the nodes have long changed.

use super::super::world::World;
use super::volumes::Needs;
use super::{filter, score};
use crate::api::{Name, Pod, Uid};
use std::sync::Arc;

/// How many decisions are kept.
const KEPT: usize = 128;
/// Simplified: among more nodes than this nothing is kept, as nobody would read it.
const MOST_NODES: usize = 30;

/// What a score is made of, in the order of [`Weighed::Scored`]: the scheduler's score plugins with their weights in.
/// Upstream: PodTopologySpread, NodeResourcesFit with NodeResourcesBalancedAllocation, TaintToleration, NodeAffinity,
/// InterPodAffinity, ImageLocality.
pub const PARTS: [&str; 6] = ["spread", "room", "taints", "affinity", "company", "images"];

/// What came of one node.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Weighed {
    /// It could take the pod, and scored so much in each part.
    Scored([i64; PARTS.len()]),
    /// It could not, for these reasons.
    Refused(String),
}

/// The choice of a node for a pod.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decision {
    /// The chosen node.
    pub node: Name,
    /// Every node, as the scheduler has them in order, and what came of it.
    pub nodes: Vec<(Name, Weighed)>,
}

impl Decision {
    /// What a node scored in all; `None` where it was refused or not there.
    pub fn total(&self, node: &str) -> Option<i64> {
        self.nodes.iter().find(|(name, _)| **name == *node).and_then(|(_, weighed)| weighed.total())
    }
}

impl Weighed {
    /// The sum of its parts; `None` where the node was refused.
    pub fn total(&self) -> Option<i64> {
        match self {
            Weighed::Scored(parts) => Some(parts.iter().sum()),
            Weighed::Refused(_) => None,
        }
    }
}

/// Keeps why a pod goes to a node, before it does. Few nodes are all looked at, so that looking again changes nothing.
pub fn keep(world: &mut World, pod: &Pod, needs: &Needs, node: &Name) {
    let count = world.scheduler.seats.len();
    if count > MOST_NODES {
        return;
    }
    let (feasible, refused) = filter::feasible(world, pod, needs);
    let scores = score::parts(world, pod, &feasible);
    let scored = feasible.into_iter().zip(scores.into_iter().map(Weighed::Scored));
    let refused = refused.into_iter().map(|(place, verdict)| (place, Weighed::Refused(verdict.reasons.join(", "))));
    let seats = &world.scheduler.seats;
    let mut nodes: Vec<(usize, Weighed)> = scored.chain(refused).collect();
    nodes.sort_by_key(|(place, _)| *place);
    let named = nodes.into_iter().map(|(place, weighed)| (seats.at(place).node.metadata.name.clone(), weighed));
    let decision = Decision { node: node.clone(), nodes: named.collect() };
    let kept = &mut world.scheduler.decisions;
    kept.push_back((pod.metadata.uid, Arc::new(decision)));
    if kept.len() > KEPT {
        kept.pop_front();
    }
}

/// Why a pod went to its node; `None` where that is not kept.
pub fn of(world: &World, pod: Uid) -> Option<&Decision> {
    world.scheduler.decisions.iter().rev().find(|(uid, _)| *uid == pod).map(|(_, decision)| &**decision)
}
