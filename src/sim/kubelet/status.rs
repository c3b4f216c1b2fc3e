//! What a kubelet tells the record: pod statuses, volumes in use.

use super::super::apiserver::Desk;
use super::super::change::Actor;
use super::super::images;
use super::super::machine::{Process, Run, Slot, Stage};
use super::super::world::World;
use super::containers::has_run_its_course;
use super::stop::KILLED;
use super::{life, mounts, node_object, process};
use crate::api::meta::{Condition, Truth, condition, set_condition};
use crate::api::pod::{ContainerState, ContainerStatus, Phase, PodStatus, RestartPolicy, Terminated};
use crate::api::{Name, Pod, Time, Uid, hex};
use std::sync::Arc;

/// A pod's report reaches the record.
pub fn deliver(world: &mut World, node: &Name, uid: Uid) {
    let now = world.now();
    if let Some(machine) = world.machine_mut(node) {
        machine.last_word = now;
    }
    let Some(process) = process(world, node, uid).or_else(|| remains(world, node, uid)) else { return };
    let Some(pod) = world.get::<Pod>(&process.key).filter(|p| p.metadata.uid == uid).cloned() else { return };
    let mut status = report(world, node, &process, &pod);
    if process.stage == Stage::Ended && pod.metadata.is_terminating() {
        terminate(&mut status, &process, now.to_second());
    }
    if status != pod.status {
        Desk::new(world, Actor::Kubelet(node.clone())).post_pod_status(&pod, status);
    }
}

/// What there is to say of a pod that was deleted and of which nothing runs.
fn remains(world: &World, node: &Name, uid: Uid) -> Option<Arc<Process>> {
    let pod = world.machine(node)?.heard.get(&uid).filter(|pod| pod.metadata.is_terminating())?;
    Some(Arc::new(life::remains(pod, world.now())))
}

fn report(world: &World, node: &Name, process: &Process, pod: &Pod) -> PodStatus {
    let now = world.now().to_second();
    let mut status = pod.status.clone();
    status.phase = phase(process, pod.status.phase);
    status.start_time = status.start_time.or(Some(process.since.to_second()));
    if status.host_ip.is_empty() {
        status.host_ip = node_object(world, node).and_then(|n| n.address("InternalIP").cloned()).unwrap_or_default();
    }
    if process.slots().any(|slot| process.run(slot).is_some_and(|run| run.waiting().is_none())) || process.stage == Stage::Running {
        status.pod_ip = process.ip.clone();
    }
    if let Some((reason, message)) = &process.verdict {
        (status.reason, status.message) = (reason.clone(), message.clone());
    }
    let init = (0..process.init.len()).map(|place| container_status(process, Slot::Init(place), &status.init_container_statuses));
    status.init_container_statuses = init.collect();
    let main = (0..process.containers.len()).map(|place| container_status(process, Slot::Main(place), &status.container_statuses));
    status.container_statuses = main.collect();
    status.observed_generation = pod.metadata.generation;
    set_conditions(&mut status, process, now);
    status
}

/// Upstream: getPhase.
fn phase(process: &Process, before: Phase) -> Phase {
    if before.is_terminal() {
        return before;
    }
    if process.stage == Stage::Ended && process.verdict.is_some() || has_failed_init(process) {
        return Phase::Failed;
    }
    let all = &process.containers;
    let starting = |c: &Run| c.waiting().is_some() && c.last.terminated.is_none();
    if !is_initialized(process) || all.iter().any(starting) {
        return Phase::Pending;
    }
    let gone_on = process.stage != Stage::Ended && process.spec.restart_policy == RestartPolicy::Always;
    if all.iter().any(|c| c.ended().is_none()) || gone_on || !has_run_its_course(process) && process.stage != Stage::Ended {
        return Phase::Running;
    }
    let failed = all.iter().any(|c| c.ended().is_some_and(|t| t.exit_code != 0));
    if failed { Phase::Failed } else { Phase::Succeeded }
}

