//! Counts that a status may not have. Upstream: ValidateStatefulSetStatusUpdate, ValidateReplicaSetStatus and
//! ValidateDeploymentStatus in pkg/apis/apps/validation.

use crate::api::Object;
use crate::api::status::FieldError;

/// A count and its field.
type Count = (&'static str, i32);

/// What is wrong with the status that is to replace another.
pub fn status(before: &Object, after: &Object) -> Vec<FieldError> {
    match (before, after) {
        (Object::StatefulSet(old), Object::StatefulSet(new)) => {
            let (status, collisions) = (&new.status, (old.status.collision_count, new.status.collision_count));
            let parts = [
                ("readyReplicas", status.ready_replicas),
                ("currentReplicas", status.current_replicas),
                ("updatedReplicas", status.updated_replicas),
                ("availableReplicas", status.available_replicas),
            ];
            counts(status.replicas, &parts, "status.readyReplicas").into_iter().chain(decremented(collisions)).collect()
        }
        (_, Object::ReplicaSet(new)) => {
            let status = &new.status;
            let parts = [
                ("fullyLabeledReplicas", status.fully_labeled_replicas),
                ("readyReplicas", status.ready_replicas),
                ("availableReplicas", status.available_replicas),
            ];
            counts(status.replicas, &parts, "readyReplicas")
        }
        (Object::Deployment(old), Object::Deployment(new)) => {
            let (status, collisions) = (&new.status, (old.status.collision_count, new.status.collision_count));
            let parts = [
                ("updatedReplicas", status.updated_replicas),
                ("readyReplicas", status.ready_replicas),
                ("availableReplicas", status.available_replicas),
            ];
            counts(status.replicas, &parts, "readyReplicas").into_iter().chain(decremented(collisions)).collect()
        }
        _ => Vec::new(),
    }
}

/// None may be negative, none greater than all together, none available that is not ready.
fn counts(all: i32, parts: &[Count], ready: &str) -> Vec<FieldError> {
    let wrong = |(field, value): &Count, why: &str| FieldError::invalid(format!("status.{field}"), *value, why);
    let count = |name: &str| parts.iter().find(|(field, _)| *field == name).map_or(0, |(_, value)| *value);
    let (available, total) = ("availableReplicas", ("replicas", all));
    let negative = [total].into_iter().chain(parts.iter().copied()).filter(|(_, value)| *value < 0);
    let mut errors: Vec<FieldError> = negative.map(|part| wrong(&part, "must be greater than or equal to 0")).collect();
    let too_great = parts.iter().filter(|(_, value)| *value > all);
    errors.extend(too_great.map(|part| wrong(part, "cannot be greater than status.replicas")));
    if count(available) > count("readyReplicas") {
        errors.push(wrong(&(available, count(available)), &format!("cannot be greater than {ready}")));
    }
    errors
}

/// Upstream: isDecremented.
fn decremented((old, new): (Option<i32>, Option<i32>)) -> Option<FieldError> {
    let is_less = old.is_some_and(|old| new.is_none_or(|new| new < old));
    is_less.then(|| FieldError::invalid("status.collisionCount", new.unwrap_or(0), "cannot be decremented"))
}
