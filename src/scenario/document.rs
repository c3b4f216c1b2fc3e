//! The document: what a scenario is once it was read. `scenarios/README.md` tells authors what can be written.

mod step;

use super::check::Check;
use super::fields::{self, Document, Group, WorldPart};
use super::question::Question;
use super::script::Command;
use crate::api::{Span, age};
use crate::diagnostic::Diagnostic;
use crate::sim::latency::{LATENCIES, Latencies};
use crate::sim::world::MAX_NODES;
use serde_yaml::Spanned;

/// A scenario that was read and makes sense on paper; whether it comes true, only playing it tells.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Scenario {
    /// Its title.
    pub title: String,
    /// What happens, in a sentence or two.
    pub summary: String,
    /// Where it stands in the catalogue; `None` for what stands in no group.
    pub group: Option<Group>,
    /// What one wants to find out or to reach.
    pub goal: Option<String>,
    /// What one knows afterwards, one sentence each.
    pub teaches: Vec<String>,
    /// With what its world begins.
    pub options: crate::sim::Options,
    /// What is applied before the first step; blank for a bare cluster.
    pub manifests: String,
    /// The steps.
    pub steps: Vec<Step>,
    /// What is said at the end.
    pub debrief: Debrief,
}

/// What is said at the end.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Debrief {
    /// What happened.
    pub words: String,
    /// The right picture, in one sentence.
    pub picture: Option<String>,
    /// The commands to remember.
    pub commands: Vec<String>,
    /// Where the book and today differ.
    pub today: Option<String>,
}

impl Debrief {
    /// All of it in paragraphs.
    pub fn text(&self) -> String {
        let mut parts = vec![self.words.trim_end().to_owned()];
        parts.extend(self.picture.iter().map(|words| format!("The picture: {}", words.trim_end())));
        if !self.commands.is_empty() {
            let list: Vec<String> = self.commands.iter().map(|command| format!("  {}", command.trim_end())).collect();
            parts.push(format!("The commands:\n\n{}", list.join("\n\n")));
        }
        parts.extend(self.today.iter().map(|words| format!("The book and today: {}", words.trim_end())));
        parts.join("\n\n")
    }
}

/// A step.
#[derive(Clone, Debug, PartialEq)]
pub struct Step {
    /// Where it stands in the file.
    pub line: usize,
    /// The chapter that begins with it.
    pub chapter: Option<String>,
    /// What only the speaker reads.
    pub note: Option<String>,
    /// What it does.
    pub what: What,
}

/// What a step does.
#[derive(Clone, Debug, PartialEq)]
pub enum What {
    /// Speaks, and points at something, such as `pod/kubia-0`.
    Say(String, Option<String>),
    /// Types lines: one after the other, or at a moment of virtual time, counted from the beginning.
    Do(Vec<Command>, Option<Span>),
    /// Lets time pass until this holds, at most so long.
    Until(Check, Span),
    /// Asks for a prediction.
    Ask(Question),
    /// Lets somebody reach something.
    Goal(Goal),
    /// Makes sure of something.
    Expect(Check),
}

impl What {
    /// In a few words, for whoever wants to know what comes.
    pub fn words(&self) -> String {
        match self {
            What::Say(words, _) => format!("says: {}", words.trim_end()),
            What::Do(lines, _) => {
                let lines: Vec<&str> = lines.iter().map(|line| line.shown.as_str()).collect();
                format!("types: {}", lines.join(" · "))
            }
            What::Until(check, _) => format!("waits for: {}", check.words()),
            What::Ask(question) => format!("asks: {}", question.words),
            What::Goal(goal) => format!("sets a goal: {}", goal.words),
            What::Expect(check) => format!("makes sure of: {}", check.words()),
        }
    }
}

/// Something to be reached with one's own commands.
#[derive(Clone, Debug, PartialEq)]
pub struct Goal {
    /// What is to be reached.
    pub words: String,
    /// What it points at.
    pub at: Option<String>,
    /// All of these hold once it is reached.
    pub checks: Vec<Check>,
    /// Hints, the weakest first.
    pub hints: Vec<String>,
    /// Lines that reach it.
    pub solution: Vec<Command>,
    /// How many commands are enough.
    pub par: usize,
    /// The virtual time that there is for it.
    pub within: Span,
}

impl Goal {
    /// What does not hold yet; `None` where the goal is reached.
    pub fn unmet(&self, world: &crate::sim::World) -> Option<String> {
        self.checks.iter().find_map(|check| check.look(world).err())
    }
}

impl Scenario {
    /// The number of a step, from 0, by its number from 1 or by a chapter's name; what there is where there is none.
    pub fn find_step(&self, name: &str) -> Result<usize, String> {
        let number = name.parse::<usize>().ok().and_then(|number| number.checked_sub(1));
        if let Some(step) = number.filter(|step| *step < self.steps.len()) {
            return Ok(step);
        }
        let is_it = |step: &Step| step.chapter.as_deref().is_some_and(|chapter| chapter.eq_ignore_ascii_case(name));
        self.steps.iter().position(is_it).ok_or_else(|| {
            let chapters: Vec<&str> = self.chapters().map(|(_, chapter)| chapter).collect();
            let named = if chapters.is_empty() { "no chapters".to_owned() } else { format!("the chapters {}", chapters.join(", ")) };
            format!("there is no step {name:?}: there are {} steps and {named}", self.steps.len())
        })
    }
    /// The chapters: number of their first step, from 0, and name.
    pub fn chapters(&self) -> impl Iterator<Item = (usize, &str)> {
        self.steps.iter().enumerate().filter_map(|(i, step)| Some((i, step.chapter.as_deref()?)))
    }
    /// How many predictions it asks for.
    pub fn predictions(&self) -> usize {
        self.steps.iter().filter(|step| matches!(step.what, What::Ask(_))).count()
    }
}

