//! Rules for sets: what their controllers may make and delete, and when. Upstream: the invariants of
//! pkg/controller/statefulset/stateful_set_control_test.go, pkg/controller/replicaset/replica_set.go.

use super::book::{Book, Broken, broken, by};
use podyard::api::workload::{ControllerRevision, PodManagementPolicy, StrategyType, parent_and_ordinal};
use podyard::api::{Key, Name, Object, PersistentVolumeClaim, Pod, ReplicaSet, Span, StatefulSet, Time};
use podyard::sim::{Change, Controller};

/// The label that names a pod's revision.
const REVISION: &str = "controller-revision-hash";

/// What a set's controller should not have done to a pod.
pub fn judge(book: &Book, change: &Change, before: Option<&Object>, after: Option<&Object>) -> Option<Broken> {
    let going = |after: Option<&Object>| after.is_none_or(|o| o.meta().is_terminating());
    match (before, after) {
        (None, Some(Object::Pod(pod))) => birth(book, change, pod),
        (Some(Object::Pod(pod)), after) if !pod.metadata.is_terminating() && going(after) => end(book, change, pod),
        _ => None,
    }
}

fn birth(book: &Book, change: &Change, pod: &Pod) -> Option<Broken> {
    let owner = pod.metadata.controller()?;
    let key = Key::new(pod.metadata.namespace.clone(), owner.name.clone());
    if by(change, Controller::StatefulSet) {
        let set = book.get::<StatefulSet>(&key).filter(|set| set.metadata.uid == owner.uid)?;
        return ordered_birth(book, set, pod, change.at).or_else(|| identity(book, set, pod));
    }
    if by(change, Controller::ReplicaSet) {
        let set = book.get::<ReplicaSet>(&key).filter(|set| set.metadata.uid == owner.uid)?;
        let active = book.pods_of(owner.uid).filter(|p| p.is_active()).count();
        let room = usize::try_from(set.spec.replicas).is_ok_and(|wanted| active < wanted);
        return if room {
            None
        } else {
            broken("a ReplicaSet makes no more than it wants", format!("{} with {active}", pod.metadata.name))
        };
    }
    None
}

fn end(book: &Book, change: &Change, pod: &Pod) -> Option<Broken> {
    let owner = pod.metadata.controller()?;
    let key = Key::new(pod.metadata.namespace.clone(), owner.name.clone());
    if by(change, Controller::StatefulSet) {
        let set = book.get::<StatefulSet>(&key).filter(|set| set.metadata.uid == owner.uid)?;
        return ordered_end(book, set, pod, change.at);
    }
    if by(change, Controller::ReplicaSet) {
        let set = book.get::<ReplicaSet>(&key)?;
        let active = book.pods_of(owner.uid).filter(|p| p.is_active()).count();
        let many = usize::try_from(set.spec.replicas).is_ok_and(|wanted| active > wanted);
        return if many {
            None
        } else {
            broken("a ReplicaSet deletes only what is too many", format!("{} of {active}", pod.metadata.name))
        };
    }
    None
}

fn is_ordered(set: &StatefulSet) -> bool {
    set.spec.pod_management_policy == PodManagementPolicy::OrderedReady
}

/// The ordinals that a set wants.
fn wanted(set: &StatefulSet) -> std::ops::Range<i32> {
    set.first_ordinal()..set.first_ordinal() + set.spec.replicas
}

/// Running, ready for long enough, and not going.
fn is_well(book: &Book, set: &StatefulSet, ordinal: i32, now: Time) -> bool {
    let key = Key::new(set.metadata.namespace.clone(), format!("{}-{ordinal}", set.metadata.name));
    let long = |pod: &Pod| pod.ready_since().is_some_and(|since| since + Span::secs(set.spec.min_ready_seconds.into()) <= now);
    book.get::<Pod>(&key).is_some_and(|pod| pod.is_running_and_ready() && long(pod) && !pod.metadata.is_terminating())
}

