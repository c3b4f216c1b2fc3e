//! Why: each state that keeps a thing from what it should be, the cause that is told, and that its line frees it.

use podyard::api::{Key, Kind};
use podyard::engine::sandbox;
use podyard::scenario::script;
use podyard::scene::cause::{self, Cause};
use podyard::scene::{Stage, Target};
use podyard::shell;
use podyard::sim::World;
use podyard::ui::panes::why;

#[path = "why/placing.rs"]
mod placing;

fn type_in(world: &mut World, text: &str) -> String {
    let mut last = String::new();
    for command in script::parse(text).unwrap() {
        let turn = shell::run(world, &command.line, command.stdin.as_deref());
        let output = shell::finish(world, turn);
        last = output.out + &output.err;
    }
    last
}

/// The sandbox after these lines.
fn after(lines: &str) -> World {
    let mut world = sandbox(1);
    type_in(&mut world, lines);
    world
}

fn cause_of(world: &World, target: &str) -> Cause {
    let target = Target::named(target).expect("a thing in the picture");
    cause::of(world, &target).unwrap_or_else(|| panic!("nothing ails {target:?}"))
}

struct Case {
    lines: &'static str,
    target: &'static str,
    says: &'static str,
    next: &'static str,
    frees: &'static str,
    then: &'static str,
    shows: &'static str,
}

/// Produces the state, reads the cause, runs the line that has `frees` in it (several by ` && `), and looks.
fn check(case: &Case) {
    let mut world = after(case.lines);
    let cause = cause_of(&world, case.target);
    let said = cause.chain.join(" / ");
    assert!(said.contains(case.says), "{}: {said}", case.target);
    assert!(cause.next.contains(case.next), "{}: next is {}", case.target, cause.next);
    for wanted in case.frees.split(" && ") {
        let found = cause.remedies.iter().find(|r| r.line.contains(wanted) || r.words.contains(wanted));
        let remedy = found.unwrap_or_else(|| panic!("{}: no line with {wanted:?} in {:#?}", case.target, cause.remedies));
        let turn = shell::run(&mut world, &remedy.line, remedy.stdin.as_deref());
        let output = shell::finish(&mut world, turn);
        assert_eq!(output.rc, 0, "{}: {} {}", remedy.line, output.out, output.err);
    }
    let shown = type_in(&mut world, &format!("wait 90s\n{}", case.then));
    assert!(shown.contains(case.shows), "{}: {} shows\n{shown}", case.target, case.then);
}

const POD: &str =
    "apiVersion: v1\nkind: Pod\nmetadata:\n  name: web\n  labels: {app: web}\nspec:\n  containers:\n  - name: main\n    image: nginx\n";

fn pod(more: &str) -> String {
    format!("kubectl apply -f - <<EOF\n{POD}{more}\nEOF\nwait 5s")
}

fn leak(text: String) -> &'static str {
    Box::leak(text.into_boxed_str())
}

