//! The strict gate: whatever comes in must first read as the published type of its kind.
//!
//! Finds fields that do not exist and values of the wrong type, with their paths, and says so as the API server does.
//! Missing fields, ranges and words are the business of validation, not of the gate. All kinds go through one
//! deserialiser type, because each further one costs a minute of compile time.

mod shape;
mod source;
mod words;

pub use shape::{Shape, shape};
use source::{Fault, Source};
use std::cell::RefCell;
use std::fmt;

use k8s_openapi::api::apps::v1::{ControllerRevision, DaemonSet, Deployment, ReplicaSet, StatefulSet};
use k8s_openapi::api::coordination::v1::Lease;
use k8s_openapi::api::core::v1::{
    ConfigMap, Endpoints, Event, Namespace, Node, PersistentVolume, PersistentVolumeClaim, Pod, Secret, Service, ServiceAccount,
};
use k8s_openapi::api::discovery::v1::EndpointSlice;
use k8s_openapi::api::policy::v1::PodDisruptionBudget;
use k8s_openapi::api::scheduling::v1::PriorityClass;
use k8s_openapi::api::storage::v1::{CSIDriver, CSINode, StorageClass, VolumeAttachment, VolumeAttributesClass};
use serde::de::DeserializeOwned;
use serde_json::Value;

/// Why an object does not read as the type of its kind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GateError {
    /// The kind it claimed to be.
    pub kind: String,
    /// The version alone, without its group: `v1` of `apps/v1`.
    pub version: String,
    /// Paths of fields that do not exist (`spec.template.spec.containers[0].foo`), in the order met.
    pub unknown: Vec<String>,
    /// The first value of a wrong type, in the API server's words; where set, `unknown` is empty.
    pub wrong: Option<String>,
    /// The same in the words of the server's converter, through which strategic patches go.
    pub unconverted: Option<String>,
}

impl GateError {
    /// The complaint of a strategic patch.
    pub fn of_patch(&self) -> String {
        self.unconverted.clone().unwrap_or_else(|| self.reason())
    }
    /// The complaint alone: `strict decoding error: unknown field "spec.replica"`, or what is wrong with a type.
    pub fn reason(&self) -> String {
        let unknown: Vec<String> = self.unknown.iter().map(|path| format!("unknown field {path:?}")).collect();
        match &self.wrong {
            Some(wrong) => wrong.clone(),
            None => format!("strict decoding error: {}", unknown.join(", ")),
        }
    }
}

impl fmt::Display for GateError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let GateError { kind, version, .. } = self;
        write!(f, "{kind} in version {version:?} cannot be handled as a {kind}: {}", self.reason())
    }
}

impl std::error::Error for GateError {}

/// What reading found: unknown fields, and the first value of a wrong type.
type Reading = (Vec<String>, Option<Fault>);
type Reader = fn(&Value) -> Reading;

/// The kinds that are checked; any other passes.
const KINDS: &[(&str, &str, Reader)] = &[
    ("v1", "Node", read::<Node>),
    ("v1", "Pod", read::<Pod>),
    ("v1", "Namespace", read::<Namespace>),
    ("v1", "Service", read::<Service>),
    ("v1", "Endpoints", read::<Endpoints>),
    ("v1", "ServiceAccount", read::<ServiceAccount>),
    ("v1", "ConfigMap", read::<ConfigMap>),
    ("v1", "Secret", read::<Secret>),
    ("v1", "Event", read::<Event>),
    ("v1", "PersistentVolume", read::<PersistentVolume>),
    ("v1", "PersistentVolumeClaim", read::<PersistentVolumeClaim>),
    ("apps/v1", "ReplicaSet", read::<ReplicaSet>),
    ("apps/v1", "StatefulSet", read::<StatefulSet>),
    ("apps/v1", "Deployment", read::<Deployment>),
    ("apps/v1", "DaemonSet", read::<DaemonSet>),
    ("apps/v1", "ControllerRevision", read::<ControllerRevision>),
    ("storage.k8s.io/v1", "StorageClass", read::<StorageClass>),
    ("storage.k8s.io/v1", "VolumeAttachment", read::<VolumeAttachment>),
    ("storage.k8s.io/v1", "VolumeAttributesClass", read::<VolumeAttributesClass>),
    ("storage.k8s.io/v1", "CSIDriver", read::<CSIDriver>),
    ("storage.k8s.io/v1", "CSINode", read::<CSINode>),
    ("discovery.k8s.io/v1", "EndpointSlice", read::<EndpointSlice>),
    ("coordination.k8s.io/v1", "Lease", read::<Lease>),
    ("policy/v1", "PodDisruptionBudget", read::<PodDisruptionBudget>),
    ("scheduling.k8s.io/v1", "PriorityClass", read::<PriorityClass>),
];

/// Removed API versions that manifests of the book's time still carry, read as what replaced them.
const READ_AS: &[(&str, &str)] =
    &[("apps/v1beta1", "apps/v1"), ("apps/v1beta2", "apps/v1"), ("extensions/v1beta1", "apps/v1"), ("policy/v1beta1", "policy/v1")];

