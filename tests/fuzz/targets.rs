//! What is fed with any text, and what must then hold beyond not panicking.

use podyard::api::{Quantity, jsonpath, patch, selector_text, yaml};
use podyard::scenario::{document, lint, script};
use podyard::shell::{self, Turn};
use podyard::sim::World;
use serde_json::Value;
use std::sync::OnceLock;

/// A target: its name, the seeds from which texts are made, and what is done with a text.
pub struct Target {
    /// Its name.
    pub name: &'static str,
    /// Texts from which others are made, divided by lines of `====`.
    pub seeds: &'static str,
    /// Takes a text; panics where something is wrong.
    pub feed: fn(&str),
}

/// All targets.
pub const TARGETS: &[Target] = &[
    Target { name: "manifest", seeds: include_str!("seeds/manifest.txt"), feed: manifest },
    Target { name: "line", seeds: include_str!("seeds/line.txt"), feed: line },
    Target { name: "patch", seeds: include_str!("seeds/patch.txt"), feed: patches },
    Target { name: "selector", seeds: include_str!("seeds/selector.txt"), feed: selector },
    Target { name: "quantity", seeds: include_str!("seeds/quantity.txt"), feed: quantity },
    Target { name: "jsonpath", seeds: include_str!("seeds/jsonpath.txt"), feed: path },
    Target { name: "scenario", seeds: include_str!("seeds/scenario.txt"), feed: scenario },
];

/// A small cluster at rest, made once.
fn sandbox() -> World {
    static WORLD: OnceLock<World> = OnceLock::new();
    WORLD.get_or_init(|| podyard::engine::sandbox(1)).clone()
}

/// The most events that one text may set off.
const EVENTS: usize = 300;

fn pass(world: &mut World) {
    let until = world.now() + podyard::api::Span::mins(10);
    for _ in 0..EVENTS {
        if world.agenda().next_at().is_none_or(|at| at > until) {
            break;
        }
        world.step();
    }
}

/// A manifest is applied, and what it sets off happens; what is read is printed so that it reads the same.
fn manifest(text: &str) {
    for value in yaml::documents(text).into_iter().filter_map(|document| document.value.ok()) {
        let printed = yaml::print(&value);
        let again: Vec<Value> = yaml::documents(&printed).into_iter().filter_map(|document| document.value.ok()).collect();
        assert!(again.first().unwrap_or(&Value::Null) == &value, "{value} is printed as\n{printed}\nand reads as {again:?}");
    }
    let mut world = sandbox();
    shell::run(&mut world, "kubectl apply -f -", Some(text));
    pass(&mut world);
}

/// Lines are typed; those that wait are given some time.
fn line(text: &str) {
    let mut world = sandbox();
    for line in text.lines().take(6) {
        shell::complete(&world, line);
        if let Turn::Waiting(mut job) = shell::run(&mut world, line, None) {
            for _ in 0..EVENTS {
                if job.poll(&mut world).is_some() || !world.step() {
                    break;
                }
            }
        }
    }
    pass(&mut world);
}

/// A document, a patch and a third one, divided by lines of `---`: no patch half done.
fn patches(text: &str) {
    let parts: Vec<Value> = text.split("\n---\n").filter_map(|part| serde_json::from_str(part).ok()).collect();
    let [doc, change, ..] = parts.as_slice() else { return };
    patch::merge(&mut doc.clone(), change);
    let mut patched = doc.clone();
    if patch::json(&mut patched, change).is_err() {
        assert_eq!(patched, *doc, "a refused patch changes nothing");
    }
    let mut patched = doc.clone();
    if patch::strategic(&mut patched, change).is_err() {
        assert_eq!(patched, *doc, "a refused patch changes nothing");
    }
    let third = parts.get(2).unwrap_or(doc);
    let sent = patch::three_way(doc, change, third);
    let mut live = third.clone();
    patch::strategic(&mut live, &sent).ok();
}

/// A selector that reads is printed so that it reads the same.
fn selector(text: &str) {
    if let Ok(read) = selector_text::parse(text) {
        let printed = selector_text::print(&read);
        let again = selector_text::parse(&printed).map(|again| selector_text::print(&again));
        assert_eq!(again.as_ref(), Ok(&printed), "{text:?}");
    }
}

/// A quantity that reads is printed so that it is as much.
fn quantity(text: &str) {
    if let Some(read) = Quantity::parse(text) {
        let again = Quantity::parse(&read.to_string());
        assert!(again.is_some_and(|again| again.milli() == read.milli()), "{text:?} is printed as {read}");
        read.value();
    }
}

/// A template is rendered for a list of pods.
fn path(text: &str) {
    static LIST: OnceLock<Value> = OnceLock::new();
    let list = LIST.get_or_init(|| {
        let mut world = sandbox();
        let Turn::Done(output) = shell::run(&mut world, "kubectl get pods -o json", None) else { return Value::Null };
        serde_json::from_str(&output.out).unwrap_or_default()
    });
    jsonpath::render(text, list).ok();
    jsonpath::find(text, list).ok();
}

/// A scenario is read and looked at, and its text is taken for a script.
fn scenario(text: &str) {
    document::read(text).ok();
    for problem in lint::lint(text).1 {
        problem.render(text, "scenario");
    }
    if let Err(problem) = script::parse(text) {
        problem.render(text, "script");
    }
}
