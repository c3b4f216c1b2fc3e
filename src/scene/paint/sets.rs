//! A set: its heading, its pods at their level, its sentence.

use super::rows;
use super::{Painting, family_role, look_glyph};
use crate::scene::canvas::{Area, Canvas, Ink, width};
use crate::scene::clock::left;
use crate::scene::facts::{Family, Look, Note, Row, Set};
use crate::scene::plan::{Level, SetPlan, tile_name};
use crate::scene::role::Role;

/// Draws a set.
pub fn draw(painting: &Painting, canvas: &mut Canvas, plan: &SetPlan) {
    let set = &painting.stage.sets[plan.index];
    heading(painting, canvas, plan, set);
    let bar = painting.ink(family_role(set.family), &set.target);
    (plan.body.y..plan.body.bottom()).for_each(|y| canvas.put(plan.body.x, y, '▌', bar));
    match plan.level {
        Level::Rows => rows::draw(painting, canvas, plan, set),
        Level::Tiles(..) => grid(painting, canvas, plan, set, true),
        Level::Glyphs(_) => grid(painting, canvas, plan, set, false),
        Level::Heat(per) => heat(canvas, plan.body, set, per),
    }
    note(painting, canvas, plan, set);
}

fn heading(painting: &Painting, canvas: &mut Canvas, plan: &SetPlan, set: &Set) {
    let (kind, short, motto) = match set.family {
        Family::Alike => ("ReplicaSet", "rs", "any will do"),
        Family::Each => ("StatefulSet", "sts", "each its own"),
        Family::Loose => ("", "", "nobody replaces them"),
    };
    let kind = if plan.head.w >= 52 { kind } else { short };
    let gap = if kind.is_empty() { "" } else { " " };
    let role = painting.ink(family_role(set.family), &set.target).bold();
    let name = painting.ink(Role::Text, &set.target).bold();
    let counts = format!("{} wanted · {} ready", set.wanted, set.ready);
    let well = if set.ready == set.wanted { Role::Good } else { Role::Waiting };
    let end =
        canvas.parts(plan.head, &[(kind, role), (gap, role), (&set.name, name), ("   ", name), (&counts, painting.ink(well, &set.target))]);
    let rest = Area { x: end + 2, w: plan.head.right().saturating_sub(end + 2), ..plan.head };
    let zoomed = match plan.level {
        Level::Heat(per) => format!("each glyph {per} pods"),
        Level::Rows | Level::Tiles(..) | Level::Glyphs(_) => motto.to_owned(),
    };
    if width(&zoomed) <= rest.w {
        canvas.text_right(rest, &zoomed, Role::Faint);
    }
}

fn grid(painting: &Painting, canvas: &mut Canvas, plan: &SetPlan, set: &Set, named: bool) {
    for ((area, target), row) in plan.spots.iter().skip(1).zip(&set.rows) {
        let (glyph, role) = look_glyph(row.look);
        let ink = painting.ink(role, target);
        canvas.put(area.x, area.y, glyph, ink);
        if named {
            let text = if row.look == Look::Missing { Role::Faint } else { Role::Text };
            canvas.text(area.x + 2, area.y, area.w.saturating_sub(3), tile_name(set, row), painting.ink(text, target));
        }
    }
}

/// One glyph for several pods: the most worrying of them.
fn heat(canvas: &mut Canvas, body: Area, set: &Set, per: usize) {
    let across = usize::from(body.w.saturating_sub(1)).max(1);
    for (i, rows) in set.rows.chunks(per.max(1)).enumerate() {
        let worst = rows.iter().map(|r: &Row| r.look).max_by_key(|look| worry(*look)).unwrap_or(Look::Missing);
        let (glyph, role) = look_glyph(worst);
        canvas.put(body.x + 1 + (i % across) as u16, body.y + (i / across) as u16, glyph, role);
    }
}

fn worry(look: Look) -> u8 {
    match look {
        Look::Ready | Look::Done => 0,
        Look::Missing => 1,
        Look::Pending | Look::Unready => 2,
        Look::Leaving => 3,
        Look::Doubtful => 4,
        Look::Failed => 5,
    }
}

fn note(painting: &Painting, canvas: &mut Canvas, plan: &SetPlan, set: &Set) {
    let (words, role, until) = match &set.note {
        Note::Silent => return,
        Note::Waits(words, until) => (words.to_string(), Role::Waiting, *until),
        Note::Wrong(words) => (words.clone(), Role::Bad, None),
    };
    let timer = until.filter(|t| *t > painting.stage.now).map(|t| format!("  {}", left(t - painting.stage.now))).unwrap_or_default();
    let ink: Ink = painting.ink(role, &set.target);
    let area = Area { x: plan.note.x + 1, w: plan.note.w.saturating_sub(1), ..plan.note };
    if area.is_empty() {
        return;
    }
    let after = canvas.text(area.x, area.y, 2, "↳ ", ink);
    let room = area.right().saturating_sub(after + width(&timer));
    let end = canvas.sentence(after, area.y, room, &words, ink);
    canvas.text(end, area.y, width(&timer), &timer, Ink::from(Role::Waiting).bold());
}
