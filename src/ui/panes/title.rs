//! The title: name, what is played, how time runs, and the lamps of the rules.

use crate::api::Span;
use crate::scene::canvas::width;
use crate::scene::clock::clock;
use crate::scene::facts::Stream;
use crate::scene::paint::STREAM;
use crate::scene::{Area, Canvas, Ground, Ink, Role};
use crate::sim::invariants::RULES;
use crate::ui::{Model, Screen, Sight};

/// Columns from which on the lamps have names.
const ROOMY: u16 = 110;
/// Columns from which on the seed of all chance is told.
const SPACIOUS: u16 = 140;
/// Columns that the clock of a talk takes, beside a long title.
const TALK: u16 = 26;
/// Columns that traffic takes where it is told of here.
const TRAFFIC: u16 = 36;
/// What stands between two things.
const GAP: &str = "   ";

/// Draws the title.
pub fn draw(canvas: &mut Canvas, area: Area, model: &Model, sight: &Sight, screen: &Screen) {
    canvas.ground(area, Ground::Bar);
    let stream = screen.stage.stream.as_ref().filter(|_| screen.plan.shelf.stream.is_empty());
    let talk = if model.look.present { TALK } else { 0 };
    let roomy = ROOMY + talk + stream.map_or(0, |_| TRAFFIC);
    let lamps = lamps(sight, area.w >= roomy);
    let lamps_w: u16 = lamps.iter().map(|(text, _)| width(text)).sum();
    let mut parts = vec![(" podyard ".to_owned(), Role::Brand.bold()), ("  ".to_owned(), Role::Text.into())];
    if area.w >= 90 {
        parts.push((format!("{}   ", sight.title), Role::Text.bold()));
    }
    parts.extend(time(sight));
    if area.w >= SPACIOUS && sight.script.is_none() {
        parts.push((format!("   seed {}", sight.world.options().seed), Role::Faint.into()));
    }
    if model.look.present {
        let passed = Span::secs(model.talk.passed.as_secs() as i64); // a talk ends long before that overflows
        parts.push((format!("   talk {}", clock(passed)), Role::Faint.into()));
    }
    if model.twin {
        parts.push(("   ⇄ both sets".to_owned(), Role::Key.bold()));
    }
    let room = Area { w: area.w.saturating_sub(lamps_w + 1), ..area };
    let taken: u16 = parts.iter().map(|(text, _)| width(text)).sum();
    parts.extend(stream.map(|stream| traffic(stream, room.w.saturating_sub(taken))).unwrap_or_default());
    write(canvas, room, &parts);
    let w = lamps_w.min(area.w);
    write(canvas, Area { x: area.right() - w, w, ..area }, &lamps);
}

/// Where traffic lands, where the picture has no place for that beside what it is sent to; the counts go before the name.
fn traffic(stream: &Stream, room: u16) -> Vec<(String, Ink)> {
    let room = usize::from(room).saturating_sub(GAP.len());
    let fits = |line: [String; 4]| line.iter().map(|part| usize::from(width(part))).sum::<usize>() <= room;
    let named = fits(stream.line(true, usize::MAX));
    if !named && !fits(stream.line(false, 0)) {
        return Vec::new();
    }
    let parts = stream.line(named, room).into_iter().zip(STREAM).map(|(text, role)| (text, role.bold()));
    [(GAP.to_owned(), Role::Text.into())].into_iter().chain(parts).collect()
}

fn write(canvas: &mut Canvas, area: Area, parts: &[(String, Ink)]) {
    let parts: Vec<(&str, Ink)> = parts.iter().map(|(text, ink)| (text.as_str(), *ink)).collect();
    canvas.parts(area, &parts);
}

fn time(sight: &Sight) -> Vec<(String, Ink)> {
    let speed = f64::from(sight.speed) / 100.0;
    let (text, role) = match (sight.playing, sight.live) {
        (true, true) => (format!("▶ {speed}×"), Role::Good),
        (true, false) => (format!("▶ {speed}× past"), Role::Waiting),
        (false, true) => ("‖ paused".to_owned(), Role::Waiting),
        (false, false) => ("‖ past".to_owned(), Role::Waiting),
    };
    let now = format!("   t+{}", clock(sight.now() - sight.world.options().epoch));
    vec![(text, role.bold()), (now, Role::Text.into())]
}

/// A lamp a rule; where there is no room for names, only broken rules have one.
fn lamps(sight: &Sight, roomy: bool) -> Vec<(String, Ink)> {
    let mut lamps = Vec::new();
    for (rule, name, _) in RULES {
        let broken = sight.world.rules().broken(*rule).is_some();
        let text = match (broken, roomy) {
            (true, _) => format!("✖ {name}  "),
            (false, true) => format!("● {name}  "),
            (false, false) => "● ".to_owned(),
        };
        lamps.push((text, if broken { Role::Bad.bold() } else { Role::Good.into() }));
    }
    if !roomy && lamps.iter().all(|(text, _)| text == "● ") {
        lamps.push(("rules hold ".to_owned(), Role::Good.into()));
    }
    lamps
}
