//! Patches of each kind.

use super::*;
use serde_json::json;

fn pod(spec: Value) -> Value {
    json!({ "spec": spec })
}

#[test]
fn strategic_patches_merge_lists_by_their_keys() {
    let doc = || pod(json!({"containers": [{"name": "a", "image": "x", "env": [{"name": "A", "value": "1"}]}, {"name": "b"}]}));
    for (patch, wanted) in [
        (
            json!({"containers": [{"name": "a", "image": "y"}]}),
            json!([{"name": "a", "image": "y", "env": [{"name": "A", "value": "1"}]}, {"name": "b"}]),
        ),
        (
            json!({"containers": [{"name": "b", "$patch": "delete"}]}),
            json!([{"name": "a", "image": "x", "env": [{"name": "A", "value": "1"}]}]),
        ),
        (json!({"containers": [{"$patch": "replace"}, {"name": "c"}]}), json!([{"name": "c"}])),
        (
            json!({"containers": [{"name": "a", "env": [{"name": "B", "value": "2"}], "image": null}]}),
            json!([{"name": "a", "env": [{"name": "B", "value": "2"}, {"name": "A", "value": "1"}]}, {"name": "b"}]),
        ),
        (
            json!({"$setElementOrder/containers": [{"name": "c"}, {"name": "b"}, {"name": "a"}], "containers": [{"name": "c"}]}),
            json!([{"name": "c"}, {"name": "b"}, {"name": "a", "image": "x", "env": [{"name": "A", "value": "1"}]}]),
        ),
    ] {
        let mut found = doc();
        strategic(&mut found, &pod(patch.clone())).unwrap();
        assert_eq!(found["spec"]["containers"], wanted, "{patch}");
    }
}

#[test]
fn strategic_patches_of_maps_sets_and_atomic_lists() {
    for (doc, patch, wanted) in [
        (
            json!({"metadata": {"labels": {"a": "1", "b": "2"}}}),
            json!({"metadata": {"labels": {"a": null, "c": "3"}}}),
            json!({"metadata": {"labels": {"b": "2", "c": "3"}}}),
        ),
        (
            json!({"metadata": {"finalizers": ["x"]}}),
            json!({"metadata": {"finalizers": ["x", "y"]}}),
            json!({"metadata": {"finalizers": ["x", "y"]}}),
        ),
        (
            json!({"metadata": {"finalizers": ["x", "y"]}}),
            json!({"metadata": {"$deleteFromPrimitiveList/finalizers": ["x"]}}),
            json!({"metadata": {"finalizers": ["y"]}}),
        ),
        (
            json!({"spec": {"tolerations": [{"key": "a"}]}}),
            json!({"spec": {"tolerations": [{"key": "b"}]}}),
            json!({"spec": {"tolerations": [{"key": "b"}]}}),
        ),
        (
            json!({"spec": {"strategy": {"type": "RollingUpdate", "rollingUpdate": {"maxSurge": 1}}}}),
            json!({"spec": {"strategy": {"$retainKeys": ["type"], "type": "Recreate"}}}),
            json!({"spec": {"strategy": {"type": "Recreate"}}}),
        ),
        (
            json!({"spec": {"ports": [{"port": 80, "name": "a"}]}}),
            json!({"spec": {"ports": [{"port": 81}]}}),
            json!({"spec": {"ports": [{"port": 81}, {"port": 80, "name": "a"}]}}),
        ),
        (json!({"spec": {"a": {"b": 1}}}), json!({"spec": {"a": {"$patch": "replace", "c": 2}}}), json!({"spec": {"a": {"c": 2}}})),
        (json!({"spec": {}}), json!({"spec": {"a": {"b": null, "c": 1}}}), json!({"spec": {"a": {"c": 1}}})),
    ] {
        let mut found = doc;
        strategic(&mut found, &patch).unwrap();
        assert_eq!(found, wanted, "{patch}");
    }
}

#[test]
fn a_refused_patch_changes_nothing() {
    let doc = pod(json!({"containers": [{"name": "a"}], "x": 1}));
    let mut found = doc.clone();
    let patch = pod(json!({"x": 2, "containers": [{"image": "y"}]}));
    let error = strategic(&mut found, &patch).unwrap_err();
    assert_eq!(error, "map: map[image:y] does not contain declared merge key: name");
    assert_eq!(found, doc);
    let patch = json!([{"op": "add", "path": "/y", "value": 1}, {"op": "test", "path": "/y", "value": 2}]);
    assert!(json(&mut found, &patch).is_err());
    assert_eq!(found, doc);
}

#[test]
fn merge_patches_replace_lists() {
    let mut found = pod(json!({"containers": [{"name": "a"}], "x": 1}));
    merge(&mut found, &pod(json!({"containers": [{"name": "b"}], "x": null})));
    assert_eq!(found, pod(json!({"containers": [{"name": "b"}]})));
}

#[test]
fn applying_keeps_what_others_wrote_and_removes_what_the_file_dropped() {
    let last = pod(json!({"replicas": 2, "paused": true, "containers": [{"name": "a", "image": "x", "tty": true}, {"name": "b"}]}));
    let modified = pod(json!({"replicas": 3, "containers": [{"name": "a", "image": "x"}]}));
    let live = pod(json!({"replicas": 2, "paused": true, "revisionHistoryLimit": 10,
        "containers": [{"name": "a", "image": "x", "tty": true, "imagePullPolicy": "Always"}, {"name": "b"}, {"name": "injected"}]}));
    let patch = three_way(&last, &modified, &live);
    let wanted = pod(json!({"replicas": 3, "paused": null, "$setElementOrder/containers": [{"name": "a"}],
        "containers": [{"name": "a", "tty": null}, {"$patch": "delete", "name": "b"}]}));
    assert_eq!(patch, wanted);
    let mut found = live;
    strategic(&mut found, &patch).unwrap();
    assert_eq!(
        found,
        pod(json!({"replicas": 3, "revisionHistoryLimit": 10,
        "containers": [{"name": "a", "image": "x", "imagePullPolicy": "Always"}, {"name": "injected"}]}))
    );
}

#[test]
fn applying_the_same_file_again_sends_nothing() {
    let file = pod(json!({"replicas": 2, "ports": [{"port": 80}], "list": ["a"]}));
    let live = pod(json!({"replicas": 2, "ports": [{"port": 80, "protocol": "TCP"}], "list": ["a"], "type": "ClusterIP"}));
    assert_eq!(three_way(&file, &file, &live), json!({}));
}

/// Found by fuzzing: a refused patch whose earlier operations cannot be undone in their order.
#[test]
fn a_refused_json_patch_changes_nothing() {
    let before = json!({"a": [1, 2, {"b": 3}]});
    let mut doc = before.clone();
    let patch = json!([
        {"op": "replace", "path": "/a/2/b", "value": 4},
        {"op": "test", "path": "/a/0", "value": 1},
        {"op": "move", "from": "/a/2", "path": "//a/-"},
    ]);
    assert!(json(&mut doc, &patch).is_err());
    assert_eq!(doc, before);
}
