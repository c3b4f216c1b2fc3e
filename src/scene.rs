//! World → picture: what there is to see, where it stands, and how it is drawn, in cells and roles. No colours, no
//! terminal, no memory: the same world, moment and size give the same picture, so it works paused, slowed and backwards.
//!
//! [`facts`] reads the world once, [`plan`] gives every thing its place, [`paint`] draws. Places are known before
//! anything is drawn; a mouse is answered from the same plan.

pub mod canvas;
pub mod cause;
pub mod clock;
pub mod facts;
pub mod paint;
pub mod plan;
pub mod role;
pub mod target;
pub mod words;

pub use canvas::{Area, Border, Canvas, Ink};
pub use facts::{Recall, Stage};
pub use plan::Plan;
pub use role::{Ground, Role};
pub use target::{Focus, Target};
pub use words::{Sentence, sentence};
