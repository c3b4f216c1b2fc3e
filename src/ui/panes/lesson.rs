//! The scenario's page: what it says, types, waits for, asks and found.

use super::why::{Page, draw_page};
use crate::scenario::page::{Asked, Page as Shown, Typed, Typing};
use crate::scene::canvas::width;
use crate::scene::{Area, Canvas, Ground, Role};
use crate::ui::regions::Regions;
use crate::ui::sight::Script;
use crate::ui::{Model, Sight};

/// Rows of a line's output that are shown.
const MOST_ROWS: usize = 12;

/// Draws the page; where it is longer than its pane, over as much of the picture as it needs.
pub fn draw(canvas: &mut Canvas, regions: &Regions, model: &Model, sight: &Sight, script: &Script) {
    let page = written(sight, script);
    let area = room(&page, script.page, regions);
    if area != regions.pane {
        canvas.clear(area, Ground::Over);
    }
    draw_page(canvas, area, &page, model.scroll);
}

/// The pane, grown to the left and upwards as far as the page needs, but never over the title.
fn room(page: &Page, shown: &Shown, regions: &Regions) -> Area {
    let pane = regions.pane;
    let widest = printed(shown).map(|row| width(&row) + 6).max().unwrap_or(0);
    let w = widest.clamp(pane.w, pane.right().max(pane.w));
    let h = page.height(w.saturating_sub(4)) + 2;
    let h = (h.min(usize::from(u16::MAX / 2)) as u16).clamp(pane.h, (pane.bottom() - regions.stage.y).max(pane.h));
    Area::new(pane.right() - w, pane.bottom() - h, w, h)
}

/// Rows that its lines printed.
fn printed(shown: &Shown) -> impl Iterator<Item = String> {
    shown.lines.iter().flat_map(|line| output(line).into_iter().map(|(row, _)| row))
}

fn output(line: &Typed) -> Vec<(String, Role)> {
    let Typing::Done(output) = &line.state else { return Vec::new() };
    let rows = output.out.lines().map(|row| (row, Role::Code)).chain(output.err.lines().map(|row| (row, Role::Bad)));
    rows.take(MOST_ROWS).map(|(row, role)| (row.replace('\t', "    "), role)).collect()
}

/// The page in words.
fn written(sight: &Sight, script: &Script) -> Page {
    let shown = script.page;
    let place = match () {
        () if shown.last => "the end".to_owned(),
        () if shown.step == 0 => format!("{} steps", script.steps),
        () => format!("step {}/{}", shown.step, script.steps),
    };
    let mut page = Page::new(format!("{} · {place}", sight.title), Role::Each);
    let waits = shown.waits() && !script.back;
    let ink = if shown.wait.is_some() || !shown.lines.is_empty() { Role::Control } else { Role::Text };
    shown.caption.trim_end().lines().for_each(|line| page.say(line, ink));
    shown.lines.iter().for_each(|line| typed(&mut page, line));
    if let Some(wait) = &shown.wait {
        let (sign, role) = if wait.over { ("✓ ", Role::Good) } else { ("… ", Role::Waiting) };
        page.signed(sign, role, format!("{} {}", if wait.over { "came:" } else { "waits for:" }, wait.words), Role::Code);
    }
    if let Some(question) = &shown.question {
        asked(&mut page, question);
    }
    for check in &shown.checks {
        let (sign, role) = if check.failure.is_some() { ("✖ ", Role::Bad) } else { ("✓ ", Role::Good) };
        page.signed(sign, role, &check.words, Role::Faint);
        check.failure.iter().flat_map(|why| why.lines()).for_each(|line| page.signed("  ", role, line, role));
    }
    if waits && !sight.playing {
        page.say("time is held: space lets it pass, n skips", Role::Waiting);
    }
    keys(&mut page, script);
    page
}

fn typed(page: &mut Page, line: &Typed) {
    let (sign, role) = match line.state {
        Typing::Coming => ("$ ", Role::Faint),
        Typing::Running => ("$ ", Role::Waiting),
        Typing::Done(_) => ("$ ", Role::Key),
    };
    page.signed(sign, role, &line.shown, if line.state == Typing::Coming { Role::Faint } else { Role::Code });
    output(line).into_iter().for_each(|(row, role)| page.fixed(format!("  {row}"), role));
}

fn asked(page: &mut Page, question: &Asked) {
    page.say(&question.words, Role::Text.bold());
    for (i, choice) in question.choices.iter().enumerate() {
        let (sign, role, words) = match question.answer {
            None => (format!(" {} ", i + 1), Role::Key, Role::Text),
            Some((_, right)) if i == right => (" ✓ ".to_owned(), Role::Good, Role::Good),
            Some((chosen, _)) if i == chosen => (" ✖ ".to_owned(), Role::Bad, Role::Bad),
            Some(_) => ("   ".to_owned(), Role::Faint, Role::Faint),
        };
        page.signed(sign, role.bold(), choice, words);
    }
    if let Some((chosen, right)) = question.answer {
        let verdict = if chosen == right { "as you said" } else { "not as you said; see why" };
        page.say(
            format!("you said {}, it is {}: {verdict}", chosen + 1, right + 1),
            if chosen == right { Role::Good } else { Role::Waiting },
        );
    }
}

/// The keys that go on from here.
fn keys(page: &mut Page, script: &Script) {
    let shown = script.page;
    let next = match () {
        () if script.back => ".",
        () if shown.asks() || shown.last => "",
        () if shown.waits() => "n",
        () => ".",
    };
    let word = match () {
        () if shown.waits() && !script.back => "skips to its end",
        () if !shown.coming.is_empty() && !script.back => "types it",
        () => "next",
    };
    if !script.back {
        shown.coming.iter().for_each(|line| page.signed("$ ", Role::Faint, line, Role::Faint));
    }
    let digits: String = shown.question.as_ref().map(|question| format!("1-{}", question.choices.len())).unwrap_or_default();
    let all = [(next, word), (if shown.asks() { &digits } else { "" }, "answers"), (if shown.step > 0 { "," } else { "" }, "back")];
    let all: Vec<(&str, &str)> = all.into_iter().filter(|(key, _)| !key.is_empty()).collect();
    page.keys("", &all);
}
