//! Budgets in whole worlds.
