//! Recordings of kubectl against a real control plane, replayed: the same commands must print the same texts.
//!
//! Ages, addresses, identities, dates, revisions and random suffixes are masked. What still differs is listed in
//! [`UNMATCHED`] with its reason; a line that begins to match must be taken off the list.

use super::*;
use crate::api::Span;
use serde_json::Value;

const RECORDINGS: &[(&str, &str)] = &[
    ("kubectl-texts", include_str!("../../tests/recordings/kubectl-texts.jsonl")),
    ("invalid", include_str!("../../tests/recordings/invalid.jsonl")),
    ("rolling-update", include_str!("../../tests/recordings/rolling-update.jsonl")),
    ("adoption", include_str!("../../tests/recordings/adoption.jsonl")),
];

/// Recording, position of the step, and why its text differs.
const UNMATCHED: &[(&str, usize, &str)] = &[];

struct Step {
    command: String,
    stdin: Option<String>,
    wanted: String,
    until: Option<String>,
    rc: i64,
    at: Span,
}

fn steps(text: &str) -> Vec<Step> {
    let rows = text.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    rows.filter(|row| row["kind"] == "STEP").map(|row| step(&row)).collect()
}

fn step(row: &Value) -> Step {
    let step = &row["step"];
    let text = |field: &str| step[field].as_str().map(str::to_owned);
    let (command, stdin) = match (text("apply"), text("create"), text("kubectl"), text("until"), step["wait"].as_f64()) {
        (Some(yaml), ..) => ("kubectl apply -f -".to_owned(), Some(yaml)),
        (_, Some(yaml), ..) => ("kubectl create -f -".to_owned(), Some(yaml)),
        (_, _, Some(line), ..) => (format!("kubectl {line}"), None),
        (_, _, _, Some(line), _) => (format!("kubectl {line}"), None),
        (.., Some(seconds)) => (format!("wait {seconds}s"), None),
        _ => panic!("{row}"),
    };
    let wanted = row["out"].as_str().unwrap().to_owned();
    let at = Span((row["t"].as_f64().unwrap() * 1000.0) as i64);
    Step { command, stdin, wanted, until: text("is"), rc: row["rc"].as_i64().unwrap(), at }
}

fn perform(world: &mut World, step: &Step) -> Output {
    let deadline = world.now() + Span::mins(2);
    loop {
        let turn = run(world, &step.command, step.stdin.as_deref());
        let output = finish(world, turn);
        let due = step.until.as_ref().is_none_or(|wanted| output.out == *wanted) || world.now() > deadline;
        if due {
            return output;
        }
        world.step();
    }
}

/// A token with what differs from run to run replaced.
fn mask(token: &str) -> String {
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    let bare = token.trim_matches(['"', ',', '(', ')']);
    let is_age = bare.ends_with(['s', 'm', 'h']) && digits(&bare.replace(['s', 'm', 'h'], ""));
    let is_address = bare.split(['.', ':', '/']).count() >= 4 && bare.starts_with("10.");
    let is_uid = bare.len() == 36 && bare.matches('-').count() == 4;
    let is_date = bare.contains("T") && bare.ends_with('Z') && bare.len() == 20 || bare.matches(':').count() == 2 && bare.len() == 8;
    match () {
        () if is_age => "AGE".to_owned(),
        () if is_address => "ADDRESS".to_owned(),
        () if is_uid => "UID".to_owned(),
        () if is_date => "TIME".to_owned(),
        () => suffix(token),
    }
}

/// Masks revisions and random suffixes: `kubia-59fc7cd76b`, `kubia-rs-29xtp`.
fn suffix(token: &str) -> String {
    const LETTERS: &str = "bcdfghjklmnpqrstvwxz2456789";
    let parts: Vec<String> = token
        .split_inclusive(['/', ',', '"', '\'', '='])
        .map(|part| {
            let end = part.find(['/', ',', '"', '\'', '=']).unwrap_or(part.len());
            let (word, tail) = part.split_at(end);
            match word.rsplit_once('-') {
                Some((head, tail_word)) if tail_word.len() >= 5 && tail_word.chars().all(|c| LETTERS.contains(c)) => {
                    format!("{head}-*{tail}")
                }
                _ => part.to_owned(),
            }
        })
        .collect();
    parts.concat()
}

fn masked(text: &str) -> Vec<String> {
    let line = |line: &str| {
        let indent = line.len() - line.trim_start().len();
        let tokens: Vec<String> = line.split_whitespace().map(mask).collect();
        format!("{}{}", " ".repeat(indent), tokens.join(" "))
    };
    let known = |line: &String| !line.contains("resourceVersion: \"");
    text.trim_end().lines().map(line).filter(known).collect()
}

/// Positions of the steps that print something else, with both texts.
fn differences(text: &str) -> Vec<(usize, String)> {
    let mut world = World::new(Options { ..Options::default() });
    let start = world.now();
    let mut previous = Span(0);
    let mut found = Vec::new();
    for (i, step) in steps(text).iter().enumerate() {
        world.advance(start + previous);
        let output = perform(&mut world, step);
        previous = step.at;
        let printed = format!("{}{}", output.out, output.err);
        let (ours, theirs) = (masked(&printed), masked(&step.wanted));
        if ours != theirs || i64::from(output.rc) != step.rc {
            let head = format!("{} (rc {}, wanted {})", step.command, output.rc, step.rc);
            found.push((i, format!("{head}\n--- wanted\n{}\n+++ printed\n{}", theirs.join("\n"), ours.join("\n"))));
        }
    }
    found
}

use crate::sim::Options;

#[test]
fn recorded_texts() {
    let mut wrong = Vec::new();
    for (name, text) in RECORDINGS {
        let found = differences(text);
        let listed = |i: usize| UNMATCHED.iter().any(|(n, at, _)| n == name && *at == i);
        wrong.extend(found.iter().filter(|(i, _)| !listed(*i)).map(|(i, text)| format!("{name} {i}: {text}")));
        let matched = UNMATCHED.iter().filter(|(n, at, _)| n == name && !found.iter().any(|(i, _)| i == at));
        wrong.extend(matched.map(|(_, at, _)| format!("{name} {at} matches now: take it off the list")));
    }
    assert!(wrong.is_empty(), "{} differences\n\n{}", wrong.len(), wrong.join("\n\n"));
}
