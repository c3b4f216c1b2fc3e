//! Choosing from the list of scenarios: letters look for some, the other keys walk through them.

use crate::scene::Area;
use crate::ui::actions::Action;
use crate::ui::keys::Key;
use crate::ui::model::{Mode, Model};
use crate::ui::panes::catalogue;
use crate::ui::{Effect, Screen};

/// Rows that a page of the list turns.
const PAGE: isize = 10;

/// What a key does while the list is open.
pub fn key(model: &mut Model, key: Key) -> Vec<Effect> {
    let list = &mut model.list;
    match key {
        Key::Named("enter") => return play(model),
        Key::Named("backspace") => {
            let mut filter = list.filter.clone();
            filter.pop();
            list.look_for(filter);
        }
        Key::Named("esc") if !list.filter.is_empty() => list.look_for(String::new()),
        Key::Named("esc") => model.mode = Mode::Normal,
        Key::Named("pagedown") => list.go(PAGE),
        Key::Named("pageup") => list.go(-PAGE),
        Key::Named("home") => list.chosen = 0,
        Key::Named("end") => list.go(isize::MAX),
        // The key that looks for things elsewhere: here letters do so by themselves.
        Key::Char('/') if list.filter.is_empty() => {}
        Key::Char(letter) => list.look_for(format!("{}{letter}", list.filter)),
        other => return walk(model, other),
    }
    Vec::new()
}

fn walk(model: &mut Model, key: Key) -> Vec<Effect> {
    match model.keys.action(key) {
        Some(Action::Down | Action::NextSpot) => model.list.go(1),
        Some(Action::Up | Action::PrevSpot) => model.list.go(-1),
        Some(Action::Stop) => return vec![Effect::Quit],
        _ => {}
    }
    Vec::new()
}

fn play(model: &mut Model) -> Vec<Effect> {
    let Some(entry) = model.list.entry() else { return Vec::new() };
    model.mode = Mode::Normal;
    vec![Effect::Open(entry.name)]
}

/// Chooses what the mouse was pressed on; what is chosen already is played.
pub fn click(model: &mut Model, screen: &Screen, x: u16, y: u16) -> Vec<Effect> {
    let all = Area::new(0, 0, screen.size.0, screen.size.1);
    match catalogue::at(all, &model.list, x, y) {
        Some(number) if number == model.list.chosen => return play(model),
        Some(number) => model.list.chosen = number,
        None => {}
    }
    Vec::new()
}
