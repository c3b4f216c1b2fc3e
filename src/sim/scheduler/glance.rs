//! The quick way to the best node, for pods that ask for nothing but room: what a node is worth to one sort of pods is
//! kept until something changes on that node, because of thousands of nodes one pod changes one.
//!
//! It answers as [`super::filter::feasible`] and [`super::score::best`] together do, or not at all.

use super::super::chance::{Chance, Stream};
use super::super::world::World;
use super::filter;
use super::locality::{Held, Wanted};
use super::requests::{Amounts, counted, requests};
use super::score::{self, Alike};
use super::seats::Seats;
use super::topology::Constraints;
use super::volumes::Needs;
use crate::api::Pod;
use std::collections::BTreeSet;

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
        self.sorts.iter_mut().for_each(|sort| sort.forget(place));
    }
    /// Places have changed.
    pub fn forget_all(&mut self) {
        self.sorts.clear();
    }

    /// What was seen for pods like this one, oldest sorts making room for new ones.
    fn of(&mut self, new: Sort) -> &mut Sort {
        let known = self.sorts.iter().position(|sort| sort.is_like(&new));
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
    images: Wanted,
    /// What was seen of each node. Two bytes each, because hundreds are read for every pod, and they are worth but a few
    /// different things.
    cells: Vec<Cell>,
    /// How many pods of the kind each node has, and its zone.
    crowds: Vec<Crowd>,
    /// How many there are in each zone, on all its nodes.
    in_zone: Vec<i64>,
    /// What nodes with room are worth, or were; cells say which.
    worths: Vec<Worth>,
    /// How many different things nodes were worth when all were looked at.
    first: usize,
    /// Places of which what was seen holds no longer.
    stale: Vec<usize>,
}

/// Pods of a kind on a node, and the number of the node's zone.
type Crowd = (i64, Option<u32>);

/// What was seen of a node: [`CLOSER`], [`TAKEN`], or from [`FREE`] on a place in the list of worths.
type Cell = u16;
/// Cordoned, tainted, or worth one thing too many to be told apart: a closer look is needed.
const CLOSER: Cell = 0;
/// Without room.
const TAKEN: Cell = 1;
/// With room, and worth the first in the list.
const FREE: Cell = 2;

/// So many different things a node may be worth before the list of them is long.
const LONG: usize = 100;

/// What a node with room is worth.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Worth {
    /// Pods of the same kind on it.
    alike: i64,
    /// The score of its resources.
    resources: i64,
    /// Its zone's number; none without a zone.
    zone: Option<u32>,
    /// Which of the images it has.
    held: Held,
}

impl Sort {
    fn of(world: &World, pod: &Pod) -> Sort {
        let (asked, counted, alike) = (requests(&pod.spec), counted(&pod.spec), score::alike(world, pod));
        let images = Wanted::by(pod);
        let (cells, crowds, in_zone, worths, stale) = Default::default();
        Sort { asked, counted, alike, images, cells, crowds, in_zone, worths, first: 0, stale }
    }
    fn is_like(&self, other: &Sort) -> bool {
        self.asked == other.asked && self.counted == other.counted && self.alike == other.alike && self.images == other.images
    }
    /// Where more has changed than there is, everything is looked at anew.
    fn forget(&mut self, place: usize) {
        self.stale.push(place);
        if self.stale.len() > self.cells.len() {
            (self.cells, self.worths, self.stale) = Default::default();
        }
    }

    /// Looks again at what has changed; or at all nodes, where it has looked at none yet, or the list of what they are worth
    /// has grown long with what no node is worth any more.
    fn refresh(&mut self, seats: &Seats) {
        let all = self.cells.len() != seats.len() || self.worths.len() > 2 * self.first + LONG;
        if all {
            self.worths.clear();
            self.cells = vec![CLOSER; seats.len()];
            (self.crowds, self.in_zone) = (vec![(0, None); seats.len()], Vec::new());
            self.stale = (0..seats.len()).collect();
        }
        self.in_zone.resize(seats.zone_count(), 0);
        for place in std::mem::take(&mut self.stale) {
            self.recount(seats, place);
            self.cells[place] = self.see(seats, place);
        }
        if all {
            self.first = self.worths.len();
        }
    }

    /// Counts the pods of the kind on a node, room or not.
    fn recount(&mut self, seats: &Seats, place: usize) {
        let Some(alike) = &self.alike else { return };
        let row = seats.row(place);
        let now = (alike.count(seats, place, row), row.zone);
        let before = std::mem::replace(&mut self.crowds[place], now);
        for (sign, (count, zone)) in [(-1, before), (1, now)] {
            if let Some(sum) = zone.and_then(|zone| self.in_zone.get_mut(zone as usize)) {
                *sum += sign * count;
            }
        }
    }

