//! Reading a step: which kind it is, what belongs to that kind, and what may not be missing.

use super::super::fields::{self, Answers, Given, StepPart};
use super::super::question::{Answer, Form, Question, Reply};
use super::super::script::{self, Command};
use super::{Goal, Step, What, span, wrong};
use crate::api::Span;
use crate::diagnostic::Diagnostic;
use serde_yaml::Spanned;

/// A step as it is written, and where.
type Part = Spanned<StepPart>;

/// How much of what was played ahead is shown where the author says nothing.
const WATCHED: Span = Span::secs(20);
/// The virtual time that there is for a goal where the author says nothing.
const GOAL_TIME: Span = Span::mins(30);
/// How many hints a goal has.
const HINTS: usize = 3;

/// Reads a step.
pub fn read(part: &Part) -> Result<Step, Diagnostic> {
    let fields = &part.value;
    let kinds = KINDS.iter().filter(|(_, there)| there(fields)).count();
    if kinds != 1 {
        let names: Vec<&str> = KINDS.iter().map(|row| row.0).collect();
        let hint = format!("give it exactly one of {}; begin the next with `- `", names.join(", "));
        return Err(wrong(part, "a step does one thing", hint));
    }
    strays(part)?;
    let what = match fields.clone() {
        StepPart { say: Some(words), at, .. } => What::Say(words, at),
        StepPart { lines: Some(text), moment, .. } => What::Do(equipped(part, &text)?, time(part, moment)?),
        StepPart { until: Some(check), within, .. } => What::Until(check, deadline(part, within)?),
        StepPart { expect: Some(check), .. } => What::Expect(check),
        StepPart { goal: Some(words), .. } => What::Goal(goal(part, words)?),
        StepPart { ask, .. } => What::Ask(question(part, ask.unwrap_or_default())?), // the one kind that is left
    };
    let line = part.referenced.line() as usize;
    Ok(Step { line, chapter: fields.chapter.clone(), note: fields.note.clone(), what })
}

/// True where a field is there.
type There = fn(&StepPart) -> bool;

/// What a step can do.
const KINDS: [(&str, There); 6] = [
    ("say", |part| part.say.is_some()),
    ("do", |part| part.lines.is_some()),
    ("until", |part| part.until.is_some()),
    ("ask", |part| part.ask.is_some()),
    ("goal", |part| part.goal.is_some()),
    ("expect", |part| part.expect.is_some()),
];

/// Fields that belong to some kinds only, and to which.
const OWNED: [(&str, There, &[&str]); 15] = [
    ("at", |part| part.at.is_some(), &["say", "ask", "goal"]),
    ("moment", |part| part.moment.is_some(), &["do"]),
    ("files", |part| part.files.is_some(), &["do"]),
    ("within", |part| part.within.is_some(), &["until", "goal"]),
    ("choices", |part| part.choices.is_some(), &["ask"]),
    ("answers", |part| part.answers.is_some(), &["ask"]),
    ("among", |part| part.among.is_some(), &["ask"]),
    ("near", |part| part.near.is_some(), &["ask"]),
    ("ahead", |part| part.ahead.is_some(), &["ask"]),
    ("answer", |part| part.answer.is_some(), &["ask"]),
    ("watch", |part| part.watch.is_some(), &["ask"]),
    ("hints", |part| part.hints.is_some(), &["ask", "goal"]),
    ("reached", |part| part.reached.is_some(), &["goal"]),
    ("solution", |part| part.solution.is_some(), &["goal"]),
    ("par", |part| part.par.is_some(), &["goal"]),
];

/// Refuses fields that belong to another kind of step.
fn strays(part: &Part) -> Result<(), Diagnostic> {
    let kind = KINDS.iter().find(|(_, there)| there(&part.value)).map_or("", |row| row.0);
    match OWNED.iter().find(|(_, there, owners)| there(&part.value) && !owners.contains(&kind)) {
        Some((name, _, owners)) => {
            let owners: Vec<String> = owners.iter().map(|owner| format!("{owner:?}")).collect();
            Err(wrong(part, format!("{name:?} says nothing here"), format!("it belongs to a step with {}", owners.join(" or "))))
        }
        None => Ok(()),
    }
}

fn commands(part: &Part, text: &str) -> Result<Vec<Command>, Diagnostic> {
    let commands = script::parse(text).map_err(|problem| wrong(part, problem.message, problem.hint.unwrap_or_default()))?;
    if commands.is_empty() {
        return Err(wrong(part, "there is no line to type here", "write one command a line"));
    }
    Ok(commands)
}

/// The lines of a step with the files that it holds for them.
fn equipped(part: &Part, text: &str) -> Result<Vec<Command>, Diagnostic> {
    let files = part.value.files.as_ref().map(fields::files).unwrap_or_default();
    let lines = commands(part, text)?.into_iter();
    Ok(lines.map(|line| Command { files: files.clone(), ..line }).collect())
}

fn time(part: &Part, text: Option<String>) -> Result<Option<Span>, Diagnostic> {
    let Some(text) = text else { return Ok(None) };
    let span = span(&text).ok_or_else(|| wrong(part, format!("{text:?} is no length of time"), "write 500ms, 30s, 5m or 1h30m"))?;
    Ok(Some(span))
}

fn deadline(part: &Part, within: Option<String>) -> Result<Span, Diagnostic> {
    time(part, within)?.ok_or_else(|| wrong(part, "`until` needs a deadline", "add `within: 60s`, in virtual time"))
}

