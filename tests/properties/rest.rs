//! What must hold once everything is mended and time has passed: nothing is stuck, nothing is left over, counts are right.

use super::acts::Line;
use super::book::{Book, Broken, broken};
use podyard::api::object::KINDS;
use podyard::api::storage::{ClaimPhase, VolumePhase};
use podyard::api::{Key, Kind, Meta, Object, PersistentVolume, PersistentVolumeClaim, Pod, ReplicaSet, StatefulSet, Uid};
use podyard::sim::World;

/// Lines that mend every machine, node and pod.
pub fn mending(world: &World) -> Vec<Line> {
    let mut lines = Vec::new();
    for machine in world.machines() {
        let name = &machine.name;
        lines.push(format!("reconnect {name}"));
        if world.object(Kind::Node, &Key::cluster(name.clone())).is_none() {
            lines.push(format!("crash {name}"));
        }
        lines.push(format!("boot {name}"));
    }
    for node in world.objects(Kind::Node).map(|o| &o.meta().name) {
        lines.push(format!("kubectl uncordon {node}"));
        lines.push(format!("kubectl taint node {node} gone-"));
        lines.push(format!("kubectl taint node {node} node.kubernetes.io/out-of-service-"));
    }
    lines.extend(world.objects(Kind::Pod).map(|o| format!("heal {}", o.meta().name)));
    lines.push("wait 12m".to_owned());
    lines.into_iter().map(Line::plain).collect()
}

/// What is not as it should be after the mending.
pub fn look(book: &Book, world: &World) -> Option<Broken> {
    book.agrees(world)
        .or_else(|| stuck(world))
        .or_else(|| ownerless(world))
        .or_else(|| bindings(world))
        .or_else(|| miscounted(world))
        .or_else(|| strays(world))
}

/// Objects that should have been gone long ago.
fn stuck(world: &World) -> Option<Broken> {
    let gone = |o: &&Object| o.meta().is_terminating() && !is_held(world, o);
    let object = KINDS.iter().flat_map(|row| world.objects(row.kind)).find(gone)?;
    broken("what is being deleted goes", format!("{} {} is still there", object.kind().name(), object.key()))
}

/// True where a rule keeps a terminating object: a claim that pods use, a volume that is bound, an owner that waits for
/// what is kept.
fn is_held(world: &World, object: &Object) -> bool {
    match object {
        Object::PersistentVolumeClaim(claim) => world.store().pods_using(&claim.metadata.key()).next().is_some(),
        Object::PersistentVolume(volume) => match volume.status.phase {
            VolumePhase::Bound => true,
            VolumePhase::Released | VolumePhase::Failed => false,
            // A driver deletes, and lets go of, what was released and nothing else.
            VolumePhase::Pending | VolumePhase::Available => volume.metadata.finalizers.iter().any(|f| f.contains("provisioner")),
        },
        _ => {
            let mut dependants = world.store().dependants(object.meta().uid).filter_map(|(kind, key)| world.object(kind, key));
            dependants.any(|o| is_held(world, o))
        }
    }
}

/// Objects whose owners are all gone, and that nothing else keeps.
fn ownerless(world: &World) -> Option<Broken> {
    let exists = |uid: Uid| world.store().born(uid).0 > 0;
    let lost = |meta: &Meta| !meta.owner_references.is_empty() && !meta.owner_references.iter().any(|r| exists(r.uid));
    let object = KINDS
        .iter()
        .flat_map(|row| world.objects(row.kind))
        .find(|o| lost(o.meta()) && !(o.meta().is_terminating() && is_held(world, o)))?;
    broken("who has lost its owners is collected", format!("{} {}", object.kind().name(), object.key()))
}

/// Claims and volumes name each other.
fn bindings(world: &World) -> Option<Broken> {
    for claim in world.list::<PersistentVolumeClaim>().filter(|c| c.status.phase == ClaimPhase::Bound) {
        let volume = world.get::<PersistentVolume>(&Key::cluster(claim.spec.volume_name.clone()));
        let back = volume.and_then(|v| v.spec.claim_ref.as_ref()).is_some_and(|r| r.uid == claim.metadata.uid);
        if !back {
            return broken("claim and volume name each other", format!("{} is bound to {}", claim.metadata.name, claim.spec.volume_name));
        }
    }
    let bound = world.list::<PersistentVolume>().filter(|v| v.status.phase == VolumePhase::Bound);
    let lonely = bound.filter(|v| {
        let r = v.spec.claim_ref.as_ref();
        let claim = r.and_then(|r| world.get::<PersistentVolumeClaim>(&Key::new(r.namespace.clone(), r.name.clone())));
        claim.is_none_or(|c| c.spec.volume_name != v.metadata.name)
    });
    lonely.into_iter().next().and_then(|v| broken("claim and volume name each other", format!("{} is bound to none", v.metadata.name)))
}

fn pods_of(world: &World, owner: Uid) -> impl Iterator<Item = &Pod> {
    let keys = world.store().dependants_of(owner, Kind::Pod);
    keys.filter_map(move |key| world.get::<Pod>(key).map(|p| &**p)).filter(move |p| p.metadata.is_controlled_by(owner))
}

/// Sets whose status does not count their pods, or that have not made what they want.
fn miscounted(world: &World) -> Option<Broken> {
    let wrong = |name: &str, what: &str, counted: i32, found: usize| {
        (usize::try_from(counted) != Ok(found))
            .then(|| broken("sets count their pods", format!("{name}: {counted} {what}, not {found}")))
            .flatten()
    };
    let ordered = world.list::<StatefulSet>().find_map(|set| {
        let (pods, name, status): (Vec<&Pod>, _, _) = (pods_of(world, set.metadata.uid).collect(), &*set.metadata.name, &set.status);
        let ready = pods.iter().filter(|p| p.is_running_and_ready()).count();
        wrong(name, "pods", status.replicas, pods.len()).or_else(|| wrong(name, "ready pods", status.ready_replicas, ready))
    });
    let any = || {
        world.list::<ReplicaSet>().find_map(|set| {
            let (pods, name): (Vec<&Pod>, _) = (pods_of(world, set.metadata.uid).collect(), &*set.metadata.name);
            let active = pods.iter().filter(|p| p.is_active()).count();
            wrong(name, "wanted pods", set.spec.replicas, active).or_else(|| wrong(name, "active pods", set.status.replicas, active))
        })
    };
    ordered.or_else(any)
}

/// Processes on machines within reach of which the record knows nothing.
fn strays(world: &World) -> Option<Broken> {
    for machine in world.machines().filter(|m| m.is_linked()) {
        let known = |p: &&std::sync::Arc<podyard::sim::machine::Process>| {
            world.get::<Pod>(&p.key).is_some_and(|pod| pod.metadata.uid == p.uid && pod.spec.node_name == machine.name)
        };
        if let Some(stray) = machine.processes.values().filter(|p| p.is_alive()).find(|p| !known(p)) {
            return broken("what runs is on record", format!("{} on {}", stray.key, machine.name));
        }
    }
    None
}
