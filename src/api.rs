//! The Kubernetes nouns.

pub mod gate;
pub mod jsonpath;
pub mod table;
pub mod yaml;
