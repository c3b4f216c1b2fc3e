//! How a text must be quoted so that kubectl's YAML 1.1 reads back the same text.
//!
//! Follows resolve.go and the emitter of go.yaml.in/yaml/v2, which kubectl prints with.

/// The ways to write a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Style {
    Plain,
    Single,
    Double,
    /// `|` and the text indented beneath.
    Literal,
}

/// Words that mean something else than themselves.
const WORDS: &[&str] = &[
    "", "~", "null", "Null", "NULL", "y", "Y", "yes", "Yes", "YES", "on", "On", "ON", "n", "N", "no", "No", "NO", "off", "Off", "OFF",
    "true", "True", "TRUE", "false", "False", "FALSE", ".nan", ".NaN", ".NAN", ".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF", "-.inf",
    "-.Inf", "-.INF",
];

/// Chooses as kubectl does; `is_key` because a key has to stay on its line.
pub(super) fn style(text: &str, is_key: bool) -> Style {
    let found = Traits::of(text);
    if text.contains('\n') {
        return if is_key || !found.block_allowed() { Style::Double } else { Style::Literal };
    }
    if resolves(text) {
        return Style::Double;
    }
    match (found.plain_allowed(), found.special) {
        (true, _) => Style::Plain,
        (false, false) => Style::Single,
        (false, true) => Style::Double,
    }
}

/// What about a text decides its quoting.
struct Traits {
    indicators: bool,
    special: bool,
    space_before_break: bool,
    edge_space: bool,
    ends_with_space: bool,
}

impl Traits {
    fn of(text: &str) -> Traits {
        Traits {
            indicators: has_indicators(text),
            special: text.chars().any(|c| !printable(c)),
            space_before_break: text.contains(" \n"),
            edge_space: text.starts_with([' ', '\n']) || text.ends_with([' ', '\n']),
            ends_with_space: text.ends_with(' '),
        }
    }

    fn plain_allowed(&self) -> bool {
        !(self.indicators || self.special || self.edge_space)
    }

    fn block_allowed(&self) -> bool {
        !(self.special || self.space_before_break || self.ends_with_space)
    }
}

/// The emitter's notion: no tab, no carriage return, nothing beyond the basic plane.
pub(super) fn printable(c: char) -> bool {
    matches!(c, '\n' | ' '..='~' | '\u{a0}'..='\u{d7ff}' | '\u{e000}'..='\u{fffd}') && !matches!(c, '\u{feff}' | '\u{2028}' | '\u{2029}')
}

fn has_indicators(text: &str) -> bool {
    if text.starts_with("---") || text.starts_with("...") {
        return true;
    }
    let mut before = None;
    let mut rest = text.chars().peekable();
    while let Some(c) = rest.next() {
        let blank_after = rest.peek().is_none_or(|next| matches!(next, ' ' | '\n' | '\t'));
        if indicates(c, before, blank_after) {
            return true;
        }
        before = Some(c);
    }
    false
}

fn indicates(c: char, before: Option<char>, blank_after: bool) -> bool {
    match (c, before) {
        (',' | '[' | ']' | '{' | '}' | '#' | '&' | '*' | '!' | '|' | '>', None) => true,
        ('\'' | '"' | '%' | '@' | '`', None) => true,
        ('?' | ':' | '-', None) => blank_after,
        (':', Some(_)) => blank_after,
        ('#', Some(before)) => matches!(before, ' ' | '\n' | '\t'),
        _ => false,
    }
}

/// Whether the bare text would be read as a boolean, a null, a number or a time.
fn resolves(text: &str) -> bool {
    let starts_number = text.starts_with(|c: char| c.is_ascii_digit() || matches!(c, '+' | '-' | '.'));
    WORDS.contains(&text) || starts_number && (is_time(text) || is_number(text) || is_base_60(text))
}

fn is_number(text: &str) -> bool {
    let bare = text.replace('_', "");
    if text.starts_with('.') && text.contains('_') {
        return false;
    }
    is_integer(&bare) || is_float(&bare)
}

