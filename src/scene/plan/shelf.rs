//! Places on the shelf: services from the left, spare volumes and claims after them, as many as fit. Beside the service to
//! which traffic is sent stands where it lands; of other traffic that stands at the right end.

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
    /// Where it is told where traffic lands; empty where that does not fit.
    pub stream: Area,
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
    let Some(stream) = &stage.stream else { return row(&texts, area, None) };
    let needed = |named| stream.line(named, usize::MAX).iter().map(|part| width(part)).sum::<u16>();
    let beside = texts.iter().position(|(_, target)| stream.aim.as_ref() == Some(target));
    if let Some(place) = beside {
        let shelf = row(&texts, area, Some((place, needed(false))));
        if !shelf.stream.is_empty() {
            return shelf;
        }
    }
    let shelf = row(&texts, area, None);
    let end = shelf.spots.last().map_or(area.x, |(spot, _)| spot.right());
    // Where something is not shown, how much stands at the right end.
    let own = needed(true);
    if beside.is_none() && shelf.more == 0 && end + own + 4 <= area.right() {
        return Shelf { stream: Area::new(area.right() - own - 1, area.y, own, 1), ..shelf };
    }
    shelf
}

/// The things in a row, with so many columns kept free behind one of them.
fn row(texts: &[(String, Target)], area: Area, beside: Option<(usize, u16)>) -> Shelf {
    let (mut spots, mut x, mut stream) = (Vec::new(), area.x + 1, Area::default());
    for (i, (text, target)) in texts.iter().enumerate() {
        let extra = beside.filter(|(place, _)| *place == i).map(|(_, needed)| needed + 1);
        let w = width(text) + extra.unwrap_or(0);
        let last = i + 1 == texts.len();
        if x + w + if last { 0 } else { 5 } > area.right() {
            break;
        }
        spots.push((Area::new(x, area.y, w, 1), target.clone()));
        stream = extra.map_or(stream, |extra| Area::new(x + w - extra + 1, area.y, extra - 1, 1));
        x += w + 3;
    }
    Shelf { area, more: texts.len() - spots.len(), spots, stream }
}
