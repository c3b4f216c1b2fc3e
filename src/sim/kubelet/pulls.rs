//! What a container needs before it can be created: a valid image name, the image, its configuration. Upstream:
//! EnsureImageExists in pkg/kubelet/images/image_manager.go, generateContainerConfig in pkg/kubelet/kuberuntime.

use super::super::images;
use super::super::machine::{Process, Slot, Step};
use super::super::world::World;
use super::{Errand, backoff, containers, inventory, set_run, speak, tell};
use crate::api::pod::{Container, ContainerState};
use crate::api::{Key, Kind, Name, Span, Uid};
use crate::sim::latency::Latency;

/// How long a kubelet leaves a pod alone after something went wrong in it: backOffPeriod.
const RESYNC: Span = Span::secs(10);
/// How long a failed pull is shown as such before the pause that follows it is: the next pass of the pod's worker.
const NEXT_PASS: Span = Span::secs(1);

/// Fetches the image of a container, or creates the container where its image is there already.
pub fn prepare(world: &mut World, node: &Name, process: &Process, slot: Slot) {
    let (Some(run), Some(container)) = (process.run(slot), process.wanted(slot)) else { return };
    let (uid, image) = (process.uid, run.image.clone());
    if run.waiting().is_some_and(|waiting| &*waiting.reason == "ErrImagePull") {
        return back_off(world, node, process, slot);
    }
    if let Some(why) = images::invalid_name(&image) {
        let words = format!("Failed to apply default image tag \"{image}\": {why}");
        return refuse(world, node, process, slot, ("InspectFailed", "InvalidImageName"), &words);
    }
    let policy = &*container.image_pull_policy;
    // Where it is pulled anyway, nobody looks.
    let present = policy != "Always" && world.machine(node).is_some_and(|m| m.has_image(&image));
    match (policy, present) {
        ("Never", false) => {
            let words = format!("Container image \"{image}\" is not present with pull policy of Never");
            refuse(world, node, process, slot, ("ErrImageNeverPull", "ErrImageNeverPull"), &words);
        }
        ("Always", _) | (_, false) => pull(world, node, process, slot),
        (_, true) => {
            let words = format!("Container image \"{image}\" already present on machine and can be accessed by the pod");
            tell(world, node, uid, Some(slot), false, "Pulled", &words);
            configure(world, node, process, slot);
        }
    }
}

/// One pull of a pod at a time.
fn pull(world: &mut World, node: &Name, process: &Process, slot: Slot) {
    let busy = |slot: Slot| process.run(slot).is_some_and(|run| matches!(run.step, Step::Pulling(_)));
    if process.slots().any(busy) {
        return;
    }
    let image = process.run(slot).map(|run| run.image.clone()).unwrap_or_default();
    tell(world, node, process.uid, Some(slot), false, "Pulling", &format!("Pulling image \"{image}\""));
    let takes = world.latency(Latency::Pull);
    containers::wait(world, node, process.uid, slot, takes, Step::Pulling);
}

/// A pull has come to its end.
pub fn arrive(world: &mut World, node: &Name, process: &Process, slot: Slot) {
    let (uid, image) = (process.uid, process.run(slot).map(|run| run.image.clone()).unwrap_or_default());
    set_run(world, node, uid, slot, |run| run.step = Step::Idle);
    if images::is_broken(&image) {
        return fail(world, node, process, slot, &image);
    }
    let took = world.latency(Latency::Pull).0;
    let size = images::image(&image).size;
    let words = format!("Successfully pulled image \"{image}\" in {took}ms ({took}ms including waiting). Image size: {size} bytes.");
    tell(world, node, uid, Some(slot), false, "Pulled", &words);
    inventory::keep(world, node, &image);
    set_run(world, node, uid, slot, |run| run.pulls = 0);
    configure(world, node, process, slot);
    // Others may have waited for the line.
    world.schedule(world.now(), super::Due::Kubelet(node.clone(), Errand::Proceed(uid)));
}

fn reason_of_failure(image: &str) -> String {
    let (_, whole) = images::reference(image);
    format!("failed to pull and unpack image \"{whole}\": failed to resolve reference \"{whole}\": {whole}: not found")
}

