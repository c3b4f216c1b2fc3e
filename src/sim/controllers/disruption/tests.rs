//! Budgets in whole worlds: what is counted, and which evictions are let through.

use crate::api::meta::{Truth, condition};
use crate::api::{Kind, Pod, PodDisruptionBudget, Reason, Refusal, Span};
use crate::sim::act::{Act, DeleteOptions, Request};
use crate::sim::tests::{Trial, key, over};
use serde_json::{Value, json};

/// Three ready pods of a ReplicaSet `rs`, and a budget over them.
fn guarded(budget: Value) -> Trial {
    let mut trial = Trial::new(3);
    trial.put_rs("luksa/kubia", json!({"replicas": 3}));
    trial.pass(Span::secs(10));
    put(&mut trial, "budget", budget);
    trial.pass(Span::secs(1));
    trial
}

fn put(trial: &mut Trial, name: &str, budget: Value) {
    let spec = over(json!({"selector": {"matchLabels": {"app": "rs"}}}), budget);
    trial.put(Kind::PodDisruptionBudget, json!({"metadata": {"name": name}, "spec": spec}));
}

/// Allowed, healthy, desired, expected.
fn counts(trial: &Trial) -> [i32; 4] {
    let status = trial.get::<PodDisruptionBudget>("budget").status.clone();
    [status.disruptions_allowed, status.current_healthy, status.desired_healthy, status.expected_pods]
}

fn evict(trial: &mut Trial, pod: &str) -> Result<(), Refusal> {
    trial.world.apply(Act::Request(Request::Evict(key(pod), DeleteOptions::default()))).map(|_| ())
}

fn fail(trial: &mut Trial, pod: &str) {
    trial.act(Act::FailReadiness(key(pod)));
    trial.pass(Span::secs(2));
}

#[test]
fn counts_follow_the_budget_and_the_scale() {
    for (budget, wanted) in [
        (json!({"minAvailable": 2}), [1, 3, 2, 3]),
        (json!({"minAvailable": 4}), [0, 3, 4, 3]),
        (json!({"minAvailable": "50%"}), [1, 3, 2, 3]),
        (json!({"maxUnavailable": 1}), [1, 3, 2, 3]),
        (json!({"maxUnavailable": "34%"}), [2, 3, 1, 3]),
        (json!({"maxUnavailable": 5}), [3, 3, 0, 3]),
        (json!({}), [0, 3, 0, 0]),
    ] {
        let trial = guarded(budget.clone());
        assert_eq!(counts(&trial), wanted, "{budget}");
        let budget = trial.get::<PodDisruptionBudget>("budget");
        let reason = if wanted[0] > 0 { "SufficientPods" } else { "InsufficientPods" };
        assert_eq!((&*budget.status.conditions[0].reason, budget.status.observed_generation), (reason, 1));
    }
}

#[test]
fn evictions_are_let_through_until_the_budget_is_spent() {
    let mut trial = guarded(json!({"minAvailable": 2}));
    let pods = trial.names(Kind::Pod);
    assert_eq!(evict(&mut trial, &pods[0]), Ok(()));
    let target = trial.get::<Pod>(&pods[0]).status.conditions.iter().find(|c| &*c.kind == "DisruptionTarget").cloned().unwrap();
    assert_eq!((&*target.reason, &*target.message), ("EvictionByEvictionAPI", "Eviction API: evicting"));
    let refusal = evict(&mut trial, &pods[1]).unwrap_err();
    assert_eq!(refusal.reason, Reason::TooManyRequests);
    assert_eq!(refusal.message, "Cannot evict pod as it would violate the pod's disruption budget.");
    assert_eq!(refusal.fields[0].detail, "The disruption budget budget needs 2 healthy pods and has 3 currently");
    trial.pass(Span::secs(10));
    assert_eq!(counts(&trial), [1, 3, 2, 3], "the replacement is ready");
    assert_eq!(evict(&mut trial, &pods[1]), Ok(()));
}

/// Upstream: EvictionREST.Create, whose addConditionAndDeletePod does not ask whether the pod is going already.
#[test]
fn a_pod_that_is_going_already_is_marked_as_evicted() {
    let mut trial = guarded(json!({"minAvailable": 3}));
    let pods = trial.names(Kind::Pod);
    trial.act(Act::Disconnect(trial.get::<Pod>(&pods[0]).spec.node_name.clone()));
    trial.delete(Kind::Pod, &pods[0]);
    let before = trial.get::<Pod>(&pods[0]).metadata.deletion_timestamp;
    assert_eq!(evict(&mut trial, &pods[0]), Ok(()));
    let pod = trial.get::<Pod>(&pods[0]);
    assert_eq!(condition(&pod.status.conditions, "DisruptionTarget").map(|c| &*c.reason), Some("EvictionByEvictionAPI"));
    assert_eq!(pod.metadata.deletion_timestamp, before);
}