/// True for an init container that the others need not wait for.
fn is_through(process: &Process, place: usize) -> bool {
    let run = &process.init[place];
    let sidecar = process.is_sidecar(Slot::Init(place)) && run.started;
    sidecar || run.ended().is_some_and(|ended| ended.exit_code == 0)
}

/// True once all init containers are through; what has begun cannot become uninitialized in the same sandbox.
fn is_initialized(process: &Process) -> bool {
    let begun = process.containers.iter().any(|run| run.waiting().is_none() || run.last.terminated.is_some() && process.init.is_empty());
    begun || (0..process.init.len()).all(|place| is_through(process, place))
}

fn has_failed_init(process: &Process) -> bool {
    process.stage == Stage::Ended && !is_initialized(process) && has_run_its_course(process)
}

/// The last word on a pod that was deleted: no container is left without an end, no phase without a verdict. Upstream:
/// TerminatePod in pkg/kubelet/status/status_manager.go.
fn terminate(status: &mut PodStatus, process: &Process, now: Time) {
    let initialized = is_initialized(process);
    for container in status.container_statuses.iter_mut().filter(|c| initialized && c.state.terminated.is_none()) {
        container.state = ContainerState::terminated(Terminated {
            exit_code: KILLED,
            reason: "ContainerStatusUnknown".into(),
            message: "The container could not be located when the pod was terminated".into(),
            ..Terminated::default()
        });
    }
    if status.phase != Phase::Succeeded {
        status.phase = Phase::Failed;
    }
    set_conditions(status, process, now);
}

fn container_status(process: &Process, slot: Slot, before: &[ContainerStatus]) -> ContainerStatus {
    let Some(run) = process.run(slot) else { return ContainerStatus::default() };
    let known = run.is_running() || run.ended().is_some() || run.last.terminated.is_some();
    let (image_id, container_id) = if known { identities(process, run, before) } else { Default::default() };
    let (state, last) = shown(process, run);
    ContainerStatus {
        name: run.name.clone(),
        ready: run.ready,
        restart_count: run.restarts,
        image: run.image.clone(),
        image_id,
        container_id,
        started: Some(run.started && run.is_running()),
        state,
        last_state: last,
        ..ContainerStatus::default()
    }
}

/// A container that could not be started is shown as one that waits, where it will be tried again.
fn shown(process: &Process, run: &Run) -> (ContainerState, ContainerState) {
    match run.ended().filter(|ended| &*ended.reason == "StartError") {
        Some(ended) if process.spec.restart_policy != RestartPolicy::Never && process.stage != Stage::Ended => {
            (ContainerState::waiting("RunContainerError", ended.message.clone()), run.state.clone())
        }
        _ => (run.state.clone(), run.last.clone()),
    }
}

/// What the runtime calls image and container: as it did before, where neither is another.
fn identities(process: &Process, run: &Run, before: &[ContainerStatus]) -> (Name, Name) {
    let is_same = |old: &&ContainerStatus| old.name == run.name && old.restart_count == run.restarts && old.image == run.image;
    match before.iter().find(is_same).filter(|old| !old.container_id.is_empty()) {
        Some(old) => (old.image_id.clone(), old.container_id.clone()),
        None => (image_id(&run.image), container_id(process, run)),
    }
}

/// The runtime's name of an image that tells it from all others: its repository and digest.
pub fn image_id(image: &str) -> Name {
    let (repository, whole) = images::reference(image);
    match whole.contains('@') {
        true => whole.into(),
        false => digested(&[repository.as_ref(), "@sha256:"], &whole),
    }
}

fn container_id(process: &Process, run: &Run) -> Name {
    digested(&["containerd://"], &format!("{}/{}/{}", process.uid, run.name, run.restarts))
}

/// Some words before 64 hexadecimal digits that depend on a text only.
fn digested(words: &[&str], text: &str) -> Name {
    let mut name = words.concat();
    super::super::chance::digest(text).into_iter().for_each(|part| hex::push(&mut name, part));
    name.into()
}

