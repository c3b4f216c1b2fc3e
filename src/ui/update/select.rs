//! Moving the selection: over what is on the screen, by where it stands.

use crate::scene::{Area, Target};
use crate::ui::actions::Action;
use crate::ui::model::Pane;
use crate::ui::{Model, Screen};

/// Moves the selection as an action says.
pub fn go(model: &mut Model, action: Action, screen: &Screen) {
    let next = match action {
        Action::NextSpot => ring(model, screen, 1),
        Action::PrevSpot => ring(model, screen, -1),
        Action::Left => nearest(model, screen, -1, 0),
        Action::Right => nearest(model, screen, 1, 0),
        Action::Up => nearest(model, screen, 0, -1),
        Action::Down => nearest(model, screen, 0, 1),
        _ => None,
    };
    if let Some(target) = next {
        model.half = model.half.showing(&target);
        model.selected = Some(target);
        model.pane = Pane::Why;
        model.scroll = 0;
    }
}

/// The next set or node, round and round.
fn ring(model: &Model, screen: &Screen, by: isize) -> Option<Target> {
    let deployments = screen.stage.deployments.iter().map(|d| d.target.clone());
    let sets = screen.stage.sets.iter().map(|s| s.target.clone());
    let nodes = screen.stage.hosts.iter().map(|h| Target::Node(h.name.clone()));
    let stops: Vec<Target> = deployments.chain(sets).chain(nodes).collect();
    let of_set = |t: &Target| screen.stage.set_of(t).map(|s| s.target.clone());
    let mine = model.selected.as_ref().and_then(|t| if stops.contains(t) { Some(t.clone()) } else { of_set(t) });
    let here = mine.and_then(|t| stops.iter().position(|stop| *stop == t));
    let count = stops.len() as isize;
    let next = match here {
        Some(i) => (i as isize + by).rem_euclid(count.max(1)),
        None if by > 0 => 0,
        None => count - 1,
    };
    stops.get(next as usize).cloned()
}

/// The nearest thing in a direction; what lies straight ahead counts as nearer than what lies aside.
fn nearest(model: &Model, screen: &Screen, dx: i32, dy: i32) -> Option<Target> {
    let Some(from) = model.selected.as_ref().and_then(|t| screen.plan.place(t)) else { return ring(model, screen, 1) };
    let ahead = screen.plan.spots().filter(|(_, t)| Some(t) != model.selected.as_ref());
    let scored = ahead.filter_map(|(area, target)| Some((distance(from, *area, dx, dy)?, target)));
    scored.min_by_key(|(score, _)| *score).map(|(_, target)| target.clone())
}

/// How far a place is in a direction; `None` where it is not ahead. A row counts as two columns.
fn distance(from: Area, to: Area, dx: i32, dy: i32) -> Option<i32> {
    let gap = |a: u16, a_end: u16, b: u16, b_end: u16| match () {
        () if i32::from(b) >= i32::from(a_end) => i32::from(b) - i32::from(a_end) + 1,
        () if i32::from(a) >= i32::from(b_end) => i32::from(b_end) - i32::from(a) - 1,
        () => 0,
    };
    let across = gap(from.x, from.right(), to.x, to.right());
    let down = gap(from.y, from.bottom(), to.y, to.bottom());
    let (ahead, aside) = if dx != 0 { (across * dx, down.abs() * 2) } else { (down * dy * 2, across.abs()) };
    let offset = (i32::from(from.x) - i32::from(to.x)).abs() / 8;
    (ahead > 0).then_some(ahead + aside * 3 + if dy != 0 { offset } else { 0 })
}
