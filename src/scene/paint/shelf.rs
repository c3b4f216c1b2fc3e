//! The shelf of the record: services, and volumes and claims that belong to no pod's row.

use super::Painting;
use crate::scene::canvas::{Canvas, Ink};
use crate::scene::facts::Spare;
use crate::scene::plan::shelf::texts;
use crate::scene::role::Role;
use crate::scene::target::Target;

/// Draws what stands on the shelf.
pub fn draw(painting: &Painting, canvas: &mut Canvas) {
    let shelf = &painting.plan.shelf;
    for ((area, target), (text, _)) in shelf.spots.iter().zip(texts(painting.stage)) {
        let mut words = text.splitn(3, ' ');
        let (glyph, name, rest) = (words.next().unwrap_or_default(), words.next().unwrap_or_default(), words.next().unwrap_or_default());
        let (own, said) = roles(painting, target);
        let gap = painting.ink(Role::Text, target);
        let parts = [
            (glyph, painting.ink(own, target)),
            (" ", gap),
            (name, painting.ink(own, target).bold()),
            (" ", gap),
            (rest, painting.ink(said, target)),
        ];
        canvas.parts(*area, &parts);
    }
    stream(painting, canvas);
    if shelf.more > 0 {
        canvas.text_right(shelf.area, &format!("+{} ", shelf.more), Role::Faint);
    }
}

/// Where traffic lands; with the name of where it is sent to where it does not stand beside that.
fn stream(painting: &Painting, canvas: &mut Canvas) {
    let (area, target) = (painting.plan.shelf.stream, painting.stage.stream.as_ref().and_then(|stream| stream.aim.as_ref()));
    let Some(stream) = painting.stage.stream.as_ref().filter(|_| !area.is_empty()) else { return };
    let beside = painting.plan.shelf.spots.iter().any(|(spot, at)| Some(at) == target && spot.covers(area));
    let line = stream.line(!beside, usize::MAX);
    let parts: Vec<(&str, Ink)> = line.iter().zip(STREAM).map(|(text, role)| (text.as_str(), role.bold())).collect();
    canvas.parts(area, &parts);
}

/// The colours of the parts of a line about traffic.
pub const STREAM: [Role; 4] = [Role::Travel, Role::Text, Role::Travel, Role::Bad];

fn roles(painting: &Painting, target: &Target) -> (Role, Role) {
    if let Target::Service(key) = target {
        let answered = painting.stage.offers.iter().any(|offer| offer.key == *key && !offer.ready.is_empty());
        return (Role::Travel, if answered { Role::Faint } else { Role::Bad });
    }
    let free = painting.stage.spares.iter().any(|spare: &Spare| spare.target == *target && spare.free);
    (Role::Disk, if free { Role::Faint } else { Role::Waiting })
}
