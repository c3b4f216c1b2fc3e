//! What a message changes, and what it asks for.

mod acts;
mod catalogue;
mod edit;
mod filter;
mod lesson;
mod menu;
mod prompt;
mod select;

use super::actions::Action;
use super::editor::Editor;
use super::keys::Key;
use super::message::{Effect, Message};
use super::model::{Mode, Model, Pane};
use super::panes::window::window;
use super::screen::Screen;
use super::sight::Sight;
use crate::api::Span;
use crate::scene::Target;

/// Rows that a page of a pane scrolls.
const PAGE: usize = 8;
/// Columns that a wide output moves aside.
const ASIDE: usize = 8;
/// How far `[` and `]` go.
const SCRUB: Span = Span::secs(10);

/// Changes the model as a message asks, and tells what is to be done.
pub fn update(model: &mut Model, message: Message, sight: &Sight, screen: &Screen) -> Vec<Effect> {
    match message {
        Message::Key(key) => {
            model.notice = None;
            if matches!(model.mode, Mode::Normal | Mode::Help) {
                model.talk.press(key, &model.keys, sight);
            }
            match model.mode {
                Mode::Prompt => prompt::key(model, key, sight),
                Mode::Filter => filter::key(model, key),
                Mode::Edit => edit::key(model, key),
                Mode::Help => help(model, key),
                Mode::Catalogue => catalogue::key(model, key),
                Mode::Menu => menu::key(model, key, sight, screen),
                Mode::Blank(ran) => wake(model, key, ran),
                Mode::Normal => normal(model, key, sight, screen),
            }
        }
        Message::Paste(text) => {
            if let Some(editor) = &mut model.editor {
                editor.area.insert_str(text.replace('\r', ""));
                return Vec::new();
            }
            model.mode = Mode::Prompt;
            model.prompt.insert_str(text.replace(['\n', '\r'], " "));
            Vec::new()
        }
        Message::Wheel(steps) if model.mode == Mode::Catalogue => {
            model.list.go(steps as isize * 3);
            Vec::new()
        }
        Message::Click(x, y) if model.mode == Mode::Catalogue => catalogue::click(model, screen, x, y),
        Message::Click(x, y) if model.mode == Mode::Menu => menu::click(model, sight, screen, x, y),
        Message::Click(x, y) => click(model, sight, screen, x, y),
        Message::Ask(x, y) => {
            if model.mode == Mode::Normal && screen.at(x, y).is_some() {
                click(model, sight, screen, x, y);
                menu::open(model, sight, screen);
            }
            Vec::new()
        }
        Message::Drag(x) => drag(model, sight, screen, x),
        Message::Wheel(steps) => {
            scroll(model, steps as isize * 3);
            if model.mode == Mode::Normal {
                model.scroll = window(model, sight, screen).unwrap_or_default().first;
            }
            Vec::new()
        }
        Message::Ran { lines } => {
            ran(model, sight, lines);
            Vec::new()
        }
        Message::Turned(target) => {
            model.selected = target.filter(|target| screen.stage.has(target));
            show(model, Pane::Home);
            Vec::new()
        }
    }
}

/// Any key brings the picture back and does nothing else.
fn wake(model: &mut Model, key: Key, ran: bool) -> Vec<Effect> {
    model.mode = Mode::Normal;
    match model.keys.action(key) {
        Some(Action::Stop) => vec![Effect::Quit],
        _ => vec![Effect::Play(ran)],
    }
}

fn help(model: &mut Model, key: Key) -> Vec<Effect> {
    match model.keys.action(key) {
        Some(Action::Down) => scroll(model, 1),
        Some(Action::Up) => scroll(model, -1),
        Some(Action::Step) => scroll(model, PAGE as isize),
        Some(Action::ScrollUp) => scroll(model, -(PAGE as isize)),
        Some(Action::Stop) => return vec![Effect::Quit],
        _ => {
            model.mode = Mode::Normal;
            model.scroll = 0;
        }
    }
    Vec::new()
}

