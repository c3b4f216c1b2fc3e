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

#[test]
fn classes_hardly_change() {
    let class = |field: &str, value: Value| {
        let mut class =
            json!({"metadata": {"name": "fast"}, "provisioner": "x", "reclaimPolicy": "Delete", "volumeBindingMode": "Immediate"});
        class[field] = value;
        class
    };
    let old = class("provisioner", json!("x"));
    for (field, value, expected) in [
        ("provisioner", json!("y"), "provisioner: Forbidden: updates to provisioner are forbidden."),
        ("reclaimPolicy", json!("Retain"), "reclaimPolicy: Forbidden: updates to reclaimPolicy are forbidden."),
        ("parameters", json!({"type": "ssd"}), "parameters: Forbidden: updates to parameters are forbidden."),
        (
            "volumeBindingMode",
            json!("WaitForFirstConsumer"),
            "volumeBindingMode: Invalid value: \"WaitForFirstConsumer\": field is immutable",
        ),
    ] {
        assert_eq!(texts(update(Kind::StorageClass, &old, &class(field, value))), [expected]);
    }
    assert!(update(Kind::StorageClass, &old, &class("allowVolumeExpansion", json!(true))).is_empty());
    let wrong = texts(create(Kind::StorageClass, &class("reclaimPolicy", json!("Recycle"))));
    assert_eq!(wrong, ["reclaimPolicy: Unsupported value: \"Recycle\": supported values: \"Delete\", \"Retain\""]);
}

#[test]
fn a_service_keeps_its_address() {
    let service = |ip: &str| json!({"spec": {"type": "ClusterIP", "clusterIP": ip, "clusterIPs": ["10.96.0.9"], "ports": [{"port": 80}]}});
    let errors = texts(update(Kind::Service, &service("10.96.0.9"), &service("10.96.0.8")));
    assert_eq!(errors, ["spec.clusterIPs[0]: Invalid value: [\"10.96.0.8\"]: may not change once set"]);
}

#[test]
fn what_volumes_may_be() {
    let volume = |more: Value| {
        let mut spec = json!({"capacity": {"storage": "1Mi"}, "accessModes": ["ReadWriteOnce"], "persistentVolumeReclaimPolicy": "Retain"});
        spec.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        json!({"metadata": {"name": "pv"}, "spec": spec})
    };
    for (more, expected) in [
        (json!({"local": {"path": "/ssd"}}), "spec.nodeAffinity: Required value: Local volume requires node affinity"),
        (
            json!({"hostPath": {"path": "/"}, "persistentVolumeReclaimPolicy": "Recycle"}),
            "spec.persistentVolumeReclaimPolicy: Forbidden: may not be 'recycle' for a hostPath mount of '/'",
        ),
        (
            json!({"nfs": {"server": "s", "path": "/"}, "accessModes": ["ReadWriteOncePod", "ReadWriteOnce"]}),
            "spec.accessModes: Forbidden: may not use ReadWriteOncePod with other access modes",
        ),
    ] {
        assert_eq!(texts(create(Kind::PersistentVolume, &volume(more))), [expected]);
    }
    let on = |node: &str| {
        let terms = json!([{"matchExpressions": [{"key": "kubernetes.io/hostname", "operator": "In", "values": [node]}]}]);
        volume(json!({"local": {"path": "/ssd"}, "nodeAffinity": {"required": {"nodeSelectorTerms": terms}}}))
    };
    let expression = "{\"Key\":\"kubernetes.io/hostname\",\"Operator\":\"In\",\"Values\":[\"b\"]}";
    let value = format!("{{\"Required\":{{\"NodeSelectorTerms\":[{{\"MatchExpressions\":[{expression}],\"MatchFields\":null}}]}}}}");
    let why = "field is immutable, except for updating from beta label to GA";
    assert_eq!(texts(update(Kind::PersistentVolume, &on("a"), &on("b"))), [format!("nodeAffinity: Invalid value: {value}: {why}")]);
    let at = |path: &str| volume(json!({"hostPath": {"path": path, "type": ""}}));
    let errors = texts(update(Kind::PersistentVolume, &at("/a"), &at("/b")));
    let head = "spec.persistentvolumesource: Forbidden: spec.persistentvolumesource is immutable after creation\n";
    assert!(errors[0].starts_with(head) && errors[0].contains("-  \"Path\": \"/a\",\n+  \"Path\": \"/b\","), "{errors:?}");
}

