//! The manifest editor, laid over the picture.

use crate::diagnostic::Diagnostic;
use crate::scene::canvas::wrap;
use crate::scene::{Area, Border, Canvas, Ground, Ink, Role};
use crate::ui::editor::Editor;
use crate::ui::regions::Regions;

/// Columns for the numbers of lines.
const NUMBERS: u16 = 5;

/// Draws the editor over everything between the title and the command line.
pub fn draw(canvas: &mut Canvas, regions: &Regions, editor: &Editor) {
    let top = regions.title.bottom();
    let area = Area::new(0, top, canvas.width, regions.timeline.y.saturating_sub(top));
    canvas.clear(area, Ground::Over);
    canvas.frame(area, Border::Plain, Role::Each);
    canvas.text(area.x + 2, area.y, area.w.saturating_sub(4), &format!(" edit {} ", editor.title), Role::Each.bold());
    let foot = Area::new(area.x + 2, area.bottom() - 1, area.w.saturating_sub(4), 1);
    canvas.parts(
        foot,
        &[
            (" ctrl-s ", Role::Key.bold()),
            ("applies it ", Role::Text.into()),
            (" esc ", Role::Key.bold()),
            ("leaves it as it was ", Role::Text.into()),
        ],
    );
    text(canvas, area.inset(2, 1), editor);
}

/// The rows around the cursor, and under its line what is wrong.
fn text(canvas: &mut Canvas, area: Area, editor: &Editor) {
    let cursor = editor.area.cursor();
    let (line, column) = (cursor.0, cursor.1);
    let rows = usize::from(area.h);
    let first = (line + 1 + rows / 3).min(editor.area.lines().len()).saturating_sub(rows.saturating_sub(complaint(editor, area.w).len()));
    let mut y = area.y;
    if editor.problem.as_ref().is_some_and(|problem| problem.line.is_none_or(|line| line <= first)) {
        y = complain(canvas, area, y, editor);
    }
    for (i, words) in editor.area.lines().iter().enumerate().skip(first) {
        if y >= area.bottom() {
            break;
        }
        written(canvas, Area::new(area.x, y, area.w, 1), i + 1, words);
        if i == line {
            let x = area.x + NUMBERS + crate::scene::canvas::width(&words.chars().take(column).collect::<String>());
            canvas.ground(Area::new(x.min(area.right() - 1), y, 1, 1), Ground::Selected);
        }
        y += 1;
        if editor.problem.as_ref().is_some_and(|problem| problem.line == Some(i + 1)) {
            y = complain(canvas, area, y, editor);
        }
    }
}

/// A line: its number, the field's name, its value.
fn written(canvas: &mut Canvas, row: Area, number: usize, words: &str) {
    let name_end = words.find(": ").map(|i| i + 1).or(words.ends_with(':').then_some(words.len())).unwrap_or(0);
    let (name, value) = words.split_at(name_end);
    canvas.parts(row, &[(&format!("{number:>3}  "), Role::Faint.into()), (name, Role::Disk.into()), (value, Ink::from(Role::Text))]);
}

fn complaint(editor: &Editor, room: u16) -> Vec<String> {
    let words = |problem: &Diagnostic| match &problem.hint {
        Some(hint) => format!("{}: {hint}", problem.message),
        None => problem.message.clone(),
    };
    editor.problem.as_ref().map(|problem| wrap(&words(problem), room.saturating_sub(NUMBERS + 3))).unwrap_or_default()
}

/// Writes what is wrong from a row on; answers the row after it.
fn complain(canvas: &mut Canvas, area: Area, y: u16, editor: &Editor) -> u16 {
    let lines = complaint(editor, area.w);
    for (i, words) in (0u16..).zip(&lines).take_while(|(i, _)| y + i < area.bottom()) {
        let sign = if i == 0 { "▲ " } else { "  " };
        canvas.parts(
            Area::new(area.x + NUMBERS, y + i, area.w.saturating_sub(NUMBERS), 1),
            &[(sign, Role::Bad.bold()), (words, Role::Bad.into())],
        );
    }
    (y + lines.len() as u16).min(area.bottom())
}
