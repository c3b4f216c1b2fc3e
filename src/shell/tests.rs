//! Recordings of kubectl against a real control plane, replayed: the same commands must print the same texts.
//!
//! Ages, addresses, identities, dates, revisions and random suffixes are masked. What still differs is listed in
//! [`UNMATCHED`] with its reason; a line that begins to match must be taken off the list.

use super::*;
use crate::api::Span;
use crate::sim::Options;
use serde_json::Value;

/// Name, a seed under which pods land on the same nodes, text.
const RECORDINGS: &[(&str, u64, &str)] = &[
    ("kubectl-texts", 3, include_str!("../../tests/recordings/kubectl-texts.jsonl")),
    ("invalid", 1, include_str!("../../tests/recordings/invalid.jsonl")),
    ("rolling-update", 1, include_str!("../../tests/recordings/rolling-update.jsonl")),
    ("adoption", 1, include_str!("../../tests/recordings/adoption.jsonl")),
];

/// Recording, position of the step, and why its text differs.
const UNMATCHED: &[(&str, usize, &str)] = &[
    (
        "kubectl-texts",
        36,
        "describe node: a world's nodes joined long ago, as in the other recordings, whose tables of events begin without them",
    ),
    ("kubectl-texts", 83, "autoscale is refused: nothing here uses cpu"),
    ("invalid", 14, "apps/v1beta1 is read with the defaults that it had"),
    ("rolling-update", 20, "get events: events of other stories told to the same control plane, and which nodes were picked"),
];

mod files;
mod refused;

struct Step {
    command: String,
    stdin: Option<String>,
    wanted: String,
    until: Option<String>,
    rc: i64,
    at: Span,
}

fn steps(text: &str) -> Vec<Step> {
    let rows = text.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    rows.filter(|row| row["kind"] == "STEP").map(|row| step(&row)).collect()
}

fn step(row: &Value) -> Step {
    let step = &row["step"];
    let text = |field: &str| step[field].as_str().map(str::to_owned);
    let (command, stdin) = match (text("apply"), text("create"), text("kubectl"), text("until"), step["wait"].as_f64()) {
        (Some(yaml), ..) => ("kubectl apply -f -".to_owned(), Some(yaml)),
        (_, Some(yaml), ..) => ("kubectl create -f -".to_owned(), Some(yaml)),
        (_, _, Some(line), ..) => (format!("kubectl {line}"), None),
        (_, _, _, Some(line), _) => (format!("kubectl {line}"), None),
        (.., Some(seconds)) => (format!("wait {seconds}s"), None),
        _ => panic!("{row}"),
    };
    let wanted = row["out"].as_str().unwrap().to_owned();
    let at = Span((row["t"].as_f64().unwrap() * 1000.0) as i64);
    Step { command, stdin, wanted, until: text("is"), rc: row["rc"].as_i64().unwrap(), at }
}

fn perform(world: &mut World, step: &Step) -> Output {
    let deadline = world.now() + Span::mins(2);
    loop {
        let turn = run(world, &step.command, step.stdin.as_deref());
        let output = finish(world, turn);
        let due = step.until.as_ref().is_none_or(|wanted| output.out == *wanted) || world.now() > deadline;
        if due {
            return output;
        }
        world.step();
    }
}

/// A token with what differs from run to run replaced.
fn mask(token: &str) -> String {
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    let bare = token.trim_matches(['"', ',', '(', ')']);
    let is_age = bare.ends_with(['s', 'm', 'h']) && digits(&bare.replace(['s', 'm', 'h'], ""));
    let is_address = bare.split(['.', ':', '/']).count() >= 4 && bare.starts_with("10.");
    let is_uid = bare.len() == 36 && bare.matches('-').count() == 4;
    let is_date = bare.contains("T") && bare.ends_with('Z') && bare.len() == 20 || bare.matches(':').count() == 2 && bare.len() == 8;
    match () {
        () if is_age => "AGE".to_owned(),
        () if is_address => "ADDRESS".to_owned(),
        () if is_uid => "UID".to_owned(),
        () if is_date => "TIME".to_owned(),
        () => suffix(token),
    }
}

