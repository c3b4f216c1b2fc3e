//! The parts of the screen around the stage.

pub mod caption;
pub mod catalogue;
pub mod command;
pub mod compare;
pub mod edit;
pub mod happened;
pub mod help;
pub mod hints;
pub mod lesson;
pub mod menu;
pub mod output;
pub mod page;
pub mod timeline;
pub mod title;
pub mod why;
pub mod window;

use crate::scene::{Area, Border, Canvas, Ink, Role};

/// Rows from which on a pane has a border; below that, a heading only.
pub const BORDERED: u16 = 7;

/// Where a pane's content goes.
pub fn inside(area: Area) -> Area {
    if area.h < BORDERED { area.split_rows(1).1.inset(1, 0) } else { area.inset(2, 1) }
}

/// Draws a pane's border or heading and answers where its content goes.
pub fn pane(canvas: &mut Canvas, area: Area, title: &str, ink: Ink) -> Area {
    let (x, room) = if area.h < BORDERED {
        canvas.rule(area, Role::Line);
        (area.x + 1, area.w.saturating_sub(10))
    } else {
        canvas.frame(area, Border::Plain, if ink.role == Role::Text { Ink::from(Role::Line) } else { ink });
        (area.x + 2, area.w.saturating_sub(6))
    };
    canvas.text(x, area.y, 1, " ", Role::Line);
    let end = canvas.sentence(x + 1, area.y, room, title, ink.bold());
    canvas.text(end, area.y, 1, " ", Role::Line);
    inside(area)
}
