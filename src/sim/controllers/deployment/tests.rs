//! Deployment rules in whole worlds.
