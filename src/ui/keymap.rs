//! Which key does what: the table's keys, and those that a settings file gives instead.

use super::actions::{ACTIONS, Action};
use super::keys::Key;
use std::collections::BTreeMap;

/// Keys by action and actions by key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Keymap {
    actions: BTreeMap<Key, Action>,
    keys: BTreeMap<Action, Vec<Key>>,
}

impl Default for Keymap {
    fn default() -> Keymap {
        let named = |names: &[&str]| names.iter().filter_map(|name| Key::named(name)).collect::<Vec<Key>>();
        let mut map = Keymap { actions: BTreeMap::new(), keys: BTreeMap::new() };
        for row in ACTIONS {
            map.bind(row.action, named(row.keys));
        }
        map
    }
}

impl Keymap {
    /// What a key does; `None` where it does nothing.
    pub fn action(&self, key: Key) -> Option<Action> {
        self.actions.get(&key).copied()
    }
    /// The keys of an action, the shown one first.
    pub fn keys(&self, action: Action) -> &[Key] {
        self.keys.get(&action).map_or(&[], |keys| keys)
    }
    /// The key that stands for an action in hints; blank where it has none.
    pub fn shown(&self, action: Action) -> String {
        self.keys(action).first().map(Key::to_string).unwrap_or_default()
    }
    /// Gives an action these keys and no others; whoever had them before loses them.
    pub fn bind(&mut self, action: Action, keys: Vec<Key>) {
        self.actions.retain(|_, other| *other != action);
        for key in &keys {
            if let Some(loser) = self.actions.insert(*key, action) {
                self.keys.entry(loser).or_default().retain(|other| other != key);
            }
        }
        self.keys.insert(action, keys);
    }
    /// The first action that no key does any more.
    pub fn orphan(&self) -> Option<Action> {
        self.keys.iter().find(|(_, keys)| keys.is_empty()).map(|(action, _)| *action)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_that_is_given_away_is_lost() {
        let mut map = Keymap::default();
        assert_eq!((map.action(Key::Char('X')), map.orphan()), (Some(Action::Force), None));
        map.bind(Action::Logs, vec![Key::Char('L'), Key::Char('x')]);
        assert_eq!((map.action(Key::Char('l')), map.action(Key::Char('L'))), (None, Some(Action::Logs)));
        assert_eq!(map.keys(Action::Right), [Key::Named("right")]);
        assert_eq!(map.orphan(), Some(Action::Delete));
    }
}
