//! Faults put into the engine on purpose, and the scenarios that notice them. That the list fits the sources is looked at
//! each time; the faults themselves are tried by `tests/mutations/run.sh`, which takes a build for each.

use serde::Deserialize;
use std::collections::BTreeSet;
use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::process::Command;

const ROOT: &str = env!("CARGO_MANIFEST_DIR");
/// What a build of the program needs.
const COPIED: [&str; 7] = ["Cargo.toml", "Cargo.lock", "src", "assets", "scenarios", "benches", "tests"];
/// Areas in which there must be faults.
const AREAS: [&str; 6] = ["identity", "order", "updates", "storage", "node loss", "network"];

/// A fault.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Mutation {
    name: String,
    area: String,
    rule: String,
    file: String,
    find: String,
    put: String,
}

impl Mutation {
    fn apply(&self, text: &str) -> String {
        text.replacen(&self.find, &self.put, 1)
    }
}

fn list() -> Vec<Mutation> {
    serde_yaml::from_str(include_str!("mutations/list.yaml")).unwrap()
}

fn read(path: impl AsRef<Path>) -> String {
    let path = path.as_ref();
    std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

#[test]
fn each_place_stands_once_in_its_file() {
    for mutation in list() {
        let text = read(Path::new(ROOT).join(&mutation.file));
        assert_eq!(text.matches(&mutation.find).count(), 1, "{}: {:?} in {}", mutation.name, mutation.find, mutation.file);
        assert_ne!(mutation.find, mutation.put, "{}", mutation.name);
    }
}

#[test]
fn there_are_faults_in_all_areas_and_no_two_of_a_name() {
    let list = list();
    let names: BTreeSet<&str> = list.iter().map(|mutation| mutation.name.as_str()).collect();
    assert_eq!(names.len(), list.len());
    let areas: BTreeSet<&str> = list.iter().map(|mutation| mutation.area.as_str()).collect();
    assert_eq!(areas, BTreeSet::from(AREAS));
}

#[test]
fn the_table_names_each_fault_and_a_scenario_that_caught_it() {
    let table = read(Path::new(ROOT).join("tests/mutations/caught.md"));
    for mutation in list() {
        let row = table.lines().find(|line| line.contains(&format!("| {} |", mutation.name)));
        let row = row.unwrap_or_else(|| panic!("{} is not in caught.md: run tests/mutations/run.sh", mutation.name));
        assert!(!row.ends_with("| nobody |"), "{row}");
    }
}

#[test]
#[ignore = "a build for each fault: tests/mutations/run.sh"]
fn each_fault_is_caught_by_a_scenario() {
    let tree = Path::new(ROOT).join("target/mutations/tree");
    copy_tree(&tree);
    let mut table =
        String::from("# Which scenarios catch which fault\n\n`run.sh` writes this table anew; the faults stand in `list.yaml`.\n\n");
    table.push_str("| area | fault | the rule that it breaks | caught by |\n|---|---|---|---|\n");
    for mutation in list() {
        let place = tree.join(&mutation.file);
        let sound = read(&place);
        std::fs::write(&place, mutation.apply(&sound)).unwrap();
        let caught = play(&tree);
        std::fs::write(&place, sound).unwrap();
        let caught = caught.unwrap_or_else(|errors| panic!("{} does not build:\n{errors}", mutation.name));
        let by = if caught.is_empty() { "nobody".to_owned() } else { caught.join(", ") };
        println!("{}: {by}", mutation.name);
        let Mutation { area, name, rule, .. } = &mutation;
        writeln!(table, "| {area} | {name} | {rule} | {by} |").unwrap();
    }
    std::fs::write(Path::new(ROOT).join("tests/mutations/caught.md"), &table).unwrap();
    assert!(!table.contains("| nobody |"), "{table}");
}

/// A fresh copy of what a build needs.
fn copy_tree(tree: &Path) {
    let _none_yet = std::fs::remove_dir_all(tree);
    std::fs::create_dir_all(tree).unwrap();
    for name in COPIED {
        copy(&Path::new(ROOT).join(name), &tree.join(name));
    }
}

fn copy(from: &Path, to: &Path) {
    if from.is_file() {
        std::fs::copy(from, to).unwrap();
        return;
    }
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        copy(&entry.path(), &to.join(entry.file_name()));
    }
}

/// Builds a tree and plays its catalogue: the scenarios that fail, or why it does not build.
fn play(tree: &Path) -> Result<Vec<String>, String> {
    let build = tree.with_file_name("build");
    let output = Command::new(env!("CARGO"))
        .args(["build", "--quiet", "--offline"])
        .current_dir(tree)
        .env("CARGO_TARGET_DIR", &build)
        .output()
        .unwrap();
    if !output.status.success() {
        return Err(String::from_utf8_lossy(&output.stderr).into_owned());
    }
    Ok(failures(&build.join("debug/podyard")))
}

fn failures(program: &PathBuf) -> Vec<String> {
    let output = Command::new(program).arg("test").output().unwrap();
    let printed = String::from_utf8_lossy(&output.stdout).into_owned();
    printed.lines().filter_map(|line| line.strip_prefix("FAILED ")).map(|name| name.trim().to_owned()).collect()
}