    fn see(&mut self, seats: &Seats, place: usize) -> Cell {
        let row = seats.row(place);
        if !row.plain {
            return CLOSER;
        }
        if !row.has_room(self.asked) {
            return TAKEN;
        }
        let alike = self.crowds[place].0;
        let held = self.images.held(seats.stocks(), &seats.at(place).node);
        let worth = Worth { alike, resources: score::resources(row, self.counted, self.asked), zone: row.zone, held };
        let known = self.worths.iter().position(|known| *known == worth).unwrap_or_else(|| {
            self.worths.push(worth);
            self.worths.len() - 1
        });
        Cell::try_from(known).ok().and_then(|known| known.checked_add(FREE)).unwrap_or(CLOSER)
    }

    /// How many nodes are looked at, and how many are worth each thing; nothing where one needs a closer look, or none has
    /// room.
    fn search(&self, start: usize) -> Option<(usize, Vec<usize>)> {
        let wanted = filter::enough(self.cells.len());
        let mut counts = vec![0; usize::from(FREE) + self.worths.len()];
        let (mut looked, mut found) = (0, 0);
        for (_, cell) in self.from(start) {
            looked += 1;
            counts[usize::from(cell)] += 1;
            found += usize::from(cell >= FREE);
            if found == wanted {
                break;
            }
        }
        let told = counts[usize::from(CLOSER)] == 0 && found > 0;
        told.then(|| (looked, counts.split_off(usize::from(FREE))))
    }

    /// Places and cells, in the order in which they are looked at.
    fn from(&self, start: usize) -> impl Iterator<Item = (usize, Cell)> {
        let (before, after) = self.cells.split_at(start);
        (start..).zip(after.iter().copied()).chain((0..).zip(before.iter().copied()))
    }

    /// The score of each worth, so many nodes being worth it.
    fn totals(&self, counts: &[usize], seats: &Seats) -> Vec<i64> {
        let mut totals = if self.alike.is_some() { self.spread(counts) } else { vec![0; self.worths.len()] };
        let images = |worth: &Worth| if worth.held == 0 { 0 } else { self.images.score(seats.stocks(), worth.held, seats.len()) };
        totals.iter_mut().zip(&self.worths).for_each(|(total, worth)| *total = 2 * *total + worth.resources + images(worth));
        totals
    }

    /// Worths that no node has do not count: the best and the worst there are set the scale.
    fn spread(&self, counts: &[usize]) -> Vec<i64> {
        let present = || self.worths.iter().zip(counts).enumerate().filter(|(_, (_, nodes))| **nodes > 0);
        let zones: BTreeSet<Option<u32>> = present().map(|(_, (worth, _))| worth.zone).collect();
        let weights = score::Weights::new(counts.iter().sum(), zones.len());
        let zone = |worth: &Worth| worth.zone.and_then(|zone| self.in_zone.get(zone as usize).copied());
        let scores = score::normalized(present().map(|(_, (worth, _))| weights.raw(worth.alike, zone(worth))).collect());
        let mut all = vec![0; counts.len()];
        present().zip(scores).for_each(|((place, _), score)| all[place] = score);
        all
    }
}

/// One of the best places for a pod, by chance, where they can be told at a glance.
pub fn pick(world: &mut World, pod: &Pod, needs: &Needs) -> Option<usize> {
    look(world, pod, needs, |chance, count, places| places.nth(chance.below(Stream::Scheduler, count))).flatten()
}

/// Tells how many best places there are, and which, where that can be told at a glance.
fn look<T>(
    world: &mut World,
    pod: &Pod,
    needs: &Needs,
    tell: impl FnOnce(&mut Chance, usize, &mut dyn Iterator<Item = usize>) -> T,
) -> Option<T> {
    let alone = world.scheduler.seats.social == 0 && world.scheduler.nominated.is_empty();
    if !alone || !filter::asks_only_for_room(pod, needs) || !Constraints::of(pod).is_empty() {
        return None;
    }
    let mut glances = std::mem::take(&mut world.scheduler.seats.glances);
    let sort = glances.of(Sort::of(world, pod));
    let seats = &mut world.scheduler.seats;
    sort.refresh(seats);
    let start = seats.ahead(0);
    let told = sort.search(start).map(|(looked, counts)| {
        let totals = sort.totals(&counts, seats);
        let present = || totals.iter().zip(&counts).filter(|(_, nodes)| **nodes > 0);
        let top = present().map(|(total, _)| *total).max().unwrap_or_default();
        let count = present().filter(|(total, _)| **total == top).map(|(_, nodes)| nodes).sum();
        seats.turn(looked);
        let is_best: Vec<bool> = [false; FREE as usize].into_iter().chain(totals.iter().map(|total| *total == top)).collect();
        let best = sort.from(start).take(looked).filter(|(_, cell)| is_best[usize::from(*cell)]);
        tell(&mut world.chance, count, &mut best.map(|(place, _)| place))
    });
    world.scheduler.seats.glances = glances;
    told
}

#[cfg(test)]
mod tests;