/// Masks revisions and random suffixes: `kubia-59fc7cd76b`, `kubia-rs-29xtp`.
fn suffix(token: &str) -> String {
    const LETTERS: &str = "bcdfghjklmnpqrstvwxz2456789";
    let parts: Vec<String> = token
        .split_inclusive(['/', ',', '"', '\'', '='])
        .map(|part| {
            let end = part.find(['/', ',', '"', '\'', '=']).unwrap_or(part.len());
            let (word, tail) = part.split_at(end);
            match word.rsplit_once('-') {
                Some((head, tail_word)) if tail_word.len() >= 5 && tail_word.chars().all(|c| LETTERS.contains(c)) => {
                    format!("{head}-*{tail}")
                }
                _ => part.to_owned(),
            }
        })
        .collect();
    parts.concat()
}

fn masked(text: &str) -> Vec<String> {
    let line = |line: &str| {
        let indent = line.len() - line.trim_start().len();
        let tokens: Vec<String> = line.split_whitespace().map(mask).collect();
        format!("{}{}", " ".repeat(indent), tokens.join(" "))
    };
    let text = text.replace("podyard://1", "oracle").replace("podyard", "oracle").replace("- image:", "  image:");
    let is_pod = text.contains("\nkind: Pod\n");
    let text = if is_pod { text.replace("\n  observedGeneration: 1\n", "\n").replace("\n    observedGeneration: 1\n", "\n") } else { text };
    text.trim_end().lines().map(line).filter(|line| !is_stand_ins(line)).collect()
}

/// Lines that are different by nature: the recording's kubelets were stand-ins that ran nothing, sent no events and did
/// not report all the addresses of their node.
fn is_stand_ins(line: &str) -> bool {
    let fields =
        ["resourceVersion: \"", "containerID:", "- containerID:", "imageID:", "Container ID:", "Image ID:", "hostIPs:", "- ip: 192.168."];
    let events = ["Pulling", "Pulled", "Created", "Started", "Killing"];
    let mut words = line.split_whitespace();
    let is_event = words.find(|word| *word == "Normal").is_some() && words.next().is_some_and(|reason| events.contains(&reason));
    is_event || fields.iter().any(|field| line.trim_start().starts_with(field))
}

/// When the recordings were made, so that dates agree.
const EPOCH: Time = Time(1_795_358_202_000);

/// Positions of the steps that print something else, with both texts.
fn differences(text: &str, seed: u64) -> Vec<(usize, String)> {
    let mut world = World::new(Options { seed, epoch: EPOCH, ..Options::default() });
    let start = world.now();
    let mut previous = Span(0);
    let mut found = Vec::new();
    for (i, step) in steps(text).iter().enumerate() {
        world.advance(start + previous);
        let output = perform(&mut world, step);
        previous = step.at;
        let printed = format!("{}{}", output.out, output.err);
        let (ours, theirs) = (masked(&printed), masked(&step.wanted));
        if ours != theirs || i64::from(output.rc) != step.rc {
            let head = format!("{} (rc {}, wanted {})", step.command, output.rc, step.rc);
            found.push((i, format!("{head}\n--- wanted\n{}\n+++ printed\n{}", theirs.join("\n"), ours.join("\n"))));
        }
    }
    found
}

#[test]
fn recorded_texts() {
    let mut wrong = Vec::new();
    for (name, seed, text) in RECORDINGS {
        let found = differences(text, *seed);
        let listed = |i: usize| UNMATCHED.iter().any(|(n, at, _)| n == name && *at == i);
        wrong.extend(found.iter().filter(|(i, _)| !listed(*i)).map(|(i, text)| format!("{name} {i}: {text}")));
        let matched = UNMATCHED.iter().filter(|(n, at, _)| n == name && !found.iter().any(|(i, _)| i == at));
        wrong.extend(matched.map(|(_, at, _)| format!("{name} {at} matches now: take it off the list")));
    }
    assert!(wrong.is_empty(), "{} differences\n\n{}", wrong.len(), wrong.join("\n\n"));
}

/// What the last of several lines says, on whichever stream.
pub(super) fn said(lines: &[&str]) -> String {
    let told: Vec<(&str, Option<&str>)> = lines.iter().map(|line| (*line, None)).collect();
    let output = story(&told);
    output.out + &output.err
}

