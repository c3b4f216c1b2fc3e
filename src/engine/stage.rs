//! An engine as the stage of a scenario: its lines are typed as anybody's are, and time passes as it is played.

use super::{Engine, INTERRUPT};
use crate::scenario::Stage;
use crate::scenario::script::Command;
use crate::shell::Output;
use crate::sim::World;

impl Stage for Engine {
    fn world(&self) -> &World {
        Engine::world(self)
    }
    fn submit(&mut self, command: &Command, _now: bool) {
        match command.line.as_str() {
            INTERRUPT => self.interrupt(),
            line => Engine::submit(self, line, command.stdin.as_deref()),
        }
    }
    fn outcome(&self) -> Option<Output> {
        self.console().iter().rfind(|entry| !entry.is_refusal())?.output.clone()
    }
}
