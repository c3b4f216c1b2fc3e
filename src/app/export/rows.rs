//! Pictures as rows of runs: letters that look alike beside each other. Rows that come again are kept once.

use super::film::Film;
use crate::scene::Canvas;
use crate::ui::theme::Theme;
use ratatui::style::{Color, Modifier};
use std::collections::BTreeMap;

/// Red, green and blue.
pub type Rgb = (u8, u8, u8);

/// How a run looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Look {
    /// The letters' colour.
    pub fore: Rgb,
    /// The ground's.
    pub back: Rgb,
    /// Drawn heavier.
    pub bold: bool,
}

/// Letters that look alike beside each other.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Run {
    /// The letters.
    pub text: String,
    /// Their first column.
    pub x: u16,
    /// How many columns they take.
    pub width: u16,
    /// How they look.
    pub look: Look,
}

/// A row of a picture.
pub type Row = Vec<Run>;

/// How a cell looks.
pub fn look(theme: &Theme, cell: &crate::scene::canvas::Cell) -> Look {
    let style = theme.style(cell.ink, cell.ground);
    let rgb = |color: Option<Color>| match color {
        Some(Color::Rgb(r, g, b)) => (r, g, b),
        _ => (0, 0, 0), // a theme of all colours gives nothing else
    };
    Look { fore: rgb(style.fg), back: rgb(style.bg), bold: style.add_modifier.contains(Modifier::BOLD) }
}

/// The rows of a picture.
pub fn rows(canvas: &Canvas, theme: &Theme) -> Vec<Row> {
    canvas.cells_by_row().map(|cells| row(cells, theme)).collect()
}

fn row(cells: &[crate::scene::canvas::Cell], theme: &Theme) -> Row {
    let mut row: Row = Vec::new();
    for (x, cell) in cells.iter().enumerate() {
        let look = look(theme, cell);
        let wide = cell.glyph == '\0';
        match row.last_mut() {
            Some(run) if wide || run.look == look => run.width += 1,
            _ => row.push(Run { text: String::new(), x: x as u16, width: 1, look }),
        }
        if let Some(run) = row.last_mut().filter(|_| !wide) {
            run.text.push(cell.glyph);
        }
    }
    row
}

/// A film whose rows are numbered: each row once, and for each picture the numbers of its rows from the top.
pub struct Reel {
    /// The rows.
    pub rows: Vec<Row>,
    /// When each picture is shown, and its rows.
    pub shots: Vec<(u64, Vec<usize>)>,
}

/// Numbers the rows of a film. Pictures that are shown for less than `shortest` milliseconds are left out.
pub fn reel(film: &Film, theme: &Theme, shortest: u64) -> Reel {
    let mut numbers: BTreeMap<Row, usize> = BTreeMap::new();
    let (mut all, mut shots) = (Vec::new(), Vec::new());
    for (i, shot) in film.shots.iter().enumerate() {
        let next = film.shots.get(i + 1).map_or(film.length, |next| next.at);
        if next - shot.at < shortest && i > 0 {
            continue;
        }
        let number = |row: Row| {
            let fresh = all.len();
            let number = *numbers.entry(row.clone()).or_insert(fresh);
            if number == fresh {
                all.push(row);
            }
            number
        };
        shots.push((shot.at, rows(&shot.canvas, theme).into_iter().map(number).collect()));
    }
    Reel { rows: all, shots }
}

/// `#rrggbb`.
pub fn hex((r, g, b): Rgb) -> String {
    format!("#{r:02x}{g:02x}{b:02x}")
}

/// A text as it stands in XML and HTML.
pub fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
