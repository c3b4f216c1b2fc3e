//! Namespaces at the API server: some cannot be deleted, the others stay until their content is gone, and take in nothing
//! new meanwhile. Upstream: pkg/registry/core/namespace, the NamespaceLifecycle admission plugin.

use crate::api::node::Namespace;
use crate::api::{FieldError, Key, Kind, Object, Reason, Refusal};
use crate::sim::world::World;
use serde_json::Value;
use std::sync::Arc;

const IMMORTAL: [&str; 3] = ["default", "kube-system", "kube-public"];

/// Refuses new content for a namespace that does not exist or is on its way out. Events about cluster-scoped objects and
/// of namespaces that never were are let through.
pub fn admit_content(world: &World, object: &Object) -> Result<(), Refusal> {
    let (kind, meta) = (object.kind(), object.meta());
    if !kind.info().namespaced {
        return Ok(());
    }
    match world.get::<Namespace>(&Key::cluster(meta.namespace.clone())) {
        Some(home) if home.metadata.is_terminating() => {
            let why = format!("unable to create new content in namespace {} because it is being terminated", meta.namespace);
            let cause = format!("namespace {} is being terminated", meta.namespace);
            let fields = vec![FieldError { path: "metadata.namespace".to_owned(), detail: cause }];
            Err(Refusal { fields, ..Refusal::forbidden(kind, super::admission::called(meta), &why) })
        }
        None if kind != Kind::Event => Err(Refusal::not_found(Kind::Namespace, &meta.namespace)),
        _ => Ok(()),
    }
}

/// True where a create was refused because the object's namespace is on its way out.
pub fn is_ending(refusal: &Refusal) -> bool {
    refusal.reason == Reason::Forbidden && refusal.message.ends_with("because it is being terminated")
}

/// Refuses to delete a namespace that no cluster can do without.
pub fn admit_delete(object: &Object) -> Result<(), Refusal> {
    let name = &object.meta().name;
    match object.kind() == Kind::Namespace && IMMORTAL.contains(&&**name) {
        true => Err(Refusal::forbidden(Kind::Namespace, name, "this namespace may not be deleted")),
        false => Ok(()),
    }
}

/// True for a namespace whose content has to go first: one with finalizers in its spec.
pub fn has_content_to_go(object: &Object) -> bool {
    let Object::Namespace(namespace) = object else { return false };
    let finalizers = namespace.rest.get("spec").and_then(|spec| spec["finalizers"].as_array());
    finalizers.is_some_and(|list| !list.is_empty())
}

/// Marks a namespace as going.
pub fn end(object: &mut Object) {
    if let Object::Namespace(namespace) = object {
        set(Arc::make_mut(namespace), "status", |status| status["phase"] = "Terminating".into());
    }
}

/// Changes one of a namespace's fields in place.
pub fn set(namespace: &mut Namespace, field: &str, change: impl FnOnce(&mut Value)) {
    let mut value = namespace.rest.get(field).cloned().unwrap_or_else(|| Value::Object(Default::default()));
    change(&mut value);
    namespace.rest.remove(field);
    namespace.rest.fill(field, value);
}
