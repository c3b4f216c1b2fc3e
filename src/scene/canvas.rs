//! A picture: cells of glyph, role and ground. Writing outside it does nothing.

use super::role::{Ground, Role};
use unicode_width::UnicodeWidthChar;

/// A rectangle of cells.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct Area {
    /// Column of its left edge.
    pub x: u16,
    /// Row of its upper edge.
    pub y: u16,
    /// Columns.
    pub w: u16,
    /// Rows.
    pub h: u16,
}

impl Area {
    /// The rectangle at that place, of that size.
    pub const fn new(x: u16, y: u16, w: u16, h: u16) -> Area {
        Area { x, y, w, h }
    }
    /// The column after its last.
    pub const fn right(self) -> u16 {
        self.x.saturating_add(self.w)
    }
    /// The row after its last.
    pub const fn bottom(self) -> u16 {
        self.y.saturating_add(self.h)
    }
    /// True where it has no cell.
    pub const fn is_empty(self) -> bool {
        self.w == 0 || self.h == 0
    }
    /// True where the cell lies in it.
    pub const fn holds(self, x: u16, y: u16) -> bool {
        x >= self.x && x < self.right() && y >= self.y && y < self.bottom()
    }
    /// True where the other lies wholly in it.
    pub const fn covers(self, other: Area) -> bool {
        other.x >= self.x && other.right() <= self.right() && other.y >= self.y && other.bottom() <= self.bottom()
    }
    /// True where they share a cell.
    pub const fn meets(self, other: Area) -> bool {
        self.x < other.right() && other.x < self.right() && self.y < other.bottom() && other.y < self.bottom()
    }
    /// What is left after so many columns and rows are taken from each side.
    pub const fn inset(self, dx: u16, dy: u16) -> Area {
        Area::new(self.x + min(dx, self.w), self.y + min(dy, self.h), self.w.saturating_sub(2 * dx), self.h.saturating_sub(2 * dy))
    }
    /// One of its rows; empty below its last.
    pub const fn row(self, row: u16) -> Area {
        Area::new(self.x, self.y.saturating_add(row), self.w, if row < self.h { 1 } else { 0 })
    }
    /// Its first `h` rows and the rest.
    pub const fn split_rows(self, h: u16) -> (Area, Area) {
        let h = min(h, self.h);
        (Area::new(self.x, self.y, self.w, h), Area::new(self.x, self.y + h, self.w, self.h - h))
    }
    /// Its first `w` columns and the rest.
    pub const fn split_columns(self, w: u16) -> (Area, Area) {
        let w = min(w, self.w);
        (Area::new(self.x, self.y, w, self.h), Area::new(self.x + w, self.y, self.w - w, self.h))
    }
    /// `n` columns of as equal width as can be, `gap` columns apart.
    pub fn columns(self, n: u16, gap: u16) -> Vec<Area> {
        let n = n.max(1);
        let room = self.w.saturating_sub(gap * (n - 1));
        let edge = |i: u16| (u32::from(room) * u32::from(i) / u32::from(n)) as u16;
        (0..n).map(|i| Area::new(self.x + edge(i) + gap * i, self.y, edge(i + 1) - edge(i), self.h)).collect()
    }
}

const fn min(a: u16, b: u16) -> u16 {
    if a < b { a } else { b }
}

/// How a glyph is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct Ink {
    /// Its meaning.
    pub role: Role,
    /// Drawn heavier.
    pub bold: bool,
    /// Drawn fainter: what is not looked at.
    pub dim: bool,
    /// How freshly it changed: 0 for not, up to [`crate::motion::BRIGHTEST`].
    pub glow: u8,
}

impl From<Role> for Ink {
    fn from(role: Role) -> Ink {
        Ink { role, ..Ink::default() }
    }
}

impl Ink {
    /// The same, heavier.
    pub fn bold(self) -> Ink {
        Ink { bold: true, ..self }
    }
    /// The same, fainter where asked.
    pub fn dim_if(self, dim: bool) -> Ink {
        Ink { dim: self.dim || dim, ..self }
    }
    /// The same, as fresh as said.
    pub fn glow(self, glow: u8) -> Ink {
        Ink { glow, ..self }
    }
}

impl Role {
    /// The role's heavier ink.
    pub fn bold(self) -> Ink {
        Ink::from(self).bold()
    }
}

