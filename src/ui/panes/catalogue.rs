//! The list of scenarios, laid over the screen: groups, titles, how far one was, and all that is said of the chosen one.

use super::window::Window;
use crate::scene::canvas::{width, wrap};
use crate::scene::{Area, Border, Canvas, Ground, Ink, Role};
use crate::ui::list::{Entry, List, Played};

/// The most columns that the list takes.
const WIDEST: u16 = 176;
/// Columns from a row's edge to its title, for the sign of the chosen one and the mark of how far one was.
const MARGIN: u16 = 4;

/// A row: a group's heading, or an entry with its number.
enum Row {
    Heading(&'static str),
    Entry(usize, &'static Entry),
}

/// Where the parts of the list stand.
struct Parts {
    frame: Area,
    rows: Area,
    foot: Area,
}

impl Parts {
    fn of(screen: Area) -> Parts {
        let w = screen.w.saturating_sub(2).min(WIDEST);
        let frame = Area::new(screen.x + (screen.w - w) / 2, screen.y + 1, w, screen.h.saturating_sub(2));
        let inner = frame.inset(2, 1);
        let (rows, foot) = inner.split_rows(inner.h.saturating_sub(foot_rows(inner.w) + 1));
        Parts { frame, rows, foot: foot.split_rows(1).1 }
    }
}

/// Rows that the longest summary takes.
fn foot_rows(w: u16) -> u16 {
    if w >= 150 { 1 } else { 2 }
}

/// Draws the list over an area.
pub fn draw(canvas: &mut Canvas, area: Area, list: &List) {
    let parts = Parts::of(area);
    let entries = list.entries();
    let rows = rows(&entries);
    canvas.clear(parts.frame, Ground::Over);
    canvas.frame(parts.frame, Border::Plain, Role::Each);
    heading(canvas, parts.frame, list, entries.len());
    let window = window(&rows, list.chosen, parts.rows.h);
    let titles = entries.iter().map(|entry| width(&entry.title)).max().unwrap_or(0);
    for (i, row) in (0u16..).zip(rows.iter().skip(window.first).take(window.shown)) {
        match row {
            Row::Heading(title) => drop(canvas.text(parts.rows.x, parts.rows.y + i, parts.rows.w, title, Role::Each.bold())),
            Row::Entry(number, entry) => entry_row(canvas, parts.rows.row(i), list, *number, entry, titles),
        }
    }
    window.mark(canvas, parts.frame, 0);
    foot(canvas, parts.foot, list);
}

fn rows(entries: &[&'static Entry]) -> Vec<Row> {
    let mut rows = Vec::new();
    for (number, entry) in entries.iter().copied().enumerate() {
        if number == 0 || entries[number - 1].group != entry.group {
            rows.push(Row::Heading(entry.group));
        }
        rows.push(Row::Entry(number, entry));
    }
    rows
}

/// The chosen row stays in the middle as long as there is more on both sides.
fn window(rows: &[Row], chosen: usize, room: u16) -> Window {
    let at = rows.iter().position(|row| matches!(row, Row::Entry(number, _) if *number == chosen)).unwrap_or(0);
    Window::of(rows.len(), usize::from(room), at.saturating_sub(usize::from(room) / 2))
}

fn heading(canvas: &mut Canvas, frame: Area, list: &List, found: usize) {
    let room = Area::new(frame.x + 2, frame.y, frame.w.saturating_sub(4), 1);
    let through = list.played.values().filter(|played| matches!(played, Played::Through(..))).count();
    let played = if through > 0 { format!(" {through} played through ") } else { String::new() };
    let looked = if list.filter.is_empty() { String::new() } else { format!("/{} ", list.filter) };
    let count = if list.filter.is_empty() { String::new() } else { format!("· {found} found ") };
    canvas.text_right(room, &played, Role::Good);
    canvas.parts(
        Area { w: room.w.saturating_sub(width(&played)), ..room },
        &[(" scenarios ", Role::Each.bold()), (&looked, Role::Key.bold()), (&count, Role::Text.into())],
    );
}

fn entry_row(canvas: &mut Canvas, row: Area, list: &List, number: usize, entry: &Entry, titles: u16) {
    let chosen = number == list.chosen;
    if chosen {
        canvas.ground(row, Ground::Selected);
        canvas.put(row.x, row.y, '▸', Role::Key.bold());
    }
    let (glyph, role) = mark(list.played(entry));
    canvas.put(row.x + 2, row.y, glyph, role);
    let title = if chosen { Role::Text.bold() } else { Ink::from(Role::Text) };
    canvas.text(row.x + MARGIN, row.y, titles, &entry.title, title);
    let x = row.x + MARGIN + titles + 2;
    canvas.sentence(x, row.y, row.right().saturating_sub(x), &entry.summary, if chosen { Role::Text } else { Role::Faint });
}

fn mark(played: Option<Played>) -> (char, Role) {
    match played {
        Some(Played::Through(..)) => ('✔', Role::Good),
        Some(Played::Begun(_)) => ('◐', Role::Waiting),
        None => (' ', Role::Text),
    }
}

/// All that is said of the chosen one, and how far one was.
fn foot(canvas: &mut Canvas, area: Area, list: &List) {
    canvas.rule(Area { y: area.y.saturating_sub(1), h: 1, ..area }, Role::Line);
    let Some(entry) = list.entry() else {
        canvas.text(area.x, area.y, area.w, "nothing has these letters: esc shows all again", Role::Waiting);
        return;
    };
    let standing = standing(list.played(entry));
    if let Some((words, role)) = &standing {
        canvas.text_right(Area { y: area.y.saturating_sub(1), ..area }, &format!(" {words} "), *role);
    }
    for (i, line) in (0..area.h).zip(wrap(&entry.summary, area.w)) {
        canvas.text(area.x, area.y + i, area.w, &line, Role::Text);
    }
}

fn standing(played: Option<Played>) -> Option<(String, Role)> {
    Some(match played? {
        Played::Begun(step) => (format!("◐ begun: left at step {step}"), Role::Waiting),
        Played::Through(_, 0) => ("✔ played through".to_owned(), Role::Good),
        Played::Through(right, asked) => (format!("✔ played through: {right} of {asked} predictions came true"), Role::Good),
    })
}

/// The number of the entry at a row of the screen.
pub fn at(screen: Area, list: &List, x: u16, y: u16) -> Option<usize> {
    let parts = Parts::of(screen);
    let rows = rows(&list.entries());
    let first = window(&rows, list.chosen, parts.rows.h).first;
    let row = parts.rows.holds(x, y).then(|| rows.get(first + usize::from(y - parts.rows.y)))??;
    match row {
        Row::Entry(number, _) => Some(*number),
        Row::Heading(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn drawn(list: &List, size: (u16, u16)) -> String {
        let mut canvas = Canvas::new(size.0, size.1);
        draw(&mut canvas, Area::new(0, 0, size.0, size.1), list);
        canvas.glyphs()
    }

    #[test]
    fn whatever_is_chosen_is_seen_with_all_that_is_said_of_it() {
        for size in [(60, 18), (80, 24), (120, 36), (200, 60)] {
            let mut list = List::default();
            for number in 0..list.entries().len() {
                list.chosen = number;
                let entry = list.entry().expect("there are so many");
                let text = drawn(&list, size);
                assert!(text.lines().any(|row| row.contains('▸') && row.contains(&entry.title)), "{size:?} {}", entry.title);
                if size.0 >= 80 {
                    let said: Vec<&str> = entry.summary.split(' ').collect();
                    assert!(text.lines().rev().take(6).any(|row| row.contains(said[said.len() - 1])), "{size:?} {}", entry.summary);
                }
            }
        }
    }

    #[test]
    fn a_click_finds_the_row_under_it_and_marks_tell_how_far_one_was() {
        let mut list = List::default();
        list.played.insert("all-at-once".to_owned(), Played::Begun(3));
        list.played.insert("one-by-one".to_owned(), Played::Through(2, 3));
        let text = drawn(&list, (120, 36));
        for (glyph, title) in [('◐', "All at once"), ('✔', "One by one")] {
            let (y, row) = text.lines().enumerate().find(|(_, row)| row.contains(title)).expect("it is in the first page");
            assert!(row.contains(glyph), "{row}");
            let number = at(Area::new(0, 0, 120, 36), &list, 9, y as u16).expect("an entry stands there");
            assert_eq!(list.entries()[number].title, title);
        }
    }
}
