//! The closed set of kinds, their one table, and the object that is any of them.

use super::daemon::DaemonSet;
use super::deployment::Deployment;
use super::meta::{Key, Meta, Name, ObjectRef, OwnerRef};
use super::node::{Lease, Namespace, Node};
use super::pod::Pod;
use super::policy::PodDisruptionBudget;
use super::service::{EndpointSlice, Endpoints, Event, Service};
use super::storage::{PersistentVolume, PersistentVolumeClaim, StorageClass, VolumeAttachment};
use super::workload::{ControllerRevision, ReplicaSet, StatefulSet};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use std::sync::{Arc, LazyLock};

/// A row of the table of kinds.
#[derive(Debug)]
pub struct KindInfo {
    /// The kind.
    pub kind: Kind,
    /// Its name, such as `StatefulSet`.
    pub name: &'static str,
    /// Its API group, empty for core.
    pub group: &'static str,
    /// Plural resource name, such as `statefulsets`.
    pub plural: &'static str,
    /// What kubectl also takes, singular first.
    pub aliases: &'static [&'static str],
    /// False for cluster-scoped kinds.
    pub namespaced: bool,
    /// True where `kubectl get all` lists it.
    pub in_all: bool,
    /// True where `metadata.generation` is kept.
    pub generation: bool,
}

macro_rules! kinds {
    ($($kind:ident $group:literal $plural:literal [$($alias:literal),*] $namespaced:literal $all:literal $generation:literal;)*) => {
        /// Every kind that can be stored.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Kind { $(#[doc = concat!("`", $plural, "`.")] $kind),* }

        /// The table of kinds, in the order in which `kubectl get all` lists them.
        pub static KINDS: &[KindInfo] = &[$(KindInfo {
            kind: Kind::$kind, name: stringify!($kind), group: $group, plural: $plural, aliases: &[$($alias),*],
            namespaced: $namespaced, in_all: $all, generation: $generation,
        }),*];
    };
}

kinds! {
    Pod                   ""                    "pods"                     ["pod", "po"]                        true  true  true;
    Service               ""                    "services"                 ["service", "svc"]                   true  true  false;
    DaemonSet             "apps"                "daemonsets"               ["daemonset", "ds"]                  true  true  true;
    Deployment            "apps"                "deployments"              ["deployment", "deploy"]             true  true  true;
    ReplicaSet            "apps"                "replicasets"              ["replicaset", "rs"]                 true  true  true;
    StatefulSet           "apps"                "statefulsets"             ["statefulset", "sts"]               true  true  true;
    ControllerRevision    "apps"                "controllerrevisions"      ["controllerrevision"]               true  false false;
    PersistentVolumeClaim ""                    "persistentvolumeclaims"   ["persistentvolumeclaim", "pvc"]     true  false false;
    PersistentVolume      ""                    "persistentvolumes"        ["persistentvolume", "pv"]           false false false;
    StorageClass          "storage.k8s.io"      "storageclasses"           ["storageclass", "sc"]               false false false;
    VolumeAttachment      "storage.k8s.io"      "volumeattachments"        ["volumeattachment"]                 false false false;
    Endpoints             ""                    "endpoints"                ["endpoints", "ep"]                  true  false false;
    EndpointSlice         "discovery.k8s.io"    "endpointslices"           ["endpointslice"]                    true  false true;
    Node                  ""                    "nodes"                    ["node", "no"]                       false false false;
    Namespace             ""                    "namespaces"               ["namespace", "ns"]                  false false false;
    Lease                 "coordination.k8s.io" "leases"                   ["lease"]                            true  false false;
    Event                 ""                    "events"                   ["event", "ev"]                      true  false false;
    ConfigMap             ""                    "configmaps"               ["configmap", "cm"]                  true  false false;
    Secret                ""                    "secrets"                  ["secret"]                           true  false false;
    ServiceAccount        ""                    "serviceaccounts"          ["serviceaccount", "sa"]             true  false false;
    PodDisruptionBudget   "policy"              "poddisruptionbudgets"     ["poddisruptionbudget", "pdb"]       true  false true;
    PriorityClass         "scheduling.k8s.io"   "priorityclasses"          ["priorityclass", "pc"]              false false true;
    CSIDriver             "storage.k8s.io"      "csidrivers"               ["csidriver"]                        false false false;
    CSINode               "storage.k8s.io"      "csinodes"                 ["csinode"]                          false false false;
    VolumeAttributesClass "storage.k8s.io"      "volumeattributesclasses"  ["volumeattributesclass", "vac"]     false false false;
}

