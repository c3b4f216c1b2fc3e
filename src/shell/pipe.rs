//! What may stand behind a `|`: grep, head, tail, sort and `wc -l`, over what a command printed.

/// A filter of lines.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Filter {
    /// Lines that hold any of these texts, or none of them.
    Grep {
        /// Texts to look for, in lower case where case does not count.
        any: Vec<String>,
        /// Lines without them instead.
        invert: bool,
        /// Whether `Pod` finds `pod`.
        ignore_case: bool,
        /// How many instead of which.
        count: bool,
    },
    /// The first lines.
    Head(usize),
    /// The last lines.
    Tail(usize),
    /// In order of their bytes.
    Sort,
    /// How many lines there are.
    Count,
}

const KNOWN: &str = "podyard has grep, head, tail, sort and wc -l behind a pipe";

/// Reads the words behind a `|`.
pub fn read(words: &[String]) -> Result<Filter, String> {
    let Some((name, rest)) = words.split_first() else { return Err("bash: syntax error near unexpected token `|'".to_owned()) };
    let rest: Vec<&str> = rest.iter().map(String::as_str).collect();
    match name.as_str() {
        "grep" | "egrep" | "fgrep" => grep(&rest),
        "head" => lines(&rest).map(Filter::Head),
        "tail" => lines(&rest).map(Filter::Tail),
        "sort" if rest.is_empty() => Ok(Filter::Sort),
        "wc" if rest == ["-l"] => Ok(Filter::Count),
        "jq" | "yq" => Err(format!("{name}: command not found; -o jsonpath picks fields as well")),
        "sort" | "wc" => Err(format!("{name}: {KNOWN}")),
        _ => Err(format!("{name}: command not found; {KNOWN}")),
    }
}

/// Texts are taken literally but for `\|`, and `|` with `-E`, which stand for "or".
fn grep(words: &[&str]) -> Result<Filter, String> {
    let (mut pattern, mut invert, mut ignore_case, mut count, mut extended) = (None, false, false, false, false);
    for word in words {
        match word.strip_prefix('-').filter(|letters| !letters.is_empty()) {
            None if pattern.is_none() => pattern = Some(*word),
            None => return Err("grep: podyard greps what the command printed, not files".to_owned()),
            Some(letters) => {
                for letter in letters.chars() {
                    match letter {
                        'v' => invert = true,
                        'i' => ignore_case = true,
                        'c' => count = true,
                        'E' => extended = true,
                        'e' | 'F' | 'w' => {}
                        other => return Err(format!("grep: podyard's grep knows -v -i -c -E, not -{other}")),
                    }
                }
            }
        }
    }
    let pattern = pattern.ok_or("Usage: grep [-v] [-i] [-c] TEXT")?;
    let pattern = if ignore_case { pattern.to_lowercase() } else { pattern.to_owned() };
    let any = pattern.split(if extended { "|" } else { "\\|" }).map(str::to_owned).collect();
    Ok(Filter::Grep { any, invert, ignore_case, count })
}

/// `-3`, `-n 3`, `-n3`; 10 without.
fn lines(words: &[&str]) -> Result<usize, String> {
    let text = match words {
        [] => return Ok(10),
        ["-n", count] => count,
        [one] => one.strip_prefix("-n").or(one.strip_prefix('-')).unwrap_or(one),
        _ => return Err(KNOWN.to_owned()),
    };
    text.parse().map_err(|_| format!("invalid number of lines: {text:?}"))
}

impl Filter {
    /// What is left of a text, and whether that counts as success.
    pub fn pass(&self, text: &str) -> (String, bool) {
        let all: Vec<&str> = text.lines().collect();
        let joined = |lines: &[&str]| lines.iter().map(|line| format!("{line}\n")).collect::<String>();
        match self {
            Filter::Head(count) => (joined(&all[..all.len().min(*count)]), true),
            Filter::Tail(count) => (joined(&all[all.len() - all.len().min(*count)..]), true),
            Filter::Count => (format!("{}\n", all.len()), true),
            Filter::Sort => {
                let mut sorted = all;
                sorted.sort_unstable();
                (joined(&sorted), true)
            }
            Filter::Grep { count, .. } => {
                let kept: Vec<&str> = all.into_iter().filter(|line| self.keeps(line)).collect();
                let found = !kept.is_empty();
                (if *count { format!("{}\n", kept.len()) } else { joined(&kept) }, found)
            }
        }
    }

    fn keeps(&self, line: &str) -> bool {
        let Filter::Grep { any, invert, ignore_case, .. } = self else { return true };
        let line = if *ignore_case { line.to_lowercase() } else { line.to_owned() };
        any.iter().any(|text| found(&line, text)) != *invert
    }
}

/// A text may be tied to the beginning of a line by `^` and to its end by `$`.
fn found(line: &str, text: &str) -> bool {
    let (start, text) = text.strip_prefix('^').map_or((false, text), |text| (true, text));
    let (end, text) = text.strip_suffix('$').map_or((false, text), |text| (true, text));
    match (start, end) {
        (true, true) => line == text,
        (true, false) => line.starts_with(text),
        (false, true) => line.ends_with(text),
        (false, false) => line.contains(text),
    }
}

#[cfg(test)]
mod tests {
    use super::read;

    fn piped(filter: &str, text: &str) -> (String, bool) {
        let words: Vec<String> = filter.split(' ').map(str::to_owned).collect();
        read(&words).unwrap().pass(text)
    }

    #[test]
    fn filters() {
        let pods = "NAME\nkubia-0 Running\nkubia-1 Pending\n";
        assert_eq!(piped("grep Run", pods), ("kubia-0 Running\n".to_owned(), true));
        assert_eq!(piped("grep -vi name", pods).0, "kubia-0 Running\nkubia-1 Pending\n");
        assert_eq!(piped("grep -E Run|Pend", pods).0.lines().count(), 2);
        assert_eq!(piped("grep -c ^kubia", pods).0, "2\n");
        assert_eq!(piped("grep nope", pods), (String::new(), false));
        assert_eq!((piped("head -1", pods).0.as_str(), piped("tail -n 1", pods).0.as_str()), ("NAME\n", "kubia-1 Pending\n"));
        assert_eq!(piped("wc -l", pods).0, "3\n");
        for wrong in ["jq .", "awk x", "grep", "head -x", "sort -k2"] {
            let words: Vec<String> = wrong.split(' ').map(str::to_owned).collect();
            assert!(read(&words).is_err(), "{wrong}");
        }
    }
}