/// One cell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cell {
    /// What is seen; `'\0'` in the second column of a wide glyph.
    pub glyph: char,
    /// How.
    pub ink: Ink,
    /// On what.
    pub ground: Ground,
}

const BLANK: Cell = Cell { glyph: ' ', ink: Ink { role: Role::Text, bold: false, dim: false, glow: 0 }, ground: Ground::Page };

/// A picture.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Canvas {
    /// Columns.
    pub width: u16,
    /// Rows.
    pub height: u16,
    cells: Vec<Cell>,
}

impl Canvas {
    /// An empty picture.
    pub fn new(width: u16, height: u16) -> Canvas {
        Canvas { width, height, cells: vec![BLANK; usize::from(width) * usize::from(height)] }
    }
    /// All of it.
    pub fn area(&self) -> Area {
        Area::new(0, 0, self.width, self.height)
    }
    /// A cell; `None` outside.
    pub fn cell(&self, x: u16, y: u16) -> Option<&Cell> {
        (x < self.width && y < self.height).then(|| &self.cells[usize::from(y) * usize::from(self.width) + usize::from(x)])
    }
    fn cell_mut(&mut self, x: u16, y: u16) -> Option<&mut Cell> {
        (x < self.width && y < self.height).then(|| &mut self.cells[usize::from(y) * usize::from(self.width) + usize::from(x)])
    }
    /// Its rows from the top.
    pub fn cells_by_row(&self) -> impl Iterator<Item = &[Cell]> {
        self.cells.chunks(usize::from(self.width).max(1))
    }
    /// Sets a glyph; its ground stays.
    pub fn put(&mut self, x: u16, y: u16, glyph: char, ink: impl Into<Ink>) {
        if let Some(cell) = self.cell_mut(x, y) {
            *cell = Cell { glyph, ink: ink.into(), ground: cell.ground };
        }
    }
    /// Changes how the glyphs of an area are drawn.
    pub fn tint(&mut self, area: Area, change: impl Fn(Ink) -> Ink) {
        self.each(area, |cell| cell.ink = change(cell.ink));
    }
    /// Lays a ground behind an area.
    pub fn ground(&mut self, area: Area, ground: Ground) {
        self.each(area, |cell| cell.ground = ground);
    }
    /// Empties an area and lays a ground.
    pub fn clear(&mut self, area: Area, ground: Ground) {
        self.each(area, |cell| *cell = Cell { ground, ..BLANK });
    }
    fn each(&mut self, area: Area, change: impl Fn(&mut Cell)) {
        for y in area.y..area.bottom().min(self.height) {
            for x in area.x..area.right().min(self.width) {
                self.cell_mut(x, y).into_iter().for_each(&change);
            }
        }
    }

    /// Writes a text of at most `room` columns, ending in `…` where it is cut; answers the column after it.
    pub fn text(&mut self, x: u16, y: u16, room: u16, text: &str, ink: impl Into<Ink>) -> u16 {
        let ink = ink.into();
        let end = x.saturating_add(room).min(self.width);
        let cut = width(text) > end.saturating_sub(x);
        let mut at = x;
        for glyph in text.chars() {
            let glyph = if glyph.is_control() { ' ' } else { glyph };
            let wide = glyph.width().unwrap_or(0) as u16;
            if wide == 0 {
                continue;
            }
            if at + wide > end || (cut && at + wide >= end) {
                break;
            }
            self.put(at, y, glyph, ink);
            (1..wide).for_each(|i| self.put(at + i, y, '\0', ink));
            at += wide;
        }
        if cut && at < end {
            self.put(at, y, '…', ink);
            at += 1;
        }
        at
    }
    /// Writes a sentence of at most `room` columns, cut after a word where it must be; answers the column after it.
    pub fn sentence(&mut self, x: u16, y: u16, room: u16, text: &str, ink: impl Into<Ink>) -> u16 {
        let room = room.min(self.width.saturating_sub(x));
        if width(text) <= room {
            return self.text(x, y, room, text, ink);
        }
        let first = wrap(text, room.saturating_sub(2)).into_iter().next().unwrap_or_default();
        self.text(x, y, room, &if width(&first) + 2 > room { text.to_owned() } else { format!("{first} …") }, ink)
    }
    /// Writes a text that ends at the area's right edge, in its first row.
    pub fn text_right(&mut self, area: Area, text: &str, ink: impl Into<Ink>) {
        let w = width(text).min(area.w);
        self.text(area.right() - w, area.y, w, text, ink);
    }
    /// Writes parts one after the other in an area's first row; answers the column after them.
    pub fn parts(&mut self, area: Area, parts: &[(&str, Ink)]) -> u16 {
        parts.iter().fold(area.x, |x, (text, ink)| self.text(x, area.y, area.right().saturating_sub(x), text, *ink))
    }
    /// A horizontal line.
    pub fn rule(&mut self, area: Area, ink: impl Into<Ink>) {
        let ink = ink.into();
        (area.x..area.right()).for_each(|x| self.put(x, area.y, '─', ink));
    }
    /// A border of a style.
    pub fn frame(&mut self, area: Area, border: Border, ink: impl Into<Ink>) {
        if area.w < 2 || area.h < 2 {
            return;
        }
        let ink = ink.into();
        let (x, y, r, b) = (area.x, area.y, area.right() - 1, area.bottom() - 1);
        let [across, down, tl, tr, bl, br] = border.glyphs();
        for i in x + 1..r {
            self.put(i, y, across, ink);
            self.put(i, b, across, ink);
        }
        for i in y + 1..b {
            self.put(x, i, down, ink);
            self.put(r, i, down, ink);
        }
        for (cx, cy, glyph) in [(x, y, tl), (r, y, tr), (x, b, bl), (r, b, br)] {
            self.put(cx, cy, glyph, ink);
        }
    }

