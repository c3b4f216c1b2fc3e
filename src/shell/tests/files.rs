//! Lines that name files: what is done with the texts that are handed over with them.

use crate::api::{File, Files, Given};
use crate::shell::{Output, finish, run};
use crate::sim::{Options, World};

const SEED_CLAIMS: &str = "kind: List\napiVersion: v1\nitems:\n- apiVersion: v1\n  kind: PersistentVolume\n  metadata:\n    name: pv-a\n  spec:\n    \
                           capacity:\n      storage: 1Mi\n    accessModes:\n    - ReadWriteOnce\n    gcePersistentDisk:\n      pdName: pv-a\n      \
                           fsType: nfs4\n";

fn files() -> Files {
    let config = |name: &str| File::Text(format!("apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: {name}}}\n"));
    let rows = [
        ("a.yaml", config("a")),
        ("d", File::Folder(vec!["d/b.yaml".into(), "d/c.yaml".into()])),
        ("d/b.yaml", config("b")),
        ("d/c.yaml", config("c")),
        ("none", File::Folder(Vec::new())),
        ("secret.yaml", File::Refused("open secret.yaml: permission denied".into())),
        ("tab.yaml", File::Text("apiVersion: v1\nkind: Pod\nmetadata:\n\tname: x\n".into())),
        ("mixed.yaml", File::Text("apiVersion: v1\nkind: Namespace\nmetadata: {name: filed}\n---\nkind: Pod\n---\nx: [\n".into())),
        ("pv.yaml", File::Text(SEED_CLAIMS.into())),
        ("patch.json", File::Text("{\"data\":{\"k\":\"v\"}}".into())),
        ("key.txt", File::Text("text\n".into())),
        ("vars", File::Text("# comment\nA=1\n\nB=x y\n".into())),
        ("columns", File::Text("NAME  K\nmetadata.name  data.k\n".into())),
    ];
    rows.into_iter().map(|(path, file)| (path.to_owned(), file)).collect()
}

fn told(lines: &[&str]) -> Output {
    let mut world = World::new(Options::default());
    let mut last = Output::default();
    for line in lines {
        let turn = run(&mut world, line, Given { stdin: None, files: files() });
        last = finish(&mut world, turn);
    }
    last
}

#[test]
fn files_and_folders_are_manifests() {
    for (lines, out) in [
        (&["kubectl create -f pv.yaml"][..], "persistentvolume/pv-a created\n"),
        (&["kubectl apply -f a.yaml -f d"], "configmap/a created\nconfigmap/b created\nconfigmap/c created\n"),
        (
            &["kubectl create -f d", "kubectl delete -f d"],
            "configmap \"b\" deleted from default namespace\nconfigmap \"c\" deleted from default namespace\n",
        ),
        (&["kubectl apply -f a.yaml", "kubectl diff -f a.yaml"], ""),
        (&["kubectl apply -f a.yaml", "kubectl get -f a.yaml -o name"], "configmap/a\n"),
        (
            &["kubectl apply -f a.yaml", "kubectl patch cm a --patch-file patch.json", "kubectl get cm a -o custom-columns-file=columns"],
            "NAME   K\na      v\n",
        ),
        (
            &["kubectl create cm x --from-file=key.txt --from-file=k=key.txt", "kubectl get cm x -o jsonpath={.data}"],
            "{\"k\":\"text\\n\",\"key.txt\":\"text\\n\"}",
        ),
        (&["kubectl create cm x --from-env-file=vars", "kubectl get cm x -o jsonpath={.data}"], "{\"A\":\"1\",\"B\":\"x y\"}"),
    ] {
        let output = told(lines);
        assert_eq!((output.out.as_str(), output.rc), (out, 0), "{lines:?}: {}", output.err);
    }
}

/// Upstream: cli-runtime/pkg/resource, whose builder looks at all paths before anything is sent.
#[test]
fn what_is_wrong_with_files() {
    let tab = "error: error parsing tab.yaml: error converting YAML to JSON: yaml: line 4: found character that cannot start any token\n\
               line 4 starts with a tab; YAML indents with spaces\n";
    let kind = "error: error validating \"mixed.yaml\": error validating data: apiVersion not set; if you choose to ignore these errors, turn \
                validation off with --validate=false\n";
    for (line, out, err) in [
        ("kubectl apply -f a.yaml,nope.yaml", "", "error: the path \"nope.yaml\" does not exist\n"),
        ("kubectl apply -f nope -f a.yaml -f never", "", "the path \"nope\" does not exist\nthe path \"never\" does not exist\n"),
        ("kubectl apply -f none", "", "error: error reading [none]: recognized file extensions are [.json .yaml .yml]\n"),
        ("kubectl create -f secret.yaml -f a.yaml", "configmap/a created\n", "error: open secret.yaml: permission denied\n"),
        ("kubectl apply -f tab.yaml", "", tab),
        ("kubectl create -f mixed.yaml", "namespace/filed created\n", kind),
        ("kubectl apply -f - -f -", "", "error: standard input cannot be used for multiple arguments\n"),
        ("kubectl create cm x --from-file=nope", "", "error: error reading nope: no such file or directory\n"),
        ("kubectl create cm x --from-file=k=d", "", "error: cannot give a key name for a directory path\n"),
        ("kubectl patch no node-1 --patch-file nope", "", "error: unable to read patch file: open nope: no such file or directory\n"),
    ] {
        let output = told(&[line]);
        assert_eq!((output.out.as_str(), output.err.as_str(), output.rc), (out, err, 1), "{line}");
    }
    let remote = told(&["kubectl apply -f https://k8s.io/x.yaml"]).err;
    assert!(remote.contains("podyard has no network; save the manifest in a file"), "{remote}");
}

