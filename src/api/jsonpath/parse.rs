//! From a template to pieces and steps, with the complaints of the original.

use std::str::Chars;

use serde_json::Value;

/// Part of a template.
#[derive(Debug, PartialEq)]
pub(super) enum Piece {
    Text(String),
    Path(Vec<Step>),
    /// `{range path}` and what stands before its `{end}`.
    Range(Vec<Step>, Vec<Piece>),
    /// An `{end}` that ends nothing: an error once it is reached.
    StrayEnd,
}

/// One step from values to values.
#[derive(Debug, PartialEq)]
pub(super) enum Step {
    Field(String),
    Wildcard,
    Recursive,
    Slice(Slice),
    Filter {
        left: Vec<Step>,
        test: Option<(String, Vec<Step>)>,
    },
    Union(Vec<Step>),
    Literal(Value),
    /// A bare word: an error once it is reached.
    Word(String),
}

/// `[start:end:step]`; `[3]` has neither end nor colon.
#[derive(Debug, PartialEq)]
pub(super) struct Slice {
    pub start: Option<i64>,
    pub end: Option<i64>,
    pub step: Option<i64>,
    pub is_index: bool,
}

enum Action {
    Path(Vec<Step>),
    Range(Vec<Step>),
    End,
}

/// Reads a whole template.
pub(super) fn template(text: &str) -> Result<Vec<Piece>, String> {
    // The bottom is the template itself, above it the bodies of the ranges that are open.
    let mut bottom = Vec::new();
    let mut open: Vec<(Vec<Step>, Vec<Piece>)> = Vec::new();
    let mut rest = text;
    while let Some(at) = rest.find('{') {
        let pieces = open.last_mut().map_or(&mut bottom, |(_, body)| body);
        push_text(pieces, &rest[..at]);
        let (inner, after) = braced(&rest[at + 1..])?;
        rest = after;
        match action(inner)? {
            Action::Path(steps) => pieces.push(Piece::Path(steps)),
            Action::Range(steps) => open.push((steps, Vec::new())),
            Action::End => close(&mut open, &mut bottom),
        }
    }
    push_text(open.last_mut().map_or(&mut bottom, |(_, body)| body), rest);
    while !open.is_empty() {
        close(&mut open, &mut bottom);
    }
    Ok(bottom)
}

fn push_text(pieces: &mut Vec<Piece>, text: &str) {
    if !text.is_empty() {
        pieces.push(Piece::Text(text.to_string()));
    }
}

fn close(open: &mut Vec<(Vec<Step>, Vec<Piece>)>, bottom: &mut Vec<Piece>) {
    let piece = open.pop().map_or(Piece::StrayEnd, |(steps, body)| Piece::Range(steps, body));
    open.last_mut().map_or(bottom, |(_, body)| body).push(piece);
}

/// What stands before the closing brace, quotes respected, and what comes after it.
fn braced(text: &str) -> Result<(&str, &str), String> {
    match unquoted(text, '}') {
        Some(at) => Ok((&text[..at], &text[at + 1..])),
        // An index that is not closed is found before the brace is missed.
        None if text.rfind('[') > text.rfind(']') => Err("unterminated array".to_string()),
        None => Err("unclosed action".to_string()),
    }
}

/// Where a character first stands outside quotes.
fn unquoted(text: &str, wanted: char) -> Option<usize> {
    let mut quote = None;
    let mut escaped = false;
    for (at, c) in text.char_indices() {
        match (c, quote) {
            _ if escaped => escaped = false,
            ('\\', _) => escaped = true,
            (_, Some(open)) if c == open => quote = None,
            (_, Some(_)) => {}
            ('"' | '\'', None) => quote = Some(c),
            _ if c == wanted => return Some(at),
            _ => {}
        }
    }
    None
}

fn action(inner: &str) -> Result<Action, String> {
    let inner = inner.trim();
    if inner == "end" {
        return Ok(Action::End);
    }
    match inner.strip_prefix("range ") {
        Some(path) => Ok(Action::Range(steps(path)?)),
        None => Ok(Action::Path(steps(inner)?)),
    }
}

fn steps(text: &str) -> Result<Vec<Step>, String> {
    let mut steps = Vec::new();
    let mut rest = text.trim_start();
    while let Some(first) = rest.chars().next() {
        rest = match first {
            ' ' | '\t' | '@' | '$' => &rest[1..],
            '.' => dot(&rest[1..], &mut steps),
            '[' => array(&rest[1..], &mut steps)?,
            '"' | '\'' => quoted(rest, first, &mut steps)?,
            '0'..='9' | '+' | '-' => number(rest, &mut steps)?,
            c if c.is_alphanumeric() || c == '_' => word(rest, &mut steps),
            c => {
                return Err(format!("unrecognized character in action: U+{:04X} '{c}'", u32::from(c)));
            }
        };
    }
    Ok(steps)
}