fn normal(model: &mut Model, key: Key, sight: &Sight, screen: &Screen) -> Vec<Effect> {
    if let Some(effect) = sight.script.and_then(|script| lesson::writing(key, &script)) {
        return vec![effect];
    }
    let Some(action) = model.keys.action(key) else { return Vec::new() };
    model.lead.did(action);
    if let Some(effect) = sight.script.and_then(|script| lesson::effect(model, action, key, &script, screen, sight)) {
        return vec![effect];
    }
    match action {
        Action::Play => vec![Effect::Play(!sight.playing)],
        Action::Step if key == Key::Named("pagedown") && turn_down(model, sight, screen) => Vec::new(),
        Action::Step => vec![Effect::Play(false), Effect::Step],
        Action::Next => vec![Effect::Next],
        Action::Back => vec![Effect::Play(false), Effect::Back],
        Action::Slower => vec![Effect::Speed(neighbour(sight.speed, false))],
        Action::Faster => vec![Effect::Speed(neighbour(sight.speed, true))],
        Action::Earlier => vec![Effect::Play(false), Effect::Seek(sight.now() - SCRUB)],
        Action::Later => vec![Effect::Seek(sight.now() + SCRUB)],
        Action::Live => vec![Effect::Seek(sight.head)],
        Action::Undo => vec![Effect::Undo],
        Action::Redo => vec![Effect::Redo],
        Action::Stop if sight.busy.is_some() => vec![Effect::Interrupt],
        Action::Clear if sight.busy.is_some() && sight.script.is_none() => {
            model.notice = sight.busy.map(|line| format!("stopped waiting: {line}; what it asked for goes on"));
            vec![Effect::Interrupt]
        }
        Action::Stop | Action::Quit => vec![Effect::Quit],
        Action::ScaleUp | Action::ScaleDown | Action::Delete | Action::Force | Action::Cable | Action::Power | Action::Fail => {
            if model.pane == Pane::Sheet {
                // What comes of it is seen in the picture.
                show(model, Pane::Why);
            }
            let lines = acts::lines(action, model, sight, screen);
            model.quiet = lines.as_ref().map_or(0, Vec::len);
            perform(model, lines)
        }
        Action::Blank => {
            model.mode = Mode::Blank(sight.playing);
            vec![Effect::Play(false)]
        }
        Action::Bookmark => vec![Effect::Bookmark],
        Action::Return => vec![Effect::Return],
        Action::Compare => vec![Effect::Compare],
        Action::Edit => edit(model, sight, screen),
        Action::Answer => remedy(model, key, sight, screen),
        Action::Describe | Action::Yaml | Action::Logs | Action::Request | Action::Files => {
            model.expects = Some(sight.console.len());
            perform(model, acts::lines(action, model, sight, screen))
        }
        // Where it lands is seen in the picture; the tally at its end is shown as any long output is.
        Action::Traffic => perform(model, acts::lines(action, model, sight, screen)),
        Action::ScrollUp => turn_up(model, sight, screen),
        looking => look(model, looking, sight, screen),
    }
}

fn look(model: &mut Model, action: Action, sight: &Sight, screen: &Screen) -> Vec<Effect> {
    match action {
        Action::Twin => {
            model.twin = !model.twin;
            model.notice =
                Some(if model.twin { "twin: every act is done to both sets" } else { "acts are done to the selected set" }.to_owned());
        }
        Action::Why => show(model, if model.pane == Pane::Sheet { Pane::Why } else { Pane::Sheet }),
        Action::Half => model.half = model.half.next(),
        Action::Menu => menu::open(model, sight, screen),
        Action::Command => model.mode = Mode::Prompt,
        Action::Help => {
            model.mode = Mode::Help;
            model.scroll = 0;
        }
        Action::Filter => filter::open(model),
        Action::Scenarios => {
            model.mode = Mode::Catalogue;
            model.list.open(sight.title);
        }
        Action::Clear => {
            if model.pane == Pane::Home && model.selected.is_none() {
                model.filter.clear();
            }
            if !matches!(model.pane, Pane::Output(_)) {
                model.selected = None;
            }
            show(model, Pane::Home);
        }
        Action::Left if matches!(model.pane, Pane::Output(_)) => model.across = model.across.saturating_sub(ASIDE),
        Action::Right if matches!(model.pane, Pane::Output(_)) => model.across += ASIDE,
        other => select::go(model, other, screen),
    }
    Vec::new()
}

