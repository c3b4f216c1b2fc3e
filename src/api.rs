//! The Kubernetes nouns.

pub mod gate;
pub mod jsonpath;
pub mod patch;
pub mod table;
pub mod yaml;
