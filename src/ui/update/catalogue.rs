//! Choosing from the list of scenarios.

use crate::scenario::catalogue::CATALOGUE;
use crate::ui::Effect;
use crate::ui::actions::Action;
use crate::ui::keys::Key;
use crate::ui::model::{Mode, Model};

/// What a key does while the list is open; the row after the last scenario is the sandbox.
pub fn key(model: &mut Model, row: usize, key: Key) -> Vec<Effect> {
    if key == Key::Named("enter") {
        model.mode = Mode::Normal;
        return vec![Effect::Open(CATALOGUE.get(row).map(|scenario| scenario.0))];
    }
    let action = model.keys.action(key);
    model.mode = match action {
        Some(Action::Down | Action::NextSpot) => Mode::Catalogue((row + 1).min(CATALOGUE.len())),
        Some(Action::Up | Action::PrevSpot) => Mode::Catalogue(row.saturating_sub(1)),
        _ => Mode::Normal,
    };
    if action == Some(Action::Stop) { vec![Effect::Quit] } else { Vec::new() }
}
