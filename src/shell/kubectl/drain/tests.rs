//! Drains in whole worlds: what is printed, in which order, and what stops them.

use crate::api::Span;
use crate::shell::{Output, Turn, run};
use crate::sim::{Options, World};

const SET: &str = "apiVersion: apps/v1\nkind: StatefulSet\nmetadata: {name: kubia}\nspec:\n  serviceName: kubia\n  replicas: 2\n  \
                   selector: {matchLabels: {app: kubia}}\n  template:\n    metadata: {labels: {app: kubia}}\n    spec:\n      \
                   containers: [{name: kubia, image: luksa/kubia-pet}]\n";
const BARE: &str = "apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec: {nodeName: node-1, containers: [{name: c, image: nginx}], \
                    volumes: [{name: scratch, emptyDir: {}}]}\n";
const BUDGET: &str = "apiVersion: policy/v1\nkind: PodDisruptionBudget\nmetadata: {name: kubia}\nspec: {minAvailable: 2, selector: \
                      {matchLabels: {app: kubia}}}\n";

fn say(world: &mut World, line: &str, stdin: Option<&str>) -> Output {
    match run(world, line, stdin) {
        Turn::Done(output) => output,
        Turn::Waiting(job) => super::super::super::finish(world, Turn::Waiting(job)),
    }
}

/// One node, and what runs on it after a minute.
fn world(manifests: &[&str]) -> World {
    let mut world = World::new(Options { nodes: 2, ..Options::default() });
    say(&mut world, "kubectl cordon node-2", None);
    for manifest in manifests {
        assert_eq!(say(&mut world, "kubectl apply -f -", Some(manifest)).rc, 0);
    }
    world.advance(world.now() + Span::mins(1));
    world
}

#[test]
fn pods_of_sets_are_evicted_and_waited_for() {
    let mut world = world(&[SET]);
    let output = say(&mut world, "kubectl drain node-1", None);
    let expected = "node/node-1 cordoned\nevicting pod default/kubia-0\nevicting pod default/kubia-1\n\
                    pod/kubia-0 evicted\npod/kubia-1 evicted\nnode/node-1 drained\n";
    assert_eq!((output.out.as_str(), output.err.as_str(), output.rc), (expected, "", 0));
    assert_eq!(say(&mut world, "kubectl drain node-1", None).out, "node/node-1 already cordoned\nnode/node-1 drained\n");
}

/// Upstream: waitForDelete, which looks at once and then every second.
#[test]
fn that_pods_have_gone_is_seen_at_the_next_look() {
    let mut world = world(&[SET]);
    let began = world.now();
    say(&mut world, "kubectl drain node-1", None);
    assert_eq!(world.now() - began, Span::secs(2));
}

#[test]
fn without_eviction_pods_are_just_deleted() {
    let mut world = world(&[SET, BUDGET]);
    let output = say(&mut world, "kubectl drain node-1 --disable-eviction", None);
    assert_eq!(output.out, "node/node-1 cordoned\npod/kubia-0 deleted\npod/kubia-1 deleted\nnode/node-1 drained\n");
}

/// Upstream: waitForDelete, whose error of wait.PollImmediate is told as it is.
#[test]
fn pods_that_do_not_go_in_time_are_left() {
    let mut world = world(&[SET]);
    say(&mut world, "disconnect node-1", None);
    let output = say(&mut world, "kubectl drain node-1 --disable-eviction --timeout=3s", None);
    let late = "timed out waiting for the condition";
    let expected = format!(
        "There are pending pods in node \"node-1\" when an error occurred: {late}\npod/kubia-0\npod/kubia-1\n\
         error: unable to drain node \"node-1\" due to error: {late}, continuing command...\n\
         There are pending nodes to be drained:\n node-1\n{late}\n"
    );
    assert_eq!((output.err, output.rc), (expected, 1));
}

/// Upstream: the aggregate of one node's errors is unwrapped, and so ends without `error:`.
#[test]
fn bare_pods_and_local_storage_stop_it() {
    let mut world = world(&[BARE]);
    let output = say(&mut world, "kubectl drain node-1", None);
    let why = "cannot delete Pods with local storage (use --delete-emptydir-data to override): default/p";
    let refused = |why: &str| {
        format!(
            "error: unable to drain node \"node-1\" due to error: {why}, continuing command...\n\
             There are pending nodes to be drained:\n node-1\n{why}\n"
        )
    };
    assert_eq!((output.out.as_str(), output.rc), ("node/node-1 cordoned\n", 1));
    assert_eq!(output.err, refused(why));
    let output = say(&mut world, "kubectl drain node-1 --delete-emptydir-data", None);
    assert_eq!(output.err, refused("cannot delete Pods that declare no controller (use --force to override): default/p"));
    let output = say(&mut world, "kubectl drain node-1 --delete-emptydir-data --force", None);
    assert_eq!(output.err, "Warning: deleting Pods that declare no controller: default/p\n");
    assert!(output.out.ends_with("evicting pod default/p\npod/p evicted\nnode/node-1 drained\n"), "{}", output.out);
}

