//! The menu of the selected thing: opening it and choosing from it.

use super::{acts, normal, show};
use crate::api::Kind;
use crate::scene::{Focus, Target};
use crate::ui::actions::{ACTIONS, Action};
use crate::ui::keys::Key;
use crate::ui::menu::{Item, Menu};
use crate::ui::model::{Mode, Model, Pane};
use crate::ui::panes::menu;
use crate::ui::{Effect, Screen, Sight};

/// The most things to go to.
const MOST: usize = 8;

/// What is offered, in this order.
const OFFERED: [Action; 15] = [
    Action::Why,
    Action::ScaleUp,
    Action::ScaleDown,
    Action::Delete,
    Action::Force,
    Action::Fail,
    Action::Cable,
    Action::Power,
    Action::Request,
    Action::Traffic,
    Action::Logs,
    Action::Files,
    Action::Describe,
    Action::Yaml,
    Action::Edit,
];

/// True where an action makes sense for the selected thing; for the whole where nothing is selected.
fn suits(action: Action, selected: Option<&Target>) -> bool {
    let pod = matches!(selected, Some(Target::Pod(_) | Target::Process(..)));
    let set = matches!(selected, None | Some(Target::Set(..)));
    match action {
        Action::Why => true,
        Action::ScaleUp | Action::ScaleDown => set && selected.is_none_or(|set| !matches!(set, Target::Set(Kind::Pod, _))),
        Action::Force => pod,
        Action::Cable | Action::Power => pod || matches!(selected, None | Some(Target::Node(_))),
        Action::Fail | Action::Logs => pod,
        Action::Request | Action::Traffic => pod || matches!(selected, Some(Target::Service(_))),
        Action::Files => pod || matches!(selected, Some(Target::Claim(_) | Target::Volume(_))),
        Action::Describe | Action::Yaml | Action::Edit => selected.is_some(),
        _ => true,
    }
}

/// Opens the menu.
pub fn open(model: &mut Model, sight: &Sight, screen: &Screen) {
    let done = OFFERED.into_iter().filter(|action| suits(*action, model.selected.as_ref()));
    let mut items: Vec<Item> = done.filter_map(|action| Some(Item::Do(action, words(action, model, sight, screen)?))).collect();
    let selected = model.selected.as_ref();
    let near = Focus::on(&screen.stage, model.selected.clone()).belonging().into_iter().filter(|target| Some(target) != selected);
    items.extend(near.take(MOST).map(|target| Item::Go(relation(&target), target)));
    model.menu = Menu { items, chosen: 0 };
    model.mode = Mode::Menu;
}

/// The line that an action stands for, or its sentence; `None` where it cannot be done.
fn words(action: Action, model: &Model, sight: &Sight, screen: &Screen) -> Option<String> {
    if matches!(action, Action::Why | Action::Edit) {
        return ACTIONS.iter().find(|row| row.action == action).map(|row| row.sentence.to_owned());
    }
    let lines = acts::lines(action, model, sight, screen).ok()?;
    let own = acts::selected_pod(model, screen);
    let about = |line: &&String| own.as_ref().is_some_and(|pod| line.contains(&*pod.name));
    let line = lines.iter().find(about).or(lines.first())?;
    Some(if lines.len() > 1 { format!("{line}, and the twin's") } else { line.clone() })
}

/// What a thing is to what is selected.
fn relation(target: &Target) -> &'static str {
    match target {
        Target::Set(..) => "owner",
        Target::Pod(_) => "pod",
        Target::Claim(_) => "claim",
        Target::Volume(_) => "volume",
        Target::Node(_) => "node",
        Target::Service(_) => "service",
        Target::Process(..) => "process",
    }
}

/// What a key does while the menu is open: it moves, chooses, or does what it would do anyway.
pub fn key(model: &mut Model, key: Key, sight: &Sight, screen: &Screen) -> Vec<Effect> {
    match model.keys.action(key) {
        _ if key == Key::Named("enter") => return choose(model, sight, screen),
        Some(Action::Down) => model.menu.go(1),
        Some(Action::Up) => model.menu.go(-1),
        Some(Action::Clear | Action::Menu) | None => model.mode = Mode::Normal,
        Some(_) => {
            model.mode = Mode::Normal;
            return normal(model, key, sight, screen);
        }
    }
    Vec::new()
}

/// Does what the mouse points at; elsewhere it closes the menu.
pub fn click(model: &mut Model, sight: &Sight, screen: &Screen, x: u16, y: u16) -> Vec<Effect> {
    let area = menu::area(model, screen).inset(1, 1);
    if !area.holds(x, y) {
        model.mode = Mode::Normal;
        return Vec::new();
    }
    model.menu.chosen = menu::first(model, area) + usize::from(y - area.y);
    choose(model, sight, screen)
}

fn choose(model: &mut Model, sight: &Sight, screen: &Screen) -> Vec<Effect> {
    model.mode = Mode::Normal;
    match model.menu.items.get(model.menu.chosen).cloned() {
        Some(Item::Do(action, _)) => {
            // In a scenario the first key of some actions means something else.
            let key = model.keys.keys(action).last().copied();
            key.map(|key| normal(model, key, sight, screen)).unwrap_or_default()
        }
        Some(Item::Go(_, target)) => {
            model.half = model.half.showing(&target);
            model.selected = Some(target);
            show(model, Pane::Why);
            Vec::new()
        }
        None => Vec::new(),
    }
}