impl Kind {
    /// Its row in the table.
    pub fn info(self) -> &'static KindInfo {
        &KINDS[self as usize]
    }
    /// Its name, such as `StatefulSet`.
    pub fn name(self) -> &'static str {
        self.info().name
    }
    /// `v1`, or `apps/v1`: the one version that is served.
    pub fn api_version(self) -> String {
        let group = self.info().group;
        if group.is_empty() { "v1".to_owned() } else { format!("{group}/v1") }
    }
    /// `pods`, or `statefulsets.apps`: how refusals name it.
    pub fn resource(self) -> String {
        qualified(self.info().plural, self.info().group)
    }
    /// `pod`, or `statefulset.apps`: how kubectl names one.
    pub fn singular(self) -> String {
        qualified(self.info().aliases[0], self.info().group)
    }
    /// The kind with that name, such as `StatefulSet`.
    pub fn by_name(name: &str) -> Option<Kind> {
        KINDS.iter().find(|k| k.name == name).map(|k| k.kind)
    }
    /// The kind that kubectl would understand: plural, singular or short, with or without group, in any case.
    pub fn by_resource(text: &str) -> Option<Kind> {
        let lower = text.to_ascii_lowercase();
        let (word, group) = lower.split_once('.').map_or((lower.as_str(), None), |(w, g)| (w, Some(g)));
        let fits = |k: &&KindInfo| {
            (k.plural == word || k.aliases.contains(&word)) && group.is_none_or(|g| k.group == g || g.strip_suffix(k.group) == Some("v1."))
        };
        KINDS.iter().find(fits).map(|k| k.kind)
    }
}

fn qualified(word: &str, group: &str) -> String {
    if group.is_empty() { word.to_owned() } else { format!("{word}.{group}") }
}

/// A typed kind: how to reach its metadata, and how to go to and from [`Object`].
pub trait Resource: Clone + Serialize + DeserializeOwned + 'static {
    /// Which kind it is.
    const KIND: Kind;
    /// Its metadata.
    fn meta(&self) -> &Meta;
    /// Its metadata, to be changed.
    fn meta_mut(&mut self) -> &mut Meta;
    /// As any object.
    fn wrap(this: Arc<Self>) -> Object;
    /// Back from any object.
    fn peel(object: &Object) -> Option<&Arc<Self>>;
}

/// A kind without behaviour: stored and served as it was written.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Plain {
    /// Names and labels.
    pub metadata: Meta,
    /// All other fields.
    #[serde(flatten)]
    pub body: Map<String, Value>,
}

