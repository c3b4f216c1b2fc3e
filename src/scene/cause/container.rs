//! Pods with a node whose containers do not run or are not ready.

use super::{Cause, flag, force, machine, short};
use crate::api::pod::{ContainerState, Waiting};
use crate::api::{Key, Kind, PersistentVolume, Pod};
use crate::sim::World;
use crate::sim::machine::Process;

/// Why the containers of a scheduled pod do not run or are not ready.
pub fn of(world: &World, key: &Key, pod: &Pod) -> Option<Cause> {
    let states = || pod.status.container_statuses.iter().map(|s| (&*s.name, &s.state));
    let waiting = states().find_map(|(name, state)| Some((name, state.waiting.as_ref()?)));
    match waiting {
        Some((_, waiting)) if matches!(&*waiting.reason, "ContainerCreating" | "PodInitializing") => Some(creating(world, key, pod)),
        Some((name, waiting)) if waiting.reason.contains("Image") || waiting.reason.contains("Pull") => {
            Some(image(world, key, pod, name, waiting))
        }
        Some((name, waiting)) => Some(crashing(world, key, name, waiting)),
        None if pod.is_ready() => None,
        None if states().next().is_none() => Some(creating(world, key, pod)),
        None => states().find_map(|(name, state)| ended(key, name, state)).or_else(|| Some(unready(world, key, pod))),
    }
}

/// Volumes first, then the image, then the start.
fn creating(world: &World, key: &Key, pod: &Pod) -> Cause {
    let node = &pod.spec.node_name;
    let Some(wait) = world.wait(Kind::Pod, key).filter(|wait| wait.who == "attachdetach-controller") else {
        return Cause::new("its containers are being made", format!("the kubelet on {node}"));
    };
    let holder = wait.on.iter().find(|(kind, _)| *kind == Kind::Node).map(|(_, key)| key.name.clone());
    let cause = Cause::new(wait.words.to_string(), "attachdetach-controller");
    let Some(holder) = holder else { return cause.until(wait.until, "its disk is attached") };
    let volumes: Vec<&Key> = wait.on.iter().filter(|(kind, _)| *kind == Kind::PersistentVolume).map(|(_, key)| key).collect();
    let cause =
        cause.because("one machine at a time may have its disk, and another one has it").until(wait.until, "it is detached by force");
    let cause = match machine::remedy(world, &holder) {
        Some((line, words)) => cause.free(line, words),
        None => cause,
    };
    let users = users(world, pod, &holder, &volumes);
    let cause = users.iter().fold(cause, |cause, user| match world.get::<Pod>(user).is_some_and(|p| p.metadata.is_terminating()) {
        true => cause.free(force(user), format!("forgets {} on {holder}", user.name)),
        false => cause.free(super::delete(Kind::Pod, user), format!("takes it from {} on {holder}", user.name)),
    });
    let off = world.machine(&holder).is_some_and(|m| !m.powered);
    let shut = format!("kubectl taint nodes {holder} node.kubernetes.io/out-of-service=nodeshutdown:NoExecute");
    if off { cause.free(shut, "says that the machine is surely off: its disks are let go") } else { cause }
}

/// The other pods on a node with one of these volumes.
fn users(world: &World, pod: &Pod, node: &str, volumes: &[&Key]) -> Vec<Key> {
    let claims = volumes.iter().filter_map(|key| {
        world.get::<PersistentVolume>(key)?.spec.claim_ref.as_ref().map(|c| Key::new(c.namespace.clone(), c.name.clone()))
    });
    let keys = claims.flat_map(|claim| world.store().pods_using(&claim).cloned().collect::<Vec<Key>>());
    keys.filter(|key| *key != pod.metadata.key() && world.get::<Pod>(key).is_some_and(|p| &*p.spec.node_name == node)).collect()
}

fn image(world: &World, key: &Key, pod: &Pod, container: &str, waiting: &Waiting) -> Cause {
    let image = pod.spec.containers.iter().find(|c| &*c.name == container).map(|c| c.image.clone()).unwrap_or_default();
    let cause = Cause::new(
        format!("the image {image:?} cannot be fetched"),
        format!("you: the kubelet on {} only tries again", pod.spec.node_name),
    );
    let cause = cause.because(waiting.reason.to_string()).until(timer(world, key), "it is tried again");
    let better = sound_image(world, pod, container).unwrap_or_else(|| "nginx".to_owned());
    let on_pod = |cause: Cause| {
        cause.free(format!("kubectl set image po/{}{} {container}={better}", key.name, flag(key)), "gives this pod an image that exists")
    };
    match pod.metadata.controller() {
        Some(owner) => {
            let kind = Kind::by_name(&owner.kind).unwrap_or(Kind::ReplicaSet);
            let line = format!("kubectl set image {}/{}{} {container}={better}", short(kind), owner.name, flag(key));
            on_pod(cause).free(line, "gives the template one").free(super::delete(Kind::Pod, key), "lets it be made anew from the template")
        }
        None => on_pod(cause),
    }
}

/// An image that runs elsewhere in the same set, or its template's where that differs from the pod's.
fn sound_image(world: &World, pod: &Pod, container: &str) -> Option<String> {
    let owner = pod.metadata.controller()?;
    let of = |p: &Pod| p.spec.containers.iter().find(|c| &*c.name == container).map(|c| c.image.to_string());
    let mine = of(pod);
    let siblings = world.store().dependants_of(owner.uid, Kind::Pod);
    siblings
        .filter_map(|key| world.get::<Pod>(key))
        .filter(|p| p.is_ready())
        .find_map(|p| of(p).filter(|image| Some(image) != mine.as_ref()))
}

fn timer(world: &World, key: &Key) -> Option<crate::api::Time> {
    world.wait(Kind::Pod, key).and_then(|wait| wait.until).filter(|until| *until > world.now())
}

fn crashing(world: &World, key: &Key, container: &str, waiting: &Waiting) -> Cause {
    let why = if waiting.message.is_empty() { waiting.reason.to_string() } else { format!("{}: {}", waiting.reason, waiting.message) };
    let cause = Cause::new(format!("its container {container} waits: {why}"), "the kubelet, after its back-off");
    let cause = cause.until(timer(world, key), "it is started again");
    let cause = cause.free(format!("kubectl logs {}{} --previous", key.name, flag(key)), "what it said before it ended");
    cause.free(super::delete(Kind::Pod, key), "forgets its back-off, where somebody makes it anew")
}

fn ended(key: &Key, container: &str, state: &ContainerState) -> Option<Cause> {
    let ended = state.terminated.as_ref()?;
    let cause =
        Cause::new(format!("its container {container} ended with code {}", ended.exit_code), "the kubelet, which may start it again");
    Some(cause.free(format!("kubectl logs {}{}", key.name, flag(key)), "what it said"))
}

fn unready(world: &World, key: &Key, pod: &Pod) -> Cause {
    let tampered = |p: &Process| p.key == *key && p.tampered;
    let broken = world.machine(&pod.spec.node_name).is_some_and(|m| m.processes.values().any(|p| tampered(p)));
    let cause = Cause::new("it runs and fails its readiness probe: no service sends to it", if broken { "you" } else { "the application" });
    if broken {
        return cause.free(format!("heal {}{}", key.name, flag(key)), "mends the application");
    }
    cause.free(format!("kubectl logs {}{}", key.name, flag(key)), "what it says")
}
