//! asciicast v2: a header, then one event a line: what a terminal is sent, and markers.

use super::film::Film;
use super::rows::{Run, rows};
use crate::ui::theme::Theme;
use serde_json::json;

/// The film as a terminal would be sent it: only rows that change.
pub fn cast(film: &Film, theme: &Theme) -> String {
    let header = json!({ "version": 2, "width": film.size.0, "height": film.size.1, "title": film.title });
    let mut events: Vec<(u64, &str, String)> = film.marks.iter().map(|(at, label)| (*at, "m", label.clone())).collect();
    let mut before = Vec::new();
    for shot in &film.shots {
        let now = rows(&shot.canvas, theme);
        let mut text = if before.is_empty() { "\x1b[?25l\x1b[2J".to_owned() } else { String::new() };
        for (y, row) in now.iter().enumerate().filter(|(y, row)| before.get(*y) != Some(*row)) {
            text.push_str(&format!("\x1b[{};1H{}\x1b[0m", y + 1, row.iter().map(run).collect::<String>()));
        }
        before = now;
        events.push((shot.at, "o", text));
    }
    events.push((film.length, "o", "\x1b[?25h".to_owned()));
    events.sort_by_key(|event| event.0);
    let line = |(at, kind, text): &(u64, &str, String)| format!("[{}.{:03}, \"{kind}\", {}]\n", at / 1000, at % 1000, json!(text));
    format!("{header}\n{}", events.iter().map(line).collect::<String>())
}

fn run(run: &Run) -> String {
    let (f, b) = (run.look.fore, run.look.back);
    let weight = if run.look.bold { 1 } else { 22 };
    format!("\x1b[{weight};38;2;{};{};{};48;2;{};{};{}m{}", f.0, f.1, f.2, b.0, b.1, b.2, run.text)
}
