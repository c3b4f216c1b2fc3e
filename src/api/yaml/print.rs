//! A value as `kubectl -o yaml` prints it: keys sorted, lists not indented, long texts folded after column 80.

use std::cmp::Ordering;

use serde_json::Value;

use super::scalar::{Style, printable, style};

/// Beyond this column the next single space becomes a line break.
const FOLD_AFTER: usize = 80;

/// Prints a value, byte for byte as kubectl does; ends with a newline.
pub fn print(value: &Value) -> String {
    let mut printer = Printer { out: String::new() };
    match value {
        Value::Object(fields) if !fields.is_empty() => printer.map(value, 0),
        Value::Array(items) if !items.is_empty() => printer.list(items, 0),
        _ => {
            printer.scalar(value, 0);
            printer.end_line();
        }
    }
    printer.out
}

struct Printer {
    out: String,
}

impl Printer {
    /// Prints the fields, the first one where the line stands now.
    fn map(&mut self, value: &Value, indent: usize) {
        let Value::Object(fields) = value else { return };
        let mut fields: Vec<_> = fields.iter().collect();
        fields.sort_by(|a, b| natural(a.0, b.0));
        for (index, (key, value)) in fields.into_iter().enumerate() {
            if index > 0 {
                self.pad(indent);
            }
            self.text(key, indent, true);
            self.out.push(':');
            self.value_of_key(value, indent);
        }
    }

    fn value_of_key(&mut self, value: &Value, indent: usize) {
        match value {
            Value::Object(fields) if !fields.is_empty() => {
                self.out.push('\n');
                self.pad(indent + 2);
                self.map(value, indent + 2);
            }
            Value::Array(items) if !items.is_empty() => {
                self.out.push('\n');
                self.pad(indent);
                self.list(items, indent);
            }
            _ => {
                self.out.push(' ');
                self.scalar(value, indent);
                self.end_line();
            }
        }
    }

    /// Prints the items, the first one where the line stands now.
    fn list(&mut self, items: &[Value], indent: usize) {
        for (index, item) in items.iter().enumerate() {
            if index > 0 {
                self.pad(indent);
            }
            self.out.push_str("- ");
            match item {
                Value::Object(fields) if !fields.is_empty() => self.map(item, indent + 2),
                Value::Array(inner) if !inner.is_empty() => self.list(inner, indent + 2),
                _ => {
                    self.scalar(item, indent);
                    self.end_line();
                }
            }
        }
    }

    fn scalar(&mut self, value: &Value, indent: usize) {
        match value {
            Value::String(text) => self.text(text, indent, false),
            Value::Object(_) => self.out.push_str("{}"),
            Value::Array(_) => self.out.push_str("[]"),
            Value::Null | Value::Bool(_) | Value::Number(_) => self.out.push_str(&value.to_string()),
        }
    }

    fn text(&mut self, text: &str, indent: usize, is_key: bool) {
        let fold = (!is_key).then_some(indent + 2);
        match style(text, is_key) {
            Style::Plain => self.folded(text, fold, |c| c.to_string()),
            Style::Single => {
                self.out.push('\'');
                self.folded(text, fold, |c| if c == '\'' { "''".into() } else { c.to_string() });
                self.out.push('\'');
            }
            Style::Double => {
                self.out.push('"');
                self.folded(text, fold, escaped);
                self.out.push('"');
            }
            Style::Literal => self.literal(text, indent + 2),
        }
    }

    /// Writes a text of one line, breaking it at single inner spaces where the line has become long.
    fn folded(&mut self, text: &str, fold: Option<usize>, write: fn(char) -> String) {
        let mut before = None;
        let mut rest = text.chars().peekable();
        while let Some(c) = rest.next() {
            let inner = before.is_some_and(|c| c != ' ') && rest.peek().is_some_and(|next| *next != ' ');
            match fold.filter(|_| c == ' ' && inner && self.column() > FOLD_AFTER) {
                Some(indent) => {
                    self.out.push('\n');
                    self.pad(indent);
                }
                None => self.out.push_str(&write(c)),
            }
            before = Some(c);
        }
    }

    fn literal(&mut self, text: &str, indent: usize) {
        self.out.push('|');
        if text.starts_with([' ', '\n']) {
            self.out.push('2');
        }
        if !text.ends_with('\n') {
            self.out.push('-');
        } else if text == "\n" || text.ends_with("\n\n") {
            self.out.push('+');
        }
        self.out.push('\n');
        for line in text.split_inclusive('\n') {
            if line != "\n" {
                self.pad(indent);
            }
            self.out.push_str(line);
        }
    }

