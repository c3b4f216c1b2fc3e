//! What is wrong with a text, in kubectl's own words and, beneath, in plain ones.
//!
//! kubectl's parser numbers lines from the start of the document; errors found while scanning characters count from 1,
//! errors found while parsing tokens from 0, and a 0 is not printed.

use serde_yaml::Error;

use super::read::MAX_DEPTH;
use crate::diagnostic::Diagnostic;

/// How kubectl's parser counts the line of a mistake, given the line at which ours noticed it.
#[derive(Clone, Copy)]
enum Counts {
    /// Found while scanning: that very line.
    Here,
    /// Found while scanning, once the next line was seen.
    Next,
    /// Found while scanning, at the end of the text.
    End,
    /// Found while parsing: one less.
    Before,
    /// Found while parsing, at the end of the text.
    BeforeEnd,
    /// No line at all.
    Never,
}

struct Mistake {
    /// What our parser says.
    ours: &'static str,
    /// What kubectl's says.
    theirs: &'static str,
    counts: Counts,
    hint: &'static str,
}

const fn mistake(ours: &'static str, theirs: &'static str, counts: Counts, hint: &'static str) -> Mistake {
    Mistake { ours, theirs, counts, hint }
}

const TABS: &str = "starts with a tab; YAML indents with spaces";
const NO_TAB_START: &str = "found character that cannot start any token";
const BLOCK_TAB: &str = "found a tab character where an indentation space is expected";
const ALIASING: &str = "document contains excessive aliasing";

/// The first row whose `ours` is part of our parser's message counts. In a hint `{}` stands for the line.
const MISTAKES: &[Mistake] = &[
    mistake("tabs disallowed", NO_TAB_START, Counts::Here, TABS),
    mistake("found a tab", "found a tab character that violates indentation", Counts::Next, TABS),
    mistake("cannot start with a tab", BLOCK_TAB, Counts::Next, TABS),
    mistake("unclosed quote", "found unexpected end of stream", Counts::End, "has a quote that is never closed"),
    mistake(
        "mapping values are not allowed",
        "mapping values are not allowed in this context",
        Counts::Here,
        "has a ':' where no key can be: indented too far, or a text with ': ' in it that needs quotes",
    ),
    mistake(
        "simple key expected ':'",
        "could not find expected ':'",
        Counts::Next,
        "is neither 'key: value' nor a list item: is a ':' missing?",
    ),
    mistake(
        "did not find expected ',' or '}'",
        "did not find expected ',' or '}'",
        Counts::Before,
        "stands inside a '{' that was not closed",
    ),
    mistake(
        "did not find expected ',' or ']'",
        "did not find expected ',' or ']'",
        Counts::Before,
        "stands inside a '[' that was not closed",
    ),
    mistake("illegal placement of ':'", "did not find expected ',' or ']'", Counts::Before, "stands inside a '[' that was not closed"),
    mistake("unclosed bracket '{'", "did not find expected ',' or '}'", Counts::BeforeEnd, "has a '{' that is never closed"),
    mistake("unclosed bracket '['", "did not find expected ',' or ']'", Counts::BeforeEnd, "has a '[' that is never closed"),
    mistake("did not find expected key", "did not find expected key", Counts::Before, "does not line up with the keys above it"),
    mistake(
        "did not find expected '-' indicator",
        "did not find expected '-' indicator",
        Counts::Before,
        "stands beside a list but is no item of it",
    ),
    mistake(
        "found unknown escape character",
        "found unknown escape character",
        Counts::Here,
        "has a backslash in double quotes that stands for nothing; single quotes take it as it is",
    ),
    mistake("unexpected character: `\\u", "control characters are not allowed", Counts::Never, "has a control character"),
    mistake("unexpected character", NO_TAB_START, Counts::Here, "has a value that needs quotes"),
    mistake("Depth", "exceeded max depth of {}", Counts::Never, "is nested too deeply"),
    mistake("recursion limit", "exceeded max depth of {}", Counts::Never, "is nested too deeply"),
    mistake("replay", ALIASING, Counts::Never, "repeats an alias (*name) too often"),
    mistake("budget breached", "document is too large", Counts::Never, "is where the document grew too large"),
];

/// What was found: the message, the line of the document to blame, and what to say of that line.
struct Found {
    message: String,
    line: usize,
    hint: Option<String>,
}

/// Turns the parser's error about a document that starts at `first_line` of the whole text into one about that text.
pub(super) fn explain(error: &Error, text: &str, first_line: usize) -> Diagnostic {
    let (line, column) = place(error);
    let found = match error.without_snippet() {
        Error::DuplicateMappingKey { key, .. } => twice(key.as_deref().unwrap_or("?"), line),
        Error::UnknownAnchor { .. } => unknown_anchor(text, line, column),
        _ if is_template(text, line) => template(text, line),
        _ => known(&error.to_string(), text, line).unwrap_or_else(|| unknown(error, line)),
    };
    let shown = column_of(text, found.line, column);
    let line = first_line + found.line - 1;
    let told = Diagnostic::error(found.message).at(line, shown);
    match found.hint {
        Some(hint) => told.hint(format!("line {line} {hint}")),
        None => told,
    }
}

