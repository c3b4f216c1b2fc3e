//! Keys as the keymap names them, and the one place that knows how the terminal reports them.

use crossterm::event::{KeyCode, KeyEvent, KeyEventKind, KeyModifiers};
use std::fmt;

/// A key that somebody pressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Key {
    /// A character, upper case where shifted.
    Char(char),
    /// With Ctrl held down.
    Ctrl(char),
    /// One of the keys with a name.
    Named(&'static str),
}

const NAMED: [(KeyCode, &str); 14] = [
    (KeyCode::Enter, "enter"),
    (KeyCode::Esc, "esc"),
    (KeyCode::Tab, "tab"),
    (KeyCode::BackTab, "shift-tab"),
    (KeyCode::Backspace, "backspace"),
    (KeyCode::Up, "up"),
    (KeyCode::Down, "down"),
    (KeyCode::Left, "left"),
    (KeyCode::Right, "right"),
    (KeyCode::PageUp, "pageup"),
    (KeyCode::PageDown, "pagedown"),
    (KeyCode::Home, "home"),
    (KeyCode::End, "end"),
    (KeyCode::Delete, "delete"),
];

impl Key {
    /// The key of a terminal event; `None` for releases and keys that mean nothing here.
    pub fn of(event: &KeyEvent) -> Option<Key> {
        if event.kind == KeyEventKind::Release {
            return None;
        }
        match event.code {
            KeyCode::Char(c) if event.modifiers.contains(KeyModifiers::CONTROL) => Some(Key::Ctrl(c.to_ascii_lowercase())),
            KeyCode::Char(c) => Some(Key::Char(c)),
            code => NAMED.iter().find(|row| row.0 == code).map(|row| Key::Named(row.1)),
        }
    }
    /// The key with that name: `x`, `space`, `ctrl-c`, `pageup`.
    pub fn named(name: &str) -> Option<Key> {
        if name == "space" {
            return Some(Key::Char(' '));
        }
        if let Some(c) = name.strip_prefix("ctrl-") {
            return c.chars().next().map(Key::Ctrl);
        }
        let mut chars = name.chars();
        match (chars.next(), chars.next()) {
            (Some(c), None) => Some(Key::Char(c)),
            _ => NAMED.iter().find(|row| row.1 == name).map(|row| Key::Named(row.1)),
        }
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        match self {
            Key::Char(' ') => f.write_str("space"),
            Key::Char(c) => write!(f, "{c}"),
            Key::Ctrl(c) => write!(f, "ctrl-{c}"),
            Key::Named(name) => f.write_str(name),
        }
    }
}
