//! From text to documents. A broken document does not hide the ones around it, and no input, however hostile, takes
//! noticeably long: every limit is a constant here.

use serde_json::{Number, Value};
use serde_yaml::options::DuplicateKeyPolicy;

use super::mistake;
use crate::diagnostic::Diagnostic;

/// Bytes of a whole text that is looked at; about what an API server takes in one request (3 MiB).
pub const MAX_BYTES: usize = 3 * 1024 * 1024;
/// Documents in one text; the rest is refused.
pub const MAX_DOCUMENTS: usize = 1_000;
/// Levels of nesting in one document.
pub const MAX_DEPTH: usize = 64;
/// Maps, lists and scalars of one document, aliases counted as often as they are used.
pub const MAX_NODES: usize = 100_000;
/// Of these, how many may come out of aliases: what stops a "billion laughs" text early.
pub const MAX_ALIASED_EVENTS: usize = 10_000;

/// One document of a stream.
#[derive(Clone, Debug, PartialEq)]
pub struct Document {
    /// Line of the whole text at which it starts, counted from 1; its own line 1.
    pub line: usize,
    /// What it says, or why it cannot be read; the diagnostic's `line` is one of the whole text.
    pub value: Result<Value, Diagnostic>,
}

/// Reads all documents of a YAML or JSON text, leaving out those that hold nothing but comments.
///
/// The text is split on lines that start with `---` before any YAML is read, as kubectl does: so the line numbers in
/// its messages are relative to the document, and so are those in ours.
pub fn documents(text: &str) -> Vec<Document> {
    if text.len() > MAX_BYTES {
        return vec![refused(format!("the text is too large: {} bytes, at most {MAX_BYTES} are read", text.len()))];
    }
    let parts = split(text.strip_prefix('\u{feff}').unwrap_or(text));
    if parts.len() > MAX_DOCUMENTS {
        return vec![refused(format!("the text holds more than {MAX_DOCUMENTS} documents"))];
    }
    let read = parts.into_iter().map(|(line, part)| Document { line, value: value(&part, line) });
    read.filter(|document| document.value != Ok(Value::Null)).collect()
}

fn refused(message: String) -> Document {
    Document { line: 1, value: Err(Diagnostic::error(message)) }
}

/// Pairs of first line and text. What follows `---` on its line belongs to the new document.
fn split(text: &str) -> Vec<(usize, String)> {
    let mut parts = vec![(1, String::new())];
    for (index, line) in text.split_inclusive('\n').enumerate() {
        match line.strip_prefix("---") {
            Some(rest) if rest.trim().is_empty() || rest.trim_start().starts_with('#') => {
                parts.push((index + 2, String::new()));
            }
            Some(rest) if rest.starts_with([' ', '\t']) => parts.push((index + 1, line.replacen("---", "   ", 1))),
            _ => {
                if let Some((_, part)) = parts.last_mut() {
                    part.push_str(line);
                }
            }
        }
    }
    parts.retain(|(_, part)| !part.trim().is_empty());
    parts
}

fn value(text: &str, first_line: usize) -> Result<Value, Diagnostic> {
    let options = serde_yaml::options! {
        legacy_octal_numbers: true,
        duplicate_keys: DuplicateKeyPolicy::Error,
        with_snippet: false,
        budget: serde_yaml::budget! { max_depth: MAX_DEPTH, max_nodes: MAX_NODES },
        alias_limits: alias_limits(),
    };
    match serde_yaml::from_str_with_options::<Value>(text, options) {
        Ok(_) if mistake::starts_with_tab(text) => Err(mistake::first_tab(text, first_line)),
        Ok(mut value) => {
            integral(&mut value);
            Ok(value)
        }
        Err(error) => plain_json(text).ok_or_else(|| mistake::explain(&error, text, first_line)),
    }
}

fn alias_limits() -> serde_yaml::options::AliasLimits {
    serde_yaml::alias_limits! { max_total_replayed_events: MAX_ALIASED_EVENTS }
}

/// The few JSON texts that are not YAML (an escaped `\/`, say). Keys given twice stay refused.
fn plain_json(text: &str) -> Option<Value> {
    let is_json = text.trim_start().starts_with(['{', '[']);
    let value = is_json.then(|| serde_json::from_str::<Value>(text).ok()).flatten()?;
    value.is_object().then_some(value).filter(|_| !repeats_a_key(text))
}

fn repeats_a_key(text: &str) -> bool {
    let options = serde_yaml::options! { with_snippet: false, duplicate_keys: DuplicateKeyPolicy::Error };
    let read = serde_yaml::from_str_with_options::<Value>(text, options);
    matches!(read.as_ref().map_err(|e| e.without_snippet()), Err(serde_yaml::Error::DuplicateMappingKey { .. }))
}

