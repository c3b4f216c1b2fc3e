//! The manifest editor, laid over the picture.

use crate::diagnostic::Diagnostic;
use crate::scene::canvas::{width, wrap};
use crate::scene::{Area, Border, Canvas, Ground, Ink, Role};
use crate::ui::editor::Editor;
use crate::ui::regions::Regions;

/// Columns for the numbers of lines.
const NUMBERS: u16 = 5;
/// Rows under the text in which a field is told, with the rule above them.
const TOLD: u16 = 3;
/// The most rows of what Tab offered.
const MOST_OFFERS: u16 = 10;

/// Draws the editor over everything between the title and the command line.
pub fn draw(canvas: &mut Canvas, regions: &Regions, editor: &Editor) {
    let top = regions.title.bottom();
    let area = Area::new(0, top, canvas.width, regions.timeline.y.saturating_sub(top));
    canvas.clear(area, Ground::Over);
    canvas.frame(area, Border::Plain, Role::Each);
    let (title, keys): (&str, &[(&str, &str)]) = match editor.reviewed {
        true => ("what changes in", &[(" ctrl-s ", "applies it "), (" esc ", "back to the text ")]),
        false => ("edit", &[(" tab ", "completes "), (" ctrl-s ", "shows what changes "), (" esc ", "leaves it as it was ")]),
    };
    canvas.text(area.x + 2, area.y, area.w.saturating_sub(4), &format!(" {title} {} ", editor.title), Role::Each.bold());
    let foot = Area::new(area.x + 2, area.bottom() - 1, area.w.saturating_sub(4), 1);
    let keys: Vec<(&str, Ink)> = keys.iter().flat_map(|(key, word)| [(*key, Role::Key.bold()), (*word, Role::Text.into())]).collect();
    canvas.parts(foot, &keys);
    let inner = area.inset(2, 1);
    if editor.reviewed {
        return changes(canvas, inner, editor);
    }
    let (above, below) = inner.split_rows(inner.h.saturating_sub(TOLD));
    text(canvas, above, editor);
    told(canvas, below, editor);
    offers(canvas, above, editor);
}

/// What the text would change, line by line.
fn changes(canvas: &mut Canvas, area: Area, editor: &Editor) {
    let changes = editor.changes();
    for (y, line) in (area.y..area.bottom()).zip(changes.lines()) {
        let role = match line.chars().next() {
            Some('-') => Role::Bad,
            Some('+') => Role::Good,
            Some('@') => Role::Faint,
            _ => Role::Text,
        };
        canvas.text(area.x, y, area.w, line, role);
    }
}

/// Under the text, always in the same place: what is wrong with it, else what the field is in which the cursor stands.
fn told(canvas: &mut Canvas, area: Area, editor: &Editor) {
    let (rule, rows) = area.split_rows(1.min(area.h));
    canvas.rule(rule, Role::Line);
    let (words, role) = match (&editor.slip, &editor.told) {
        (Some(slip), _) if editor.problem.is_none() => (said(slip), Role::Bad),
        (_, Some(field)) => (format!("{} <{}>  {}", field.word, field.kind, field.words), Role::Control),
        (_, None) => return,
    };
    let lines = wrap(&words, rows.w.saturating_sub(2));
    let shown = lines.len().min(usize::from(rows.h));
    for (i, line) in (0u16..).zip(&lines[..shown]) {
        let end = canvas.text(rows.x, rows.y + i, rows.w, line, role);
        if usize::from(i) + 1 == shown && shown < lines.len() {
            canvas.text(end, rows.y + i, 2, " …", role);
        }
    }
}

