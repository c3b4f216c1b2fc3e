//! Why a pod is where it is.

use super::*;

#[test]
fn a_well_thing_has_no_cause_and_a_bound_pod_says_why_there() {
    let world = sandbox(1);
    for target in ["pod/kubia-0", "statefulset/kubia", "replicaset/kubia-rs", "pvc/data-kubia-0", "node/node-1", "svc/kubia"] {
        assert_eq!(cause::of(&world, &Target::named(target).unwrap()), None, "{target}");
    }
    assert!(cause::why_there(&world, &Key::new("default", "kubia-0")).unwrap().contains("nothing ties it there"));
}

/// pkg/scheduler: the scores are those of the moment of the binding, whatever has become of the nodes since.
#[test]
fn a_bound_pod_tells_what_each_node_scored_when_it_was_bound() {
    let mut world = sandbox(1);
    type_in(&mut world, "kubectl cordon node-1");
    type_in(&mut world, "kubectl delete po kubia-0 --wait=false");
    type_in(&mut world, "wait 10s\nkubectl uncordon node-1");
    let key = Key::new("default", "kubia-0");
    let node = world.get::<podyard::api::Pod>(&key).unwrap().spec.node_name.clone();
    let weighed = cause::weighed(&world, &key);
    assert!(weighed[0].starts_with(&format!("{node} ")) && weighed[0].contains("spread "), "{weighed:?}");
    assert!(weighed[1].contains("spread ") && weighed[2] == "node-1 cannot: node(s) were unschedulable", "{weighed:?}");
}

/// Pods that call an image as its node does; the sandbox's own do not.
#[test]
fn images_that_a_node_has_are_told() {
    let mut world = sandbox(1);
    type_in(
        &mut world,
        "wait 45s\nkubectl run whole --image=docker.io/luksa/kubia-pet\nkubectl run brief --image=luksa/kubia-pet\nwait 5s",
    );
    for (pod, counts) in [("whole", true), ("brief", false)] {
        let key = Key::new("default", pod);
        let (weighed, why) = (cause::weighed(&world, &key), cause::why_there(&world, &key).unwrap());
        assert_eq!(weighed.iter().filter(|line| line.contains("images ")).count(), if counts { 3 } else { 0 }, "{weighed:?}");
        assert_eq!(why.ends_with("; images that a node has already count too"), counts, "{why}");
    }
}
