//! What every object carries: names, identity, labels, owners, finalizers, and whatever we give no meaning to.

pub use super::key::{Key, Name};
use super::time::Time;
use serde::ser::SerializeMap;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::{Map, Value};
use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

/// True for an absent text, which is not printed.
pub fn is_blank(name: &Name) -> bool {
    name.is_empty()
}

/// True for a number of zero or a flag that is off, which is not printed.
pub fn is_unset<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

/// A version 4 UUID, as its upper and its lower half; zero means not yet assigned. Two halves, because whatever holds one
/// number of 128 bits has to begin at a multiple of 16 bytes.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Uid(u64, u64);

impl Uid {
    /// The identity of that number.
    pub const fn new(number: u128) -> Uid {
        Uid((number >> 64) as u64, number as u64)
    }
    /// True before the API server has assigned one.
    pub fn is_nil(&self) -> bool {
        *self == Uid::default()
    }
}

impl fmt::Display for Uid {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str(&super::hex::uuid(self.0, self.1))
    }
}

impl fmt::Debug for Uid {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Serialize for Uid {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Uid {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Uid, D::Error> {
        let text = String::deserialize(deserializer)?;
        let hex: String = text.chars().filter(|c| *c != '-').collect();
        Ok(Uid::new(u128::from_str_radix(&hex, 16).unwrap_or_default()))
    }
}

/// Labels, annotations or a node selector, sorted by key; copies share one list.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Labels(Option<Arc<Vec<(Name, Name)>>>);

impl Labels {
    fn place(&self, key: &str) -> Result<usize, usize> {
        self.pairs().binary_search_by(|(known, _)| known.as_str().cmp(key))
    }
    fn pairs(&self) -> &[(Name, Name)] {
        self.0.as_deref().map_or(&[], Vec::as_slice)
    }
    /// The value of a key.
    pub fn get(&self, key: &str) -> Option<&Name> {
        self.place(key).ok().map(|place| &self.pairs()[place].1)
    }
    /// True where no key is set.
    pub fn is_empty(&self) -> bool {
        self.pairs().is_empty()
    }
    /// How many keys are set.
    pub fn len(&self) -> usize {
        self.pairs().len()
    }
    /// All pairs, sorted by key.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = (&Name, &Name)> {
        self.pairs().iter().map(|(key, value)| (key, value))
    }
    /// Sets a key.
    pub fn insert(&mut self, key: impl Into<Name>, value: impl Into<Name>) {
        let (key, value) = (key.into(), value.into());
        let place = self.place(&key);
        let pairs = Arc::make_mut(self.0.get_or_insert_default());
        match place {
            Ok(place) => pairs[place].1 = value,
            Err(place) => pairs.insert(place, (key, value)),
        }
    }
    /// Drops a key; true where it was set.
    pub fn remove(&mut self, key: &str) -> bool {
        let place = self.place(key);
        place.is_ok_and(|place| {
            Arc::make_mut(self.0.get_or_insert_default()).remove(place);
            true
        })
    }
    /// True where every pair of `wanted` is set here to the same value.
    pub fn contains_all(&self, wanted: &Labels) -> bool {
        wanted.iter().all(|(key, value)| self.get(key) == Some(value))
    }
}

impl<K: Into<Name>, V: Into<Name>> FromIterator<(K, V)> for Labels {
    fn from_iter<I: IntoIterator<Item = (K, V)>>(pairs: I) -> Labels {
        let map: BTreeMap<Name, Name> = pairs.into_iter().map(|(k, v)| (k.into(), v.into())).collect();
        Labels((!map.is_empty()).then(|| Arc::new(map.into_iter().collect())))
    }
}

impl fmt::Debug for Labels {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.debug_map().entries(self.iter()).finish()
    }
}

impl fmt::Display for Labels {
    /// `a=1,b=2`, as kubectl prints labels and selectors.
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        for (i, (key, value)) in self.iter().enumerate() {
            write!(f, "{}{key}={value}", if i > 0 { "," } else { "" })?;
        }
        Ok(())
    }
}

impl Serialize for Labels {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.iter())
    }
}

impl<'de> Deserialize<'de> for Labels {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Labels, D::Error> {
        let map = Option::<BTreeMap<Name, Name>>::deserialize(deserializer)?.unwrap_or_default();
        Ok(map.into_iter().collect())
    }
}

