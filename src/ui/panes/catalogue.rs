//! The list of scenarios, laid over the screen.

use crate::scenario::catalogue::{CATALOGUE, find};
use crate::scene::{Area, Border, Canvas, Ground, Role};

/// Draws the list with a chosen row; the sandbox is its last.
pub fn draw(canvas: &mut Canvas, area: Area, chosen: usize) {
    let rows = rows();
    let (w, h) = (area.w.saturating_sub(4).min(100), (rows.len() as u16 + 2).min(area.h));
    let list = Area::new(area.x + (area.w - w) / 2, area.y + (area.h - h) / 2, w, h);
    canvas.clear(list, Ground::Over);
    canvas.frame(list, Border::Plain, Role::Each);
    canvas.text(list.x + 2, list.y, w.saturating_sub(4), " scenarios ", Role::Each.bold());
    let inner = list.inset(2, 1);
    let first = (chosen + 1).saturating_sub(usize::from(inner.h));
    for (i, (title, summary)) in rows.iter().enumerate().skip(first).take(usize::from(inner.h)) {
        let row = inner.row((i - first) as u16);
        if i == chosen {
            canvas.ground(row, Ground::Selected);
        }
        let sign = if i == chosen { "▸ " } else { "  " };
        canvas
            .parts(row, &[(sign, Role::Key.bold()), (title, Role::Text.bold()), ("  ", Role::Text.into()), (summary, Role::Faint.into())]);
    }
}

fn rows() -> Vec<(String, String)> {
    let row = |name: &str| find(name)?.ok().map(|scenario| (scenario.title.trim_end().to_owned(), scenario.summary));
    let scenarios = CATALOGUE.iter().filter_map(|(name, _)| row(name));
    scenarios.chain([("The sandbox".to_owned(), "Two sets on three nodes, and no script.".to_owned())]).collect()
}
