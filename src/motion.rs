//! How far a thing is at a viewed moment: how much of a journey is behind it, how freshly something has changed, whether
//! what has gone is still shown. Everything follows from the moments of the history and the viewed one, never from a
//! clock on a wall: it is right while time is held, slowed, scrubbed or played again, and two looks at a moment agree.

use crate::api::{Span, Time};

/// The strongest glow.
pub const BRIGHTEST: u8 = 8;

/// How motion is shown: how long a moment is dwelt on, and whether anything moves at all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tempo {
    /// Virtual time for which what has just changed is dwelt on.
    pub dwell: Span,
    /// True where nothing moves, glows or lingers: things are where they will be.
    pub still: bool,
    /// When the history begins: what was so by then is nobody's news.
    pub origin: Time,
}

impl Default for Tempo {
    fn default() -> Tempo {
        Tempo::at_speed(100, false, Time(i64::MIN))
    }
}

impl Tempo {
    /// Most of a second of real time at a speed in hundredths of real time, in a history that begins there.
    pub fn at_speed(hundredths: u32, still: bool, origin: Time) -> Tempo {
        Tempo { dwell: Span((i64::from(hundredths) * 9).clamp(400, 30_000)), still, origin }
    }
    /// How strongly something glows that changed at a time: [`BRIGHTEST`] then, and ever less while it is dwelt on.
    pub fn glow(&self, since: Time, now: Time) -> u8 {
        let left = self.dwell.0 - (now - since).0;
        if self.still || now < since || since <= self.origin || left <= 0 {
            return 0;
        }
        ((left * i64::from(BRIGHTEST) + self.dwell.0 - 1) / self.dwell.0) as u8 // left is at most the whole, and that is not 0
    }
    /// True where what has gone at a time keeps its place for the eye to see it go.
    pub fn lingers(&self, since: Time, now: Time) -> bool {
        self.glow(since, now) > 0
    }
    /// When a journey ends on the picture: never sooner than the eye can follow, however short it really is.
    pub fn arrival(&self, departs: Time, arrives: Time) -> Time {
        let least = if self.still { Span(0) } else { Span(self.dwell.0 / 2) };
        arrives.max(departs + least)
    }
    /// Thousandths of its way that a journey has behind it: fast first, then ever slower.
    pub fn way(&self, departs: Time, arrives: Time, now: Time) -> u16 {
        let length = (self.arrival(departs, arrives) - departs).0.max(1);
        let left = 1000 - ((now - departs).0 * 1000 / length).clamp(0, 1000);
        if self.still { 1000 } else { (1000 - left * left / 1000) as u16 }
    }
    /// When a journey is no longer shown.
    pub fn fades(&self, departs: Time, arrives: Time) -> Time {
        self.arrival(departs, arrives) + Span(self.dwell.0 * 2 / 3)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SLOW: Tempo = Tempo { dwell: Span(800), still: false, origin: Time(0) };

    #[test]
    fn a_glow_is_brightest_at_once_and_over_in_the_end() {
        let at = |ms| SLOW.glow(Time(1000), Time(ms));
        assert_eq!([at(999), at(1000), at(1400), at(1799), at(1800)], [0, BRIGHTEST, 4, 1, 0]);
    }

    #[test]
    fn a_journey_takes_as_long_as_the_eye_needs_and_never_goes_back() {
        let at = |ms| SLOW.way(Time(0), Time(20), Time(ms));
        assert_eq!((at(0), at(400), at(9000)), (0, 1000, 1000));
        assert!((0..40).all(|i| at(i * 10) <= at(i * 10 + 10)));
        assert_eq!(SLOW.arrival(Time(0), Time(5000)), Time(5000), "a long one is shown as it is");
    }

    #[test]
    fn where_nothing_moves_everything_has_arrived() {
        let still = Tempo { still: true, ..SLOW };
        assert_eq!(
            (still.glow(Time(0), Time(0)), still.way(Time(0), Time(20), Time(0)), still.lingers(Time(0), Time(0))),
            (0, 1000, false)
        );
    }
}
