//! Keys in, effects out.

use podyard::app::terminal::sight;
use podyard::engine::{Engine, sandbox};
use podyard::scene::Target;
use podyard::ui::keys::Key;
use podyard::ui::model::{Look, Mode};
use podyard::ui::{Effect, Message, Model, Screen, update, view};

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
fn esc_stops_what_waits() {
    let mut desk = Desk::new();
    assert_eq!(desk.press("esc"), []);
    desk.engine.submit("wait 330s", None);
    assert_eq!(desk.lines("+"), ["kubectl scale sts kubia --replicas=4"], "other lines run beside it");
    assert_eq!(desk.press("esc"), [Effect::Interrupt]);
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
        ("tab tab down l", &["kubectl logs kubia-0"]),
        ("tab tab down r", &["curl -s localhost:8001/api/v1/namespaces/default/pods/kubia-0/proxy/"]),
        ("tab tab down T", &["traffic localhost:8001/api/v1/namespaces/default/pods/kubia-0/proxy/"]),
        ("tab tab down right v", &["files pvc/data-kubia-0"]),
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
    assert_eq!(Desk::new().lines("t tab tab down down l"), ["kubectl logs kubia-1"], "what is only looked at has no twin");
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
fn the_menu_tells_what_can_be_done_and_does_it() {
    let mut desk = Desk::new();
    desk.model.selected = Target::named("pod/kubia-1");
    desk.press("a");
    let shown = |desk: &Desk| -> Vec<String> { desk.model.menu.items.iter().map(|item| format!("{item:?}")).collect() };
    let items = shown(&desk);
    assert!(items.iter().any(|item| item.contains("kubectl delete po kubia-1 --wait=false")), "{items:?}");
    assert!(!items.iter().any(|item| item.contains("kubectl scale")), "a pod has no size: {items:?}");
    let claim = items.iter().position(|item| item.starts_with("Go(\"claim\"")).expect("it has a claim");
    desk.press(&vec!["down"; claim].join(" "));
    assert_eq!(desk.press("enter"), []);
    assert_eq!((desk.model.selected.clone(), desk.model.mode), (Target::named("pvc/data-kubia-1"), Mode::Normal));
    assert_eq!(desk.lines("a x"), ["kubectl delete pvc data-kubia-1 --wait=false"], "its own key does it too");
    desk.press("a esc");
    assert_eq!(desk.model.mode, Mode::Normal);
    let sight = sight(&desk.engine, "test");
    let screen = Screen::of(&desk.model, &sight, (120, 36));
    let node = Target::Node("node-2".into());
    let place = screen.plan.place(&node).unwrap();
    update(&mut desk.model, Message::Ask(place.x, place.y), &sight, &screen);
    assert_eq!((desk.model.mode, desk.model.selected.as_ref()), (Mode::Menu, Some(&node)));
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

#[test]
fn a_request_goes_to_the_selected_service() {
    let mut desk = Desk::new();
    desk.model.selected = Target::named("svc/kubia-public");
    assert_eq!(desk.lines("r"), ["curl -s http://kubia-public/"]);
}

#[test]
fn traffic_goes_to_the_selected_service_until_the_same_key() {
    let mut desk = Desk::new();
    desk.model.selected = Target::named("svc/kubia-public");
    let begin = "traffic http://kubia-public/";
    assert_eq!(desk.lines("T"), [begin]);
    desk.engine.submit(begin, None);
    assert_eq!(desk.lines("T"), ["traffic --stop"]);
    desk.model.selected = Target::named("po/kubia-1");
    let other = "traffic localhost:8001/api/v1/namespaces/default/pods/kubia-1/proxy/";
    assert_eq!(desk.lines("T"), [other], "one flow at a time: it takes the place of the first");
    desk.model.selected = None;
    assert_eq!(desk.lines("T"), ["traffic --stop"]);
    desk.engine.submit("traffic --stop", None);
    assert!(desk.lines("T")[0].contains("/pods/"), "where nothing is selected it goes where a single request does");
}

/// Carries out what a key asked of the engine, and tells the model what came of it.
fn carry_out(desk: &mut Desk, effects: Vec<Effect>) {
    for effect in effects {
        let Effect::Feed(line, text) = effect else { panic!("{effect:?}") };
        desk.engine.submit(&line, Some(text.as_str()));
        let lines = desk.engine.console().len();
        let sight = sight(&desk.engine, "test");
        let screen = Screen::of(&desk.model, &sight, (120, 36));
        update(&mut desk.model, Message::Ran { lines }, &sight, &screen);
    }
}

/// Puts another text in the place of a line that has some words in it.
fn retype(desk: &mut Desk, old: &str, new: &str) {
    let editor = desk.model.editor.as_mut().unwrap();
    let text: Vec<String> = editor.area.lines().iter().map(|line| line.replace(old, new)).collect();
    assert_ne!(text, editor.area.lines());
    editor.area = tui_textarea::TextArea::new(text);
}

#[test]
fn a_manifest_is_edited_and_applied_through_the_same_door() {
    let mut desk = Desk::new();
    desk.press("tab tab e");
    assert_eq!(desk.model.mode, Mode::Edit);
    retype(&mut desk, "  replicas: 3", "  replicas: 4");
    assert_eq!(desk.press("ctrl-s"), [], "what changes is shown first");
    let changes = desk.model.editor.as_ref().unwrap().changes();
    assert!(changes.contains("\n-  replicas: 3\n+  replicas: 4\n"), "{changes}");
    let effects = desk.press("ctrl-s");
    carry_out(&mut desk, effects);
    assert_eq!((desk.model.mode, desk.engine.console()[0].line.as_str()), (Mode::Normal, "kubectl replace -f -"));
    assert_eq!(desk.engine.console()[0].output.as_ref().unwrap().out, "statefulset.apps/kubia replaced\n");
    assert_eq!(desk.lines("tab tab +"), ["kubectl scale sts kubia --replicas=5"]);
}

#[test]
fn what_is_wrong_with_an_edited_manifest_stands_at_its_line() {
    for (old, new, message) in [
        ("  replicas: 3", "  replicas: many", "replicas"),
        ("  replicas: 3", "  replica: 3", "replica"),
        ("  replicas: 3", "  replicas: -1", "must be greater than or equal to 0"),
        ("  serviceName: kubia", "  serviceName: other", "forbidden"),
        ("  replicas: 3", "  replicas: [", ""),
    ] {
        let mut desk = Desk::new();
        desk.press("tab tab e");
        retype(&mut desk, old, new);
        let effects = desk.press("ctrl-s ctrl-s");
        carry_out(&mut desk, effects);
        assert_eq!(desk.model.mode, Mode::Edit, "{new}");
        let editor = desk.model.editor.as_ref().unwrap();
        let problem = editor.problem.clone().unwrap();
        assert!(problem.message.to_lowercase().contains(message), "{new}: {problem:?}");
        assert!(problem.line.is_some(), "{new}: {problem:?}");
        let sight = sight(&desk.engine, "test");
        let screen = Screen::of(&desk.model, &sight, (120, 36));
        assert!(view(&desk.model, &sight, &screen).glyphs().contains('▲') || problem.line > Some(25));
    }
}

#[test]
fn tab_completes_a_field_and_what_is_wrong_is_told_at_once() {
    let mut desk = Desk::new();
    desk.press("tab tab e down down down down down end enter m i");
    assert!(desk.model.editor.as_ref().unwrap().slip.as_ref().is_some_and(|slip| slip.line.is_some()), "half a name is no field");
    desk.press("tab");
    assert_eq!(desk.model.editor.as_ref().unwrap().area.lines()[6], "  minReadySeconds: ");
    desk.press("5");
    let editor = desk.model.editor.as_ref().unwrap();
    assert_eq!((editor.slip.clone(), editor.told.as_ref().unwrap().word.as_str()), (None, "minReadySeconds"));
    desk.press("enter v o l tab");
    let shown: Vec<&str> = desk.model.editor.as_ref().unwrap().offers.iter().map(|offer| offer.word.as_str()).collect();
    assert_eq!(shown, Vec::<&str>::new(), "there is one already, and no other");
}

#[test]
fn esc_leaves_a_manifest_as_it_was() {
    let mut desk = Desk::new();
    desk.press("tab tab e a b");
    assert_eq!(desk.press("esc"), []);
    assert_eq!((desk.model.mode, desk.model.editor.is_none()), (Mode::Normal, true));
    assert_eq!(desk.press("e ctrl-s"), []);
    assert_eq!(desk.model.notice.as_deref(), Some("nothing was changed"));
}

#[test]
fn a_number_runs_the_line_that_why_offers() {
    let mut desk = Desk::new();
    desk.engine.submit("disconnect node-2", None);
    desk.model.selected = Target::named("node/node-2");
    assert_eq!(desk.lines("1"), ["reconnect node-2"]);
    assert_eq!(desk.press("7"), []);
    assert!(desk.model.notice.as_ref().unwrap().contains("nothing is offered under 7"));
}

#[test]
fn letters_make_the_rest_step_back_until_esc() {
    let mut desk = Desk::new();
    desk.press("/ k u b i a - 1");
    assert_eq!((desk.model.mode, desk.model.filter.as_str()), (Mode::Filter, "kubia-1"));
    let dimmed = |desk: &Desk, name: &str| {
        let sight = sight(&desk.engine, "test");
        Screen::of(&desk.model, &sight, (120, 36)).focus.dims(&Target::named(name).unwrap())
    };
    assert!(!dimmed(&desk, "pod/kubia-1") && !dimmed(&desk, "pvc/data-kubia-1") && dimmed(&desk, "pod/kubia-0"));
    desk.press("enter");
    assert!(dimmed(&desk, "pod/kubia-0"));
    desk.press("esc");
    assert!(!dimmed(&desk, "pod/kubia-0"));
}

#[test]
fn keys_follow_the_settings_and_help_and_hints_tell_so() {
    let mut desk = Desk::new();
    desk.model.keys = podyard::app::settings::read("keys: {help: o, delete: Z}\n").unwrap().keys;
    assert_eq!(desk.press("x"), []);
    assert!(desk.lines("Z")[0].starts_with("kubectl delete po"));
    desk.press("o");
    assert_eq!(desk.model.mode, Mode::Help);
    let sight = sight(&desk.engine, "test");
    let screen = Screen::of(&desk.model, &sight, (200, 60));
    let shown = view(&desk.model, &sight, &screen).glyphs();
    assert!(shown.contains("Z           Deletes what is selected"), "{shown}");
    for row in podyard::ui::actions::ACTIONS {
        assert!(shown.contains(row.sentence), "{}", row.sentence);
    }
}

#[test]
fn the_time_line_is_dragged_and_nothing_else_is() {
    let mut desk = Desk::new();
    desk.engine.run_until(desk.engine.origin() + podyard::api::Span::secs(30));
    let sight = sight(&desk.engine, "test");
    let screen = Screen::of(&desk.model, &sight, (120, 36));
    let rail = screen.regions.unwrap().timeline;
    assert_eq!(update(&mut desk.model, Message::Drag(rail.x + 20), &sight, &screen), []);
    update(&mut desk.model, Message::Click(rail.x + 30, rail.y), &sight, &screen);
    let effects = update(&mut desk.model, Message::Drag(rail.x + 20), &sight, &screen);
    assert!(matches!(effects[..], [Effect::Play(false), Effect::Seek(_)]), "{effects:?}");
}

#[test]
fn a_blank_screen_holds_time_and_any_key_only_brings_it_back() {
    let mut desk = Desk::new();
    desk.engine.set_playing(true);
    assert_eq!(desk.press("o"), [Effect::Play(false)]);
    let sight = sight(&desk.engine, "test");
    let screen = Screen::of(&desk.model, &sight, (120, 36));
    assert!(view(&desk.model, &sight, &screen).glyphs().trim().is_empty());
    assert_eq!(desk.press("x"), [Effect::Play(true)], "nothing is deleted in the dark");
    assert_eq!(desk.model.mode, Mode::Normal);
}
