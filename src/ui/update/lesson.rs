//! What keys mean while a scenario is played.

use crate::scenario::question::Wants;
use crate::ui::actions::Action;
use crate::ui::keys::Key;
use crate::ui::model::{Model, Pane};
use crate::ui::panes::caption::caption;
use crate::ui::panes::window::{Window, window};
use crate::ui::sight::Script;
use crate::ui::{Effect, Screen, Sight};

/// What a key writes of an answer, before it is asked what it does; `None` where no answer is written.
pub fn writing(key: Key, script: &Script) -> Option<Effect> {
    let asked = script.page.question.as_ref().filter(|_| script.page.asks() && !script.back && !script.aside)?;
    let (wants, chosen) = (asked.asking.wants, !asked.asking.choices.is_empty());
    match key {
        Key::Char('0') if script.class && asked.asking.by_hands() => Some(Effect::Hide),
        Key::Named("backspace") => Some(Effect::Erase),
        Key::Char(digit @ '0'..='9') if wants == Wants::Number => Some(Effect::Write(digit)),
        Key::Char('-') if wants == Wants::Number && asked.written.is_empty() => Some(Effect::Write('-')),
        Key::Char(letter) if wants == Wants::Name && writes(letter, chosen) => Some(Effect::Write(letter)),
        Key::Char(letter) if wants == Wants::Order && !chosen && writes(letter, false) => Some(Effect::Write(letter)),
        Key::Char(' ') if wants == Wants::Order && !chosen => Some(Effect::Write(' ')),
        _ => None,
    }
}

/// Letters of names; where digits choose, a digit is no letter unless something is being written.
fn writes(letter: char, chosen: bool) -> bool {
    letter == '-' || letter.is_ascii_lowercase() || (letter.is_ascii_digit() && !chosen)
}

/// What an action is to the scenario; `None` where it is what it always is. A page is read to its end before the next.
pub fn effect(model: &Model, action: Action, key: Key, script: &Script, screen: &Screen, sight: &Sight) -> Option<Effect> {
    // What is large is shown whole: a clicker's key always goes on.
    let large = caption(model, sight, screen).is_some();
    let seen = if large { Window::default() } else { window(model, sight, screen).unwrap_or_default() };
    let reads_output = matches!(model.pane, Pane::Output(_));
    let page = script.page;
    match action {
        Action::Step if (reads_output || seen.below() > 0) && key == Key::Named("pagedown") => None,
        Action::ScrollUp if reads_output || seen.first > 0 => None,
        Action::Step => Some(Effect::Advance),
        Action::Why if key == Key::Named("enter") => Some(Effect::Advance),
        Action::Back | Action::ScrollUp => Some(Effect::Retreat),
        Action::Next if page.waits() && !script.back => Some(Effect::Skip),
        Action::Next if page.shows() && !script.aside => Some(Effect::Replay),
        Action::Hint => Some(Effect::Hint),
        Action::Chapter => Some(Effect::Chapter(true)),
        Action::Unchapter => Some(Effect::Chapter(false)),
        Action::Resume => Some(Effect::Resume),
        Action::Answer if page.asks() && !script.back => match key {
            Key::Char(digit) => digit.to_digit(10).and_then(|digit| Some(Effect::Answer((digit as usize).checked_sub(1)?))),
            Key::Ctrl(_) | Key::Named(_) => None,
        },
        _ => None,
    }
}
