//! What lint complains about.

use super::*;

const HEAD: &str = "title: T\nsummary: S\ndebrief: D\nsteps:\n";

/// The first problem of a scenario with these steps: line, message, hint.
fn check(steps: &str, line: usize, message: &str) {
    let text = format!("{HEAD}{steps}");
    let (_, found) = lint(&text);
    let errors: Vec<&Diagnostic> = found.iter().filter(|d| d.severity == crate::diagnostic::Severity::Error).collect();
    let first = errors.first().unwrap_or_else(|| panic!("nothing is wrong with {steps}"));
    assert_eq!((first.line, first.message.as_str()), (Some(line), message), "{}", first.render(&text, "x.yaml"));
    assert!(first.hint.is_some(), "{message} has a remedy");
}

#[test]
fn each_mistake_has_its_line_and_its_message() {
    check("- say: a\n  do: wait 1s\n", 5, "a step does one thing");
    check("- say: a\n- within: 3s\n", 6, "a step does one thing");
    check("- say: a\n  within: 3s\n", 5, "\"within\" says nothing here");
    check("- until: {run: kubectl get pods}\n", 5, "`until` needs a deadline");
    check("- until: {run: kubectl get pods}\n  within: soon\n", 5, "\"soon\" is no length of time");
    check("- ask: which?\n  choices: [{text: a}]\n  answer: 1\n", 5, "a question needs at least two choices");
    check("- ask: which?\n  choices: [{text: a}, {text: b}]\n", 5, "it is not clear which answer is right");
    check("- ask: which?\n  choices: [{text: a}, {text: b}]\n  answer: 3\n", 5, "there is no choice number 3");
    check("- ask: which?\n  choices: [{text: a}, {text: b}]\n  ahead: wait 1s\n", 5, "more than one choice has no `when`");
    check("- ask: which?\n  choices: [{text: a, when: {prints: x}}, {text: b}]\n  answer: 1\n", 5, "`when` decides nothing here");
    check("- ask: which?\n  choices: [{text: a, when: {run: x}}, {text: b}]\n  ahead: wait 1s\n", 5, "`when` looks at a printed text");
    check("- do: kubect get pods\n", 5, "there is no command \"kubect\"");
    check("- expect: {run: ls}\n", 5, "there is no command \"ls\"");
    check("- expect: {}\n", 5, "a check looks at one thing");
    check("- expect: {rule: peace}\n", 5, "there is no rule \"peace\"");
    check("- say: a\n  at: kubia-0\n", 5, "\"kubia-0\" points at nothing");
    check("- do: |\n    kubectl apply -f - <<EOF\n", 5, "the heredoc that begins here is never closed: no line says EOF");
    check("- do: '# nothing'\n", 5, "there is no line to type here");
}

#[test]
fn unknown_fields_are_named_with_their_place() {
    let (_, found) = lint(&format!("{HEAD}- say: a\n- tell: b\n"));
    assert_eq!((found[0].line, found[0].column), (Some(6), Some(3)));
    assert!(found[0].message.contains("unknown field `tell`"), "{}", found[0].message);
}

#[test]
fn worlds_have_limits_and_known_latencies() {
    for (world, message) in [
        ("{nodes: 0}", "a world cannot have 0 nodes"),
        ("{latencies: {coffee: 3s}}", "there is no latency \"coffee\""),
        ("{latencies: {mount: 3}}", "\"3\" is no length of time"),
    ] {
        let (_, found) = lint(&format!("world: {world}\n{HEAD}- say: a\n"));
        assert_eq!((found[0].line, found[0].message.as_str()), (Some(1), message));
    }
}

#[test]
fn a_scenario_without_questions_or_checks_is_warned_of() {
    let (scenario, found) = lint(&format!("{HEAD}- say: a\n"));
    assert!(scenario.is_some());
    let messages: Vec<&str> = found.iter().map(|d| d.message.as_str()).collect();
    assert_eq!(messages, ["nobody is asked for a prediction", "nothing is expected"]);
}
