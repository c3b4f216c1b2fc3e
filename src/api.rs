//! The Kubernetes nouns.

pub mod gate;
pub mod yaml;
