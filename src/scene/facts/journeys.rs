//! What travels: on each machine's cable, and between whoever types and the record.

use super::Journey;
use crate::api::{Name, Time};
use crate::motion::Tempo;
use crate::sim::World;
use crate::sim::transit::{Cargo, Place, Transit};
use std::collections::BTreeMap;

/// Most journeys that one wire shows.
const MOST: usize = 12;

/// What travels at the viewed moment, oldest first.
#[derive(Clone, Debug, Default)]
pub struct Journeys {
    /// By the machine whose cable it takes.
    pub cables: BTreeMap<Name, Vec<Journey>>,
    /// Between whoever types and the record; up is towards whoever types.
    pub calls: Vec<Journey>,
}

/// All journeys that are shown at a moment; signs of life only where nothing else takes that cable.
pub fn journeys(world: &World, now: Time, tempo: &Tempo) -> Journeys {
    let mut found = Journeys::default();
    for transit in world.transits().filter(|t| t.departs <= now && t.departs > tempo.origin && tempo.fades(t.departs, t.arrives) > now) {
        let journey = |up: bool| journey(transit, up, now, tempo);
        match cable(transit) {
            Some((node, up)) => found.cables.entry(node.clone()).or_default().push(journey(up)),
            None => found.calls.push(journey(transit.to == Place::Client)),
        }
    }
    found.cables.values_mut().chain([&mut found.calls]).for_each(thin);
    found
}

fn thin(journeys: &mut Vec<Journey>) {
    if journeys.iter().any(|journey| !journey.heartbeat) {
        journeys.retain(|journey| !journey.heartbeat);
    }
    let first = journeys.len().saturating_sub(MOST);
    journeys.drain(..first);
}

fn journey(transit: &Transit, up: bool, now: Time, tempo: &Tempo) -> Journey {
    let (departs, arrives) = (transit.departs, transit.arrives);
    Journey {
        up,
        words: transit.words.clone(),
        heartbeat: transit.cargo == Cargo::Heartbeat,
        progress: tempo.way(departs, arrives, now),
        lost: !transit.arrives_safely,
        fades: tempo.fades(departs, arrives),
    }
}

/// On whose cable it travels, and whether upwards.
fn cable(transit: &Transit) -> Option<(&Name, bool)> {
    match (&transit.from, &transit.to) {
        (_, Place::Machine(node) | Place::Process(node, _)) => Some((node, false)),
        (Place::Machine(node) | Place::Process(node, _), _) => Some((node, true)),
        (Place::Record | Place::Client | Place::Dns, Place::Record | Place::Client | Place::Dns) => None,
    }
}