fn fail(world: &mut World, node: &Name, process: &Process, slot: Slot, image: &str) {
    let why = reason_of_failure(image);
    tell(world, node, process.uid, Some(slot), true, "Failed", &format!("Failed to pull image \"{image}\": {why}"));
    tell(world, node, process.uid, Some(slot), true, "Failed", "Error: ErrImagePull");
    hold(world, node, process.uid, slot, ("ErrImagePull", &why), NEXT_PASS);
    speak(world, node, Errand::Report(process.uid), &process.key.name);
}

/// After a failed pull: 10, 20, 40 … 300 s until the next.
fn back_off(world: &mut World, node: &Name, process: &Process, slot: Slot) {
    let Some(run) = process.run(slot) else { return };
    let (image, pause) = (&run.image, backoff::pause(run.pulls));
    tell(world, node, process.uid, Some(slot), false, "BackOff", &format!("Back-off pulling image \"{image}\""));
    tell(world, node, process.uid, Some(slot), true, "Failed", "Error: ImagePullBackOff");
    let why = run.waiting().map(|waiting| waiting.message.clone()).unwrap_or_default();
    let words = format!("Back-off pulling image \"{image}\": ErrImagePull: {why}");
    set_run(world, node, process.uid, slot, |run| run.pulls += 1);
    hold(world, node, process.uid, slot, ("ImagePullBackOff", &words), Span(pause.0 - NEXT_PASS.0));
    speak(world, node, Errand::Report(process.uid), &process.key.name);
}

/// What cannot be done before somebody changes something: tried again and again.
fn refuse(world: &mut World, node: &Name, process: &Process, slot: Slot, (event, reason): (&str, &str), words: &str) {
    tell(world, node, process.uid, Some(slot), true, event, words);
    tell(world, node, process.uid, Some(slot), true, "Failed", &format!("Error: {reason}"));
    hold(world, node, process.uid, slot, (reason, words), RESYNC);
    speak(world, node, Errand::Report(process.uid), &process.key.name);
}

fn hold(world: &mut World, node: &Name, uid: Uid, slot: Slot, (reason, words): (&str, &str), span: Span) {
    let state = ContainerState::waiting(reason, words);
    set_run(world, node, uid, slot, |run| {
        if run.state.terminated.is_some() {
            run.last = std::mem::take(&mut run.state);
        }
        run.state = state;
    });
    containers::wait(world, node, uid, slot, span, Step::HeldBack);
}

/// Creates a container whose image is there, unless what its environment refers to is not.
fn configure(world: &mut World, node: &Name, process: &Process, slot: Slot) {
    let Some(container) = process.wanted(slot) else { return };
    let Some(why) = missing_reference(world, &process.key.namespace, container) else {
        return containers::create(world, node, process, slot);
    };
    tell(world, node, process.uid, Some(slot), true, "Failed", &format!("Error: {why}"));
    hold(world, node, process.uid, slot, ("CreateContainerConfigError", &why), RESYNC);
    speak(world, node, Errand::Report(process.uid), &process.key.name);
}

/// Kinds that an environment may refer to: field of a whole one, field of one key, what upstream calls it.
const SOURCES: [(&str, &str, Kind, &str, &str); 2] = [
    ("configMapRef", "configMapKeyRef", Kind::ConfigMap, "configmap", "ConfigMap"),
    ("secretRef", "secretKeyRef", Kind::Secret, "secret", "Secret"),
];

/// What a container's environment refers to and is not there. Upstream: makeEnvironmentVariables.
fn missing_reference(world: &World, namespace: &Name, container: &Container) -> Option<String> {
    let whole = container.rest.get("envFrom").and_then(|v| v.as_array()).into_iter().flatten();
    let each = container.env.iter().map(|variable| &variable["valueFrom"]);
    let all = whole.map(|source| (source, true)).chain(each.map(|source| (source, false)));
    all.flat_map(|(source, whole)| SOURCES.iter().map(move |row| (source, whole, row))).find_map(|(source, whole, row)| {
        let (every, one, kind, lower, name) = *row;
        let reference = source.get(if whole { every } else { one })?;
        if reference["optional"].as_bool() == Some(true) {
            return None;
        }
        let object = reference["name"].as_str().unwrap_or_default();
        let Some(found) = world.object(kind, &Key::new(namespace.clone(), object)) else {
            return Some(format!("{lower} \"{object}\" not found"));
        };
        let key = reference["key"].as_str().filter(|_| !whole)?;
        let has = found.to_value()["data"].get(key).is_some();
        (!has).then(|| format!("couldn't find key {key} in {name} {namespace}/{object}"))
    })
}
