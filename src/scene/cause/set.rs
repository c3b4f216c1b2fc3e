//! Sets that do not have what they want: what the first pod in the way lacks, or a roll-out that does not go on.

use super::{Cause, Remedy, delete, flag, pod};
use crate::api::deployment::{REVISION, number};
use crate::api::workload::{PodManagementPolicy, REVISION_LABEL, StrategyType, parent_and_ordinal};
use crate::api::{Deployment, Event, Key, Kind, Pod, ReplicaSet, StatefulSet, Truth};
use crate::sim::World;
use std::sync::Arc;

/// Why a set is not as it should be.
pub fn of(world: &World, kind: Kind, key: &Key) -> Option<Cause> {
    match kind {
        Kind::StatefulSet => stateful(world, key, world.get::<StatefulSet>(key)?),
        Kind::ReplicaSet => replica(world, key, world.get::<ReplicaSet>(key)?),
        Kind::Deployment => deployment(world, key),
        _ => None,
    }
}

/// Why a roll-out does not go on: what its newest ReplicaSet lacks, a deadline that passed, a pause.
fn deployment(world: &World, key: &Key) -> Option<Cause> {
    let deployment = world.get::<Deployment>(key)?;
    let named = format!("deploy/{}{}", key.name, flag(key));
    if deployment.spec.paused {
        let cause = Cause::new("it is paused: a new template is noted, and no pod is replaced", "you");
        return Some(cause.free(format!("kubectl rollout resume {named}"), "lets the roll-out go on"));
    }
    let keys = world.store().dependants_of(deployment.metadata.uid, Kind::ReplicaSet);
    let sets: Vec<&Arc<ReplicaSet>> = keys.filter_map(|key| world.get::<ReplicaSet>(key)).collect();
    let newest = sets.iter().max_by_key(|set| number(&set.metadata, REVISION))?;
    let cause = replica(world, &newest.metadata.key(), newest)?;
    let (updated, wanted) = (deployment.status.updated_replicas, deployment.spec.replicas);
    let late = deployment.status.condition("Progressing").filter(|c| c.status == Truth::False);
    let cause = match late {
        Some(_) => cause.because("no progress before its deadline: it neither goes on nor back by itself"),
        None => cause.because(format!("{updated} of {wanted} pods are of the new template; old ones stay until new ones are available")),
    };
    Some(for_template(cause, &newest.metadata.name, &named, sets.len() > 1))
}

/// What would free a Deployment's newest ReplicaSet, said of the Deployment: only its template is made for good.
fn for_template(cause: Cause, set: &str, named: &str, undoable: bool) -> Cause {
    let undo = undoable.then(|| Remedy {
        line: format!("kubectl rollout undo {named}"),
        stdin: None,
        words: "goes back to the template before".to_owned(),
    });
    let mine = format!("rs/{set} ");
    let rest = cause.remedies.iter().filter(|r| r.line.contains(&mine) || r.line.contains(named) || !r.line.contains(set));
    let rest = rest.map(|r| Remedy { line: r.line.replace(&mine, &format!("{named} ")), ..r.clone() });
    Cause { remedies: undo.into_iter().chain(rest).collect(), ..cause }
}

fn pods(world: &World, uid: crate::api::Uid) -> Vec<&Arc<Pod>> {
    let keys = world.store().dependants_of(uid, Kind::Pod);
    keys.filter_map(|key| world.get::<Pod>(key)).collect()
}

fn replica(world: &World, key: &Key, set: &ReplicaSet) -> Option<Cause> {
    let pods = pods(world, set.metadata.uid);
    let active: Vec<&&Arc<Pod>> = pods.iter().filter(|p| p.is_active() && !p.metadata.is_terminating()).collect();
    if (active.len() as i32) < set.spec.replicas {
        return refused(world, Kind::ReplicaSet, key);
    }
    let ill = active.iter().find(|p| !p.is_ready())?;
    let cause = pod::of(world, &ill.metadata.key())?;
    Some(cause.because(format!("{} pods of {} are ready: {} is not", set.status.ready_replicas, set.spec.replicas, ill.metadata.name)))
}

/// The API server refused a pod: the controller said so in an event.
fn refused(world: &World, kind: Kind, key: &Key) -> Option<Cause> {
    let about = |e: &&Arc<Event>| *e.involved_object.name == *key.name && *e.involved_object.kind == *kind.name();
    let failed = world.list::<Event>().filter(about).filter(|e| &*e.reason == "FailedCreate").max_by_key(|e| e.last_seen())?;
    Some(Cause::new(failed.message.to_string(), "its controller, which tries again ever later"))
}