/// Fields that we give no meaning to: kept, and printed back untouched.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Rest(Option<Arc<Map<String, Value>>>);

impl Rest {
    /// A field's value.
    pub fn get(&self, field: &str) -> Option<&Value> {
        self.0.as_ref()?.get(field)
    }
    /// Sets a field where it is absent: how a default is filled in.
    pub fn fill(&mut self, field: &str, value: Value) {
        if self.get(field).is_none() {
            Arc::make_mut(self.0.get_or_insert_default()).insert(field.to_owned(), value);
        }
    }
    /// Drops a field.
    pub fn remove(&mut self, field: &str) {
        if self.get(field).is_some() {
            let map = Arc::make_mut(self.0.get_or_insert_default());
            map.remove(field);
            if map.is_empty() {
                self.0 = None;
            }
        }
    }
    /// True where every field has a meaning.
    pub fn is_empty(&self) -> bool {
        self.0.is_none()
    }
}

impl fmt::Debug for Rest {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.debug_map().entries(self.0.iter().flat_map(|m| m.iter())).finish()
    }
}

impl Serialize for Rest {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        for (field, value) in self.0.iter().flat_map(|m| m.iter()) {
            map.serialize_entry(field, value)?;
        }
        map.end()
    }
}

impl<'de> Deserialize<'de> for Rest {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Rest, D::Error> {
        let map = Map::deserialize(deserializer)?;
        Ok(Rest((!map.is_empty()).then(|| Arc::new(map))))
    }
}

/// etcd's revision at an object's last write; one counter for the whole cluster. Zero before the first write.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Debug)]
pub struct Revision(pub u64);

impl Serialize for Revision {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for Revision {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Revision, D::Error> {
        Ok(Revision(String::deserialize(deserializer)?.parse().unwrap_or_default()))
    }
}

/// metav1.ObjectMeta; managedFields are not kept.
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Meta {
    /// Unique within kind and namespace.
    #[serde(skip_serializing_if = "is_blank")]
    pub name: Name,
    /// Prefix from which the API server made the name.
    #[serde(skip_serializing_if = "is_blank")]
    pub generate_name: Name,
    /// Empty for cluster-scoped kinds.
    #[serde(skip_serializing_if = "is_blank")]
    pub namespace: Name,
    /// The identity that owner references, preconditions and claims rest on.
    #[serde(skip_serializing_if = "Uid::is_nil")]
    pub uid: Uid,
    /// Revision of the last write.
    #[serde(skip_serializing_if = "is_unset")]
    pub resource_version: Revision,
    /// Counts changes of the spec; 0 for kinds that do not keep it.
    #[serde(skip_serializing_if = "is_unset")]
    pub generation: i64,
    /// When the API server stored it, in whole seconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub creation_timestamp: Option<Time>,
    /// When it is to be gone; set by a graceful delete, and for a pod in the future.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub deletion_timestamp: Option<Time>,
    /// Seconds of grace given at deletion.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub deletion_grace_period_seconds: Option<i64>,
    /// What selectors match.
    #[serde(skip_serializing_if = "Labels::is_empty")]
    pub labels: Labels,
    /// What tools note down.
    #[serde(skip_serializing_if = "Labels::is_empty")]
    pub annotations: Labels,
    /// Whose dependant this is.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub owner_references: Vec<OwnerRef>,
    /// Who must agree before it goes.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub finalizers: Vec<Name>,
    /// Everything else.
    #[serde(flatten)]
    pub rest: Rest,
}

impl Meta {
    /// Metadata of a new object with just a name.
    pub fn named(namespace: impl Into<Name>, name: impl Into<Name>) -> Meta {
        Meta { namespace: namespace.into(), name: name.into(), ..Meta::default() }
    }
    /// Namespace and name.
    pub fn key(&self) -> Key {
        Key::new(self.namespace.clone(), self.name.clone())
    }
    /// True once a delete has been asked for.
    pub fn is_terminating(&self) -> bool {
        self.deletion_timestamp.is_some()
    }
    /// When it was stored; the epoch before that.
    pub fn created(&self) -> Time {
        self.creation_timestamp.unwrap_or_default()
    }
    /// The owner that manages it, if one does.
    pub fn controller(&self) -> Option<&OwnerRef> {
        self.owner_references.iter().find(|o| o.controller)
    }
    /// True where the object with this uid manages it.
    pub fn is_controlled_by(&self, uid: Uid) -> bool {
        self.controller().is_some_and(|o| o.uid == uid)
    }
}

/// metav1.OwnerReference.
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct OwnerRef {
    /// Group and version of the owner, such as `apps/v1`.
    pub api_version: Name,
    /// Kind of the owner.
    pub kind: Name,
    /// Name of the owner, in the dependant's namespace or cluster-scoped.
    pub name: Name,
    /// The owner's identity; a namesake with another uid is no owner.
    pub uid: Uid,
    /// True for the one owner that manages the dependant.
    #[serde(skip_serializing_if = "is_unset")]
    pub controller: bool,
    /// True where a foreground deletion of the owner waits for the dependant.
    #[serde(skip_serializing_if = "is_unset")]
    pub block_owner_deletion: bool,
}

/// core/v1 ObjectReference: what an event is about, what a volume is claimed by, what an endpoint stands for.
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct ObjectRef {
    /// Group and version.
    #[serde(skip_serializing_if = "is_blank")]
    pub api_version: Name,
    /// Part of the object, such as `spec.containers{kubia}`.
    #[serde(skip_serializing_if = "is_blank")]
    pub field_path: Name,
    /// Kind.
    #[serde(skip_serializing_if = "is_blank")]
    pub kind: Name,
    /// Name.
    #[serde(skip_serializing_if = "is_blank")]
    pub name: Name,
    /// Namespace, empty for cluster-scoped kinds.
    #[serde(skip_serializing_if = "is_blank")]
    pub namespace: Name,
    /// Revision at the time of writing.
    #[serde(skip_serializing_if = "is_unset")]
    pub resource_version: Revision,
    /// Identity.
    #[serde(skip_serializing_if = "Uid::is_nil")]
    pub uid: Uid,
}

/// Whether a condition holds, as far as its reporter knows.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub enum Truth {
    /// It holds.
    True,
    /// It does not hold.
    False,
    /// Its reporter has not been heard of.
    #[default]
    Unknown,
}

