//! Typing letters to look for: what does not have them steps back as one types.

use super::prompt::input;
use crate::ui::Effect;
use crate::ui::keys::Key;
use crate::ui::model::{Mode, Model, prompt};

/// What a key does while letters are typed; Esc looks for nothing again.
pub fn key(model: &mut Model, key: Key) -> Vec<Effect> {
    match key {
        Key::Named("esc") | Key::Ctrl('c') => {
            close(model);
            model.filter.clear();
        }
        Key::Named("enter") => close(model),
        other => {
            model.prompt.input(input(other));
            model.filter = model.typed().trim().to_owned();
        }
    }
    Vec::new()
}

/// Begins with what was looked for last.
pub fn open(model: &mut Model) {
    model.mode = Mode::Filter;
    model.prompt = prompt(&model.filter);
}

fn close(model: &mut Model) {
    model.mode = Mode::Normal;
    model.prompt = prompt("");
}