    /// Its glyphs, a row a line, without blanks at the end.
    pub fn glyphs(&self) -> String {
        self.rows(|cell| cell.glyph)
    }
    /// Its roles by letter, a row a line; capitals of ground are not shown, blanks stay blank.
    pub fn roles(&self) -> String {
        self.rows(|cell| if cell.glyph == ' ' { ' ' } else { cell.ink.role.letter() })
    }
    fn rows(&self, of: impl Fn(&Cell) -> char) -> String {
        let row = |cells: &[Cell]| cells.iter().map(&of).filter(|c| *c != '\0').collect::<String>().trim_end().to_owned() + "\n";
        self.cells.chunks(usize::from(self.width).max(1)).map(row).collect()
    }
}

/// How a border looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Border {
    /// Whole.
    Plain,
    /// Broken: behind it nobody hears us.
    Dashed,
    /// Dotted: no power.
    Dotted,
}

impl Border {
    fn glyphs(self) -> [char; 6] {
        match self {
            Border::Plain => ['─', '│', '╭', '╮', '╰', '╯'],
            Border::Dashed => ['╌', '╎', '╭', '╮', '╰', '╯'],
            Border::Dotted => ['┈', '┊', '·', '·', '·', '·'],
        }
    }
}

/// Columns that a text takes.
pub fn width(text: &str) -> u16 {
    if text.is_ascii() {
        return text.len().min(usize::from(u16::MAX)) as u16;
    }
    text.chars().map(|c| c.width().unwrap_or(if c.is_control() { 1 } else { 0 })).sum::<usize>().min(usize::from(u16::MAX)) as u16
}

/// A text broken into lines of at most `room` columns, at blanks where there are some.
pub fn wrap(text: &str, room: u16) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in text.split(' ') {
        let line = lines.last_mut().filter(|l| l.is_empty() || width(l) + 1 + width(word) <= room);
        match line {
            Some(line) if line.is_empty() => line.push_str(word),
            Some(line) => line.extend([" ", word]),
            None => lines.push(word.to_owned()),
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_cut_and_wide_glyphs_take_two_columns() {
        let mut canvas = Canvas::new(8, 2);
        assert_eq!(canvas.text(0, 0, 5, "kubia-0", Role::Text), 5);
        assert_eq!(canvas.text(0, 1, 8, "日本x", Role::Disk), 5);
        canvas.text(7, 1, 9, "far out", Role::Text);
        assert_eq!(canvas.glyphs(), "kubi…\n日本x  …\n");
        assert_eq!(canvas.roles(), "ttttt\nDDDDD  t\n");
    }

    #[test]
    fn columns_fill_the_width() {
        let columns = Area::new(3, 0, 100, 2).columns(3, 2);
        assert_eq!(columns.iter().map(|c| c.w).sum::<u16>(), 96);
        assert_eq!(columns[2].right(), 103);
        assert!(!columns[0].meets(columns[1]));
    }

    #[test]
    fn wrapped_at_blanks() {
        assert_eq!(wrap("any three will do", 9), ["any three", "will do"]);
    }
}
