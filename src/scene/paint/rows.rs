//! A set's pods as rows, each wired to its claim and its volume: many to one, or one to one.

use super::{Painting, look_glyph};
use crate::scene::canvas::{Area, Canvas, Ink, width};
use crate::scene::clock::left;
use crate::scene::facts::{Claim, Look, Row, Set, Timer};
use crate::scene::plan::SetPlan;
use crate::scene::role::Role;
use crate::scene::target::Target;

/// Draws the rows of a set and their wires.
pub fn draw(painting: &Painting, canvas: &mut Canvas, plan: &SetPlan, set: &Set) {
    for (i, row) in set.rows.iter().enumerate() {
        let line = plan.body.row(i as u16);
        row_text(painting, canvas, plan, row, line.y);
        if plan.shared.is_none() {
            own_wire(painting, canvas, plan, row, line.y);
        }
    }
    if let Some(mid) = plan.shared {
        bundle(painting, canvas, plan, set, mid);
    }
}

fn row_text(painting: &Painting, canvas: &mut Canvas, plan: &SetPlan, row: &Row, y: u16) {
    let fields = &plan.fields;
    let target = Target::Pod(row.key.clone());
    let faded = matches!(row.look, Look::Leaving | Look::Missing | Look::Done | Look::Gone);
    let name = painting.ink(if faded { Role::Faint } else { Role::Text }, &target);
    canvas.text(fields.name.0, y, fields.name.1, &row.name, if faded { name } else { name.bold() });
    let (glyph, role) = look_glyph(row.look);
    let ink = painting.ink(role, &target);
    canvas.put(fields.state.0, y, glyph, ink.bold());
    state(painting, canvas, row, Area::new(fields.state.0 + 2, y, fields.state.1.saturating_sub(2), 1), ink);
    let node = if row.unreachable { Role::Bad } else { Role::Faint };
    canvas.text(fields.node.0, y, fields.node.1, &row.node, painting.ink(node, &target));
}

/// The state's word and the timer that runs on it; the timer is never cut.
fn state(painting: &Painting, canvas: &mut Canvas, row: &Row, area: Area, ink: Ink) {
    let timer = row.timer.as_ref().map(|t| timer_text(painting, t)).unwrap_or_default();
    let word = match row.look {
        Look::Doubtful => "no word",
        Look::Unready if &*row.state == "Running" => "not ready",
        _ => &row.state,
    };
    let room = area.w.saturating_sub(width(&timer) + u16::from(!timer.is_empty()));
    let word = if width(word) > room { shorter(row.look, word) } else { word };
    let end = canvas.text(area.x, area.y, room, word, ink);
    canvas.text(end + 1, area.y, area.right().saturating_sub(end + 1), &timer, ink.bold());
}

/// The same in fewer letters, beside a timer in a narrow column.
fn shorter(look: Look, word: &str) -> &str {
    match look {
        Look::Leaving => "Ending",
        Look::Doubtful => "silent",
        Look::Unready => "unready",
        _ => word,
    }
}

fn timer_text(painting: &Painting, timer: &Timer) -> String {
    let span = timer.until - painting.stage.now;
    if span.0 > 0 { left(span) } else { "late".to_owned() }
}

/// One pod, one claim, one volume.
fn own_wire(painting: &Painting, canvas: &mut Canvas, plan: &SetPlan, row: &Row, y: u16) {
    let Some(claim) = row.claims.first() else { return };
    let (x, w) = plan.fields.wire;
    let target = Target::Claim(claim.key.clone());
    let wire = wire_glyph(row.look);
    (x..x + w).for_each(|x| canvas.put(x, y, wire, painting.ink(Role::Each, &target)));
    claim_text(painting, canvas, plan, claim, y);
}

fn wire_glyph(look: Look) -> char {
    match look {
        Look::Leaving | Look::Missing | Look::Doubtful | Look::Gone => '╌',
        Look::Ready | Look::Unready | Look::Pending | Look::Failed | Look::Done => '─',
    }
}

