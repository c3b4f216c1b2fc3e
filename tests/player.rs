//! A scenario played with keys, from its start to its debrief.

use podyard::app::session::Session;
use podyard::scenario::{Page, Step, What};
use podyard::ui::Message;
use podyard::ui::keys::Key;
use std::time::Duration;

const SIZE: (u16, u16) = (120, 36);
/// More pages than the scenario has.
const MANY: usize = 60;

fn start() -> Session {
    Session::scenario("every-pet-its-bowl").unwrap()
}

fn press(session: &mut Session, keys: &str) {
    for name in keys.split(' ') {
        session.take(Message::Key(Key::named(name).unwrap()), SIZE);
    }
}

fn page(session: &Session) -> &Page {
    session.lesson().unwrap().page()
}

fn frame(session: &mut Session) -> String {
    session.draw(SIZE).1.glyphs()
}

/// Presses the key that goes on until a page is as wanted; questions are answered with the second choice.
fn until(session: &mut Session, wanted: impl Fn(&Page) -> bool) {
    for _ in 0..MANY {
        if wanted(page(session)) {
            return;
        }
        press(session, if page(session).asks() { "2" } else { "." });
    }
    panic!("it never comes; the last page is {:?}", page(session));
}

#[test]
fn from_start_to_debrief_with_keys() {
    let mut session = start();
    assert!(frame(&mut session).contains("Write something to kubia-0"));
    let mut checks = 0;
    for _ in 0..MANY {
        let page = page(&session).clone();
        assert!(page.checks.iter().all(|check| check.failure.is_none()), "{page:?}");
        checks += if page.done { page.checks.len() } else { 0 };
        if page.last {
            break;
        }
        press(&mut session, if page.asks() { "2" } else { "." });
    }
    let expected = |step: &&Step| matches!(step.what, What::Expect(_));
    assert_eq!(checks, session.lesson().unwrap().scenario().steps.iter().filter(expected).count());
    let shown = frame(&mut session);
    assert!(shown.contains("the end") && shown.contains("kubia-0 was deleted, and the StatefulSet made"), "{shown}");
    assert!(session.engine().console().iter().any(|entry| entry.line == "kubectl delete po kubia-0"));
    press(&mut session, ".");
    assert!(session.model().notice.as_ref().unwrap().contains("that was all"));
}

#[test]
fn a_caption_lights_what_it_points_at() {
    let mut session = start();
    until(&mut session, |page| page.at.as_deref() == Some("pod/kubia-0"));
    assert!(format!("{:?}", session.model().selected).contains("kubia-0"));
    assert!(frame(&mut session).contains("Now give kubia-0 something to remember"));
}

#[test]
fn lines_are_shown_before_and_after_they_are_typed() {
    let mut session = start();
    press(&mut session, ". .");
    let shown = frame(&mut session);
    assert!(shown.contains("$ kubectl apply -f - <<EOF") && shown.contains("types it"), "{shown}");
    assert!(session.engine().console().is_empty());
    press(&mut session, ".");
    assert!(frame(&mut session).contains("statefulset.apps/kubia created"));
}

#[test]
fn wrong_and_right_answers_are_told_apart() {
    for (key, words) in [("1", "you said 1; it is 2"), ("2", "you said 2, and so it is")] {
        let mut session = start();
        until(&mut session, |page| page.asks());
        press(&mut session, ".");
        assert!(page(&session).asks(), "nothing goes on without an answer");
        press(&mut session, "9");
        assert!(page(&session).asks(), "there is no ninth choice");
        press(&mut session, key);
        let shown = frame(&mut session);
        assert!(shown.contains(words) && shown.contains("✓ No, kubia-1"), "{shown}");
    }
}

#[test]
fn waiting_takes_its_time_and_can_be_skipped() {
    let mut session = start();
    until(&mut session, |page| page.wait.is_some());
    assert!(session.engine().playing() && page(&session).waits());
    let began = session.engine().head();
    session.pass(Duration::from_millis(200));
    assert!(session.engine().head() > began && page(&session).waits());
    press(&mut session, "n");
    assert!(page(&session).done && !session.engine().playing());
    assert!(frame(&mut session).contains("✓ came: kubectl get sts kubia"));
}

#[test]
fn waiting_ends_by_itself_and_time_is_held_then() {
    let mut session = start();
    until(&mut session, |page| page.wait.is_some());
    (0..600).for_each(|_| session.pass(Duration::from_millis(100)));
    assert!(page(&session).done && !session.engine().playing());
    let ended = session.engine().head();
    session.pass(Duration::from_secs(1));
    assert_eq!(session.engine().head(), ended);
}

