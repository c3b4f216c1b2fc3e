//! What a line of the console printed.

use super::pane;
use crate::scene::{Area, Canvas, Role};
use crate::ui::sight::Line;

/// Draws a line's output from that row on.
pub fn draw(canvas: &mut Canvas, area: Area, line: &Line, scroll: usize) {
    let title = format!("$ {}", line.line);
    let inner = pane(canvas, area, &title, Role::Code.into());
    let rows: Vec<(&str, Role)> = line.out.lines().map(|l| (l, Role::Code)).chain(line.err.lines().map(|l| (l, Role::Bad))).collect();
    let room = usize::from(inner.h);
    let first = scroll.min(rows.len().saturating_sub(room));
    for (i, (text, role)) in rows.iter().skip(first).take(room).enumerate() {
        canvas.text(inner.x, inner.y + i as u16, inner.w, &text.replace('\t', "    "), *role);
    }
    let below = rows.len().saturating_sub(first + room);
    if below > 0 {
        let more = format!(" {below} more ↓ pagedown ");
        canvas.text_right(Area::new(area.x, area.bottom().saturating_sub(1), area.w.saturating_sub(2), 1), &more, Role::Faint);
    } else if !line.done {
        canvas.text_right(
            Area::new(area.x, area.bottom().saturating_sub(1), area.w.saturating_sub(2), 1),
            " still waits · ctrl-c ",
            Role::Waiting,
        );
    }
}

/// Draws the place where output will appear.
pub fn empty(canvas: &mut Canvas, area: Area) {
    let inner = pane(canvas, area, "output", Role::Text.into());
    canvas.text(inner.x, inner.y, inner.w, "what a command prints appears here", Role::Faint);
}