#[test]
fn a_claim_without_class_may_get_one_and_a_failed_growth_may_be_taken_back() {
    let claim = |class: Value, size: &str| {
        let spec = json!({"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": size}}, "storageClassName": class});
        json!({"spec": spec, "status": {"phase": "Bound", "capacity": {"storage": "1Gi"}}})
    };
    let (bare, mut classy) = (claim(Value::Null, "1Gi"), claim(json!("fast"), "1Gi"));
    let mut bare = bare;
    bare["spec"].as_object_mut().unwrap().remove("storageClassName");
    assert_eq!(texts(update(Kind::PersistentVolumeClaim, &bare, &classy)), Vec::<String>::new());
    assert!(!update(Kind::PersistentVolumeClaim, &classy, &claim(json!("slow"), "1Gi")).is_empty());
    classy["spec"]["resources"]["requests"]["storage"] = json!("9Gi");
    assert!(update(Kind::PersistentVolumeClaim, &classy, &claim(json!("fast"), "2Gi")).is_empty());
    let shrunk = texts(update(Kind::PersistentVolumeClaim, &classy, &claim(json!("fast"), "1Gi")));
    assert_eq!(shrunk, ["spec.resources.requests.storage: Forbidden: field can not be less than status.capacity"]);
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

/// A pod of one container, changed.
fn pod(change: Value) -> Vec<String> {
    let mut spec = json!({"containers": [{"name": "c", "image": "i"}]});
    crate::api::patch::merge(&mut spec, &change);
    let mut pod = json!({"metadata": {"name": "p"}, "spec": spec});
    defaults::fill(Kind::Pod, "v1", &mut pod);
    texts(create(Kind::Pod, &pod))
}

/// The same, but for the container.
fn with(more: Value) -> Vec<String> {
    let mut container = json!({"name": "c", "image": "i"});
    crate::api::patch::merge(&mut container, &more);
    pod(json!({"containers": [container]}))
}

const SUBDOMAIN: &str = "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and \
                         end with an alphanumeric character (e.g. 'example.com', regex used for validation is \
                         '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";

/// Upstream: TestValidatePodSpec, TestValidateContainers, TestValidateVolumes, TestValidateTolerations.
#[test]
fn what_pods_may_not_be() {
    assert_eq!(pod(json!({})), Vec::<String>::new());
    for (change, wanted) in [
        (json!({"restartPolicy": "Foo"}), "spec.restartPolicy: Unsupported value: \"Foo\": supported values: \"Always\", \"OnFailure\", \"Never\"".to_owned()),
        (json!({"serviceAccountName": "A"}), format!("spec.serviceAccountName: Invalid value: \"A\": {SUBDOMAIN}")),
        (json!({"activeDeadlineSeconds": 0}), "spec.activeDeadlineSeconds: Invalid value: 0: must be between 1 and 2147483647, inclusive".to_owned()),
        (json!({"volumes": [{"name": "v", "emptyDir": {}, "hostPath": {"path": "/"}}]}), "spec.volumes[0].hostPath: Forbidden: may not specify more than 1 volume type".to_owned()),
        (json!({"volumes": [{"name": "v", "secret": {}}]}), "spec.volumes[0].secret.secretName: Required value".to_owned()),
        (json!({"tolerations": [{"key": "a", "operator": "Exists", "value": "b"}]}),
            "spec.tolerations[0].operator: Invalid value: {\"Key\":\"a\",\"Operator\":\"Exists\",\"Value\":\"b\",\"Effect\":\"\",\"TolerationSeconds\":null}: value must be empty when `operator` is 'Exists'".to_owned()),
        (json!({"initContainers": [{"name": "c", "image": "i"}]}), "spec.initContainers[0].name: Duplicate value: \"c\"".to_owned()),
    ] {
        assert_eq!(pod(change), [wanted]);
    }
}

