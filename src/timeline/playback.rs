//! The one place where wall time becomes virtual time.

use crate::api::Span;
use std::time::Duration;

/// The speeds to choose from, in hundredths of real time.
pub const SPEEDS: [u32; 9] = [25, 50, 100, 200, 500, 1000, 2000, 5000, 10_000];

/// The most wall time that counts at once: a sleeping laptop or a slow frame must not make the world leap.
pub const LONGEST_TICK: Duration = Duration::from_millis(250);

/// Whether time runs by itself, and how fast.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Playback {
    /// True where it runs.
    pub playing: bool,
    speed: u32,
    /// Microseconds of virtual time, times 100, that did not make a whole millisecond.
    remainder: u64,
}

impl Default for Playback {
    fn default() -> Playback {
        Playback { playing: true, speed: 100, remainder: 0 }
    }
}

impl Playback {
    /// Hundredths of real time.
    pub fn speed(&self) -> u32 {
        self.speed
    }
    /// Sets the speed to the nearest that there is.
    pub fn set_speed(&mut self, hundredths: u32) {
        let nearest = SPEEDS.iter().min_by_key(|speed| speed.abs_diff(hundredths));
        self.speed = nearest.copied().unwrap_or(100);
    }
    /// How much virtual time passes while this much wall time does; nothing is lost to rounding.
    pub fn pass(&mut self, wall: Duration) -> Span {
        if !self.playing {
            return Span(0);
        }
        let micros = wall.min(LONGEST_TICK).as_micros() as u64; // at most 250,000
        let total = micros * u64::from(self.speed) + self.remainder;
        self.remainder = total % 100_000;
        Span((total / 100_000) as i64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn small_ticks_add_up() {
        let mut playback = Playback::default();
        playback.set_speed(25);
        let passed: i64 = (0..1000).map(|_| playback.pass(Duration::from_micros(1500)).0).sum();
        assert_eq!(passed, 375);
    }

    #[test]
    fn a_long_pause_counts_as_a_short_one() {
        let mut playback = Playback::default();
        playback.set_speed(10_000);
        assert_eq!(playback.pass(Duration::from_secs(3600)), Span::secs(25));
    }

    #[test]
    fn nothing_passes_while_paused() {
        let mut playback = Playback { playing: false, ..Playback::default() };
        assert_eq!(playback.pass(Duration::from_secs(1)), Span(0));
    }

    #[test]
    fn speeds_snap_to_the_table() {
        let mut playback = Playback::default();
        for (asked, given) in [(0, 25), (120, 100), (9999, 10_000), (u32::MAX, 10_000)] {
            playback.set_speed(asked);
            assert_eq!(playback.speed(), given);
        }
    }
}
