//! A page of text in a pane: lines of parts, broken between words, and as much of them as there is room for.

use super::window::Window;
use super::{inside, pane};
use crate::scene::canvas::width;
use crate::scene::cause::Remedy;
use crate::scene::{Area, Canvas, Ink, Role};

/// A page of text: a title and lines of parts.
#[derive(Clone, Debug, Default)]
pub struct Page {
    /// Its title.
    pub title: String,
    /// The colour of title and border.
    pub role: Role,
    /// Command lines that would change what it tells of, in the order of the keys that run them.
    pub remedies: Vec<Remedy>,
    lines: Vec<Vec<(String, Ink)>>,
}

impl Page {
    /// An empty page.
    pub fn new(title: impl Into<String>, role: Role) -> Page {
        Page { title: title.into(), role, remedies: Vec::new(), lines: Vec::new() }
    }
    /// Adds a line of one ink.
    pub fn say(&mut self, text: impl Into<String>, ink: impl Into<Ink>) {
        self.lines.push(vec![(text.into(), ink.into())]);
    }
    /// Adds a line of a label and what it says.
    pub fn field(&mut self, label: &str, text: impl Into<String>, ink: impl Into<Ink>) {
        self.lines.push(vec![
            (if label.len() < 8 { format!("{label:<8}") } else { format!("{label} ") }, Role::Faint.into()),
            (text.into(), ink.into()),
        ]);
    }
    /// Adds a line of keys and what they do.
    pub fn keys(&mut self, before: &str, keys: &[(&str, &str)]) {
        let mut parts = vec![(before.to_owned(), Ink::from(Role::Faint))];
        for (key, words) in keys {
            parts.push((format!(" {key} "), Role::Key.bold()));
            parts.push((format!("{words} "), Role::Text.into()));
        }
        self.lines.push(parts);
    }
    /// Adds a line that would free it, behind the key that runs it.
    pub fn remedy(&mut self, remedy: Remedy) {
        let key = format!(" {} ", self.remedies.len() + 1);
        let heredoc = if remedy.stdin.is_some() { " <<EOF" } else { "" };
        let line = format!("{}{heredoc}  ", remedy.line);
        self.lines.push(vec![(key, Role::Key.bold()), (line, Role::Code.into()), (remedy.words.clone(), Role::Faint.into())]);
        self.remedies.push(remedy);
    }
    /// Adds a line behind a sign; where it is broken, what follows is indented.
    pub fn signed(&mut self, sign: impl Into<String>, ink: impl Into<Ink>, text: impl Into<String>, words: impl Into<Ink>) {
        self.lines.push(vec![(sign.into(), ink.into()), (text.into(), words.into())]);
    }
    /// Adds a line that is never broken.
    pub fn fixed(&mut self, text: impl Into<String>, ink: impl Into<Ink>) {
        self.lines.push(vec![(text.into(), ink.into()), Default::default(), Default::default()]);
    }
    /// Rows of a pane of that width that shows all of it, border included.
    pub fn rows(&self, w: u16) -> u16 {
        (self.broken(w.saturating_sub(4)).len() + 2).min(usize::from(u16::MAX / 2)) as u16
    }
    /// True where a pane shows all of it.
    pub fn fits(&self, area: Area) -> bool {
        self.window(area, 0).below() == 0
    }
    /// Adds a line of parts.
    pub fn add(&mut self, parts: Vec<(String, Ink)>) {
        self.lines.push(parts);
    }
    /// Adds an empty line.
    pub fn gap(&mut self) {
        self.lines.push(Vec::new());
    }
    /// Its rows in so many columns, without a pane around them.
    pub fn lines(&self, room: u16) -> Vec<Vec<(String, Ink)>> {
        self.broken(room).into_iter().map(|row| row.parts).collect()
    }
    /// What of it is seen in an area from that row on: no line is left in the middle where one ends before.
    pub fn window(&self, area: Area, scroll: usize) -> Window {
        let inner = inside(area);
        let rows = self.broken(inner.w);
        let mut window = Window::of(rows.len(), usize::from(inner.h), scroll);
        if window.below() > 0 {
            let seen = &rows[window.first..window.first + window.shown];
            window.shown = seen.iter().rposition(|row| row.ends).map_or(window.shown, |last| last + 1);
        }
        window
    }
    /// Draws it from that row on.
    pub fn draw(&self, canvas: &mut Canvas, area: Area, scroll: usize) {
        let inner = pane(canvas, area, &self.title, self.role.into());
        let window = self.window(area, scroll);
        let rows = self.broken(inner.w);
        let seen = &rows[window.first..window.first + window.shown];
        for (i, row) in seen.iter().enumerate() {
            let parts: Vec<(&str, Ink)> = row.parts.iter().map(|(text, ink)| (text.as_str(), *ink)).collect();
            canvas.parts(inner.row(i as u16), &parts);
        }
        let last = seen.last().filter(|_| window.shown == window.room);
        window.mark(canvas, area, last.map_or(0, |row| row.parts.iter().map(|(text, _)| width(text)).sum()));
    }
    /// Its lines, those of one ink or with a label broken at blanks.
    fn broken(&self, room: u16) -> Vec<Row> {
        self.lines.iter().flat_map(|line| Row::of(break_line(line, room))).collect()
    }
}

