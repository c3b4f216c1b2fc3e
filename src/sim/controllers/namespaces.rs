//! Namespaces: what each begins with, and how it is emptied, pods first, before it goes. Upstream:
//! pkg/controller/namespace, serviceaccount and certificates/rootcacertpublisher.

use super::super::act::DeleteOptions;
use super::super::apiserver::{Desk, has_content_to_go, set_namespace_field};
use super::super::change::Controller;
use super::super::world::World;
use crate::api::node::Namespace;
use crate::api::object::{KINDS, Plain};
use crate::api::{Key, Kind, Meta, Name, Object, Pod, Span, Time};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;
use std::sync::Arc;

/// How long a namespace is left alone after each change: namespaceDeletionGracePeriod.
const PAUSE: Span = Span::secs(5);
/// What content with finalizers is expected to take, in seconds: finalizerEstimateSeconds.
const FINALIZER_ESTIMATE: i64 = 15;
/// The certificate itself is not modelled.
const ROOT_CA: &str = "kube-root-ca.crt";

/// Hears of a write: a namespace that is new or on its way out is looked at.
pub fn notice(world: &mut World, before: Option<&Object>, after: Option<&Object>) {
    match (before, after) {
        (_, Some(Object::Namespace(namespace))) if namespace.metadata.is_terminating() => {
            world.enqueue(Controller::Namespace, Kind::Namespace, &namespace.metadata.key(), PAUSE);
        }
        (None, Some(Object::Namespace(namespace))) => {
            world.enqueue(Controller::Namespace, Kind::Namespace, &namespace.metadata.key(), Span(0));
        }
        _ => {}
    }
}

/// Takes a namespace from the queue.
pub fn sync(desk: &mut Desk, key: &Key) {
    let Some(namespace) = desk.get::<Namespace>(key).cloned() else { return };
    match namespace.metadata.is_terminating() {
        true => empty(desk, &namespace),
        false => furnish(desk, &key.name),
    }
}

/// Gives a namespace its service account and the certificate of the cluster.
pub fn furnish(desk: &mut Desk, namespace: &Name) {
    let body: Map<String, Value> = [("data".to_owned(), json!({"ca.crt": ""}))].into_iter().collect();
    let rows = [(Kind::ServiceAccount, "default", Map::new()), (Kind::ConfigMap, ROOT_CA, body)];
    for (kind, name, body) in rows {
        let object = Object::Plain(kind, Arc::new(Plain { metadata: Meta::named(namespace.clone(), name), body }));
        // Refused where somebody was faster, or where the namespace is on its way out again.
        desk.create(object).ok();
    }
}

/// Deletes what is in a namespace and lets the namespace go once nothing is left. Pods go before anything else: while there
/// are any, nothing else is looked at or told of. Upstream: deleteAllContent, OrderedNamespaceDeletion.
fn empty(desk: &mut Desk, namespace: &Arc<Namespace>) {
    let home = &namespace.metadata.name;
    let estimate = estimate(desk, home, namespace.metadata.deletion_timestamp);
    delete_all(desk, home, |kind| kind == Kind::Pod);
    let mut left = content(desk, home, |kind| kind == Kind::Pod);
    if left.is_empty() {
        delete_all(desk, home, |kind| kind != Kind::Pod);
        left = content(desk, home, |_| true);
    }
    let left = Remains::of(&left);
    let told = report(desk, namespace, &left);
    if left.kinds.is_empty() {
        return finalize(desk, told);
    }
    let estimate = if estimate == 0 { FINALIZER_ESTIMATE } else { estimate };
    desk.world().enqueue(Controller::Namespace, Kind::Namespace, &namespace.metadata.key(), Span::secs(estimate / 2 + 1));
}

fn content(desk: &Desk, home: &Name, wanted: impl Fn(Kind) -> bool) -> Vec<Object> {
    let kinds = KINDS.iter().filter(|info| info.namespaced && wanted(info.kind));
    kinds.flat_map(|info| desk.objects(info.kind)).filter(|object| object.meta().namespace == *home).cloned().collect()
}

fn delete_all(desk: &mut Desk, home: &Name, wanted: impl Fn(Kind) -> bool) {
    for object in content(desk, home, wanted).iter().filter(|object| !object.meta().is_terminating()) {
        // Refused only where it has gone together with something else.
        desk.delete(object.kind(), &object.key(), &DeleteOptions::default()).ok();
    }
}

