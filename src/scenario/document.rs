//! The document: what can stand in a scenario's file. `scenarios/README.md` tells authors the same.

use super::check::Check;
use super::script::{self, Command};
use crate::api::Span;
use crate::diagnostic::Diagnostic;
use crate::sim::latency::{LATENCIES, Latencies};
use crate::sim::world::MAX_NODES;
use serde::Deserialize;
use serde_yaml::Spanned;
use std::collections::BTreeMap;

/// A scenario that was read and makes sense on paper; whether it comes true, only playing it tells.
#[derive(Clone, Debug, PartialEq)]
pub struct Scenario {
    /// Its title.
    pub title: String,
    /// What happens, in a sentence or two.
    pub summary: String,
    /// What one knows afterwards, one sentence each.
    pub teaches: Vec<String>,
    /// With what its world begins.
    pub options: crate::sim::Options,
    /// What is applied before the first step; blank for a bare cluster.
    pub manifests: String,
    /// The steps.
    pub steps: Vec<Step>,
    /// What happened, the right mental model, the commands.
    pub debrief: String,
}

/// A step.
#[derive(Clone, Debug, PartialEq)]
pub struct Step {
    /// Where it stands in the file.
    pub line: usize,
    /// What it does.
    pub what: What,
}

/// What a step does.
#[derive(Clone, Debug, PartialEq)]
pub enum What {
    /// Speaks, and points at something, such as `pod/kubia-0`.
    Say(String, Option<String>),
    /// Types lines.
    Do(Vec<Command>),
    /// Lets time pass until this holds, at most so long.
    Until(Check, Span),
    /// Asks for a prediction.
    Ask(Question),
    /// Makes sure of something.
    Expect(Check),
}

/// A prediction.
#[derive(Clone, Debug, PartialEq)]
pub struct Question {
    /// What is asked.
    pub words: String,
    /// What one can answer.
    pub choices: Vec<Choice>,
    /// Which choice is right, and why.
    pub answer: Answer,
}

/// Where a question's answer comes from.
#[derive(Clone, Debug, PartialEq)]
pub enum Answer {
    /// The author says: number of the choice, from 0.
    Given(usize),
    /// Lines that are played in a copy of the world; what the last one prints decides.
    Ahead(Vec<Command>),
}

/// A possible answer.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Choice {
    /// The answer.
    pub text: String,
    /// It is right where this fits what the lines played ahead print; without it, where no other is.
    #[serde(default)]
    pub when: Option<Check>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Document {
    title: Spanned<String>,
    summary: String,
    #[serde(default)]
    teaches: Vec<String>,
    #[serde(default)]
    world: Option<Spanned<WorldPart>>,
    #[serde(default)]
    manifests: String,
    steps: Vec<Spanned<StepPart>>,
    debrief: String,
}

#[derive(Deserialize, Default, Clone)]
#[serde(deny_unknown_fields)]
struct WorldPart {
    #[serde(default)]
    nodes: Option<u32>,
    #[serde(default)]
    seed: Option<u64>,
    #[serde(default)]
    latencies: BTreeMap<String, String>,
}

#[derive(Deserialize, Default, Clone)]
#[serde(deny_unknown_fields)]
struct StepPart {
    say: Option<String>,
    at: Option<String>,
    #[serde(rename = "do")]
    lines: Option<String>,
    until: Option<Check>,
    within: Option<String>,
    ask: Option<String>,
    choices: Option<Vec<Choice>>,
    ahead: Option<String>,
    answer: Option<usize>,
    expect: Option<Check>,
}

/// Reads a scenario; the first mistake where there is one.
pub fn read(text: &str) -> Result<Scenario, Diagnostic> {
    let options = serde_yaml::options! { with_snippet: false };
    let document: Document = serde_yaml::from_str_with_options(text, options).map_err(|error| misread(&error))?;
    if document.title.value.trim().is_empty() {
        return Err(wrong(&document.title, "the title is blank", "give it a few words"));
    }
    let world = document.world.map(|world| world_options(&world)).transpose()?.unwrap_or_default();
    Ok(Scenario {
        title: document.title.value.clone(),
        summary: document.summary,
        teaches: document.teaches,
        options: world,
        manifests: document.manifests,
        steps: document.steps.iter().map(step).collect::<Result<Vec<Step>, Diagnostic>>()?,
        debrief: document.debrief,
    })
}

fn misread(error: &serde_yaml::Error) -> Diagnostic {
    let text = error.without_snippet().to_string();
    let message = text.split(" at line ").next().unwrap_or(&text).to_owned();
    let place = error.location().map(|place| (place.line() as usize, place.column() as usize));
    let hint = "scenarios/README.md lists what can stand here";
    match place {
        Some((line, column)) => Diagnostic::error(message).at(line, column).hint(hint),
        None => Diagnostic::error(message).hint(hint),
    }
}

fn wrong<T>(place: &Spanned<T>, message: impl Into<String>, hint: impl Into<String>) -> Diagnostic {
    let at = place.referenced;
    Diagnostic::error(message).at(at.line() as usize, at.column() as usize).hint(hint)
}

