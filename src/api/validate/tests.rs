//! What validation refuses, in the words of the API server.

use super::*;
use crate::api::defaults;
use serde_json::json;

fn set() -> Value {
    let template = json!({"metadata": {"labels": {"app": "kubia"}}, "spec": {"containers": [{"name": "kubia", "image": "luksa/kubia"}]}});
    let mut set = json!({"metadata": {"name": "kubia"}, "spec": {"replicas": 1, "selector": {"matchLabels": {"app": "kubia"}}, "template": template}});
    defaults::fill(Kind::StatefulSet, "apps/v1", &mut set);
    set
}

fn texts(errors: Vec<FieldError>) -> Vec<String> {
    errors.iter().map(FieldError::text).collect()
}

#[test]
fn a_sound_set_passes() {
    assert_eq!(texts(create(Kind::StatefulSet, &set())), Vec::<String>::new());
}

#[test]
fn replicas_and_selectors() {
    let mut wrong = set();
    wrong["spec"]["replicas"] = json!(-1);
    wrong["spec"]["selector"] = json!({"matchLabels": {"app": "other"}});
    let expected = [
        "spec.replicas: Invalid value: -1: must be greater than or equal to 0",
        "spec.template.metadata.labels: Invalid value: {\"app\":\"kubia\"}: `selector` does not match template `labels`",
    ];
    assert_eq!(texts(create(Kind::StatefulSet, &wrong)), expected);
}

#[test]
fn what_a_set_may_not_change() {
    let mut other = set();
    other["spec"]["replicas"] = json!(5);
    assert!(update(Kind::StatefulSet, &set(), &other).is_empty());
    other["spec"]["serviceName"] = json!("x");
    assert!(texts(update(Kind::StatefulSet, &set(), &other))[0].starts_with("spec: Forbidden: updates to statefulset spec"));
}

#[test]
fn a_claims_request_is_fixed_until_it_is_bound() {
    let claim = |size: &str, phase: &str| {
        let spec = json!({"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": size}}, "volumeMode": "Filesystem"});
        json!({"spec": spec, "status": {"phase": phase}})
    };
    let errors = texts(update(Kind::PersistentVolumeClaim, &claim("1Mi", "Pending"), &claim("2Mi", "Pending")));
    let hunk = "@@ -6,7 +6,7 @@\n  \"Resources\": {\n   \"Limits\": null,\n   \"Requests\": {\n-   \"storage\": \"1Mi\"\n+   \"storage\": \"2Mi\"\n   }\n  },\n  \"VolumeName\": \"\",";
    assert!(errors[0].ends_with(hunk), "{}", errors[0]);
    assert!(update(Kind::PersistentVolumeClaim, &claim("1Mi", "Bound"), &claim("2Mi", "Bound")).is_empty());
}

/// Upstream: ValidateDeploymentStrategy, ValidateDeploymentSpec.
#[test]
fn deployments() {
    let made = |change: fn(&mut Value)| {
        let mut deployment = json!({"metadata": {"name": "x"}, "spec": set()["spec"].clone()});
        for field in ["updateStrategy", "podManagementPolicy"] {
            deployment["spec"].as_object_mut().unwrap().remove(field);
        }
        defaults::fill(Kind::Deployment, "apps/v1", &mut deployment);
        change(&mut deployment["spec"]);
        texts(create(Kind::Deployment, &deployment))
    };
    assert_eq!(made(|_| ()), Vec::<String>::new());
    let zero = made(|spec| spec["strategy"]["rollingUpdate"] = json!({"maxSurge": 0, "maxUnavailable": 0}));
    assert_eq!(zero, ["spec.strategy.rollingUpdate.maxUnavailable: Invalid value: 0: may not be 0 when `maxSurge` is 0"]);
    let recreate = made(|spec| spec["strategy"]["type"] = json!("Recreate"));
    assert_eq!(recreate, ["spec.strategy.rollingUpdate: Forbidden: may not be specified when strategy `type` is 'Recreate'"]);
    let deadline = made(|spec| spec["progressDeadlineSeconds"] = json!(0));
    assert_eq!(deadline, ["spec.progressDeadlineSeconds: Invalid value: 0: must be greater than minReadySeconds"]);
}

/// Upstream: ValidateStorageClassUpdate.
#[test]
fn a_class_stays_what_it_is() {
    let class = |provisioner: &str| json!({"metadata": {"name": "x"}, "provisioner": provisioner});
    let errors = texts(update(Kind::StorageClass, &class("a"), &class("b")));
    assert_eq!(errors, ["provisioner: Forbidden: updates to provisioner are forbidden."]);
}
