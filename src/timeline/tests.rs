//! Seeking, undoing and branching.

use super::journal::fingerprint;
use super::*;
use crate::api::Span;
use crate::sim::network::{Flow, HttpRequest, Keeps};
use crate::sim::{Act, Options};
use proptest::prelude::*;

/// A random script: after so many milliseconds, this happens to that node, or traffic to that name.
type Script = Vec<(i64, u8, u8)>;

fn scripts() -> impl Strategy<Value = Script> {
    proptest::collection::vec((0i64..90_000, 0u8..6, 1u8..4), 1..6)
}

fn act(kind: u8, node: u8) -> Act {
    let request = HttpRequest { keeps: Keeps::Ttl, ..HttpRequest::get(format!("http://192-0-2-{node}.kubernetes.default/")) };
    let node = format!("node-{node}").into();
    match kind {
        0 => Act::Disconnect(node),
        1 => Act::Reconnect(node),
        2 => Act::Crash(node),
        3 => Act::Traffic(Some(Flow { request, every: Span::secs(3) })),
        4 => Act::Traffic(None),
        _ => Act::Boot(node),
    }
}

fn world(seed: u64) -> World {
    World::new(Options { seed, ..Options::default() })
}

fn pass_until(timeline: &mut Timeline, until: Time) {
    while timeline.track().live().now() < until {
        timeline.pass(until);
    }
}

fn play(script: &Script, budget: usize, mut after: impl FnMut(&mut Timeline)) -> Timeline {
    let mut timeline = Timeline { track: Track::with_budget(world(7), budget), view: None, branches: Vec::new() };
    for (pause, kind, node) in script {
        let until = timeline.track().live().now() + Span(*pause);
        pass_until(&mut timeline, until);
        let _ = timeline.act("", None, |world| world.apply(act(*kind, *node)));
        after(&mut timeline);
    }
    let end = timeline.track().live().now() + Span::mins(2);
    pass_until(&mut timeline, end);
    timeline
}

fn same(a: &World, b: &World) -> bool {
    a.now() == b.now() && fingerprint(a) == fingerprint(b) && a.agenda().iter().eq(b.agenda().iter())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn one_big_advance_is_many_small_ones(steps in proptest::collection::vec(1i64..20_000, 1..20)) {
        let (mut big, mut small) = (world(3), world(3));
        for world in [&mut big, &mut small] {
            prop_assert!(world.apply(Act::Disconnect("node-2".into())).is_ok());
        }
        let total: i64 = steps.iter().sum();
        big.advance(big.now() + Span(total));
        for step in steps {
            small.advance(small.now() + Span(step));
        }
        prop_assert!(same(&big, &small));
    }

    #[test]
    fn seek_then_play_is_never_seeked(script in scripts(), ago in 0i64..200_000) {
        let straight = play(&script, 1000, |_| ());
        let seeked = play(&script, 1000, |timeline| {
            let now = timeline.track().live().now();
            timeline.seek(now - Span(ago));
            timeline.back();
            timeline.seek(Time::NEVER);
        });
        prop_assert!(same(straight.world(), seeked.world()));
    }

    #[test]
    fn a_viewed_time_is_what_was(script in scripts(), ago in 0i64..200_000) {
        let mut timeline = play(&script, 1000, |_| ());
        let time = (timeline.world().now() - Span(ago)).max(timeline.track().origin());
        timeline.seek(time);
        let mut again = world(7);
        for line in timeline.track().lines().iter().zip(&script).filter(|(line, _)| line.at <= time) {
            again.advance(line.0.at);
            let _ = again.apply(act(line.1.1, line.1.2));
        }
        again.advance(time);
        prop_assert!(same(timeline.world(), &again));
    }

    #[test]
    fn thinned_moments_are_reached_again(script in scripts(), ago in 0i64..200_000) {
        let (mut full, mut thin) = (play(&script, 1000, |_| ()), play(&script, 4, |_| ()));
        let time = full.world().now() - Span(ago);
        full.seek(time);
        thin.seek(time);
        prop_assert_eq!(full.track().moments().len(), thin.track().moments().len());
        prop_assert!(same(full.world(), thin.world()));
    }

    #[test]
    fn same_seed_same_run(script in scripts()) {
        prop_assert!(same(play(&script, 50, |_| ()).world(), play(&script, 50, |_| ()).world()));
    }
}

#[test]
fn signs_of_life_make_no_moment() {
    let mut timeline = Timeline::new(world(1));
    let settled = timeline.track().origin() + Span::secs(30);
    pass_until(&mut timeline, settled);
    let moments = timeline.track().moments().len();
    pass_until(&mut timeline, settled + Span::mins(10));
    assert_eq!(timeline.track().moments().len(), moments);
}

#[test]
fn traffic_is_taken_back_with_all_that_it_counted() {
    let mut timeline = Timeline::new(world(7));
    let flow = |url: &str| Act::Traffic(Some(Flow { request: HttpRequest::get(url), every: Span::secs(1) }));
    let landed = |timeline: &Timeline| timeline.world().traffic().map(crate::sim::network::Traffic::landed);
    let begin = timeline.track().live().now();
    timeline.act("traffic one", None, |world| world.apply(flow("http://one/"))).unwrap();
    pass_until(&mut timeline, begin + Span::secs(10));
    assert!(landed(&timeline) >= Some(10));
    timeline.seek(begin + Span::millis(4500));
    assert_eq!(landed(&timeline), Some(5), "the past has counted less, though nothing is kept of each request");
    timeline.seek(Time::NEVER);
    let before = timeline.world().clone();
    timeline.act("traffic --stop", None, |world| world.apply(Act::Traffic(None))).unwrap();
    assert_eq!(landed(&timeline), None);
    let line = timeline.last_act().unwrap();
    let stopped = timeline.cut_before(line);
    assert!(stopped.is_some() && same(timeline.world(), &before) && landed(&timeline) >= Some(10), "it runs on");
    let line = timeline.last_act().unwrap();
    timeline.cut_before(line).unwrap();
    assert_eq!((landed(&timeline), timeline.world().now()), (None, begin));
}
