//! Services, endpoint slices, Endpoints and events.

use super::meta::{Labels, Meta, Name, ObjectRef, Rest, is_blank, is_unset};
use super::time::Time;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::sync::Arc;

/// core/v1 Service.
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Service {
    /// Names and identity.
    pub metadata: Meta,
    /// What it offers.
    pub spec: ServiceSpec,
    /// Everything else.
    #[serde(flatten)]
    pub rest: Rest,
}

/// How a service is reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum ServiceType {
    /// By an address inside the cluster.
    #[default]
    ClusterIP,
    /// Also by a port of each node.
    NodePort,
    /// Also by a load balancer.
    LoadBalancer,
    /// By another name.
    ExternalName,
}

/// What a service offers.
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct ServiceSpec {
    /// How it is reached.
    #[serde(rename = "type")]
    pub kind: ServiceType,
    /// Its address; `None` where headless.
    #[serde(rename = "clusterIP", skip_serializing_if = "is_blank")]
    pub cluster_ip: Name,
    /// The same, as a list.
    #[serde(rename = "clusterIPs", skip_serializing_if = "Vec::is_empty")]
    pub cluster_ips: Vec<Name>,
    /// The name it stands for.
    #[serde(skip_serializing_if = "is_blank")]
    pub external_name: Name,
    /// Pods that answer; empty where endpoints are managed by hand.
    #[serde(skip_serializing_if = "Labels::is_empty")]
    pub selector: Labels,
    /// Its ports.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub ports: Vec<ServicePort>,
    /// True where DNS also names pods that are not ready.
    #[serde(skip_serializing_if = "is_unset")]
    pub publish_not_ready_addresses: bool,
    /// `None` or `ClientIP`.
    #[serde(skip_serializing_if = "is_blank")]
    pub session_affinity: Name,
    /// Everything else.
    #[serde(flatten)]
    pub rest: Rest,
}

/// A port of a service.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct ServicePort {
    /// Its name; needed where there are several.
    #[serde(skip_serializing_if = "is_blank")]
    pub name: Name,
    /// `TCP`, `UDP` or `SCTP`.
    pub protocol: Name,
    /// Port of the service.
    pub port: i32,
    /// Port of the pod, by number or name; `port` where nothing is said.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub target_port: Option<PortRef>,
    /// Port of each node.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub node_port: Option<i32>,
    /// Everything else.
    #[serde(flatten)]
    pub rest: Rest,
}

impl Default for ServicePort {
    fn default() -> ServicePort {
        ServicePort { name: Name::default(), protocol: "TCP".into(), port: 0, target_port: None, node_port: None, rest: Rest::default() }
    }
}

/// A port by number or by a container port's name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum PortRef {
    /// By number.
    Number(i32),
    /// By name.
    Named(Name),
}

impl Service {
    /// True where names resolve to pods rather than to one address.
    pub fn is_headless(&self) -> bool {
        &*self.spec.cluster_ip == "None"
    }
}

/// discovery.k8s.io/v1 EndpointSlice.
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct EndpointSlice {
    /// Names and owner.
    pub metadata: Meta,
    /// `IPv4`.
    pub address_type: Name,
    /// Who answers; null where nobody does.
    #[serde(serialize_with = "null_where_empty", deserialize_with = "empty_where_null")]
    pub endpoints: Vec<Endpoint>,
    /// On which ports; null where there are none.
    #[serde(serialize_with = "null_where_empty", deserialize_with = "empty_where_null")]
    pub ports: Vec<EndpointPort>,
}

fn null_where_empty<T: Serialize, S: Serializer>(list: &[T], to: S) -> Result<S::Ok, S::Error> {
    if list.is_empty() { to.serialize_none() } else { list.serialize(to) }
}

fn empty_where_null<'de, T: Deserialize<'de>, D: Deserializer<'de>>(from: D) -> Result<Vec<T>, D::Error> {
    Option::deserialize(from).map(Option::unwrap_or_default)
}

/// One that answers.
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Endpoint {
    /// Its addresses; always one.
    pub addresses: Vec<Name>,
    /// Whether it may be asked.
    pub conditions: EndpointConditions,
    /// Host name under the service.
    #[serde(skip_serializing_if = "is_blank")]
    pub hostname: Name,
    /// Where it runs.
    #[serde(skip_serializing_if = "is_blank")]
    pub node_name: Name,
    /// The pod behind it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub target_ref: Option<ObjectRef>,
    /// Its zone.
    #[serde(skip_serializing_if = "is_blank")]
    pub zone: Name,
}

/// Whether an endpoint may be asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct EndpointConditions {
    /// Serving and not terminating, or published regardless.
    pub ready: bool,
    /// The pod is ready.
    pub serving: bool,
    /// The pod is going.
    pub terminating: bool,
}

