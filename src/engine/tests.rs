//! The engine driven by lines and by time.

use super::*;
use crate::api::File;
use crate::sim::Options;
use crate::timeline::journal::fingerprint;
use proptest::prelude::*;
use std::sync::LazyLock;

fn engine() -> Engine {
    Engine::new(World::new(Options::default()))
}

#[test]
fn lines_run_beside_one_that_waits_and_the_last_is_interrupted_first() {
    let mut engine = engine();
    engine.submit("wait 30s", None);
    engine.submit("disconnect node-1", None);
    assert!(engine.world().machine("node-1").unwrap().cut.is_some());
    engine.submit("wait 300s", None);
    assert_eq!(engine.busy(), Some("wait 300s"));
    engine.interrupt();
    assert_eq!(engine.busy(), Some("wait 30s"));
    engine.run_until(engine.origin() + Span::secs(31));
    assert_eq!(engine.busy(), None);
    let ended: Vec<Option<Time>> = engine.console().iter().map(|entry| entry.ended).collect();
    let [at_30, at_0] = [30, 0].map(|secs| Some(engine.origin() + Span::secs(secs)));
    assert_eq!(ended, [at_30, at_0, at_0, at_0]);
}

#[test]
fn a_line_that_waits_ends_at_its_time() {
    let mut engine = engine();
    engine.submit("wait 30s", None);
    engine.run_until(engine.origin() + Span::secs(31));
    let entry = &engine.console()[0];
    assert_eq!(entry.ended, Some(engine.origin() + Span::secs(30)));
    assert_eq!(entry.output.as_ref().unwrap().rc, 0);
}

#[test]
fn undo_and_redo_take_back_and_bring_back() {
    let mut engine = engine();
    let cut = |engine: &Engine| engine.world().machine("node-1").unwrap().cut.is_some();
    engine.run_until(engine.origin() + Span::secs(5));
    engine.submit("disconnect node-1", None);
    engine.run_until(engine.origin() + Span::secs(9));
    assert!(engine.undo());
    assert!(!cut(&engine) && engine.console().is_empty() && engine.marks().is_empty());
    assert_eq!(engine.head(), engine.origin() + Span::secs(5));
    assert!(!engine.undo());
    assert!(engine.redo());
    assert!(cut(&engine) && engine.console().len() == 1 && engine.marks().len() == 1);
    assert_eq!(engine.head(), engine.origin() + Span::secs(9));
    assert!(!engine.redo());
}

#[test]
fn a_line_in_the_past_forks_and_the_cut_branch_keeps_its_name() {
    let mut engine = engine();
    engine.run_until(engine.origin() + Span::secs(5));
    engine.submit("disconnect node-1", None);
    engine.run_until(engine.origin() + Span::secs(9));
    engine.seek(engine.origin() + Span::secs(3));
    assert!(!engine.is_live());
    engine.submit("disconnect node-2", None);
    assert!(engine.is_live());
    assert!(engine.world().machine("node-1").unwrap().cut.is_none());
    assert_eq!(engine.head(), engine.origin() + Span::secs(3));
    let names: Vec<&str> = engine.timeline().branches().iter().map(|b| b.name.as_str()).collect();
    assert_eq!(names, ["disconnect node-1"]);
    let lines: Vec<&str> = engine.console().iter().map(|e| e.line.as_str()).collect();
    assert_eq!(lines, ["disconnect node-2"]);
    assert_eq!(engine.marks()[0].kind, MarkKind::Fault);
}

#[test]
fn the_past_plays_up_to_the_present_and_goes_on() {
    let mut engine = engine();
    engine.submit("disconnect node-1", None);
    engine.run_until(engine.origin() + Span::secs(2));
    engine.seek(engine.origin() + Span::secs(1));
    engine.set_speed(1000);
    for _ in 0..8 {
        engine.tick(Duration::from_millis(100));
    }
    assert!(engine.is_live());
    assert_eq!(engine.head(), engine.origin() + Span::secs(9));
    assert!(engine.world().machine("node-1").unwrap().cut.is_some());
}

