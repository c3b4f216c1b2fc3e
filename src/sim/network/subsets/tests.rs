//! What Endpoints objects say.

use super::*;
use crate::api::Object;
use crate::api::pod::{Container, ContainerPort, PodSpec};
use crate::api::{Condition, Phase, Time, Truth};
use serde_json::{Value, json};

fn service(spec: Value) -> Service {
    let manifest = json!({"metadata": {"name": "kubia", "namespace": "default", "labels": {"team": "pets"}}, "spec": spec});
    let Ok(Object::Service(service)) = Object::from_value(Kind::Service, manifest) else { panic!("a service") };
    (*service).clone()
}

fn pod(number: u128, ready: bool) -> Pod {
    let port = |name: &str, number: i32| ContainerPort { name: name.into(), container_port: number, ..ContainerPort::default() };
    let container = Container { ports: vec![port("http", 8000 + number as i32 % 2)], ..Container::default() };
    let spec = PodSpec {
        containers: Arc::new(vec![container]),
        node_name: "node-1".into(),
        hostname: format!("kubia-{number}").into(),
        subdomain: "kubia".into(),
        ..PodSpec::default()
    };
    let metadata = Meta { uid: Uid::new(number + 1), ..Meta::named("default", format!("kubia-{number}")) };
    let mut pod = Pod { metadata, spec: Arc::new(spec), status: Default::default() };
    pod.status.pod_ip = format!("10.244.{}.{}", number / 250, 2 + number % 250).into();
    pod.status.phase = Phase::Running;
    let turned = Some(Time(60_000));
    pod.status.conditions =
        vec![Condition { kind: "Ready".into(), status: Truth::from(ready), last_transition_time: turned, ..Condition::default() }];
    pod
}

/// `10.244.0.2 10.244.0.3 / 10.244.0.4 : 80 443`, a subset each: ready, not ready, ports.
fn told(endpoints: &Endpoints) -> Vec<String> {
    let ips = |list: &[Arc<EndpointAddress>]| list.iter().map(|address| format!("{} ", address.ip)).collect::<String>();
    let ports = |subset: &EndpointSubset| subset.ports.iter().map(|port| format!(" {}{}", port.name, port.port)).collect::<String>();
    let subset = |s: &EndpointSubset| format!("{}/ {}:{}", ips(&s.addresses), ips(&s.not_ready_addresses), ports(s));
    endpoints.subsets.iter().map(subset).collect()
}

fn planned(spec: Value, pods: Vec<Pod>) -> Endpoints {
    plan(&service(spec), &pods.into_iter().map(Arc::new).collect::<Vec<_>>(), None).unwrap()
}

#[test]
fn who_stands_in_a_subset() {
    let (mut going, mut ended, mut homeless) = (pod(3, true), pod(4, true), pod(5, true));
    going.metadata.deletion_timestamp = Some(Time(0));
    ended.status.phase = Phase::Succeeded;
    homeless.status.pod_ip = Default::default();
    let pods = || vec![pod(10, true), pod(1, true), pod(2, false), going.clone(), ended.clone(), homeless.clone()];
    let plain = json!({"clusterIP": "10.96.0.5", "ports": [{"port": 80}]});
    let endpoints = planned(plain, pods());
    assert_eq!(told(&endpoints), ["10.244.0.12 10.244.0.3 / 10.244.0.4 : 80"], "sorted bytewise");
    let labels = json!({"team": "pets", "endpoints.kubernetes.io/managed-by": "endpoint-controller"});
    assert_eq!(serde_json::to_value(&endpoints.metadata.labels).unwrap(), labels);
    let headless = json!({"clusterIP": "None", "publishNotReadyAddresses": true, "ports": [{"port": 80}]});
    let endpoints = planned(headless, pods());
    assert_eq!(told(&endpoints), ["10.244.0.12 10.244.0.3 10.244.0.4 10.244.0.5 / : 80"], "whoever is there counts");
    assert!(endpoints.metadata.labels.get(slices::HEADLESS).is_some_and(|value| value.is_empty()));
    assert_eq!(told(&planned(json!({"clusterIP": "None"}), vec![pod(1, true)])), ["10.244.0.3 / :"], "no ports");
    assert_eq!(told(&planned(json!({"clusterIP": "10.96.0.5", "ports": [{"port": 80}]}), vec![])), [""; 0]);
}

