//! A set: its heading, its pods at their level, its sentence.

use super::rows;
use super::{Painting, family_role, look_glyph};
use crate::scene::canvas::{Area, Canvas, Ink, width, wrap};
use crate::scene::clock::left;
use crate::scene::facts::{Family, Look, Note, Set, Under};
use crate::scene::plan::{AbovePlan, Level, SetPlan, tile_name};
use crate::scene::role::Role;
use crate::scene::target::Target;

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
    note(painting, canvas, plan.note, &set.note, &set.target);
}

/// Draws a Deployment's line over its sets.
pub fn draw_above(painting: &Painting, canvas: &mut Canvas, plan: &AbovePlan) {
    let above = &painting.stage.deployments[plan.index];
    let ink = |role: Role| painting.ink(role, &above.target);
    let well = above.ready == above.wanted && above.updated == above.wanted;
    let updated = if above.updated == above.wanted { String::new() } else { format!(" · {} new", above.updated) };
    let counts = format!("{} wanted{updated} · {} ready", above.wanted, above.ready);
    let kind = if plan.head.w >= 52 { "Deployment " } else { "deploy " };
    canvas.rule(plan.head, ink(Role::Line));
    let parts = [
        (kind, ink(Role::Alike).bold()),
        (&above.name, ink(Role::Text).bold()),
        ("   ", ink(Role::Text)),
        (&counts, ink(if well { Role::Good } else { Role::Waiting })),
        (" ", ink(Role::Text)),
    ];
    canvas.parts(plan.head, &parts);
    note(painting, canvas, plan.note, &above.note, &above.target);
}

/// The heading of a ReplicaSet in a narrow place beside another of its Deployment: what tells the two apart.
fn brief_heading(painting: &Painting, canvas: &mut Canvas, head: Area, set: &Set, under: &Under) {
    let ink = |role: Role| painting.ink(role, &set.target);
    let well = if set.ready == set.wanted { Role::Good } else { Role::Waiting };
    let counts = format!("{} of {}", set.ready, set.wanted);
    let which = format!("rev {}", under.revision);
    let age = if under.latest { " new " } else { " old " };
    canvas.parts(head, &[(&which, ink(Role::Alike).bold()), (age, ink(Role::Faint)), (&counts, ink(well))]);
}

fn heading(painting: &Painting, canvas: &mut Canvas, plan: &SetPlan, set: &Set) {
    if let Some(under) = set.under.as_ref().filter(|_| plan.head.w < 40) {
        return brief_heading(painting, canvas, plan.head, set, under);
    }
    let (kind, short, motto) = match set.family {
        Family::Alike => ("ReplicaSet", "rs", "any will do"),
        Family::Each => ("StatefulSet", "sts", "each its own"),
        Family::Loose => ("", "", "nobody replaces them"),
    };
    let kind = if plan.head.w >= 52 { kind } else { short };
    let gap = if kind.is_empty() { "" } else { " " };
    let role = painting.ink(family_role(set.family), &set.target).bold();
    let name = painting.ink(Role::Text, &set.target).bold();
    let counts = [format!("{} wanted · {} ready", set.wanted, set.ready), format!("{} of {} ready", set.ready, set.wanted)];
    let room = plan.head.w.saturating_sub(width(kind) + width(gap) + width(&set.name) + 3);
    let counts = counts.iter().find(|counts| width(counts) <= room).unwrap_or(&counts[1]);
    let well = if set.ready == set.wanted { Role::Good } else { Role::Waiting };
    let end =
        canvas.parts(plan.head, &[(kind, role), (gap, role), (&set.name, name), ("   ", name), (counts, painting.ink(well, &set.target))]);
    let rest = Area { x: end + 2, w: plan.head.right().saturating_sub(end + 2), ..plan.head };
    let zoomed = match plan.level {
        Level::Heat(per) => format!("each glyph {per} pods"),
        Level::Rows | Level::Tiles(..) | Level::Glyphs(_) => match &set.under {
            Some(under) => format!("revision {}, {}", under.revision, if under.latest { "the latest" } else { "old" }),
            None => motto.to_owned(),
        },
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
            let text = if matches!(row.look, Look::Missing | Look::Gone) { Role::Faint } else { Role::Text };
            canvas.text(area.x + 2, area.y, area.w.saturating_sub(3), tile_name(set, row), painting.ink(text, target));
        }
    }
}

/// One glyph for several pods: the most worrying of them.
fn heat(canvas: &mut Canvas, body: Area, set: &Set, per: usize) {
    let across = usize::from(body.w.saturating_sub(1)).max(1);
    for (i, rows) in set.rows.chunks(per.max(1)).enumerate() {
        let worst = rows.iter().map(|row| row.look).max_by_key(|look| worry(*look)).unwrap_or(Look::Missing);
        let (glyph, role) = look_glyph(worst);
        canvas.put(body.x + 1 + (i % across) as u16, body.y + (i / across) as u16, glyph, role);
    }
}

fn worry(look: Look) -> u8 {
    match look {
        Look::Ready | Look::Done => 0,
        Look::Missing | Look::Gone => 1,
        Look::Pending | Look::Unready => 2,
        Look::Leaving => 3,
        Look::Doubtful => 4,
        Look::Failed => 5,
    }
}

/// The sentence of a set, on a second row where the first does not hold it, with its timer at the end.
fn note(painting: &Painting, canvas: &mut Canvas, area: Area, note: &Note, target: &Target) {
    let (words, role, until) = match note {
        Note::Silent => return,
        Note::Waits(words, until) => (words.to_string(), Role::Waiting, *until),
        Note::Wrong(words) => (words.clone(), Role::Bad, None),
    };
    let timer = until.filter(|t| *t > painting.stage.now).map(|t| format!("  {}", left(t - painting.stage.now))).unwrap_or_default();
    let ink: Ink = painting.ink(role, target);
    if area.is_empty() {
        return;
    }
    let after = canvas.text(area.x + 1, area.y, 2, "↳ ", ink);
    let room = area.right().saturating_sub(after + width(&timer));
    let lines = if area.h > 1 { wrap(&words, room) } else { vec![words] };
    let last = lines.len().min(usize::from(area.h)).saturating_sub(1);
    let rest = lines[last..].join(" ");
    for (y, line) in (area.y..).zip(&lines[..last]) {
        canvas.text(after, y, room, line, ink);
    }
    let y = area.y + last as u16;
    let end = canvas.sentence(after, y, room, &rest, ink);
    canvas.text(end, y, width(&timer), &timer, Ink::from(Role::Waiting).bold());
}
