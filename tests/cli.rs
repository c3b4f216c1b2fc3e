//! The real program: what it prints, what it writes, and how it ends.

use serde_json::Value;
use std::io::Write;
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};

const POD: &str =
    "kubectl apply -f - <<EOF\napiVersion: v1\nkind: Pod\nmetadata: {name: one}\nspec: {containers: [{name: main, image: nginx}]}\nEOF\n";

fn podyard(arguments: &[&str], stdin: &str) -> Output {
    let mut child = Command::new(env!("CARGO_BIN_EXE_podyard"))
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program starts");
    child.stdin.take().unwrap().write_all(stdin.as_bytes()).expect("it reads");
    child.wait_with_output().expect("it ends")
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).expect("what it prints is text")
}

fn scratch(name: &str) -> PathBuf {
    std::env::temp_dir().join(format!("podyard-{}-{name}", std::process::id()))
}

#[test]
fn lines_are_shown_with_what_they_print() {
    let script = format!("# a comment\n\n{POD}wait 5s\nkubectl get pods\n");
    let output = podyard(&["run", "-"], &script);
    let wanted = "$ kubectl apply -f - <<EOF\npod/one created\n$ wait 5s\n$ kubectl get pods\n\
                  NAME   READY   STATUS    RESTARTS   AGE\none    1/1     Running   0          5s\n";
    assert_eq!(text(&output.stdout), wanted);
    assert_eq!(output.status.code(), Some(0));
}

#[test]
fn a_cluster_has_nothing_in_it_but_its_nodes() {
    let output = podyard(&["run", "-", "--nodes", "2"], "kubectl get pods\nkubectl get nodes -o name\n");
    assert_eq!(
        text(&output.stdout),
        "$ kubectl get pods\nNo resources found in default namespace.\n$ kubectl get nodes -o name\nnode/node-1\nnode/node-2\n"
    );
}

#[test]
fn json_is_one_object_a_line() {
    let output = podyard(&["run", "-", "--json"], &format!("{POD}wait 2s\nkubectl get pod two\n"));
    let rows: Vec<Value> = text(&output.stdout).lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let lines: Vec<&str> = rows.iter().map(|row| row["line"].as_str().unwrap()).collect();
    assert_eq!(lines, ["kubectl apply -f -", "wait 2s", "kubectl get pod two"]);
    let codes: Vec<i64> = rows.iter().map(|row| row["rc"].as_i64().unwrap()).collect();
    assert_eq!(codes, [0, 0, 1]);
    assert_eq!(rows[2]["out"], "Error from server (NotFound): pods \"two\" not found\n");
    let times: Vec<f64> = rows.iter().map(|row| row["t"].as_f64().unwrap()).collect();
    assert!(times.is_sorted() && times[1] >= 2.0, "{times:?}");
    assert_eq!(output.status.code(), Some(1));
}

#[test]
fn a_trace_is_the_same_to_the_byte_for_the_same_seed() {
    let script = format!("{POD}wait 20s\ndisconnect node-1\nwait 400s\nkubectl get pods\n");
    let traces: Vec<Vec<u8>> = ["a", "b", "c"]
        .iter()
        .map(|name| {
            let path = scratch(name);
            let seed = if *name == "c" { "8" } else { "7" };
            let output = podyard(&["run", "-", "--seed", seed, "--trace", path.to_str().unwrap()], &script);
            assert_eq!(output.status.code(), Some(0), "{}", text(&output.stdout));
            let bytes = std::fs::read(&path).unwrap();
            std::fs::remove_file(&path).unwrap();
            bytes
        })
        .collect();
    assert_eq!(traces[0], traces[1]);
    assert_ne!(traces[0], traces[2], "another seed is another run");
    let rows: Vec<Value> = text(&traces[0]).lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let of = |kind: &str, kept: &str| rows.iter().filter(|row| row["kind"] == kind && row["type"] == kept).count();
    assert_eq!(of("Node", "ADDED"), 3);
    assert_eq!(of("Pod", "ADDED"), 1);
    assert_eq!(rows.iter().filter(|row| row["kind"] == "STEP").count(), 5);
}

#[test]
fn a_refused_command_ends_in_one_and_the_rest_is_still_played() {
    let output = podyard(&["run", "-"], "kubectl get nothing\nkubectl get nodes -o name\n");
    assert_eq!(output.status.code(), Some(1));
    assert!(text(&output.stdout).ends_with("node/node-3\n"));
}

#[test]
fn wrong_usage_ends_in_two() {
    for (arguments, stdin, words) in [
        (&["run", "-"][..], "kubectl apply -f - <<EOF\na: 1\n", "no line says EOF"),
        (&["run", "no-such-scenario"], "", "there is no scenario \"no-such-scenario\"; `podyard list` names them all"),
        (&["run", "one-byone"], "", "there is no scenario \"one-byone\" (did you mean one-by-one?); `podyard list`"),
        (&["run", "-", "--nodes", "0"], "", "0 is not in 1..=10000"),
        (&["frobnicate"], "", "unrecognized subcommand"),
        (&["lint", "/no/such/file.yaml"], "", "cannot be read"),
    ] {
        let output = podyard(arguments, stdin);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        assert!(text(&output.stderr).contains(words), "{arguments:?}: {}", text(&output.stderr));
    }
}