#[test]
fn ports_of_the_same_addresses_share_a_subset() {
    let ports = json!([{"name": "http", "port": 80, "targetPort": "http"}, {"name": "tls", "port": 443}, {"name": "admin", "port": 81}]);
    let endpoints = planned(json!({"clusterIP": "10.96.0.5", "ports": ports}), vec![pod(0, true), pod(1, true)]);
    let wanted = ["10.244.0.2 / : http8000", "10.244.0.2 10.244.0.3 / : tls443 admin81", "10.244.0.3 / : http8001"];
    assert_eq!(told(&endpoints), wanted);
}

#[test]
fn an_address_prints_as_the_published_one() {
    let endpoints = planned(json!({"clusterIP": "None", "ports": [{"name": "http", "port": 80}]}), vec![pod(0, true)]);
    assert_eq!(
        Object::from(endpoints).to_value()["subsets"],
        json!([{"addresses": [{"hostname": "kubia-0", "ip": "10.244.0.2", "nodeName": "node-1", "targetRef": {
            "kind": "Pod", "name": "kubia-0", "namespace": "default", "uid": Uid::new(1).to_string()}}],
            "ports": [{"name": "http", "port": 80, "protocol": "TCP"}]}])
    );
}

/// Upstream: TestExistingServiceExistingPodsRemoved and its neighbours.
#[test]
fn it_says_what_it_is_as_late_as() {
    let service = service(json!({"clusterIP": "10.96.0.5", "ports": [{"port": 80}]}));
    let late = |endpoints: &Endpoints| {
        let at = endpoints.metadata.annotations.get("endpoints.kubernetes.io/last-change-trigger-time");
        at.map(|at| at.to_string())
    };
    let mut first = service.clone();
    first.metadata.creation_timestamp = Some(Time(90_000));
    let pods = vec![Arc::new(pod(0, true))];
    let endpoints = plan(&first, &pods, None).unwrap();
    assert_eq!(late(&endpoints).as_deref(), Some("1970-01-01T00:01:00Z"), "the earlier of the two");
    let mut newcomer = pod(1, true);
    newcomer.status.conditions[0].last_transition_time = Some(Time(120_000));
    let more = vec![pods[0].clone(), Arc::new(newcomer)];
    let grown = plan(&first, &more, Some(&endpoints)).unwrap();
    assert_eq!(late(&grown).as_deref(), Some("1970-01-01T00:02:00Z"), "what has turned since");
    assert_eq!(late(&plan(&first, &pods, Some(&grown)).unwrap()), None, "one has only gone");
}

#[test]
fn what_is_as_it_should_be_is_not_written() {
    let service = service(json!({"clusterIP": "10.96.0.5", "ports": [{"port": 80}]}));
    let pods: Vec<Arc<Pod>> = vec![Arc::new(pod(0, true)), Arc::new(pod(1, true))];
    let first = plan(&service, &pods, None).unwrap();
    assert_eq!(plan(&service, &pods, Some(&first)), None);
    let fewer = plan(&service, &pods[..1], Some(&first)).unwrap();
    assert!(Arc::ptr_eq(&fewer.subsets[0].addresses[0], &first.subsets[0].addresses[0]), "what stays is shared");
}

/// Upstream: TestTruncateEndpoints.
#[test]
fn a_thousand_addresses_are_enough() {
    let spec = || json!({"clusterIP": "10.96.0.5", "ports": [{"port": 80}]});
    let count = |pods: Vec<Pod>| {
        let endpoints = planned(spec(), pods);
        let annotated = endpoints.metadata.annotations.get(OVER_CAPACITY).map(|value| value.to_string());
        (endpoints.subsets[0].addresses.len(), endpoints.subsets[0].not_ready_addresses.len(), annotated)
    };
    let pods = |all: u128, ready: u128| (0..all).map(|n| pod(n, n < ready)).collect::<Vec<Pod>>();
    let truncated = Some("truncated".to_owned());
    assert_eq!(count(pods(1000, 900)), (900, 100, None));
    assert_eq!(count(pods(1200, 900)), (900, 100, truncated.clone()));
    assert_eq!(count(pods(1200, 1100)), (1000, 0, truncated));
    let two = json!({"clusterIP": "10.96.0.5", "ports": [{"port": 80, "targetPort": "http"}]});
    let shares: Vec<usize> = planned(two, pods(1500, 1500)).subsets.iter().map(|subset| subset.addresses.len()).collect();
    assert_eq!(shares, [500, 500]);
}
