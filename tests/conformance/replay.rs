//! Plays the steps of a recording in podyard and gives back the same kind of rows.

use crate::allowed;
use crate::recording::{Ask, Recording, ask, command};
use podyard::api::Span;
use podyard::app::trace::Trace;
use podyard::scenario::perform::{instant, perform};
use podyard::scenario::script::Command;
use podyard::shell::Output;
use podyard::sim::{Options, World};
use serde_json::{Value, json};
use std::fmt::Write;

/// How long a poll goes on.
const DEADLINE: Span = Span::mins(2);

struct Stage {
    world: World,
    trace: Trace<Vec<u8>>,
    steps: Vec<Value>,
}

/// The rows of a run in which the nodes that the story names carry the pods that they carried in the recording.
pub fn play(recorded: &Recording) -> Vec<Value> {
    let runs = (1..=allowed::SEEDS).map(|seed| run(recorded, seed));
    let mut last = Vec::new();
    for (rows, fits) in runs {
        if fits {
            return rows;
        }
        last = rows;
    }
    last
}

fn run(recorded: &Recording, seed: u64) -> (Vec<Value>, bool) {
    let world = World::new(Options { seed, ..Options::default() });
    let trace = Trace::new(Vec::new(), &world);
    let mut stage = Stage { world, trace, steps: Vec::new() };
    let (mut cut, mut fits) = (Vec::new(), true);
    for (i, step) in recorded.steps() {
        fits &= allowed::node_choice_fits(&recorded.rows[..i], step, &stage.world);
        let output = match ask(step, &mut cut) {
            Ask::Lines(lines) => lines.iter().map(|line| stage.perform(line)).last().unwrap_or_default(),
            Ask::Until(line, wanted) => stage.until(&line, &wanted),
        };
        stage.note(step, &output);
    }
    (stage.finish(), fits)
}

impl Stage {
    fn perform(&mut self, line: &Command) -> Output {
        perform(&mut self.world, line, &mut |world| self.trace.watch(world))
    }
    /// Asks on a copy at each instant, and once more in earnest when the answer is right.
    fn until(&mut self, line: &Command, wanted: &str) -> Output {
        let end = self.world.now() + DEADLINE;
        loop {
            let output = perform(&mut self.world.clone(), line, &mut |_| ());
            if output.out.trim_end() == wanted || self.world.now() >= end {
                return self.perform(line);
            }
            instant(&mut self.world, end);
            self.trace.watch(&self.world);
        }
    }
    /// Marks the place with a line that the trace carries, and keeps the step itself for [`Stage::finish`].
    fn note(&mut self, step: &Value, output: &Output) {
        let mut text = output.out.clone();
        let _ = write!(text, "{}", output.err);
        self.steps.push(json!({ "step": step, "rc": output.rc, "out": text.trim_end_matches('\n') }));
        self.trace.step(self.world.now(), &command("", None), output);
    }
    fn finish(self) -> Vec<Value> {
        let text = String::from_utf8(self.trace.into_inner()).expect("a trace is text");
        let mut steps = self.steps.into_iter();
        let row = |line: &str| {
            let mut row: Value = serde_json::from_str(line).expect("a row is JSON");
            if row["kind"] == "STEP" {
                let step = steps.next().expect("one for each STEP row");
                row.as_object_mut().unwrap().extend(step.as_object().unwrap().clone());
            }
            row
        };
        text.lines().map(row).collect()
    }
}
