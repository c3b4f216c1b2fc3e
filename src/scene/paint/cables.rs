//! The cables between record and machines: what travels on them, and where one is cut, for how long.

use super::Painting;
use crate::scene::canvas::{Area, Canvas, Ink, width};
use crate::scene::clock::{clock, left};
use crate::scene::facts::{Host, Journey};
use crate::scene::role::Role;
use crate::scene::target::Target;
use std::collections::BTreeMap;

/// Draws the record's lower edge, the machines' heading, and the cables between them.
pub fn draw(painting: &Painting, canvas: &mut Canvas) {
    let plan = painting.plan;
    canvas.rule(plan.edge, Role::Line);
    if !plan.machine_rule.is_empty() {
        canvas.rule(plan.machine_rule, Role::Line);
        title(painting, canvas);
    }
    for host_plan in &plan.hosts.plans {
        let Some(x) = host_plan.cable else { continue };
        let host = &painting.stage.hosts[host_plan.index];
        let lane = Area::new(x, plan.cables.y, host_plan.area.right().saturating_sub(x), plan.cables.h);
        cable(painting, canvas, host, lane);
        label(painting, canvas, host, lane);
    }
    calls(painting, canvas);
}

/// The machines' heading, between two cables where there is room.
fn title(painting: &Painting, canvas: &mut Canvas) {
    let plan = painting.plan;
    let rule = plan.machine_rule;
    let first = plan.hosts.plans.first().filter(|p| p.cable.is_some());
    let room = first.map_or(rule.w.saturating_sub(4), |p| p.area.w.saturating_sub(6));
    let x = first.and_then(|p| p.cable).map_or(rule.x + 2, |x| x + 3);
    let words = [" what the machines really run ", " the machines "].into_iter().find(|w| width(w) <= room);
    words.into_iter().for_each(|words| {
        canvas.text(x, rule.y, room, words, Role::Faint);
    });
}

fn cable(painting: &Painting, canvas: &mut Canvas, host: &Host, lane: Area) {
    let target = Target::Node(host.name.clone());
    let linked = host.is_linked();
    let ink = painting.ink(if linked { Role::Travel } else { Role::Bad }, &target);
    canvas.put(lane.x, painting.plan.edge.y, '┬', ink);
    if !painting.plan.machine_rule.is_empty() {
        canvas.put(lane.x, painting.plan.machine_rule.y, '┴', ink);
    }
    for y in lane.y..lane.bottom() {
        let broken = !linked && y == middle(lane);
        let glyph = if !linked && lane.h > 1 { if y < middle(lane) { '╵' } else { '╷' } } else { '│' };
        canvas.put(lane.x, y, if broken { if host.cut.is_some() { '✂' } else { '✖' } } else { glyph }, ink);
    }
}

/// The row of a cable that carries its words.
fn middle(lane: Area) -> u16 {
    lane.y + lane.h / 2
}

fn label(painting: &Painting, canvas: &mut Canvas, host: &Host, lane: Area) {
    let target = Target::Node(host.name.clone());
    let room = lane.w.saturating_sub(2);
    if !host.is_linked() {
        let words = silence(painting, host, room);
        canvas.text(lane.x + 2, middle(lane), room, &words, painting.ink(Role::Bad, &target).bold());
        return;
    }
    // The latest where several are in the same row.
    let rows: BTreeMap<u16, &Journey> = host.journeys.iter().map(|journey| (at(lane, journey), journey)).collect();
    for (y, journey) in rows {
        canvas.put(lane.x, y, arrow(journey), painting.ink(Role::Travel, &target).bold());
        let words = if journey.heartbeat { "alive" } else { &journey.words };
        canvas.text(lane.x + 2, y, room, words, painting.ink(said(journey), &target));
    }
}

/// What is still on its way stands out from what has arrived and is shown a little longer.
fn said(journey: &Journey) -> Role {
    if journey.heartbeat || journey.progress >= 1000 { Role::Faint } else { Role::Travel }
}

fn arrow(journey: &Journey) -> char {
    match (journey.lost, journey.up) {
        (true, _) => '✖',
        (false, true) => '▲',
        (false, false) => '▼',
    }
}

/// The row in which a journey is.
fn at(lane: Area, journey: &Journey) -> u16 {
    let done = u32::from(journey.progress) * u32::from(lane.h) / 1000;
    let row = (done as u16).min(lane.h.saturating_sub(1));
    if journey.up { lane.bottom() - 1 - row } else { lane.y + row }
}

/// What travels between whoever types, at the right, and the record: along its edge.
fn calls(painting: &Painting, canvas: &mut Canvas) {
    let edge = painting.plan.edge.inset(2, 0);
    // An answer tells of its question too.
    if let Some(call) = painting.stage.calls.iter().max_by_key(|call| call.up) {
        let words = match (call.lost, call.up) {
            (true, _) => format!(" ✖ {} ", call.words),
            (false, true) => format!(" {} ▶ ", call.words),
            (false, false) => format!(" ◀ {} ", call.words),
        };
        let w = width(&words).min(edge.w);
        let way = u32::from(edge.w - w) * u32::from(call.progress) / 1000;
        let x = if call.up { edge.x + way as u16 } else { edge.right() - w - way as u16 };
        canvas.text(x, edge.y, w, &words, Ink::from(said(call)).bold());
    }
}

/// How long nothing has been heard, and when that has consequences, as far as it fits.
fn silence(painting: &Painting, host: &Host, room: u16) -> String {
    let now = painting.stage.now;
    let since = clock(now - host.last_word);
    let what = if host.cut.is_some() { "cable cut" } else { "no power" };
    let timer = host.timer.as_ref().filter(|t| t.until > now).map(|t| format!(" · {} in {}", t.word, left(t.until - now)));
    let timer = timer.unwrap_or_default();
    let texts = [
        format!("{what} · no word for {since}{timer}"),
        format!("no word for {since}{timer}"),
        format!("silent {since}{timer}"),
        format!("no word for {since}"),
        format!("silent {since}"),
    ];
    texts.iter().find(|t| width(t) <= room).unwrap_or(&texts[4]).clone()
}
