//! Zones: where too many nodes of a zone are ill at once, the fault is more likely with the watcher, and pods stay.
//! Upstream: nodelifecycle.handleDisruption, ComputeZoneState.

use super::super::super::apiserver::Desk;
use super::taints;
use crate::api::{Name, Node, Span, Time};
use imbl::OrdMap;
use std::sync::Arc;

/// How a zone is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum State {
    /// Most nodes are ready.
    #[default]
    Normal,
    /// At least three nodes and 55 % of them are not.
    Partial,
    /// None is.
    Full,
}

/// A zone's state, and the earliest moment at which its next node may be tainted.
#[derive(Clone, Debug, Default)]
struct Zone {
    state: State,
    pace: Pace,
    next: Time,
}

/// How fast nodes of a zone may be tainted NoExecute.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Pace {
    /// One node in this time.
    Every(Span),
    /// None at all.
    Never,
}

impl Zone {
    /// A limiter that nodes wait for begins anew at its new pace. Upstream: RateLimitedTimedQueue.SwapLimiter.
    fn change_pace(&mut self, pace: Pace, now: Time) {
        let waited_for = self.pace == Pace::Never || self.next > now;
        if let (true, Pace::Every(interval)) = (waited_for && pace != self.pace, pace) {
            self.next = now + interval;
        }
        self.pace = pace;
    }
}

impl Default for Pace {
    fn default() -> Pace {
        Pace::Every(NORMAL)
    }
}

/// --node-eviction-rate: 0.1 nodes a second.
const NORMAL: Span = Span::secs(10);
/// --secondary-node-eviction-rate: 0.01 nodes a second.
const SECONDARY: Span = Span::secs(100);
/// --large-cluster-size-threshold.
const LARGE_ZONE: usize = 50;
/// --unhealthy-zone-threshold, in hundredths.
const UNHEALTHY: usize = 55;

/// All zones.
#[derive(Clone, Debug, Default)]
pub struct Zones {
    zones: OrdMap<Name, Zone>,
    /// True while every zone is in full disruption.
    halted: bool,
}

/// Whether a node's turn to be tainted has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Turn {
    /// Now.
    Now,
    /// Not before this moment.
    At(Time),
    /// Not while its zone is in this state.
    Never,
}

impl Zones {
    /// Asks for a node's turn; where it is granted, the zone's next node has to wait.
    pub fn turn(&mut self, zone: &Name, now: Time) -> Turn {
        let zone = self.zones.entry(zone.clone()).or_default();
        match zone.pace {
            Pace::Never => Turn::Never,
            Pace::Every(_) if zone.next > now => Turn::At(zone.next),
            Pace::Every(interval) => {
                zone.next = now + interval;
                Turn::Now
            }
        }
    }
}

/// A node's zone: region and zone label; blank where it has none.
pub fn zone_of(node: &Node) -> Name {
    let label = |key| node.metadata.labels.get(key).map_or("", |v| &**v);
    let (region, zone) = (label("topology.kubernetes.io/region"), label("topology.kubernetes.io/zone"));
    if region.is_empty() && zone.is_empty() { Name::default() } else { format!("{region}:{zone}").into() }
}

fn judge(ready: usize, ill: usize) -> State {
    match (ready, ill) {
        (0, 1..) => State::Full,
        (_, 3..) if ill * 100 >= UNHEALTHY * (ready + ill) => State::Partial,
        _ => State::Normal,
    }
}

fn pace(state: State, size: usize) -> Pace {
    match state {
        State::Normal | State::Full => Pace::Every(NORMAL),
        State::Partial if size > LARGE_ZONE => Pace::Every(SECONDARY),
        State::Partial => Pace::Never,
    }
}

/// Counts the nodes of each zone and sets the pace.
pub fn assess(desk: &mut Desk) {
    // Zones are few, and neighbours are mostly of one.
    let mut counts: Vec<(Name, usize, usize)> = Vec::new();
    for node in desk.list::<Node>() {
        let zone = zone_of(node);
        let place = counts.iter().position(|known| known.0 == zone).unwrap_or_else(|| {
            counts.push((zone, 0, 0));
            counts.len() - 1
        });
        if node.is_ready() { counts[place].1 += 1 } else { counts[place].2 += 1 }
    }
    counts.sort();
    let states: Vec<(Name, State, usize)> = counts.into_iter().map(|(zone, up, ill)| (zone, judge(up, ill), up + ill)).collect();
    let all = !states.is_empty() && states.iter().all(|s| s.1 == State::Full);
    let was = desk.memory.nodes.zones.halted;
    match (was, all) {
        (true, true) => {}
        (false, true) => halt(desk),
        (true, false) => resume(desk, &states),
        (false, false) => adjust(desk, &states),
    }
}

/// Nobody can be trusted to be ill where everybody is: taints come off, and nothing is tainted until somebody recovers.
fn halt(desk: &mut Desk) {
    let nodes: Vec<Arc<Node>> = desk.list::<Node>().cloned().collect();
    nodes.iter().for_each(|node| taints::take_no_execute(desk, node));
    let zones = &mut desk.world().memory.nodes.zones;
    zones.halted = true;
    for node in &nodes {
        let zone = zones.zones.entry(zone_of(node)).or_default();
        (zone.state, zone.pace) = (State::Full, Pace::Never);
    }
}

fn resume(desk: &mut Desk, states: &[(Name, State, usize)]) {
    let now = desk.now();
    desk.world().memory.nodes.health.forgive(now);
    desk.world().memory.nodes.zones.halted = false;
    adjust(desk, states);
}

fn adjust(desk: &mut Desk, states: &[(Name, State, usize)]) {
    for (name, state, size) in states {
        let known = &desk.memory.nodes.zones.zones;
        if known.get(name).is_some_and(|z| z.state == *state && z.pace == pace(*state, *size)) {
            continue;
        }
        let now = desk.now();
        let zone = desk.world().memory.nodes.zones.zones.entry(name.clone()).or_default();
        zone.change_pace(pace(*state, *size), now);
        zone.state = *state;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn states_of_zones() {
        for (ready, ill, state) in [
            (3, 0, State::Normal),
            (2, 1, State::Normal),
            (1, 2, State::Normal),
            (0, 3, State::Full),
            (0, 1, State::Full),
            (3, 3, State::Normal),
            (2, 3, State::Partial),
            (9, 11, State::Partial),
            (10, 11, State::Normal),
        ] {
            assert_eq!(judge(ready, ill), state, "{ready} ready, {ill} ill");
        }
        assert_eq!(pace(State::Partial, 20), Pace::Never);
        assert_eq!(pace(State::Partial, 51), Pace::Every(SECONDARY));
    }

    /// Upstream: TestSwapLimiter in pkg/controller/nodelifecycle/scheduler.
    #[test]
    fn a_limiter_that_was_waited_for_begins_anew() {
        let (mut zones, zone, now) = (Zones::default(), Name::default(), Time(100_000));
        assert_eq!(zones.turn(&zone, now), Turn::Now);
        let kept = zones.zones.get_mut(&zone).unwrap();
        kept.change_pace(Pace::Every(SECONDARY), now + Span::secs(1));
        assert_eq!(zones.turn(&zone, now + Span::secs(1)), Turn::At(now + Span::secs(101)));
        let kept = zones.zones.get_mut(&zone).unwrap();
        kept.change_pace(Pace::Never, now + Span::mins(9));
        kept.change_pace(Pace::Every(NORMAL), now + Span::mins(10));
        assert_eq!(zones.turn(&zone, now + Span::mins(10)), Turn::At(now + Span::mins(10) + NORMAL));
    }
}
