//! How far a rollout is. Upstream: polymorphichelpers/rollout_status.go.

use crate::api::object::Object;
use crate::api::workload::StrategyType;
use crate::api::{DaemonSet, Deployment, StatefulSet, deployment};
use crate::shell::voice::Failure;

/// A sentence, and whether it is the last.
type Step = (String, bool);

/// Refuses a set that does not roll by itself.
pub fn check(object: &Object) -> Result<(), Failure> {
    let kind = match object {
        Object::StatefulSet(set) => set.spec.update_strategy.kind,
        Object::DaemonSet(set) => set.spec.update_strategy.kind,
        _ => StrategyType::RollingUpdate,
    };
    match kind {
        StrategyType::OnDelete => Err(Failure::error("rollout status is only available for RollingUpdate strategy type")),
        StrategyType::RollingUpdate => Ok(()),
    }
}

/// How far it is, and whether it is through; of a Deployment also why it will not be.
pub fn of(object: &Object, revision: Option<i64>) -> Result<Step, Failure> {
    match object {
        Object::StatefulSet(set) => Ok(stateful_set(set)),
        Object::DaemonSet(set) => Ok(daemon_set(set)),
        Object::Deployment(deployment) => self::deployment(deployment, revision),
        _ => Ok((String::new(), true)),
    }
}

fn stateful_set(set: &StatefulSet) -> Step {
    let (spec, status) = (&set.spec, &set.status);
    if status.observed_generation == 0 || set.metadata.generation > status.observed_generation {
        return ("Waiting for statefulset spec update to be observed...".to_owned(), false);
    }
    if status.ready_replicas < spec.replicas {
        return (format!("Waiting for {} pods to be ready...", spec.replicas - status.ready_replicas), false);
    }
    let (done, revision) = (status.updated_replicas, &status.update_revision);
    if let Some(rolling) = &spec.update_strategy.rolling_update {
        let wanted = spec.replicas - rolling.partition;
        return match done < wanted {
            true => (format!("Waiting for partitioned roll out to finish: {done} out of {wanted} new pods have been updated..."), false),
            false => (format!("partitioned roll out complete: {done} new pods have been updated..."), true),
        };
    }
    if *revision != status.current_revision {
        return (format!("waiting for statefulset rolling update to complete {done} pods at revision {revision}..."), false);
    }
    (format!("statefulset rolling update complete {} pods at revision {}...", status.current_replicas, status.current_revision), true)
}

fn daemon_set(set: &DaemonSet) -> Step {
    let (name, status) = (&*set.metadata.name, &set.status);
    if set.metadata.generation > status.observed_generation {
        return ("Waiting for daemon set spec update to be observed...".to_owned(), false);
    }
    let (wanted, updated, available) = (status.desired_number_scheduled, status.updated_number_scheduled, status.number_available);
    let left = if updated < wanted {
        format!("{updated} out of {wanted} new pods have been updated...")
    } else if available < wanted {
        format!("{available} of {wanted} updated pods are available...")
    } else {
        return (format!("daemon set {name:?} successfully rolled out"), true);
    };
    (format!("Waiting for daemon set {name:?} rollout to finish: {left}"), false)
}

fn deployment(deployment: &Deployment, revision: Option<i64>) -> Result<Step, Failure> {
    let (name, status) = (&*deployment.metadata.name, &deployment.status);
    let running = deployment::number(&deployment.metadata, deployment::REVISION).map_or(0, i64::from);
    if let Some(wanted) = revision.filter(|wanted| *wanted != running) {
        return Err(Failure::error(format!("desired revision ({wanted}) is different from the running revision ({running})")));
    }
    if deployment.metadata.generation > status.observed_generation {
        return Ok(("Waiting for deployment spec update to be observed...".to_owned(), false));
    }
    if status.condition("Progressing").is_some_and(|c| &*c.reason == "ProgressDeadlineExceeded") {
        return Err(Failure::error(format!("deployment {name:?} exceeded its progress deadline")));
    }
    let (wanted, updated) = (deployment.spec.replicas, status.updated_replicas);
    let left = if updated < wanted {
        format!("{updated} out of {wanted} new replicas have been updated...")
    } else if status.replicas > updated {
        format!("{} old replicas are pending termination...", status.replicas - updated)
    } else if status.available_replicas < updated {
        format!("{} of {updated} updated replicas are available...", status.available_replicas)
    } else {
        return Ok((format!("deployment {name:?} successfully rolled out"), true));
    };
    Ok((format!("Waiting for deployment {name:?} rollout to finish: {left}"), false))
}
