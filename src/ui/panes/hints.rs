//! The keys that make sense now, as many as fit.

use crate::scene::canvas::width;
use crate::scene::{Area, Canvas, Ground, Role};
use crate::ui::actions::{ACTIONS, Action, Row, When};
use crate::ui::keymap::Keymap;
use crate::ui::model::{Mode, Model, Pane};
use crate::ui::{Screen, Sight};

/// A key and the word for what it does.
type Hint = (String, &'static str);

/// Draws the keys.
pub fn draw(canvas: &mut Canvas, area: Area, model: &Model, sight: &Sight, screen: &Screen) {
    canvas.ground(area, Ground::Bar);
    let mut x = lead(canvas, area, model, screen);
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

/// Where a newcomer is led: the next thing to do stands out before all others. Answers where the rest may begin.
fn lead(canvas: &mut Canvas, area: Area, model: &Model, screen: &Screen) -> u16 {
    let led = (model.mode == Mode::Normal && !matches!(model.pane, Pane::Output(_))).then(|| model.lead.next(&screen.stage, model.twin));
    let Some((action, words)) = led.flatten() else { return area.x + 1 };
    let (key, words) = (format!(" {} ", shown(&model.keys, action)), format!("{words} "));
    let chip = Area { w: (width(&key) + width(&words)).min(area.w), ..area };
    canvas.ground(chip, Ground::Selected);
    canvas.parts(chip, &[(&key, Role::Key.bold()), (&words, Role::Text.bold())]) + 2
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
        (Mode::Edit, _) if model.editor.as_ref().is_some_and(|editor| editor.reviewed) => {
            fixed(&[("ctrl-s", "apply"), ("esc", "back to the text")])
        }
        (Mode::Edit, _) => fixed(&[("tab", "complete"), ("ctrl-s", "what changes, then apply"), ("esc", "back")]),
        (Mode::Help, _) => fixed(&[("up down", "scroll"), ("any other key", "close")]),
        (Mode::Normal, Pane::Output(_)) => {
            let mut all = fixed(&[("esc", "close the output"), ("pageup pagedown", "scroll")]);
            all.extend(rows(model, sight));
            all
        }
        (Mode::Blank(_), _) => Vec::new(),
        (Mode::Catalogue, _) => catalogue(model),
        (Mode::Menu, _) => fixed(&[("up down", "choose"), ("enter", "do it"), ("esc", "close")]),
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
    let mut all: Vec<Hint> = FIRST.iter().map(|(action, word)| (shown(&model.keys, *action), *word)).collect();
    let said = |hint: &Hint| !FIRST.iter().any(|(action, _)| model.keys.shown(*action) == hint.0);
    all.extend(rows(model, sight).into_iter().filter(said));
    all
}

/// The key by which an action is told: of why the last, for in a scenario the first means something else.
pub fn shown(keys: &Keymap, action: Action) -> String {
    match action {
        Action::Why => keys.keys(action).last().map(|key| key.to_string()).unwrap_or_default(),
        _ => keys.shown(action),
    }
}

fn rows(model: &Model, sight: &Sight) -> Vec<Hint> {
    let shown = |row: &&Row| match row.when {
        When::Always => true,
        When::Selected => model.selected.is_some(),
        When::Help => false,
    };
    ACTIONS.iter().filter(shown).map(|row| hint(row, model, sight)).collect()
}

fn hint(row: &Row, model: &Model, sight: &Sight) -> Hint {
    let keys = &model.keys;
    let key = keys.shown(row.action);
    match row.action {
        Action::Play if !sight.playing => (key, "play"),
        Action::Twin if model.twin => (key, "one set"),
        Action::ScaleUp => (format!("{key} {}", keys.shown(Action::ScaleDown)), "scale"),
        _ => (key, row.word),
    }
}
