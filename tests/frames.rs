//! Golden frames: the screen at three sizes in some states and views, in two planes, text and role per cell.

#[path = "frames/world.rs"]
mod world;

use podyard::app::session::Session;
use podyard::app::settings::Settings;
use podyard::app::terminal::sight;
use podyard::engine::Engine;
use podyard::scene::Canvas;
use podyard::sim::World;
use podyard::ui::keys::Key;
use podyard::ui::model::Look;
use podyard::ui::theme::ascii;
use podyard::ui::{Message, Model, Screen, update, view};
use std::time::Duration;

const SIZES: [(u16, u16); 3] = [(80, 24), (120, 36), (200, 60)];

fn check(name: &str, world: World) {
    check_after(name, world, "");
}

/// The same after some keys; each size begins anew.
fn check_after(name: &str, world: World, keys: &str) {
    let engine = Engine::new(world);
    let sight = sight(&engine, "sandbox");
    for size in SIZES {
        let mut model = Model::new(Look::default());
        for key in keys.split_whitespace() {
            let screen = Screen::of(&model, &sight, size);
            update(&mut model, Message::Key(Key::named(key).expect("a key")), &sight, &screen);
        }
        let screen = Screen::of(&model, &sight, size);
        golden(name, size, &view(&model, &sight, &screen));
    }
}

fn golden(name: &str, size: (u16, u16), canvas: &Canvas) {
    let strange = canvas.glyphs().chars().find(|glyph| ascii(*glyph) == '?' && *glyph != '?');
    assert_eq!(strange, None, "{name}: nothing stands for it where only ASCII is drawn");
    let planes = format!("{}\n{}", canvas.glyphs(), canvas.roles());
    insta::with_settings!({snapshot_path => "frames", prepend_module_to_snapshot => false, omit_expression => true}, {
        insta::assert_snapshot!(format!("{name}-{}x{}", size.0, size.1), planes);
    });
}

/// A session after some steps: keys, or a line behind a dollar.
fn check_session(name: &str, begin: impl Fn() -> Session, steps: &[&str]) {
    for size in SIZES {
        let mut session = begin();
        for step in steps {
            match step.strip_prefix("$ ") {
                Some(line) => type_in(&mut session, line, size),
                None => step.split(' ').for_each(|key| session.take(Message::Key(Key::named(key).expect("a key")), size)),
            }
        }
        golden(name, size, &session.draw(size).1);
    }
}

/// Types a line; one that waits is over when this returns.
fn type_in(session: &mut Session, line: &str, size: (u16, u16)) {
    session.take(Message::Key(Key::Char(':')), size);
    line.chars().for_each(|letter| session.take(Message::Key(Key::Char(letter)), size));
    session.take(Message::Key(Key::Named("enter")), size);
    for _ in 0..10_000 {
        if session.engine().busy().is_none() {
            return;
        }
        session.pass(Duration::from_millis(200));
    }
    panic!("{line} is never over: time is held");
}

fn presented() -> Session {
    Session::scenario("every-pet-its-bowl").expect("in the catalogue").with(&Settings { present: true, ..Settings::default() })
}

fn played() -> Session {
    Session::scenario("every-pet-its-bowl").expect("in the catalogue")
}

#[test]
fn the_sandbox_at_its_start() {
    check_session("start", Session::sandbox, &[]);
}

#[test]
fn both_sets_scaled() {
    check("scaled", world::scaled(world::sandbox(), 4));
}

#[test]
fn a_node_cut_off_for_six_minutes() {
    check("cut", world::cut(world::sandbox()));
}

#[test]
fn after_the_force() {
    check("forced", world::forced(world::cut(world::sandbox())));
}

#[test]
fn why_a_pod_on_a_cut_node_is_still_there() {
    check_after("why", world::cut(world::sandbox()), "tab tab down down down w");
}

#[test]
fn a_manifest_that_is_edited() {
    check_after("edit", world::sandbox(), "tab tab e down down end");
}

#[test]
fn what_may_stand_in_a_manifest_and_what_would_change() {
    check_after("edit-offers", world::sandbox(), "tab tab e down down down down down end enter tab");
    check_after("edit-changes", world::sandbox(), "tab tab e down down down down down end enter m i tab 5 ctrl-s");
}

