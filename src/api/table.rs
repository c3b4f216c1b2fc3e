//! kubectl's printed tables, ages, and the layout of `describe`.

mod columns;

use columns::Columns;

/// Widths that one table has needed so far. `get -w` keeps them, so that later rows stand under the first ones.
#[derive(Clone, Debug, Default)]
pub struct Widths(Vec<usize>);

impl Widths {
    /// Prints rows under the widths seen before, widened where needed; with an empty `headers` only rows.
    pub fn write(&mut self, headers: &[&str], rows: &[Vec<String>]) -> String {
        let header = headers.iter().map(|name| (*name).to_string()).collect::<Vec<_>>();
        let mut lines: Vec<Vec<String>> = (!header.is_empty()).then_some(header).into_iter().collect();
        lines.extend(rows.iter().map(|row| row.iter().map(|cell| one_line(cell)).collect()));
        Columns { least: 6, padding: 3 }.write(&lines, &mut self.0)
    }
}

/// Prints a table as `kubectl get` does: columns at least 6 wide, 3 spaces between them, the last one as it is.
///
/// `headers_on` is false for `--no-headers`, where the header's width does not count either. Ends with a newline
/// unless nothing is printed.
pub fn write(headers: &[&str], rows: &[Vec<String>], headers_on: bool) -> String {
    Widths::default().write(if headers_on { headers } else { &[] }, rows)
}

/// A cell ends at its first line break, which then shows as `...`.
fn one_line(cell: &str) -> String {
    match cell.find(['\n', '\r', '\u{c}']) {
        Some(at) => format!("{}...", &cell[..at]),
        None => cell.to_string(),
    }
}

/// A span of time as in the AGE column, from milliseconds: `119s`, `2m`, `9m59s`, `3h`, `47h`, `2d1h`, `2y5d`.
///
/// Spans of less than a second print `0s`, negative ones beyond a second `<invalid>`.
pub fn age(millis: i64) -> String {
    const MINUTE: i64 = 60;
    const HOUR: i64 = 60 * MINUTE;
    const DAY: i64 = 24 * HOUR;
    const YEAR: i64 = 365 * DAY;
    let s = millis / 1000;
    match s {
        ..=-2 => "<invalid>".to_string(),
        -1..=0 => "0s".to_string(),
        _ if s < 2 * MINUTE => format!("{s}s"),
        _ if s < 10 * MINUTE => both(s / MINUTE, "m", s % MINUTE, "s"),
        _ if s < 3 * HOUR => format!("{}m", s / MINUTE),
        _ if s < 8 * HOUR => both(s / HOUR, "h", s % HOUR / MINUTE, "m"),
        _ if s < 2 * DAY => format!("{}h", s / HOUR),
        _ if s < 8 * DAY => both(s / DAY, "d", s % DAY / HOUR, "h"),
        _ if s < 2 * YEAR => format!("{}d", s / DAY),
        _ if s < 8 * YEAR => both(s / YEAR, "y", s % YEAR / DAY, "d"),
        _ => format!("{}y", s / YEAR),
    }
}

/// The smaller part is left out when it is 0.
fn both(large: i64, unit: &str, small: i64, small_unit: &str) -> String {
    match small {
        0 => format!("{large}{unit}"),
        _ => format!("{large}{unit}{small}{small_unit}"),
    }
}

/// The layout of `kubectl describe`: two spaces a level, values aligned within each unbroken run of lines.
#[derive(Clone, Debug, Default)]
pub struct Describe {
    lines: Vec<Vec<String>>,
}

impl Describe {
    /// An empty description.
    pub fn new() -> Self {
        Describe::default()
    }

    /// A line of cells separated by tabs; without a tab it interrupts the alignment of the lines around it.
    pub fn line(&mut self, level: usize, text: &str) -> &mut Self {
        let text = format!("{}{text}", "  ".repeat(level));
        for line in text.split('\n') {
            self.lines.push(line.split('\t').map(str::to_string).collect());
        }
        self
    }

    /// `Label:  value`; give the label without its colon.
    pub fn field(&mut self, level: usize, label: &str, value: &str) -> &mut Self {
        self.line(level, &format!("{label}:\t{value}"))
    }

    /// A label and below one another its values; none at all prints `<none>`. At levels above 0 the values after the
    /// first are indented like the label and then aligned.
    pub fn list<T: AsRef<str>>(&mut self, level: usize, label: &str, values: &[T]) -> &mut Self {
        let Some((first, rest)) = values.split_first() else {
            return self.field(level, label, "<none>");
        };
        self.field(level, label, first.as_ref());
        for value in rest {
            self.line(level, &format!("\t{}", value.as_ref()));
        }
        self
    }

    /// A heading and under it, one level deeper, rows of cells in columns of their own.
    pub fn rows(&mut self, level: usize, heading: &str, rows: &[Vec<String>]) -> &mut Self {
        self.line(level, &format!("{heading}:"));
        for row in rows {
            self.line(level + 1, &row.join("\t"));
        }
        self
    }

    /// The text with its tabs, for what kubectl prints past its column writer; ends with a newline.
    pub fn raw(&self) -> String {
        let line = |cells: &Vec<String>| match cells.split_first() {
            Some((first, rest)) if first.trim().is_empty() && !rest.is_empty() => format!("\t{}\n", rest.join("\t")),
            _ => cells.join("\t") + "\n",
        };
        self.lines.iter().map(line).collect()
    }

    /// The aligned text; ends with a newline.
    pub fn print(&self) -> String {
        Columns { least: 0, padding: 2 }.write(&self.lines, &mut Vec::new())
    }
}

#[cfg(test)]
mod tests;