#[test]
fn a_budget_is_asked_every_five_seconds_until_the_time_is_up() {
    let mut world = world(&[SET, BUDGET]);
    let began = world.now();
    let output = say(&mut world, "kubectl drain node-1 --timeout=8s --pod-selector=statefulset.kubernetes.io/pod-name=kubia-0", None);
    assert_eq!(
        output.out,
        "node/node-1 cordoned\nevicting pod default/kubia-0\nevicting pod default/kubia-0\nevicting pod default/kubia-0\n"
    );
    let again = "error when evicting pods/\"kubia-0\" -n \"default\" (will retry after 5s): Cannot evict pod as it would violate the pod's \
                 disruption budget.\n";
    let late = "error when evicting pods/\"kubia-0\" -n \"default\": global timeout reached: 8s";
    let expected = format!(
        "{again}{again}There are pending pods in node \"node-1\" when an error occurred: {late}\npod/kubia-0\n\
         error: unable to drain node \"node-1\" due to error: {late}, continuing command...\n\
         There are pending nodes to be drained:\n node-1\n{late}\n"
    );
    assert_eq!((output.err, output.rc), (expected, 1));
    assert_eq!(world.now() - began, Span::secs(10), "a try that is due is still announced");
}

#[test]
fn a_dead_nodes_pods_can_be_given_up() {
    let mut world = world(&[SET]);
    say(&mut world, "disconnect node-1", None);
    let output = say(&mut world, "kubectl drain node-1 --skip-wait-for-delete-timeout=5", None);
    assert!(output.out.contains("pod \"kubia-0\" has DeletionTimestamp older than 5 seconds, skipping\n"), "{}", output.out);
    assert!(output.out.ends_with("node/node-1 drained\n") && !output.out.contains("evicted"), "{}", output.out);
    let output = say(&mut world, "kubectl drain node-1 --skip-wait-for-delete-timeout=5", None);
    assert_eq!(output.out, "node/node-1 already cordoned\nnode/node-1 drained\n");
}

#[test]
fn a_dry_run_says_what_it_would_do() {
    let mut world = world(&[SET]);
    let revision = world.store().revision();
    let output = say(&mut world, "kubectl drain node-1 --dry-run=client", None);
    let expected = "node/node-1 cordoned (dry run)\nevicting pod default/kubia-0 (dry run)\nevicting pod default/kubia-1 (dry run)\n\
                    node/node-1 drained (dry run)\n";
    assert_eq!((output.out.as_str(), world.store().revision()), (expected, revision));
}

/// Upstream: kubectl/pkg/cmd/taint, whose builder goes on where one node fails.
#[test]
fn a_taint_that_one_node_has_not_is_taken_off_the_others() {
    let mut world = world(&[]);
    say(&mut world, "kubectl taint node node-2 a=b:NoSchedule", None);
    let output = say(&mut world, "kubectl taint nodes --all a-", None);
    assert_eq!((output.out.as_str(), output.err.as_str(), output.rc), ("node/node-2 untainted\n", "error: taint \"a\" not found\n", 1));
}

#[test]
fn wrong_usage_does_nothing() {
    let mut world = world(&[]);
    let cases = [
        ("kubectl drain", "error: USAGE: drain NODE [flags]\nSee 'kubectl drain -h' for help and examples\n"),
        (
            "kubectl cordon node-1 -l a=b",
            "error: cannot specify both a node name and a --selector option\nSee 'kubectl cordon -h' for help and examples\n",
        ),
        ("kubectl cordon node-1 node-9", "Error from server (NotFound): nodes \"node-9\" not found\n"),
        ("kubectl drain node-1 --pod-selector='a in (b'", "error: --pod-selector=<pod_selector> must be a valid label selector\n"),
        ("kubectl taint pod p a=b:NoSchedule", "error: invalid resource type pod, only [\"node\" \"nodes\"] are supported\n"),
        (
            "kubectl taint node node-1 a=b:Nope",
            "error: invalid taint effect: Nope, unsupported taint effect\nSee 'kubectl taint -h' for help and examples\n",
        ),
        ("kubectl taint node a=b:NoSchedule", "error: at least one resource name must be specified since 'all' parameter is not set\n"),
    ];
    for (line, complaint) in cases {
        let output = say(&mut world, line, None);
        assert_eq!((output.out.as_str(), output.err.as_str(), output.rc), ("", complaint, 1), "{line}");
    }
}
