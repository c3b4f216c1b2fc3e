//! Compares two runs of a story: object by object, events object by object, texts step by step.

use crate::allowed;
use crate::masks::Masks;
use crate::recording::is_step;
use serde_json::Value;
use std::collections::BTreeMap;

/// What differs: about what, and how.
pub struct Difference {
    about: String,
    lines: Vec<String>,
}

/// All differences between what was recorded and what was played.
pub fn differences(recorded: &[Value], played: &[Value]) -> Vec<Difference> {
    let mut found = Vec::new();
    let (theirs, ours) = (Run::of(recorded), Run::of(played));
    compare_groups("objects", &theirs.objects, &ours.objects, allowed::same_history, &mut found);
    compare_groups("events of", &theirs.events, &ours.events, allowed::same_events, &mut found);
    compare_texts(&theirs, &ours, &mut found);
    found
}

/// A run with all that may differ masked.
struct Run {
    /// Histories by kind and masked name: one entry a namesake.
    objects: BTreeMap<String, Vec<Vec<String>>>,
    /// Events by the object they are about.
    events: BTreeMap<String, Vec<Vec<String>>>,
    /// What each step printed.
    texts: Vec<(String, String)>,
}

impl Run {
    fn of(rows: &[Value]) -> Run {
        let masks = Masks::of(rows);
        let mut run = Run { objects: BTreeMap::new(), events: BTreeMap::new(), texts: Vec::new() };
        let mut histories: BTreeMap<(String, String), usize> = BTreeMap::new();
        for row in allowed::kept(rows) {
            if is_step(row) || row["kind"] == "Event" {
                continue;
            }
            let name = format!("{}/{}", word(row, "kind"), masks.text(&word(row, "name")));
            let group = run.objects.entry(name.clone()).or_default();
            let index = *histories.entry((name, word(row, "uid"))).or_insert_with(|| {
                group.push(Vec::new());
                group.len() - 1
            });
            group[index].push(masks.row(row));
        }
        run.events = events(rows, &masks);
        let texts = rows.iter().filter(|row| is_step(row));
        run.texts = texts.map(|row| (row["step"].to_string(), masks.printed(&format!("{}\nrc {}", word(row, "out"), row["rc"])))).collect();
        run
    }
}

/// The last row of each event, by the object that it is about.
fn events(rows: &[Value], masks: &Masks) -> BTreeMap<String, Vec<Vec<String>>> {
    let mut last: BTreeMap<(String, String), String> = BTreeMap::new();
    for row in allowed::kept(rows).filter(|row| row["kind"] == "Event") {
        last.insert((masks.text(&word(row, "about")), word(row, "name")), masks.event(row));
    }
    let mut groups: BTreeMap<String, Vec<Vec<String>>> = BTreeMap::new();
    for ((about, _), event) in last {
        groups.entry(about).or_insert_with(|| vec![Vec::new()])[0].push(event);
    }
    groups.values_mut().for_each(|group| group[0].sort());
    groups
}

fn word(row: &Value, key: &str) -> String {
    row[key].as_str().unwrap_or_default().to_owned()
}

type Groups = BTreeMap<String, Vec<Vec<String>>>;

/// Compares group by group. Namesakes with random names are matched as a set, others in order of appearance.
fn compare_groups(title: &str, theirs: &Groups, ours: &Groups, same: fn(&str, &[String], &[String]) -> bool, found: &mut Vec<Difference>) {
    let names: std::collections::BTreeSet<&String> = theirs.keys().chain(ours.keys()).collect();
    for name in names {
        let none = Vec::new();
        let (theirs, ours) = (theirs.get(name).unwrap_or(&none), ours.get(name).unwrap_or(&none));
        let (mut theirs, mut ours) = (theirs.clone(), ours.clone());
        if allowed::may_be_repeated(name) {
            theirs.dedup();
            ours.dedup();
        }
        if name.contains(allowed::RANDOM) {
            ours.retain(|history| match theirs.iter().position(|other| same(name, other, history)) {
                Some(i) => {
                    theirs.remove(i);
                    false
                }
                None => true,
            });
        }
        for i in 0..theirs.len().max(ours.len()) {
            let empty = Vec::new();
            let (their, our) = (theirs.get(i).unwrap_or(&empty), ours.get(i).unwrap_or(&empty));
            if !same(name, their, our) {
                found.push(Difference { about: format!("{title} {name} #{}", i + 1), lines: diff(their, our) });
            }
        }
    }
}

fn compare_texts(theirs: &Run, ours: &Run, found: &mut Vec<Difference>) {
    for ((step, their), (_, our)) in theirs.texts.iter().zip(&ours.texts) {
        let lines = |text: &str| allowed::comparable(&text.lines().map(str::to_owned).collect::<Vec<String>>());
        let (their, our) = (lines(their), lines(our));
        if !allowed::has_own_words(step) && their != our {
            found.push(Difference {
                about: format!("printed by {}", step.chars().take(100).collect::<String>()),
                lines: diff(&their, &our),
            });
        }
    }
}

/// Lines with `-` for recorded only, `+` for played only: a longest common subsequence.
pub fn diff(theirs: &[String], ours: &[String]) -> Vec<String> {
    let mut table = vec![vec![0usize; ours.len() + 1]; theirs.len() + 1];
    for i in (0..theirs.len()).rev() {
        for j in (0..ours.len()).rev() {
            table[i][j] = if theirs[i] == ours[j] { table[i + 1][j + 1] + 1 } else { table[i + 1][j].max(table[i][j + 1]) };
        }
    }
    let (mut i, mut j, mut out) = (0, 0, Vec::new());
    while i < theirs.len() || j < ours.len() {
        if i < theirs.len() && j < ours.len() && theirs[i] == ours[j] {
            out.push(format!("  {}", theirs[i]));
            (i, j) = (i + 1, j + 1);
        } else if j >= ours.len() || i < theirs.len() && table[i + 1][j] >= table[i][j + 1] {
            out.push(format!("- {}", theirs[i]));
            i += 1;
        } else {
            out.push(format!("+ {}", ours[j]));
            j += 1;
        }
    }
    out
}

/// The first differences, readably.
pub fn show(differences: &[Difference]) -> String {
    let limit = std::env::var("DIFFERENCES").ok().and_then(|n| n.parse().ok()).unwrap_or(6);
    let shown = differences.iter().take(limit).map(|d| format!("\n== {} (- recorded, + played)\n{}\n", d.about, d.lines.join("\n")));
    shown.collect()
}

#[cfg(test)]
mod tests {
    use super::diff;

    #[test]
    fn what_only_one_side_has_is_marked() {
        let lines = |text: &str| text.split(' ').map(str::to_owned).collect::<Vec<String>>();
        assert_eq!(diff(&lines("a b c"), &lines("a x c")), ["  a", "- b", "+ x", "  c"]);
    }
}
