//! What happens to an object on its way into the store: namespaces, finalizers, default tolerations, addresses.

use crate::api::daemon::TEMPLATE_GENERATION;
use crate::api::pod::{Effect, Taint, Toleration};
use crate::api::storage::{ClaimPhase, PersistentVolumeClaim, StorageClass};
use crate::api::{Condition, DaemonSet, FieldError, Key, Kind, Labels, Meta, Name, Node, Object, Pod, Refusal, Truth};
use crate::sim::world::World;
use std::sync::Arc;

/// The finalizer that keeps a claim while pods use it.
pub const POD_PROTECTION: &str = "kubernetes.io/pvc-protection";
const NOT_READY: &str = "node.kubernetes.io/not-ready";
const VOLUME_PROTECTION: &str = "kubernetes.io/pv-protection";

/// Completes an object that is about to be stored, or refuses it.
pub fn admit(world: &mut World, object: &mut Object) -> Result<(), Refusal> {
    super::namespaces::admit_content(world, object)?;
    match object {
        Object::Pod(pod) => {
            let pod = Arc::make_mut(pod);
            super::strategy::prepare(pod);
            super::priority::admit_pod(world, pod)?;
            admit_pod(world, pod);
        }
        Object::Plain(Kind::PriorityClass, class) => super::priority::admit_class(world, class)?,
        Object::PersistentVolumeClaim(claim) => {
            let claim = Arc::make_mut(claim);
            finalizer(&mut claim.metadata.finalizers, POD_PROTECTION);
            claim.status = Default::default();
            if !claim.has_class() {
                claim.spec.storage_class_name = crate::sim::controllers::volumes::default_class(world);
            }
        }
        Object::PersistentVolume(volume) => {
            let volume = Arc::make_mut(volume);
            finalizer(&mut volume.metadata.finalizers, VOLUME_PROTECTION);
            volume.status = Default::default();
        }
        Object::Service(service) => crate::sim::network::admit_service(world, Arc::make_mut(service))?,
        Object::DaemonSet(set) => Arc::make_mut(set).metadata.annotations.insert(TEMPLATE_GENERATION, "1"),
        Object::Node(node) if !node.is_ready() => taint_until_ready(Arc::make_mut(node)),
        _ => {}
    }
    Ok(())
}

/// What admission calls an object that may not have got its name yet. Upstream: extractResourceName.
pub fn called(meta: &Meta) -> &Name {
    if meta.name.is_empty() { &meta.generate_name } else { &meta.name }
}

/// Upstream: plugin/pkg/admission/nodetaint.
fn taint_until_ready(node: &mut Node) {
    let taint = Taint { key: NOT_READY.into(), value: Name::default(), effect: Effect::NoSchedule, time_added: None };
    if !node.spec.taints.iter().any(|t| t.key == taint.key && t.effect == taint.effect) {
        node.spec.taints.push(taint);
    }
}

fn admit_pod(world: &World, pod: &mut Pod) {
    pod.status = Default::default();
    pod.status.qos_class = qos(pod).into();
    if crate::sim::scheduler::is_gated(pod) {
        pod.status.conditions.push(gated());
    }
    let covers = |t: &Toleration, key: &str| (t.key.is_empty() || &*t.key == key) && t.effect.is_none_or(|e| e == Effect::NoExecute);
    let defaults = &world.memory.tolerations.0;
    let wanted: Vec<Toleration> = defaults.iter().filter(|d| !pod.spec.tolerations.iter().any(|t| covers(t, &d.key))).cloned().collect();
    if wanted.is_empty() {
        return;
    }
    let spec = Arc::make_mut(&mut pod.spec);
    spec.tolerations = match spec.tolerations.is_empty() {
        true => defaults.clone(),
        false => Arc::new(spec.tolerations.iter().cloned().chain(wanted).collect()),
    };
}

/// One list of default tolerations, shared by all pods that have no others. Upstream: DefaultTolerationSeconds.
#[derive(Clone, Debug)]
pub struct DefaultTolerations(Arc<Vec<Toleration>>);

impl Default for DefaultTolerations {
    fn default() -> DefaultTolerations {
        let toleration = |key: &str| Toleration {
            key: key.into(),
            operator: "Exists".into(),
            effect: Some(Effect::NoExecute),
            toleration_seconds: Some(300),
            ..Toleration::default()
        };
        DefaultTolerations(Arc::new(vec![toleration(NOT_READY), toleration("node.kubernetes.io/unreachable")]))
    }
}

/// Upstream: applySchedulingGatedCondition in pkg/registry/core/pod/strategy.go.
fn gated() -> Condition {
    Condition {
        kind: "PodScheduled".into(),
        status: Truth::False,
        observed_generation: 1,
        reason: "SchedulingGated".into(),
        message: "Scheduling is blocked due to non-empty scheduling gates".into(),
        ..Condition::default()
    }
}

/// Upstream: component-helpers qos.ComputePodQOS, for cpu and memory.
fn qos(pod: &Pod) -> &'static str {
    let all = || pod.spec.containers.iter().map(|c| &c.resources);
    if all().all(|r| r.requests.is_empty() && r.limits.is_empty()) {
        return "BestEffort";
    }
    let pinned =
        |name: &str| all().all(|r| r.limits.get(name).is_some_and(|limit| r.requests.get(name).is_none_or(|request| request == limit)));
    if pinned("cpu") && pinned("memory") { "Guaranteed" } else { "Burstable" }
}

