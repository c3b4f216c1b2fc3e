//! Names, and the keys under which objects are stored.

use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};

/// A name, label, image or other short text; a copy costs no allocation.
pub type Name = lean_string::LeanString;

/// Namespace and name; ordered as etcd orders keys. Cluster-scoped objects have an empty namespace.
#[derive(Clone, Default)]
pub struct Key {
    /// The namespace, empty for cluster-scoped kinds.
    pub namespace: Name,
    /// The name within it.
    pub name: Name,
    /// What stands for both where keys are compared, which is what a large world does most. Neither is ever changed.
    head: Head,
}

/// The first 8 bytes of the namespace and the first 16 of the name, as numbers that are ordered as the texts are.
type Head = (u64, u64, u64);

impl Key {
    /// The key of a namespaced object.
    pub fn new(namespace: impl Into<Name>, name: impl Into<Name>) -> Key {
        let (namespace, name) = (namespace.into(), name.into());
        let head = head(&namespace, &name);
        Key { namespace, name, head }
    }
    /// The key of a cluster-scoped object.
    pub fn cluster(name: impl Into<Name>) -> Key {
        Key::new(Name::default(), name)
    }
}

fn head(namespace: &Name, name: &Name) -> Head {
    let name = name.as_bytes();
    (number(namespace.as_bytes()), number(name), number(name.get(8..).unwrap_or_default()))
}

/// The first 8 bytes; those that are missing count as zero.
fn number(bytes: &[u8]) -> u64 {
    match bytes.first_chunk() {
        Some(first) => u64::from_be_bytes(*first),
        None => bytes.iter().enumerate().fold(0, |number, (place, byte)| number | u64::from(*byte) << (56 - 8 * place)),
    }
}

/// True where more of a text follows than its number stands for.
fn goes_on(number: u64) -> bool {
    number & 0xff != 0
}

impl Ord for Key {
    fn cmp(&self, other: &Key) -> Ordering {
        debug_assert_eq!(self.head, head(&self.namespace, &self.name), "a key is never changed");
        let ((namespace, first, second), (theirs, their_first, their_second)) = (self.head, other.head);
        if namespace != theirs {
            return namespace.cmp(&theirs);
        }
        if goes_on(namespace) && self.namespace != other.namespace {
            return self.namespace.cmp(&other.namespace);
        }
        if first != their_first {
            return first.cmp(&their_first);
        }
        if second != their_second {
            return second.cmp(&their_second);
        }
        self.name.cmp(&other.name)
    }
}

impl PartialOrd for Key {
    fn partial_cmp(&self, other: &Key) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Key {
    fn eq(&self, other: &Key) -> bool {
        self.head == other.head && self.name == other.name && self.namespace == other.namespace
    }
}

impl Eq for Key {}

impl Hash for Key {
    fn hash<H: Hasher>(&self, state: &mut H) {
        (&self.namespace, &self.name).hash(state);
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.debug_struct("Key").field("namespace", &self.namespace).field("name", &self.name).finish()
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        if self.namespace.is_empty() { f.write_str(&self.name) } else { write!(f, "{}/{}", self.namespace, self.name) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// etcd orders keys bytewise, and so do the pairs of texts that keys stand for.
    #[test]
    fn keys_are_ordered_as_their_texts_are() {
        let names = [
            "",
            "a",
            "a-",
            "kubia",
            "kubia-0",
            "kubia-1",
            "kubia-10",
            "kubia-2",
            "a.name.of.16.bytes",
            "a.name.of.16.byte",
            "a.name.of.16.bytf",
            "ä",
        ];
        let pairs: Vec<(&str, &str)> =
            ["", "default", "kube-node", "kube-node-lease", "kube-system"].iter().flat_map(|ns| names.map(|name| (*ns, name))).collect();
        for a in &pairs {
            for b in &pairs {
                let (left, right) = (Key::new(a.0, a.1), Key::new(b.0, b.1));
                assert_eq!(left.cmp(&right), a.cmp(b), "{a:?} beside {b:?}");
                assert_eq!(left == right, a == b, "{a:?} beside {b:?}");
            }
        }
    }
}
