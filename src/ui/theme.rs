//! The one table of roles and colours, and how a picture is put on a terminal that knows many colours, few, or none.

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
}

type Rgb = (u8, u8, u8);

/// Every role's colour, and its stand-in among the sixteen.
const INKS: [(Role, Rgb, Color); 20] = [
    (Role::Text, (0xdc, 0xe3, 0xea), Color::White),
    (Role::Faint, (0x73, 0x80, 0x8c), Color::DarkGray),
    (Role::Line, (0x33, 0x40, 0x4d), Color::DarkGray),
    (Role::Brand, (0x12, 0x16, 0x1b), Color::Black),
    (Role::Alike, (0x5a, 0xa9, 0xff), Color::LightBlue),
    (Role::Each, (0xf5, 0xb5, 0x2e), Color::Yellow),
    (Role::Loose, (0xb9, 0xc4, 0xce), Color::Gray),
    (Role::Good, (0x45, 0xc4, 0x64), Color::Green),
    (Role::Waiting, (0xf0, 0xc6, 0x74), Color::LightYellow),
    (Role::Bad, (0xff, 0x5c, 0x57), Color::LightRed),
    (Role::Doubt, (0xe0, 0x8a, 0x4f), Color::LightRed),
    (Role::Leaving, (0xc9, 0x9a, 0x5b), Color::Yellow),
    (Role::Disk, (0xb7, 0x94, 0xf4), Color::LightMagenta),
    (Role::Travel, (0x3b, 0xc6, 0xd0), Color::LightCyan),
    (Role::You, (0xff, 0xff, 0xff), Color::White),
    (Role::Scheduler, (0x3b, 0xc6, 0xd0), Color::LightCyan),
    (Role::Kubelet, (0x7f, 0xc8, 0xa9), Color::Cyan),
    (Role::Control, (0x9a, 0xa7, 0xb4), Color::Gray),
    (Role::Key, (0xf5, 0xb5, 0x2e), Color::Yellow),
    (Role::Code, (0xc3, 0xcf, 0xda), Color::White),
];

/// Every ground's colour, and its stand-in among the sixteen.
const GROUNDS: [(Ground, Rgb, Color); 6] = [
    (Ground::Page, (0x10, 0x14, 0x19), Color::Reset),
    (Ground::Panel, (0x16, 0x1c, 0x24), Color::Reset),
    (Ground::Bar, (0x1c, 0x26, 0x31), Color::Reset),
    (Ground::Lit, (0x20, 0x2d, 0x3b), Color::Reset),
    (Ground::Selected, (0x2f, 0x46, 0x60), Color::Blue),
    (Ground::Over, (0x18, 0x20, 0x29), Color::Reset),
];

/// What stands for a glyph where only ASCII is drawn.
const ASCII: [(&str, char); 24] = [
    ("●▣", '#'),
    ("◐▤", '%'),
    ("○□▫", 'o'),
    ("◌◪", '~'),
    ("✖", 'X'),
    ("☠", '&'),
    ("✔", 'v'),
    ("·┈", '.'),
    ("◇", '<'),
    ("◈◆", '@'),
    ("✂", '8'),
    ("│┊▌╵╷┃", '|'),
    ("╎", ':'),
    ("─━", '-'),
    ("╌", '.'),
    ("╭╮╰╯┬┴├┤┼", '+'),
    ("▲↑", '^'),
    ("▼", 'v'),
    ("▶→↳", '>'),
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
        let mut modifier = if ink.bold { Modifier::BOLD } else { Modifier::empty() };
        let style = Style::default();
        match self.depth {
            Depth::True => {
                let back = if ink.role == Role::Brand { INKS[Role::Each as usize].1 } else { GROUNDS[ground as usize].1 };
                let front = glowing(INKS[ink.role as usize].1, ink.glow);
                let front = if ink.dim { mix(front, back, 55) } else { front };
                style.fg(rgb(front)).bg(rgb(back)).add_modifier(modifier)
            }
            Depth::Sixteen => {
                let back = if ink.role == Role::Brand { Color::Yellow } else { GROUNDS[ground as usize].2 };
                let front = if ink.dim { Color::DarkGray } else { INKS[ink.role as usize].2 };
                style.fg(front).bg(back).add_modifier(modifier)
            }
            Depth::None => {
                modifier.set(Modifier::REVERSED, ground == Ground::Selected || ink.role == Role::Brand);
                modifier.set(Modifier::DIM, ink.dim || matches!(ink.role, Role::Faint | Role::Line));
                modifier.set(Modifier::UNDERLINED, ground == Ground::Lit);
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

fn glowing(colour: Rgb, glow: u8) -> Rgb {
    mix(colour, (0xff, 0xff, 0xff), u16::from(glow.min(4)) * 20)
}

/// So many hundredths of the way from one colour to another.
fn mix(from: Rgb, to: Rgb, hundredths: u16) -> Rgb {
    let part = |a: u8, b: u8| ((u16::from(a) * (100 - hundredths) + u16::from(b) * hundredths) / 100) as u8;
    (part(from.0, to.0), part(from.1, to.1), part(from.2, to.2))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scene::role::ROLES;

    #[test]
    fn every_role_and_ground_has_its_row() {
        assert!(INKS.iter().enumerate().all(|(i, row)| row.0 as usize == i) && INKS.len() == ROLES.len());
        assert!(GROUNDS.iter().enumerate().all(|(i, row)| row.0 as usize == i));
    }

    #[test]
    fn without_colour_the_selection_is_still_seen() {
        let theme = Theme { depth: Depth::None, ascii: true };
        let style = |ground| theme.style(Role::Text.into(), ground);
        assert_ne!(style(Ground::Selected), style(Ground::Page));
        assert_eq!(ascii('▣'), '#');
    }
}
