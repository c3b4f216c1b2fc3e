//! The Kubernetes nouns.

pub mod yaml;
