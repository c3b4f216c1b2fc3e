//! An animated GIF, drawn with GNU Unifont's bitmaps: a cell is 8 by 16, and each picture holds only what has changed.

use super::film::{Film, Shot};
use super::rows::{Look, Rgb, look};
use crate::scene::Area;
use crate::ui::theme::Theme;
use anyhow::Context;
use gif::{DisposalMethod, Encoder, Frame, Repeat};
use std::borrow::Cow;
use std::collections::BTreeMap;

/// Width and height of a cell.
const CELL: (u16, u16) = (8, 16);
/// Colours that a GIF holds.
const COLOURS: usize = 256;
/// What is drawn for a letter without a bitmap.
const UNKNOWN: char = '?';

/// The film as a GIF.
pub fn gif(film: &Film, theme: &Theme) -> anyhow::Result<Vec<u8>> {
    let ink = Inks::of(film, theme);
    let mut bytes = Vec::new();
    let mut encoder = Encoder::new(&mut bytes, film.size.0 * CELL.0, film.size.1 * CELL.1, &ink.palette())?;
    encoder.set_repeat(Repeat::Infinite)?;
    for (i, shot) in film.shots.iter().enumerate() {
        let before = i.checked_sub(1).and_then(|before| film.shots.get(before));
        let Some(area) = changed(before, shot) else { continue };
        let next = film.shots.get(i + 1).map_or(film.length, |next| next.at);
        let frame = Frame {
            delay: u16::try_from(next / 10 - shot.at / 10).unwrap_or(u16::MAX),
            dispose: DisposalMethod::Keep,
            left: area.x * CELL.0,
            top: area.y * CELL.1,
            width: area.w * CELL.0,
            height: area.h * CELL.1,
            buffer: Cow::Owned(pixels(shot, area, &ink, theme)),
            ..Frame::default()
        };
        encoder.write_frame(&frame).context("a picture cannot be encoded")?;
    }
    drop(encoder);
    Ok(bytes)
}

/// The smallest area that holds all cells that differ; `None` where none does.
fn changed(before: Option<&Shot>, now: &Shot) -> Option<Area> {
    let Some(before) = before else { return Some(now.canvas.area()) };
    let (mut x, mut y, mut right, mut bottom) = (u16::MAX, u16::MAX, 0, 0);
    for (cy, (old, new)) in before.canvas.cells_by_row().zip(now.canvas.cells_by_row()).enumerate() {
        for (cx, _) in old.iter().zip(new).enumerate().filter(|(_, (old, new))| old != new) {
            let (cx, cy) = (cx as u16, cy as u16);
            (x, y, right, bottom) = (x.min(cx), y.min(cy), right.max(cx + 1), bottom.max(cy + 1));
        }
    }
    // A wide glyph's first half may lie left of what has changed.
    let x = x.saturating_sub(1);
    (x < right).then(|| Area::new(x, y, right - x, bottom - y))
}

/// The pixels of an area, as numbers of colours.
fn pixels(shot: &Shot, area: Area, inks: &Inks, theme: &Theme) -> Vec<u8> {
    let width = usize::from(area.w * CELL.0);
    let mut pixels = vec![0; width * usize::from(area.h * CELL.1)];
    for y in 0..area.h {
        for x in 0..area.w {
            let Some(cell) = shot.canvas.cell(area.x + x, area.y + y) else { continue };
            let Look { fore, back, bold } = look(theme, cell);
            let (fore, back) = (inks.number(fore), inks.number(back));
            let (glyph, shift) = match cell.glyph {
                '\0' => (shot.canvas.cell((area.x + x).saturating_sub(1), area.y + y).map_or(' ', |cell| cell.glyph), 8),
                glyph => (glyph, 0),
            };
            let bitmap = unifont::get_glyph(glyph).or_else(|| unifont::get_glyph(UNKNOWN));
            let follows = shot.canvas.cell(area.x + x + 1, area.y + y).is_some_and(|cell| cell.glyph == '\0');
            // Some signs have a wide bitmap and one cell: two of its columns share one of the cell's.
            let squeezed = shift == 0 && !follows && bitmap.is_some_and(unifont::Glyph::is_fullwidth);
            for py in 0..usize::from(CELL.1) {
                for px in 0..usize::from(CELL.0) {
                    let dot = |px: usize| bitmap.is_some_and(|bitmap| bitmap.get_pixel(px, py));
                    let lit = |px: usize| if squeezed { dot(2 * px) || dot(2 * px + 1) } else { dot(px + shift) };
                    let on = lit(px) || (bold && px > 0 && cell.glyph.is_alphanumeric() && lit(px - 1));
                    let at = (usize::from(y * CELL.1) + py) * width + usize::from(x * CELL.0) + px;
                    pixels[at] = if on { fore } else { back }; // within the area, whose pixels these are
                }
            }
        }
    }
    pixels
}

/// Colours by number.
struct Inks {
    colours: Vec<Rgb>,
    numbers: BTreeMap<Rgb, u8>,
}

impl Inks {
    /// The colours of a film; where there are more than fit, those that come late share the nearest.
    fn of(film: &Film, theme: &Theme) -> Inks {
        let mut inks = Inks { colours: Vec::new(), numbers: BTreeMap::new() };
        for cell in film.shots.iter().flat_map(|shot| shot.canvas.cells_by_row()).flatten() {
            let Look { fore, back, .. } = look(theme, cell);
            inks.add(back);
            inks.add(fore);
        }
        inks
    }
    fn add(&mut self, colour: Rgb) {
        if self.numbers.contains_key(&colour) {
            return;
        }
        let number = match u8::try_from(self.colours.len()) {
            Ok(number) if self.colours.len() < COLOURS => {
                self.colours.push(colour);
                number
            }
            _ => self.nearest(colour),
        };
        self.numbers.insert(colour, number);
    }
    fn nearest(&self, colour: Rgb) -> u8 {
        let far = |other: &Rgb| {
            let part = |a: u8, b: u8| u32::from(a.abs_diff(b)).pow(2);
            part(other.0, colour.0) + part(other.1, colour.1) + part(other.2, colour.2)
        };
        let nearest = self.colours.iter().enumerate().min_by_key(|(_, other)| far(other));
        nearest.map_or(0, |(number, _)| number as u8) // there are 256 at most
    }
    fn number(&self, colour: Rgb) -> u8 {
        self.numbers.get(&colour).copied().unwrap_or_default()
    }
    fn palette(&self) -> Vec<u8> {
        self.colours.iter().flat_map(|(r, g, b)| [*r, *g, *b]).collect()
    }
}
