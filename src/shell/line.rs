//! A typed line as words, quoted as in a shell; what only a real shell can do is refused by name.

/// What a shell would do with it, and why there is none of it here.
const OPERATORS: [(&str, &str); 6] = [
    ("&&", "one command a line: put what follows '&&' on a line of its own"),
    ("||", "one command a line: '||' is not understood here"),
    (";", "one command a line: put what follows ';' on a line of its own"),
    (">", "no files here to redirect to: leave out '>' (inside a pod: kubectl exec POD -- sh -c 'echo text > file')"),
    ("<", "no redirection here: give the text as a here document"),
    ("$(", "no command substitution here: run the inner command first"),
];

/// The words of a line, stage by stage of its pipe; none for a blank line or a comment.
pub fn stages(line: &str) -> Result<Vec<Vec<String>>, String> {
    let line = line.trim();
    let line = line.strip_prefix("$ ").unwrap_or(line);
    if line.starts_with('#') {
        return Ok(Vec::new());
    }
    let bare = unquoted(line);
    if let Some((_, why)) = OPERATORS.iter().find(|(operator, _)| bare.contains(operator)) {
        return Err(format!("podyard: {why}"));
    }
    let unclosed = |_| "bash: unexpected EOF while looking for a matching quote".to_owned();
    piped(line).into_iter().map(|stage| shell_words::split(stage).map_err(unclosed)).collect()
}

/// The parts of a line between its `|`.
fn piped(line: &str) -> Vec<&str> {
    let mut stages = Vec::new();
    let mut start = 0;
    for at in bare_positions(line) {
        if line[at..].starts_with('|') {
            stages.push(&line[start..at]);
            start = at + 1;
        }
    }
    stages.push(&line[start..]);
    stages
}

/// The line with everything inside quotes or behind a backslash left out.
fn unquoted(line: &str) -> String {
    bare_positions(line).filter_map(|at| line[at..].chars().next()).collect()
}

/// Where the signs of a line stand that are neither quoted, nor quotes, nor behind a backslash, nor in a comment.
fn bare_positions(line: &str) -> impl Iterator<Item = usize> {
    let mut quote = None;
    let mut positions = Vec::new();
    let mut blank_before = true;
    let mut chars = line.char_indices();
    while let Some((at, c)) = chars.next() {
        match (quote, c) {
            (Some(open), c) if c == open => quote = None,
            (Some('"'), '\\') => _ = chars.next(),
            (Some(_), _) => {}
            (None, '\'' | '"') => quote = Some(c),
            (None, '\\') => _ = chars.next(),
            (None, '#') if blank_before => break,
            (None, _) => positions.push(at),
        }
        blank_before = c.is_whitespace();
    }
    positions.into_iter()
}

#[cfg(test)]
mod tests {
    use super::stages;

    #[test]
    fn quotes_and_comments() {
        let split = |line: &str| stages(line).unwrap().concat();
        assert_eq!(split("patch -p '{\"a\": 1}'"), ["patch", "-p", "{\"a\": 1}"]);
        assert_eq!(split("  # nothing"), Vec::<String>::new());
        assert_eq!(split("wait 3s # a while | or so"), ["wait", "3s"]);
        assert_eq!(split("sh -c 'echo a > b'"), ["sh", "-c", "echo a > b"]);
    }

    #[test]
    fn what_needs_a_shell_is_refused() {
        assert_eq!(stages("a 'x|y' | grep \"b|c\"").unwrap(), [["a", "x|y"], ["grep", "b|c"]]);
        for line in ["a || b", "a && b", "a; b", "a > b", "kubectl get 'x"] {
            assert!(stages(line).is_err(), "{line}");
        }
    }
}
