//! What a pod's claims say about where it can go.

use super::super::controllers::volumes::{foreign, reaches};
use super::super::world::World;
use super::filter::Verdict;
use super::hints::Plugins;
use crate::api::storage::{AccessMode, ClaimPhase, VolumePhase, inline};
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
    /// A claim whose volume does not exist, which nobody has noticed yet.
    pub missing: bool,
    /// Disks that the pod names itself.
    pub own: Vec<PersistentVolume>,
}

impl Needs {
    /// True where no volume says anything about the node.
    pub fn is_empty(&self) -> bool {
        self.bound.is_empty() && self.unbound.is_empty() && self.own.is_empty() && !self.taken && !self.missing
    }
}

/// Why a pod cannot be scheduled anywhere, whatever the nodes.
pub struct Obstacle(String);

/// Two demands on the node's name that exclude each other. Upstream: errReasonConflict of NodeAffinity.
pub fn conflict() -> Obstacle {
    Obstacle("pod affinity terms conflict".to_owned())
}

impl Obstacle {
    /// What FailedScheduling says. Upstream: FitError. Where a volume plugin's PreFilter refuses, this version prints "not
    /// found" where it speaks of preemption: a plugin after it finds nothing in the cycle's state.
    pub fn message(&self, nodes: usize) -> String {
        format!("0/{nodes} nodes are available: {}. not found", self.0)
    }
}

const BIND_COMPLETED: &str = "pv.kubernetes.io/bind-completed";

fn is_bound(claim: &PersistentVolumeClaim) -> bool {
    !claim.spec.volume_name.is_empty() && claim.metadata.annotations.get(BIND_COMPLETED).is_some()
}

/// What a pod's claims ask of its node, or why it can go nowhere.
pub fn needs(world: &World, pod: &Pod) -> Result<Needs, Obstacle> {
    let mut needs = Needs { own: pod.spec.volumes.iter().filter_map(inline).collect(), ..Needs::default() };
    let mut unbound = false;
    for volume in pod.spec.volumes.iter() {
        let Some(name) = volume.claim(&pod.metadata.name) else { continue };
        let key = Key::new(pod.metadata.namespace.clone(), name);
        let claim = usable(world, &key, volume.ephemeral().map(|_| pod))?;
        needs.taken |= claim.spec.access_modes.contains(&AccessMode::ReadWriteOncePod) && others_use(world, &key, pod);
        if is_bound(claim) {
            let found = world.get::<PersistentVolume>(&Key::cluster(claim.spec.volume_name.clone())).cloned();
            needs.missing |= found.is_none();
            needs.bound.extend(found);
        } else if super::super::controllers::volumes::waits_for_consumer(world, claim) && claim.spec.volume_name.is_empty() {
            needs.unbound.push(claim.clone());
        } else {
            unbound = true;
        }
    }
    if unbound {
        return Err(Obstacle("pod has unbound immediate PersistentVolumeClaims".to_owned()));
    }
    needs.unbound.sort_by_key(|claim| claim.request());
    Ok(needs)
}

/// A claim that a pod may be scheduled with; `made_for` is the pod where the claim is made for it. Upstream:
/// VolumeBinding.podHasPVCs.
fn usable<'w>(world: &'w World, key: &Key, made_for: Option<&Pod>) -> Result<&'w Arc<PersistentVolumeClaim>, Obstacle> {
    let refuse = |why: String| Err(Obstacle(format!("persistentvolumeclaim \"{}\" {why}", key.name)));
    let Some(claim) = world.get::<PersistentVolumeClaim>(key) else {
        let waits = format!("waiting for ephemeral volume controller to create the persistentvolumeclaim \"{}\"", key.name);
        return if made_for.is_some() { Err(Obstacle(waits)) } else { refuse("not found".to_owned()) };
    };
    if let Some(why) = made_for.and_then(|pod| foreign(claim, pod)) {
        return Err(Obstacle(why));
    }
    if claim.status.phase == ClaimPhase::Lost {
        return refuse(format!("bound to non-existent persistentvolume \"{}\"", claim.spec.volume_name));
    }
    if claim.metadata.is_terminating() {
        return refuse("is being deleted".to_owned());
    }
    Ok(claim)
}

/// A pod that has a seat and waits for its volumes has the claim too. Upstream: IsPVCUsedByPods, which counts assumed pods.
fn others_use(world: &World, claim: &Key, pod: &Pod) -> bool {
    let mut others = world.store().pods_using(claim).filter(|key| key.name != pod.metadata.name);
    let sits = |key: &Key| world.get::<Pod>(key).is_some_and(|p| p.is_scheduled() && !p.status.phase.is_terminal());
    others.any(|key| world.scheduler.assumed.contains_key(key) || sits(key))
}

/// Why a node cannot have a pod whose volumes others use.
pub fn in_use(world: &World, node: &Node, needs: &Needs) -> Option<Verdict> {
    let claimed = "node(s) unavailable due to PersistentVolumeClaim with ReadWriteOncePod access mode already in-use by another pod";
    let reason = match needs.own.iter().any(|disk| is_taken(world, node, disk)) {
        true => "node(s) had no available disk",
        false if needs.taken => claimed,
        false => return None,
    };
    Some(Verdict { by: Plugins::RESTRICTIONS, ..Verdict::crowded(reason) })
}