/// `3.0` and `1e3` are integers to a JSON reader in Go, and must be to ours.
fn integral(value: &mut Value) {
    match value {
        Value::Number(number) => {
            if let Some(whole) = whole(number) {
                *number = whole;
            }
        }
        Value::Array(items) => items.iter_mut().for_each(integral),
        Value::Object(fields) => fields.values_mut().for_each(integral),
        Value::Null | Value::Bool(_) | Value::String(_) => {}
    }
}

fn whole(number: &Number) -> Option<Number> {
    let text = number.to_string();
    let digits = text.strip_suffix(".0")?;
    digits.parse::<i64>().ok().map(Number::from)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn one(text: &str) -> Value {
        let mut all = documents(text);
        assert_eq!(all.len(), 1, "{all:?}");
        all.remove(0).value.unwrap()
    }

    #[test]
    fn scalars_are_those_of_yaml_1_1() {
        for (text, wanted) in [
            ("yes", json!(true)),
            ("no", json!(false)),
            ("on", json!(true)),
            ("off", json!(false)),
            ("y", json!(true)),
            ("0644", json!(420)),
            ("0o644", json!(420)),
            ("0x1F", json!(31)),
            ("0b11", json!(3)),
            ("1_000", json!(1000)),
            ("08", json!(8)),
            ("1e3", json!(1000)),
            ("3.0", json!(3)),
            ("-2.0", json!(-2)),
            ("1.5", json!(1.5)),
            ("12:30:45", json!("12:30:45")),
            ("2024-01-01", json!("2024-01-01")),
            ("100m", json!("100m")),
            ("\"yes\"", json!("yes")),
            ("'0644'", json!("0644")),
            ("~", json!(null)),
        ] {
            assert_eq!(one(&format!("x: {text}\n")), json!({ "x": wanted }), "{text}");
        }
    }

    #[test]
    fn documents_keep_the_line_they_start_on() {
        let text = "# only a comment\n---\nkind: A\n--- # again\n\nkind: B\n---\n---\n--- {kind: C}\n";
        let found: Vec<_> = documents(text).into_iter().map(|d| (d.line, d.value.unwrap())).collect();
        assert_eq!(found, [(3, json!({"kind": "A"})), (5, json!({"kind": "B"})), (9, json!({"kind": "C"}))]);
    }

    #[test]
    fn a_broken_document_does_not_hide_its_neighbours() {
        let all = documents("a: 1\n---\nb: 2\n\tc: 3\n---\nd: 4\n");
        let fine: Vec<bool> = all.iter().map(|d| d.value.is_ok()).collect();
        assert_eq!(fine, [true, false, true]);
        assert_eq!(all[1].value.as_ref().unwrap_err().line, Some(4));
    }

    #[test]
    fn json_byte_order_marks_and_carriage_returns_are_read() {
        assert_eq!(one("\u{feff}a: 1\r\nb:\r\n- x\r\n"), json!({"a": 1, "b": ["x"]}));
        assert_eq!(one("{\n\t\"a\": [1, {\"b\": \"\\u00e9\\/\"}]\n}\n"), json!({"a": [1, {"b": "é/"}]}));
        assert_eq!(one("l: &l {a: 1, b: 2}\nm: {<<: *l, a: 3}\n")["m"], json!({"a": 3, "b": 2}));
    }

    #[test]
    fn nothing_yields_no_document() {
        for text in ["", "\n\n", "# x\n", "---\n---\n", "---\n# x\n---\n", "null\n"] {
            assert_eq!(documents(text), [], "{text:?}");
        }
    }

    #[test]
    fn hostile_texts_are_refused_in_words() {
        let mut laughs = String::from("a0: &a0 [x,x,x,x,x,x,x,x,x]\n");
        for i in 1..10 {
            let row = vec![format!("*a{}", i - 1); 9].join(",");
            laughs.push_str(&format!("a{i}: &a{i} [{row}]\n"));
        }
        let steps: String = (0..300).map(|i| format!("{}a:\n", " ".repeat(i))).collect();
        for (text, wanted) in [
            (laughs, "excessive aliasing"),
            ("[".repeat(20_000), "exceeded max depth"),
            (steps, "exceeded max depth of 64"),
            ("---\na: 1\n".repeat(MAX_DOCUMENTS + 1), "more than 1000 documents"),
            ("a: x\n".repeat(MAX_BYTES / 5 + 1), "too large"),
        ] {
            let all = documents(&text);
            let error = all[0].value.as_ref().unwrap_err();
            assert!(error.message.contains(wanted), "{} lacks {wanted}", error.message);
        }
    }
}
