//! The pure core: a cluster as a value that only acts and its own agenda can change. It cannot wait, cannot fail, cannot
//! look at a clock, and gives the same answer on every machine.
//!
//! Two truths by construction: the *record* ([`store`], what the API server knows) and the *machines* ([`machine`], what
//! really runs) touch only through [`kubelet`]: orders travel down to it, reports travel up, and a cut cable stops both.
//!
//! Controllers sit at a [`apiserver::Desk`]: they read the world and write through the API server, which refuses as the
//! real one does. Each write is a [`change::Change`] that names the change it answers.

pub mod act;
pub mod agenda;
pub mod apiserver;
pub mod chance;
pub mod change;
pub mod controllers;
pub mod disk;
pub mod images;
pub mod invariants;
pub mod kubelet;
pub mod latency;
pub mod machine;
pub mod network;
mod routes;
pub mod scheduler;
mod start;
mod step;
pub mod store;
#[cfg(test)]
mod tests;
pub mod transit;
pub mod world;

pub use act::{Act, DeleteOptions, Propagation, Request};
pub use change::{Actor, Change, ChangeId, Controller, Physical, What};
pub use world::{Options, World};
