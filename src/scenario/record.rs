//! Recordings: what was typed and when, as a scenario's text that replays to the same world, with captions to fill in.

use super::script::Command;
use crate::api::{File, Files, Span};
use crate::sim::Options;
use crate::sim::latency::LATENCIES;

/// What was typed in a session, and with what it began.
#[derive(Clone, Debug, PartialEq)]
pub struct Taken {
    /// What was played: a scenario's name or `sandbox`.
    pub of: String,
    /// With what its world began.
    pub options: Options,
    /// What was typed, oldest first.
    pub lines: Vec<Line>,
}

/// A line that was typed.
#[derive(Clone, Debug, PartialEq)]
pub struct Line {
    /// When its request was made, counted from the beginning; `None` for a line that follows the one before as soon as it
    /// is done and that was not refused.
    pub moment: Option<Span>,
    /// The line and what was given to it.
    pub command: Command,
}

/// The text of a scenario that types these lines at the same moments.
pub fn recording(taken: &Taken, manifests: &str) -> String {
    let mut text = head(taken);
    if !manifests.trim().is_empty() {
        text.push_str(&format!("manifests: |2\n{}", indented(manifests, 2)));
    }
    text.push_str("steps:\n");
    if taken.lines.is_empty() {
        text.push_str("- say: Nothing was typed.\n");
    }
    taken.lines.iter().for_each(|line| text.push_str(&step(line)));
    text.push_str("debrief: |\n  What happened: …\n\n  How to think of it: …\n");
    text
}

fn head(taken: &Taken) -> String {
    let options = &taken.options;
    let mut text = format!("title: {}\nsummary: What happens here, in a sentence or two.\n", quoted(&format!("A session of {}", taken.of)));
    text.push_str(&format!("world:\n  nodes: {}\n  seed: {}\n", options.nodes, options.seed));
    let own: Vec<String> = LATENCIES
        .iter()
        .filter(|row| options.latencies.of(row.0).0 != row.2)
        .map(|row| format!("    {}: {}ms\n", row.1, options.latencies.of(row.0).0))
        .collect();
    if !own.is_empty() {
        text.push_str(&format!("  latencies:\n{}", own.concat()));
    }
    text
}

fn step(line: &Line) -> String {
    let command = &line.command;
    let caption = format!("- say: {}\n", quoted(&format!("… why {}, and what comes of it …", command.line)));
    let typed = match &command.stdin {
        None => format!("- do: {}\n", quoted(&command.line)),
        Some(text) => {
            let mark = mark(text);
            let closed = if text.is_empty() || text.ends_with('\n') { "" } else { "\n" };
            let script = format!("{} <<'{mark}'\n{text}{closed}{mark}\n", command.line);
            format!("- do: |2\n{}", indented(&script, 4))
        }
    };
    let moment = line.moment.map(|moment| format!("  moment: {}ms\n", moment.0)).unwrap_or_default();
    format!("{caption}{typed}{moment}{}", files(&command.files))
}

/// The files that a line was given, so that the recording needs nothing beside it.
fn files(files: &Files) -> String {
    let row = |(path, file): (&String, &File)| {
        let (path, value) = (quoted(path), written(file));
        format!("    {path}: {value}\n")
    };
    let rows: String = files.iter().map(row).collect();
    if rows.is_empty() { rows } else { format!("  files:\n{rows}") }
}

/// A text as a block where it reads back as it was, otherwise as a JSON string; a folder as a list.
fn written(file: &File) -> String {
    match file {
        File::Text(text) if is_plain(text) => format!("|2\n{}", indented(text, 6).trim_end()),
        File::Text(text) => quoted(text),
        File::Folder(inside) => serde_json::Value::from(inside.clone()).to_string(),
        File::Refused(why) => format!("{{refused: {}}}", quoted(why)),
    }
}

/// True for what a block of YAML keeps: one newline at the end and nothing but printed characters before.
fn is_plain(text: &str) -> bool {
    let body = text.strip_suffix('\n').filter(|body| !body.is_empty() && !body.ends_with(['\n', ' ']));
    body.is_some_and(|body| body.lines().all(|line| line.chars().all(|c| !c.is_control()) && (line.is_empty() || !line.trim().is_empty())))
}

/// A heredoc's mark that does not stand in the text.
fn mark(text: &str) -> String {
    let taken = |mark: &str| text.lines().any(|line| line.trim_end_matches('\r') == mark);
    let marks = std::iter::once("EOF".to_owned()).chain((1..).map(|n| format!("EOF{n}")));
    marks.into_iter().find(|mark| !taken(mark)).unwrap_or_default()
}

/// Every line moved to the right; blank ones stay blank.
pub(super) fn indented(text: &str, by: usize) -> String {
    let pad = " ".repeat(by);
    text.lines().map(|line| if line.is_empty() { "\n".to_owned() } else { format!("{pad}{line}\n") }).collect()
}

/// A text as a JSON string, which YAML reads too.
fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::document::{What, read};

    fn line(text: &str, stdin: Option<&str>, moment: Option<i64>) -> Line {
        let command = Command {
            line: text.into(),
            shown: text.into(),
            stdin: stdin.map(str::to_owned),
            files: crate::api::Files::default(),
            number: 0,
        };
        Line { moment: moment.map(Span), command }
    }

    #[test]
    fn files_survive_the_file() {
        let texts = ["kind: A\n  b: |\n\n    c\n", "no end", "\ttab\r\n", "two ends\n\n", "", "   lead\n  x\n", "\n\nlate\n", "a \n \nb\n"];
        let rows = texts.iter().enumerate().map(|(i, text)| (format!("d/{i}: x.yaml"), File::Text((*text).to_owned())));
        let folder = ("d".to_owned(), File::Folder(vec!["d/0: x.yaml".into()]));
        let refused = ("e".to_owned(), File::Refused("open e: permission \"denied\"".into()));
        let mut line = line("kubectl apply -f d -f e", None, Some(1000));
        line.command.files = rows.chain([folder, refused]).collect();
        let taken = Taken { of: "test".into(), options: Options::default(), lines: vec![line.clone()] };
        let text = recording(&taken, "");
        let scenario = read(&text).unwrap_or_else(|problem| panic!("{}", problem.render(&text, "it")));
        let typed = scenario.steps.iter().find_map(|step| match &step.what {
            What::Do(commands, _) => Some(commands[0].files.clone()),
            _ => None,
        });
        assert_eq!(typed, Some(line.command.files), "{text}");
    }

    #[test]
    fn what_was_typed_survives_the_file() {
        let lines = vec![
            line("kubectl get pods -o jsonpath='{.items[*].metadata.name}'", None, None),
            line("kubectl apply -f -", Some("a: |\n  EOF\nEOF\n\n  b\n"), Some(83_450)),
            line("^C", None, Some(90_000)),
        ];
        let taken = Taken { of: "test: #1".into(), options: Options::default(), lines };
        let scenario = read(&recording(&taken, "kind: A\n\nx: 1\n")).unwrap();
        assert_eq!(scenario.manifests, "kind: A\n\nx: 1\n");
        let typed: Vec<(String, Option<String>, Option<Span>)> = scenario
            .steps
            .iter()
            .filter_map(|step| match &step.what {
                What::Do(commands, moment) => Some((commands[0].line.clone(), commands[0].stdin.clone(), *moment)),
                _ => None,
            })
            .collect();
        let wanted: Vec<_> = taken.lines.iter().map(|l| (l.command.line.clone(), l.command.stdin.clone(), l.moment)).collect();
        assert_eq!(typed, wanted);
    }
}