/// The longest grace of the pods that are left, in seconds; 0 once that is over. Upstream: estimateGracefulTermination.
fn estimate(desk: &Desk, home: &Name, since: Option<Time>) -> i64 {
    let pods = desk.list::<Pod>().filter(|pod| pod.metadata.namespace == *home && !pod.status.phase.is_terminal());
    let longest = pods.map(|pod| pod.spec.termination_grace_period_seconds).max().unwrap_or(0);
    let over = since.is_some_and(|since| desk.now() - since >= Span::secs(longest));
    if over { 0 } else { longest }
}

/// What is left in a namespace: how many of which resource, and of which finalizer.
#[derive(Default)]
struct Remains {
    kinds: BTreeMap<String, usize>,
    finalizers: BTreeMap<Name, usize>,
}

impl Remains {
    fn of(objects: &[Object]) -> Remains {
        let mut left = Remains::default();
        for object in objects {
            let info = object.kind().info();
            *left.kinds.entry(format!("{}.{}", info.plural, info.group)).or_default() += 1;
            object.meta().finalizers.iter().for_each(|f| *left.finalizers.entry(f.clone()).or_default() += 1);
        }
        left
    }
    /// The five conditions: type, whether it holds, reason, message.
    fn conditions(&self) -> [(&'static str, bool, &'static str, String); 5] {
        let list = |rows: Vec<String>| rows.join(", ");
        let kinds = self.kinds.iter().map(|(kind, n)| format!("{kind} has {n} resource instances")).collect();
        let finalizers = self.finalizers.iter().map(|(name, n)| format!("{name} in {n} resource instances")).collect();
        let content = match self.kinds.is_empty() {
            true => (false, "ContentRemoved", "All content successfully removed".to_owned()),
            false => (true, "SomeResourcesRemain", format!("Some resources are remaining: {}", list(kinds))),
        };
        let held = match self.finalizers.is_empty() {
            true => (false, "ContentHasNoFinalizers", "All content-preserving finalizers finished".to_owned()),
            false => {
                (true, "SomeFinalizersRemain", format!("Some content in the namespace has finalizers remaining: {}", list(finalizers)))
            }
        };
        let deleted = "All content successfully deleted, may be waiting on finalization";
        [
            ("NamespaceDeletionDiscoveryFailure", false, "ResourcesDiscovered", "All resources successfully discovered".into()),
            (
                "NamespaceDeletionGroupVersionParsingFailure",
                false,
                "ParsedGroupVersions",
                "All legacy kube types successfully parsed".into(),
            ),
            ("NamespaceDeletionContentFailure", false, "ContentDeleted", deleted.into()),
            ("NamespaceContentRemaining", content.0, content.1, content.2),
            ("NamespaceFinalizersRemaining", held.0, held.1, held.2),
        ]
    }
}

/// Writes the conditions where they differ, and answers the namespace as it then stands.
fn report(desk: &mut Desk, namespace: &Arc<Namespace>, left: &Remains) -> Namespace {
    let now = desk.now().to_second();
    let old = namespace.rest.get("status").map(|status| status["conditions"].clone()).unwrap_or_default();
    let old: Vec<&Value> = old.as_array().into_iter().flatten().collect();
    let condition = |(kind, truth, reason, message): (&str, bool, &str, String)| {
        let status = if truth { "True" } else { "False" };
        let before = old.iter().find(|c| c["type"] == kind && c["status"] == status);
        let since = before.map_or_else(|| json!(now), |c| c["lastTransitionTime"].clone());
        json!({"lastTransitionTime": since, "message": message, "reason": reason, "status": status, "type": kind})
    };
    let conditions: Vec<Value> = left.conditions().into_iter().map(condition).collect();
    let mut told = (**namespace).clone();
    set_namespace_field(&mut told, "status", |status| status["conditions"] = conditions.into());
    match desk.update(told) {
        Ok(Object::Namespace(stored)) => (*stored).clone(),
        _ => (**namespace).clone(),
    }
}

/// Takes the namespace's own finalizer away: the last word about it.
fn finalize(desk: &mut Desk, mut namespace: Namespace) {
    if has_content_to_go(&Object::Namespace(Arc::new(namespace.clone()))) {
        set_namespace_field(&mut namespace, "spec", |spec| spec["finalizers"] = json!([]));
        // Refused only where it has changed meanwhile, which brings it back here.
        desk.update(namespace).ok();
    }
}

#[cfg(test)]
mod tests;
