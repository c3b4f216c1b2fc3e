//! The eviction subresource: a delete that asks the disruption budgets first. Upstream:
//! pkg/registry/core/pod/storage/eviction.go.

use crate::api::meta::set_condition;
use crate::api::object::{Kind, Object};
use crate::api::{Condition, Key, Pod, Reason, Refusal, Selector, Truth, Uid};
use crate::shell::requests;
use crate::sim::{Act, DeleteOptions, Request, World};
use serde::Deserialize;
use serde_json::Value;

/// Evicts a pod, or refuses for now where a budget forbids it.
pub fn evict(world: &mut World, key: &Key, uid: Uid, grace: Option<i64>) -> Result<(), Refusal> {
    let pod = world.get::<Pod>(key).filter(|pod| pod.metadata.uid == uid).cloned();
    let pod = pod.ok_or_else(|| Refusal::not_found(Kind::Pod, &key.name))?;
    if forbidden(world, &pod) {
        let message = "Cannot evict pod as it would violate the pod's disruption budget.";
        return Err(Refusal { reason: Reason::TooManyRequests, ..Refusal::bad_request(message) });
    }
    let mut marked = (*pod).clone();
    let target = Condition {
        kind: "DisruptionTarget".into(),
        status: Truth::True,
        last_transition_time: Some(world.now().to_second()),
        reason: "EvictionByEvictionAPI".into(),
        message: "Eviction API: evicting".into(),
        ..Condition::default()
    };
    set_condition(&mut marked.status.conditions, target);
    world.apply(Act::Request(Request::UpdateStatus(marked.into())))?;
    requests::delete(world, Kind::Pod, key, DeleteOptions { grace, uid: Some(uid), ..DeleteOptions::default() }).map(|_| ())
}

/// True where a disruption budget does not let the pod go now. Budgets are counted here when they are needed, because no
/// controller keeps their status.
fn forbidden(world: &World, pod: &Pod) -> bool {
    if !pod.is_ready() || !pod.is_active() {
        return false;
    }
    world.objects(Kind::PodDisruptionBudget).filter(|b| b.meta().namespace == pod.metadata.namespace).any(|budget| {
        let spec = &budget.to_value()["spec"];
        let selector = Selector::deserialize(&spec["selector"]).unwrap_or_default();
        selector.matches(&pod.metadata.labels) && !allows_one(world, budget, spec, &selector)
    })
}

fn allows_one(world: &World, budget: &Object, spec: &Value, selector: &Selector) -> bool {
    let matching =
        || world.list::<Pod>().filter(|p| p.metadata.namespace == budget.meta().namespace && selector.matches(&p.metadata.labels));
    let healthy = matching().filter(|p| p.is_ready() && p.is_active()).count() as i64;
    let all = matching().count() as i64;
    let share = |value: &Value| match value.as_str().and_then(|text| text.strip_suffix('%')?.parse::<i64>().ok()) {
        Some(percent) => (all * percent + 99) / 100,
        None => value.as_i64().unwrap_or(0),
    };
    let needed = if spec["minAvailable"].is_null() { all - share(&spec["maxUnavailable"]) } else { share(&spec["minAvailable"]) };
    healthy > needed
}