impl Truth {
    /// `True`, `False` or `Unknown`.
    pub fn text(self) -> &'static str {
        match self {
            Truth::True => "True",
            Truth::False => "False",
            Truth::Unknown => "Unknown",
        }
    }
}

impl From<bool> for Truth {
    fn from(flag: bool) -> Truth {
        if flag { Truth::True } else { Truth::False }
    }
}

/// A condition of a pod, node, claim or set.
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Condition {
    /// What is spoken of, such as `Ready`.
    #[serde(rename = "type")]
    pub kind: Name,
    /// Whether it holds.
    pub status: Truth,
    /// When its reporter last confirmed it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_heartbeat_time: Option<Time>,
    /// When the status last changed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_transition_time: Option<Time>,
    /// The generation of the object that its reporter had seen; 0 where it does not say.
    #[serde(skip_serializing_if = "is_unset")]
    pub observed_generation: i64,
    /// One word for machines.
    #[serde(skip_serializing_if = "is_blank")]
    pub reason: Name,
    /// One sentence for people.
    #[serde(skip_serializing_if = "is_blank")]
    pub message: Name,
    /// Everything else.
    #[serde(flatten)]
    pub rest: Rest,
}

/// The condition of that type.
pub fn condition<'a>(conditions: &'a [Condition], kind: &str) -> Option<&'a Condition> {
    conditions.iter().find(|c| &*c.kind == kind)
}

/// Sets a condition, keeping its place; the transition time moves only where the status changes. True where anything
/// but the heartbeat changed.
pub fn set_condition(conditions: &mut Vec<Condition>, new: Condition) -> bool {
    let Some(old) = conditions.iter_mut().find(|c| c.kind == new.kind) else {
        conditions.push(new);
        return true;
    };
    let turned = old.status != new.status;
    let seen = old.observed_generation != new.observed_generation;
    let changed = turned || seen || old.reason != new.reason || old.message != new.message;
    let since = if turned { new.last_transition_time } else { old.last_transition_time };
    *old = Condition { last_transition_time: since, ..new };
    changed
}
