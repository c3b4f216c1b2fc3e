//! Manifests as text: reading them with kubectl's complaints, printing them as `kubectl -o yaml` does.
//!
//! The only place that knows the YAML crate. kubectl reads YAML 1.1 (`yes` is a boolean, `0644` an octal number) and
//! turns it into JSON before it looks at any type, and so do we: what leaves here is a [`serde_json::Value`].

mod mistake;
mod print;
mod read;
mod scalar;

pub use print::print;
pub use read::{Document, MAX_ALIASED_EVENTS, MAX_BYTES, MAX_DEPTH, MAX_DOCUMENTS, MAX_NODES, documents};