#[test]
fn a_replayed_journal_is_the_live_run() {
    let mut live = engine();
    for (seconds, line) in [(2, "disconnect node-1"), (50, "wait 30s"), (60, INTERRUPT), (61, "reconnect node-1")] {
        live.run_until(live.origin() + Span::secs(seconds));
        if line == INTERRUPT { live.interrupt() } else { live.submit(line, None) }
    }
    let text = serde_json::to_string(&live.journal("nodes")).unwrap();
    let journal: Journal = serde_json::from_str(&text).unwrap();
    let again = replay(World::new(journal.options()), &journal);
    assert_eq!(again.head(), live.head());
    assert_eq!(fingerprint(again.world()), fingerprint(live.world()));
    assert_eq!(again.console(), live.console());
}

/// A file that changes, or goes, after it was read changes nothing of what was done with it.
#[test]
fn a_journal_keeps_the_files_of_its_lines() {
    let mut live = engine();
    let text = "apiVersion: v1\nkind: Namespace\nmetadata: {name: filed}\n";
    let files = [("ns.yaml".to_owned(), File::Text(text.to_owned()))].into_iter().collect();
    live.submit("kubectl apply -f ns.yaml", &Given { stdin: None, files });
    live.run_until(live.origin() + Span::secs(5));
    let text = serde_json::to_string(&live.journal("nodes")).unwrap();
    let mut again = replay(World::new(Options::default()), &serde_json::from_str(&text).unwrap());
    assert_eq!(again.console()[0].output.as_ref().unwrap().out, "namespace/filed created\n");
    again.run_until(live.head());
    assert_eq!(fingerprint(again.world()), fingerprint(live.world()));
}

/// The sandbox, settled once for all tests.
static SANDBOX: LazyLock<World> = LazyLock::new(|| sandbox(1));

/// What somebody may type into the sandbox.
const LINES: [&str; 14] = [
    "kubectl delete po kubia-1",
    "kubectl delete po kubia-0 --wait=false",
    "kubectl delete po kubia-2 --force --grace-period=0",
    "kubectl scale sts kubia --replicas=1",
    "kubectl scale rs kubia-rs --replicas=5",
    "kubectl get pods",
    "disconnect node-1",
    "reconnect node-1",
    "crash node-2",
    "boot node-2",
    "traffic http://kubia-1.kubia:8080 --every 700ms --dns-cache ttl",
    "traffic --stop",
    "wait 20s",
    INTERRUPT,
];

type Script = Vec<(i64, usize)>;

fn scripts() -> impl Strategy<Value = Script> {
    proptest::collection::vec((0i64..30_000, 0..LINES.len()), 1..7)
}

fn play(script: &Script, mut meddle: impl FnMut(&mut Engine)) -> Engine {
    let mut engine = Engine::new(SANDBOX.clone());
    for (pause, line) in script {
        engine.run_until(engine.head() + Span(*pause));
        meddle(&mut engine);
        match LINES[*line] {
            INTERRUPT => engine.interrupt(),
            line => engine.submit(line, None),
        }
    }
    engine.run_until(engine.head() + Span::secs(90));
    engine
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_run_can_be_replayed_from_its_journal(script in scripts()) {
        let live = play(&script, |_| ());
        let mut again = replay(SANDBOX.clone(), &live.journal("sandbox"));
        again.run_until(live.head());
        prop_assert_eq!(fingerprint(again.world()), fingerprint(live.world()));
        let done: Vec<&Entry> = live.console().iter().collect();
        prop_assert_eq!(again.console().iter().collect::<Vec<&Entry>>(), done);
    }

    #[test]
    fn looking_at_the_past_changes_nothing(script in scripts(), ago in 0i64..60_000) {
        let straight = play(&script, |_| ());
        let looked = play(&script, |engine| {
            engine.seek(engine.head() - Span(ago));
            engine.back();
            engine.seek(Time::NEVER);
        });
        prop_assert_eq!(fingerprint(looked.world()), fingerprint(straight.world()));
    }

    #[test]
    fn undo_then_redo_is_as_if_nothing_had_been_undone(script in scripts()) {
        let mut engine = play(&script, |_| ());
        let before = (fingerprint(engine.world()), engine.console().to_vec(), engine.head());
        let mut undone = 0;
        while engine.undo() {
            undone += 1;
        }
        prop_assert!(engine.timeline().track().lines().iter().all(|line| !line.acted));
        (0..undone).for_each(|_| assert!(engine.redo()));
        prop_assert_eq!((fingerprint(engine.world()), engine.console().to_vec(), engine.head()), before);
    }

    #[test]
    fn wall_time_in_any_pieces_is_the_same_run(pieces in proptest::collection::vec(1u64..60, 1..40)) {
        let mut straight = Engine::new(SANDBOX.clone());
        let mut ticked = Engine::new(SANDBOX.clone());
        for engine in [&mut straight, &mut ticked] {
            engine.submit("kubectl delete po kubia-1", None);
        }
        ticked.set_speed(1000);
        pieces.iter().for_each(|millis| { ticked.tick(Duration::from_millis(*millis)); });
        straight.run_until(straight.head() + Span(10 * pieces.iter().sum::<u64>() as i64));
        prop_assert_eq!(straight.head(), ticked.head());
        prop_assert_eq!(fingerprint(straight.world()), fingerprint(ticked.world()));
        prop_assert_eq!(straight.console(), ticked.console());
    }
}

