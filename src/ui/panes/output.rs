//! What a line of the console printed.

use super::window::Window;
use super::{inside, pane};
use crate::scene::canvas::{width, wrap};
use crate::scene::{Area, Canvas, Role};
use crate::ui::regions::Regions;
use crate::ui::sight::Line;

/// Columns in which a complaint is easily read.
const COMPLAINT: u16 = 72;

/// Draws a line's output from that row and column on.
pub fn draw(canvas: &mut Canvas, area: Area, line: &Line, (scroll, across): (usize, usize)) {
    let title = format!("$ {}", line.line);
    let inner = pane(canvas, area, &title, Role::Code.into());
    let rows = rows(line, inner.w);
    let across = across.min(usize::from(widest(&rows).saturating_sub(inner.w)));
    let window = Window::of(rows.len(), usize::from(inner.h), scroll);
    for (i, (text, role)) in rows.iter().skip(window.first).take(window.shown).enumerate() {
        let text: String = text.chars().skip(across).collect();
        canvas.text(inner.x, inner.y + i as u16, inner.w, &text, *role);
    }
    corner(canvas, area, line, inner.w, &window);
}

/// The rows of an output: tables keep theirs, complaints and lone sentences are broken between words.
fn rows(line: &Line, room: u16) -> Vec<(String, Role)> {
    let alone = line.out.lines().count() == 1 && !line.out.contains("  ");
    let whole = |text: &str| if alone { wrap(text, room) } else { vec![text.replace('\t', "    ")] };
    let printed = line.out.lines().flat_map(whole).map(|text| (text, Role::Code));
    let complaints = line.err.lines().flat_map(|text| wrap(text, room)).map(|text| (text, Role::Bad));
    printed.chain(complaints).collect()
}

fn widest(rows: &[(String, Role)]) -> u16 {
    rows.iter().map(|(text, _)| width(text)).max().unwrap_or(0)
}

/// What more there is, at the lower right: rows, else columns, else what is yet to be printed.
fn corner(canvas: &mut Canvas, area: Area, line: &Line, room: u16, window: &Window) {
    let corner = Area::new(area.x, area.bottom().saturating_sub(1), area.w.saturating_sub(2), 1);
    match () {
        () if window.rows > window.room => window.mark(canvas, area, area.w),
        () if widest(&rows(line, room)) > room => canvas.text_right(corner, " ← → more columns ", Role::Key),
        () if !line.done => canvas.text_right(corner, " still waits · esc stops it ", Role::Waiting),
        () => {}
    }
}

/// Where an asked-for output stands: in the pane for it where there is one and it fits, else on a sheet.
pub fn area(line: &Line, regions: &Regions) -> Area {
    if !regions.console.is_empty() && fits(line, regions.console) { regions.console } else { sheet(line, regions) }
}

/// What of an asked-for output is seen.
pub fn window(line: &Line, regions: &Regions, scroll: usize) -> Window {
    let inner = inside(area(line, regions));
    Window::of(rows(line, inner.w).len(), usize::from(inner.h), scroll)
}

/// True where an output is shown whole in an area.
fn fits(line: &Line, area: Area) -> bool {
    let (w, h) = extent(line);
    w + 4 <= area.w && h + 2 <= area.h
}

/// The sheet on which a line's output is laid over the lower right of the picture: as large as it must be, and never over
/// the title.
fn sheet(line: &Line, regions: &Regions) -> Area {
    let (w, h) = extent(line);
    let all = Area { h: regions.timeline.y.saturating_sub(regions.stage.y), w: regions.title.w, ..Area::new(0, regions.stage.y, 0, 0) };
    let widest = if h > regions.pane.h * 2 { (all.w * 3 / 5).max(76).min(all.w) } else { all.w };
    let w = (w + 4).clamp(regions.pane.w.min(widest), widest);
    let h = (h + 2).clamp(regions.pane.h.min(all.h), all.h);
    Area::new(all.right() - w, all.bottom() - h, w, h)
}

/// Columns and rows that an output would like.
fn extent(line: &Line) -> (u16, u16) {
    let rows = rows(line, COMPLAINT);
    (widest(&rows).max(width(line.line) + 6), rows.len().min(usize::from(u16::MAX / 2)) as u16)
}

/// Draws the place where output will appear.
pub fn empty(canvas: &mut Canvas, area: Area) {
    let inner = pane(canvas, area, "output", Role::Text.into());
    canvas.text(inner.x, inner.y, inner.w, "what a command prints appears here", Role::Faint);
}
