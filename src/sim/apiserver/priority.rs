//! Priorities: a pod gets that of its class. Upstream: plugin/pkg/admission/priority, pkg/apis/scheduling.

use crate::api::meta::{Meta, Revision, Uid};
use crate::api::object::Plain;
use crate::api::{Key, Kind, Object, Pod, Refusal, Time};
use crate::sim::world::World;
use serde_json::{Value, json};
use std::sync::Arc;

/// Classes that every cluster has: name, value, what they are for.
const SYSTEM: [(&str, i64, &str); 2] = [
    (
        "system-cluster-critical",
        2_000_000_000,
        "Used for system critical pods that must run in the cluster, but can be moved to another node if necessary.",
    ),
    ("system-node-critical", 2_000_001_000, "Used for system critical pods that must not be moved from their current node."),
];

/// The classes that are there before anything else is. Upstream: SystemPriorityClasses.
pub fn system_classes(now: Time) -> impl Iterator<Item = Object> {
    SYSTEM.iter().zip(1..).map(move |((name, value, words), number)| {
        let metadata = Meta {
            uid: Uid::new(number),
            resource_version: Revision(1),
            generation: 1,
            creation_timestamp: Some(now),
            ..Meta::named("", *name)
        };
        let body = json!({"value": value, "description": words, "preemptionPolicy": "PreemptLowerPriority"});
        let body = body.as_object().cloned().unwrap_or_default();
        Object::Plain(Kind::PriorityClass, Arc::new(Plain { metadata, body }))
    })
}

/// Gives a pod the priority of its class, or of the default class; refuses another one.
pub fn admit_pod(world: &World, pod: &mut Pod) -> Result<(), Refusal> {
    let refuse = |why: String| Err(Refusal::forbidden(Kind::Pod, super::admission::called(&pod.metadata), &why));
    let word = |field: &str| pod.spec.rest.get(field).and_then(Value::as_str).unwrap_or_default();
    let class = match word("priorityClassName") {
        "" => default_class(world),
        name => match world.object(Kind::PriorityClass, &Key::cluster(name)) {
            Some(Object::Plain(_, class)) => Some(class),
            _ => return refuse(format!("no PriorityClass with name {name} was found")),
        },
    };
    let value = class.and_then(|class| class.body.get("value")?.as_i64()).unwrap_or(0);
    let policy = class.and_then(|class| class.body.get("preemptionPolicy")?.as_str()).unwrap_or("PreemptLowerPriority");
    if let Some(given) = pod.spec.rest.get("priority").filter(|given| **given != value) {
        return refuse(format!(
            "the integer value of priority ({given}) must not be provided in pod spec; priority admission controller computed {value} \
             from the given PriorityClass name"
        ));
    }
    if !["", policy].contains(&word("preemptionPolicy")) {
        return refuse(format!(
            "the string value of PreemptionPolicy ({}) must not be provided in pod spec; priority admission controller computed {policy} \
             from the given PriorityClass name",
            word("preemptionPolicy")
        ));
    }
    let Some(class) = class else { return Ok(()) };
    let rest = &mut Arc::make_mut(&mut pod.spec).rest;
    rest.fill("priorityClassName", class.metadata.name.to_string().into());
    rest.fill("priority", value.into());
    rest.fill("preemptionPolicy", policy.into());
    Ok(())
}

fn classes(world: &World) -> impl Iterator<Item = &Arc<Plain>> {
    world.objects(Kind::PriorityClass).filter_map(|class| if let Object::Plain(_, class) = class { Some(class) } else { None })
}

/// The class for pods that name none; of several, the one of the least value.
fn default_class(world: &World) -> Option<&Arc<Plain>> {
    let defaults = classes(world).filter(|class| is_default(class));
    defaults.min_by_key(|class| class.body.get("value").and_then(Value::as_i64))
}

fn is_default(class: &Plain) -> bool {
    class.body.get("globalDefault").is_some_and(|flag| *flag == true)
}

/// Refuses a second default class.
pub fn admit_class(world: &World, class: &Plain) -> Result<(), Refusal> {
    match default_class(world).filter(|other| is_default(class) && other.metadata.name != class.metadata.name) {
        Some(other) => {
            let why = format!("PriorityClass {} is already marked as default. Only one default can exist", other.metadata.name);
            Err(Refusal::forbidden(Kind::PriorityClass, &class.metadata.name, &why))
        }
        None => Ok(()),
    }
}
