//! What keys mean while a scenario is played.

use crate::ui::actions::Action;
use crate::ui::keys::Key;
use crate::ui::model::{Model, Pane};
use crate::ui::panes::caption::caption;
use crate::ui::panes::window::{Window, window};
use crate::ui::sight::Script;
use crate::ui::{Effect, Screen, Sight};

/// What an action is to the scenario; `None` where it is what it always is. A page is read to its end before the next.
pub fn effect(model: &Model, action: Action, key: Key, script: &Script, screen: &Screen, sight: &Sight) -> Option<Effect> {
    // What is large is shown whole: a clicker's key always goes on.
    let large = caption(model, sight, screen).is_some();
    let seen = if large { Window::default() } else { window(model, sight, screen).unwrap_or_default() };
    let reads_output = matches!(model.pane, Pane::Output(_));
    match action {
        Action::Step if (reads_output || seen.below() > 0) && key == Key::Named("pagedown") => None,
        Action::ScrollUp if reads_output || seen.first > 0 => None,
        Action::Step => Some(Effect::Advance),
        Action::Why if key == Key::Named("enter") => Some(Effect::Advance),
        Action::Back | Action::ScrollUp => Some(Effect::Retreat),
        Action::Next if script.page.waits() && !script.back => Some(Effect::Skip),
        Action::Answer if script.page.asks() && !script.back => match key {
            Key::Char(digit) => digit.to_digit(10).and_then(|digit| Some(Effect::Answer((digit as usize).checked_sub(1)?))),
            Key::Ctrl(_) | Key::Named(_) => None,
        },
        _ => None,
    }
}
