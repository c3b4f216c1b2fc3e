//! What happened: the latest sentences, newest last.

use super::pane;
use crate::scene::clock::clock;
use crate::scene::{Area, Canvas, Ink, Role, Sentence, sentence};
use crate::ui::Sight;

/// How far back it looks for something to tell.
const LOOK_BACK: u64 = 1500;
/// Columns of a name where there is little room.
const NARROW: u16 = 6;

/// Draws the latest sentences, those alone that have these letters in them.
pub fn draw(canvas: &mut Canvas, area: Area, sight: &Sight, letters: &str) {
    let title = if letters.is_empty() { "what happened".to_owned() } else { format!("what happened with {letters:?} in it") };
    let inner = pane(canvas, area, &title, Role::Text.into());
    let lines = latest(sight, usize::from(inner.h), &letters.to_lowercase());
    let who_w = if inner.w >= 56 { 14 } else { NARROW };
    for (i, (time, said)) in lines.iter().enumerate() {
        let row = inner.row(i as u16);
        let x = canvas.text(row.x, row.y, row.w, time, Role::Faint) + 2;
        let who = if who_w == NARROW { said.brief() } else { &said.who };
        canvas.text(x, row.y, who_w.min(row.right().saturating_sub(x)), who, Ink::from(said.role).bold());
        let words_x = x + who_w + 1;
        let role = if said.role == Role::Bad { Role::Bad } else { Role::Text };
        canvas.sentence(words_x, row.y, row.right().saturating_sub(words_x), &said.words, role);
    }
}

fn latest(sight: &Sight, count: usize, letters: &str) -> Vec<(String, Sentence)> {
    let (world, epoch) = (sight.world, sight.world.options().epoch);
    let from = world.changes().next().saturating_sub(LOOK_BACK);
    let mut lines: Vec<(String, Sentence)> = Vec::new();
    for change in world.changes().since(from).rev() {
        if lines.len() >= count {
            break;
        }
        let Some(said) = sentence(change, world) else { continue };
        if !said.words.to_lowercase().contains(letters) || lines.last().is_some_and(|(_, last)| *last == said) {
            continue;
        }
        lines.push((clock(change.at - epoch), said));
    }
    lines.reverse();
    lines
}
