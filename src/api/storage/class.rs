//! Which class a claim or volume is of. The annotations of the time before the field still count, and count first.
//! Upstream: component-helpers storage/volume/helpers.go, pkg/volume/util.IsDefaultAnnotation.

use super::{PersistentVolume, PersistentVolumeClaim, StorageClass};

/// On a claim or volume: its class.
const BETA_CLASS: &str = "volume.beta.kubernetes.io/storage-class";
/// On a class: claims that name none get it.
pub const DEFAULT_CLASS: &str = "storageclass.kubernetes.io/is-default-class";
const BETA_DEFAULT_CLASS: &str = "storageclass.beta.kubernetes.io/is-default-class";

impl PersistentVolumeClaim {
    /// The class by name; empty for none.
    pub fn class(&self) -> &str {
        let named = self.spec.storage_class_name.as_ref();
        self.metadata.annotations.get(BETA_CLASS).or(named).map_or("", |class| &**class)
    }
    /// True where a class is named, and be it none at all: such a claim is not given the default one.
    pub fn has_class(&self) -> bool {
        self.spec.storage_class_name.is_some() || self.metadata.annotations.get(BETA_CLASS).is_some()
    }
}

impl PersistentVolume {
    /// The class by name; empty for none.
    pub fn class(&self) -> &str {
        self.metadata.annotations.get(BETA_CLASS).unwrap_or(&self.spec.storage_class_name)
    }
}

impl StorageClass {
    /// True where claims that name no class get this one.
    pub fn is_default(&self) -> bool {
        let says = |mark: &str| self.metadata.annotations.get(mark).is_some_and(|value| &**value == "true");
        says(DEFAULT_CLASS) || says(BETA_DEFAULT_CLASS)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn annotations_count_first() {
        let claim = |annotations, spec| -> PersistentVolumeClaim {
            serde_json::from_value(json!({"metadata": {"name": "c", "annotations": annotations}, "spec": spec})).unwrap()
        };
        for (annotations, spec, class, has) in [
            (json!({}), json!({}), "", false),
            (json!({}), json!({"storageClassName": ""}), "", true),
            (json!({}), json!({"storageClassName": "fast"}), "fast", true),
            (json!({BETA_CLASS: "old"}), json!({}), "old", true),
            (json!({BETA_CLASS: "old"}), json!({"storageClassName": "fast"}), "old", true),
        ] {
            let claim = claim(annotations, spec);
            assert_eq!((claim.class(), claim.has_class()), (class, has));
        }
        let class: StorageClass = serde_json::from_value(json!({"metadata": {"annotations": {BETA_DEFAULT_CLASS: "true"}}})).unwrap();
        assert!(class.is_default() && !StorageClass::default().is_default());
    }
}
