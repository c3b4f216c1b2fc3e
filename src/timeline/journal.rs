//! The journal: with what a history began and what was typed when. It is the bug report, the recording and the fixture.

use super::track::Track;
use crate::api::{Files, Given, Span, Time};
use crate::sim::latency::{LATENCIES, Latencies};
use crate::sim::{Options, World};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// With what a history began and what was typed when.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Journal {
    /// Version of the program that wrote it; another version may run differently.
    pub podyard: String,
    /// From what it started: `sandbox`, `nodes`, or a scenario's name.
    pub start: String,
    /// Seed of all chance.
    pub seed: u64,
    /// How many nodes.
    pub nodes: u32,
    /// Calendar time of the beginning.
    pub epoch: Time,
    /// Latencies that differ from the table, in milliseconds by name.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub latencies: BTreeMap<String, i64>,
    /// What was typed, oldest first.
    pub lines: Vec<Typed>,
}

/// A line in a journal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Typed {
    /// Milliseconds of virtual time since the epoch.
    pub at: i64,
    /// The line; `^C` interrupts the one that waits.
    pub line: String,
    /// What was given to it on standard input.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stdin: Option<String>,
    /// The files that it names, as they were when it was typed.
    #[serde(default, skip_serializing_if = "Files::is_empty")]
    pub files: Files,
}

impl Typed {
    /// What was given with the line.
    pub fn given(&self) -> Given {
        Given { stdin: self.stdin.clone(), files: self.files.clone() }
    }
}

impl Journal {
    /// The journal of a history.
    pub fn of(track: &Track, start: &str) -> Journal {
        let options = track.live().options();
        let typed = |line: &super::Line| Typed {
            at: (line.at - options.epoch).0,
            line: line.text.clone(),
            stdin: line.given.stdin.clone(),
            files: line.given.files.clone(),
        };
        Journal {
            podyard: env!("CARGO_PKG_VERSION").to_owned(),
            start: start.to_owned(),
            seed: options.seed,
            nodes: options.nodes,
            epoch: options.epoch,
            latencies: overridden(&options.latencies),
            lines: track.lines().iter().map(typed).collect(),
        }
    }
    /// With what a world began to which this journal applies.
    pub fn options(&self) -> Options {
        let mut latencies = Latencies::default();
        for (name, millis) in &self.latencies {
            latencies.set(name, Span(*millis));
        }
        Options { seed: self.seed, nodes: self.nodes, epoch: self.epoch, latencies }
    }
    /// When a line was typed.
    pub fn time(&self, line: &Typed) -> Time {
        self.epoch + Span(line.at)
    }
}

fn overridden(latencies: &Latencies) -> BTreeMap<String, i64> {
    let rows = LATENCIES.iter().map(|row| (row, latencies.of(row.0).0));
    rows.filter(|(row, millis)| row.2 != *millis).map(|(row, millis)| (row.1.to_owned(), millis)).collect()
}

/// A text that is the same for two worlds only where everything that happened in them is the same.
pub fn fingerprint(world: &World) -> u64 {
    let mut hash: u64 = 0xcbf2_9ce4_8422_2325;
    for change in world.changes().since(0) {
        for byte in format!("{change:?}").bytes() {
            hash = (hash ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3);
        }
    }
    hash
}
