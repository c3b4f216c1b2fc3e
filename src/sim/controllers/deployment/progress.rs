//! What a deployment's status says: counts, availability, progress. Upstream: deployment/progress.go and sync.go.

use super::sets::Family;
use super::{DeploymentCondition, Done, Round};
use crate::api::deployment::DeploymentStatus;
use crate::api::{Deployment, Kind, Name, Span, Time, Truth};
use crate::sim::change::Controller;

/// A condition that begins now.
pub fn condition(kind: &str, status: Truth, reason: &str, message: String, now: Time) -> DeploymentCondition {
    DeploymentCondition {
        kind: kind.into(),
        status,
        last_update_time: Some(now.to_second()),
        last_transition_time: Some(now.to_second()),
        reason: reason.into(),
        message: message.into(),
    }
}

/// True where all pods are of the present template and available. Upstream: DeploymentComplete.
pub fn is_complete(deployment: &Deployment, status: &DeploymentStatus) -> bool {
    let wanted = deployment.spec.replicas;
    [status.updated_replicas, status.replicas, status.available_replicas] == [wanted; 3]
        && status.observed_generation >= deployment.metadata.generation
}

/// Counts and availability. Upstream: calculateStatus.
fn count(round: &Round, family: &Family) -> DeploymentStatus {
    let deployment = &round.deployment;
    let available: i32 = family.all().map(|set| set.status.available_replicas).sum();
    let mut status = DeploymentStatus {
        observed_generation: deployment.metadata.generation,
        replicas: family.all().map(|set| set.status.replicas).sum(),
        updated_replicas: family.new.as_ref().map_or(0, |new| new.status.replicas),
        ready_replicas: family.all().map(|set| set.status.ready_replicas).sum(),
        available_replicas: available,
        unavailable_replicas: (family.wanted() - available).max(0),
        terminating_replicas: Some(family.all().filter_map(|set| set.status.terminating_replicas).sum()),
        conditions: deployment.status.conditions.clone(),
        collision_count: deployment.status.collision_count,
    };
    let (truth, reason, message) = if available >= deployment.spec.replicas - deployment.max_unavailable() {
        (Truth::True, "MinimumReplicasAvailable", "Deployment has minimum availability.")
    } else {
        (Truth::False, "MinimumReplicasUnavailable", "Deployment does not have minimum availability.")
    };
    status.set_condition(condition("Available", truth, reason, message.to_owned(), round.desk.now()));
    status
}

/// Writes the counts where they have changed. Upstream: syncDeploymentStatus.
pub fn write_counts(round: &mut Round, family: &Family) -> Done {
    let status = count(round, family);
    store(round, status)
}

fn store(round: &mut Round, status: DeploymentStatus) -> Done {
    if status == round.deployment.status {
        return Ok(());
    }
    round.deployment.status = status;
    round.write()
}

/// Writes counts and progress where they have changed, and comes back when the deadline ends. Upstream: syncRolloutStatus.
pub fn write(round: &mut Round, family: &Family) -> Done {
    let mut status = count(round, family);
    estimate(round, family, &mut status);
    let failures = family.new.iter().chain(&family.old).flat_map(|set| &set.status.conditions);
    match failures.into_iter().find(|c| &*c.kind == "ReplicaFailure") {
        Some(c) => {
            let at = c.last_transition_time.unwrap_or_default();
            status.set_condition(condition("ReplicaFailure", c.status, &c.reason, c.message.to_string(), at));
        }
        None => status.drop_condition("ReplicaFailure"),
    }
    if status == round.deployment.status {
        await_deadline(round);
        return Ok(());
    }
    store(round, status)
}

fn estimate(round: &Round, family: &Family, status: &mut DeploymentStatus) {
    let deployment = &round.deployment;
    if !deployment.has_progress_deadline() {
        return status.drop_condition("Progressing");
    }
    let current = deployment.status.condition("Progressing");
    if status.replicas == status.updated_replicas && current.is_some_and(|c| &*c.reason == "NewReplicaSetAvailable") {
        return;
    }
    let who: Name = match &family.new {
        Some(new) => format!("ReplicaSet {:?}", &*new.metadata.name).into(),
        None => format!("Deployment {:?}", &*deployment.metadata.name).into(),
    };
    let now = round.desk.now();
    let progress = |truth, reason, words: &str| condition("Progressing", truth, reason, format!("{who} {words}"), now);
    if is_complete(deployment, status) {
        status.set_condition(progress(Truth::True, "NewReplicaSetAvailable", "has successfully progressed."));
    } else if has_progressed(&deployment.status, status) {
        let mut news = progress(Truth::True, "ReplicaSetUpdated", "is progressing.");
        if let Some(old) = current.filter(|c| c.status == Truth::True) {
            news.last_transition_time = old.last_transition_time;
        }
        status.drop_condition("Progressing");
        status.set_condition(news);
    } else if has_timed_out(deployment, status, now) {
        status.set_condition(progress(Truth::False, "ProgressDeadlineExceeded", "has timed out progressing."));
    }
}

/// Upstream: DeploymentProgressing.
fn has_progressed(before: &DeploymentStatus, after: &DeploymentStatus) -> bool {
    after.updated_replicas > before.updated_replicas
        || after.replicas - after.updated_replicas < before.replicas - before.updated_replicas
        || after.ready_replicas > before.ready_replicas
        || after.available_replicas > before.available_replicas
}

fn deadline(deployment: &Deployment, status: &DeploymentStatus) -> Option<Time> {
    let since = status.condition("Progressing")?.last_update_time?;
    Some(since + Span::secs(deployment.spec.progress_deadline_seconds.into()))
}

/// Upstream: DeploymentTimedOut.
fn has_timed_out(deployment: &Deployment, status: &DeploymentStatus, now: Time) -> bool {
    match status.condition("Progressing").map(|c| &*c.reason) {
        None | Some("NewReplicaSetAvailable") => false,
        Some("ProgressDeadlineExceeded") => true,
        Some(_) => deadline(deployment, status).is_some_and(|at| at < now),
    }
}

/// Upstream: requeueStuckDeployment, which tries again at once in the last second; here it always comes a second late.
fn await_deadline(round: &mut Round) {
    let deployment = &round.deployment;
    let reason = deployment.status.condition("Progressing").map(|c| c.reason.clone()).unwrap_or_default();
    if is_complete(deployment, &deployment.status) || &*reason == "ProgressDeadlineExceeded" || !deployment.has_progress_deadline() {
        return;
    }
    if let Some(at) = deadline(deployment, &deployment.status) {
        let (key, delay) = (deployment.metadata.key(), at + Span::secs(1) - round.desk.now());
        round.desk.world().enqueue(Controller::Deployment, Kind::Deployment, &key, delay);
    }
}