#[test]
fn all_keys() {
    check_after("help", world::sandbox(), "?");
}

#[test]
fn letters_that_are_looked_for() {
    check_after("filter", world::sandbox(), "/ k u b i a - 1");
}

#[test]
fn three_hundred_pods() {
    check("crowd", world::scaled(world::sandbox(), 150));
}

#[test]
fn three_thousand_pods_on_thirty_nodes() {
    check("throng", world::crowd(3000));
}

#[test]
fn the_record_alone() {
    check_after("record", world::cut(world::sandbox()), "tab z");
}

#[test]
fn the_machines_alone() {
    check_after("machines", world::forced(world::cut(world::sandbox())), "z z");
}

#[test]
fn all_that_is_to_say_of_a_pod() {
    check_after("sheet", world::sandbox(), "tab tab down w");
}

#[test]
fn what_can_be_done_with_a_pod() {
    check_after("menu", world::sandbox(), "tab tab down a down");
}

#[test]
fn the_list_of_scenarios() {
    check_after("scenarios", world::sandbox(), "s down");
    check_after("scenarios-far", world::sandbox(), "s pagedown pagedown pagedown");
    check_after("scenarios-found", world::sandbox(), "s / c a b l e down");
}

#[test]
fn the_twins_while_each_has_lost_a_pod() {
    check_session("twins", Session::sandbox, &["x", "$ wait 1300ms"]);
}

#[test]
fn a_request_on_its_way() {
    check_session("request", Session::sandbox, &["tab tab down down r", "$ wait 100ms"]);
}

#[test]
fn traffic_to_a_service_one_of_whose_machines_has_lost_its_power() {
    check_session("traffic", Session::sandbox, &["$ traffic http://kubia-public/", "$ wait 20s", "$ crash node-2", "$ wait 10s", "esc"]);
}

#[test]
fn traffic_to_a_namesake_that_the_record_has_forgotten() {
    let steps = [
        "$ disconnect node-3",
        "$ wait 360s",
        "$ kubectl delete po kubia-0 --force --grace-period=0",
        "$ traffic 10.244.3.3:8080",
        "$ wait 10s",
        "esc",
    ];
    check_session("traffic-ghost", Session::sandbox, &steps);
    check_session("traffic-machines", Session::sandbox, &[&steps[..], &["z z"]].concat());
}

#[test]
fn two_processes_write_to_one_disk() {
    let steps = [
        "$ curl -X POST -d before localhost:8001/api/v1/namespaces/default/pods/kubia-0/proxy/",
        "$ disconnect node-3",
        "$ wait 360s",
        "$ kubectl delete po kubia-0 --force --grace-period=0",
        "$ wait 10s",
        "$ curl -X POST -d after localhost:8001/api/v1/namespaces/default/pods/kubia-0/proxy/",
        "esc",
    ];
    check_session("writers", Session::sandbox, &steps);
}

#[test]
fn what_a_line_printed() {
    check_session("output", Session::sandbox, &["$ kubectl get pods -o wide"]);
}

#[test]
fn what_tab_offers() {
    check_session("offers", Session::sandbox, &[": k u b e c t l space tab"]);
}

#[test]
fn scrubbed_into_the_past() {
    check_session("past", Session::sandbox, &["+", "$ wait 20s", "[ ["]);
}

#[test]
fn forced_beside_waited() {
    let steps = [
        "$ disconnect node-3",
        "$ wait 360s",
        "$ branch forced",
        "$ wait 60s",
        "B space",
        "$ kubectl delete po kubia-0 --force --grace-period=0",
    ];
    check_session("compare", Session::sandbox, &[&steps[..], &["$ wait 60s", "C"]].concat());
}

#[test]
fn a_scenarios_pages() {
    check_session("lesson", played, &["."]);
    check_session("lesson-typed", played, &[". . . ."]);
}

#[test]
fn a_scenarios_words_for_the_back_row() {
    check_session("present", presented, &[". ."]);
    check_session("present-typed", presented, &[". . . ."]);
}
