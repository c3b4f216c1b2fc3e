//! Lengths of time in words: ages as tables print them, durations as Go reads and writes them.

use super::table;
use super::time::{Span, Time};

/// `3s`, `7m33s`, `13m`, as the AGE column has it.
pub fn age(span: Span) -> String {
    table::age(span.0)
}

/// The age of something that happened then; `<unknown>` where nobody knows when.
pub fn since(then: Option<Time>, now: Time) -> String {
    then.map_or_else(|| "<unknown>".to_owned(), |then| age(now - then))
}

/// Reads a length of time as Go writes it: `30s`, `1m30s`, `500ms`, `2h`, or `0`. `None` where the text is none.
pub fn parse(text: &str) -> Option<Span> {
    if text == "0" {
        return Some(Span(0));
    }
    let mut rest = text;
    let mut total = 0i64;
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit() && c != '.').filter(|n| *n > 0)?;
        let (number, tail) = rest.split_at(digits);
        let (unit, tail) = tail.split_at(tail.find(|c: char| c.is_ascii_digit() || c == '.').unwrap_or(tail.len()));
        total = total.checked_add(scaled(number, unit)?)?;
        rest = tail;
    }
    (!text.is_empty()).then_some(Span(total))
}

fn scaled(number: &str, unit: &str) -> Option<i64> {
    let millis: i64 = match unit {
        "ms" => 1,
        "s" => 1000,
        "m" => 60_000,
        "h" => 3_600_000,
        _ => return None,
    };
    let (whole, fraction) = number.split_once('.').unwrap_or((number, "0"));
    let fraction: String = fraction.chars().take(3).collect();
    let part = fraction.parse::<i64>().ok()? * millis / 10i64.pow(fraction.len() as u32);
    whole.parse::<i64>().ok()?.checked_mul(millis)?.checked_add(part)
}

/// A length of time as Go prints it: `30s`, `1m30s`, `500ms`. Upstream: time.Duration.String.
pub fn go_duration(span: Span) -> String {
    let millis = span.0;
    if millis == 0 {
        return "0s".to_owned();
    }
    if millis < 1000 {
        return format!("{millis}ms");
    }
    let (hours, minutes) = (millis / 3_600_000, millis / 60_000 % 60);
    let seconds = match millis % 1000 {
        0 => format!("{}s", millis / 1000 % 60),
        part => format!("{}.{}s", millis / 1000 % 60, format!("{part:03}").trim_end_matches('0')),
    };
    match (hours, minutes) {
        (0, 0) => seconds,
        (0, m) => format!("{m}m{seconds}"),
        (h, m) => format!("{h}h{m}m{seconds}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn go_durations() {
        for (text, millis) in [("30s", 30_000), ("1m30s", 90_000), ("500ms", 500), ("1.5s", 1500), ("0", 0), ("2h", 7_200_000)] {
            assert_eq!(parse(text), Some(Span(millis)), "{text}");
        }
        for wrong in ["", "30", "s", "1x", "-1s", "1m 2s"] {
            assert_eq!(parse(wrong), None, "{wrong}");
        }
        assert_eq!(go_duration(Span(90_000)), "1m30s");
        assert_eq!(go_duration(Span(1500)), "1.5s");
    }
}
