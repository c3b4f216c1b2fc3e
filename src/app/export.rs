//! `podyard export`: a scenario as a file that is played elsewhere. Time in it is virtual time, so it is the same on every
//! run.

mod cast;
mod film;
mod gif;
mod html;
mod markdown;
mod rows;
mod shell;
mod svg;

use super::library;
use crate::ui::palette::Palette;
use crate::ui::theme::{Depth, Theme};
use anyhow::{Context, bail};
use film::Film;
use std::io::Write;
use std::path::Path;

/// How a film is shown.
#[derive(Clone, Copy, Debug)]
pub struct Screening {
    /// Columns and rows.
    pub size: (u16, u16),
    /// In which colours.
    pub palette: &'static Palette,
}

/// Makes a file's content.
type Maker = fn(&str, Screening) -> anyhow::Result<Vec<u8>>;

/// The endings of files that can be made, what each is, and who makes it.
const ENDINGS: [(&str, &str, Maker); 6] = [
    ("cast", "a recording for asciinema, with markers", |name, how| Ok(cast::cast(&film(name, how)?, &how.theme()).into_bytes())),
    ("svg", "an animated picture", |name, how| Ok(svg::svg(&film(name, how)?, &how.theme()).into_bytes())),
    ("gif", "an animated picture that plays everywhere", |name, how| gif::gif(&film(name, how)?, &how.theme())),
    ("html", "one page with a player", |name, how| Ok(html::html(&film(name, how)?, &how.theme()).into_bytes())),
    ("md", "a transcript", |name, _| Ok(markdown::markdown(&library::find(name)?)?.into_bytes())),
    ("sh", "the same story for a real cluster", |name, _| Ok(shell::shell(library::find(name)?.as_ref()).into_bytes())),
];

impl Screening {
    fn theme(self) -> Theme {
        Theme { depth: Depth::True, ascii: false, palette: self.palette }
    }
}

fn film(name: &str, how: Screening) -> anyhow::Result<Film> {
    film::shoot(name, how.size)
}

/// Writes a scenario to a file; its ending says what it becomes.
pub fn export(name: &str, path: &Path, how: Screening, out: &mut dyn Write) -> anyhow::Result<bool> {
    let ending = path.extension().and_then(|ending| ending.to_str()).unwrap_or_default();
    let Some((_, words, make)) = ENDINGS.iter().find(|row| row.0 == ending) else {
        let known: Vec<String> = ENDINGS.iter().map(|(ending, words, _)| format!(".{ending}: {words}")).collect();
        bail!("{} has none of these endings:\n  {}", path.display(), known.join("\n  "));
    };
    let bytes = make(name, how)?;
    std::fs::write(path, &bytes).with_context(|| format!("{} cannot be written", path.display()))?;
    writeln!(out, "{}: {words}, {} KB", path.display(), bytes.len().div_ceil(1024))?;
    Ok(true)
}

/// Reads `120x36`.
pub fn size(text: &str) -> Result<(u16, u16), String> {
    let complaint = || format!("{text:?} is no size: write columns and rows, such as 120x36, up to 400x200");
    let (w, h) = text.split_once('x').ok_or_else(complaint)?;
    let (w, h): (u16, u16) = (w.parse().map_err(|_| complaint())?, h.parse().map_err(|_| complaint())?);
    let fits = (80..=400).contains(&w) && (24..=200).contains(&h);
    if fits { Ok((w, h)) } else { Err(complaint()) }
}

#[cfg(test)]
mod tests;
