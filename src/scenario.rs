//! Scenarios: YAML documents with a world, captions, command lines, conditions, predictions and expectations; the cursor
//! that plays them, the checks, and the catalogue. A scenario that can be read can be played without a screen, and every
//! one in the catalogue is by `podyard test`.

pub mod perform;
pub mod script;
