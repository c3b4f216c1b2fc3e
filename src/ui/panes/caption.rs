//! A scenario's words for the back row: in a large frame beside what they speak of, while the rest steps back. Only what
//! is said or asked is so large: while something happens, the picture has the room.

use super::lesson;
use super::page::Page;
use crate::scene::{Area, Border, Canvas, Ground, Ink, Role};
use crate::ui::model::{Mode, Model, Pane};
use crate::ui::regions::Regions;
use crate::ui::sight::Script;
use crate::ui::{Screen, Sight};

/// The most columns in which a large text is easily read.
const WIDEST: u16 = 88;
/// Columns between the frame and the words.
const MARGIN: u16 = 4;

/// Words that are to be large, and where.
pub struct Caption {
    lines: Vec<Vec<(String, Ink)>>,
    area: Area,
    /// Rows from one line to the next.
    pitch: u16,
}

/// The large caption of a frame; `None` where there is none, or where it would not fit.
pub fn caption(model: &Model, sight: &Sight, screen: &Screen) -> Option<Caption> {
    let script = sight.script.filter(|_| model.look.present && model.pane == Pane::Home && model.mode == Mode::Normal)?;
    let regions = screen.regions.as_ref()?;
    let page = script.page;
    if page.caption.is_empty() && page.question.is_none() && page.goal.is_none() || !page.lines.is_empty() || page.wait.is_some() {
        return None;
    }
    let room = Area { h: regions.timeline.y - regions.stage.y, ..Area::new(0, regions.stage.y, regions.title.w, 0) };
    let w = WIDEST.min(room.w.saturating_sub(4));
    let lines = lines(&script, w - 2 * MARGIN);
    let frame = 4;
    let pitch = [2, 1].into_iter().find(|pitch| lines.len() as u16 * pitch + frame <= room.h)?;
    let h = lines.len() as u16 * pitch - (pitch - 1) + frame;
    Some(Caption { lines, pitch, area: place(screen, room, w, h) })
}

/// Away from what it speaks of: under it where that is on record, over it where it is at a machine, else in the middle.
fn place(screen: &Screen, room: Area, w: u16, h: u16) -> Area {
    let of = screen.focus.selected.as_ref().and_then(|target| screen.plan.place(target));
    let y = match of {
        Some(of) if of.y < screen.plan.edge.y => room.bottom() - h,
        Some(_) => room.y,
        None => room.y + (room.h - h) / 2,
    };
    Area::new(room.x + (room.w - w) / 2, y, w, h)
}

fn lines(script: &Script, room: u16) -> Vec<Vec<(String, Ink)>> {
    let shown = script.page;
    let mut page = Page::default();
    let said = shown.caption.trim_end().split("\n\n").filter(|paragraph| !paragraph.is_empty());
    said.for_each(|words| page.say(words.replace('\n', " "), Role::Text.bold()));
    shown.teaches.iter().for_each(|words| page.signed("· ", Role::Text, words.trim_end(), Role::Text));
    lesson::tasks(&mut page, script);
    let coming = shown.coming.iter().filter(|_| !script.back);
    coming.for_each(|line| page.signed("$ ", Role::Code, &line.shown, Role::Code));
    page.lines(room)
}

/// Draws it over the picture, all of which steps back but for what it speaks of.
pub fn draw(canvas: &mut Canvas, caption: &Caption, regions: &Regions, screen: &Screen, sight: &Sight) {
    let Some(script) = &sight.script else { return };
    let below = Area { y: regions.title.bottom(), h: regions.timeline.y - regions.title.bottom(), ..canvas.area() };
    canvas.tint(below, |ink| ink.dim_if(true).glow(0));
    for (area, target) in screen.plan.spots() {
        if screen.focus.is_selected(target) || screen.focus.is_lit(target) {
            canvas.tint(*area, |ink| Ink { dim: false, ..ink });
        }
    }
    canvas.clear(caption.area, Ground::Over);
    canvas.frame(caption.area, Border::Plain, Role::Each.bold());
    let title = format!(" {} ", sight.title);
    canvas.text_right(Area { w: caption.area.w.saturating_sub(2), ..caption.area }, &title, Role::Each);
    pointer(canvas, caption.area, screen);
    let inner = caption.area.inset(MARGIN, 2);
    for (i, line) in (0u16..).zip(&caption.lines) {
        let parts: Vec<(&str, Ink)> = line.iter().map(|(text, ink)| (text.as_str(), *ink)).collect();
        canvas.parts(Area::new(inner.x, inner.y + i * caption.pitch, inner.w, 1), &parts);
    }
    let foot = Area::new(caption.area.x + 2, caption.area.bottom() - 1, caption.area.w.saturating_sub(4), 1);
    lesson::keys(canvas, foot, script);
}

/// An arrow on the frame, towards what is spoken of.
fn pointer(canvas: &mut Canvas, area: Area, screen: &Screen) {
    let Some(of) = screen.focus.selected.as_ref().and_then(|target| screen.plan.place(target)) else { return };
    let x = (of.x + 2).clamp(area.x + 1, area.right() - 2);
    match of.y < area.y {
        true => canvas.put(x, area.y, '▲', Role::Each.bold()),
        false => canvas.put(x, area.bottom() - 1, '▼', Role::Each.bold()),
    }
}
