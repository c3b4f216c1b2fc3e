//! The list of scenarios: what stands in it, what is looked for in it, and which row is chosen.

use crate::scenario::catalogue::{CATALOGUE, find};
use crate::scenario::fields::GROUPS;
use std::collections::BTreeMap;
use std::sync::LazyLock;

/// What can be played.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Its name in the catalogue; `None` for the sandbox.
    pub name: Option<&'static str>,
    /// The heading under which it stands.
    pub group: &'static str,
    /// A few words.
    pub title: String,
    /// What happens, in a sentence or two.
    pub summary: String,
}

/// Everything that can be played, in the order of the list: the sandbox, then group by group; read once, when first seen.
static ENTRIES: LazyLock<Vec<Entry>> = LazyLock::new(|| {
    let all: Vec<_> = CATALOGUE.iter().filter_map(|(name, _)| Some((*name, find(name)?.ok()?))).collect();
    let groups = GROUPS.iter().map(|(group, title)| (Some(*group), *title)).chain([(None, "others")]);
    let grouped = groups.flat_map(|(group, title)| {
        all.iter().filter(move |row| row.1.group == group).map(move |(name, scenario)| Entry {
            name: Some(name),
            group: title,
            title: scenario.title.trim_end().to_owned(),
            summary: scenario.summary.split_whitespace().collect::<Vec<_>>().join(" "),
        })
    });
    std::iter::once(sandbox()).chain(grouped).collect()
});

fn sandbox() -> Entry {
    let words = "Two sets on three nodes, and no script.";
    Entry { name: None, group: "without a script", title: "The sandbox".to_owned(), summary: words.to_owned() }
}

impl Entry {
    /// True where each of the words is somewhere in what is written of it.
    fn has(&self, words: &str) -> bool {
        let all = format!("{} {} {} {}", self.name.unwrap_or_default(), self.group, self.title, self.summary).to_lowercase();
        words.to_lowercase().split_whitespace().all(|word| all.contains(word))
    }
}

/// How far one was in a scenario.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Played {
    /// Left at this step, from 1.
    Begun(usize),
    /// To its end; so many predictions came true the best time, of so many.
    Through(usize, usize),
}

/// The list as it is open.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct List {
    /// Letters that an entry must have; blank for all entries.
    pub filter: String,
    /// The number of the chosen one among those that have them.
    pub chosen: usize,
    /// How far one was in those that were ever played, by name.
    pub played: BTreeMap<String, Played>,
}

impl List {
    /// The entries that have the letters.
    pub fn entries(&self) -> Vec<&'static Entry> {
        ENTRIES.iter().filter(|entry| entry.has(&self.filter)).collect()
    }
    /// The chosen entry; `None` where none has the letters.
    pub fn entry(&self) -> Option<&'static Entry> {
        self.entries().get(self.chosen).copied()
    }
    /// How far one was in an entry.
    pub fn played(&self, entry: &Entry) -> Option<Played> {
        self.played.get(entry.name?).copied()
    }
    /// Chooses so many rows further on, back where that is negative; stops at the ends.
    pub fn go(&mut self, rows: isize) {
        self.chosen = self.chosen.saturating_add_signed(rows).min(self.entries().len().saturating_sub(1));
    }
    /// Looks for other letters, from the top.
    pub fn look_for(&mut self, filter: String) {
        (self.filter, self.chosen) = (filter, 0);
    }
    /// Opens with all entries and the one that is played chosen.
    pub fn open(&mut self, title: &str) {
        self.filter.clear();
        self.chosen = ENTRIES.iter().position(|entry| entry.title == title).unwrap_or_default();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_scenario_is_in_the_list_and_groups_stand_together() {
        assert_eq!(ENTRIES.len(), CATALOGUE.len() + 1);
        let mut groups: Vec<&str> = ENTRIES.iter().map(|entry| entry.group).collect();
        groups.dedup();
        assert_eq!(groups, ["without a script", "identity", "storage", "node loss", "updates", "network", "incident nights"]);
    }

    #[test]
    fn words_are_looked_for_in_any_order_and_the_choice_stays_in_what_is_found() {
        let mut list = List { chosen: 40, ..List::default() };
        list.look_for("Cable node loss".to_owned());
        assert!(list.entries().iter().any(|entry| entry.name == Some("pull-the-cable")));
        assert!(list.entries().iter().all(|entry| entry.group == "node loss") && list.chosen == 0);
        list.go(100);
        assert_eq!(list.chosen, list.entries().len() - 1);
        list.look_for("no such words".to_owned());
        assert_eq!(list.entry(), None);
    }
}
