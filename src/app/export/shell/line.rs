//! A line of a scenario as a real machine runs it.

use super::files::inside;
use super::versions::of_today;
use crate::api::age;
use crate::scenario::script::Command;
use crate::shell;

/// What ends a text that is given on standard input, unless the text has such a line itself.
const MARK: &str = "PODYARD";

/// Verbs of the playground that a real cluster has no command for, and what somebody has to do instead.
const HANDS: [(&str, &str); 7] = [
    ("disconnect", "cut the network of this node"),
    ("reconnect", "mend the network of this node"),
    ("crash", "take the power of this node"),
    ("boot", "start this node again"),
    ("fail", "make this pod's readiness probe fail, or its process exit"),
    ("heal", "make this pod healthy again"),
    ("files", "look into the volume of this"),
];

/// True where a program of a real machine runs it.
pub fn is_client(line: &str) -> bool {
    matches!(line.split_whitespace().next(), Some("kubectl" | "k" | "curl" | "dig"))
}

/// A line that is typed; one that is interrupted runs for so many seconds.
pub fn typed(command: &Command, limit: Option<i64>) -> String {
    let (verb, rest) = command.line.split_once(' ').unwrap_or((&command.line, ""));
    match verb {
        _ if is_client(&command.line) => {
            let limit = limit.map(|seconds| format!("timeout {seconds} ")).unwrap_or_default();
            let line = on_a_machine(&command.line);
            let Some(text) = &command.stdin else { return format!("run {limit}{line}\n") };
            let (first, pipe) =
                line.split_once(" | ").map_or((line.as_str(), String::new()), |(first, pipe)| (first, format!(" | {pipe}")));
            let text = heredoc(text);
            let (mark, body) = text.split_once('\n').unwrap_or_default();
            format!("run {limit}{first} {mark}{pipe}\n{body}")
        }
        "wait" => format!("sleep {}\n", age::parse(rest.trim()).map_or(1, super::seconds).max(1)),
        "settle" => "sleep 10\n".to_owned(),
        _ => {
            let words = HANDS.iter().find(|row| row.0 == verb).map_or("do by hand", |row| row.1);
            format!("hands {}\n", quoted(&format!("{words}: {rest}")))
        }
    }
}

/// A line of a client, every word quoted that a shell would change. Names and addresses of the cluster are asked for from
/// inside it; paths lead into the script's folder.
pub fn on_a_machine(line: &str) -> String {
    let mut stages = shell::stages(line).unwrap_or_default();
    let paths = shell::named(line);
    for word in stages.iter_mut().flatten() {
        paths.iter().for_each(|named| *word = word.replace(&named.path, &inside(&named.path)));
    }
    let joined: Vec<String> = stages.iter().map(|words| words.iter().map(|word| bare(word)).collect::<Vec<_>>().join(" ")).collect();
    let line = joined.join(" | ");
    let pod = |name: &str, image: &str| format!("kubectl run {name}-$$ --rm -i --quiet --restart=Never --image={image} -- {line}");
    match line.split_once(' ') {
        Some(("k", rest)) => format!("kubectl {rest}"),
        Some(("dig", _)) => pod("dig", "tutum/dnsutils"),
        Some(("curl", _)) if !line.contains("localhost") => pod("curl", "curlimages/curl"),
        Some(("kubectl", rest)) if rest.starts_with("drain ") && !rest.contains("--ignore-daemonsets") => {
            format!("kubectl {rest} --ignore-daemonsets") // real nodes run daemons
        }
        _ => line,
    }
}

/// A word as it is, or quoted where a shell would make something else of it.
fn bare(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_=./,:@%+".contains(c);
    if !word.is_empty() && word.chars().all(plain) { word.to_owned() } else { literally(word) }
}

/// A text, without space at its end, as one word of the shell.
pub fn quoted(text: &str) -> String {
    literally(text.trim_end())
}

/// A text as one word of the shell.
pub fn literally(text: &str) -> String {
    format!("'{}'", text.replace('\'', "'\\''"))
}

/// A text given on standard input, from its mark on, in versions that there are today.
pub fn heredoc(text: &str) -> String {
    let text = of_today(text);
    let taken = |mark: &String| text.lines().any(|line| line == mark);
    let mut mark = MARK.to_owned();
    while taken(&mark) {
        mark.push('_');
    }
    format!("<<'{mark}'\n{}\n{mark}\n", text.trim_end())
}
