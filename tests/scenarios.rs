//! Scenarios as files: each mistake has its golden message, the schema agrees with every file, recordings replay.

use podyard::app::session::Session;
use podyard::diagnostic::Severity;
use podyard::engine::Engine;
use podyard::scenario::player::Beat;
use podyard::scenario::rehearse::{Audience, News, opening, rehearse};
use podyard::scenario::{Step, What, catalogue::CATALOGUE, document, fields, lint};
use podyard::sim::{Options, World};
use podyard::timeline::journal::fingerprint;
use podyard::ui::Message;
use podyard::ui::keys::Key;
use serde_json::Value;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

#[path = "scenarios/agrees.rs"]
mod agrees;
#[path = "scenarios/played.rs"]
mod played;

/// What failed while it was played.
struct Failures(Vec<String>);

impl Audience for Failures {
    fn watch(&mut self, _world: &World) {}
    fn hear(&mut self, _world: &World, news: News) {
        if let News::Beat(Beat::Failed(line, why)) = news {
            self.0.push(format!("line {line}: {why}"));
        }
    }
}

/// Plays a text to its end.
fn play(text: &str) -> (Vec<String>, World) {
    let scenario = Arc::new(document::read(text).unwrap_or_else(|problem| panic!("{}", problem.render(text, "it"))));
    let world = opening(&scenario, scenario.options.clone()).unwrap();
    let mut failures = Failures(Vec::new());
    let ending = rehearse(&scenario, world, &mut failures);
    (failures.0, ending.world)
}

#[test]
fn every_story_has_a_goal_a_prediction_something_expected_and_a_whole_debrief() {
    for (name, text) in CATALOGUE {
        let (scenario, found) = lint::lint(text);
        assert!(found.is_empty(), "{name}: {found:?}");
        let story = scenario.unwrap();
        assert!(story.group.is_some() && story.goal.is_some() && !story.teaches.is_empty(), "{name}");
        assert!(story.predictions() > 0 && story.steps.iter().any(|step| matches!(step.what, What::Expect(_))), "{name}");
        let points = |step: &Step| !matches!(step.what, What::Say(_, None));
        assert!(story.steps.iter().all(points), "{name}: captions stand beside what they speak of");
        let debrief = &story.debrief;
        let picture = debrief.picture.as_deref().unwrap_or_default().trim_end();
        assert!(picture.ends_with('.') && !picture.contains(". "), "{name}: one sentence");
        assert!(!debrief.words.trim().is_empty() && !debrief.commands.is_empty() && debrief.today.is_some(), "{name}");
    }
}

/// Seeds other than that of the catalogue.
const OTHERS: std::ops::Range<u64> = 2..10;

#[test]
fn a_story_holds_under_any_seed_or_notices_that_it_is_another() {
    for (name, text) in CATALOGUE {
        let scenario = Arc::new(document::read(text).unwrap());
        let is_pinned = text.contains("\n  seed: ");
        let seeds = if is_pinned { OTHERS } else { OTHERS.start..OTHERS.start + 1 };
        let fails = seeds.map(|seed| {
            let options = Options { seed, ..scenario.options.clone() };
            let mut failures = Failures(Vec::new());
            rehearse(&scenario, opening(&scenario, options).unwrap(), &mut failures);
            failures.0
        });
        let fails: Vec<Vec<String>> = fails.filter(|failures: &Vec<String>| !failures.is_empty()).collect();
        // A pod is on the node that the words name by chance, with two of them about every other time.
        let least = if is_pinned { OTHERS.count() / 2 } else { 0 };
        assert!(fails.len() >= least && (is_pinned || fails.is_empty()), "{name}: {fails:?}");
    }
}

fn wrong() -> BTreeMap<String, String> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/wrong-scenarios");
    let files = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let yaml = files.filter(|path| path.extension().is_some_and(|end| end == "yaml"));
    yaml.map(|path| (path.file_stem().unwrap().to_str().unwrap().to_owned(), std::fs::read_to_string(&path).unwrap())).collect()
}

#[test]
fn each_mistake_has_its_golden_message() {
    let mut told = String::new();
    for (name, text) in wrong() {
        let (scenario, found) = lint::lint(&text);
        let playable = scenario.is_some() && found.iter().all(|problem| problem.severity == Severity::Warning);
        told += &format!("## {name}\n");
        found.iter().for_each(|problem| told += &problem.render(&text, &format!("{name}.yaml")));
        let failures = if playable { play(&text).0 } else { Vec::new() };
        failures.iter().for_each(|failure| told += &format!("played: {failure}\n"));
        assert!(!found.is_empty() || !failures.is_empty(), "nothing is wrong with {name}");
        let placed = |problem: &podyard::diagnostic::Diagnostic| problem.line.is_some() && problem.hint.is_some();
        assert!(found.iter().all(placed), "{name}: a place and a remedy");
        told += "\n";
    }
    insta::with_settings!({snapshot_path => "wrong-scenarios", prepend_module_to_snapshot => false, omit_expression => true}, {
        insta::assert_snapshot!("messages", told);
    });
}

