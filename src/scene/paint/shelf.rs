//! The shelf of the record: services, and volumes and claims that belong to no pod's row.

use super::Painting;
use crate::scene::canvas::Canvas;
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
    if shelf.more > 0 {
        canvas.text_right(shelf.area, &format!("+{} ", shelf.more), Role::Faint);
    }
}

fn roles(painting: &Painting, target: &Target) -> (Role, Role) {
    if let Target::Service(key) = target {
        let answered = painting.stage.offers.iter().any(|offer| offer.key == *key && !offer.ready.is_empty());
        return (Role::Travel, if answered { Role::Faint } else { Role::Bad });
    }
    let free = painting.stage.spares.iter().any(|spare: &Spare| spare.target == *target && spare.free);
    (Role::Disk, if free { Role::Faint } else { Role::Waiting })
}
