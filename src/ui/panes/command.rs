//! The command line: what is being typed, else the last line and its answer.

use crate::scene::canvas::width;
use crate::scene::{Area, Canvas, Ground, Ink, Role};
use crate::ui::model::{Mode, Model, Pane};
use crate::ui::{Screen, Sight};

/// What stands here before anything was done.
const EMPTY: &str = "what a key stands for is shown here, as a command line";

/// What one may try beside a scenario.
const BESIDE: [(&str, &str); 4] = [(".", "next step"), ("space", "let time pass"), (":", "type anything yourself"), ("?", "help")];

/// Draws the command line; what is typed itself is drawn over it by the text area.
pub fn draw(canvas: &mut Canvas, area: Area, model: &Model, sight: &Sight) {
    let line = area.inset(1, 0);
    if model.mode == Mode::Prompt {
        canvas.text(line.x, line.y, line.w, ":", Role::Key.bold());
        return;
    }
    if model.mode == Mode::Filter {
        canvas.text(line.x, line.y, line.w, "/", Role::Key.bold());
        return;
    }
    if let Some(notice) = &model.notice {
        canvas.text(line.x, line.y, line.w, notice, Role::Waiting);
        return;
    }
    let Some(last) = sight.console.last() else {
        match sight.script {
            Some(_) => invite(canvas, line, &BESIDE),
            None => drop(canvas.parts(line, &[("$ ", Role::Faint.into()), (EMPTY, Role::Faint.into())])),
        }
        return;
    };
    let answer = if matches!(model.pane, Pane::Output(_)) {
        ""
    } else if !last.done {
        "still waits · esc stops it"
    } else {
        last.err.lines().next().or(last.out.lines().next()).unwrap_or_default()
    };
    let ink = match () {
        () if !last.done => Role::Waiting,
        () if last.err.is_empty() => Role::Faint,
        () => Role::Bad,
    };
    let line = waiting(canvas, line, sight);
    let end = canvas.parts(line, &[("$ ", Role::Faint.into()), (last.line, Role::Code.bold()), ("   ", Role::Faint.into())]);
    canvas.sentence(end, line.y, line.right().saturating_sub(end), answer, Ink::from(ink));
}

/// At the right, for a room: the key just pressed and its word, which fade.
pub fn pressed(canvas: &mut Canvas, area: Area, model: &Model) {
    let shown = model.look.present && matches!(model.mode, Mode::Normal | Mode::Help);
    let Some((pressed, glow)) = model.talk.pressed().filter(|_| shown) else { return };
    let glow = if model.look.reduced_motion { 0 } else { glow };
    let (key, word) = (format!(" {} ", pressed.key), format!("{} ", pressed.word));
    let w = (width(&key) + width(&word)).min(area.w);
    let chip = Area { x: area.right() - w, w, ..area };
    canvas.clear(Area { x: chip.x.saturating_sub(1), w: 1, ..chip }, Ground::Page);
    canvas.clear(chip, Ground::Selected);
    canvas.parts(chip, &[(&key, Role::Key.bold().glow(glow)), (&word, Role::Text.bold().glow(glow))]);
}

/// At the right, a line that still waits behind the last; answers what is left.
fn waiting(canvas: &mut Canvas, line: Area, sight: &Sight) -> Area {
    let done = sight.console.last().is_some_and(|last| last.done);
    let Some(busy) = sight.busy.filter(|_| done) else { return line };
    let words = format!("  … {busy} · esc stops it");
    let w = width(&words).min(line.w / 2);
    let (rest, right) = line.split_columns(line.w - w);
    canvas.text(right.x, right.y, right.w, &words, Role::Waiting);
    rest
}

fn invite(canvas: &mut Canvas, line: Area, keys: &[(&str, &str)]) {
    let mut parts = vec![("try  ", Ink::from(Role::Faint))];
    for (i, (key, words)) in keys.iter().enumerate() {
        let gap = if i == 0 { "" } else { " · " };
        parts.extend([(gap, Role::Faint.into()), (*key, Role::Key.bold()), (" ", Role::Text.into()), (*words, Role::Text.into())]);
    }
    canvas.parts(line, &parts);
}

/// Where the text area stands while typing.
pub fn typing_area(screen: &Screen) -> Option<Area> {
    let area = screen.regions?.command.inset(1, 0);
    Some(area.split_columns(2).1)
}

/// Draws what Tab offered, above the command line.
pub fn offers(canvas: &mut Canvas, area: Area, model: &Model) {
    if model.offers.is_empty() || model.mode != Mode::Prompt {
        return;
    }
    let widest = model.offers.iter().map(|o| crate::scene::canvas::width(o)).max().unwrap_or(1) + 2;
    let across = (area.w.saturating_sub(2) / widest).max(1);
    let rows = (model.offers.len() as u16).div_ceil(across).min(6).min(area.y);
    let block = Area::new(area.x, area.y - rows, area.w, rows);
    canvas.clear(block, Ground::Over);
    for (i, offer) in model.offers.iter().enumerate().take(usize::from(across * rows)) {
        let (dx, dy) = (i as u16 % across * widest, i as u16 / across);
        canvas.text(block.x + 1 + dx, block.y + dy, widest, offer, Role::Code);
    }
}
