//! What a room sees of a talk beside the picture: the key just pressed and its word, and how long the talk goes already.
//! Time is that of a wall and is handed in.

use super::actions::{ACTIONS, Action};
use super::keymap::Keymap;
use super::keys::Key;
use super::sight::Sight;
use crate::motion::BRIGHTEST;
use std::time::Duration;

/// For how long a pressed key is shown.
const SHOWN: Duration = Duration::from_millis(1600);
/// How often what fades is looked at again.
const BEAT: Duration = Duration::from_millis(100);

/// A key that was pressed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pressed {
    /// Its name.
    pub key: String,
    /// What it stands for, in a word.
    pub word: String,
    at: Duration,
}

/// How long a talk goes already, and the latest key.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Talk {
    /// Since its start.
    pub passed: Duration,
    pressed: Option<Pressed>,
}

impl Talk {
    /// Notes a key that does something.
    pub fn press(&mut self, key: Key, keys: &Keymap, sight: &Sight) {
        if let Some(word) = keys.action(key).map(|action| word(action, key, sight)) {
            self.pressed = Some(Pressed { key: key.to_string(), word, at: self.passed });
        }
    }
    /// The latest key and how freshly it was pressed, up to [`BRIGHTEST`]; `None` once it has faded.
    pub fn pressed(&self) -> Option<(&Pressed, u8)> {
        let pressed = self.pressed.as_ref()?;
        let left = SHOWN.checked_sub(self.passed.saturating_sub(pressed.at)).filter(|left| !left.is_zero())?;
        let glow = left.as_millis() * u128::from(BRIGHTEST) / SHOWN.as_millis();
        Some((pressed, glow as u8)) // at most BRIGHTEST, as no more is left than the whole
    }
    /// How long the picture of it stays as it is.
    pub fn rests(&self) -> Duration {
        let second = Duration::from_secs(self.passed.as_secs() + 1) - self.passed;
        if self.pressed().is_some() { BEAT.min(second) } else { second }
    }
}

fn word(action: Action, key: Key, sight: &Sight) -> String {
    let goes_on = sight.script.is_some() && action == Action::Why && key == Key::Named("enter");
    let action = if goes_on { Action::Step } else { action };
    match ACTIONS.iter().find(|row| row.action == action) {
        Some(row) if action == Action::Play && !sight.playing && row.word == "pause" => "play".to_owned(),
        Some(row) if row.word.is_empty() => row.setting(),
        Some(row) => row.word.to_owned(),
        None => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_fades_and_the_clock_beats_each_second() {
        let key = Pressed { key: "x".to_owned(), word: "delete".to_owned(), at: Duration::from_millis(5000) };
        let at = |millis| Talk { passed: Duration::from_millis(millis), pressed: Some(key.clone()) };
        assert_eq!(at(5000).pressed().map(|(_, glow)| glow), Some(BRIGHTEST));
        assert_eq!(at(5800).pressed().map(|(_, glow)| glow), Some(BRIGHTEST / 2));
        assert_eq!(at(6600).pressed(), None);
        assert_eq!((at(5980).rests(), at(6800).rests()), (Duration::from_millis(20), Duration::from_millis(200)));
    }
}
