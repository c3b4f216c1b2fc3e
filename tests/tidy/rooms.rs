//! The rooms of the house and the arrows between them. The table is the one in the documentation of the crate.

use super::source::Source;
use std::collections::{BTreeMap, BTreeSet};

/// Ranks by room.
pub type Rooms = BTreeMap<String, u32>;

/// The table of rooms, read from the crate's documentation.
pub fn table(lib: &Source) -> Rooms {
    let row = |line: &str| {
        let mut cells = line.strip_prefix("//! | ")?.split('|').map(str::trim);
        let rank = cells.next()?.parse().ok()?;
        Some((cells.next()?.trim_matches('`').to_owned(), rank))
    };
    lib.text.lines().filter_map(row).collect()
}

/// The room of a file: the first part of its module path; the program's entry belongs to `app`.
fn room(source: &Source) -> String {
    match source.module()[0] {
        "main" => "app".to_owned(),
        first => first.to_owned(),
    }
}

/// Rooms that a file reaches into: by `crate::x`, `crate::{x, y}`, `podyard::x`, or enough `super::`.
fn reached(source: &Source) -> BTreeSet<String> {
    let code = source.code();
    let mut found = BTreeSet::new();
    for root in ["crate::", "podyard::"] {
        code.match_indices(root).for_each(|(at, _)| found.extend(heads(&code[at + root.len()..])));
    }
    let climb = "super::".repeat(source.module().len());
    code.match_indices(&climb).for_each(|(at, _)| found.extend(heads(&code[at + climb.len()..])));
    found
}

/// The first names of a path or of a group of paths.
fn heads(rest: &str) -> Vec<String> {
    let word = |text: &str| text.trim().chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect::<String>();
    let Some(group) = rest.strip_prefix('{') else { return vec![word(rest)] };
    let (mut depth, mut names, mut from) = (0, Vec::new(), 0);
    for (at, c) in group.char_indices() {
        match c {
            '{' => depth += 1,
            ',' | '}' if depth == 0 => {
                names.push(word(&group[from..at]));
                from = at + 1;
            }
            '}' => depth -= 1,
            _ => {}
        }
        if depth == 0 && c == '}' && from == at + 1 {
            break;
        }
    }
    names
}

/// Arrows of a file that point down: to a room of a higher rank.
pub fn downward(source: &Source, rooms: &Rooms) -> Vec<String> {
    let here = room(source);
    let Some(rank) = rooms.get(&here) else { return Vec::new() };
    let below = |other: &String| *other != here && rooms.get(other).is_some_and(|theirs| theirs > rank);
    reached(source).into_iter().filter(below).map(|other| format!("{}: {here} may not know {other}", source.path)).collect()
}

/// Rooms of one rank that know each other, directly or round about.
pub fn circles(sources: &[Source], rooms: &Rooms) -> Vec<String> {
    let mut arrows: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for source in sources {
        let here = room(source);
        let level = |other: &String| *other != here && rooms.contains_key(&here) && rooms.get(other) == rooms.get(&here);
        let level: Vec<String> = reached(source).into_iter().filter(level).collect();
        arrows.entry(here).or_default().extend(level);
    }
    let starts = arrows.keys().filter(|start| reaches(&arrows, start, start));
    starts.map(|start| format!("{start} knows itself round about, by rooms of its own rank")).collect()
}

fn reaches(arrows: &BTreeMap<String, BTreeSet<String>>, from: &str, to: &str) -> bool {
    let (mut seen, mut next) = (BTreeSet::new(), vec![from]);
    while let Some(here) = next.pop() {
        for other in arrows.get(here).into_iter().flatten() {
            if other == to {
                return true;
            }
            if seen.insert(other) {
                next.push(other);
            }
        }
    }
    false
}

/// Modules of the crate that the table does not have.
pub fn homeless(lib: &Source, rooms: &Rooms) -> Vec<String> {
    let code = lib.bare();
    let modules = code.lines().filter_map(|line| line.trim_start_matches("pub ").strip_prefix("mod ")?.strip_suffix(';'));
    modules.filter(|module| !rooms.contains_key(*module)).map(|module| format!("{module} is not in the table of rooms")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn source(path: &str, text: &str) -> Source {
        Source { path: path.into(), text: text.into() }
    }

    fn rooms() -> Rooms {
        table(&source(
            "src/lib.rs",
            "//! | rank | module |\n//! |---|---|\n//! | 1 | `api` | a |\n//! | 2 | `sim` | b |\n//! | 2 | `shell` | c |\n",
        ))
    }

    #[test]
    fn an_arrow_that_points_down_is_found_however_it_is_written() {
        for text in [
            "use crate::sim::World;",
            "fn f() { crate::sim::act(); }",
            "use crate::{api::Key, sim};",
            "use crate::{api::{Key, Name}, sim::{World, Act}};",
            "use super::super::sim::World;",
            "use podyard::sim::World;",
        ] {
            assert_eq!(downward(&source("src/api/x.rs", text), &rooms()), ["src/api/x.rs: api may not know sim"], "{text}");
        }
        for text in [
            "use crate::api::Key;",
            "use super::sim;",
            "// crate::sim",
            "use crate::similar;",
            "#[cfg(test)]\nmod tests {\n    use crate::sim;\n}\n",
        ] {
            assert_eq!(downward(&source("src/api/x.rs", text), &rooms()), [""; 0], "{text}");
        }
        assert_eq!(downward(&source("src/sim/x.rs", "use crate::api::Key;"), &rooms()), [""; 0]);
    }

    #[test]
    fn rooms_of_one_rank_may_know_each_other_one_way_only() {
        let one = source("src/sim.rs", "use crate::shell::run;");
        let back = source("src/shell/x.rs", "use crate::sim::World;");
        assert_eq!(circles(std::slice::from_ref(&one), &rooms()), [""; 0]);
        assert_eq!(circles(&[one, back], &rooms()).len(), 2);
    }

    #[test]
    fn every_module_has_a_row() {
        let lib = source("src/lib.rs", "pub mod api;\npub mod attic;\n");
        assert_eq!(homeless(&lib, &rooms()), ["attic is not in the table of rooms"]);
    }
}
