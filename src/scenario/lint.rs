//! What a scenario's text can be told to be wrong before it is played.

use super::check::Check;
use super::document::{Goal, Scenario, What, read};
use super::player::INTERRUPT;
use super::question::{Answer, Form, Question};
use super::rehearse::opening;
use crate::api::Kind;
use crate::diagnostic::Diagnostic;
use crate::shell::{VERBS, stages};
use crate::sim::invariants::RULES;

/// Longest caption that a small terminal shows whole.
pub const LONGEST_CAPTION: usize = 400;

/// Reads a scenario and lists all that is wrong with it; a scenario without errors can be played.
pub fn lint(text: &str) -> (Option<Scenario>, Vec<Diagnostic>) {
    let scenario = match read(text) {
        Ok(scenario) => scenario,
        Err(problem) => return (None, vec![problem]),
    };
    let mut found = Vec::new();
    whole(&scenario, text, &mut found);
    for step in &scenario.steps {
        let problems = match &step.what {
            What::Say(words, at) => caption(words, at.as_deref()),
            What::Do(lines, _) => lines.iter().filter_map(|line| verb(&line.line)).collect(),
            What::Until(check, _) | What::Expect(check) => in_check(check),
            What::Ask(question) => in_question(question),
            What::Goal(goal) => in_goal(goal),
        };
        found.extend(problems.into_iter().map(|problem| problem.at(step.line, 0)));
    }
    (Some(scenario), found)
}

fn whole(scenario: &Scenario, text: &str, found: &mut Vec<Diagnostic>) {
    let line_of = |key: &str| text.lines().position(|line| line.starts_with(key)).map_or(1, |i| i + 1);
    if let Err(why) = opening(scenario, scenario.options.clone()) {
        found.push(Diagnostic::error(why).at(line_of("manifests:"), 0).hint("kubectl apply must take them in an empty cluster"));
    }
    if scenario.steps.is_empty() {
        found.push(Diagnostic::error("there are no steps").at(line_of("steps:"), 0).hint("begin with `- say:`"));
    }
    if !scenario.steps.iter().any(|step| matches!(step.what, What::Ask(_) | What::Goal(_))) {
        let hint = "predicting first is what makes watching teach";
        found.push(Diagnostic::warning("nobody is asked for a prediction").at(line_of("steps:"), 0).hint(hint));
    }
    if !scenario.steps.iter().any(|step| matches!(step.what, What::Expect(_) | What::Until(..) | What::Goal(_))) {
        let hint = "add a step with `expect:`, so that a test can tell when it is no longer true";
        found.push(Diagnostic::warning("nothing is expected").at(line_of("steps:"), 0).hint(hint));
    }
}

fn caption(words: &str, at: Option<&str>) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    if words.chars().count() > LONGEST_CAPTION {
        let message = format!("the caption is longer than {LONGEST_CAPTION} characters");
        found.push(Diagnostic::warning(message).hint("say it in two steps"));
    }
    found.extend(pointer(at));
    found
}

fn pointer(at: Option<&str>) -> Option<Diagnostic> {
    let kind = at.map(|at| at.split_once('/').map_or("", |(kind, _)| kind));
    let strays = kind.is_some_and(|kind| Kind::by_resource(kind).is_none());
    let message = || format!("{:?} points at nothing", at.unwrap_or_default());
    strays.then(|| Diagnostic::error(message()).hint("write a kind and a name, such as pod/kubia-0"))
}

fn in_question(question: &Question) -> Vec<Diagnostic> {
    let mut found: Vec<Diagnostic> = pointer(question.at.as_deref()).into_iter().collect();
    let computed = match &question.answer {
        Answer::Ahead(lines) => {
            found.extend(lines.iter().filter_map(|line| verb(&line.line)));
            true
        }
        Answer::Given(_) => false,
    };
    if let Form::Choices(choices) = &question.form {
        found.extend(choices.iter().filter_map(|choice| choice.when.as_ref()).flat_map(|when| in_when(when, computed)));
    }
    found
}

fn in_goal(goal: &Goal) -> Vec<Diagnostic> {
    let mut found: Vec<Diagnostic> = pointer(goal.at.as_deref()).into_iter().collect();
    found.extend(goal.checks.iter().flat_map(in_check));
    found.extend(goal.solution.iter().filter_map(|line| verb(&line.line)));
    found
}

/// A line that is no line, or begins with no verb that there is.
fn verb(line: &str) -> Option<Diagnostic> {
    if let Err(why) = stages(line) {
        let (_, why) = why.split_once(": ").unwrap_or_default(); // after the name of who says it
        let (what, remedy) = why.split_once(": ").unwrap_or((why, "close it on the same line"));
        return Some(Diagnostic::error(format!("{what}, and here is: {line}")).hint(remedy));
    }
    let first = line.split_whitespace().next().unwrap_or_default();
    let known = first == "k" || first == INTERRUPT || VERBS.iter().any(|verb| verb.name == first);
    let names: Vec<&str> = VERBS.iter().map(|verb| verb.name).collect();
    (!known).then(|| Diagnostic::error(format!("there is no command {first:?}")).hint(format!("there are {}", names.join(", "))))
}

fn in_check(check: &Check) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    if check.run.is_some() == check.rule.is_some() {
        found.push(Diagnostic::error("a check looks at one thing").hint("give it either `run`, a line, or `rule`, an invariant"));
    }
    found.extend(check.run.as_deref().and_then(verb));
    if check.rule.as_ref().is_some_and(|name| RULES.iter().all(|row| row.1 != name)) {
        let known: Vec<String> = RULES.iter().map(|row| format!("{:?}", row.1)).collect();
        let message = format!("there is no rule {:?}", check.rule.as_deref().unwrap_or_default());
        found.push(Diagnostic::error(message).hint(format!("there are {}", known.join(", "))));
    }
    found
}

fn in_when(when: &Check, computed: bool) -> Vec<Diagnostic> {
    if !computed {
        return vec![Diagnostic::error("`when` decides nothing here").hint("the answer is given; drop `when`, or give `ahead` instead")];
    }
    if when.run.is_some() || when.rule.is_some() || when.is_empty() {
        let hint = "give it prints, contains, lacks or matches: it looks at what the last line of `ahead` printed";
        return vec![Diagnostic::error("`when` looks at a printed text").hint(hint)];
    }
    Vec::new()
}

#[cfg(test)]
mod tests;