/// A port of an endpoint.
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct EndpointPort {
    /// The service port's name, empty where it has none.
    pub name: Name,
    /// The port number in the pod.
    pub port: i32,
    /// `TCP`, `UDP` or `SCTP`.
    pub protocol: Name,
}

/// core/v1 Endpoints: the older word for who answers for the service of the same name.
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Endpoints {
    /// Its name is the service's.
    pub metadata: Meta,
    /// Who answers, by the ports on which they do.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub subsets: Vec<EndpointSubset>,
}

/// Addresses that have the same ports.
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct EndpointSubset {
    /// Those that may be asked. Mostly the same from one version of the object to the next, and so shared.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub addresses: Vec<Arc<EndpointAddress>>,
    /// Those that may not be asked now.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub not_ready_addresses: Vec<Arc<EndpointAddress>>,
    /// On which ports.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub ports: Vec<SubsetPort>,
}

/// An address of an [`Endpoints`].
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct EndpointAddress {
    /// Host name under the service.
    #[serde(skip_serializing_if = "is_blank")]
    pub hostname: Name,
    /// The address.
    pub ip: Name,
    /// Where it runs.
    #[serde(skip_serializing_if = "is_blank")]
    pub node_name: Name,
    /// The pod behind it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub target_ref: Option<ObjectRef>,
}

/// A port of an [`Endpoints`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct SubsetPort {
    /// The service port's name.
    #[serde(skip_serializing_if = "is_blank")]
    pub name: Name,
    /// The port number in the pod.
    pub port: i32,
    /// `TCP`, `UDP` or `SCTP`.
    pub protocol: Name,
    /// Everything else.
    #[serde(flatten)]
    pub rest: Rest,
}

impl Default for SubsetPort {
    fn default() -> SubsetPort {
        SubsetPort { name: Name::default(), port: 0, protocol: "TCP".into(), rest: Rest::default() }
    }
}

/// Normal or not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum EventType {
    /// As expected.
    #[default]
    Normal,
    /// Worth a look.
    Warning,
}

/// core/v1 Event.
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Event {
    /// Its name is made from the object's.
    pub metadata: Meta,
    /// What it is about.
    pub involved_object: ObjectRef,
    /// One word.
    pub reason: Name,
    /// One sentence.
    pub message: Name,
    /// Who says so.
    pub source: EventSource,
    /// When an event of the scheduler's kind was made, to the microsecond.
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "micro_or_none")]
    pub event_time: Option<Time>,
    /// What was being done when it happened, for events of that kind.
    #[serde(skip_serializing_if = "is_blank")]
    pub action: Name,
    /// When it first happened.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub first_timestamp: Option<Time>,
    /// When it last happened.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_timestamp: Option<Time>,
    /// How often; 0 for the scheduler's events, which do not count.
    #[serde(skip_serializing_if = "is_unset")]
    pub count: i32,
    /// The repetitions of an event of the scheduler's kind.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub series: Option<Box<Series>>,
    /// Normal or Warning.
    #[serde(rename = "type")]
    pub kind: EventType,
    /// Who says so, in the newer form.
    pub reporting_component: Name,
    /// Which instance of it.
    pub reporting_instance: Name,
    /// Everything else.
    #[serde(flatten)]
    pub rest: Rest,
}

/// How often an event of the scheduler's kind was repeated.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Series {
    /// How often, the first time included.
    pub count: i32,
    /// When it was written last.
    #[serde(serialize_with = "micro")]
    pub last_observed_time: Time,
}

fn micro<S: serde::Serializer>(time: &Time, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&time.rfc3339_micro())
}

fn micro_or_none<S: serde::Serializer>(time: &Option<Time>, serializer: S) -> Result<S::Ok, S::Error> {
    match time {
        Some(time) => micro(time, serializer),
        None => serializer.serialize_none(),
    }
}

/// Who reports an event, and from where.
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct EventSource {
    /// The component.
    #[serde(skip_serializing_if = "is_blank")]
    pub component: Name,
    /// The node.
    #[serde(skip_serializing_if = "is_blank")]
    pub host: Name,
}

impl Event {
    /// When it last happened. Upstream: printEvent.
    pub fn last_seen(&self) -> Time {
        let series = self.series.as_ref().map(|series| series.last_observed_time);
        series.or(self.last_timestamp).unwrap_or_else(|| self.first_seen())
    }
    /// When it first happened.
    pub fn first_seen(&self) -> Time {
        self.first_timestamp.or(self.event_time).unwrap_or_else(|| self.metadata.created())
    }
    /// How often, and since when, where it was more than once.
    pub fn repeated(&self) -> Option<(i32, Time)> {
        let count = self.series.as_ref().map_or(self.count, |series| series.count);
        (count > 1).then(|| (count, self.first_seen()))
    }
    /// The component that reports it.
    pub fn from(&self) -> &Name {
        if self.source.component.is_empty() { &self.reporting_component } else { &self.source.component }
    }
}
