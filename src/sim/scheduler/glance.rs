//! The quick way to the best node, for pods that ask for nothing but room: what a node is worth to one sort of pods is
//! kept until something changes on that node, because of thousands of nodes one pod changes one.
//!
//! It answers as [`super::filter::feasible`] and [`super::score::best`] together do, or not at all.

use super::super::world::World;
use super::filter;
use super::score::{self, Alike, FULL};
use super::seats::{Amounts, Seats, counted, requests};
use super::topology::Constraints;
use super::volumes::Needs;
use crate::api::Pod;

/// Sorts of pods that are remembered: sets take turns, and there are seldom more at once.
const SORTS: usize = 4;

/// What was seen of the nodes. A copy begins with none of it: it can be seen again.
#[derive(Debug, Default)]
pub struct Glances {
    sorts: Vec<Sort>,
}

impl Clone for Glances {
    fn clone(&self) -> Glances {
        Glances::default()
    }
}

impl Glances {
    /// Something has changed on a node.
    pub fn forget(&mut self, place: usize) {
        for cell in self.sorts.iter_mut().filter_map(|sort| sort.cells.get_mut(place)) {
            *cell = Cell::Unseen;
        }
    }
    /// Places have changed.
    pub fn forget_all(&mut self) {
        self.sorts.clear();
    }

    /// What was seen for pods like this one, oldest sorts making room for new ones.
    fn of(&mut self, new: Sort) -> &mut Sort {
        let known = self.sorts.iter().position(|sort| sort.asked == new.asked && sort.counted == new.counted && sort.alike == new.alike);
        let place = known.unwrap_or_else(|| {
            if self.sorts.len() == SORTS {
                self.sorts.remove(0);
            }
            self.sorts.push(new);
            self.sorts.len() - 1
        });
        &mut self.sorts[place]
    }
}

/// Pods that every node is worth the same to.
#[derive(Debug)]
struct Sort {
    asked: Amounts,
    counted: Amounts,
    alike: Option<Alike>,
    cells: Vec<Cell>,
}

/// What was seen of a node.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Cell {
    Unseen,
    /// Cordoned or tainted: a closer look is needed.
    Particular,
    Full,
    Free(Worth),
}

/// What a node with room is worth.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Worth {
    /// Pods of the same kind on it.
    alike: i32,
    /// The score of its resources.
    resources: i32,
    /// Its zone's number; none without a zone.
    zone: Option<u32>,
}

impl Sort {
    fn look(&mut self, seats: &Seats, place: usize) -> Cell {
        if self.cells[place] == Cell::Unseen {
            self.cells[place] = self.see(seats, place);
        }
        self.cells[place]
    }

    fn see(&self, seats: &Seats, place: usize) -> Cell {
        let row = seats.row(place);
        if !row.plain {
            return Cell::Particular;
        }
        if !row.has_room(self.asked) {
            return Cell::Full;
        }
        let alike = self.alike.as_ref().map_or(0, |alike| alike.count(seats, place, row));
        let resources = score::resources(row, self.counted, self.asked);
        Cell::Free(Worth { alike: alike as i32, resources: resources as i32, zone: row.zone })
    }
}

/// The best places for a pod, where they can be told at a glance.
pub fn best(world: &mut World, pod: &Pod, needs: &Needs) -> Option<Vec<usize>> {
    let alone = world.scheduler.seats.social == 0 && world.scheduler.nominated.is_empty();
    if !alone || !filter::asks_only_for_room(pod, needs) || !Constraints::of(pod).is_empty() {
        return None;
    }
    let new = Sort { asked: requests(&pod.spec), counted: counted(&pod.spec), alike: score::alike(world, pod), cells: Vec::new() };
    let mut glances = std::mem::take(&mut world.scheduler.seats.glances);
    let sort = glances.of(new);
    sort.cells.resize(world.scheduler.seats.len(), Cell::Unseen);
    let found = feasible(&world.scheduler.seats, sort);
    let best = found.map(|(looked, found)| {
        world.scheduler.seats.turn(looked);
        favourites(&found, world.scheduler.seats.zone_count(), sort.alike.is_some())
    });
    world.scheduler.seats.glances = glances;
    best
}

/// How many nodes were looked at, and those that have room; nothing where one needs a closer look, or none has.
fn feasible(seats: &Seats, sort: &mut Sort) -> Option<(usize, Vec<(usize, Worth)>)> {
    let (count, wanted) = (seats.len(), filter::enough(seats.len()));
    let mut found = Vec::with_capacity(wanted);
    let mut looked = 0;
    while looked < count && found.len() < wanted {
        let place = seats.ahead(looked);
        looked += 1;
        match sort.look(seats, place) {
            Cell::Free(worth) => found.push((place, worth)),
            Cell::Full => {}
            Cell::Particular | Cell::Unseen => return None,
        }
    }
    (!found.is_empty()).then_some((looked, found))
}

/// Those with the best score.
fn favourites(found: &[(usize, Worth)], zones: usize, spreads: bool) -> Vec<usize> {
    let mut totals = if spreads { spread(found, zones) } else { vec![FULL; found.len()] };
    totals.iter_mut().zip(found).for_each(|(total, (_, worth))| *total = 2 * *total + i64::from(worth.resources));
    let top = totals.iter().max().copied().unwrap_or_default();
    found.iter().zip(totals).filter(|(_, total)| *total == top).map(|((place, _), _)| *place).collect()
}

fn spread(found: &[(usize, Worth)], zones: usize) -> Vec<i64> {
    let mut in_zone: Vec<Option<i64>> = vec![None; zones];
    for (_, worth) in found {
        if let Some(count) = worth.zone.and_then(|zone| in_zone.get_mut(zone as usize)) {
            *count = Some(count.unwrap_or(0) + i64::from(worth.alike));
        }
    }
    let weights = score::Weights::new(found.len(), in_zone.iter().flatten().count());
    let zone = |worth: &Worth| worth.zone.and_then(|zone| in_zone.get(zone as usize).copied().flatten());
    score::normalized(found.iter().map(|(_, worth)| weights.raw(i64::from(worth.alike), zone(worth))).collect())
}

#[cfg(test)]
mod tests;
