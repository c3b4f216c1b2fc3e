//! The one table of roles and colours, and how a picture is put on a terminal that knows many colours, few, or none.

use super::palette::{DARK, Palette, Rgb};
use crate::motion::BRIGHTEST;
use crate::scene::{Canvas, Ground, Ink, Role};
use ratatui::buffer::Buffer;
use ratatui::style::{Color, Modifier, Style};

/// How many colours a terminal knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Depth {
    /// All of them.
    True,
    /// The sixteen.
    Sixteen,
    /// None: shape and word have to do.
    None,
}

/// How a picture is put on a terminal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Theme {
    /// How many colours there are.
    pub depth: Depth,
    /// True where only ASCII is drawn.
    pub ascii: bool,
    /// Which colours.
    pub palette: &'static Palette,
}

impl Default for Theme {
    fn default() -> Theme {
        Theme { depth: Depth::True, ascii: false, palette: &DARK }
    }
}

/// What stands for a glyph where only ASCII is drawn.
const ASCII: [(&str, char); 26] = [
    ("●▣", '#'),
    ("◐▤", '%'),
    ("○□▫", 'o'),
    ("◌◪", '~'),
    ("✖", 'X'),
    ("☠", '&'),
    ("✔✓", 'v'),
    ("·┈", '.'),
    ("◇", '<'),
    ("◈◆", '@'),
    ("✂", '8'),
    ("│┊▌▏╵╷┃", '|'),
    ("╎", ':'),
    ("─━", '-'),
    ("╌", '.'),
    ("╭╮╰╯┬┴├┤┼", '+'),
    ("▲↑", '^'),
    ("▼↓", 'v'),
    ("▶→↳⇉▸", '>'),
    ("∴", '!'),
    ("⇄", '='),
    ("◀←", '<'),
    ("…", '.'),
    ("×", 'x'),
    ("‖", '='),
    ("’", '\''),
];

impl Theme {
    /// Puts a picture on a buffer of the same size.
    pub fn apply(&self, canvas: &Canvas, buffer: &mut Buffer) {
        let width = usize::from(canvas.width).min(usize::from(buffer.area.width));
        for (y, row) in canvas.cells_by_row().enumerate().take(usize::from(buffer.area.height)) {
            for (x, cell) in row.iter().take(width).enumerate() {
                let target = &mut buffer.content[y * usize::from(buffer.area.width) + x];
                match cell.glyph {
                    '\0' => target.set_symbol(""),
                    glyph => target.set_char(if self.ascii { ascii(glyph) } else { glyph }),
                };
                target.set_style(self.style(cell.ink, cell.ground));
            }
        }
    }

    /// The style of an ink on a ground.
    pub fn style(&self, ink: Ink, ground: Ground) -> Style {
        let fresh = ink.glow * 2 > BRIGHTEST;
        let mut modifier = if ink.bold || fresh { Modifier::BOLD } else { Modifier::empty() };
        let style = Style::default();
        match self.depth {
            Depth::True => {
                let back = if ink.role == Role::Brand { self.palette.ink(Role::Each) } else { self.palette.ground(ground) };
                let glow = u16::from(ink.glow.min(BRIGHTEST));
                let back = mix(back, self.palette.brightest, glow * 3);
                let front = mix(self.palette.ink(ink.role), self.palette.brightest, glow * 8);
                let front = if ink.dim { mix(front, back, self.palette.dimming) } else { front };
                style.fg(rgb(front)).bg(rgb(back)).add_modifier(modifier)
            }
            Depth::Sixteen => {
                let back = if ink.role == Role::Brand { Color::Yellow } else { self.palette.ground16(ground) };
                let front = if ink.dim { Color::DarkGray } else { self.palette.ink16(ink.role) };
                modifier.set(Modifier::UNDERLINED, fresh);
                style.fg(front).bg(back).add_modifier(modifier)
            }
            Depth::None => {
                modifier.set(Modifier::REVERSED, ground == Ground::Selected || ink.role == Role::Brand);
                modifier.set(Modifier::DIM, ink.dim || matches!(ink.role, Role::Faint | Role::Line));
                modifier.set(Modifier::UNDERLINED, ground == Ground::Lit || fresh);
                style.add_modifier(modifier)
            }
        }
    }
}

/// What stands for a glyph in ASCII.
pub fn ascii(glyph: char) -> char {
    let found = || ASCII.iter().find(|row| row.0.contains(glyph)).map_or('?', |row| row.1);
    if glyph.is_ascii() { glyph } else { found() }
}

fn rgb((r, g, b): Rgb) -> Color {
    Color::Rgb(r, g, b)
}

/// So many hundredths of the way from one colour to another.
fn mix(from: Rgb, to: Rgb, hundredths: u16) -> Rgb {
    let part = |a: u8, b: u8| ((u16::from(a) * (100 - hundredths) + u16::from(b) * hundredths) / 100) as u8;
    (part(from.0, to.0), part(from.1, to.1), part(from.2, to.2))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_colour_the_selection_is_still_seen() {
        let theme = Theme { depth: Depth::None, ascii: true, palette: &DARK };
        let style = |ground| theme.style(Role::Text.into(), ground);
        assert_ne!(style(Ground::Selected), style(Ground::Page));
        assert_eq!(ascii('▣'), '#');
    }
}
