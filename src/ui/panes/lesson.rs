//! The scenario's page: what it says, types, waits for, asks and found.

mod asked;

use super::page::Page;
use super::window::Window;
use crate::scenario::page::{Checked, Page as Shown, Typed, Typing};
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
    page.draw(canvas, area, model.scroll);
    keys(canvas, Area::new(area.x + 2, area.bottom().saturating_sub(1), area.w.saturating_sub(24), 1), script);
}

/// The pane, grown to the left and upwards as far as the page needs, but never over the title.
fn room(page: &Page, shown: &Shown, regions: &Regions) -> Area {
    let pane = regions.pane;
    let tables = shown.lines.iter().flat_map(output).filter(|row| row.fixed);
    let widest = tables.map(|row| width(&row.text) + 6).max().unwrap_or(0);
    let w = widest.clamp(pane.w, pane.right().max(pane.w));
    regions.grown(w, page.rows(w))
}

/// What of the page is seen.
pub fn window(regions: &Regions, model: &Model, sight: &Sight, script: &Script) -> Window {
    let page = written(sight, script);
    page.window(room(&page, script.page, regions), model.scroll)
}

/// A row that a line printed.
struct Row {
    text: String,
    role: Role,
    fixed: bool,
}

/// What a line printed; the rows of a table are not to be broken.
fn output(line: &Typed) -> Vec<Row> {
    let Typing::Done(output) = &line.state else { return Vec::new() };
    let table = output.out.contains("   ");
    let row = |text: &str, role, fixed| Row { text: text.replace('\t', "    "), role, fixed };
    let said = output.out.lines().map(|text| row(text, Role::Code, table));
    said.chain(output.err.lines().map(|text| row(text, Role::Bad, false))).take(MOST_ROWS).collect()
}

/// The page in words.
fn written(sight: &Sight, script: &Script) -> Page {
    let shown = script.page;
    let place = match () {
        () if shown.last => "the end".to_owned(),
        () if shown.step == 0 => format!("{} steps", script.steps),
        () => format!("step {}/{}", shown.step, script.steps),
    };
    let chapter = shown.chapter.as_ref().map(|chapter| format!(" · {chapter}")).unwrap_or_default();
    let mut page = Page::new(format!("{}{chapter} · {place}", sight.title), Role::Each);
    if script.aside {
        page.say("this is how it came: a copy, played ahead; the key that goes on returns", Role::Waiting);
        page.gap();
    }
    let waits = shown.waits() && !script.back;
    let ink = if shown.wait.is_some() || !shown.lines.is_empty() { Role::Control } else { Role::Text };
    for (i, paragraph) in shown.caption.trim_end().split("\n\n").enumerate() {
        if i > 0 {
            page.gap();
        }
        if !paragraph.is_empty() {
            page.say(paragraph.replace('\n', " "), ink);
        }
    }
    if !shown.teaches.is_empty() {
        page.gap();
        page.say("Afterwards you know:", Role::Text.bold());
        shown.teaches.iter().for_each(|words| page.signed("· ", Role::Each, words.trim_end(), Role::Text));
    }
    let more = shown.lines.len() + shown.checks.len() + shown.coming.len();
    if !shown.caption.is_empty() && (more > 0 || shown.wait.is_some()) {
        page.gap();
    }
    shown.lines.iter().for_each(|line| typed(&mut page, line));
    if let Some(wait) = &shown.wait {
        let (sign, role) = if wait.over { ("✓ ", Role::Good) } else { ("… ", Role::Waiting) };
        page.signed(sign, role, format!("{} {}", if wait.over { "came:" } else { "waits for:" }, wait.words), Role::Code);
    }
    tasks(&mut page, script);
    checks(&mut page, shown);
    if shown.last && script.score.1 > 0 {
        page.gap();
        page.say(format!("{} of {} predictions came true", script.score.0, script.score.1), Role::Text.bold());
    }
    if waits && !sight.playing {
        page.say("time is held: space lets it pass, n skips", Role::Waiting);
    }
    if !script.back {
        shown.coming.iter().for_each(|line| typed(&mut page, line));
    }
    page
}

/// What was made sure of: what failed in full, what holds in a row, so that the picture is not hidden by it.
fn checks(page: &mut Page, shown: &Shown) {
    let (passed, failed): (Vec<&Checked>, Vec<&Checked>) = shown.checks.iter().partition(|check| check.failure.is_none());
    match passed.as_slice() {
        [] => {}
        [one] => page.signed("✓ ", Role::Good, &one.words, Role::Faint),
        several => page.signed("✓ ", Role::Good, format!("{} checks hold", several.len()), Role::Faint),
    }
    for check in failed {
        page.signed("✖ ", Role::Bad, &check.words, Role::Faint);
        check.failure.iter().flat_map(|why| why.lines()).for_each(|line| page.signed("  ", Role::Bad, line, Role::Bad));
    }
}

/// Writes what somebody is to answer or to reach.
pub fn tasks(page: &mut Page, script: &Script) {
    let shown = script.page;
    if let Some(question) = &shown.question {
        asked::question(page, question, script.class);
    }
    if let Some(pursuit) = &shown.goal {
        asked::goal(page, pursuit);
    }
    asked::hints(page, shown);
}

fn typed(page: &mut Page, line: &Typed) {
    let (sign, role) = match line.state {
        Typing::Coming => ("$ ", Role::Faint),
        Typing::Running => ("$ ", Role::Waiting),
        Typing::Done(_) => ("$ ", Role::Key),
    };
    page.signed(sign, role, &line.shown, if line.state == Typing::Coming { Role::Faint } else { Role::Code });
    heredoc(page, line);
    for row in output(line) {
        match row.fixed {
            true => page.fixed(format!("  {}", row.text), row.role),
            false => page.signed("  ", row.role, row.text, row.role),
        }
    }
}

/// What a line reads, as far as it fits: once it is done, its first rows only.
fn heredoc(page: &mut Page, line: &Typed) {
    let most = if matches!(line.state, Typing::Done(_)) { 3 } else { MOST_ROWS };
    let rows = line.heredoc.lines().count();
    for text in line.heredoc.lines().take(most) {
        page.fixed(format!("  {text}"), Role::Faint);
    }
    if rows > most {
        page.fixed(format!("  … {} more rows", rows - most), Role::Faint);
    }
}

/// The keys that go on from here, on the lower border.
pub fn keys(canvas: &mut Canvas, row: Area, script: &Script) {
    let shown = script.page;
    let choices = shown.question.as_ref().map_or(0, |question| question.asking.choices.len());
    let digits = format!(" 1-{choices} ");
    let next = match () {
        () if script.aside => (" . ", "returns "),
        () if script.back => (" . ", "forward "),
        () if shown.asks() && (script.class || choices == 0) => (" enter ", "answers "),
        () if shown.asks() => (digits.as_str(), "answers "),
        () if shown.challenges() => (" : ", "your command "),
        () if shown.waits() => (" n ", "skips to its end "),
        () if shown.last => (" s ", "chooses another "),
        () if !shown.coming.is_empty() => (" . ", "types it "),
        () => (" . ", "next "),
    };
    let back = if shown.step > 0 { (" , ", "back ") } else { ("", "") };
    let hint = if shown.has_hints() { (" H ", "hint ") } else { ("", "") };
    let show = if shown.shows() && !script.aside { (" n ", "shows how ") } else { ("", "") };
    let parts = [next, show, hint, back].into_iter().flat_map(|(key, word)| [(key, Role::Key.bold()), (word, Role::Text.into())]);
    canvas.parts(row, &parts.collect::<Vec<_>>());
}
