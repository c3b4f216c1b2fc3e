//! The command line: typing, history, completion.

use crate::shell;
use crate::ui::keys::Key;
use crate::ui::model::{Mode, Model, prompt};
use crate::ui::{Effect, Sight};
use tui_textarea::{Input, Key as AreaKey};

/// What a key does on the command line.
pub fn key(model: &mut Model, key: Key, sight: &Sight) -> Vec<Effect> {
    if key != Key::Named("tab") {
        model.offers.clear();
    }
    match key {
        Key::Named("esc") | Key::Ctrl('c') => close(model),
        Key::Named("enter") => return submit(model),
        Key::Named("tab") => complete(model, sight),
        Key::Named("up") => walk(model, -1),
        Key::Named("down") => walk(model, 1),
        Key::Named("backspace") if model.typed().is_empty() => close(model),
        other => {
            model.prompt.input(input(other));
        }
    }
    Vec::new()
}

fn close(model: &mut Model) {
    model.mode = Mode::Normal;
    model.walking = None;
    put(model, "");
}

fn submit(model: &mut Model) -> Vec<Effect> {
    let line = model.typed().trim().to_owned();
    close(model);
    if line.is_empty() {
        return Vec::new();
    }
    if model.history.last() != Some(&line) {
        model.history.push(line.clone());
    }
    model.lead.end();
    if matches!(line.as_str(), "q" | "quit" | "exit") { vec![Effect::Quit] } else { vec![Effect::Submit(line)] }
}

fn put(model: &mut Model, text: &str) {
    model.prompt = prompt(text);
}

fn walk(model: &mut Model, by: isize) {
    let end = model.history.len();
    let here = model.walking.unwrap_or(end);
    let next = here.saturating_add_signed(by).min(end);
    model.walking = (next < end).then_some(next);
    let line = model.history.get(next).cloned().unwrap_or_default();
    put(model, &line);
}

/// Replaces the last word by the one that fits, or by what all that fit have in common, and shows them.
fn complete(model: &mut Model, sight: &Sight) {
    let line = model.typed();
    let offers = shell::complete(sight.world, &line);
    let Some(common) = common_start(&offers) else { return };
    let stem = line.len() - line.rsplit(char::is_whitespace).next().unwrap_or_default().len();
    let whole = if offers.len() == 1 { " " } else { "" };
    let last = &line[stem..];
    let grown = if common.len() >= last.len() { common } else { last };
    let text = format!("{}{grown}{}", &line[..stem], if grown.ends_with('=') { "" } else { whole });
    put(model, &text);
    model.offers = if offers.len() == 1 { Vec::new() } else { offers };
}

fn common_start(offers: &[String]) -> Option<&str> {
    let first = offers.first()?;
    let same = |other: &String| {
        first.char_indices().zip(other.chars()).take_while(|((_, a), b)| a == b).map(|((i, a), _)| i + a.len_utf8()).last()
    };
    let end = offers.iter().map(|o| same(o).unwrap_or(0)).min()?;
    Some(&first[..end])
}

/// A key as the text area takes it.
pub fn input(key: Key) -> Input {
    let plain = |key| Input { key, ctrl: false, alt: false, shift: false };
    match key {
        Key::Char(c) => plain(AreaKey::Char(c)),
        Key::Ctrl(c) => Input { ctrl: true, ..plain(AreaKey::Char(c)) },
        Key::Named("backspace") => plain(AreaKey::Backspace),
        Key::Named("left") => plain(AreaKey::Left),
        Key::Named("right") => plain(AreaKey::Right),
        Key::Named("home") => plain(AreaKey::Home),
        Key::Named("end") => plain(AreaKey::End),
        Key::Named("up") => plain(AreaKey::Up),
        Key::Named("down") => plain(AreaKey::Down),
        Key::Named("pageup") => plain(AreaKey::PageUp),
        Key::Named("pagedown") => plain(AreaKey::PageDown),
        Key::Named("delete") => plain(AreaKey::Delete),
        Key::Named(_) => plain(AreaKey::Null),
    }
}
