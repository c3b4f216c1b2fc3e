//! Pods in tables: STATUS, READY and RESTARTS. Upstream: printPod in pkg/printers/internalversion/printers.go.

use super::or_none;
use crate::api::Time;
use crate::api::age::{age, since};
use crate::api::meta::{Truth, condition};
use crate::api::pod::{ContainerState, ContainerStatus, Pod, Terminated};

pub(super) fn cells(pod: &Pod, now: Time) -> Vec<String> {
    let summary = summary(pod);
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
        or_none(&pod.status.nominated_node_name),
        gates(pod),
    ]
}

/// How many of a pod's readiness gates are open.
fn gates(pod: &Pod) -> String {
    let gates = pod.spec.rest.get("readinessGates").and_then(|g| g.as_array()).map_or(&[][..], Vec::as_slice);
    let is_open = |kind: &str| condition(&pod.status.conditions, kind).is_some_and(|c| c.status == Truth::True);
    let open = gates.iter().filter(|gate| gate["conditionType"].as_str().is_some_and(is_open)).count();
    if gates.is_empty() { "<none>".to_owned() } else { format!("{open}/{}", gates.len()) }
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
    let sidecars = pod.spec.init_containers.iter().filter(|c| c.is_sidecar()).count();
    let total = pod.spec.containers.len() + sidecars;
    let mut sum = Summary { status: first_word(pod), ready: 0, total, restarts: 0, restarted: None };
    let init = waiting_for_init(pod, &mut sum);
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

/// `Init:…` while init containers are not through; sidecars that have started are counted and passed by.
fn waiting_for_init(pod: &Pod, sum: &mut Summary) -> Option<String> {
    let total = pod.spec.init_containers.len();
    for (done, status) in pod.status.init_container_statuses.iter().enumerate() {
        let is_sidecar = pod.spec.init_containers.iter().any(|c| c.name == status.name && c.is_sidecar());
        count_restarts(status, sum);
        match &status.state {
            ContainerState { terminated: Some(ended), .. } if ended.exit_code == 0 => {}
            _ if is_sidecar && status.started == Some(true) => sum.ready += usize::from(status.ready),
            ContainerState { terminated: Some(ended), .. } => return Some(format!("Init:{}", ending(ended))),
            ContainerState { waiting: Some(w), .. } if !w.reason.is_empty() && &*w.reason != "PodInitializing" => {
                return Some(format!("Init:{}", w.reason));
            }
            _ => return Some(format!("Init:{done}/{total}")),
        }
    }
    None
}

fn count_restarts(status: &ContainerStatus, sum: &mut Summary) {
    sum.restarts += status.restart_count;
    let ended = status.last_state.terminated.as_ref().and_then(|t| t.finished_at);
    sum.restarted = sum.restarted.max(ended);
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

/// Once init containers are through, only sidecars' restarts count beside those of the regular containers.
fn forget_init_restarts(pod: &Pod, sum: &mut Summary) {
    (sum.restarts, sum.restarted) = (0, None);
    let sidecars = pod.spec.init_containers.iter().filter(|c| c.is_sidecar());
    let statuses = sidecars.filter_map(|c| pod.status.init_container_statuses.iter().find(|s| s.name == c.name));
    statuses.for_each(|status| count_restarts(status, sum));
}

/// From the last container to the first, so that the first one's word counts most.
fn regular(pod: &Pod, sum: &mut Summary) {
    let mut running = false;
    let mut failure = None;
    forget_init_restarts(pod, sum);
    for status in pod.status.container_statuses.iter().rev() {
        count_restarts(status, sum);
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

    fn one(state: Value) -> Value {
        json!({"phase": "Running", "containerStatuses": [{"name": "a", "ready": true, "state": state}]})
    }

    /// Upstream: TestPrintPod in pkg/printers/internalversion/printers_test.go.
    #[test]
    fn status_words() {
        assert_eq!(said(json!({"phase": "Pending"}), false), "Pending");
        assert_eq!(said(one(json!({"running": {}})), false), "Running");
        assert_eq!(said(one(json!({"running": {}})), true), "Terminating");
        assert_eq!(said(one(json!({"waiting": {"reason": "CrashLoopBackOff"}})), false), "CrashLoopBackOff");
        assert_eq!(said(one(json!({"terminated": {"exitCode": 3}})), false), "ExitCode:3");
        assert_eq!(said(one(json!({"terminated": {"exitCode": 137, "signal": 9}})), false), "Signal:9");
        assert_eq!(said(one(json!({"terminated": {"exitCode": 1, "reason": "Error"}})), false), "Error");
        assert_eq!(said(json!({"phase": "Succeeded"}), true), "Succeeded");
        assert_eq!(said(json!({"phase": "Running", "reason": "NodeLost"}), true), "Unknown");
        assert_eq!(said(json!({"phase": "Failed", "reason": "OutOfcpu"}), false), "OutOfcpu");
        let gated = json!([{"type": "PodScheduled", "status": "False", "reason": "SchedulingGated"}]);
        assert_eq!(said(json!({"phase": "Pending", "conditions": gated}), false), "SchedulingGated");
    }

    #[test]
    fn the_first_container_has_the_last_word() {
        let two = |first: Value, second: Value, ready: &str| {
            let statuses = json!([{"name": "a", "ready": true, "state": first}, {"name": "b", "ready": true, "state": second}]);
            said(json!({"phase": "Running", "conditions": [{"type": "Ready", "status": ready}], "containerStatuses": statuses}), false)
        };
        let (runs, done) = (json!({"running": {}}), json!({"terminated": {"exitCode": 0, "reason": "Completed"}}));
        let failed = json!({"terminated": {"exitCode": 1, "reason": "Error"}});
        assert_eq!(two(done.clone(), runs.clone(), "True"), "Running");
        assert_eq!(two(done.clone(), runs.clone(), "False"), "NotReady");
        assert_eq!(two(done.clone(), failed.clone(), "False"), "Error");
        assert_eq!(two(failed, runs, "False"), "Error");
        assert_eq!(two(done.clone(), done, "False"), "Completed");
    }

    #[test]
    fn init_containers_come_first() {
        let row = |states: &[Value], initialized: &str| {
            let statuses: Vec<Value> = states.iter().zip(["i", "s"]).map(|(s, name)| over(s, name)).collect();
            let init = json!([{"name": "i"}, {"name": "s", "restartPolicy": "Always"}]);
            let status = json!({"phase": "Pending", "initContainerStatuses": statuses,
                "conditions": [{"type": "Initialized", "status": initialized}],
                "containerStatuses": [{"name": "a", "ready": true, "restartCount": 1, "state": {"running": {}}}]});
            let pod = json!({"metadata": {"name": "x"}, "spec": {"initContainers": init, "containers": [{"name": "a"}]}, "status": status});
            let sum = super::summary(&serde_json::from_value(pod).unwrap());
            format!("{} {}/{} {}", sum.status, sum.ready, sum.total, sum.restarts)
        };
        let done = json!({"state": {"terminated": {"exitCode": 0, "reason": "Completed"}}, "restartCount": 4});
        let side = json!({"state": {"running": {}}, "started": true, "ready": true, "restartCount": 2});
        assert_eq!(row(&[json!({"state": {"running": {}}})], "False"), "Init:0/2 0/2 0");
        assert_eq!(row(&[done.clone(), json!({"state": {"waiting": {"reason": "PodInitializing"}}})], "False"), "Init:1/2 0/2 4");
        assert_eq!(row(&[json!({"state": {"waiting": {"reason": "CrashLoopBackOff"}}})], "False"), "Init:CrashLoopBackOff 0/2 0");
        assert_eq!(row(&[json!({"state": {"terminated": {"exitCode": 2, "reason": "Error"}}})], "False"), "Init:Error 0/2 0");
        assert_eq!(row(&[json!({"state": {"terminated": {"exitCode": 2}}})], "False"), "Init:ExitCode:2 0/2 0");
        assert_eq!(row(&[done, side], "True"), "Pending 2/2 3");
    }

    fn over(base: &Value, name: &str) -> Value {
        let mut status = base.clone();
        status["name"] = name.into();
        status
    }
}