macro_rules! objects {
    ($($kind:ident),* ; $($plain:ident),*) => {
        /// Any object; copies are pointer copies.
        #[derive(Clone, Debug, PartialEq, Eq)]
        pub enum Object {
            $(#[doc = concat!("A ", stringify!($kind), ".")] $kind(Arc<$kind>),)*
            /// One of the kinds without behaviour.
            Plain(Kind, Arc<Plain>),
        }

        impl Object {
            /// Which kind it is.
            pub fn kind(&self) -> Kind {
                match self { $(Object::$kind(_) => Kind::$kind,)* Object::Plain(kind, _) => *kind }
            }
            /// Its metadata.
            pub fn meta(&self) -> &Meta {
                match self { $(Object::$kind(o) => &o.metadata,)* Object::Plain(_, o) => &o.metadata }
            }
            /// Its metadata, to be changed; a shared copy is cloned first.
            pub fn meta_mut(&mut self) -> &mut Meta {
                match self {
                    $(Object::$kind(o) => &mut Arc::make_mut(o).metadata,)*
                    Object::Plain(_, o) => &mut Arc::make_mut(o).metadata,
                }
            }
            fn body(&self) -> Value {
                match self {
                    $(Object::$kind(o) => serde_json::to_value(o),)*
                    Object::Plain(_, o) => serde_json::to_value(o),
                }.unwrap_or_default()
            }
            /// Reads the fields of a kind; the text names the field that does not fit.
            pub fn read(kind: Kind, value: Value) -> Result<Object, String> {
                match kind {
                    $(Kind::$kind => serde_json::from_value(value).map(|o| Object::$kind(Arc::new(o))),)*
                    $(Kind::$plain)|* => serde_json::from_value(value).map(|o| Object::Plain(kind, Arc::new(o))),
                }.map_err(|e| e.to_string())
            }
        }

        $(impl Resource for $kind {
            const KIND: Kind = Kind::$kind;
            fn meta(&self) -> &Meta { &self.metadata }
            fn meta_mut(&mut self) -> &mut Meta { &mut self.metadata }
            fn wrap(this: Arc<Self>) -> Object { Object::$kind(this) }
            fn peel(object: &Object) -> Option<&Arc<Self>> {
                match object { Object::$kind(o) => Some(o), _ => None }
            }
        }

        impl From<$kind> for Object {
            fn from(o: $kind) -> Object { Object::$kind(Arc::new(o)) }
        })*
    };
}

objects! {
    Pod, Service, ReplicaSet, StatefulSet, ControllerRevision, PersistentVolumeClaim, PersistentVolume, StorageClass,
    VolumeAttachment, Endpoints, EndpointSlice, Node, Namespace, Lease, Event, Deployment, PodDisruptionBudget, DaemonSet;
    ConfigMap, Secret, ServiceAccount, PriorityClass, CSIDriver, CSINode, VolumeAttributesClass
}

impl Object {
    /// Namespace and name.
    pub fn key(&self) -> Key {
        self.meta().key()
    }
    /// As the API server prints it in JSON, with `apiVersion` and `kind`.
    pub fn to_value(&self) -> Value {
        let mut value = self.body();
        if let Some(map) = value.as_object_mut() {
            map.insert("apiVersion".to_owned(), self.kind().api_version().into());
            map.insert("kind".to_owned(), self.kind().name().into());
            super::wire::complete(self.kind(), map);
        }
        value
    }
    /// Reads what [`Object::to_value`] printed, or a defaulted manifest; `apiVersion` and `kind` are dropped.
    pub fn from_value(kind: Kind, mut value: Value) -> Result<Object, String> {
        if let Some(map) = value.as_object_mut() {
            map.remove("apiVersion");
            map.remove("kind");
            super::wire::strip(kind, map);
        }
        Object::read(kind, value)
    }
    /// The reference a dependant carries to this managing owner.
    pub fn owner_ref(&self) -> OwnerRef {
        owner_ref(self.kind(), self.meta())
    }
    /// A reference to this object, as events carry it.
    pub fn reference(&self) -> ObjectRef {
        reference(self.kind(), self.meta())
    }
}

/// The reference a dependant carries to its managing owner.
pub fn owner_ref(kind: Kind, meta: &Meta) -> OwnerRef {
    OwnerRef {
        api_version: shared(kind).0.clone(),
        kind: shared(kind).1.clone(),
        name: meta.name.clone(),
        uid: meta.uid,
        controller: true,
        block_owner_deletion: true,
    }
}

/// A kind's version and name, of which references are full.
fn shared(kind: Kind) -> &'static (Name, Name) {
    static NAMES: LazyLock<Vec<(Name, Name)>> =
        LazyLock::new(|| KINDS.iter().map(|row| (row.kind.api_version().into(), row.name.into())).collect());
    &NAMES[kind as usize]
}

/// A reference to an object, as events carry it.
pub fn reference(kind: Kind, meta: &Meta) -> ObjectRef {
    ObjectRef {
        api_version: shared(kind).0.clone(),
        kind: shared(kind).1.clone(),
        name: meta.name.clone(),
        namespace: meta.namespace.clone(),
        resource_version: meta.resource_version,
        uid: meta.uid,
        field_path: Name::default(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn table_is_in_step_with_the_enum() {
        for (i, row) in KINDS.iter().enumerate() {
            assert_eq!(row.kind as usize, i, "{}", row.name);
        }
    }

    #[test]
    fn resources_by_any_of_their_names() {
        for text in ["sts", "StatefulSet", "statefulsets", "statefulset.apps", "statefulsets.v1.apps"] {
            assert_eq!(Kind::by_resource(text), Some(Kind::StatefulSet), "{text}");
        }
        assert_eq!(Kind::by_resource("foo"), None);
        assert_eq!(Kind::StatefulSet.resource(), "statefulsets.apps");
        assert_eq!(Kind::Pod.singular(), "pod");
    }
}
