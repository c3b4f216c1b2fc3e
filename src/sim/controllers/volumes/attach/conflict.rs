//! Multi-Attach: a volume that only one node may have is wanted by another. Upstream: reconciler.reportMultiAttachError.

use super::super::super::super::apiserver::Desk;
use super::super::super::super::latency::Latency;
use super::super::super::super::transit::Wait;
use super::super::super::super::world::World;
use super::disks::is_idle;
use super::{ME, Wanted};
use crate::api::object::reference;
use crate::api::{Key, Kind, Name, PersistentVolume, Pod, Time};
use std::sync::Arc;

/// Tells the pods that wait for a volume who has it, once for each volume and node, and notes their wait.
pub fn report(desk: &mut Desk, pv: &PersistentVolume, node: &Name, pods: &[Arc<Pod>], held: &[Name], wanted: &Wanted) {
    let users: Vec<&Arc<Pod>> = held.iter().filter_map(|n| wanted.get(n)).flatten().collect();
    let volume = &pv.metadata.name;
    let told = desk.world().memory.volumes.attached.reported.insert((volume.clone(), node.clone())).is_some();
    for pod in pods {
        hold(desk.world(), pod, volume, held);
        if !told {
            let words = format!("Multi-Attach error for volume \"{volume}\" {}", complaint(pod, &users));
            desk.event(reference(Kind::Pod, &pod.metadata), true, "FailedAttachVolume", words);
        }
    }
}

/// Names pods of the waiting pod's own namespace only.
fn complaint(pod: &Pod, users: &[&Arc<Pod>]) -> String {
    let near: Vec<&str> = users.iter().filter(|u| u.metadata.namespace == pod.metadata.namespace).map(|u| &*u.metadata.name).collect();
    match (near.len(), users.len() - near.len()) {
        (0, 0) => "Volume is already exclusively attached to one node and can't be attached to another".to_owned(),
        (0, far) => format!("Volume is already used by {far} pod(s) in different namespaces"),
        (_, 0) => format!("Volume is already used by pod(s) {}", near.join(", ")),
        (_, far) => format!("Volume is already used by pod(s) {} and {far} pod(s) in different namespaces", near.join(", ")),
    }
}

fn hold(world: &mut World, pod: &Pod, volume: &Name, held: &[Name]) {
    let key = Key::cluster(volume.clone());
    let until = world.wait(Kind::PersistentVolume, &key).filter(|wait| wait.who == ME.component()).and_then(|wait| wait.until);
    let words = format!("volume {volume} is still attached to {}", held.join(", "));
    let nodes = held.iter().map(|node| (Kind::Node, Key::cluster(node.clone())));
    note(world, pod, words, nodes.chain([(Kind::PersistentVolume, key)]).collect(), until);
}

/// Notes that a pod waits until its disk has been attached, or for somebody to do that.
pub fn await_disk(world: &mut World, pod: &Pod, pv: &PersistentVolume) {
    let volume = &pv.metadata.name;
    let on = vec![(Kind::PersistentVolume, Key::cluster(volume.clone()))];
    match pv.driver_and_handle().filter(|(driver, _)| is_idle(driver)) {
        Some((driver, _)) => note(world, pod, format!("nobody runs the driver {driver}, which must attach volume {volume}"), on, None),
        None => {
            let until = world.now() + world.latency(Latency::Attach);
            note(world, pod, format!("volume {volume} is being attached to {}", pod.spec.node_name), on, Some(until));
        }
    }
}

fn note(world: &mut World, pod: &Pod, words: String, on: Vec<(Kind, Key)>, until: Option<Time>) {
    let wait = Wait { who: ME.component(), words: words.into(), on, until, since: world.now() };
    world.hold(Kind::Pod, &pod.metadata.key(), wait);
}

/// Notes that a pod waits no more for a volume.
pub fn release(world: &mut World, pod: &Key) {
    if world.wait(Kind::Pod, pod).is_some_and(|wait| wait.who == ME.component()) {
        world.release(Kind::Pod, pod);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::Meta;

    #[test]
    fn complaints() {
        let pod = |namespace: &str, name: &str| Arc::new(Pod { metadata: Meta::named(namespace, name), ..Pod::default() });
        let (me, a, b, far) = (pod("default", "me"), pod("default", "a"), pod("default", "b"), pod("x", "far"));
        for (users, words) in [
            (vec![], "Volume is already exclusively attached to one node and can't be attached to another"),
            (vec![&a, &b], "Volume is already used by pod(s) a, b"),
            (vec![&a, &far], "Volume is already used by pod(s) a and 1 pod(s) in different namespaces"),
            (vec![&far], "Volume is already used by 1 pod(s) in different namespaces"),
        ] {
            assert_eq!(complaint(&me, &users), words);
        }
    }
}
