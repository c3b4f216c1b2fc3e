//! A run: lines are typed into a world, and after every event that happens the rules are looked at.

use super::acts::{self, Line};
use super::book::{Book, Broken, broken};
use super::dice::Dice;
use super::opening::Opening;
use super::rest;
use podyard::api::{Span, Time};
use podyard::shell::{self, Turn};
use podyard::sim::World;

/// A world and what is known of its history.
pub struct Play {
    /// The world.
    pub world: World,
    book: Book,
    /// How many events happened.
    pub steps: u64,
}

/// How a run went.
pub struct Run {
    /// What was typed.
    pub lines: Vec<Line>,
    /// How many events happened.
    pub steps: u64,
    /// What was broken.
    pub broken: Option<Broken>,
}

/// The most events between two lines: whoever needs more goes round in circles.
const MANY: u64 = 60_000;

impl Play {
    /// A run that begins here.
    pub fn new(opening: &Opening) -> Play {
        let world = opening.world();
        Play { book: Book::new(&world), world, steps: 0 }
    }

    /// Types a line, lets it end, and tells what was broken on the way.
    pub fn line(&mut self, line: &Line) -> Option<Broken> {
        self.book.typed(&line.text, line.stdin.as_deref());
        let turn = shell::run(&mut self.world, &line.text, line.stdin.as_deref());
        let during = self.look().or_else(|| self.waited(turn));
        let during = during.or_else(|| self.book.files.look(&self.world));
        during.map(|found| Broken { words: format!("after {:?} at {}: {}", line.text, self.world.now().rfc3339(), found.words), ..found })
    }

    fn waited(&mut self, turn: Turn) -> Option<Broken> {
        let Turn::Waiting(mut job) = turn else { return None };
        let (limit, first) = (self.world.now() + Span::mins(20), self.steps);
        while job.poll(&mut self.world).is_none() && self.world.now() < limit {
            if let Some(found) = self.look().or_else(|| self.step(job.until().unwrap_or(limit).min(limit))) {
                return Some(found);
            }
            if self.steps > first + MANY {
                return broken("time goes on", format!("{MANY} events while waiting"));
            }
        }
        self.look()
    }

    /// Lets the next event up to a moment happen, or that moment come.
    fn step(&mut self, until: Time) -> Option<Broken> {
        match self.world.agenda().next_at() {
            Some(at) if at <= until => _ = self.world.step(),
            _ => self.world.advance(until),
        }
        self.steps += 1;
        self.look()
    }

    fn look(&mut self) -> Option<Broken> {
        self.book.read(&self.world)
    }

    /// Mends everything, lets time pass, and tells what is not as it should be at rest.
    pub fn rest(&mut self) -> Option<Broken> {
        let lines = rest::mending(&self.world);
        lines.iter().find_map(|line| self.line(line)).or_else(|| rest::look(&self.book, &self.world))
    }
}

/// Plays what a seed draws.
pub fn drawn(seed: u64, longest: usize) -> (Opening, Run) {
    let mut dice = Dice::new(seed);
    let opening = Opening::draw(seed, &mut dice);
    let mut play = Play::new(&opening);
    let mut lines = Vec::new();
    let mut found = play.line(&opening.line());
    while found.is_none() && lines.len() < longest {
        let line = acts::draw(&opening, &mut dice, &play.world);
        found = play.line(&line);
        lines.push(line);
    }
    let found = found.or_else(|| play.rest());
    (opening, Run { lines, steps: play.steps, broken: found })
}

/// Plays these lines.
pub fn given(opening: &Opening, lines: &[Line]) -> Option<Broken> {
    let mut play = Play::new(opening);
    let first = play.line(&opening.line());
    first.or_else(|| lines.iter().find_map(|line| play.line(line))).or_else(|| play.rest())
}