#[test]
fn the_sandbox_is_the_twin_sets_at_rest() {
    let engine = Engine::new(SANDBOX.clone());
    let ready = engine.world().list::<crate::api::Pod>().filter(|pod| pod.is_running_and_ready()).count();
    assert_eq!(ready, 6);
    let bound = |volume: &&std::sync::Arc<crate::api::PersistentVolume>| volume.status.phase.text() == "Bound";
    assert_eq!(engine.world().list::<crate::api::PersistentVolume>().filter(bound).count(), 4);
    assert_eq!(engine.origin(), engine.head());
    assert!(!engine.clone().undo(), "there is nothing to undo before the first line");
}

#[test]
fn steps_go_from_change_to_change_and_back() {
    let mut engine = Engine::new(SANDBOX.clone());
    engine.submit("kubectl delete po kubia-1", None);
    let times: Vec<Time> = (0..5)
        .map(|_| {
            assert!(engine.step());
            engine.world().now()
        })
        .collect();
    assert!(times.windows(2).all(|pair| pair[0] < pair[1]), "{times:?}");
    engine.back();
    assert_eq!(engine.world().now(), times[3]);
    assert!(engine.step());
    assert_eq!(engine.world().now(), times[4]);
}

#[test]
fn the_next_thing_after_a_pulled_cable_is_the_silent_node_then_its_eviction() {
    let mut engine = Engine::new(SANDBOX.clone());
    engine.submit("disconnect node-1", None);
    assert!(engine.next_thing());
    let silent = engine.world().now() - engine.origin();
    assert!((Span::secs(39)..=Span::secs(61)).contains(&silent), "{silent:?}");
    for _ in 0..40 {
        if engine.world().now() - engine.origin() > Span::mins(5) {
            break;
        }
        assert!(engine.next_thing());
    }
    let going = engine.world().list::<crate::api::Pod>().filter(|pod| pod.metadata.is_terminating()).count();
    assert!(going > 0, "pods of the silent node are marked for deletion after 300 s");
}

#[test]
fn where_nothing_is_due_no_time_passes() {
    let mut engine = Engine::new(SANDBOX.clone());
    for _ in 0..200 {
        if !engine.next_thing() {
            break;
        }
    }
    let before = (engine.head(), fingerprint(engine.world()));
    assert!(!engine.next_thing());
    assert_eq!((engine.head(), fingerprint(engine.world())), before);
    assert!(engine.is_live());
}

#[test]
fn the_next_thing_is_also_a_sets_count() {
    let mut engine = Engine::new(SANDBOX.clone());
    engine.submit("kubectl delete po kubia-1 --wait=false", None);
    let ready = |engine: &Engine| engine.world().list::<crate::api::StatefulSet>().map(|set| set.status.ready_replicas).sum::<i32>();
    let mut seen = Vec::new();
    for _ in 0..30 {
        if !engine.next_thing() {
            break;
        }
        seen.push(ready(&engine));
    }
    seen.dedup();
    assert_eq!(seen, [3, 2, 3]);
}