#[test]
fn one_can_go_back_look_and_return() {
    let mut session = start();
    until(&mut session, |page| page.asks());
    let (cursor, head) = (session.lesson().unwrap().cursor(), session.engine().head());
    press(&mut session, ", , , ,");
    assert_eq!(session.lesson().unwrap().cursor(), cursor - 4);
    assert!(!session.engine().is_live());
    press(&mut session, ". pagedown enter .");
    assert_eq!((session.lesson().unwrap().cursor(), session.engine().head()), (cursor, head));
    assert!(session.engine().is_live() && page(&session).asks());
}

#[test]
fn an_act_in_the_past_leaves_the_script_there() {
    let mut session = start();
    until(&mut session, |page| page.asks());
    let cursor = session.lesson().unwrap().cursor();
    press(&mut session, ", , , , : c o r d o n space n o d e - 2 enter");
    assert!(session.engine().is_live() && session.lesson().unwrap().cursor() < cursor);
    until(&mut session, |page| page.last);
}

#[test]
fn undo_takes_the_page_back_and_redo_brings_it() {
    let mut session = start();
    press(&mut session, ". . .");
    let step = page(&session).step;
    press(&mut session, "u");
    assert!(page(&session).step < step);
    press(&mut session, "U");
    assert_eq!(page(&session).step, step);
    press(&mut session, "u");
    until(&mut session, |page| page.last);
}

#[test]
fn other_keys_leave_the_caption_and_esc_returns_to_it() {
    let mut session = start();
    press(&mut session, ". tab");
    assert!(!frame(&mut session).contains("Three volumes wait"));
    press(&mut session, "esc");
    assert!(frame(&mut session).contains("Three volumes wait"));
    press(&mut session, "w");
    assert!(!frame(&mut session).contains("Three volumes wait"));
    press(&mut session, ".");
    assert!(frame(&mut session).contains("And a Service without an address"));
}

#[test]
fn another_scenario_is_chosen_from_the_list() {
    let mut session = Session::sandbox();
    press(&mut session, "s b o w l");
    assert!(frame(&mut session).contains("Every pet its bowl"));
    press(&mut session, "down up enter");
    assert!(session.lesson().is_some());
    press(&mut session, "s home enter");
    assert!(session.lesson().is_none(), "the sandbox stands first");
}

#[test]
fn a_question_in_a_frame() {
    let mut session = start();
    until(&mut session, |page| page.question.as_ref().is_some_and(|question| question.asking.words.starts_with("You delete")));
    let (_, canvas) = session.draw(SIZE);
    let planes = format!("{}\n{}", canvas.glyphs(), canvas.roles());
    insta::with_settings!({snapshot_path => "frames", prepend_module_to_snapshot => false, omit_expression => true}, {
        insta::assert_snapshot!("question-120x36", planes);
    });
}

#[test]
fn a_kept_moment_is_come_back_to_and_left_again_with_one_key() {
    let mut session = Session::sandbox();
    press(&mut session, "b x n n");
    let there = session.engine().head();
    press(&mut session, "B");
    assert_eq!((session.engine().head(), session.engine().console().len()), (session.engine().origin(), 0));
    press(&mut session, "B");
    assert_eq!((session.engine().head(), session.engine().console().len()), (there, 2), "a line for each set");
}

#[test]
fn the_lines_of_one_key_are_taken_back_and_brought_back_together() {
    let mut session = Session::sandbox();
    let lines = |session: &Session| session.engine().console().len();
    press(&mut session, "+ x");
    assert_eq!(lines(&session), 4);
    press(&mut session, "u");
    assert_eq!(lines(&session), 2);
    press(&mut session, "u U U");
    assert_eq!(lines(&session), 4);
    press(&mut session, "u t x u");
    assert_eq!(lines(&session), 2, "a line that stands alone is taken back alone");
}

#[test]
fn the_hints_lead_a_newcomer_from_key_to_key() {
    let mut session = Session::sandbox();
    for (key, words) in [
        ("+", "+ one more pod for both sets"),
        ("x", "x lose a pod of each"),
        ("w", "w why they differ"),
        ("c", "c pull a node's cable"),
        ("n n n n", "n skip to what comes of it"),
        ("X", "X erase it, whatever still runs"),
        ("u", "u take that back"),
        ("s", "s stories, told step by step"),
    ] {
        let shown = frame(&mut session);
        assert!(shown.contains(words), "{words} before {key}:\n{shown}");
        press(&mut session, key);
        (0..40).for_each(|_| session.pass(Duration::from_millis(50)));
    }
}

#[test]
fn the_first_page_tells_what_is_taught_and_heredocs_are_shown() {
    let mut session = start();
    let shown = frame(&mut session);
    assert!(shown.contains("Afterwards you know:"), "{shown}");
    until(&mut session, |page| page.coming.iter().any(|line| !line.heredoc.is_empty()));
    let first = page(&session).coming.iter().find(|line| !line.heredoc.is_empty()).unwrap().heredoc.lines().next().unwrap().to_owned();
    let shown = frame(&mut session);
    assert!(shown.contains(&first), "{first}:\n{shown}");
}
