//! The register of differences: each behaviour of Kubernetes v1.36 that a story about sets, pods, claims, nodes and
//! services can meet, and whether podyard does all of it, a simpler thing, or nothing. A row that says "fully" names the
//! tests that hold it; `tests/tidy.rs` looks for them.

mod api;
mod kubectl;
mod network;
mod nodes;
mod pods;
mod storage;
mod timings;
mod workloads;

use serde_json::{Value, json};
use std::io::{self, Write};

/// How a behaviour stands in podyard.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// As Kubernetes does it; these tests hold it.
    Fully(&'static [&'static str]),
    /// Something simpler: what.
    Simplified(&'static str),
    /// Nothing: what happens instead, or why it is not missed.
    LeftOut(&'static str),
}

/// A behaviour and how it stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Row {
    /// What Kubernetes does, or the name of a kind, a command or a default.
    pub subject: &'static str,
    /// How it stands.
    pub standing: Standing,
}

const fn fully(subject: &'static str, tests: &'static [&'static str]) -> Row {
    Row { subject, standing: Standing::Fully(tests) }
}

const fn simplified(subject: &'static str, how: &'static str) -> Row {
    Row { subject, standing: Standing::Simplified(how) }
}

const fn left_out(subject: &'static str, why: &'static str) -> Row {
    Row { subject, standing: Standing::LeftOut(why) }
}

/// The rows by area, in the order in which they are printed.
pub static REGISTER: &[(&str, &[Row])] = &[
    ("statefulset", workloads::STATEFULSET),
    ("replicaset", workloads::REPLICASET),
    ("deployment", workloads::DEPLOYMENT),
    ("daemonset", workloads::DAEMONSET),
    ("disruption", workloads::DISRUPTION),
    ("pods", pods::PODS),
    ("nodes", nodes::NODES),
    ("scheduler", nodes::SCHEDULER),
    ("storage", storage::STORAGE),
    ("network", network::NETWORK),
    ("dns", network::DNS),
    ("api", api::API),
    ("kinds", api::KINDS),
    ("kubectl", kubectl::KUBECTL),
    ("timings", timings::TIMINGS),
];

impl Standing {
    /// The standing in a word or two.
    pub fn name(self) -> &'static str {
        match self {
            Standing::Fully(_) => "fully",
            Standing::Simplified(_) => "simplified",
            Standing::LeftOut(_) => "left out",
        }
    }
    /// What is done instead; empty where nothing differs.
    pub fn words(self) -> &'static str {
        match self {
            Standing::Fully(_) => "",
            Standing::Simplified(words) | Standing::LeftOut(words) => words,
        }
    }
    /// The tests that hold it.
    pub fn tests(self) -> &'static [&'static str] {
        match self {
            Standing::Fully(tests) => tests,
            Standing::Simplified(_) | Standing::LeftOut(_) => &[],
        }
    }
}

/// Prints the register, or one area of it; false where there is no such area.
pub fn explain(area: Option<&str>, json: bool, out: &mut dyn Write) -> anyhow::Result<bool> {
    let chosen: Vec<&(&str, &[Row])> = REGISTER.iter().filter(|(name, _)| area.is_none_or(|wanted| wanted == *name)).collect();
    if chosen.is_empty() {
        let names: Vec<&str> = REGISTER.iter().map(|(name, _)| *name).collect();
        anyhow::bail!("there is no area {:?}; there are {}", area.unwrap_or_default(), names.join(", "));
    }
    if json {
        let rows: Vec<Value> = chosen.iter().flat_map(|(name, rows)| rows.iter().map(|row| value(name, row))).collect();
        writeln!(out, "{}", serde_json::to_string_pretty(&rows)?)?;
    } else {
        chosen.iter().try_for_each(|(name, rows)| table(name, rows, out))?;
    }
    Ok(true)
}

fn value(area: &str, row: &Row) -> Value {
    let standing = row.standing;
    json!({"area": area, "behaviour": row.subject, "standing": standing.name(), "words": standing.words(), "tests": standing.tests()})
}

/// Columns of text after the standing.
const WIDTH: usize = 100;

fn table(area: &str, rows: &[Row], out: &mut dyn Write) -> io::Result<()> {
    let count = |name| rows.iter().filter(|row| row.standing.name() == name).count();
    let (full, part, none) = (count("fully"), count("simplified"), count("left out"));
    writeln!(out, "{}: {full} fully, {part} simplified, {none} left out", area.to_uppercase())?;
    for row in rows {
        let mut lead = row.standing.name();
        for (indent, text) in [("", row.subject), ("  ", row.standing.words())] {
            for line in wrapped(text, WIDTH - indent.len()) {
                writeln!(out, "  {lead:<10}  {indent}{line}")?;
                lead = "";
            }
        }
    }
    writeln!(out)
}

/// The text in lines of at most so many characters, broken at blanks; longer words stand alone.
fn wrapped(text: &str, width: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        match lines.last_mut() {
            Some(line) if line.chars().count() + 1 + word.chars().count() <= width => *line = format!("{line} {word}"),
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::object::KINDS;
    use crate::shell::{VERBS, complete};
    use crate::sim::latency::LATENCIES;
    use crate::sim::{Options, World};

    fn subjects(area: &str) -> Vec<&'static str> {
        let found = REGISTER.iter().find(|(name, _)| *name == area);
        found.map(|(_, rows)| rows.iter().map(|row| row.subject).collect()).unwrap_or_default()
    }

    #[test]
    fn every_kind_command_verb_and_latency_has_a_row() {
        let kinds = subjects("kinds");
        KINDS.iter().for_each(|row| assert!(kinds.contains(&row.name), "kind {}", row.name));
        let verbs = subjects("kubectl");
        let commands = complete(&World::new(Options::default()), "kubectl ");
        assert!(commands.len() > 20, "{commands:?}");
        commands.iter().for_each(|name| assert!(verbs.contains(&format!("kubectl {name}").as_str()), "kubectl {name}"));
        VERBS.iter().for_each(|verb| assert!(verb.name == "kubectl" || verbs.contains(&verb.name), "{}", verb.name));
        let timings = subjects("timings");
        LATENCIES.iter().for_each(|row| assert!(timings.iter().any(|s| s.starts_with(&format!("{}:", row.1))), "latency {}", row.1));
    }

    #[test]
    fn no_row_stands_twice_and_each_says_what_it_must() {
        for (area, rows) in REGISTER {
            for (i, row) in rows.iter().enumerate() {
                assert!(rows[..i].iter().all(|other| other.subject != row.subject), "{area}: {}", row.subject);
                assert_eq!(row.standing.words().is_empty(), row.standing.name() == "fully", "{area}: {}", row.subject);
                assert_eq!(row.standing.tests().is_empty(), row.standing.name() != "fully", "{area}: {}", row.subject);
            }
        }
    }

    #[test]
    fn the_table_keeps_its_width_and_json_its_rows() {
        let (mut text, mut json) = (Vec::new(), Vec::new());
        assert!(explain(None, false, &mut text).unwrap() && explain(Some("dns"), true, &mut json).unwrap());
        let text = String::from_utf8(text).unwrap();
        let widest = text.lines().map(|line| line.chars().count()).max();
        assert!(text.starts_with("STATEFULSET: ") && widest <= Some(WIDTH + 14), "{widest:?}");
        let rows: Vec<Value> = serde_json::from_slice(&json).unwrap();
        assert!(rows.len() == subjects("dns").len() && rows.iter().all(|row| row["area"] == "dns"));
        assert!(explain(Some("weather"), false, &mut Vec::new()).unwrap_err().to_string().contains("statefulset, replicaset"));
    }
}
