//! The cursor that plays a scenario. It neither owns a world nor waits: whoever drives it asks for the next beat, does
//! what that asks for, lets time pass where it waits, and may leave the script and come back at any point.

use super::check::Check;
use super::document::{Goal, Scenario, What};
use super::question::{Answer, Asking, Question, Reply, Solved, Verdict};
use super::script::Command;
use crate::api::{Span, Time};
use crate::shell::Output;
use crate::sim::World;
use std::sync::Arc;

/// The line that interrupts the one that waits.
pub const INTERRUPT: &str = "^C";

/// Where a scenario is played.
pub trait Stage {
    /// The world.
    fn world(&self) -> &World;
    /// Types a line; `now` where the request is made at this very moment, not after the time that a client takes. The line
    /// [`INTERRUPT`] ends the one that waits.
    fn submit(&mut self, command: &Command, now: bool);
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
    Ask(Asking),
    /// The answer that was given and the one that is right.
    Answered(Verdict),
    /// Something is to be reached by whoever plays; the solution where nobody does: [`Player::show`].
    Goal(Goal),
    /// It is reached.
    Reached(String),
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
    right: Option<Result<Solved, String>>,
    said: Option<Reply>,
    announced: bool,
    shows: bool,
    over: bool,
}

impl Player {
    /// A cursor before the first step.
    pub fn new(scenario: Arc<Scenario>) -> Player {
        Player {
            scenario,
            step: 0,
            typed: 0,
            listening: false,
            since: None,
            right: None,
            said: None,
            announced: false,
            shows: false,
            over: false,
        }
    }
    /// The scenario.
    pub fn scenario(&self) -> &Arc<Scenario> {
        &self.scenario
    }
    /// Number of the step that comes next, from 0.
    pub fn step(&self) -> usize {
        self.step
    }
    fn what(&self) -> Option<&What> {
        self.scenario.steps.get(self.step).map(|step| &step.what)
    }

