//! Who a pod of a StatefulSet is: name, labels, host name, volumes, revision.

use super::super::blueprint;
use super::claims;
use super::revisions::Revisions;
use crate::api::pod::{ClaimSource, PodTemplate, Volume};
use crate::api::workload::{StrategyType, parent_and_ordinal};
use crate::api::{Kind, Name, Pod, Refusal, StatefulSet, validate};
use std::sync::Arc;

const POD_NAME: &str = "statefulset.kubernetes.io/pod-name";
const POD_INDEX: &str = "apps.kubernetes.io/pod-index";
pub use crate::api::workload::REVISION_LABEL as REVISION;

/// The revision that a pod was made from.
pub fn revision_of(pod: &Pod) -> Option<&Name> {
    pod.metadata.labels.get(REVISION)
}

/// The pod of an ordinal, at the revision that is its. Upstream: newVersionedStatefulSetPod.
pub fn new_pod(set: &StatefulSet, revisions: &Revisions, ordinal: i32) -> Pod {
    let strategy = &set.spec.update_strategy;
    let first = set.first_ordinal();
    let keeps_current = match &strategy.rolling_update {
        None => strategy.kind == StrategyType::RollingUpdate && ordinal < first + set.status.current_replicas,
        Some(rolling) => ordinal < first + rolling.partition,
    };
    if keeps_current {
        build(set, &revisions.current_template, &revisions.current.metadata.name, ordinal)
    } else {
        build(set, &set.spec.template, &revisions.update.metadata.name, ordinal)
    }
}

fn build(set: &StatefulSet, template: &PodTemplate, revision: &Name, ordinal: i32) -> Pod {
    let name: Name = format!("{}-{ordinal}", set.metadata.name).into();
    let mut pod = blueprint::pod(Kind::StatefulSet, &set.metadata, template);
    pod.metadata.name = name.clone();
    let labels = &mut pod.metadata.labels;
    labels.insert(Name::from_static_str(POD_NAME), name.clone());
    labels.insert(Name::from_static_str(POD_INDEX), ordinal.to_string());
    labels.insert(Name::from_static_str(REVISION), revision.clone());
    let spec = Arc::make_mut(&mut pod.spec);
    spec.volumes = volumes(set, &name, &template.spec.volumes);
    spec.hostname = name;
    spec.subdomain = set.spec.service_name.clone();
    pod
}

/// A pod's volumes: one a claim template first, then those of the pod template that have other names.
fn volumes(set: &StatefulSet, pod: &str, template: &Arc<Vec<Volume>>) -> Arc<Vec<Volume>> {
    let templates = &set.spec.volume_claim_templates;
    if templates.is_empty() {
        return template.clone();
    }
    let ordinal = parent_and_ordinal(pod).map_or(-1, |(_, n)| n);
    let own = templates.iter().map(|claim| Volume {
        name: claim.metadata.name.clone(),
        persistent_volume_claim: Some(ClaimSource { claim_name: claims::name(set, &claim.metadata.name, ordinal), read_only: false }),
        ..Volume::default()
    });
    let others = template.iter().filter(|v| templates.iter().all(|claim| claim.metadata.name != v.name)).cloned();
    Arc::new(own.chain(others).collect())
}

/// True where every claim template has its volume in the pod. Upstream: storageMatches.
pub fn has_storage(set: &StatefulSet, pod: &Pod) -> bool {
    parent_and_ordinal(&pod.metadata.name).is_none_or(|(_, ordinal)| has_claims(set, pod, ordinal))
}

/// True where the name's label and the volumes are the pod's own; the ordinal's label is not looked at. Upstream:
/// identityMatches, storageMatches.
pub fn fits(set: &StatefulSet, pod: &Pod) -> bool {
    let Some((_, ordinal)) = parent_and_ordinal(&pod.metadata.name) else { return true };
    pod.metadata.labels.get(POD_NAME) == Some(&pod.metadata.name) && has_claims(set, pod, ordinal)
}

fn has_claims(set: &StatefulSet, pod: &Pod, ordinal: i32) -> bool {
    set.spec.volume_claim_templates.iter().all(|claim| {
        let wanted = claims::name(set, &claim.metadata.name, ordinal);
        let is_it = |c: &ClaimSource| c.claim_name == wanted;
        pod.spec.volumes.iter().any(|v| v.name == claim.metadata.name && v.persistent_volume_claim.as_ref().is_some_and(is_it))
    })
}

/// The pod with its identity restored. What it has mounted is past mending: the API server refuses other volumes.
/// Upstream: updateIdentity, updateStorage, ValidatePodUpdate.
pub fn mend(set: &StatefulSet, pod: &Pod) -> Result<Pod, Refusal> {
    let mut mended = pod.clone();
    let Some((_, ordinal)) = parent_and_ordinal(&pod.metadata.name) else { return Ok(mended) };
    mended.metadata.labels.insert(POD_NAME, pod.metadata.name.clone());
    mended.metadata.labels.insert(POD_INDEX, ordinal.to_string());
    if !has_claims(set, pod, ordinal) {
        let volumes = volumes(set, &pod.metadata.name, &pod.spec.volumes);
        Arc::make_mut(&mut mended.spec).volumes = volumes;
        check(pod, &mended)?;
    }
    Ok(mended)
}

fn check(pod: &Pod, mended: &Pod) -> Result<(), Refusal> {
    let json = |pod: &Pod| serde_json::to_value(pod).unwrap_or_default();
    let errors = validate::update(Kind::Pod, &json(pod), &json(mended));
    if errors.is_empty() { Ok(()) } else { Err(Refusal::invalid(Kind::Pod, &pod.metadata.name, errors)) }
}
