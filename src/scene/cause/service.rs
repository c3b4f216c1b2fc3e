//! Services that nobody answers for, and names that do not resolve.

use super::{Cause, flag, pod};
use crate::api::{Key, Kind, Labels, Pod, ReplicaSet, Service, StatefulSet};
use crate::sim::World;
use std::sync::Arc;

/// Why a service has no endpoints that are ready.
pub fn of(world: &World, key: &Key) -> Option<Cause> {
    let service = world.get::<Service>(key)?;
    if service.spec.selector.is_empty() {
        let own = service.spec.external_name.is_empty() && &*key.name != "kubernetes";
        return own.then(|| Cause::new("it selects no pods: somebody else has to write its endpoints", "you"));
    }
    let pods: Vec<&Arc<Pod>> = chosen(world, key, &service.spec.selector).collect();
    if pods.iter().any(|p| p.is_ready() && !p.metadata.is_terminating()) {
        return None;
    }
    match pods.first() {
        Some(first) => {
            let key = first.metadata.key();
            let cause = pod::of(world, &key).unwrap_or_else(|| Cause::new("it is not ready yet", "its kubelet"));
            Some(cause.because(format!("of {} pods that it selects none is ready; {} is not because:", pods.len(), key.name)))
        }
        None => Some(nobody(world, key, service)),
    }
}

/// The pods that a service selects.
fn chosen<'w>(world: &'w World, key: &'w Key, selector: &'w Labels) -> impl Iterator<Item = &'w Arc<Pod>> {
    let mine = move |pod: &&Arc<Pod>| pod.metadata.namespace == key.namespace && pod.is_active();
    world.list::<Pod>().filter(mine).filter(|pod| selector.iter().all(|(k, v)| pod.metadata.labels.get(k) == Some(v)))
}

fn words(labels: &Labels) -> String {
    let pairs: Vec<String> = labels.iter().map(|(k, v)| format!("{k}={v}")).collect();
    pairs.join(",")
}

/// No pod has its labels: those of a set whose name is like its own are offered.
fn nobody(world: &World, key: &Key, service: &Service) -> Cause {
    let cause = Cause::new(format!("no pod has the labels {} that it selects", words(&service.spec.selector)), "you");
    let mut sets: Vec<(Key, Labels, i32)> = Vec::new();
    sets.extend(world.list::<StatefulSet>().map(|s| (s.metadata.key(), s.spec.template.metadata.labels.clone(), s.spec.replicas)));
    sets.extend(world.list::<ReplicaSet>().map(|s| (s.metadata.key(), s.spec.template.metadata.labels.clone(), s.spec.replicas)));
    sets.retain(|(set, ..)| set.namespace == key.namespace);
    let fits = |labels: &Labels| service.spec.selector.iter().all(|(k, v)| labels.get(k) == Some(v));
    if let Some((set, ..)) = sets.iter().find(|(_, labels, wanted)| fits(labels) && *wanted == 0) {
        let kind = if world.get::<StatefulSet>(set).is_some() { Kind::StatefulSet } else { Kind::ReplicaSet };
        let line = format!("kubectl scale {} {}{} --replicas=1", super::short(kind), set.name, flag(set));
        return cause.because(format!("{} would have them, and wants no pods", set.name)).free(line, "wants one");
    }
    let near = sets.iter().max_by_key(|(set, ..)| alike(&set.name, &key.name));
    let Some((set, labels, _)) = near else { return cause };
    let patch = serde_json::json!([{ "op": "replace", "path": "/spec/selector", "value": labels }]);
    let line = format!("kubectl patch svc {}{} --type=json -p '{patch}'", key.name, flag(key));
    cause.free(line, format!("selects the pods of {}: {}", set.name, words(labels)))
}

fn alike(a: &str, b: &str) -> usize {
    a.bytes().zip(b.bytes()).take_while(|(a, b)| a == b).count()
}

/// Why a pod's own name under its governing service does not resolve.
pub fn why_nameless(world: &World, key: &Key) -> Option<Cause> {
    let pod = world.get::<Pod>(key)?;
    let subdomain = &pod.spec.subdomain;
    if subdomain.is_empty() || pod.metadata.controller().is_none_or(|owner| &*owner.kind != "StatefulSet") {
        return None;
    }
    let governing = Key::new(key.namespace.clone(), subdomain.clone());
    let name = format!("{}.{}.{}.svc.cluster.local", pod.spec.hostname, subdomain, key.namespace);
    let nobody = |why: String| Cause::new(why, "you").because(format!("{name} does not resolve"));
    let Some(service) = world.get::<Service>(&governing) else {
        let cause = nobody(format!("the governing service {subdomain} does not exist"));
        return Some(cause.apply(headless(&governing, &pod.metadata.labels), "makes the headless service"));
    };
    if !service.spec.selector.iter().all(|(k, v)| pod.metadata.labels.get(k) == Some(v)) {
        return Some(nobody(format!("service {subdomain} selects {}, which the pod does not have", words(&service.spec.selector))));
    }
    let published = pod.is_ready() || service.spec.publish_not_ready_addresses;
    (!published && !pod.status.pod_ip.is_empty()).then(|| {
        let line = format!("kubectl patch svc {subdomain}{} -p '{{\"spec\":{{\"publishNotReadyAddresses\":true}}}}'", flag(key));
        nobody("it is not ready, and only ready pods have names".to_owned()).free(line, "gives names to those that are not ready, too")
    })
}

fn headless(key: &Key, labels: &Labels) -> String {
    let own = labels.iter().filter(|(k, _)| !k.contains('/') && *k != crate::api::workload::REVISION_LABEL);
    let selector: Vec<String> = own.map(|(k, v)| format!("    {k}: \"{v}\"\n")).collect();
    format!(
        "apiVersion: v1\nkind: Service\nmetadata:\n  name: {}\n  namespace: {}\nspec:\n  clusterIP: None\n  selector:\n{}  ports:\n  - name: \
         http\n    port: 80\n",
        key.name,
        key.namespace,
        selector.concat()
    )
}