#[test]
fn a_reader_that_leaves_early_is_no_error() {
    let mut child = Command::new(env!("CARGO_BIN_EXE_podyard"))
        .args(["run", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    child.stdin.take().unwrap().write_all("kubectl get nodes\n".repeat(2000).as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    assert_eq!(text(&output.stderr), "");
    assert_eq!(output.status.code(), Some(0));
}

#[test]
fn the_catalogue_is_listed_and_completions_are_printed() {
    let listed = podyard(&["list"], "");
    let listed = text(&listed.stdout);
    assert!(listed.starts_with("identity\n") && listed.contains("\n  every-pet-its-bowl  "), "{listed}");
    assert!(text(&podyard(&["completions", "bash"], "").stdout).contains("complete -F _podyard"));
}

#[test]
fn lint_says_where_and_what_to_do() {
    let path = scratch("lint.yaml");
    std::fs::write(&path, "title: T\nsummary: S\ndebrief: D\nsteps:\n- say: a\n  within: 3s\n").unwrap();
    let output = podyard(&["lint", path.to_str().unwrap(), "one-by-one"], "");
    std::fs::remove_file(&path).unwrap();
    assert_eq!(output.status.code(), Some(1));
    let printed = text(&output.stdout);
    assert!(printed.ends_with("one-by-one: 0 errors, 0 warnings\n"), "{printed}");
    assert!(
        printed.contains(":5:3\n")
            && printed.contains("\"within\" says nothing here")
            && printed.contains("belongs to a step with \"until\""),
        "{printed}"
    );
}

#[test]
fn the_first_scenario_comes_true_and_is_told_with_its_predictions() {
    let output = podyard(&["run", "every-pet-its-bowl"], "");
    let printed = text(&output.stdout);
    assert_eq!(output.status.code(), Some(0), "{printed}");
    assert!(printed.contains("=> 2. The greeting, because the new pod gets the old one's claim."), "{printed}");
    let tested = podyard(&["test"], "");
    assert_eq!(tested.status.code(), Some(0));
    assert!(text(&tested.stdout).ends_with(" passed, 0 failed\n"));
}

#[test]
fn a_scenario_holds_under_any_seed() {
    for seed in ["2", "3", "5", "8", "13"] {
        let output = podyard(&["run", "every-pet-its-bowl", "--seed", seed], "");
        assert_eq!(output.status.code(), Some(0), "seed {seed}: {}", text(&output.stdout));
    }
}

#[test]
fn an_expectation_that_fails_ends_in_one_and_says_why() {
    let path = scratch("fails.yaml");
    let steps = "- expect: {run: kubectl get nodes -o name, prints: node/one}\n- do: kubectl get pod nobody\n";
    std::fs::write(&path, format!("title: T\nsummary: S\ndebrief: D\nsteps:\n{steps}")).unwrap();
    let output = podyard(&["run", path.to_str().unwrap()], "");
    let tested = podyard(&["test", path.to_str().unwrap()], "");
    std::fs::remove_file(&path).unwrap();
    let printed = text(&output.stdout);
    assert_eq!(output.status.code(), Some(1));
    assert!(
        printed.contains("FAILED at line 5: kubectl get nodes -o name\nexpected to print:\nnode/one\nfound:\nnode/node-1"),
        "{printed}"
    );
    assert!(printed.contains("FAILED at line 6: kubectl get pod nobody\nwas refused: Error from server (NotFound)"), "{printed}");
    assert_eq!(tested.status.code(), Some(1));
    assert!(text(&tested.stdout).ends_with("0 passed, 1 failed\n"));
}

#[test]
fn lines_read_the_files_they_name() {
    let place = scratch("files");
    std::fs::create_dir_all(&place).unwrap();
    let manifest = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: filed}\n";
    std::fs::write(place.join("cm.yaml"), manifest).unwrap();
    let scenario =
        "title: t\nsummary: s\ndebrief: d\nsteps:\n- do: kubectl apply -f cm.yaml\n- expect: {run: kubectl diff -f cm.yaml, prints: ''}\n";
    std::fs::write(place.join("story.yaml"), scenario).unwrap();
    let typed = podyard(&["run", "-"], &format!("kubectl apply -f {0}/cm.yaml\nkubectl apply -f {0}/nope.yaml\n", place.display()));
    let played = podyard(&["run", place.join("story.yaml").to_str().unwrap()], "");
    std::fs::remove_dir_all(&place).unwrap();
    let said = text(&typed.stdout);
    assert!(said.contains("configmap/filed created\n") && said.contains("nope.yaml\" does not exist\n"), "{said}");
    assert_eq!(typed.status.code(), Some(1));
    assert!(text(&played.stdout).contains("configmap/filed created\n"), "{}", text(&played.stdout));
    assert_eq!(played.status.code(), Some(0), "{}", text(&played.stdout));
}