/// Whether the object reads as the published type of its kind, every field known and of the right type.
///
/// Kinds without behaviour here pass unread. Numbers are accepted as quantities (`cpu: 1`), as the server does.
pub fn check(api_version: &str, kind: &str, value: &Value) -> Result<(), GateError> {
    let published = READ_AS.iter().find(|(old, _)| *old == api_version).map_or(api_version, |(_, new)| new);
    let Some(reader) = reader(published, kind) else { return Ok(()) };
    let mut value = value.clone();
    if let Some(version) = value.get_mut("apiVersion") {
        *version = published.into();
    }
    let wrong_quantity = words::quantities(&mut value).err();
    let (unknown, wrong) = reader(&value);
    let wrong = wrong.map(|fault| words::wrong_type(kind, &fault.path.unwrap_or_default(), &fault.words, &value));
    let wrong = wrong.or(wrong_quantity.map(|words| (words.clone(), words)));
    if unknown.is_empty() && wrong.is_none() {
        return Ok(());
    }
    let version = api_version.rsplit('/').next().unwrap_or(api_version).to_string();
    let unknown = if wrong.is_some() { Vec::new() } else { unknown };
    let (wrong, unconverted) = wrong.unzip();
    Err(GateError { kind: kind.to_string(), version, unknown, wrong, unconverted })
}

fn reader(api_version: &str, kind: &str) -> Option<Reader> {
    KINDS.iter().find(|(version, name, _)| (*version, *name) == (api_version, kind)).map(|(_, _, reader)| *reader)
}

fn read<T: DeserializeOwned>(value: &Value) -> Reading {
    let unknown = RefCell::new(Vec::new());
    let wrong = T::deserialize(Source::new(value, &unknown)).err();
    (unknown.into_inner(), wrong)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn set(spec: Value) -> Value {
        json!({"apiVersion": "apps/v1", "kind": "StatefulSet", "metadata": {"name": "kubia"}, "spec": spec})
    }

    fn complaint(spec: Value) -> String {
        check("apps/v1", "StatefulSet", &set(spec)).unwrap_err().to_string()
    }

    #[test]
    fn unknown_fields_are_named_with_their_path() {
        let head = "StatefulSet in version \"v1\" cannot be handled as a StatefulSet: strict decoding error: ";
        assert_eq!(complaint(json!({"replica": 1})), format!("{head}unknown field \"spec.replica\""));
        let deep = json!({"template": {"spec": {"containers": [{"name": "a"}, {"foo": 1, "name": "b"}]}}, "x": 1});
        let wanted = "unknown field \"spec.template.spec.containers[1].foo\", unknown field \"spec.x\"";
        assert_eq!(complaint(deep), format!("{head}{wanted}"));
    }

    #[test]
    fn wrong_types_are_told_as_go_tells_them() {
        let pod = |container: Value| json!({"template": {"spec": {"containers": [container]}}});
        for (spec, wanted) in [
            (json!({"replicas": "three"}), "string into Go struct field StatefulSetSpec.spec.replicas of type int32"),
            (json!({"replicas": 1.5}), "number 1.5 into Go struct field StatefulSetSpec.spec.replicas of type int32"),
            (json!({"serviceName": 7}), "number into Go struct field StatefulSetSpec.spec.serviceName of type string"),
            (
                json!({"selector": {"matchLabels": {"x": true}}}),
                "bool into Go struct field LabelSelector.spec.selector.matchLabels of type string",
            ),
            (
                pod(json!({"env": [{"name": "A", "value": 1}]})),
                "number into Go struct field EnvVar.spec.template.spec.containers.env.value of type string",
            ),
            (
                pod(json!({"ports": [{"containerPort": "80"}]})),
                "string into Go struct field ContainerPort.spec.template.spec.containers.ports.containerPort of type int32",
            ),
            (
                json!({"template": {"spec": {"containers": {"name": "x"}}}}),
                "object into Go struct field PodSpec.spec.template.spec.containers of type []v1.Container",
            ),
        ] {
            let found = check("apps/v1", "StatefulSet", &set(spec)).unwrap_err().reason();
            assert_eq!(found, format!("json: cannot unmarshal {wanted}"));
        }
    }

    #[test]
    fn what_the_server_accepts_passes() {
        let pod = json!({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "x", "creationTimestamp": null}, "spec": {
            "containers": [{"name": "c", "resources": {"requests": {"cpu": 1, "memory": "1Gi"}},
                "readinessProbe": {"httpGet": {"port": "http", "path": "/"}}}], "volumes": null}});
        assert_eq!(check("v1", "Pod", &pod), Ok(()));
        assert_eq!(check("batch/v1", "Job", &json!({"spec": {"nonsense": 1}})), Ok(()));
    }

    #[test]
    fn versions_of_the_books_time_are_read_as_todays() {
        let mut old = set(json!({"serviceName": "kubia", "replicas": 2}));
        old["apiVersion"] = "apps/v1beta1".into();
        assert_eq!(check("apps/v1beta1", "StatefulSet", &old), Ok(()));
        old["spec"]["replica"] = 1.into();
        let error = check("apps/v1beta1", "StatefulSet", &old).unwrap_err();
        assert_eq!((error.version.as_str(), error.unknown.as_slice()), ("v1beta1", &["spec.replica".to_string()][..]));
    }

    #[test]
    fn a_quantity_that_is_none_is_refused() {
        let claim = json!({"spec": {"resources": {"requests": {"storage": "lots"}}, "accessModes": ["ReadWriteOnce"]}});
        let error = check("v1", "PersistentVolumeClaim", &claim).unwrap_err().to_string();
        let wanted = "PersistentVolumeClaim in version \"v1\" cannot be handled as a PersistentVolumeClaim: quantities \
                      must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'";
        assert_eq!(error, wanted);
    }
}
