//! The one table of roles and colours, in each of the themes.

use crate::scene::{Ground, Role};
use ratatui::style::Color;

/// Red, green and blue.
pub type Rgb = (u8, u8, u8);

/// The colours of a theme: columns of the tables below.
#[derive(Debug, PartialEq, Eq)]
pub struct Palette {
    /// Its name, as `--theme` takes it.
    pub name: &'static str,
    /// For whom it is, in a few words.
    pub words: &'static str,
    /// What a glow goes towards.
    pub brightest: Rgb,
    /// How many hundredths of the way to the ground what is not looked at steps back.
    pub dimming: u16,
    column: usize,
    bright: bool,
}

/// For a dark room.
pub static DARK: Palette =
    Palette { name: "dark", words: "for a dark room", brightest: (255, 255, 255), dimming: 55, column: 0, bright: false };
/// For paper and daylight.
pub static LIGHT: Palette = Palette { name: "light", words: "for daylight", brightest: (0, 0, 0), dimming: 55, column: 1, bright: true };
/// For a projector: nothing faint, black behind everything.
pub static CONTRAST: Palette =
    Palette { name: "high-contrast", words: "for a projector", brightest: (255, 255, 255), dimming: 40, column: 2, bright: false };
/// For eyes that do not tell red from green: what is good is blue-green, what is bad orange.
pub static SAFE: Palette =
    Palette { name: "colour-blind", words: "without red against green", brightest: (255, 255, 255), dimming: 55, column: 3, bright: false };

/// Every theme.
pub static PALETTES: [&Palette; 4] = [&DARK, &LIGHT, &CONTRAST, &SAFE];

/// A role, its colour in each theme, and its stand-ins among the sixteen on a dark and on a light ground.
type InkRow = (Role, [u32; 4], Color, Color);

const INKS: [InkRow; 20] = [
    (Role::Text, [0xdce3ea, 0x1b222a, 0xffffff, 0xe6e9ec], Color::White, Color::Black),
    (Role::Faint, [0x73808c, 0x6b7682, 0xc8c8c8, 0x848d96], Color::DarkGray, Color::DarkGray),
    (Role::Line, [0x33404d, 0xc4cbd2, 0x8a8a8a, 0x3c4854], Color::DarkGray, Color::Gray),
    (Role::Brand, [0x12161b, 0xffffff, 0x000000, 0x12161b], Color::Black, Color::Black),
    (Role::Alike, [0x5aa9ff, 0x0b5cc4, 0x6cc4ff, 0x56b4e9], Color::LightBlue, Color::Blue),
    (Role::Each, [0xf5b52e, 0x9a5b00, 0xffd040, 0xf0e442], Color::Yellow, Color::Magenta),
    (Role::Loose, [0xb9c4ce, 0x48535f, 0xf0f0f0, 0xb9c4ce], Color::Gray, Color::DarkGray),
    (Role::Good, [0x45c464, 0x12752e, 0x5cff86, 0x3db8a0], Color::Green, Color::Green),
    (Role::Waiting, [0xf0c674, 0x8a5a00, 0xffe070, 0xe6c88c], Color::LightYellow, Color::Magenta),
    (Role::Bad, [0xff5c57, 0xc0141c, 0xff7a72, 0xff7f2a], Color::LightRed, Color::Red),
    (Role::Doubt, [0xe08a4f, 0xa34a08, 0xffb080, 0xe0a05a], Color::LightRed, Color::Red),
    (Role::Leaving, [0xc99a5b, 0x805a22, 0xf0c080, 0xc2a078], Color::Yellow, Color::Magenta),
    (Role::Disk, [0xb794f4, 0x6a3ab8, 0xd8bcff, 0xcc79a7], Color::LightMagenta, Color::Magenta),
    (Role::Travel, [0x3bc6d0, 0x057480, 0x60f4ff, 0x4fc9d6], Color::LightCyan, Color::Cyan),
    (Role::You, [0xffffff, 0x000000, 0xffffff, 0xffffff], Color::White, Color::Black),
    (Role::Scheduler, [0x3bc6d0, 0x057480, 0x60f4ff, 0x4fc9d6], Color::LightCyan, Color::Cyan),
    (Role::Kubelet, [0x7fc8a9, 0x1f6b4c, 0xa8f0d0, 0x8cc4b4], Color::Cyan, Color::Cyan),
    (Role::Control, [0x9aa7b4, 0x4d5966, 0xe0e0e0, 0xa4aeb8], Color::Gray, Color::DarkGray),
    (Role::Key, [0xf5b52e, 0x9a5b00, 0xffd040, 0xf0e442], Color::Yellow, Color::Magenta),
    (Role::Code, [0xc3cfda, 0x2a333d, 0xffffff, 0xc8d0d8], Color::White, Color::Black),
];

