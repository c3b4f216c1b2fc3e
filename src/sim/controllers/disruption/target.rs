//! A pod that was to be disrupted and after two minutes is not being deleted is no target any more. Upstream:
//! syncStalePodDisruption in pkg/controller/disruption.

use super::super::super::apiserver::Desk;
use super::super::super::change::Controller;
use super::super::super::world::World;
use crate::api::meta::{Condition, Truth, condition, set_condition};
use crate::api::{Key, Kind, Object, Pod, Span, Time};

const TARGET: &str = "DisruptionTarget";
/// How long a pod may take to be deleted: stalePodDisruptionTimeout.
const TIMEOUT: Span = Span::mins(2);
/// A kubelet's own word is never taken back: it may take as long as it likes.
const BY_KUBELET: &str = "TerminationByKubelet";

/// Hears of a pod.
pub fn notice(world: &mut World, after: Option<&Object>) {
    let Some(Object::Pod(pod)) = after else { return };
    if let Some(at) = goes_stale(pod) {
        let delay = at - world.now();
        world.enqueue(Controller::Disruption, Kind::Pod, &pod.metadata.key(), delay);
    }
}

/// When a pod's condition is to be taken back, where it is to be.
fn goes_stale(pod: &Pod) -> Option<Time> {
    if pod.metadata.is_terminating() || pod.status.phase.is_terminal() {
        return None;
    }
    let target = condition(&pod.status.conditions, TARGET)?;
    let counts = target.status == Truth::True && &*target.reason != BY_KUBELET;
    counts.then(|| target.last_transition_time.unwrap_or_default() + TIMEOUT)
}

/// Takes the condition back where it is stale.
pub fn sync(desk: &mut Desk, key: &Key) {
    let Some(pod) = desk.get::<Pod>(key).filter(|pod| goes_stale(pod).is_some_and(|at| at <= desk.now())).cloned() else { return };
    let mut after = (*pod).clone();
    let reset = Condition {
        kind: TARGET.into(),
        status: Truth::False,
        last_transition_time: Some(desk.now().to_second()),
        observed_generation: pod.metadata.generation,
        ..Condition::default()
    };
    set_condition(&mut after.status.conditions, reset);
    // A refusal means that the pod is gone.
    let _ = desk.update_status(after);
}
