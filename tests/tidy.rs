//! The house rules that can be read off the sources: arrows between rooms only point up, the core is pure, files are
//! short and say what they are for.

#[path = "tidy/register.rs"]
mod register;
#[path = "tidy/rooms.rs"]
mod rooms;
#[path = "tidy/source.rs"]
mod source;
#[path = "tidy/words.rs"]
mod words;

use source::Source;

/// The most lines a file may have.
const LONGEST: usize = 420;

/// Files that are longer all the same, with the length that they may not exceed. Take a file off when it has shrunk.
const LONG: &[(&str, usize)] = &[];

/// Names that say nothing about what is inside.
const EMPTY_NAMES: [&str; 7] = ["utils", "util", "common", "helpers", "types", "manager", "misc"];

fn assert_none(complaints: Vec<String>) {
    assert!(complaints.is_empty(), "\n{}\n", complaints.join("\n"));
}

fn length(source: &Source, long: &[(&str, usize)]) -> Option<String> {
    let (path, lines) = (&source.path, source.text.lines().count());
    match long.iter().find(|row| row.0 == path) {
        Some(_) if lines <= LONGEST => Some(format!("{path}: has {lines} lines now: take it off the list of long files")),
        Some((_, most)) if lines > *most => Some(format!("{path}: {lines} lines; it had {most} and may only shrink")),
        None if lines > LONGEST => Some(format!("{path}: {lines} lines; {LONGEST} are enough")),
        _ => None,
    }
}

fn opening(source: &Source) -> Option<String> {
    (!source.text.starts_with("//! ")).then(|| format!("{}: does not begin with a //! line that says what it is for", source.path))
}

fn naming(source: &Source) -> Option<String> {
    let stem = source.path.trim_end_matches(".rs").rsplit('/').next().unwrap_or_default();
    let empty = EMPTY_NAMES.contains(&stem) || source.path.ends_with("mod.rs");
    empty.then(|| format!("{}: a name that says nothing", source.path))
}

#[test]
fn arrows_between_rooms_only_point_up() {
    let rooms = rooms::table(&source::read("src/lib.rs"));
    assert!(rooms.len() > 8, "the table of rooms is found: {rooms:?}");
    assert_none(source::all(&["src"]).iter().flat_map(|s| rooms::downward(s, &rooms)).collect());
    assert_none(rooms::circles(&source::all(&["src"]), &rooms));
    assert_none(rooms::homeless(&source::read("src/lib.rs"), &rooms));
}

#[test]
fn each_layer_keeps_to_its_words() {
    assert_none(source::all(&["src", "tests", "benches"]).iter().flat_map(words::forbidden).collect());
}

#[test]
fn the_register_names_tests_that_exist() {
    assert_none(register::missing(&source::all(&["src", "tests"])));
}

#[test]
fn files_say_what_they_are_for() {
    assert_none(source::all(&["src", "tests", "benches"]).iter().filter_map(opening).collect());
}

#[test]
fn files_are_short() {
    assert_none(source::all(&["src", "tests", "benches"]).iter().filter_map(|s| length(s, LONG)).collect());
}

#[test]
fn names_say_something() {
    assert_none(source::all(&["src", "tests", "benches"]).iter().filter_map(naming).collect());
}

#[test]
fn the_rules_about_files_bite() {
    let long = |lines: usize| Source { path: "src/sim/x.rs".into(), text: "//! X.\n".repeat(lines) };
    assert_eq!(length(&long(LONGEST), &[]), None);
    assert!(length(&long(LONGEST + 1), &[]).is_some());
    assert_eq!(length(&long(500), &[("src/sim/x.rs", 500)]), None);
    assert!(length(&long(501), &[("src/sim/x.rs", 500)]).is_some_and(|c| c.contains("may only shrink")));
    assert!(length(&long(10), &[("src/sim/x.rs", 500)]).is_some_and(|c| c.contains("take it off")));
    assert!(opening(&Source { path: "src/x.rs".into(), text: "use std::fmt;\n".into() }).is_some());
    assert_eq!(opening(&long(1)), None);
    for path in ["src/sim/utils.rs", "src/ui/helpers.rs", "src/sim/mod.rs"] {
        assert!(naming(&Source { path: path.into(), text: String::new() }).is_some(), "{path}");
    }
}
