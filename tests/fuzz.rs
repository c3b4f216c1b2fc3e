//! Texts that nobody would write, made from those in `tests/fuzz/seeds` by a generator with a seed: nothing panics, hangs,
//! or reads back as something else.
//!
//! `PODYARD_CASES=100000 cargo test --test fuzz` looks for longer. `tests/fuzz/run.sh TARGET SECONDS` does the same guided
//! by coverage.

#[path = "properties/dice.rs"]
mod dice;
#[path = "fuzz/targets.rs"]
mod targets;

use dice::Dice;
use std::time::{Duration, Instant};
use targets::TARGETS;

/// What is put in at random places, besides pieces of other seeds.
const PIECES: [&str; 32] = [
    "\n",
    " ",
    "  ",
    "-",
    "--",
    ":",
    "{",
    "}",
    "[",
    "]",
    "'",
    "\"",
    "\\",
    "=",
    "!",
    ",",
    "*",
    "&a",
    "$",
    "\u{fe0f}é",
    "\t",
    "\0",
    "0",
    "-1",
    "9223372036854775808",
    "1e400",
    "null",
    "~",
    "---\n",
    "EOF",
    "..",
    "|",
];

/// The place at or before `at` where a character begins.
fn edge(text: &str, at: usize) -> usize {
    (0..=at.min(text.len())).rev().find(|i| text.is_char_boundary(*i)).unwrap_or(0)
}

/// A text made from a seed: some pieces cut, doubled, moved, or put in.
fn made(seeds: &[&str], dice: &mut Dice) -> String {
    let mut text = dice.pick(seeds).to_owned();
    for _ in 0..1 + dice.below(5) {
        let from = edge(&text, dice.below(text.len() + 1));
        let to = edge(&text, from + 1 + dice.below(12));
        let piece = match dice.below(4) {
            0 => String::new(),
            1 => text[from..to].repeat(2 + dice.below(3)),
            2 => dice.pick(&PIECES).to_owned(),
            _ => {
                let other = dice.pick(seeds);
                let start = edge(other, dice.below(other.len() + 1));
                other[start..edge(other, start + dice.below(40))].to_owned()
            }
        };
        let to = if dice.percent(50) { from } else { to };
        text.replace_range(from..to, &piece);
    }
    text
}

/// No text may take longer than this.
const PATIENCE: Duration = Duration::from_secs(20);

fn fed(name: &str, usual: usize) {
    let target = TARGETS.iter().find(|target| target.name == name).expect("a target of that name");
    let seeds: Vec<&str> = target.seeds.split("====\n").collect();
    let cases = std::env::var("PODYARD_CASES").ok().and_then(|n| n.parse().ok()).unwrap_or(usual);
    seeds.iter().for_each(|seed| (target.feed)(seed));
    let mut dice = Dice::new(1);
    for _ in 0..cases {
        let text = made(&seeds, &mut dice);
        let start = Instant::now();
        let fine = std::panic::catch_unwind(|| (target.feed)(&text)).is_ok();
        assert!(fine && start.elapsed() < PATIENCE, "{name}, after {:?}: {text:?}", start.elapsed());
    }
}

#[test]
fn manifests() {
    fed("manifest", 300);
}

#[test]
fn lines() {
    fed("line", 400);
}

#[test]
fn patches() {
    fed("patch", 2_000);
}

#[test]
fn selectors() {
    fed("selector", 3_000);
}

#[test]
fn quantities() {
    fed("quantity", 3_000);
}

#[test]
fn jsonpaths() {
    fed("jsonpath", 2_000);
}

#[test]
fn scenarios() {
    fed("scenario", 200);
}
