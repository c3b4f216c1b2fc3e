//! Scenarios: YAML documents with a world, captions, command lines, conditions, predictions and expectations; the cursor
//! that plays them, the checks, and the catalogue. A scenario that can be read can be played without a screen, and every
//! one in the catalogue is by `podyard test`.

pub mod catalogue;
pub mod check;
pub mod document;
pub mod fields;
pub mod lint;
pub mod page;
pub mod perform;
pub mod player;
pub mod question;
pub mod record;
pub mod rehearse;
pub mod script;
pub mod seek;

pub use check::Check;
pub use document::{Scenario, Step, What};
pub use page::Page;
pub use player::{Beat, Player, Stage};
pub use question::{Reply, Verdict};
