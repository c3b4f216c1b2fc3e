//! The keys that make sense now, as many as fit.

use crate::scene::canvas::width;
use crate::scene::{Area, Canvas, Ground, Role};
use crate::ui::Sight;
use crate::ui::actions::{ACTIONS, Action, Row, When};
use crate::ui::model::{Mode, Model, Pane};

/// Draws the keys.
pub fn draw(canvas: &mut Canvas, area: Area, model: &Model, sight: &Sight) {
    canvas.ground(area, Ground::Bar);
    let mut x = area.x + 1;
    for (key, word) in hints(model, sight) {
        let end = x + width(key) + 1 + width(word);
        if end > area.right().saturating_sub(1) {
            break;
        }
        let after = canvas.text(x, area.y, width(key), key, Role::Key.bold());
        x = canvas.text(after + 1, area.y, width(word), word, Role::Control) + 2;
    }
}

fn hints(model: &Model, sight: &Sight) -> Vec<(&'static str, &'static str)> {
    match (model.mode, model.pane) {
        (Mode::Prompt, _) => vec![("enter", "run"), ("tab", "complete"), ("up down", "history"), ("esc", "close")],
        (Mode::Help, _) => vec![("up down", "scroll"), ("any other key", "close")],
        (Mode::Normal, Pane::Output(_)) => {
            let mut all = vec![("esc", "close the output"), ("pageup pagedown", "scroll")];
            all.extend(rows(model, sight));
            all
        }
        (Mode::Catalogue(_), _) => vec![("up down", "choose"), ("enter", "play"), ("esc", "close")],
        (Mode::Normal, Pane::Home) if sight.script.is_some() => lesson(model, sight),
        (Mode::Normal, Pane::Why) if sight.script.is_some() => {
            [("esc", "back to the scenario")].into_iter().chain(rows(model, sight)).collect()
        }
        (Mode::Normal, Pane::Home | Pane::Why) => rows(model, sight),
    }
}

/// What goes on in a scenario, then what always goes.
fn lesson(model: &Model, sight: &Sight) -> Vec<(&'static str, &'static str)> {
    let mut all = vec![(".", "next step"), (",", "back"), ("w", "why"), ("s", "scenarios"), ("q", "quit")];
    let said = |row: &&(&str, &str)| ![".", ",", "enter", "q"].contains(&row.0);
    all.extend(rows(model, sight).iter().filter(said));
    all
}

fn rows(model: &Model, sight: &Sight) -> Vec<(&'static str, &'static str)> {
    let shown = |row: &&Row| match row.when {
        When::Always => true,
        When::Selected => model.selected.is_some(),
        When::Help => false,
    };
    ACTIONS.iter().filter(shown).map(|row| hint(row, sight)).collect()
}

fn hint(row: &Row, sight: &Sight) -> (&'static str, &'static str) {
    match row.action {
        Action::Play if !sight.playing => ("space", "play"),
        Action::ScaleUp => ("+ -", "scale"),
        _ => (row.keys[0], row.word),
    }
}
