//! The Kubernetes nouns.
