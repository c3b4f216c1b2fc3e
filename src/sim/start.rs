//! How a world begins: namespaces, nodes and their machines, the `kubernetes` service, and the passes that recur.

use super::agenda::Agenda;
use super::apiserver::Desk;
use super::chance::Chance;
use super::change::{Actor, Changes, Controller};
use super::machine::Machine;
use super::world::{MAX_NODES, Options, World};
use crate::api::node::{Address, Lease, Namespace, Node, NodeSpec, NodeStatus};
use crate::api::object::owner_ref;
use crate::api::{Condition, Key, Kind, Labels, Meta, Name, Object, OwnerRef, Quantity, Rest, Service, Truth};
use imbl::{OrdMap, OrdSet, Vector};
use serde_json::json;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Namespaces that every cluster has.
const NAMESPACES: [&str; 4] = ["default", LEASES, "kube-public", "kube-system"];

/// What a healthy kubelet reports: condition, status, reason, message.
const HEALTHY: [(&str, Truth, &str, &str); 4] = [
    ("MemoryPressure", Truth::False, "KubeletHasSufficientMemory", "kubelet has sufficient memory available"),
    ("DiskPressure", Truth::False, "KubeletHasNoDiskPressure", "kubelet has no disk pressure"),
    ("PIDPressure", Truth::False, "KubeletHasSufficientPID", "kubelet has sufficient PID available"),
    ("Ready", Truth::True, "KubeletReady", "kubelet is posting ready status"),
];

impl World {
    /// A cluster with nothing in it but its nodes, all Ready. More than [`MAX_NODES`] nodes are not made.
    pub fn new(options: Options) -> World {
        let mut world = World {
            now: options.epoch,
            store: Default::default(),
            agenda: Agenda::default(),
            chance: Chance::new(options.seed),
            changes: Changes::default(),
            cause: None,
            queued: OrdMap::new(),
            retries: OrdMap::new(),
            machines: Default::default(),
            disks: OrdMap::new(),
            scheduler: Default::default(),
            network: Default::default(),
            transits: Vector::new(),
            waits: OrdMap::new(),
            memory: Default::default(),
            rules: Default::default(),
            context: "default".into(),
            options: Arc::new(options),
        };
        world.furnish();
        world
    }

    fn furnish(&mut self) {
        super::apiserver::system_classes(self.now.to_second()).for_each(|class| self.store.put(class));
        for name in NAMESPACES {
            self.found(namespace(name));
            super::controllers::namespaces::furnish(&mut Desk::new(self, Actor::ApiServer), &name.into());
        }
        let shared = NodeShape::new();
        for number in 1..=self.options.nodes.min(MAX_NODES) {
            self.add_node(number, &shared);
        }
        self.found(kubernetes_service());
        super::network::publish_apiserver(self);
        for controller in [Controller::NodeLifecycle, Controller::PodGc, Controller::PersistentVolume] {
            super::controllers::begin(self, controller);
        }
    }

    fn add_node(&mut self, number: u32, shape: &NodeShape) {
        let node = shape.node(number, self);
        let name = node.metadata.name.clone();
        self.machines.add(machine(&name, number, self));
        store_node(self, &name, node);
        super::kubelet::begin(self, &name);
    }

    fn found(&mut self, object: impl Into<Object>) {
        let stored = Desk::new(self, Actor::ApiServer).create(object);
        debug_assert!(stored.is_ok(), "what a cluster begins with has distinct names: {stored:?}");
    }
}

/// Makes the Node object and the lease of a machine whose kubelet starts and finds neither.
pub fn register(world: &mut World, node: &Name) {
    let Some(number) = world.machine(node).map(|m| m.subnet) else { return };
    let fresh = NodeShape::new().node(number, world);
    store_node(world, node, fresh);
}

/// What a kubelet knows of its machine.
pub fn status(world: &World, node: &Name) -> NodeStatus {
    let number = world.machine(node).map_or(0, |m| m.subnet);
    NodeShape::new().status(number, node, world)
}

fn store_node(world: &mut World, name: &Name, node: Node) {
    let stored = Desk::new(world, Actor::Kubelet(name.clone())).create(node);
    debug_assert!(stored.is_ok(), "node names are distinct, and a kubelet looks before it registers");
    ensure_lease(world, name);
}

/// Makes a node's lease where there is none; while there is no Node it cannot be made. Upstream: ensureLease of
/// component-helpers/apimachinery/lease.
pub fn ensure_lease(world: &mut World, name: &Name) {
    let missing = world.object(Kind::Lease, &Key::new(LEASES, name.clone())).is_none();
    if !missing {
        return;
    }
    if let Some(node) = world.object(Kind::Node, &Key::cluster(name.clone())).cloned() {
        world.found(lease(name, owner(&node)));
    }
}

/// A lease goes with its node. Upstream: pkg/kubelet/util.SetNodeOwnerFunc.
fn owner(node: &Object) -> OwnerRef {
    OwnerRef { controller: false, block_owner_deletion: false, ..owner_ref(Kind::Node, node.meta()) }
}

