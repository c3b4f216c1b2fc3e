//! The engine driven by lines and by time.

use super::*;
use crate::sim::Options;
use crate::timeline::journal::fingerprint;

fn engine() -> Engine {
    Engine::new(World::new(Options::default()))
}

#[test]
fn a_line_that_waits_holds_up_the_next_until_interrupted() {
    let mut engine = engine();
    engine.submit("wait 30s", None);
    assert_eq!(engine.busy(), Some("wait 30s"));
    engine.submit("disconnect node-1", None);
    let refused = engine.console().last().and_then(|e| e.output.clone()).unwrap();
    assert_eq!(refused.err, "podyard: \"wait 30s\" still waits; let time pass or interrupt it first\n");
    assert!(engine.world().machine("node-1").unwrap().cut.is_none());
    engine.interrupt();
    assert_eq!(engine.busy(), None);
    engine.submit("disconnect node-1", None);
    assert!(engine.world().machine("node-1").unwrap().cut.is_some());
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