/// Runs lines, each with its here document, and gives back what the last one printed.
fn story(lines: &[(&str, Option<&str>)]) -> Output {
    let mut world = World::new(Options::default());
    let mut last = Output::default();
    for (line, stdin) in lines {
        let turn = run(&mut world, line, *stdin);
        last = finish(&mut world, turn);
    }
    last
}

const KUBIA: &str = "apiVersion: v1\nkind: Service\nmetadata: {name: kubia}\nspec: {clusterIP: None, selector: {app: kubia}, ports: [{port: 80}]}\n---\n\
                     apiVersion: apps/v1beta1\nkind: StatefulSet\nmetadata: {name: kubia}\nspec:\n  serviceName: kubia\n  replicas: 2\n  template:\n    \
                     metadata: {labels: {app: kubia}}\n    spec:\n      containers: [{name: kubia, image: luksa/kubia-pet}]\n";

#[test]
fn manifests_of_the_books_time_get_their_defaults() {
    let apply = ("kubectl apply -f -", Some(KUBIA));
    let output = story(&[apply]);
    assert_eq!(output.out, "service/kubia created\nstatefulset.apps/kubia created\n");
    assert!(output.err.starts_with("Warning: apps/v1beta1 StatefulSet is deprecated in v1.9+, unavailable in v1.16+"), "{}", output.err);
    let strategy = story(&[apply, ("kubectl get sts kubia -o jsonpath={.spec.updateStrategy.type}", None)]);
    assert_eq!(strategy.out, "OnDelete");
    assert_eq!(story(&[apply, apply]).out, "service/kubia unchanged\nstatefulset.apps/kubia unchanged\n");
}

#[test]
fn one_wrong_object_does_not_stop_the_others() {
    let text = "kind: Nope\napiVersion: v1\n---\napiVersion: v1\nkind: Namespace\nmetadata: {name: a}\n";
    let output = story(&[("kubectl apply -f -", Some(text))]);
    assert_eq!((output.out.as_str(), output.rc), ("namespace/a created\n", 1));
    assert!(output.err.contains("no matches for kind \"Nope\""), "{}", output.err);
}

#[test]
fn the_notes_dns_lookup() {
    let run = "kubectl run -it srvlookup --image=tutum/dnsutils --rm --restart=Never -- dig SRV kubia.default.svc.cluster.local";
    let output = story(&[("kubectl apply -f -", Some(KUBIA)), ("kubectl rollout status sts/kubia", None), ("settle", None), (run, None)]);
    assert!(output.out.contains("IN\tSRV\t0 50 80 kubia-0.kubia.default.svc.cluster.local."), "{}", output.out);
    assert!(output.out.ends_with("pod \"srvlookup\" deleted from default namespace\n"), "{}", output.out);
    assert_eq!(output.rc, 0);
}

#[test]
fn a_force_delete_makes_two_of_one() {
    let lines = [
        ("kubectl apply -f -", Some(KUBIA)),
        ("settle", None),
        ("disconnect node-1", None),
        ("disconnect node-2", None),
        ("disconnect node-3", None),
        ("kubectl delete po kubia-0 --wait=false", None),
        ("kubectl get po kubia-0 --no-headers", None),
    ];
    assert!(story(&lines).out.contains("Terminating"));
    let forced = story(&[&lines[..6], &[("kubectl delete po kubia-0 --force --grace-period 0", None)]].concat());
    assert_eq!(forced.out, "pod \"kubia-0\" force deleted from default namespace\n");
    assert!(forced.err.starts_with("Warning: Immediate deletion does not wait"));
}

/// Upstream: persistentvolume's WarningsOnUpdate, and client-go's NewWarningWriter with Deduplicate.
#[test]
fn a_label_tells_once_what_the_server_remarks() {
    let spec = "{capacity: {storage: 1Mi}, accessModes: [ReadWriteOnce], persistentVolumeReclaimPolicy: Recycle, hostPath: {path: /d}}";
    let volume = |name: &str| format!("apiVersion: v1\nkind: PersistentVolume\nmetadata: {{name: {name}}}\nspec: {spec}\n---\n");
    let output = story(&[("kubectl apply -f -", Some(&(volume("a") + &volume("b")))), ("kubectl label pv --all x=y", None)]);
    assert_eq!(output.out, "persistentvolume/a labeled\npersistentvolume/b labeled\n");
    assert_eq!(output.err.matches("The Recycle reclaim policy is deprecated").count(), 1, "{}", output.err);
}

