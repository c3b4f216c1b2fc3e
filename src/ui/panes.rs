//! The parts of the screen around the stage.

pub mod catalogue;
pub mod command;
pub mod edit;
pub mod happened;
pub mod help;
pub mod hints;
pub mod lesson;
pub mod output;
pub mod timeline;
pub mod title;
pub mod why;

use crate::scene::{Area, Border, Canvas, Ink, Role};

/// Draws a pane's border or heading and answers where its content goes.
pub fn pane(canvas: &mut Canvas, area: Area, title: &str, ink: Ink) -> Area {
    if area.h < 7 {
        canvas.rule(area, Role::Line);
        canvas.text(area.x + 1, area.y, area.w.saturating_sub(2), &format!(" {title} "), ink.bold());
        return area.split_rows(1).1.inset(1, 0);
    }
    canvas.frame(area, Border::Plain, if ink.role == Role::Text { Ink::from(Role::Line) } else { ink });
    canvas.text(area.x + 2, area.y, area.w.saturating_sub(4), &format!(" {title} "), ink.bold());
    area.inset(2, 1)
}
