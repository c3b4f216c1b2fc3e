//! Virtual time and its calendar text.

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::ops::{Add, AddAssign, Sub};

/// A moment of virtual time, in milliseconds since 1970-01-01T00:00:00Z. No machine clock is ever behind it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Debug)]
pub struct Time(pub i64);

/// A length of virtual time in milliseconds; may be negative.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Debug)]
pub struct Span(pub i64);

impl Span {
    /// So many milliseconds.
    pub const fn millis(n: i64) -> Span {
        Span(n)
    }
    /// So many seconds.
    pub const fn secs(n: i64) -> Span {
        Span(n * 1000)
    }
    /// So many minutes.
    pub const fn mins(n: i64) -> Span {
        Span(n * 60_000)
    }
    /// Whole seconds, rounded towards zero.
    pub const fn as_secs(self) -> i64 {
        self.0 / 1000
    }
}

impl Time {
    /// A time later than any that is reached.
    pub const NEVER: Time = Time(i64::MAX);

    /// The start of the second this moment lies in: what an object's timestamp keeps.
    pub const fn to_second(self) -> Time {
        Time(self.0.div_euclid(1000) * 1000)
    }

    /// `2026-11-22T14:37:02Z`, as metav1.Time prints it.
    pub fn rfc3339(self) -> String {
        self.civil("%Y-%m-%dT%H:%M:%SZ")
    }

    /// `2026-11-22T14:37:02.123000Z`, as metav1.MicroTime prints it.
    pub fn rfc3339_micro(self) -> String {
        format!("{}.{:03}000Z", self.civil("%Y-%m-%dT%H:%M:%S"), self.0.rem_euclid(1000))
    }

    /// `Sun, 22 Nov 2026 14:37:02 +0000`, as kubectl describe prints it.
    pub fn rfc1123z(self) -> String {
        self.civil("%a, %d %b %Y %H:%M:%S +0000")
    }

    /// Reads RFC 3339 text; fractions of a millisecond are dropped.
    pub fn parse(text: &str) -> Option<Time> {
        text.parse::<jiff::Timestamp>().ok().map(|t| Time(t.as_millisecond()))
    }

    fn civil(self, format: &str) -> String {
        let stamp = jiff::Timestamp::from_millisecond(self.0).unwrap_or(jiff::Timestamp::UNIX_EPOCH);
        stamp.to_zoned(jiff::tz::TimeZone::UTC).strftime(format).to_string()
    }
}

impl Add<Span> for Time {
    type Output = Time;
    fn add(self, span: Span) -> Time {
        Time(self.0.saturating_add(span.0))
    }
}

impl AddAssign<Span> for Time {
    fn add_assign(&mut self, span: Span) {
        *self = *self + span;
    }
}

impl Sub<Span> for Time {
    type Output = Time;
    fn sub(self, span: Span) -> Time {
        Time(self.0.saturating_sub(span.0))
    }
}

impl Sub for Time {
    type Output = Span;
    fn sub(self, other: Time) -> Span {
        Span(self.0.saturating_sub(other.0))
    }
}

impl Add for Span {
    type Output = Span;
    fn add(self, other: Span) -> Span {
        Span(self.0 + other.0)
    }
}

impl Serialize for Time {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.rfc3339())
    }
}

impl<'de> Deserialize<'de> for Time {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Time, D::Error> {
        let text = String::deserialize(deserializer)?;
        Time::parse(&text).ok_or_else(|| serde::de::Error::custom(format!("not an RFC 3339 time: {text:?}")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn calendar_texts() {
        let t = Time(1_795_358_222_123);
        assert_eq!(t.rfc3339(), "2026-11-22T14:37:02Z");
        assert_eq!(t.rfc3339_micro(), "2026-11-22T14:37:02.123000Z");
        assert_eq!(t.rfc1123z(), "Sun, 22 Nov 2026 14:37:02 +0000");
        assert_eq!(Time::parse("2026-11-22T14:37:02Z"), Some(t.to_second()));
        assert_eq!(Time::parse("yesterday"), None);
    }
}
