//! The time line: from the beginning to now, with what was done and what broke.

use crate::api::{Span, Time};
use crate::scene::canvas::width;
use crate::scene::clock::clock;
use crate::scene::{Area, Canvas, Role};
use crate::ui::Sight;
use crate::ui::sight::{Mark, MarkKind};

/// Lengths that the line may stand for, in seconds; the shortest that holds the history is taken.
const LENGTHS: [i64; 14] = [60, 120, 300, 600, 1200, 1800, 3600, 7200, 14_400, 28_800, 86_400, 259_200, 604_800, 31_536_000];

/// How much time the whole line stands for.
fn length(sight: &Sight) -> Span {
    let lived = (sight.head - sight.origin).as_secs();
    let fits = LENGTHS.iter().find(|secs| lived * 10 <= **secs * 9);
    Span::secs(fits.copied().unwrap_or(lived.saturating_mul(2)))
}

/// The line itself, without the times at its ends.
fn track(sight: &Sight, area: Area) -> Area {
    let left = width(&clock(sight.origin - sight.world.options().epoch)) + 1;
    let right = width(&clock(sight.origin + length(sight) - sight.world.options().epoch)) + 1;
    Area { x: area.x + left, w: area.w.saturating_sub(left + right), ..area }
}

fn column(sight: &Sight, track: Area, at: Time) -> u16 {
    let steps = i64::from(track.w.saturating_sub(1));
    let x = (at - sight.origin).0.max(0) * steps / length(sight).0.max(1);
    track.x + x.clamp(0, steps) as u16
}

/// The time for which a column stands.
pub fn time_at(sight: &Sight, area: Area, x: u16) -> Time {
    let track = track(sight, area);
    let steps = i64::from(track.w.saturating_sub(1)).max(1);
    let column = i64::from(x.saturating_sub(track.x)).min(steps);
    sight.origin + Span(length(sight).0 * column / steps)
}

fn mark(mark: &Mark) -> (char, Role) {
    match mark.kind {
        MarkKind::Step => ('◇', Role::Faint),
        MarkKind::Act => ('◆', Role::Each),
        MarkKind::Fault => ('✂', Role::Bad),
        MarkKind::Rule => ('✖', Role::Bad),
    }
}

/// Draws the time line.
pub fn draw(canvas: &mut Canvas, area: Area, sight: &Sight) {
    let line = track(sight, area);
    if line.w < 8 {
        return;
    }
    let epoch = sight.world.options().epoch;
    canvas.text(area.x, area.y, line.x.saturating_sub(area.x), &clock(sight.origin - epoch), Role::Faint);
    canvas.text_right(area, &clock(sight.origin + length(sight) - epoch), Role::Faint);
    let (now, head) = (column(sight, line, sight.now()), column(sight, line, sight.head));
    for x in line.x..line.right() {
        let (glyph, role) = match () {
            () if x <= now => ('━', Role::Each),
            () if x <= head => ('━', Role::Faint),
            () => ('─', Role::Line),
        };
        canvas.put(x, line.y, glyph, role);
    }
    let mut marks: Vec<&Mark> = sight.marks.iter().collect();
    marks.sort_by_key(|m| m.kind);
    for m in marks {
        let (glyph, role) = mark(m);
        canvas.put(column(sight, line, m.at), line.y, glyph, role.bold());
    }
    canvas.put(now, line.y, '●', if sight.live { Role::Each.bold() } else { Role::Waiting.bold() });
}
