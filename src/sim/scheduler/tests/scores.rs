//! Each score by itself, as kept decisions tell them.

use super::*;
use decision::{PARTS, Weighed};

/// What a node scored in one part for a pod, weight included.
fn scored(trial: &Trial, pod: &str, part: &str, node: &str) -> i64 {
    let decision = decision::of(&trial.world, trial.get::<Pod>(pod).metadata.uid).unwrap();
    match &decision.nodes.iter().find(|(name, _)| **name == *node).unwrap().1 {
        Weighed::Scored(parts) => parts[PARTS.iter().position(|known| *known == part).unwrap()],
        Weighed::Refused(why) => panic!("{node}: {why}"),
    }
}

/// Upstream: TestLeastAllocated and TestNodeResourcesBalancedAllocation; nodes have 4 cpu and 8 Gi.
#[test]
fn room_is_what_is_left_and_how_evenly_it_is_used() {
    let mut trial = Trial::new(2);
    let requests = |cpu: &str, memory: &str| json!({"containers": [{"name": "c", "image": "nginx", "resources": {"requests": {"cpu": cpu, "memory": memory}}}]});
    trial.put_pod("there", "nginx", over(requests("2", "2Gi"), json!({"nodeName": "node-1"})));
    trial.pass(Span::secs(1));
    trial.put_pod("p", "nginx", requests("1", "1Gi"));
    trial.pass(Span::secs(1));
    // node-1: ¼ of cpu left and 62 % of memory; from 50 %/25 % to 75 %/37.5 %: 87 before and 81 after.
    assert_eq!(scored(&trial, "p", "room", "node-1"), (25 + 62) / 2 + 50 + (50 + 81 - 87) / 2);
    // node-2: 75 % and 87 %; from nothing, which is even, to 25 %/12.5 %.
    assert_eq!(scored(&trial, "p", "room", "node-2"), (75 + 87) / 2 + 50 + (50 + 93 - 100) / 2);
    trial.put_pod("plain", "nginx", json!({}));
    trial.pass(Span::secs(1));
    // 100m and 200Mi are counted for it; evenness is not asked for.
    assert_eq!(scored(&trial, "plain", "room", "node-1"), (47 + 72) / 2);
}

/// Upstream: TestTaintTolerationScore, TestNodeAffinityPriority.
#[test]
fn taints_and_wishes_are_scaled_to_the_most_there_is() {
    let mut trial = Trial::new(3);
    let soft = |keys: &[&str]| keys.iter().map(|key| json!({"key": key, "effect": "PreferNoSchedule"})).collect::<Vec<Value>>();
    trial.edit(Kind::Node, "node-1", "/spec/taints", json!(soft(&["a", "b", "c"])));
    trial.edit(Kind::Node, "node-2", "/spec/taints", json!(soft(&["a", "b"])));
    trial.edit(Kind::Node, "node-2", "/metadata/labels/disk", json!("ssd"));
    let term = json!({"matchExpressions": [{"key": "disk", "operator": "Exists"}]});
    let name = json!({"matchFields": [{"key": "metadata.name", "operator": "In", "values": ["node-3"]}]});
    let wishes = json!([{"weight": 40, "preference": term}, {"weight": 30, "preference": name}, {"weight": 100, "preference": {}}]);
    let affinity = json!({"nodeAffinity": {"preferredDuringSchedulingIgnoredDuringExecution": wishes}});
    trial.put_pod("p", "nginx", json!({"affinity": affinity, "tolerations": [{"key": "a", "operator": "Exists"}]}));
    trial.pass(Span::secs(1));
    let all = |part: &str| ["node-1", "node-2", "node-3"].map(|node| scored(&trial, "p", part, node));
    assert_eq!(all("taints"), [0, 3 * 50, 3 * 100]);
    assert_eq!(all("affinity"), [0, 2 * 100, 2 * 75]);
}

/// Upstream: TestPodTopologySpreadScore, with system defaults: of a zone all nodes count, also those that the pod cannot go to.
#[test]
fn a_zone_is_as_full_as_all_its_nodes() {
    let mut trial = Trial::new(4);
    for (node, zone) in [("node-1", "a"), ("node-2", "a"), ("node-3", "b")] {
        trial.edit(Kind::Node, node, "/metadata/labels/topology.kubernetes.io~1zone", json!(zone));
    }
    trial.put(Kind::Service, json!({"metadata": {"name": "web"}, "spec": {"selector": {"app": "web"}, "ports": [{"port": 80}]}}));
    for name in ["x", "y", "z"] {
        put_labelled(&mut trial, name, "web", json!({"nodeName": "node-1"}));
    }
    trial.edit(Kind::Node, "node-1", "/spec/unschedulable", json!(true));
    put_labelled(&mut trial, "p", "web", json!({}));
    // node-2: none of its own, three in its zone, and 2 + 4 for the skews; three nodes, in three zones, counting that without.
    // 3 · ln 5 + 6 = 10.83 → 11; node-3: 6; node-4, which has no zone: 2. The least is 2, the most 11.
    let all = ["node-2", "node-3", "node-4"].map(|node| scored(&trial, "p", "spread", node));
    assert_eq!(all, [11, 6, 2].map(|raw| 2 * (100 * (11 + 2 - raw) / 11)));
    put_labelled(&mut trial, "alone", "nobody", json!({}));
    assert_eq!(scored(&trial, "alone", "spread", "node-2"), 0, "nothing selects it");
}

/// Upstream: TestPreferredAffinity, TestPreferredAffinityWithHardPodAffinitySymmetricWeight.
#[test]
fn company_counts_both_ways() {
    let mut trial = Trial::new(3);
    let term = |app: &str| json!({"labelSelector": {"matchLabels": {"app": app}}, "topologyKey": "kubernetes.io/hostname"});
    put_labelled(&mut trial, "a", "a", json!({"nodeName": "node-1"}));
    let likes_b = json!({"affinity": {"podAffinity": {"preferredDuringSchedulingIgnoredDuringExecution": [{"weight": 3, "podAffinityTerm": term("b")}]}}});
    put_labelled(&mut trial, "c", "c", over(likes_b, json!({"nodeName": "node-2"})));
    let wishes = json!([{"weight": 4, "podAffinityTerm": term("a")}]);
    put_labelled(&mut trial, "b", "b", json!({"affinity": {"podAffinity": {"preferredDuringSchedulingIgnoredDuringExecution": wishes}}}));
    let all = ["node-1", "node-2", "node-3"].map(|node| scored(&trial, "b", "company", node));
    assert_eq!(all, [2 * 100, 2 * 75, 0]);
}
