//! Keys in, effects out.

use podyard::app::terminal::sight;
use podyard::engine::{Engine, sandbox};
use podyard::ui::keys::Key;
use podyard::ui::model::{Look, Mode};
use podyard::ui::{Effect, Message, Model, Screen, update};

struct Desk {
    engine: Engine,
    model: Model,
}

impl Desk {
    fn new() -> Desk {
        Desk { engine: Engine::new(sandbox(1)), model: Model::new(Look::default()) }
    }
    fn press(&mut self, keys: &str) -> Vec<Effect> {
        let sight = sight(&self.engine, "test");
        let mut effects = Vec::new();
        for name in keys.split(' ') {
            let screen = Screen::of(&self.model, &sight, (120, 36));
            let key = Key::named(name).unwrap_or_else(|| panic!("no key {name}"));
            effects = update(&mut self.model, Message::Key(key), &sight, &screen);
        }
        effects
    }
    fn lines(&mut self, keys: &str) -> Vec<String> {
        let line = |effect| match effect {
            Effect::Submit(line) => line,
            other => panic!("{other:?} is no line"),
        };
        self.press(keys).into_iter().map(line).collect()
    }
    fn selected(&mut self, keys: &str) -> String {
        self.press(keys);
        format!("{:?}", self.model.selected)
    }
}

#[test]
fn each_key_stands_for_a_command_line() {
    let cases: &[(&str, &[&str])] = &[
        ("+", &["kubectl scale sts kubia --replicas=4"]),
        ("-", &["kubectl scale sts kubia --replicas=2"]),
        ("tab +", &["kubectl scale rs kubia-rs --replicas=4"]),
        ("tab tab x", &["kubectl delete po kubia-0 --wait=false"]),
        ("tab tab down down x", &["kubectl delete po kubia-1 --wait=false"]),
        ("tab tab down X", &["kubectl delete po kubia-0 --force --grace-period=0"]),
        ("tab tab f", &["fail kubia-0"]),
        ("tab tab tab c", &["disconnect node-1"]),
        ("shift-tab p", &["crash node-3"]),
        ("tab tab d", &["kubectl describe sts kubia"]),
        ("tab tab down y", &["kubectl get po kubia-0 -o yaml"]),
        ("tab tab down right x", &["kubectl delete pvc data-kubia-0 --wait=false"]),
        ("t +", &["kubectl scale rs kubia-rs --replicas=4", "kubectl scale sts kubia --replicas=4"]),
    ];
    for (keys, lines) in cases {
        assert_eq!(Desk::new().lines(keys), *lines, "{keys}");
    }
}

#[test]
fn a_cut_cable_is_plugged_in_by_the_same_key() {
    let mut desk = Desk::new();
    desk.engine.submit("disconnect node-2", None);
    assert_eq!(desk.lines("c"), ["reconnect node-2"]);
}

#[test]
fn twins_lose_the_pod_in_the_same_place() {
    let lines = Desk::new().lines("t tab tab down down x");
    assert_eq!(lines.len(), 2);
    assert!(lines[0].starts_with("kubectl delete po kubia-rs-") && lines[1] == "kubectl delete po kubia-1 --wait=false", "{lines:?}");
}

#[test]
fn the_selection_walks_over_both_halves() {
    let mut desk = Desk::new();
    assert!(desk.selected("tab tab").contains("StatefulSet"));
    assert!(desk.selected("down").contains("kubia-0"));
    assert!(desk.selected("right").contains("Claim"));
    assert!(desk.selected("right").contains("Volume"));
    assert!(desk.selected("tab").contains("Set"));
    assert!(desk.selected("shift-tab shift-tab").contains("Node"));
    assert!(desk.selected("down").contains("Process"));
    assert_eq!(desk.selected("esc"), "None");
}

#[test]
fn time_keys() {
    let mut desk = Desk::new();
    assert_eq!(desk.press("space"), [Effect::Play(false)]);
    assert_eq!(desk.press("."), [Effect::Play(false), Effect::Step]);
    assert_eq!(desk.press(">"), [Effect::Speed(200)]);
    assert_eq!(desk.press("<"), [Effect::Speed(50)]);
    assert_eq!(desk.press("n"), [Effect::Next]);
    assert_eq!(desk.press("u"), [Effect::Undo]);
    assert_eq!(desk.press("q"), [Effect::Quit]);
    assert_eq!(desk.press("ctrl-c"), [Effect::Quit]);
}

#[test]
fn the_command_line_keeps_its_history() {
    let mut desk = Desk::new();
    desk.press(": k");
    assert_eq!(desk.model.mode, Mode::Prompt);
    assert_eq!(desk.press("x enter"), [Effect::Submit("kx".to_owned())]);
    assert_eq!(desk.model.mode, Mode::Normal);
    desk.press(": up");
    assert_eq!(desk.model.typed(), "kx");
    assert_eq!(desk.press("esc"), []);
    assert_eq!((desk.model.mode, desk.model.typed()), (Mode::Normal, String::new()));
}

#[test]
fn nothing_selected_is_said() {
    let mut desk = Desk::new();
    assert_eq!(desk.press("d"), []);
    assert!(desk.model.notice.as_ref().is_some_and(|n| n.contains("nothing is selected")));
}

#[test]
fn a_click_selects_what_is_drawn_there() {
    let mut desk = Desk::new();
    let sight = sight(&desk.engine, "test");
    let screen = Screen::of(&desk.model, &sight, (120, 36));
    for (area, target) in screen.plan.spots() {
        update(&mut desk.model, Message::Click(area.x, area.y), &sight, &screen);
        assert_eq!(desk.model.selected.as_ref(), Some(target));
    }
}