fn is_integer(text: &str) -> bool {
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    let lower = digits.to_ascii_lowercase();
    for (prefix, radix) in [("0x", 16), ("0o", 8), ("0b", 2)] {
        if let Some(rest) = lower.strip_prefix(prefix) {
            return !rest.is_empty() && rest.chars().all(|c| c.is_digit(radix));
        }
    }
    !digits.is_empty() && digits.chars().all(|c| c.is_ascii_digit())
}

/// Digits with at most one point and an exponent; one too large for a double is a text.
fn is_float(text: &str) -> bool {
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    let (mantissa, exponent) = match unsigned.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent)),
        None => (unsigned, None),
    };
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits = |text: &str| text.chars().all(|c| c.is_ascii_digit());
    let has_digits = !whole.is_empty() || !fraction.is_empty();
    has_digits && digits(whole) && digits(fraction) && exponent.is_none_or(|e| fits_a_double(whole, e))
}

fn fits_a_double(whole: &str, exponent: &str) -> bool {
    let digits = exponent.strip_prefix(['+', '-']).unwrap_or(exponent);
    let is_digits = !digits.is_empty() && digits.chars().all(|c| c.is_ascii_digit());
    let magnitude = digits.parse::<usize>().unwrap_or(usize::MAX);
    is_digits && (exponent.starts_with('-') || magnitude.saturating_add(whole.len()) <= 309)
}

/// `12:30` was once seven hundred and fifty.
fn is_base_60(text: &str) -> bool {
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    let mut parts = unsigned.split(':');
    let head = parts.next().unwrap_or("");
    let mut sixtieths = parts.map(|part| part.split('.').next().unwrap_or("")).peekable();
    let small = |part: &str| part.len() <= 2 && part.parse::<u8>().is_ok_and(|n| n < 60);
    sixtieths.peek().is_some()
        && head.starts_with(|c: char| c.is_ascii_digit())
        && head.chars().all(|c| c.is_ascii_digit() || c == '_')
        && sixtieths.all(small)
}

/// `2006-1-2`, alone or followed by a time of day and a zone.
fn is_time(text: &str) -> bool {
    let (date, time) = match text.find(['T', 't', ' ']) {
        Some(at) => (&text[..at], Some(&text[at + 1..])),
        None => (text, None),
    };
    is_date(date) && time.is_none_or(is_time_of_day)
}

fn is_date(text: &str) -> bool {
    let parts: Vec<&str> = text.split('-').collect();
    let within = |part: &str, most: u8| part.len() <= 2 && part.parse::<u8>().is_ok_and(|n| (1..=most).contains(&n));
    match parts[..] {
        [year, month, day] => year.len() == 4 && year.parse::<u16>().is_ok() && within(month, 12) && within(day, 31),
        _ => false,
    }
}

fn is_time_of_day(text: &str) -> bool {
    let clock = text.split(['Z', 'z', '+', '-', '.']).next().unwrap_or("");
    let parts: Vec<&str> = clock.split(':').collect();
    parts.len() == 3 && parts.iter().all(|part| part.parse::<u8>().is_ok_and(|n| n < 60))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_never_becomes_a_block() {
        assert_eq!(style("a\nb", false), Style::Literal);
        assert_eq!(style("a\nb", true), Style::Double);
    }

    #[test]
    fn what_would_read_as_something_else_is_quoted() {
        for text in ["yes", "Off", "~", "", "0644", "1_000", "1e3", ".5", "12:30", "2024-01-01", "-.inf", "0x1F", "+1"] {
            assert_eq!(style(text, false), Style::Double, "{text}");
        }
        for text in ["100m", "1.2.3", "v1", "1e400", "0x", "+", "-x", "a:b", "x#y", "<<", "nope", "2024-13-01x"] {
            assert_eq!(style(text, false), Style::Plain, "{text}");
        }
    }
}
