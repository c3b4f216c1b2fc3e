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
    fn cmp(&self, other: &Key) -> Ordering {
        by_allocation(&self.namespace, &other.namespace).then_with(|| by_allocation(&self.name, &other.name))
    }
}

/// Most texts that meet here are copies of one, which then need no comparing.
fn by_allocation(a: &Name, b: &Name) -> Ordering {
    if Arc::ptr_eq(a, b) { Ordering::Equal } else { a.cmp(b) }
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