/// A line in rows of at most `room` columns, broken between words; what follows stands under a label's text.
fn break_line(line: &[(String, Ink)], room: u16) -> Vec<Vec<(String, Ink)>> {
    let total: u16 = line.iter().map(|(text, _)| width(text)).sum();
    if total <= room || is_fixed(line) {
        return vec![line.to_vec()];
    }
    let indent = match line {
        [_] => 0,
        [label, _] => width(&label.0).min(room / 2),
        [label, ..] => width(&label.0).min(6),
        [] => 0,
    };
    let (mut rows, mut used): (Vec<Vec<(String, Ink)>>, u16) = (vec![Vec::new()], 0);
    for (text, ink) in line {
        for word in text.split_inclusive(' ') {
            let length = width(word.trim_end());
            if used + length > room && used > indent {
                rows.last_mut().and_then(|row| row.last_mut()).into_iter().for_each(|part| part.0.truncate(part.0.trim_end().len()));
                rows.push(vec![(" ".repeat(usize::from(indent)), Ink::default())]);
                used = indent;
            }
            used += width(word);
            rows.last_mut().into_iter().for_each(|row| row.push((word.to_owned(), *ink)));
        }
    }
    rows.last_mut().and_then(|row| row.last_mut()).into_iter().for_each(|part| part.0.truncate(part.0.trim_end().len()));
    rows
}

/// A line that was added by [`Page::fixed`]: it ends with two parts that say nothing.
fn is_fixed(line: &[(String, Ink)]) -> bool {
    matches!(line, [_, second, third] if second.0.is_empty() && third.0.is_empty())
}

/// A row of a broken line.
struct Row {
    parts: Vec<(String, Ink)>,
    /// True for the last row of its line.
    ends: bool,
}

impl Row {
    fn of(rows: Vec<Vec<(String, Ink)>>) -> Vec<Row> {
        let last = rows.len().saturating_sub(1);
        rows.into_iter().enumerate().map(|(i, parts)| Row { parts, ends: i == last }).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_stops_where_a_line_ends_and_goes_on_there() {
        let mut page = Page::new("t", Role::Text);
        page.say("one two three four five six", Role::Text);
        page.say("seven eight nine ten eleven", Role::Text);
        let area = Area::new(0, 0, 16, 5);
        let first = page.window(area, 0);
        assert_eq!((first.shown, first.below()), (2, 3), "the second line would be cut in its middle");
        let second = page.window(area, first.next());
        assert_eq!((second.first + second.shown, second.below()), (5, 0));
    }
}
