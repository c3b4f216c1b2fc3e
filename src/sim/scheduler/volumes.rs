//! What a pod's claims say about where it can go (§5.2, §5.4).

use super::super::world::World;
use super::filter::{Verdict, terms_match};
use super::hints::Help;
use crate::api::storage::AccessMode;
use crate::api::{Key, Name, Node, Object, PersistentVolume, PersistentVolumeClaim, Pod};
use std::sync::Arc;

/// What a pod needs of volumes.
#[derive(Default)]
pub struct Needs {
    /// Volumes that its claims are bound to.
    pub bound: Vec<Arc<PersistentVolume>>,
    /// Claims that wait for their first consumer.
    pub unbound: Vec<Arc<PersistentVolumeClaim>>,
    /// A claim of one pod that another pod has.
    pub taken: bool,
}

impl Needs {
    /// True where no volume says anything about the node.
    pub fn is_empty(&self) -> bool {
        self.bound.is_empty() && self.unbound.is_empty() && !self.taken
    }
}

/// Why a pod cannot be scheduled anywhere, whatever the nodes.
pub enum Obstacle {
    /// Claims that nobody has bound yet, though they need not wait for a pod.
    Unbound,
    /// Anything else, in words.
    Other(String),
}

impl Obstacle {
    /// The message of §5.3. With unbound claims this version prints "not found" where it speaks of preemption.
    pub fn message(&self, nodes: usize) -> String {
        match self {
            Obstacle::Unbound => format!("0/{nodes} nodes are available: pod has unbound immediate PersistentVolumeClaims. not found"),
            Obstacle::Other(why) => format!(
                "0/{nodes} nodes are available: {why}. preemption: 0/{nodes} nodes are available: {nodes} Preemption is not helpful for scheduling."
            ),
        }
    }
}

const BIND_COMPLETED: &str = "pv.kubernetes.io/bind-completed";

fn is_bound(claim: &PersistentVolumeClaim) -> bool {
    !claim.spec.volume_name.is_empty() && claim.metadata.annotations.get(BIND_COMPLETED).is_some()
}

/// What a pod's claims ask of its node, or why it can go nowhere.
pub fn needs(world: &World, pod: &Pod) -> Result<Needs, Obstacle> {
    let mut needs = Needs::default();
    for name in pod.spec.claims() {
        let key = Key::new(pod.metadata.namespace.clone(), name.clone());
        let Some(claim) = world.get::<PersistentVolumeClaim>(&key) else {
            return Err(Obstacle::Other(format!("persistentvolumeclaim \"{name}\" not found")));
        };
        if claim.metadata.is_terminating() {
            return Err(Obstacle::Other(format!("persistentvolumeclaim \"{name}\" is being deleted")));
        }
        needs.taken |= claim.spec.access_modes.contains(&AccessMode::ReadWriteOncePod) && others_use(world, &key, pod);
        if is_bound(claim) {
            let volume = &claim.spec.volume_name;
            let found = world.get::<PersistentVolume>(&Key::cluster(volume.clone())).cloned();
            let missing =
                || Obstacle::Other(format!("persistentvolumeclaim \"{name}\" bound to non-existent persistentvolume \"{volume}\""));
            needs.bound.push(found.ok_or_else(missing)?);
        } else if super::super::controllers::volumes::waits_for_consumer(world, claim) {
            needs.unbound.push(claim.clone());
        } else {
            return Err(Obstacle::Unbound);
        }
    }
    needs.unbound.sort_by_key(|claim| claim.request());
    Ok(needs)
}

fn others_use(world: &World, claim: &Key, pod: &Pod) -> bool {
    let others = world.store().pods_using(claim).filter(|key| key.name != pod.metadata.name);
    others.filter_map(|key| world.get::<Pod>(key)).any(|p| p.is_scheduled() && !p.status.phase.is_terminal())
}

/// Why a node cannot serve a pod's volumes.
pub fn refuses(world: &World, node: &Node, needs: &Needs) -> Option<Verdict> {
    if needs.taken {
        let reason = "node(s) unavailable due to PersistentVolumeClaim with ReadWriteOncePod access mode already in-use by another pod";
        return Some(Verdict { help: Help::ROOM, ..Verdict::crowded(reason) });
    }
    let reachable = |volume: &Arc<PersistentVolume>| {
        let required = volume.spec.node_affinity.as_ref().and_then(|a| a.get("required"));
        required.is_none_or(|r| terms_match(r, &node.metadata.labels, &node.metadata.name))
    };
    let hopeless = |reason| Some(Verdict { help: Help::LABEL | Help::VOLUME, ..Verdict::hopeless(reason) });
    if !needs.bound.iter().all(reachable) {
        return hopeless("node(s) didn't match PersistentVolume's node affinity");
    }
    if !super::super::controllers::volumes::can_serve(world, &needs.unbound, node) {
        return hopeless("node(s) didn't find available persistent volumes to bind");
    }
    if needs.bound.iter().all(|volume| is_in_zone(volume, node)) { None } else { hopeless("node(s) had no available volume zone") }
}

const ZONES: [&str; 2] = ["topology.kubernetes.io/zone", "topology.kubernetes.io/region"];

/// True where a node is in the zone that a volume's labels name; several are joined by `__`. Upstream: plugins/volumezone.
fn is_in_zone(volume: &PersistentVolume, node: &Node) -> bool {
    let here = |key: &&str| node.metadata.labels.get(key);
    let single_zone = !ZONES.iter().any(|key| here(key).is_some());
    single_zone
        || ZONES.iter().all(|key| {
            let wanted = volume.metadata.labels.get(key);
            wanted.is_none_or(|zones| here(key).is_some_and(|here| zones.split("__").any(|zone| *zone == **here)))
        })
}

/// Sees to it that claims which waited for their first consumer get bound; true where nothing is left to wait for.
pub fn prepare(world: &mut World, _pod: &Pod, node: &Name, needs: &Needs) -> bool {
    super::super::controllers::volumes::select_node(world, &needs.unbound, node);
    needs.unbound.is_empty()
}

/// True where a write could let a pod be scheduled that could not before: a claim that got its volume, a new volume, a new
/// class.
pub fn may_help(before: Option<&Object>, after: &Object) -> bool {
    match (before, after) {
        (Some(Object::PersistentVolumeClaim(old)), Object::PersistentVolumeClaim(new)) => is_bound(new) && !is_bound(old),
        (None, Object::PersistentVolumeClaim(_) | Object::PersistentVolume(_) | Object::StorageClass(_)) => true,
        _ => false,
    }
}
