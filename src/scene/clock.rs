//! Times in few characters.

use crate::api::Span;

/// `6:32`, `1:06:32`: a length of time on a clock face.
pub fn clock(span: Span) -> String {
    let secs = span.as_secs().max(0);
    let (h, m, s) = (secs / 3600, secs / 60 % 60, secs % 60);
    if h > 0 { format!("{h}:{m:02}:{s:02}") } else { format!("{m:02}:{s:02}") }
}

/// `28s`, `4:12`, `1:06:32`: what is left of a timer, rounded up.
pub fn left(span: Span) -> String {
    let secs = (span.0.max(0) + 999) / 1000;
    if secs < 60 { format!("{secs}s") } else { clock(Span::secs(secs)).trim_start_matches('0').to_owned() }
}

/// `42 s`, `6 min 32 s`, `2 h 5 min`: in a sentence.
pub fn spoken(span: Span) -> String {
    let secs = span.as_secs().max(0);
    match (secs / 3600, secs / 60 % 60, secs % 60) {
        (0, 0, s) => format!("{s} s"),
        (0, m, 0) => format!("{m} min"),
        (0, m, s) => format!("{m} min {s} s"),
        (h, m, _) => format!("{h} h {m} min"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn three_ways_to_say_it() {
        assert_eq!(
            (clock(Span::secs(392)), left(Span(27_001)), spoken(Span::secs(342))),
            ("06:32".into(), "28s".into(), "5 min 42 s".into())
        );
        assert_eq!((clock(Span::secs(3992)), left(Span::secs(252)), left(Span(-5))), ("1:06:32".into(), "4:12".into(), "0s".into()));
    }
}