#[test]
fn a_watch_ends_when_nothing_more_happens() {
    let output = story(&[("kubectl apply -f -", Some(KUBIA)), ("kubectl get po -w", None)]);
    assert!(output.out.lines().count() > 5 && output.out.contains("kubia-1   1/1     Running"), "{}", output.out);
    assert_eq!(output.rc, 0);
}

/// Manifests that must be refused, with the whole of what is said. Upstream: pkg/apis/*/validation.
const INVALID: &[(&str, &str)] = &[
    (
        "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: x}\nspec: {template: {metadata: {labels: {a: b}}, spec: {containers: [{name: c, image: i}]}}}",
        "The Deployment \"x\" is invalid: \n* spec.selector: Required value\n* spec.template.metadata.labels: Invalid value: {\"a\":\"b\"}: `selector` does \
         not match template `labels`\n",
    ),
    (
        "apiVersion: policy/v1\nkind: PodDisruptionBudget\nmetadata: {name: x}\nspec: {minAvailable: 1, maxUnavailable: 1}",
        "The PodDisruptionBudget \"x\" is invalid: spec: Invalid value: {\"MinAvailable\":1,\"Selector\":null,\"MaxUnavailable\":1,\
         \"UnhealthyPodEvictionPolicy\":null}: minAvailable and maxUnavailable cannot be both set\n",
    ),
    (
        "apiVersion: storage.k8s.io/v1\nkind: StorageClass\nmetadata: {name: x}\nprovisioner: p\nvolumeBindingMode: Later",
        "The StorageClass \"x\" is invalid: volumeBindingMode: Unsupported value: \"Later\": supported values: \"Immediate\", \"WaitForFirstConsumer\"\n",
    ),
    (
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x, namespace: nowhere}",
        "Error from server (NotFound): error when creating \"STDIN\": namespaces \"nowhere\" not found\n",
    ),
];

#[test]
fn wrong_manifests_are_refused_in_the_servers_words() {
    for (manifest, said) in INVALID {
        let output = story(&[("kubectl create -f -", Some(manifest))]);
        assert_eq!((output.err.as_str(), output.rc), (*said, 1));
    }
}

/// Lines told one after the other, with what each prints.
const TOLD: &[(&str, &str)] = &[
    ("kubectl create deployment web --image=r.io/a:1 --dry-run=client -o name", "deployment.apps/web\n"),
    ("kubectl create cm c --from-literal=a=1", "configmap/c created\n"),
    ("kubectl get cm --no-headers | wc -l", "2\n"),
    ("kubectl get cm c -o jsonpath={.data.a}", "1"),
    ("kubectl create secret generic s --from-literal=p=geheim", "secret/s created\n"),
    ("kubectl get secret s -o jsonpath={.type}/{.data.p}", "Opaque/Z2VoZWlt"),
    ("kubectl create svc externalname e --external-name=example.com", "service/e created\n"),
    ("kubectl create svc clusterip h --clusterip=None", "service/h created\n"),
    ("kubectl delete svc e h", "service \"e\" deleted from default namespace\nservice \"h\" deleted from default namespace\n"),
    ("kubectl create pdb b --selector=a=b --max-unavailable=50%", "poddisruptionbudget.policy/b created\n"),
    ("kubectl annotate cm c note=1", "configmap/c annotated\n"),
    ("kubectl label cm c a=1", "configmap/c labeled\n"),
    ("kubectl label cm c --list", "a=1\n"),
    ("kubectl label cm c a-", "configmap/c unlabeled\n"),
    ("kubectl config current-context", "podyard\n"),
    ("kubectl get --raw /healthz", "ok"),
    ("kubectl get endpoints kubernetes -o name", "endpoints/kubernetes\n"),
    ("kubectl create svc nodeport n --tcp=80", "service/n created\n"),
    ("kubectl patch svc n -p '{\"spec\":{\"type\":\"ExternalName\",\"externalName\":\"x.com\"}}'", "service/n patched\n"),
    ("kubectl get svc n -o jsonpath={.spec.clusterIP}{.spec.clusterIPs}{.spec.ports[0].nodePort}", ""),
    ("kubectl delete svc n", "service \"n\" deleted from default namespace\n"),
    ("kubectl delete cm/c secret/s", "configmap \"c\" deleted from default namespace\nsecret \"s\" deleted from default namespace\n"),
];

