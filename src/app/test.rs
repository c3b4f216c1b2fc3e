//! `podyard test`: scenarios played to their end, and what they expect.

use super::library::find;
use super::narrate::{Narrator, tell};
use crate::scenario::player::Beat;
use crate::scenario::rehearse::{Audience, News, opening, rehearse};
use crate::scenario::{Scenario, catalogue::CATALOGUE};
use crate::sim::World;
use serde_json::json;
use std::io::Write;

/// In which manner a test is told.
#[derive(Clone, Copy, Debug, Default)]
pub struct Manner {
    /// One JSON object a scenario.
    pub json: bool,
    /// All that is said, typed and answered, too.
    pub transcript: bool,
}

/// Plays scenarios to their end and prints what failed; the last line is `N passed, N failed`.
pub fn test(names: &[String], manner: Manner, out: &mut dyn Write) -> anyhow::Result<bool> {
    let all = CATALOGUE.iter().map(|row| row.0.to_owned());
    let names: Vec<String> = if names.is_empty() { all.collect() } else { names.to_vec() };
    let mut failed = 0;
    for name in &names {
        if manner.transcript {
            writeln!(out, "# {name}\n")?;
        }
        let scenario = find(name)?;
        let critic = rehearsed(&scenario, manner, out)?;
        failed += usize::from(!critic.failures.is_empty());
        match manner.json {
            true => writeln!(out, "{}", critic.row(name))?,
            false => verdict(name, &critic.failures, out)?,
        }
    }
    let passed = names.len() - failed;
    match manner.json {
        true => writeln!(out, "{}", json!({ "passed": passed, "failed": failed }))?,
        false => writeln!(out, "{passed} passed, {failed} failed")?,
    }
    Ok(failed == 0)
}

fn verdict(name: &str, failures: &[(usize, String)], out: &mut dyn Write) -> anyhow::Result<()> {
    writeln!(out, "{} {name}", if failures.is_empty() { "ok    " } else { "FAILED" })?;
    for (line, why) in failures {
        writeln!(out, "    line {line}: {}", why.replace('\n', "\n    "))?;
    }
    Ok(())
}

fn rehearsed(scenario: &std::sync::Arc<Scenario>, manner: Manner, out: &mut dyn Write) -> anyhow::Result<Tally> {
    let narrator = manner.transcript.then(|| Narrator::new(out, false));
    let mut critic = Critic { narrator, tally: Tally { predictions: scenario.predictions(), ..Tally::default() } };
    match opening(scenario, scenario.options.clone()) {
        Ok(world) => {
            let began = world.now();
            critic.tally.seconds = (rehearse(scenario, world, &mut critic).world.now() - began).as_secs();
        }
        Err(why) => critic.tally.failures.push((1, why)),
    }
    if let Some(narrator) = critic.narrator {
        narrator.finish()?;
    }
    Ok(critic.tally)
}

/// What came of a scenario.
#[derive(Default)]
struct Tally {
    failures: Vec<(usize, String)>,
    checks: usize,
    predictions: usize,
    seconds: i64,
}

impl Tally {
    fn row(&self, name: &str) -> serde_json::Value {
        let failures: Vec<_> = self.failures.iter().map(|(line, why)| json!({ "line": line, "why": why })).collect();
        json!({
            "scenario": name,
            "ok": failures.is_empty(),
            "failures": failures,
            "checks": self.checks,
            "predictions": self.predictions,
            "virtual-seconds": self.seconds,
        })
    }
}

/// Remembers what failed.
struct Critic<'a> {
    narrator: Option<Narrator<'a>>,
    tally: Tally,
}

impl Audience for Critic<'_> {
    fn watch(&mut self, _world: &World) {}
    fn hear(&mut self, world: &World, news: News) {
        self.narrator.iter_mut().for_each(|narrator| tell(narrator, world, &news));
        match news {
            News::Beat(Beat::Failed(line, why)) => self.tally.failures.push((line, why)),
            News::Beat(Beat::Passed(_) | Beat::Reached(_)) => self.tally.checks += 1,
            News::Beat(_) | News::Printed(..) => {}
        }
    }
}
