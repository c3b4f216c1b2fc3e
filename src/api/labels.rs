//! Selectors: which labels an object must carry.

use super::meta::{Labels, Name};
use serde::{Deserialize, Serialize};

/// metav1.LabelSelector, and what `-l` reads.
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Selector {
    /// Pairs that must all be set.
    #[serde(skip_serializing_if = "Labels::is_empty")]
    pub match_labels: Labels,
    /// Requirements that must all hold.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub match_expressions: Vec<Requirement>,
}

/// One requirement of a selector.
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Requirement {
    /// Which label.
    pub key: Name,
    /// How it is compared.
    pub operator: Operator,
    /// With what.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub values: Vec<Name>,
}

/// How a requirement compares.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum Operator {
    /// Set to one of the values.
    #[default]
    In,
    /// Absent, or set to none of the values.
    NotIn,
    /// Set to anything.
    Exists,
    /// Not set.
    DoesNotExist,
}

impl Requirement {
    /// True where the labels meet it.
    pub fn matches(&self, labels: &Labels) -> bool {
        let value = labels.get(&self.key);
        match self.operator {
            Operator::In => value.is_some_and(|v| self.values.contains(v)),
            Operator::NotIn => value.is_none_or(|v| !self.values.contains(v)),
            Operator::Exists => value.is_some(),
            Operator::DoesNotExist => value.is_none(),
        }
    }
}

impl Selector {
    /// The selector of equal pairs.
    pub fn of(labels: Labels) -> Selector {
        Selector { match_labels: labels, match_expressions: Vec::new() }
    }
    /// True where nothing is required: it matches everything.
    pub fn is_empty(&self) -> bool {
        self.match_labels.is_empty() && self.match_expressions.is_empty()
    }
    /// True where the labels meet every requirement.
    pub fn matches(&self, labels: &Labels) -> bool {
        labels.contains_all(&self.match_labels) && self.match_expressions.iter().all(|r| r.matches(labels))
    }
}
