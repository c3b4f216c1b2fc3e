//! When pods are probed next: a timer on each pod that is not ready, or of which a probe is about to be believed.

use super::{Host, Life, Look, Row, Running, Set, Timer};
use crate::api::{Time, Uid};
use crate::sim::World;
use crate::sim::agenda::Due;
use crate::sim::kubelet::Errand;
use std::collections::BTreeMap;
use std::sync::Arc;

/// So many of the next events are looked through. A simplification: in a crowd a probe that is further off has no timer yet.
const NEAR: usize = 2000;

/// Puts the timers on the processes and, as far as their kubelets are heard of, on the pods' rows.
pub fn place(world: &World, hosts: &mut [Host], sets: &mut [Set]) {
    let next = awaited(world);
    let timer = |uid: Uid| next.get(&uid).map(|until| Timer { until: *until, word: "probe" });
    let runs = |life: Life| matches!(life, Life::Ready | Life::Unready);
    let here = |running: &Running| running.timer.is_none() && runs(running.life) && next.contains_key(&running.uid);
    for host in hosts.iter_mut().filter(|host| !next.is_empty() && host.running.iter().any(here)) {
        for running in Arc::make_mut(&mut host.running).iter_mut().filter(|running| here(running)) {
            running.timer = timer(running.uid);
        }
    }
    let waits = |row: &Row| row.timer.is_none() && row.look == Look::Unready && !row.unreachable && next.contains_key(&row.uid);
    for row in sets.iter_mut().flat_map(|set| &mut set.rows).filter(|row| waits(row)) {
        Arc::make_mut(row).timer = timer(row.uid);
    }
}

/// The first probe of each pod that somebody waits for. One that passes in every period is nobody's news.
fn awaited(world: &World) -> BTreeMap<Uid, Time> {
    let mut next = BTreeMap::new();
    for ((at, _), entry) in world.agenda().iter().take(NEAR) {
        let Due::Kubelet(node, Errand::Probe(uid, probing)) = &entry.due else { continue };
        let ready = world.machine(node).and_then(|machine| machine.processes.get(uid)).is_some_and(|process| process.is_ready());
        if !(ready && probing.routine) {
            next.entry(*uid).or_insert(*at);
        }
    }
    next
}
