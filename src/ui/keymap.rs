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
    /// The same for a room: what a clicker sends to blank the screen does so, unless somebody wants that key for something
    /// of their own.
    pub fn for_a_room(mut self) -> Keymap {
        let sent = Key::Char('b');
        if self.action(sent) == Some(Action::Bookmark) && self.keys(Action::Bookmark).len() > 1 {
            let keys = std::iter::once(sent).chain(self.keys(Action::Blank).iter().copied()).collect();
            self.bind(Action::Blank, keys);
        }
        self
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

    #[test]
    fn in_a_room_a_clicker_blanks_the_screen_and_moments_are_kept_all_the_same() {
        let map = Keymap::default().for_a_room();
        assert_eq!((map.shown(Action::Blank), map.shown(Action::Bookmark), map.orphan()), ("b".into(), "m".into(), None));
        let mut own = Keymap::default();
        own.bind(Action::Bookmark, vec![Key::Char('b')]);
        assert_eq!(own.for_a_room().action(Key::Char('b')), Some(Action::Bookmark), "somebody wants it so");
    }
}