#[test]
fn a_condition_that_never_comes_ends_at_its_deadline_and_names_what_it_waited_for() {
    let text = &wrong()["never-comes"];
    let (failures, world) = play(text);
    assert!(failures[0].starts_with("line 8: waited 120 s of virtual time, in vain, for: kubectl get pods -o name contains \"pod/godot\""));
    let passed = (world.now() - world.options().epoch).as_secs();
    assert!((120..=122).contains(&passed), "{passed}");
}

#[test]
fn every_scenario_agrees_with_the_schema() {
    let schema: Value = serde_json::from_str(&fields::schema()).unwrap();
    for (name, text) in CATALOGUE {
        let value: Value = serde_yaml::from_str(text).unwrap();
        assert_eq!(agrees::complaints(&schema, &value), [""; 0], "{name}");
    }
    let wrong = wrong();
    for name in ["unknown-field", "no-such-group", "unknown-kind-of-answer", "no-debrief"] {
        let value: Value = serde_yaml::from_str(&wrong[name]).unwrap();
        assert_ne!(agrees::complaints(&schema, &value), [""; 0], "{name}");
    }
}

#[test]
fn the_schema_tells_of_every_field_what_it_is_for() {
    let schema: Value = serde_json::from_str(&fields::schema()).unwrap();
    let step = &schema["$defs"]["StepPart"]["properties"];
    assert!(step.as_object().unwrap().len() == 23);
    for part in [&schema["properties"], step, &schema["$defs"]["Check"]["properties"]] {
        for (name, field) in part.as_object().unwrap() {
            assert!(field["description"].as_str().is_some_and(|words| words.ends_with('.')), "{name}: {field}");
        }
    }
}

/// Presses keys, with a little time between them.
fn press(session: &mut Session, keys: &str) {
    for name in keys.split(' ') {
        session.take(Message::Key(Key::named(name).unwrap()), (120, 36));
        session.pass(Duration::from_millis(70));
    }
}

fn type_line(session: &mut Session, line: &str) {
    press(session, ":");
    line.chars().for_each(|c| session.take(Message::Key(Key::Char(c)), (120, 36)));
    press(session, "enter");
}

#[test]
fn the_story_of_the_readmes_picture_comes_true() {
    let (failures, _) = play(include_str!("../assets/two-promises.yaml"));
    assert_eq!(failures, [""; 0]);
}

#[test]
fn a_recording_holds_the_files_that_its_lines_name() {
    let folder = std::env::temp_dir().join(format!("podyard-files-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let manifest =
        |name: &str| format!("apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: {name}}}\ndata:\n  text: |\n    two\n\n    lines\n");
    ["a", "b"].iter().for_each(|name| std::fs::write(folder.join(format!("{name}.yaml")), manifest(name)).unwrap());
    let mut session = Session::sandbox();
    type_line(&mut session, &format!("kubectl apply -f {}", folder.display()));
    session.pass(Duration::from_secs(3));
    std::fs::remove_dir_all(&folder).unwrap();
    let text = session.recording();
    let (failures, mut world) = play(&text);
    assert_eq!(failures, [""; 0], "{text}");
    let live = session.engine().timeline().track().live();
    world.advance(live.now());
    assert_eq!(fingerprint(&world), fingerprint(live), "{text}");
    assert!(text.contains("name: b"), "{text}");
}

#[test]
fn a_recorded_session_replays_to_the_same_world_without_a_screen_and_with_one() {
    let mut session = Session::sandbox();
    type_line(&mut session, "kubectl scale sts kubia --replicas=4");
    session.pass(Duration::from_secs(7));
    type_line(&mut session, "disconnect node-2");
    type_line(&mut session, "kubectl delete po kubia-0");
    session.pass(Duration::from_secs(3));
    press(&mut session, "ctrl-c");
    type_line(&mut session, "kubectl get pods -o wide");
    type_line(&mut session, "kubectl delete po nobody");
    session.pass(Duration::from_secs(40));
    type_line(&mut session, "reconnect node-2");
    let text = session.recording();
    let (failures, mut world) = play(&text);
    assert_eq!(failures, [""; 0]);
    let live = session.engine().timeline().track().live();
    world.advance(live.now());
    assert_eq!(fingerprint(&world), fingerprint(live), "{text}");

    let scenario = Arc::new(document::read(&text).unwrap());
    let mut engine = Engine::new(opening(&scenario, scenario.options.clone()).unwrap());
    let mut lesson = podyard::engine::Lesson::new(scenario, &mut engine);
    while !lesson.page().last {
        lesson.advance(&mut engine).unwrap();
    }
    engine.run_until(live.now());
    assert_eq!(fingerprint(engine.world()), fingerprint(live));
    assert_eq!(document::read(&text).unwrap().options, document::read(&session.recording()).unwrap().options);
}
