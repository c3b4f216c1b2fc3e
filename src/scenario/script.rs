//! Command lines as one types them into a shell: one a line, comments, continuation lines, and heredocs.

use crate::api::{Files, Given};
use crate::diagnostic::Diagnostic;

/// A line, and what is given to it on standard input.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Command {
    /// The line, without its heredoc mark.
    pub line: String,
    /// What to show of it: the line as it was typed, with its heredoc mark.
    pub shown: String,
    /// The text of its heredoc.
    pub stdin: Option<String>,
    /// The files that it names.
    pub files: Files,
    /// Where it stands in the script, counted from 1.
    pub number: usize,
}

impl Command {
    /// What is given with the line.
    pub fn given(&self) -> Given {
        Given { stdin: self.stdin.clone(), files: self.files.clone() }
    }
}

/// A heredoc's mark: `<<EOF`, `<<'EOF'` or `<<-EOF`.
struct Mark {
    start: usize,
    end: usize,
    delimiter: String,
    strips_tabs: bool,
}

/// Reads a script. Blank lines and comments are left out; a heredoc that is never closed is an error.
pub fn parse(text: &str) -> Result<Vec<Command>, Diagnostic> {
    let mut commands = Vec::new();
    let mut lines = text.lines().enumerate().map(|(i, line)| (i + 1, line));
    while let Some((number, first)) = lines.next() {
        let mut line = first.trim().to_owned();
        while line.ends_with('\\') {
            line.pop();
            let Some((_, more)) = lines.next() else { break };
            line = format!("{} {}", line.trim_end(), more.trim());
        }
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let Some(mark) = find_mark(&line) else {
            commands.push(Command { shown: line.clone(), line, stdin: None, files: Files::default(), number });
            continue;
        };
        let stdin = Some(body(&mut lines, &mark).ok_or_else(|| unterminated(&mark, number))?);
        let bare = format!("{} {}", line[..mark.start].trim_end(), line[mark.end..].trim_start());
        commands.push(Command { line: bare.trim_end().to_owned(), shown: line, stdin, files: Files::default(), number });
    }
    Ok(commands)
}

fn body<'a>(lines: &mut impl Iterator<Item = (usize, &'a str)>, mark: &Mark) -> Option<String> {
    let mut text = String::new();
    for (_, line) in lines {
        let line = if mark.strips_tabs { line.trim_start_matches('\t') } else { line };
        if line.trim_end_matches('\r') == mark.delimiter {
            return Some(text);
        }
        text.push_str(line);
        text.push('\n');
    }
    None
}

fn unterminated(mark: &Mark, number: usize) -> Diagnostic {
    let delimiter = &mark.delimiter;
    Diagnostic::error(format!("the heredoc that begins here is never closed: no line says {delimiter}"))
        .at(number, mark.start + 1)
        .hint(format!("write {delimiter} alone on a line after the text"))
}

/// The first heredoc mark outside quotes.
fn find_mark(line: &str) -> Option<Mark> {
    let mut quote = None;
    for (i, c) in line.char_indices() {
        match (quote, c) {
            (None, '\'' | '"') => quote = Some(c),
            (Some(open), _) if open == c => quote = None,
            (None, '<') if line[i..].starts_with("<<") && !line[i..].starts_with("<<<") => return read_mark(line, i),
            _ => {}
        }
    }
    None
}

fn read_mark(line: &str, start: usize) -> Option<Mark> {
    let rest = &line[start + 2..];
    let strips_tabs = rest.starts_with('-');
    let rest = rest.trim_start_matches('-').trim_start();
    let offset = line.len() - rest.len();
    let (delimiter, length) = match rest.chars().next()? {
        quote @ ('\'' | '"') => {
            let end = rest[1..].find(quote)?;
            (&rest[1..1 + end], end + 2)
        }
        _ => {
            let end = rest.find(char::is_whitespace).unwrap_or(rest.len());
            (&rest[..end], end)
        }
    };
    let delimiter = delimiter.strip_prefix('\\').unwrap_or(delimiter).to_owned();
    Some(Mark { start, end: offset + length, delimiter, strips_tabs })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, wanted: &[(&str, Option<&str>)]) {
        let commands = parse(text).unwrap();
        let found: Vec<(&str, Option<&str>)> = commands.iter().map(|c| (c.line.as_str(), c.stdin.as_deref())).collect();
        assert_eq!(found, wanted, "{text:?}");
    }

    #[test]
    fn lines_comments_and_continuations() {
        check("# a\n\nkubectl get \\\n  pods\n wait 3s", &[("kubectl get pods", None), ("wait 3s", None)]);
    }

    #[test]
    fn heredocs_with_any_delimiter() {
        for mark in ["<<EOF", "<< EOF", "<<'EOF'", "<<\"EOF\"", "<<\\EOF"] {
            check(&format!("kubectl apply -f - {mark}\na: 1\n  b\nEOF\nx"), &[("kubectl apply -f -", Some("a: 1\n  b\n")), ("x", None)]);
        }
        check("kubectl apply <<END -f -\nEOF\nEND", &[("kubectl apply -f -", Some("EOF\n"))]);
        check("k <<-E\n\ta\n\tE\n", &[("k", Some("a\n"))]);
    }

    #[test]
    fn marks_in_quotes_are_text() {
        check("curl -d 'a <<EOF' x", &[("curl -d 'a <<EOF' x", None)]);
    }

    #[test]
    fn a_heredoc_without_an_end() {
        let error = parse("wait 1s\nkubectl apply -f - <<EOF\na: 1\n").unwrap_err();
        assert_eq!((error.line, error.column), (Some(2), Some(20)));
        assert_eq!(error.message, "the heredoc that begins here is never closed: no line says EOF");
    }
}
