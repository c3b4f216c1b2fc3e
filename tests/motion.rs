//! Motion: a function of the history and the viewed moment alone, so that it is right while time is held, slowed, scrubbed
//! and played backwards; and nothing jumps.

use podyard::api::{Span, Time};
use podyard::app::terminal::sight;
use podyard::engine::{Engine, sandbox};
use podyard::motion::Tempo;
use podyard::scene::facts::Look as PodLook;
use podyard::scene::{Recall, Stage, Target};
use podyard::ui::model::Look;
use podyard::ui::{Model, Screen};
use std::collections::BTreeMap;

/// Real time between two looks, at normal speed.
const STEP: Span = Span(40);

fn screen(engine: &Engine, reduced_motion: bool) -> Screen {
    let model = Model::new(Look { reduced_motion, present: false });
    Screen::of(&model, &sight(engine, "test"), (120, 36))
}

/// The sandbox a moment after a pod of each set was deleted, and looks at it until all has settled.
fn looks(reduced_motion: bool) -> (Engine, Vec<(Time, Screen)>) {
    let mut engine = Engine::new(sandbox(1));
    engine.run_until(engine.head() + Span::secs(3));
    let second = screen(&engine, false).stage.sets[0].rows[1].key.name.clone();
    engine.submit(&format!("kubectl delete po {second} --wait=false"), None);
    engine.submit("kubectl delete po kubia-1 --wait=false", None);
    let mut looks = Vec::new();
    for _ in 0..200 {
        engine.run_until(engine.head() + STEP);
        looks.push((engine.head(), screen(&engine, reduced_motion)));
    }
    (engine, looks)
}

#[test]
fn a_moment_looks_the_same_however_one_comes_to_it() {
    let (mut engine, looks) = looks(false);
    for (time, seen) in looks.iter().rev().chain(looks.iter().step_by(7)) {
        engine.seek(*time);
        let again = screen(&engine, false);
        assert_eq!(again.stage, seen.stage, "at {time:?}");
        assert_eq!(again.plan, seen.plan, "at {time:?}");
    }
}

/// What was read for an earlier picture changes no later one, whatever lies between: faults, forks, seeks.
#[test]
fn a_picture_is_the_same_with_what_is_recalled_and_without() {
    const LINES: [&str; 11] = [
        "kubectl delete po kubia-2 --force --grace-period=0",
        "kubectl scale rs kubia-rs --replicas=12",
        "kubectl delete po kubia-1 --wait=false",
        "disconnect node-3",
        "kubectl delete po -l app=kubia-rs --wait=false",
        "kubectl delete po kubia-0 --force --grace-period=0",
        "kubectl taint node node-1 x=y:NoExecute",
        "kubectl run lonely --image=broken",
        "crash node-2",
        "reconnect node-3",
        "kubectl delete rs kubia-rs --cascade=orphan",
    ];
    let mut engine = Engine::new(sandbox(1));
    let mut recall = Recall::default();
    let mut agree = |engine: &Engine| {
        let (world, tempo) = (engine.world(), Tempo::at_speed(200, false, engine.origin()));
        let recalled = Stage::recalled(world, world.now(), tempo, &mut recall);
        assert_eq!(recalled, Stage::read(world, world.now(), tempo), "at {:?}", world.now());
    };
    agree(&engine);
    for (i, line) in LINES.iter().enumerate() {
        engine.submit(line, None);
        // Written on record, and not yet heard of by any machine.
        agree(&engine);
        for step in [10, 150, 400, 900, 2000, 9000, 45_000, 290_000] {
            engine.run_until(engine.head() + Span(step));
            agree(&engine);
        }
        let (origin, length) = (engine.origin(), engine.head() - engine.origin());
        for part in [1, 7, 4, 9, 8, 10] {
            engine.seek(origin + Span(length.0 * part / 10));
            agree(&engine);
        }
        if i % 3 == 2 {
            engine.undo();
            agree(&engine);
            engine.redo();
            agree(&engine);
        }
    }
}