/// Upstream: TestValidateContainers, TestValidateContainerPorts, TestValidateEnv, TestValidateProbe.
#[test]
fn what_containers_may_not_be() {
    let at = |rest: &str| format!("spec.containers[0].{rest}");
    for (more, wanted) in [
        (
            json!({"ports": [{"containerPort": 80, "name": "Http"}]}),
            "ports[0].name: Invalid value: \"Http\": must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)",
        ),
        (
            json!({"ports": [{"containerPort": 80, "hostPort": 80}, {"containerPort": 81, "hostPort": 80}]}),
            "ports[1].hostPort: Duplicate value: \"TCP//80\"",
        ),
        (
            json!({"env": [{"name": "A", "valueFrom": {"fieldRef": {"fieldPath": "spec.x"}}}]}),
            "env[0].valueFrom.fieldRef.fieldPath: Invalid value: \"spec.x\": error converting fieldPath: field label not supported: spec.x",
        ),
        (json!({"volumeMounts": [{"name": "v", "mountPath": "/x"}]}), "volumeMounts[0].name: Not found: \"v\""),
        (
            json!({"resources": {"requests": {"cpu": "2"}, "limits": {"cpu": "1"}}}),
            "resources.requests: Invalid value: \"2\": must be less than or equal to cpu limit of 1",
        ),
        (
            json!({"livenessProbe": {"tcpSocket": {"port": 1}, "successThreshold": 2}}),
            "livenessProbe.successThreshold: Invalid value: 2: must be 1",
        ),
        (json!({"readinessProbe": {}}), "readinessProbe: Required value: must specify a handler type"),
        (
            json!({"livenessProbe": {"httpGet": {"port": 0}}}),
            "livenessProbe.httpGet.port: Invalid value: 0: must be between 1 and 65535, inclusive",
        ),
    ] {
        assert_eq!(with(more), [at(wanted)]);
    }
}

/// Upstream: TestValidateServiceCreate.
#[test]
fn what_services_may_not_be() {
    let service = |spec: Value| {
        let mut service = json!({"metadata": {"name": "s"}, "spec": spec});
        defaults::fill(Kind::Service, "v1", &mut service);
        texts(create(Kind::Service, &service))
    };
    let closed = service(json!({"ports": [{"port": 80, "nodePort": 30000}]}));
    assert_eq!(closed, ["spec.ports[0].nodePort: Forbidden: may not be used when `type` is 'ClusterIP'"]);
    let headless = service(json!({"type": "NodePort", "clusterIP": "None", "ports": [{"port": 80}]}));
    assert_eq!(headless, ["spec.clusterIPs[0]: Invalid value: \"None\": may not be set to 'None' for NodePort services"]);
    let twice = service(json!({"ports": [{"port": 80, "name": "a"}, {"port": 80, "name": "b"}]}));
    let shown = "{\"Name\":\"\",\"Protocol\":\"TCP\",\"AppProtocol\":null,\"Port\":80,\"TargetPort\":0,\"NodePort\":0}";
    assert_eq!(twice, [format!("spec.ports[1]: Duplicate value: {shown}")]);
    let open =
        json!({"spec": {"type": "NodePort", "clusterIP": "10.96.0.9", "ports": [{"port": 80, "nodePort": 30000, "protocol": "TCP"}]}});
    let typed = |kind: &str, name: &str| {
        let mut service = open.clone();
        service["spec"]["type"] = kind.into();
        service["spec"]["externalName"] = name.into();
        texts(update(Kind::Service, &open, &prepared(Kind::Service, &open, service)))
    };
    assert_eq!((typed("ClusterIP", ""), typed("ExternalName", "example.com")), (Vec::new(), Vec::new()));
}

/// Upstream: TestValidateDeployment; LabelSelectorAsSelector, which fails before the template is looked at.
#[test]
fn a_selector_that_cannot_be_read_ends_the_matter() {
    let mut wrong = set();
    wrong["spec"]["selector"] = json!({"matchLabels": {"app": "x"}, "matchExpressions": [{"key": "a", "operator": "In"}]});
    let errors = texts(create(Kind::ReplicaSet, &wrong));
    let shown = "{\"matchLabels\":{\"app\":\"x\"},\"matchExpressions\":[{\"key\":\"a\",\"operator\":\"In\"}]}";
    assert_eq!(
        errors,
        [
            "spec.selector.matchExpressions[0].values: Required value: must be specified when `operator` is 'In' or 'NotIn'".to_owned(),
            format!("spec.selector: Invalid value: {shown}: invalid label selector"),
        ]
    );
}