/// Why a node cannot serve a pod's volumes: all that VolumeBinding finds, or what VolumeZone does. Upstream:
/// volumeBinder.FindPodVolumes.
pub fn refuses(world: &World, node: &Node, needs: &Needs) -> Option<Verdict> {
    let served = super::super::controllers::volumes::can_serve(world, &needs.unbound, node);
    let binding = [
        (needs.missing, "node(s) unavailable due to one or more pvc(s) bound to non-existent pv(s)"),
        (!needs.bound.iter().all(|volume| reaches(volume, node)), "node(s) didn't match PersistentVolume's node affinity"),
        (!served, "node(s) didn't find available persistent volumes to bind"),
    ];
    let mut reasons: Vec<String> = binding.iter().filter(|(wrong, _)| *wrong).map(|(_, reason)| (*reason).to_owned()).collect();
    if reasons.is_empty() && !needs.bound.iter().all(|volume| shares_zone(volume, node)) {
        reasons.push("node(s) had no available volume zone".to_owned());
    }
    (!reasons.is_empty()).then_some(Verdict { reasons, hopeless: true, by: Plugins::VOLUMES })
}

/// True where a pod of the node names the same disk itself and one of them writes. Upstream: isVolumeConflict.
fn is_taken(world: &World, node: &Node, disk: &PersistentVolume) -> bool {
    let writes = |disk: &PersistentVolume| !disk.spec.access_modes.contains(&AccessMode::ReadOnlyMany);
    let clashes = |other: PersistentVolume| other.metadata.name == disk.metadata.name && (writes(&other) || writes(disk));
    let pods = world.store().pods_on(&node.metadata.name).filter_map(|key| world.get::<Pod>(key));
    pods.filter(|pod| !pod.status.phase.is_terminal()).any(|pod| pod.spec.volumes.iter().filter_map(inline).any(clashes))
}

/// Labels that say where a node or a volume is, and how each was called before.
const PLACES: [(&str, &str); 2] = [
    ("topology.kubernetes.io/zone", "failure-domain.beta.kubernetes.io/zone"),
    ("topology.kubernetes.io/region", "failure-domain.beta.kubernetes.io/region"),
];

/// A volume that carries a zone is for nodes of that zone; nodes without zones take any. Upstream: VolumeZone, with
/// translateToGALabel.
fn shares_zone(volume: &PersistentVolume, node: &Node) -> bool {
    let place = |label: &str| node.metadata.labels.get(label);
    let fits = |label: &str, or: &str| {
        let there = || place(label).or_else(|| place(or));
        volume.metadata.labels.get(label).is_none_or(|zones| zones.split("__").any(|z| there().is_some_and(|p| &**p == z)))
    };
    let nowhere = PLACES.iter().all(|(now, before)| place(now).is_none() && place(before).is_none());
    nowhere || PLACES.iter().all(|(now, before)| fits(now, now) && fits(before, now))
}

/// How far the claims of a pod are that has its node.
pub enum Progress {
    /// At least one is still to be bound.
    Waits,
    /// All are bound, to volumes that the node reaches.
    Done,
    /// The node was the wrong one, or a claim has gone.
    Failed,
}

/// How far the claims of a pod are that waits on a node. Upstream: volumeBinder.checkBindings.
pub fn progress(world: &World, pod: &Pod, node: &Name) -> Progress {
    let Some(node) = world.get::<Node>(&Key::cluster(node.clone())) else { return Progress::Failed };
    match needs(world, pod) {
        Err(_) => Progress::Failed,
        Ok(needs) if !needs.unbound.is_empty() => {
            let reset = needs.unbound.iter().any(|claim| !super::super::controllers::volumes::is_promised(world, claim));
            if reset { Progress::Failed } else { Progress::Waits }
        }
        Ok(needs) => match needs.missing || !needs.bound.iter().all(|volume| reaches(volume, node)) {
            true => Progress::Failed,
            false => Progress::Done,
        },
    }
}

/// Sees to it that claims which waited for their first consumer get bound; true where nothing is left to wait for.
pub fn prepare(world: &mut World, _pod: &Pod, node: &Name, needs: &Needs) -> bool {
    super::super::controllers::volumes::select_node(world, &needs.unbound, node);
    needs.unbound.is_empty()
}

/// True where a write could let a pod be scheduled that could not before: a claim that got its volume, a volume that is new
/// or may be taken now, a new class. Upstream: VolumeBinding.EventsToRegister.
pub fn may_help(before: Option<&Object>, after: &Object) -> bool {
    match (before, after) {
        (Some(Object::PersistentVolumeClaim(old)), Object::PersistentVolumeClaim(new)) => is_bound(new) && !is_bound(old),
        (Some(Object::PersistentVolume(old)), Object::PersistentVolume(new)) => is_offered(new) && !is_offered(old),
        (None, Object::PersistentVolumeClaim(_) | Object::PersistentVolume(_) | Object::StorageClass(_)) => true,
        _ => false,
    }
}

fn is_offered(pv: &PersistentVolume) -> bool {
    pv.status.phase == VolumePhase::Available
}
