//! A number, or a share of one.

use super::meta::Name;
use serde::{Deserialize, Serialize};
use std::fmt;

/// intstr.IntOrString: a number of pods, or a percentage of them such as `25%`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum IntOrString {
    /// So many.
    Int(i32),
    /// Such a share.
    String(Name),
}

/// Which whole number a share comes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Round {
    /// The next greater one.
    Up,
    /// The next smaller one.
    Down,
}

impl IntOrString {
    /// How many of `total` are meant; a text that is no percentage means none. Upstream: GetScaledValueFromIntOrPercent.
    pub fn of(&self, total: i32, round: Round) -> i32 {
        let IntOrString::String(text) = self else { return self.number().unwrap_or_default() };
        let percent: i64 = text.strip_suffix('%').and_then(|p| p.parse().ok()).unwrap_or_default();
        let hundredths = i64::from(total) * percent + if round == Round::Up { 99 } else { 0 };
        i32::try_from(hundredths.div_euclid(100)).unwrap_or(i32::MAX)
    }
    /// The number, where it is one.
    pub fn number(&self) -> Option<i32> {
        match self {
            IntOrString::Int(n) => Some(*n),
            IntOrString::String(_) => None,
        }
    }
}

impl fmt::Display for IntOrString {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        match self {
            IntOrString::Int(n) => n.fmt(f),
            IntOrString::String(text) => f.write_str(text),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_are_rounded_as_asked() {
        for (text, total, up, down) in [("25%", 10, 3, 2), ("25%", 4, 1, 1), ("0%", 9, 0, 0), ("100%", 3, 3, 3), ("x", 3, 0, 0)] {
            let share = IntOrString::String(text.into());
            assert_eq!((share.of(total, Round::Up), share.of(total, Round::Down)), (up, down), "{text} of {total}");
        }
        assert_eq!(IntOrString::Int(2).of(10, Round::Up), 2);
    }
}
