//! A round that passes over settled pods does what a round over all pods does.

use super::*;
use crate::sim::change::Change;

type Doing = fn(&mut Trial);

/// What becomes of a set under these doings, half a minute after each; `afresh` forgets before every event what was found
/// out about pods.
fn played(spec: &Value, doings: &[Doing], afresh: bool) -> Vec<Change> {
    let mut trial = Trial::new(3);
    for name in ["pv-a", "pv-b", "pv-c", "pv-d", "pv-e"] {
        let spec = json!({"capacity": {"storage": "1Mi"}, "accessModes": ["ReadWriteOnce"], "nfs": {"server": "s", "path": name}});
        trial.put(Kind::PersistentVolume, json!({"metadata": {"name": name}, "spec": spec}));
    }
    apply(&mut trial, "luksa/kubia", spec.clone());
    for doing in doings {
        until(&mut trial, Span::secs(30), afresh);
        doing(&mut trial);
    }
    until(&mut trial, Span::mins(2), afresh);
    trial.world.changes().since(0).map(|change| (**change).clone()).collect()
}

fn until(trial: &mut Trial, span: Span, afresh: bool) {
    let end = trial.world.now() + span;
    while trial.world.agenda().next_at().is_some_and(|at| at <= end) {
        if afresh {
            trial.world.memory.rosters = Default::default();
        }
        trial.world.step();
    }
    trial.world.advance(end);
}

fn claims(policy: &str) -> Value {
    json!({
        "volumeClaimTemplates": [{"metadata": {"name": "data"}, "spec": {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Mi"}}}}],
        "persistentVolumeClaimRetentionPolicy": {"whenDeleted": policy, "whenScaled": policy},
    })
}

/// Does something to a pod that may not be there under every spec.
fn to(trial: &mut Trial, pod: &str, doing: fn(&mut Trial, &str)) {
    if trial.has(Kind::Pod, pod) {
        doing(trial, pod);
    }
}

fn label(trial: &mut Trial, pod: &str, label: &str) {
    trial.edit(Kind::Pod, pod, &format!("/metadata/labels/{}", label.replace('/', "~1")), json!("stray"));
}

#[test]
fn settled_pods_need_no_look() {
    let image = |trial: &mut Trial| trial.edit(Kind::StatefulSet, "kubia", "/spec/template/spec/containers/0/image", json!("nginx"));
    let doings: [Doing; 10] = [
        |trial| to(trial, "kubia-1", |trial, pod| trial.delete(Kind::Pod, pod)),
        |trial| scale(trial, 5),
        |trial| to(trial, "kubia-2", |trial, pod| fail(trial, &[pod])),
        |trial| scale(trial, 2),
        |trial| to(trial, "kubia-0", |trial, pod| label(trial, pod, "app")),
        image,
        |trial| scale(trial, 4),
        |trial| to(trial, "kubia-1", |trial, pod| label(trial, pod, "statefulset.kubernetes.io/pod-name")),
        |trial| to(trial, "kubia-0", |trial, pod| trial.force(pod)),
        |trial| trial.delete(Kind::StatefulSet, "kubia"),
    ];
    let specs = [
        json!({}),
        parallel(),
        json!({"minReadySeconds": 7}),
        json!({"ordinals": {"start": 3}, "podManagementPolicy": "Parallel"}),
        json!({"updateStrategy": {"type": "RollingUpdate", "rollingUpdate": {"partition": 1}}}),
        json!({"updateStrategy": {"type": "OnDelete"}}),
        claims("Delete"),
        over(claims("Retain"), parallel()),
    ];
    for spec in specs {
        let (with, without) = (played(&spec, &doings, false), played(&spec, &doings, true));
        let differs = with.iter().zip(&without).position(|(a, b)| a != b);
        assert_eq!(differs.map(|place| (&with[place], &without[place])), None, "{spec}");
        assert_eq!(with.len(), without.len(), "{spec}");
    }
}

/// Of two hundred pods one is deleted: the rounds that follow look at it, and at no other.
#[test]
fn one_of_many_is_looked_at_alone() {
    let mut trial = Trial::new(3);
    apply(&mut trial, "luksa/kubia", over(parallel(), json!({"replicas": 200})));
    trial.pass(Span::mins(2));
    let uid = trial.get::<StatefulSet>("kubia").metadata.uid;
    let restless = |trial: &Trial| trial.world.memory.rosters.restless(uid).map(|pod| pod.name.to_string()).collect::<Vec<_>>();
    assert_eq!((trial.ready().len(), restless(&trial)), (200, Vec::new()));
    trial.delete(Kind::Pod, "kubia-77");
    assert_eq!(restless(&trial), ["kubia-77"]);
    trial.pass(Span::mins(2));
    assert_eq!((trial.ready().len(), restless(&trial)), (200, Vec::new()));
}
