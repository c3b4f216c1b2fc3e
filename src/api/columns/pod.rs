//! Pods in tables: STATUS, READY and RESTARTS. Upstream: printPod in pkg/printers/internalversion/printers.go.

use super::or_none;
use crate::api::Time;
use crate::api::age::{age, since};
use crate::api::meta::{Truth, condition};
use crate::api::pod::{ContainerState, ContainerStatus, Pod, Terminated};
use serde::Deserialize;

pub(super) fn cells(pod: &Pod, now: Time) -> Vec<String> {
    let summary = summary(pod);
    let gates = pod.spec.rest.get("readinessGates").and_then(|g| g.as_array()).map_or(0, Vec::len);
    let restarts = match summary.restarted {
        Some(at) if summary.restarts > 0 => format!("{} ({} ago)", summary.restarts, age(now - at)),
        _ => summary.restarts.to_string(),
    };
    vec![
        pod.metadata.name.to_string(),
        format!("{}/{}", summary.ready, summary.total),
        summary.status,
        restarts,
        since(pod.metadata.creation_timestamp, now),
        or_none(&pod.status.pod_ip),
        or_none(&pod.spec.node_name),
        "<none>".to_owned(),
        if gates == 0 { "<none>".to_owned() } else { format!("0/{gates}") },
    ]
}

/// What a pod's row says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Summary {
    /// The STATUS column.
    pub status: String,
    /// Ready containers.
    pub ready: usize,
    /// All containers.
    pub total: usize,
    /// How often containers were started again.
    pub restarts: i32,
    /// When the last of those that ended had ended.
    pub restarted: Option<Time>,
}

/// The STATUS column of a pod.
pub fn status(pod: &Pod) -> String {
    summary(pod).status
}

/// Sums a pod up as its row in `kubectl get pods` does.
pub fn summary(pod: &Pod) -> Summary {
    let mut sum = Summary { status: first_word(pod), ready: 0, total: pod.spec.containers.len(), restarts: 0, restarted: None };
    let init = waiting_for_init(pod);
    if let Some(reason) = &init {
        sum.status = reason.clone();
    }
    if init.is_none() || condition(&pod.status.conditions, "Initialized").is_some_and(|c| c.status == Truth::True) {
        regular(pod, &mut sum);
    }
    let gone = pod.metadata.is_terminating();
    if gone && &*pod.status.reason == "NodeLost" {
        sum.status = "Unknown".to_owned();
    } else if gone && !pod.status.phase.is_terminal() {
        sum.status = "Terminating".to_owned();
    }
    sum
}

fn first_word(pod: &Pod) -> String {
    let gated = condition(&pod.status.conditions, "PodScheduled").is_some_and(|c| &*c.reason == "SchedulingGated");
    match (gated, pod.status.reason.is_empty()) {
        (true, _) => "SchedulingGated".to_owned(),
        (false, false) => pod.status.reason.to_string(),
        (false, true) => pod.status.phase.text().to_owned(),
    }
}

/// `Init:…` while init containers are not through.
fn waiting_for_init(pod: &Pod) -> Option<String> {
    let value = pod.status.rest.get("initContainerStatuses")?;
    let statuses = Vec::<ContainerStatus>::deserialize(value).ok()?;
    let total = pod.spec.init_containers.len();
    let (done, current) = statuses.iter().enumerate().find(|(_, s)| s.state.terminated.as_ref().is_none_or(|t| t.exit_code != 0))?;
    Some(match &current.state {
        ContainerState { terminated: Some(ended), .. } => format!("Init:{}", ending(ended)),
        ContainerState { waiting: Some(w), .. } if !w.reason.is_empty() && &*w.reason != "PodInitializing" => format!("Init:{}", w.reason),
        _ => format!("Init:{done}/{total}"),
    })
}

/// `Error`, `Signal:9` or `ExitCode:1`.
fn ending(ended: &Terminated) -> String {
    let signal = ended.rest.get("signal").and_then(|s| s.as_i64()).unwrap_or(0);
    match (ended.reason.is_empty(), signal) {
        (false, _) => ended.reason.to_string(),
        (true, 0) => format!("ExitCode:{}", ended.exit_code),
        (true, signal) => format!("Signal:{signal}"),
    }
}

/// From the last container to the first, so that the first one's word counts most.
fn regular(pod: &Pod, sum: &mut Summary) {
    let mut running = false;
    let mut failure = None;
    for status in pod.status.container_statuses.iter().rev() {
        sum.restarts += status.restart_count;
        let ended = status.last_state.terminated.as_ref().and_then(|t| t.finished_at);
        sum.restarted = sum.restarted.max(ended);
        match &status.state {
            ContainerState { waiting: Some(waiting), .. } if !waiting.reason.is_empty() => sum.status = waiting.reason.to_string(),
            ContainerState { terminated: Some(ended), .. } => {
                sum.status = ending(ended);
                failure = (ended.exit_code != 0).then(|| sum.status.clone()).or(failure);
            }
            ContainerState { running: Some(_), .. } if status.ready => {
                running = true;
                sum.ready += 1;
            }
            _ => {}
        }
    }
    if sum.status == "Completed" {
        sum.status = match (running, failure) {
            (true, _) if pod.is_ready() => "Running".to_owned(),
            (_, Some(failure)) => failure,
            (true, None) => "NotReady".to_owned(),
            (false, None) => "Completed".to_owned(),
        };
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    fn said(status: Value, deleted: bool) -> String {
        let mut pod = json!({"metadata": {"name": "x"}, "spec": {"containers": [{"name": "a"}]}, "status": status});
        if deleted {
            pod["metadata"]["deletionTimestamp"] = "2026-01-01T00:00:00Z".into();
        }
        super::status(&serde_json::from_value(pod).unwrap())
    }

    #[test]
    fn status_words() {
        let one = |state: Value| json!({"phase": "Running", "containerStatuses": [{"name": "a", "ready": true, "state": state}]});
        assert_eq!(said(json!({"phase": "Pending"}), false), "Pending");
        assert_eq!(said(one(json!({"running": {}})), false), "Running");
        assert_eq!(said(one(json!({"running": {}})), true), "Terminating");
        assert_eq!(said(one(json!({"waiting": {"reason": "CrashLoopBackOff"}})), false), "CrashLoopBackOff");
        assert_eq!(said(one(json!({"terminated": {"exitCode": 3}})), false), "ExitCode:3");
        assert_eq!(said(json!({"phase": "Succeeded"}), true), "Succeeded");
    }
}
