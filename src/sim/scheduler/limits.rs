//! How many volumes of one driver a node can have, where its CSINode says so. Upstream: plugins/nodevolumelimits/csi.go.

use super::super::controllers::volumes::driver_of;
use super::super::world::World;
use super::filter::Verdict;
use super::hints::Plugins;
use super::seats::Seat;
use super::volumes::{self, Needs};
use crate::api::storage::StorageClass;
use crate::api::{Key, Kind, Name, Object, Pod};
use serde_json::Value;
use std::collections::BTreeSet;

/// Driver and handle of a volume; of one that is yet to be made, its claim.
type Volumes = BTreeSet<(Name, Name)>;

/// Why a node cannot have a pod's volumes besides those that it has.
pub fn refuses(world: &World, seat: &Seat, pod: &Pod, needs: &Needs) -> Option<Verdict> {
    let node = world.object(Kind::CSINode, &Key::cluster(seat.node.metadata.name.clone()))?;
    let wanted = volumes(world, pod, needs);
    if wanted.is_empty() {
        return None;
    }
    let there: Volumes = seat.pods.iter().flat_map(|s| of_pod(world, &s.pod)).collect();
    let of = |driver: &Name, all: &Volumes| all.iter().filter(|(other, _)| other == driver).count();
    let new: Volumes = wanted.difference(&there).cloned().collect();
    let full = new.iter().any(|(driver, _)| limit(node, driver).is_some_and(|limit| of(driver, &there) + of(driver, &new) > limit));
    full.then(|| Verdict { by: Plugins::LIMITS, ..Verdict::crowded("node(s) exceed max volume count") })
}

fn limit(node: &Object, driver: &Name) -> Option<usize> {
    let Object::Plain(_, node) = node else { return None };
    let drivers = node.body.get("spec")?.get("drivers")?.as_array()?;
    let count = drivers.iter().find(|d| d["name"] == **driver)?.pointer("/allocatable/count").and_then(Value::as_u64)?;
    usize::try_from(count).ok()
}

fn of_pod(world: &World, pod: &Pod) -> Volumes {
    volumes::needs(world, pod).map(|needs| volumes(world, pod, &needs)).unwrap_or_default()
}

fn volumes(world: &World, pod: &Pod, needs: &Needs) -> Volumes {
    let bound = needs.bound.iter().filter_map(|volume| volume.driver_and_handle());
    let own = needs.own.iter().filter_map(|volume| volume.driver_and_handle());
    let unbound = needs.unbound.iter().filter_map(|claim| {
        let class = world.get::<StorageClass>(&Key::cluster(claim.class()))?;
        Some((driver_of(&class.provisioner)?, format!("{}/{}", pod.metadata.namespace, claim.metadata.name).into()))
    });
    bound.chain(own).chain(unbound).collect()
}