fn goal(part: &Part, words: String) -> Result<Goal, Diagnostic> {
    let fields = part.value.clone();
    let checks = fields.reached.unwrap_or_default();
    if checks.is_empty() {
        let hint = "add `reached:` with a list of checks that hold once it is";
        return Err(wrong(part, "nobody can tell when the goal is reached", hint));
    }
    let Some(text) = fields.solution else {
        let hint = "add `solution:` with lines that do, so that `podyard test` can";
        return Err(wrong(part, "nobody has shown that the goal can be reached", hint));
    };
    let hints = fields.hints.unwrap_or_default();
    if hints.len() != HINTS {
        let message = format!("a goal has {HINTS} hints, and here are {}", hints.len());
        return Err(wrong(part, message, "say where to look, then what is wrong, then what to type"));
    }
    let solution = commands(part, &text)?;
    let within = time(part, fields.within)?.unwrap_or(GOAL_TIME);
    Ok(Goal { words, at: fields.at, checks, hints, par: fields.par.unwrap_or(solution.len()), solution, within })
}

fn question(part: &Part, words: String) -> Result<Question, Diagnostic> {
    let fields = part.value.clone();
    let form = form(part)?;
    let answer = match (fields.ahead, fields.answer) {
        (Some(text), None) => Answer::Ahead(commands(part, &text)?),
        (None, Some(given)) => Answer::Given(given_reply(part, &form, given)?),
        (None, None) | (Some(_), Some(_)) => {
            let hint = "give either `ahead`, lines whose last output decides, or `answer`";
            return Err(wrong(part, "it is not clear which answer is right", hint));
        }
    };
    if let (Form::Choices(choices), Answer::Ahead(_)) = (&form, &answer)
        && choices.iter().filter(|choice| choice.when.is_none()).count() > 1
    {
        return Err(wrong(part, "more than one choice has no `when`", "only one can be right where no other is"));
    }
    let watch = time(part, fields.watch)?.unwrap_or(WATCHED);
    Ok(Question { words, at: fields.at, form, answer, hints: fields.hints.unwrap_or_default(), watch })
}

/// The most choices that digits can tell apart.
const MOST_CHOICES: usize = 9;

fn form(part: &Part) -> Result<Form, Diagnostic> {
    let fields = part.value.clone();
    let among = fields.among.clone().unwrap_or_default();
    if among.len() > MOST_CHOICES || fields.choices.as_ref().is_some_and(|choices| choices.len() > MOST_CHOICES) {
        let message = format!("there are more than {MOST_CHOICES} answers to choose from");
        return Err(wrong(part, message, "one digit chooses: leave some out, or ask for a name that is written"));
    }
    if fields.near.is_some_and(|near| near < 0) {
        return Err(wrong(part, "`near` is negative", "say by how much the number may be off, such as `near: 5`"));
    }
    match (fields.answers, fields.choices) {
        (None, choices) if choices.as_ref().is_none_or(|choices| choices.len() < 2) => {
            let hint = "add `choices:` with a `- text:` each, or `answers: number`, `name` or `order`";
            Err(wrong(part, "a question needs at least two choices", hint))
        }
        (None, choices) => match stray_of_form(part, fields.near.is_some(), fields.among.is_some()) {
            Some(problem) => Err(problem),
            None => Ok(Form::Choices(choices.unwrap_or_default())), // at least two, as was seen above
        },
        (Some(_), Some(_)) => Err(wrong(part, "`answers` and `choices` exclude each other", "choices are numbered; drop one of the two")),
        (Some(Answers::Number), None) => match stray_of_form(part, false, fields.among.is_some()) {
            Some(problem) => Err(problem),
            None => Ok(Form::Number(fields.near.unwrap_or_default())),
        },
        (Some(kind), None) => match stray_of_form(part, fields.near.is_some(), false) {
            Some(problem) => Err(problem),
            None if kind == Answers::Name => Ok(Form::Name(among)),
            None => Ok(Form::Order(among)),
        },
    }
}

fn stray_of_form(part: &Part, near: bool, among: bool) -> Option<Diagnostic> {
    match (near, among) {
        (true, _) => Some(wrong(part, "\"near\" says nothing here", "it belongs to `answers: number`")),
        (_, true) => Some(wrong(part, "\"among\" says nothing here", "it belongs to `answers: name` or `answers: order`")),
        (false, false) => None,
    }
}

fn given_reply(part: &Part, form: &Form, given: Given) -> Result<Reply, Diagnostic> {
    match (form, given) {
        (Form::Choices(choices), Given::Number(number)) => match usize::try_from(number).ok().filter(|n| (1..=choices.len()).contains(n)) {
            Some(number) => Ok(Reply::Choice(number - 1)),
            None => Err(wrong(part, format!("there is no choice number {number}"), "choices are counted from 1")),
        },
        (Form::Number(_), Given::Number(number)) => Ok(Reply::Number(number)),
        (Form::Name(among), Given::Name(name)) if among.is_empty() || among.contains(&name) => Ok(Reply::Name(name)),
        (Form::Order(_), Given::Order(names)) => Ok(Reply::Order(names)),
        (form, _) => {
            let wanted = match form {
                Form::Choices(_) => "the number of the right choice, from 1",
                Form::Number(_) => "a number",
                Form::Name(_) => "a name, and one of `among` where there are some",
                Form::Order(_) => "a list of names",
            };
            Err(wrong(part, "`answer` is of another kind than the question", format!("give {wanted}")))
        }
    }
}
