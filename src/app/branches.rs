//! Histories kept by name: to come back to, and to compare with the one that goes on.

use crate::engine::{Engine, Lesson};
use crate::timeline::compare::{Outcome, outcome, parting};
use crate::ui::model::Comparison;

/// The name of the history with which one begins.
const FIRST: &str = "main";

/// An engine at some moment, and the scenario that is played on it.
#[derive(Debug)]
pub struct Kept {
    name: String,
    /// The engine, with all of its history.
    pub engine: Engine,
    /// The scenario.
    pub lesson: Option<Lesson>,
}

/// Histories that were kept, the one that was left last at the end.
#[derive(Debug)]
pub struct Branches {
    /// What the history that goes on is called.
    pub here: String,
    kept: Vec<Kept>,
}

impl Default for Branches {
    fn default() -> Branches {
        Branches { here: FIRST.to_owned(), kept: Vec::new() }
    }
}

impl Branches {
    /// Keeps a history under a name, which a blank one gets; what had that name is forgotten. Answers the name.
    pub fn keep(&mut self, name: &str, engine: Engine, lesson: Option<Lesson>) -> String {
        let free = || (1..).map(|n| format!("kept-{n}")).find(|name| self.kept.iter().all(|kept| kept.name != *name));
        let name = if name.is_empty() { free().unwrap_or_default() } else { name.to_owned() };
        self.kept.retain(|kept| kept.name != name);
        self.kept.push(Kept { name: name.clone(), engine, lesson });
        name
    }
    /// Takes out the history of that name, or the one that was left last; the one that goes on is then called so.
    pub fn take(&mut self, name: &str) -> Option<Kept> {
        let index = self.find(name)?;
        let kept = self.kept.remove(index);
        self.here.clone_from(&kept.name);
        Some(kept)
    }
    /// The one that goes on beside the history of that name, or the one that was left last.
    pub fn compare(&self, name: &str, engine: &Engine) -> Option<Comparison> {
        let other = &self.kept[self.find(name)?];
        let at = parting(engine.timeline().track(), other.engine.timeline().track());
        let came = |engine: &Engine| -> Outcome { outcome(engine.timeline().track().live(), at) };
        Some(Comparison { at, sides: [(other.name.clone(), came(&other.engine)), (self.here.clone(), came(engine))] })
    }
    /// What is kept, in words.
    pub fn names(&self) -> String {
        let names: Vec<&str> = self.kept.iter().map(|kept| kept.name.as_str()).collect();
        if names.is_empty() { "nothing is kept yet".to_owned() } else { format!("kept: {}", names.join(", ")) }
    }
    fn find(&self, name: &str) -> Option<usize> {
        if name.is_empty() { self.kept.len().checked_sub(1) } else { self.kept.iter().position(|kept| kept.name == name) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::Span;
    use crate::engine::sandbox;

    #[test]
    fn what_was_kept_is_compared_with_what_was_done_instead() {
        let mut branches = Branches::default();
        let mut engine = Engine::new(sandbox(1));
        engine.run_until(engine.head() + Span::secs(20));
        assert_eq!(branches.keep("waited", engine.clone(), None), "waited");
        let parted = engine.head();
        engine.submit("kubectl delete po kubia-0 --force --grace-period=0", None);
        engine.run_until(parted + Span::secs(30));
        let comparison = branches.compare("", &engine).unwrap();
        let [(kept, waited), (here, forced)] = &comparison.sides;
        assert_eq!((comparison.at, kept.as_str(), here.as_str(), waited.until), (parted, "waited", "main", parted));
        assert!(forced.recovered.is_some_and(|span| span > Span(0)), "it was short, and is whole again: {forced:?}");
        assert!(branches.take("nobody").is_none());
        assert!(branches.take("").is_some_and(|kept| kept.engine.head() == parted) && branches.here == "waited");
        assert_eq!(branches.keep("", engine, None), "kept-1");
    }
}
