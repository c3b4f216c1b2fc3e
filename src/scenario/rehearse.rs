//! Plays a scenario to its end without a screen: every prediction is answered rightly, time passes as fast as it goes.

use super::document::Scenario;
use super::perform::{instant, perform};
use super::player::{Beat, Player, Stage};
use super::script::Command;
use crate::api::Span;
use crate::shell::{self, Output};
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
    audience: &'a mut dyn Audience,
}

impl Stage for Hall<'_> {
    fn world(&self) -> &World {
        &self.world
    }
    fn submit(&mut self, command: &Command) {
        let audience = &mut *self.audience;
        let output = perform(&mut self.world, command, &mut |world| audience.watch(world));
        self.outcome = Some(output);
    }
    fn outcome(&self) -> Option<Output> {
        self.outcome.clone()
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

/// Plays a scenario from this world on; how many of its checks failed.
pub fn rehearse(scenario: &Arc<Scenario>, world: World, audience: &mut dyn Audience) -> usize {
    let mut player = Player::new(scenario.clone());
    let mut hall = Hall { world, outcome: None, audience };
    let mut failures = 0;
    loop {
        let beat = player.next(&mut hall);
        match &beat {
            Beat::End => return failures,
            Beat::Waiting(_) => {
                let soon = hall.world.now() + Span::secs(1);
                instant(&mut hall.world, soon);
                hall.audience.watch(&hall.world);
                continue;
            }
            Beat::Ask(..) => player.answer(player.right_answer().unwrap_or_default()),
            Beat::Failed(..) => failures += 1,
            Beat::Say(..) | Beat::Typed(_) | Beat::Answered(..) | Beat::Passed(_) | Beat::Debrief(_) => {}
        }
        let typed = if let Beat::Typed(command) = &beat { Some(command.clone()) } else { None };
        hall.audience.hear(&hall.world, News::Beat(beat));
        if let (Some(command), Some(output)) = (typed, hall.outcome.clone()) {
            hall.audience.hear(&hall.world, News::Printed(command, output));
        }
    }
}
