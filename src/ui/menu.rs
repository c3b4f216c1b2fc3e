//! The menu of the selected thing: what can be done with it, and what belongs to it.

use super::actions::Action;
use crate::scene::Target;

/// A row of the menu.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Item {
    /// Something to be done, with the line that it stands for or what it shows.
    Do(Action, String),
    /// Something to be selected, with what it is to what is selected now.
    Go(&'static str, Target),
}

/// The menu as it is open.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Menu {
    /// Its rows.
    pub items: Vec<Item>,
    /// The chosen one.
    pub chosen: usize,
}

impl Menu {
    /// Goes so many rows down; up where negative; not over an end.
    pub fn go(&mut self, rows: isize) {
        self.chosen = self.chosen.saturating_add_signed(rows).min(self.items.len().saturating_sub(1));
    }
}
