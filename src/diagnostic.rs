//! Errors in a text: what is wrong, where, and what to do about it, drawn under the line it speaks of.

use std::fmt;

/// How bad it is: an error refuses the text, a warning only speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// The text is accepted; the reader should still know.
    Warning,
    /// The text is refused.
    Error,
}

impl Severity {
    fn word(self) -> &'static str {
        match self {
            Severity::Warning => "warning",
            Severity::Error => "error",
        }
    }
}

/// One thing to say about a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// Whether the text is refused because of it.
    pub severity: Severity,
    /// Line of the whole text, counted from 1; `None` where no single line is to blame.
    pub line: Option<usize>,
    /// Character (not byte) within the line, counted from 1; never set without a line.
    pub column: Option<usize>,
    /// What a program such as kubectl would print, without a leading `error: `.
    pub message: String,
    /// The same in plain words, or the remedy.
    pub hint: Option<String>,
}

impl Diagnostic {
    /// An error that concerns the text as a whole.
    pub fn error(message: impl Into<String>) -> Self {
        Diagnostic { severity: Severity::Error, line: None, column: None, message: message.into(), hint: None }
    }

    /// A warning that concerns the text as a whole.
    pub fn warning(message: impl Into<String>) -> Self {
        Diagnostic { severity: Severity::Warning, ..Diagnostic::error(message) }
    }

    /// The same, pointing at a line and, if not 0, at a column (both counted from 1).
    pub fn at(mut self, line: usize, column: usize) -> Self {
        self.line = Some(line);
        self.column = (column > 0).then_some(column);
        self
    }

    /// The same with plain words beneath it.
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// Draws message, place, the line of `source` with a caret, and the hint; `file` is only a name to print.
    /// Ends with a newline. A tab is drawn as `→` so that the caret stands under what it means.
    pub fn render(&self, source: &str, file: &str) -> String {
        let mut out = format!("{}: {}\n", self.severity.word(), self.message);
        out.push_str(&self.place(file));
        if let Some(picture) = self.picture(source) {
            out.push_str(&picture);
        }
        if let Some(hint) = &self.hint {
            out.push_str(&format!("  = {hint}\n"));
        }
        out
    }

    fn place(&self, file: &str) -> String {
        match (self.line, self.column) {
            (Some(line), Some(column)) => format!("  --> {file}:{line}:{column}\n"),
            (Some(line), None) => format!("  --> {file}:{line}\n"),
            (None, _) => format!("  --> {file}\n"),
        }
    }

    fn picture(&self, source: &str) -> Option<String> {
        let number = self.line?;
        let text = source.lines().nth(number.checked_sub(1)?)?.replace('\t', "→");
        let gutter = number.to_string().len();
        let mut out = format!("{number} | {}\n", text.trim_end());
        if let Some(column) = self.column {
            let before = " ".repeat((column - 1).min(text.chars().count()));
            out.push_str(&format!("{:gutter$} | {before}^\n", ""));
        }
        Some(out)
    }
}

impl fmt::Display for Diagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Diagnostic {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_caret_stands_under_the_character() {
        let source = "a: 1\nkind: Pod: x\n";
        let drawn = Diagnostic::error("yaml: line 2: no").at(2, 10).hint("quote it").render(source, "web.yaml");
        let wanted = "error: yaml: line 2: no\n  --> web.yaml:2:10\n2 | kind: Pod: x\n  |          ^\n  = quote it\n";
        assert_eq!(drawn, wanted);
    }

    #[test]
    fn a_tab_takes_one_column() {
        let drawn = Diagnostic::warning("tab").at(1, 2).render("\tx: 1", "-");
        assert_eq!(drawn, "warning: tab\n  --> -:1:2\n1 | →x: 1\n  |  ^\n");
    }

    #[test]
    fn a_place_outside_the_text_draws_nothing() {
        for (line, column) in [(0, 0), (7, 3)] {
            let drawn = Diagnostic::error("x").at(line, column).render("one line", "f");
            assert!(!drawn.contains('|'), "{drawn}");
        }
        assert_eq!(Diagnostic::error("x").render("", "f"), "error: x\n  --> f\n");
    }

    #[test]
    fn a_column_beyond_the_end_points_at_the_end() {
        let drawn = Diagnostic::error("x").at(1, 99).render("ab", "f");
        assert!(drawn.ends_with("1 | ab\n  |   ^\n"), "{drawn}");
    }
}
