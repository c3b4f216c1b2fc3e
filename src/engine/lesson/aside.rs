//! Showing how an answer came: what was played ahead is played once more, in a copy of the history that is left again.

use super::Lesson;
use crate::api::{Span, Time};
use crate::engine::{Engine, LOOK_AHEAD};
use crate::scenario::What;
use crate::scenario::perform::PACE;
use crate::scenario::question::Answer;
use crate::scenario::script::Command;

/// How long it goes on after the last line.
const AFTERWARDS: Span = Span::secs(1);
/// The speed at which it is shown, in hundredths.
const SPEED: u32 = 200;

impl Lesson {
    /// True while a copy is shown.
    pub fn is_aside(&self) -> bool {
        self.aside.is_some()
    }
    /// Plays the lines of the shown page's question in a copy and shows their last seconds; why not where there is nothing.
    pub fn replay(&mut self, engine: &mut Engine) -> Result<(), String> {
        let Some((lines, watch)) = self.evidence().filter(|_| self.page().shows()) else {
            return Err("there is nothing to show: this answer was not found by playing ahead".to_owned());
        };
        self.come_back(engine);
        let mut copy = engine.clone();
        copy.set_limit(None);
        copy.seek(self.pages[self.cursor].end); // the cursor is always at a page
        lines.iter().for_each(|line| play(&mut copy, line));
        copy.run_until(copy.head() + AFTERWARDS);
        copy.seek(copy.head() - watch);
        copy.set_speed(SPEED);
        copy.set_playing(true);
        self.aside = Some(Box::new(std::mem::replace(engine, copy)));
        Ok(())
    }
    /// Leaves the copy; false where none is shown.
    pub fn come_back(&mut self, engine: &mut Engine) -> bool {
        let Some(left) = self.aside.take() else { return false };
        *engine = *left;
        true
    }
    fn evidence(&self) -> Option<(Vec<Command>, Span)> {
        let step = self.scenario().steps.get(self.page().step.checked_sub(1)?)?;
        match &step.what {
            What::Ask(question) => match &question.answer {
                Answer::Ahead(lines) => Some((lines.clone(), question.watch)),
                Answer::Given(_) => None,
            },
            _ => None,
        }
    }
}

/// Types a line and lets time pass until it is done.
fn play(engine: &mut Engine, command: &Command) {
    let now = engine.world().now();
    if !engine.is_live() {
        engine.submit("wait 0s", None); // the past becomes the present
    }
    engine.run_until(now + PACE);
    engine.submit(&command.line, command.stdin.as_deref());
    let end = engine.head() + LOOK_AHEAD;
    while engine.busy().is_some() && engine.head() < end {
        let soon: Time = engine.head() + Span::secs(1);
        engine.pass(soon.min(end));
    }
}
