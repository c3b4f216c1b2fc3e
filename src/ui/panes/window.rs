//! What of a long text is seen in a pane, and the mark that there is more.

use super::{lesson, output, why};
use crate::scene::canvas::width;
use crate::scene::{Area, Canvas, Role};
use crate::ui::model::{Model, Pane};
use crate::ui::{Screen, Sight};

/// Rows of a text that are seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct Window {
    /// The first of them.
    pub first: usize,
    /// How many are seen.
    pub shown: usize,
    /// How many there are.
    pub rows: usize,
    /// How many there is room for.
    pub room: usize,
}

impl Window {
    /// The rows seen from one on; never past the end where all before it would be hidden for nothing.
    pub fn of(rows: usize, room: usize, scroll: usize) -> Window {
        let first = scroll.min(rows.saturating_sub(room));
        Window { first, shown: room.min(rows - first), rows, room }
    }
    /// How many rows come after those that are seen.
    pub fn below(&self) -> usize {
        self.rows - self.first - self.shown
    }
    /// The row with which the next page begins; the same where all has been seen.
    pub fn next(&self) -> usize {
        if self.below() == 0 { self.first } else { self.first + self.shown.max(1) }
    }
    /// The row with which the page before begins.
    pub fn before(&self) -> usize {
        self.first.saturating_sub(self.room.max(1))
    }
    /// Says what lies above and below: on a pane's border; where it has none, behind the last row if that takes few enough
    /// columns, else on the heading.
    pub fn mark(&self, canvas: &mut Canvas, area: Area, last: u16) {
        let (above, below) = (self.first, self.below());
        let (words, short) = match (above, below) {
            (0, 0) => return,
            (0, below) => (format!(" {below} more ↓ pgdn "), format!(" ↓ {below} ")),
            (above, 0) => (format!(" ↑ {above} pgup "), format!(" ↑ {above} ")),
            (above, below) => (format!(" ↑ {above} · {below} more ↓ "), format!(" ↑↓ {below} ")),
        };
        let corner = |y: u16| Area::new(area.x, y, area.w.saturating_sub(2), 1);
        let behind = last + width(&words) < area.w.saturating_sub(4);
        match () {
            () if area.h >= super::BORDERED => canvas.text_right(corner(area.bottom() - 1), &words, Role::Key),
            () if behind => canvas.text_right(corner(area.bottom().saturating_sub(1)), &words, Role::Key),
            () => canvas.text_right(corner(area.y), &short, Role::Key),
        }
    }
}

/// What is seen of the text in the pane that the keys scroll; `None` where the screen is too small for one.
pub fn window(model: &Model, sight: &Sight, screen: &Screen) -> Option<Window> {
    let regions = screen.regions.as_ref()?;
    match (model.pane, sight.script) {
        (Pane::Output(line), _) => Some(output::window(sight.console.get(line)?, regions, model.scroll)),
        (Pane::Home, Some(script)) => Some(lesson::window(regions, model, sight, &script)),
        (Pane::Home | Pane::Why | Pane::Sheet | Pane::Compare, _) => {
            let page = why::selected(model, sight, screen);
            Some(page.window(why::area(&page, regions, model.pane), model.scroll))
        }
    }
}