#[test]
fn lines_and_what_they_print() {
    let mut world = World::new(Options::default());
    for (line, printed) in TOLD {
        let turn = run(&mut world, line, None);
        let output = finish(&mut world, turn);
        assert_eq!((output.out.as_str(), output.rc), (*printed, 0), "{line}: {}", output.err);
    }
}

/// Upstream: get.Run, whose place is told only where every kind asked for has one.
#[test]
fn nothing_of_several_kinds_is_found_nowhere() {
    assert_eq!(story(&[("kubectl get pvc", None)]).err, "No resources found in default namespace.\n");
    assert_eq!(story(&[("kubectl get pv,pvc", None)]).err, "No resources found\n");
}

/// Upstream: store.deleteWithoutFinalizers, which answers the object of the request.
#[test]
fn the_patch_that_ends_an_object_is_no_empty_patch() {
    let held = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c, finalizers: [example.com/held]}\n";
    let lines = [
        ("kubectl create -f -", Some(held)),
        ("kubectl delete cm c --wait=false", None),
        ("kubectl patch cm c -p '{\"metadata\":{\"finalizers\":null}}'", None),
        ("kubectl get cm c", None),
    ];
    assert_eq!(story(&lines[..3]).out, "configmap/c patched\n");
    assert!(story(&lines).err.contains("NotFound"));
}

/// Upstream: ScalePrecondition, and the scale subresource as it is read.
#[test]
fn a_set_is_scaled_only_where_it_is_as_expected() {
    let made = ("kubectl create deployment d --image=nginx --replicas=2", None);
    let scale = |flag: &str| story(&[made, (&format!("kubectl scale deploy d --replicas=3 {flag}"), None)]);
    assert_eq!(scale("--current-replicas=5").err, "error: Expected replicas to be 5, was 2\n");
    let err = scale("--resource-version=1").err;
    assert!(err.starts_with("error: Expected resource version to be 1, was "), "{err}");
    assert_eq!(scale("--current-replicas=2").out, "deployment.apps/d scaled\n");
    let path = "/apis/apps/v1/namespaces/default/deployments/d";
    let read = |part: &str| story(&[made, (&format!("kubectl get --raw {path}/{part}"), None)]);
    let shown: serde_json::Value = serde_json::from_str(&read("scale").out).unwrap();
    assert_eq!((&shown["kind"], &shown["spec"]["replicas"], &shown["status"]["replicas"]), (&"Scale".into(), &2.into(), &0.into()));
    assert!(read("status").out.contains("\"kind\":\"Deployment\""));
    assert_eq!(read("nope").err, "Error from server (NotFound): the server could not find the requested resource\n");
}

/// Upstream: SortableEvents, which go by their last time: events of the scheduler's kind have none.
#[test]
fn what_the_scheduler_said_stands_first() {
    let lines =
        [("kubectl run p --image=nginx", None), ("kubectl wait pod/p --for=condition=Ready", None), ("kubectl describe pod p", None)];
    let page = story(&lines).out;
    let events: Vec<&str> = page.split("\nEvents:").nth(1).unwrap().lines().skip(3).filter_map(|l| l.split_whitespace().nth(1)).collect();
    assert_eq!(events, ["Scheduled", "Pulling", "Pulled", "Created", "Started"]);
}

/// Upstream: describeNodeResource, PodRequests and PodLimits.
#[test]
fn a_node_counts_what_pods_need_before_and_beside_their_containers() {
    let manifest = "apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec:\n  initContainers: [{name: i, image: busybox, command: [sleep, 1h], \
                    resources: {requests: {cpu: 2}, limits: {memory: 64Mi}}}]\n  containers: [{name: c, image: nginx, resources: {requests: {cpu: 500m}}}]\n";
    let page = story(&[("kubectl apply -f -", Some(manifest)), ("wait 5s", None), ("kubectl describe nodes", None)]).out;
    let row: Vec<&str> = page.lines().find(|l| l.contains("  p  ")).unwrap().split_whitespace().collect();
    assert_eq!(row[2..10], ["2", "(50%)", "0", "(0%)", "64Mi", "(0%)", "64Mi", "(0%)"], "a limit is a request too: {page}");
}
