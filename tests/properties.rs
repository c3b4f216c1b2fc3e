//! Random acts and faults on random sets: whatever is done, in whatever order, certain things never happen; and the same
//! lines always lead to the same history. The rules are looked at after every single event.
//!
//! An ordinary run goes on for a million events. `PODYARD_CASES=5000 cargo test --test properties` looks for longer,
//! `PODYARD_SEED=77` plays one case again (and with both set, so many from there on), `PODYARD_FINDINGS=9` goes on after the first finding. What is found is shrunk
//! and printed as a script for `podyard run -`.

#[path = "properties/acts.rs"]
mod acts;
#[path = "properties/book.rs"]
mod book;
#[path = "properties/dice.rs"]
mod dice;
#[path = "properties/machines.rs"]
mod machines;
#[path = "properties/opening.rs"]
mod opening;
#[path = "properties/play.rs"]
mod play;
#[path = "properties/record.rs"]
mod record;
#[path = "properties/rest.rs"]
mod rest;
#[path = "properties/sets.rs"]
mod sets;
#[path = "properties/shrink.rs"]
mod shrink;
#[path = "properties/storage.rs"]
mod storage;

use acts::Line;
use opening::Opening;
use podyard::api::Span;
use podyard::shell;
use podyard::sim::World;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

/// Events of an ordinary run.
const EVENTS: u64 = 1_000_000;
/// Lines of a case.
const LINES: usize = 40;

fn setting(name: &str) -> Option<u64> {
    std::env::var(name).ok()?.parse().ok()
}

/// Plays a case; a finding is shrunk and told with its script.
fn case(seed: u64) -> (u64, Option<String>) {
    let (opening, run) = play::drawn(seed, LINES);
    let report = run.broken.map(|found| {
        let (lines, found) = shrink::shrink(run.lines, found, &|lines| play::given(&opening, lines));
        let with = |documents: &[String]| Opening { documents: documents.to_vec(), ..opening.clone() };
        let (documents, found) = shrink::shrink(opening.documents.clone(), found, &|documents| play::given(&with(documents), &lines));
        format!("PODYARD_SEED={seed}\n{found}\n\n{}", with(&documents).script(&lines))
    });
    (run.steps, report)
}

#[test]
fn whatever_is_done_the_rules_hold() {
    let (first, most) = match (setting("PODYARD_SEED"), setting("PODYARD_CASES")) {
        (Some(seed), cases) => (seed, cases.unwrap_or(1)),
        (None, cases) => (1, cases.unwrap_or(u64::MAX)),
    };
    let goal = if most == u64::MAX { EVENTS } else { u64::MAX };
    let findings = setting("PODYARD_FINDINGS").map_or(1, |n| n as usize);
    let (next, steps, reports) = (AtomicU64::new(0), AtomicU64::new(0), Mutex::new(Vec::new()));
    let work = || {
        while steps.load(Relaxed) < goal && reports.lock().unwrap().len() < findings {
            let number = next.fetch_add(1, Relaxed);
            if number >= most {
                break;
            }
            let (taken, report) = case(first + number);
            steps.fetch_add(taken, Relaxed);
            reports.lock().unwrap().extend(report);
        }
    };
    let workers = std::thread::available_parallelism().map_or(1, usize::from);
    std::thread::scope(|scope| (0..workers).for_each(|_| _ = scope.spawn(work)));
    println!("{} cases, {} events", next.load(Relaxed), steps.load(Relaxed));
    let reports = reports.into_inner().unwrap();
    assert!(reports.is_empty(), "{}", reports.join("\n========\n"));
}

/// The whole history, as text.
fn history(world: &World) -> String {
    world.changes().since(0).map(|change| format!("{change:?}\n")).collect()
}

/// The world after these lines, without looking on the way.
fn after(opening: &Opening, lines: &[Line]) -> World {
    let mut world = opening.world();
    for line in std::iter::once(&opening.line()).chain(lines) {
        let turn = shell::run(&mut world, &line.text, line.stdin.as_deref());
        shell::finish(&mut world, turn);
    }
    world
}

/// Panics with the first line in which two histories differ.
fn assert_same(opening: &Opening, lines: &[Line], one: &World, other: &World) {
    let (a, b) = (history(one), history(other));
    let differing = a.lines().zip(b.lines()).find(|(a, b)| a != b).map(|(a, b)| format!("{a}\n{b}"));
    let found = differing.or_else(|| (a.len() != b.len()).then(|| format!("{} and {} bytes", a.len(), b.len())));
    assert!(found.is_none(), "{}\n\n{}", found.unwrap_or_default(), opening.script(lines));
}

/// A few cases, whose lines are drawn with a look at the world and then played without.
fn few(offset: u64, check: impl Fn(&Opening, &[Line])) {
    for seed in 0..setting("PODYARD_CASES").map_or(5, |cases| cases / 20) {
        let (opening, run) = play::drawn(offset + seed, 15);
        check(&opening, &run.lines);
    }
}

#[test]
fn the_same_lines_lead_to_the_same_history() {
    few(100_000, |opening, lines| assert_same(opening, lines, &after(opening, lines), &after(opening, lines)));
}

#[test]
fn a_copy_goes_its_way_as_the_original_would() {
    few(200_000, |opening, lines| {
        let mut original = after(opening, lines);
        let mut copy = original.clone();
        for world in [&mut copy, &mut original] {
            let until = world.now() + Span::mins(7);
            world.advance(until);
        }
        assert_same(opening, lines, &original, &copy);
    });
}

#[test]
fn one_long_wait_is_many_short_ones() {
    few(300_000, |opening, lines| {
        let (mut whole, mut cut) = (after(opening, lines), after(opening, lines));
        let end = whole.now() + Span::mins(7);
        whole.advance(end);
        let mut dice = dice::Dice::new(opening.seed);
        while cut.now() < end {
            let next = cut.now() + Span::millis(1 + dice.below(9_000) as i64);
            cut.advance(next.min(end));
        }
        assert_same(opening, lines, &whole, &cut);
    });
}