/// Reads a scenario; the first mistake where there is one.
pub fn read(text: &str) -> Result<Scenario, Diagnostic> {
    let options = serde_yaml::options! { with_snippet: false };
    let document: Document = serde_yaml::from_str_with_options(text, options).map_err(|error| misread(&error, text))?;
    if document.title.value.trim().is_empty() {
        return Err(wrong(&document.title, "the title is blank", "give it a few words"));
    }
    let world = document.world.map(|world| world_options(&world)).transpose()?.unwrap_or_default();
    let steps = document.steps.iter().map(step::read).collect::<Result<Vec<Step>, Diagnostic>>()?;
    unique_chapters(&steps)?;
    let mut scenario = Scenario {
        title: document.title.value.clone(),
        summary: document.summary,
        group: document.group,
        goal: document.goal,
        teaches: document.teaches,
        options: world,
        manifests: document.manifests,
        steps,
        debrief: Debrief { words: document.debrief, picture: document.picture, commands: document.commands, today: document.today },
    };
    scenario.share(&fields::files(&document.files));
    Ok(scenario)
}

fn unique_chapters(steps: &[Step]) -> Result<(), Diagnostic> {
    for (i, step) in steps.iter().enumerate() {
        let Some(chapter) = &step.chapter else { continue };
        let message = match chapter.trim() {
            "" => "the chapter's name is blank".to_owned(),
            name if name.parse::<usize>().is_ok() => format!("the chapter is called {name:?}, as a step is"),
            _ if steps[..i].iter().any(|other| other.chapter.as_ref() == Some(chapter)) => {
                format!("there are two chapters called {chapter:?}")
            }
            _ => continue,
        };
        return Err(Diagnostic::error(message).at(step.line, 0).hint("give it a name of its own, in a word or two"));
    }
    Ok(())
}

fn misread(error: &serde_yaml::Error, document: &str) -> Diagnostic {
    let text = error.without_snippet().to_string();
    let said = text.split(" at line ").next().unwrap_or(&text);
    let is_content = |line: &str| !line.trim().is_empty() && !line.trim_start().starts_with('#');
    let first = document.lines().position(is_content).map_or(0, |place| place + 1);
    let place = error.location().map(|place| (place.line() as usize, place.column() as usize));
    let (message, hint) = match place {
        Some((line, _)) if line == first && said.starts_with("expected mapping start") => (LINES.0.to_owned(), LINES.1),
        _ => plainly(said),
    };
    match place {
        Some((line, column)) => Diagnostic::error(message).at(line, column).hint(hint),
        None => Diagnostic::error(message).hint(hint),
    }
}

/// What is said where a document is no mapping at all, which command lines are not.
const LINES: (&str, &str) =
    ("this is no scenario: its fields are wanted here", "begin with `title:`; command lines are played with `podyard run - <FILE`");

/// What the reader of YAML says, in an author's words, and what to do.
const PLAINLY: [(&str, &str, &str); 7] = [
    ("unexpected end of input", "there is nothing in this file", "begin with `title:`; scenarios/README.md says what follows"),
    ("expected sequence start", "a list is wanted here", "begin each of its parts with `- `, on a line of its own"),
    ("expected mapping start", "fields are wanted here", "write `name: value`, one a line"),
    ("invalid u32", "a whole number that is not negative is wanted here", "write it in digits"),
    ("invalid u64", "a whole number that is not negative is wanted here", "write it in digits"),
    ("invalid i32", "a whole number is wanted here", "write it in digits"),
    ("invalid i64", "a whole number is wanted here", "write it in digits"),
];

fn plainly(said: &str) -> (String, &'static str) {
    let twice = said.strip_prefix("duplicate mapping key: ").and_then(|rest| rest.split(',').next());
    if let Some(name) = twice {
        return (format!("`{name}` is there twice"), "keep one of the two, with all that belongs to it");
    }
    let known = PLAINLY.iter().find(|row| said.starts_with(row.0));
    let other = || (said.to_owned(), "`podyard schema` and scenarios/README.md list what can stand here");
    known.map_or_else(other, |row| (row.1.to_owned(), row.2))
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
        let span = span(text).ok_or_else(|| wrong(part, format!("{text:?} is no length of time"), "write 500ms, 30s, 5m or 1h30m"))?;
        if !latencies.set(name, span) {
            let known: Vec<&str> = LATENCIES.iter().map(|row| row.1).collect();
            return Err(wrong(part, format!("there is no latency {name:?}"), format!("there are {}", known.join(", "))));
        }
    }
    Ok(crate::sim::Options { nodes, seed: part.value.seed.unwrap_or(base.seed), latencies, ..base })
}

/// Reads a length of time as lines of the shell do; `None` for what is none, or longer than a thousand years.
fn span(text: &str) -> Option<Span> {
    const LONGEST: Span = Span(1000 * 366 * 24 * 3600 * 1000);
    age::parse(text).filter(|span| *span <= LONGEST)
}