fn claim_text(painting: &Painting, canvas: &mut Canvas, plan: &SetPlan, claim: &Claim, y: u16) {
    let (fields, target) = (&plan.fields, Target::Claim(claim.key.clone()));
    if fields.claim.1 == 0 {
        return;
    }
    let role = if claim.leaving || !claim.exists { Role::Leaving } else { Role::Disk };
    let ink = painting.ink(role, &target);
    canvas.put(fields.claim.0, y, '◇', ink);
    let end = canvas.text(fields.claim.0 + 2, y, fields.claim.1.saturating_sub(2), &claim.key.name, ink.bold());
    let end = if fields.claim.1 > 2 { end } else { fields.claim.0 + 1 };
    if claim.volume.is_empty() {
        let words = if claim.exists { "Pending" } else { "missing" };
        canvas.text(end + 1, y, plan.body.right().saturating_sub(end + 1), words, painting.ink(Role::Waiting, &target));
        return;
    }
    let volume = Target::Volume(claim.volume.clone());
    (end..fields.volume.0).for_each(|x| canvas.put(x, y, '─', painting.ink(Role::Faint, &volume)));
    if fields.volume.1 > 0 {
        let ink = painting.ink(Role::Disk, &volume);
        canvas.put(fields.volume.0, y, '◈', ink);
        canvas.text(fields.volume.0 + 2, y, fields.volume.1.saturating_sub(2), &claim.volume, ink.bold());
    }
}

/// Many pods, one claim: a bracket gathers their wires.
fn bundle(painting: &Painting, canvas: &mut Canvas, plan: &SetPlan, set: &Set, mid: u16) {
    let (x, w) = plan.fields.wire;
    let wired: Vec<(usize, &Row)> = set.rows.iter().map(|row| &**row).enumerate().filter(|(_, r)| !r.claims.is_empty()).collect();
    let (Some(first), Some(last)) = (wired.first().map(|r| r.0 as u16), wired.last().map(|r| r.0 as u16)) else { return };
    let Some(claim) = wired[0].1.claims.first() else { return };
    let spine = x + w.saturating_sub(1) / 2;
    let ink = |row: &Row| painting.ink(Role::Alike, &Target::Pod(row.key.clone()));
    let plain = painting.ink(Role::Alike, &Target::Claim(claim.key.clone()));
    let (top, bottom) = (first.min(mid), last.max(mid));
    for y in top..=bottom {
        canvas.put(spine, plan.body.y + y, '│', plain);
    }
    for (i, row) in &wired {
        let y = plan.body.y + *i as u16;
        (x..spine).for_each(|x| canvas.put(x, y, wire_glyph(row.look), ink(row)));
    }
    for y in top..=bottom {
        let from_left = wired.iter().any(|(i, _)| *i as u16 == y);
        canvas.put(spine, plan.body.y + y, joint(y > top, y < bottom, from_left, y == mid), plain);
    }
    let y = plan.body.y + mid;
    (spine + 1..plan.fields.claim.0).for_each(|x| canvas.put(x, y, '─', plain));
    claim_text(painting, canvas, plan, claim, y);
    share_words(painting, canvas, plan, wired.len(), Target::Claim(claim.key.clone()), mid);
}

/// The glyph where lines meet: from above, to below, from the left, to the right.
fn joint(above: bool, below: bool, left: bool, right: bool) -> char {
    match (above, below, left, right) {
        (true, true, true, true) => '┼',
        (true, true, true, false) => '┤',
        (true, true, false, true) => '├',
        (true, true, false, false) => '│',
        (true, false, true, true) => '┴',
        (true, false, true, false) => '╯',
        (true, false, false, _) => '╰',
        (false, true, true, true) => '┬',
        (false, true, true, false) => '╮',
        (false, true, false, _) => '╭',
        (false, false, ..) => '─',
    }
}

fn share_words(painting: &Painting, canvas: &mut Canvas, plan: &SetPlan, pods: usize, claim: Target, mid: u16) {
    let under = plan.body.row(mid + 1);
    let words = if pods == 1 { "1 pod, one disk".to_owned() } else { format!("{pods} pods, one disk") };
    if !under.is_empty() && plan.fields.claim.1 > 2 {
        let x = plan.fields.claim.0;
        canvas.text(x, under.y, plan.body.right().saturating_sub(x), &words, painting.ink(Role::Faint, &claim));
    }
}