/// Whether the first line with a key starts with a tab, which our parser lets pass and kubectl's does not.
pub(super) fn starts_with_tab(text: &str) -> bool {
    let first = text.lines().find(|line| !line.trim().is_empty() && !line.trim_start().starts_with('#'));
    first.is_some_and(|line| line.starts_with('\t') && !line.trim_start().starts_with(['{', '[']))
}

/// The error about such a line.
pub(super) fn first_tab(text: &str, first_line: usize) -> Diagnostic {
    let at = text.lines().position(|line| line.starts_with('\t')).unwrap_or(0);
    let message = worded(NO_TAB_START, at + 1, Counts::Here);
    let line = first_line + at;
    Diagnostic::error(message).at(line, 1).hint(format!("line {line} {TABS}"))
}

fn place(error: &Error) -> (usize, usize) {
    let at = error.location().map(|place| (place.line(), place.column()));
    let (line, column) = at.unwrap_or((1, 1));
    (usize::try_from(line).unwrap_or(1).max(1), usize::try_from(column).unwrap_or(1))
}

/// A leading tab is to blame itself, not what follows it.
fn column_of(text: &str, line: usize, column: usize) -> usize {
    let tab = nth(text, line).chars().position(|c| !c.is_whitespace() || c == '\t');
    match tab {
        Some(at) if nth(text, line).chars().nth(at) == Some('\t') => at + 1,
        _ => column,
    }
}

fn nth(text: &str, line: usize) -> &str {
    text.lines().nth(line.saturating_sub(1)).unwrap_or("")
}

fn known(ours: &str, text: &str, line: usize) -> Option<Found> {
    let mut found = MISTAKES.iter().find(|m| ours.contains(m.ours))?;
    let tabbed = nth(text, line).trim_start_matches(' ').starts_with('\t');
    let in_block = mistake(found.ours, BLOCK_TAB, Counts::Here, TABS);
    if tabbed && found.theirs == "did not find expected key" {
        found = &in_block;
    }
    let end = text.matches('\n').count() + 1;
    let (blamed, printed) = match found.counts {
        Counts::Here => (line, line),
        Counts::Next => (next(text, line), next(text, line)),
        Counts::End => (line, end),
        Counts::Before => (line, line - 1),
        Counts::BeforeEnd => (line, end - 1),
        Counts::Never => (line, 0),
    };
    let blamed = if found.hint == TABS { blamed } else { line };
    let theirs = found.theirs.replace("{}", &MAX_DEPTH.to_string());
    let message = worded(&theirs, printed, found.counts);
    Some(Found { message, line: blamed, hint: Some(found.hint.to_string()) })
}

/// kubectl leaves the number out on the first line.
fn worded(theirs: &str, line: usize, counts: Counts) -> String {
    let first = matches!(counts, Counts::Here | Counts::Next | Counts::End) && line <= 1;
    if line == 0 || first { format!("yaml: {theirs}") } else { format!("yaml: line {line}: {theirs}") }
}

/// The next line that is not blank, or the one after this.
fn next(text: &str, line: usize) -> usize {
    let after = text.lines().enumerate().skip(line).find(|(_, text)| !text.trim_matches(' ').is_empty());
    after.map_or(line + 1, |(index, _)| index + 1)
}

fn twice(key: &str, line: usize) -> Found {
    let message = format!("strict decoding error: yaml: unmarshal errors:\n  line {line}: key {key:?} already set in map");
    Found { message, line, hint: Some(format!("gives {key:?} a second time; only one of them can count")) }
}

fn unknown_anchor(text: &str, line: usize, column: usize) -> Found {
    let rest: String = nth(text, line).chars().skip(column).collect();
    let name = rest.split(|c: char| !c.is_alphanumeric() && c != '-' && c != '_').next().unwrap_or("");
    let hint = format!("repeats what is marked &{name} above, and nothing is; a text that starts with * needs quotes");
    Found { message: format!("yaml: unknown anchor '{name}' referenced"), line, hint: Some(hint) }
}

fn is_template(text: &str, line: usize) -> bool {
    nth(text, line).contains(": {{") || nth(text, line).contains("- {{")
}

/// `{{ .Values.x }}` is a map whose key is a map, which no JSON can hold.
fn template(text: &str, line: usize) -> Found {
    let inner = nth(text, line).split("{{").nth(1).and_then(|rest| rest.split("}}").next()).unwrap_or("").trim();
    let words = format!("yaml: invalid map key: map[interface {{}}]interface {{}}{{{inner:?}:interface {{}}(nil)}}");
    let hint = "holds a template ({{ … }}); render it first, or put it in quotes".to_string();
    Found { message: words, line, hint: Some(hint) }
}

fn unknown(error: &Error, line: usize) -> Found {
    let text = error.to_string();
    let words = text.split(" at line ").next().unwrap_or(&text).to_string();
    Found { message: worded(&words, line, Counts::Here), line, hint: None }
}

#[cfg(test)]
mod tests;