fn dot<'a>(rest: &'a str, steps: &mut Vec<Step>) -> &'a str {
    let rest = match rest.strip_prefix('.') {
        Some(after) => {
            steps.push(Step::Recursive);
            after
        }
        None => rest,
    };
    let (name, after) = field_name(rest);
    match name.as_str() {
        "" => {}
        "*" => steps.push(Step::Wildcard),
        _ => steps.push(Step::Field(name)),
    }
    after
}

/// A name up to what ends it; a backslash takes the next character as it is.
fn field_name(text: &str) -> (String, &str) {
    let mut name = String::new();
    let mut rest: Chars<'_> = text.chars();
    loop {
        let here = rest.as_str();
        match rest.next() {
            Some('\\') => name.extend(rest.next()),
            Some(' ' | '\t' | '.' | ',' | '[' | ']' | '$' | '@' | '{' | '}') | None => {
                return (name, here);
            }
            Some(c) => name.push(c),
        }
    }
}

fn array<'a>(text: &'a str, steps: &mut Vec<Step>) -> Result<&'a str, String> {
    if let Some(filter) = text.strip_prefix("?(") {
        return self::filter(filter, steps);
    }
    let end = unquoted(text, ']').ok_or("unterminated array")?;
    let mut parts = split(&text[..end]).into_iter().map(element).collect::<Result<Vec<Step>, String>>()?;
    match parts.len() {
        1 => steps.append(&mut parts),
        _ => steps.push(Step::Union(parts)),
    }
    Ok(&text[end + 1..])
}

fn split(text: &str) -> Vec<&str> {
    let mut parts = Vec::new();
    let mut rest = text;
    while let Some(at) = unquoted(rest, ',') {
        parts.push(rest[..at].trim());
        rest = &rest[at + 1..];
    }
    parts.push(rest.trim());
    parts
}

fn element(text: &str) -> Result<Step, String> {
    for quote in ['\'', '"'] {
        if let Some(key) = text.strip_prefix(quote).and_then(|rest| rest.strip_suffix(quote)) {
            return Ok(Step::Field(key.replace('\\', "")));
        }
    }
    if text == "*" {
        return Ok(Step::Wildcard);
    }
    slice(text).map(Step::Slice).ok_or_else(|| format!("invalid array index {text}"))
}

fn slice(text: &str) -> Option<Slice> {
    let parts: Vec<&str> = text.split(':').collect();
    let number = |at: usize| match parts.get(at) {
        None | Some(&"") => Some(None),
        Some(digits) => digits.parse::<i64>().ok().map(Some),
    };
    let fits = parts.len() <= 3;
    fits.then_some(Slice { start: number(0)?, end: number(1)?, step: number(2)?, is_index: parts.len() == 1 })
}

fn filter<'a>(text: &'a str, steps: &mut Vec<Step>) -> Result<&'a str, String> {
    let end = unquoted(text, ')').ok_or("unterminated filter")?;
    let after = text[end + 1..].strip_prefix(']').ok_or("unclosed array expect ]")?;
    let inner = &text[..end];
    let operator = inner.find(['!', '<', '>', '=']).filter(|at| *at > 0);
    let (left, test) = match operator {
        Some(at) => {
            let length = inner[at..].find(|c| !"!<>=".contains(c)).unwrap_or(inner.len() - at);
            let right = self::steps(&inner[at + length..])?;
            (&inner[..at], Some((inner[at..at + length].to_string(), right)))
        }
        None => (inner, None),
    };
    steps.push(Step::Filter { left: self::steps(left)?, test });
    Ok(after)
}

fn quoted<'a>(text: &'a str, quote: char, steps: &mut Vec<Step>) -> Result<&'a str, String> {
    let mut value = String::new();
    let mut rest = text[1..].chars();
    loop {
        match rest.next() {
            Some('\\') => value.extend(rest.next().map(unescape)),
            Some(c) if c == quote => break,
            Some(c) => value.push(c),
            None => return Err("unterminated quoted string".to_string()),
        }
    }
    steps.push(Step::Literal(Value::String(value)));
    Ok(rest.as_str())
}

fn unescape(c: char) -> char {
    match c {
        'n' => '\n',
        't' => '\t',
        'r' => '\r',
        c => c,
    }
}

fn number<'a>(text: &'a str, steps: &mut Vec<Step>) -> Result<&'a str, String> {
    let end = text.find(|c: char| !(c.is_ascii_digit() || "+-.".contains(c))).unwrap_or(text.len());
    let digits = text[..end].trim_start_matches('+');
    let value = serde_json::from_str(digits).map_err(|_| format!("cannot parse number {}", &text[..end]))?;
    steps.push(Step::Literal(value));
    Ok(&text[end..])
}

fn word<'a>(text: &'a str, steps: &mut Vec<Step>) -> &'a str {
    let end = text.find(|c: char| !(c.is_alphanumeric() || c == '_')).unwrap_or(text.len());
    steps.push(match &text[..end] {
        "true" => Step::Literal(Value::Bool(true)),
        "false" => Step::Literal(Value::Bool(false)),
        name => Step::Word(name.to_string()),
    });
    &text[end..]
}
