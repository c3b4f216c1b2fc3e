//! Random acts and faults on the sandbox: whatever is typed, in whatever order, certain things never happen; and the
//! same lines always lead to the same history.
//!
//! `PODYARD_CASES=1000 cargo test --test properties` looks for longer than the few cases of an ordinary run. What is
//! found is printed as a script for `podyard run -`.

#[path = "properties/acts.rs"]
mod acts;
#[path = "properties/ledger.rs"]
mod ledger;
#[path = "properties/play.rs"]
mod play;
#[path = "properties/record.rs"]
mod record;

use acts::{Start, lines, start};
use play::{Play, script};
use podyard::sim::World;
use proptest::prelude::*;

fn cases(few: u32) -> ProptestConfig {
    let cases = std::env::var("PODYARD_CASES").ok().and_then(|n| n.parse().ok()).unwrap_or(few);
    ProptestConfig { cases, failure_persistence: None, max_shrink_iters: 200, ..ProptestConfig::default() }
}

/// The whole history, as text.
fn history(world: &World) -> String {
    world.changes().since(0).map(|change| format!("{change:?}\n")).collect()
}

fn after(start: &Start, lines: &[String]) -> World {
    let mut play = Play::new(start.world());
    lines.iter().for_each(|line| play.line_unchecked(line));
    play.world
}

/// The first line in which two texts differ.
fn difference(a: &str, b: &str) -> Option<String> {
    let differing = a.lines().zip(b.lines()).find(|(a, b)| a != b).map(|(a, b)| format!("{a}\n{b}"));
    differing.or_else(|| (a.len() != b.len()).then(|| format!("{} and {} bytes", a.len(), b.len())))
}

proptest! {
    #![proptest_config(cases(16))]

    #[test]
    fn whatever_is_typed_certain_things_never_happen(start in start(), lines in lines(12)) {
        let mut play = Play::new(start.world());
        for line in &lines {
            let broken = play.line(line);
            prop_assert!(broken.is_none(), "{}\n\n{}", broken.unwrap_or_default(), script(&start, &lines));
        }
        let unsettled = play.rest();
        prop_assert!(unsettled.is_none(), "{}\n\n{}", unsettled.unwrap_or_default(), script(&start, &lines));
    }
}

proptest! {
    #![proptest_config(cases(4))]

    #[test]
    fn the_same_lines_lead_to_the_same_history(start in start(), lines in lines(8)) {
        let found = difference(&history(&after(&start, &lines)), &history(&after(&start, &lines)));
        prop_assert!(found.is_none(), "{}\n\n{}", found.unwrap_or_default(), script(&start, &lines));
    }

    #[test]
    fn a_copy_goes_its_way_as_the_original_would(start in start(), before in lines(6), later in lines(6)) {
        let world = after(&start, &before);
        let (mut copy, mut original) = (Play::new(world.clone()), Play::new(world));
        later.iter().for_each(|line| copy.line_unchecked(line));
        later.iter().for_each(|line| original.line_unchecked(line));
        let found = difference(&history(&copy.world), &history(&original.world));
        prop_assert!(found.is_none(), "{}\n\n{}", found.unwrap_or_default(), script(&start, &[before, later].concat()));
    }

    #[test]
    fn one_long_wait_is_many_short_ones(start in start(), lines in lines(5), pieces in prop::collection::vec(1i64..40_000, 1..40)) {
        let (mut whole, mut cut) = (after(&start, &lines), after(&start, &lines));
        let end = whole.now() + podyard::api::Span::secs(300);
        whole.advance(end);
        for piece in pieces {
            let next = cut.now() + podyard::api::Span::millis(piece);
            cut.advance(next.min(end));
        }
        cut.advance(end);
        let found = difference(&history(&whole), &history(&cut));
        prop_assert!(found.is_none(), "{}\n\n{}", found.unwrap_or_default(), script(&start, &lines));
    }
}
