//! Runs without a screen: command lines from standard input, and scenarios.

use super::files::Shelf;
use super::narrate::{Narrator, tell};
use super::options::WorldOptions;
use super::story::Story;
use super::trace::Trace;
use crate::scenario::perform::{pace, perform};
use crate::scenario::player::Beat;
use crate::scenario::record::{Line, Taken, recording};
use crate::scenario::rehearse::{Audience, News, opening, rehearse};
use crate::scenario::{Scenario, script};
use crate::sim::World;
use anyhow::Context;
use std::fs::File;
use std::io::{self, BufWriter, Read, Write};
use std::path::Path;
use std::sync::Arc;

/// Where trace rows go.
type Rows = Trace<BufWriter<File>>;

/// In which ways a run is told.
#[derive(Clone, Copy, Debug, Default)]
pub struct Telling<'a> {
    /// One JSON object a line instead of text.
    pub json: bool,
    /// What happens between the lines, too.
    pub narrate: bool,
    /// Where every change of an object is written.
    pub trace: Option<&'a Path>,
    /// Where what was typed is written as a scenario.
    pub record: Option<&'a Path>,
}

/// Plays what `name` says; false where a command was refused or an expectation failed.
pub fn run(name: &str, world: &WorldOptions, telling: &Telling, out: &mut dyn Write) -> anyhow::Result<bool> {
    match name {
        "-" => typed(world, telling, out),
        _ => scenario(&super::library::find(name)?, world, telling, out),
    }
}

/// Plays command lines from standard input in a cluster with nothing in it but its nodes.
fn typed(world: &WorldOptions, telling: &Telling, out: &mut dyn Write) -> anyhow::Result<bool> {
    let mut text = String::new();
    io::stdin().read_to_string(&mut text).context("standard input cannot be read")?;
    let commands = script::parse(&text).map_err(|problem| anyhow::anyhow!("{}", problem.render(&text, "standard input").trim_end()))?;
    let mut world = World::new(world.over(crate::sim::Options::default()));
    let mut hall = Listener::new(telling, out, &world)?;
    let mut fine = true;
    let mut taken = Taken { of: "typed lines".to_owned(), options: world.options().clone(), lines: Vec::new() };
    for mut command in commands {
        command.files = Shelf::here().files(&command.line);
        hall.hear(&world, News::Beat(Beat::Typed(command.clone())));
        let asked = (pace(&world, &command) - world.options().epoch, command.clone());
        let output = perform(&mut world, &command, &mut |world| hall.watch(world));
        fine &= output.rc == 0;
        // A refused line fails a scenario, unless it is typed at its moment.
        taken.lines.push(Line { moment: (output.rc != 0).then_some(asked.0), command: asked.1 });
        hall.hear(&world, News::Printed(command, output));
    }
    hall.finish()?;
    write_recording(telling.record, &taken)?;
    // The process ends here: taking ten thousand pods apart would only cost time.
    std::mem::forget(world);
    Ok(fine)
}

fn write_recording(path: Option<&Path>, taken: &Taken) -> anyhow::Result<()> {
    let Some(path) = path else { return Ok(()) };
    std::fs::write(path, recording(taken, "")).with_context(|| format!("{} cannot be written", path.display()))
}

/// Plays a scenario to its end.
fn scenario(scenario: &Arc<Scenario>, world: &WorldOptions, telling: &Telling, out: &mut dyn Write) -> anyhow::Result<bool> {
    anyhow::ensure!(telling.record.is_none(), "--record takes down lines from standard input: a scenario is one already");
    let world = opening(scenario, world.over(scenario.options.clone())).map_err(anyhow::Error::msg)?;
    let mut hall = Listener::new(telling, out, &world)?;
    let ending = rehearse(scenario, world, &mut hall);
    hall.finish()?;
    if let Some(words) = foreign_seed(scenario, &ending.world).filter(|_| ending.failures > 0) {
        writeln!(io::stderr(), "{words}")?;
    }
    Ok(ending.failures == 0)
}

/// What to say of a failure where chance is not the one that the story was written for.
fn foreign_seed(scenario: &Scenario, world: &World) -> Option<String> {
    let (written, played) = (scenario.options.seed, world.options().seed);
    (written != played)
        .then(|| format!("note: this scenario was written for seed {written}; with seed {played} pods may land on other nodes"))
}

fn rows(path: Option<&Path>, world: &World) -> anyhow::Result<Option<Rows>> {
    let Some(path) = path else { return Ok(None) };
    let file = File::create(path).with_context(|| format!("{} cannot be written", path.display()))?;
    Ok(Some(Trace::new(BufWriter::new(file), world)))
}

/// Prints what is told, and traces what happens.
struct Listener<'a> {
    narrator: Narrator<'a>,
    rows: Option<Rows>,
    story: Option<Story>,
}

impl Audience for Listener<'_> {
    fn watch(&mut self, world: &World) {
        self.rows.iter_mut().for_each(|rows| rows.watch(world));
        self.tell_on(world);
    }
    fn hear(&mut self, world: &World, news: News) {
        if let (Some(rows), News::Printed(command, output)) = (&mut self.rows, &news) {
            rows.step(world.now(), command, output);
        }
        self.tell_on(world);
        tell(&mut self.narrator, world, &news);
    }
}

impl<'a> Listener<'a> {
    fn new(telling: &Telling<'_>, out: &'a mut dyn Write, world: &World) -> anyhow::Result<Listener<'a>> {
        let story = telling.narrate.then(|| Story::after(world));
        Ok(Listener { narrator: Narrator::new(out, telling.json).early(telling.narrate), rows: rows(telling.trace, world)?, story })
    }
    /// Tells what has happened since, where that was asked for.
    fn tell_on(&mut self, world: &World) {
        if let Some(story) = &mut self.story {
            self.narrator.say(&story.go_on(world));
        }
    }
    fn finish(self) -> anyhow::Result<()> {
        self.rows.map_or(Ok(()), Trace::finish).context("the trace cannot be written")?;
        Ok(self.narrator.finish()?)
    }
}
