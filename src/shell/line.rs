//! A typed line as words, quoted as in a shell; what only a real shell can do is refused by name.

/// What a shell would do with it, and why there is none of it here.
const OPERATORS: [(&str, &str); 7] = [
    ("&&", "one command a line: put what follows '&&' on a line of its own"),
    ("||", "one command a line: '||' is not understood here"),
    ("|", "no pipes here: put '-f -' text in a here document, or use -o jsonpath, -l and --field-selector to pick"),
    (";", "one command a line: put what follows ';' on a line of its own"),
    (">", "no files here to redirect to: leave out '>' (inside a pod: kubectl exec POD -- sh -c 'echo text > file')"),
    ("<", "no redirection here: give the text as a here document"),
    ("$(", "no command substitution here: run the inner command first"),
];

/// The words of a line; none for a blank line or a comment.
pub fn words(line: &str) -> Result<Vec<String>, String> {
    let line = line.trim();
    let line = line.strip_prefix("$ ").unwrap_or(line);
    if line.starts_with('#') {
        return Ok(Vec::new());
    }
    let bare = unquoted(line);
    if let Some((_, why)) = OPERATORS.iter().find(|(operator, _)| bare.contains(operator)) {
        return Err(format!("podyard: {why}"));
    }
    shell_words::split(line).map_err(|_| "bash: unexpected EOF while looking for a matching quote".to_owned())
}

/// The line with everything inside quotes or behind a backslash left out.
fn unquoted(line: &str) -> String {
    let mut bare = String::new();
    let mut quote = None;
    let mut chars = line.chars();
    while let Some(c) = chars.next() {
        match (quote, c) {
            (Some(open), c) if c == open => quote = None,
            (Some(_), _) => {}
            (None, '\'' | '"') => quote = Some(c),
            (None, '\\') => _ = chars.next(),
            (None, '#') if bare.ends_with(char::is_whitespace) => break,
            (None, c) => bare.push(c),
        }
    }
    bare
}

#[cfg(test)]
mod tests {
    use super::words;

    #[test]
    fn quotes_and_comments() {
        let split = |line: &str| words(line).unwrap();
        assert_eq!(split("patch -p '{\"a\": 1}'"), ["patch", "-p", "{\"a\": 1}"]);
        assert_eq!(split("  # nothing"), Vec::<String>::new());
        assert_eq!(split("wait 3s # a while | or so"), ["wait", "3s"]);
        assert_eq!(split("sh -c 'echo a > b'"), ["sh", "-c", "echo a > b"]);
    }

    #[test]
    fn what_needs_a_shell_is_refused() {
        for line in ["a | b", "a && b", "a; b", "a > b", "kubectl get 'x"] {
            assert!(words(line).is_err(), "{line}");
        }
    }
}
