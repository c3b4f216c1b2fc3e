//! Scenarios with every kind of step, played with keys.

use super::{press, type_line};
use podyard::app::session::Session;
use podyard::scenario::Page;
use std::path::PathBuf;
use std::time::Duration;

const STORY: &str = "title: All kinds\nsummary: S\ndebrief: What happened.\npicture: One picture.\ncommands: [kubectl get pods]\nsteps:\n\
- ask: How many nodes?\n  chapter: numbers\n  note: ask the back row\n  answers: number\n  ahead: kubectl get nodes -o name | wc -l\n  hints: [look down]\n\
- ask: Which is the first?\n  answers: name\n  ahead: kubectl get nodes -o jsonpath={.items[0].metadata.name}\n\
- ask: In which order?\n  chapter: orders\n  answers: order\n  ahead: kubectl get nodes -o name\n\
- ask: What comes?\n  choices: [{text: nothing}, {text: a pod, when: {contains: pod/one}}]\n  ahead: |\n    kubectl run one --image=nginx\n    wait 5s\n    kubectl get pods -o name\n\
- goal: A pod runs.\n  chapter: yours\n  hints: [x, y, z]\n  solution: kubectl run two --image=nginx\n  reached: [{run: 'kubectl get pods -o jsonpath={.items[*].status.phase}', contains: Running}]\n\
- expect: {run: kubectl get pods -o name, lacks: nobody}\n";

struct Stage {
    session: Session,
    path: PathBuf,
}

impl Drop for Stage {
    fn drop(&mut self) {
        drop(std::fs::remove_file(&self.path));
    }
}

fn stage(name: &str) -> Stage {
    let path = std::env::temp_dir().join(format!("podyard-played-{}-{name}.yaml", std::process::id()));
    std::fs::write(&path, STORY).unwrap();
    Stage { session: Session::scenario(path.to_str().unwrap()).unwrap(), path }
}

impl Stage {
    fn page(&self) -> &Page {
        self.session.lesson().unwrap().page()
    }
    fn shown(&mut self) -> String {
        self.session.draw((120, 36)).1.glyphs()
    }
    fn press(&mut self, keys: &str) {
        press(&mut self.session, keys);
    }
}

#[test]
fn numbers_names_orders_and_choices_are_answered_with_keys_and_scored() {
    let mut stage = stage("answers");
    stage.press(". .");
    assert!(stage.page().asks(), "nothing goes on without an answer");
    stage.press("H 4 backspace 3");
    let shown = stage.shown();
    assert!(shown.contains("numbers · step 1/6") && shown.contains("look down") && shown.contains("> 3"), "{shown}");
    stage.press("enter");
    assert!(stage.shown().contains("✓ you said: 3"));
    stage.press(". n o d e - 2 enter");
    let shown = stage.shown();
    assert!(shown.contains("✖ you said: node-2") && shown.contains("it is:    node-1"), "{shown}");
    stage.press(". 1 2 3 enter");
    assert!(stage.shown().contains("✓ you said: node-1 node-2 node-3"));
    stage.press(". 2");
    assert!(stage.shown().contains("you said 2, and so it is"));
    assert_eq!(stage.session.lesson().unwrap().score(), (3, 4));
}

#[test]
fn how_an_answer_came_is_shown_in_a_copy_that_is_left_again() {
    let mut stage = stage("aside");
    type_line(&mut stage.session, "chapter 4");
    stage.press("2");
    let head = stage.session.engine().head();
    stage.press("n");
    assert!(stage.shown().contains("this is how it came") && stage.session.engine().playing());
    assert!(stage.session.engine().console().iter().any(|entry| entry.line.starts_with("kubectl run one")));
    (0..300).for_each(|_| stage.session.pass(Duration::from_millis(100)));
    assert!(!stage.session.engine().playing(), "it stops where what was played ahead stops");
    stage.press(".");
    assert_eq!(stage.session.engine().head(), head);
    assert!(stage.session.engine().console().is_empty() && stage.page().shows());
}

#[test]
fn a_goal_is_reached_by_anybodys_own_commands_and_hints_come_in_three_tiers() {
    let mut stage = stage("goal");
    type_line(&mut stage.session, "chapter yours");
    assert!(stage.page().challenges());
    stage.press(". H H H H");
    assert_eq!(stage.page().hints(), ["x", "y", "z"]);
    type_line(&mut stage.session, "kubectl create deployment web --image=nginx");
    stage.press("esc");
    (0..200).for_each(|_| stage.session.pass(Duration::from_millis(100)));
    assert!(stage.page().done, "{:?}", stage.page().goal);
    stage.press("esc");
    assert!(stage.shown().contains("reached with 1 command; par is 1"));
    stage.press(". .");
    assert!(stage.page().last && stage.page().caption.contains("The picture: One picture."), "{:?}", stage.page());
}