fn ordered_birth(book: &Book, set: &StatefulSet, pod: &Pod, now: Time) -> Option<Broken> {
    let name = &pod.metadata.name;
    let Some((_, ordinal)) = parent_and_ordinal(name).filter(|(parent, _)| *parent == &*set.metadata.name) else {
        return broken("a pod is named after its set", &**name);
    };
    if set.metadata.is_terminating() || !wanted(set).contains(&ordinal) {
        return broken("a StatefulSet makes only what it wants", &**name);
    }
    let ill = (set.first_ordinal()..ordinal).find(|i| is_ordered(set) && !is_well(book, set, *i, now))?;
    broken("a pod waits for those below it", format!("{name} was made while {ill} was not well"))
}

/// Names, labels, revision and claims of a pod that was just made.
fn identity(book: &Book, set: &StatefulSet, pod: &Pod) -> Option<Broken> {
    let (name, labels) = (&pod.metadata.name, &pod.metadata.labels);
    let revision = |label: &Name| book.get::<ControllerRevision>(&Key::new(set.metadata.namespace.clone(), label.clone())).is_some();
    if labels.get("statefulset.kubernetes.io/pod-name") != Some(name) || !labels.get(REVISION).is_some_and(revision) {
        return broken("a pod carries its identity", format!("{name} carries {labels}"));
    }
    for template in set.spec.volume_claim_templates.iter() {
        let claim: Name = format!("{}-{name}", template.metadata.name).into();
        let there = book.get::<PersistentVolumeClaim>(&Key::new(set.metadata.namespace.clone(), claim.clone()));
        let labelled =
            there.is_some_and(|c| c.metadata.labels.contains_all(&set.spec.selector.match_labels) && !c.metadata.is_terminating());
        if !labelled || !pod.claims().any(|c| c == claim) {
            return broken("a pod has its claims", format!("{name} without {claim}"));
        }
    }
    None
}

/// The set's controller ends a pod: one that has ended by itself, the highest of those too many, or one of another revision.
fn ordered_end(book: &Book, set: &StatefulSet, pod: &Pod, now: Time) -> Option<Broken> {
    let name = &pod.metadata.name;
    let (_, ordinal) = parent_and_ordinal(name)?;
    if pod.status.phase.is_terminal() {
        return None;
    }
    let ill = wanted(set).find(|i| is_ordered(set) && !is_well(book, set, *i, now));
    if let Some(ill) = ill {
        return broken("nothing is taken away while a pod is not well", format!("{name} was deleted while {ill} was not well"));
    }
    if wanted(set).contains(&ordinal) { roll(book, set, pod, ordinal, now) } else { condemned(book, set, name, ordinal) }
}

fn condemned(book: &Book, set: &StatefulSet, name: &str, ordinal: i32) -> Option<Broken> {
    let too_many = book.pods_of(set.metadata.uid).filter_map(|p| parent_and_ordinal(&p.metadata.name)).map(|(_, i)| i);
    let higher = too_many.filter(|i| !wanted(set).contains(i)).find(|i| *i > ordinal && is_ordered(set))?;
    broken("the highest goes first", format!("{name} went before {higher}"))
}

fn roll(book: &Book, set: &StatefulSet, pod: &Pod, ordinal: i32, now: Time) -> Option<Broken> {
    let (name, strategy) = (&pod.metadata.name, &set.spec.update_strategy);
    let newest = book.list::<ControllerRevision>().filter(|r| r.metadata.is_controlled_by(set.metadata.uid)).max_by_key(|r| r.revision)?;
    if strategy.kind != StrategyType::RollingUpdate || pod.metadata.labels.get(REVISION) == Some(&newest.metadata.name) {
        return broken("a pod that is wanted and up to date stays", &**name);
    }
    if ordinal - set.first_ordinal() < strategy.rolling_update.as_ref().map_or(0, |r| r.partition) {
        return broken("the partition holds the roll-out", &**name);
    }
    let ill = (ordinal + 1..wanted(set).end).find(|i| !is_well(book, set, *i, now))?;
    broken("a roll-out waits for those above", format!("{name} was deleted while {ill} was not well"))
}