/// Shows the pane's next page; false where all of it has been seen.
fn turn_down(model: &mut Model, sight: &Sight, screen: &Screen) -> bool {
    let window = window(model, sight, screen).unwrap_or_default();
    model.scroll = window.next();
    window.below() > 0 || matches!(model.pane, Pane::Output(_))
}

/// Shows the pane's page before.
fn turn_up(model: &mut Model, sight: &Sight, screen: &Screen) -> Vec<Effect> {
    model.scroll = window(model, sight, screen).unwrap_or_default().before();
    Vec::new()
}

fn scroll(model: &mut Model, rows: isize) {
    model.scroll = model.scroll.saturating_add_signed(rows);
}

fn show(model: &mut Model, pane: Pane) {
    model.pane = pane;
    (model.scroll, model.across) = (0, 0);
}

/// Runs the lines a key stands for, or tells why there are none.
fn perform(model: &mut Model, lines: Result<Vec<String>, String>) -> Vec<Effect> {
    match lines {
        Ok(lines) => lines.into_iter().map(Effect::Submit).collect(),
        Err(why) => {
            model.notice = Some(why);
            Vec::new()
        }
    }
}

/// Opens the selected object's manifest.
fn edit(model: &mut Model, sight: &Sight, screen: &Screen) -> Vec<Effect> {
    match acts::edited(model, sight, screen) {
        Ok((title, object)) => {
            model.editor = Some(Editor::open(title, &object));
            model.mode = Mode::Edit;
        }
        Err(why) => model.notice = Some(why),
    }
    Vec::new()
}

/// Runs one of the lines that the page about the selected thing offers.
fn remedy(model: &mut Model, key: Key, sight: &Sight, screen: &Screen) -> Vec<Effect> {
    let number = match key {
        Key::Char(digit) => digit.to_digit(10).unwrap_or(0) as usize,
        Key::Ctrl(_) | Key::Named(_) => 0,
    };
    let page = super::panes::why::page(sight.world, &screen.stage, screen.focus.selected.as_ref());
    let Some(remedy) = page.remedies.get(number.wrapping_sub(1)) else {
        model.notice = Some(format!("nothing is offered under {number}: select what is in trouble"));
        return Vec::new();
    };
    vec![match remedy.stdin.clone() {
        Some(text) => Effect::Feed(remedy.line.clone(), text),
        None => Effect::Submit(remedy.line.clone()),
    }]
}

/// Shows what a line printed where it was asked for or is more than a line.
fn ran(model: &mut Model, sight: &Sight, lines: usize) {
    if edit::answered(model, sight) {
        return;
    }
    if model.quiet > 0 {
        model.quiet -= 1;
        return;
    }
    let expected = model.expects.take().is_some_and(|before| lines > before);
    let long = sight.console.get(lines.wrapping_sub(1)).is_some_and(|l| l.out.lines().count() + l.err.lines().count() > 1);
    if lines > 0 && (expected || long) {
        show(model, Pane::Output(lines - 1));
    }
}

/// Follows the mouse along the time line where that is where it was pressed.
fn drag(model: &Model, sight: &Sight, screen: &Screen, x: u16) -> Vec<Effect> {
    let Some(regions) = screen.regions.filter(|_| model.scrubbing) else { return Vec::new() };
    vec![Effect::Play(false), Effect::Seek(super::panes::timeline::time_at(sight, regions.timeline, x))]
}

fn click(model: &mut Model, sight: &Sight, screen: &Screen, x: u16, y: u16) -> Vec<Effect> {
    model.scrubbing = screen.regions.is_some_and(|r| r.timeline.holds(x, y));
    if model.scrubbing {
        return drag(model, sight, screen, x);
    }
    let hit: Option<Target> = screen.at(x, y).cloned();
    if hit.is_some() {
        show(model, Pane::Why);
    }
    model.selected = hit;
    Vec::new()
}

/// The speed beside one in the table of speeds.
fn neighbour(speed: u32, faster: bool) -> u32 {
    let speeds = &crate::timeline::SPEEDS;
    let here = speeds.iter().position(|s| *s >= speed).unwrap_or(speeds.len() - 1);
    let next = if faster { (here + 1).min(speeds.len() - 1) } else { here.saturating_sub(1) };
    speeds[next]
}