#[test]
fn arrivals_append_and_departures_close_one_gap_after_it_was_seen() {
    let (_, looks) = looks(false);
    let places = |screen: &Screen| -> BTreeMap<Target, u16> {
        let pods = screen.plan.spots().filter(|(_, target)| matches!(target, Target::Pod(_) | Target::Process(..)));
        pods.map(|(area, target)| (target.clone(), area.y)).collect()
    };
    for pair in looks.windows(2) {
        let (was, is) = (&pair[0].1, &pair[1].1);
        let (before, after) = (places(was), places(is));
        for (target, y) in &before {
            let Some(now) = after.get(target) else { continue };
            assert!(now == y || now + 1 == *y, "{target:?} jumps from {y} to {now}");
        }
        let gone = |screen: &Screen| screen.stage.sets[0].rows.iter().filter(|row| row.look == PodLook::Gone).count();
        let shrinks = is.stage.sets[0].rows.len() < was.stage.sets[0].rows.len();
        assert!(!shrinks || gone(was) == 1, "a place closes only after it has been seen to be empty");
    }
    let lingering = looks.iter().filter(|(_, screen)| screen.stage.sets[0].rows.iter().any(|row| row.look == PodLook::Gone)).count();
    assert!((10..40).contains(&lingering), "most of a second: {lingering} looks");
}

#[test]
fn a_probe_that_is_awaited_has_its_timer_on_the_pod_and_on_its_process() {
    let mut engine = Engine::new(sandbox(1));
    engine.run_until(engine.head() + Span::secs(30));
    let timers = |engine: &Engine| {
        let stage = screen(engine, false).stage;
        let (row, process) = (stage.sets.iter().flat_map(|set| &set.rows), stage.hosts.iter().flat_map(|host| host.running.iter()));
        let row = row.filter(|row| &*row.key.name == "kubia-1").find_map(|row| row.timer.clone());
        (row, process.filter(|running| &*running.key.name == "kubia-1").find_map(|running| running.timer.clone()))
    };
    assert_eq!(timers(&engine), (None, None), "nobody waits for a probe that passes");
    engine.submit("fail kubia-1", None);
    engine.run_until(engine.head() + Span(3500));
    let (Some(row), Some(process)) = timers(&engine) else { panic!("no timers: {:?}", timers(&engine)) };
    assert_eq!((row.word, &row), ("probe", &process));
    assert!(row.until > engine.head() && row.until <= engine.head() + Span::secs(10), "within a period");
}

#[test]
fn what_travels_moves_one_way_and_what_is_new_fades() {
    let (_, looks) = looks(false);
    let stages: Vec<&Stage> = looks.iter().map(|(_, screen)| &screen.stage).collect();
    let ways = |words: &str| -> Vec<u16> {
        let journeys = stages.iter().flat_map(|stage| stage.hosts.iter().flat_map(|host| &host.journeys));
        journeys.filter(|journey| &*journey.words == words).map(|journey| journey.progress).collect()
    };
    let stop = ways("stop kubia-1");
    // Two are sent: one with grace, one without.
    let stop = &stop[..20.min(stop.len())];
    assert!(stop.len() > 10 && stop.is_sorted() && stop[0] < 500 && stop.last() == Some(&1000), "{stop:?}");
    let pod = Target::named("pod/kubia-1").expect("a pod");
    let glows: Vec<u8> = stages.iter().map(|stage| stage.glow(&pod)).take(8).collect();
    assert!(glows[0] > 6 && glows.is_sorted_by(|a, b| a >= b), "{glows:?}");
    assert_eq!(stages.last().map(|stage| stage.glow(&pod)), Some(0));
}

#[test]
fn where_motion_is_reduced_nothing_moves() {
    let (_, looks) = looks(true);
    for (_, screen) in &looks {
        let stage = &screen.stage;
        assert_eq!(stage.tempo, Tempo::at_speed(100, true, stage.tempo.origin));
        assert!(stage.hosts.iter().flat_map(|host| &host.journeys).all(|journey| journey.progress == 1000));
        assert!(stage.sets.iter().flat_map(|set| &set.rows).all(|row| row.look != PodLook::Gone));
        assert!(screen.plan.spots().all(|(_, target)| stage.glow(target) == 0));
    }
}
