//! Errors in a text.
