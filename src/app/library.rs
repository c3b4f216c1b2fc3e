//! Scenarios by name or file, and the commands about them: `list`, `lint`, `seek`.

use super::files::Shelf;
use crate::diagnostic::Severity;
use crate::engine::MANIFEST;
use crate::scenario::catalogue::{self, CATALOGUE};
use crate::scenario::fields::GROUPS;
use crate::scenario::rehearse::opening;
use crate::scenario::seek::{self, Found, Hunt};
use crate::scenario::{Scenario, document, lint};
use crate::shell::near;
use crate::sim::World;
use crate::sim::invariants::RULES;
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
        let meant = near(name, CATALOGUE.iter().map(|row| row.0)).map(|name| format!(" (did you mean {name}?)"));
        bail!("there is no scenario {name:?}{}; `podyard list` names them all", meant.unwrap_or_default());
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

/// A scenario of the catalogue.
type Entry = (&'static str, Scenario);

/// Prints the catalogue, group by group; what stands in none at the end.
pub fn list(out: &mut dyn Write) -> anyhow::Result<bool> {
    let all: Vec<Entry> = CATALOGUE.iter().filter_map(|(name, _)| Some((*name, catalogue::find(name)?.ok()?))).collect();
    let width = all.iter().map(|row| row.0.len()).max().unwrap_or(0);
    let groups = GROUPS.iter().map(|(group, title)| (Some(*group), *title)).chain([(None, "others")]);
    for (group, title) in groups {
        let mine: Vec<&Entry> = all.iter().filter(|row| row.1.group == group).collect();
        if !mine.is_empty() {
            writeln!(out, "{title}")?;
        }
        for (name, scenario) in mine {
            let words = scenario.goal.as_ref().unwrap_or(&scenario.summary);
            writeln!(out, "  {name:width$}  {}. {}", scenario.title.trim_end(), words.trim_end())?;
        }
    }
    Ok(true)
}

/// Prints all that is wrong with files; false where one cannot be played.
pub fn lint(files: &[String], out: &mut dyn Write) -> anyhow::Result<bool> {
    files.iter().try_fold(true, |fine, file| Ok(lint_one(file, out)? && fine))
}

fn lint_one(file: &str, out: &mut dyn Write) -> anyhow::Result<bool> {
    let text = text(file)?;
    let (_, found) = lint::lint(&text);
    for problem in &found {
        write!(out, "{}", problem.render(&text, file))?;
    }
    let errors = found.iter().filter(|problem| problem.severity == Severity::Error).count();
    writeln!(out, "{file}: {errors} errors, {} warnings", found.len() - errors)?;
    Ok(errors == 0)
}

/// The sandbox as a scenario without steps, or a scenario from the catalogue or a file.
fn beginning(name: &str) -> anyhow::Result<Arc<Scenario>> {
    if name != SANDBOX {
        return find(name);
    }
    Ok(Arc::new(Scenario { title: "the sandbox".to_owned(), manifests: MANIFEST.to_owned(), ..Scenario::default() }))
}

/// Where a search begins.
pub const SANDBOX: &str = "sandbox";

/// Searches a schedule that breaks an invariant, prints the shortest, and writes it as a scenario where that is asked for.
pub fn seek(name: &str, rule: &str, tries: u64, to: Option<&Path>, out: &mut dyn Write) -> anyhow::Result<bool> {
    let scenario = beginning(name)?;
    let known = || RULES.iter().map(|row| format!("{:?}", row.1)).collect::<Vec<_>>().join(", ");
    let rule = seek::rule(rule).with_context(|| format!("there is no rule {rule:?}; there are {}", known()))?;
    let hunt = Hunt { rule, options: scenario.options.clone(), tries };
    let Some(found) = seek::seek(&scenario, &hunt).map_err(anyhow::Error::msg)? else {
        writeln!(out, "none of {tries} schedules breaks it")?;
        return Ok(false);
    };
    let Found { seed, tried, length, lines, why } = &found;
    writeln!(out, "schedule {tried}, seed {seed}, breaks it: {why}\nmade shorter, {} lines of {length} are enough:", lines.len())?;
    lines.iter().try_for_each(|line| writeln!(out, "  {line}"))?;
    if let Some(path) = to {
        let text = seek::replayed(&found, &scenario, &hunt);
        std::fs::write(path, text).with_context(|| format!("{} cannot be written", path.display()))?;
        writeln!(out, "{} replays it", path.display())?;
    }
    Ok(true)
}
