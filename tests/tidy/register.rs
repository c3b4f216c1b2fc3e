//! The register of differences names tests: they exist.

use super::source::Source;
use podyard::app::register::REGISTER;
use std::collections::BTreeSet;

/// Names of all tests in these sources.
fn tests(sources: &[Source]) -> BTreeSet<&str> {
    let mut found = BTreeSet::new();
    for source in sources {
        let mut awaited = false;
        for line in source.text.lines().map(str::trim) {
            awaited |= line == "#[test]";
            if let Some(rest) = line.strip_prefix("fn ").filter(|_| awaited) {
                found.insert(rest.split(['(', '<']).next().unwrap_or_default());
                awaited = false;
            }
        }
    }
    found
}

/// Tests that the register names and nobody wrote.
pub fn missing(sources: &[Source]) -> Vec<String> {
    let known = tests(sources);
    let rows = REGISTER.iter().flat_map(|(area, rows)| rows.iter().map(move |row| (area, row)));
    let named = rows.flat_map(|(area, row)| row.standing.tests().iter().map(move |test| (area, row.subject, *test)));
    named
        .filter(|(.., test)| !known.contains(test))
        .map(|(area, subject, test)| format!("{area}: no test {test} holds {subject:?}"))
        .collect()
}

#[test]
fn a_test_is_known_by_its_mark() {
    let text = "#[test]\nfn real() {}\nfn not() {}\n    #[test]\n    fn inner(x: u8) {}\n";
    let sources = [Source { path: "tests/x.rs".into(), text: text.into() }];
    assert_eq!(tests(&sources).into_iter().collect::<Vec<_>>(), ["inner", "real"]);
    assert!(missing(&sources).len() > 10, "no row of the register is held by these");
}
