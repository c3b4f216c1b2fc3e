//! The catalogue: every scenario that the program carries, in the order in which one would play them.

use super::document::{Scenario, read};
use crate::diagnostic::Diagnostic;

macro_rules! catalogue {
    ($($name:literal),* $(,)?) => {
        /// The table of scenarios: name and text.
        pub static CATALOGUE: &[(&str, &str)] = &[$(($name, include_str!(concat!("../../scenarios/", $name, ".yaml")))),*];
    };
}

catalogue! {
    "one-pod-one-claim",
    "three-pets-one-bowl",
    "one-set-per-pet",
    "rooms-in-one-house",
    "a-service-for-each",
    "cattle-and-pets",
    "one-by-one",
    "the-bill",
    "the-bowl-waits",
    "from-three-manifests",
    "every-pet-its-bowl",
    "through-two-proxies",
    "the-public-door",
    "four-kinds-of-records",
    "ask-the-neighbours",
    "new-template-old-pods",
    "from-the-top-down",
    "pull-the-cable",
    "delete-does-nothing",
    "two-of-one",
    "who-dies-first",
    "never-ready",
    "all-at-once",
    "left-behind-and-adopted",
    "the-stolen-name",
    "a-deployment-as-a-pet",
    "one-node-at-a-time",
    "once-per-node-once-per-pod",
    "who-keeps-the-claims",
    "delete-the-set",
    "out-of-volumes",
    "the-wrong-zone",
    "a-disk-of-its-node",
    "dead-for-sure",
    "cable-back-in-time",
    "ways-out",
    "the-disk-stays-behind",
    "the-whole-house-is-dark",
    "drain-with-a-budget",
    "stuck-half-way",
    "canary-by-number",
    "leader-last",
    "cannot-be-changed",
    "two-at-a-time",
    "headless-or-not",
    "chicken-and-egg",
    "same-name-new-address",
    "no-governing-service",
    "which-one-answers",
    "the-page-at-three",
    "three-causes",
    "the-quiet-data-loss",
    "ghost-in-the-yard",
    "two-troubles",
}

/// The text of the scenario with that name.
pub fn text(name: &str) -> Option<&'static str> {
    CATALOGUE.iter().find(|row| row.0 == name).map(|row| row.1)
}

/// The scenario with that name.
pub fn find(name: &str) -> Option<Result<Scenario, Diagnostic>> {
    text(name).map(read)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_scenario_in_the_folder_is_in_the_table_and_reads() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/scenarios");
        let files = std::fs::read_dir(folder).unwrap().filter_map(|entry| entry.unwrap().file_name().into_string().ok());
        let mut files: Vec<String> = files.filter_map(|file| file.strip_suffix(".yaml").map(str::to_owned)).collect();
        files.sort();
        let mut names: Vec<String> = CATALOGUE.iter().map(|row| row.0.to_owned()).collect();
        names.sort();
        assert_eq!(names, files);
        for (name, text) in CATALOGUE {
            assert!(read(text).is_ok(), "{name}: {}", read(text).unwrap_err().render(text, name));
        }
    }
}
