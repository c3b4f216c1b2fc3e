//! What is remembered between runs: how far one was in each scenario, and how well one predicted. Kept in
//! `$XDG_STATE_HOME/podyard/progress.yaml`; where that cannot be read or written, nothing is remembered and nobody minds.

use crate::ui::list::Played;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::path::PathBuf;

/// How far one is in a scenario.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Standing {
    /// The step that was shown last, from 0.
    #[serde(default)]
    pub step: usize,
    /// How many predictions came true the best time that one reached the end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub right: Option<usize>,
    /// Of how many.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub asked: Option<usize>,
}

/// How far one is in all of them.
#[derive(Clone, Debug, Default)]
pub struct Progress {
    path: Option<PathBuf>,
    standings: BTreeMap<String, Standing>,
}

impl Progress {
    /// What was kept at the usual place.
    pub fn load() -> Progress {
        place().map(Progress::at).unwrap_or_default()
    }
    /// What was kept in that file.
    pub fn at(path: PathBuf) -> Progress {
        let text = std::fs::read_to_string(&path).unwrap_or_default();
        let standings = serde_yaml::from_str(&text).unwrap_or_default();
        Progress { path: Some(path), standings }
    }
    /// The step, from 0, that was shown last.
    pub fn step(&self, name: &str) -> Option<usize> {
        self.standings.get(name).map(|standing| standing.step)
    }
    /// How far one is in a scenario; `None` where it was never played.
    pub fn of(&self, name: &str) -> Option<Standing> {
        self.standings.get(name).copied()
    }
    /// Notes the step that is shown, and the score once the end is reached.
    pub fn note(&mut self, name: &str, step: usize, score: Option<(usize, usize)>) {
        let before = self.of(name).unwrap_or_default();
        let best = score.filter(|(right, _)| before.right.is_none_or(|old| *right >= old));
        let now = Standing { step, right: best.map(|best| best.0).or(before.right), asked: best.map(|best| best.1).or(before.asked) };
        if self.standings.insert(name.to_owned(), now) != Some(now) {
            self.write();
        }
    }
    /// How far one was in those that were ever played, for the list of scenarios.
    pub fn played(&self) -> BTreeMap<String, Played> {
        let played = |standing: &Standing| match (standing.right, standing.asked) {
            (Some(right), asked) => Played::Through(right, asked.unwrap_or_default()),
            (None, _) => Played::Begun(standing.step + 1),
        };
        self.standings.iter().map(|(name, standing)| (name.clone(), played(standing))).collect()
    }
    fn write(&self) {
        let (Some(path), Ok(text)) = (&self.path, serde_yaml::to_string(&self.standings)) else { return };
        let folder = path.parent().map_or(Ok(()), std::fs::create_dir_all);
        if folder.is_ok() {
            // Losing this loses nothing but the wish to go on where one was.
            drop(std::fs::write(path, text));
        }
    }
}

/// `$XDG_STATE_HOME/podyard/progress.yaml`, by default below `~/.local/state`.
fn place() -> Option<PathBuf> {
    let named = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let state = named("XDG_STATE_HOME").or_else(|| Some(named("HOME")?.join(".local/state")))?;
    Some(state.join("podyard/progress.yaml"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_step_and_the_best_score_outlive_a_run() {
        let path = std::env::temp_dir().join(format!("podyard-progress-{}.yaml", std::process::id()));
        drop(std::fs::remove_file(&path));
        let mut progress = Progress::at(path.clone());
        progress.note("a", 3, None);
        progress.note("a", 9, Some((2, 3)));
        progress.note("a", 9, Some((1, 3)));
        let again = Progress::at(path.clone());
        assert_eq!(again.of("a"), Some(Standing { step: 9, right: Some(2), asked: Some(3) }));
        assert_eq!(again.played().get("a"), Some(&Played::Through(2, 3)));
        assert_eq!((again.step("a"), again.of("b")), (Some(9), None));
        std::fs::write(&path, "}{").unwrap();
        assert_eq!(Progress::at(path.clone()).of("a"), None, "what cannot be read is forgotten");
        std::fs::remove_file(&path).unwrap();
    }
}
