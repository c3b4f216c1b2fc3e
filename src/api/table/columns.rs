//! Elastic tab stops, as Go's text/tabwriter sets them.
//!
//! A cell that is followed by another belongs to a column; a column is an unbroken run of lines that have such a cell
//! at that place, and is as wide as its widest cell. So a line without cells starts all columns anew.

/// How wide columns are.
pub(super) struct Columns {
    /// The least width of a column, its padding included.
    pub least: usize,
    /// Spaces after the widest cell.
    pub padding: usize,
}

impl Columns {
    /// Aligns lines of cells. `remembered` holds the widest each column has been, and grows.
    pub fn write(&self, lines: &[Vec<String>], remembered: &mut Vec<usize>) -> String {
        let mut widths: Vec<Vec<usize>> = lines.iter().map(|_| Vec::new()).collect();
        let columns = lines.iter().map(Vec::len).max().unwrap_or(0);
        for column in 0..columns.saturating_sub(1) {
            self.measure(lines, column, &mut widths, remembered);
        }
        let mut out = String::new();
        for (cells, widths) in lines.iter().zip(&widths) {
            print(cells, widths, &mut out);
        }
        out
    }

    fn measure(&self, lines: &[Vec<String>], column: usize, widths: &mut [Vec<usize>], remembered: &mut Vec<usize>) {
        let in_column = |line: &Vec<String>| column + 1 < line.len();
        let mut from = 0;
        while from < lines.len() {
            let run = lines[from..].iter().take_while(|line| in_column(line)).count();
            let width = self.width(&lines[from..from + run], column, remembered.get(column).copied());
            if run > 0 {
                remembered.resize(remembered.len().max(column + 1), 0);
                remembered[column] = width.max(remembered[column]);
            }
            widths[from..from + run].iter_mut().for_each(|widths| widths.push(width));
            from += run.max(1);
        }
    }

    /// A table is one run, so what was remembered of a column is that column's; `describe` remembers nothing.
    fn width(&self, run: &[Vec<String>], column: usize, remembered: Option<usize>) -> usize {
        let widest = run.iter().map(|line| line[column].chars().count() + self.padding).max();
        let remembered = if self.least > 0 { remembered.unwrap_or(0) } else { 0 };
        widest.unwrap_or(0).max(self.least).max(remembered)
    }
}

fn print(cells: &[String], widths: &[usize], out: &mut String) {
    for (column, cell) in cells.iter().enumerate() {
        out.push_str(cell);
        if let Some(width) = widths.get(column) {
            out.extend(std::iter::repeat_n(' ', width.saturating_sub(cell.chars().count())));
        }
    }
    out.push('\n');
}
