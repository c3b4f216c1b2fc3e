//! What the interface sees of the engine: borrowed for one frame.

use crate::api::{Span, Time};
use crate::scenario::Page;
use crate::sim::World;

/// What a mark on the time line stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum MarkKind {
    /// A step of a scenario.
    Step,
    /// A line that changed something.
    Act,
    /// A fault made by hand.
    Fault,
    /// A rule that broke.
    Rule,
}

/// A mark on the time line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mark<'a> {
    /// When.
    pub at: Time,
    /// What it stands for.
    pub kind: MarkKind,
    /// In a few words.
    pub label: &'a str,
}

/// A line of the console and what came of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Line<'a> {
    /// The line.
    pub line: &'a str,
    /// What it printed.
    pub out: &'a str,
    /// What it complained about.
    pub err: &'a str,
    /// False while it waits.
    pub done: bool,
    /// When it was typed.
    pub at: Time,
}

/// A scenario's page.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Script<'a> {
    /// What it shows.
    pub page: &'a Page,
    /// How many steps the scenario has.
    pub steps: usize,
    /// True where newer pages were seen already.
    pub back: bool,
    /// True while a copy shows how an answer came.
    pub aside: bool,
    /// True where a class answers.
    pub class: bool,
    /// How many predictions came true, and how many were made.
    pub score: (usize, usize),
}

/// What there is to see.
#[derive(Clone, Debug)]
pub struct Sight<'a> {
    /// The viewed world.
    pub world: &'a World,
    /// When the history begins.
    pub origin: Time,
    /// The present.
    pub head: Time,
    /// True where the present is viewed.
    pub live: bool,
    /// True where time runs.
    pub playing: bool,
    /// Hundredths of real time.
    pub speed: u32,
    /// Marks on the time line, oldest first.
    pub marks: Vec<Mark<'a>>,
    /// Lines of the console, oldest first.
    pub console: Vec<Line<'a>>,
    /// The line that still waits.
    pub busy: Option<&'a str>,
    /// What is played: the sandbox, or a scenario's title.
    pub title: &'a str,
    /// The scenario's page, where one is played.
    pub script: Option<Script<'a>>,
}

impl Sight<'_> {
    /// The viewed time.
    pub fn now(&self) -> Time {
        self.world.now()
    }
    /// How long what has arrived stays in the picture: most of a second of real time.
    pub fn glow(&self) -> Span {
        Span((i64::from(self.speed) * 9).clamp(400, 30_000))
    }
}
