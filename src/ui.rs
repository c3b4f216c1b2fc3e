//! The user interface: `update(model, message) → effects`, `view(model, sight) → picture`. Drawing changes nothing; what
//! a mouse hits is what was planned before drawing; every key is a row of one table.

pub mod actions;
pub mod editor;
pub mod fields;
pub mod keymap;
pub mod keys;
pub mod lead;
pub mod list;
pub mod menu;
pub mod message;
pub mod model;
pub mod palette;
pub mod panes;
pub mod regions;
pub mod screen;
pub mod sight;
pub mod talk;
pub mod theme;
pub mod update;
pub mod view;

pub use message::{Effect, Message};
pub use model::Model;
pub use screen::Screen;
pub use sight::Sight;
pub use theme::Theme;
pub use update::update;
pub use view::view;