fn run(rows: &[(&'static str, &'static str, &'static str, &'static str, &'static str, &'static str, &'static str)]) {
    for (lines, target, says, next, frees, then, shows) in rows.iter().copied() {
        check(&Case { lines, target, says, next, frees, then, shows });
    }
}

const WEB: &str = "kubectl get po web -o jsonpath={.status.phase}";

#[test]
fn pods_that_no_node_takes() {
    let cordoned = leak(format!("kubectl cordon node-1 node-2 node-3\n{}", pod("")));
    let tainted = leak(format!("kubectl taint nodes node-1 node-2 node-3 team=a:NoSchedule\n{}", pod("")));
    let labelled = leak(pod("  nodeSelector: {disk: ssd}"));
    let unclaimed = leak(pod("  volumes:\n  - name: d\n    persistentVolumeClaim: {claimName: mine}"));
    let greedy = leak(pod("    resources: {requests: {cpu: \"4000\"}}"));
    run(&[
        (cordoned, "pod/web", "were unschedulable", "the scheduler", "uncordon node-1", WEB, "Running"),
        (tainted, "pod/web", "untolerated taint", "the scheduler", "team:NoSchedule-", WEB, "Running"),
        (labelled, "pod/web", "didn't match Pod's node affinity/selector", "the scheduler", "label node node-1 disk=ssd", WEB, "Running"),
        (unclaimed, "pod/web", "its claim mine does not exist", "you", "makes the claim", "kubectl get pvc mine", "mine"),
        (greedy, "pod/web", "more cpu than any node has", "the scheduler", "gives it up", "kubectl get po web", "not found"),
    ]);
}

#[test]
fn a_pod_that_lacks_room_says_who_has_it() {
    let big = "kubectl apply -f - <<EOF\napiVersion: v1\nkind: Pod\nmetadata: {name: NAME}\nspec:\n  containers:\n  - name: main\n    image: nginx\n    \
               resources: {requests: {cpu: CPU}}\nEOF\n";
    let one = |name: &str, cpu: &str| big.replace("NAME", name).replace("CPU", cpu);
    let mut world = sandbox(1);
    let room = type_in(&mut world, "kubectl get no node-1 -o jsonpath={.status.allocatable.cpu}");
    let most = format!("{}m", room.trim().parse::<i64>().unwrap() * 1000 - 400);
    let lines: String = ["a", "b", "c", "web"].iter().map(|name| one(name, &most)).collect();
    let lines = leak(format!("{lines}wait 5s"));
    run(&[(lines, "pod/web", "Insufficient cpu", "the scheduler", "makes room", WEB, "Running")]);
}

#[test]
fn pods_whose_containers_do_not_run_or_are_not_ready() {
    let broken = leak(format!("{}\nwait 30s", pod("").replace("nginx", "luksa/broken")));
    run(&[
        (broken, "pod/web", "cannot be fetched", "you", "set image po/web main=nginx", WEB, "Running"),
        ("fail kubia-1\nwait 30s", "pod/kubia-1", "fails its readiness probe", "you", "heal kubia-1", "kubectl get po kubia-1", "1/1"),
    ]);
}

#[test]
fn a_pod_on_a_cut_node_cannot_be_told_to_go() {
    let gone = "kubectl get po kubia-0 -o jsonpath={.status.conditions[?(@.type==\\\"Ready\\\")].status}";
    let node = type_in(&mut sandbox(1), "kubectl get po kubia-0 -o jsonpath={.spec.nodeName}");
    let cut = leak(format!("disconnect {node}\nwait 60s\nkubectl delete po kubia-0 --wait=false\nwait 5s"));
    run(&[
        (cut, "pod/kubia-0", "node-3 cannot hear it / only its kubelet may say", "the kubelet on", "reconnect", gone, "True"),
        (cut, "pod/kubia-0", "cannot hear it", "the kubelet on", "--force", "kubectl get sts kubia", "3/3"),
        (cut, "statefulset/kubia", "until kubia-0 is surely gone", "the kubelet on", "reconnect", "kubectl get sts kubia", "3/3"),
    ]);
}

#[test]
fn an_eviction_that_has_not_come_yet_has_a_timer() {
    let mut world = sandbox(1);
    let node = type_in(&mut world, "kubectl get po kubia-0 -o jsonpath={.spec.nodeName}");
    type_in(&mut world, &format!("disconnect {node}\nwait 30s"));
    let unknown = cause_of(&world, "pod/kubia-0");
    assert!(unknown.chain[0].contains("the record does not know it yet"), "{unknown:?}");
    type_in(&mut world, "wait 60s");
    let cause = cause_of(&world, "pod/kubia-0");
    let (at, what) = cause.until.clone().expect("a timer");
    assert_eq!((cause.next.as_str(), what.as_str()), ("taint-eviction", "deleted by taint-eviction"));
    world.advance(at);
    world.advance(at + podyard::api::Span::secs(1));
    assert!(world.get::<podyard::api::Pod>(&Key::new("default", "kubia-0")).unwrap().metadata.is_terminating());
    run(&[(
        leak(format!("disconnect {node}\nwait 90s")),
        "pod/kubia-0",
        "left alone for a while",
        "taint-eviction",
        "reconnect",
        "kubectl get sts kubia",
        "3/3",
    )]);
}

/// A disk that is attached to one machine at a time, and pods of both names that want it on nodes of their own.
fn two_on_a_disk() -> String {
    let disk = "apiVersion: v1\nkind: PersistentVolume\nmetadata: {name: pv-one}\nspec:\n  capacity: {storage: 1Gi}\n  accessModes: \
                [ReadWriteOnce]\n  storageClassName: \"\"\n  csi: {driver: pd.csi, volumeHandle: one}\n---\napiVersion: v1\nkind: \
                PersistentVolumeClaim\nmetadata: {name: one}\nspec:\n  accessModes: [ReadWriteOnce]\n  storageClassName: \"\"\n  volumeName: \
                pv-one\n  resources: {requests: {storage: 1Gi}}\n";
    let user = |name: &str, node: &str| {
        let own = format!("  nodeName: {node}\n  volumes:\n  - name: d\n    persistentVolumeClaim: {{claimName: one}}\n");
        format!(
            "kubectl apply -f - <<EOF\n{}    volumeMounts: [{{name: d, mountPath: /d}}]\n{own}EOF\nwait 20s\n",
            POD.replace("name: web\n", &format!("name: {name}\n"))
        )
    };
    format!("kubectl apply -f - <<EOF\n{disk}EOF\nwait 2s\n{}{}", user("first", "node-1"), user("web", "node-2"))
}

#[test]
fn a_volume_that_another_machine_has() {
    let both = two_on_a_disk();
    let off = leak(format!("{both}crash node-1\nwait 60s\nkubectl delete po first --force --grace-period=0\nwait 5s"));
    run(&[
        (leak(both), "pod/web", "still attached to node-1", "attachdetach-controller", "delete po first", WEB, "Running"),
        (off, "pod/web", "still attached to node-1", "attachdetach-controller", "out-of-service", WEB, "Running"),
    ]);
    let cause = cause_of(&after(off), "pod/web");
    assert!(cause.until.as_ref().is_some_and(|(_, what)| what.contains("detached by force")), "{cause:#?}");
}

#[test]
fn a_stuck_roll_out_goes_back_only_by_hand() {
    let broken = "kubectl set image sts/kubia kubia=luksa/broken\nwait 120s";
    let ready = "kubectl get sts kubia";
    run(&[
        (broken, "statefulset/kubia", "never goes back by itself", "you", "rollout undo && delete po", ready, "3/3"),
        (
            leak(format!("{broken}\nkubectl rollout undo sts/kubia\nwait 30s")),
            "statefulset/kubia",
            "OrderedReady waits for it",
            "",
            "delete po kubia-2",
            ready,
            "3/3",
        ),
    ]);
}

#[test]
fn a_roll_out_that_waits_for_a_person() {
    let strategy = |text: &str| {
        format!(
            "kubectl patch sts kubia -p '{{\"spec\":{{\"updateStrategy\":{text}}}}}'\nkubectl set image sts/kubia kubia=luksa/kubia\nwait 30s"
        )
    };
    let on_delete = leak(strategy("{\"type\":\"OnDelete\",\"rollingUpdate\":null}"));
    let partition = leak(strategy("{\"rollingUpdate\":{\"partition\":3}}"));
    let image = "kubectl get po kubia-2 -o jsonpath={.spec.containers[0].image}";
    run(&[
        (on_delete, "statefulset/kubia", "OnDelete replaces none by itself", "you", "delete po kubia-2", image, "luksa/kubia"),
        (partition, "statefulset/kubia", "its partition 3 keeps 3 pods", "you", "partition", image, "luksa/kubia"),
    ]);
}

#[test]
fn a_set_that_does_not_grow_has_a_claim_without_a_volume() {
    let grown = "kubectl scale sts kubia --replicas=6\nwait 30s";
    let ready = "kubectl get sts kubia";
    let mut world = after(grown);
    let cause = cause_of(&world, "statefulset/kubia");
    let said = cause.chain.join(" / ");
    assert!(said.contains("until kubia-") && said.contains("has no volume") && said.contains("no volume fits"), "{said}");
    for _ in 0..4 {
        let Some(cause) = cause::of(&world, &Target::named("statefulset/kubia").unwrap()) else { break };
        let remedy = cause.remedies.iter().find(|r| r.words.contains("makes a volume")).unwrap_or_else(|| panic!("{cause:#?}"));
        shell::run(&mut world, &remedy.line, remedy.stdin.as_deref());
        type_in(&mut world, "wait 30s");
    }
    assert!(type_in(&mut world, ready).contains("6/6"), "{}", type_in(&mut world, "kubectl get po,pvc"));
}

#[test]
fn claims_and_volumes_that_find_nobody() {
    let claim = "kubectl apply -f - <<EOF\napiVersion: v1\nkind: PersistentVolumeClaim\nmetadata: {name: mine}\nspec:\n  accessModes: [ReadWriteOnce]\n  \
                 storageClassName: CLASS\n  resources: {requests: {storage: 9Gi}}\nEOF\nwait 5s";
    let none = leak(claim.replace("CLASS", "\"\""));
    let unknown = leak(claim.replace("CLASS", "gold"));
    let bound = "kubectl get pvc mine -o jsonpath={.status.phase}";
    let released = "kubectl scale sts kubia --replicas=2\nwait 60s\nkubectl delete pvc data-kubia-2\nwait 5s";
    let volume = type_in(&mut sandbox(1), "kubectl get pvc data-kubia-2 -o jsonpath={.spec.volumeName}");
    let free = leak(format!("kubectl get pv {volume} -o jsonpath={{.status.phase}}"));
    run(&[
        (none, "pvc/mine", "no volume fits", "as soon as a volume appears", "makes a volume that fits", bound, "Bound"),
        (unknown, "pvc/mine", "no storage class \"gold\"", "as soon as a volume appears", "makes a volume that fits", bound, "Bound"),
        (released, leak(format!("pv/{volume}")), "Retain keeps the data", "you", "lets it be bound again", free, "Available"),
        (
            "kubectl delete pvc data-kubia-1 --wait=false\nwait 5s",
            "pvc/data-kubia-1",
            "in use by kubia-1",
            "pvc-protection",
            "delete po kubia-1",
            "kubectl get sts kubia",
            "kubia",
        ),
    ]);
}

#[test]
fn names_that_do_not_resolve_and_services_that_nobody_answers_for() {
    let governed = "kubectl delete svc kubia\nwait 5s";
    let web = leak(format!(
        "{}\nkubectl create service clusterip kubia-rs --tcp=80\nkubectl patch svc kubia-rs -p '{{\"spec\":{{\"selector\":{{\"app\":\"nobody\"}}}}}}'\nwait 5s",
        pod("")
    ));
    run(&[
        (
            governed,
            "pod/kubia-1",
            "does not resolve / the governing service kubia does not exist",
            "you",
            "headless",
            "dig +short kubia-1.kubia.default.svc.cluster.local",
            "10.244",
        ),
        (
            web,
            "svc/kubia-rs",
            "no pod has the labels app=nobody",
            "you",
            "selects the pods of kubia-rs",
            "kubectl get endpointslices",
            "10.244",
        ),
    ]);
}

#[test]
fn the_next_victim_is_the_one_that_goes() {
    let mut world = after("kubectl scale rs kubia-rs --replicas=5\nwait 30s");
    for _ in 0..3 {
        let (victim, rule) = cause::next_victim(&world, &Key::new("default", "kubia-rs")).expect("somebody");
        assert!(!rule.is_empty());
        let before = type_in(&mut world, "kubectl get rs kubia-rs -o jsonpath={.spec.replicas}").parse::<i32>().unwrap();
        type_in(&mut world, &format!("kubectl scale rs kubia-rs --replicas={}\nwait 2s", before - 1));
        let going = world.get::<podyard::api::Pod>(&victim).is_none_or(|p| p.metadata.is_terminating());
        assert!(going, "{} was to go: {rule}", victim.name);
        type_in(&mut world, "wait 40s");
    }
}

#[test]
fn a_deployment_that_asks_too_much_is_made_to_ask_for_less() {
    let lines = "kubectl create deployment web --image=nginx\nkubectl set resources deploy/web --requests=cpu=4000\nwait 5s";
    let ready = "kubectl get deploy web -o jsonpath={.status.updatedReplicas}/{.status.readyReplicas}";
    run(&[(lines, "deploy/web", "more cpu than any node has", "the scheduler", "set resources deploy/web", ready, "1/1")]);
}

#[test]
fn a_roll_out_of_a_broken_image_is_undone() {
    let lines =
        "kubectl create deployment web --image=nginx --replicas=3\nwait 20s\nkubectl set image deploy/web nginx=nginx:broken\nwait 30s";
    let image = "kubectl get deploy web -o jsonpath={.spec.template.spec.containers[0].image}";
    let old = "old ones stay until new ones are available";
    run(&[
        (lines, "deploy/web", old, "the kubelet", "rollout undo deploy/web", image, "nginx"),
        (lines, "deploy/web", old, "the kubelet", "set image deploy/web", "kubectl rollout status deploy/web", "successfully rolled out"),
    ]);
    let late = leak(format!("{lines}\nwait 11m"));
    run(&[(late, "deploy/web", "no progress before its deadline", "the kubelet", "rollout undo deploy/web", image, "nginx")]);
}

#[test]
fn a_paused_deployment_is_resumed() {
    let lines = "kubectl create deployment web --image=nginx\nkubectl rollout pause deploy/web\nwait 5s";
    let paused = "kubectl get deploy web -o jsonpath=[{.spec.paused}]";
    run(&[(lines, "deploy/web", "it is paused", "you", "rollout resume deploy/web", paused, "[]")]);
}

#[test]
fn the_page_offers_the_lines_with_their_keys() {
    let world = after("kubectl cordon node-2");
    let stage = Stage::read(&world, world.now(), podyard::motion::Tempo::default());
    let page = why::page(&world, &stage, Some(&Target::Node("node-2".into())));
    assert_eq!(page.remedies.iter().map(|r| r.line.as_str()).collect::<Vec<_>>(), ["kubectl uncordon node-2"]);
    assert_eq!(cause::short(Kind::StatefulSet), "sts");
}

/// How the two kinds of set answered, after these lines.
fn answers(lines: &str) -> Vec<String> {
    let world = after(lines);
    let stage = Stage::read(&world, world.now(), podyard::motion::Tempo::default());
    stage.answers.into_iter().map(|answer| answer.fewer).collect()
}

#[test]
fn what_just_differed_between_the_sets() {
    const BOTH_LOSE: &str = "kubectl delete po kubia-1 --wait=false\nkubectl delete po -l app=kubia-rs --wait=false\n";
    const BOTH_GROW: &str = "kubectl scale sts kubia --replicas=4\nkubectl scale rs kubia-rs --replicas=4\n";
    let lost = format!("{BOTH_LOSE}wait 200ms");
    assert_eq!(answers(&lost), ["new name, no IP yet, shared claim", "not replaced: it may still run"]);
    let back = format!("{BOTH_LOSE}wait 20s");
    assert_eq!(answers(&back), ["new name, new IP, shared claim", "same name, new IP, same claim"]);
    let grown = format!("{BOTH_LOSE}wait 20s\n{BOTH_GROW}wait 9s");
    assert_eq!(answers(&grown), ["any name, shared claim", "next number, own claim"]);
    let shrunk = "kubectl scale sts kubia --replicas=2\nkubectl scale rs kubia-rs --replicas=2\nwait 9s";
    assert_eq!(answers(shrunk), ["any one goes", "the last goes, its claim stays"]);
    let cut = "disconnect node-3\nwait 360s";
    assert_eq!(answers(cut), ["new name, new IP, shared claim", "not replaced: it may still run"]);
    let apart = format!("{BOTH_GROW}wait 9s\nkubectl delete po kubia-1\nwait 9s");
    assert_eq!(answers(&apart), ["same name, new IP, same claim"], "of what befell one alone, its answer alone");
}

#[test]
fn a_ghost_tells_which_of_two_namesakes_is_reached_by_name() {
    let world = after("disconnect node-3\nwait 360s\nkubectl delete po kubia-0 --force --grace-period=0\nwait 10s");
    let stage = Stage::read(&world, world.now(), podyard::motion::Tempo::default());
    let host = stage.host("node-3").unwrap();
    let ghost = host.running.iter().find(|running| &*running.key.name == "kubia-0").unwrap();
    let page = why::page(&world, &stage, Some(&Target::Process("node-3".into(), ghost.uid)));
    let said: String = page.lines(400).into_iter().flatten().map(|(text, _)| text).collect();
    let reached = type_in(&mut world.clone(), "dig +short kubia-0.kubia.default.svc.cluster.local");
    assert!(said.contains(&format!("reach the other, {} on node-", reached.trim())), "{reached}: {said}");
}

#[test]
fn clients_that_remember_an_old_address() {
    let moved = |habit: &str| {
        let run = format!("kubectl run old --image=tutum/dnsutils --env=DNS_CACHE={habit} -- sleep infinity\nwait 10s");
        leak(format!("{run}\nkubectl exec old -- curl -s http://kubia-1.kubia:8080\nkubectl delete pod kubia-1\nwait 20s"))
    };
    let asked = "kubectl exec old -- curl -s -S --max-time 2 http://kubia-1.kubia:8080";
    let resolver = "the resolver in its container";
    run(&[
        (moved("forever"), "pod/old", "goes by what DNS said", "you: it never asks again", "fail old", asked, "kubia-1"),
        (moved("ttl"), "pod/old", "kubia-1.kubia.default.svc.cluster.local → 10.244.", resolver, "fail old", asked, "kubia-1"),
    ]);
    assert!(cause::of(&after(moved("off")), &Target::named("pod/old").unwrap()).is_none());
}