fn ordinal(pod: &Pod) -> i32 {
    parent_and_ordinal(&pod.metadata.name).map_or(i32::MAX, |(_, n)| n)
}

fn stateful(world: &World, key: &Key, set: &StatefulSet) -> Option<Cause> {
    let mut pods = pods(world, set.metadata.uid);
    pods.sort_by_key(|p| ordinal(p));
    let (first, wanted) = (set.first_ordinal(), set.spec.replicas);
    let surplus = |p: &Pod| ordinal(p) >= first + wanted;
    let going = pods.iter().rev().find(|p| p.metadata.is_terminating());
    let ill = pods.iter().find(|p| !p.is_running_and_ready() || p.metadata.is_terminating());
    let waits = world.wait(Kind::StatefulSet, key);
    let Some(ill) = waits.and_then(|w| w.on.iter().find_map(|(_, key)| world.get::<Pod>(key))).or(ill.copied()).or(going.copied()) else {
        return rollout(world, key, set, &pods)
            .or_else(|| if (pods.len() as i32) < wanted { refused(world, Kind::StatefulSet, key) } else { None });
    };
    let name = &ill.metadata.name;
    let ordered = set.spec.pod_management_policy == PodManagementPolicy::OrderedReady;
    let held = match () {
        () if !ordered => format!("{name} is not ready; the others do not wait for it"),
        () if ill.metadata.is_terminating() => format!("one after the other: nothing goes on until {name} is surely gone"),
        () if pods.iter().any(|p| surplus(p)) => format!("none is taken away while {name} is not ready"),
        () => format!("one after the other: nothing goes on until {name} is Running and Ready"),
    };
    let cause = pod::of(world, &ill.metadata.key())?.because(held);
    Some(broken(world, key, set, ill, cause))
}

/// A pod of a broken revision has to be deleted by hand after the template is mended: a known issue of OrderedReady.
fn broken(world: &World, key: &Key, set: &StatefulSet, ill: &Pod, cause: Cause) -> Cause {
    let revision = ill.metadata.labels.get(REVISION_LABEL);
    let rolling = set.status.current_revision != set.status.update_revision;
    let at_update = revision.is_some_and(|r| **r == *set.status.update_revision);
    if ill.metadata.is_terminating() || !ill.is_scheduled() || ill.is_ready() {
        return cause;
    }
    if rolling && at_update {
        let undo = format!("kubectl rollout undo sts/{}{}", key.name, flag(key));
        let cause = Cause { remedies: Vec::new(), ..cause };
        let cause = cause.because("the roll-out has stopped at its first broken pod, and never goes back by itself");
        return cause
            .free(undo, "goes back to the template before")
            .free(delete(Kind::Pod, &ill.metadata.key()), "then: lets the broken pod be made anew");
    }
    let stale = revision.is_some_and(|r| **r != *set.status.update_revision) && world.wait(Kind::StatefulSet, key).is_some();
    if !stale {
        return cause;
    }
    let cause = Cause { remedies: Vec::new(), ..cause };
    let cause =
        cause.because(format!("the template is mended, and {} is still of the broken one: OrderedReady waits for it", ill.metadata.name));
    cause.free(delete(Kind::Pod, &ill.metadata.key()), "lets it be made anew from the new template")
}

/// All are well, and some are of an old template.
fn rollout(_world: &World, key: &Key, set: &StatefulSet, pods: &[&Arc<Pod>]) -> Option<Cause> {
    let update = &set.status.update_revision;
    let old: Vec<&&Arc<Pod>> = pods.iter().filter(|p| p.metadata.labels.get(REVISION_LABEL).is_some_and(|r| **r != **update)).collect();
    let last = old.last()?;
    let name = &last.metadata.name;
    let partition = set.spec.update_strategy.rolling_update.as_ref().map_or(0, |r| r.partition);
    if set.spec.update_strategy.kind == StrategyType::OnDelete {
        let cause = Cause::new(format!("{} pods are of the old template, and OnDelete replaces none by itself", old.len()), "you");
        return Some(cause.free(delete(Kind::Pod, &last.metadata.key()), format!("makes {name} anew from the new template")));
    }
    (ordinal(last) < partition).then(|| {
        let cause =
            Cause::new(format!("its partition {partition} keeps {} pods with a smaller number at the old template", old.len()), "you");
        let patch = format!(
            "kubectl patch sts {}{} -p '{{\"spec\":{{\"updateStrategy\":{{\"rollingUpdate\":{{\"partition\":0}}}}}}}}'",
            key.name,
            flag(key)
        );
        cause.free(patch, "lets the roll-out go on to all")
    })
}
