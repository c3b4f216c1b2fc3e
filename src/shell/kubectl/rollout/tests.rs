//! `kubectl rollout`, as typed.

use crate::shell::{Output, finish, run};
use crate::sim::{Options, World};

fn say(world: &mut World, line: &str) -> Output {
    let turn = run(world, line, None);
    finish(world, turn)
}

/// A deployment `web` that is rolled out.
fn rolled() -> World {
    let mut world = World::new(Options::default());
    say(&mut world, "kubectl create deployment web --image=luksa/kubia --replicas=2");
    assert!(say(&mut world, "kubectl rollout status deploy/web").out.ends_with("deployment \"web\" successfully rolled out\n"));
    world
}

#[test]
fn a_deployment_goes_back_and_forth() {
    let mut world = rolled();
    say(&mut world, "kubectl set image deploy/web kubia=luksa/kubia:v2");
    let status = say(&mut world, "kubectl rollout status deploy/web").out;
    assert!(status.starts_with("Waiting for deployment spec update to be observed...\n"), "{status}");
    assert!(
        status.contains("\nWaiting for deployment \"web\" rollout to finish: 1 out of 2 new replicas have been updated...\n"),
        "{status}"
    );
    for (line, out) in [
        ("kubectl rollout history deploy web", "deployment.apps/web \nREVISION  CHANGE-CAUSE\n1         <none>\n2         <none>\n\n"),
        ("kubectl rollout undo deploy/web", "deployment.apps/web rolled back\n"),
        (
            "kubectl rollout undo deploy/web --to-revision=3",
            "deployment.apps/web skipped rollback (current template already matches revision 3)\n",
        ),
        ("kubectl rollout history deploy web", "deployment.apps/web \nREVISION  CHANGE-CAUSE\n2         <none>\n3         <none>\n\n"),
    ] {
        assert_eq!(say(&mut world, line).out, out, "{line}");
        say(&mut world, "settle");
    }
    assert_eq!(say(&mut world, "kubectl get deploy web -o jsonpath={.spec.template.spec.containers[0].image}").out, "luksa/kubia");
    let labels = say(&mut world, "kubectl get deploy web -o jsonpath={.spec.template.metadata.labels}").out;
    assert_eq!(labels, "{\"app\":\"web\"}");
}

#[test]
fn refusals_sound_like_kubectl() {
    let mut world = rolled();
    for (line, words) in [
        ("kubectl rollout undo deploy/web", "error: no rollout history found for deployment \"web\"\n"),
        ("kubectl rollout undo deploy/web --to-revision=9", "error: unable to find specified revision 9 in history\n"),
        ("kubectl rollout history deploy/web --revision=9", "error: unable to find the specified revision\n"),
        ("kubectl rollout resume deploy/web", "error: deployments.apps \"web\" is not paused\n"),
        ("kubectl set image deploy/web kubia=luksa/kubia:v2", ""),
        ("settle", ""),
        ("kubectl rollout pause deploy/web", ""),
        ("kubectl rollout pause deploy/web", "error: deployments.apps \"web\" is already paused\n"),
        (
            "kubectl rollout restart deploy/web",
            "error: deployments.apps \"web\" can't restart paused deployment (run rollout resume first)\n",
        ),
        (
            "kubectl rollout undo deploy/web",
            "error: you cannot rollback a paused deployment; resume it first with 'kubectl rollout resume' and try again\n",
        ),
        ("kubectl rollout undo deploy/web --to-revision=9", "error: unable to find specified revision 9 in history\n"),
    ] {
        assert_eq!(say(&mut world, line).err, words, "{line}");
    }
    assert_eq!(say(&mut world, "kubectl rollout resume deploy/web").out, "deployment.apps/web resumed\n");
}

/// Upstream: rollback.go of kubectl's polymorphichelpers: of a deployment the bare template is shown, paused or not.
#[test]
fn a_dry_run_shows_the_template_that_would_come_back() {
    let mut world = rolled();
    let manifest = "apiVersion: apps/v1\nkind: StatefulSet\nmetadata: {name: s}\nspec: {replicas: 1, selector: {matchLabels: {a: b}}, \
                    template: {metadata: {labels: {a: b}}, spec: {containers: [{name: kubia, image: luksa/kubia}]}}}\n";
    let turn = run(&mut world, "kubectl apply -f -", Some(manifest));
    finish(&mut world, turn);
    for line in ["set image deploy/web kubia=x", "set image sts/s kubia=x", "rollout pause deploy/web"] {
        say(&mut world, &format!("kubectl {line}"));
        say(&mut world, "settle");
    }
    for (set, begin) in [
        ("deploy/web", "deployment.apps/web Pod Template:\n  Labels:\tapp=web\n\tpod-template-hash="),
        ("sts/s", "statefulset.apps/s will roll back to Pod Template:\n  Labels:\ta=b\n  Containers:\n"),
    ] {
        let shown = say(&mut world, &format!("kubectl rollout undo {set} --dry-run=client")).out;
        assert!(shown.starts_with(begin) && shown.contains("Image:\tluksa/kubia\n") && shown.ends_with(" (dry run)\n"), "{shown}");
    }
}

#[test]
fn a_deadline_that_is_over_ends_the_watch() {
    let mut world = rolled();
    say(&mut world, "kubectl set image deploy/web kubia=luksa/broken");
    let said = say(&mut world, "kubectl rollout status deploy/web");
    assert_eq!((said.err.as_str(), said.rc), ("error: deployment \"web\" exceeded its progress deadline\n", 1));
    assert_eq!(say(&mut world, "kubectl rollout status deploy/web --timeout=1s").rc, 1);
}

/// A template is printed past the column writer: its tabs remain. Upstream: kubectl's printTemplate.
#[test]
fn the_template_of_a_revision_is_printed_with_tabs() {
    let mut world = rolled();
    let printed = say(&mut world, "kubectl rollout history deploy web --revision=1").out;
    let hash = printed.split("pod-template-hash=").nth(1).and_then(|rest| rest.lines().next()).unwrap().to_owned();
    let wanted = format!(
        "deployment.apps/web with revision #1\nPod Template:\n  Labels:\tapp=web\n\tpod-template-hash={hash}\n  Containers:\n   kubia:\n    \
         Image:\tluksa/kubia\n    Port:\t<none>\n    Host Port:\t<none>\n    Environment:\t<none>\n    Mounts:\t<none>\n  Volumes:\t<none>\n  \
         Node-Selectors:\t<none>\n  Tolerations:\t<none>\n"
    );
    assert_eq!(printed.trim_end(), wanted.trim_end());
}