/// What Tab offered, under the cursor or over it, with what each is for.
fn offers(canvas: &mut Canvas, area: Area, editor: &Editor) {
    if editor.offers.is_empty() {
        return;
    }
    let (row, column) = place(area, editor);
    let rows = (editor.offers.len() as u16).min(MOST_OFFERS).min(area.h.saturating_sub(1));
    let word = editor.offers.iter().map(|offer| width(&offer.word)).max().unwrap_or(0);
    let kind = editor.offers.iter().map(|offer| width(&offer.kind)).max().unwrap_or(0);
    let y = if row + rows < area.bottom() { row + 1 } else { row.saturating_sub(rows).max(area.y) };
    let x = column.min(area.right().saturating_sub(area.w / 2));
    let block = Area::new(x, y, area.right().saturating_sub(x), rows);
    canvas.clear(block, Ground::Selected);
    for (i, offer) in (0u16..rows).zip(&editor.offers) {
        let more = editor.offers.len() - usize::from(rows);
        let line = block.row(i);
        if i + 1 == rows && more > 0 {
            canvas.text(line.x + 1, line.y, line.w, &format!("… and {} more: write on", more + 1), Role::Faint);
            return;
        }
        canvas.text(line.x + 1, line.y, line.w, &offer.word, Role::Text.bold());
        canvas.text(line.x + word + 3, line.y, line.w.saturating_sub(word + 3), &offer.kind, Role::Faint);
        let words = line.x + word + kind + 5;
        canvas.sentence(words, line.y, line.right().saturating_sub(words + 1), &offer.words, Role::Control);
    }
}

/// Row and column of the cursor.
fn place(area: Area, editor: &Editor) -> (u16, u16) {
    let cursor = editor.area.cursor();
    let (line, column) = (cursor.0, cursor.1);
    let before: String = editor.area.lines()[line].chars().take(column).collect(); // the cursor stands on a line
    (area.y + line.saturating_sub(first(area, editor)).min(usize::from(area.h)) as u16, area.x + NUMBERS + width(&before))
}

/// The first line that is shown: so that the cursor's is, with some after it.
fn first(area: Area, editor: &Editor) -> usize {
    let (line, rows) = (editor.area.cursor().0, usize::from(area.h));
    (line + 1 + rows / 3).min(editor.area.lines().len()).saturating_sub(rows.saturating_sub(complaint(editor, area.w).len()))
}

/// The rows around the cursor, and under its line what is wrong.
fn text(canvas: &mut Canvas, area: Area, editor: &Editor) {
    let cursor = editor.area.cursor();
    let (line, column) = (cursor.0, cursor.1);
    let first = first(area, editor);
    let mut y = area.y;
    if editor.problem.as_ref().is_some_and(|problem| problem.line.is_none_or(|line| line <= first)) {
        y = complain(canvas, area, y, editor);
    }
    for (i, words) in editor.area.lines().iter().enumerate().skip(first) {
        if y >= area.bottom() {
            break;
        }
        let slips = editor.slip.as_ref().is_some_and(|slip| slip.line == Some(i + 1));
        written(canvas, Area::new(area.x, y, area.w, 1), i + 1, words, slips);
        if i == line {
            let x = area.x + NUMBERS + width(&words.chars().take(column).collect::<String>());
            canvas.ground(Area::new(x.min(area.right() - 1), y, 1, 1), Ground::Selected);
        }
        y += 1;
        if editor.problem.as_ref().is_some_and(|problem| problem.line == Some(i + 1)) {
            y = complain(canvas, area, y, editor);
        }
    }
}

/// A line: its number, the field's name, its value.
fn written(canvas: &mut Canvas, row: Area, number: usize, words: &str, slips: bool) {
    let name_end = words.find(": ").map(|i| i + 1).or(words.ends_with(':').then_some(words.len())).unwrap_or(0);
    let (name, value) = words.split_at(name_end);
    let (sign, ink) = if slips { ("✖", Role::Bad.bold()) } else { (" ", Role::Faint.into()) };
    canvas
        .parts(row, &[(&format!("{number:>3}"), ink), (sign, ink), (" ", ink), (name, Role::Disk.into()), (value, Ink::from(Role::Text))]);
}

fn complaint(editor: &Editor, room: u16) -> Vec<String> {
    editor.problem.as_ref().map(|problem| wrap(&said(problem), room.saturating_sub(NUMBERS + 3))).unwrap_or_default()
}

fn said(problem: &Diagnostic) -> String {
    match &problem.hint {
        Some(hint) => format!("{}: {hint}", problem.message),
        None => problem.message.clone(),
    }
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