/// Upstream: ValidateStatefulSetSpec, whose structs have no names for JSON; WarningsOnCreate of the strategy.
#[test]
fn strategies_and_retention_of_a_set() {
    let made = |change: fn(&mut Value)| {
        let mut set = set();
        change(&mut set["spec"]);
        (texts(create(Kind::StatefulSet, &set)), warnings(Kind::StatefulSet, None, &set))
    };
    let refused = |change: fn(&mut Value)| made(change).0.concat();
    assert_eq!(
        refused(|spec| spec["updateStrategy"]["type"] = json!("OnDelete")),
        "spec.updateStrategy.rollingUpdate: Invalid value: {\"Partition\":0,\"MaxUnavailable\":null}: only allowed for updateStrategy \
         'RollingUpdate'"
    );
    assert_eq!(
        refused(|spec| spec["updateStrategy"] = json!({"type": "Foo"})),
        "spec.updateStrategy: Invalid value: {\"Type\":\"Foo\",\"RollingUpdate\":null}: must be 'RollingUpdate' or 'OnDelete'"
    );
    assert_eq!(
        refused(|spec| spec["persistentVolumeClaimRetentionPolicy"]["whenScaled"] = json!("Maybe")),
        "spec.persistentVolumeClaimRetentionPolicy.whenScaled: Unsupported value: \"Maybe\": supported values: \"Retain\", \"Delete\""
    );
    let label = "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an \
                 alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')";
    assert_eq!(
        refused(|spec| spec["serviceName"] = json!("Not_A_Label")),
        format!("spec.serviceName: Invalid value: \"Not_A_Label\": {label}")
    );
    let words = "spec.revisionHistoryLimit: a negative value retains all historical revisions; a value >= 0 is recommended";
    assert_eq!(made(|spec| spec["revisionHistoryLimit"] = json!(-1)), (Vec::new(), vec![words.to_owned()]));
}

/// Upstream: ValidatePodDisruptionBudgetSpec.
#[test]
fn shares_of_a_budget() {
    let with = |field: &str, value: Value| {
        texts(create(Kind::PodDisruptionBudget, &json!({"metadata": {"name": "x"}, "spec": {field: value, "selector": {}}})))
    };
    assert!(with("minAvailable", json!("100%")).is_empty() && with("maxUnavailable", json!(7)).is_empty());
    assert_eq!(with("minAvailable", json!("101%")), ["spec.minAvailable: Invalid value: \"101%\": must not be greater than 100%"]);
    assert_eq!(with("maxUnavailable", json!(-1)), ["spec.maxUnavailable: Invalid value: -1: must be greater than or equal to 0"]);
}

/// Upstream: ValidateStatefulSetStatusUpdate.
#[test]
fn counts_that_cannot_be() {
    let with = |status: Value| {
        let mut set = set();
        set["status"] = status;
        crate::api::Object::from_value(Kind::StatefulSet, set).unwrap()
    };
    let before = with(json!({"replicas": 2, "collisionCount": 1}));
    let after = |change: Value| {
        let mut whole = json!({"replicas": 2, "readyReplicas": 1, "availableReplicas": 1, "collisionCount": 1});
        whole.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
        texts(status(&before, &with(whole)))
    };
    assert_eq!(after(json!({})), Vec::<String>::new());
    for (change, words) in [
        (json!({"currentReplicas": -1}), "status.currentReplicas: Invalid value: -1: must be greater than or equal to 0"),
        (json!({"updatedReplicas": 3}), "status.updatedReplicas: Invalid value: 3: cannot be greater than status.replicas"),
        (json!({"availableReplicas": 2}), "status.availableReplicas: Invalid value: 2: cannot be greater than status.readyReplicas"),
        (json!({"collisionCount": 0}), "status.collisionCount: Invalid value: 0: cannot be decremented"),
    ] {
        assert_eq!(after(change), [words]);
    }
}