fn world_options(part: &Spanned<WorldPart>) -> Result<crate::sim::Options, Diagnostic> {
    let base = crate::sim::Options::default();
    let nodes = part.value.nodes.unwrap_or(base.nodes);
    if !(1..=MAX_NODES).contains(&nodes) {
        return Err(wrong(part, format!("a world cannot have {nodes} nodes"), format!("between 1 and {MAX_NODES} fit")));
    }
    let mut latencies = Latencies::default();
    for (name, text) in &part.value.latencies {
        let span = span(text).ok_or_else(|| wrong(part, format!("{text:?} is no length of time"), "write 500ms, 30s or 5m"))?;
        if !latencies.set(name, span) {
            let known: Vec<&str> = LATENCIES.iter().map(|row| row.1).collect();
            return Err(wrong(part, format!("there is no latency {name:?}"), format!("there are {}", known.join(", "))));
        }
    }
    Ok(crate::sim::Options { nodes, seed: part.value.seed.unwrap_or(base.seed), latencies, ..base })
}

/// Reads `500ms`, `30s` or `5m`.
fn span(text: &str) -> Option<Span> {
    let digits = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let number: i64 = text[..digits].parse().ok()?;
    match &text[digits..] {
        "ms" => Some(Span(number)),
        "s" => Some(Span::secs(number)),
        "m" => Some(Span::mins(number)),
        _ => None,
    }
}

fn step(part: &Spanned<StepPart>) -> Result<Step, Diagnostic> {
    let fields = &part.value;
    let kinds = [fields.say.is_some(), fields.lines.is_some(), fields.until.is_some(), fields.ask.is_some(), fields.expect.is_some()];
    if kinds.iter().filter(|there| **there).count() != 1 {
        return Err(wrong(part, "a step does one thing", "give it exactly one of say, do, until, ask, expect; begin the next with `- `"));
    }
    strays(part)?;
    let line = part.referenced.line() as usize;
    let what = match fields.clone() {
        StepPart { say: Some(words), at, .. } => What::Say(words, at),
        StepPart { lines: Some(text), .. } => What::Do(commands(part, &text)?),
        StepPart { until: Some(check), within, .. } => What::Until(check, deadline(part, within)?),
        StepPart { expect: Some(check), .. } => What::Expect(check),
        StepPart { ask: Some(words), choices, ahead, answer, .. } => What::Ask(question(part, words, choices, ahead, answer)?),
        StepPart { .. } => return Err(wrong(part, "a step does one thing", "give it one of say, do, until, ask, expect")),
    };
    Ok(Step { line, what })
}

/// Refuses fields that belong to another kind of step.
fn strays(part: &Spanned<StepPart>) -> Result<(), Diagnostic> {
    let fields = &part.value;
    let asks = fields.ask.is_some();
    let rows = [
        ("at", fields.at.is_some(), fields.say.is_some(), "say"),
        ("within", fields.within.is_some(), fields.until.is_some(), "until"),
        ("choices", fields.choices.is_some(), asks, "ask"),
        ("ahead", fields.ahead.is_some(), asks, "ask"),
        ("answer", fields.answer.is_some(), asks, "ask"),
    ];
    match rows.iter().find(|(_, there, belongs, _)| *there && !belongs) {
        Some((name, _, _, owner)) => {
            Err(wrong(part, format!("{name:?} says nothing here"), format!("it belongs to a step with {owner:?}")))
        }
        None => Ok(()),
    }
}

fn commands(part: &Spanned<StepPart>, text: &str) -> Result<Vec<Command>, Diagnostic> {
    let commands = script::parse(text).map_err(|problem| wrong(part, problem.message, problem.hint.unwrap_or_default()))?;
    if commands.is_empty() {
        return Err(wrong(part, "there is no line to type here", "write one command a line"));
    }
    Ok(commands)
}

fn deadline(part: &Spanned<StepPart>, within: Option<String>) -> Result<Span, Diagnostic> {
    let text = within.ok_or_else(|| wrong(part, "`until` needs a deadline", "add `within: 60s`, in virtual time"))?;
    span(&text).ok_or_else(|| wrong(part, format!("{text:?} is no length of time"), "write 500ms, 30s or 5m"))
}

fn question(
    part: &Spanned<StepPart>,
    words: String,
    choices: Option<Vec<Choice>>,
    ahead: Option<String>,
    answer: Option<usize>,
) -> Result<Question, Diagnostic> {
    let choices = choices.unwrap_or_default();
    if choices.len() < 2 {
        return Err(wrong(part, "a question needs at least two choices", "add `choices:` with a `- text:` each"));
    }
    let answer = match (ahead, answer) {
        (Some(text), None) => Answer::Ahead(commands(part, &text)?),
        (None, Some(number)) if (1..=choices.len()).contains(&number) => Answer::Given(number - 1),
        (None, Some(number)) => {
            return Err(wrong(part, format!("there is no choice number {number}"), "choices are counted from 1"));
        }
        (None, None) | (Some(_), Some(_)) => {
            let hint = "give either `ahead`, lines whose last output decides, or `answer`, the number of the right choice";
            return Err(wrong(part, "it is not clear which choice is right", hint));
        }
    };
    let otherwise = choices.iter().filter(|choice| choice.when.is_none()).count();
    if matches!(answer, Answer::Ahead(_)) && otherwise > 1 {
        return Err(wrong(part, "more than one choice has no `when`", "only one can be right where no other is"));
    }
    Ok(Question { words, choices, answer })
}
