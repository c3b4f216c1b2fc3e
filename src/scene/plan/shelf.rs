//! Places on the shelf: services from the left, spare volumes and claims after them, as many as fit.

use crate::scene::canvas::{Area, width};
use crate::scene::facts::Stage;
use crate::scene::target::Target;

/// The places of the shelf.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Shelf {
    /// All of it; empty where there is none.
    pub area: Area,
    /// What can be pointed at, in the order of the stage's services and spares.
    pub spots: Vec<(Area, Target)>,
    /// How many things are not shown.
    pub more: usize,
}

/// What each thing says, in the order in which they stand.
pub fn texts(stage: &Stage) -> Vec<(String, Target)> {
    let offers = stage.offers.iter().map(|offer| {
        let kind = if offer.headless { " headless" } else { "" };
        (format!("⇉ {}{kind} {} ready", offer.key.name, offer.ready.len()), Target::Service(offer.key.clone()))
    });
    let spares = stage.spares.iter().map(|spare| {
        let glyph = if matches!(spare.target, Target::Claim(_)) { '◇' } else { '◈' };
        (format!("{glyph} {} {}", spare.name, spare.phase), spare.target.clone())
    });
    offers.chain(spares).collect()
}

/// The places in a row.
pub fn plan(stage: &Stage, area: Area) -> Shelf {
    let texts = texts(stage);
    if area.is_empty() || texts.is_empty() {
        return Shelf::default();
    }
    let (mut spots, mut x) = (Vec::new(), area.x + 1);
    for (i, (text, target)) in texts.iter().enumerate() {
        let last = i + 1 == texts.len();
        let end = x + width(text) + if last { 0 } else { 5 };
        if end > area.right() {
            break;
        }
        spots.push((Area::new(x, area.y, width(text), 1), target.clone()));
        x += width(text) + 3;
    }
    Shelf { area, more: texts.len() - spots.len(), spots }
}
