//! Plays a scenario to its end without a screen: every prediction is answered rightly, time passes as fast as it goes.

use super::document::Scenario;
use super::perform::{instant, perform};
use super::player::{Beat, INTERRUPT, Player, Stage};
use super::question::Reply;
use super::script::Command;
use crate::api::{Span, Time};
use crate::shell::{self, Job, Output, Turn};
use crate::sim::World;
use std::sync::Arc;

/// What is told of a rehearsal.
#[derive(Clone, Debug)]
pub enum News {
    /// A beat of the scenario.
    Beat(Beat),
    /// What the line typed last printed.
    Printed(Command, Output),
}

/// Who watches a rehearsal.
pub trait Audience {
    /// Sees the world after each instant at which something was due.
    fn watch(&mut self, world: &World);
    /// Hears what happens in the script.
    fn hear(&mut self, world: &World, news: News);
}

struct Hall<'a> {
    world: World,
    outcome: Option<Output>,
    job: Option<Job>,
    audience: &'a mut dyn Audience,
}

impl Stage for Hall<'_> {
    fn world(&self) -> &World {
        &self.world
    }
    fn submit(&mut self, command: &Command, now: bool) {
        let audience = &mut *self.audience;
        if !now {
            self.outcome = Some(perform(&mut self.world, command, &mut |world| audience.watch(world)));
        } else if command.line == INTERRUPT {
            let interrupted = |job: Job| Output { out: job.so_far().to_owned(), err: String::new(), rc: 130 };
            self.outcome = self.job.take().map(interrupted).or(Some(Output::default()));
        } else {
            self.start(command);
        }
    }
    fn outcome(&self) -> Option<Output> {
        self.outcome.clone()
    }
}

impl Hall<'_> {
    /// Runs a line that may wait while time goes on, as on a screen.
    fn start(&mut self, command: &Command) {
        match shell::run(&mut self.world, &command.line, command.stdin.as_deref()) {
            Turn::Done(output) => (self.job, self.outcome) = (None, Some(output)),
            Turn::Waiting(job) => {
                (self.job, self.outcome) = (Some(job), None);
                self.poll();
            }
        }
        self.audience.watch(&self.world);
    }
    /// Lets time pass to the next instant at which something is due, at most up to then.
    fn pass(&mut self, until: Time) {
        let wake = self.job.as_ref().and_then(Job::until);
        let until = wake.map_or(until, |wake| wake.max(self.world.now() + Span::millis(1)).min(until));
        instant(&mut self.world, until);
        self.poll();
        self.audience.watch(&self.world);
    }
    /// Asks the line that waits whether it is done.
    fn poll(&mut self) {
        if let Some(output) = self.job.as_mut().and_then(|job| job.poll(&mut self.world)) {
            (self.job, self.outcome) = (None, Some(output));
        }
    }
}

/// The world in which a scenario begins: its manifests applied, and settled. The refusal where they are refused.
pub fn opening(scenario: &Scenario, options: crate::sim::Options) -> Result<World, String> {
    let mut world = World::new(options);
    if scenario.manifests.trim().is_empty() {
        return Ok(world);
    }
    for (line, stdin) in [("kubectl apply -f -", Some(scenario.manifests.as_str())), ("settle", None)] {
        let turn = shell::run(&mut world, line, stdin);
        let output = shell::finish(&mut world, turn);
        if output.rc != 0 {
            return Err(format!("the manifests were refused: {}", output.err.trim_end()));
        }
    }
    Ok(world)
}

/// How a rehearsal ended.
pub struct Ending {
    /// How many checks failed.
    pub failures: usize,
    /// The world at the end.
    pub world: World,
}

/// Plays a scenario from this world on: predictions are answered rightly, goals reached by their solutions.
pub fn rehearse(scenario: &Arc<Scenario>, world: World, audience: &mut dyn Audience) -> Ending {
    let mut player = Player::new(scenario.clone());
    let mut hall = Hall { world, outcome: None, job: None, audience };
    let mut failures = 0;
    loop {
        let beat = player.next(&mut hall);
        match &beat {
            Beat::End => return Ending { failures, world: hall.world },
            Beat::Waiting(_) => {
                let soon = hall.world.now() + Span::secs(1);
                hall.pass(player.wake(&hall.world).map_or(soon, |wake| wake.min(soon)));
                continue;
            }
            Beat::Ask(_) => player.answer(player.right_answer().unwrap_or(Reply::Choice(0))),
            Beat::Goal(_) => player.show(),
            Beat::Failed(..) => failures += 1,
            Beat::Say(..) | Beat::Typed(_) | Beat::Answered(_) | Beat::Reached(_) | Beat::Passed(_) | Beat::Debrief(_) => {}
        }
        let typed = if let Beat::Typed(command) = &beat { Some(command.clone()) } else { None };
        hall.audience.hear(&hall.world, News::Beat(beat));
        if let (Some(command), Some(output)) = (typed, hall.outcome.clone()) {
            hall.audience.hear(&hall.world, News::Printed(command, output));
        }
    }
}
