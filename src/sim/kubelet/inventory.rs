//! The images that a machine has, and what its kubelet reports of them. Upstream: nodestatus.Images, and the cache of
//! pkg/kubelet/images/image_gc_manager.go, which is filled every 30 s; what changed goes out with the next status.
//!
//! Simplified: an image stays for ever, none is thrown away to make room.

use super::super::images;
use super::super::world::World;
use super::{node, node_object, status};
use crate::api::node::ContainerImage;
use crate::api::{Name, Span, Time};
use imbl::OrdSet;
use std::cmp::Reverse;
use std::collections::BTreeSet;
use std::sync::Arc;

/// How often a kubelet looks through the images of its machine.
const LOOKS: Span = Span::secs(30);
/// How many images a node's status lists: nodeStatusMaxImages.
const MOST: usize = 50;

/// A machine has got an image.
pub fn keep(world: &mut World, node: &Name, image: &str) {
    if world.machine(node).is_some_and(|machine| machine.images.contains(image)) {
        return;
    }
    if let Some(machine) = world.machine_mut(node) {
        machine.images.insert(image.into());
        machine.unlisted = true;
    }
}

/// The images of a node's machine as its status lists them: the largest first.
pub fn images_of(world: &World, node: &str) -> Arc<Vec<ContainerImage>> {
    let there = world.machine(node).into_iter().flat_map(|machine| &machine.images);
    let whole: BTreeSet<Name> = there.map(|name| images::reference(name).1.into()).collect();
    let mut list: Vec<ContainerImage> = whole.iter().map(listed).collect();
    list.sort_by_key(|image| (Reverse(image.size_bytes), Reverse(image.names.clone())));
    list.truncate(MOST);
    Arc::new(list)
}

fn listed(whole: &Name) -> ContainerImage {
    let id = status::image_id(whole);
    let names = if id == *whole { vec![id] } else { vec![id, whole.clone()] };
    ContainerImage { names, size_bytes: images::image(whole).size }
}

/// A machine's images, and the list of them: most machines of a cluster have the same, and share it.
#[derive(Clone, Debug, Default)]
pub struct Listed(OrdSet<Name>, Arc<Vec<ContainerImage>>);

fn list(world: &mut World, node: &Name) -> Arc<Vec<ContainerImage>> {
    let there = world.machine(node).map(|machine| machine.images.clone()).unwrap_or_default();
    if world.memory.images.0 != there {
        world.memory.images = Listed(there, images_of(world, node));
    }
    world.memory.images.1.clone()
}

/// Posts which images there are, where one has come and the list was looked through since the last sign of life.
pub fn report(world: &mut World, node: &Name, last: Time) {
    let looked = last.0.div_euclid(LOOKS.0) != world.now().0.div_euclid(LOOKS.0);
    if !looked || !world.machine(node).is_some_and(|machine| machine.unlisted) {
        return;
    }
    let Some(object) = node_object(world, node) else { return };
    let list = list(world, node);
    if object.status.images != list {
        let mut after = (*object).clone();
        after.status.images = list;
        node::write(world, node, after);
    }
    if let Some(machine) = world.machine_mut(node) {
        machine.unlisted = false;
    }
}

#[cfg(test)]
mod tests {
    use crate::api::{Kind, Node, Span};
    use crate::sim::act::Act;
    use crate::sim::tests::Trial;
    use serde_json::json;

    fn listed(trial: &Trial, node: &str) -> Vec<(String, i64)> {
        let images = trial.get::<Node>(node).status.images.clone();
        images.iter().map(|image| (image.names.last().unwrap().to_string(), image.size_bytes)).collect()
    }

    /// Upstream: TestUpdateNewNodeStatus, imageCache.
    #[test]
    fn a_kubelet_lists_its_images_when_it_has_looked_through_them() {
        let mut trial = Trial::new(2);
        let containers = json!([{"name": "c", "image": "nginx"}, {"name": "d", "image": "luksa/kubia:v1"}]);
        trial.put_pod("p", "nginx", json!({"nodeName": "node-1", "containers": containers}));
        trial.pass(Span::secs(20));
        assert_eq!(listed(&trial, "node-1"), []);
        trial.pass(Span::secs(20));
        let expected = [("docker.io/luksa/kubia:v1".to_owned(), 251_000_000), ("docker.io/library/nginx:latest".to_owned(), 72_000_000)];
        assert_eq!((listed(&trial, "node-1"), listed(&trial, "node-2")), (expected.to_vec(), vec![]));
        let first = trial.get::<Node>("node-1").status.images[0].names[0].to_string();
        let pod = trial.get::<crate::api::Pod>("p");
        assert_eq!(first, &*pod.status.container_statuses[1].image_id, "as the pod's status calls it");
        assert!(first.starts_with("docker.io/luksa/kubia@sha256:"), "{first}");
    }

    #[test]
    fn an_image_is_there_under_all_its_names() {
        let mut trial = Trial::new(1);
        for (name, image) in [("a", "nginx:1.29"), ("b", "docker.io/library/nginx:1.29"), ("c", "docker.io/nginx:1.29")] {
            trial.put_pod(name, image, json!({}));
            trial.pass(Span::secs(3));
        }
        assert_eq!(["a", "b", "c"].map(|pod| trial.said(pod, "Pulling").len()), [1, 0, 0]);
        trial.pass(Span::secs(40));
        assert_eq!(listed(&trial, "node-1").iter().filter(|(name, _)| name == "docker.io/library/nginx:1.29").count(), 1);
    }

    #[test]
    fn a_node_that_is_made_anew_lists_what_its_machine_has() {
        let mut trial = Trial::new(2);
        trial.put_pod("p", "nginx", json!({"nodeName": "node-1"}));
        trial.pass(Span::secs(40));
        trial.delete(Kind::Node, "node-1");
        trial.act(Act::Crash("node-1".into()));
        trial.act(Act::Boot("node-1".into()));
        trial.pass(Span::secs(2));
        assert_eq!(listed(&trial, "node-1").len(), 1);
    }
}
