//! When to draw: soon after a key, sixty times a second at most, and otherwise not before there is something new.

use crate::api::Time;
use crate::engine::Engine;
use crate::scene::Stage;
use crate::timeline::playback::LONGEST_TICK;
use std::time::Duration;
use tokio::time::Instant;

/// The shortest time between two frames.
const FRAME: Duration = Duration::from_millis(16);
/// The time between two frames while something is on its way or glows.
const MOVING: Duration = Duration::from_millis(33);
/// The shortest time between two frames that only move the clock.
const CLOCK: Duration = Duration::from_millis(50);
/// The longest sleep while time runs.
const LONGEST: Duration = Duration::from_millis(1000);

/// Remembers when time last passed and when a frame was last drawn.
#[derive(Debug)]
pub struct Pace {
    passed: Instant,
    drawn: Option<Instant>,
}

impl Pace {
    /// Nothing is drawn yet.
    pub fn new(now: Instant) -> Pace {
        Pace { passed: now, drawn: None }
    }
    /// Hands on the wall time since it last handed on some; more than a long sleep is not made up for.
    pub fn pass(&mut self, now: Instant, mut on: impl FnMut(Duration)) {
        let mut wall = (now - self.passed).min(LONGEST + LONGEST_TICK);
        self.passed = now;
        while wall > Duration::ZERO {
            let part = wall.min(LONGEST_TICK);
            on(part);
            wall -= part;
        }
    }
    /// When a frame may be drawn, where that is not yet.
    pub fn too_soon(&self, now: Instant) -> Option<Instant> {
        self.drawn.map(|drawn| drawn + FRAME).filter(|may| *may > now)
    }
    /// A frame was drawn.
    pub fn drawn(&mut self, now: Instant) {
        self.drawn = Some(now);
    }
    /// When there will be something new to see: never, while time is held.
    pub fn next(&self, engine: &Engine, stage: &Stage, now: Instant) -> Option<Instant> {
        if !engine.playing() {
            return None;
        }
        if stage.is_moving() {
            return Some(now + MOVING);
        }
        let due = engine.world().agenda().next_at();
        let second = Time(engine.world().now().0 / 1000 * 1000 + 1000);
        let next = due.into_iter().chain([second]).min().unwrap_or(second);
        let span = (next - engine.world().now()).0.max(1) as u64; // later than now, so positive
        let wall = Duration::from_micros(span * 100_000 / u64::from(engine.speed().max(1)));
        Some(now + wall.clamp(CLOCK, LONGEST))
    }
}