fn ready_condition(status: &PodStatus, process: &Process) -> (bool, &'static str, String) {
    let unready: Vec<&str> = process.containers.iter().filter(|c| !c.ready).map(|c| &*c.name).collect();
    match status.phase {
        Phase::Succeeded => (false, "PodCompleted", String::new()),
        Phase::Failed => (false, "PodFailed", String::new()),
        _ if unready.is_empty() => (true, "", String::new()),
        _ => (false, "ContainersNotReady", format!("containers with unready status: [{}]", unready.join(" "))),
    }
}

/// What the readiness gates say, where they hold a pod back whose containers are ready. Upstream: GeneratePodReadyCondition.
fn gates(status: &PodStatus, process: &Process) -> Option<String> {
    let gates = process.spec.rest.get("readinessGates")?.as_array()?;
    let kinds = gates.iter().filter_map(|gate| gate["conditionType"].as_str());
    let words: Vec<String> = kinds
        .filter_map(|kind| match condition(&status.conditions, kind).map(|c| c.status) {
            None => Some(format!("corresponding condition of pod readiness gate \"{kind}\" does not exist.")),
            Some(Truth::True) => None,
            Some(other) => Some(format!("the status of pod readiness gate \"{kind}\" is not \"True\", but {}", other.text())),
        })
        .collect();
    (!words.is_empty()).then(|| words.join(", "))
}

fn set_conditions(status: &mut PodStatus, process: &Process, now: Time) {
    let (containers, reason, message) = ready_condition(status, process);
    let held = if containers { gates(status, process) } else { None };
    let ready = match &held {
        Some(words) => (false, "ReadinessGatesNotReady", words.clone()),
        None => (containers, reason, message.clone()),
    };
    let sandbox = !matches!(process.stage, Stage::Mounting | Stage::Ended);
    let initialized = match is_initialized(process) {
        true => (true, if status.phase == Phase::Succeeded { "PodCompleted" } else { "" }, String::new()),
        false => (false, "ContainersNotInitialized", incomplete(process)),
    };
    let rows = [
        ("PodReadyToStartContainers", (sandbox, "", String::new())),
        ("Initialized", initialized),
        ("Ready", ready),
        ("ContainersReady", (containers, reason, message)),
    ];
    let mut scheduled = condition(&status.conditions, "PodScheduled").cloned().into_iter().collect();
    status.conditions.retain(|c| &*c.kind != "PodScheduled");
    for (kind, (truth, reason, message)) in rows {
        let seen = status.observed_generation;
        let stands =
            |c: &Condition| c.status == truth.into() && c.observed_generation == seen && *c.reason == *reason && *c.message == *message;
        if condition(&status.conditions, kind).is_some_and(stands) {
            continue;
        }
        let new = Condition {
            kind: Name::from_static_str(kind),
            status: truth.into(),
            last_transition_time: Some(now),
            observed_generation: status.observed_generation,
            reason: Name::from_static_str(reason),
            message: message.into(),
            ..Condition::default()
        };
        set_condition(&mut status.conditions, new);
    }
    // Who named the node himself needed no scheduler to say so.
    set_condition(&mut scheduled, scheduled_condition(status.observed_generation, now));
    status.conditions.append(&mut scheduled);
}

fn scheduled_condition(observed_generation: i64, now: Time) -> Condition {
    let last_transition_time = Some(now);
    Condition { kind: "PodScheduled".into(), status: Truth::True, observed_generation, last_transition_time, ..Condition::default() }
}

fn incomplete(process: &Process) -> String {
    let names: Vec<&str> =
        (0..process.init.len()).filter(|place| !is_through(process, *place)).map(|place| &*process.init[place].name).collect();
    format!("containers with incomplete status: [{}]", names.join(" "))
}

/// Posts which volumes are in use, where that has changed.
pub fn post_volumes_in_use(world: &mut World, node: &Name) {
    if !world.machine(node).is_some_and(|m| m.is_linked()) {
        return;
    }
    let names = mounts::in_use(world, node);
    let Some(object) = node_object(world, node).filter(|n| n.status.volumes_in_use != names) else { return };
    let mut after = (*object).clone();
    after.status.volumes_in_use = names;
    super::node::write(world, node, after);
}
