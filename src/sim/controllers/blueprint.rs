//! A new pod of a template. Upstream: GetPodFromTemplate in pkg/controller/controller_utils.go.

use crate::api::object::owner_ref;
use crate::api::pod::PodTemplate;
use crate::api::{Kind, Meta, Pod};

/// The pod that a set would make: labels, annotations and finalizers are the template's, the name is yet to be found.
pub fn pod(kind: Kind, set: &Meta, template: &PodTemplate) -> Pod {
    let metadata = Meta {
        generate_name: format!("{}-", set.name).into(),
        namespace: set.namespace.clone(),
        labels: template.metadata.labels.clone(),
        annotations: template.metadata.annotations.clone(),
        finalizers: template.metadata.finalizers.clone(),
        owner_references: vec![owner_ref(kind, set)],
        ..Meta::default()
    };
    Pod { metadata, spec: template.spec.clone(), status: Default::default() }
}