    fn column(&self) -> usize {
        let start = self.out.rfind('\n').map_or(0, |at| at + 1);
        self.out[start..].chars().count()
    }

    fn pad(&mut self, indent: usize) {
        self.out.extend(std::iter::repeat_n(' ', indent));
    }

    fn end_line(&mut self) {
        if !self.out.ends_with('\n') {
            self.out.push('\n');
        }
    }
}

fn escaped(c: char) -> String {
    match c {
        '"' => "\\\"".into(),
        '\\' => "\\\\".into(),
        '\0' => "\\0".into(),
        '\u{7}' => "\\a".into(),
        '\u{8}' => "\\b".into(),
        '\t' => "\\t".into(),
        '\n' => "\\n".into(),
        '\u{b}' => "\\v".into(),
        '\u{c}' => "\\f".into(),
        '\r' => "\\r".into(),
        '\u{1b}' => "\\e".into(),
        '\u{85}' => "\\N".into(),
        '\u{2028}' => "\\L".into(),
        '\u{2029}' => "\\P".into(),
        c if printable(c) => c.to_string(),
        c => match u32::from(c) {
            code @ 0..=0xff => format!("\\x{code:02X}"),
            code @ 0x100..=0xffff => format!("\\u{code:04X}"),
            code => format!("\\U{code:08X}"),
        },
    }
}

/// The order of keys: other signs before letters, and runs of digits by their value (`a2` before `a10`).
fn natural(a: &str, b: &str) -> Ordering {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    let Some(at) = a.iter().zip(&b).position(|(x, y)| x != y) else {
        return a.len().cmp(&b.len());
    };
    let (x, y) = (a[at], b[at]);
    match (x.is_alphabetic(), y.is_alphabetic()) {
        (true, true) => x.cmp(&y),
        (true, false) => Ordering::Greater,
        (false, true) => Ordering::Less,
        (false, false) => digits(&a, at, x, y).cmp(&digits(&b, at, x, y)).then(x.cmp(&y)),
    }
}

/// Value and length of the run of digits at `at`; a run that differs in a 0 counts as continuing the one before it.
fn digits(text: &[char], at: usize, x: char, y: char) -> (u64, usize) {
    let before = text[..at].iter().rev().take_while(|c| c.is_ascii_digit());
    let continues = (x == '0' || y == '0') && before.into_iter().any(|c| *c != '0');
    let run = text[at..].iter().map_while(|c| c.to_digit(10));
    let value = |sum: u64, digit: u32| sum.saturating_mul(10).saturating_add(u64::from(digit));
    (run.clone().fold(u64::from(continues), value), run.count())
}

#[cfg(test)]
mod tests {
    use super::super::documents;
    use super::*;

    /// What kubectl printed for the values in `golden.json`.
    const PRINTED: &str = include_str!("golden.yaml");
    const VALUES: &str = include_str!("golden.json");
    /// Objects as `kubectl get -o yaml` printed them.
    const RECORDED: &str = include_str!("recorded.yaml");

    #[test]
    fn tricky_values_are_printed_as_kubectl_prints_them() {
        let values: Value = serde_json::from_str(VALUES).unwrap();
        for (ours, theirs) in print(&values).lines().zip(PRINTED.lines()) {
            assert_eq!(ours, theirs);
        }
        assert_eq!(print(&values), PRINTED);
    }

    #[test]
    fn tricky_values_are_read_back() {
        let values: Value = serde_json::from_str(VALUES).unwrap();
        assert_eq!(documents(PRINTED)[0].value, Ok(values));
    }

    #[test]
    fn recorded_objects_survive_reading_and_printing() {
        let all = documents(RECORDED);
        let printed: Vec<String> = all.iter().map(|d| print(d.value.as_ref().unwrap())).collect();
        assert!(printed.len() >= 7, "{}", printed.len());
        assert_eq!(printed.join("---\n"), RECORDED);
    }

    #[test]
    fn values_that_are_no_map_print_too() {
        for (json, wanted) in [("{}", "{}\n"), ("[]", "[]\n"), ("1", "1\n"), ("\"yes\"", "\"yes\"\n"), ("[1]", "- 1\n")] {
            assert_eq!(print(&serde_json::from_str(json).unwrap()), wanted);
        }
    }
}
