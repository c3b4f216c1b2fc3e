//! Runs without a screen: command lines from standard input.

use super::options::WorldOptions;
use super::trace::{Trace, seconds};
use crate::scenario::perform::perform;
use crate::scenario::script::{self, Command};
use crate::shell::Output;
use crate::sim::World;
use anyhow::Context;
use std::fs::File;
use std::io::{self, BufWriter, Read, Write};
use std::path::Path;

/// Where trace rows go.
type Rows = Trace<BufWriter<Box<dyn Write>>>;

/// Plays what `name` says; false where a command was refused or an expectation failed.
pub fn run(name: &str, world: &WorldOptions, json: bool, trace: Option<&Path>, out: &mut dyn Write) -> anyhow::Result<bool> {
    match name {
        "-" => typed(world, json, trace, out),
        _ => anyhow::bail!("there is no scenario {name:?}"),
    }
}

/// Plays command lines from standard input in a cluster with nothing in it but its nodes.
fn typed(world: &WorldOptions, json: bool, trace: Option<&Path>, out: &mut dyn Write) -> anyhow::Result<bool> {
    let mut text = String::new();
    io::stdin().read_to_string(&mut text).context("standard input cannot be read")?;
    let commands = script::parse(&text).map_err(|problem| anyhow::anyhow!("{}", problem.render(&text, "standard input").trim_end()))?;
    let mut world = World::new(world.over(crate::sim::Options::default()));
    let mut rows = rows(trace, &world)?;
    let mut fine = true;
    for command in &commands {
        let output = traced(&mut world, command, &mut rows);
        fine &= output.rc == 0;
        print(&world, command, &output, json, out)?;
    }
    rows.map_or(Ok(()), Trace::finish).context("the trace cannot be written")?;
    out.flush()?;
    Ok(fine)
}

/// Opens the trace, where one is asked for.
pub fn rows(path: Option<&Path>, world: &World) -> anyhow::Result<Option<Rows>> {
    let Some(path) = path else { return Ok(None) };
    let file = File::create(path).with_context(|| format!("{} cannot be written", path.display()))?;
    Ok(Some(Trace::new(BufWriter::new(Box::new(file)), world)))
}

/// Runs a line and traces what it does.
pub fn traced(world: &mut World, command: &Command, rows: &mut Option<Rows>) -> Output {
    let output = perform(world, command, &mut |world| rows.iter_mut().for_each(|rows| rows.watch(world)));
    rows.iter_mut().for_each(|rows| rows.step(world.now(), command, &output));
    output
}

fn print(world: &World, command: &Command, output: &Output, json: bool, out: &mut dyn Write) -> io::Result<()> {
    if !json {
        return write!(out, "$ {}\n{}{}", command.shown, output.out, output.err);
    }
    let time = seconds(world.now(), world.options().epoch);
    let line = serde_json::Value::from(command.line.as_str());
    let text = serde_json::Value::from(format!("{}{}", output.out, output.err));
    writeln!(out, "{{\"t\": {time}, \"line\": {line}, \"rc\": {}, \"out\": {text}}}", output.rc)
}