/// A namespace that is set for the context is meant from then on, and no longer once that is taken back.
#[test]
fn the_contexts_namespace_is_meant() {
    let set = "kubectl config set-context --current --namespace=kube-system";
    assert_eq!(told(&[set]).out, "Context \"podyard\" modified.\n");
    assert_eq!(told(&[set, "kubectl get po"]).err, "No resources found in kube-system namespace.\n");
    assert_eq!(told(&[set, "kubectl apply -f a.yaml", "kubectl get cm a -o jsonpath={.metadata.namespace}"]).out, "kube-system");
    assert_eq!(
        told(&[set, "kubectl config set-context --current --namespace=", "kubectl get po"]).err,
        "No resources found in default namespace.\n"
    );
}

#[test]
fn events_and_logs_are_followed() {
    let pod = "kubectl run p --image=busybox --restart=Never --command -- sh -c 'echo one; sleep 5; echo two'";
    let followed = told(&[pod, "kubectl wait pod/p --for=condition=Ready", "kubectl logs -f p"]);
    assert_eq!((followed.out.as_str(), followed.rc), ("one\ntwo\n", 0), "{}", followed.err);
    let events = told(&[pod, "kubectl events -w --for pod/p"]).out;
    let reasons: Vec<&str> = events.lines().skip(1).filter_map(|line| line.split_whitespace().nth(2)).collect();
    assert_eq!(reasons, ["Scheduled", "Pulling", "Pulled", "Created", "Started"], "{events}");
}

#[test]
fn a_directory_that_is_not_there() {
    let pod = "kubectl run p --image=busybox --restart=Never --command -- sleep 1000";
    let ready = "kubectl wait pod/p --for=condition=Ready";
    let listed = told(&[pod, ready, "kubectl exec p -- ls /nope"]);
    assert_eq!(listed.err, "ls: cannot access '/nope': No such file or directory\ncommand terminated with exit code 2\n");
    assert_eq!(told(&[pod, ready, "kubectl exec p -- ls /etc/hostname /tmp"]).out, "/etc/hostname\n");
    let kept = told(&[pod, ready, "kubectl exec p -- sh -c 'echo a > /tmp/b'", "kubectl exec p -- ls /tmp"]);
    assert_eq!(kept.out, "b\n", "{}", kept.err);
}

/// A pod's update is refused with the difference, as the server dumps it. Upstream: ValidatePodUpdate.
#[test]
fn a_refused_update_of_a_pod_shows_the_difference() {
    let pod = "kubectl run p --image=busybox --restart=Never --command -- sleep 1000";
    let ready = "kubectl wait pod/p --for=condition=Ready";
    let moved = told(&[pod, ready, "kubectl patch po p -p '{\"spec\":{\"nodeName\":\"other\"}}'"]).err;
    let (words, diff) = moved.split_once("\n@@ ").unwrap();
    assert!(words.ends_with("(allow it to be set to 1 if it was previously negative)"), "{moved}");
    let wanted =
        " \"AutomountServiceAccountToken\": null,\n- \"NodeName\": \"node-1\",\n+ \"NodeName\": \"other\",\n  \"SecurityContext\": {\n";
    assert!(diff.replace("node-2", "node-1").replace("node-3", "node-1").contains(wanted), "{diff}");
    assert_eq!(told(&[pod, "kubectl patch po p -p '{\"spec\":{\"activeDeadlineSeconds\":9}}'"]).out, "pod/p patched\n");
    let renamed = told(&[pod, "kubectl patch po p -p '{\"metadata\":{\"name\":\"q\"}}'"]).err;
    assert_eq!(renamed, "Error from server (BadRequest): the name of the object (q) does not match the name on the URL (p)\n");
}

/// Upstream: printScale.
#[test]
fn the_scale_of_a_set_has_its_table() {
    let made = "kubectl create deployment w --image=nginx --replicas=2";
    let table = told(&[made, "kubectl get deploy w --subresource=scale --no-headers"]).out;
    assert_eq!(table.split_whitespace().take(2).collect::<Vec<_>>(), ["w", "2"], "{table}");
    let patched = told(&[made, "kubectl patch deploy w --subresource=scale --type=merge -p '{\"spec\":{\"replicas\":3}}'"]).out;
    assert!(patched.ends_with("scale.autoscaling/w patched\n"), "{patched}");
    let grown = "kubectl patch deploy w --subresource=scale --type=merge -p '{\"spec\":{\"replicas\":3}}' -o";
    assert_eq!(told(&[made, &format!("{grown} jsonpath={{.kind}}")]).out, "Scale");
    assert!(told(&["kubectl get no node-1 --subresource=scale"]).err.contains("could not find the requested resource"));
}
