//! All keys, laid over the screen.

use crate::scene::facts::{Family, Life, Look, Running, Verdict};
use crate::scene::paint::{look_glyph, running_glyph};
use crate::scene::{Area, Border, Canvas, Ground, Role};
use crate::ui::actions::{ACTIONS, Group, Row};
use crate::ui::keymap::Keymap;
use crate::ui::panes::window::Window;

const GROUPS: [Group; 4] = [Group::Act, Group::Look, Group::Time, Group::Program];

/// Draws the help over an area, from that line on.
pub fn draw(canvas: &mut Canvas, area: Area, keys: &Keymap, scroll: usize) {
    let mut lines: Vec<Line> = GROUPS.iter().flat_map(|group| group_lines(*group)).collect();
    lines.extend(signs());
    let room = area.h.saturating_sub(4).max(1);
    let across = (lines.len() as u16).div_ceil(room).min(area.w / 58).max(1);
    let (w, h) = ((across * 80).min(area.w.saturating_sub(2)), (lines.len() as u16).div_ceil(across).min(room) + 2);
    let page = Area::new(area.x + (area.w - w) / 2, area.y + 1 + (room + 2 - h) / 2, w, h);
    canvas.clear(page, Ground::Over);
    canvas.frame(page, Border::Plain, Role::Each);
    canvas.text(page.x + 2, page.y, page.w.saturating_sub(4), " keys ", Role::Each.bold());
    let columns = page.inset(2, 1).columns(across, 3);
    let per = usize::from(columns[0].h);
    let window = Window::of(lines.len(), per * columns.len(), scroll);
    window.mark(canvas, page, 0);
    for (i, line) in lines.iter().skip(window.first).enumerate().take(per * columns.len()) {
        draw_line(canvas, columns[i / per.max(1)].row((i % per.max(1)) as u16), keys, line);
    }
}

/// A heading, a key, or a sign of the picture.
enum Line {
    Heading(&'static str),
    Key(&'static Row),
    Sign(char, Role, &'static str),
    Blank,
}

fn group_lines(group: Group) -> Vec<Line> {
    let rows = ACTIONS.iter().filter(move |row| row.group == group).map(Line::Key);
    std::iter::once(Line::Heading(group.title())).chain(rows).chain([Line::Blank]).collect()
}

fn signs() -> Vec<Line> {
    let pod = |look: Look, words| {
        let (glyph, role) = look_glyph(look);
        Line::Sign(glyph, role, words)
    };
    let ghost = Running {
        timer: None,
        uid: Default::default(),
        key: Default::default(),
        family: Family::Each,
        set: None,
        ip: Default::default(),
        life: Life::Ready,
        verdict: Verdict::Erased,
    };
    let process = |running: &Running, words| {
        let (glyph, role, _) = running_glyph(running);
        Line::Sign(glyph, role, words)
    };
    vec![
        Line::Heading("signs"),
        pod(Look::Ready, "a pod, ready"),
        pod(Look::Unready, "runs, not ready"),
        pod(Look::Pending, "waits for a node or its containers"),
        pod(Look::Leaving, "asked to go; its timer beside it"),
        pod(Look::Doubtful, "on record, but its node is silent"),
        pod(Look::Failed, "ended badly, or keeps failing"),
        process(&Running { verdict: Verdict::Mirrored, ..ghost.clone() }, "a process on its machine"),
        process(&ghost, "a ghost: runs, unwanted or unknown on record"),
        Line::Sign('◇', Role::Disk, "a claim"),
        Line::Sign('◈', Role::Disk, "a volume, a disk"),
    ]
}

fn draw_line(canvas: &mut Canvas, row: Area, keymap: &Keymap, line: &Line) {
    match line {
        Line::Heading(title) => {
            canvas.text(row.x, row.y, row.w, title, Role::Each.bold());
        }
        Line::Key(key) => {
            let keys: Vec<String> = keymap.keys(key.action).iter().map(ToString::to_string).collect();
            let keys = if keys.len() > 3 { format!("{} … {}", keys[0], keys[keys.len() - 1]) } else { keys.join(" ") };
            canvas.text(row.x + 1, row.y, 11, &keys, Role::Key.bold());
            canvas.text(row.x + 13, row.y, row.w.saturating_sub(13), key.sentence, Role::Text);
        }
        Line::Sign(glyph, role, words) => {
            canvas.put(row.x + 1, row.y, *glyph, *role);
            canvas.text(row.x + 4, row.y, row.w.saturating_sub(4), words, Role::Text);
        }
        Line::Blank => {}
    }
}
