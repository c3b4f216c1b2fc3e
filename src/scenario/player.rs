//! The cursor that plays a scenario. It neither owns a world nor waits: whoever drives it asks for the next beat, does
//! what that asks for, lets time pass where it waits, and may leave the script and come back at any point.

use super::document::{Answer, Question, Scenario, What};
use super::perform::perform;
use super::script::Command;
use crate::api::Time;
use crate::shell::Output;
use crate::sim::World;
use std::sync::Arc;

/// Where a scenario is played.
pub trait Stage {
    /// The world.
    fn world(&self) -> &World;
    /// Types a line.
    fn submit(&mut self, command: &Command);
    /// What came of the last line; `None` while it waits.
    fn outcome(&self) -> Option<Output>;
}

/// What comes next.
#[derive(Clone, Debug, PartialEq)]
pub enum Beat {
    /// A caption, and what it points at.
    Say(String, Option<String>),
    /// A line was typed.
    Typed(Command),
    /// Time has to pass until this is so.
    Waiting(String),
    /// An answer is wanted: [`Player::answer`].
    Ask(String, Vec<String>),
    /// The answer, from 0, that was given and the one that is right.
    Answered(usize, usize),
    /// Something is as it must be.
    Passed(String),
    /// Something is not as it must be: line of the file, and what was expected and found.
    Failed(usize, String),
    /// What is said at the end.
    Debrief(String),
    /// Nothing more.
    End,
}

/// The cursor.
#[derive(Clone, Debug)]
pub struct Player {
    scenario: Arc<Scenario>,
    step: usize,
    typed: usize,
    listening: bool,
    since: Option<Time>,
    right: Option<Result<usize, String>>,
    chosen: Option<usize>,
    over: bool,
}

impl Player {
    /// A cursor before the first step.
    pub fn new(scenario: Arc<Scenario>) -> Player {
        Player { scenario, step: 0, typed: 0, listening: false, since: None, right: None, chosen: None, over: false }
    }
    /// The scenario.
    pub fn scenario(&self) -> &Scenario {
        &self.scenario
    }
    /// Number of the step that comes next, from 0.
    pub fn step(&self) -> usize {
        self.step
    }

    /// The next beat. The same again where it waits for time or for an answer.
    pub fn next(&mut self, stage: &mut dyn Stage) -> Beat {
        let scenario = self.scenario.clone();
        let Some(step) = scenario.steps.get(self.step) else { return self.close() };
        match &step.what {
            What::Say(words, at) => self.then(Beat::Say(words.clone(), at.clone())),
            What::Do(lines) => self.type_next(lines, step.line, stage),
            What::Until(check, within) => {
                let since = *self.since.get_or_insert(stage.world().now());
                match check.look(stage.world()) {
                    Ok(()) => self.then(Beat::Passed(check.words())),
                    Err(why) if stage.world().now() - since > *within => {
                        self.then(Beat::Failed(step.line, format!("not within {} s: {why}", within.as_secs())))
                    }
                    Err(_) => Beat::Waiting(check.words()),
                }
            }
            What::Ask(question) => self.ask(question, step.line, stage),
            What::Expect(check) => match check.look(stage.world()) {
                Ok(()) => self.then(Beat::Passed(check.words())),
                Err(why) => self.then(Beat::Failed(step.line, why)),
            },
        }
    }
    /// Answers the question that was asked, with a choice from 0.
    pub fn answer(&mut self, choice: usize) {
        self.chosen = Some(choice);
    }
    /// The right answer to the question that was asked; `None` before it is asked.
    pub fn right_answer(&self) -> Option<usize> {
        self.right.as_ref()?.as_ref().ok().copied()
    }
    /// Leaves a step of lines once the last of them is done well, and does nothing of the next; true where it left.
    pub fn leave(&mut self, stage: &dyn Stage) -> bool {
        let Some(What::Do(lines)) = self.scenario.steps.get(self.step).map(|step| &step.what) else { return false };
        let done = self.listening && self.typed == lines.len() && stage.outcome().is_some_and(|output| output.rc == 0);
        if done {
            self.then(Beat::End);
        }
        done
    }

    fn then(&mut self, beat: Beat) -> Beat {
        let next = Player { step: self.step + 1, ..Player::new(self.scenario.clone()) };
        *self = next;
        beat
    }
    fn close(&mut self) -> Beat {
        if std::mem::replace(&mut self.over, true) { Beat::End } else { Beat::Debrief(self.scenario.debrief.clone()) }
    }
    fn type_next(&mut self, lines: &[Command], place: usize, stage: &mut dyn Stage) -> Beat {
        if self.listening {
            let line = &lines[self.typed - 1].line; // listening follows typing
            match stage.outcome() {
                None => return Beat::Waiting(line.clone()),
                Some(output) if output.rc != 0 => {
                    return self.then(Beat::Failed(place, format!("{line}\nwas refused: {}", output.err.trim_end())));
                }
                Some(_) => self.listening = false,
            }
        }
        let Some(command) = lines.get(self.typed) else {
            self.then(Beat::End);
            return self.next(stage);
        };
        stage.submit(command);
        (self.typed, self.listening) = (self.typed + 1, true);
        Beat::Typed(command.clone())
    }
    fn ask(&mut self, question: &Question, place: usize, stage: &dyn Stage) -> Beat {
        let right = self.right.get_or_insert_with(|| solve(question, stage.world())).clone();
        match (right, self.chosen) {
            (Err(why), _) => self.then(Beat::Failed(place, why)),
            (Ok(_), None) => Beat::Ask(question.words.clone(), question.choices.iter().map(|c| c.text.clone()).collect()),
            (Ok(right), Some(chosen)) => self.then(Beat::Answered(chosen, right)),
        }
    }
}

/// Finds the right choice by playing ahead in a copy of the world, where the author has not given it.
fn solve(question: &Question, world: &World) -> Result<usize, String> {
    let lines = match &question.answer {
        Answer::Given(choice) => return Ok(*choice),
        Answer::Ahead(lines) => lines,
    };
    let mut world = world.clone();
    let outputs = lines.iter().map(|line| perform(&mut world, line, &mut |_| ()));
    let printed = outputs.last().map(|output| format!("{}{}", output.out, output.err)).unwrap_or_default();
    let fits = |choice: &super::document::Choice| choice.when.as_ref().is_some_and(|when| when.fits(&printed).is_ok());
    let otherwise = question.choices.iter().position(|choice| choice.when.is_none());
    let right = question.choices.iter().position(fits).or(otherwise);
    right.ok_or_else(|| format!("no choice fits what was found by playing ahead:\n{}", printed.trim_end()))
}
