//! One uninterrupted history: its moments, its present, and the lines that were typed.

use super::moment::{Moment, visible_since};
use crate::api::{Given, Time};
use crate::sim::World;
use imbl::Vector;
use std::sync::Arc;

/// A line that was typed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// When.
    pub at: Time,
    /// The line.
    pub text: String,
    /// What was given with it.
    pub given: Given,
    /// True where it changed something, so that it can be undone.
    pub acted: bool,
    /// Number of the moment that it made.
    pub moment: usize,
}

/// How many moments keep their world; beyond that old ones are thinned.
pub const MOMENTS_KEPT: usize = 20_000;

/// Of thinned moments every so many-th keeps its world.
const THINNED: usize = 16;

/// One uninterrupted history. A clone costs a few pointers and the lines.
#[derive(Clone, Debug)]
pub struct Track {
    moments: Vector<Moment>,
    kept: usize,
    budget: usize,
    live: World,
    lines: Vec<Line>,
}

impl Track {
    /// A history that begins with this world.
    pub fn new(world: World) -> Track {
        Track::with_budget(world, MOMENTS_KEPT)
    }
    /// The same with another number of moments that keep their world.
    pub fn with_budget(world: World, budget: usize) -> Track {
        let mut track = Track { moments: Vector::new(), kept: 0, budget, live: world, lines: Vec::new() };
        track.record(true, true);
        track
    }
    /// When it begins: nothing before can be viewed or undone.
    pub fn origin(&self) -> Time {
        self.moments.front().map_or(self.live.now(), |moment| moment.at)
    }
    /// Its present.
    pub fn live(&self) -> &World {
        &self.live
    }
    /// What was typed, oldest first.
    pub fn lines(&self) -> &[Line] {
        &self.lines
    }
    /// Its moments, oldest first.
    pub fn moments(&self) -> &Vector<Moment> {
        &self.moments
    }

    /// Lets hands into the present, as a line that is noted. Always a moment of its own.
    pub fn act<T>(&mut self, line: &str, given: impl Into<Given>, act: impl FnOnce(&mut World) -> T) -> T {
        let (at, before) = (self.live.now(), self.live.changes().next());
        let result = act(&mut self.live);
        let acted = self.live.changes().next() != before;
        let moment = self.moments.len();
        self.lines.push(Line { at, text: line.to_owned(), given: given.into(), acted, moment });
        self.record(acted, true);
        result
    }
    /// Lets somebody look into the present who may also change it; a moment only where they do.
    pub fn touch<T>(&mut self, look: impl FnOnce(&mut World) -> T) -> T {
        let before = self.live.changes().next();
        let result = look(&mut self.live);
        if self.live.changes().next() != before {
            self.record(visible_since(&self.live, before), true);
        }
        result
    }
    /// Lets time pass up to the next instant at which something is due, `until` at the latest. True where something
    /// visible changed.
    pub fn pass(&mut self, until: Time) -> bool {
        let before = self.live.changes().next();
        let next = self.live.agenda().next_at().map_or(until, |at| at.min(until));
        self.live.advance(next.max(self.live.now()));
        let visible = visible_since(&self.live, before);
        if visible {
            self.record(true, false);
        }
        visible
    }

    /// Number of the last moment at or before a time.
    pub fn index_at(&self, time: Time) -> usize {
        let after = partition(&self.moments, |moment| moment.at <= time);
        after.saturating_sub(1)
    }
    /// The world as it was at `time`, which lies at or after that moment and before the next.
    pub fn world_at(&self, index: usize, time: Time) -> World {
        let kept = (0..=index).rev().find_map(|i| self.moments.get(i)?.world.as_deref());
        let mut world = kept.unwrap_or(&self.live).clone();
        world.advance(time);
        world
    }
    /// When the last visible moment before a time was.
    pub fn visible_before(&self, time: Time) -> Option<Time> {
        let end = partition(&self.moments, |moment| moment.at < time);
        (0..end).rev().filter_map(|i| self.moments.get(i)).find(|m| m.visible).map(|m| m.at)
    }
    /// When the next visible moment after a time is.
    pub fn visible_after(&self, time: Time) -> Option<Time> {
        let start = partition(&self.moments, |moment| moment.at <= time);
        (start..self.moments.len()).filter_map(|i| self.moments.get(i)).find(|m| m.visible).map(|m| m.at)
    }
    /// The history up to and including a moment, with this world as its present.
    pub fn cut(&self, index: usize, live: World) -> Track {
        let moments = self.moments.clone().slice(..=index.min(self.moments.len() - 1)); // a track has at least one moment
        let kept = moments.iter().filter(|m| m.world.is_some()).count();
        let lines = self.lines.iter().filter(|line| line.moment <= index).cloned().collect();
        Track { moments, kept, budget: self.budget, live, lines }
    }

    fn record(&mut self, visible: bool, by_hand: bool) {
        let world = Some(Arc::new(self.live.clone()));
        self.moments.push_back(Moment { at: self.live.now(), visible, by_hand, world });
        self.kept += 1;
        if self.kept > self.budget {
            self.thin();
        }
    }
    /// Lets all but every sixteenth of the older moments forget their world, unless hands made it.
    fn thin(&mut self) {
        let old = self.moments.len() - self.budget / 2;
        for (i, moment) in self.moments.iter_mut().enumerate().take(old) {
            if !moment.by_hand && i % THINNED != 0 && moment.world.take().is_some() {
                self.kept -= 1;
            }
        }
    }
}

/// Number of moments at the front for which `holds` is true.
fn partition(moments: &Vector<Moment>, holds: impl Fn(&Moment) -> bool) -> usize {
    let (mut low, mut high) = (0, moments.len());
    while low < high {
        let middle = (low + high) / 2;
        if holds(&moments[middle]) { low = middle + 1 } else { high = middle }
    }
    low
}
