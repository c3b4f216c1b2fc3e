//! The files that a scenario's lines name: read once, when it is opened, and then part of it.

use super::check::Check;
use super::document::{Scenario, What};
use super::question::Answer;
use super::script::Command;
use crate::api::Files;
use crate::shell::named;

/// Gives the files that a line names.
type Read<'a> = &'a dyn Fn(&str) -> Files;

impl Scenario {
    /// Gives every line those of the scenario's own files that it names.
    pub(super) fn share(&mut self, own: &Files) {
        self.equip(&|line| named(line).iter().flat_map(|named| own.at(&named.path)).collect());
    }
    /// Gives every line its files: those that it types, those that it plays ahead, and those that look. Files that a line
    /// has already stay as they are.
    pub fn equip(&mut self, read: Read) {
        for step in &mut self.steps {
            match &mut step.what {
                What::Do(lines, _) => lines.iter_mut().for_each(|line| line.equip(read)),
                What::Until(check, _) | What::Expect(check) => check.equip(read),
                What::Ask(question) => match &mut question.answer {
                    Answer::Ahead(lines) => lines.iter_mut().for_each(|line| line.equip(read)),
                    Answer::Given(_) => {}
                },
                What::Goal(goal) => {
                    goal.checks.iter_mut().for_each(|check| check.equip(read));
                    goal.solution.iter_mut().for_each(|line| line.equip(read));
                }
                What::Say(..) => {}
            }
        }
    }
}

impl Command {
    fn equip(&mut self, read: Read) {
        self.files = self.files.over(read(&self.line));
    }
}

impl Check {
    fn equip(&mut self, read: Read) {
        if let Some(line) = &self.run {
            self.files = self.files.over(read(line));
        }
    }
}
