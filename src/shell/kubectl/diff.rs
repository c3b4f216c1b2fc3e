//! `kubectl diff`: what applying would change, as `diff -u` shows it.

use super::manifest::{self, Manifest};
use super::{Answer, Call, apply};
use crate::api::yaml;
use crate::shell::voice::Failure;

/// Compares each object with what it would become; exit code 1 where anything differs.
pub fn run(call: &mut Call) -> Answer {
    let (good, bad) = manifest::read(call)?;
    let mut differs = false;
    for m in &good {
        match pages(call, m) {
            Ok((live, merged)) if live == merged => {}
            Ok((live, merged)) => {
                differs = true;
                show(call, m, &live, &merged);
            }
            Err(failure) => call.voice.fail(failure),
        }
    }
    bad.into_iter().for_each(|failure| call.voice.fail(failure));
    if differs && call.voice.rc == 0 {
        call.voice.rc = 1;
    }
    Ok(None)
}

/// The object as it stands and as it would stand; nothing for one that does not exist.
fn pages(call: &mut Call, m: &Manifest) -> Result<(String, String), Failure> {
    let live = call.world.object(m.kind, &m.key()).map(|object| yaml::print(&object.to_value()));
    let mut copy = call.world.clone();
    let merged = apply::tried(&mut copy, m)?;
    Ok((live.unwrap_or_default(), yaml::print(&merged)))
}

fn show(call: &mut Call, m: &Manifest, live: &str, merged: &str) {
    let key = m.key();
    let name = format!("{}.{}.{}.{}", m.kind.api_version().replace('/', "."), m.kind.name(), key.namespace, key.name);
    let (old, new) = (format!("/tmp/LIVE/{name}"), format!("/tmp/MERGED/{name}"));
    call.voice.say(format!("diff -u -N {old} {new}\n--- {old}\n+++ {new}"));
    call.voice.out.push_str(&difference(live, merged));
}

/// What differs between two texts, as `diff -u` shows it under its two names.
pub fn difference(old: &str, new: &str) -> String {
    let (old, new): (Vec<&str>, Vec<&str>) = (old.lines().collect(), new.lines().collect());
    hunks(&edits(&old, &new))
}

/// A line that stays, goes or comes.
type Edit<'t> = (char, &'t str);

/// The shortest way from one text to the other, line by line: what the longest common subsequence leaves.
fn edits<'t>(old: &[&'t str], new: &[&'t str]) -> Vec<Edit<'t>> {
    let mut longest = vec![vec![0u32; new.len() + 1]; old.len() + 1];
    for (i, a) in old.iter().enumerate().rev() {
        for (j, b) in new.iter().enumerate().rev() {
            longest[i][j] = if a == b { longest[i + 1][j + 1] + 1 } else { longest[i + 1][j].max(longest[i][j + 1]) };
        }
    }
    let (mut i, mut j, mut all) = (0, 0, Vec::new());
    while i < old.len() || j < new.len() {
        if i < old.len() && j < new.len() && old[i] == new[j] {
            all.push((' ', old[i]));
            (i, j) = (i + 1, j + 1);
        } else if j == new.len() || i < old.len() && longest[i + 1][j] >= longest[i][j + 1] {
            all.push(('-', old[i]));
            i += 1;
        } else {
            all.push(('+', new[j]));
            j += 1;
        }
    }
    all
}

/// Lines round a change.
const CONTEXT: usize = 3;

/// Changes with the lines round them, each group under its line numbers.
fn hunks(edits: &[Edit]) -> String {
    let mut text = String::new();
    let mut at = 0;
    while let Some(first) = (at..edits.len()).find(|i| edits[*i].0 != ' ') {
        let changes = (first..edits.len()).filter(|i| edits[*i].0 != ' ');
        let last = changes.fold(first, |last, i| if i - last <= 2 * CONTEXT + 1 { i } else { last });
        let (from, to) = (first.saturating_sub(CONTEXT).max(at), (last + 1 + CONTEXT).min(edits.len()));
        text.push_str(&hunk(edits, from, to));
        at = to;
    }
    text
}

fn hunk(edits: &[Edit], from: usize, to: usize) -> String {
    let count = |range: &[Edit], other: char| range.iter().filter(|(sign, _)| *sign != other).count();
    let side = |other: char| {
        let (before, length) = (count(&edits[..from], other), count(&edits[from..to], other));
        let start = if length == 0 { before } else { before + 1 };
        if length == 1 { start.to_string() } else { format!("{start},{length}") }
    };
    let lines: String = edits[from..to].iter().map(|(sign, line)| format!("{sign}{line}\n")).collect();
    format!("@@ -{} +{} @@\n{lines}", side('+'), side('-'))
}

#[cfg(test)]
mod tests {
    use super::{edits, hunks};

    /// As diff -u of GNU diffutils prints it.
    #[test]
    fn unified() {
        let old: Vec<String> = (1..=20).map(|n| n.to_string()).collect();
        let mut new = old.clone();
        new[4] = "five".to_owned();
        new.push("21".to_owned());
        let (old, new): (Vec<&str>, Vec<&str>) = (old.iter().map(String::as_str).collect(), new.iter().map(String::as_str).collect());
        assert_eq!(
            hunks(&edits(&old, &new)),
            "@@ -2,7 +2,7 @@\n 2\n 3\n 4\n-5\n+five\n 6\n 7\n 8\n@@ -18,3 +18,4 @@\n 18\n 19\n 20\n+21\n"
        );
        assert_eq!(hunks(&edits(&[], &["a"])), "@@ -0,0 +1 @@\n+a\n");
    }
}