/// A ground, its colour in each theme, and its stand-in among the sixteen.
type GroundRow = (Ground, [u32; 4], Color);

const GROUNDS: [GroundRow; 6] = [
    (Ground::Page, [0x101419, 0xfbfbf8, 0x000000, 0x101419], Color::Reset),
    (Ground::Panel, [0x161c24, 0xf1f2f0, 0x0c0c0c, 0x161c24], Color::Reset),
    (Ground::Bar, [0x1c2631, 0xe4e8ec, 0x202020, 0x1c2631], Color::Reset),
    (Ground::Lit, [0x202d3b, 0xe2eaf2, 0x182840, 0x202d3b], Color::Reset),
    (Ground::Selected, [0x2f4660, 0xc4d8f0, 0x003c80, 0x2f4660], Color::Blue),
    (Ground::Over, [0x182029, 0xf4f5f3, 0x101010, 0x182029], Color::Reset),
];

impl Palette {
    /// The theme of that name.
    pub fn named(name: &str) -> Option<&'static Palette> {
        PALETTES.into_iter().find(|palette| palette.name == name)
    }
    /// The colour of a role.
    pub fn ink(&self, role: Role) -> Rgb {
        parts(INKS[role as usize].1[self.column])
    }
    /// Its stand-in among the sixteen.
    pub fn ink16(&self, role: Role) -> Color {
        let row = &INKS[role as usize];
        if self.bright { row.3 } else { row.2 }
    }
    /// The colour of a ground.
    pub fn ground(&self, ground: Ground) -> Rgb {
        parts(GROUNDS[ground as usize].1[self.column])
    }
    /// Its stand-in among the sixteen: the terminal's own, but for what is selected.
    pub fn ground16(&self, ground: Ground) -> Color {
        match GROUNDS[ground as usize].2 {
            Color::Blue if self.bright => Color::LightYellow,
            other => other,
        }
    }
}

fn parts(colour: u32) -> Rgb {
    ((colour >> 16) as u8, (colour >> 8) as u8, colour as u8)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scene::role::ROLES;

    /// Relative luminance of the W3C's contrast ratio.
    fn luminance((r, g, b): Rgb) -> f64 {
        let part = |c: u8| {
            let c = f64::from(c) / 255.0;
            if c <= 0.039_28 { c / 12.92 } else { ((c + 0.055) / 1.055).powf(2.4) }
        };
        0.2126 * part(r) + 0.7152 * part(g) + 0.0722 * part(b)
    }

    fn contrast(a: Rgb, b: Rgb) -> f64 {
        let (a, b) = (luminance(a), luminance(b));
        (a.max(b) + 0.05) / (a.min(b) + 0.05)
    }

    #[test]
    fn every_role_and_ground_has_its_row() {
        assert!(INKS.iter().enumerate().all(|(i, row)| row.0 as usize == i) && INKS.len() == ROLES.len());
        assert!(GROUNDS.iter().enumerate().all(|(i, row)| row.0 as usize == i));
        assert!(PALETTES.iter().all(|palette| Palette::named(palette.name) == Some(palette)));
    }

    #[test]
    fn what_is_said_can_be_read_in_every_theme() {
        for palette in PALETTES {
            let least = if palette.name == "high-contrast" { 7.0 } else { 3.9 };
            for (role, ..) in INKS.iter().filter(|row| !matches!(row.0, Role::Line | Role::Brand)) {
                let found = contrast(palette.ink(*role), palette.ground(Ground::Page));
                assert!(found >= least, "{} {role:?}: {found:.1}", palette.name);
            }
        }
    }
}