#[test]
fn after_the_last_hint_the_solution_is_shown() {
    let mut stage = stage("solution");
    type_line(&mut stage.session, "chapter yours");
    stage.press("H H H . n");
    assert!(stage.session.engine().console().iter().any(|entry| entry.line == "kubectl run two --image=nginx"));
    (0..200).for_each(|_| stage.session.pass(Duration::from_millis(100)));
    assert!(stage.page().goal.as_ref().unwrap().reached);
}

#[test]
fn one_leaves_the_script_plays_and_returns_to_that_very_point() {
    let mut stage = stage("left");
    stage.press(".");
    let before = (stage.page().clone(), stage.session.engine().head());
    type_line(&mut stage.session, "disconnect node-1");
    stage.session.pass(Duration::from_secs(5));
    assert!(stage.session.model().notice.is_some());
    stage.press("R");
    assert_eq!((stage.page().clone(), stage.session.engine().head()), before);
    assert!(stage.session.engine().console().is_empty());
    stage.press("R");
    assert!(stage.session.model().notice.as_ref().unwrap().contains("have not left"));
}

#[test]
fn chapters_are_jumped_to_there_and_back_and_predictions_on_the_way_do_not_count() {
    let mut stage = stage("chapters");
    stage.press("} }");
    assert_eq!((stage.page().step, stage.page().chapter.as_deref()), (3, Some("orders")));
    assert_eq!(stage.session.lesson().unwrap().score(), (0, 0));
    stage.press("{");
    assert_eq!(stage.page().step, 1);
    type_line(&mut stage.session, "chapter nowhere");
    assert!(stage.session.model().notice.as_ref().unwrap().contains("the chapters numbers, orders, yours"));
    type_line(&mut stage.session, "restart");
    assert_eq!(stage.page().step, 0);
}

#[test]
fn a_class_shows_hands_that_are_hidden_until_they_are_shown() {
    let mut stage = stage("class");
    type_line(&mut stage.session, "chapter 4");
    stage.session = std::mem::replace(&mut stage.session, Session::sandbox()).for_class(true);
    stage.press("1 2 2 2");
    assert!(stage.page().asks() && !stage.shown().contains("▌▌▌ 3"));
    stage.press("0");
    assert!(stage.shown().contains("▌▌▌ 3"));
    stage.press("enter");
    assert!(stage.shown().contains("most said 2, and so it is"));
}

#[test]
fn a_class_calls_out_numbers_and_orders_and_they_are_written() {
    let mut stage = stage("called");
    stage.session = std::mem::replace(&mut stage.session, Session::sandbox()).for_class(true);
    stage.press(". 3 0 backspace");
    assert!(stage.shown().contains("> 3") && stage.shown().contains("type a number"), "{}", stage.shown());
    stage.press("enter");
    assert!(stage.shown().contains("✓ you said: 3"));
    type_line(&mut stage.session, "chapter orders");
    stage.press("1 2 3 enter");
    assert!(stage.shown().contains("✓ you said: node-1 node-2 node-3"), "{}", stage.shown());
}

#[test]
fn pages_turn_by_themselves_until_somebody_is_asked() {
    let mut stage = stage("auto");
    type_line(&mut stage.session, "auto");
    let pass = |stage: &mut Stage, tenths: u32| {
        (0..tenths).for_each(|_| {
            stage.session.pass(Duration::from_millis(100));
            stage.session.turn_by_itself(Duration::from_millis(100), (120, 36));
        });
    };
    pass(&mut stage, 80);
    assert!(stage.page().step == 1 && stage.page().asks() && stage.session.turns_in().is_none(), "{:?}", stage.page());
    stage.press("3 enter");
    assert!(stage.session.turns_in().is_some());
    pass(&mut stage, 80);
    assert_eq!(stage.page().step, 2, "what was answered is read, and the next is asked");
    type_line(&mut stage.session, "chapter yours");
    pass(&mut stage, 200);
    assert!(stage.page().challenges(), "a goal is for whoever plays");
    type_line(&mut stage.session, "kubectl run two --image=nginx");
    pass(&mut stage, 400);
    assert!(stage.page().last && stage.session.turns_in().is_none(), "{:?}", stage.page());
}

/// Writes the file as somebody would so many seconds later.
fn rewrite(stage: &Stage, text: &str, later: u64) {
    std::fs::write(&stage.path, text).unwrap();
    let file = std::fs::File::options().write(true).open(&stage.path).unwrap();
    file.set_modified(std::time::SystemTime::now() + Duration::from_secs(later)).unwrap();
}

#[test]
fn a_file_is_read_anew_while_it_is_written() {
    let mut stage = stage("draft");
    stage.press("}");
    assert_eq!(stage.page().step, 1);
    rewrite(&stage, &STORY.replace("How many nodes?", "How many machines?"), 10);
    stage.session.reload();
    assert_eq!((stage.page().step, stage.page().question.as_ref().unwrap().asking.words.as_str()), (1, "How many machines?"));
    rewrite(&stage, &STORY.replace("goal:", "gaol:"), 20);
    stage.session.reload();
    assert!(stage.session.model().notice.as_ref().unwrap().contains("unknown field `gaol`"));
    assert_eq!(stage.page().step, 1, "what was there goes on");
}
