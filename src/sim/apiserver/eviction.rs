//! The eviction subresource: a delete that asks the disruption budgets first. Upstream: pkg/registry/core/pod/storage/eviction.go.

use super::Desk;
use crate::api::meta::{Condition, Truth, set_condition};
use crate::api::policy::{PodDisruptionBudgetStatus, UnhealthyPodEvictionPolicy};
use crate::api::{FieldError, Key, Kind, Object, Phase, Pod, PodDisruptionBudget, Reason, Refusal, Time};
use crate::sim::act::DeleteOptions;
use crate::sim::world::World;
use std::sync::Arc;

const DENIED: &str = "Cannot evict pod as it would violate the pod's disruption budget.";
const SEVERAL: &str = "This pod has more than one PodDisruptionBudget, which the eviction subresource does not support.";

/// When to ask again where a budget is not known yet. Upstream: createTooManyRequestsError.
const RETRY_AFTER: u32 = 10;

/// What a budget says to an eviction that it lets through.
enum Verdict {
    /// It is not concerned.
    Free,
    /// It has one disruption less from now on.
    Spend(Arc<PodDisruptionBudget>),
}

impl Desk<'_> {
    /// Deletes a pod where its disruption budget allows it: refused with 429 where it does not now, with 500 where the pod
    /// has several. Answers the pod where it stays for its grace.
    pub fn evict(&mut self, key: &Key, options: &DeleteOptions) -> Result<Option<Object>, Refusal> {
        let pod = self.get::<Pod>(key).cloned().ok_or_else(|| Refusal::not_found(Kind::Pod, &key.name))?;
        if let Verdict::Spend(budget) = verdict(self, &pod)? {
            let now = self.now;
            self.update_status(spend(&budget, &pod, now))?;
        }
        let mut marked = (*pod).clone();
        let target = Condition {
            kind: "DisruptionTarget".into(),
            status: Truth::True,
            last_transition_time: Some(self.now.to_second()),
            observed_generation: pod.metadata.generation,
            reason: "EvictionByEvictionAPI".into(),
            message: "Eviction API: evicting".into(),
            ..Condition::default()
        };
        set_condition(&mut marked.status.conditions, target);
        self.update_status(marked)?;
        self.delete(Kind::Pod, key, options)
    }
}

fn verdict(world: &World, pod: &Pod) -> Result<Verdict, Refusal> {
    let phase = pod.status.phase;
    if phase == Phase::Pending || phase.is_terminal() || pod.metadata.is_terminating() {
        return Ok(Verdict::Free);
    }
    let budgets: Vec<&Arc<PodDisruptionBudget>> = world.list::<PodDisruptionBudget>().filter(|budget| covers(budget, pod)).collect();
    match budgets[..] {
        [] => Ok(Verdict::Free),
        [budget] => ask(budget, pod),
        _ => Err(Refusal::plain(Reason::InternalError, SEVERAL)),
    }
}

/// True where a budget counts a pod. Upstream: GetPodPodDisruptionBudgets.
pub fn covers(budget: &PodDisruptionBudget, pod: &Pod) -> bool {
    let selector = budget.spec.selector.as_ref();
    budget.metadata.namespace == pod.metadata.namespace && selector.is_some_and(|selector| selector.matches(&pod.metadata.labels))
}

fn ask(budget: &Arc<PodDisruptionBudget>, pod: &Pod) -> Result<Verdict, Refusal> {
    let status = &budget.status;
    let met = status.desired_healthy > 0 && status.current_healthy >= status.desired_healthy;
    let always = budget.spec.unhealthy_pod_eviction_policy == Some(UnhealthyPodEvictionPolicy::AlwaysAllow);
    if !pod.is_ready() && (always || met) {
        return Ok(Verdict::Free);
    }
    let name = &budget.metadata.name;
    if status.observed_generation < budget.metadata.generation {
        let soon = denied(format!("The disruption budget {name} is still being processed by the server."));
        return Err(Refusal { retry_after: RETRY_AFTER, ..soon });
    }
    if status.disruptions_allowed == 0 {
        let (needs, has) = (status.desired_healthy, status.current_healthy);
        return Err(denied(format!("The disruption budget {name} needs {needs} healthy pods and has {has} currently")));
    }
    Ok(Verdict::Spend(budget.clone()))
}

fn denied(cause: String) -> Refusal {
    let cause = FieldError { path: String::new(), detail: cause };
    Refusal { fields: vec![cause], ..Refusal::plain(Reason::TooManyRequests, DENIED) }
}

fn spend(budget: &PodDisruptionBudget, pod: &Pod, now: Time) -> PodDisruptionBudget {
    let mut spent = budget.clone();
    spent.status.disruptions_allowed -= 1;
    note_allowed(&mut spent.status, now);
    spent.status.disrupted_pods.insert(pod.metadata.name.clone(), now.to_second());
    spent
}

/// Says in the condition whether a disruption is allowed. Upstream: UpdateDisruptionAllowedCondition.
pub fn note_allowed(status: &mut PodDisruptionBudgetStatus, now: Time) {
    let allowed = status.disruptions_allowed > 0;
    let condition = Condition {
        kind: "DisruptionAllowed".into(),
        status: allowed.into(),
        last_transition_time: Some(now.to_second()),
        reason: if allowed { "SufficientPods" } else { "InsufficientPods" }.into(),
        ..Condition::default()
    };
    set_condition(&mut status.conditions, condition);
}