#[test]
fn a_budget_that_was_not_looked_at_yet_refuses() {
    let mut trial = guarded(json!({"minAvailable": 1}));
    trial.edit(Kind::PodDisruptionBudget, "budget", "/spec/minAvailable", 2.into());
    let pods = trial.names(Kind::Pod);
    let refusal = evict(&mut trial, &pods[0]).unwrap_err();
    assert_eq!(refusal.fields[0].detail, "The disruption budget budget is still being processed by the server.");
}

#[test]
fn two_budgets_are_one_too_many() {
    let mut trial = guarded(json!({"minAvailable": 1}));
    put(&mut trial, "second", json!({"minAvailable": 1}));
    let pods = trial.names(Kind::Pod);
    let refusal = evict(&mut trial, &pods[0]).unwrap_err();
    assert_eq!(refusal.reason, Reason::InternalError);
    assert_eq!(refusal.message, "This pod has more than one PodDisruptionBudget, which the eviction subresource does not support.");
}

/// Upstream: test/e2e/apps/disruption.go, the unhealthyPodEvictionPolicy matrix.
#[test]
fn an_unready_pod_goes_by_policy() {
    for (policy, least, goes) in
        [("IfHealthyBudget", 2, true), ("IfHealthyBudget", 3, false), ("AlwaysAllow", 3, true), ("AlwaysAllow", 2, true)]
    {
        let mut trial = guarded(json!({"minAvailable": least, "unhealthyPodEvictionPolicy": policy}));
        let pods = trial.names(Kind::Pod);
        fail(&mut trial, &pods[0]);
        assert_eq!(evict(&mut trial, &pods[0]).is_ok(), goes, "{policy} {least}");
    }
}

#[test]
fn a_budget_without_pods_says_so_and_allows_nothing() {
    let mut trial = Trial::new(1);
    put(&mut trial, "budget", json!({"maxUnavailable": 1}));
    trial.pass(Span::secs(1));
    assert_eq!(trial.said("budget", "NoPods"), ["No matching pods found"]);
    assert_eq!(counts(&trial), [0, 0, 0, 0]);
}

#[test]
fn a_pod_without_a_known_manager_makes_a_share_unknowable() {
    let mut trial = Trial::new(1);
    let owner = json!([{"apiVersion": "v1", "kind": "Node", "name": "node-1", "uid": trial.world.objects(Kind::Node).next().unwrap().meta().uid, "controller": true}]);
    let spec = crate::sim::tests::pod_spec("luksa/kubia");
    trial.put(Kind::Pod, json!({"metadata": {"name": "p", "labels": {"app": "rs"}, "ownerReferences": owner}, "spec": spec}));
    put(&mut trial, "budget", json!({"maxUnavailable": 1}));
    trial.pass(Span::secs(1));
    let words = "Failed to calculate the number of expected pods: found no controllers for pod \"p\"";
    assert_eq!(trial.said("budget", "CalculateExpectedPodCountFailed"), [words]);
    assert_eq!(&*trial.get::<PodDisruptionBudget>("budget").status.conditions[0].reason, "SyncFailed");
}

/// Upstream: TestStalePodDisruption.
#[test]
fn a_target_that_is_not_deleted_is_no_target_after_two_minutes() {
    for (reason, kept) in [("EvictionByEvictionAPI", false), ("TerminationByKubelet", true)] {
        let mut trial = Trial::new(1);
        trial.put_pod("p", "nginx", json!({}));
        trial.pass(Span::secs(5));
        let target = |trial: &Trial| condition(&trial.get::<Pod>("p").status.conditions, "DisruptionTarget").cloned().unwrap();
        let now = trial.world.now().to_second();
        let condition = json!([{"type": "DisruptionTarget", "status": "True", "reason": reason, "lastTransitionTime": now}]);
        trial.edit_status(Kind::Pod, "p", "/status/conditions", condition);
        trial.pass(Span::secs(115));
        assert_eq!(target(&trial).status, Truth::True);
        trial.pass(Span::secs(10));
        assert_eq!((target(&trial).status == Truth::True, &*target(&trial).reason), (kept, if kept { reason } else { "" }));
    }
}
