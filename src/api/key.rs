//! Names, and the keys under which objects are stored.

use serde::{Deserialize, Serialize};
use std::cmp::Ordering;
use std::fmt;
use std::sync::Arc;

/// A name, label, image or other short text; copies share one allocation.
pub type Name = Arc<str>;

/// Namespace and name; ordered as etcd orders keys. Cluster-scoped objects have an empty namespace.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Default, Serialize, Deserialize)]
pub struct Key {
    /// The namespace, empty for cluster-scoped kinds.
    pub namespace: Name,
    /// The name within it.
    pub name: Name,
}

impl Key {
    /// The key of a namespaced object.
    pub fn new(namespace: impl Into<Name>, name: impl Into<Name>) -> Key {
        Key { namespace: namespace.into(), name: name.into() }
    }
    /// The key of a cluster-scoped object.
    pub fn cluster(name: impl Into<Name>) -> Key {
        Key { namespace: Name::default(), name: name.into() }
    }
}

impl Ord for Key {
    /// Most keys that meet share their namespace's allocation, which then needs no comparing.
    fn cmp(&self, other: &Key) -> Ordering {
        let namespace = if Arc::ptr_eq(&self.namespace, &other.namespace) { Ordering::Equal } else { self.namespace.cmp(&other.namespace) };
        namespace.then_with(|| self.name.cmp(&other.name))
    }
}

impl PartialOrd for Key {
    fn partial_cmp(&self, other: &Key) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        if self.namespace.is_empty() { f.write_str(&self.name) } else { write!(f, "{}/{}", self.namespace, self.name) }
    }
}
