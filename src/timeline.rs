//! History: every moment at which something visible changed, kept as a whole world. Seeking is a binary search and a
//! pointer copy; an act in the past cuts off what came after it, and the cut branch is kept by name.
//!
//! A world is a function of its start and of what was typed when, so whatever lies between two kept moments is reached
//! by letting time pass from the earlier one. Wall time becomes virtual time in [`playback`] and nowhere else.

pub mod compare;
pub mod journal;
pub mod moment;
pub mod playback;
pub mod track;

pub use journal::Journal;
pub use moment::Moment;
pub use playback::{Playback, SPEEDS};
pub use track::{Line, Track};

use crate::api::{Given, Time};
use crate::sim::World;

/// A history that was cut off by an act in the past or by an undo.
#[derive(Clone, Debug)]
pub struct Branch {
    /// How it is called: by the first line that it holds and the other does not.
    pub name: String,
    /// When it parts from the history that went on.
    pub at: Time,
    /// All of it, from the beginning.
    pub track: Track,
}

/// The history that goes on, where in it somebody looks, and what was cut off.
#[derive(Clone, Debug)]
pub struct Timeline {
    track: Track,
    view: Option<View>,
    branches: Vec<Branch>,
}

#[derive(Clone, Debug)]
struct View {
    index: usize,
    world: World,
}

impl Timeline {
    /// A history that begins with this world.
    pub fn new(world: World) -> Timeline {
        Timeline { track: Track::new(world), view: None, branches: Vec::new() }
    }
    /// The viewed world: its `now` is the viewed time.
    pub fn world(&self) -> &World {
        self.view.as_ref().map_or(self.track.live(), |view| &view.world)
    }
    /// True where the present is viewed.
    pub fn is_live(&self) -> bool {
        self.view.is_none()
    }
    /// The history that goes on.
    pub fn track(&self) -> &Track {
        &self.track
    }
    /// Histories that were cut off, oldest first.
    pub fn branches(&self) -> &[Branch] {
        &self.branches
    }

    /// Views a time; before the beginning is the beginning, after the end the present.
    pub fn seek(&mut self, time: Time) {
        let head = self.track.live().now();
        self.view = (time < head).then(|| self.look(time.max(self.track.origin())));
    }
    /// Views the visible moment before the viewed one; false at the beginning.
    pub fn back(&mut self) -> bool {
        let now = self.world().now();
        let Some(time) = self.track.visible_before(now) else { return false };
        self.seek(time);
        true
    }
    /// Views the next recorded visible moment; false where there is none before the present.
    pub fn forward(&mut self) -> bool {
        if self.is_live() {
            return false;
        }
        let now = self.world().now();
        let next = self.track.visible_after(now);
        self.seek(next.unwrap_or(Time::NEVER));
        next.is_some()
    }
    fn look(&self, time: Time) -> View {
        let index = self.track.index_at(time);
        View { index, world: self.track.world_at(index, time) }
    }

    /// Lets hands into the present; the past, where it is viewed, becomes the present first. Always a moment of its own.
    pub fn act<T>(&mut self, line: &str, given: impl Into<Given>, act: impl FnOnce(&mut World) -> T) -> T {
        self.fork(line);
        self.track.act(line, given, act)
    }
    /// Lets somebody look into the present who may also change it, such as a line that waits.
    pub fn touch<T>(&mut self, look: impl FnOnce(&mut World) -> T) -> T {
        self.track.touch(look)
    }
    /// Lets time pass in the present up to the next instant at which something is due, `until` at the latest. True
    /// where something visible changed.
    pub fn pass(&mut self, until: Time) -> bool {
        self.track.pass(until)
    }

    /// Makes the viewed past the present and keeps what came after it as a branch; true where there was such a past.
    pub fn fork(&mut self, why: &str) -> bool {
        let Some(view) = self.view.take() else { return false };
        let at = view.world.now();
        let kept = self.track.cut(view.index, view.world);
        let cut = std::mem::replace(&mut self.track, kept);
        let first = cut.lines().iter().find(|line| line.moment > view.index).map(|line| line.text.clone());
        let name = first.unwrap_or_else(|| format!("before {why}"));
        self.branches.push(Branch { name, at, track: cut });
        true
    }
    /// The number of the last line at or before the viewed moment that changed something.
    pub fn last_act(&self) -> Option<usize> {
        let index = self.view.as_ref().map_or(usize::MAX, |view| view.index);
        self.track.lines().iter().rposition(|line| line.acted && line.moment <= index)
    }
    /// Makes the moment before that line the present, and gives back what was cut off.
    pub fn cut_before(&mut self, line: usize) -> Option<Branch> {
        let first = self.track.lines().get(line)?.clone();
        let index = first.moment.checked_sub(1)?;
        let kept = self.track.cut(index, self.track.world_at(index, first.at));
        self.view = None;
        let cut = std::mem::replace(&mut self.track, kept);
        Some(Branch { name: first.text, at: first.at, track: cut })
    }
    /// Makes a branch the history that goes on; what went on until now is forgotten.
    pub fn resume(&mut self, branch: Branch) {
        self.view = None;
        self.track = branch.track;
    }
    /// Keeps a branch.
    pub fn keep(&mut self, branch: Branch) {
        self.branches.push(branch);
    }
}

#[cfg(test)]
mod tests;
