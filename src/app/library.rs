//! Scenarios by name or file, and the commands about them: `list`, `lint`, `test`.

use super::files::Shelf;
use crate::diagnostic::Severity;
use crate::scenario::catalogue::{self, CATALOGUE};
use crate::scenario::player::Beat;
use crate::scenario::rehearse::{Audience, News, opening, rehearse};
use crate::scenario::{Scenario, document, lint};
use crate::sim::World;
use anyhow::{Context, bail};
use std::io::Write;
use std::path::Path;
use std::sync::Arc;

/// The text of a scenario: from the catalogue, or from a file.
fn text(name: &str) -> anyhow::Result<String> {
    if let Some(text) = catalogue::text(name) {
        return Ok(text.to_owned());
    }
    let is_path = name.contains(['/', '.']) || std::path::Path::new(name).exists();
    if !is_path {
        bail!("there is no scenario {name:?}; `podyard list` names them all");
    }
    std::fs::read_to_string(name).with_context(|| format!("{name} cannot be read"))
}

/// A scenario from the catalogue or from a file.
pub fn find(name: &str) -> anyhow::Result<Arc<Scenario>> {
    let text = text(name)?;
    let read = document::read(&text).map_err(|problem| anyhow::anyhow!("{}", problem.render(&text, name).trim_end()));
    let mut scenario = read?;
    shelf(name).equip(&mut scenario);
    Ok(Arc::new(scenario))
}

/// Where the files are that a scenario names: beside it; one from the catalogue has none.
pub fn shelf(name: &str) -> Shelf {
    if catalogue::text(name).is_some() { Shelf::default() } else { Shelf::beside(Path::new(name)) }
}

/// A scenario and the world in which it begins.
pub fn stage(name: &str) -> anyhow::Result<(Arc<Scenario>, World)> {
    let scenario = find(name)?;
    let world = opening(&scenario, scenario.options.clone()).map_err(anyhow::Error::msg)?;
    Ok((scenario, world))
}

/// Prints the catalogue.
pub fn list(out: &mut dyn Write) -> anyhow::Result<bool> {
    let width = CATALOGUE.iter().map(|row| row.0.len()).max().unwrap_or(0);
    for (name, _) in CATALOGUE {
        if let Some(Ok(scenario)) = catalogue::find(name) {
            writeln!(out, "{name:width$}  {}. {}", scenario.title.trim_end(), scenario.summary.trim_end())?;
        }
    }
    Ok(true)
}

/// Prints all that is wrong with a file; false where it cannot be played.
pub fn lint(file: &str, out: &mut dyn Write) -> anyhow::Result<bool> {
    let text = text(file)?;
    let (_, found) = lint::lint(&text);
    for problem in &found {
        write!(out, "{}", problem.render(&text, file))?;
    }
    let errors = found.iter().filter(|problem| problem.severity == Severity::Error).count();
    writeln!(out, "{file}: {errors} errors, {} warnings", found.len() - errors)?;
    Ok(errors == 0)
}

/// Plays scenarios to their end and prints what failed; the last line is `N passed, N failed`.
pub fn test(names: &[String], out: &mut dyn Write) -> anyhow::Result<bool> {
    let all = CATALOGUE.iter().map(|row| row.0.to_owned());
    let names: Vec<String> = if names.is_empty() { all.collect() } else { names.to_vec() };
    let mut failed = 0;
    for name in &names {
        let failures = rehearsed(name)?;
        failed += usize::from(!failures.is_empty());
        writeln!(out, "{} {name}", if failures.is_empty() { "ok    " } else { "FAILED" })?;
        for failure in failures {
            writeln!(out, "    {}", failure.replace('\n', "\n    "))?;
        }
    }
    writeln!(out, "{} passed, {failed} failed", names.len() - failed)?;
    Ok(failed == 0)
}

fn rehearsed(name: &str) -> anyhow::Result<Vec<String>> {
    let scenario = find(name)?;
    let mut critic = Critic(Vec::new());
    match opening(&scenario, scenario.options.clone()) {
        Ok(world) => {
            rehearse(&scenario, world, &mut critic);
        }
        Err(why) => critic.0.push(why),
    }
    Ok(critic.0)
}

/// Remembers what failed.
struct Critic(Vec<String>);

impl Audience for Critic {
    fn watch(&mut self, _world: &World) {}
    fn hear(&mut self, _world: &World, news: News) {
        if let News::Beat(Beat::Failed(line, why)) = news {
            self.0.push(format!("line {line}: {why}"));
        }
    }
}
