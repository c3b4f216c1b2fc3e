//! What could help a pod that waits: which plugins refused it, and what each of them makes of the news. Upstream: queueing
//! hints, the plugins' EventsToRegister.

use super::super::world::World;
use super::requests::{self, clamp};
use super::seats::capacity;
use super::{affinity, filter, ports, social, topology};
use crate::api::{Node, Object, Pod};
use std::ops::{BitAnd, BitOr};

/// A set of plugins that refused a pod.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Plugins(u16);

macro_rules! plugins {
    ($($name:ident $place:literal $words:literal;)*) => {
        impl Plugins {
            $(#[doc = $words] pub const $name: Plugins = Plugins(1 << $place);)*
            /// Every one of them.
            pub const ALL: Plugins = Plugins($(1 << $place)|*);
            /// How many there are.
            pub const COUNT: usize = [$($place),*].len();
        }
    };
}

plugins! {
    UNSCHEDULABLE 0 "NodeUnschedulable.";
    TAINTS        1 "TaintToleration.";
    AFFINITY      2 "NodeAffinity.";
    PORTS         3 "NodePorts.";
    FIT           4 "NodeResourcesFit.";
    RESTRICTIONS  5 "VolumeRestrictions.";
    LIMITS        6 "NodeVolumeLimits.";
    VOLUMES       7 "VolumeBinding and VolumeZone.";
    SPREAD        8 "PodTopologySpread.";
    NEIGHBOURS    9 "InterPodAffinity.";
}

impl Plugins {
    /// Numbers of those in it, below [`Plugins::COUNT`].
    pub fn numbers(self) -> impl Iterator<Item = usize> {
        (0..Plugins::COUNT).filter(move |number| self.0 & (1 << number) != 0)
    }
    /// True where both have one in common.
    pub fn meets(self, other: Plugins) -> bool {
        self.0 & other.0 != 0
    }
}

impl BitOr for Plugins {
    type Output = Plugins;
    fn bitor(self, other: Plugins) -> Plugins {
        Plugins(self.0 | other.0)
    }
}

impl BitAnd for Plugins {
    type Output = Plugins;
    fn bitand(self, other: Plugins) -> Plugins {
        Plugins(self.0 & other.0)
    }
}

/// Something that has happened.
#[derive(Clone, Copy, Debug)]
pub enum News<'n> {
    /// A node came, or is otherwise than before.
    Node(Option<&'n Node>, &'n Node),
    /// A node went.
    NodeGone(&'n Node),
    /// A pod has a seat.
    Came(&'n Pod),
    /// A pod with a seat has other labels, or is on its way out.
    Changed(&'n Pod, &'n Pod),
    /// A pod has left its seat.
    Left(&'n Pod),
    /// A claim, volume or class came or changed.
    Storage(&'n Object),
    /// How many volumes a node takes was told.
    Limits,
}

impl News<'_> {
    /// The plugins that it could concern.
    pub fn concerns(&self) -> Plugins {
        let neighbours = Plugins::SPREAD | Plugins::NEIGHBOURS;
        match self {
            News::Node(None, _) => Plugins::ALL,
            News::Node(Some(before), after) => of_change(before, after),
            News::NodeGone(_) => Plugins::SPREAD,
            News::Came(_) | News::Changed(..) => neighbours,
            News::Left(_) => Plugins::FIT | Plugins::PORTS | Plugins::RESTRICTIONS | Plugins::LIMITS | neighbours,
            News::Storage(_) => Plugins::VOLUMES | Plugins::RESTRICTIONS,
            News::Limits => Plugins::LIMITS,
        }
    }

    /// True where one of these plugins, all of which it concerns, would let a pod try again.
    pub fn helps(&self, world: &World, pod: &Pod, plugins: Plugins) -> bool {
        plugins.numbers().any(|number| match Plugins(1 << number) {
            Plugins::UNSCHEDULABLE => self.is_node(|_, after| !after.spec.unschedulable),
            Plugins::TAINTS => {
                self.is_node(|before, after| before.is_none_or(|before| filter::is_tainted(before, pod)) && !filter::is_tainted(after, pod))
            }
            Plugins::AFFINITY => {
                self.is_node(|before, after| before.is_none_or(|before| !affinity::selects(pod, before)) && affinity::selects(pod, after))
            }
            Plugins::PORTS => match self {
                News::Left(other) => ports::clash(&ports::of(&pod.spec), &ports::of(&other.spec)),
                News::Node(..) | News::NodeGone(_) | News::Came(_) | News::Changed(..) | News::Storage(_) | News::Limits => true,
            },
            Plugins::FIT => self.is_node(|before, after| fits(after, pod) && before.is_none_or(|before| has_more(before, after, pod))),
            Plugins::RESTRICTIONS | Plugins::VOLUMES => self.concerns_volumes_of(pod),
            Plugins::SPREAD => topology::helped(pod, self),
            Plugins::NEIGHBOURS => social::helped(world, pod, self),
            _ => true,
        })
    }

    /// What is said of a node; news of anything else is as good as any.
    fn is_node(&self, good: impl Fn(Option<&Node>, &Node) -> bool) -> bool {
        match self {
            News::Node(before, after) => good(*before, after),
            News::NodeGone(_) | News::Came(_) | News::Changed(..) | News::Left(_) | News::Storage(_) | News::Limits => true,
        }
    }

    fn concerns_volumes_of(&self, pod: &Pod) -> bool {
        let shares = |namespace: &str, name: &str| *pod.metadata.namespace == *namespace && pod.claims().any(|claim| *claim == *name);
        match self {
            News::Storage(Object::PersistentVolumeClaim(claim)) => shares(&claim.metadata.namespace, &claim.metadata.name),
            News::Left(other) => {
                let disks = |pod: &Pod| pod.spec.volumes.iter().any(|volume| crate::api::storage::inline(volume).is_some());
                other.claims().any(|claim| shares(&other.metadata.namespace, &claim)) || disks(other) && disks(pod)
            }
            News::Storage(_) | News::Node(..) | News::NodeGone(_) | News::Came(_) | News::Changed(..) | News::Limits => true,
        }
    }
}

/// What a change of a node could concern; most are none. Upstream: NodeSchedulingPropertiesChange.
fn of_change(before: &Node, after: &Node) -> Plugins {
    let closed = before.spec.taints != after.spec.taints || before.spec.unschedulable != after.spec.unschedulable;
    let labels = Plugins::AFFINITY | Plugins::VOLUMES | Plugins::SPREAD | Plugins::NEIGHBOURS;
    [
        (closed, Plugins::UNSCHEDULABLE | Plugins::TAINTS | Plugins::SPREAD),
        (before.metadata.labels != after.metadata.labels, labels),
        (before.status.allocatable != after.status.allocatable, Plugins::FIT),
    ]
    .iter()
    .filter(|(changed, _)| *changed)
    .fold(Plugins::default(), |all, (_, plugins)| all | *plugins)
}

/// True where the node would take the pod if nobody else were there. Upstream: isFit.
fn fits(node: &Node, pod: &Pod) -> bool {
    let (has, (cpu, memory)) = (capacity(node), requests::requests(&pod.spec));
    let others = requests::others(&pod.spec);
    has.pods > 0 && cpu <= has.cpu && memory <= has.memory && others.iter().all(|(name, amount)| *amount <= allocatable(node, name))
}

/// True where the node has more of what the pod asks for. Upstream: haveAnyRequestedResourcesIncreased.
fn has_more(before: &Node, after: &Node, pod: &Pod) -> bool {
    let ((old, new), (cpu, memory)) = ((capacity(before), capacity(after)), requests::requests(&pod.spec));
    new.pods > old.pods
        || cpu > 0 && new.cpu > old.cpu
        || memory > 0 && new.memory > old.memory
        || requests::others(&pod.spec).keys().any(|name| allocatable(after, name) > allocatable(before, name))
}

fn allocatable(node: &Node, name: &str) -> i64 {
    node.status.allocatable.get(name).map_or(0, |q| clamp(q.value()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::Kind;
    use crate::sim::World;
    use serde_json::{Value, json};

    fn node(value: Value) -> Node {
        serde_json::from_value(value).unwrap()
    }

    fn pod(labels: Value, spec: Value) -> Pod {
        serde_json::from_value(json!({"metadata": {"name": "p", "namespace": "default", "labels": labels}, "spec": spec})).unwrap()
    }

    fn helps(news: &News, pod: &Pod, plugin: Plugins) -> bool {
        let concerned = news.concerns() & plugin;
        concerned != Plugins::default() && news.helps(&World::new(Default::default()), pod, concerned)
    }

    /// Upstream: the tables of isSchedulableAfterNodeChange in plugins/nodeunschedulable, tainttoleration, nodeaffinity and
    /// noderesources.
    #[test]
    fn a_node_helps_where_it_has_become_what_a_plugin_wants() {
        let tainted = |keys: &[&str]| json!({"spec": {"taints": keys.iter().map(|key| json!({"key": key, "effect": "NoSchedule"})).collect::<Vec<Value>>()}});
        let labelled = |zone: &str| json!({"metadata": {"labels": {"zone": zone}}});
        let with = |cpu: &str, pods: &str| json!({"status": {"allocatable": {"cpu": cpu, "memory": "8Gi", "pods": pods}}});
        let asks =
            pod(json!({}), json!({"nodeSelector": {"zone": "a"}, "containers": [{"name": "c", "resources": {"requests": {"cpu": "2"}}}]}));
        for (plugin, before, after, expected) in [
            (Plugins::UNSCHEDULABLE, Some(json!({"spec": {"unschedulable": true}})), json!({}), true),
            (Plugins::UNSCHEDULABLE, Some(json!({})), json!({"spec": {"unschedulable": true}}), false),
            (Plugins::UNSCHEDULABLE, None, json!({}), true),
            (Plugins::TAINTS, Some(tainted(&["k"])), tainted(&[]), true),
            (Plugins::TAINTS, Some(tainted(&["k", "l"])), tainted(&["k"]), false),
            (Plugins::TAINTS, Some(tainted(&[])), tainted(&["k"]), false),
            (Plugins::TAINTS, None, tainted(&["k"]), false),
            (Plugins::AFFINITY, Some(labelled("b")), labelled("a"), true),
            (Plugins::AFFINITY, Some(labelled("b")), labelled("c"), false),
            (Plugins::AFFINITY, Some(labelled("a")), labelled("b"), false),
            (Plugins::AFFINITY, None, labelled("b"), false),
            (Plugins::FIT, Some(with("1", "9")), with("2", "9"), true),
            (Plugins::FIT, Some(with("1", "9")), with("1500m", "9"), false),
            (Plugins::FIT, Some(with("3", "9")), with("2", "9"), false),
            (Plugins::FIT, Some(with("3", "9")), with("3", "10"), true),
            (Plugins::FIT, None, with("1", "9"), false),
            (Plugins::FIT, Some(labelled("b")), labelled("a"), false),
        ] {
            let (before, after) = (before.map(node), node(after));
            assert_eq!(helps(&News::Node(before.as_ref(), &after), &asks, plugin), expected, "{plugin:?} {before:?} {after:?}");
        }
    }

    /// Upstream: the tables of isSchedulableAfterPodChange and its kin in plugins/nodeports, podtopologyspread,
    /// interpodaffinity and volumerestrictions.
    #[test]
    fn a_pod_helps_whom_it_stood_in_the_way_of_or_is_wanted_by() {
        let selector = |app: &str| json!({"labelSelector": {"matchLabels": {"app": app}}, "topologyKey": "zone"});
        let rule = |side: &str, app: &str| json!({side: {"requiredDuringSchedulingIgnoredDuringExecution": [selector(app)]}});
        let constraint = json!([{"maxSkew": 1, "topologyKey": "zone", "whenUnsatisfiable": "DoNotSchedule", "labelSelector": {"matchLabels": {"app": "x"}}}]);
        let port = |port: i32| json!({"containers": [{"name": "c", "ports": [{"hostPort": port}]}]});
        let claims = |name: &str| json!({"volumes": [{"name": "v", "persistentVolumeClaim": {"claimName": name}}]});
        let other = |app: &str, spec: Value| pod(json!({"app": app}), spec);
        let (x, y) = (other("x", json!({})), other("y", json!({})));
        let spread = other("x", json!({"topologySpreadConstraints": constraint}));
        let (near, away) =
            (other("p", json!({"affinity": rule("podAffinity", "x")})), other("p", json!({"affinity": rule("podAntiAffinity", "x")})));
        let guard = other("g", json!({"affinity": rule("podAntiAffinity", "y")}));
        let [port_80, port_81] = [80, 81].map(|number| other("p", port(number)));
        let [claim_a, claim_b] = ["a", "b"].map(|name| other("p", claims(name)));
        for (plugin, waits, news, expected) in [
            (Plugins::PORTS, &port_80, News::Left(&port_80), true),
            (Plugins::PORTS, &port_80, News::Left(&port_81), false),
            (Plugins::FIT, &x, News::Left(&y), true),
            (Plugins::RESTRICTIONS, &claim_a, News::Left(&claim_a), true),
            (Plugins::RESTRICTIONS, &claim_a, News::Left(&claim_b), false),
            (Plugins::SPREAD, &spread, News::Left(&x), true),
            (Plugins::SPREAD, &spread, News::Came(&y), false),
            (Plugins::SPREAD, &spread, News::Changed(&x, &y), true),
            (Plugins::SPREAD, &spread, News::Changed(&y, &y), false),
            (Plugins::NEIGHBOURS, &near, News::Came(&x), true),
            (Plugins::NEIGHBOURS, &near, News::Left(&x), false),
            (Plugins::NEIGHBOURS, &near, News::Changed(&y, &x), true),
            (Plugins::NEIGHBOURS, &away, News::Left(&x), true),
            (Plugins::NEIGHBOURS, &away, News::Left(&y), false),
            (Plugins::NEIGHBOURS, &away, News::Changed(&x, &y), true),
            (Plugins::NEIGHBOURS, &y, News::Left(&guard), true),
        ] {
            assert_eq!(helps(&news, waits, plugin), expected, "{plugin:?} {news:?}");
        }
    }

    /// Upstream: isSchedulableAfterPersistentVolumeClaimChange.
    #[test]
    fn a_claim_helps_the_pods_that_use_it() {
        let claim = |name: &str| {
            Object::from_value(Kind::PersistentVolumeClaim, json!({"metadata": {"name": name, "namespace": "default"}, "spec": {}}))
                .unwrap()
        };
        let waits = pod(json!({}), json!({"volumes": [{"name": "v", "persistentVolumeClaim": {"claimName": "a"}}]}));
        assert!(helps(&News::Storage(&claim("a")), &waits, Plugins::VOLUMES));
        assert!(!helps(&News::Storage(&claim("b")), &waits, Plugins::VOLUMES));
        assert!(!helps(&News::Storage(&claim("a")), &waits, Plugins::FIT));
    }
}
