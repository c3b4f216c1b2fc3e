//! `kubectl rollout`, as typed.
