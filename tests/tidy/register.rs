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

/// Default timings of v1.36 that a simulated clock must know, by words of the row that tells of each.
const CARD: [&str; 23] = [
    "terminationGracePeriodSeconds 30 s",
    "Readiness probe",
    "CrashLoopBackOff",
    "Image pull back-off",
    "1 s relist",
    "60 s resync",
    "Lease renewed every 10 s",
    "NotReady after 50 s",
    "NoExecute toleration 300 s",
    "Taint rate",
    "PodGC every 20 s",
    "quarantine 40 s",
    "Force detach 6 min",
    "PV controller resync 15 s",
    "Mount wait",
    "EndpointSlices are written at once",
    "DNS TTL 30 s",
    "Events kept for 1 h",
    "Expectations time out after 5 min",
    "Scheduler back-off 1 to 10 s, flush 5 min",
    "Disrupted pods of a budget",
    "Deployment progress deadline 600 s",
    "drain every 5 s",
];

#[test]
fn every_default_timing_has_a_row() {
    let rows = REGISTER.iter().flat_map(|(_, rows)| rows.iter()).map(|row| row.subject);
    let text: String = rows.map(|subject| format!("{subject}\n")).collect();
    assert_eq!(CARD.into_iter().filter(|words| !text.contains(words)).collect::<Vec<_>>(), [""; 0]);
}

#[test]
fn a_test_is_known_by_its_mark() {
    let text = "#[test]\nfn real() {}\nfn not() {}\n    #[test]\n    fn inner(x: u8) {}\n";
    let sources = [Source { path: "tests/x.rs".into(), text: text.into() }];
    assert_eq!(tests(&sources).into_iter().collect::<Vec<_>>(), ["inner", "real"]);
    assert!(missing(&sources).len() > 10, "no row of the register is held by these");
}
