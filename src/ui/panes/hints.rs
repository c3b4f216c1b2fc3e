//! The keys that make sense now, as many as fit.

use crate::scene::canvas::width;
use crate::scene::{Area, Canvas, Ground, Role};
use crate::ui::Sight;
use crate::ui::actions::{ACTIONS, Action, Row, When};
use crate::ui::keymap::Keymap;
use crate::ui::model::{Mode, Model, Pane};

/// A key and the word for what it does.
type Hint = (String, &'static str);

/// Draws the keys.
pub fn draw(canvas: &mut Canvas, area: Area, model: &Model, sight: &Sight) {
    canvas.ground(area, Ground::Bar);
    let mut x = area.x + 1;
    let help = (model.keys.shown(Action::Help), "help");
    let keeps_help = model.mode == Mode::Normal;
    let room = if keeps_help { width(&help.0) + 7 } else { 0 };
    let mut all: Vec<Hint> = hints(model, sight);
    all.retain(|hint| !keeps_help || *hint != help);
    for (key, word) in all.iter().map(|(key, word)| (key, *word)) {
        let end = x + width(key) + 1 + width(word);
        if end > area.right().saturating_sub(1 + room) {
            break;
        }
        x = hint_text(canvas, x, area.y, key, word);
    }
    if keeps_help {
        hint_text(canvas, x, area.y, &help.0, help.1);
    }
}

/// Writes a key and its word; answers where the next may begin.
fn hint_text(canvas: &mut Canvas, x: u16, y: u16, key: &str, word: &str) -> u16 {
    let after = canvas.text(x, y, width(key), key, Role::Key.bold());
    canvas.text(after + 1, y, width(word), word, Role::Control) + 2
}

fn fixed(hints: &[(&str, &'static str)]) -> Vec<Hint> {
    hints.iter().map(|(key, word)| ((*key).to_owned(), *word)).collect()
}

fn hints(model: &Model, sight: &Sight) -> Vec<Hint> {
    match (model.mode, model.pane) {
        (Mode::Prompt, _) => fixed(&[("enter", "run"), ("tab", "complete"), ("up down", "history"), ("esc", "close")]),
        (Mode::Filter, _) => fixed(&[("enter", "keep"), ("esc", "look for nothing")]),
        (Mode::Edit, _) => fixed(&[("ctrl-s", "apply"), ("esc", "leave it as it was")]),
        (Mode::Help, _) => fixed(&[("up down", "scroll"), ("any other key", "close")]),
        (Mode::Normal, Pane::Output(_)) => {
            let mut all = fixed(&[("esc", "close the output"), ("pageup pagedown", "scroll")]);
            all.extend(rows(model, sight));
            all
        }
        (Mode::Blank(_), _) => Vec::new(),
        (Mode::Catalogue, _) => catalogue(model),
        (Mode::Normal, Pane::Home) if sight.script.is_some() => lesson(model, sight),
        (Mode::Normal, Pane::Why | Pane::Sheet | Pane::Compare) if sight.script.is_some() => {
            fixed(&[("esc", "back to the scenario")]).into_iter().chain(rows(model, sight)).collect()
        }
        (Mode::Normal, Pane::Home | Pane::Why | Pane::Sheet | Pane::Compare) => rows(model, sight),
    }
}

fn catalogue(model: &Model) -> Vec<Hint> {
    let back = if model.list.filter.is_empty() { "close" } else { "all again" };
    fixed(&[("up down", "choose"), ("enter", "play"), ("esc", back), ("letters", "look for some"), ("pageup pagedown", "scroll")])
}

/// What goes on in a scenario, then what always goes.
fn lesson(model: &Model, sight: &Sight) -> Vec<Hint> {
    const FIRST: [(Action, &str); 5] = [
        (Action::Step, "next step"),
        (Action::Back, "back"),
        (Action::Why, "why"),
        (Action::Scenarios, "scenarios"),
        (Action::Quit, "quit"),
    ];
    let shown = |action: Action| if action == Action::Why { last(&model.keys, action) } else { model.keys.shown(action) };
    let mut all: Vec<Hint> = FIRST.iter().map(|(action, word)| (shown(*action), *word)).collect();
    let said = |hint: &Hint| !FIRST.iter().any(|(action, _)| model.keys.shown(*action) == hint.0);
    all.extend(rows(model, sight).into_iter().filter(said));
    all
}

/// The last key of an action: in a scenario the first of some means something else.
fn last(keys: &Keymap, action: Action) -> String {
    keys.keys(action).last().map(|key| key.to_string()).unwrap_or_default()
}

fn rows(model: &Model, sight: &Sight) -> Vec<Hint> {
    let shown = |row: &&Row| match row.when {
        When::Always => true,
        When::Selected => model.selected.is_some(),
        When::Help => false,
    };
    ACTIONS.iter().filter(shown).map(|row| hint(row, &model.keys, sight)).collect()
}

fn hint(row: &Row, keys: &Keymap, sight: &Sight) -> Hint {
    let key = keys.shown(row.action);
    match row.action {
        Action::Play if !sight.playing => (key, "play"),
        Action::ScaleUp => (format!("{key} {}", keys.shown(Action::ScaleDown)), "scale"),
        _ => (key, row.word),
    }
}
