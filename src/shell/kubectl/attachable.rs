//! Which pod and which container `logs` and `exec` mean: a pod by name, the first of a set's, the first container. Upstream:
//! kubectl/pkg/polymorphichelpers and kubectl/pkg/cmd/util/podcmd.

use super::{Call, target};
use crate::api::object::{Kind, Object};
use crate::api::pod::Container;
use crate::api::{Key, Pod, Selector};
use crate::shell::voice::Failure;
use std::sync::Arc;

/// Annotation that names the container meant where none is.
const DEFAULT_CONTAINER: &str = "kubectl.kubernetes.io/default-container";

/// The pod that `POD` or `TYPE/NAME` means; `None` where there is no such pod. Of several the first that is ready.
pub fn pod(call: &mut Call, word: &str) -> Result<Option<Arc<Pod>>, Failure> {
    let Some((kind, name)) = word.split_once('/') else {
        return Ok(call.world.get::<Pod>(&Key::new(call.namespace(), word)).cloned());
    };
    let kind = target::kind(kind)?;
    let key = target::key(kind, name, call.namespace());
    if kind == Kind::Pod {
        return Ok(call.world.get::<Pod>(&key).cloned());
    }
    let object = call.world.object(kind, &key).ok_or_else(|| crate::api::Refusal::not_found(kind, name))?;
    let selector = selector(object).ok_or_else(|| {
        let doing = if call.name == "logs" { "get the logs from" } else { "attach to" };
        let what = format!("*v1.{}", kind.name());
        let why = match kind {
            Kind::Service => format!("invalid service '{name}': Service is defined without a selector"),
            _ => format!("selector for {what} not implemented"),
        };
        Failure::error(format!("cannot {doing} {what}: {why}"))
    })?;
    let mut pods = selected(call, &selector);
    pods.sort_by_key(|pod| !pod.is_ready());
    if pods.len() > 1 {
        call.voice.warn(format!("Found {} pods, using pod/{}", pods.len(), pods[0].metadata.name));
    }
    Ok(pods.into_iter().next())
}

/// Pods of the call's namespace that a selector takes, by name.
pub fn selected(call: &Call, selector: &Selector) -> Vec<Arc<Pod>> {
    let here = call.namespace();
    let fits = |pod: &&Arc<Pod>| *pod.metadata.namespace == *here && selector.matches(&pod.metadata.labels);
    call.world.list::<Pod>().filter(fits).cloned().collect()
}

fn selector(object: &Object) -> Option<Selector> {
    match object {
        Object::StatefulSet(set) => Some(set.spec.selector.clone()),
        Object::ReplicaSet(set) => Some(set.spec.selector.clone()),
        other => serde_json::from_value(other.to_value()["spec"]["selector"].clone()).ok(),
    }
}

/// All containers of a pod, init containers first.
pub fn containers(pod: &Pod) -> impl Iterator<Item = &Container> {
    pod.spec.init_containers.iter().chain(pod.spec.containers.iter())
}

/// The container that is meant where none is named; of several it is said which.
pub fn default_container(call: &mut Call, pod: &Pod) -> String {
    let known = |name: &str| pod.spec.containers.iter().any(|c| *c.name == *name);
    if let Some(name) = pod.metadata.annotations.get(DEFAULT_CONTAINER).filter(|name| known(name)) {
        return name.to_string();
    }
    let first = pod.spec.containers.first().map(|c| c.name.to_string()).unwrap_or_default();
    if containers(pod).count() > 1 {
        let regular = pod.spec.containers.iter().map(|c| c.name.to_string());
        let init = pod.spec.init_containers.iter().map(|c| format!("{} (init)", c.name));
        let all: Vec<String> = regular.chain(init).collect();
        call.voice.warn(format!("Defaulted container {first:?} out of: {}", all.join(", ")));
    }
    first
}