    /// The next beat. The same again where it waits for time or for an answer.
    pub fn next(&mut self, stage: &mut dyn Stage) -> Beat {
        let scenario = self.scenario.clone();
        let Some(step) = scenario.steps.get(self.step) else { return self.close() };
        match &step.what {
            What::Say(words, at) => self.say(words, at.as_deref(), step.line, stage.world()),
            What::Do(lines, moment) => match self.type_next(lines, moment.is_some(), step.line, stage) {
                Some(beat) => beat,
                None => {
                    self.then(Beat::End);
                    self.next(stage)
                }
            },
            What::Until(check, within) => {
                let since = *self.since.get_or_insert(stage.world().now());
                match check.look(stage.world()) {
                    Ok(()) => self.then(Beat::Passed(check.words())),
                    Err(why) if stage.world().now() - since > *within => self.late(step.line, *within, &check.words(), &why),
                    Err(_) => Beat::Waiting(check.words()),
                }
            }
            What::Ask(question) => self.ask(question, step.line, stage),
            What::Goal(goal) => self.pursue(goal, step.line, stage),
            What::Expect(check) => match check.look(stage.world()) {
                Ok(()) => self.then(Beat::Passed(check.words())),
                Err(why) => self.then(Beat::Failed(step.line, why)),
            },
        }
    }
    /// Answers the question that was asked.
    pub fn answer(&mut self, reply: Reply) {
        self.said = Some(reply);
    }
    /// The right answer to the question that was asked; `None` before it is asked.
    pub fn right_answer(&self) -> Option<Reply> {
        Some(self.right.as_ref()?.as_ref().ok()?.right.clone())
    }
    /// The lines that were played ahead for the question that was asked, and how much of it to show; `None` where nothing was.
    pub fn evidence(&self) -> Option<(Vec<Command>, Span)> {
        match self.what()? {
            What::Ask(Question { answer: Answer::Ahead(lines), watch, .. }) => Some((lines.clone(), *watch)),
            _ => None,
        }
    }
    /// Types the solution of the goal that is to be reached.
    pub fn show(&mut self) {
        self.shows = true;
    }
    /// The moment at which a line of a recording is to be typed next; time must not run past it.
    pub fn wake(&self, world: &World) -> Option<Time> {
        let moment = |step: usize| match &self.scenario.steps.get(step)?.what {
            What::Do(_, moment) => moment.map(|moment| world.options().epoch + moment),
            _ => None,
        };
        let begun = matches!(self.what()?, What::Do(..)) && self.typed > 0;
        moment(if begun { self.step + 1 } else { self.step }).filter(|at| *at > world.now())
    }
    /// Leaves a step of lines once the last of them is done well, and does nothing of the next; true where it left.
    pub fn leave(&mut self, stage: &dyn Stage) -> bool {
        let Some(What::Do(lines, moment)) = self.what() else { return false };
        let well = |output: Output| output.rc == 0 || moment.is_some();
        let done = self.listening && self.typed == lines.len() && stage.outcome().is_some_and(well);
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
    /// Speaks; fails afterwards where that points at what is not there.
    fn say(&mut self, words: &str, at: Option<&str>, place: usize, world: &World) -> Beat {
        let there = at.map_or(Ok(()), |at| Check { run: Some(format!("kubectl get {at}")), ..Check::default() }.look(world));
        let caption = Beat::Say(words.to_owned(), at.map(str::to_owned));
        match there {
            Err(why) if std::mem::replace(&mut self.announced, true) => {
                let found = why.lines().last().unwrap_or_default();
                let why = format!("the caption points at {}, and it is not there: {found}", at.unwrap_or_default());
                self.then(Beat::Failed(place, why))
            }
            Err(_) => caption,
            Ok(()) => self.then(caption),
        }
    }
    fn late(&mut self, place: usize, within: Span, words: &str, why: &str) -> Beat {
        self.then(Beat::Failed(place, format!("waited {} s of virtual time, in vain, for: {words}\n{why}", seconds(within))))
    }
    fn close(&mut self) -> Beat {
        if std::mem::replace(&mut self.over, true) { Beat::End } else { Beat::Debrief(self.scenario.debrief.text()) }
    }
    /// Types the next of these lines; `None` once all are done. Lines of a recording may be refused, and one that still waits
    /// is left where the next one's moment has come.
    fn type_next(&mut self, lines: &[Command], recorded: bool, place: usize, stage: &mut dyn Stage) -> Option<Beat> {
        if self.listening {
            let line = &lines[self.typed - 1].line; // listening follows typing
            match stage.outcome() {
                None if recorded && self.is_overtaken(stage.world()) => return None,
                None => return Some(Beat::Waiting(line.clone())),
                Some(output) if output.rc != 0 && !recorded => {
                    let why = format!("{line}\nwas refused: {}", output.err.trim_end());
                    return Some(self.then(Beat::Failed(place, why)));
                }
                Some(_) => self.listening = false,
            }
        }
        let command = lines.get(self.typed)?;
        if let Some(wake) = self.wake(stage.world()).filter(|_| self.typed == 0) {
            return Some(Beat::Waiting(format!("{} s", seconds(wake - stage.world().options().epoch))));
        }
        stage.submit(command, recorded);
        (self.typed, self.listening) = (self.typed + 1, true);
        Some(Beat::Typed(command.clone()))
    }
    /// True where the next step is a recorded line whose moment has come.
    fn is_overtaken(&self, world: &World) -> bool {
        let next = self.scenario.steps.get(self.step + 1).map(|step| &step.what);
        matches!(next, Some(What::Do(_, Some(moment))) if world.options().epoch + *moment <= world.now())
    }
    fn ask(&mut self, question: &Question, place: usize, stage: &dyn Stage) -> Beat {
        let solved = self.right.get_or_insert_with(|| question.solve(stage.world())).clone();
        match (solved, self.said.take()) {
            (Err(why), _) => self.then(Beat::Failed(place, why)),
            (Ok(solved), None) => Beat::Ask(question.asking(&solved)),
            (Ok(solved), Some(said)) => self.then(Beat::Answered(question.judge(said, &solved))),
        }
    }
    fn pursue(&mut self, goal: &Goal, place: usize, stage: &mut dyn Stage) -> Beat {
        if !std::mem::replace(&mut self.announced, true) {
            return Beat::Goal(goal.clone());
        }
        if self.shows
            && let Some(beat) = self.type_next(&goal.solution, false, place, stage)
        {
            return beat;
        }
        let since = *self.since.get_or_insert(stage.world().now());
        match goal.unmet(stage.world()) {
            None => self.then(Beat::Reached(goal.words.clone())),
            Some(why) if stage.world().now() - since > goal.within => self.late(place, goal.within, &goal.words, &why),
            Some(_) => Beat::Waiting(goal.words.clone()),
        }
    }
}

/// Seconds with as many decimals as there are: `2`, `83.45`.
fn seconds(span: Span) -> String {
    let text = format!("{}.{:03}", span.0 / 1000, span.0 % 1000);
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}
