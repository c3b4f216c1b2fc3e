//! The Kubernetes nouns: what an object is, how it is written, read, checked, printed and refused. Nothing here knows
//! what happens over time.

pub mod age;
pub mod base64;
pub mod columns;
pub mod defaults;
pub mod deployment;
pub mod fields;
pub mod gate;
pub mod given;
pub mod int_or_string;
pub mod jsonpath;
pub mod key;
pub mod labels;
pub mod meta;
pub mod node;
pub mod object;
pub mod patch;
pub mod pod;
pub mod policy;
pub mod quantity;
pub mod selector_text;
pub mod service;
pub mod status;
pub mod storage;
pub mod table;
pub mod time;
pub mod validate;
pub mod wire;
pub mod workload;
pub mod yaml;

pub use deployment::Deployment;
pub use given::{File, Files, Given};
pub use labels::{Operator, Requirement, Selector};
pub use meta::{Condition, Key, Labels, Meta, Name, ObjectRef, OwnerRef, Rest, Truth, Uid};
pub use node::Node;
pub use object::{Kind, Object, Resource};
pub use pod::{Phase, Pod};
pub use policy::PodDisruptionBudget;
pub use quantity::Quantity;
pub use service::{EndpointSlice, Endpoints, Event, Service};
pub use status::{FieldError, Reason, Refusal};
pub use storage::{PersistentVolume, PersistentVolumeClaim};
pub use time::{Span, Time};
pub use workload::{ReplicaSet, StatefulSet};