fn finalizer(list: &mut Vec<Name>, name: &str) {
    if !list.iter().any(|f| &**f == name) {
        list.push(name.into());
    }
}

/// What an update may not change: identity and times stay as they were; new finalizers are refused on a terminating object.
pub fn keep_identity(before: &Object, after: &mut Object) -> Result<(), Refusal> {
    let old = before.meta();
    let fresh: Vec<&Name> = after.meta().finalizers.iter().filter(|f| !old.finalizers.contains(f)).collect();
    if old.is_terminating() && !fresh.is_empty() {
        let list: Vec<String> = fresh.iter().map(|f| format!("{f:?}")).collect();
        let why =
            format!("no new finalizers can be added if the object is being deleted, found new finalizers []string{{{}}}", list.join(", "));
        return Err(Refusal::invalid(before.kind(), &old.name, vec![FieldError::forbidden("metadata.finalizers", &why)]));
    }
    let meta = after.meta_mut();
    meta.uid = old.uid;
    meta.creation_timestamp = old.creation_timestamp;
    meta.deletion_timestamp = old.deletion_timestamp;
    meta.deletion_grace_period_seconds = old.deletion_grace_period_seconds;
    meta.generation = old.generation;
    meta.generate_name = old.generate_name.clone();
    Ok(())
}

/// Completes an object that is about to be changed, or refuses the change.
pub fn admit_update(world: &mut World, before: &Object, after: &mut Object) -> Result<(), Refusal> {
    match (before, after) {
        (Object::PersistentVolumeClaim(old), Object::PersistentVolumeClaim(new)) => admit_growth(world, old, new),
        (Object::DaemonSet(old), Object::DaemonSet(new)) => {
            count_template(old, Arc::make_mut(new));
            Ok(())
        }
        (Object::Service(old), Object::Service(new)) => crate::sim::network::admit_service_update(world, old, Arc::make_mut(new)),
        _ => Ok(()),
    }
}

/// Upstream: daemonSetStrategy.PrepareForUpdate.
fn count_template(old: &DaemonSet, new: &mut DaemonSet) {
    let known: i64 = old.template_generation().parse().unwrap_or(1);
    let changed = i64::from(old.spec.template != new.spec.template);
    new.metadata.annotations.insert(TEMPLATE_GENERATION, (known + changed).to_string());
}

/// Upstream: the PersistentVolumeClaimResize plugin.
fn admit_growth(world: &World, old: &PersistentVolumeClaim, new: &PersistentVolumeClaim) -> Result<(), Refusal> {
    if new.request() <= old.request() {
        return Ok(());
    }
    let refuse = |why: &str| Err(Refusal::forbidden(Kind::PersistentVolumeClaim, &old.metadata.name, why));
    if old.status.phase != ClaimPhase::Bound {
        return refuse("Only bound persistent volume claims can be expanded");
    }
    let class = world.get::<StorageClass>(&Key::cluster(new.class()));
    let grows = class.and_then(|class| class.rest.get("allowVolumeExpansion")).is_some_and(|flag| *flag == true);
    match grows && new.class() == old.class() {
        true => Ok(()),
        false => refuse("only dynamically provisioned pvc can be resized and the storageclass that provisions the pvc must support resize"),
    }
}

/// Gives `to` the status of `from`; for kinds that have one.
pub fn copy_status(from: &Object, to: &mut Object) {
    macro_rules! copy {
        ($($kind:ident)*) => {
            match (from, to) {
                $((Object::$kind(from), Object::$kind(to)) if from.status != to.status => {
                    Arc::make_mut(to).status = from.status.clone();
                })*
                _ => {}
            }
        };
    }
    copy!(Pod Node Deployment DaemonSet PodDisruptionBudget ReplicaSet StatefulSet PersistentVolumeClaim PersistentVolume VolumeAttachment);
}

/// True where anything but metadata and status differs.
pub fn spec_changed(before: &Object, after: &Object) -> bool {
    match (before, after) {
        (Object::Pod(a), Object::Pod(b)) => !Arc::ptr_eq(&a.spec, &b.spec) && a.spec != b.spec,
        (Object::ReplicaSet(a), Object::ReplicaSet(b)) => a.spec != b.spec,
        (Object::StatefulSet(a), Object::StatefulSet(b)) => a.spec != b.spec,
        (Object::EndpointSlice(a), Object::EndpointSlice(b)) => a.endpoints != b.endpoints || a.ports != b.ports,
        (Object::Deployment(a), Object::Deployment(b)) => a.spec != b.spec,
        (Object::PodDisruptionBudget(a), Object::PodDisruptionBudget(b)) => a.spec != b.spec,
        (Object::DaemonSet(a), Object::DaemonSet(b)) => a.spec != b.spec,
        (Object::Plain(_, a), Object::Plain(_, b)) => a.body.get("spec") != b.body.get("spec"),
        _ => false,
    }
}

/// Labels that the API server puts on every namespace.
pub fn namespace_labels(name: &str) -> Labels {
    [("kubernetes.io/metadata.name", name)].into_iter().collect()
}
