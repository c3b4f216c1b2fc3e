//! The menu of the selected thing, laid beside it.

use crate::scene::canvas::width;
use crate::scene::{Area, Border, Canvas, Ground, Ink, Role, Target};
use crate::ui::menu::Item;
use crate::ui::{Model, Screen};

/// Columns of a key or of what a thing is.
const LEFT: u16 = 9;

/// Where the menu stands: under the selected thing where there is room, else as near to it as that goes.
pub fn area(model: &Model, screen: &Screen) -> Area {
    let Some(regions) = screen.regions else { return Area::default() };
    let room = Area::new(0, regions.stage.y, regions.title.w, regions.command.y.saturating_sub(regions.stage.y));
    let widest = model.menu.items.iter().map(|item| width(&text(item))).max().unwrap_or(0);
    let (w, h) = ((widest + LEFT + 5).min(room.w), (model.menu.items.len() as u16 + 2).min(room.h));
    let of = model.selected.as_ref().and_then(|target| screen.plan.place(target));
    let (x, y) = of.map_or((room.x + 2, room.y + 1), |of| (of.x + 2, of.bottom()));
    Area::new(x.min(room.right() - w), y.min(room.bottom() - h), w, h)
}

/// The first row that is shown, so that the chosen one is.
pub fn first(model: &Model, inner: Area) -> usize {
    (model.menu.chosen + 1).saturating_sub(usize::from(inner.h)).min(model.menu.items.len())
}

fn text(item: &Item) -> String {
    match item {
        Item::Do(_, words) => words.clone(),
        Item::Go(_, target) => name(target),
    }
}

/// How a thing is called.
fn name(target: &Target) -> String {
    match target {
        Target::Process(node, _) => format!("on {node}"),
        Target::Set(_, key) | Target::Pod(key) | Target::Claim(key) | Target::Service(key) => key.name.to_string(),
        Target::Volume(name) | Target::Node(name) => name.to_string(),
    }
}

/// Draws the menu.
pub fn draw(canvas: &mut Canvas, model: &Model, screen: &Screen) {
    let area = area(model, screen);
    canvas.clear(area, Ground::Over);
    canvas.frame(area, Border::Plain, Role::Key);
    let title = model.selected.as_ref().map_or_else(|| "the whole".to_owned(), name);
    canvas.text(area.x + 2, area.y, area.w.saturating_sub(4), &format!(" {title} "), Role::Key.bold());
    let inner = area.inset(1, 1);
    let first = first(model, inner);
    for (i, item) in (0..inner.h).zip(&model.menu.items[first..]) {
        let row = inner.row(i);
        if first + usize::from(i) == model.menu.chosen {
            canvas.ground(row, Ground::Selected);
        }
        let (left, ink): (String, Ink) = match item {
            Item::Do(action, _) => (super::hints::shown(&model.keys, *action), Role::Key.bold()),
            Item::Go(relation, _) => (format!("→ {relation}"), Role::Faint.into()),
        };
        canvas.text(row.x + 1, row.y, LEFT, &left, ink);
        let role = if matches!(item, Item::Do(..)) { Role::Code } else { Role::Text };
        canvas.text(row.x + 1 + LEFT + 1, row.y, row.w.saturating_sub(LEFT + 3), &text(item), role);
    }
}