const LEASES: &str = "kube-node-lease";

fn namespace(name: &str) -> Namespace {
    let mut rest = Rest::default();
    rest.fill("spec", json!({"finalizers": ["kubernetes"]}));
    rest.fill("status", json!({"phase": "Active"}));
    Namespace { metadata: Meta { labels: super::apiserver::namespace_labels(name), ..Meta::named("", name) }, rest }
}

fn lease(node: &Name, owner: OwnerRef) -> Lease {
    let spec = json!({"holderIdentity": &**node, "leaseDurationSeconds": 40});
    Lease { metadata: Meta { owner_references: vec![owner], ..Meta::named(LEASES, node.clone()) }, spec }
}

fn kubernetes_service() -> Object {
    let manifest = json!({
        "metadata": {"name": "kubernetes", "namespace": "default", "labels": {"component": "apiserver", "provider": "kubernetes"}},
        "spec": {"clusterIP": "10.96.0.1", "clusterIPs": ["10.96.0.1"], "internalTrafficPolicy": "Cluster", "ipFamilies": ["IPv4"],
            "ipFamilyPolicy": "SingleStack", "ports": [{"name": "https", "port": 443, "protocol": "TCP", "targetPort": 6443}],
            "sessionAffinity": "None", "type": "ClusterIP"},
        "status": {"loadBalancer": {}},
    });
    let service: Service = serde_json::from_value(manifest).unwrap_or_default();
    service.into()
}

fn machine(name: &Name, number: u32, world: &World) -> Machine {
    Machine {
        name: name.clone(),
        powered: true,
        cut: None,
        renewed: None,
        last_word: world.now(),
        last_order: world.now(),
        heard: OrdMap::new(),
        processes: OrdMap::new(),
        images: OrdSet::new(),
        unlisted: false,
        subnet: number,
        next_ip: 2,
        boots: 1,
        unannounced: false,
        cordoned: false,
    }
}

/// What all nodes have in common, made once.
struct NodeShape {
    capacity: Arc<BTreeMap<Name, Quantity>>,
    info: Arc<serde_json::Value>,
    annotations: Labels,
}

impl NodeShape {
    fn new() -> NodeShape {
        let amounts = [("cpu", "4"), ("memory", "8Gi"), ("pods", "110")];
        let capacity = amounts.iter().filter_map(|(name, text)| Some(((*name).into(), Quantity::parse(text)?))).collect();
        let info = json!({"machineID": "podyard", "systemUUID": "podyard", "bootID": "podyard", "kernelVersion": "podyard",
            "osImage": "podyard", "operatingSystem": "linux", "architecture": "amd64", "containerRuntimeVersion": "podyard://1",
            "kubeletVersion": "v1.36.2", "kubeProxyVersion": ""});
        let annotations = [("node.alpha.kubernetes.io/ttl", "0"), ("volumes.kubernetes.io/controller-managed-attach-detach", "true")];
        NodeShape { capacity: Arc::new(capacity), info: Arc::new(info), annotations: annotations.into_iter().collect() }
    }

    fn node(&self, number: u32, world: &World) -> Node {
        let name: Name = format!("node-{number}").into();
        let cidr: Name = format!("{}.0/24", pod_network(number)).into();
        let labels: Labels =
            [("beta.kubernetes.io/os", "linux"), ("kubernetes.io/hostname", &name), ("kubernetes.io/os", "linux")].into_iter().collect();
        let annotations = self.annotations.clone();
        let status = self.status(number, &name, world);
        let spec = NodeSpec { pod_cidr: cidr.clone(), pod_cidrs: vec![cidr], ..NodeSpec::default() };
        Node { metadata: Meta { labels, annotations, ..Meta::named("", name) }, spec, status }
    }

    fn status(&self, number: u32, name: &Name, world: &World) -> NodeStatus {
        let address = |address: String, kind: &str| Address { address: address.into(), kind: kind.into() };
        NodeStatus {
            capacity: self.capacity.clone(),
            allocatable: self.capacity.clone(),
            conditions: healthy(world),
            addresses: vec![address(host_address(number), "InternalIP"), address(name.to_string(), "Hostname")],
            node_info: Some(self.info.clone()),
            images: super::kubelet::images_of(world, name),
            ..NodeStatus::default()
        }
    }
}

/// The first three parts of the addresses of a machine's pods.
pub fn pod_network(number: u32) -> String {
    format!("10.{}.{}", 244 + number / 256, number % 256)
}

fn host_address(number: u32) -> String {
    let offset = number + 10;
    format!("192.168.{}.{}", offset / 256, offset % 256)
}

/// The conditions that a healthy kubelet reports now.
pub fn healthy(world: &World) -> Vec<Condition> {
    let now = Some(world.now().to_second());
    let condition = |(kind, status, reason, message)| Condition {
        kind: Name::from_static_str(kind),
        status,
        last_heartbeat_time: now,
        last_transition_time: now,
        reason: Name::from_static_str(reason),
        message: Name::from_static_str(message),
        ..Condition::default()
    };
    HEALTHY.into_iter().map(condition).collect()
}
